"""Simple rules for the share of each destination: baselines that a mechanism must beat before any count is known.

All of them take the places attacked so far as origins, weighted by their residents, and road distances with every road
open. Origins without a road to any destination are given the distribution of the others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from onward.model.build import Model
from onward.typing import Bools, Floats

#: least distance, km, and residents assumed for a place without any (own choices)
LEAST_KM, LEAST_PEOPLE = 1.0, 1000.0


def share_error(shares: Floats, truth: Floats) -> float:
    """Return half the sum of absolute differences of two sets of shares: 0 (identical) to 1 (disjoint).

    Both are scaled to a sum of 1; where either has nobody the error is 1.

    Examples
    --------
    >>> share_error(np.array([1.0, 1.0]), np.array([30.0, 10.0]))
    0.25
    """
    if shares.sum() <= 0 or truth.sum() <= 0:
        return 1.0
    return float(0.5 * np.abs(shares / shares.sum() - truth / truth.sum()).sum())


def simple_shares(model: Model, destinations: Sequence[Bools], last: int) -> dict[str, Floats]:
    """Return each rule's share for every destination, shape (destinations,), with a sum of 1.

    Parameters
    ----------
    model
        The compiled crisis.
    destinations
        A mask over places for each destination.
    last
        The last day of which attacks are known.

    Returns
    -------
    dict
        ``equal``; ``inverse_distance``, 1 / km from each origin; ``gravity``, (1,000 + residents) / km^2; ``nearest``,
        everybody to the destination at the least distance.
    """
    origin = origin_weights(model, last)
    km = np.maximum(LEAST_KM, road_km(model, destinations))
    reached = np.isfinite(km).any(axis=1) & (origin > 0)
    weight, km = origin[reached], km[reached]
    mass = np.array([model.network.places.population[mask].sum() for mask in destinations])
    equal = np.ones(len(destinations))
    if not len(km):
        km, weight = np.ones((1, len(destinations))), np.ones(1)
    closest = np.zeros_like(km)
    closest[np.arange(len(km)), km.argmin(axis=1)] = 1.0
    rules = {"inverse_distance": 1.0 / km, "gravity": (LEAST_PEOPLE + mass) / km**2, "nearest": closest}
    return {"equal": equal / equal.sum(), **{name: _mixed(weight, pull) for name, pull in rules.items()}}


def _mixed(weight: Floats, pull: Floats) -> Floats:
    shares = pull / pull.sum(axis=1, keepdims=True)
    return np.asarray(weight @ shares / weight.sum())


def origin_weights(model: Model, last: int) -> Floats:
    """Return the residents of each place attacked up to day ``last``, else 0, shape (places,).

    An attack on a point counts for the nearest place. Where nobody lives in attacked places, all residents count.
    """
    attacks = model.attacks
    spots = np.unique(attacks.spot[attacks.day <= attacks.history + last])
    nearest = attacks.spot_km.argmin(axis=0)
    weight = np.zeros(len(model.network.places.names))
    weight[nearest[spots]] = model.network.places.population[nearest[spots]]
    return weight if weight.sum() > 0 else model.network.places.population


def road_km(model: Model, destinations: Sequence[Bools]) -> Floats:
    """Return road distances ``[place, destination]`` to the nearest place of each destination; inf without a road."""
    roads, n = model.network.roads, len(model.network.places.names)
    order = np.lexsort((roads.km, roads.head, roads.tail))
    tail, head, km = roads.tail[order], roads.head[order], roads.km[order]
    first = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])]
    back = csr_matrix((km[first], (head[first], tail[first])), shape=(n, n))
    found = [dijkstra(back, indices=np.flatnonzero(mask), min_only=True) for mask in destinations]
    return np.stack(found, axis=1)
