"""Random draws inside kernels: whole people are drawn, real numbers take the mean.

Every rule of the day is written once. Where people are whole (int64) it draws; where they are real numbers
(float64, the *expected* engine) it takes the mean. Numba picks the branch by type when it compiles.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

from onward.engine.jit import COUNTLESS, lean

#: below this many draws a hypergeometric is drawn person by person
URN = 12
#: a binomial of at most this mean, of at most so many, is drawn by inversion
FEW, MANY = 12.0, 1 << 16
#: probability below which inversion ends: rounding leaves some of 1 that no number of successes takes up
NOTHING = 1e-18


def are_whole(n: Any) -> bool:
    """Return whether people are whole numbers (not the real numbers of *expected*)."""
    return not isinstance(n, float)


@overload(are_whole)
def _are_whole(n: Any) -> Any:
    def no(n: Any) -> bool:
        return False

    def yes(n: Any) -> bool:
        return True

    return no if isinstance(n, types.Float) else yes


def split(rng: Any, n: Any, p: Any, unit: int) -> Any:
    """Return how many of ``n`` people do what each household of ``unit`` people does with probability ``p``.

    Whole people: ``unit`` times a binomial of the whole households among them. Real numbers: ``n p``.
    """
    if isinstance(n, float):
        return n * min(max(p, 0.0), 1.0)
    return rng.binomial(n // unit, min(max(p, 0.0), 1.0)) * unit


@overload(split, jit_options=COUNTLESS)
def _split(rng: Any, n: Any, p: Any, unit: int) -> Any:
    def mean(rng: Any, n: Any, p: Any, unit: int) -> Any:
        return n * min(max(p, 0.0), 1.0)

    def drawn(rng: Any, n: Any, p: Any, unit: int) -> Any:
        households = n if unit == 1 else n // unit
        if households <= 0 or p <= 0.0:
            return np.int64(0)
        if p >= 1.0:
            return np.int64(households * unit)
        if households == 1:
            return np.int64(unit if rng.random() < p else 0)
        return np.int64(binomial(rng, households, p) * unit)

    return mean if isinstance(n, types.Float) else drawn


@lean
def binomial(rng: Any, n: int, p: float) -> int:
    """Draw how many of ``n`` happen that have the probability ``p``, between 0 and 1.

    Small numbers, which are most, by inversion (Devroye 1986, X.4.3), starting from a power found without logarithms;
    the others by Numba's version of NumPy's binomial.
    """
    if n == 1:
        return 1 if rng.random() < p else 0
    rare = min(p, 1.0 - p)
    mean = rare * n
    if mean > FEW or n > MANY:
        return int(rng.binomial(n, p))
    left = rng.random()
    if left < 1.0 - mean:  # below the probability of none, which need not be found
        return 0 if rare == p else n
    odds, chance, factor, bits = rare / (1.0 - rare), 1.0, 1.0 - rare, n
    while bits > 0:
        if bits & 1:
            chance *= factor
        factor *= factor
        bits >>= 1
    k = 0
    while left >= chance > NOTHING and k < n:
        left -= chance
        k += 1
        chance *= odds * (n - k + 1) / k
    return k if rare == p else n - k


def sample(rng: Any, n: Any, marked: Any, total: Any) -> Any:
    """Return how many of ``marked`` among ``total`` are in a uniform sample of ``n``: hypergeometric, or mean."""
    if isinstance(n, float):
        return n * marked / total if total > 0 else 0.0
    return hypergeometric.py_func(rng, n, marked, total)


@overload(sample)
def _sample(rng: Any, n: Any, marked: Any, total: Any) -> Any:
    def mean(rng: Any, n: Any, marked: Any, total: Any) -> Any:
        return n * marked / total if total > 0 else 0.0

    def drawn(rng: Any, n: Any, marked: Any, total: Any) -> Any:
        return hypergeometric(rng, n, marked, total)

    return mean if isinstance(n, types.Float) else drawn


def fair_share(u: float, n: Any, marked: Any, total: Any) -> Any:
    """Return how many of ``marked`` among ``total`` go with ``n``: in proportion, rounded up with the odds of the rest.

    ``u`` is uniform from 0 to 1, or not used. Person by person (``n`` of 1) it is a sample without replacement; of more
    it has the right mean and less noise than one. With the same ``u`` it grows with ``marked``.

    >>> [fair_share(u, 5, 10, 20) for u in (0.4, 0.6)], fair_share(0.5, 5.0, 10.0, 20.0)
    ([3, 2], 2.5)
    """
    if isinstance(n, float):
        return n * min(1.0, marked / total) if total > 0 else 0.0
    least = n * marked // total if total > 0 else 0
    return least + 1 if u * total < n * marked - least * total else least


@overload(fair_share)
def _fair_share(u: float, n: Any, marked: Any, total: Any) -> Any:
    def mean(u: float, n: Any, marked: Any, total: Any) -> Any:
        return n * min(1.0, marked / total) if total > 0.0 else 0.0

    def drawn(u: float, n: Any, marked: Any, total: Any) -> Any:
        least = n * marked // total if total > 0 else np.int64(0)
        return least + 1 if u * total < n * marked - least * total else least

    return mean if isinstance(n, types.Float) else drawn


@njit(cache=True, nogil=True)
def hypergeometric(rng: Any, n: int, marked: int, total: int) -> int:
    """Draw how many marked people a uniform sample of ``n`` out of ``total`` contains.

    By symmetry the smaller of sample and rest, and of marked and unmarked, is drawn; small numbers from an urn, large
    ones by ratio-of-uniforms rejection (Stadlober 1990, algorithm HRUA*).
    """
    if n <= 0 or marked <= 0:
        return 0
    if n >= total:
        return marked
    if marked >= total:
        return n
    few_n = min(n, total - n)
    few_marked = min(marked, total - marked)
    small, large = min(few_n, few_marked), max(few_n, few_marked)  # the law is symmetric in the two
    drawn = _urn(rng, small, large, total) if small <= URN else _ratio_of_uniforms(rng, small, large, total)
    if few_marked != marked:
        drawn = few_n - drawn
    if few_n != n:
        drawn = marked - drawn
    return drawn


@njit(cache=True, nogil=True)
def _urn(rng: Any, n: int, marked: int, total: int) -> int:
    left = marked
    for i in range(n):
        if rng.random() * (total - i) < left:
            left -= 1
    return marked - left


@njit(cache=True, nogil=True)
def _ratio_of_uniforms(rng: Any, n: int, marked: int, total: int) -> int:
    share = marked / total
    mean = n * share
    deviation = math.sqrt((total - n) * mean * (1.0 - share) / (total - 1) + 0.5)
    width = 1.7155277699214135 * deviation + 0.8989161620588988  # 2 sqrt(2/e) and 3 - 2 sqrt(3/e)
    mode = int((n + 1.0) * (marked + 1.0) / (total + 2.0))
    peak = _log_ways(mode, n, marked, total)
    end = min(min(n, marked) + 1.0, math.floor(mean + 0.5 + 16.0 * deviation))
    while True:
        u = rng.random()
        x = mean + 0.5 + width * (rng.random() - 0.5) / u if u > 0.0 else -1.0
        if x < 0.0 or x >= end:
            continue
        k = int(x)
        fit = peak - _log_ways(k, n, marked, total)
        if u * (4.0 - u) - 3.0 <= fit:
            return k
        if u * (u - fit) >= 1.0:
            continue
        if 2.0 * math.log(u) <= fit:
            return k


@njit(cache=True, nogil=True)
def _log_ways(k: int, n: int, marked: int, total: int) -> float:
    return (
        math.lgamma(k + 1.0)
        + math.lgamma(marked - k + 1.0)
        + math.lgamma(n - k + 1.0)
        + math.lgamma(total - marked - n + k + 1.0)
    )
