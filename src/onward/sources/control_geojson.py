"""Import maps of control: GeoJSON polygons, one file a day or with a date on each polygon.

The day is the property `date`, `valid_from` or `start`, else `--date`, else a day in the file's name. The holder is
the property given by `--actor-field`, else `actor`, `control`, `side`, `name` or `fill`. A place in no polygon is held
by an unknown party, which is not written; polygons of two holders that overlap on one day are refused. Only changes are
written. A polygon without end holds until the next day of which there is a map.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from onward.crisis.crisis import Crisis
from onward.crisis.messages import quoted
from onward.errors import CrisisDataError, Problem
from onward.sources.actors import actors_of
from onward.sources.addition import Addition
from onward.sources.options import Options
from onward.sources.publisher_file import read_json

PUBLISHER = "control map (GeoJSON)"
ACTOR_FIELDS = ("actor", "control", "side", "name", "fill")
FROM_FIELDS, TO_FIELDS = ("date", "valid_from", "start"), ("valid_to", "end")
#: area in square degrees up to which polygons may overlap: drawn borders do not meet exactly (own choice, about 1 km2)
OVERLAP = 1e-4


@dataclass(frozen=True)
class Zone:
    """A polygon with its holder and days; `row` is the number of the feature, from 1."""

    file: str
    row: int
    shape: Any
    actor: str
    start: dt.date
    end: dt.date | None


def import_control(crisis: Crisis, paths: Sequence[Path], options: Options) -> Addition:
    """Read maps of control as the holders of the crisis's places from day to day.

    Parameters
    ----------
    crisis
        Its places are looked up in the polygons.
    paths
        The maps, GeoJSON polygons with a holder.
    options
        Names of parties (`actors`), the field that names the holder (`actor_field`), and the map's day (`day`).

    Returns
    -------
    Addition
        Rows of control, and of actors that are new; a provenance row for each polygon used.

    Raises
    ------
    CrisisDataError
        If a file cannot be read, with every cell that is not what its column holds.
    """
    found, known = Addition(PUBLISHER), actors_of(crisis, options.actors)
    problems: list[Problem] = []
    zones = [zone for path in paths for zone in _zones(path, options, problems)]
    days = sorted({zone.start for zone in zones})
    by_day = {day: [z for z in zones if z.start == day or (z.end and z.start < day <= z.end)] for day in days}
    for day, there in by_day.items():
        problems += _overlaps(day, there)
    if problems:
        raise CrisisDataError(problems)
    places = crisis.table("places")
    points = shapely.points(places["longitude"].to_numpy(), places["latitude"].to_numpy())
    held: dict[str, str] = {}
    unknown = 0
    for day, there in by_day.items():
        if day > crisis.end:
            found.drop(len(there), f"polygons of {day}, after the end")
            continue
        first = max(day, crisis.history_start)
        unknown += _hold(found, places["place"].to_list(), points, there, first, held, known.of)
    for row in known.added.values():
        found.add("actors", row)
    found.taken.append(f"{len(found.tables.get('control', []))} holders and changes of holder from {len(days)} days")
    found.drop(unknown, "times a place lies in no polygon: its holder stays as it was, or unknown")
    return found


def _hold(
    found: Addition, places: Sequence[str], points: Any, zones: Sequence[Zone], day: dt.date, held: dict[str, str],
    actor_of: Any,
) -> int:  # fmt: skip
    """Add the places whose holder is another on this day; returns how many lie in no polygon."""
    inside = shapely.STRtree([zone.shape for zone in zones]).query(points, predicate="intersects")
    holder = {places[point]: zones[zone] for point, zone in inside.T}
    for place, zone in sorted(holder.items()):
        actor = actor_of(zone.actor)
        if held.get(place) != actor:
            held[place] = actor
            code = f"control:{zone.file}:{zone.row}"
            if code not in {row["source"] for row in found.provenance}:
                found.record(code, Path(zone.file), zone.row, zone.actor)
            found.add("control", {"place": place, "start": day, "actor": actor, "source": code})
    return len(places) - len(holder)


def _zones(path: Path, options: Options, problems: list[Problem]) -> list[Zone]:
    if not path.is_file():
        raise CrisisDataError([Problem(str(path), found="there is no such file", next_step="Give a GeoJSON file.")])
    content = read_json(path)
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not features:
        found, step = "there are no features", "Give a GeoJSON FeatureCollection of polygons."
        raise CrisisDataError([Problem(path.name, found=found, next_step=step)])
    zones = [_zone(path, n, feature, options, problems) for n, feature in enumerate(features, start=1)]
    return [zone for zone in zones if zone is not None]


def _zone(path: Path, n: int, feature: Any, options: Options, problems: list[Problem]) -> Zone | None:
    def fault(column: str, found: str, step: str) -> None:
        problems.append(Problem(path.name, n, column, found, "", step))

    properties = feature.get("properties") or {} if isinstance(feature, dict) else {}
    fields = (options.actor_field,) if options.actor_field else ACTOR_FIELDS
    actor = next((properties[name] for name in fields if properties.get(name)), None)
    if actor is None:
        fault("properties", "no property names the holder", f"Give one of {', '.join(fields)}, or --actor-field.")
    start = _day(properties, FROM_FIELDS, fault) or options.day or _day_in(path.stem)
    if start is None:
        fault("properties", "no day is given", "Give date or valid_from, or --date, or a day in the file's name.")
    try:
        shape = shapely.from_geojson(_text(feature.get("geometry")))
    except (shapely.errors.GEOSException, AttributeError):
        shape = None
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        fault("geometry", "this is no polygon", "Give a Polygon or MultiPolygon.")
        return None
    if not shape.is_valid:
        fault("geometry", f"the polygon is not valid: {shapely.is_valid_reason(shape)}", "Correct its outline.")
        return None
    if actor is None or start is None:
        return None
    return Zone(path.name, n, shape, str(actor), start, _day(properties, TO_FIELDS, fault))


def _day(properties: dict[str, Any], names: Sequence[str], fault: Any) -> dt.date | None:
    name = next((name for name in names if properties.get(name)), None)
    if name is None:
        return None
    try:
        return dt.date.fromisoformat(str(properties[name])[:10])
    except ValueError:
        fault(name, f"{quoted(properties[name])} is not a day", "Write it like 2016-07-31.")
        return None


def _day_in(stem: str) -> dt.date | None:
    written = re.search(r"(\d{4})[-_]?(\d{2})[-_]?(\d{2})", stem)
    try:
        return dt.date(int(written[1]), int(written[2]), int(written[3])) if written else None
    except ValueError:
        return None


def _overlaps(day: dt.date, zones: Sequence[Zone]) -> list[Problem]:
    """Report polygons of two holders that lie over each other on one day."""
    shapes = [zone.shape for zone in zones]
    problems = []
    for one, two in shapely.STRtree(shapes).query(shapes, predicate="intersects").T:
        if one < two and zones[one].actor != zones[two].actor:
            area = shapes[one].intersection(shapes[two]).area
            if area > OVERLAP:
                found = f"overlaps feature {zones[one].row} of {zones[one].file} ({zones[one].actor}) on {day}"
                step = "Draw the border between the two, or give them different days."
                problems.append(Problem(zones[two].file, zones[two].row, "geometry", found, "", step))
    return problems


def _text(geometry: Any) -> str:
    import json

    return json.dumps(geometry)
