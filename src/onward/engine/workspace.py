"""The working state of one member inside its kernels: one struct, passed by pointer.

A struct is used instead of tuples because kernels that pass eighty arrays to each other take minutes to compile.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numba import types
from numba.experimental import structref

from onward.engine.borrowed import OUTGROWN, keep_outgrown, leave_uncounted, lend_fields, release
from onward.engine.jit import once, part
from onward.engine.state import TIMES, Daily, Rates, Raw, Start, World

MODES = 2
ROOM = 256
#: households up to which a batch is an exact sample (`onward.engine.batches`)
EXACT = 48

#: rows in use of what grows, by their place in ``size``
TRAVELLERS, BATCHES, ENTRIES, FLOWS, STOPS = range(5)
#: columns of a batch: first entry not used up, end of its entries, place left
FIRST, END, FROM = range(3)
#: columns of a traveller under way overnight: road, quanta still to go on it, then as a walker's
T_ROAD, T_LEFT, T_GOAL, T_GROUP, T_MODE, T_BATCH, T_PASSED = range(7)
#: columns of ``along``: head, lane, quanta on foot and by car
A_HEAD, A_LANE, A_QUANTA = range(3)

FIELDS = (
    *World._fields,
    "rates",
    # the regime
    "dest",  # [g, p, k] the K cheapest places, cheapest first, -1 ends a shorter list
    "km",  # [g, p, k] perceived distance
    "near_by",  # [g, p, k] weight of each by that distance alone
    "first",  # [g, p, p] first road towards each of them, -1 for other places
    "gate_lane",  # [g, p, k] lane of the first shut gate on the way, -1 none
    "shut_gates",  # [g, p, k] shut gates on the way
    "value",  # [g, p, k] what does not change within a regime of the weight of each destination
    "reached",  # [g, p] how many destinations there are, under this regime
    "leads",  # [g, p] whether a way leads to any place that people may choose
    "planned",  # [g, p] whether the ways of this regime are known
    "found",  # [g, p] whether the ways are known of a regime with the same roads
    "shut",  # [r] whether the road's gate is closed or metered
    "along",  # [r] head, lane and quanta by mode of each road, next to each other
    # the day
    "today",
    "pull",  # [g, p] what changes daily in the weight of a place
    "safe",  # [g, p] safety of today
    "stopping",  # [g, p] share of those who pass a place today who stop there for a while
    "wait",  # [l] the same of the queue at a gate
    "wait_abroad",  # [l] as it counts on the way to a place abroad
    "weight",  # [k + 1] of one choice; the last is staying
    "weighed",  # whose weights these are, and on which day
    "weights",  # their sum
    "walker",  # [stack, columns] parties walking now
    "walking",  # [stack]
    "allotted",  # [p, g] residents of areas with observed departures who leave today
    "overdrawn",
    "leg",  # [rank, rank] legs of today that are recorded without labels, by the order of names of places
    "share_left",  # [p] of residents who left yesterday
    "returning",  # [g, p] share of the displaced from there who set out for home today
    # people
    "home",  # [p, g]
    "here",  # [p, g]
    "waiting",  # [l, g, mode]
    "let",  # [l, g, mode] of households drawn to pass
    "carried",  # [n + a] too few for a household, for the next day: of quotas, then of observed departures
    "gone",  # [p] off the map
    "away",  # [class] people away from home by times displaced
    # labels
    "labelled",
    "origins",  # whether legs are recorded with labels
    "pool",  # [p, g, label]
    "gate_pool",  # [l, g, mode, label]
    "from_origin",  # [p, g, origin] people of the pool, whatever their times
    "gate_from_origin",  # [l, g, mode, origin]
    # what grows: travellers overnight, batches, their labels, flows
    "size",  # rows in use of each
    "outgrown",  # addresses of arrays that are full, after their number
    "way",  # [traveller, columns]
    "way_people",
    "batch",  # [batch, (first entry, entries, place left)]
    "batch_left",
    "entry",
    "entry_people",
    "flow",
    "flow_people",
    "stop",  # where the batch that walks now stopped: place, places + place (home), 2 places + lane and mode
    "stopped",  # [where] people who stopped
    "tally",  # [label] of those who stopped at one of them
    "met",  # labels in the tally
    "sampled",  # positions of a small sample in its pool
    # who has passed near held ground: as many of each label for each question as in the array of people
    "pool_near",  # [p, g, label, k]
    "gate_near",  # [l, g, mode, label, k]
    "entry_near",  # [entry, k]
    "flow_near",  # [flow, k]
    "stopped_near",  # [where, k] of those who stopped
    "tally_near",  # [label, k]
    "ended",  # [origin, place, 1 + k]
    # streams and counts
    "moves_rng",
    "labels_rng",
    "near_rng",
    "daily",
)


@structref.register
class SimType(types.StructRef):
    """Numba's type of `Sim`, with a short name: its full list of fields in every function's name costs compile time."""

    def __init__(self, fields: Any) -> None:
        super().__init__(fields)
        self.name = f"Sim{hashlib.sha256(self.name.encode()).hexdigest()[:12]}"

    def preprocess_fields(self, fields: Any) -> Any:
        """Replace literal types by their general types."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class Sim(structref.StructRefProxy):
    """The struct; built and used only inside kernels. ``FIELDS`` says what it holds."""


structref.define_proxy(Sim, SimType, list(FIELDS))
#: arrays in whose place longer ones are put while a member runs
GROWING = {
    "walker", "walking", "way", "way_people", "batch", "batch_left", "entry", "entry_people", "entry_near", "flow",
    "flow_people", "flow_near", "ended",
}  # fmt: skip

leave_uncounted(SimType)
lend_fields(SimType, FIELDS)
keep_outgrown(SimType, GROWING, "outgrown")


@part
def set_up(
    world: World, rates: Rates, start: Start, moves_rng: Any, labels_rng: Any, near_rng: Any, labelled: bool,
    origins: bool,
) -> Any:  # fmt: skip
    """Build the member's struct on its first morning.

    The displaced of the first morning are labelled with unknown origin and one displacement.
    """
    places, groups = start.home.shape
    lanes, k_most, none = world.lane_road.size, min(rates.choice_places, places), start.home[0, 0] * 0
    labels = (places + 1) * TIMES if labelled else 0
    asked = world.asked if labelled else 0
    origins = labelled and (origins or asked > 0)
    legs, stops = 0 if origins else places, 2 * places + lanes * MODES
    known = places + 1 if asked > 0 else 0
    at_gate = (lanes, groups, MODES)
    ways = (groups, places, k_most)
    pool, from_origin = np.full((places, groups, labels), none), np.full((places, groups, labels // TIMES), none)
    away, along = np.full(TIMES, none), np.zeros((world.head.size, 2 + MODES), np.int64)
    for r in range(world.head.size):
        along[r, A_HEAD], along[r, A_LANE] = world.head[r], world.lane[r]
        for mode in range(MODES):
            along[r, A_QUANTA + mode] = world.quanta[r, mode]
    if labelled:
        for p in range(places):
            for g in range(groups):
                pool[p, g, places * TIMES] = from_origin[p, g, places] = start.here[p, g]
                away[0] += start.here[p, g]
    return Sim(
        world.regime, world.head, world.tail, world.out, world.quanta, world.lane, world.lane_road,
        world.lane_gate, world.cost, world.attraction, world.welcome, world.hazard, world.safety, world.allowed,
        world.onward, world.stage, world.capacity, world.abroad, world.homeward, world.observed, world.observed_area,
        world.rank, asked, world.near_place, world.near_road, world.unit, world.largest, rates,
        np.full(ways, -1, np.int64), np.full(ways, np.inf), np.zeros(ways),
        np.full((groups, places, places), -1, np.int32),
        np.full(ways, -1, np.int64), np.zeros(ways, np.int64), np.zeros(ways),
        np.zeros((groups, places), np.int64), np.zeros((groups, places), np.bool_),
        np.zeros((groups, places), np.bool_), np.zeros((groups, places), np.bool_),
        np.zeros(world.head.size, np.bool_), along,
        0, np.zeros((groups, places)), np.zeros((groups, places)), np.zeros((groups, places)), np.ones(lanes),
        np.ones(lanes), np.zeros(k_most + 1), np.int64(-1), 0.0,
        np.zeros((ROOM + 2 * k_most, 7), np.int64), np.full(ROOM + 2 * k_most, none),
        np.full((places, groups), none), np.int64(-1),
        np.full((legs, legs), none), np.zeros(places), np.zeros((groups, places)),
        start.home.copy(), start.here.copy(), np.full(at_gate, none), np.zeros(at_gate, np.int64),
        np.zeros(world.allowed.shape[1] + world.observed.shape[1], np.int64), np.full(places, none), away,
        labelled, origins, pool, np.full((lanes, groups, MODES, labels), none),
        from_origin, np.full((lanes, groups, MODES, labels // TIMES), none),
        np.zeros(5, np.int64), np.zeros(OUTGROWN, np.int64), np.zeros((ROOM, 7), np.int64), np.full(ROOM, none),
        np.zeros((ROOM, 3), np.int64), np.full(ROOM, none), np.zeros(ROOM, np.int64), np.full(ROOM, none),
        np.zeros(ROOM, np.int64), np.full(ROOM, none),
        np.zeros(stops, np.int64), np.full(stops, none), np.full(labels, none), np.zeros(labels, np.int64),
        np.zeros(EXACT, np.int64),
        np.full((places, groups, labels, asked), none), np.full((lanes, groups, MODES, labels, asked), none),
        np.full((ROOM, asked), none), np.full((ROOM, asked), none), np.full((stops, asked), none),
        np.full((labels, asked), none), np.full((known, known, 1 + asked), none),
        moves_rng, labels_rng, near_rng, _blank_daily(world, none),
    )  # fmt: skip


@once
def _blank_daily(world: World, none: Any) -> Daily:
    days, places = world.hazard.shape[0], world.hazard.shape[1]
    p = np.full((10, days, places), none)
    n = np.full((2, days, world.allowed.shape[1]), none)
    return Daily(p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], n[0], n[1],
                 np.full((days, TIMES), none))  # fmt: skip


@once
def raw_of(sim: Any) -> Raw:
    """Copy what a member leaves behind out of its struct, which ends with it."""
    size, d = sim.size[FLOWS], sim.daily
    daily = Daily(
        d.home.copy(), d.here.copy(), d.gate.copy(), d.way.copy(), d.out.copy(), d.left_home.copy(),
        d.fled_again.copy(), d.moved_on.copy(), d.arrived.copy(), d.returned.copy(), d.waiting.copy(), d.passed.copy(),
        d.times.copy(),
    )  # fmt: skip
    legs, people, near = sim.flow[:size].copy(), sim.flow_people[:size].copy(), sim.flow_near[:size].copy()
    for i in range(sim.outgrown[0]):
        release(sim.outgrown[1 + i])
    sim.outgrown[0] = 0
    return Raw(daily, legs, people, near, sim.ended.copy(), sim.overdrawn)
