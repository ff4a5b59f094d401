"""Encirclement: the fright of being cut off, where a feared actor's gains part a place from the rest.

A front can frighten without coming nearer: when the road behind a town is severed, its people leave while they
still can. The measure is how much smaller the world has become that one can reach without passing a shut gate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from onward.model.gates import OPEN
from onward.model.network import Network
from onward.model.people import People

Floats = NDArray[np.float64]

#: days over which the loss is taken, as for the speed of a front
LOSS_DAYS = 7


def reachable_people(network: Network) -> Floats:
    """Return how many people live within reach of each place, ``[t, p]``, itself included.

    Within reach is what usable roads without a shut gate connect, in either direction.
    """
    places, roads = network.places, network.roads
    people = places.population + places.displaced_at_start + 1.0
    reach = np.empty((network.days, len(people)))
    for t in range(network.days):
        if t > 0 and network.regime[t] == network.regime[t - 1]:
            reach[t] = reach[t - 1]
            continue
        free = network.usable[t].copy()
        gated = roads.gate >= 0
        free[gated] &= network.gates.policy[t, roads.gate[gated]] == OPEN
        graph = csr_matrix((np.ones(int(free.sum())), (roads.tail[free], roads.head[free])), shape=(len(people),) * 2)
        _, part = connected_components(graph, directed=False)
        reach[t] = np.bincount(part, weights=people)[part]
    return reach


def encirclement(network: Network, people: People) -> Floats:
    """Return ``S[t, p, g] = weight max(0, ln(R(t - 7) / R(t)))``, 0 upwards.

    ``R`` is `reachable_people`; ``weight`` the greatest fear of an actor that took a place in those days. A
    world that has not shrunk for a week frightens nobody.
    """
    reach = reachable_people(network)
    before = np.concatenate([np.repeat(reach[:1], LOSS_DAYS, axis=0), reach])[: len(reach)]
    loss = np.maximum(0.0, np.log(before / reach))
    return np.asarray(loss[:, :, None] * _fear_of_gains(network, people)[:, None, :])


def _fear_of_gains(network: Network, people: People) -> Floats:
    """The greatest fear of an actor that took a place in the last days, ``[t, g]``."""
    gained = np.zeros((network.days, len(network.actors)), dtype=np.bool_)
    for t in range(1, network.days):
        changed = network.holder[t] != network.holder[t - 1]
        takers = network.holder[t][changed]
        gained[t : t + LOSS_DAYS, takers[takers >= 0]] = True
    return np.asarray(np.where(gained[:, None, :], people.fear, 0.0).max(axis=2, initial=0.0))
