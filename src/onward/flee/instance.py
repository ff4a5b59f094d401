"""Read a Flee 3 instance folder: locations, links, closures, conflicts, registrations and settings.

The folder is taken as it is: ``input_csv/``, ``source_data/`` and ``simsetting.yml`` (or another settings file).
Everything is checked and all problems come at once. What Flee reads by position is read by position. Files and
settings of rules that Onward does not follow are refused by name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onward.crisis.messages import did_you_mean, quoted
from onward.errors import CrisisDataError, Problem
from onward.flee.known_at import as_known
from onward.flee.registrations import (
    Registrations,
    _day,
    _people,
    _rows,
    _whole,
    read_registrations,
    reading_period,
)
from onward.flee.settings import FleeSettings, load_settings

#: kinds of closures; all but the last two change what people do in Flee as it runs
CLOSURES = ("country", "location", "camp", "idpcamp", "link", "remove_forced_redirection")
#: the words that Flee looks for in a location's type, in this order
KINDS = ("camp", "conflict", "forward", "marker", "flood_zone", "default", "town")
SETTINGS = "simsetting.yml"
#: files of rules that Onward does not follow
REFUSED_FILES = ("location_changes.csv", "agents.csv")
#: files that change nothing as long as the settings that use them are refused
UNUSED_FILES = ("flood_level.csv", "region_attributes_IPC.csv", "major_routes.csv")


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
        """Whether Flee takes the number for a capacity."""
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


@dataclass(frozen=True)
class FleeInstance:
    """A Flee instance: what `read_flee` read and checked."""

    name: str
    folder: Path
    settings_file: str
    start: dt.date
    days: int
    locations: tuple[Location, ...]
    links: tuple[Link, ...]
    closures: tuple[Closure, ...]
    conflicts: Mapping[str, NDArray[np.float64]]
    registrations: Registrations
    settings: FleeSettings
    notes: tuple[str, ...]
    hash: str


def read_flee(
    folder: str | Path, *, settings_file: str | Path | None = None, overrides: Mapping[str, object] | None = None,
    need_settings: bool = True, known_at: dt.date | None = None,
) -> FleeInstance:  # fmt: skip
    """Read a Flee instance folder; raise one CrisisDataError with everything that is wrong in it.

    What is taken differently from what stands in the folder (rows merged or dropped, a shorter period) is in ``notes``.

    Parameters
    ----------
    folder
        Holds input_csv/ and source_data/.
    settings_file
        Settings to use instead of the folder's simsetting.yml; a bare name is looked for in the folder too.
        Without it, simsetting.yml is looked for in the folder and up to two levels above.
    overrides
        Settings of Flee to hold at a value, by name (``max_move_speed``, ``move_rules.max_move_speed``).
    need_settings
        Whether a folder without settings is refused; else Flee's defaults are used.
    known_at
        Leave out what came after this day; see `onward.flee.known_at`.
    """
    folder = Path(folder)
    notes: list[str] = []
    source, problems = _settings_path(folder, settings_file, need_settings, notes)
    inputs = folder / "input_csv"
    refuse_floods(inputs, source)
    settings, more = load_settings(source, overrides or {}, notes)
    problems = problems or more
    start, days = _read_period(inputs / "sim_period.csv", problems, notes)
    locations = _read_locations(inputs / "locations.csv", problems, notes)
    locations, zone = _told_apart(locations, notes)
    names = {place.name for place in locations}
    links = _read_links(inputs / "routes.csv", names, problems, notes)
    closures = _read_closures(inputs / "closures.csv", names, problems)
    days, conflicts = _read_conflicts(inputs / "conflicts.csv", locations, days, problems, notes)
    conflicts = {zone.get(name, name): series for name, series in conflicts.items()}
    data, more = read_registrations(
        folder / "source_data", inputs / "registration_corrections.csv", start, days, settings.hasten, notes, known_at
    )
    problems += more + _other_files(inputs, notes)
    if problems:
        raise CrisisDataError(problems)
    _note_camps(locations, data, notes, settings)
    found = FleeInstance(
        folder.resolve().name, folder, source.name if source else "Flee's defaults", start, days, tuple(locations),
        tuple(links), tuple(closures), conflicts, data, settings, tuple(notes), _hash(folder, source),
    )  # fmt: skip
    return found if known_at is None else as_known(found, known_at)


def _settings_path(
    folder: Path, given: str | Path | None, needed: bool, notes: list[str]
) -> tuple[Path | None, list[Problem]]:
    """Find the settings: those given, or simsetting.yml of the folder or of one up to two levels above it."""
    if not (folder / "input_csv").is_dir():
        found = "this is no Flee instance: it has no folder input_csv"
        raise CrisisDataError([Problem(str(folder), found=found, next_step="Name the folder that holds input_csv.")])
    if given is not None:
        path = next((path for path in (Path(given), folder / given) if path.is_file()), None)
        missing = [Problem(str(given), found="there is no such file", next_step="Name a settings file of Flee.")]
        return path, [] if path else missing
    place = folder.resolve()
    for level in (place, *place.parents[:2]):
        if (level / SETTINGS).is_file():
            if level != place:
                notes.append(f"{SETTINGS}: taken from {level}, above the folder")
            return level / SETTINGS, []
    if needed:
        step = "Name a settings file of Flee with --settings."
        return None, [Problem(str(folder / SETTINGS), found="there is no such file", next_step=step)]
    notes.append(f"{SETTINGS}: there is none in the folder or up to two levels above; Flee's defaults are used")
    return None, []


def refuse_floods(inputs: Path, settings: Path | None) -> None:
    """Refuse an instance about floods: one that has flood levels, or whose settings displace people by floods."""
    words = ("flood_driven_spawning", "flood_rules")
    on = [w for w in words if settings and _is_on(settings, w)]
    if (inputs / "flood_level.csv").is_file() or on:
        found = "this instance is about floods, and Onward models flight from war only"
        raise CrisisDataError([Problem(str(inputs.parent), found=found, next_step="Run Flee itself.")])


def _is_on(settings: Path, key: str) -> bool:
    """Whether a settings file switches a rule about floods on, wherever the key stands."""
    text = settings.read_text("utf-8", errors="replace")
    return re.search(rf"^\s+{key}:\s*(true\b|$)", text, re.IGNORECASE | re.MULTILINE) is not None


def _read_period(file: Path, problems: list[Problem], notes: list[str]) -> tuple[dt.date, int]:
    start, days = None, 0
    spanned = None if file.is_file() else reading_period(file.parents[1] / "source_data")
    if spanned:
        notes.append(f"sim_period.csv is missing: the {spanned[1]} days from {spanned[0]} on that the total spans")
        return spanned
    before = len(problems)
    for number, row in _rows(file, problems):
        word = row[0].lower() if row else ""
        if word == "startdate" and len(row) > 1:
            shift = _day(row[1], dt.date(2000, 1, 1))
            start = dt.date(2000, 1, 1) + dt.timedelta(days=shift) if shift is not None else None
            if start is None:
                problems.append(Problem(file.name, number, "2", quoted(row[1]), "a day like 2015-05-31"))
        if word == "length" and len(row) > 1:
            days = _whole(row[1]) or 0
            if days < 1:
                problems.append(Problem(file.name, number, "2", quoted(row[1]), "a number of days, 1 or more"))
    if (start is None or days < 1) and len(problems) == before:
        problems.append(Problem(file.name, found="StartDate or Length is missing", next_step="Flee needs both."))
    return start or dt.date(2000, 1, 1), max(days, 1)


def _number(text: str, empty: float | None) -> float | None:
    try:
        value = float(text) if text.strip() else empty
    except ValueError:
        return None
    return value if value is not None and np.isfinite(value) else None


def _read_locations(file: Path, problems: list[Problem], notes: list[str]) -> list[Location]:
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


def _told_apart(places: list[Location], notes: list[str]) -> tuple[list[Location], dict[str, str]]:
    """Rename all but the last of several locations of one name, and say which of them conflicts.csv means.

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
        value = _number(text, empty)
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


def _read_links(file: Path, names: set[str], problems: list[Problem], notes: list[str]) -> list[Link]:
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
        distance = _number(row[2], None)
        redirection = _whole(row[3]) if len(row) > 3 and row[3] else 0
        speed = _number(more.get("max_move_speed", ""), 0.0)
        walk = _number(more.get("walk_probability", ""), 0.0)
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


def _read_closures(file: Path, names: set[str], problems: list[Problem]) -> list[Closure]:
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


def _read_conflicts(
    file: Path, places: list[Location], days: int, problems: list[Problem], notes: list[str]
) -> tuple[int, dict[str, NDArray[np.float64]]]:
    """Return the days that the file covers, at most ``days``, and the intensities of each place by day.

    Without the file, conflict zones are at war from the day that locations.csv gives on.
    """
    names = {place.name for place in places}
    if not file.is_file():
        notes.append("conflicts.csv is missing: conflict zones of locations.csv are at war from their day on")
        zones = [place for place in places if "conflict" in place.kind and "camp" not in place.kind]
        return days, {p.name: np.where(np.arange(days) >= p.conflict_day, p.conflict_intensity, 0.0) for p in zones}
    rows = _rows(file, problems)
    if not rows:
        return days, {}
    columns = [text.strip() for text in rows[0][1][1:]]
    body = _intensities(rows[1:], columns, file.name, problems)
    if 0 < len(body) < days:
        notes.append(f"conflicts.csv has {len(body)} days and the period {days}: the period ends where they end")
    elif not len(body):
        problems.append(Problem(file.name, found="there is no day in this file", next_step="Flee stops here."))
    unknown = [name for name in columns if name and name not in names]
    notes += [f"conflicts.csv: column {name} names no location; Flee passes over it" for name in unknown]
    return min(days, len(body)) or days, {name: body[:, i] for i, name in enumerate(columns) if name}


def _intensities(
    rows: list[tuple[int, list[str]]], columns: list[str], file: str, problems: list[Problem]
) -> NDArray[np.float64]:
    body = np.zeros((len(rows), len(columns)))
    for number, row in rows:
        if any(not columns[i] if i < len(columns) else True for i in range(len(row) - 1)):
            problems.append(Problem(file, number, None, "the row has more cells than named columns", "", ""))
            continue
        for i, text in enumerate(row[1:]):
            value = _number(text, None)
            if value is None or value < 0:
                problems.append(Problem(file, number, columns[i], quoted(text), "an intensity of 0 or more"))
            else:
                body[number - 2, i] = value
    return body


def _other_files(inputs: Path, notes: list[str]) -> list[Problem]:
    problems = []
    for name in REFUSED_FILES:
        if (inputs / name).is_file():
            step = "Remove the file, or run Flee itself."
            problems.append(Problem(name, found="Onward does not follow the rules that use this file", next_step=step))
    unused = [name for name in UNUSED_FILES if (inputs / name).is_file()]
    unused += sorted(file.name for file in inputs.glob("demographics_*.csv"))
    notes += [f"{name}: without effect, for the rules that use it are off" for name in unused]
    return problems


def _note_camps(locations: list[Location], data: Registrations, notes: list[str], settings: FleeSettings) -> None:
    lost = [
        place.name
        for place in locations
        if (place.is_camp or always_camp(place, settings)) and place.name not in data.names
    ]
    if lost and data.names:
        notes.append(f"data_layout.csv: no registrations of {', '.join(lost)}, so nothing is scored there")


def always_camp(place: Location, settings: FleeSettings) -> bool:
    """Whether Flee makes a camp of a location that is none because hardly anybody leaves it (below 0.005 a day)."""
    if "conflict" in place.kind and place.conflict_day <= 0:
        return settings.conflict_movechance < 0.005
    if any(word in place.kind for word in ("forward", "marker")) and "conflict" not in place.kind:
        return False
    return settings.default_movechance < 0.005


def _hash(folder: Path, settings: Path | None) -> str:
    digest = hashlib.sha256()
    files = [*sorted((folder / "input_csv").glob("*.csv")), *sorted((folder / "source_data").glob("*.csv"))]
    files += [settings] if settings else []
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
