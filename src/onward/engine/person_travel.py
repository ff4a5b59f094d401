"""Travel of *individuals*: each person draws a destination and moves separately as far as the day allows.

The rules are those of `onward.engine.travel`; weights of destinations come from `onward.engine.destination_choice`.
Arrays of the structs are fetched once for all who are moved, because fetching one counts a reference twice, atomically.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from onward.engine.destination_choice import destination_weights
from onward.engine.growing import longer, longer_table
from onward.engine.jit import flag, once, part, whole
from onward.engine.person_passing import near_today, tally_each
from onward.engine.persons import (
    BEFORE,
    LEFT,
    REACHED,
    STOP,
    reserve,
    residents_cell,
    staying_cell,
    waiting_cell,
)
from onward.engine.state import packed
from onward.engine.workspace import FLOWS, MODES
from onward.typing import Floats, Ints

_packed = once(packed)


@once
def _running_sums(weight: Floats, odds: Floats) -> float:
    """Fill ``odds`` with the running sums of weights; return the last."""
    total = 0.0
    for k in range(weight.size):
        total += weight[k]
        odds[k] = total
    return total


@part
def odds_from(sim: Any, place: int, g: int, stay: bool, barred: int) -> Any:
    """Return running sums of `destination_weights`, which takes ``stay`` and ``barred``."""
    destination_weights(sim, place, g, whole(1), stay, barred)
    odds = np.empty(sim.weight.size)
    _running_sums(sim.weight, odds)
    return odds


@part
def stay_odds(sim: Any, people: Any, place: int, g: int) -> None:
    """Update the running sums to today for those who choose again at a place and may stay there."""
    destination_weights(sim, place, g, whole(1), flag(True), whole(-1))
    people.total[g, place] = _running_sums(sim.weight, people.odds[g, place])
    people.made[g, place] = sim.today


@part
def draw_destination(odds: Floats, drawn: float) -> int:
    """Return the destination selected by a random number from 0 to 1: the first whose running sum exceeds it.

    Destinations of weight 0 are never selected.
    """
    total = odds[odds.size - 1]
    sought, low, high = min(drawn * total, total * (1.0 - 1e-12)), 0, odds.size - 1
    while low < high:
        middle = (low + high) // 2
        if odds[middle] > sought:
            high = middle
        else:
            low = middle + 1
    return low


@part
def set_out_today(sim: Any, people: Any, who: Any, place: int, g: int, odds: Floats) -> None:
    """Let people who leave a place draw their mode and destination."""
    mode, goal, road, quanta, left = people.mode, people.goal, people.road, people.quanta, people.left
    dest, rng, day, foot = sim.dest[g, place], sim.moves_rng, sim.today, sim.rates.share_foot
    some, passed, bits = odds[odds.size - 1] > 0.0, people.passed, near_today(sim, -1 - place)
    for i in who:
        passed[i] |= bits
        goal[i] = dest[draw_destination(odds, rng.random())] if some else place
        mode[i] = 1 if some and rng.random() >= foot else 0
        road[i], quanta[i], left[i] = -1 - place, 0, day


@part
def choose_for_each(sim: Any, people: Any, who: Any, place: int, g: int, odds: Floats, on: int, to_go: int) -> None:
    """Let people who travel on choose again at ``place``, and put them ``to_go`` quanta before its end."""
    goal, road, quanta, left = people.goal, people.road, people.quanta, people.left
    dest, rng, day = sim.dest[g, place], sim.moves_rng, sim.today
    some, passed, bits = odds[odds.size - 1] > 0.0, people.passed, near_today(sim, on)
    for i in who:
        passed[i] |= bits
        k = draw_destination(odds, rng.random()) if some else dest.size
        goal[i] = dest[k] if k < dest.size else place
        road[i], quanta[i], left[i] = on, to_go, day


@part
def travel_alone(sim: Any, people: Any) -> None:
    """Move everyone who is under way or ready to go as far as the day allows; record their legs."""
    number = people.ways[0]
    where = np.full(number, -1, np.int64)
    _travel_each(sim, people, where)
    stopped = 0
    for n in range(number):
        stopped += where[n] >= 0
    who, place = np.empty(stopped, np.int32), np.empty(stopped, np.int64)
    way, on, done = people.way, 0, 0
    for n in range(number):
        if where[n] < 0:
            way[on] = way[n]
            on += 1
        else:
            who[done], place[done] = way[n], where[n]
            done += 1
    people.ways[0] = on
    _arrive(sim, people, who, place)


@part
def _travel_each(sim: Any, people: Any, where: Ints) -> None:
    """Move each person as far as the day allows; record where they stop, like `onward.engine.labels.record_stop`."""
    places, rng, today, s = sim.here.shape[0], sim.moves_rng, sim.today, sim.regime[sim.today]
    stay, safety, stage, cost, passed = sim.attraction[s], sim.safety[today], sim.stage, sim.cost[s], sim.daily.passed
    firsts, lanes, heads, tails = sim.first, sim.lane, sim.head, sim.tail
    shut, tenths, gates, dests = sim.shut, sim.quanta, sim.lane_gate, sim.dest
    day, most = sim.rates.travel_steps, sim.rates.replans
    way, groups, modes, goals, roads, to_go = (
        people.way, people.group, people.mode, people.goal, people.road, people.quanta,
    )  # fmt: skip
    odds, totals, made, unit = people.odds, people.total, people.made, sim.unit
    asked, passed_near, near_road = sim.asked > 0, people.passed, sim.near_road
    for n in range(where.size):
        i = way[n]
        road, g, mode, goal = whole(roads[i]), whole(groups[i]), whole(modes[i]), whole(goals[i])
        place, budget, came, replans = -1 - road, day, False, 0
        if asked and road >= 0:
            passed_near[i] |= near_road[today, road]
        if road >= 0 and np.isinf(cost[g, road]):
            place = tails[road]
        elif road >= 0 and to_go[i] > day:
            to_go[i] -= day
            continue
        elif road >= 0:
            place, budget, came = heads[road], day - to_go[i], True
        while True:
            homeward = goal >= places
            end = goal - places if homeward else goal
            if came and place != end and rng.random() < stage[place] * safety[place, g]:
                where[n] = place  # a town on the way: some stop there for a while
                break
            if place == end and (homeward or replans >= most or stay[place, g] > 0.0):
                where[n] = goal
                break
            road = whole(firsts[g, place, end])
            if road < 0 and replans >= most:
                where[n] = place
                break
            if road < 0:
                if made[g, place] != today:
                    stay_odds(sim, people, place, g)
                replans, came = replans + 1, False
                if totals[g, place] > 0.0:
                    k = draw_destination(odds[g, place], rng.random())
                    goal = whole(dests[g, place, k]) if k < dests.shape[2] else place
                else:
                    goal, budget, replans = place, whole(0), 2
                continue
            lane, quanta = lanes[road], tenths[road, mode]
            if lane >= 0 and shut[road]:
                where[n] = 2 * places + lane * MODES + mode
                break
            if lane >= 0:
                passed[today, gates[lane]] += unit[g]
            if asked:
                passed_near[i] |= near_road[today, road]
            if quanta > budget:
                roads[i], to_go[i], goals[i] = road, quanta - budget, goal
                break
            budget -= quanta
            place, came = heads[road], True


@part
def _arrive(sim: Any, people: Any, who: Any, where: Ints) -> None:
    """Count people where they stopped, add them to its list, and record their legs."""
    cells = np.empty(who.size, np.int64)
    _record_arrivals(sim, people, who, where, cells)
    more = np.zeros(people.first.size, np.int64)
    for n in range(who.size):
        more[cells[n]] += 1
    reserve(people, more)
    listed, first, count = people.listed, people.first, people.count
    for n in range(who.size):
        cell = cells[n]
        listed[first[cell] + count[cell]] = who[n]
        count[cell] += 1


@part
def _record_arrivals(sim: Any, people: Any, who: Any, where: Ints, cells: Ints) -> None:
    """Fill in the cell that each person reached, and record legs; people who are home are no longer displaced."""
    places, groups = sim.home.shape
    today, rank, daily, away = sim.today, sim.rank, sim.daily, sim.away
    arrived, returned, lane_tail = daily.arrived, daily.returned, sim.tail[sim.lane_road]
    homes, times, at, group, unit = people.home, people.times, people.at, people.group, sim.unit
    keys, bits, number = np.empty(who.size, np.int64), np.empty(who.size, np.int32), np.empty(who.size, np.int32)
    for n in range(who.size):
        i, g, stop, end = who[n], whole(group[who[n]]), where[n], where[n] % places
        if stop < places:
            cells[n] = staying_cell(places, groups, stop, g)
            arrived[today, stop] += unit[g]
        elif stop < 2 * places:
            cells[n] = residents_cell(groups, end, g)
            returned[today, end] += unit[g]
        else:
            lane, mode = (stop - 2 * places) // MODES, (stop - 2 * places) % MODES
            cells[n], end = waiting_cell(places, groups, lane, g, mode), lane_tail[lane]
        origin = -1 if homes[i] < 0 else rank[homes[i]]
        keys[n] = _packed(places, today, origin, rank[at[i]], rank[end], times[i])
        bits[n], number[n] = people.passed[i], unit[g]
        if places <= stop < 2 * places:
            tally_each(sim, people, who[n : n + 1], end)
            away[times[i] - 1] -= unit[g]
            times[i] = 0
        where[n] = end
    if people.kept:
        _log_stops(people, who, where, today)
    for n in range(who.size):
        at[who[n]] = where[n]
    _add_legs(sim, keys, bits, number)


@part
def _log_stops(people: Any, who: Any, end: Ints, today: int) -> None:
    """Record that people stop at places, after their last stop."""
    while people.logged[0] + who.size > people.log.shape[0]:
        people.log = longer_table(people.log)
    log, last, left, row = people.log, people.last, people.left, people.logged[0]
    for n in range(who.size):
        i = who[n]
        log[row, BEFORE], log[row, STOP], log[row, LEFT], log[row, REACHED] = last[i], end[n], left[i], today
        last[i] = row
        row += 1
    people.logged[0] = row


@part
def _add_legs(sim: Any, keys: Ints, bits: Any, people: Any) -> None:
    """Add the day's legs, summing those with the same key, with how many of each have passed near held ground."""
    if sim.asked > 0 or sim.largest > 1:
        order = np.argsort(keys)
        keys, bits, people = keys[order], bits[order], people[order]
    else:
        keys.sort()
    size = sim.size[FLOWS]
    while size + keys.size > sim.flow.size:
        sim.flow, sim.flow_people = longer(sim.flow), longer(sim.flow_people)
        sim.flow_near = longer_table(sim.flow_near)
    flow, number, near = sim.flow, sim.flow_people, sim.flow_near
    for n in range(keys.size):
        if n > 0 and keys[n] == keys[n - 1]:
            number[size - 1] += people[n]
        else:
            flow[size], number[size] = keys[n], people[n]
            size += 1
        for k in range(near.shape[1]):
            near[size - 1, k] += (bits[n] >> k & 1) * people[n]
    sim.size[FLOWS] = size
