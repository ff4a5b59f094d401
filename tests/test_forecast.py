"""Forecasts from counts: as of the origin, byte for byte; quantiles; what was learned and from whom."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from onward.errors import ParameterError
from onward.evaluation.forecast_scores import HUB_ALPHAS, covered, crps, level_index, weighted_interval_score
from onward.flee.instance import read_flee
from onward.inference.final_weights import Answered, learn_weights
from onward.inference.finished import Forecasts, finished_forecasts
from onward.inference.fitted import (
    HORIZONS,
    CrisisName,
    Fit,
    fit_forecasts,
    from_json,
    shipped_fit,
    shipped_fits,
    to_json,
)
from onward.inference.forecast import FORECAST_MODELS, forecast_observations, forecast_series
from onward.inference.intervals import LEVELS, Errors, from_relative, mixture_weights, pooled, relative_error
from onward.inference.observations import Observations, Source, observations_of_flee
from onward.typing import Floats

FLEE = Path(__file__).parents[2] / "shared" / "flee"


def made(seed: int, days: int = 300) -> Observations:
    """A crisis of three camps and a total that grow, with a recount of the first."""
    draws = np.random.default_rng(seed)
    sources = []
    for name in ("a", "b", "c"):
        day = np.unique(draws.integers(0, days, 30)).astype(float)
        people = np.maximum.accumulate(np.cumsum(draws.gamma(1.0, 400.0, len(day))).round() + 50)
        sources.append(Source(name, "place", (np.column_stack([day, people]),), (int(day[20]),) if name == "a" else ()))
    day = np.arange(0.0, days, 10.0)
    total = Source("total", "total", (np.column_stack([day, 100 * day + draws.normal(0, 50, len(day)) + 900]),))
    return Observations(f"made{seed}", dt.date(2020, 1, 1), days, (total, *sources), f"hash{seed}")


def scrambled(world: Observations, origin: int) -> Observations:
    """The same up to the origin; later counts, recounts and places are others."""
    draws = np.random.default_rng(origin)
    sources = []
    for source in world.sources:
        tables = []
        for table in source.files:
            later = table[:, 0] > origin
            other = np.column_stack([origin + 1.0 + np.arange(9.0), draws.integers(1, 10**6, 9)])
            tables.append(np.vstack([table[~later], other]))
        recounts = (*(c for c in source.recounts if c <= origin), origin + 3)
        sources.append(Source(source.name, source.kind, tuple(tables), recounts))
    new = Source("new", "place", (np.array([[origin + 2.0, 500.0]]),))
    return Observations(world.crisis, world.start, world.days, (*sources, new), "other")


@pytest.fixture(scope="module")
def fit() -> Fit:
    worlds = [made(seed) for seed in (1, 2, 3)]
    return fit_forecasts({CrisisName(w.crisis, w.hash): finished_forecasts(w.sources, 299, HORIZONS) for w in worlds})


@pytest.mark.parametrize("origin", [60, 131, 200])
def test_what_comes_after_the_origin_changes_no_byte(fit: Fit, origin: int) -> None:
    world = made(7)
    first = forecast_observations(world, origin, [30, 60, 90], fit=fit, models=FORECAST_MODELS)
    again = forecast_observations(scrambled(world, origin), origin, [30, 60, 90], fit=fit, models=FORECAST_MODELS)
    assert set(first) == {"total", "a", "b", "c"} == set(again)
    for name, models in first.items():
        for model, quantiles in models.items():
            assert quantiles.tobytes() == again[name][model].tobytes(), (name, model)


@pytest.mark.skipif(not FLEE.is_dir(), reason="the Flee folders for measuring are not here")
def test_a_flee_folder_scrambled_after_the_origin_gives_the_same_forecast(tmp_path: Path) -> None:
    origin = 200
    folder = tmp_path / "mali2012"
    shutil.copytree(FLEE / "mali2012", folder)
    world = observations_of_flee(read_flee(folder))
    last = np.datetime64(world.start) + origin
    for file in folder.glob("source_data/*.csv"):
        if file.name != "data_layout.csv":
            kept = [row for row in file.read_text().splitlines() if row[:1] != "2" or np.datetime64(row[:10]) <= last]
            file.write_text("\n".join([*kept, f"{last + 5},777", f"{last + 40},77777"]) + "\n")
    corrections = folder / "input_csv" / "registration_corrections.csv"
    corrections.write_text(f"Mentao,{last + 40}\n")
    places = folder / "input_csv" / "locations.csv"
    places.write_text(places.read_text().replace(",camp,0,", ",camp,0,9"))
    after = observations_of_flee(read_flee(folder))
    first = forecast_observations(world, origin, [30, 90], fit=shipped_fit("mali2012", ""))
    again = forecast_observations(after, origin, [30, 90], fit=shipped_fit("mali2012", ""))
    assert after.hash != world.hash
    assert {n: q["final"].tobytes() for n, q in first.items()} == {n: q["final"].tobytes() for n, q in again.items()}


def test_quantiles_increase_and_are_never_negative(fit: Fit) -> None:
    for models in forecast_observations(made(8), 150, [10, 30, 90], fit=fit, models=FORECAST_MODELS).values():
        for model, quantiles in models.items():
            assert (np.diff(quantiles, axis=1) >= 0).all(), model
            assert (quantiles >= 0).all(), model


def test_a_longer_horizon_is_less_certain() -> None:
    times, values = np.arange(0.0, 100.0, 10.0), 5000.0 + 20 * np.arange(0.0, 100.0, 10.0)
    found = forecast_series(times, values, 95.0, [10, 30, 60, 90])
    assert (np.diff(found[:, 189] - found[:, 9]) > 0).all()


def test_a_series_without_counts_before_the_origin_is_refused() -> None:
    with pytest.raises(ParameterError, match="nothing to start from"):
        forecast_series(np.array([50.0]), np.array([10.0]), 40.0, [30])


@pytest.mark.parametrize("fit_", shipped_fits(), ids=lambda f: f"{len(f.crises)} crises")
def test_shipped_parameters_hold_no_count_and_all_kinds(fit_: Fit) -> None:
    assert {kind for kind, _ in fit_.scales} == {"place", "total"}
    assert all(len(crisis.hash) == 64 for crisis in fit_.crises)
    assert all(abs(weights.sum() - 1) < 1e-3 for weights in fit_.final.values())


def test_a_crisis_never_meets_parameters_fitted_on_it() -> None:
    for crisis in shipped_fit("unseen", "").crises:
        for name, digest in ((crisis.name, ""), ("renamed", crisis.hash)):
            learned = shipped_fit(name, digest).crises
            assert crisis not in learned
            assert len(learned) == len(shipped_fit("unseen", "").crises) - 1


def test_own_errors_move_pooled_quantiles_by_their_number() -> None:
    others = Errors(np.zeros(199), 100.0)
    assert pooled(others, np.full(100, 1.0))[149] == pytest.approx(1.0, abs=0.01)
    assert pooled(others, np.full(10, 1.0))[149] == 0.0
    assert pooled(others, np.full(10, 1.0), count=1.0)[149] == 1.0


def test_the_better_model_of_a_crisis_gets_more_weight_but_no_model_less_than_half_its_share() -> None:
    rows = finished_forecasts(made(5).sources, 299, [30.0])
    weights = mixture_weights(rows)
    assert weights.sum() == pytest.approx(1.0)
    assert weights.min() >= 0.125
    assert mixture_weights(rows.where(np.zeros(len(rows), dtype=bool))).tolist() == [0.25] * 4


def test_finished_forecasts_are_answered_by_the_day_asked() -> None:
    rows: Forecasts = finished_forecasts(made(5).sources, 120, [30.0, 60.0])
    assert (rows.day + rows.ahead <= 120).all()
    assert (np.abs(rows.ahead - rows.horizon) <= 10).all()


def test_relative_errors_come_back_as_people() -> None:
    truth, point = np.array([0.0, 10.0, 5e4]), np.array([100.0, 10.0, 4e4])
    np.testing.assert_allclose(from_relative(relative_error(truth, point), point), truth, atol=1e-9)


def predictive() -> tuple[Floats, Floats]:
    draws = np.random.default_rng(1)
    return np.sort(draws.gamma(2, 50, (6, 199)), axis=1), draws.gamma(2, 50, 6)


def test_scores_are_those_of_scoringrules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)  # which it would compile for 20 seconds
    scoringrules = pytest.importorskip("scoringrules")
    quantiles, truth = predictive()
    theirs = scoringrules.crps_quantile(truth, quantiles, LEVELS, backend="numpy")
    np.testing.assert_allclose(crps(quantiles, truth, LEVELS), theirs)
    alphas = np.array(HUB_ALPHAS)
    low, high = (
        quantiles[:, [level_index(LEVELS, q) for q in tails]] for tails in (alphas / 2, 1 - alphas / 2)
    )  # fmt: skip
    # each interval by itself: the whole score of scoringrules 0.10 without Numba takes the median for its error
    parts = [
        scoringrules.interval_score(truth, low[:, k], high[:, k], alpha, backend="numpy").ravel() * alpha / 2
        for k, alpha in enumerate(alphas)
    ]
    whole = (np.sum(parts, axis=0) + 0.5 * np.abs(truth - quantiles[:, 99])) / 11.5
    np.testing.assert_allclose(weighted_interval_score(quantiles, truth, LEVELS), whole)


def test_coverage_is_the_share_inside() -> None:
    quantiles = np.tile(LEVELS * 100, (100, 1))
    inside = covered(quantiles, np.arange(0.5, 100.5), LEVELS, 0.9)
    assert inside.sum() == 90
    with pytest.raises(ValueError, match="no quantile of level"):
        level_index(LEVELS, 0.001)


def answered(good: int) -> Answered:
    """Four components of which one is sharp and right and the others are far off."""
    draws = np.random.default_rng(good)
    truth = draws.normal(1000, 100, 60)
    far = [truth[:, None] + 400 * (k + 1) + np.linspace(-50, 50, 199) for k in range(4)]
    far[good] = truth[:, None] + np.linspace(-5, 5, 199)
    return Answered(np.stack(far), truth, np.full(60, 1000.0))


def test_weights_of_final_find_the_component_that_is_right() -> None:
    weights = learn_weights([answered(2), answered(2)])
    assert weights.argmax() == 2
    assert weights[2] > 0.95
    assert weights.sum() == pytest.approx(1.0)


def test_final_is_the_mixture_alone_where_nothing_is_gained() -> None:
    assert learn_weights([answered(0), answered(0)]).tolist() == [1.0, 0.0, 0.0, 0.0]


def test_parameters_survive_their_file(fit: Fit) -> None:
    once = to_json([fit])
    assert to_json([from_json(once["fits"][0])]) == once
