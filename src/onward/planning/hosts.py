"""Pressure on those who take people in: hosts by residents, camps by room, and the day on which room is filled."""

from __future__ import annotations

import datetime as dt

import polars as pl

from onward.crisis import Crisis
from onward.errors import ParameterError
from onward.model.interventions import apply_scenario
from onward.planning.needs import people_of
from onward.runs.inputs import kept_scenario
from onward.runs.tables import AT_A_PLACE, last_day
from onward.simulation.run import Run
from onward.simulation.units import Units

#: quantiles over members, by name
LEVELS = {"p5": 0.05, "p50": 0.5, "p95": 0.95}


def hosts(run: Run, units: Units, *, date: dt.date | None = None) -> pl.DataFrame:
    """Return displaced people with hosts and in camps, and the residents, by unit on a day.

    per_1000 = 1000 x hosted / residents, member by member; both are sums over the places of the unit.

    Parameters
    ----------
    run
        A run that knows its crisis.
    units
        From `onward.planning.allowed.allowed_units`.
    date
        A day of the run; the last day if None.

    Returns
    -------
    polars.DataFrame
        unit, name, date; residents (people at home), hosted, camps and per_1000, each with ``_p5``, ``_p50`` and
        ``_p95`` over members. per_1000 is null where no resident is at home. Units without displaced people are left
        out; those with most hosted people come first.

    Raises
    ------
    ParameterError
        If the run does not know its crisis.

    Examples
    --------
    >>> import onward
    >>> from onward.planning.allowed import allowed_units
    >>> run = onward.simulate("daraa-2018", members=2, seed=1)
    >>> row = hosts(run, allowed_units(run)).filter(pl.col("unit") == "damascus").row(0, named=True)
    >>> row["hosted_p50"] > 0 == row["camps_p50"]
    True
    """
    crisis = _crisis_of(run)
    people = people_of(run, crisis, units, (date or last_day(run),))
    wide = people.pivot(on="who", index=["member", "unit", "date"], values="people")
    wide = wide.rename({"hosts": "residents"})
    per_1000 = pl.when(pl.col("residents") > 0).then(1000 * pl.col("hosted") / pl.col("residents"))
    wide = wide.with_columns(per_1000.alias("per_1000"))
    found = wide.group_by("unit", "date").agg(
        pl.col("displaced").max().alias("most"),
        *(pl.col(who).quantile(level, "linear").alias(f"{who}_{name}")
          for who in ("residents", "hosted", "camps", "per_1000") for name, level in LEVELS.items()),
    )  # fmt: skip
    named = found.filter(pl.col("most") > 0).join(units.table.select("unit", "name"), on="unit").drop("most")
    order = ["unit", "name", "date"]
    return named.select(*order, pl.exclude(order)).sort("hosted_p50", "unit", descending=[True, False])


def host_countries(run: Run, *, date: dt.date | None = None) -> pl.DataFrame:
    """Return the displaced people whom whole countries host, and their residents, before the run and on a day.

    hosted = hosted before + people away from home at the country's listed places - displaced_at_start there, and
    per_1000 = 1000 x hosted / residents, member by member.

    Parameters
    ----------
    run
        A run that knows its crisis, which says in ``host_countries.csv`` whom a country hosted at the start.
    date
        A day of the run; the last day if None.

    Returns
    -------
    polars.DataFrame
        country, date, residents, hosted_before, per_1000_before, and hosted and per_1000 with ``_p5``, ``_p50`` and
        ``_p95`` over members, and source; most pressed countries first. Empty if the crisis has no such table.

    Raises
    ------
    ParameterError
        If the run does not know its crisis.

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate("aleppo-2016", members=2, seed=1)
    >>> row = host_countries(run).row(0, named=True)
    >>> row["country"], row["hosted_before"], round(row["per_1000_before"], 1)
    ('TUR', 2503426, 32.2)
    """
    crisis, day = _crisis_of(run), date or last_day(run)
    known, places = (
        crisis.table("host_countries"),
        crisis.table("places").select("place", "country", "displaced_at_start"),
    )
    there = places.group_by("country").agg(pl.col("displaced_at_start").sum().alias("first"))
    stock = run.tables["stock"].with_columns(pl.col("place", "state").cast(pl.String))
    away = stock.filter((pl.col("date") == day) & pl.col("state").is_in(AT_A_PLACE))
    people = away.join(places.lazy(), on="place").group_by("member", "country").agg(pl.col("people").sum()).collect()
    members = pl.DataFrame({"member": range(run.about["members"])}).cast({"member": people.schema["member"]})
    grid = known.join(there, on="country").join(members, how="cross").join(people, on=["member", "country"], how="left")
    hosted = pl.col("hosted") + pl.col("people").fill_null(0).cast(pl.Float64) - pl.col("first")
    grid = grid.with_columns(hosted.alias("now")).with_columns(
        (1000 * pl.col("now") / pl.col("residents")).alias("rate")
    )
    before = pl.col("hosted").alias("hosted_before")
    rows = grid.group_by("country", "residents", before, "source").agg(
        pl.col(column).quantile(level, "linear").alias(f"{name}_{level_name}")
        for column, name in (("now", "hosted"), ("rate", "per_1000")) for level_name, level in LEVELS.items()
    )  # fmt: skip
    rate = (1000 * pl.col("hosted_before") / pl.col("residents")).alias("per_1000_before")
    order = ["country", "date", "residents", "hosted_before", "per_1000_before"]
    rows = rows.with_columns(rate, pl.lit(day).alias("date")).sort("per_1000_p50", "country", descending=[True, False])
    return rows.select(*order, pl.exclude(*order, "source"), "source")


def filled(run: Run, units: Units) -> pl.DataFrame:
    """Return how full the room of each unit is, and from which day on it is filled to the brim.

    Room is the ``capacity`` of places, with that of a what-if; of a town it is what its hosts can take. People are
    those who stay at these places, those waiting at gates left out, as for the model's crowding.

    Parameters
    ----------
    run
        A run that knows its crisis.
    units
        From `onward.planning.allowed.allowed_units`.

    Returns
    -------
    polars.DataFrame
        unit, name, room (people), share_p5, share_p50, share_p95 (of the room taken on the last day), probability (the
        share of members in which people ever reach the room), first_p5, first_p50, first_p95 (the first such day, over
        those members; null if there are none). Units without room of known size are left out; the fullest come first.

    Raises
    ------
    ParameterError
        If the run does not know its crisis.

    Examples
    --------
    >>> import onward
    >>> from onward.planning.allowed import allowed_units
    >>> run = onward.simulate("daraa-2018", members=2, seed=1)
    >>> rows = filled(run, allowed_units(run))
    >>> rows.filter(pl.col("probability") > 0)["first_p50"].null_count()
    0
    """
    room = _room(run, _crisis_of(run))
    stock = run.tables["stock"].with_columns(pl.col("place", "state").cast(pl.String)).filter(pl.col("state") == "here")
    inside = room.join(units.members, on="place")
    total = inside.group_by("unit").agg(pl.col("room").sum())
    people = stock.join(inside.lazy().select("place", "unit"), on="place").group_by("member", "unit", "date")
    sums = people.agg(pl.col("people").sum()).collect().join(total, on="unit")
    full = sums.filter(pl.col("people") >= pl.col("room")).group_by("member", "unit").agg(pl.col("date").min())
    first = full.group_by("unit").agg(
        (pl.len() / run.about["members"]).alias("probability"),
        *(_day_at(level).alias(f"first_{name}") for name, level in LEVELS.items()),
    )
    members = pl.DataFrame({"member": range(run.about["members"])}).cast({"member": sums.schema["member"]})
    on_last = sums.filter(pl.col("date") == last_day(run)).select("member", "unit", "people")
    grid = total.join(members, how="cross").join(on_last, on=["member", "unit"], how="left")
    share = pl.col("people").fill_null(0) / pl.col("room")
    taken = grid.group_by("unit", "room").agg(
        *(share.quantile(level, "linear").alias(f"share_{name}") for name, level in LEVELS.items())
    )
    rows = taken.join(first, on="unit", how="left").with_columns(pl.col("probability").fill_null(0.0))
    rows = rows.join(units.table.select("unit", "name"), on="unit")
    order = ["unit", "name"]
    return rows.select(*order, pl.exclude(order)).sort("share_p50", "unit", descending=[True, False])


def _day_at(level: float) -> pl.Expr:
    """Return the day at a quantile of days."""
    return pl.col("date").cast(pl.Int32).quantile(level, "nearest").cast(pl.Int32).cast(pl.Date)


def _crisis_of(run: Run) -> Crisis:
    if run.crisis is None:
        raise ParameterError("hosts: this run does not contain its crisis, which says where its places are.")
    return run.crisis


def _room(run: Run, crisis: Crisis) -> pl.DataFrame:
    """Return the places with room of known size: place, room."""
    content = run.about.get("scenario")
    world = crisis if content is None else apply_scenario(crisis, kept_scenario(content, crisis))[0]
    known = world.table("places").filter(pl.col("capacity") > 0)
    return known.select("place", pl.col("capacity").cast(pl.Float64).alias("room"))
