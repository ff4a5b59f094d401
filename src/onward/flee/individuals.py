"""The day loop of *individuals* under Flee's rules: agent after agent in the order in which they came, as in Flee.

Everybody decides, and then everybody on a link travels; each sees the camps as those before them have left them. So
there are no batches, no levels of memory and no steps of the daily way, by which *cohorts* approximates Flee.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from onward.engine.jit import lean
from onward.flee.people import BEFORE, LEFT, REACHED, STOP, add_new, make_room_in_log, move_in
from onward.flee.person_choice import Day, begin_day, decide, end_link, take_link
from onward.flee.routes import L_BACK, L_LENGTH, L_LINK, L_SHUT, L_SPEED, L_TAIL, L_TO, S_GOAL, S_PLACE
from onward.flee.rules import TOWN
from onward.flee.state import FleeRates, FleeResult, FleeWorld
from onward.flee.step import attract, record_stock, set_up, spawn
from onward.flee.travel import find_chances

#: who has less memory of the way than this many full days goes on from a town (Flee: avoid_short_stints)
SHORT_STINT = 0.5


@njit(cache=True, nogil=True)
def run_flee_individuals(
    world: FleeWorld, rates: FleeRates, remembers: bool, initial: Any, rng: Any, kept: bool, reached: Any
) -> tuple[FleeResult, Any, Any, Any]:
    """Run all days; return the counts, the log of stops, each agent's last entry in it, and where each began.

    The log is empty unless ``kept``. ``reached[0]`` is the number of days done.
    """
    sim = set_up(world, rates, initial, rng)
    people = move_in(sim, initial, remembers, kept)
    stopped = -1
    for t in range(world.topology.size):
        sim.today = t
        if not spawn(sim):
            stopped = t
            break
        add_new(sim, people)
        _turn_back(sim, people)
        attract(sim)
        find_chances(sim)
        day = begin_day(sim, people)
        people.logged[0] = _move(sim, people, day)
        record_stock(sim)
        reached[0] = t + 1
    number = people.size[0]
    result = FleeResult(sim.stock, sim.way, sim.spawned, sim.legs, stopped, None)
    return result, people.log[: people.logged[0]], people.last[:number], people.begin[:number]


@njit(cache=True, nogil=True)
def _move(sim: Any, people: Any, day: Day) -> int:
    """Let everyone decide, and then move everyone on a link; return how many stops are in the log by now."""
    t, number, where, done, left = sim.today, people.size[0], people.where, people.done, people.left
    travellers = _set_out(t, number, sim.rng, day, where, done, left)
    if people.kept:
        make_room_in_log(people, travellers)
    return _travel(
        t, number, sim.rng, day, where, done, left, people.memory, people.since, sim.walk, sim.walk_speed,
        float(sim.day), people.remembers, sim.legs[t], sim.way[t], people.log, people.logged[0], people.last,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _turn_back(sim: Any, people: Any) -> None:
    """Send back agents on a link that is closed today (they learn of it at its end)."""
    t = sim.today
    if t == 0 or sim.topology[t] == sim.topology[t - 1]:
        return
    now, before, lanes, where = sim.shut[sim.topology[t]], sim.shut[sim.topology[t - 1]], sim.lane, people.where
    for i in range(people.size[0]):
        if where[i] >= 0:
            continue
        row = lanes[-1 - where[i]]
        back, link = row[L_SHUT], row[L_LINK]
        if back >= 0 and now[link] and not before[link]:
            sim.coming[sim.stand[row[L_TO], S_PLACE]] -= 1
            sim.coming[row[L_TAIL]] += 1
            where[i] = -1 - back


# The two kernels below are compiled without reference counting, like those of `onward.flee.travel`.
@lean
def _set_out(today: int, number: int, rng: Any, day: Day, where: Any, done: Any, left: Any) -> int:
    """Let everyone at a location decide: stay, or take a link (they travel later today); return how many travel."""
    travellers = 0
    for i in range(number):
        s = where[i]
        if s >= 0:
            lane = decide(day, rng, s, False)
            if lane < 0:
                where[i] = -1 - lane
                continue
            take_link(day, day.stand[s, S_PLACE], lane)
            where[i], done[i], left[i] = -1 - lane, 0, today
        travellers += 1
    return travellers


@lean
def _travel(
    today: int, number: int, rng: Any, day: Day, where: Any, done: Any, left: Any, memory: Any, since: Any,
    walk: Any, walk_speed: int, full_day: float, remembers: bool, legs: Any, way: Any, log: Any, logged: int, last: Any,
) -> int:  # fmt: skip
    """Move everyone on a link; those who arrive before a full day's distance decide again, at once.

    Return how many stops are in the log by now.
    """
    stands, lanes, faithful, kept = day.stand, day.lane, day.faithful, last.size > 0
    for i in range(number):
        if where[i] >= 0:
            continue
        lane, on, moved = -1 - where[i], done[i], 0
        recent = math.ldexp(memory[i], since[i] - today) if remembers else 0.0
        while lane >= 0:
            speed = walk_speed if walk[lane] > 0.0 and rng.random() < walk[lane] else lanes[lane, L_SPEED]
            can, length = speed if faithful else max(0, speed - moved), lanes[lane, L_LENGTH]
            if on + can <= length:
                where[i], done[i] = -1 - lane, on + can
                moved += can
                way[lanes[lane, L_TAIL]] += 1
                break
            moved += length - on
            s, back = lanes[lane, L_TO], lanes[lane, L_BACK] > 0
            p = stands[s, S_PLACE]
            legs[lanes[lane, L_LINK]] += not back
            end_link(day, p)
            if back or moved >= speed:
                where[i] = s
                break
            short = remembers and stands[s, S_GOAL] < 0 and day.flags[p] & TOWN > 0
            lane, on = decide(day, rng, s, short and 0.5 * (recent + moved / full_day) < SHORT_STINT), 0
            if lane >= 0:
                take_link(day, p, lane)
            else:
                where[i] = -1 - lane
        if remembers:
            memory[i], since[i] = 0.5 * (recent + moved / full_day), today + 1
        if kept and where[i] >= 0:
            log[logged, BEFORE], log[logged, STOP] = last[i], stands[where[i], S_PLACE]
            log[logged, LEFT], log[logged, REACHED] = left[i], today
            last[i] = logged
            logged += 1
    return logged
