"""Random draws that only Flee's rules need, for whole (int64) and real (float64) people."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

#: up to this many people are drawn one by one, which is quicker than a binomial
FEW = 12


def some(rng: Any, n: Any, p: Any) -> Any:
    """Return how many of ``n`` people do what each does with probability ``p``: as `split`, quicker for few."""
    if isinstance(n, float):
        return n * p
    return int(rng.binomial(n, p))


@overload(some)
def _some(rng: Any, n: Any, p: Any) -> Any:
    def mean(rng: Any, n: Any, p: Any) -> Any:
        return n * p

    def counted(rng: Any, n: Any, p: Any) -> Any:
        if n <= 0 or p <= 0.0:
            return np.int64(0)
        if p >= 1.0:
            return np.int64(n)
        if n > FEW:
            return np.int64(rng.binomial(n, p))
        found = 0
        for _ in range(n):
            if rng.random() < p:
                found += 1
        return np.int64(found)

    return mean if isinstance(n, types.Float) else counted


def nearly(rng: Any, n: Any, share: float) -> Any:
    """Return ``n * share`` in whole people, up or down at random so that the mean is right, with one draw."""
    if isinstance(n, float):
        return n * share
    exact = n * share
    return int(exact) + int(rng.random() < exact - int(exact))


@overload(nearly)
def _nearly(rng: Any, n: Any, share: float) -> Any:
    def mean(rng: Any, n: Any, share: float) -> Any:
        return n * share

    def counted(rng: Any, n: Any, share: float) -> Any:
        exact = n * share
        below = np.int64(exact)
        return below + 1 if rng.random() < exact - below else below

    return mean if isinstance(n, types.Float) else counted


def take(rng: Any, people: Any, taken: Any, chance: float, low: int, high: int) -> Any:
    """Move people, each with probability ``chance``, from ``people`` to ``taken``; return how many.

    How many of all levels of memory go is drawn; which levels they are of is a systematic sample with a random start:
    every level gives its share, up or down by one, with the right mean. Nobody is below level ``low`` or at ``high``.
    """
    n = people[low:high].sum()
    k = some(rng, n, chance)
    before, u = people[:0].sum(), rng.random()
    for c in range(low, high):
        after = before + people[c]
        share = k / n if n > 0 else 0.0
        real = isinstance(n, float)
        taken[c] = people[c] * chance if real else int(after * share + u) - int(before * share + u)
        people[c] -= taken[c]
        before = after
    return k


@overload(take)
def _take(rng: Any, people: Any, taken: Any, chance: float, low: int, high: int) -> Any:
    def mean(rng: Any, people: Any, taken: Any, chance: float, low: int, high: int) -> Any:
        k = 0.0
        for c in range(low, high):
            taken[c] = people[c] * chance
            people[c] -= taken[c]
            k += taken[c]
        return k

    def counted(rng: Any, people: Any, taken: Any, chance: float, low: int, high: int) -> Any:
        n = np.int64(0)
        for c in range(low, high):
            n += people[c]
        k = some(rng, n, chance)
        if k == n or k == 0:
            for c in range(low, high):
                taken[c] = people[c] if k == n else 0
                people[c] -= taken[c]
            return k
        share, before = k / n, np.int64(0)
        # a start in 1/2^20: so fine that it does not count, and so coarse that no sum below is rounded up
        x = int(rng.random() * 1048576.0) / 1048576.0
        first, start = np.int64(0), x
        for c in range(low, high):
            before += people[c]
            last = k if before == n else np.int64(before * share + start)
            taken[c] = last - first
            people[c] -= taken[c]
            first = last
        return k

    return mean if isinstance(people.dtype, types.Float) else counted


def portion(n: Any, b: int, count: int, cell: int) -> Any:
    """Return how many of ``n`` are in batch ``b`` of ``count``; those of a cell add up to ``n``."""
    if isinstance(n, float):
        return n / count
    return (n * (b + 1) + cell % count) // count - (n * b + cell % count) // count


@overload(portion)
def _portion(n: Any, b: int, count: int, cell: int) -> Any:
    def even(n: Any, b: int, count: int, cell: int) -> Any:
        return n / count

    def whole(n: Any, b: int, count: int, cell: int) -> Any:
        return (n * (b + 1) + cell % count) // count - (n * b + cell % count) // count

    return even if isinstance(n, types.Float) else whole


def displaced(rng: Any, none: Any, mean: float, poisson: bool) -> Any:
    """Return people displaced by conflict: Poisson about ``mean``, or ``mean`` cut to whole people as Flee does."""
    if isinstance(none, float):
        return none + (mean if poisson else float(int(mean)))
    return none + (int(rng.poisson(mean)) if poisson else int(mean))


@overload(displaced)
def _displaced(rng: Any, none: Any, mean: float, poisson: bool) -> Any:
    def average(rng: Any, none: Any, mean: float, poisson: bool) -> Any:
        return none + (mean if poisson else np.floor(mean))

    def drawn(rng: Any, none: Any, mean: float, poisson: bool) -> Any:
        return none + (np.int64(rng.poisson(mean)) if poisson else np.int64(mean))

    return average if isinstance(none, types.Float) else drawn


def remember(rng: Any, table: Any, i: int, base: float, people: Any, levels: int, low: int, high: int) -> None:
    """Add people to row ``i`` of ``table`` at the level of memory that a day leaves them: half their own plus ``base``.

    Between two levels as many go up as keeps the mean; a row has one level more than there are, for the sum. Nobody is
    below level ``low``, or at ``high`` or above.
    """
    for c in range(low, high):
        at = 0.5 * c + base
        up = nearly(rng, people[c], at - int(at)) if levels > 1 else 0
        table[i, int(at) + 1] += up
        table[i, int(at)] += people[c] - up


@overload(remember)
def _remember(rng: Any, table: Any, i: int, base: float, people: Any, levels: int, low: int, high: int) -> Any:
    def mean(rng: Any, table: Any, i: int, base: float, people: Any, levels: int, low: int, high: int) -> None:
        if levels == 1:
            table[i, 0] += people[0]
            return
        for odd in range(2):
            at = base + 0.5 * odd
            k = int(at)
            up = at - k
            for j in range(max(0, (low + 1 - odd) // 2), (high + 1 - odd) // 2):
                n = people[2 * j + odd]
                table[i, k + j] += n * (1.0 - up)
                table[i, k + j + 1] += n * up

    def drawn(rng: Any, table: Any, i: int, base: float, people: Any, levels: int, low: int, high: int) -> None:
        if levels == 1:
            table[i, 0] += people[0]
            return
        for c in range(low, high):
            n = people[c]
            if n > 0:
                at = 0.5 * c + base
                k = int(at)
                up = nearly(rng, n, at - k)
                table[i, k + 1] += up
                table[i, k] += n - up

    return mean if isinstance(people.dtype, types.Float) else drawn


def span(table: Any, i: int, levels: int) -> tuple[int, int]:
    """Return the first level of memory of row ``i`` with anybody, and the one after the last; real numbers: all."""
    there = [c for c in range(levels) if table[i, c] > 0]
    return (there[0], there[-1] + 1) if there else (0, 0)


@overload(span)
def _span(table: Any, i: int, levels: int) -> Any:
    def whole(table: Any, i: int, levels: int) -> tuple[int, int]:
        return 0, levels

    def narrow(table: Any, i: int, levels: int) -> tuple[int, int]:
        low, high = 0, levels
        while low < high and table[i, low] <= 0:
            low += 1
        while high > low and table[i, high - 1] <= 0:
            high -= 1
        return low, high

    return whole if isinstance(table.dtype, types.Float) else narrow
