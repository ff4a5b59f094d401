"""Who of the people of *individuals* has passed near ground that somebody holds: bits of each person.

The rules are those of `onward.engine.passing`, with the answers kept person by person.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from onward.engine.jit import once, part
from onward.engine.persons import staying_cell, waiting_cell
from onward.engine.workspace import MODES, ROOM


def room_for_answers(places: int, asked: int) -> dict[str, Any]:
    """Return the fields for the answers to ``asked`` questions."""
    known = places + 1 if asked > 0 else 0
    return {
        "asked": asked,
        "flow_near": np.zeros((ROOM, asked), np.int64),
        "ended": np.zeros((known, known, 1 + asked), np.int64),
    }


@once
def mark_each_near(sim: Any, people: Any) -> None:
    """Mark who stays or waits this morning where ground near by has changed hands to an actor that is asked for."""
    if sim.asked == 0:
        return
    places, groups = sim.here.shape
    for p in range(places):
        new = _new_there(sim, p)
        if new:
            for g in range(groups):
                _mark(people, staying_cell(places, groups, p, g), new)
    for lane in range(sim.waiting.shape[0]):
        new = _new_there(sim, sim.tail[sim.lane_road[lane]])
        if new:
            for g in range(groups):
                for m in range(MODES):
                    _mark(people, waiting_cell(places, groups, lane, g, m), new)


@part
def _new_there(sim: Any, place: int) -> Any:
    now = sim.near_place[sim.today, place]
    return now & ~sim.near_place[sim.today - 1, place] if sim.today > 0 else now


@part
def _mark(people: Any, cell: int, bits: int) -> None:
    first, passed, listed = people.first[cell], people.passed, people.listed
    for n in range(first, first + people.count[cell]):
        passed[listed[n]] |= bits


@part
def near_today(sim: Any, road: int) -> Any:
    """Return the bits of a road today, or of a place given as ``-1 - place``."""
    if sim.asked == 0:
        return 0
    return sim.near_road[sim.today, road] if road >= 0 else sim.near_place[sim.today, -1 - road]


@part
def tally_each(sim: Any, people: Any, who: Any, place: int) -> None:
    """Add people to the tally of where all are in the end; ``place`` is one more than the last for those under way."""
    if sim.asked == 0:
        return
    ended, homes, passed, unknown = sim.ended, people.home, people.passed, sim.here.shape[0]
    unit, group = sim.unit, people.group
    for i in who:
        row = ended[homes[i] if homes[i] >= 0 else unknown, place]
        number = unit[group[i]]
        row[0] += number
        for k in range(sim.asked):
            row[1 + k] += (passed[i] >> k & 1) * number


@once
def tally_last_place_of_each(sim: Any, people: Any) -> None:
    """Add everybody who stays, waits or is under way on the last evening to the tally of where all are."""
    if sim.asked == 0:
        return
    places, groups = sim.here.shape
    for p in range(places):
        for g in range(groups):
            _tally_cell(sim, people, staying_cell(places, groups, p, g), p)
    for lane in range(sim.waiting.shape[0]):
        for g in range(groups):
            for m in range(MODES):
                cell = waiting_cell(places, groups, lane, g, m)
                _tally_cell(sim, people, cell, sim.tail[sim.lane_road[lane]])
    tally_each(sim, people, people.way[: people.ways[0]], places)


@part
def _tally_cell(sim: Any, people: Any, cell: int, place: int) -> None:
    first = people.first[cell]
    tally_each(sim, people, people.listed[first : first + people.count[cell]], place)
