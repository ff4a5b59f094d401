"""Read a Flee 3 instance folder: locations, links, closures, conflicts, registrations and settings.

The folder is taken as it is: ``input_csv/``, ``source_data/`` and ``simsetting.yml`` (or another settings file).
Everything is checked and all problems come at once. What Flee reads by position is read by position. Files and
settings of rules that Onward does not follow are refused by name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onward.crisis.messages import quoted
from onward.errors import CrisisDataError, Problem
from onward.flee.known_at import as_known
from onward.flee.network_files import (
    Closure,
    Link,
    Location,
    distinguish_locations,
    number_in,
    read_closures,
    read_links,
    read_locations,
)
from onward.flee.registrations import (
    Registrations,
    _day,
    _rows,
    _whole,
    read_registrations,
    reading_period,
)
from onward.flee.settings import FleeSettings, load_settings

SETTINGS = "simsetting.yml"
#: files of rules that Onward does not follow
REFUSED_FILES = ("location_changes.csv", "agents.csv")
#: files that change nothing as long as the settings that use them are refused
UNUSED_FILES = ("flood_level.csv", "region_attributes_IPC.csv", "major_routes.csv")


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
    locations = read_locations(inputs / "locations.csv", problems, notes)
    locations, zone = distinguish_locations(locations, notes)
    names = {place.name for place in locations}
    links = read_links(inputs / "routes.csv", names, problems, notes)
    closures = read_closures(inputs / "closures.csv", names, problems)
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
    """Find the settings file: the given one, or simsetting.yml in the folder or up to two levels above it."""
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
    """Refuse an instance with floods: one with flood levels, or whose settings displace people by floods."""
    words = ("flood_driven_spawning", "flood_rules")
    on = [w for w in words if settings and _is_on(settings, w)]
    if (inputs / "flood_level.csv").is_file() or on:
        found = "this instance is about floods, and Onward models flight from war only"
        raise CrisisDataError([Problem(str(inputs.parent), found=found, next_step="Run Flee itself.")])


def _is_on(settings: Path, key: str) -> bool:
    """Return whether a settings file switches on a rule about floods, wherever the key is."""
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


def _read_conflicts(
    file: Path, places: list[Location], days: int, problems: list[Problem], notes: list[str]
) -> tuple[int, dict[str, NDArray[np.float64]]]:
    """Return the number of days in the file, at most ``days``, and the intensities of each place by day.

    Without the file, conflict zones are at war from the day given in locations.csv.
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
            value = number_in(text, None)
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
    """Return whether Flee makes a location a camp because hardly anybody leaves it (below 0.005 per day)."""
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
