"""The part of the bundled world map that a page needs, as TopoJSON."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import shapely

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
    transform, geometries, arcs = _world()
    scale, shift = (np.array(transform[key]) for key in ("scale", "translate"))
    near = [_touches(arc * scale + shift, box) for arc in arcs]
    areas = [area for area in geometries if _near(area, near, arcs, scale, shift, box)]
    used = sorted({arc for area in areas for arc in _arcs_of(area["arcs"])})
    number = {arc: n for n, arc in enumerate(used)}
    kept = [_coarser(arcs[arc], OFF / float(scale[0])) if not near[arc] else arcs[arc] for arc in used]
    return {
        "type": "Topology",
        "transform": transform,
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
    transform, geometries, quantised = _world()
    scale, shift = (np.array(transform[key]) for key in ("scale", "translate"))
    arcs = [arc * scale + shift for arc in quantised]
    box = (min(longitude) - 1, min(latitude) - 1, max(longitude) + 1, max(latitude) + 1)
    near = [_touches(arc, box) for arc in arcs]
    areas = [a for a in geometries if any(near[arc] for arc in _arcs_of(a["arcs"]))]
    shapes = [_shape(area, arcs) for area in areas]
    found = shapely.STRtree(shapes).nearest(shapely.points(list(longitude), list(latitude)))
    return [str(areas[n]["properties"]["name"]) for n in found]


def _shape(area: dict[str, Any], arcs: list[Floats]) -> shapely.Geometry:
    """Convert a shape of the map to Shapely, with holes and islands."""
    polygons = area["arcs"] if area["type"] == "MultiPolygon" else [area["arcs"]]
    rings = [[np.concatenate([arcs[n] if n >= 0 else arcs[~n][::-1] for n in ring]) for ring in p] for p in polygons]
    return shapely.MultiPolygon([(ring[0], ring[1:]) for ring in rings])


@cache
def _world() -> tuple[dict[str, Any], list[dict[str, Any]], list[Ints]]:
    """Return the transform, the areas and the lines of the map, each line as whole numbers before the transform."""
    packed = files("onward.report").joinpath("world.topojson.gz").read_bytes()
    world = json.loads(gzip.decompress(packed))
    lines = [np.cumsum(np.array(arc), axis=0) for arc in world["arcs"]]
    return world["transform"], world["objects"]["admin1"]["geometries"], lines


def _arcs_of(arcs: Iterable[Any]) -> list[int]:
    """Return the numbers of a shape's arcs, whatever their direction."""
    found: list[int] = []
    for arc in arcs:
        found += _arcs_of(arc) if isinstance(arc, list) else [arc if arc >= 0 else ~arc]
    return found


def _touches(line: Floats, box: Box) -> bool:
    west, south, east, north = box
    (left, low), (right, high) = line.min(axis=0), line.max(axis=0)
    return bool(left <= east and right >= west and low <= north and high >= south)


def _near(area: dict[str, Any], near: list[bool], arcs: list[Ints], scale: Floats, shift: Floats, box: Box) -> bool:
    """Return whether an area touches the box: one of its lines does, or it surrounds the box."""
    of = _arcs_of(area.get("arcs", []))
    if any(near[arc] for arc in of):
        return True
    return bool(of) and _touches(np.concatenate([arcs[arc] for arc in of]) * scale + shift, box)


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
