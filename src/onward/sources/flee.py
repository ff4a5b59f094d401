"""Import a Flee instance as a crisis folder that runs under Onward's own rules.

What is carried over: locations (camps with capacity and the people of day 0), links, days of conflict with their
intensity as severity (how many attacks a day stands for is a parameter), closures, real counts (no interpolated ones),
the travel speeds. What Flee has no word for stays at Onward's defaults; its move chances and weights are other rules
and stay behind.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import importlib.resources
import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from onward.crisis.crisis import Crisis, crisis_from_tables
from onward.crisis.header import HISTORY_DAYS
from onward.crisis.messages import quoted
from onward.crisis.write import write_crisis
from onward.errors import CrisisDataError, Problem
from onward.flee.instance import FleeInstance, read_flee
from onward.flee.network_files import Closure, Location
from onward.flee.registrations import TOTAL
from onward.sources.units import is_iso3

if TYPE_CHECKING:
    import polars as pl

#: residents from which a town counts as a city (own choice)
CITY_PEOPLE = 300_000
ACTOR, GROUP, ORIGIN, SOURCE = "war", "residents", "origin", "Flee instance"


@dataclass(frozen=True)
class FleeImport:
    """A Flee instance as a checked crisis, and what was merged, dropped or added on the way, a sentence each."""

    crisis: Crisis
    notes: tuple[str, ...]


def import_flee(
    folder: str | Path, destination: str | Path, *, settings_file: str | Path | None = None, overwrite: bool = False,
    largest_component: bool = False, known_at: dt.date | None = None,
) -> FleeImport:  # fmt: skip
    """Read a Flee instance folder and write it as a crisis folder that runs; or write nothing and say why.

    Parameters
    ----------
    folder, settings_file
        As `onward.flee.instance.read_flee` takes them; where there are no settings, Flee's defaults are used.
    destination, overwrite
        The crisis folder to write, and whether to replace one that is there.
    largest_component
        Keep only the largest part of the network where no route joins it to the rest; else such an instance is refused.
    known_at
        Take only what was known on this day; see `onward.flee.known_at`.

    Returns
    -------
    FleeImport
        The crisis and what was done to the instance.
    """
    instance = read_flee(folder, settings_file=settings_file, need_settings=False, known_at=known_at)
    found = convert_flee(instance, largest_component=largest_component)
    write_crisis(found.crisis, destination, overwrite=overwrite)
    return found


def crisis_from_flee(instance: FleeInstance, *, keep_names: bool = False) -> Crisis:
    """Return the instance as a checked crisis; see `convert_flee`."""
    return convert_flee(instance, keep_names=keep_names).crisis


def convert_flee(instance: FleeInstance, *, keep_names: bool = False, largest_component: bool = False) -> FleeImport:
    """Return the instance as a checked crisis; short names of places are made from Flee's, or are Flee's own.

    A location without coordinates has no place on a map: CrisisDataError names its row.
    """
    notes = list(instance.notes)
    instance = _joined(instance, largest_component, notes)
    _check_coordinates(instance)
    names = [place.name for place in instance.locations]
    short = {name: name for name in names} if keep_names else short_names(names)
    home = instance.locations[0].country
    codes = _codes(place.country for place in instance.locations)
    began = war_began(codes[home], instance.start)
    if began:
        notes.append(
            f"the war is assumed to have begun on {began} (war_began in crisis.toml; correct it if it did not)"
        )
    made = [f"{quoted(name)} as {code}" for name, code in codes.items() if not is_iso3(code)]
    if made:
        notes.append(f"countries without a known ISO 3166 code are written with a made-up one: {', '.join(made)}")
    tables: dict[str, list[dict[str, Any]]] = {
        "places": [_place(instance, place, short, codes) for place in instance.locations],
        "areas": [{"area": ORIGIN, "place": short[p.name]} for p in instance.locations if p.country == home],
        "routes": _routes(instance, short),
        "actors": [{"actor": ACTOR, "side": ACTOR, "name": "unknown attacker"}],
        "groups": [{"place": None, "group": GROUP, "share": 1.0}],
        "fears": [{"group": GROUP, "actor": ACTOR, "weight": 1.0}],
        "events": list(_events(instance, short)),
        "closures": list(_closures(instance, short, codes)),
        "counts": _once(_counts(instance, short), notes),
    }
    frames = {name: _frame(rows) for name, rows in tables.items() if rows}
    return FleeImport(crisis_from_tables(_header(instance, began), frames), tuple(notes))


def war_began(country: str, start: dt.date) -> dt.date | None:
    """Return the day on which the latest war of a country (ISO 3166 alpha-3) began by a day; None if none is known.

    The days are general knowledge, as reports on these wars date them: sources/wars.csv.

    >>> war_began("SYR", dt.date(2013, 1, 1)), war_began("BDI", dt.date(1990, 1, 1))
    (datetime.date(2011, 3, 15), None)
    """
    text = importlib.resources.files("onward.sources").joinpath("wars.csv").read_text("utf-8")
    began = [
        dt.date.fromisoformat(row["began"]) for row in csv.DictReader(text.splitlines()) if row["country"] == country
    ]
    return max((day for day in began if day <= start), default=None)


def _header(instance: FleeInstance, began: dt.date | None) -> dict[str, Any]:
    rules = instance.settings
    return {
        "name": instance.name,
        "title": f"{instance.name}, from a Flee instance",
        "start": instance.start,
        # an instance begins with its conflict: nobody is used to attacks yet (as Flee takes it)
        "history_start": instance.start - dt.timedelta(days=HISTORY_DAYS),
        **({"war_began": began} if began else {}),
        "end": instance.start + dt.timedelta(days=instance.days - 1),
        "time_zone": "UTC",
        "sources": [f"Flee instance {instance.name} with {instance.settings_file}"],
        "parameters": {"speed_car": rules.max_move_speed, "speed_foot": rules.max_walk_speed},
    }


def _once(rows: Iterable[dict[str, Any]], notes: list[str]) -> list[dict[str, Any]]:
    """Return rows without those given again, which are noted; of several counts on a day the last is kept."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(value for name, value in row.items() if name != "people")
        where = row.get("place", row.get("area"))
        if key in found and found[key]["people"] == row["people"]:
            notes.append(f"{where}, {row['date']}: the same count was given twice; merged")
        elif key in found:
            notes.append(f"{where}, {row['date']}: {found[key]['people']} and {row['people']}; the latter is taken")
        found[key] = row
    return list(found.values())


def _joined(instance: FleeInstance, largest: bool, notes: list[str]) -> FleeInstance:
    """Drop locations that no link reaches, and keep the largest of several parts of the network if asked to."""
    lonely = [place.name for place in instance.locations]
    instance = without_isolated(instance)
    kept = {place.name for place in instance.locations}
    lonely = [name for name in lonely if name not in kept]
    if lonely:
        notes.append(f"no link reaches {', '.join(lonely)}: left out")
    parts = _parts(instance)
    if len(parts) < 2:
        return instance
    others = "; ".join(", ".join(sorted(part)) for part in parts[1:])
    if not largest:
        found = f"no link joins these to the other {len(parts[0])} locations: {others}"
        step = "Add links, or keep only the largest part: --largest-component."
        raise CrisisDataError([Problem("routes.csv", found=found, next_step=step)])
    notes.append(f"the largest part of the network is kept, {len(parts[0])} locations; left out: {others}")
    return _only(instance, parts[0])


def _parts(instance: FleeInstance) -> list[set[str]]:
    """Return the names of each part of the network that links join, the largest first."""
    names = [place.name for place in instance.locations]
    index = {name: p for p, name in enumerate(names)}
    ends = np.array([(index[link.name1], index[link.name2]) for link in instance.links], dtype=np.int64).reshape(-1, 2)
    size = (len(names), len(names))
    graph = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), size)
    count, label = connected_components(graph, directed=False)
    parts = [{names[p] for p in np.flatnonzero(label == k)} for k in range(count)]
    return sorted(parts, key=lambda part: (-len(part), min(part)))


def _only(instance: FleeInstance, names: set[str]) -> FleeInstance:
    """Return the instance with these locations only."""
    return dataclasses.replace(
        instance,
        locations=tuple(place for place in instance.locations if place.name in names),
        links=tuple(link for link in instance.links if link.name1 in names),
        closures=tuple(c for c in instance.closures if c.kind == "country" or c.name1 in names),
    )


def _check_coordinates(instance: FleeInstance) -> None:
    step = "A crisis needs latitude and longitude; Flee's rules run without them."
    lost = [place for place in instance.locations if math.isnan(place.latitude + place.longitude)]
    if lost:
        raise CrisisDataError(
            Problem("locations.csv", place.row, "4 or 5", f"{quoted(place.name)} has no coordinates", "", step)
            for place in lost
        )


def without_isolated(instance: FleeInstance) -> FleeInstance:
    """Return the instance without locations that no link reaches: nobody can come there, and a crisis has none."""
    met = {name for link in instance.links for name in (link.name1, link.name2)}
    return _only(instance, met) if met else instance


def _frame(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(rows, infer_schema_length=None)


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Return a short name for each name, all different.

    >>> short_names(["Fassala-Mbera", "Fassala Mbera"])
    {'Fassala-Mbera': 'fassala_mbera', 'Fassala Mbera': 'fassala_mbera_2'}
    """
    found: dict[str, str] = {}
    for name in names:
        base = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "place"
        word, n = base, 1
        while word in found.values():
            n += 1
            word = f"{base}_{n}"
        found[name] = word
    return found


def _codes(countries: Iterable[str]) -> dict[str, str]:
    """Return ISO 3166 alpha-3 codes; a country unknown gets one of the codes left to users, XAA to XZZ."""
    text = importlib.resources.files("onward.sources").joinpath("flee_countries.csv").read_text("utf-8")
    known = {row["name"].lower(): row["code"] for row in csv.DictReader(text.splitlines())}
    codes: dict[str, str] = {}
    for country in countries:
        word = country.replace("_", " ").strip().lower()
        if country not in codes:
            own = len([c for c in codes.values() if c.startswith("X")])
            code = known.get(word, f"X{chr(65 + own // 26)}{chr(65 + own % 26)}")
            codes[country] = country if country.isupper() and is_iso3(country) and word not in known else code
    return codes


def _place(instance: FleeInstance, place: Location, short: dict[str, str], codes: dict[str, str]) -> dict[str, Any]:
    day0 = place.is_camp and instance.settings.insert_day0 and not instance.settings.empty_camps_on_day0
    there = int(instance.registrations.series(place.name)[0]) * instance.settings.hasten if day0 else 0
    opened = [c.end for c in instance.closures if c.name1 == place.name and _opens_late(c)]
    kind = "town"
    if place.is_camp:
        kind = "camp"
    elif any(word in place.kind for word in ("forward", "marker")):
        kind = "hub"
    elif place.people >= CITY_PEOPLE:
        kind = "city"
    return {
        "place": short[place.name],
        "name": place.name,
        "country": codes[place.country],
        "admin1": place.region,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "kind": kind,
        "population": 0 if place.is_camp else place.people,
        "displaced_at_start": max(0, there) + place.initial_idps,
        "capacity": place.people if place.is_camp and place.people > 0 else None,
        "opens": instance.start + dt.timedelta(days=opened[0]) if opened and opened[0] < instance.days else None,
    }


def _opens_late(closure: Closure) -> bool:
    """Return whether a closure of a camp says that it opens only some days into the period."""
    return closure.kind in ("camp", "idpcamp") and closure.start <= 0 < closure.end


def _routes(instance: FleeInstance, short: dict[str, str]) -> list[dict[str, Any]]:
    """Return the shortest link of each pair."""
    shortest: dict[tuple[str, str], float] = {}
    for link in instance.links:
        first, second = sorted((short[link.name1], short[link.name2]))
        shortest[first, second] = min(link.distance_km, shortest.get((first, second), np.inf))
    return [{"place1": a, "place2": b, "distance_km": max(km, 0.01)} for (a, b), km in shortest.items()]


def _events(instance: FleeInstance, short: dict[str, str]) -> Iterable[dict[str, Any]]:
    """Yield one row for each spell of days on which a place's intensity stays the same: a day of conflict each."""
    for name, series in instance.conflicts.items():
        level = series[: instance.days]
        edges = [0, *(np.flatnonzero(np.diff(level)) + 1), len(level)]
        for begin, end in itertools.pairwise(edges):
            if level[begin] > 0 and name in short:
                yield {
                    "start": instance.start + dt.timedelta(days=int(begin)),
                    "end": instance.start + dt.timedelta(days=int(end) - 1),
                    "place": short[name],
                    "type": "conflict",
                    "actor": ACTOR,
                    "n": float(end - begin),
                    "severity": min(100.0, float(level[begin])),
                    "source": "conflicts.csv",
                }


def _closures(instance: FleeInstance, short: dict[str, str], codes: dict[str, str]) -> Iterable[dict[str, Any]]:
    for closure in instance.closures:
        if closure.kind == "remove_forced_redirection" or closure.start < 0 or _opens_late(closure):
            continue
        if closure.start >= instance.days or (
            closure.kind == "country" and not {closure.name1, closure.name2} <= set(codes)
        ):
            continue
        kind = {"country": "border", "link": "route"}.get(closure.kind, "place")
        names = codes if kind == "border" else short
        last = closure.end - 1 if closure.start < closure.end < instance.days else None
        yield {
            "kind": kind,
            "name1": names[closure.name1],
            "name2": names[closure.name2] if kind != "place" else None,
            "start": instance.start + dt.timedelta(days=closure.start),
            "end": instance.start + dt.timedelta(days=last) if last is not None else None,
            "policy": "closed",
            "source": "closures.csv",
        }


def _counts(instance: FleeInstance, short: dict[str, str]) -> Iterable[dict[str, Any]]:
    """Yield the real counts of the period, after Flee's corrections: stocks of camps, and all who were displaced."""
    data, people = instance.registrations, instance.settings.hasten
    total = data.observed(TOTAL)
    for day, count in total:
        yield {
            "date": instance.start + dt.timedelta(days=int(day)),
            "area": ORIGIN,
            "indicator": "displaced",
            "people": max(0, round((count - total[0, 1]) * people)),
            "source": SOURCE,
        }
    for place in instance.locations:
        if place.is_camp:
            for day, count in data.observed(place.name):
                yield {
                    "date": instance.start + dt.timedelta(days=int(day)),
                    "place": short[place.name],
                    "indicator": "stock",
                    "people": max(0, round(count * people)),
                    "source": SOURCE,
                }
