"""The people of *individuals*: one row per person (or household), and for each cell of the model a list of those in it.

A cell is a place and group (residents who may leave; displaced people staying there) or a lane, group and mode (people
waiting at a gate). People are drawn from a cell by removing random entries of its list, so a day's work grows with the
number who move and not with the number who stay.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numba import types
from numba.experimental import structref

from onward.engine.growing import longer
from onward.engine.jit import once, part, whole
from onward.engine.state import Start
from onward.engine.workspace import MODES, ROOM

#: room of a cell's list that gets its first people
FIRST_ROOM = 16

FIELDS = (
    # [person], or [household] where households move together
    "home",  # place, -1 unknown
    "group",
    "mode",
    "times",  # displaced so often since last at home
    "passed",  # bits of the held ground passed near since then
    "at",  # place of the last stop
    "left",  # day on which the present leg began
    "road",  # road under way, or -1 - place for those who set out today
    "quanta",  # still to go on it
    "goal",  # destination, or places + home for those who return
    "last",  # last entry of the log of stops, -1 none
    # lists
    "listed",  # people, cell by cell
    "first",  # [cell] where its list begins
    "room",  # [cell]
    "count",  # [cell]
    "used",  # [1] of `listed`
    "way",  # people under way or ready to go
    "ways",  # [1]
    # choice among those who may stay where they are, of today: [g, p, k + 1], their sums and the days they are of
    "odds",
    "total",
    "made",
    # the log of stops: [entry, (entry before, place, day left, day reached)]
    "kept",  # whether there is one
    "log",
    "logged",  # [1]
)
BEFORE, STOP, LEFT, REACHED = range(4)


@structref.register
class PeopleType(types.StructRef):
    """Numba's type of `People`, with a short name: a full list of fields in each function's name slows compiling."""

    def __init__(self, fields: Any) -> None:
        super().__init__(fields)
        self.name = f"People{hashlib.sha256(self.name.encode()).hexdigest()[:12]}"

    def preprocess_fields(self, fields: Any) -> Any:
        """Replace literal types by their general types."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class People(structref.StructRefProxy):
    """The struct; built and used only inside kernels. ``FIELDS`` says what it holds."""


structref.define_proxy(People, PeopleType, list(FIELDS))


@once
def residents_cell(groups: int, place: int, g: int) -> int:
    """Return the cell of residents who may leave."""
    return place * groups + g


@once
def staying_cell(places: int, groups: int, place: int, g: int) -> int:
    """Return the cell of displaced people who stay at a place."""
    return (places + place) * groups + g


@once
def waiting_cell(places: int, groups: int, lane: int, g: int, mode: int) -> int:
    """Return the cell of people who wait at a gate."""
    return 2 * places * groups + (lane * groups + g) * MODES + mode


@part
def create_people(sim: Any, start: Start, kept: bool) -> Any:
    """Create everyone on the first morning, by place and group: those who may leave, cannot leave, or are displaced."""
    places, groups, k_most = start.home.shape[0], start.home.shape[1], sim.weight.size - 1
    everybody, listed = 0, 0
    for p in range(places):
        for g in range(groups):
            listed += (start.home[p, g] + start.here[p, g]) // sim.unit[g]
            everybody += (start.home[p, g] + start.here[p, g] + start.immobile[p, g]) // sim.unit[g]
    cells = 2 * places * groups + sim.lane_road.size * groups * MODES
    people = People(
        np.full(everybody, -1, np.int32), np.zeros(everybody, np.int16), np.zeros(everybody, np.int8),
        np.zeros(everybody, np.int8), np.zeros(everybody, np.int32), np.zeros(everybody, np.int32),
        np.zeros(everybody, np.int16),
        np.zeros(everybody, np.int32), np.zeros(everybody, np.int16), np.zeros(everybody, np.int32),
        np.full(everybody if kept else 0, -1, np.int32),
        np.zeros(listed + ROOM, np.int32), np.zeros(cells, np.int64), np.zeros(cells, np.int64),
        np.zeros(cells, np.int64), np.zeros(1, np.int64), np.zeros(ROOM, np.int32), np.zeros(1, np.int64),
        np.zeros((groups, places, k_most + 1)), np.zeros((groups, places)),
        np.full((groups, places), -1, np.int64),
        kept, np.zeros((ROOM if kept else 0, 4), np.int32), np.zeros(1, np.int64),
    )  # fmt: skip
    one = whole(0)
    for p in range(places):
        for g in range(groups):
            unit = sim.unit[g]
            one = _move_in(people, one, p, g, p, start.home[p, g] // unit, residents_cell(groups, p, g))
            one = _move_in(people, one, p, g, p, start.immobile[p, g] // unit, whole(-1))
    for p in range(places):
        for g in range(groups):
            number = start.here[p, g] // sim.unit[g]
            one = _move_in(people, one, p, g, whole(-1), number, staying_cell(places, groups, p, g))
    return people


@part
def _move_in(people: Any, first: int, place: int, g: int, home: int, number: int, cell: int) -> int:
    """Assign a home and group to ``number`` people from row ``first`` on, and list them; return the next free row."""
    homes, groups, at, times, listed = people.home, people.group, people.at, people.times, people.listed
    begin = people.used[0]
    for i in range(number):
        homes[first + i], groups[first + i], at[first + i] = home, g, place
        times[first + i] = 0 if home >= 0 else 1
        if cell >= 0:
            listed[begin + i] = first + i
    if cell >= 0:
        people.first[cell], people.room[cell], people.count[cell] = begin, number, number
        people.used[0] = begin + number
    return first + number


@part
def draw_people(people: Any, cell: int, number: int, rng: Any) -> Any:
    """Take a uniform random sample of ``number`` people out of a cell's list, and return them."""
    drawn, listed, first, there = np.empty(number, np.int32), people.listed, people.first[cell], people.count[cell]
    for i in range(number):
        at = first + min(there - 1, int(rng.random() * there))
        there -= 1
        drawn[i] = listed[at]
        listed[at] = listed[first + there]
    people.count[cell] = there
    return drawn


@part
def reserve(people: Any, more: Any) -> None:
    """Make room for ``more[cell]`` people in each list; a list that grows moves to the end of all lists."""
    first, room, count, end = people.first, people.room, people.count, people.used[0]
    wanted = 0
    for cell in range(more.size):
        if count[cell] + more[cell] > room[cell]:
            wanted += max(FIRST_ROOM, 2 * (count[cell] + more[cell]))
    if end + wanted > people.listed.size:
        _pack(people, more)
        return
    listed = people.listed
    for cell in range(more.size):
        if count[cell] + more[cell] > room[cell]:
            for i in range(count[cell]):
                listed[end + i] = listed[first[cell] + i]
            first[cell], room[cell] = end, max(FIRST_ROOM, 2 * (count[cell] + more[cell]))
            end += room[cell]
    people.used[0] = end


@part
def _pack(people: Any, more: Any) -> None:
    """Copy all lists into new memory without gaps, each with room for ``more``, and some after the last."""
    old, first, room, count = people.listed, people.first, people.room, people.count
    needed = count.sum() + more.sum()
    listed, end = np.zeros(needed + needed // 2 + first.size * FIRST_ROOM, np.int32), 0
    for cell in range(first.size):
        for i in range(count[cell]):
            listed[end + i] = old[first[cell] + i]
        first[cell], room[cell] = end, count[cell] + more[cell]
        end += room[cell]
    people.listed, people.used[0] = listed, end


@part
def start_travelling(people: Any, who: Any) -> None:
    """Add people to those who are under way or ready to go."""
    n = people.ways[0]
    while n + who.size > people.way.size:
        people.way = longer(people.way)
    way = people.way
    for i in range(who.size):
        way[n + i] = who[i]
    people.ways[0] = n + who.size
