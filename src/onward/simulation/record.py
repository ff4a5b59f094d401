"""The record of a run's members as arrays: legs between stops, and stocks and movements by day and place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from onward.engine.state import Result
from onward.model.near_ground import Near
from onward.typing import Bools, Floats, Ints

if TYPE_CHECKING:
    from onward.simulation.run import Run

DAY, ORIGIN, FROM, TO, TIMES = range(5)
#: tables of a run with people by day and place, and their column of states or movements
_TABLES = {
    **dict.fromkeys(("home", "here", "gate", "way", "out"), ("stock", "state")),
    **dict.fromkeys(("left_home", "fled_again", "moved_on", "arrived", "returned"), ("movements", "movement")),
}


class Legs(NamedTuple):
    """Legs between stops, sorted by the day on which they end; places by number, -1 for a place outside the list."""

    member: Ints
    day: Ints
    origin: Ints | None  # home; -1 unknown; None if not requested
    start: Ints
    end: Ints
    home: Bools  # whether the leg began at home
    again: Bools  # whether those who went were displaced twice or more
    people: Floats
    near: Floats | None = None  # [row, k] those to whom question k of the record applies; None where it is not known

    def window(self, first: int, last: int) -> Legs:
        """Return the legs that ended from one day to another, both included."""
        begin, end = np.searchsorted(self.day, [first, last + 1])
        return Legs(*(None if column is None else column[begin:end] for column in self))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Record:
    """All that quantities are computed from, the same for one member's arrays and for the tables of a run.

    Parameters
    ----------
    members
        How many there are.
    labels
        Whether legs say where people are from and how often they were displaced.
    legs
        Legs between stops.
    coverage
        ``[m]``: the share of the newly displaced whom agencies count; NaN where the run does not say.
    daily
        Gives a field of `Daily` by name: ``[m, t, p]`` people by place.
    asked
        The questions that ``legs.near`` answers.
    """

    members: int
    labels: bool
    legs: Legs
    coverage: Floats
    daily: Callable[[str], Floats]
    asked: tuple[Near, ...] = ()


def record_of_result(result: Result, coverage: float, asked: tuple[Near, ...] = ()) -> Record:
    """Build the record of one member from its arrays; ``asked`` are the questions that its legs answer."""
    key, people = result.flows.key.astype(np.int64), result.flows.people.astype(np.float64)
    first = (key[:, FROM] == key[:, ORIGIN]) & (key[:, TIMES] == 1)
    nobody = np.zeros(len(key), dtype=np.int64)
    near = None if result.flows.near is None else result.flows.near.astype(np.float64)
    legs = Legs(nobody, key[:, DAY], key[:, ORIGIN], key[:, FROM], key[:, TO], first, key[:, TIMES] >= 2, people, near)
    labels = len(key) == 0 or int(key[0, TIMES]) > 0

    def daily(name: str) -> Floats:
        return np.asarray(getattr(result.daily, name), dtype=np.float64)[None]

    return Record(1, labels, legs, np.array([coverage]), daily, asked)


def record_of_run(run: Run, names: Sequence[str], *, touching: Collection[str] | None = None) -> Record:
    """Build the record of a run's members from its tables; its legs have no place of origin.

    Parameters
    ----------
    run
        A run with the tables ``flows``, ``stock`` and ``movements``.
    names
        The places in the order in which they are numbered; others are -1.
    touching
        Only legs that begin or end at these places; all if None.
    """
    members, days = int(run.about["members"]), int(run.about["days"])
    start = dt.date.fromisoformat(run.about["start"])
    place = pl.LazyFrame({"place": list(names), "p": range(len(names))}, schema={"place": pl.String, "p": pl.Int64})
    day = (pl.col("date") - start).dt.total_days().cast(pl.Int64).alias("day")

    @cache
    def daily(name: str) -> Floats:
        table, column = _TABLES[name]
        rows = run.tables[table].filter(pl.col(column).cast(pl.String) == name)
        rows = rows.with_columns(pl.col("place").cast(pl.String), day).join(place, on="place")
        found = rows.select("member", "day", "p", pl.col("people").cast(pl.Float64)).collect()
        cube = np.zeros((members, days, len(names)))
        at = tuple(found[column].to_numpy() for column in ("member", "day", "p"))
        np.add.at(cube, at, found["people"].to_numpy())
        return cube

    legs, labels = _legs(run, place, day, touching)
    return Record(members, labels, legs, coverage_of(run), daily)


def _legs(run: Run, place: pl.LazyFrame, day: pl.Expr, touching: Collection[str] | None) -> tuple[Legs, bool]:
    ends = [pl.col(name).cast(pl.String) for name in ("from_place", "to_place")]
    rows = run.tables["flows"].with_columns(*ends, day)
    if touching is not None:
        wanted = list(touching)
        rows = rows.filter(pl.col("from_place").is_in(wanted) | pl.col("to_place").is_in(wanted))
    first = (pl.col("origin").cast(pl.String) == pl.col("from_place")).fill_null(False) & (pl.col("times") == 1)
    rows = rows.with_columns(first.alias("home"), (pl.col("times") >= 2).alias("again"))
    keys = ("member", "day", "from_place", "to_place", "home", "again")
    added = rows.group_by(*keys).agg(pl.col("people").sum().cast(pl.Float64), pl.col("times").max())
    for key, short in (("from_place", "start"), ("to_place", "end")):
        added = added.join(place.rename({"place": key, "p": short}), on=key, how="left")
    found = added.with_columns(pl.col("start", "end").fill_null(-1)).sort(keys[1], keys[0], *keys[2:]).collect()
    number = {name: found[name].to_numpy().astype(np.int64) for name in ("member", "day", "start", "end")}
    home, again, people = (found[name].to_numpy() for name in ("home", "again", "people"))
    legs = Legs(number["member"], number["day"], None, number["start"], number["end"], home, again, people)
    return legs, found.height == 0 or bool((found["times"] > 0).any())


def coverage_of(run: Run) -> Floats:
    """Return the share of newly displaced people that agencies count, by member; NaN where a run does not give it.

    It is 1 under Flee's rules, which have no such parameter, and where the counts were given as totals and so taken for
    everybody.
    """
    members = int(run.about["members"])
    if run.about.get("rules") == "flee" or run.about.get("given_totals"):
        return np.ones(members)
    if "parameters" in run.tables:
        rows = run.tables["parameters"].filter(pl.col("parameter") == "coverage").sort("member").collect()
        if rows.height == members:
            return rows["value"].to_numpy()
    known = run.about.get("values", {}).get("coverage") if run.about.get("parameters") == "fixed" else None
    return np.full(members, np.nan if known is None else float(known))
