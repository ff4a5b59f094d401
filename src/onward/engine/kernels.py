"""The days of one member: who leaves, travels, waits, returns; what is counted.

One source serves two engines: with int64 people it draws (*cohorts*), with float64 people it takes means
(*expected*); see `onward.engine.draws`. Everybody who leaves on a day is drawn from its start-of-day stocks
before anybody arrives, so the order in which places are handled does not matter.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from onward.engine.choices import GOAL, choose, new_morning, new_regime, push
from onward.engine.draws import sample, split
from onward.engine.kernel import entry, part
from onward.engine.labels import (
    BATCHES,
    END,
    FIRST,
    FLOWS,
    TRAVELLERS,
    add_from_pool,
    add_residents,
    forget_finished,
    open_batch,
    shuffle,
    write_legs,
)
from onward.engine.setup import set_up
from onward.engine.state import TIMES, Flows, Rates, Result, Start, World
from onward.engine.travel import DAY_QUANTA, T_ROAD, set_out, travel_on, walk

i = np.int64
#: fewer people than this do not leave a place on a day (whole people: one; *expected*: a declared tolerance)
SMALLEST_PARTY = 0.05


@entry
def run_member(world: World, rates: Rates, start: Start, moves_rng: Any, labels_rng: Any, labelled: bool) -> Result:
    """Run all days of one member; labels have a stream of their own."""
    sim = set_up(world, rates, start, moves_rng, labels_rng, labelled)
    for t in range(world.regime.size):
        sim.today = t
        if t == 0 or world.regime[t] != world.regime[t - 1]:
            new_regime(sim)
        new_morning(sim)
        _leave(sim)
        _give_up(sim)
        travel_on(sim)
        _go(sim)
        _go_from_gates(sim)
        _open_gates(sim)
        _return(sim)
        _leave_map(sim)
        _count(sim, start.immobile)
        write_legs(sim)
        forget_finished(sim)
    size = sim.size[FLOWS]
    return Result(sim.daily, Flows(sim.flow[:size].copy(), sim.flow_people[:size].copy()))


@part
def _leave(sim: Any) -> None:
    """Draw everybody who leaves home or the place where they stay, and open their batches."""
    places, groups = sim.home.shape
    rates, t, rng = sim.rates, sim.today, sim.moves_rng
    for p in range(places):
        residents, leavers = sim.home[p].sum(), sim.home[p, 0] * 0
        crowd = 0.0
        if sim.capacity[p] > 0.0:
            crowd = rates.crowding * max(0.0, sim.here[p].sum() / sim.capacity[p] - 1.0)
        for g in range(groups):
            sim.leaving[p, g] = 0
            if sim.dest[g, p, 0] < 0:
                continue  # no road leads anywhere: trapped
            h = sim.hazard[t, p, g] + rates.contagion * sim.share_left[p]
            threat, ordinary = h * rates.displaced_sensitivity, sim.onward[p] + crowd
            home = split(rng, sim.home[p, g], 1.0 - math.exp(-h))
            here = split(rng, sim.here[p, g], 1.0 - math.exp(-threat - ordinary))
            if home + here < SMALLEST_PARTY:
                continue
            fled = split(rng, here, threat / (threat + ordinary)) if here > 0 else here
            open_batch(sim, p)
            add_residents(sim, p, home)
            add_from_pool(sim, sim.pool[p, g], here, sim.here[p, g], np.bool_(True))
            shuffle(sim)
            sim.leaving[p, g], sim.leaving_batch[p, g] = home + here, sim.size[BATCHES] - 1
            sim.home[p, g] -= home
            sim.here[p, g] -= here
            sim.daily.left_home[t, p] += home
            sim.daily.fled_again[t, p] += fled
            sim.daily.moved_on[t, p] += here - fled
            leavers += home
        sim.share_left[p] = leavers / residents if residents > 0 else 0.0


@part
def _give_up(sim: Any) -> None:
    """Draw who gives up waiting at a gate."""
    lanes, groups, modes = sim.waiting.shape
    share = 1.0 - math.exp(-sim.rates.gate_giving_up)
    for lane in range(lanes):
        for g in range(groups):
            for m in range(modes):
                there = sim.waiting[lane, g, m]
                people = split(sim.moves_rng, there, share)
                sim.giving_up[lane, g, m] = people
                if people > 0:
                    open_batch(sim, sim.tail[sim.lane_road[lane]])
                    add_from_pool(sim, sim.gate_pool[lane, g, m], people, there, np.bool_(False))
                    shuffle(sim)
                    sim.giving_up_batch[lane, g, m] = sim.size[BATCHES] - 1
                    sim.waiting[lane, g, m] -= people


@part
def _go(sim: Any) -> None:
    """Let those who leave choose and set out."""
    places, groups = sim.home.shape
    for p in range(places):
        for g in range(groups):
            if sim.leaving[p, g] > 0:
                batch = sim.leaving_batch[p, g]
                walk(sim, choose(sim, p, g, i(-1), batch, i(DAY_QUANTA), i(0), sim.leaving[p, g], i(-1), i(0)))


@part
def _go_from_gates(sim: Any) -> None:
    """Let those who gave up choose again without their gate."""
    lanes, groups, modes = sim.waiting.shape
    for lane in range(lanes):
        near = sim.tail[sim.lane_road[lane]]
        for g in range(groups):
            for m in range(modes):
                people, batch = sim.giving_up[lane, g, m], sim.giving_up_batch[lane, g, m]
                if people > 0:
                    walk(sim, choose(sim, near, g, m, batch, i(DAY_QUANTA), i(1), people, sim.lane_gate[lane], i(0)))


@part
def _open_gates(sim: Any) -> None:
    """Let a uniform random sample of all who wait at each gate pass, up to what is allowed today."""
    lanes, groups, modes = sim.waiting.shape
    for n in range(sim.allowed.shape[1]):
        queue = sim.away[0] * 0
        for lane in range(lanes):
            if sim.lane_gate[lane] == n:
                queue += sim.waiting[lane].sum()
        allowed = sim.allowed[sim.today, n]
        passing = min(queue, allowed + queue * 0) if allowed >= 0 else queue
        sim.daily.passed[sim.today, n] += passing
        for lane in range(lanes):
            for g in range(groups):
                for m in range(modes):
                    if sim.lane_gate[lane] != n or passing <= 0:
                        continue
                    there = sim.waiting[lane, g, m]
                    people = sample(sim.moves_rng, passing, there, queue)
                    queue -= there
                    passing -= people
                    if people > 0:
                        _let_through(sim, lane, g, m, people)


@part
def _let_through(sim: Any, lane: int, g: int, m: int, people: Any) -> None:
    """Put those let through on the gate's road; they choose anew from its far side."""
    road = sim.lane_road[lane]
    open_batch(sim, sim.tail[road])
    batch = sim.size[BATCHES] - 1
    add_from_pool(sim, sim.gate_pool[lane, g, m], people, sim.waiting[lane, g, m], np.bool_(False))
    shuffle(sim)
    sim.waiting[lane, g, m] -= people
    size = choose(sim, sim.head[road], g, m, batch, i(0), i(0), people, sim.lane_gate[lane], i(0))
    for w in range(size):
        set_out(sim, road, sim.quanta[road, m], sim.walker[w, GOAL], g, m, batch, sim.walking[w])


@part
def _return(sim: Any) -> None:
    """Let displaced people whose home has long been calm set out for it, where a way leads there."""
    if sim.rates.return_rate <= 0.0 or not sim.labelled:
        return
    places, groups = sim.home.shape
    for p in range(places):
        for g in range(groups):
            for origin in range(places):
                near = origin == p or sim.slot[g, p, origin] >= 0
                if near and sim.calm[sim.today, origin, g]:
                    _go_home(sim, p, g, origin)


@part
def _go_home(sim: Any, p: int, g: int, origin: int) -> None:
    labels = sim.pool[p, g, origin * TIMES : (origin + 1) * TIMES]
    there = labels.sum()
    people = split(sim.moves_rng, there, 1.0 - math.exp(-sim.rates.return_rate))
    if people <= 0:
        return
    open_batch(sim, p)
    b = sim.size[BATCHES] - 1
    add_from_pool(sim, labels, people, there, np.bool_(False))
    for e in range(sim.batch[b, FIRST], sim.batch[b, END]):
        sim.entry[e] += origin * TIMES
    shuffle(sim)
    sim.here[p, g] -= people
    foot = split(sim.moves_rng, people, sim.rates.share_foot)
    homeward = sim.home.shape[0] + origin
    size = push(sim, p, homeward, g, i(0), b, i(DAY_QUANTA), i(0), foot, i(0))
    walk(sim, push(sim, p, homeward, g, i(1), b, i(DAY_QUANTA), i(0), people - foot, size))


@part
def _leave_map(sim: Any) -> None:
    """Let displaced people abroad leave the places of this crisis for good."""
    if sim.rates.out_rate <= 0.0:
        return
    places, groups = sim.home.shape
    share = 1.0 - math.exp(-sim.rates.out_rate)
    for p in range(places):
        for g in range(groups):
            people = split(sim.moves_rng, sim.here[p, g], share) if sim.abroad[p] else sim.here[p, g] * 0
            if people > 0:
                open_batch(sim, p)
                add_from_pool(sim, sim.pool[p, g], people, sim.here[p, g], np.bool_(False))
                sim.here[p, g] -= people
                sim.gone[p] += people


@part
def _count(sim: Any, immobile: Any) -> None:
    """Write the day's stocks."""
    daily, t = sim.daily, sim.today
    for p in range(sim.home.shape[0]):
        daily.home[t, p] = sim.home[p].sum() + immobile[p].sum()
        daily.here[t, p] = sim.here[p].sum()
        daily.out[t, p] = sim.gone[p]
    for lane in range(sim.waiting.shape[0]):
        people = sim.waiting[lane].sum()
        daily.gate[t, sim.tail[sim.lane_road[lane]]] += people
        daily.waiting[t, sim.lane_gate[lane]] += people
    for row in range(sim.size[TRAVELLERS]):
        daily.way[t, sim.tail[sim.way[row, T_ROAD]]] += sim.way_people[row]
    daily.times[t] = sim.away
