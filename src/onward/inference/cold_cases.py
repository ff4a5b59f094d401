"""Cases for cold starts: a crisis as it was known on its first day, and what was really counted in its first 90 days.

The conflict, the borders and who held what are given: this tests the mechanism, not a forecast of the war. Hidden are
all counts but those of the first day, the capacity of every place (in Flee folders it is often the largest later
registration) and places that open later: nobody can stay there and they are not scored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis, read_crisis
from onward.flee.instance import FleeInstance, read_flee
from onward.flee.network_files import Location
from onward.flee.registrations import TOTAL
from onward.sources.flee import crisis_from_flee
from onward.typing import Floats

#: days after the start at which a cold start is scored
HORIZONS = (30, 60, 90)
#: a real count this many days from the horizon, or nearer, stands for it (own choice)
WINDOW = 15
#: standard deviation of the logarithm of a count by horizon: registration lags in the first weeks (own assumption)
TOTAL_DEVIATION = {30: 0.6, 60: 0.4, 90: 0.3}


@dataclass(frozen=True)
class Total:
    """How many were displaced: people who ``left`` home in ``places``, or who ``arrived`` in them, on days first..last.

    ``first`` is -1 where the stock of the last day is compared as it is. ``truth`` is a real count of the last day.
    """

    horizon: int
    measure: str
    places: frozenset[str]
    first: int
    last: int
    truth: float


@dataclass(frozen=True)
class Shares:
    """Who arrived where: for each destination its places, its day, and the people really counted since ``first``.

    ``first`` is the day from whose morning arrivals are counted; -1 where stocks are compared as they are.
    """

    horizon: int
    names: tuple[str, ...]
    places: tuple[frozenset[str], ...]
    first: tuple[int, ...]
    last: tuple[int, ...]
    truth: Floats


@dataclass(frozen=True)
class ColdCase:
    """A crisis of which no count is known, and the counts that judge it.

    ``whole`` is the crisis with all that is known today; ``instance`` is given where it is a Flee folder.
    """

    name: str
    crisis: Crisis
    totals: tuple[Total, ...]
    shares: tuple[Shares, ...]
    whole: Crisis
    instance: FleeInstance | None = None


def read_cold_case(crisis: str | Path) -> ColdCase:
    """Read a crisis folder, a bundled crisis or a Flee folder as a case for a cold start."""
    folder = Path(crisis)
    if (folder / "input_csv").is_dir() and not (folder / "crisis.toml").is_file():
        return flee_case(read_flee(folder, need_settings=False), folder)
    return crisis_case(read_crisis(crisis))


def crisis_case(crisis: Crisis) -> ColdCase:
    """Return a crisis as a case; what was counted comes from its counts table."""
    counts = crisis.table("counts").with_columns(
        day=(pl.col("date") - crisis.start).dt.total_days(),
        begin=(pl.col("since").fill_null(crisis.start) - crisis.start).dt.total_days().clip(0),
    )
    late = {row["place"] for row in crisis.table("places").iter_rows(named=True) if _later(row["opens"], crisis.start)}
    areas = crisis.areas
    rows = [row | {"places": frozenset(_where(row, areas)) - late} for row in counts.iter_rows(named=True)]
    rows = [row for row in rows if row["places"] and row["people"] > 0]
    totals = [total for h in HORIZONS for total in _counted_total(rows, h)]
    shares = [found for h in HORIZONS for found in _counted_shares(rows, h)]
    return ColdCase(crisis.name, hide_later(crisis, late), tuple(totals), tuple(shares), crisis)


def _later(opens: dt.date | None, start: dt.date) -> bool:
    return opens is not None and opens > start


def _where(row: dict[str, Any], areas: dict[str, list[str]]) -> list[str]:
    return [row["place"]] if row["place"] is not None else areas[row["area"]]


def _near(rows: list[dict[str, Any]], horizon: int) -> list[dict[str, Any]]:
    """Rows of days near the horizon, the nearest first, the earlier of two as near."""
    near = [row for row in rows if abs(row["day"] - horizon) <= WINDOW]
    return sorted(near, key=lambda row: (abs(row["day"] - horizon), row["day"]))


def _counted_total(rows: list[dict[str, Any]], horizon: int) -> Iterator[Total]:
    """Yield the count of newly displaced near the horizon that covers most places; if none, an area's stock."""
    found = _near([row for row in rows if row["indicator"] == "displaced"], horizon)
    areas = _near([row for row in rows if row["indicator"] == "stock" and row["area"] is not None], horizon)
    if found or areas:
        row = max(found or areas, key=_size)  # the first of several: the nearest
        measure, first = ("left", row["begin"]) if found else ("arrived", -1)
        yield Total(horizon, measure, row["places"], first, row["day"], float(row["people"]))


def _counted_shares(rows: list[dict[str, Any]], horizon: int) -> Iterator[Shares]:
    """Yield counts of different places near the horizon, of the indicator that has more of them."""
    best: list[dict[str, Any]] = []
    for indicator in ("arrivals", "stock"):
        chosen: list[dict[str, Any]] = []
        taken: set[str] = set()
        for row in sorted(_near([r for r in rows if r["indicator"] == indicator], horizon), key=_size):
            if not row["places"] & taken:
                chosen.append(row)
                taken |= row["places"]
        best = chosen if len(chosen) > len(best) else best
    if len(best) > 1:
        yield Shares(
            horizon,
            names=tuple(row["place"] or row["area"] for row in best),
            places=tuple(row["places"] for row in best),
            first=tuple(-1 if row["indicator"] == "stock" else row["begin"] for row in best),
            last=tuple(row["day"] for row in best),
            truth=np.array([float(row["people"]) for row in best]),
        )


def _size(row: dict[str, Any]) -> int:
    return len(row["places"])


def flee_case(instance: FleeInstance, folder: Path) -> ColdCase:
    """Return a Flee instance as a case: camps are destinations, their real registrations what was counted.

    The total is Flee's own, less that of the first day; where single camps had counted more by that day, the file of
    the total lacks some of them, and the sum of the camps stands for it. Registrations of the first day stand;
    corrections of later days rescale what judges, and not what is known.
    """
    known = read_flee(folder, need_settings=False, known_at=instance.start)
    later = {place.name for place in instance.locations if place.is_camp and _opens_later(instance, place)}
    people = instance.settings.hasten
    found = crisis_from_flee(replace(instance, registrations=known.registrations), keep_names=True)
    camps = [p.name for p in instance.locations if p.is_camp and p.name not in later and p.name in found.places]
    counts = {name: _registered(instance, name) for name in [*camps, TOTAL]}
    totals, shares = [], []
    for horizon in HORIZONS:
        near = {name: row for name, rows in counts.items() for row in _nearest(rows, horizon)}
        if TOTAL in near and near[TOTAL][1] > 0:
            day, newly = near[TOTAL]
            newly = max(newly, sum(_by(counts[name], day) for name in camps))
            totals.append(Total(horizon, "arrived", frozenset(_registering(instance)), 0, int(day), newly * people))
        where = [name for name in camps if name in near and near[name][1] > 0]
        if len(where) > 1:
            shares.append(
                Shares(
                    horizon,
                    names=tuple(where),
                    places=tuple(frozenset([name]) for name in where),
                    first=(0,) * len(where),
                    last=tuple(int(near[name][0]) for name in where),
                    truth=np.array([near[name][1] * people for name in where]),
                )
            )
    return ColdCase(
        instance.name, hide_later(found, later), tuple(totals), tuple(shares), crisis_from_flee(instance), instance
    )


def _opens_later(instance: FleeInstance, place: Location) -> bool:
    kinds = ("camp", "idpcamp", "location")
    return any(c.name1 == place.name and c.kind in kinds and c.start <= 0 < c.end for c in instance.closures)


def _registering(instance: FleeInstance) -> Iterator[str]:
    """Yield where people are registered: camps, and every place of another country."""
    home = instance.locations[0].country
    yield from (place.name for place in instance.locations if place.is_camp or place.country != home)


def _registered(instance: FleeInstance, name: str) -> Floats:
    """Return rows (day, people newly registered since day 0, in agents) of real counts after day 0."""
    rows = instance.registrations.observed(name)
    if not len(rows):
        return rows
    first = float(rows[0, 1]) if rows[0, 0] == 0 else 0.0
    later = rows[rows[:, 0] > 0]
    return np.column_stack([later[:, 0], np.maximum(0.0, later[:, 1] - first)])


def _nearest(rows: Floats, horizon: int) -> Iterator[tuple[float, float]]:
    """Yield the row of the day nearest to the horizon, the earlier of two as near, if it lies in the window."""
    near = rows[np.abs(rows[:, 0] - horizon) <= WINDOW]
    if len(near):
        day, people = near[np.lexsort((near[:, 0], np.abs(near[:, 0] - horizon)))[0]]
        yield float(day), float(people)


def _by(rows: Floats, day: float) -> float:
    """Return the people of the last row on or before a day; nobody if there is none."""
    before = rows[rows[:, 0] <= day]
    return float(before[before[:, 0].argmax(), 1]) if len(before) else 0.0


def hide_later(crisis: Crisis, later: set[str]) -> Crisis:
    """Return the crisis up to the last day scored, without capacities, counts, claims, and places that open later."""
    end = min(crisis.end, crisis.start + dt.timedelta(days=max(HORIZONS) + WINDOW))
    never = end + dt.timedelta(days=1)
    places = crisis.table("places").with_columns(
        capacity=pl.lit(None, crisis.table("places").schema["capacity"]),
        opens=pl.when(pl.col("place").is_in(sorted(later))).then(pl.lit(never)).otherwise(pl.col("opens")),
    )
    tables = {
        **crisis.tables,
        "places": places,
        "events": _until(crisis, end),
        "control": crisis.table("control").filter(pl.col("start") <= end),
        "closures": crisis.table("closures").filter(pl.col("start").is_null() | (pl.col("start") <= end)),
        **{name: crisis.table(name).clear() for name in ("counts", "claims")},
    }
    return replace(crisis, end=end, tables=tables)


def _until(crisis: Crisis, end: dt.date) -> pl.DataFrame:
    """Return the events up to a day; an event that continues after it keeps its number of attacks per day."""
    events = crisis.table("events").filter(pl.col("start") <= end)
    days = (pl.col("end").fill_null(pl.col("start")) - pl.col("start")).dt.total_days() + 1
    left = (pl.min_horizontal(pl.col("end").fill_null(pl.col("start")), pl.lit(end)) - pl.col("start")).dt.total_days()
    part = (left + 1) / days
    cut = pl.when(pl.col("end") > end).then(pl.lit(end)).otherwise(pl.col("end"))
    return events.with_columns(end=cut, **{name: pl.col(name) * part for name in ("n", "n_low", "n_high")})
