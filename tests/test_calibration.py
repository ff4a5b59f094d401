"""Calibration: recovery of known parameters, localisation, resuming, files, and what runs draw from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

import onward
from onward.crisis import read_crisis
from onward.errors import CalibrationError, ParameterError
from onward.inference.calibrate import SPREAD, Plan, Store, assimilate, between, calibrate_cases
from onward.inference.cold_cases import read_cold_case
from onward.inference.cold_start import cold_start
from onward.inference.reach import describe_reach, reach_of
from onward.model.parameter_set import posterior_set, words_on
from onward.model.parameters import declared
from onward.model.posterior import Distribution, Posterior, posterior_from_json
from onward.simulation.description import describe
from onward.simulation.member import member_values
from onward.simulation.settings import make_settings
from onward.typing import Floats
from test_cold_start import folder, write_days

NAMES = ("attack_weight", "choice_camp")
PLAN = Plan(draws=60, ensemble=150, waves=4, generations=12, population=8, fitted=NAMES)


@dataclass(eq=False)
class Line:
    """A made-up crisis of which each figure is a straight line of the scores of two parameters."""

    name: str
    slopes: Floats
    counted: Floats
    deviation: Floats
    crisis_hash: str = "0"
    runs: int = 0

    def said(self, values: Mapping[str, float]) -> Floats:
        self.runs += 1
        return self.slopes @ scores(values)


def scores(values: Mapping[str, float]) -> Floats:
    """The normal scores of values of lognormal and normal priors."""
    found = []
    for name in NAMES:
        p = declared()[name]
        a, x = (
            (np.log(p.prior_centre), np.log(values[name])) if p.prior == "lognormal" else (p.prior_centre, values[name])
        )
        found.append((x - a) / p.prior_spread)
    return np.array(found)


def lines(truth: Floats, spread: float, crises: int = 8, seed: int = 3) -> list[Any]:
    rng = np.random.default_rng(seed)
    found = []
    for c in range(crises):
        slopes = rng.normal(size=(6, 2))
        own = truth + spread * rng.standard_normal(2)
        deviation = np.full(6, 0.1)
        found.append(Line(f"c{c}", slopes, slopes @ own + deviation * rng.standard_normal(6), deviation))
    return found


def test_known_parameters_are_recovered_with_honest_intervals() -> None:
    truth = np.array([0.8, -0.6])
    found = calibrate_cases(lines(truth, 0.3), PLAN, leave_one_out=False)
    point = np.array([found.point[name] for name in NAMES])
    assert point == pytest.approx(truth, abs=0.3)
    centre = found.population.centre
    assert np.abs(centre.mean(axis=0) - truth).max() < 0.35
    assert (np.abs(centre.mean(axis=0) - truth) < 3 * centre.std(axis=0)).all()
    assert (found.population.spread > 0.15).all()
    assert (found.population.spread < 0.6).all()


def test_a_crisis_has_its_own_parameters_beside_the_population() -> None:
    cases = lines(np.zeros(2), 0.6)
    found = calibrate_cases(cases, PLAN, leave_one_out=False)
    for case in cases:
        own, *_ = np.linalg.lstsq(case.slopes, case.counted, rcond=None)
        assert found.crises[case.name].centre.mean(axis=0) == pytest.approx(own, abs=0.3)


def test_a_crisis_left_out_leaves_no_trace_in_its_set() -> None:
    cases = lines(np.zeros(2), 0.3, crises=4)
    one = calibrate_cases(cases, replace(PLAN, draws=20, ensemble=40, generations=1))
    cases[0].counted = cases[0].counted + 50.0
    two = calibrate_cases(cases, replace(PLAN, draws=20, ensemble=40, generations=1))
    assert one.leave_one_out["c0"].hash == two.leave_one_out["c0"].hash
    assert one.population.hash != two.population.hash
    assert "c0" not in one.leave_one_out["c0"].fitted_on


def test_the_spread_follows_its_closed_form() -> None:
    assert between(np.zeros((5, 3, 1)), np.ones(1))[0] == pytest.approx(np.sqrt(3 * SPREAD**2 / 6))
    assert between(np.ones((5, 3, 1)), np.ones(1))[0] == pytest.approx(np.sqrt((3 * SPREAD**2 + 3) / 6))


def test_one_wave_on_straight_lines_is_bayes_rule() -> None:
    cases = lines(np.array([0.5, 0.5]), 0.3, crises=2)
    draws = np.random.default_rng(0).standard_normal((4000, 3, 2))
    spread = np.full(2, 0.5)
    said = [(draws[:, 0] + spread * draws[:, 1 + c]) @ case.slopes.T for c, case in enumerate(cases)]
    moved, covariance = assimilate(cases, said, draws, np.eye(6), spread, 1, np.random.default_rng(1))
    h = np.zeros((12, 6))
    for c, case in enumerate(cases):
        rows = slice(6 * c, 6 * c + 6)
        h[rows, :2], h[rows, 2 + 2 * c : 4 + 2 * c] = case.slopes, 0.5 * case.slopes
    exact = np.linalg.inv(np.eye(6) + h.T @ h / 0.01)
    mean = exact @ h.T @ np.concatenate([case.counted for case in cases]) / 0.01
    assert moved.reshape(-1, 6).mean(axis=0) == pytest.approx(mean, abs=0.06)
    assert np.diag(covariance) == pytest.approx(np.diag(exact), abs=0.06)
    assert moved.reshape(-1, 6).var(axis=0) == pytest.approx(np.diag(exact), abs=0.06)


def test_a_stopped_calibration_goes_on_and_gives_the_same() -> None:
    plan = replace(PLAN, draws=40, ensemble=40, generations=2)
    uncut = lines(np.zeros(2), 0.3, crises=3)
    whole = calibrate_cases(uncut, plan)
    full = sum(case.runs for case in uncut)
    store: Store = {}
    told: list[tuple[int, int]] = []

    def stop(kept: Store) -> None:
        if len(kept) == 4:
            raise KeyboardInterrupt

    cases = lines(np.zeros(2), 0.3, crises=3)
    with pytest.raises(KeyboardInterrupt):
        calibrate_cases(cases, plan, store=store, save=stop)
    assert len(store) == 4
    before = sum(case.runs for case in cases)
    again = calibrate_cases(cases, plan, store=store, progress=lambda stage, done, of: told.append((done, of)))
    assert again.to_json() == whole.to_json()
    assert sum(case.runs for case in cases) == full
    assert 0 < before < full
    assert told[-1][0] == told[-1][1]


def test_what_cannot_be_fitted_is_refused() -> None:
    cases = lines(np.zeros(2), 0.3, crises=1)
    with pytest.raises(CalibrationError, match="Give two or more"):
        calibrate_cases(cases, PLAN)
    with pytest.raises(CalibrationError, match="more than once"):
        calibrate_cases(cases * 2, PLAN)


def posterior() -> Posterior:
    centre = np.array([[1.0, 0.5], [1.2, 0.4]])
    everyone = Distribution(NAMES, centre, np.array([0.5, 0.5]), {"daraa-2018": "1", "x": "2"})
    own = Distribution(NAMES, centre + 1, np.zeros(2), everyone.fitted_on)
    others = Distribution(NAMES, centre - 1, np.array([0.4, 0.4]), {"x": "2"})
    return Posterior(everyone, {"daraa-2018": own}, {"daraa-2018": others}, {"misfit": 1.0}, {}, {})


def test_a_file_holds_the_same_posterior() -> None:
    one = posterior()
    two = posterior_from_json(one.to_json(), "file")
    assert two.to_json() == one.to_json()
    assert two.without("daraa-2018").hash == one.leave_one_out["daraa-2018"].hash
    assert two.without("elsewhere").hash == one.population.hash
    with pytest.raises(ParameterError, match="holds no set without it"):
        two.without("x")
    with pytest.raises(ParameterError, match="no posterior file"):
        posterior_from_json("{}", "file")


def test_members_draw_from_a_crisis_s_own_posterior() -> None:
    crisis = read_crisis("daraa-2018")
    settings = make_settings(crisis, members=40, parameters="posterior", posterior=posterior())
    found = np.array([scores(member_values(settings, m)) for m in range(40)])
    assert {tuple(np.round(row, 5).tolist()) for row in found} == {(2.0, 1.5), (2.2, 1.4)}
    about = describe(crisis, settings)["parameters_from"]
    assert about["crises"] == {"daraa-2018": "1", "x": "2"}
    assert about["fitted_on"] == ["daraa-2018", "x"]
    assert "this crisis's posterior" in words_on({"crisis": "daraa-2018", "parameters_from": about})
    with pytest.raises(ParameterError, match="has no posterior in this set"):
        posterior_set(read_crisis("aleppo-2016"), posterior())
    with pytest.raises(ParameterError, match="Use --parameters posterior"):
        make_settings(crisis, members=1, posterior=posterior())


def test_the_population_spreads_around_its_centres() -> None:
    found = Distribution(NAMES, np.zeros((1, 2)), np.array([2.0, 0.0]), {})
    drawn = np.array([scores(found.draw(word)) for word in range(400)])
    assert drawn[:, 0].std() == pytest.approx(2.0, rel=0.15)
    assert np.abs(drawn[:, 1]).max() < 1e-9
    assert np.quantile(drawn[:, 0], 0.95) == pytest.approx(2.0 * ndtri(0.95), rel=0.25)


FIT = "The population set of parameters was fitted on 2 other crises."


def test_a_crisis_outside_the_others_is_told_with_what_that_meant() -> None:
    crisis = read_crisis("daraa-2018")
    mine = reach_of(crisis)
    far = {name: value * 100 if name == "people" else value for name, value in mine.items()}
    errors = {"a": {"total": 0.0, "shares": 0.1}, "b": {"total": float(np.log(4.0)), "shares": 0.3}}
    known = replace(posterior(), reach={"a": far, "b": far, "daraa-2018": mine}, errors=errors)
    light = describe_reach(crisis, known)
    assert light[0] == f"{FIT} This crisis lies outside them:"
    assert light[1].startswith("residents of attacked places: ")
    assert light[-1].endswith("factor of 2.0 and 20% of arrivals at the wrong place on average.")
    inside = replace(known, reach={"a": mine, "b": mine})
    assert describe_reach(crisis, inside)[0] == f"{FIT} This crisis lies within them."
    fitted = replace(crisis, fitted_on=("daraa-2018",))
    assert "this crisis has a set of its own, which runs use" in describe_reach(fitted, inside)[0]
    assert describe_reach(crisis, posterior()) == []


def test_the_command_fits_real_runs_and_a_run_uses_them(tmp_path: Path) -> None:
    file = tmp_path / "posterior.json"
    for name, camps in (("one", 700), ("two", 400)):
        write_days(
            folder(
                tmp_path / name, camps={"Near": [(0, 10), (28, camps)], "Far": [(0, 0), (31, 100)], "Late": [(0, 0)]}
            )
        )
    plan = Plan(draws=10, ensemble=20, waves=2, generations=1, population=4)
    found = onward.calibrate([tmp_path / "one", tmp_path / "two"], out=file, plan=plan)
    assert onward.read_posterior(file).to_json() == found.to_json()
    assert set(found.crises) == {"one", "two"}
    assert not list(tmp_path.glob("*.partial"))
    rows = cold_start(
        [read_cold_case(tmp_path / "one")], members=2, flee=False, posterior=calibrated_without(found, "one")
    )
    assert rows[0]["p95"] > 0
    with pytest.raises(CalibrationError, match="leave out: three is none of one, two"):
        onward.calibrate([tmp_path / "one", tmp_path / "two"], leave_out=["three"])


def calibrated_without(found: Posterior, name: str) -> Posterior:
    """The same with a set that leaves out a crisis, which takes three crises to fit."""
    others = {n: h for n, h in found.population.fitted_on.items() if n != name}
    return replace(found, leave_one_out={name: replace(found.population, fitted_on=others)})
