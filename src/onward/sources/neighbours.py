"""Roads without a map: links between neighbouring places, straight distance times a detour factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, cKDTree

from onward.typing import Bools, Floats, Ints

Pairs = Ints

#: road kilometres for a kilometre of straight line (own assumption; 1.2 to 1.4 is usual for road networks)
DETOUR = 1.3
#: share of a link's half length by which a place may stand within its circle (rounding)
ROUNDING = 1e-9


def neighbour_links(places: Sequence[Mapping[str, Any]], *, detour: float = DETOUR) -> list[dict[str, Any]]:
    """Join neighbours by routes: the Gabriel graph (no third place in the circle over a link), always connected.

    A link between two countries is kept only where one end is a crossing, or where nothing else joins the two sides;
    it gets a gate named after both ends.

    Parameters
    ----------
    places
        Rows with place, country, kind, latitude and longitude; at least two.
    detour
        Road kilometres for a kilometre of straight line; 1 or more.

    Returns
    -------
    list of rows of routes, distances in km

    References
    ----------
    Gabriel and Sokal (1969): A new statistical approach to geographic variation analysis. Systematic Zoology 18.

    Examples
    --------
    >>> spots = [("a", 0.0), ("b", 0.1), ("c", 0.2)]
    >>> rows = [{"place": p, "country": "SYR", "kind": "town", "latitude": 0.0, "longitude": x} for p, x in spots]
    >>> [(r["place1"], r["place2"], round(r["distance_km"])) for r in neighbour_links(rows, detour=1.0)]
    [('a', 'b', 11), ('b', 'c', 11)]
    """
    latitude = np.array([row["latitude"] for row in places], dtype=np.float64)
    longitude = np.array([row["longitude"] for row in places], dtype=np.float64)
    flat = np.column_stack([longitude * np.cos(np.radians(latitude.mean())), latitude])
    pairs = _gabriel(flat)
    country = np.array([row["country"] for row in places])
    crossing = np.array([row["kind"] == "crossing" for row in places])
    allowed = (country[pairs[:, 0]] == country[pairs[:, 1]]) | crossing[pairs].any(axis=1)
    kept = _connected(pairs, allowed, flat)
    one, two = pairs[kept].T
    metres = Geod(ellps="WGS84").inv(longitude[one], latitude[one], longitude[two], latitude[two])[2]
    routes = []
    for i, j, metre in zip(one, two, np.asarray(metres), strict=True):
        ends = sorted((str(places[i]["place"]), str(places[j]["place"])))
        gate = "-".join(ends) if country[i] != country[j] else None
        km = max(0.1, round(detour * float(metre) / 1000, 1))
        routes.append({"place1": ends[0], "place2": ends[1], "distance_km": km, "gate": gate,
                       "source": f"straight line x {detour:g}"})  # fmt: skip
    return sorted(routes, key=lambda route: (route["place1"], route["place2"]))


def _gabriel(points: Floats) -> Pairs:
    """Return the pairs of points that have no third point inside the circle over them."""
    n = len(points)
    if n < 4 or np.linalg.matrix_rank(points - points[0]) < 2:
        pairs = np.array([(i, j) for i in range(n) for j in range(i + 1, n)], dtype=np.int64).reshape(-1, 2)
    else:
        corners = Delaunay(points, qhull_options="QJ Pp").simplices
        edges = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
        pairs = np.unique(np.sort(edges, axis=1), axis=0).astype(np.int64)
    middle = points[pairs].mean(axis=1)
    half = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1) / 2
    nearest, _ = cKDTree(points).query(middle)
    return np.asarray(pairs[nearest >= half * (1 - ROUNDING) - 1e-12])


def _connected(pairs: Pairs, allowed: Bools, points: Floats) -> Bools:
    """Return the allowed pairs, and of the others the shortest ones that join parts which would stand alone."""
    kept = allowed.copy()
    length = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    for edge in np.argsort(length, kind="stable"):
        if kept[edge]:
            continue
        ends = pairs[kept]
        links = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(points), len(points)))
        _, part = connected_components(links, directed=False)
        if part[pairs[edge, 0]] != part[pairs[edge, 1]]:
            kept[edge] = True
    return kept
