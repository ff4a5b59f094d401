"""A day's decisions and travel under Flee's rules.

``decide``: everyone at a location stays or takes a link. ``travel``: everyone on a link moves; those who arrive before
having moved a full day's distance decide again, and each further link gets the full daily speed (Flee as it runs). A
person's memory is ``r <- (r + moved / speed) / 2``, stored in levels with unbiased rounding. People of all levels of
memory move together as a vector over ``c``.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from onward.engine.jit import inlined, lean, whole
from onward.flee.batches import (
    count_there,
    expect_arrivals,
    expect_departures,
    look_ahead,
    look_back,
    next_share,
    portion,
)
from onward.flee.draws import choose_each, on_foot, pick, picked, remember, scaled, span, take
from onward.flee.routes import (
    C_END,
    C_FRESH,
    C_LANE,
    L_BACK,
    L_FIRST,
    L_LENGTH,
    L_LINK,
    L_SPEED,
    L_STEP,
    L_TO,
    S_DROP,
    S_FRESH,
    S_GOAL,
    S_LANE,
    S_PLACE,
)
from onward.flee.rules import TOWN


@njit(cache=True, nogil=True)
def _stay(sim: Any, s: int, people: Any) -> None:
    remember(sim.rng, sim.evening, s, 0.0, people, 1.0, sim.levels, 0, sim.levels)


@njit(cache=True, nogil=True)
def _set_out(sim: Any, p: int, lane: int, people: Any) -> None:
    """Put people of a location on a lane; they travel later today."""
    total, road = sim.none, sim.road[sim.lane[lane, L_FIRST]]
    for c in range(sim.levels):
        total += people[c]
        road[c] += people[c]
    sim.present[p] -= total
    sim.coming[sim.stand[sim.lane[lane, L_TO], S_PLACE]] += total


@njit(cache=True, nogil=True)
def _decide_at(sim: Any, s: int, people: Any) -> None:
    """Let people at a stand decide in the morning."""
    t, stand = sim.today, sim.stand[s]
    p, goal, lane, levels = stand[S_PLACE], stand[S_GOAL], stand[S_LANE], sim.levels
    if goal >= 0:
        if lane < 0 or sim.shut[sim.topology[t], sim.lane[lane, L_LINK]] or sim.refused[goal]:
            _stay(sim, stand[S_DROP], people)
        else:
            _set_out(sim, p, lane, people)
        return
    movers, chosen = sim.movers, sim.chosen
    leaving = take(sim.rng, people, movers, sim.chance[p], 0, levels)
    _stay(sim, s, people)
    rest, first = sim.total[p], sim.first[sim.topology[t]]
    if rest <= 0.0:
        _stay(sim, s, movers)
        return
    for i in range(first[p], first[p + 1]):
        w = sim.weight[i]
        if w <= 0.0 or leaving <= 0:
            continue
        share = 1.0 if w >= rest * (1.0 - 1e-12) else w / rest
        rest -= w
        leaving -= take(sim.rng, movers, chosen, share, 0, levels)
        if sim.refused[sim.candidate[i, C_END]]:
            _stay(sim, s, chosen)
        else:
            _set_out(sim, p, sim.candidate[i, C_FRESH if stand[S_FRESH] else C_LANE], chosen)


@njit(cache=True, nogil=True)
def find_chances(sim: Any) -> None:
    """Compute today's chance to leave each location (Flee: calculateMoveChance)."""
    t = sim.today
    for p in range(sim.pop.size):
        chance = sim.move[t, p]
        if sim.chance_power != 0.0:
            chance *= (max(sim.pop[p], sim.capacity[t, p]) / sim.chance_base) ** sim.chance_power
        sim.chance[p] = min(chance, 1.0)


@njit(cache=True, nogil=True)
def decide(sim: Any) -> None:
    """Let everyone at a location decide: stay, or take a link (they travel later today)."""
    sim.evening[:] = sim.none
    find_chances(sim)
    count_there(sim)
    if sim.today == 0 or sim.topology[sim.today] != sim.topology[sim.today - 1]:
        look_ahead(sim, 0.0)  # no weights of these routes are known from yesterday
    expect_departures(sim)
    done, share, batch = 0.0, 0.0, whole(0)
    while done < 1.0:
        share = next_share(sim, done, share, batch)
        look_ahead(sim, share)
        end = 1.0 if share >= 1.0 - done else done + share
        for s in range(sim.stand.shape[0]):
            anybody = False
            for c in range(sim.levels):
                sim.part[c] = portion(sim.morning[s, c], done, end, s * sim.levels + c)
                anybody |= sim.part[c] > 0
            if anybody:
                _decide_at(sim, s, sim.part)
        look_back(sim, share)
        done, batch = end, batch + 1


# The two kernels below take plain arrays and are compiled without reference counting (Numba's option ``_nrt``): they
# make no array, and counting would cost more than the people's moves.
@inlined
def _advance(
    rng: Any, lanes: Any, lane: int, to_place: int, done: int, moved: int, speed: int, people: Any, total: Any,
    factor: float, levels: int, low: int, high: int, half: float, faithful: bool, least: float, evening: Any,
    night: Any, node: Any, nodes: Any, met: Any, slot: Any, present: Any, coming: Any, legs: Any, entering: bool,
    grid: int, km: Any,
) -> None:  # fmt: skip
    """Move ``total`` people on a lane once; they have done ``done`` of it, and moved ``moved`` before it."""
    today = speed if faithful else max(0, speed - moved)
    length = lanes[lane, L_LENGTH]
    if done + today <= length:
        if entering:
            coming[to_place] += total
        state = lanes[lane, L_FIRST] + (done + today) // lanes[lane, L_STEP]
        remember(rng, night, state, (moved + today) * half, people, factor, levels, low, high)
        return
    if not entering:
        coming[to_place] -= total
    moved += length - done
    to, back = lanes[lane, L_TO], lanes[lane, L_BACK]
    if not back:
        legs[lanes[lane, L_LINK]] += total
    if back or moved >= speed or total < least:
        remember(rng, evening, to, moved * half, people, factor, levels, low, high)
        present[to_place] += total
        return
    cell = moved // grid
    i = slot[cell, to]
    if i == 0:  # rows of ``node`` are handed out in the order in which they are needed, from 1 on
        met[met.size - 1] += 1
        i = met[met.size - 1]
        slot[cell, to] = i
        nodes[cell, met[cell]] = to
        met[cell] += 1
        km[i] = 0.0
    km[i] += float(total) * moved
    for c in range(low, high):
        node[i, c] += scaled(people[c], factor)


@lean
def _arrive(
    rng: Any, lanes: Any, walk: Any, stand: Any, levels: int, half: float, faithful: bool, least: float,
    walk_speed: int, evening: Any, night: Any, node: Any, nodes: Any, met: Any, slot: Any, present: Any, coming: Any,
    legs: Any, none: Any, part: Any, walking: Any, road: Any, begin: float, end: float, grid: int, km: Any,
) -> None:  # fmt: skip
    """Move a batch of those who have been on a link since the morning."""
    for lane in range(lanes.shape[0]):
        q, to_place = walk[lane], stand[lanes[lane, L_TO], S_PLACE]
        first, step = lanes[lane, L_FIRST], lanes[lane, L_STEP]
        for w in range(first, first + lanes[lane, L_LENGTH] // step + 1):
            total = none
            for c in range(levels):
                part[c] = portion(road[w, c], begin, end, w * levels + c)
                total += part[c]
            if total <= 0:
                continue
            done = (w - first) * step
            if q > 0.0:
                walkers = take(rng, part, walking, q, 0, levels)
                total -= walkers
                _advance(rng, lanes, lane, to_place, done, 0, walk_speed, walking, walkers, 1.0, levels, 0, levels,
                         half, faithful, least, evening, night, node, nodes, met, slot, present, coming,
                         legs, False, grid, km)  # fmt: skip
            _advance(rng, lanes, lane, to_place, done, 0, lanes[lane, L_SPEED], part, total, 1.0, levels, 0, levels,
                         half, faithful, least, evening, night, node, nodes, met, slot, present, coming,
                         legs, False, grid, km)  # fmt: skip


@lean
def _go_on(
    rng: Any, lanes: Any, walk: Any, stand: Any, levels: int, half: float, faithful: bool, least: float,
    walk_speed: int, evening: Any, night: Any, node: Any, nodes: Any, met: Any, slot: Any, present: Any, coming: Any,
    legs: Any, none: Any, rested: Any, walking: Any, movers: Any, chosen: Any, flags: Any, weight: Any, sums: Any,
    cut: Any, other: Any, count: Any, candidate: Any, refused: Any, chances: Any, first: Any, shut: Any, day: int,
    top: float, furthest: int, grid: int, km: Any, decided: Any,
) -> None:  # fmt: skip
    """Let those who arrived early decide again, the least moved first (each link adds to the distance moved).

    Few whole people choose their routes one by one; of many, the number on each route is a binomial draw.
    """
    for cell in range(furthest // grid + 1):
        n = 0
        while n < met[cell]:
            s = nodes[cell, n]
            n += 1
            i_node = slot[cell, s]
            slot[cell, s] = 0
            people = none
            for c in range(levels):
                people += node[i_node, c]
            m = int(km[i_node] / people + 0.5) if people > 0 else cell * grid
            p, goal = stand[s, S_PLACE], stand[s, S_GOAL]
            planned = stand[s, S_LANE] if goal >= 0 else -1
            if goal >= 0 and (planned < 0 or shut[lanes[planned, L_LINK]] or refused[goal]):
                planned = -2
            chance = chances[p] if sums[p] > 0.0 else 0.0
            if goal >= 0:
                chance = 1.0 if planned >= 0 else 0.0
            # levels of memory below ``forced`` must go on
            forced = (1.0 - m / day) * (levels - 1) / top if flags[p] & TOWN and chance > 0.0 else 0.0
            low, high = span(node, i_node, levels)
            for c in range(low, high):
                rested[c] = node[i_node, c]
                node[i_node, c] = none
            free = min(high, max(low, math.ceil(forced)))  # whoever is below must go on
            leaving = take(rng, rested, movers, 1.0, low, free) + take(rng, rested, movers, chance, free, high)
            staying = people - leaving
            if staying > 0:
                remember(rng, evening, stand[s, S_DROP], m * half, rested, 1.0, levels, low, high)
                present[p] += staying
            begin, end, rest = first[p], first[p + 1], sums[p]
            everybody, counted = leaving, False
            if planned >= 0:
                begin, end = 0, 1
            elif leaving > 0:
                decided[p] += leaving
                counted = choose_each(rng, leaving, begin, end, cut, other, count)
            for i in range(begin, end):
                lane, going, factor = planned, leaving, 1.0
                if leaving <= 0 or (counted and count[i] == 0):
                    continue
                if planned >= 0:
                    for c in range(low, high):
                        chosen[c] = movers[c]
                else:
                    w = weight[i]
                    if w <= 0.0:
                        continue
                    share = 1.0 if w >= rest * (1.0 - 1e-12) else w / rest
                    rest -= w
                    number = count[i] if counted else -1
                    going, factor = pick(rng, movers, chosen, leaving, everybody, w / sums[p], share, number, low, high)
                    if going <= 0:
                        continue
                leaving -= going
                if planned < 0:
                    if refused[candidate[i, C_END]]:
                        remember(rng, evening, s, m * half, chosen, factor, levels, low, high)
                        present[p] += going
                        continue
                    lane = candidate[i, C_LANE]
                q, to_place = walk[lane], stand[lanes[lane, L_TO], S_PLACE]
                if q > 0.0:
                    walkers, slow, quick = on_foot(rng, chosen, walking, going, q, low, high)
                    going -= walkers
                    _advance(rng, lanes, lane, to_place, 0, m, walk_speed, walking, walkers, factor * slow, levels,
                             low, high, half, faithful, least, evening, night, node, nodes, met, slot, present,
                             coming, legs, True, grid, km)  # fmt: skip
                    factor *= quick
                _advance(rng, lanes, lane, to_place, 0, m, lanes[lane, L_SPEED], chosen, going, factor, levels,
                         low, high, half, faithful, least, evening, night, node, nodes, met, slot, present,
                         coming, legs, True, grid, km)  # fmt: skip
        met[cell] = 0
    met[met.size - 1] = 0


@njit(cache=True, nogil=True)
def travel(sim: Any) -> None:
    """Move everyone on a link; those who arrive early decide again."""
    k, present, legs = sim.topology[sim.today], sim.present, sim.legs[sim.today]
    chosen = picked(sim.movers, sim.chosen)
    sim.night[:] = sim.none
    moving = float(sim.road.sum())
    before = present.copy()
    count_there(sim)
    expect_arrivals(sim, min(moving / sim.moved, 2.0) if sim.moved > 0.0 else 0.0)
    done, share, batch = 0.0, 0.0, whole(0)
    while done < 1.0:
        share = next_share(sim, done, share, batch)
        look_ahead(sim, share)
        end = 1.0 if share >= 1.0 - done else done + share
        _arrive(
            sim.rng, sim.lane, sim.walk, sim.stand, sim.levels, sim.half, sim.faithful, sim.least, sim.walk_speed,
            sim.evening, sim.night, sim.node, sim.nodes, sim.met, sim.slot, present, sim.coming, legs, sim.none,
            sim.part, sim.walking, sim.road, done, end, sim.grid, sim.km,
        )  # fmt: skip
        _go_on(
            sim.rng, sim.lane, sim.walk, sim.stand, sim.levels, sim.half, sim.faithful, sim.least, sim.walk_speed,
            sim.evening, sim.night, sim.node, sim.nodes, sim.met, sim.slot, present, sim.coming, legs, sim.none,
            sim.part, sim.walking, sim.movers, chosen, sim.flags[sim.today], sim.weight, sim.total, sim.cut, sim.other,
            sim.count, sim.candidate, sim.refused, sim.chance, sim.first[k], sim.shut[k], sim.day, sim.top,
            sim.furthest, sim.grid, sim.km, sim.decided,
        )  # fmt: skip
        look_back(sim, share)
        done, batch = end, batch + 1
    for p in range(present.size):
        sim.arrived[p] = float(present[p] - before[p])
    sim.moved = moving
