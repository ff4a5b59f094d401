"""The first morning of a member: its struct with every array laid out."""

from __future__ import annotations

from typing import Any

import numpy as np

from onward.engine.kernel import once
from onward.engine.sim import Sim
from onward.engine.state import TIMES, Daily, Rates, Start, World

MODES = 2
ROOM = 256


@once
def set_up(world: World, rates: Rates, start: Start, moves_rng: Any, labels_rng: Any, labelled: bool) -> Any:
    """Return the member's struct on its first morning.

    The displaced of the first morning are labelled as from places unknown and displaced once.
    """
    places, groups = start.home.shape
    lanes, k_most, none = world.lane_road.size, min(rates.choice_places, places), start.home[0, 0] * 0
    labels = (places + 1) * TIMES if labelled else 0
    legs, stops = 0 if labelled else places, 2 * places + lanes * MODES
    at_gate = (lanes, groups, MODES)
    ways = (groups, places, k_most)
    pool = np.full((places, groups, labels), none)
    away = np.full(TIMES, none)
    if labelled:
        for p in range(places):
            for g in range(groups):
                pool[p, g, places * TIMES] = start.here[p, g]
                away[0] += start.here[p, g]
    return Sim(
        world.regime, world.head, world.tail, world.out, world.quanta, world.lane, world.lane_road,
        world.lane_gate, world.cost, world.attraction, world.hazard, world.allowed, world.onward, world.stage,
        world.capacity, world.abroad, world.calm, world.observed, world.observed_area, world.rank, rates,
        np.full(ways, -1, np.int64), np.full(ways, np.inf), np.full(ways, -1, np.int64),
        np.full(ways, -1, np.int64), np.zeros(ways, np.int64), np.full((groups, places, places), -1, np.int64),
        np.zeros(ways), np.zeros(world.head.size, np.bool_),
        0, np.zeros((places, groups)), np.ones(lanes), np.zeros(k_most + 1),
        np.zeros((ROOM + 2 * k_most, 6), np.int64), np.full(ROOM + 2 * k_most, none),
        np.full((places, groups), none), np.int64(-1), np.full((legs, legs), none), np.zeros(places),
        start.home.copy(), start.here.copy(), np.full(at_gate, none), np.full(places, none), away,
        labelled, pool, np.full((lanes, groups, MODES, labels), none),
        np.zeros(5, np.int64), np.zeros((ROOM, 6), np.int64), np.full(ROOM, none),
        np.zeros((ROOM, 3), np.int64), np.full(ROOM, none), np.zeros(ROOM, np.int64), np.full(ROOM, none),
        np.zeros(ROOM, np.int64), np.full(ROOM, none),
        np.zeros(stops, np.int64), np.full(stops, none), np.full(labels, none), np.zeros(labels, np.int64),
        moves_rng, labels_rng, _blank_daily(world, none),
    )  # fmt: skip


@once
def _blank_daily(world: World, none: Any) -> Daily:
    days, places = world.hazard.shape[0], world.hazard.shape[1]
    p = np.full((10, days, places), none)
    n = np.full((2, days, world.allowed.shape[1]), none)
    return Daily(p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], n[0], n[1],
                 np.full((days, TIMES), none))  # fmt: skip
