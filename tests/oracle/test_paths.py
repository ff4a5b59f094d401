"""The search for cheapest ways against NetworkX, on random roads with cut roads and shut gates."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray

from onward.engine.paths import find_ways

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Ways(NamedTuple):
    """What the search reads and fills: see `onward.engine.workspace`."""

    dest: Ints
    km: Floats
    first: Ints
    gate_lane: Ints
    shut_gates: Ints
    head: Ints
    out: Ints
    lane: Ints
    shut: NDArray[np.bool_]


@njit(cache=True)
def _search(ways: Any, cost: Any, detour_km: float) -> None:
    for g in range(ways.dest.shape[0]):
        for place in range(ways.dest.shape[1]):
            find_ways(ways, g, place, cost[g], detour_km)


class Roads(NamedTuple):
    """Random directed roads, sorted by tail: some cut, some through gates, some of those shut."""

    places: int
    tail: Ints
    head: Ints
    cost: Floats  # [group, road]
    lane: Ints
    shut: NDArray[np.bool_]

    def graph(self, g: int, detour_km: float) -> nx.DiGraph:
        graph = nx.DiGraph()
        graph.add_nodes_from(range(self.places))
        cost = self.cost[g] + detour_km * self.shut
        for r in np.argsort(-cost, kind="stable"):  # of parallel roads the cheapest is left
            if np.isfinite(cost[r]):
                graph.add_edge(self.tail[r], self.head[r], weight=cost[r], road=r)
        return graph


def random_roads(seed: int, places: int) -> Roads:
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, places, (4 * places, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    tail, head = ends[np.argsort(ends[:, 0], kind="stable")].T.astype(np.int64)
    cost = rng.uniform(1, 100, (2, len(tail)))
    cost[rng.random(cost.shape) < 0.2] = np.inf
    gated = rng.random(len(tail)) < 0.3
    lane = np.where(gated, np.cumsum(gated) - 1, -1)
    return Roads(places, tail, head, cost, lane, gated & (rng.random(len(tail)) < 0.6))


def searched(roads: Roads, k_most: int, detour_km: float) -> Ways:
    shape = (len(roads.cost), roads.places, k_most)
    whole = [np.full(shape, -1, dtype=np.int64) for _ in range(3)]
    ways = Ways(
        dest=whole[0],
        km=np.full(shape, np.inf),
        first=np.zeros((len(roads.cost), roads.places, roads.places), dtype=np.int64),
        gate_lane=whole[1],
        shut_gates=whole[2],
        head=roads.head.copy(),
        out=np.searchsorted(roads.tail, np.arange(roads.places + 1)),
        lane=roads.lane,
        shut=roads.shut,
    )
    _search(ways, roads.cost, detour_km)
    return ways


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("detour_km", [0.0, 40.0])
def test_ways_are_those_of_dijkstra(seed: int, detour_km: float) -> None:
    roads = random_roads(seed, places=3 + 4 * seed)
    ways = searched(roads, roads.places, detour_km)
    for g in range(2):
        graph = roads.graph(g, detour_km)
        for place in range(roads.places):
            compare(ways, roads, graph, g, place)


def compare(ways: Ways, roads: Roads, graph: nx.DiGraph, g: int, place: int) -> None:
    length, path = nx.single_source_dijkstra(graph, place)
    nearest = sorted(set(length) - {place}, key=length.__getitem__)
    found = ways.dest[g, place]
    assert found[: len(nearest)].tolist() == nearest
    assert (found[len(nearest) :] == -1).all()
    for k, goal in enumerate(nearest):
        taken = [graph[a][b]["road"] for a, b in pairwise(path[goal])]
        gates = [roads.lane[r] for r in taken if roads.shut[r]]
        assert ways.km[g, place, k] == pytest.approx(length[goal], rel=1e-12)
        assert ways.first[g, place, goal] == taken[0]
        assert ways.shut_gates[g, place, k] == len(gates)
        assert ways.gate_lane[g, place, k] == (gates[0] if gates else -1)
    assert ((ways.first[g, place] >= 0).nonzero()[0] == sorted(nearest)).all()


def test_a_shorter_list_holds_the_cheapest_places() -> None:
    roads = random_roads(9, places=30)
    full, short = searched(roads, 30, 40.0), searched(roads, 5, 40.0)
    for field in ("dest", "km", "gate_lane", "shut_gates"):
        assert np.array_equal(getattr(full, field)[:, :, :5], getattr(short, field)), field
    for g, place in np.ndindex(full.dest.shape[:2]):
        listed = np.isin(np.arange(30), short.dest[g, place])
        assert (short.first[g, place] == np.where(listed, full.first[g, place], -1)).all()


def test_a_second_search_forgets_the_first() -> None:
    roads = random_roads(4, places=12)
    cut = roads._replace(cost=np.full_like(roads.cost, np.inf))
    ways = searched(cut, 12, 0.0)
    assert (ways.dest == -1).all()
    assert (ways.first == -1).all()


def test_equal_lengths_go_to_the_place_that_comes_first() -> None:
    star = Roads(
        4, np.array([0, 0, 0]), np.array([3, 1, 2]), np.full((1, 3), 7.0), np.full(3, -1), np.zeros(3, np.bool_)
    )
    assert searched(star, 4, 0.0).dest[0, 0].tolist() == [1, 2, 3, -1]
