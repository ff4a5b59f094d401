"""The self-exciting model of attacks against closed forms and its own simulations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import gammaln
from scipy.stats import poisson

from onward.errors import ParameterError
from onward.inference.conflict_ahead import (
    FIRST_DAYS,
    MOST_BRANCHING,
    RECENT_DAYS,
    Hawkes,
    _loss,
    excitation,
    expected_events,
    fit_hawkes,
    log_likelihood,
    recent_rate,
    simulate_events,
    site_shares,
    spread_kernel,
)
from onward.typing import Floats

#: five sites on a line, 10 km a step
LINE = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0))) * 10.0


def model(branching: float, memory: float, spread: float, total: float = 5.0) -> Hawkes:
    background = total * np.array([0.4, 0.3, 0.1, 0.1, 0.1])
    return Hawkes(background, branching, memory, spread, spread_kernel(LINE, spread), 0.0)


def history(truth: Hawkes, days: int, seed: int) -> Floats:
    events = simulate_events(truth, np.zeros(5), days + 100, np.random.default_rng(seed))
    return events[100:].astype(np.float64)


def test_the_likelihood_is_that_of_poisson_counts_day_by_day() -> None:
    truth = model(0.6, 3.0, 12.0)
    counts = history(truth, 40, 1)
    felt, expected = counts[:FIRST_DAYS].mean(axis=0), 0.0
    for day in counts:
        mean = truth.background + truth.branching * truth.kernel.T @ felt
        expected += float((poisson.logpmf(day, mean) + gammaln(day + 1)).sum())
        felt = truth.decay * felt + (1 - truth.decay) * day
    found = log_likelihood(
        counts, truth.background, branching=truth.branching, memory_days=truth.memory_days, kernel=truth.kernel
    )
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("branching", "memory", "spread"), [(0.7, 4.0, 30.0), (0.3, 2.0, None)])
def test_the_fit_recovers_what_made_the_events(branching: float, memory: float, spread: float | None) -> None:
    km = 8 * LINE  # far apart, so that what an event sets off can be told from what came by itself
    truth = Hawkes(np.full(5, 2.0), branching, memory, 30.0, spread_kernel(km, 30.0), 0.0)
    fits = [fit_hawkes(history(truth, 600, seed), km) for seed in range(4)]
    assert np.mean([f.branching for f in fits]) == pytest.approx(branching, abs=0.08)
    assert np.mean([math.log(f.memory_days) for f in fits]) == pytest.approx(math.log(memory), abs=0.35)
    if spread is not None:  # with little excitation the distance is hardly known
        assert np.mean([math.log(f.spread_km) for f in fits]) == pytest.approx(math.log(spread), abs=0.35)


def test_the_slope_of_the_likelihood_is_that_of_differences() -> None:
    counts, theta = history(model(0.6, 4.0, 8.0), 50, 1), np.array([0.1, -0.4, -0.7, -1.2, -0.3, 0.4, 1.0, 2.0])
    slope = _loss(theta, counts, LINE, np.ones(5))[1]
    for k in range(6):
        step = 1e-6 * np.eye(8)[k]
        up, down = (_loss(theta + s * step, counts, LINE, np.ones(5))[0] for s in (1, -1))
        assert slope[k] == pytest.approx((up - down) / 2e-6, rel=1e-4)


def test_the_fit_is_nearly_as_likely_as_the_truth_or_likelier() -> None:
    truth = model(0.6, 4.0, 8.0)
    counts = history(truth, 400, 9)
    at_truth = log_likelihood(counts, truth.background, branching=0.6, memory_days=4.0, kernel=truth.kernel)
    assert fit_hawkes(counts, LINE).log_likelihood > at_truth - 1.0


def test_independent_events_excite_nothing() -> None:
    counts = np.random.default_rng(3).poisson(2.0, (500, 5)).astype(np.float64)
    assert fit_hawkes(counts, LINE).branching < 0.1


def test_branching_stays_below_one_though_events_double() -> None:
    counts = np.repeat(2.0 ** np.arange(10)[:, None], 5, axis=1)
    fitted = fit_hawkes(counts, LINE)
    assert fitted.branching == pytest.approx(MOST_BRANCHING)
    assert np.abs(np.linalg.eigvals(fitted.branching * fitted.kernel)).max() < 1.0


def test_simulations_have_the_mean_of_the_closed_form() -> None:
    truth, felt = model(0.7, 3.0, 12.0), np.array([9.0, 0.0, 0.0, 2.0, 0.0])
    members = 20_000
    events = simulate_events(truth, np.tile(felt, (members, 1)), 30, np.random.default_rng(5))
    expected = expected_events(truth, felt, 30)
    error = events.std(axis=1) / math.sqrt(members)
    assert (np.abs(events.mean(axis=1) - expected) < 4.5 * error).all()


def test_the_constant_mean_is_background_over_one_minus_branching() -> None:
    truth = model(0.8, 5.0, 12.0)
    far = expected_events(truth, np.zeros(5), 600)[-1]
    assert far.sum() == pytest.approx(truth.background.sum() / (1 - 0.8), rel=1e-6)
    assert np.allclose(far, truth.background + 0.8 * far @ truth.kernel, rtol=1e-6)


def test_the_level_scales_what_no_event_set_off() -> None:
    truth = model(0.5, 3.0, 12.0)
    felt = np.zeros((4000, 5))
    ordinary, double = (
        simulate_events(truth, felt, 10, np.random.default_rng(2), level=level).mean() for level in (1.0, 2.0)
    )
    assert double / ordinary == pytest.approx(2.0, rel=0.03)


def test_the_days_ahead_go_on_at_the_rate_of_the_last_month() -> None:
    rng = np.random.default_rng(4)
    counts = np.concatenate([rng.poisson(0.2, (200, 5)), rng.poisson(4.0, (RECENT_DAYS, 5))]).astype(np.float64)
    fitted = fit_hawkes(counts, LINE)
    assert fitted.background.sum() / (1 - fitted.branching) == pytest.approx(recent_rate(counts))
    assert recent_rate(counts) == pytest.approx(counts[-RECENT_DAYS:].sum() / RECENT_DAYS, rel=0.02)


def test_a_quiet_month_does_not_mean_that_no_attack_can_come() -> None:
    counts = np.zeros((90, 5))
    counts[:50, 1] = 3.0
    assert 0.0 < recent_rate(counts) < 0.1
    fitted = fit_hawkes(counts, LINE)
    assert fitted.background.argmax() == 1
    assert (fitted.background > 0).all()


def test_without_events_none_come() -> None:
    fitted = fit_hawkes(np.zeros((30, 5)), LINE)
    assert simulate_events(fitted, np.zeros(5), 90, np.random.default_rng(1)).sum() == 0


def test_shares_add_up_and_near_sites_get_more() -> None:
    recent = np.array([40.0, 0, 0, 0, 0])
    shares = site_shares(recent, recent, LINE)
    assert shares.sum() == pytest.approx(1.0)
    assert (np.diff(shares) < 0).all()


def test_excitation_is_the_geometric_sum_of_the_past() -> None:
    counts = np.random.default_rng(6).poisson(1.0, (12, 2)).astype(np.float64)
    decay, before = 0.8, counts[:FIRST_DAYS].mean(axis=0)
    expected = sum((1 - decay) * decay**k * counts[11 - k] for k in range(12)) + decay**12 * before
    assert np.allclose(excitation(counts, decay)[-1], expected)


def test_the_same_seed_gives_the_same_events() -> None:
    truth = model(0.5, 3.0, 12.0)
    one, two = (simulate_events(truth, np.ones(5), 30, np.random.default_rng(8)) for _ in range(2))
    assert np.array_equal(one, two)


def test_faulty_counts_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"not \(days, sites\) and \(sites, sites\)"):
        fit_hawkes(np.zeros((3, 4)), LINE)
    with pytest.raises(ParameterError, match="must be 0 or more"):
        fit_hawkes(np.full((3, 5), np.nan), LINE)
