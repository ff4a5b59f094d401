"""The day loop of one member: departures, travel, gates, returns, and the day's counts.

One source serves two engines: with int64 people it draws (*cohorts*), with float64 people it takes means
(*expected*); see `onward.engine.draws`. Everybody who leaves on a day is drawn from its start-of-day stocks
before anybody arrives, so the order in which places are handled does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from onward.engine.batches import add_from_pool, add_residents, open_batch, shuffle
from onward.engine.borrowed import end_struct
from onward.engine.compile_ahead import BOOL, FLOAT, INT, Stage, array
from onward.engine.destination_choice import (
    GOAL,
    MODE,
    accepted_share,
    choose,
    destination_weights,
    new_regime,
    plan,
    update_daily_factors,
)
from onward.engine.draws import are_whole, sample, split
from onward.engine.gates import is_cut, may_pass, queue_at
from onward.engine.jit import entry, flag, once, part, whole
from onward.engine.labels import drop_finished_batches, write_legs
from onward.engine.passing import mark_those_near, tally_last_places, tally_leaving_the_map
from onward.engine.shared_parts import parts_that_draw, parts_that_grow
from onward.engine.state import TIMES
from onward.engine.travel import reserve_travellers, set_out, travel
from onward.engine.workspace import (
    BATCHES,
    END,
    FIRST,
    T_ROAD,
    TRAVELLERS,
    leave_behind,
    set_up_of,
)


@entry
def run_member(sim: Any, immobile: Any, reached: Any) -> Any:
    """Run all days of one member, given its struct (`onward.engine.workspace.set_up`) and who cannot move.

    ``reached[0]`` is how many days are done. Return what `onward.engine.workspace.raw_of` needs.
    """
    for t in range(sim.regime.size):
        sim.today = t
        if t == 0 or sim.regime[t] != sim.regime[t - 1]:
            new_regime(sim)
        update_daily_factors(sim)
        mark_those_near(sim)
        _leave(sim)
        _give_up(sim)
        _return(sim)
        travel(sim)
        _open_gates(sim)
        _leave_map(sim)
        _count(sim, immobile)
        write_legs(sim)
        drop_finished_batches(sim)
        reached[0] = t + 1
    tally_last_places(sim)
    found = leave_behind(sim)
    end_struct(sim)
    return found


def stages_of_member(sim: Any, immobile: Any, reached: Any) -> Iterator[Stage]:
    """Yield the parts of `run_member` to compile ahead, by the types of its arguments."""
    people = immobile.dtype
    row, table = array(people), array(people, 2)
    binomial, *others = parts_that_draw(sim.field_dict["moves_rng"]) if people == INT else [()]
    yield [
        (plan, sim, INT, INT),
        (destination_weights, sim, INT, INT, people, BOOL, INT),
        (set_out, sim, array(INT, 2), row, INT, INT, INT, INT, INT, INT, INT, people),
        (new_regime, sim),
        (update_daily_factors, sim),
        *others,
    ], [
        *parts_that_grow(people),
        *([binomial] if binomial else []),
        (shuffle, sim),
        (reserve_travellers, sim, INT),
        (open_batch, sim, INT),
        set_up_of(sim),
    ]  # fmt: skip
    yield [
        (choose, sim, INT, INT, INT, INT, INT, INT, people, INT, INT),
        (_allot_by, sim, INT, people, FLOAT, BOOL),
        (mark_those_near, sim),
        (tally_last_places, sim),
    ], [
        (add_residents, sim, INT, people, INT),
        (add_from_pool, sim, row, row, table, people, people, INT, BOOL),
        (accepted_share, sim, INT, INT),
    ]  # fmt: skip
    yield [
        (_leave, sim),
        (_open_gates, sim),
        (drop_finished_batches, sim),
        (_count, sim, table),
        (leave_behind, sim),
    ], [
        (travel, sim),
        (write_legs, sim),
        (_go_home, sim, INT, INT, INT, people, row, row, table),
    ]  # fmt: skip


@once
def crowding(sim: Any, p: int) -> float:
    """Return the rate per day at which displaced people leave a place because it is full."""
    if sim.capacity[p] <= 0.0:
        return 0.0
    return float(sim.rates.crowding * max(0.0, sim.here[p].sum() / sim.capacity[p] - sim.rates.crowding_from))


@once
def leaving_rates(sim: Any, p: int, g: int, crowd: float) -> tuple[float, float, float]:
    """Return the daily rates of leaving: of residents, and of displaced people by threat and by onward movement."""
    rates, t = sim.rates, sim.today
    h = sim.hazard[t, p, g] + rates.contagion * sim.share_left[p]
    threat, ordinary = h * rates.displaced_sensitivity, sim.onward[p] + crowd
    if rates.choice_danger > 0.0 and sim.here[p, g] > 0:
        ordinary *= accepted_share(sim, p, g)
    if sim.attraction[sim.regime[t], p, g] <= 0.0:
        ordinary += rates.closing  # nobody may stay here any more
    return h, threat, ordinary


@part
def _leave(sim: Any) -> None:
    """Draw everybody who leaves home or the place where they stay; they choose and are ready to go."""
    places, groups = sim.home.shape
    rates, t, rng = sim.rates, sim.today, sim.moves_rng
    allot(sim)
    for p in range(places):
        residents, leavers = sim.home[p].sum(), sim.home[p, 0] * 0
        crowd = crowding(sim, p)
        for g in range(groups):
            if sim.home[p, g] == 0 and sim.here[p, g] == 0:
                continue
            if not sim.planned[g, p]:
                plan(sim, g, p)
            if not sim.leads[g, p]:
                continue  # no road leads anywhere: trapped
            h, threat, ordinary = leaving_rates(sim, p, g, crowd)
            home, unit = sim.allotted[p, g], sim.unit[g]
            if sim.observed_area[p] < 0:
                home = split(rng, sim.home[p, g], 1.0 - math.exp(-h), unit)
            here = split(rng, sim.here[p, g], 1.0 - math.exp(-threat - ordinary), unit)
            if home + here < rates.choice_smallest_party:
                continue
            fled = split(rng, here, threat / (threat + ordinary), unit) if here > 0 else here
            open_batch(sim, p)
            add_residents(sim, p, home, unit)
            pool, sums, near = sim.pool[p, g], sim.from_origin[p, g], sim.pool_near[p, g]
            add_from_pool(sim, pool, sums, near, here, sim.here[p, g], unit, flag(True))
            sim.home[p, g] -= home
            sim.here[p, g] -= here
            sim.daily.left_home[t, p] += home
            sim.daily.fled_again[t, p] += fled
            sim.daily.moved_on[t, p] += here - fled
            leavers += home
            _prepare_departure(sim, p, g, whole(-1), home + here, whole(-1), -1 - p, whole(0))
        sim.share_left[p] = leavers / residents if residents > 0 else 0.0


@once
def _prepare_departure(sim: Any, place: int, g: int, mode: int, people: Any, barred: int, road: int, left: int) -> None:
    """Let the last batch choose from ``place`` and record it as on ``road`` with ``left`` quanta to go."""
    shuffle(sim)
    batch = sim.size[BATCHES] - 1
    size = choose(sim, place, g, mode, whole(0), whole(0), whole(0), people, barred, whole(0))
    reserve_travellers(sim, size)
    walker, walking, way, way_people = sim.walker, sim.walking, sim.way, sim.way_people
    for w in range(size):
        goal, by = walker[w, GOAL], walker[w, MODE]
        set_out(sim, way, way_people, road, left, goal, g, by, batch, whole(0), walking[w])


@once
def allot(sim: Any) -> None:
    """Allocate the observed departures of each area to its residents by hazard, or evenly where it is 0 everywhere.

    Those who are too few for a household are carried to the next day.
    """
    gates = sim.allowed.shape[1]
    for a in range(sim.observed.shape[1]):
        residents, weight = sim.home[0, 0] * 0, 0.0
        for p in range(sim.home.shape[0]):
            if sim.observed_area[p] == a:
                for g in range(sim.home.shape[1]):
                    sim.allotted[p, g] = 0
                    if not sim.planned[g, p]:
                        plan(sim, g, p)
                    residents += _free(sim, p, g)
                    weight += sim.hazard[sim.today, p, g] * _free(sim, p, g)
        left = sim.observed[sim.today, a] + sim.carried[gates + a] + residents * 0
        if left > residents:
            sim.overdrawn = sim.today if sim.overdrawn < 0 else sim.overdrawn
            left = residents
        left = _allot_by(sim, a, left, weight, flag(weight > 0.0))
        left = _allot_by(sim, a, left, residents * 1.0, flag(False))
        for p in range(sim.home.shape[0]):
            if sim.observed_area[p] == a:
                for g in range(sim.home.shape[1]):
                    people = min(left, _free(sim, p, g) - sim.allotted[p, g])
                    people = split(sim.moves_rng, people, 1.0, sim.unit[g])
                    sim.allotted[p, g] += people
                    left -= people
        if are_whole(left):
            sim.carried[gates + a] = left


@part
def _free(sim: Any, p: int, g: int) -> Any:
    """Return the residents who may leave, by ways that are known: none where no road leads anywhere."""
    return sim.home[p, g] if sim.leads[g, p] else sim.home[p, g] * 0


@part
def _allot_by(sim: Any, a: int, left: Any, weights: float, by_hazard: bool) -> Any:
    """Allocate people in proportion to hazard x residents (or residents), each at most once; return the rest.

    ``weights`` are the sum of what people are allocated by.
    """
    for p in range(sim.home.shape[0]):
        if sim.observed_area[p] != a:
            continue
        for g in range(sim.home.shape[1]):
            w = _free(sim, p, g) * (sim.hazard[sim.today, p, g] if by_hazard else 1.0)
            share = min(1.0, w / weights) if weights > 0.0 else 0.0
            people = min(split(sim.moves_rng, left, share, sim.unit[g]), _free(sim, p, g) - sim.allotted[p, g])
            weights -= w
            sim.allotted[p, g] += people
            left -= people
    return left


@once
def _give_up(sim: Any) -> None:
    """Draw who stops waiting at a gate; they choose again without it."""
    lanes, groups, modes = sim.waiting.shape
    share = 1.0 - math.exp(-sim.rates.gate_giving_up)
    for lane in range(lanes):
        near = sim.tail[sim.lane_road[lane]]
        for g in range(groups):
            for m in range(modes):
                there = sim.waiting[lane, g, m]
                people = split(sim.moves_rng, there, share, sim.unit[g])
                if people > 0:
                    open_batch(sim, near)
                    pool, sums = sim.gate_pool[lane, g, m], sim.gate_from_origin[lane, g, m]
                    passed, unit = sim.gate_near[lane, g, m], sim.unit[g]
                    add_from_pool(sim, pool, sums, passed, people, there, unit, flag(False))
                    sim.waiting[lane, g, m] -= people
                    _prepare_departure(sim, near, g, m, people, sim.lane_gate[lane], -1 - near, whole(0))


@part
def _open_gates(sim: Any) -> None:
    """Let a uniform random sample of those who wait at each gate pass, up to today's limit."""
    lanes, groups, modes = sim.waiting.shape
    for n in range(sim.allowed.shape[1]):
        queue = queue_at(sim, n)
        passing = may_pass(sim, n, queue)
        sim.daily.passed[sim.today, n] += passing
        for lane in range(lanes):
            for g in range(groups):
                for m in range(modes):
                    if sim.lane_gate[lane] != n or passing <= 0 or is_cut(sim, lane, g):
                        continue
                    there = sim.waiting[lane, g, m]
                    people = sample(sim.moves_rng, passing, there, queue) if sim.largest == 1 else sim.let[lane, g, m]
                    queue -= there
                    passing -= people
                    if people > 0:
                        _let_through(sim, lane, g, m, people)


@once
def _let_through(sim: Any, lane: int, g: int, m: int, people: Any) -> None:
    """Put those let through on the gate's road; they choose again from its far side."""
    road = sim.lane_road[lane]
    open_batch(sim, sim.tail[road])
    pool, sums, near = sim.gate_pool[lane, g, m], sim.gate_from_origin[lane, g, m], sim.gate_near[lane, g, m]
    add_from_pool(sim, pool, sums, near, people, sim.waiting[lane, g, m], sim.unit[g], flag(False))
    sim.waiting[lane, g, m] -= people
    _prepare_departure(sim, sim.head[road], g, m, people, sim.lane_gate[lane], road, sim.quanta[road, m])


@once
def _return(sim: Any) -> None:
    """Let displaced people, those who wait at gates too, set out for home at its rate of return."""
    if not sim.labelled:
        return
    places, groups = sim.home.shape
    here, waiting, tail, returning = sim.here, sim.waiting, sim.tail, sim.returning
    most = 0.0
    for origin in range(places):
        for g in range(groups):
            returning[g, origin] = 1.0 - math.exp(-sim.homeward[sim.today, origin, g])
            most = max(most, returning[g, origin])
    if most <= 0.0:
        return
    for p in range(places):
        for g in range(groups):
            pool, sums, near = sim.pool[p, g], sim.from_origin[p, g], sim.pool_near[p, g]
            here[p, g] -= _go_home(sim, p, g, whole(-1), here[p, g], pool, sums, near)
    for lane in range(waiting.shape[0]):
        for g in range(groups):
            for m in range(waiting.shape[2]):
                p, people = tail[sim.lane_road[lane]], waiting[lane, g, m]
                pool, sums = sim.gate_pool[lane, g, m], sim.gate_from_origin[lane, g, m]
                waiting[lane, g, m] -= _go_home(sim, p, g, m, people, pool, sums, sim.gate_near[lane, g, m])


@part
def _go_home(sim: Any, p: int, g: int, mode: int, people: Any, pool: Any, sums: Any, near: Any) -> Any:
    """Let people of a pool at a place set out for each home to which a route leads; return how many do.

    Without a mode (-1) the share on foot is drawn, as on any departure.
    """
    gone = people * 0
    if are_whole(people) and people <= 0:
        return gone
    if not sim.planned[g, p]:
        plan(sim, g, p)
    first = sim.first[g, p]
    for origin in range(sim.home.shape[0]):
        there = sums[origin]
        if not are_whole(there):  # sums of real numbers are rounded
            there = people * 0
            for label in range(origin * TIMES, (origin + 1) * TIMES):
                there += pool[label]
        if there > 0 and sim.returning[g, origin] > 0.0 and (origin == p or leads_home(sim, first[origin], mode)):
            gone += _set_out_for(sim, origin, p, g, mode, there, pool, sums, near)
    return gone


@part
def leads_home(sim: Any, road: int, mode: int) -> bool:
    """Return whether people can set out by a road (-1: none); who waits at a gate (with a mode) not by a shut one."""
    return bool(road >= 0 and not (mode >= 0 and sim.shut[road]))


@once
def _set_out_for(sim: Any, origin: int, p: int, g: int, mode: int, there: Any, pool: Any, sums: Any, near: Any) -> Any:
    """Draw who of those ``there`` goes home to ``origin`` today, as a batch of its own; return how many."""
    unit = sim.unit[g]
    people = split(sim.moves_rng, there, sim.returning[g, origin], unit)
    if people <= 0:
        return people
    open_batch(sim, p)
    b, labels = sim.size[BATCHES] - 1, slice(origin * TIMES, (origin + 1) * TIMES)
    add_from_pool(sim, pool[labels], sums[origin : origin + 1], near[labels], people, there, unit, flag(False))
    for e in range(sim.batch[b, FIRST], sim.batch[b, END]):
        sim.entry[e] += origin * TIMES
    shuffle(sim)
    reserve_travellers(sim, whole(2))
    foot = people if mode == 0 else people * 0
    if mode < 0:
        foot = split(sim.moves_rng, people, sim.rates.share_foot, unit)
    homeward, way, way_people = sim.home.shape[0] + origin, sim.way, sim.way_people
    if foot > 0:
        set_out(sim, way, way_people, -1 - p, whole(0), homeward, g, whole(0), b, whole(0), foot)
    if people - foot > 0:
        set_out(sim, way, way_people, -1 - p, whole(0), homeward, g, whole(1), b, whole(0), people - foot)
    return people


@once
def _leave_map(sim: Any) -> None:
    """Let displaced people abroad leave the places of this crisis for good."""
    if sim.rates.out_rate <= 0.0:
        return
    places, groups = sim.home.shape
    share = 1.0 - math.exp(-sim.rates.out_rate)
    for p in range(places):
        for g in range(groups):
            people = split(sim.moves_rng, sim.here[p, g], share, sim.unit[g]) if sim.abroad[p] else sim.here[p, g] * 0
            if people > 0:
                open_batch(sim, p)
                pool, sums, near = sim.pool[p, g], sim.from_origin[p, g], sim.pool_near[p, g]
                add_from_pool(sim, pool, sums, near, people, sim.here[p, g], sim.unit[g], flag(False))
                tally_leaving_the_map(sim, sim.size[BATCHES] - 1, p)
                sim.here[p, g] -= people
                sim.gone[p] += people


@part
def _count(sim: Any, immobile: Any) -> None:
    """Record the day's stocks."""
    daily, t, tail, way, people = sim.daily, sim.today, sim.tail, sim.way, sim.way_people
    for p in range(sim.home.shape[0]):
        daily.home[t, p] = sim.home[p].sum() + immobile[p].sum()
        daily.here[t, p] = sim.here[p].sum()
        daily.out[t, p] = sim.gone[p]
    for lane in range(sim.waiting.shape[0]):
        queue = sim.waiting[lane].sum()
        daily.gate[t, tail[sim.lane_road[lane]]] += queue
        daily.waiting[t, sim.lane_gate[lane]] += queue
    for row in range(sim.size[TRAVELLERS]):
        daily.way[t, tail[way[row, T_ROAD]]] += people[row]
    for c in range(TIMES):
        daily.times[t, c] = sim.away[c]
