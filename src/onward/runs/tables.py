"""Small result tables of a run: means and intervals over members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from onward.simulation.run import LEVELS, Run
from onward.simulation.units import Units, units_of

#: displaced people who stay or wait at a place; and all who are away from home, under way and off the map too
AT_A_PLACE = ("here", "gate")
AWAY = ("here", "gate", "way", "out")
#: the holder shown for a place without a known holder
NOBODY = "unknown"


def spread(found: pl.DataFrame, keys: pl.DataFrame, members: int) -> pl.DataFrame:
    """Return mean, p5, p25, p50, p75 and p95 over members for each row of ``keys``.

    ``found`` has the columns member, those of ``keys``, and people; a member without a row counts as 0 people.

    Examples
    --------
    >>> found = pl.DataFrame({"member": [0, 1], "place": ["azaz", "azaz"], "people": [10, 20]})
    >>> spread(found, pl.DataFrame({"place": ["azaz", "kilis"]}), 2).select("place", "mean", "p95").rows()
    [('azaz', 15.0, 19.5), ('kilis', 0.0, 0.0)]
    """
    everybody = pl.DataFrame({"member": range(members)}).cast(found.schema["member"])
    by = keys.columns
    filled = keys.join(everybody, how="cross").join(found, on=[*by, "member"], how="left")
    levels = [pl.col("people").quantile(level, "linear").alias(f"p{100 * level:g}") for level in LEVELS]
    people = pl.col("people").fill_null(0).cast(pl.Float64)
    return (
        filled.with_columns(people)
        .group_by(by, maintain_order=True)
        .agg(pl.col("people").mean().alias("mean"), *levels)
    )


def first_day(run: Run) -> dt.date:
    """Return the first day of a run."""
    return dt.date.fromisoformat(run.about["start"])


def last_day(run: Run) -> dt.date:
    """Return the last day of a run."""
    return dt.date.fromisoformat(run.about["end"])


def stock_on(run: Run, day: dt.date, states: Sequence[str] = AT_A_PLACE) -> pl.DataFrame:
    """Return how many people in these states are at each place on a day: place, mean, p5 ... p95."""
    rows = _stock(run, states).filter(pl.col("date") == day)
    found = rows.group_by("member", "place").agg(pl.col("people").sum()).collect()
    return spread(found, pl.DataFrame({"place": list(run.about["places"])}), run.about["members"])


def stock_over_time(run: Run, places: Sequence[str], states: Sequence[str] = AT_A_PLACE) -> pl.DataFrame:
    """Return how many people in these states are at each of some places: place, date, mean, p5 ... p95."""
    rows = _stock(run, states).filter(pl.col("place").is_in(list(places)))
    found = rows.group_by("member", "place", "date").agg(pl.col("people").sum()).collect()
    keys = pl.DataFrame({"place": list(places)}, schema={"place": pl.String}).join(_days(run), how="cross")
    return spread(found, keys, run.about["members"])


def stock_by_unit(run: Run, units: Units, states: Sequence[str] = AT_A_PLACE) -> pl.DataFrame:
    """Return how many people in these states are in each unit, day by day: unit, date, mean, p5 ... p95."""
    rows = units.of_rows(_stock(run, states))
    found = rows.group_by("member", "unit", "date").agg(pl.col("people").sum()).collect()
    return spread(found, units.table.select("unit").join(_days(run), how="cross"), run.about["members"])


def largest_units(run: Run, by: str, rows: int) -> tuple[pl.DataFrame, int]:
    """Return the units with most displaced people on the last day, and how many others have any.

    The columns are label, mean, p5 ... p95. The label is the unit's name and, in brackets, what it lies in.
    """
    units = units_of(run, by)
    within = pl.col("unit").str.replace(r"/[^/]*$", "").str.replace_all("/", ", ", literal=True)
    labels = units.table.select("unit", pl.format("{} ({})", "name", within).alias("label"))
    on_last = stock_by_unit(run, units).filter((pl.col("date") == last_day(run)) & (pl.col("mean") >= 0.5))
    top = on_last.sort("p50", "mean", "unit", descending=[True, True, False]).join(
        labels, on="unit", maintain_order="left"
    )
    return top.head(rows), max(top.height - rows, 0)


def displaced_over_time(run: Run) -> pl.DataFrame:
    """Return how many people are away from home, wherever they are: date, mean, p5 ... p95."""
    return _displaced(run, _days(run))


def displaced_on(run: Run, day: dt.date) -> pl.DataFrame:
    """Return the row of `displaced_over_time` for one day."""
    return _displaced(run, pl.DataFrame({"date": [day]}))


def _displaced(run: Run, days: pl.DataFrame) -> pl.DataFrame:
    rows = _stock(run, AWAY).filter(pl.col("date").is_in(days["date"].to_list()))
    found = rows.group_by("member", "date").agg(pl.col("people").sum()).collect()
    return spread(found, days, run.about["members"])


def newly_displaced(run: Run) -> pl.DataFrame:
    """Return how many people left home in the period and have not returned by its last day: one row."""
    rows = run.tables["movements"].filter(pl.col("movement").is_in(["left_home", "returned"]))
    sign = pl.when(pl.col("movement").cast(pl.String) == "returned").then(-1).otherwise(1)
    rows = rows.with_columns(pl.col("people") * sign)
    return _total(rows.group_by("member").agg(pl.col("people").sum()).collect(), run)


def times_on(run: Run, day: dt.date) -> pl.DataFrame:
    """Return how many people away from home had been displaced 1, 2, 3 and ``4+`` times by the end of a day.

    The row ``2+`` adds up all but the first. No rows where the run did not follow how often (*expected*).
    """
    if not run.about["labels"]:
        return pl.DataFrame()
    rows = run.tables["times"].filter(pl.col("date") == day).select("member", "times", "people").collect()
    last = pl.col("times").max()
    mark = pl.when(pl.col("times") == last).then(pl.lit("+")).otherwise(pl.lit(""))
    single = rows.with_columns((pl.col("times").cast(pl.String) + mark).alias("times"))
    again = rows.filter(pl.col("times") >= 2).group_by("member")
    more = again.agg(pl.lit("2+").alias("times"), pl.col("people").sum())
    keys = pl.concat([single.select("times").unique(maintain_order=True), pl.DataFrame({"times": ["2+"]})])
    return spread(pl.concat([single, more]), keys, run.about["members"])


def gates_at_peak(run: Run) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return how many people wait at each gate on the last day, and on the first day with the highest mean.

    The columns of both are gate, date, mean, p5 ... p95; rows are in the order of gates.
    """
    rows = run.tables["gates"].select("member", "gate", "date", pl.col("waiting").alias("people"))
    total = rows.group_by("gate", "date").agg(pl.col("people").sum()).with_columns(pl.col("gate").cast(pl.String))
    peak = total.sort("people", "date", descending=[True, False]).unique("gate", keep="first").collect()
    found = []
    for when in (peak.select("gate", pl.lit(last_day(run)).alias("date")), peak.select("gate", "date")):
        days = rows.filter(pl.col("date").is_in(when["date"].to_list())).with_columns(pl.col("gate").cast(pl.String))
        found.append(spread(days.collect(), when.sort("gate"), run.about["members"]))
    return found[0], found[1]


def gates_passed(run: Run) -> pl.DataFrame:
    """Return how many people passed each gate over the period: gate, mean, p5 ... p95."""
    rows = run.tables["gates"].group_by("member", pl.col("gate").cast(pl.String)).agg(pl.col("passed").sum())
    found = rows.rename({"passed": "people"}).collect()
    return spread(found, found.select("gate").unique().sort("gate"), run.about["members"])


def exposure(run: Run) -> pl.DataFrame:
    """Return person-days under attack by who holds the place or road: holder, state, mean, p5 ... p95."""
    rows = run.tables["exposure"].with_columns(pl.col("holder", "state").cast(pl.String))
    found = rows.group_by("member", pl.col("holder").fill_null(NOBODY), "state").agg(pl.col("people").sum()).collect()
    return spread(found, found.select("holder", "state").unique().sort("holder", "state"), run.about["members"])


def top_flows(run: Run, rows: int = 10) -> pl.DataFrame:
    """Return the largest flows over the period: from_place, to_place, people (mean over members).

    A flow is a leg between two places where people stopped; legs that ended where they began are left out.
    """
    legs = run.tables["flows"].filter(pl.col("from_place") != pl.col("to_place"))
    total = legs.group_by("from_place", "to_place").agg(pl.col("people").sum() / run.about["members"]).collect()
    names = total.with_columns(pl.col("from_place", "to_place").cast(pl.String))
    return names.sort("people", "from_place", "to_place", descending=[True, False, False]).head(rows)


def _stock(run: Run, states: Sequence[str]) -> pl.LazyFrame:
    """Return the rows of stock in these states, with places and states as text."""
    return (
        run.tables["stock"]
        .filter(pl.col("state").cast(pl.String).is_in(list(states)))
        .with_columns(pl.col("place").cast(pl.String))
    )


def _days(run: Run) -> pl.DataFrame:
    return pl.DataFrame({"date": pl.date_range(first_day(run), last_day(run), eager=True)})


def _total(found: pl.DataFrame, run: Run) -> pl.DataFrame:
    one = found.with_columns(pl.lit("total").alias("what"))
    return spread(one, pl.DataFrame({"what": ["total"]}), run.about["members"]).drop("what")
