"""Input and output of a member's kernel: named tuples of arrays.

Array letters: ``t`` day, ``p`` place, ``g`` group, ``r`` road (directed), ``s`` spell of days without change
(regime), ``n`` gate, ``l`` lane (a directed road through a gate).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from onward.typing import Floats, Ints

#: int64 for whole people (*cohorts*), float64 for real numbers (*expected*)
Counts = NDArray[np.int64] | NDArray[np.float64]

#: times displaced are counted up to this many; the last class is "this or more"
TIMES = 4


class World(NamedTuple):
    """Everything besides people that a member's days depend on: drawn once, never changed."""

    regime: Ints  # [t]
    head: Ints  # [r], roads sorted by tail
    tail: Ints  # [r]
    out: Ints  # [p + 1]
    quanta: Ints  # [r, mode]
    lane: Ints  # [r] lane or -1
    lane_road: Ints  # [l]
    lane_gate: Ints  # [l]
    cost: Floats  # [s, g, r]
    attraction: Floats  # [s, p, g]
    welcome: Floats  # [s, p, g] by what share the holder leaves waiting there acceptable
    hazard: Floats  # [t, p, g]
    safety: Floats  # [t, p, g] by what share danger leaves a place attractive
    allowed: Ints  # [t, n], -1 means all
    irregular: Floats  # [t, n] share of those who wait that crosses a day all the same
    onward: Floats  # [p]
    stage: Floats  # [p]
    capacity: Floats  # [p], -1 means no limit
    abroad: NDArray[np.bool_]  # [p]
    homeward: Floats  # [t, p, g] rate a day at which the displaced whose home it is set out for it
    observed: Ints  # [t, a] people newly displaced of an area that is given its totals
    observed_area: Ints  # [p], -1: modelled
    rank: Ints  # [p] in the order of names, in which legs are written down
    asked: int  # questions about who passed near ground that somebody holds; bit k answers question k
    near_place: Ints  # [t, p] bits, [t, 0] where nothing is asked
    near_road: Ints  # [t, r] bits
    unit: Ints  # [g] people of a household, who move together; 1: everybody moves alone
    largest: int  # of unit


class Rates(NamedTuple):
    """The numbers used by the rules; units as in the parameter table."""

    choice_places: int
    choice_floor: float
    choice_full_from: float
    choice_smallest_party: float
    choice_threat: float
    choice_danger: float
    choice_distance: float
    choice_near_km: float
    choice_nest: float
    choice_gate: float
    choice_wait: float
    choice_wait_cap_days: float
    gate_detour_km: float
    gate_giving_up: float
    share_foot: float
    crowding: float
    crowding_from: float
    contagion: float
    closing: float
    displaced_sensitivity: float
    out_rate: float
    travel_steps: int
    replans: int


class Start(NamedTuple):
    """People on the first morning, ``[p, g]``: who may leave, who cannot or will not, who is displaced.

    Each is a multiple of the group's ``unit``.
    """

    home: Counts
    immobile: Counts
    here: Counts


class Daily(NamedTuple):
    """What is counted each day.

    Stocks at its end, ``[t, p]``: ``home`` (those who cannot move included), ``here``, ``gate`` by near side,
    ``way`` by the place last passed, ``out``. Movements of the day, ``[t, p]``, by the place left (``arrived``:
    reached): ``left_home`` and ``fled_again`` are displacements, ``moved_on`` the ordinary onward moves.
    Gates, ``[t, n]``: ``waiting`` at the day's end and ``passed``. ``times[t, class]``: people away from home.
    """

    home: Counts
    here: Counts
    gate: Counts
    way: Counts
    out: Counts
    left_home: Counts
    fled_again: Counts
    moved_on: Counts
    arrived: Counts
    returned: Counts
    waiting: Counts
    passed: Counts
    times: Counts


class Flows(NamedTuple):
    """Legs between stops, one row for each that differs, sorted by day, then by names of places, then by times.

    ``key`` columns: day, origin, from, to, times. Origin -1: unknown. ``near[row, k]``: those of them to whom question
    ``k`` of the `World` applies; None where nothing is asked.
    """

    key: NDArray[np.int32]
    people: Counts
    near: Counts | None = None


class Result(NamedTuple):
    """The complete result of a member."""

    daily: Daily
    flows: Flows
    overdrawn: int  # first day on which more were observed to leave than residents are left, -1: none
    #: [origin, destination, 1 + k] who has left home: all, and those to whom question k applies; see `Raw`
    ended: Counts | None = None


class Raw(NamedTuple):
    """The kernel's result: like `Result`, with legs as recorded, each key packed into one number of ranks.

    ``ended``: people by origin (the last row: unknown) and by where they are in the end (the last column: under way),
    who is home again or off the map by where they left; without rows where nothing is asked.
    """

    daily: Daily
    legs: Ints
    people: Counts
    near: Counts
    ended: Counts
    overdrawn: int


def packed(places: int, day: Any, origin: Any, start: Any, end: Any, times: Any) -> Any:
    """Return one number for a leg between places by rank; it sorts like its parts, unknown origins (-1) first.

    >>> int(packed(40, day=3, origin=-1, start=7, end=0, times=2))
    985402
    """
    return (((day * (places + 1) + origin + 1) * places + start) * places + end) * (TIMES + 1) + times


def added_up(raw: Raw, rank: Ints) -> Result:
    """Sum legs with the same key, in the order of their keys; ``rank`` is the `World`'s."""
    days, places = raw.daily.home.shape
    small = packed(places, days, 0, 0, 0, 0) < np.iinfo(np.int32).max  # 32 bits divide eight times as quickly
    legs = raw.legs.astype(np.int32) if small else raw.legs
    asked, people, near = raw.near.shape[1] > 0, raw.people, raw.near
    if not (legs[1:] > legs[:-1]).all():  # legs without labels are in order already
        whole = people.dtype.kind == "i"
        order = np.argsort(legs, kind="quicksort" if whole else "stable")  # whole people add up in any order
        legs = legs[order]
        first = np.flatnonzero(np.diff(legs, prepend=legs.dtype.type(-1)))
        legs, people, near = legs[first], np.add.reduceat(people[order], first), np.add.reduceat(near[order], first)
    row = np.append(np.argsort(rank), -1).astype(np.int32)  # the last stands for an unknown origin
    key, rest = np.empty((5, len(legs)), np.int32), legs
    for column, size in ((4, TIMES + 1), (3, places), (2, places), (1, places + 1)):
        more = rest // legs.dtype.type(size)
        key[column] = rest - more * legs.dtype.type(size)  # numpy finds remainders much more slowly than quotients
        rest = more
    key[0] = rest
    key[1] -= 1
    for column in (1, 2, 3):
        key[column] = row[key[column]]
    flows = Flows(key.T, people, near if asked else None)
    return Result(raw.daily, flows, raw.overdrawn, raw.ended if asked else None)
