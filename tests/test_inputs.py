"""What a crisis says with a range: draws have the quantiles that were given."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from onward.model.keyed_draws import Draws, keys_of
from onward.model.uncertainty import Z95, draw_between, quantile_between

LEVELS = (0.05, 0.5, 0.95)


def one(*values: float) -> list[np.ndarray]:
    return [np.array([v]) for v in values]


@pytest.mark.parametrize(
    "given", [(10.0, 5.0, 40.0), (10.0, 9.9, 10.0), (100.0, 0.0, 150.0), (0.0, 0.0, 30.0), (7.0, 7.0, 7.0)]
)
def test_the_quantiles_are_those_given(given: tuple[float, float, float]) -> None:
    middle, low, high = given
    for level, due in zip(LEVELS, (low, middle, high), strict=True):
        z = np.array([stats.norm.ppf(level)])
        assert quantile_between(z, *one(*given))[0] == pytest.approx(due, abs=1e-9)


def test_z95_is_the_quantile_it_says() -> None:
    assert pytest.approx(stats.norm.ppf(0.95), abs=1e-14) == Z95


@pytest.mark.parametrize("given", [(10.0, 5.0, 40.0), (3.0, 0.0, 4.0), (0.0, 0.0, 30.0)])
def test_a_higher_score_is_never_a_lower_value_and_nothing_is_below_zero(given: tuple[float, ...]) -> None:
    z = np.linspace(-6, 6, 400)
    found = quantile_between(z, *(np.full(400, v) for v in given))
    assert (np.diff(found) >= 0).all()
    assert found.min() >= 0


def test_a_row_without_a_range_comes_back_as_it_is() -> None:
    middle = np.array([5.0, 0.0, 1e9])
    assert np.array_equal(draw_between(Draws(1), keys_of(range(3)), middle, middle, middle, 0.5), middle)


@pytest.mark.parametrize("common", [0.0, 0.5, 1.0])
def test_rows_share_the_variance_that_is_common(common: float) -> None:
    keys = keys_of("ab")
    bounds = (np.full(2, 1.0), np.full(2, 0.5), np.full(2, 2.0))
    scores = np.log([draw_between(Draws(word), keys, *bounds, common) for word in range(4_000)])
    assert np.corrcoef(scores.T)[0, 1] == pytest.approx(common, abs=0.05)
    assert scores.std() == pytest.approx(np.log(2) / Z95, rel=0.05)
