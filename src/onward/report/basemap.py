"""The part of the bundled world map that a page needs, as TopoJSON."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from onward.typing import Floats, Ints

#: (west, south, east, north) in degrees
Box = tuple[float, float, float, float]
#: by how much of its size the box round the places is widened, and by how many degrees at least (own choice)
MARGIN, LEAST = 0.5, 0.4
#: how far a line outside the box may be off, in degrees; less than the margin, so that it never enters the box
OFF = 0.3
#: width over height of the map on a wide and on a narrow screen, and how far it can be zoomed out (as in web/src/map)
WIDE, NARROW, FARTHEST = 1.7, 1.1, 0.7


def box_round(latitude: Sequence[float], longitude: Sequence[float]) -> Box:
    """Return the box around places, widened so that it fills the map on a wide and on a narrow screen.

    What lies outside it is drawn as sea, so it must hold all that can be seen.

    Examples
    --------
    >>> box_round([36.0, 37.0], [36.0, 38.0])
    (35.0, 35.456, 39.0, 37.544)
    """
    across, along = max(longitude) - min(longitude), max(latitude) - min(latitude)
    shrink = max(0.1, float(np.cos(np.radians((max(latitude) + min(latitude)) / 2))))
    seen_wide = max(across, WIDE * along / shrink) / FARTHEST
    seen_high = max(along, across * shrink / NARROW) / FARTHEST
    wide = max(LEAST, MARGIN * across, (seen_wide - across) / 2)
    high = max(LEAST, MARGIN * along, (seen_high - along) / 2)
    west, south, east, north = min(longitude) - wide, min(latitude) - high, max(longitude) + wide, max(latitude) + high
    return (round(west, 4), round(max(-90.0, south), 4), round(east, 4), round(min(90.0, north), 4))


def base_map(box: Box) -> dict[str, Any]:
    """Return the admin-1 areas that touch a box as TopoJSON; what lies outside the box is coarse.

    Examples
    --------
    >>> sorted({a["properties"]["country"] for a in base_map((36, 36, 37, 37))["objects"]["admin1"]["geometries"]})
    ['SYR', 'TUR']
    """
    world = _world()
    near = _touch(world.low, world.high, box)
    bounds = world.area_low, world.area_high  # also of an area that surrounds the box, though none of its lines is near
    areas = [world.areas[n] for n in np.flatnonzero(_touch(*bounds, box))]
    used = sorted({line for area in areas for line in _arcs_of(area["arcs"])})
    number = {line: n for n, line in enumerate(used)}
    off = OFF / float(world.scale[0])
    kept = [world.lines[line] if near[line] else _coarser(world.lines[line], off) for line in used]
    return {
        "type": "Topology",
        "transform": {"scale": world.scale.tolist(), "translate": world.shift.tolist()},
        "arcs": [np.diff(arc, axis=0, prepend=0).tolist() for arc in kept],
        "objects": {"admin1": {"type": "GeometryCollection", "geometries": [_renumbered(a, number) for a in areas]}},
    }


def regions_at(latitude: Sequence[float], longitude: Sequence[float]) -> list[str]:
    """Return the admin-1 area that contains each point, or the nearest one, by its Natural Earth name.

    Examples
    --------
    >>> regions_at([36.2, 13.45], [37.15, 22.45])
    ['Aleppo', 'Western Darfur']
    """
    world = _world()
    box = (min(longitude) - 1, min(latitude) - 1, max(longitude) + 1, max(latitude) + 1)
    near = _touch(world.low, world.high, box)
    areas = [area for area in world.areas if near[_arcs_of(area["arcs"])].any()]
    shapes = [_shape(area, world) for area in areas]
    found = shapely.STRtree(shapes).nearest(shapely.points(list(longitude), list(latitude)))
    return [str(areas[n]["properties"]["name"]) for n in found]


@dataclass(frozen=True)
class _World:
    """The bundled map: areas made of lines, whose points are whole numbers before they are scaled and shifted."""

    areas: list[dict[str, Any]]
    area_low: Floats  # [area, 2] south-western corner of each in degrees
    area_high: Floats  # [area, 2] north-eastern corner
    lines: list[Ints]  # [line][point, 2]
    low: Floats  # [line, 2]
    high: Floats  # [line, 2]
    scale: Floats
    shift: Floats


def _touch(low: Floats, high: Floats, box: Box) -> NDArray[np.bool_]:
    """Return whether boxes, given by their corners, touch a box."""
    west, south, east, north = box
    return np.asarray(((low <= (east, north)) & (high >= (west, south))).all(axis=1))


def _shape(area: dict[str, Any], world: _World) -> shapely.Geometry:
    """Convert a shape of the map to Shapely, with holes and islands."""
    polygons = area["arcs"] if area["type"] == "MultiPolygon" else [area["arcs"]]

    def points(number: int) -> Floats:
        return (world.lines[number] if number >= 0 else world.lines[~number][::-1]) * world.scale + world.shift

    rings = [[np.concatenate([points(n) for n in ring]) for ring in polygon] for polygon in polygons]
    return shapely.MultiPolygon([(ring[0], ring[1:]) for ring in rings])


@cache
def _world() -> _World:
    """Read the map, once."""
    packed = files("onward.report").joinpath("world.topojson.gz").read_bytes()
    world = json.loads(gzip.decompress(packed))
    numbers = chain.from_iterable(chain.from_iterable(world["arcs"]))
    steps = np.fromiter(numbers, np.int64).reshape(-1, 2)  # each line's first point, then differences
    first = np.cumsum([0, *map(len, world["arcs"])])
    sums = np.vstack([np.zeros((1, 2), np.int64), np.cumsum(steps, axis=0)])
    points = sums[1:] - np.repeat(sums[first[:-1]], np.diff(first), axis=0)
    scale, shift = (np.array(world["transform"][key]) for key in ("scale", "translate"))
    low, high = (extreme.reduceat(points, first[:-1]) * scale + shift for extreme in (np.minimum, np.maximum))
    areas = [area for area in world["objects"]["admin1"]["geometries"] if area.get("arcs")]
    of = [_arcs_of(area["arcs"]) for area in areas]
    south_west, north_east = (np.array([low[n].min(axis=0) for n in of]), np.array([high[n].max(axis=0) for n in of]))
    return _World(areas, south_west, north_east, np.split(points, first[1:-1]), low, high, scale, shift)


def _arcs_of(arcs: Iterable[Any]) -> list[int]:
    """Return the numbers of a shape's arcs, whatever their direction."""
    found: list[int] = []
    for arc in arcs:
        found += _arcs_of(arc) if isinstance(arc, list) else [arc if arc >= 0 else ~arc]
    return found


def _renumbered(area: dict[str, Any], number: dict[int, int]) -> dict[str, Any]:
    def new(arcs: Any) -> Any:
        if isinstance(arcs, list):
            return [new(arc) for arc in arcs]
        return number[arcs] if arcs >= 0 else ~number[~arcs]

    return {**area, "arcs": new(area["arcs"])}


def _coarser(line: Ints, off: float) -> Ints:
    """Return a line without the corners that lie less than ``off`` from it (Douglas and Peucker 1973)."""
    keep, parts = {0, len(line) - 1}, [(0, len(line) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        apart = _distance(line[first + 1 : last], line[first], line[last])
        most = int(np.argmax(apart))
        if apart[most] > off:
            keep.add(first + 1 + most)
            parts += [(first, first + 1 + most), (first + 1 + most, last)]
    return line[sorted(keep)]


def _distance(points: Ints, one: Ints, two: Ints) -> Floats:
    """Return the distance of points from the segment between two points."""
    along = (two - one).astype(float)
    length = float(along @ along)
    share = np.clip((points - one) @ along / length, 0, 1) if length else np.zeros(len(points))
    return np.asarray(np.linalg.norm(points - (one + share[:, None] * along), axis=1))
