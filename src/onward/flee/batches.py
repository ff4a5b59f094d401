"""Which share of the people moves before the camps are looked at again, and the weights of routes at that moment.

Flee handles agents one by one, and each sees the camps as those before left them. Here people move in batches, and each
batch sees the camps as they are expected to be at its middle. A batch is so small that meanwhile no camp gains or loses
more than a part of the zone in which it fills. The first is sized by the people who end their link today and would
choose a camp that has room, the next by what the last has brought. A phase of the day in which no camp fills is one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

from onward.engine.draws import are_whole
from onward.engine.jit import inlined
from onward.flee.draws import alias_table
from onward.flee.routes import (
    C_END,
    L_BACK,
    L_FIRST,
    L_LENGTH,
    L_SPEED,
    L_STEP,
    L_TO,
    S_GOAL,
    S_LANE,
    S_PLACE,
)
from onward.flee.rules import CAMP, TOWN

#: a route to a camp is dropped where its capacity multiplier is below this (Flee: check_dest_is_full_camp)
TOO_FULL = 0.5
#: own choices: in a batch a camp may go through one of so many parts of the zone in which it fills, or gain so large a
#: share of all people if that is more; a batch is at most so many times as large as the one before; the least share of
#: those who move in one; and how many batches a phase has at most
PARTS_OF_A_ZONE = 4.0
TOLERANCE = 4e-3
GROWTH = 4.0
LEAST_SHARE = 1.0 / 1024.0
MOST_BATCHES = 64
#: multiples of it, without their whole part, are spread evenly (the golden ratio, less 1)
GOLDEN = 0.6180339887498949


def portion(n: Any, begin: float, end: float, cell: int) -> Any:
    """Return how many of ``n`` are between the shares ``begin`` and ``end`` of all people.

    Whole people are at regular distances with a first place by cell, so that few people in each of many cells are
    spread evenly.
    """
    if isinstance(n, float):
        return n * (end - begin)
    first = cell * GOLDEN % 1.0
    return (n if end >= 1.0 else int(n * end + first)) - (0 if begin <= 0.0 else int(n * begin + first))


@overload(portion)
def _portion(n: Any, begin: float, end: float, cell: int) -> Any:
    def even(n: Any, begin: float, end: float, cell: int) -> Any:
        return n * (end - begin)

    def whole(n: Any, begin: float, end: float, cell: int) -> Any:
        if n <= 0 or (begin <= 0.0 and end >= 1.0):
            return n
        first = cell * GOLDEN % 1.0
        return (n if end >= 1.0 else np.int64(n * end + first)) - (0 if begin <= 0.0 else np.int64(n * begin + first))

    return even if isinstance(n, types.Float) else whole


@inlined
def room_left(there: float, room: float, buffer: float) -> float:
    """Return the capacity multiplier of a location with ``there`` people and so much room; 1 where it has no limit."""
    if room < 1.0 or there <= buffer * room:
        return 1.0
    if there >= room:
        return 0.0
    return max(0.0, 1.0 - (there - buffer * room) / (room * (1.0 - buffer)))


@njit(cache=True, nogil=True)
def count_there(sim: Any) -> None:
    """Count the people at each location by whom its capacity is judged."""
    for p in range(sim.pop.size):
        sim.there[p] = float(sim.present[p]) if sim.faithful else sim.present[p] + max(0.0, sim.coming[p])


@njit(cache=True, nogil=True)
def route_weights(sim: Any) -> None:
    """Compute the weight of every candidate route in the present state.

    ``((weight_softening + score) / (softening + km)^distance_power * capacity multiplier)^weight_power``; all equal
    where all are 0 (Flee: calculateLinkWeight, normalizeWeights, pruneRoutes).
    """
    t = sim.today
    places = sim.pop.size
    for p in range(places):
        room = sim.capacity[t, p] * sim.capacity_scaling
        sim.full[p] = room_left(sim.there[p] + sim.ahead[p], room, sim.capacity_buffer)
        sim.refused[p] = bool(sim.flags[t, p] & CAMP) and sim.full[p] < TOO_FULL
    first, weight = sim.first[sim.topology[t]], sim.weight
    for p in range(places):
        total, most = 0.0, 0.0
        for i in range(first[p], first[p + 1]):
            end = sim.candidate[i, C_END]
            w = (sim.weight_softening + sim.pull[end]) * sim.near[i] * sim.full[end]
            weight[i] = w if sim.weight_power == 1.0 else w**sim.weight_power
            total += weight[i]
            most = max(most, weight[i])
        if sim.pruning_threshold >= 1.001:
            total = 0.0
            for i in range(first[p], first[p + 1]):
                if weight[i] < most / sim.pruning_threshold:
                    weight[i] = -1.0
                total += max(0.0, weight[i])
        if total <= 0.0:
            for i in range(first[p], first[p + 1]):
                if weight[i] >= 0.0:
                    weight[i] = 1.0
                    total += 1.0
        sim.total[p] = total
        if total > 0.0 and are_whole(sim.none):
            alias_table(weight, total, first[p], first[p + 1], sim.cut, sim.other)


@njit(cache=True, nogil=True)
def expect_departures(sim: Any) -> None:
    """Estimate how the numbers that capacities are judged by change while everybody at a location decides."""
    for p in range(sim.pop.size):
        sim.deciding[p] = sim.chance[p] * sim.present[p]
        sim.rate[p] = -sim.deciding[p]
    if not sim.faithful:  # who sets out for a camp counts there at once
        _add_demand(sim)


@njit(cache=True, nogil=True)
def expect_arrivals(sim: Any, growth: float) -> None:
    """Estimate how many come to each location today, if no camp is too full.

    Who decides today is counted from those who end their link, and by yesterday's number times ``growth``.
    """
    t, lanes = sim.today, sim.lane
    for p in range(sim.pop.size):
        sim.rate[p], sim.deciding[p] = 0.0, 0.0
    for n in range(lanes.shape[0]):
        length, step = lanes[n, L_LENGTH], lanes[n, L_STEP]
        people = 0.0
        for w in range(max(0, (length - lanes[n, L_SPEED]) // step), length // step + 1):
            if w * step + lanes[n, L_SPEED] > length:
                for c in range(sim.levels):
                    people += sim.road[lanes[n, L_FIRST] + w, c]
        if people <= 0.0:
            continue
        stand = sim.stand[lanes[n, L_TO]]
        p, goal, onward = stand[S_PLACE], stand[S_GOAL], stand[S_LANE]
        if goal < 0 or lanes[n, L_BACK]:
            sim.rate[p] += people
            if not lanes[n, L_BACK]:
                sim.deciding[p] += people * (1.0 if sim.levels > 1 and sim.flags[t, p] & TOWN else sim.chance[p])
        elif onward >= 0:
            sim.rate[sim.stand[lanes[onward, L_TO], S_PLACE]] += people
    for p in range(sim.pop.size):
        sim.deciding[p] = max(sim.deciding[p], growth * sim.decided[p])
        sim.decided[p] = 0.0
        sim.rate[p] = max(sim.rate[p], growth * sim.arrived[p]) if sim.faithful else 0.0
    _add_demand(sim)


@njit(cache=True, nogil=True)
def _add_demand(sim: Any) -> None:
    """Add to the expected change of each location those of ``deciding`` who would choose it if it were empty."""
    t = sim.today
    first = sim.first[sim.topology[t]]
    for q in range(sim.pop.size):
        if sim.deciding[q] <= 0.0 or sim.total[q] <= 0.0:
            continue
        for i in range(first[q], first[q + 1]):
            end = sim.candidate[i, C_END]
            room = sim.capacity[t, end] * sim.capacity_scaling
            left = room_left(sim.there[end], room, sim.capacity_buffer)
            if room >= 1.0 and left > 0.0 and not (sim.flags[t, end] & CAMP and left < TOO_FULL):
                w = ((sim.weight_softening + sim.pull[end]) * sim.near[i]) ** sim.weight_power
                others = max(0.0, sim.total[q] - max(0.0, sim.weight[i]))
                sim.rate[end] += sim.deciding[q] * w / (others + w)


@njit(cache=True, nogil=True)
def next_share(sim: Any, done: float, last: float, batch: int) -> float:
    """Return which share of all people is the next batch, after ``batch`` others; ``last`` was the share before."""
    t, rest = sim.today, 1.0 - done
    share = rest if batch == 0 else min(rest, GROWTH * last)
    enough = max(1.0, TOLERANCE * (sim.present.sum() + sim.road.sum()))
    for p in range(sim.pop.size):
        room = sim.capacity[t, p] * sim.capacity_scaling
        if room < 1.0:
            continue
        there, rate, bend = sim.there[p], sim.rate[p], sim.capacity_buffer * room
        before = bend - there if rate > 0.0 else there - room
        if rate == 0.0 or before >= 2.0 * abs(rate) * rest or (there >= room if rate > 0.0 else there <= bend):
            continue  # its multiplier remains 1, or 0
        part = max(enough, (room - bend) / PARTS_OF_A_ZONE)
        share = min(share, (max(0.0, before) + part) / abs(rate))
    left = MOST_BATCHES - batch
    share = max(share, LEAST_SHARE if left > MOST_BATCHES // 2 else rest / left)
    return rest if share > 0.999 * rest else share


@njit(cache=True, nogil=True)
def look_ahead(sim: Any, share: float) -> None:
    """Set the expected change of each location by the middle of a batch, and compute the weights of routes there."""
    for p in range(sim.pop.size):
        sim.ahead[p] = 0.5 * share * sim.rate[p]
    route_weights(sim)


@njit(cache=True, nogil=True)
def look_back(sim: Any, share: float) -> None:
    """Expect of the next batch what the last, of ``share`` of all people, has brought to each location."""
    for p in range(sim.pop.size):
        sim.rate[p] = sim.there[p]
    count_there(sim)
    for p in range(sim.pop.size):
        sim.rate[p] = (sim.there[p] - sim.rate[p]) / share
