"""On the way: a day's walk or drive along the cheapest way, stages, gates, cut roads, arrivals."""

from __future__ import annotations

from typing import Any

import numpy as np

from onward.engine.choices import BATCH, BUDGET, GOAL, GROUP, MODE, PLACE, REPLANS, choose, push
from onward.engine.draws import split
from onward.engine.kernel import flag, once, part, whole
from onward.engine.labels import TRAVELLERS, deliver, longer, longer_table

#: columns of a traveller under way overnight: road, quanta still to go on it, then as a walker's
T_ROAD, T_LEFT, T_GOAL, T_GROUP, T_MODE, T_BATCH = range(6)
DAY_QUANTA = 10
MOST_REPLANS = 2


@once
def walk(sim: Any, size: int) -> None:
    """Let the ``size`` walkers on the stack go as far as the day takes them."""
    places = sim.here.shape[0]
    stay = sim.attraction[sim.regime[sim.today]]
    slots, firsts, lanes, heads, shut, tenths = sim.slot, sim.first, sim.lane, sim.head, sim.shut, sim.quanta
    while size > 0:
        size -= 1
        row, people = sim.walker[size], sim.walking[size]
        place, goal, g, mode = row[PLACE], row[GOAL], row[GROUP], row[MODE]
        batch, budget, replans = row[BATCH], row[BUDGET], row[REPLANS]
        homeward = goal >= places
        end = goal - places if homeward else goal
        while people > 0:
            if place == end and (homeward or replans >= MOST_REPLANS or stay[place, g] > 0.0):
                stop(sim, place, g, batch, homeward, people)
                break
            slot = -1 if place == end else slots[g, place, end]
            if slot < 0:
                size = _replan(sim, place, g, mode, batch, budget, replans, people, size)
                break
            road = firsts[g, place, slot]
            lane, quanta = lanes[road], tenths[road, mode]
            if lane >= 0 and shut[road]:
                sim.waiting[lane, g, mode] += people
                deliver(sim, batch, people, sim.gate_pool[lane, g, mode], place, flag(True))
                break
            if lane >= 0:
                sim.daily.passed[sim.today, sim.lane_gate[lane]] += people
            if quanta > budget:
                set_out(sim, road, quanta - budget, goal, g, mode, batch, people)
                break
            budget -= quanta
            place = heads[road]
            if place != end:
                people = _pass(sim, place, g, batch, people)


@part
def _pass(sim: Any, place: int, g: int, batch: int, people: Any) -> Any:
    """Pass a town on the way: some stop there for a while. Returns those who go on."""
    staging = split(sim.moves_rng, people, sim.stage[place])
    if staging > 0:
        stop(sim, place, g, batch, flag(False), staging)
    return people - staging


@part
def stop(sim: Any, place: int, g: int, batch: int, homeward: bool, people: Any) -> None:
    """Let people arrive and stay, as displaced or (``homeward``) at home."""
    if homeward:
        sim.home[place, g] += people
        sim.daily.returned[sim.today, place] += people
    else:
        sim.here[place, g] += people
        sim.daily.arrived[sim.today, place] += people
    deliver(sim, batch, people, sim.pool[place, g], place, not homeward)


@once
def _replan(
    sim: Any, place: int, g: int, mode: int, batch: int, budget: int, replans: int, people: Any, size: int
) -> int:
    """Choose again from where the way is cut, at most twice; then stay. Returns the stack's new size."""
    if replans < MOST_REPLANS and size + sim.weight.size < sim.walking.size:
        return choose(sim, place, g, mode, batch, budget, replans + 1, people, whole(-1), size)
    stop(sim, place, g, batch, flag(False), people)
    return size


@part
def set_out(sim: Any, road: int, left: int, goal: int, g: int, mode: int, batch: int, people: Any) -> None:
    """Write down travellers who spend the night on a road."""
    at = sim.size[TRAVELLERS]
    if at == sim.way.shape[0]:
        sim.way = longer_table(sim.way)
        sim.way_people = longer(sim.way_people)
    row = sim.way[at]
    row[T_ROAD], row[T_LEFT], row[T_GOAL], row[T_GROUP], row[T_MODE], row[T_BATCH] = road, left, goal, g, mode, batch
    sim.way_people[at] = people
    sim.size[TRAVELLERS] += 1


@once
def travel(sim: Any) -> None:
    """Move everybody who is under way or ready to go, as far as the day takes them.

    Who spent the night on a road comes to its end, or is turned back to its start if it was cut under them. A road
    of ``-1 - place`` means that they set out from that place.
    """
    parties = sim.size[TRAVELLERS]
    way, people = sim.way[:parties].copy(), sim.way_people[:parties].copy()
    sim.size[TRAVELLERS] = 0
    cost, places = sim.cost[sim.regime[sim.today]], sim.here.shape[0]
    for n in range(parties):
        road, left, goal = way[n, T_ROAD], way[n, T_LEFT], way[n, T_GOAL]
        g, mode, batch, going = way[n, T_GROUP], way[n, T_MODE], way[n, T_BATCH], people[n]
        place, budget = -1 - road, whole(DAY_QUANTA)
        if road >= 0 and np.isinf(cost[g, road]):
            place = sim.tail[road]
        elif road >= 0 and left > DAY_QUANTA:
            set_out(sim, road, left - DAY_QUANTA, goal, g, mode, batch, going)
            continue
        elif road >= 0:
            place, budget = sim.head[road], DAY_QUANTA - left
            if place != goal % places:
                going = _pass(sim, place, g, batch, going)
        walk(sim, push(sim, place, goal, g, mode, batch, budget, whole(0), going, whole(0)))
