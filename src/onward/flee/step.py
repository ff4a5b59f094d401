"""The day loop of one member under Flee's rules, in Flee's order: spawning, closures, decisions, travel.

One source serves two engines, as in `onward.engine.step`: int64 people are drawn, float64 people are means. Flee
handles agents one after the other, each seeing the camps as the earlier ones left them. Here people of equal state move
together: everyone in one batch as long as no camp can fill meanwhile, otherwise in several batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import njit

from onward.engine.compile_ahead import FLOAT, INT, Stage, array, result_of
from onward.engine.jit import once
from onward.flee.batches import look_ahead, look_back, next_share
from onward.flee.draws import displaced, some, spread
from onward.flee.routes import L_FIRST, L_LENGTH, L_LINK, L_SHUT, L_STEP, L_TAIL, L_TO, S_PLACE
from onward.flee.rules import CAMP
from onward.flee.state import FleeRates, FleeResult, FleeSim, FleeWorld
from onward.flee.travel import decide, travel


@njit(cache=True, nogil=True)
def run_flee(world: FleeWorld, rates: FleeRates, initial: Any, rng: Any, reached: Any) -> FleeResult:
    """Run all days; ``initial`` are the agents in camps before the first day, and their type is that of people.

    ``reached[0]`` is the number of days done.
    """
    sim = set_up(world, rates, initial, rng)
    stopped = -1
    for t in range(world.topology.size):
        sim.today = t
        if not spawn(sim):
            stopped = t
            break
        turn_back(sim)
        attract(sim)
        decide(sim)
        travel(sim)
        record_stock(sim)
        count_ways(sim.lane, sim.night, sim.way[t])
        sim.morning, sim.evening = sim.evening, sim.morning
        sim.road, sim.night = sim.night, sim.road
        reached[0] = t + 1
    return FleeResult(sim.stock, sim.way, sim.spawned, sim.legs, stopped, None)


def stages_of_flee(world: Any, rates: Any, initial: Any, rng: Any, reached: Any) -> Iterator[Stage]:
    """Yield the parts of `run_flee` to compile ahead, by the types of its arguments."""
    row, first = array(initial.dtype), (set_up, world, rates, initial, rng)
    yield [first], [(spread, rng, row, row, INT, INT, INT, INT)] if initial.dtype == INT else []
    sim = result_of(first)
    shared = [(look_ahead, sim, FLOAT), (next_share, sim, FLOAT, FLOAT, INT), (look_back, sim, FLOAT)]
    yield shared, [(turn_back, sim), (attract, sim)]
    yield [(decide, sim), (spawn, sim)], [(travel, sim)]


@once
def record_stock(sim: Any) -> None:
    """Record who is at each location at the end of the day."""
    for p in range(sim.present.size):
        sim.stock[sim.today, p] = sim.present[p]


@njit(cache=True, nogil=True)
def attract(sim: Any) -> None:
    """Compute today's score of each location, by its population where that weighs."""
    t = sim.today
    for p in range(sim.pop.size):
        sim.pull[p] = sim.score[t, p]
        if sim.population_power != 0.0 and not sim.flags[t, p] & CAMP:
            sim.pull[p] *= max(1.0, sim.pop[p]) ** sim.population_power


@njit(cache=True, nogil=True)
def count_ways(lanes: Any, night: Any, way: Any) -> None:
    """Count the people on links at the end of the day by the location left."""
    for lane in range(lanes.shape[0]):
        begin, tail = lanes[lane, L_FIRST], lanes[lane, L_TAIL]
        for w in range(begin, begin + lanes[lane, L_LENGTH] // lanes[lane, L_STEP] + 1):
            for c in range(night.shape[1]):
                way[tail] += night[w, c]


@njit(cache=True, nogil=True)
def set_up(world: FleeWorld, rates: FleeRates, initial: Any, rng: Any) -> Any:
    """Return the state of the first morning."""
    days, places = world.move.shape
    stands, levels = world.stand.shape[0], rates.levels
    none = initial[0] * 0
    half = 0.0 if levels == 1 else (levels - 1) / (2.0 * rates.top * rates.day)
    here = np.full((2, stands, levels + 1), none)
    for p in range(places):
        here[0, places + p if rates.foot else p, 0] = initial[p]
    road = np.full((2, rates.ways, levels + 1), none)
    return FleeSim(
        world.move, world.score, world.spawn, world.flags, world.capacity, world.population, world.newly, world.stand,
        world.lane, world.walk, world.candidate, world.near, world.first, world.topology, world.shut, world.links,
        rates.faithful, rates.spawn_mode, rates.per_conflict_day, rates.take_from_population, rates.capacity_buffer,
        rates.capacity_scaling, rates.weight_softening, rates.weight_power, rates.pruning_threshold,
        rates.population_power, rates.chance_base, rates.chance_power, rates.foot, rates.walk_speed, rates.day,
        rates.levels, rates.top, rates.ways, rates.furthest, rates.grid, rates.least,
        half, rng, none, 0, none, world.population.copy(), initial.copy(), np.full(places, none), np.zeros(places),
        np.ones(places), np.zeros(places, np.bool_), np.ones(places),
        np.zeros(places), np.zeros(places), np.zeros(places), np.zeros(places), np.zeros(places), np.zeros(places),
        0.0, np.zeros(world.near.size), np.zeros(world.near.size),
        np.zeros(world.near.size, np.int64), np.zeros(world.near.size, np.int64), np.zeros(places),
        here[0], here[1], road[0], road[1],
        np.zeros(((rates.furthest + rates.grid) * stands + 1, levels), initial.dtype),
        np.zeros((rates.furthest // rates.grid + 1, stands * rates.grid + 1), np.int64),
        np.zeros(rates.furthest + 2, np.int64),
        np.zeros((rates.furthest + 1, stands), np.int64), np.zeros((rates.furthest + rates.grid) * stands + 1),
        np.full(levels, none), np.full(levels, none), np.full(levels, none), np.full(levels, none),
        np.full((days, places), none), np.full((days, places), none), np.full((days, places), none),
        np.full((days, world.links.shape[0]), none),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def spawn(sim: Any) -> bool:
    """Add the newly displaced of the day; return False where Flee would stop because no place can give any."""
    t, rng = sim.today, sim.rng
    places = sim.pop.size
    if sim.spawn_mode > 0:
        for p in range(places):
            if sim.spawn[t, p] > 0.0:
                mean = sim.per_conflict_day * sim.spawn[t, p]
                if sim.spawn_mode == 2:
                    mean *= sim.pop[p]
                enter(sim, p, displaced(rng, sim.none, mean, sim.spawn_mode == 3))
        return True
    rest = 0.0
    for p in range(places):
        rest += sim.spawn[t, p] * sim.pop[p]
    left = sim.held + sim.newly[t]
    if rest <= 0.0:
        sim.held = left
        return not sim.faithful
    sim.held = sim.none
    for p in range(places):
        w = sim.spawn[t, p] * sim.pop[p]
        if w > 0.0:
            people = left if w >= rest * (1.0 - 1e-12) else some(rng, left, w / rest)
            enter(sim, p, people)
            rest -= w
            left -= people
    return True


@njit(cache=True, nogil=True)
def enter(sim: Any, p: int, people: Any) -> None:
    """Add newly displaced people to a location."""
    sim.morning[sim.pop.size + p if sim.foot else p, 0] += people
    sim.present[p] += people
    sim.spawned[sim.today, p] += people
    if sim.take_from_population:
        sim.pop[p] = max(0.0, sim.pop[p] - people)


@njit(cache=True, nogil=True)
def turn_back(sim: Any) -> None:
    """Send back people on a link that is closed today (they learn of it at its end)."""
    t = sim.today
    if t == 0 or sim.topology[t] == sim.topology[t - 1]:
        return
    now, before = sim.shut[sim.topology[t]], sim.shut[sim.topology[t - 1]]
    for lane in range(sim.lane.shape[0]):
        row = sim.lane[lane]
        back, link = row[L_SHUT], row[L_LINK]
        if back < 0 or not now[link] or before[link]:
            continue
        first = sim.lane[back, L_FIRST]
        for w in range(row[L_LENGTH] // row[L_STEP] + 1):
            for c in range(sim.levels):
                people = sim.road[row[L_FIRST] + w, c]
                sim.road[first + w, c] += people
                sim.coming[sim.stand[row[L_TO], S_PLACE]] -= people
                sim.coming[row[L_TAIL]] += people
                sim.road[row[L_FIRST] + w, c] = sim.none
