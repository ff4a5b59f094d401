"""Where one agent goes next under Flee's rules, at the weights of the moment.

Weights change with every agent who comes to a camp that is filling. So a route is drawn by the weights that hold where
no camp fills, and kept with probability ``multiplier ^ weight_power`` of its camp, else drawn anew: exactly the law of
the weights of the moment, without computing them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from numba import njit

from onward.engine.jit import inlined, lean
from onward.flee.batches import TOO_FULL, room_left
from onward.flee.routes import C_END, C_FRESH, C_LANE, L_LINK, L_TO, S_DROP, S_FRESH, S_GOAL, S_LANE, S_PLACE
from onward.flee.rules import CAMP
from onward.typing import Floats, Ints

#: routes drawn anew at most, before all weights of the moment are computed (own choice, for speed)
TRIES = 16
#: a threshold of pruning below this is none (Flee: pruneRoutes)
NO_PRUNING = 1.001


class Day(NamedTuple):
    """What decisions depend on: today's rules and routes, and the counts of the moment."""

    faithful: bool
    buffer: float
    power: float
    threshold: float
    first: Ints  # [p + 1]
    shut: Any  # [link]
    flags: Ints  # [p]
    stand: Ints
    lane: Ints
    candidate: Ints
    near: Floats  # [candidate]
    softening: float
    pull: Floats  # [p]
    chance: Floats  # [p]
    room: Floats  # [p]
    full: Floats  # [p] capacity multiplier
    present: Ints  # [p]
    coming: Ints  # [p]
    weight: Floats  # [candidate] where no camp fills
    sums: Floats  # [candidate]
    weighed: Any  # [p] whether weights and sums are today's


@njit(cache=True, nogil=True)
def begin_day(sim: Any, people: Any) -> Day:
    """Set today's capacities and multipliers; nobody leaves a location from which no route leads."""
    t, k = sim.today, sim.topology[sim.today]
    first = sim.first[k]
    for p in range(sim.pop.size):
        people.room[p] = sim.capacity[t, p] * sim.capacity_scaling
        people.weighed[p] = False
        if first[p] == first[p + 1]:
            sim.chance[p] = 0.0
    day = Day(
        sim.faithful, sim.capacity_buffer, sim.weight_power, sim.pruning_threshold, first, sim.shut[k], sim.flags[t],
        sim.stand, sim.lane, sim.candidate, sim.near, sim.weight_softening, sim.pull, sim.chance, people.room,
        sim.full, sim.present, sim.coming, people.weight, people.sums, people.weighed,
    )  # fmt: skip
    for p in range(sim.pop.size):
        update_room(day, p)
    return day


@inlined
def update_room(day: Day, p: int) -> None:
    """Set the capacity multiplier of a location by the people there now, and those on links to it where they count."""
    there = day.present[p] if day.faithful else day.present[p] + max(0, day.coming[p])
    day.full[p] = room_left(float(there), day.room[p], day.buffer)


@inlined
def take_link(day: Day, p: int, lane: int) -> None:
    """Count somebody of a location as on their way along a lane."""
    to = day.stand[day.lane[lane, L_TO], S_PLACE]
    day.present[p] -= 1
    day.coming[to] += 1
    update_room(day, p)
    if not day.faithful:
        update_room(day, to)


@inlined
def end_link(day: Day, p: int) -> None:
    """Count somebody on a lane as having come to its end."""
    day.coming[p] -= 1
    day.present[p] += 1
    update_room(day, p)


@inlined
def decide(day: Day, rng: Any, s: int, must: bool) -> int:
    """Return the lane somebody at a stand takes next, or -1 - stand where they stay; ``must`` makes them move on."""
    p, goal, lane = day.stand[s, S_PLACE], day.stand[s, S_GOAL], day.stand[s, S_LANE]
    if goal >= 0:
        if lane < 0 or day.shut[day.lane[lane, L_LINK]] or _is_refused(day, goal):
            return int(-1 - day.stand[s, S_DROP])
        return int(lane)
    chance = day.chance[p]
    if chance <= 0.0 or not (must or rng.random() < chance):
        return -1 - s
    if not day.weighed[p]:
        _weigh(day, p)
    c = _choose(day, rng, day.first[p], day.first[p + 1])
    if _is_refused(day, day.candidate[c, C_END]):
        return -1 - s
    return int(day.candidate[c, C_FRESH if day.stand[s, S_FRESH] else C_LANE])


@inlined
def _is_refused(day: Day, place: int) -> bool:
    """Return whether a route to a place is dropped because it is a camp that is too full."""
    return bool(day.flags[place] & CAMP) and day.full[place] < TOO_FULL


@lean
def _weigh(day: Day, p: int) -> None:
    """Compute the weights of a location's routes by today's scores, as they are where no camp fills."""
    total = 0.0
    for i in range(day.first[p], day.first[p + 1]):
        w = (day.softening + day.pull[day.candidate[i, C_END]]) * day.near[i]
        day.weight[i] = w if day.power == 1.0 else w**day.power
        total += day.weight[i]
        day.sums[i] = total
    day.weighed[p] = True


@inlined
def _choose(day: Day, rng: Any, first: int, last: int) -> int:
    """Return one of the routes ``first : last``, drawn by the weights of the moment."""
    sums, total = day.sums, day.sums[last - 1]
    if day.threshold < NO_PRUNING and total > 0.0:
        for _ in range(TRIES):
            drawn, low, high = min(rng.random() * total, total * (1.0 - 1e-12)), first, last - 1
            while low < high:
                middle = (low + high) // 2
                if sums[middle] > drawn:
                    high = middle
                else:
                    low = middle + 1
            share = day.full[day.candidate[low, C_END]]
            if share >= 1.0 or rng.random() < share**day.power:
                return low
    return _choose_by_all(day, rng, first, last)


@lean
def _choose_by_all(day: Day, rng: Any, first: int, last: int) -> int:
    """Return a route by the weights of all; those far below the largest are left out where Flee prunes them."""
    most, total = 0.0, 0.0
    for i in range(first, last):
        most = max(most, day.weight[i] * day.full[day.candidate[i, C_END]] ** day.power)
    if most <= 0.0:
        return first + int(rng.random() * (last - first))  # all are equal where all are 0 (Flee: normalizeWeights)
    least = most / day.threshold if day.threshold >= NO_PRUNING else 0.0
    for i in range(first, last):
        w = day.weight[i] * day.full[day.candidate[i, C_END]] ** day.power
        total += w if w >= least else 0.0
    drawn, found = rng.random() * total, last - 1
    for i in range(first, last):
        w = day.weight[i] * day.full[day.candidate[i, C_END]] ** day.power
        if w > 0.0 and w >= least:
            found, drawn = i, drawn - w
            if drawn < 0.0:
                break
    return found
