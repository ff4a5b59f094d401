"""Encirclement: fear of being cut off, where a feared actor's gains separate a place from the rest.

A front can frighten without coming nearer: when the road behind a town is cut, its people leave while they still can.
The measure is the relative decrease of the population that can be reached without passing a closed gate.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from onward.model.gates import OPEN
from onward.model.network import Network
from onward.model.parameters import Values
from onward.model.people import People
from onward.typing import Floats


def reachable_people(network: Network) -> Floats:
    """Return how many people live in places that can be reached from each place, ``[t, p]``, itself included.

    Within reach is what usable roads without a shut gate connect, in either direction, and without crossing a line.
    """
    places, roads = network.places, network.roads
    people = places.population + places.displaced_at_start + 1.0
    reach = np.empty((network.days, len(people)))
    for t in range(network.days):
        if t > 0 and network.regime[t] == network.regime[t - 1]:
            reach[t] = reach[t - 1]
            continue
        free = network.usable[t] & ~network.across[t]
        gated = roads.gate >= 0
        free[gated] &= network.gates.policy[t, roads.gate[gated]] == OPEN
        graph = csr_matrix((np.ones(int(free.sum())), (roads.tail[free], roads.head[free])), shape=(len(people),) * 2)
        _, part = connected_components(graph, directed=False)
        reach[t] = np.bincount(part, weights=people)[part]
    return reach


def shrinking(network: Network) -> Floats:
    """Return the daily decrease of the reachable population, ``ln(R(t - 1) / R(t))``, ``[t, p]``; negative if it grows.

    ``R`` is `reachable_people`; the first day's value is 0. Abroad it is never positive, because a refuge at the map's
    edge is connected to places that the map does not show.
    """
    reach = np.log(reachable_people(network))
    return np.where(network.places.abroad, 0.0, -np.diff(reach, axis=0, prepend=reach[:1]))


def fear_of_gains(network: Network, people: People, values: Values) -> Floats:
    """Return the greatest fear of any actor that recently took a place, ``[t, g]``.

    Recently means within ``encirclement_window_days``.
    """
    window = int(values["encirclement_window_days"])
    gained = np.zeros((network.days, len(network.actors)), dtype=np.bool_)
    changed = network.holder[1:] != network.holder[:-1]
    for t in np.flatnonzero(changed.any(axis=1)) + 1:
        takers = network.holder[t][changed[t - 1]]
        gained[t : t + window, takers[takers >= 0]] = True
    return np.asarray(np.where(gained[:, None, :], people.fear, 0.0).max(axis=2, initial=0.0))


def encirclement(steps: Floats, fear: Floats, values: Values) -> Floats:
    """Return ``S[t, p, g] = max(0, 2^(-1 / half-life) S(t - 1) + step)``, the fear of being cut off.

    A decrease in the reachable population by a feared actor's gains adds ``weight ln(R(t - 1) / R(t))`` on that day.
    The fear decays with the half-life of a takeover; an increase in the reachable population reduces it again.

    Parameters
    ----------
    steps, fear
        From `shrinking` and `fear_of_gains`.
    values
        ``takeover_half_life_days``.
    """
    kept = 2.0 ** (-1.0 / values["takeover_half_life_days"])
    felt = np.where(steps[:, :, None] > 0, steps[:, :, None] * fear[:, None, :], steps[:, :, None])
    fright = np.zeros_like(felt)
    rises = felt > 0
    frightened, first = rises.any(axis=0), max(1, int(rises.any(axis=(1, 2)).argmax()))  # before and elsewhere it is 0
    some = felt[:, frightened]
    some[:first] = 0.0
    for t in range(first, len(some)):
        np.maximum(0.0, kept * some[t - 1] + some[t], out=some[t])
    fright[:, frightened] = some
    return fright
