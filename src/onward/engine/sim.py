"""The working state of one member inside its kernels: one struct, passed as a pointer, its arrays replaceable.

A struct and not tuples of arrays: kernels that hand eighty arrays from one to the other compile for minutes.
"""

from __future__ import annotations

import hashlib
from typing import Any

from numba import types
from numba.experimental import structref

from onward.engine.state import World

FIELDS = (
    *World._fields,
    "rates",
    # the regime
    "dest",  # [g, p, k] the K cheapest places, cheapest first, -1 ends a shorter list
    "km",  # [g, p, k] perceived distance
    "first",  # [g, p, k] first road towards it
    "gate_lane",  # [g, p, k] lane of the first shut gate on the way, -1 none
    "shut_gates",  # [g, p, k] shut gates on the way
    "slot",  # [g, p, p] k of a destination, -1 none
    "value",  # [g, p, k] what does not change within a regime of the weight of each destination
    "shut",  # [r] whether the road's gate is closed or metered
    # the day
    "today",
    "pull",  # [p, g] what changes daily in the weight of a place
    "wait",  # [l] the same of the queue at a gate
    "weight",  # [k + 1] of one choice; the last is staying
    "walker",  # [stack, columns] parties walking now
    "walking",  # [stack]
    "allotted",  # [p, g] residents of areas with observed departures who leave today
    "overdrawn",
    "leg",  # [p, p] unlabelled legs of today
    "share_left",  # [p] of residents who left yesterday
    # people
    "home",  # [p, g]
    "here",  # [p, g]
    "waiting",  # [l, g, mode]
    "gone",  # [p] off the map
    "away",  # [class] people away from home by times displaced
    # labels
    "labelled",
    "pool",  # [p, g, label]
    "gate_pool",  # [l, g, mode, label]
    # what grows: travellers overnight, batches, their labels, flows
    "size",  # rows in use of each
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
    # streams and counts
    "moves_rng",
    "labels_rng",
    "daily",
)


@structref.register
class SimType(types.StructRef):
    """Numba's type of `Sim`, under a short name: all its fields in the name of every function cost compile time."""

    def __init__(self, fields: Any) -> None:
        super().__init__(fields)
        self.name = f"Sim{hashlib.sha256(self.name.encode()).hexdigest()[:12]}"

    def preprocess_fields(self, fields: Any) -> Any:
        """Take literal types as their general ones."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class Sim(structref.StructRefProxy):
    """The struct; built and used only inside kernels. ``FIELDS`` says what it holds."""


structref.define_proxy(Sim, SimType, list(FIELDS))
