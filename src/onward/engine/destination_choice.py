"""Destination choice: a logit over the K cheapest reachable places.

``U = a_kind + a_pop min(1, e^refuge) ln(1 + population / n_0) + a_foreign + refuge - b_threat h_j - b_danger ln(1 +
rate_j / r_0) - gamma ln(c_ij + c_0) - kappa_gate + refusal - wait``, scaled down as a camp fills. Terms that are
constant within a regime are computed once (``value``); terms that change daily are two factors (``pull`` of a place,
``wait`` of a gate), so a choice needs no exponential.

Places abroad resemble one another more than a place at home: they are a nest (McFadden 1978). With ``L = choice_nest``,
``w = exp(U)`` and ``S = sum over places abroad of w^(1 / L)``, a place abroad has the weight ``w^(1 / L) S^(L - 1)``,
all of them ``S^L``. So distance weighs more between two camps than between leaving the country and staying in it.
"""

from __future__ import annotations

import math
from typing import Any

from onward.engine.draws import are_whole, split
from onward.engine.jit import flag, inlined, lean, once, ordered, part, whole
from onward.engine.paths import find_ways, is_same, take_ways

#: columns of a walker: place, destination, mode, quanta left today, re-plans so far, whether just come along a road,
#: and bits of what they have passed near
PLACE, GOAL, MODE, BUDGET, REPLANS, CAME, PASSED = range(7)


@part
def new_regime(sim: Any) -> None:
    """Begin the regime of today: which gates are shut; ways are kept where no road and no gate has changed."""
    planned, found, shut, s, kept = sim.planned, sim.found, sim.shut, sim.regime[sim.today], sim.today > 0
    before, now = sim.cost[sim.regime[max(0, sim.today - 1)]], sim.cost[s]
    for r in range(sim.head.size):
        lane = sim.lane[r]
        closed = lane >= 0 and sim.allowed[sim.today, sim.lane_gate[lane]] >= 0
        kept = kept and closed == shut[r]
        shut[r] = closed
    for g in range(planned.shape[0]):
        same = kept and is_same(before[g], now[g])
        for p in range(planned.shape[1]):
            planned[g, p] = False
            found[g, p] = found[g, p] and same


@part
def plan(sim: Any, g: int, p: int) -> None:
    """Compute the cheapest ways of a group from a place under this regime, and the value of their destinations.

    Called when somebody of the group first needs them: most groups are never at most places. People who are abroad
    re-enter the country of the war only by return, not by onward movement.
    """
    s, rates, lanes = sim.regime[sim.today], sim.rates, sim.gate_lane[g, p]
    sim.planned[g, p] = True
    if not sim.found[g, p]:
        cost, like = sim.cost[s], whole(0)
        while like < g and not (sim.found[like, p] and is_same(cost[like], cost[g])):
            like += 1
        if like < g:
            take_ways(sim, g, p, like)
        else:
            find_ways(sim, g, p, cost[g], rates.gate_detour_km)
            weigh_distances(sim.near_by[g, p], sim.km[g, p], rates.choice_near_km, rates.choice_distance)
        sim.found[g, p] = True
    dest, near_by, shut_gates, value = sim.dest[g, p], sim.near_by[g, p], sim.shut_gates[g, p], sim.value[g, p]
    abroad, attraction, leads, reached = sim.abroad, sim.attraction[s], flag(False), whole(0)
    for k in range(dest.size):
        j = dest[k]
        if j < 0:
            break
        value[k] = 0.0
        reached += 1
        if rates.choice_danger > 0.0 and abroad[p] and not abroad[j]:
            continue
        leads = flag(True)
        if attraction[j, g] > 0.0:
            gates = 1.0
            if shut_gates[k] > 0:
                gates = math.exp(-rates.choice_gate * shut_gates[k])
                gates *= sim.welcome[s, sim.tail[sim.lane_road[lanes[k]]], g]
            value[k] = _in_nest(rates.choice_nest, abroad[j], attraction[j, g] * near_by[k] * gates)
    sim.leads[g, p], sim.reached[g, p] = leads, reached


@lean
def weigh_distances(weight: Any, km: Any, near_km: float, fall: float) -> None:
    """Fill in the weights that perceived distances give."""
    for k in range(km.size):
        weight[k] = math.exp(-fall * math.log(km[k] + near_km))


@once
def plan_all(sim: Any) -> None:
    """Compute the ways of all groups from all places."""
    for g in range(sim.planned.shape[0]):
        for p in range(sim.planned.shape[1]):
            plan(sim, g, p)


@part
def _in_nest(nest: float, abroad: bool, weight: float) -> float:
    """Return a weight as it counts within the nest of places abroad; as it is for places at home."""
    return float(weight ** (1.0 / nest)) if abroad and nest != 1.0 else weight


@part
def update_daily_factors(sim: Any) -> None:
    """Update each place's threat and crowding and each gate's queue at the start of a day."""
    places, groups = sim.here.shape
    safe, stopping = sim.safe, sim.stopping
    for p in range(places):
        room = 1.0
        if sim.capacity[p] >= 0.0:
            taken = sim.here[p].sum() / sim.capacity[p] if sim.capacity[p] > 0.0 else 1.0
            room = min(1.0, max(0.0, (1.0 - taken) / (1.0 - sim.rates.choice_full_from)))
        for g in range(groups):
            threat = math.exp(-sim.rates.choice_threat * sim.hazard[sim.today, p, g])
            safe[g, p] = sim.safety[sim.today, p, g]
            stopping[g, p] = sim.stage[p] * safe[g, p]
            sim.pull[g, p] = _in_nest(sim.rates.choice_nest, sim.abroad[p], room * threat * safe[g, p])
    for lane in range(sim.lane_gate.size):
        sim.wait[lane] = math.exp(-sim.rates.choice_wait * _days_to_wait(sim, sim.lane_gate[lane]))
        sim.wait_abroad[lane] = _in_nest(sim.rates.choice_nest, flag(True), sim.wait[lane])


@once
def _days_to_wait(sim: Any, gate: int) -> float:
    """Return how many days the queue at a gate would take at its quota, up to the cap."""
    allowed = sim.allowed[sim.today, gate]
    if allowed < 0:
        return 0.0
    queue = 0.0
    for lane in range(sim.lane_gate.size):
        if sim.lane_gate[lane] == gate:
            queue += sim.waiting[lane].sum()
    if queue < sim.rates.choice_smallest_party:
        return 0.0
    cap = sim.rates.choice_wait_cap_days
    passing = allowed + queue * sim.irregular[sim.today, gate]
    return float(min(cap, queue / passing) if passing > 0 else cap)


@part
def accepted_share(sim: Any, place: int, g: int) -> float:
    """Return the share of those who would move on from ``place`` who do; who finds only more dangerous places stays.

    A destination is accepted with the probability ``min(1, safety there / safety here)``.
    """
    own, many = sim.safe[g, place], sim.reached[g, place]
    home, nest, taken, nest_taken = _accepted(
        sim.dest[g, place], sim.value[g, place], sim.pull[g], sim.safe[g], sim.abroad, own, many
    )
    scale = _nest_scale(nest, sim.rates.choice_nest)
    total = home + nest * scale
    return (taken + nest_taken * scale) / total if total > 0.0 else 0.0


@ordered
def _accepted(
    dest: Any, value: Any, pull: Any, safe: Any, abroad: Any, own: float, many: int
) -> tuple[float, float, float, float]:
    """Return the weights of the first ``many`` destinations at home and abroad, and those of who accepts them."""
    home, nest, taken, nest_taken = 0.0, 0.0, 0.0, 0.0
    for k in range(many):
        j = dest[k]
        w = value[k] * pull[j]
        safer = w * min(1.0, safe[j] / own) if own > 0.0 else w
        beyond = abroad[j]
        home += 0.0 if beyond else w
        taken += 0.0 if beyond else safer
        nest += w if beyond else 0.0
        nest_taken += safer if beyond else 0.0
    return home, nest, taken, nest_taken


@part
def _nest_scale(nest: float, alike: float) -> float:
    """Return the factor of the weights abroad, whose sum is ``nest``: 1 without a nest."""
    return float(nest ** (alike - 1.0)) if nest > 0.0 and alike != 1.0 else 1.0


@part
def destination_weights(sim: Any, place: int, g: int, people: Any, stay: bool, barred: int) -> float:
    """Fill ``sim.weight`` with the weight of each destination of ``people`` at ``place``; return their sum.

    ``stay`` allows people to stay where they are; ``barred`` is a gate that must not come first on the way (-1: none).
    In the *expected* engine, groups are not divided below ``choice_smallest_party``: a smaller group goes where most
    go.
    """
    if not sim.planned[g, place]:
        plan(sim, g, place)
    key = ((sim.today * sim.here.shape[0] + place) * sim.here.shape[1] + g) * 2 + whole(stay)
    key = key * (sim.allowed.shape[1] + 1) + barred + 1
    if key == sim.weighed and are_whole(people):  # those who leave one gate on foot and by car choose alike
        return float(sim.weights)
    dest, lanes, many, weight = sim.dest[g, place], sim.gate_lane[g, place], sim.reached[g, place], sim.weight
    abroad, alike, k_most = sim.abroad, sim.rates.choice_nest, dest.size
    waits = (sim.wait, sim.wait_abroad, sim.lane_gate)
    home, nest = _fill_weights(weight, dest, sim.value[g, place], sim.pull[g], lanes, abroad, waits, barred, many)
    weight[k_most] = 0.0
    if stay:
        near = sim.rates.choice_near_km**-sim.rates.choice_distance
        here = sim.attraction[sim.regime[sim.today], place, g] * near
        weight[k_most] = _in_nest(alike, abroad[place], here) * sim.pull[g, place]
        home += 0.0 if abroad[place] else weight[k_most]
        nest += weight[k_most] if abroad[place] else 0.0
    scale = _nest_scale(nest, alike)
    total = home + nest * scale
    floor = sim.rates.choice_floor * total
    if not are_whole(people):
        most = _largest(weight, dest, abroad, scale, many)
        if stay:
            most = max(most, weight[k_most] * (scale if abroad[place] else 1.0))
        floor = max(floor, min(most, total * sim.rates.choice_smallest_party / people))
    kept = _above_floor(weight, dest, abroad, scale, floor, many)
    if stay:
        weight[k_most] *= scale if abroad[place] else 1.0
        weight[k_most] = weight[k_most] if weight[k_most] >= floor else 0.0
        kept += weight[k_most]
    sim.weighed, sim.weights = key, kept
    return kept


@ordered
def _fill_weights(
    weight: Any, dest: Any, value: Any, pull: Any, lanes: Any, abroad: Any, waits: Any, barred: int, many: int
) -> tuple[float, float]:
    """Fill in the weights of the first ``many`` destinations and 0 for others; return their sums at home and abroad."""
    (wait, wait_abroad, lane_gate), home, nest = waits, 0.0, 0.0
    for k in range(many):
        j, lane = dest[k], lanes[k]
        w, beyond = value[k] * pull[j], abroad[j]
        if lane >= 0:
            w *= 0.0 if lane_gate[lane] == barred else wait_abroad[lane] if beyond else wait[lane]
        weight[k] = w
        home += 0.0 if beyond else w
        nest += w if beyond else 0.0
    for k in range(many, dest.size):
        weight[k] = 0.0
    return home, nest


@lean
def _largest(weight: Any, dest: Any, abroad: Any, scale: float, many: int) -> float:
    """Return the largest weight, with those abroad scaled."""
    most = 0.0
    for k in range(many):
        most = max(most, weight[k] * scale if abroad[dest[k]] else weight[k])
    return most


@ordered
def _above_floor(weight: Any, dest: Any, abroad: Any, scale: float, floor: float, many: int) -> float:
    """Scale the weights abroad, set those below ``floor`` to 0, and return the sum of the others."""
    kept = 0.0
    for k in range(many):
        w = weight[k] * scale if abroad[dest[k]] else weight[k]
        w = w if w >= floor else 0.0
        weight[k] = w
        kept += w
    return kept


@part
def choose(
    sim: Any, place: int, g: int, mode: int, budget: int, replans: int, bits: int, people: Any, barred: int, size: int
) -> int:
    """Divide ``people`` over the destinations and put them on the stack of walkers; return its new size.

    A ``mode`` of -1 means that they set out now: they divide into those on foot and by car and cannot stay. The others
    may stay where they are; those who stay have their own place as destination, as have all who find no other.
    """
    fresh = mode < 0
    left, rest = people, destination_weights(sim, place, g, people, not fresh, barred)
    if rest <= 0.0:
        return push(
            sim.walker, sim.walking, place, place, max(mode, whole(0)), whole(0), whole(2), flag(False), bits, people,
            size,
        )  # fmt: skip
    rng, weight, dest, k_most = sim.moves_rng, sim.weight, sim.dest[g, place], sim.weight.size - 1
    share_foot, unit, stack, walking = sim.rates.share_foot, sim.unit[g], sim.walker, sim.walking
    for k in range(k_most + 1):
        w = weight[k]
        if w <= 0.0:
            continue
        chosen = left if w >= rest * (1.0 - 1e-12) else split(rng, left, w / rest, unit)
        rest -= w
        left -= chosen
        goal = place if k == k_most else dest[k]
        if chosen > 0 and fresh:
            foot = split(rng, chosen, share_foot, unit)
            size = push(stack, walking, place, goal, whole(0), budget, replans, flag(False), bits, foot, size)
            size = push(stack, walking, place, goal, whole(1), budget, replans, flag(False), bits, chosen - foot, size)
        elif chosen > 0:
            size = push(stack, walking, place, goal, mode, budget, replans, flag(False), bits, chosen, size)
        if left <= 0:
            break
    return size


@inlined
def push(
    walker: Any, walking: Any, place: int, goal: int, mode: int, budget: int, replans: int, came: bool, bits: int,
    people: Any, size: int,
) -> int:  # fmt: skip
    """Put a group of walkers on the stack, if it is not empty; return the stack's new size."""
    if people <= 0:
        return size
    walker[size, PLACE], walker[size, GOAL], walker[size, MODE] = place, goal, mode
    walker[size, BUDGET], walker[size, REPLANS], walker[size, CAME], walker[size, PASSED] = budget, replans, came, bits
    walking[size] = people
    return size + 1
