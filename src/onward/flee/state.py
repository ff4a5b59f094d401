"""Input, output and working state of the kernel of Flee's rules.

Array letters: ``t`` day, ``p`` location, ``s`` stand, ``l`` lane, ``w`` state on a lane, ``c`` level of memory,
``m`` km moved today. See `onward.flee.routes.Routes` for stands and lanes.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from numba import types
from numba.experimental import structref

from onward.engine.state import Counts
from onward.typing import Floats, Ints


class FleeWorld(NamedTuple):
    """Everything besides people that a run depends on."""

    move: Floats  # [t, p]
    score: Floats  # [t, p]
    spawn: Floats  # [t, p]
    flags: Ints  # [t, p]
    capacity: Floats  # [t, p]
    population: Floats  # [p]
    newly: Ints  # [t]
    stand: Ints  # [s, columns]
    lane: Ints  # [l, columns]
    walk: Floats  # [l]
    candidate: Ints  # [candidate, columns]
    near: Floats  # [candidate]
    first: Ints  # [k, p + 1]
    topology: Ints  # [t]
    shut: Any  # [k, link]
    links: Ints  # [link, (from, to)]


class FleeRates(NamedTuple):
    """The numbers of Flee's rules; lengths in units of the routes."""

    faithful: bool
    spawn_mode: int
    per_conflict_day: float
    take_from_population: bool
    capacity_buffer: float
    capacity_scaling: float
    weight_softening: float
    weight_power: float
    pruning_threshold: float
    population_power: float  # 0 where population does not weigh
    chance_base: float
    chance_power: float
    foot: bool
    walk_speed: int
    day: int  # max_move_speed, the unit of memory
    levels: int  # of memory, 1 is none
    top: float  # the memory of the highest level
    ways: int
    furthest: int
    grid: int  # arrivals of a day are kept apart by the way moved in steps of this
    least: float  # real numbers of people below this stop where they are for the night


class FleeResult(NamedTuple):
    """Counts by day: agents at locations and on links by the location left, who was spawned, legs ended.

    ``journeys`` are of *individuals* only, if they are kept.
    """

    stock: Counts  # [t, p]
    way: Counts  # [t, p]
    spawned: Counts  # [t, p]
    legs: Counts  # [t, link]
    stopped: int  # day on which Flee itself would stop because nobody can be spawned, -1 never
    journeys: Any  # `onward.simulation.itineraries.Itineraries`, or None


FIELDS = (
    *FleeWorld._fields,
    *FleeRates._fields,
    "half",  # levels of memory per unit moved, halved
    "rng",
    "none",  # nobody, of the type of people
    "today",
    "held",  # people who could not be spawned yet
    "pop",  # [p] population left
    "present",  # [p] Flee's numAgents
    "coming",  # [p] on links towards it
    "pull",  # [p] score by population
    "full",  # [p] capacity multiplier
    "refused",  # [p] camps too full to set out for
    "chance",  # [p] to leave
    "arrived",  # [p] yesterday
    "there",  # [p] by whom capacity is judged
    "rate",  # [p] by how much that changes in a phase of the day at the pace of the moment
    "ahead",  # [p] by how much until the middle of a batch
    "deciding",  # [p] people who are expected to decide
    "decided",  # [p] who decided on their way yesterday
    "moved",  # people on links yesterday
    "weight",  # [candidate]
    "cut",  # [candidate] and
    "other",  # [candidate] by which one is drawn; see `onward.flee.draws.alias_table`
    "count",  # [candidate] who take it
    "total",  # [p] of weights
    "morning",  # [s, c]
    "evening",  # [s, c]
    "road",  # [w, c] travellers since the morning
    "night",  # [w, c] travellers tonight
    "node",  # [row, c] arrived at a stand today after m km
    "nodes",  # [m, n] stands met
    "met",  # [m] how many; the last element: rows of node in use
    "slot",  # [m, s] row of node, 0 none
    "km",  # [row] people times their way
    "movers",  # [c]
    "chosen",  # [c]
    "walking",  # [c]
    "part",  # [c]
    "stock",
    "way",
    "spawned",
    "legs",
)


@structref.register
class FleeSimType(types.StructRef):
    """Numba's type of `FleeSim`, with a short name: a full list of fields in each function's name slows compiling."""

    def __init__(self, fields: Any) -> None:
        super().__init__(fields)
        self.name = f"FleeSim{hashlib.sha256(self.name.encode()).hexdigest()[:12]}"

    def preprocess_fields(self, fields: Any) -> Any:
        """Replace literal types by their general types."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class FleeSim(structref.StructRefProxy):
    """The struct; built and used only inside kernels. ``FIELDS`` says what it holds."""


structref.define_proxy(FleeSim, FleeSimType, list(FIELDS))
