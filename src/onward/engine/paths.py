"""Cheapest paths: a Dijkstra search from a place, stopped after the K cheapest destinations.

Written here and not taken from a graph library because it runs inside a member's day loop, without the
interpreter lock, and must stop early: all-pairs search over 1,000 places costs twenty times as much.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from onward.engine.jit import inlined, lean, once
from onward.typing import Floats, Ints


@once
def find_ways(sim: Any, g: int, source: int, cost: Floats, detour_km: float) -> None:
    """Fill ``sim.dest``, ``km``, ``first``, ``gate_lane`` and ``shut_gates`` of a group at one place.

    ``cost[road]`` is the perceived length (inf: cut); a closed gate costs ``detour_km`` more, so that people use
    another open gate if the detour is not longer.
    """
    places, roads = sim.dest.shape[1], sim.head.size
    net = (sim.out, sim.head, sim.shut, sim.lane, cost)
    ways = (
        sim.dest[g, source], sim.km[g, source], sim.first[g, source], sim.gate_lane[g, source],
        sim.shut_gates[g, source],
    )  # fmt: skip
    near = (np.full(places, np.inf), np.zeros(places, np.bool_), np.empty((2, places), np.int64))
    heap = (np.empty(roads + 1), np.empty(roads + 1, np.int64))
    _search(net, ways, near, heap, source, detour_km)


@once
def take_ways(sim: Any, g: int, source: int, other: int) -> None:
    """Fill the same of a group at one place with what was found for another group."""
    for k in range(sim.dest.shape[2]):
        sim.dest[g, source, k], sim.km[g, source, k] = sim.dest[other, source, k], sim.km[other, source, k]
        sim.near_by[g, source, k] = sim.near_by[other, source, k]
        sim.gate_lane[g, source, k] = sim.gate_lane[other, source, k]
        sim.shut_gates[g, source, k] = sim.shut_gates[other, source, k]
    for p in range(sim.first.shape[2]):
        sim.first[g, source, p] = sim.first[other, source, p]


@lean
def is_same(a: Any, b: Any) -> bool:
    """Return whether two arrays of one length hold the same."""
    i = 0
    while i < a.size and a[i] == b[i]:
        i += 1
    return bool(i == a.size)


@lean
def _search(net: Any, ways: Any, near: Any, heap: Any, source: int, detour_km: float) -> None:
    """Search from ``source``; the arrays are those of `find_ways`."""
    (out, head, shut, road_lane, cost), (dest, km, first, gate_lane, shut_gates) = net, ways
    (best, done, along), (key, node) = near, heap
    lane, gates = along
    for n in range(dest.size):
        dest[n] = -1
    best[source], lane[source], gates[source] = 0.0, -1, 0
    key[0], node[0], size, k = 0.0, source, 1, 0
    while size > 0 and k < dest.size:
        here = node[0]
        size = _pop(key, node, size)
        if done[here]:
            continue
        done[here] = True
        if here != source:
            dest[k], km[k], gate_lane[k], shut_gates[k] = here, best[here], lane[here], gates[here]
            k += 1
        for r in range(out[here], out[here + 1]):
            there = head[r]
            length = best[here] + cost[r] + (detour_km if shut[r] else 0.0)
            if length < best[there]:
                best[there] = length
                first[there] = r if here == source else first[here]
                lane[there] = road_lane[r] if shut[r] and lane[here] < 0 else lane[here]
                gates[there] = gates[here] + (1 if shut[r] else 0)
                size = _push(key, node, size, length, there)
    for there in range(best.size):
        if not done[there] or there == source:
            first[there] = -1  # a way was begun but not the K cheapest


@inlined
def _push(key: Floats, node: Ints, size: int, length: float, place: int) -> int:
    at = size
    while at > 0 and (key[(at - 1) >> 1] > length or (key[(at - 1) >> 1] == length and node[(at - 1) >> 1] > place)):
        key[at], node[at] = key[(at - 1) >> 1], node[(at - 1) >> 1]
        at = (at - 1) >> 1
    key[at], node[at] = length, place
    return size + 1


@once
def _pop(key: Floats, node: Ints, size: int) -> int:
    """Remove the root of the heap; return the heap's new size."""
    size -= 1
    length, place, at = key[size], node[size], 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (key[right] < key[child] or (key[right] == key[child] and node[right] < node[child])):
            child = right
        if key[child] > length or (key[child] == length and node[child] >= place):
            break
        key[at], node[at] = key[child], node[child]
        at = child
    key[at], node[at] = length, place
    return size
