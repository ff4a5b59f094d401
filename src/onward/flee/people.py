"""The people of *individuals* under Flee's rules: one row per agent, in the order in which they come, as in Flee.

A row holds the stand where somebody is, or the lane on which they travel and how far they have come, and their memory
of recent ways as a real number. Memory halves each day, which is exact: it is brought up to date when it is needed.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numba import njit, types
from numba.experimental import structref

from onward.engine.growing import longer, longer_table

#: rows at first (own choice)
ROOM = 1024

FIELDS = (
    # [agent]
    "where",  # stand, or -1 - lane on the way
    "done",  # of the lane
    "memory",  # of recent ways, on the morning of day
    "since",
    "begin",  # place where they were displaced; plus the number of places: there before the first day
    "left",  # day on which the present leg began
    "last",  # last entry of the log of stops, -1 none
    "size",  # [1] agents
    "remembers",  # whether short stints are avoided
    # see `onward.flee.person_choice.Day`
    "room",
    "weight",
    "sums",
    "weighed",
    # the log of stops: [entry, (entry before, place, day left, day reached)]
    "kept",  # whether there is one
    "log",
    "logged",  # [1]
)
BEFORE, STOP, LEFT, REACHED = range(4)


@structref.register
class FleePeopleType(types.StructRef):
    """Numba's type of `FleePeople`, with a short name: a full list of fields in every name slows compiling."""

    def __init__(self, fields: Any) -> None:
        super().__init__(fields)
        self.name = f"FleePeople{hashlib.sha256(self.name.encode()).hexdigest()[:12]}"

    def preprocess_fields(self, fields: Any) -> Any:
        """Replace literal types by their general types."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class FleePeople(structref.StructRefProxy):
    """The struct; built and used only inside kernels. ``FIELDS`` says what it holds."""


structref.define_proxy(FleePeople, FleePeopleType, list(FIELDS))


@njit(cache=True, nogil=True)
def move_in(sim: Any, initial: Any, remembers: bool, kept: bool) -> Any:
    """Return the agents who are in camps before the first day, camp by camp."""
    places, everybody = initial.size, initial.sum()
    rows = ROOM + everybody
    people = FleePeople(
        np.zeros(rows, np.int32), np.zeros(rows, np.int32), np.zeros(rows), np.zeros(rows, np.int32),
        np.zeros(rows, np.int32), np.zeros(rows, np.int32), np.full(rows if kept else 0, -1, np.int32),
        np.zeros(1, np.int64), remembers, np.zeros(places), np.zeros(sim.near.size), np.zeros(sim.near.size),
        np.zeros(places, np.bool_),
        kept, np.zeros((ROOM if kept else 0, 4), np.int32), np.zeros(1, np.int64),
    )  # fmt: skip
    for p in range(places):
        _add(people, initial[p], places + p if sim.foot else p, places + p)
    return people


@njit(cache=True, nogil=True)
def _add(people: Any, number: int, stand: int, begin: int) -> None:
    """Add agents at a stand."""
    n = people.size[0]
    while n + number > people.where.size:
        people.where, people.done, people.memory = longer(people.where), longer(people.done), longer(people.memory)
        people.since, people.begin, people.left = longer(people.since), longer(people.begin), longer(people.left)
        if people.kept:
            rows = people.last.size
            people.last = longer(people.last)
            people.last[rows:] = -1
    people.where[n : n + number] = stand
    people.begin[n : n + number] = begin
    people.size[0] = n + number


@njit(cache=True, nogil=True)
def add_new(sim: Any, people: Any) -> None:
    """Add the newly displaced of today, whom `onward.flee.step.spawn` has counted by place.

    Where Flee draws the place of each of them they are in random order; else zone by zone.
    """
    first, places, new = people.size[0], sim.pop.size, sim.spawned[sim.today]
    for p in range(places):
        _add(people, new[p], places + p if sim.foot else p, p)
    if sim.spawn_mode > 0:
        return
    rng, where, begin = sim.rng, people.where, people.begin
    for i in range(people.size[0] - 1, first, -1):
        j = first + int(rng.random() * (i + 1 - first))
        where[i], where[j] = where[j], where[i]
        begin[i], begin[j] = begin[j], begin[i]


@njit(cache=True, nogil=True)
def make_room_in_log(people: Any, more: int) -> None:
    """Make room for ``more`` stops in the log."""
    while people.logged[0] + more > people.log.shape[0]:
        people.log = longer_table(people.log)
