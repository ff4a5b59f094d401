"""Travel: a day's movement along the cheapest path, through stages and gates to arrival."""

from __future__ import annotations

from typing import Any

import numpy as np

from onward.engine.destination_choice import (
    BUDGET,
    CAME,
    GOAL,
    MODE,
    PASSED,
    PLACE,
    REPLANS,
    choose,
    plan,
    push,
)
from onward.engine.draws import split
from onward.engine.growing import longer, longer_table
from onward.engine.jit import flag, once, part, whole
from onward.engine.labels import record_arrivals, record_stop
from onward.engine.workspace import (
    A_HEAD,
    A_LANE,
    A_QUANTA,
    T_BATCH,
    T_GOAL,
    T_GROUP,
    T_LEFT,
    T_MODE,
    T_PASSED,
    T_ROAD,
    TRAVELLERS,
)  # fmt: skip


@part
def travel(sim: Any) -> None:
    """Move everyone who is under way or ready to go as far as the day allows.

    Groups of a batch are stored together and walk together: the labels of those who stop are assigned once for each
    place where any of the batch stopped.
    """
    parties = sim.size[TRAVELLERS]
    way, people = sim.way[:parties].copy(), sim.way_people[:parties].copy()
    sim.size[TRAVELLERS] = 0
    _reserve_walkers(sim, parties)
    net = (
        sim.attraction[sim.regime[sim.today]], sim.stopping, sim.planned, sim.first, sim.along, sim.shut,
        sim.near_road[sim.today],
    )  # fmt: skip
    found, stack = (sim.size, sim.stop, sim.stopped, sim.stopped_near), (sim.walker, sim.walking)
    n = whole(0)
    while n < parties:
        batch, g = way[n, T_BATCH], way[n, T_GROUP]
        if sim.size[TRAVELLERS] + parties - n > sim.way_people.size:
            reserve_travellers(sim, parties - n)
        end = n + 1
        while end < parties and way[end, T_BATCH] == batch:
            end += 1
        size = _wake(sim, way, people, n, end, g)
        n = end
        _walk(sim, net, found, stack, g, batch, size)
        record_arrivals(sim, batch, g)


@part
def _wake(sim: Any, way: Any, people: Any, first: int, end: int, g: int) -> int:
    """Put the parties of a batch, rows ``first`` to ``end``, on the stack of walkers; return how many are on it.

    People who spent the night on a road reach its end, or are turned back to its start if it was cut meanwhile; those
    who have more than a day left on it stay on it. A road of ``-1 - place`` means that they set out from that place.
    """
    walker, walking, on, on_people, size = sim.walker, sim.walking, sim.way, sim.way_people, whole(0)
    cost, tail, head, steps = sim.cost[sim.regime[sim.today], g], sim.tail, sim.head, sim.rates.travel_steps
    near_road = sim.near_road[sim.today]
    for n in range(first, end):
        road, left, goal, mode = way[n, T_ROAD], way[n, T_LEFT], way[n, T_GOAL], way[n, T_MODE]
        place, budget, came, bits = -1 - road, whole(steps), flag(False), way[n, T_PASSED]
        if road >= 0 and near_road.size > 0:
            bits |= near_road[road]
        if road >= 0 and np.isinf(cost[road]):
            place = tail[road]
        elif road >= 0 and left > steps:
            set_out(sim, on, on_people, road, left - steps, goal, g, mode, way[n, T_BATCH], bits, people[n])
            continue
        elif road >= 0:
            place, budget, came = head[road], steps - left, flag(True)
        size = push(walker, walking, place, goal, mode, budget, whole(0), came, bits, people[n], size)
    return size


@once
def _walk(sim: Any, net: Any, found: Any, stack: Any, g: int, batch: int, size: int) -> None:
    """Let the ``size`` walkers of a batch on the stack go as far as the day allows.

    Where the way is cut they choose again, at most ``replans`` times; then they stay. Stops are recorded, and become
    part of the stocks when the whole batch has walked: nobody chooses by stocks of the same day. ``net`` is what they
    meet today, ``found`` where their stops are recorded.
    """
    places, modes, rng, most = sim.here.shape[0], sim.waiting.shape[2], sim.moves_rng, sim.rates.replans
    (stay, stopping, planned, firsts, along, shut, near_road), (rows, stop, stopped, near) = net, found
    (walker, walking), way, way_people, unit = stack, sim.way, sim.way_people, sim.unit[g]
    while size > 0:
        size -= 1
        place, goal, mode = walker[size, PLACE], walker[size, GOAL], walker[size, MODE]
        budget, replans, came = walker[size, BUDGET], walker[size, REPLANS], walker[size, CAME] > 0
        people, bits = walking[size], walker[size, PASSED]
        homeward = goal >= places
        end = goal - places if homeward else goal
        while True:
            if came and place != end:  # a town on the way: some stop there for a while
                staging = split(rng, people, stopping[g, place], unit)
                people -= staging
                if staging > 0:
                    record_stop(rows, stop, stopped, near, place, staging, bits)
                if people <= 0:
                    break
            if place == end and (homeward or replans >= most or stay[place, g] > 0.0):
                record_stop(rows, stop, stopped, near, goal, people, bits)
                break
            if not planned[g, place]:
                plan(sim, g, place)
            road = whole(firsts[g, place, end])
            if road < 0 and replans >= most:
                record_stop(rows, stop, stopped, near, place, people, bits)
                break
            if road < 0:
                size = choose(sim, place, g, mode, budget, replans + 1, bits, people, whole(-1), size)
                reserve_travellers(sim, size)
                way, way_people = sim.way, sim.way_people
                break
            lane, quanta = along[road, A_LANE], along[road, A_QUANTA + mode]
            if lane >= 0 and shut[road]:
                record_stop(rows, stop, stopped, near, 2 * places + lane * modes + mode, people, bits)
                break
            if lane >= 0:
                sim.daily.passed[sim.today, sim.lane_gate[lane]] += people
            if quanta > budget:
                set_out(sim, way, way_people, road, quanta - budget, goal, g, mode, batch, bits, people)
                break
            if near_road.size > 0:
                bits |= near_road[road]
            budget -= quanta
            place, came = along[road, A_HEAD], True


@part
def set_out(
    sim: Any, way: Any, way_people: Any, road: int, left: int, goal: int, g: int, mode: int, batch: int, bits: int,
    people: Any,
) -> None:  # fmt: skip
    """Record travellers who spend the night on a road (or are ready to go from a place); there must be room for them.

    ``way`` and ``way_people`` are those of the member. ``bits`` say what they have passed near; what is near the
    road or place today is added.
    """
    at = sim.size[TRAVELLERS]
    if sim.asked > 0:
        bits |= sim.near_road[sim.today, road] if road >= 0 else sim.near_place[sim.today, -1 - road]
    way[at, T_ROAD], way[at, T_LEFT], way[at, T_GOAL] = road, left, goal
    way[at, T_GROUP], way[at, T_MODE], way[at, T_BATCH], way[at, T_PASSED] = g, mode, batch, bits
    way_people[at] = people
    sim.size[TRAVELLERS] = at + 1


@part
def reserve_travellers(sim: Any, parties: int) -> None:
    """Make room for the given number of additional travellers."""
    while sim.size[TRAVELLERS] + parties > sim.way_people.size:
        sim.way = longer_table(sim.way)
        sim.way_people = longer(sim.way_people)


@once
def _reserve_walkers(sim: Any, parties: int) -> None:
    """Make room on the stack for walkers, and for those who choose again (at most ``replans`` times each)."""
    while parties + (sim.rates.replans + 1) * sim.weight.size > sim.walking.size:
        sim.walker = longer_table(sim.walker)
        sim.walking = longer(sim.walking)
