"""Gates with a quota: how many pass, and which households."""

from __future__ import annotations

import math
from typing import Any

from numba import types
from numba.extending import overload

from onward.engine.draws import hypergeometric, split
from onward.engine.jit import once, part, whole


@once
def queue_at(sim: Any, gate: int) -> Any:
    """Return how many people wait at a gate whose road can be used today."""
    queue = sim.away[0] * 0
    for lane in range(sim.waiting.shape[0]):
        for g in range(sim.waiting.shape[1]):
            if sim.lane_gate[lane] == gate and not is_cut(sim, lane, g):
                queue += sim.waiting[lane, g].sum()
    return queue


@part
def is_cut(sim: Any, lane: int, g: int) -> bool:
    """Return whether the gate's road cannot be used today."""
    return math.isinf(sim.cost[sim.regime[sim.today], g, sim.lane_road[lane]])


@once
def may_pass(sim: Any, gate: int, queue: Any) -> Any:
    """Return how many of the ``queue`` pass a gate today; households are drawn into ``sim.let``.

    At a border, a share of those who wait crosses irregularly, whatever is allowed. People pass one by one, up to the
    quota. Households pass in random order until the next is larger than what is left of the quota; that is carried to
    the next day, unless the gate is closed then.
    """
    allowed = sim.allowed[sim.today, gate] + queue * 0
    if allowed >= 0:
        allowed += split(sim.moves_rng, queue, sim.irregular[sim.today, gate], whole(1))
    passing = min(queue, allowed) if allowed >= 0 else queue
    if sim.largest > 1:
        cost = sim.cost[sim.regime[sim.today]]
        units = (sim.unit, sim.largest, sim.carried)
        passing = draw_households(
            sim.moves_rng, sim.waiting, sim.let, units, (sim.lane_gate, sim.lane_road, cost), gate, allowed, queue
        )
    return passing


def draw_households(
    rng: Any, waiting: Any, let: Any, units: Any, lanes: Any, gate: int, allowed: int, queue: Any
) -> Any:  # fmt: skip
    """Draw the households that pass into ``let``; return how many people they are.

    ``units`` are people of a household by group, the most of them, and what is carried; ``lanes`` the gate and road of
    each lane, and the cost of roads by group.
    """
    raise NotImplementedError  # compiled only: the overload below


@overload(draw_households)
def _draw_households(
    rng: Any, waiting: Any, let: Any, units: Any, lanes: Any, gate: int, allowed: int, queue: Any
) -> Any:  # fmt: skip
    def means(
        rng: Any, waiting: Any, let: Any, units: Any, lanes: Any, gate: int, allowed: int, queue: Any
    ) -> Any:  # fmt: skip
        return queue

    def drawn(
        rng: Any, waiting: Any, let: Any, units: Any, lanes: Any, gate: int, allowed: int, queue: Any
    ) -> Any:  # fmt: skip
        return in_random_order(rng, waiting, let, units, lanes, gate, allowed, queue)

    return means if isinstance(queue, types.Float) else drawn


@part
def in_random_order(
    rng: Any, waiting: Any, let: Any, units: Any, lanes: Any, gate: int, allowed: int, queue: Any
) -> Any:  # fmt: skip
    """Draw a random order piece by piece: of as many households as surely fit, it is a sample without replacement."""
    (unit, largest, carried), (gates, roads, cost) = units, lanes
    many, groups, modes = waiting.shape
    room = allowed + carried[gate] if allowed > 0 else allowed
    everybody, passed, full, left = allowed < 0 or queue <= room, whole(0), False, whole(0)
    for lane in range(many):
        for g in range(groups):
            for m in range(modes):
                let[lane, g, m] = waiting[lane, g, m] if everybody else 0
                if gates[lane] == gate and not math.isinf(cost[g, roads[lane]]):
                    left += waiting[lane, g, m] // unit[g]
    carried[gate] = 0
    if everybody:
        return queue
    while room > 0 and not full:
        number, households = max(whole(1), room // largest), left
        for lane in range(many):
            for g in range(groups):
                for m in range(modes):
                    if gates[lane] != gate or number <= 0 or math.isinf(cost[g, roads[lane]]):
                        continue
                    there = (waiting[lane, g, m] - let[lane, g, m]) // unit[g]
                    taken = hypergeometric(rng, number, there, households)
                    households -= there
                    number -= taken
                    full = full or taken * unit[g] > room
                    if not full:
                        let[lane, g, m] += taken * unit[g]
                        left -= taken
                        room -= taken * unit[g]
                        passed += taken * unit[g]
    carried[gate] = room
    return passed
