"""Import roads from a local OpenStreetMap extract, reduced to links between places.

Ways that cars use are read, in both directions: people who flee do not keep to one-way streets. Each place is put on
the nearest point of a road within `SNAP_KM`. Places are neighbours where the areas nearest to each by road touch; the
length of a link is that of the shortest way, and a link whose shortest way passes a third place is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl
from pyproj import Geod
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from onward.crisis.crisis import Crisis
from onward.errors import CrisisDataError, Problem
from onward.extras import install_command
from onward.sources.addition import Addition
from onward.sources.options import Options
from onward.typing import Floats, Ints

PUBLISHER = "OpenStreetMap contributors, ODbL"
SOURCE = "osm"
#: km within which a place must have a road (own choice)
SNAP_KM = 5.0
_MAIN = ("motorway", "trunk", "primary", "secondary", "tertiary")
_SMALL = ("unclassified", "residential", "living_street", "road", "service", "track")
ROADS = frozenset([*_MAIN, *(f"{kind}_link" for kind in _MAIN), *_SMALL])
#: a row of pyosmium's table of positions; degrees are whole numbers of 1e-7
SPOT = np.dtype([("id", "<i8"), ("x", "<i4"), ("y", "<i4")])
UNITS = 1e7
#: relative difference within which two ways are as long (rounding)
SAME = 1e-9


@dataclass(frozen=True)
class RoadGraph:
    """Points of roads and the lengths between neighbours: shapes (points,), (points,), and a symmetric matrix in km."""

    latitude: Floats
    longitude: Floats
    km: csr_matrix


def import_osm(crisis: Crisis, paths: Sequence[Path], options: Options) -> Addition:
    """Read an extract as routes between the places of a crisis; straight-line links between them give way.

    Parameters
    ----------
    crisis
        Its places are what the routes join.
    paths
        Extracts in .osm.pbf or .osm.
    options
        None of them is used by this format.

    Returns
    -------
    Addition
        Rows of routes, lengths in km.

    Raises
    ------
    CrisisDataError
        If a file cannot be read, with every cell that is not what its column holds.
    """
    found = Addition(PUBLISHER)
    graph = read_roads(paths)
    places = crisis.table("places")
    node, far = _snap(graph, places["latitude"].to_numpy(), places["longitude"].to_numpy())
    names, country = places["place"].to_list(), places["country"].to_list()
    on_road = np.flatnonzero(far <= SNAP_KM)
    found.drop(len(names) - len(on_road), f"places without a road within {SNAP_KM:g} km; their links stay")
    links = place_links(graph.km, node[on_road])
    known = crisis.table("routes").select("place1", "place2", "gate")
    gates = {frozenset((one, two)): gate for one, two, gate in known.iter_rows()}
    for i, j, km in links:
        ends = sorted((names[on_road[i]], names[on_road[j]]))
        abroad = country[on_road[i]] != country[on_road[j]]
        gate = gates.get(frozenset(ends)) or ("-".join(ends) if abroad else None)
        found.add("routes", {"place1": ends[0], "place2": ends[1], "distance_km": max(0.01, round(km, 2)), "gate": gate,
                             "source": SOURCE})  # fmt: skip
    found.record(SOURCE, paths[0], 1)
    joined = {end for row in found.tables.get("routes", []) for end in (row["place1"], row["place2"])}
    found.without["routes"] = _straight_between(sorted(joined))
    found.taken.append(f"{len(links)} roads between {len(joined)} places, from {len(graph.latitude)} points of roads")
    return found


def read_roads(paths: Sequence[Path]) -> RoadGraph:
    """Read the roads of extracts as one graph.

    Parameters
    ----------
    paths
        Files that pyosmium reads: .osm.pbf, .osm, .osm.bz2.

    Returns
    -------
    RoadGraph
        Every point of a road once.
    """
    refs, lengths, spots = _read(paths)
    points, index = np.unique(refs, return_inverse=True)
    ids, first = np.unique(spots["id"], return_index=True)
    at = np.clip(np.searchsorted(ids, points), 0, max(0, len(ids) - 1))
    known = (ids[at] == points) if len(ids) else np.zeros(len(points), dtype=bool)
    inner = np.ones(len(index) - 1, dtype=bool)
    inner[np.cumsum(lengths)[:-1] - 1] = False  # the last point of a way does not lead to the first of the next
    one, two = index[:-1][inner], index[1:][inner]
    placed = known[one] & known[two]  # points outside the extract have no position
    one, two = (np.cumsum(known) - 1)[one[placed]], (np.cumsum(known) - 1)[two[placed]]
    if not len(one):
        raise _no_roads(paths[0])
    longitude, latitude = (spots[axis][first[at[known]]] / UNITS for axis in ("x", "y"))
    metres = Geod(ellps="WGS84").inv(longitude[one], latitude[one], longitude[two], latitude[two])[2]
    return RoadGraph(latitude, longitude, _symmetric(one, two, np.asarray(metres) / 1000, int(known.sum())))


def _read(paths: Sequence[Path]) -> tuple[Ints, Ints, np.ndarray[Any, Any]]:
    """Read the points of all roads in a row, the points per road, and `SPOT` of every one that is in the extract.

    Roads, as text, and positions go through temporary files that pyosmium writes and numpy and polars read: a Python
    object for each point would take ten times as long.
    """
    osmium = pyosmium(paths)
    roads, spots = [], []
    with TemporaryDirectory() as folder:
        for number, path in enumerate(paths):
            with reading(path):
                points = _points_of_roads(osmium, path, Path(folder) / f"{number}.opl")
                roads.append(points)
                spots.append(_spots(osmium, path, Path(folder) / f"{number}.spots", points.explode().unique()))
    points = pl.concat(roads)
    if not len(points):
        raise _no_roads(paths[0])
    return points.explode().to_numpy(), points.list.len().cast(pl.Int64).to_numpy(), np.concatenate(spots)


def _points_of_roads(osmium: Any, path: Path, text: Path) -> pl.Series:
    """Return the numbers of the points of each road of an extract: a series of lists."""
    kinds = osmium.filter.TagFilter(*(("highway", kind) for kind in sorted(ROADS)))
    with osmium.SimpleWriter(osmium.io.File(text, "opl,add_metadata=false")) as writer:
        osmium.apply(osmium.io.Reader(str(path), osmium.osm.WAY), kinds, writer)
    lines = pl.read_csv(
        text, has_header=False, separator="\n", quote_char=None, schema={"line": pl.String}, raise_if_empty=False
    )
    numbers = lines["line"].str.extract(r" Nn([-n,\d]+)$").drop_nulls().str.split(",n").cast(pl.List(pl.Int64))
    return numbers.filter(numbers.list.len() > 1)


def _spots(osmium: Any, path: Path, table: Path, points: pl.Series) -> np.ndarray[Any, Any]:
    """Return the positions of these points that an extract holds, as an array of `SPOT`."""
    wanted = osmium.filter.IdFilter(points.filter(points > 0).to_list())
    place = osmium.NodeLocationsForWays(osmium.index.create_map(f"sparse_file_array,{table}"))
    osmium.apply(osmium.io.Reader(str(path), osmium.osm.NODE), wanted, place)
    del place  # closes the file
    read = np.fromfile(table, dtype=SPOT)
    read = read[read["id"] > 0]  # the file grows by blocks, filled with 0
    if not (points < 0).any():
        return read
    drawn = [(node.id, node.location.x, node.location.y)  # not uploaded yet, such as roads drawn in JOSM
             for node in osmium.FileProcessor(str(path), osmium.osm.NODE) if node.id < 0]  # fmt: skip
    return np.concatenate([read, np.array(drawn, dtype=SPOT)])


def pyosmium(paths: Sequence[Path]) -> Any:
    """Return the package that reads extracts; CrisisDataError if it is not installed or a file is missing."""
    try:
        import osmium
    except ModuleNotFoundError:
        step = f"Install it with: {install_command('geo')}."
        fault = Problem(str(paths[0]), found="pyosmium is not installed", next_step=step)
        raise CrisisDataError([fault]) from None
    gone = [path for path in paths if not path.is_file()]
    if gone:
        raise CrisisDataError([Problem(str(path), found="no such file", next_step="Give an extract.") for path in gone])
    return osmium


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn pyosmium's errors on a broken extract into a CrisisDataError."""
    try:
        yield
    except RuntimeError as error:
        step = "Download the extract again (.osm.pbf)."
        raise CrisisDataError([Problem(path.name, None, None, f"cannot be read: {error}", "", step)]) from None


def _no_roads(path: Path) -> CrisisDataError:
    step = "Give an extract with ways tagged highway, and the nodes they need."
    return CrisisDataError([Problem(path.name, found="there are no roads", next_step=step)])


def _symmetric(one: Ints, two: Ints, km: Floats, n: int) -> csr_matrix:
    """Return a symmetric matrix of the shortest length between each two points."""
    apart = one != two
    low, high = np.minimum(one, two)[apart], np.maximum(one, two)[apart]
    order = np.lexsort((km[apart], high, low))
    low, high, km = low[order], high[order], np.maximum(km[apart][order], 1e-9)
    fresh = np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])]
    low, high, km = low[fresh], high[fresh], km[fresh]
    ends = (np.concatenate([low, high]), np.concatenate([high, low]))
    return csr_matrix((np.concatenate([km, km]), ends), shape=(n, n))


def _snap(graph: RoadGraph, latitude: Floats, longitude: Floats) -> tuple[Ints, Floats]:
    """Return the nearest point of a road of each place, and its distance in km."""
    stretch = np.cos(np.radians(latitude.mean()))
    tree = cKDTree(np.column_stack([graph.longitude * stretch, graph.latitude]))
    _, node = tree.query(np.column_stack([longitude * stretch, latitude]))
    metres = Geod(ellps="WGS84").inv(longitude, latitude, graph.longitude[node], graph.latitude[node])[2]
    return np.asarray(node, dtype=np.int64), np.asarray(metres) / 1000.0


def place_links(km: csr_matrix, node: Ints) -> list[tuple[int, int, float]]:
    """Return links between neighbouring places on a road graph, with the length of the shortest way.

    Parameters
    ----------
    km
        Symmetric matrix of lengths, shape (points, points).
    node
        Point of each place, shape (places,).

    Returns
    -------
    list of (place, place, km)
        Neighbours by their areas (Mehlhorn 1988: a faster approximation for the Steiner problem in graphs), without
        those whose shortest way passes a third place. Places that share a point are 0 km apart.
    """
    touching = _touching(km, node)
    links: list[tuple[int, int, float]] = []
    reach = np.zeros(len(node))
    for (i, j), length in touching.items():
        reach[i], reach[j] = max(reach[i], length), max(reach[j], length)
    away = np.full((len(node), len(node)), np.inf)
    for i in np.flatnonzero(reach > 0).tolist():
        away[i] = dijkstra(km, indices=[int(node[i])], limit=float(reach[i]) * (1 + SAME))[0][node]
    np.fill_diagonal(away, 0.0)
    away = np.minimum(away, away.T)
    for (i, j), _ in sorted(touching.items()):
        third = away[i] + away[:, j]
        third[[i, j]] = np.inf
        if not (third <= away[i, j] * (1 + SAME)).any() or away[i, j] == 0:
            links.append((i, j, float(away[i, j])))
    return links


def _touching(km: csr_matrix, node: Ints) -> dict[tuple[int, int], float]:
    """Find the pairs of places whose areas touch, with the length of the way over their common edge."""
    starts, first = np.unique(node, return_index=True)
    distance, _, source = dijkstra(km, indices=starts, min_only=True, return_predecessors=True)
    edges = km.tocoo()
    owner = np.full(km.shape[0], -1, dtype=np.int64)
    reached = np.isfinite(distance)
    owner[reached] = first[np.searchsorted(starts, source[reached])]
    one, two = owner[edges.row], owner[edges.col]
    border = (one < two) & (one >= 0)
    length = distance[edges.row] + edges.data + distance[edges.col]
    found: dict[tuple[int, int], float] = {}
    for i, j, way in zip(one[border].tolist(), two[border].tolist(), length[border].tolist(), strict=True):
        found[i, j] = min(way, found.get((i, j), np.inf))
    for same, place in enumerate(node.tolist()):
        twin = int(first[np.searchsorted(starts, place)])
        if twin != same:
            found[min(twin, same), max(twin, same)] = 1e-9
    return found


def _straight_between(places: Sequence[str]) -> pl.Expr:
    """Return the routes that are straight lines between two of these places."""
    straight = pl.col("source").fill_null("").str.starts_with("straight line")
    return straight & pl.col("place1").is_in(places) & pl.col("place2").is_in(places)
