"""The samplers inside the kernels against the laws they draw from. Seeds are fixed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray
from scipy import stats

from onward.engine.batches import BATCHES, ENTRIES, add_from_pool, open_batch, shuffle
from onward.engine.borrowed import end_struct
from onward.engine.draws import hypergeometric, sample, split
from onward.engine.state import TIMES
from onward.engine.workspace import fields_of, set_up
from properties.crises import make_crisis
from properties.runs import draw_member

Ints = NDArray[np.int64]

DRAWS = 60_000
#: a right sampler fails a test with this probability; a wrong one fails with next to none below it
LEVEL = 1e-4


@njit(cache=True)
def _many(rng: Any, n: int, marked: int, total: int, draws: int) -> Any:
    return np.array([hypergeometric(rng, n, marked, total) for _ in range(draws)])


@njit(cache=True)
def _many_samples(rng: Any, n: int, groups: Any, draws: int) -> Any:
    """Sample ``n`` people out of groups, group by group as the gates do; [draw, group]."""
    drawn = np.zeros((draws, groups.size), np.int64)
    for row in range(draws):
        left, total = n, groups.sum()
        for k in range(groups.size):
            drawn[row, k] = sample(rng, left, groups[k], total)
            left -= drawn[row, k]
            total -= groups[k]
    return drawn


@njit(cache=True)
def _many_splits(rng: Any, n: int, p: float, draws: int) -> Any:
    return np.array([split(rng, n, p, np.int64(1)) for _ in range(draws)])


@njit(cache=True)
def _labels(sim: Any, pool: Any, people: int, draws: int) -> Any:
    """Take people from a pool of labels; how many of each label, and the label that is first in order."""
    near, sums = np.zeros((pool.size, 0), np.int64), pool.reshape((-1, TIMES)).sum(axis=1)
    taken, leading = np.zeros((draws, pool.size), np.int64), np.zeros(draws, np.int64)
    for row in range(draws):
        sim.size[BATCHES] = sim.size[ENTRIES] = 0
        open_batch(sim, 0)
        add_from_pool(sim, pool.copy(), sums.copy(), near, people, pool.sum(), np.int64(1), np.bool_(False))
        shuffle(sim)
        leading[row] = sim.entry[0]
        for e in range(sim.size[ENTRIES]):
            taken[row, sim.entry[e]] += sim.entry_people[e]
    end_struct(sim)
    return taken, leading


def generator(seed: int = 5) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64DXSM(seed))


def fits(drawn: Ints, law: Any) -> float:
    """Return the p-value of a chi-square test of whole numbers against their law; rare values are pooled."""
    values = np.arange(drawn.min(), drawn.max() + 1)
    found, due = np.bincount(drawn - drawn.min()), law.pmf(values) * len(drawn)
    often = due >= 10
    found, due = (np.append(x[often], len(drawn) - x[often].sum()) for x in (found, due))
    kept = due > 1e-6 * len(drawn)
    due = due[kept] * found[kept].sum() / due[kept].sum()
    return float(stats.chisquare(found[kept], due).pvalue)


@pytest.mark.parametrize(
    ("n", "marked", "total"),
    [
        (1, 1, 2),
        (5, 3, 10),
        (12, 40, 100),  # the last urn
        (13, 40, 100),  # the first by rejection
        (40, 13, 100),
        (87, 40, 100),  # more than half drawn
        (40, 87, 100),  # more than half marked
        (87, 88, 100),
        (50, 50, 100),
        (500, 300, 100_000),
        (30_000, 40, 1_000_000),
        (700_000, 500_000, 1_000_000),
    ],
)
def test_hypergeometric_follows_its_law(n: int, marked: int, total: int) -> None:
    assert fits(_many(generator(), n, marked, total, DRAWS), stats.hypergeom(total, marked, n)) > LEVEL


def test_the_comparison_rejects_a_binomial() -> None:
    assert fits(generator().binomial(13, 0.4, DRAWS), stats.hypergeom(100, 40, 13)) < LEVEL


@pytest.mark.parametrize(
    ("n", "marked", "total", "due"),
    [(0, 5, 10, 0), (5, 0, 10, 0), (10, 4, 10, 4), (4, 10, 10, 4), (1, 1, 1, 1), (0, 0, 0, 0)],
)
def test_hypergeometric_knows_what_is_certain(n: int, marked: int, total: int, due: int) -> None:
    assert (_many(generator(), n, marked, total, 50) == due).all()


@pytest.mark.parametrize(("n", "marked", "total"), [(30, 60, 70), (19, 20, 25), (14, 14, 27)])
def test_hypergeometric_keeps_its_bounds(n: int, marked: int, total: int) -> None:
    drawn = _many(generator(), n, marked, total, DRAWS)
    assert drawn.min() >= max(0, n + marked - total)
    assert drawn.max() <= min(n, marked)


@pytest.mark.parametrize("scale", [10**6, 10**9, 10**11])
def test_hypergeometric_has_the_right_mean_and_variance_for_huge_numbers(scale: int) -> None:
    n, marked, total = 3 * scale, 2 * scale, 10 * scale
    drawn = _many(generator(), n, marked, total, DRAWS).astype(np.float64)
    mean = n * (marked / total)
    variance = mean * (1 - marked / total) * ((total - n) / (total - 1))  # scipy's own overflow
    assert abs(drawn.mean() - mean) < 4.5 * np.sqrt(variance / DRAWS)
    assert abs(drawn.var() / variance - 1) < 4.5 * np.sqrt(2 / DRAWS)


def test_samples_from_groups_add_up_and_each_follows_its_law() -> None:
    groups = np.array([40, 0, 700, 3, 25])
    drawn = _many_samples(generator(), 200, groups, DRAWS)
    assert (drawn.sum(axis=1) == 200).all()
    assert (drawn <= groups).all()
    for k in (0, 2, 3, 4):
        assert fits(drawn[:, k], stats.hypergeom(groups.sum(), groups[k], 200)) > LEVEL


@pytest.mark.parametrize(("n", "p"), [(1, 0.3), (4, 0.9), (7, 0.3), (30, 0.39), (1000, 0.01), (20_000, 0.6)])
def test_a_split_is_binomial(n: int, p: float) -> None:
    assert fits(_many_splits(generator(), n, p, DRAWS), stats.binom(n, p)) > LEVEL


@pytest.mark.parametrize(("n", "p", "due"), [(9, 0.0, 0), (9, 1.0, 9), (0, 0.5, 0), (9, -0.1, 0), (9, 1.2, 9)])
def test_a_split_knows_what_is_certain(n: int, p: float, due: int) -> None:
    assert (_many_splits(generator(), n, p, 50) == due).all()


def test_real_people_are_divided_by_their_mean() -> None:
    assert split(None, 8.0, 0.25, 1) == 2.0
    assert sample(None, 3.0, 4.0, 6.0) == 2.0
    assert sample(None, 3.0, 0.0, 0.0) == 0.0


def take_labels(counts: Sequence[int], people: int, draws: int) -> tuple[Ints, Ints]:
    """Take people from a pool with these counts of labels, many times."""
    places = [{"place": p, "country": "XAA", "kind": "town", "latitude": 1, "longitude": i} for i, p in enumerate("ab")]
    crisis = make_crisis(2, {"places": places, "routes": [{"place1": "a", "place2": "b", "distance_km": 200}]})
    drawn = draw_member(crisis, "cohorts")
    pool = np.zeros(3 * TIMES, dtype=np.int64)
    pool[: len(counts)] = counts
    rng = generator()
    sim = set_up(fields_of(drawn.world, drawn.rates, drawn.start, True, True), rng, rng, rng)
    taken, leading = _labels(sim, pool, people, draws)
    return taken[:, : len(counts)], leading


@pytest.mark.parametrize("people", [3, 24, 30])  # some positions of many; exactly half; label by label
def test_a_small_batch_of_labels_is_a_uniform_sample(people: int) -> None:
    counts = np.array([20, 5, 0, 23])
    taken, _ = take_labels(counts, people, 20_000)
    assert (taken.sum(axis=1) == people).all()
    for k in (0, 1, 3):
        assert fits(taken[:, k], stats.hypergeom(counts.sum(), counts[k], people)) > LEVEL
    apart = np.cov(taken[:, 0], taken[:, 3])[0, 1]
    due = stats.multivariate_hypergeom(counts, people).cov()[0, 3]
    assert abs(apart / due - 1) < 0.05


@pytest.mark.parametrize("people", [3, 30])
def test_a_batch_of_labels_is_in_random_order(people: int) -> None:
    counts = np.array([20, 5, 0, 23])
    _, leading = take_labels(counts, people, 20_000)
    found = np.bincount(leading, minlength=4)[[0, 1, 3]]
    assert stats.chisquare(found, 20_000 * counts[[0, 1, 3]] / counts.sum()).pvalue > LEVEL


def test_a_large_batch_of_labels_is_unbiased() -> None:
    counts = np.array([20_000, 7, 500])
    taken, _ = take_labels(counts, 4_000, 20_000)
    due = 4_000 * counts / counts.sum()
    assert (taken.sum(axis=1) == 4_000).all()
    assert (taken <= counts).all()
    assert np.allclose(taken.mean(axis=0), due, atol=4.5 * 0.5 / np.sqrt(20_000))
