"""Itineraries of a member's people, as a table: places in order, people, days on each leg, people under attack."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onward.engine.state import Start
from onward.model.network import Network
from onward.typing import Floats, Ints

#: name of the table
ITINERARIES = "itineraries"


class Itineraries(NamedTuple):
    """What `onward.engine.itineraries.add_up_itineraries` gives."""

    tree: Ints
    sums: Floats


def itineraries_of(start: Start, attacks: Floats, log: NDArray[np.int32], last: NDArray[np.int32]) -> Itineraries:
    """Sum the stops of a member's people to itineraries.

    Parameters
    ----------
    start
        People on the first morning.
    attacks
        ``[t, p]``.
    log, last
        Stops, as `onward.engine.individuals.run_individuals` gives them.
    """
    from onward.engine.itineraries import add_up_itineraries

    places = attacks.shape[1]
    attacked = np.zeros((len(attacks) + 1, places), dtype=np.int64)
    np.cumsum(attacks > 0, axis=0, out=attacked[1:])
    return Itineraries(*add_up_itineraries(log, last, _begin(start), attacked, places))


def _begin(start: Start) -> NDArray[np.int32]:
    """Return where each person is on the first morning, in the order of `onward.engine.persons.settle`."""
    places = len(start.home)
    row = np.arange(places, dtype=np.int32)
    residents = np.repeat(row, (start.home + start.immobile).sum(axis=1).astype(np.int64))
    return np.concatenate([residents, np.repeat(row + np.int32(places), start.here.sum(axis=1).astype(np.int64))])


def itinerary_frame(found: Itineraries, network: Network, member: int) -> pl.DataFrame:
    """Return a member's itineraries: one row per stop, numbered from 0, which is where the journey began.

    Columns: member, itinerary (its number within the member), stop, place, from_home (False: displaced before the first
    day), people, days_on_way (of all of them, from leaving the stop before), days_there (until leaving it, or the end),
    attacked (those who were there on a day with an attack).
    """
    names = network.places.names
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
