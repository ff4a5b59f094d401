"""Real counts as time series, by place and in total, as they were known on a day.

Nothing is interpolated. A series as of a day holds only what is dated on or before it: counts, and the recounts that
rescale the counts before them. Zeros before the first people are no counts (Flee's files begin with an artificial 0).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from onward.crisis.crisis import EVERYWHERE, Crisis
from onward.flee.instance import FleeInstance
from onward.flee.registrations import TOTAL, read_count_files
from onward.typing import Floats

Kind = Literal["place", "total"]
#: what a run says of a series: displaced people ``there``, everybody displaced (``away``), or who ``left`` home
Measure = Literal["there", "away", "left"]


@dataclass(frozen=True)
class Series:
    """Counts of one place, or of all: people, at least one count, on increasing days from the start of the crisis."""

    name: str
    kind: Kind
    days: Floats
    people: Floats

    def before(self, day: float) -> Series:
        """Return the counts on or before a day; there may be none."""
        kept = self.days <= day
        return Series(self.name, self.kind, self.days[kept], self.people[kept])


@dataclass(frozen=True)
class Source:
    """The published counts of one series: tables (day, people) whose last known rows add up, and days of recounts.

    ``places`` and ``measure`` say what of a run it is held against; without places it is held against none.
    """

    name: str
    kind: Kind
    files: tuple[Floats, ...]
    recounts: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    measure: Measure = "there"

    def known(self, day: int) -> Series:
        """Return the series as it was known at the end of a day."""
        table = add_files([file[file[:, 0] <= day] for file in self.files])
        if not len(table):
            return Series(self.name, self.kind, np.zeros(0), np.zeros(0))
        days, people = table[:, 0], rescale(table, [c for c in self.recounts if c <= day])
        first = int(np.argmax(people > 0)) if (people > 0).any() else len(people)
        return Series(self.name, self.kind, days[first:], people[first:])


@dataclass(frozen=True)
class Observations:
    """All counts of a crisis; ``days`` is its length, and day 0 its first.

    ``hash`` is of the counts and recounts alone: what a forecast fitted on them would have learned from.
    """

    crisis: str
    start: dt.date
    days: int
    sources: tuple[Source, ...]
    hash: str

    def known(self, day: int) -> tuple[Series, ...]:
        """Return every series with a positive count as it was known at the end of a day.

        Parameters
        ----------
        day
            Days from the start of the crisis; later rows, recounts and places are not looked at.
        """
        found = (source.known(min(day, self.days - 1)) for source in self.sources)
        return tuple(series for series in found if len(series.days))

    def all(self) -> tuple[Series, ...]:
        """Return every series of the whole period with all recounts applied: what forecasts are scored against."""
        return self.known(self.days - 1)


def add_files(files: Sequence[Floats]) -> Floats:
    """Return the sum of tables (day, people): on each day of any of them, the sum of the last known rows of all.

    A table that has not begun adds 0. Rows may be in any order; the last of several on a day is used.

    Examples
    --------
    >>> add_files([np.array([[0.0, 5.0], [9.0, 7.0]]), np.array([[4.0, 1.0]])]).tolist()
    [[0.0, 5.0], [4.0, 6.0], [9.0, 8.0]]
    """
    tables = [_by_day(file) for file in files if len(file)]
    if not tables:
        return np.zeros((0, 2))
    days = np.unique(np.concatenate([table[:, 0] for table in tables]))
    total = np.zeros(len(days))
    for table in tables:
        row = np.searchsorted(table[:, 0], days, side="right") - 1
        total += np.where(row >= 0, table[np.maximum(row, 0), 1], 0.0)
    return np.column_stack([days, total])


def _by_day(table: Floats) -> Floats:
    ordered: Floats = table[np.argsort(table[:, 0], kind="stable")]
    last = np.append(ordered[1:, 0] != ordered[:-1, 0], True)
    return np.asarray(ordered[last])


def rescale(table: Floats, recounts: Sequence[int]) -> Floats:
    """Return the people of a table (day, people) with the counts before each recount multiplied by its jump.

    A recount on a day that is not in the table, or after a count of nobody, changes nothing.

    Examples
    --------
    >>> rescale(np.array([[0.0, 10.0], [5.0, 20.0], [9.0, 10.0]]), [9]).tolist()
    [5.0, 10.0, 10.0]
    """
    people: Floats = table[:, 1].copy()
    for day in recounts:
        row = int(np.searchsorted(table[:, 0], day))
        if 0 < row < len(table) and table[row, 0] == day and people[row - 1] > 0:
            people[:row] *= people[row] / people[row - 1]
    return people


def observations_of_flee(instance: FleeInstance) -> Observations:
    """Return the registrations of a Flee folder: ``total``, and each place of data_layout.csv.

    They are read anew, file by file, because Flee's own sum of two files and its corrections look ahead.

    Parameters
    ----------
    instance
        From `onward.flee.instance.read_flee`; only its folder, first day and length are used.
    """
    folder = Path(instance.folder)
    found = read_count_files(
        folder / "source_data", folder / "input_csv" / "registration_corrections.csv", instance.start
    )
    home = instance.locations[0].country
    registering = tuple(place.name for place in instance.locations if place.is_camp or place.country != home)
    sources = tuple(
        Source(
            name, "total" if name == TOTAL else "place", files, found.corrections.get(name, ()),
            registering if name == TOTAL else (name,),
        )
        for name, files in found.files.items()
        if files
    )  # fmt: skip
    return _observations(instance.name, instance.start, instance.days, sources)


def observations_of_crisis(crisis: Crisis) -> Observations:
    """Return the counts of a crisis: a series for each place or area, source and day that people are counted since.

    ``stock`` makes a place's series; ``stock`` of everywhere and ``displaced`` of an area make totals, each apart.
    Arrivals, departures and returns are flows and are left out. Counts outside the period are left out.

    Examples
    --------
    >>> import onward
    >>> [series.name for series in observations_of_crisis(onward.read_crisis("aleppo-2016")).all()][:1]
    ['aleppo_and_north, displaced, ICRC, since 2016-02-01']
    """
    import polars as pl

    counts = crisis.table("counts").filter(pl.col("indicator").is_in(["stock", "displaced"]))
    counts = counts.with_columns(pl.coalesce("place", "area").alias("where")).sort(
        "where", "indicator", "source", "date"
    )
    sources = []
    keys = ["where", "indicator", "source", "since"]
    for (where, indicator, source, since), rows in counts.group_by(keys, maintain_order=True):
        days = (rows["date"] - crisis.start).dt.total_days().to_numpy().astype(np.float64)
        named = (str(where), "" if indicator == "stock" else str(indicator), source, f"since {since}" if since else "")
        name = ", ".join(filter(None, named))
        kind: Kind = "total" if indicator == "displaced" or where == EVERYWHERE else "place"
        measure: Measure = "left" if indicator == "displaced" else "away" if where == EVERYWHERE else "there"
        table = np.column_stack([days, rows["people"].to_numpy().astype(np.float64)])
        places = tuple(crisis.areas.get(str(where), [str(where)]))
        sources.append(Source(name, kind, (table,), places=places, measure=measure))
    return _observations(crisis.name, crisis.start, crisis.days, tuple(sources))


def _observations(name: str, start: dt.date, days: int, sources: tuple[Source, ...]) -> Observations:
    digest = hashlib.sha256(f"{start} {days}".encode())
    for source in sources:
        digest.update(f"{source.name} {source.kind} {source.recounts}".encode())
        for file in source.files:
            digest.update(np.ascontiguousarray(file).tobytes())
    return Observations(name, start, days, sources, digest.hexdigest())
