"""Locations, links and closures of a Flee instance, read from locations.csv, routes.csv and closures.csv."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from onward.crisis.messages import did_you_mean, quoted
from onward.errors import Problem
from onward.flee.registrations import _people, _rows, _whole

#: kinds of closures; all but the last two change what people do in Flee as it runs
CLOSURES = ("country", "location", "camp", "idpcamp", "link", "remove_forced_redirection")
#: the words that Flee looks for in a location's type, in this order
KINDS = ("camp", "conflict", "forward", "marker", "flood_zone", "default", "town")


@dataclass(frozen=True)
class Location:
    """A row of locations.csv; ``people`` is its population or, of a camp, its capacity, before hasten.

    Coordinates that the row leaves out are NaN: Flee's rules need none.
    """

    name: str
    region: str
    country: str
    latitude: float
    longitude: float
    kind: str
    people: int
    conflict_day: int
    conflict_intensity: float
    capacity_per_day: int
    initial_idps: int
    row: int

    @property
    def is_camp(self) -> bool:
        """Return whether Flee treats the number as a capacity."""
        return "camp" in self.kind


@dataclass(frozen=True)
class Link:
    """A row of routes.csv: two-way; ``redirection`` is 0, 1 (from the first to the second) or 2 (the other way)."""

    name1: str
    name2: str
    distance_km: float
    redirection: int
    max_move_speed: float | None
    walk_probability: float
    row: int


@dataclass(frozen=True)
class Closure:
    """A row of closures.csv; it acts on the day that equals ``start`` and is undone on the day ``end``."""

    kind: str
    name1: str
    name2: str
    start: int
    end: int
    row: int


def number_in(text: str, empty: float | None) -> float | None:
    """Return the finite number in a cell, ``empty`` if it is empty, None if it is not a number."""
    try:
        value = float(text) if text.strip() else empty
    except ValueError:
        return None
    return value if value is not None and np.isfinite(value) else None


def read_locations(file: Path, problems: list[Problem], notes: list[str]) -> list[Location]:
    """Read locations.csv; add its errors to ``problems``."""
    extra: list[str] = []
    found: list[Location] = []
    for number, row in _rows(file, problems):
        if not row or row[0].startswith("#"):
            extra += row[8:]
            continue
        if len(row) < 8:
            step = "Flee reads name, region, country, latitude, longitude, type, conflict day, population or capacity."
            problems.append(Problem(file.name, number, None, f"the row has {len(row)} columns", "", step))
            continue
        row[7] = _without_separators(row[7], file.name, number, notes)
        found.append(_location(row, dict(zip(extra, row[8:], strict=False)), number, file.name, problems))
    if not found and not problems:
        problems.append(Problem(file.name, found="there is no location", next_step="Flee needs at least one."))
    used = {"capacity_per_day", "initial_idps", "conflict_intensity"}
    idle = sorted({name for name in extra if name and name not in used})
    notes += [f"locations.csv: Flee's rules make no use of column {name}" for name in idle]
    return found


def _without_separators(text: str, file: str, number: int, notes: list[str]) -> str:
    value = _people(text, file, number, notes)
    return text if value is None else str(value)


def distinguish_locations(places: list[Location], notes: list[str]) -> tuple[list[Location], dict[str, str]]:
    """Rename all but the last of several locations with one name, and record which of them conflicts.csv means.

    Flee keeps all of them; links, closures and registrations mean the last, conflicts the first.
    """
    last = {place.name: place.row for place in places}
    zone: dict[str, str] = {}
    found = []
    for place in places:
        if last[place.name] != place.row:
            name = f"{place.name} (row {place.row})"
            zone.setdefault(place.name, name)
            notes.append(
                f"locations.csv, row {place.row}: {quoted(place.name)} stands here again in row {last[place.name]}; as "
                f"in Flee, links mean the last of them and conflicts the first; this one is named {quoted(name)}"
            )
            place = replace(place, name=name)
        found.append(place)
    return found, zone


def _location(row: list[str], more: Mapping[str, str], number: int, file: str, problems: list[Problem]) -> Location:
    def numeric(column: str, text: str, empty: float, words: str) -> float:
        value = number_in(text, empty)
        if value is None:
            problems.append(Problem(file, number, column, quoted(text), words))
        return empty if value is None else value

    def whole(column: str, text: str, words: str) -> int:
        value = _whole(text) if text else 0
        if value is None or value < 0:
            problems.append(Problem(file, number, column, quoted(text), words))
        return value or 0

    kind = row[5].lower()
    if not row[0]:
        problems.append(Problem(file, number, "1", "the location has no name", "", "Name it."))
    if not any(word in kind for word in KINDS) or ("flood_zone" in kind and "camp" not in kind):
        problems.append(Problem(file, number, "6", quoted(row[5]), f"one of {', '.join(KINDS[:4])}, town"))
    is_conflict = "conflict" in kind and "camp" not in kind
    conflict_day = _whole(row[6]) if is_conflict else 0
    if conflict_day is None:
        problems.append(Problem(file, number, "7", quoted(row[6]), "the day on which the conflict starts"))
    return Location(
        name=row[0], region=row[1] or "unknown", country=row[2] or "unknown",
        latitude=numeric("4", row[3], 0.0, "a number of degrees") if row[3].strip() else math.nan,
        longitude=numeric("5", row[4], 0.0, "a number of degrees") if row[4].strip() else math.nan,
        kind=kind, people=whole("8", row[7], "a whole number of people"), conflict_day=conflict_day or 0,
        conflict_intensity=numeric("conflict_intensity", more.get("conflict_intensity", "1.0"), 1.0, "a number"),
        capacity_per_day=whole("capacity_per_day", more.get("capacity_per_day", "0"), "a whole number of people"),
        initial_idps=whole("initial_idps", more.get("initial_idps", "0"), "a whole number of people"), row=number,
    )  # fmt: skip


def read_links(file: Path, names: set[str], problems: list[Problem], notes: list[str]) -> list[Link]:
    """Read routes.csv; add its errors to ``problems``."""
    extra: list[str] = []
    kinds: set[str] = set()
    links: list[Link] = []
    for number, row in _rows(file, problems):
        if not row or row[0].startswith("#"):
            extra += row[4:]
            continue
        if len(row) < 3:
            problems.append(
                Problem(file.name, number, None, f"the row has {len(row)} columns", "", "Flee reads three.")
            )
            continue
        wrong = len(problems)
        _check_names(row[:2], names, file.name, number, problems)
        if row[0] == row[1]:
            notes.append(f"routes.csv, row {number}: a link from {quoted(row[0])} to itself, dropped")
            continue
        if len(row) > 3 and row[3].strip().isalpha():  # another program's column: how people go
            kinds.add(row[3])
            row[3] = ""
        more = dict(zip(extra, row[4:], strict=False))
        distance = number_in(row[2], None)
        redirection = _whole(row[3]) if len(row) > 3 and row[3] else 0
        speed = number_in(more.get("max_move_speed", ""), 0.0)
        walk = number_in(more.get("walk_probability", ""), 0.0)
        for column, text, value, fits, words in (
            ("3", row[2], distance, distance is not None and distance > 0, "a distance above 0 km"),
            ("4", row[3] if len(row) > 3 else "", redirection, redirection in (0, 1, 2), "0, 1 or 2"),
            ("max_move_speed", more.get("max_move_speed", ""), speed, speed is not None and speed >= 0, "km a day"),
            (
                "walk_probability",
                more.get("walk_probability", ""),
                walk,
                walk is not None and 0 <= walk <= 1,
                "a share",
            ),
        ):
            if value is None or not fits:
                problems.append(Problem(file.name, number, column, quoted(text), words))
        if len(problems) == wrong and distance is not None:
            links.append(Link(row[0], row[1], distance, redirection or 0, speed or None, walk or 0.0, number))
    if kinds:
        words = ", ".join(sorted(kinds))
        notes.append(f"routes.csv, column 4: {words} are no redirections but types of links, which change nothing")
    return links


def _check_names(given: list[str], names: set[str], file: str, number: int, problems: list[Problem]) -> None:
    for column, name in enumerate(given, start=1):
        if name not in names:
            hint = did_you_mean(name, names, "Add it to locations.csv.")
            problems.append(Problem(file, number, str(column), quoted(name), "a location", hint))


def read_closures(file: Path, names: set[str], problems: list[Problem]) -> list[Closure]:
    """Read closures.csv; add its errors to ``problems``."""
    if not file.is_file():
        problems.append(Problem(file.name, found="there is no such file", next_step="Flee needs it, be it empty."))
        return []
    closures = []
    for number, row in _rows(file, problems):
        if not row or row[0].startswith("#"):
            continue
        days = [_whole(text) for text in row[3:5]]
        if len(row) < 5 or None in days:
            found = "the row is not kind, name1, name2, first day, day of reopening"
            problems.append(Problem(file.name, number, None, found, "", "Days are whole numbers; -1 is never."))
        elif row[0] not in CLOSURES:
            problems.append(Problem(file.name, number, "1", quoted(row[0]), f"one of {', '.join(CLOSURES)}"))
        else:
            pair = row[1:3] if row[0] in ("link", "remove_forced_redirection") else row[1:2]
            if row[0] != "country":
                _check_names(pair, names, file.name, number, problems)
            closures.append(Closure(row[0], row[1], row[2], days[0] or 0, days[1] or 0, number))
    return closures
