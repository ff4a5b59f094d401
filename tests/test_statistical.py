"""The models of a count series: their irregular-time forms against statsmodels on regular dates, and closed forms."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from onward.inference.statistical import (
    GRID,
    MODELS,
    damped_days,
    filter_series,
    fitted_slopes,
    point_forecasts,
)
from onward.typing import Floats


def walk(n: int = 40) -> tuple[Floats, Floats]:
    draws = np.random.default_rng(3)
    return np.arange(n, dtype=float), 5000 + np.cumsum(draws.normal(60, 80, n))


def forecasts(days: Floats, people: Floats, ahead: float) -> dict[str, float]:
    found = point_forecasts(filter_series(days, people), np.array([len(days) - 1]), np.array([ahead]))
    return dict(zip(MODELS, found[0].tolist(), strict=True))


@pytest.mark.parametrize("row", range(0, len(GRID), 7))
def test_ets_is_that_of_statsmodels_where_a_count_comes_every_day(row: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.tsa.holtwinters import ExponentialSmoothing
    days, people = walk()
    memory, slow, damping = GRID[row]
    weight = 1.0 if memory == 0 else -np.expm1(-1.0 / memory)
    trend = "add" if damping > 0 else None
    model = ExponentialSmoothing(
        people[1:], trend=trend, damped_trend=damping > 0, initialization_method="known", initial_level=people[0],
        initial_trend=0.0 if trend else None,
    )  # fmt: skip
    values = {"smoothing_level": weight} | (
        {"smoothing_trend": -np.expm1(-1.0 / slow), "damping_trend": damping} if trend else {}
    )
    theirs = model.fit(optimized=False, **values).forecast(30)
    found = filter_series(days, people)
    steps = np.arange(1, 31, dtype=float)
    ours = found.level[-1, row] + (found.trend[-1, row] * damped_days(steps, damping) if trend else 0.0 * steps)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_the_line_of_theta_is_that_of_statsmodels() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.tsa.forecasting.theta import ThetaModel
    days, people = walk()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        b0 = ThetaModel(people, period=1, deseasonalize=False).fit().params["b0"]
    shrunk = days[-1] / (days[-1] + 5.0)
    assert fitted_slopes(days, people)[-1] == pytest.approx(b0 * shrunk, rel=1e-9)


def test_a_straight_line_goes_on_under_drift_and_bends_under_damped_trend() -> None:
    days = np.array([0.0, 7.0, 20.0, 45.0, 75.0])
    found = forecasts(days, 1000 + 10 * days, 30.0)
    slope = 10 * 30 / 35
    assert found["last_value"] == 1750
    assert found["drift"] == pytest.approx(1750 + 30 * slope)
    assert found["damped_trend"] == pytest.approx(1750 + slope * sum(0.95**k for k in range(1, 31)))


@pytest.mark.parametrize("people", [[500.0], [500.0, 500.0, 500.0]])
def test_every_model_is_the_last_value_where_nothing_moved(people: list[float]) -> None:
    days = np.arange(len(people)) * 9.0
    assert list(forecasts(days, np.array(people), 60.0).values()) == pytest.approx([500.0] * len(MODELS))


def test_no_forecast_is_negative_or_more_than_doubles_in_a_month() -> None:
    up = forecasts(np.array([0.0, 10.0]), np.array([1.0, 1000.0]), 30.0)
    down = forecasts(np.array([0.0, 10.0]), np.array([1000.0, 100.0]), 90.0)
    assert up["drift"] == 2000.0
    assert down["drift"] == 0.0


def test_earlier_forecasts_do_not_see_later_counts() -> None:
    days, people = walk()
    rows, ahead = np.array([10, 20]), np.array([30.0, 60.0])
    whole = point_forecasts(filter_series(days, people), rows, ahead)
    changed = people.copy()
    changed[21:] = 1.0
    np.testing.assert_array_equal(whole, point_forecasts(filter_series(days, changed), rows, ahead))
