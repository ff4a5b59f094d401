"""Add people's stops up to itineraries: which places in which order, how many people, how many days on each leg.

Itineraries are the nodes of a tree of places, found by a hash table of (node, next place); nobody's own journey is
kept. Consecutive stops at one place, as at its gate after a stay there, are one stop.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from onward.engine.growing import longer, longer_table
from onward.engine.jit import entry, part, whole
from onward.engine.persons import BEFORE, LEFT, REACHED, STOP
from onward.typing import Floats, Ints

#: slots of the hash table at first, a power of two
SLOTS = 4096
#: multiplier of Fibonacci hashing, 2^64 / golden ratio (Knuth, The Art of Computer Programming 3, 6.4)
GOLDEN = np.uint64(11400714819323198485)
PLACE, PARENT, DEPTH = range(3)
#: sums of each stop: people, days on the way there, days there, people there on a day with an attack
PEOPLE, ON_THE_WAY, THERE, ATTACKED = range(4)


@entry
def add_up_itineraries(
    log: Any, last: Any, begin: Any, unit: Any, attacked: Ints, places: int
) -> tuple[Ints, Floats, Any]:
    """Return the tree of itineraries, sums of every stop of those who ended there, and where logged stops are in them.

    Parameters
    ----------
    log, last
        What `onward.engine.individuals.run_individuals` gives.
    begin
        ``[person]`` the place of the first morning; plus ``places`` for those whose home is not known.
    unit
        ``[person]`` how many people each stands for: 1, or those of a household.
    attacked
        ``[t + 1, p]`` days with an attack before day ``t``.
    places
        How many there are.

    Returns
    -------
    tuple
        ``[node, (place, parent, stops before)]``, roots with parent -1; rows (node, stop, people, days on the way,
        days there, people attacked there) of nodes at which anybody's journey ended, by node and stop; and
        ``[row of the log, (row of those sums, people)]``, row -1 where a stop is one with the stop before.
    """
    tree, size, table, most = np.full((SLOTS, 3), -1, np.int64), whole(0), np.full(2 * SLOTS, -1, np.int64), 2 * places
    ends = np.full(last.size, -1, np.int64)
    rows = np.zeros(1 << 10, np.int64)
    for i in range(last.size):
        if last[i] < 0:
            continue
        stops = _stops_of(log, last[i], rows)
        while stops > rows.size:
            rows = longer(rows)
            stops = _stops_of(log, last[i], rows)
        node = whole(-1)
        for s in range(-1, stops):
            place = whole(begin[i]) if s < 0 else whole(log[rows[s], STOP])
            if node >= 0 and tree[node, PLACE] % places == place:
                continue
            if 2 * (size + 1) > table.size:
                table = _rehashed(tree, size, most)
            if size == tree.shape[0]:
                tree = longer_table(tree)
            found, slot = _find(tree, table, node, place, most)
            if found < 0:
                tree[size, PLACE], tree[size, PARENT] = place, node
                tree[size, DEPTH] = 0 if node < 0 else tree[node, DEPTH] + 1
                found, table[slot] = size, size
                size += 1
            node = found
        ends[i] = node
    stops_in = np.full((log.shape[0], 2), -1, np.int32)
    return tree[:size], _sums(log, last, begin, unit, attacked, tree, size, ends, rows, stops_in), stops_in


@part
def _stops_of(log: Any, last: int, rows: Ints) -> int:
    """Fill in the rows of a person's stops in order, if there is room; return how many there are."""
    stops, row = 0, whole(last)
    while row >= 0:
        stops += 1
        row = whole(log[row, BEFORE])
    if stops <= rows.size:
        row = whole(last)
        for s in range(stops - 1, -1, -1):
            rows[s] = row
            row = whole(log[row, BEFORE])
    return stops


@part
def _find(tree: Ints, table: Ints, parent: int, place: int, places: int) -> tuple[int, int]:
    """Return the node of a place after another node (-1: there is none) and its slot in the hash table."""
    mask = np.uint64(table.size - 1)
    slot = (np.uint64((parent + 1) * places + place) * GOLDEN >> np.uint64(20)) & mask
    while table[slot] >= 0:
        node = table[slot]
        if tree[node, PARENT] == parent and tree[node, PLACE] == place:
            return node, whole(int(slot))
        slot = (slot + np.uint64(1)) & mask
    return whole(-1), whole(int(slot))


@part
def _rehashed(tree: Ints, size: int, places: int) -> Ints:
    """Return a hash table of four times as many slots as there are nodes, or more."""
    slots = 2 * SLOTS
    while slots < 4 * (size + 1):
        slots *= 2
    table = np.full(slots, -1, np.int64)
    for node in range(size):
        _, slot = _find(tree, table, tree[node, PARENT], tree[node, PLACE], places)
        table[slot] = node
    return table


@part
def _sums(
    log: Any, last: Any, begin: Any, unit: Any, attacked: Ints, tree: Ints, size: int, ends: Ints, rows: Ints,
    stops_in: Any,
) -> Floats:  # fmt: skip
    """Add up people, days and attacks of each stop by the itinerary that people had in the end."""
    first = np.full(size, -1, np.int64)
    used = whole(0)
    for node in ends:
        if node >= 0 and first[node] < 0:
            first[node] = 0
    for node in range(size):
        if first[node] >= 0:
            first[node] = used
            used += tree[node, DEPTH] + 1
    sums = np.zeros((used, 6))
    for node in range(size):
        for s in range(tree[node, DEPTH] + 1 if first[node] >= 0 else 0):
            sums[first[node] + s, 0], sums[first[node] + s, 1] = node, s
    for i in range(last.size):
        if ends[i] < 0:
            continue
        stops, row, came, there = (
            _stops_of(log, last[i], rows),
            first[ends[i]],
            whole(0),
            whole(begin[i]) % attacked.shape[1],
        )
        for s in range(stops):
            place, left, reached = log[rows[s], STOP], log[rows[s], LEFT], log[rows[s], REACHED]
            if place == there:
                continue
            _add_stop(sums, row, unit[i], came, left, attacked[left + 1, there] - attacked[came, there])
            row += 1
            sums[row, 2 + ON_THE_WAY] += (reached - left) * unit[i]
            stops_in[rows[s], 0], stops_in[rows[s], 1] = row, unit[i]
            there, came = whole(place), whole(reached)
        end = attacked.shape[0] - 1
        _add_stop(sums, row, unit[i], came, end, attacked[end, there] - attacked[came, there])
    return sums


@part
def _add_stop(sums: Floats, row: int, people: int, came: int, left: int, attacks: int) -> None:
    sums[row, 2 + PEOPLE] += people
    sums[row, 2 + THERE] += (left - came) * people
    sums[row, 2 + ATTACKED] += (attacks > 0) * people
