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

#: members whose legs are added up at once: bounds the memory that a large run needs (own choice)
TOGETHER = 8


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

    legs = run.legs if touching is None else read_legs(run, touching)
    return Record(members, legs.labels, legs.numbered(names), coverage_of(run), daily)


@dataclass(frozen=True, eq=False)
class KeptLegs:
    """The legs of all members of a run, with places numbered in the order of ``places``.

    ``labels`` says whether they tell how often people were displaced.
    """

    places: tuple[str, ...]
    legs: Legs
    labels: bool

    def numbered(self, names: Sequence[str]) -> Legs:
        """Return the legs with places numbered as in ``names``; others are -1."""
        if tuple(names) == self.places:
            return self.legs
        row = {name: n for n, name in enumerate(names)}
        number = np.array([row.get(name, -1) for name in self.places], dtype=np.int64)
        return self.legs._replace(start=number[self.legs.start], end=number[self.legs.end])


def read_legs(run: Run, touching: Collection[str] | None = None) -> KeptLegs:
    """Read the legs of a run's table ``flows``, a few members at a time: the table may be larger than the memory.

    Legs of one day between the same stops are added up, whatever the home; ``touching`` keeps those that begin or end
    at these places.
    """
    ends = ("from_place", "to_place")
    rows = run.tables["flows"]
    kind = rows.collect_schema()["from_place"]
    known = kind.categories.to_list() if isinstance(kind, pl.Enum) else run.about["places"]
    places = pl.Enum(sorted(known))
    rows = rows.with_columns(pl.col("origin", *ends).cast(places))
    if touching is not None:
        wanted = [name for name in touching if name in set(known)]
        rows = rows.filter(pl.any_horizontal(pl.col(end).is_in(pl.Series(wanted, dtype=places)) for end in ends))
    first = (pl.col("origin") == pl.col("from_place")).fill_null(False) & (pl.col("times") == 1)
    start = dt.date.fromisoformat(run.about["start"])
    day, place = (pl.col("date") - start).dt.total_days(), (pl.col(end).to_physical() for end in ends)
    columns = (day, pl.col("member"), *place, first, pl.col("times") >= 2)
    sizes = (int(run.about["days"]), int(run.about["members"]), len(known), len(known), 2, 2)
    sums = (pl.col("people").sum().cast(pl.Float64), pl.col("times").max())
    parts = (
        rows.filter(pl.col("member").is_between(m, m + TOGETHER - 1))
        .group_by(_key(columns, sizes))
        .agg(*sums)
        .collect()
        for m in range(0, sizes[1], TOGETHER)
    )
    found = pl.concat(parts).sort("key")
    numbers = np.unravel_index(found["key"].to_numpy(), sizes)
    at, member, begin, end, home, again = (np.ascontiguousarray(number) for number in numbers)
    people = found["people"].to_numpy()
    labels = found.height == 0 or bool((found["times"] > 0).any())
    legs = Legs(member, at, None, begin, end, home.astype(np.bool_), again.astype(np.bool_), people)
    return KeptLegs(tuple(places.categories), legs, labels)


def _key(columns: Sequence[pl.Expr], sizes: Sequence[int]) -> pl.Expr:
    """Return one number for the values of several columns, of which each is below its size; the first weighs most."""
    key = pl.lit(0, pl.Int64)
    for column, size in zip(columns, sizes, strict=True):
        key = key * size + column.cast(pl.Int64)
    return key.alias("key")


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
