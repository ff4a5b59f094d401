"""Households that move together: how many there are of each size, and people divided into them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, softmax

from onward.crisis.households import Households
from onward.typing import Floats, Ints


@dataclass(frozen=True)
class HouseholdSizes:
    """Sizes of households in rising order, the first is 1, and the share of all households that each is."""

    people: Ints
    share: Floats

    @property
    def mean(self) -> float:
        """Return the people of a household on average."""
        return float(self.people @ self.share)

    @property
    def spread(self) -> float:
        """Return E[s^2] / E[s]: by how much the variance of drawn numbers of people exceeds that of single people."""
        return float(self.people**2 @ self.share) / self.mean


def household_sizes(stated: Households) -> HouseholdSizes:
    """Return the sizes that a crisis states: its shares, or 1 + a Poisson number cut off at the largest size.

    The Poisson number's rate is such that the mean after cutting off is the stated one.

    Examples
    --------
    >>> sizes = household_sizes(Households(mean=5.0))
    >>> len(sizes.people), round(sizes.mean, 6), round(sizes.spread, 2)
    (10, 5.0, 5.74)
    """
    return _with_singles(stated.sizes() if stated.shares else _cut_poisson(stated.mean or 1.0, stated.largest))


def _cut_poisson(mean: float, largest: int | None) -> dict[int, float]:
    if mean == 1.0:
        return {1: 1.0}
    from scipy.optimize import brentq

    size = np.arange(1, (math.ceil(2.0 * mean) if largest is None else largest) + 1)

    def shares(log_rate: float) -> Floats:
        return np.asarray(softmax((size - 1) * log_rate - gammaln(size)))

    rate = brentq(lambda log_rate: float(shares(log_rate) @ size) - mean, -50.0, 50.0, xtol=1e-12)
    return dict(zip(size.tolist(), shares(rate).tolist(), strict=True))


def _with_singles(shares: Mapping[int, float]) -> HouseholdSizes:
    """Return the sizes with people who are alone, who are needed where a remainder is smaller than any household."""
    found = {1: 0.0, **{size: share for size, share in shares.items() if share > 0.0 or size == 1}}
    people, share = np.array(sorted(found), dtype=np.int64), np.array([found[size] for size in sorted(found)])
    return HouseholdSizes(people, share / share.sum())


def in_households(people: Ints, sizes: HouseholdSizes) -> Ints:
    """Divide whole people into households, so that each cell keeps its number.

    Parameters
    ----------
    people
        ``[p, g]``.
    sizes
        The sizes and their shares.

    Returns
    -------
    numpy.ndarray
        ``[p, g, size]``, people: a multiple of each size. Households are as near to their shares as whole ones can be;
        a remainder is the largest households that it holds.

    Examples
    --------
    >>> in_households(np.array([[103]]), household_sizes(Households(shares={"4": 0.5, "6": 0.5}))).tolist()
    [[[3, 40, 60]]]
    """
    due = people[..., None] * (sizes.share / sizes.mean)
    number = np.floor(due).astype(np.int64)
    left = people - number @ sizes.people
    order = np.argsort(number - due, axis=-1, kind="stable")
    for k in range(len(sizes.people)):
        kind = order[..., k]
        more = (sizes.people[kind] <= left) & (sizes.share[kind] > 0.0)
        np.put_along_axis(
            number, kind[..., None], np.take_along_axis(number, kind[..., None], -1) + more[..., None], -1
        )
        left = left - more * sizes.people[kind]
    for k in range(len(sizes.people) - 1, -1, -1):
        number[..., k] += left // sizes.people[k]
        left = left % sizes.people[k]
    return np.ascontiguousarray(number * sizes.people)
