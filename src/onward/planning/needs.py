"""Needs of the people present, what is available, and the gap: quantities with intervals by unit and day."""

from __future__ import annotations

import datetime as dt

import polars as pl

from onward.crisis import Crisis
from onward.crisis.messages import did_you_mean, quoted
from onward.errors import CrisisDataError, ParameterError, Problem
from onward.planning.standards import shipped_standards, standards_of
from onward.runs.tables import last_day
from onward.simulation.run import Run
from onward.simulation.units import Units, finest_level, units_of

#: kinds of places whose displaced people are in camps, unless ``camp_share`` is given
CAMPS = ("camp", "informal", "crossing")
#: the item whose stock is the capacity of places with people in camps
PLACES_IN_CAMPS = "places_in_camps"
WHO = {
    "displaced": "displaced people staying or waiting there",
    "camps": "displaced people in camps and sites",
    "hosted": "displaced people with hosts",
    "hosts": "residents at home",
}
SCHEMA = {
    "unit": pl.String, "name": pl.String, "date": pl.Date, "item": pl.String, "who": pl.String, "measure": pl.String,
    "quantity": pl.Float64, "p5": pl.Float64, "p50": pl.Float64, "p95": pl.Float64, "people": pl.Float64,
    "there": pl.Float64, "gap": pl.Float64, "share": pl.Float64, "standard": pl.String, "checked": pl.String,
}  # fmt: skip


def needs(
    run: Run, *, by: str | None = None, date: dt.date | str | None = None, quantile: float = 0.5,
    phase: str = "standard", standards: pl.DataFrame | None = None, stocks: pl.DataFrame | None = None,
    units: Units | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Compute the needs of the people present by unit, day and item, with intervals and the gap to what is available.

    need = people x quantity / per, member by member; quantiles of a unit are of the members' sums over its places.
    People are those present at the end of the day (a stock), not arrivals.

    Parameters
    ----------
    run
        A run that holds its crisis.
    by
        ``place``, ``area``, ``admin1`` or ``admin2``; if None, the finest level that most places have, or place.
    date
        A day, or ``all``; the last day if None.
    quantile
        The quantile over members that ``quantity`` and ``gap`` plan for, above 0 and below 1.
    phase
        ``standard``, or ``emergency`` for the lower quantities of the first days.
    standards, stocks
        Rows in place of those of the crisis, with the columns of ``standards.csv`` and ``stocks.csv``.
    units
        The units themselves, from `onward.planning.allowed.allowed_units`; those of ``by`` if None.

    Returns
    -------
    polars.DataFrame
        unit, name, date, item, who (whose need), measure (what it is counted in), quantity (at ``quantile``), p5, p50,
        p95, people (at ``quantile``), there (null: not known), gap (quantity minus there, at least 0; null: not known),
        share (of the displaced people of the unit on that day who are counted, at the mean), standard, checked. Units
        with nobody in need are left out.

    Raises
    ------
    ParameterError
        For a run without a crisis, or an argument out of its range.

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate("daraa-2018", members=2, seed=1)
    >>> rows = needs(run, by="admin1", quantile=0.8).filter(pl.col("item") == "water")
    >>> row = rows.row(0, named=True)
    >>> row["quantity"] == 15 * row["people"]
    True
    """
    crisis = run.crisis
    if crisis is None:
        raise ParameterError("needs: this run does not contain its crisis, which says where its places are.")
    if not 0 < quantile < 1:
        raise ParameterError(f"quantile: {quantile:g} is not above 0 and below 1.")
    units = units or units_of(run, by or finest_level(run) or "place", crisis)
    rules = standards_of(crisis, phase=phase, given=standards)
    world = crisis if stocks is None else crisis.replace_table("stocks", stocks)
    _check_stocks(world, rules)
    people = people_of(run, crisis, units, _days(run, date))
    return _rows(people, rules, _there(world, units, people), units, quantile)


def camp_shares(crisis: Crisis) -> pl.DataFrame:
    """Return the share of each place's displaced people who are in camps: place, camps.

    It is ``camp_share`` of the place, else 1 for camps, informal sites and crossings, and 0 for towns.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> rows = dict(camp_shares(read_crisis("aleppo-2016")).iter_rows())
    >>> rows["azaz"], rows["oncupinar"]
    (0.0, 1.0)
    """
    kind = pl.when(pl.col("kind").is_in(CAMPS)).then(1.0).otherwise(0.0)
    return crisis.table("places").select("place", pl.coalesce("camp_share", kind).alias("camps"))


def people_of(run: Run, crisis: Crisis, units: Units, days: tuple[dt.date, ...] | None) -> pl.DataFrame:
    """Return people by member, unit, date and who (displaced, camps, hosted, hosts); missing rows are 0 people."""
    shares = camp_shares(crisis).lazy()
    stock = run.tables["stock"].with_columns(pl.col("place", "state").cast(pl.String))
    if days is not None:
        stock = stock.filter(pl.col("date").is_in(days))
    stock = stock.filter(pl.col("state").is_in(["here", "gate", "home"])).join(shares, on="place", how="left")
    away, camps = pl.col("state") != "home", pl.col("camps").fill_null(1.0)  # camps of a what-if are not in the crisis
    count = pl.col("people").cast(pl.Float64)
    split = {
        "displaced": count * away,
        "camps": count * away * camps,
        "hosted": count * away * (1 - camps),
        "hosts": count * ~away,
    }
    keys = ["member", "unit", "date"]
    found = units.of_rows(stock.with_columns(**split)).group_by(keys).agg(pl.col(list(split)).sum()).collect()
    members = pl.DataFrame({"member": range(run.about["members"])}).cast({"member": found.schema["member"]})
    grid = found.select("unit", "date").unique().join(members, how="cross")
    filled = grid.join(found, on=keys, how="left").with_columns(pl.col(list(split)).fill_null(0.0))
    return filled.unpivot(list(split), index=keys, variable_name="who", value_name="people")


def _days(run: Run, date: dt.date | str | None) -> tuple[dt.date, ...] | None:
    if date == "all":
        return None
    if date is None:
        return (last_day(run),)
    try:
        day = date if isinstance(date, dt.date) else dt.date.fromisoformat(date)
    except ValueError:
        raise ParameterError(f"date: {date!r} is not a day written YYYY-MM-DD, and not all.") from None
    first, last = run.about["start"], run.about["end"]
    if not first <= day.isoformat() <= last:
        raise ParameterError(f"date: {day} is not a day of the run. Give one from {first} to {last}, or all.")
    return (day,)


def _check_stocks(crisis: Crisis, rules: pl.DataFrame) -> None:
    known = [*rules["item"], *shipped_standards()["item"], *crisis.table("standards")["item"]]
    odd = crisis.table("stocks").filter(~pl.col("item").is_in(known))["item"].unique().sort().to_list()
    problems = [
        Problem(
            "stocks.csv", None, "item", quoted(item), "", did_you_mean(item, known, f"Items are {', '.join(known)}.")
        )
        for item in odd
    ]
    if problems:
        raise CrisisDataError(problems)


def _there(crisis: Crisis, units: Units, people: pl.DataFrame) -> pl.DataFrame:
    """Return what is available by unit, date and item; rows only where it is known."""
    days = people.select("date").unique()
    stocks = crisis.table("stocks").join(units.members, on="place").join(days, how="cross")
    since = pl.col("start").is_null() | (pl.col("start") <= pl.col("date"))
    until = pl.col("end").is_null() | (pl.col("end") >= pl.col("date"))
    known = stocks.group_by("unit", "item", "date").agg(pl.col("quantity").filter(since & until).sum().alias("there"))
    if not crisis.table("stocks").filter(pl.col("item") == PLACES_IN_CAMPS).is_empty():
        return known
    return pl.concat([known, _room(crisis, units).join(days, how="cross").select(known.columns)])


def _room(crisis: Crisis, units: Units) -> pl.DataFrame:
    """Return the number of people that each unit's camps can hold; unknown if any of its camps gives no capacity."""
    rows = crisis.table("places").join(camp_shares(crisis), on="place").filter(pl.col("camps") > 0)
    room = (pl.col("capacity") * pl.col("camps")).floor()
    return (
        rows.join(units.members, on="place")
        .group_by("unit")
        .agg(pl.when(pl.col("capacity").is_not_null().all()).then(room.sum()).cast(pl.Float64).alias("there"))
        .filter(pl.col("there").is_not_null())
        .with_columns(pl.lit(PLACES_IN_CAMPS).alias("item"))
    )


def _rows(
    people: pl.DataFrame, rules: pl.DataFrame, there: pl.DataFrame, units: Units, quantile: float
) -> pl.DataFrame:
    levels = {"p5": 0.05, "p50": 0.5, "p95": 0.95, "people": quantile}
    spread = people.group_by("unit", "date", "who").agg(
        pl.col("people").mean().alias("mean"),
        *(pl.col("people").quantile(level, "linear").alias(f"_{name}") for name, level in levels.items()),
    )
    displaced = spread.filter(pl.col("who") == "displaced").select("unit", "date", pl.col("mean").alias("all"))
    rows = (
        spread.filter(pl.col("_p95") > 0)
        .join(displaced, on=["unit", "date"])
        .join(rules.rename({"unit": "measure"}), on="who")
    )
    need = {name: _need(pl.col(f"_{name}")) for name in ("p5", "p50", "p95")}
    rows = rows.with_columns(
        **need, quantity_=_need(pl.col("_people")), people=pl.col("_people"), standard=_words(),
        share=pl.when((pl.col("who") != "hosts") & (pl.col("all") > 0)).then(pl.col("mean") / pl.col("all")),
    ).drop("quantity").rename({"quantity_": "quantity"})  # fmt: skip
    rows = rows.join(there, on=["unit", "date", "item"], how="left").join(units.table.select("unit", "name"), on="unit")
    gap = (pl.col("quantity") - pl.col("there")).clip(lower_bound=0)
    order = {item: n for n, item in enumerate(rules["item"].unique(maintain_order=True))}
    return (
        rows.with_columns(gap=gap, order=pl.col("item").replace_strict(order, return_dtype=pl.Int32))
        .sort("date", "unit", "order", "who")
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
    )


def _need(people: pl.Expr) -> pl.Expr:
    exact = people * pl.col("quantity") / pl.col("per")
    return pl.when(pl.col("whole")).then(exact.round(9).ceil()).otherwise(exact)


def _words() -> pl.Expr:
    """Describe a standard: how much for whom, and its source."""
    people = pl.when(pl.col("per") == 1).then(pl.lit("person")).otherwise(pl.format("{} people", _plain("per")))
    measure = pl.when(pl.col("quantity") == 1).then(_singular("measure")).otherwise(pl.col("measure"))
    return pl.format("{} {} for each {} ({})", _plain("quantity"), measure, people, pl.col("source"))


def _singular(column: str) -> pl.Expr:
    """Return the first word of a measure without its plural s."""
    return pl.col(column).str.replace(r"^(\w+?)s\b", "$1")


def _plain(column: str) -> pl.Expr:
    """Format a number without needless decimals."""
    return pl.col(column).cast(pl.String).str.replace(r"\.0$", "").str.replace(r"^(\d+)(\d{3})$", "$1,$2")
