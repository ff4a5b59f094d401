"""*individuals* draws what *cohorts* draws, by a test that finds planted faults; the full test is a validation page."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import energy_distance

from oracle.equivalence import CRISES, Stocks, compare, energy, gap, hotter, means, open_roads, sample, tight_gate

#: enough to find a hazard that is 2 % too high
RUNS = 60
PERMUTATIONS = 9_999


@pytest.fixture(scope="module")
def cohorts() -> dict[str, Stocks]:
    return {name: sample(build(), "cohorts", RUNS) for name, build in CRISES.items()}


def test_individuals_and_cohorts_cannot_be_told_apart(cohorts: dict[str, Stocks]) -> None:
    pairs = [(cohorts[name], sample(build(), "individuals", RUNS, first=1_000)) for name, build in CRISES.items()]
    for verdict in compare(pairs, permutations=PERMUTATIONS):
        assert verdict.same, verdict


def test_a_hazard_two_per_cent_too_high_is_found(cohorts: dict[str, Stocks]) -> None:
    found = sample(CRISES["closures"](), "individuals", RUNS, first=2_000, change=hotter)
    (verdict,) = compare([(cohorts["closures"], found)], permutations=PERMUTATIONS)
    assert verdict.p.min() < 0.01
    assert not verdict.same


def test_means_rounded_to_people_are_found(cohorts: dict[str, Stocks]) -> None:
    means = np.rint(sample(CRISES["full camps"](), "expected", 1))
    (verdict,) = compare([(cohorts["full camps"], np.repeat(means, RUNS, axis=0))], permutations=PERMUTATIONS)
    assert verdict.p.min() < 0.01


def test_the_energy_distance_is_that_of_scipy() -> None:
    rng = np.random.default_rng(2)
    one, two = rng.normal(size=20), rng.normal(0.5, 2.0, size=30)
    both = np.concatenate([one, two])
    found = energy(np.abs(both[:, None] - both), np.arange(20)[None])
    assert found[0] == pytest.approx(energy_distance(one, two) ** 2)


@pytest.mark.parametrize("engine", ["cohorts", "individuals"])
def test_expected_is_the_mean_where_nothing_feeds_back(engine: str) -> None:
    crisis = open_roads()
    found = gap(sample(crisis, engine, RUNS, first=3_000), means(crisis))
    assert found.z < 5.0
    assert abs(found.people) < 0.02 * found.of


def test_expected_is_not_the_mean_where_chance_makes_a_queue() -> None:
    crisis = tight_gate()
    found = gap(sample(crisis, "cohorts", 200), means(crisis))
    assert found.z > 7.0
