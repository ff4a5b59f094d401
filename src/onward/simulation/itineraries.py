"""Itineraries of a member's people, as a table: places in order, people, days on each leg, people under attack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onward.disclosure import LEAST_COUNTED
from onward.engine.state import Start
from onward.typing import Floats, Ints

#: name of the table
ITINERARIES = "itineraries"


class Itineraries(NamedTuple):
    """What `onward.engine.itineraries.add_up_itineraries` gives."""

    tree: Ints
    sums: Floats
    #: ``[n, (row of the sums, day, people)]`` who reached a stop on a day; only of itineraries of 10 people or more
    reached: Ints


def itineraries_of(
    start: Start, unit: Ints, attacks: Floats, log: NDArray[np.int32], last: NDArray[np.int32]
) -> Itineraries:
    """Sum the stops of a member's people to itineraries.

    Parameters
    ----------
    start
        People on the first morning.
    unit
        ``[g]`` people of a household, 1 where each moves alone.
    attacks
        ``[t, p]``.
    log, last
        Stops, as `onward.engine.individuals.run_individuals` gives them.
    """
    return add_up(log, last, *_begin(start, unit), attacks)


def add_up(
    log: NDArray[np.int32], last: NDArray[np.int32], begin: NDArray[np.int32], each: NDArray[np.int32], attacks: Floats
) -> Itineraries:
    """Sum stops to itineraries.

    Parameters
    ----------
    log, last
        ``[entry, (entry before, place, day left, day reached)]``, and ``[person]`` their last entry, -1 none.
    begin
        ``[person]`` place where they were in the beginning; plus the number of places: displaced before the first day.
    each
        ``[person]`` people that the row stands for.
    attacks
        ``[t, p]``; above 0 where a place was under attack.
    """
    from onward.engine.itineraries import add_up_itineraries
    from onward.engine.persons import REACHED

    places = attacks.shape[1]
    attacked = np.zeros((len(attacks) + 1, places), dtype=np.int64)
    np.cumsum(attacks > 0, axis=0, out=attacked[1:])
    tree, sums, where = add_up_itineraries(log, last, begin, each, attacked, places)
    return Itineraries(tree, sums, _by_day(sums, where, log[:, REACHED], len(attacks)))


def _by_day(sums: Floats, where: NDArray[np.int32], day: NDArray[np.int32], days: int) -> Ints:
    """Return rows of the sums, days and the people who reached that stop on that day."""
    row, people = where.T
    shown = (row >= 0) & (sums[row, 2] >= LEAST_COUNTED)
    key, at = np.unique(row[shown].astype(np.int64) * days + day[shown], return_inverse=True)
    number = np.bincount(at, weights=people[shown], minlength=len(key)).astype(np.int64)
    return np.column_stack([key // days, key % days, number])


def _begin(start: Start, unit: Ints) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the place of each row of `onward.engine.persons.create_people` on the first morning, and its people."""
    places, groups = start.home.shape
    number = np.concatenate([(start.home + start.immobile) // unit, start.here // unit]).astype(np.int64).ravel()
    where = np.repeat(np.arange(2 * places, dtype=np.int32), groups)
    return np.repeat(where, number), np.repeat(np.tile(unit.astype(np.int32), 2 * places), number)


def itinerary_frame(found: Itineraries, names: Sequence[str], member: int) -> pl.DataFrame:
    """Return a member's itineraries: one row per stop, numbered from 0, which is where the journey began.

    Columns: member, itinerary (its number within the member), stop, place, from_home (False: displaced before the first
    day), people, days_on_way (of all of them, from leaving the stop before), days_there (until leaving it, or the end),
    attacked (those who were there on a day with an attack).
    """
    node, stop = found.sums[:, 0].astype(np.int64), found.sums[:, 1].astype(np.int64)
    place, parent, depth = found.tree.T
    at, back = node.copy(), depth[node] - stop
    while (back > 0).any():
        at = np.where(back > 0, parent[at], at)
        back -= 1
    root = node.copy()
    while (parent[root] >= 0).any():
        root = np.where(parent[root] >= 0, parent[root], root)
    kind = pl.Enum(sorted(names))
    numbers = {
        name: found.sums[:, column].astype(np.int64)
        for name, column in (("people", 2), ("days_on_way", 3), ("days_there", 4), ("attacked", 5))
    }
    return pl.DataFrame(
        {
            "member": np.full(len(node), member, dtype=np.int32),
            "itinerary": np.cumsum(stop == 0).astype(np.int32) - np.int32(1),
            "stop": stop.astype(np.int16),
            "place": pl.Series(names, dtype=kind).gather(place[at] % len(names)),
            "from_home": place[root] < len(names),
            **numbers,
        }
    )
