"""Danger of a destination against closed forms: neither habituated nor diluted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onward.crisis import Crisis
from onward.model.build import build_model
from onward.model.danger import expected_attacks, safety
from onward.model.hazard import reached_by_attacks
from onward.model.parameters import default_values
from onward.simulation.member import run_one
from onward.simulation.settings import make_settings
from properties.crises import day, make_crisis

DAYS = 40
VALUES = default_values({"kernel_km": 1})
ODDS = VALUES["choice_danger"]


def raided(n: float, population: int, start: int = -10, **parameters: float) -> Crisis:
    """A road of 100 km a step from a to d; b, between a and c, has ``n`` air strikes a day, and so has a at first."""
    places = [
        {"place": p, "country": "XAA", "kind": "town", "latitude": 36 + 0.9 * i, "longitude": 37, "population": 10_000}
        for i, p in enumerate("abcd")
    ]
    places[1]["population"] = population
    strike: dict[str, Any] = {"type": "air", "actor": "army"}
    rows = {
        "places": places,
        "routes": [{"place1": a, "place2": b, "distance_km": 100} for a, b in ("ab", "bc", "cd")],
        "actors": [{"actor": "army", "side": "state"}],
        "events": [
            {"place": "b", "start": day(start), "end": day(DAYS - 1), "n": n * (DAYS - start), **strike},
            {"place": "a", "start": day(0), "n": 50, **strike},
        ],
    }
    return make_crisis(DAYS, rows, parameters)


def safe(crisis: Crisis, **overrides: float) -> Any:
    model = build_model(crisis)
    numbers = model.attacks.draw(None, common=0.0)
    values = default_values({"kernel_km": 1, **overrides})
    reached = reached_by_attacks(model.attacks, numbers, model.people, DAYS, values)
    return safety(reached, model.attacks.history, values)[:, :, 0]


def test_the_rate_is_the_mean_of_the_days_before_with_fading_weights() -> None:
    daily = np.random.default_rng(1).poisson(3.0, (20, 1, 1)).astype(float)
    found = expected_attacks(daily, 5, 4.0)[:, 0, 0]
    for t in range(15):
        before = daily[: 5 + t, 0, 0][::-1]
        weights = np.exp(-np.arange(len(before)) / 4.0)
        assert found[t] == pytest.approx((weights * before).sum() / weights.sum(), rel=1e-12)
    assert expected_attacks(daily, 0, 4.0)[0, 0, 0] == 0.0


def test_danger_repels_by_a_power_of_the_rate() -> None:
    found = safe(raided(3.0, 10_000))
    assert found[20, 1] == pytest.approx((1 + 3.0 / VALUES["danger_attacks"]) ** -ODDS, rel=1e-9)
    assert found[20, 3] == 1.0
    assert (safe(raided(3.0, 10_000), choice_danger=0) == 1.0).all()


def test_danger_is_neither_diluted_by_size_nor_grown_used_to() -> None:
    village, metropolis = (safe(raided(3.0, population)) for population in (1_000, 5_000_000))
    assert (village == metropolis).all()
    assert metropolis[35, 1] == pytest.approx(metropolis[5, 1], rel=1e-9)


def test_danger_fades_when_attacks_end() -> None:
    found = safe(raided(3.0, 10_000))[1:, 0]
    assert found[0] < 0.01
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize("population", [10_000, 3_000_000])
def test_nobody_shelters_in_a_town_under_daily_fire_however_large(population: int) -> None:
    def sheltering(**overrides: float) -> Any:
        crisis = raided(3.0, population)
        settings = make_settings(crisis, engine="expected", members=1, seed=1, labels=False, overrides=overrides)
        return run_one(build_model(crisis), settings, 0)[0].result.daily.here[-1]

    calm = {"attack_weight": 0.2, "stage_share": 0.3, "habituation": 1, "choice_threat": 0}
    blind, wary = sheltering(choice_danger=0, **calm), sheltering(**calm)
    assert blind[1] > 0.05 * blind[2:].sum()
    assert wary[1] < 0.005 * wary[2:].sum()


def test_nobody_swaps_a_refuge_for_a_place_under_fire() -> None:
    """From d the only road leads to c; where c is under fire, those who would move on stay."""
    places = [
        {"place": p, "country": "XAA", "kind": "town", "latitude": 36 + 0.9 * i, "longitude": 37,
         "displaced_at_start": 10_000 * i}
        for i, p in enumerate("cd")
    ]  # fmt: skip

    def moved(n: float) -> float:
        event = {"place": "c", "start": day(-10), "end": day(DAYS - 1), "type": "air", "actor": "army", "n": n}
        rows = {"places": places, "routes": [{"place1": "c", "place2": "d", "distance_km": 100}],
                "actors": [{"actor": "army", "side": "state"}], "events": [event]}  # fmt: skip
        crisis = make_crisis(DAYS, rows, {})
        settings = make_settings(crisis, engine="expected", members=1, seed=1, labels=False)
        return float(run_one(build_model(crisis), settings, 0)[0].result.daily.moved_on[1:, 1].sum())

    quiet, rate = moved(0.001), 3.0
    assert quiet == pytest.approx(10_000 * -math.expm1(-0.006 * DAYS), rel=0.15)
    assert moved(rate * (DAYS + 10)) == pytest.approx(quiet * (1 + rate / VALUES["danger_attacks"]) ** -ODDS, rel=0.2)


def test_an_attack_does_not_frighten_across_a_border() -> None:
    """a lies 10 km from the attacked b in the same country, c 10 km from it across the border."""
    places = [
        {"place": p, "country": country, "kind": "town", "latitude": 36 + 0.09 * i, "longitude": 37}
        for i, (p, country) in enumerate((("a", "XAA"), ("b", "XAA"), ("c", "XBB")))
    ]
    strike = {"start": day(0), "n": 10, "type": "air", "actor": "army"}
    for where in ({"place": "b"}, {"latitude": 36.09, "longitude": 37.0}):
        rows = {"places": places, "routes": [{"place1": a, "place2": b, "distance_km": 10} for a, b in ("ab", "bc")],
                "actors": [{"actor": "army", "side": "state"}], "events": [{**where, **strike}]}  # fmt: skip
        felt = safe(make_crisis(DAYS, rows, {}), kernel_km=10)[1]
        assert felt[1] < felt[0] < 1.0
        assert felt[2] == 1.0
