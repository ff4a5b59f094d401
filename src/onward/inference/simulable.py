"""Crises that can be run as of any day: bundled crises, crisis folders and Flee folders.

A crisis folder is run from its first day. A Flee folder, which may cover years, is run from `WINDOW_DAYS` before the
origin: camps then hold what was last counted by then, and attacked places have lost as many residents as were
registered by then, shared out by residents times days of conflict (own choices).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from onward.crisis import Crisis, crisis_from_tables, read_crisis
from onward.flee.instance import FleeInstance, read_flee
from onward.inference.as_of import as_of
from onward.inference.observations import Observations, observations_of_crisis, observations_of_flee
from onward.sources.flee import convert_flee
from onward.typing import Bools

#: what is known of the war after the origin: drawn ahead, as it came (an oracle), or no attack at all (the placebo)
War = Literal["ahead", "given", "none"]
#: days before the origin from which a Flee folder is run (own choice: a quarter to learn appeal and multiplier from)
WINDOW_DAYS = 90
#: days before those of which attacks are known (own choice: people get used to attacks within weeks)
HISTORY_DAYS = 90
#: attacked places keep at least this share of their residents (own choice)
LEAST_STAYING = 0.2


@dataclass(frozen=True, eq=False)
class Simulable:
    """A crisis with its counts, to be run as of any day.

    Parameters
    ----------
    observations
        Its counts; their ``days`` and names of places are the crisis's.
    crisis
        All that is known today.
    folder
        Of the Flee instance, if it is one.
    """

    observations: Observations
    crisis: Crisis
    folder: Path | None = None

    @property
    def hash(self) -> str:
        """Return the hash of the whole crisis."""
        return self.crisis.hash

    def flee(self, origin: int | None = None) -> FleeInstance:
        """Return the Flee instance, whole or as known on a day; ValueError for a crisis folder."""
        if self.folder is None:
            raise ValueError("this crisis is no Flee folder")
        day = None if origin is None else self.observations.start + dt.timedelta(origin)
        return read_flee(self.folder, need_settings=False, known_at=day)

    def known(self, origin: int, days: int, war: War = "ahead") -> Crisis:
        """Return the crisis as known at the end of day ``origin``, with a period that continues for some days.

        Its first day may be later than the crisis's own. With ``none`` it has no attack.
        """
        date = self.observations.start + dt.timedelta(origin)
        whole = self.crisis if self.folder is None else _window(self, origin, given=war == "given")
        until = date + dt.timedelta(days) if war == "given" else None
        found = as_of(whole, date, days=days, war_until=until)
        return found.replace_table("events", found.table("events").clear()) if war == "none" else found


def simulable_crisis(crisis: Crisis) -> Simulable:
    """Return a crisis as one that can be run as of any day."""
    return Simulable(observations_of_crisis(crisis), crisis)


def read_simulable(crisis: str | Path) -> Simulable:
    """Read a bundled crisis, a crisis folder or a Flee folder; of a split network the largest part is run."""
    folder = Path(crisis)
    if (folder / "input_csv").is_dir() and not (folder / "crisis.toml").is_file():
        instance = read_flee(folder, need_settings=False)
        whole = convert_flee(instance, keep_names=True, largest_component=True).crisis
        return Simulable(observations_of_flee(instance), whole, folder)
    return simulable_crisis(read_crisis(crisis))


def _window(world: Simulable, origin: int, *, given: bool) -> Crisis:
    """Return a Flee folder as known on a day, from some days before it on."""
    instance = world.flee(origin)
    begin = max(0, origin - WINDOW_DAYS)
    first = max(0, begin - HISTORY_DAYS)
    conflicts = world.flee().conflicts if given else instance.conflicts
    before = {name: level[:begin] > 0 for name, level in instance.conflicts.items()}
    shown = {name: np.where(np.arange(len(level)) >= first, level, 0.0) for name, level in conflicts.items()}
    crisis = convert_flee(replace(instance, conflicts=shown), keep_names=True, largest_component=True).crisis
    start = world.observations.start + dt.timedelta(begin)
    header = {**crisis.header(), "start": start, "history_start": world.observations.start + dt.timedelta(first)}
    tables = dict(crisis.tables)
    tables["counts"] = tables["counts"].filter(pl.col("date") >= start)
    tables["closures"] = tables["closures"].filter(pl.col("end").is_null() | (pl.col("end") >= start))
    if begin > 0:
        tables["places"] = _moved(tables["places"], before, world.observations, origin, begin)
    return crisis_from_tables(header, tables)


def _moved(
    places: pl.DataFrame, before: Mapping[str, Bools], observations: Observations, origin: int, begin: int
) -> pl.DataFrame:
    """Return the places with who was displaced there on a day, and with the residents who were left."""
    counted = {series.name: series.before(begin) for series in observations.known(origin)}
    there = {name: round(float(one.people[-1])) for name, one in counted.items() if len(one.days)}
    total = next((one for one in counted.values() if one.kind == "total" and len(one.days)), None)
    gone = 0.0 if total is None else float(max(0.0, total.people[-1] - total.people[0]))
    names, residents = places["place"].to_list(), places["population"].cast(pl.Float64).to_numpy()
    struck = residents * np.array([before[n].sum() if n in before else 0.0 for n in names])
    left = gone * struck / struck.sum() if struck.sum() > 0 else np.zeros(len(names))
    staying = np.rint(np.maximum(residents - left, LEAST_STAYING * residents)).astype(np.int64)
    dtypes = places.schema
    displaced = [there.get(n, 0 if kind == "camp" else old) for n, kind, old in
                 zip(names, places["kind"], places["displaced_at_start"], strict=True)]  # fmt: skip
    return places.with_columns(
        pl.Series("population", staying, dtype=dtypes["population"]),
        pl.Series("displaced_at_start", displaced, dtype=dtypes["displaced_at_start"]),
        *(pl.lit(None, dtype=dtypes[name]).alias(name) for name in ("population_low", "population_high")),
    )
