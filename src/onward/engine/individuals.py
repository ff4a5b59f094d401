"""The day loop of *individuals*: the rules of *cohorts*, with every person drawn and moved separately.

Rates, weights of destinations, queues and observed departures are computed by the kernels of `onward.engine.step` and
`onward.engine.destination_choice`, from numbers of people in cells. The number who leave a cell is a binomial draw, the
people are a uniform sample, and each of them draws mode, destination and stops separately.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from onward.engine.borrowed import end_struct
from onward.engine.compile_ahead import INT, Stage, result_of
from onward.engine.destination_choice import new_regime, plan, plan_all, update_daily_factors
from onward.engine.draws import sample, split
from onward.engine.gates import is_cut, may_pass, queue_at
from onward.engine.jit import entry, flag, once, part, whole
from onward.engine.person_passing import (
    mark_each_near,
    near_today,
    room_for_answers,
    tally_each,
    tally_last_place_of_each,
)
from onward.engine.person_travel import choose_for_each, odds_from, set_out_today, travel_alone
from onward.engine.persons import (
    create_people,
    draw_people,
    residents_cell,
    start_travelling,
    staying_cell,
    waiting_cell,
)
from onward.engine.shared_parts import parts_that_draw
from onward.engine.state import TIMES, Rates, Start, World
from onward.engine.step import allot, crowding, leads_home, leaving_rates
from onward.engine.workspace import MODES, fields_of, leave_behind, set_up_of


@entry
def run_individuals(sim: Any, start: Start, kept: bool, reached: Any) -> tuple[Any, Any, Any]:
    """Run all days of one member, given its struct (`onward.engine.workspace.set_up` of `fields_of_each`).

    ``reached[0]`` is the number of days done. Return what `onward.engine.workspace.raw_of` needs, the log of stops and
    each person's last entry in it. The log is empty unless ``kept``.
    """
    people = create_people(sim, start, kept)
    sim.away[0] = start.here.sum()
    for t in range(sim.regime.size):
        sim.today = t
        if t == 0 or sim.regime[t] != sim.regime[t - 1]:
            new_regime(sim)
            plan_all(sim)
        update_daily_factors(sim)
        mark_each_near(sim, people)
        _leave(sim, people)
        _give_up(sim, people)
        _return(sim, people)
        travel_alone(sim, people)
        _update_counts(sim, people)
        _open_gates(sim, people)
        _leave_map(sim, people)
        _update_counts(sim, people)
        _count(sim, people, start.immobile)
        reached[0] = t + 1
    tally_last_place_of_each(sim, people)
    found = leave_behind(sim)
    end_struct(sim)
    return found, people.log[: people.logged[0]], people.last


def fields_of_each(world: World, rates: Rates, start: Start) -> Any:
    """Return what the struct of a member of single people holds on its first morning."""
    fields = fields_of(world, rates, start, False, False)
    return fields._replace(**room_for_answers(len(start.home), world.asked))


def stages_of_individuals(sim: Any, start: Any, kept: Any, reached: Any) -> Iterator[Stage]:
    """Yield the parts of `run_individuals` to compile ahead, by the types of its arguments."""
    first = (create_people, sim, start, kept)
    yield (
        [first, (update_daily_factors, sim)],
        [
            *parts_that_draw(sim.field_dict["moves_rng"]),
            (plan, sim, INT, INT),
            (new_regime, sim),
            (leave_behind, sim),
            set_up_of(sim),
        ],
    )
    people = result_of(first)
    yield [(_leave, sim, people), (_open_gates, sim, people)], [(travel_alone, sim, people)]


@part
def _leave(sim: Any, people: Any) -> None:
    """Draw everybody who leaves home or the place where they stay; they choose and are ready to go."""
    places, groups = sim.home.shape
    t, rng = sim.today, sim.moves_rng
    allot(sim)
    for p in range(places):
        residents, leavers, crowd = sim.home[p].sum(), whole(0), crowding(sim, p)
        for g in range(groups):
            if not sim.leads[g, p]:
                continue  # no road leads anywhere: trapped
            h, threat, ordinary = leaving_rates(sim, p, g, crowd)
            home, unit = sim.allotted[p, g], sim.unit[g]
            if sim.observed_area[p] < 0:
                home = split(rng, sim.home[p, g], 1.0 - math.exp(-h), unit)
            here = split(rng, sim.here[p, g], 1.0 - math.exp(-threat - ordinary), unit)
            if home + here == 0:
                continue
            fled = split(rng, here, threat / (threat + ordinary), unit) if here > 0 else here
            sim.daily.left_home[t, p] += home
            sim.daily.fled_again[t, p] += fled
            sim.daily.moved_on[t, p] += here - fled
            leavers += home
            odds = odds_from(sim, p, g, flag(False), whole(-1))
            for again in range(2):
                cell = staying_cell(places, groups, p, g) if again else residents_cell(groups, p, g)
                who = draw_people(people, cell, (here if again else home) // unit, rng)
                _displace(sim, people, who, unit)
                set_out_today(sim, people, who, p, g, odds)
                start_travelling(people, who)
        sim.share_left[p] = leavers / residents if residents > 0 else 0.0


@part
def _displace(sim: Any, people: Any, who: Any, unit: int) -> None:
    """Count one more displacement of each household of ``unit`` people, up to the last class."""
    times, away, passed = people.times, sim.away, people.passed
    for i in who:
        before = times[i]
        if before == 0:
            passed[i] = 0
        if before < TIMES:
            times[i] = before + 1
            away[before] += unit
            if before > 0:
                away[before - 1] -= unit


@once
def _give_up(sim: Any, people: Any) -> None:
    """Draw who stops waiting at a gate; they choose again without it."""
    places, (lanes, groups, modes) = sim.home.shape[0], sim.waiting.shape
    share = 1.0 - math.exp(-sim.rates.gate_giving_up)
    for lane in range(lanes):
        near = sim.tail[sim.lane_road[lane]]
        for g in range(groups):
            for m in range(modes):
                number = split(sim.moves_rng, sim.waiting[lane, g, m], share, sim.unit[g]) // sim.unit[g]
                if number > 0:
                    who = draw_people(people, waiting_cell(places, groups, lane, g, m), number, sim.moves_rng)
                    odds = odds_from(sim, near, g, flag(True), sim.lane_gate[lane])
                    choose_for_each(sim, people, who, near, g, odds, -1 - near, whole(0))
                    start_travelling(people, who)


@once
def _return(sim: Any, people: Any) -> None:
    """Let displaced people, those who wait at gates too, set out for home at its rate of return."""
    places, groups = sim.home.shape
    for p in range(places):
        for g in range(groups):
            _go_home(sim, people, p, g, whole(-1), staying_cell(places, groups, p, g))
    for lane in range(sim.waiting.shape[0]):
        for g in range(groups):
            for m in range(sim.waiting.shape[2]):
                cell = waiting_cell(places, groups, lane, g, m)
                _go_home(sim, people, sim.tail[sim.lane_road[lane]], g, m, cell)


@part
def _go_home(sim: Any, people: Any, p: int, g: int, by: int, cell: int) -> None:
    """Let people of a cell at a place set out for each home to which a route leads.

    Candidates are drawn at the highest rate of any home, and go with their own home's share of it. Without a mode (-1)
    each draws one, as on any departure.
    """
    rng, places, day = sim.moves_rng, sim.home.shape[0], sim.today
    highest = 0.0
    first = sim.first[g, p]
    for origin in range(places):
        if origin == p or leads_home(sim, first[origin], by):
            highest = max(highest, sim.homeward[day, origin, g])
    if highest <= 0.0 or people.count[cell] <= 0:
        return
    highest = 1.0 - math.exp(-highest)
    who = draw_people(people, cell, split(rng, people.count[cell], highest, whole(1)), rng)
    home, mode, goal, road, quanta, left = (
        people.home, people.mode, people.goal, people.road, people.quanta, people.left,
    )  # fmt: skip
    listed, end, going = people.listed, people.first[cell] + people.count[cell], 0
    homeward, foot = sim.homeward[day, :, g], sim.rates.share_foot
    passed, bits = people.passed, near_today(sim, -1 - p)
    for i in who:
        origin = home[i]
        near = origin == p or (origin >= 0 and leads_home(sim, first[origin], by))
        share = (1.0 - math.exp(-homeward[origin])) / highest if near else 0.0
        if rng.random() >= share:
            listed[end] = i
            end += 1
            continue
        mode[i] = by if by >= 0 else (0 if rng.random() < foot else 1)
        goal[i], road[i], quanta[i], left[i] = places + origin, -1 - p, 0, day
        passed[i] |= bits
        who[going] = i
        going += 1
    people.count[cell] = end - people.first[cell]
    start_travelling(people, who[:going])


@part
def _open_gates(sim: Any, people: Any) -> None:
    """Let a uniform random sample of those who wait at each gate pass, one after another, up to today's limit."""
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
                    number = sample(sim.moves_rng, passing, there, queue) if sim.largest == 1 else sim.let[lane, g, m]
                    queue -= there
                    passing -= number
                    if number > 0:
                        _let_through(sim, people, lane, g, m, number // sim.unit[g])


@once
def _let_through(sim: Any, people: Any, lane: int, g: int, m: int, number: int) -> None:
    """Put those let through on the gate's road; they choose again from its far side."""
    places, groups, road = sim.home.shape[0], sim.home.shape[1], sim.lane_road[lane]
    who = draw_people(people, waiting_cell(places, groups, lane, g, m), number, sim.moves_rng)
    odds = odds_from(sim, sim.head[road], g, flag(True), sim.lane_gate[lane])
    choose_for_each(sim, people, who, sim.head[road], g, odds, road, sim.quanta[road, m])
    start_travelling(people, who)


@once
def _leave_map(sim: Any, people: Any) -> None:
    """Let displaced people abroad leave the places of this crisis for good."""
    if sim.rates.out_rate <= 0.0:
        return
    places, groups = sim.home.shape
    share = 1.0 - math.exp(-sim.rates.out_rate)
    for p in range(places):
        for g in range(groups):
            number = split(sim.moves_rng, sim.here[p, g], share, sim.unit[g]) if sim.abroad[p] else whole(0)
            if number > 0:
                who = draw_people(people, staying_cell(places, groups, p, g), number // sim.unit[g], sim.moves_rng)
                tally_each(sim, people, who, p)
                sim.gone[p] += number


@part
def _update_counts(sim: Any, people: Any) -> None:
    """Set the numbers of people in cells, which determine rates and weights, to the lengths of their lists."""
    places, groups = sim.home.shape
    for p in range(places):
        for g in range(groups):
            sim.home[p, g] = people.count[residents_cell(groups, p, g)] * sim.unit[g]
            sim.here[p, g] = people.count[staying_cell(places, groups, p, g)] * sim.unit[g]
    for lane in range(sim.waiting.shape[0]):
        for g in range(groups):
            for m in range(MODES):
                sim.waiting[lane, g, m] = people.count[waiting_cell(places, groups, lane, g, m)] * sim.unit[g]


@once
def _count(sim: Any, people: Any, immobile: Any) -> None:
    """Record the day's stocks."""
    daily, t = sim.daily, sim.today
    for p in range(sim.home.shape[0]):
        daily.home[t, p] = sim.home[p].sum() + immobile[p].sum()
        daily.here[t, p] = sim.here[p].sum()
        daily.out[t, p] = sim.gone[p]
    for lane in range(sim.waiting.shape[0]):
        number = sim.waiting[lane].sum()
        daily.gate[t, sim.tail[sim.lane_road[lane]]] += number
        daily.waiting[t, sim.lane_gate[lane]] += number
    way, road, tail, group, unit = people.way, people.road, sim.tail, people.group, sim.unit
    for n in range(people.ways[0]):
        daily.way[t, tail[road[way[n]]]] += unit[group[way[n]]]
    for c in range(TIMES):
        daily.times[t, c] = sim.away[c]
