"""The working state of one member inside its kernels: one struct, passed by pointer.

A struct is used instead of tuples because kernels that pass eighty arrays to each other take minutes to compile.
"""

from __future__ import annotations

import hashlib
from collections import namedtuple
from typing import Any

import numpy as np
from numba import typeof, types
from numba.experimental import structref

from onward.engine.borrowed import OUTGROWN, keep_outgrown, leave_uncounted, lend_fields, release, struct_maker
from onward.engine.compile_ahead import Part
from onward.engine.jit import entry, part
from onward.engine.state import TIMES, Daily, Rates, Raw, Start, World

#: Numba's makers of types, which have none themselves
_typeof: Any = typeof
_types: Any = types
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
    "daily",
)
#: and the member's streams of random numbers
STREAMS = ("moves_rng", "labels_rng", "near_rng")
_named: Any = namedtuple  # mypy reads no lists of names
#: what `set_up` makes a struct of
Fields = _named("Fields", FIELDS)


@structref.register
class SimType(types.StructRef):
    """Numba's type of the struct, with a short name: a list of fields in every function's name costs compile time."""

    def __init__(self, fields: Any) -> None:
        super().__init__(fields)
        self.name = f"Sim{hashlib.sha256(self.name.encode()).hexdigest()[:12]}"

    def preprocess_fields(self, fields: Any) -> Any:
        """Replace literal types by their general types."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class Sim(structref.StructRefProxy):
    """The struct as Python holds it between kernels; it is built by `set_up`, and ``FIELDS`` says what it holds."""


structref.define_boxing(SimType, Sim)
#: arrays in whose place longer ones are put while a member runs
GROWING = {
    "walker", "walking", "way", "way_people", "batch", "batch_left", "entry", "entry_people", "entry_near", "flow",
    "flow_people", "flow_near", "ended",
}  # fmt: skip

leave_uncounted(SimType)
lend_fields(SimType, (*FIELDS, *STREAMS))
keep_outgrown(SimType, GROWING, "outgrown")


def struct_type(fields: Any) -> Any:
    """Return Numba's type of the struct of a member, given its `Fields` or their type."""
    kind: Any = fields if isinstance(fields, types.Type) else _typeof(fields)
    streams = [(name, _types.npy_rng) for name in STREAMS]
    return SimType([*zip(kind.fields, kind.types, strict=True), *streams])


def is_compiled(kernel: Any, people: Any) -> bool:
    """Return whether a kernel of a struct and people is compiled or read from the cache, for this kind of people."""
    return any(kinds[1] == _typeof(people) for kinds in kernel.overloads)


def set_up_of(sim: Any) -> Part:
    """Return the part that makes a struct of this type."""
    streams = [sim.field_dict[name] for name in STREAMS]
    return (set_up, _types.NamedTuple([sim.field_dict[name] for name in FIELDS], Fields), *streams)


#: called in compiled code only
struct_of: Any = struct_maker(struct_type)


@entry
def set_up(fields: Any, moves_rng: Any, labels_rng: Any, near_rng: Any) -> Any:
    """Put the fields of a member and its streams into a struct, which the member's kernel ends.

    This is a kernel of its own: to read so many arrays from Python takes seconds to compile, and nothing waits for it.
    If it is written into the kernel that uses the struct (``inline="always"``), Numba drops stores to its arrays.
    Streams are not among the fields, because a tuple with one takes Numba 0.7 ms to recognise.
    """
    return struct_of(fields, (moves_rng, labels_rng, near_rng))


def fields_of(world: World, rates: Rates, start: Start, labelled: bool, origins: bool) -> Any:
    """Return what a member's struct holds on its first morning; made by NumPy, as that needs no compiling.

    The displaced of the first morning are labelled with unknown origin and one displacement.
    """
    places, groups = start.home.shape
    lanes, k_most, kind = world.lane_road.size, min(rates.choice_places, places), start.home.dtype
    labels = (places + 1) * TIMES if labelled else 0
    asked = world.asked if labelled else 0
    origins = labelled and (origins or asked > 0)
    legs, stops, walkers = 0 if origins else places, 2 * places + lanes * MODES, ROOM + 2 * k_most
    known = places + 1 if asked > 0 else 0
    gate, way, cell = (lanes, groups, MODES), (groups, places, k_most), (groups, places)
    gates, areas = world.allowed.shape[1], world.observed.shape[1]

    def people(*shape: int) -> Any:
        return np.zeros(shape, kind)

    def whole(*shape: int) -> Any:
        return np.zeros(shape, np.int64)

    pool, from_origin, away = people(places, groups, labels), people(places, groups, labels // TIMES), people(TIMES)
    if labelled:
        pool[:, :, places * TIMES] = from_origin[:, :, places] = start.here
        away[0] = np.cumsum(start.here)[-1]
    return Fields(
        **world._replace(asked=asked)._asdict(), rates=rates,
        dest=np.full(way, -1), km=np.full(way, np.inf), near_by=np.zeros(way),
        first=np.full((groups, places, places), -1, np.int32), gate_lane=np.full(way, -1), shut_gates=whole(*way),
        value=np.zeros(way), reached=whole(*cell), leads=np.zeros(cell, np.bool_), planned=np.zeros(cell, np.bool_),
        found=np.zeros(cell, np.bool_), shut=np.zeros(world.head.size, np.bool_),
        along=np.ascontiguousarray(np.column_stack((world.head, world.lane, world.quanta))),
        today=0, pull=np.zeros(cell), safe=np.zeros(cell), stopping=np.zeros(cell), wait=np.ones(lanes),
        wait_abroad=np.ones(lanes), weight=np.zeros(k_most + 1), weighed=-1, weights=0.0,
        walker=whole(walkers, 7), walking=people(walkers), allotted=people(places, groups), overdrawn=-1,
        leg=people(legs, legs), share_left=np.zeros(places), returning=np.zeros(cell),
        home=start.home.copy(), here=start.here.copy(), waiting=people(*gate), let=whole(*gate),
        carried=whole(gates + areas), gone=people(places), away=away,
        labelled=labelled, origins=origins, pool=pool, gate_pool=people(*gate, labels),
        from_origin=from_origin, gate_from_origin=people(*gate, labels // TIMES),
        size=whole(5), outgrown=whole(OUTGROWN), way=whole(ROOM, 7), way_people=people(ROOM),
        batch=whole(ROOM, 3), batch_left=people(ROOM), entry=whole(ROOM), entry_people=people(ROOM),
        flow=whole(ROOM), flow_people=people(ROOM), stop=whole(stops), stopped=people(stops), tally=people(labels),
        met=whole(labels), sampled=whole(EXACT),
        pool_near=people(places, groups, labels, asked), gate_near=people(*gate, labels, asked),
        entry_near=people(ROOM, asked), flow_near=people(ROOM, asked), stopped_near=people(stops, asked),
        tally_near=people(labels, asked), ended=people(known, known, 1 + asked),
        daily=_blank_daily(world, kind),
    )  # fmt: skip


def _blank_daily(world: World, kind: Any) -> Daily:
    days, places = world.hazard.shape[:2]
    by_place = [np.zeros((days, places), kind) for _ in range(10)]
    by_gate = [np.zeros((days, world.allowed.shape[1]), kind) for _ in range(2)]
    return Daily._make([*by_place, *by_gate, np.zeros((days, TIMES), kind)])


def raw_of(fields: Any, found: Any) -> Raw:
    """Return the result of a member, given its fields and what its kernel returned (`leave_behind`)."""
    return Raw(fields.daily, *found)


@part
def leave_behind(sim: Any) -> Any:
    """Copy what grew or changed out of a member's struct, which ends with it."""
    size = sim.size[FLOWS]
    legs, people, near = sim.flow[:size].copy(), sim.flow_people[:size].copy(), sim.flow_near[:size].copy()
    for i in range(sim.outgrown[0]):
        release(sim.outgrown[1 + i])
    sim.outgrown[0] = 0
    return legs, people, near, sim.ended.copy(), sim.overdrawn
