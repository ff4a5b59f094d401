"""Random draws that only Flee's rules need, for whole (int64) and real (float64) people."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

#: up to so many people are drawn one by one (quicker than a binomial), and up to so many a route choose theirs so
FEW, EACH = 12, 8


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

    The total over all levels of memory is drawn; the levels are a systematic sample with a random start: every level
    gives its share, rounded up or down, with the right mean. Nobody is below level ``low`` or at ``high``.
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
        spread(rng, people, taken, n, k, low, high)
        return k

    return mean if isinstance(people.dtype, types.Float) else counted


@njit(cache=True, nogil=True)
def spread(rng: Any, people: Any, taken: Any, n: Any, k: Any, low: int, high: int) -> None:
    """Move ``k`` of ``n`` people to ``taken``: a systematic sample over levels of memory with a random start."""
    if k == n or k == 0:
        for c in range(low, high):
            taken[c] = people[c] if k == n else 0
            people[c] -= taken[c]
        return
    share, before = k / n, np.int64(0)
    # a start in 1/2^20: so fine that it does not count, and so coarse that no sum below is rounded up
    start, first = int(rng.random() * 1048576.0) / 1048576.0, np.int64(0)
    for c in range(low, high):
        before += people[c]
        last = k if before == n else np.int64(before * share + start)
        taken[c] = last - first
        people[c] -= taken[c]
        first = last


def displaced(rng: Any, none: Any, mean: float, poisson: bool) -> Any:
    """Return people displaced by conflict: Poisson with ``mean``, or ``mean`` truncated to whole people as in Flee."""
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


def scaled(n: Any, factor: float) -> Any:
    """Return real people times a factor; whole people have already been drawn and are unchanged."""
    return n * factor if isinstance(n, float) else n


@overload(scaled)
def _scaled(n: Any, factor: float) -> Any:
    def product(n: Any, factor: float) -> Any:
        return n * factor

    def same(n: Any, factor: float) -> Any:
        return n

    return product if isinstance(n, types.Float) else same


def picked(movers: Any, chosen: Any) -> Any:
    """Return the array in which `pick` puts those who go: for real people, everyone who sets out."""
    return movers if movers.dtype.kind == "f" else chosen


@overload(picked)
def _picked(movers: Any, chosen: Any) -> Any:
    def same(movers: Any, chosen: Any) -> Any:
        return movers

    def other(movers: Any, chosen: Any) -> Any:
        return chosen

    return same if isinstance(movers.dtype, types.Float) else other


def pick(
    rng: Any, movers: Any, chosen: Any, left: Any, everybody: Any, share: float, rest: float, count: int,
    low: int, high: int,
) -> tuple[Any, float]:  # fmt: skip
    """Return how many take a route, and the factor by which ``chosen`` is to be scaled.

    Of whole people ``count`` go or, where it is negative, each of the ``left`` with probability ``rest``; they are
    moved from ``movers`` to ``chosen``. Of real people ``share`` of ``everybody`` goes; ``movers`` are unchanged, and
    ``chosen`` is the same array.
    """
    if isinstance(everybody, float):
        return everybody * share, share
    k = count if count >= 0 else some(rng, left, rest)
    spread(rng, movers, chosen, left, k, low, high)
    return k, 1.0


@overload(pick)
def _pick(
    rng: Any, movers: Any, chosen: Any, left: Any, everybody: Any, share: float, rest: float, count: int,
    low: int, high: int,
) -> Any:  # fmt: skip
    def mean(
        rng: Any, movers: Any, chosen: Any, left: Any, everybody: Any, share: float, rest: float, count: int,
        low: int, high: int,
    ) -> tuple[Any, float]:  # fmt: skip
        return everybody * share, share

    def counted(
        rng: Any, movers: Any, chosen: Any, left: Any, everybody: Any, share: float, rest: float, count: int,
        low: int, high: int,
    ) -> tuple[Any, float]:  # fmt: skip
        k = count if count >= 0 else some(rng, left, rest)
        spread(rng, movers, chosen, left, k, low, high)
        return k, 1.0

    return mean if isinstance(everybody, types.Float) else counted


@njit(cache=True, nogil=True)
def alias_table(weight: Any, total: float, first: int, last: int, cut: Any, other: Any) -> None:
    """Arrange the weights of ``first : last`` so that one of them is drawn in a single step (Walker 1977; in place).

    Cell ``i`` is drawn uniformly; it gives ``i`` with probability ``cut[i]`` and otherwise ``other[i]``.
    """
    for i in range(first, last):
        cut[i], other[i] = max(0.0, weight[i]) * (last - first) / total, i
    low, high = first, first
    while low < last and cut[low] >= 1.0:
        low += 1
    while high < last and cut[high] < 1.0:
        high += 1
    cell = low
    while low < last and high < last:
        other[cell] = high
        cut[high] -= 1.0 - cut[cell]
        cell = high
        if cut[high] < 1.0:
            while high < last and cut[high] < 1.0:
                high += 1
            if cell < low:
                continue
        low += 1
        while low < last and cut[low] >= 1.0:
            low += 1
        cell = low


def choose_each(rng: Any, people: Any, first: int, last: int, cut: Any, other: Any, count: Any) -> bool:
    """Let few whole people each choose one of the routes ``first : last`` and count them; return False otherwise.

    Up to `EACH` people per route this is faster than a binomial draw per route.
    """
    if isinstance(people, float) or people > EACH * (last - first):
        return False
    count[first:last] = 0
    for _ in range(people):
        x = rng.random() * (last - first)
        i = first + int(x)
        count[i if x - int(x) < cut[i] else other[i]] += 1
    return True


@overload(choose_each)
def _choose_each(rng: Any, people: Any, first: int, last: int, cut: Any, other: Any, count: Any) -> Any:
    def no(rng: Any, people: Any, first: int, last: int, cut: Any, other: Any, count: Any) -> bool:
        return False

    def few(rng: Any, people: Any, first: int, last: int, cut: Any, other: Any, count: Any) -> bool:
        ways = last - first
        if people > EACH * ways:
            return False
        for i in range(first, last):
            count[i] = 0
        for _ in range(people):
            x = rng.random() * ways
            k = int(x)
            i = first + k
            count[i if x - k < cut[i] else other[i]] += 1
        return True

    return no if isinstance(people, types.Float) else few


def on_foot(
    rng: Any, chosen: Any, walking: Any, going: Any, chance: float, low: int, high: int
) -> tuple[Any, float, float]:
    """Return how many of ``going`` walk, and the factors by which to scale who walks and who drives.

    Whole people who walk are moved to ``walking``; of real people ``chosen`` stay as they are and are copied there.
    """
    if isinstance(going, float):
        walking[low:high] = chosen[low:high]
        return going * chance, chance, 1.0 - chance
    return take(rng, chosen, walking, chance, low, high), 1.0, 1.0


@overload(on_foot)
def _on_foot(rng: Any, chosen: Any, walking: Any, going: Any, chance: float, low: int, high: int) -> Any:
    def mean(
        rng: Any, chosen: Any, walking: Any, going: Any, chance: float, low: int, high: int
    ) -> tuple[Any, float, float]:
        for c in range(low, high):
            walking[c] = chosen[c]
        return going * chance, chance, 1.0 - chance

    def counted(
        rng: Any, chosen: Any, walking: Any, going: Any, chance: float, low: int, high: int
    ) -> tuple[Any, float, float]:
        return take(rng, chosen, walking, chance, low, high), 1.0, 1.0

    return mean if isinstance(going, types.Float) else counted


def remember(
    rng: Any, table: Any, i: int, base: float, people: Any, factor: float, levels: int, low: int, high: int
) -> None:
    """Add people to row ``i`` of ``table`` at the level of memory after a day: half their own plus ``base``.

    Between two levels people are rounded up or down at random so that the mean is kept; a row has one extra level for
    the sum. Nobody is below level ``low``, or at ``high`` or above. Real people are scaled by ``factor``.
    """
    for c in range(low, high):
        at = 0.5 * c + base
        n = scaled(people[c], factor)
        up = nearly(rng, n, at - int(at)) if levels > 1 else 0
        table[i, int(at) + 1] += up
        table[i, int(at)] += n - up


@overload(remember)
def _remember(
    rng: Any, table: Any, i: int, base: float, people: Any, factor: float, levels: int, low: int, high: int
) -> Any:
    def mean(
        rng: Any, table: Any, i: int, base: float, people: Any, factor: float, levels: int, low: int, high: int
    ) -> None:
        if levels == 1:
            table[i, 0] += people[0] * factor
            return
        for odd in range(2):
            at = base + 0.5 * odd
            k, last = int(at), (levels + 1 - odd) // 2
            up = (at - k) * factor
            stay = factor - up
            table[i, k] += stay * people[odd]
            for j in range(1, last):
                table[i, k + j] += stay * people[2 * j + odd] + up * people[2 * j - 2 + odd]
            table[i, k + last] += up * people[2 * last - 2 + odd]

    def drawn(
        rng: Any, table: Any, i: int, base: float, people: Any, factor: float, levels: int, low: int, high: int
    ) -> None:
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
    """Return the first occupied level of memory of row ``i`` and the one after the last; real people: all levels."""
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
