"""Threat against closed forms: attacks, fronts, takeovers, and the hazard they make together."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from onward.crisis import Crisis
from onward.model.build import Model, build_model
from onward.model.hazard import (
    approach,
    exposure,
    front_distance,
    hazard,
    readiness,
    shocks,
    takeover,
    unexpected_exposure,
    with_conflict_days,
)
from onward.model.keyed_draws import Draws, keys_of
from onward.model.parameters import default_values
from onward.model.poisson import poisson_quantile
from onward.simulation.member import run_one
from onward.simulation.settings import make_settings
from onward.simulation.threat_parts import threat_parts
from properties.crises import HISTORY, day, make_crisis

DAYS = 20
MEMORY = 2.5
#: the history of a random crisis, days
BEFORE = 10
VALUES = default_values({"memory_days": MEMORY, "kernel_km": 4.0})
ARMY, REBELS = 0, 1
NOBODY_RETURNS = {"return_rate": 0, "return_agreement": 0}


def line(
    events: list[dict[str, Any]] | None = None, control: list[dict[str, Any]] | None = None, days: int = DAYS,
    **parameters: float,
) -> Crisis:  # fmt: skip
    """Three towns on a straight road of 10 km a step, two groups: the bold fear nobody."""
    places = [
        {"place": p, "country": "XAA", "kind": "town", "latitude": 36 + 0.09 * i, "longitude": 37, "population": 10_000}
        for i, p in enumerate("abc")
    ]
    rows = {
        "places": places,
        "routes": [{"place1": a, "place2": b, "distance_km": 10} for a, b in ("ab", "bc")],
        "actors": [{"actor": "army", "side": "state"}, {"actor": "rebels", "side": "opposition"}],
        "control": control or [],
        "events": events or [],
        "groups": [{"group": "bold", "share": 0.5}, {"group": "wary", "share": 0.5}],
        "fears": [{"group": "wary", "actor": "army", "weight": 0.8}, {"group": "bold", "actor": "army", "weight": 0}],
    }
    return make_crisis(days, rows, parameters)


def attack(place: str, t: int, **given: Any) -> dict[str, Any]:
    return {"start": day(t), "place": place, "type": "air", "actor": "army", **given}


def taken(place: str, t: int | None, actor: str = "army") -> dict[str, Any]:
    return {"place": place, "start": HISTORY if t is None else day(t), "actor": actor}


def felt(crisis: Crisis) -> Any:
    """The exposure of the wary by day of the crisis and place."""
    model = build_model(crisis)
    numbers = model.attacks.draw(None, common=0.0)
    return exposure(model.attacks, numbers, model.people, DAYS, VALUES)[BEFORE:, :, 1]


def hazards(crisis: Crisis) -> Any:
    """The hazard at middle values, [t, p, g]."""
    model = build_model(crisis)
    there = model.network.places.population
    numbers = model.attacks.draw(None, common=0.0)
    values = default_values(crisis.parameters)
    return hazard(model.attacks, numbers, model.front_km, model.network.holder, model.people, there, values)


def test_an_attack_is_felt_by_its_formula_and_not_at_all_after_three_memories() -> None:
    crisis = line([attack("a", 3, n=2, severity=1.5, fatalities=4)])
    model = build_model(crisis)
    fright = 2 * 0.8 * 1.5 * (1 + VALUES["fatality_weight"] * math.log1p(4))
    near = np.exp(-0.5 * (model.straight_km[0, :2] / VALUES["kernel_km"]) ** 2)
    last = math.ceil(3 * MEMORY)
    found = felt(crisis)[:, :2]
    for age in range(1, last + 1):
        assert found[3 + age] == pytest.approx(fright * near * math.exp(-(age - 1) / MEMORY), rel=1e-12)
    assert (found[: 3 + 1] == 0).all()
    assert (found[3 + last + 1 :] == 0).all()


def test_an_attack_frightens_nobody_beyond_four_kernel_widths() -> None:
    found = felt(line([attack("a", 3)]))
    assert (found[4] > 0).tolist() == [True, True, False]  # 0, 10 and 20 km away; the kernel reaches 16


def test_an_attack_before_the_crisis_begins_is_still_felt() -> None:
    assert felt(line([attack("a", -1)]))[0, 0] == pytest.approx(0.8)


def test_attacks_over_an_area_and_days_share_their_number() -> None:
    spread = {"start": day(2), "end": day(3), "type": "air", "actor": "army", "area": "all", "n": 12}
    crisis = line([attack("a", 9)])
    rows = {name: table.to_dicts() for name, table in crisis.tables.items()}
    rows |= {"areas": [{"area": "all", "place": p} for p in "abc"], "events": [spread]}
    model = build_model(make_crisis(DAYS, rows))
    by_day = model.attacks.by_day(model.attacks.draw(None, common=0.0), DAYS, 3)
    assert by_day.sum() == pytest.approx(12)
    assert by_day[2:4] == pytest.approx(np.full((2, 3), 2.0))


def test_people_grow_used_to_attacks_that_never_change() -> None:
    steady = np.ones((60, 1, 1))
    strange = unexpected_exposure(steady, np.array([10_000.0]), BEFORE, default_values({"habituation": 1}))
    assert strange == pytest.approx(np.zeros((50, 1, 1)), abs=1e-12)
    half = unexpected_exposure(steady, np.array([10_000.0]), BEFORE, default_values({"habituation": 0.5}))
    assert half == pytest.approx(np.full((50, 1, 1), 0.5))


def test_attacks_above_the_usual_count_by_how_much_they_exceed_it() -> None:
    rising = np.concatenate([np.ones(40), np.full(1, 4.0)])[:, None, None]
    strange = unexpected_exposure(rising, np.array([10_000.0]), 40, default_values({"habituation": 1}))
    assert strange == pytest.approx(np.full((1, 1, 1), 3.0))


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_exposure_is_diluted_by_the_size_of_the_place(exponent: float) -> None:
    people = np.array([100.0, 1_000.0, 10_000.0, 90_000.0])  # the first counts as 1,000
    values = default_values({"dilution": exponent, "habituation": 0})
    found = unexpected_exposure(np.ones((1, 4, 1)), people, 0, values)[0, :, 0]
    assert found == pytest.approx(np.array([0.1, 0.1, 1.0, 9.0]) ** -exponent)


def test_a_static_front_adds_nothing() -> None:
    model = build_model(line(control=[taken("a", None), taken("b", None, "rebels")]))
    assert (approach(model.front_km, model.people, VALUES) == 0).all()


def test_a_front_that_closes_in_frightens_by_the_days_it_would_need() -> None:
    crisis = line(control=[taken("a", None), taken("b", None, "rebels"), taken("b", 4)])
    model = build_model(crisis)
    near = approach(model.front_km, model.people, VALUES)[:, :, 1]
    speed = 10 / 7  # 10 km nearer than a week ago
    assert near[4:11, 2] == pytest.approx(np.full(7, 0.8 * math.exp(-10 / (speed * VALUES["front_days"]))))
    assert (near[:, 1] == 0).all()  # it came in a day, and a front that has passed is none any more
    assert (near[:4] == 0).all()
    assert (near[11:] == 0).all()
    assert (near[:, 0] == 0).all()


def test_a_front_that_withdraws_frightens_nobody() -> None:
    control = [taken("a", None), taken("b", None), taken("b", 4, "rebels")]
    model = build_model(line(control=control))
    assert (approach(model.front_km, model.people, VALUES) == 0).all()


def test_the_front_is_as_near_as_the_road_whatever_is_closed() -> None:
    model = build_model(line(control=[taken("a", None)]))
    assert front_distance(model.network)[0, :, ARMY].tolist() == [0, 10, 20]
    assert np.isinf(front_distance(model.network)[:, :, REBELS]).all()


def test_a_takeover_halves_in_its_half_life_and_spares_those_held_from_the_first_day() -> None:
    control = [taken("a", None), taken("b", None, "rebels"), taken("b", 5)]
    model = build_model(line(control=control))
    values = default_values({"takeover_half_life_days": 4})
    found = takeover(model.network.holder, model.people, values)
    days = np.arange(DAYS - 5)
    assert found[5:, 1, 1] == pytest.approx(0.8 * 0.5 ** (days / 4))
    assert (found[:5] == 0).all()
    assert (found[:, [0, 2]] == 0).all()


def test_a_place_taken_back_by_an_actor_nobody_fears_is_calm_again() -> None:
    control = [taken("b", None, "rebels"), taken("b", 5), taken("b", 8, "rebels")]
    model = build_model(line(control=control))
    found = takeover(model.network.holder, model.people, VALUES)
    assert (found[5:8, 1, 1] > 0).all()
    assert (found[8:] == 0).all()


def test_a_group_that_fears_nobody_flees_neither_attacks_nor_advances_nor_takeovers() -> None:
    control = [taken("a", None), taken("b", None, "rebels"), taken("b", 4)]
    found = hazards(line([attack("b", 2, n=9), attack("c", 3)], control))
    assert (found[:, :, 0] == 0).all()
    assert (found[5:11, 1:, 1] > 0).all()


def test_the_hazard_is_the_weighted_sum_of_its_parts() -> None:
    control = [taken("a", None), taken("b", None, "rebels"), taken("b", 4)]
    crisis = line([attack("b", 2, n=9)], control)
    model = build_model(crisis)
    numbers = model.attacks.draw(None, common=0.0)
    values = default_values()
    there = model.network.places.population
    parts = {
        "attack_weight": unexpected_exposure(
            exposure(model.attacks, numbers, model.people, DAYS, values), there, BEFORE, values
        ),
        "front_weight": approach(model.front_km, model.people, values),
        "takeover_weight": takeover(model.network.holder, model.people, values),
    }
    assert hazards(crisis) == pytest.approx(sum(values[name] * part for name, part in parts.items()))


def test_shocks_have_mean_one() -> None:
    days, places = np.arange(400), keys_of(range(500))
    drawn = shocks(Draws(3), days, places, 0.6)
    assert drawn.shape == (400, 500)
    assert drawn.mean() == pytest.approx(1, abs=5 * drawn.std() / math.sqrt(drawn.size))
    assert np.log(drawn).std() == pytest.approx(0.6, rel=0.01)
    assert (shocks(Draws(3), days, places, 0.0) == 1).all()


def test_quantiles_of_a_poisson_law_are_those_of_scipy() -> None:
    from scipy import stats

    mean = np.array([0.01, 0.3, 1.0, 7.9, 400.0])[:, None]
    u = np.array([1e-9, 0.01, 0.36, 0.5, 0.99, 1 - 1e-9])[None, :]
    u, mean = (np.broadcast_to(x, (5, 6)).ravel() for x in (u, mean))
    assert (poisson_quantile(u, mean) == stats.poisson.ppf(u, mean)).all()
    rng = np.random.default_rng(1)
    u, mean = rng.random(20_000), np.exp(rng.uniform(-6, 4, 20_000))
    assert (poisson_quantile(u, mean) == stats.poisson.ppf(u, mean)).all()


def constant(rate: float, days: int = DAYS) -> Crisis:
    """Two towns 30 km apart; on one, attacks at a constant rate since long before the crisis begins."""
    bombing = {"start": HISTORY, "end": day(days - 1), "place": "a", "type": "air", "actor": "army"}
    places = [
        {"place": "a", "country": "XAA", "kind": "town", "latitude": 36, "longitude": 37, "population": 1_000_000},
        {"place": "b", "country": "XAA", "kind": "town", "latitude": 36.27, "longitude": 37},
    ]
    rows = {
        "places": places,
        "routes": [{"place1": "a", "place2": "b", "distance_km": 30}],
        "actors": [{"actor": "army", "side": "state"}],
        "events": [{**bombing, "n": rate * (BEFORE + days)}],
    }
    still = {"habituation": 0, "dilution": 0, "onward_town": 0, "kernel_km": 1, "memory_days": 2, "attack_weight": 0.03,
             "immobile_share": 0.1}  # fmt: skip
    return make_crisis(days, rows, still)


def test_two_places_equal_their_closed_form() -> None:
    """Residents under a constant hazard go by a geometric law; a day's road takes them to the only other place."""
    crisis, memories = constant(rate=1.5), math.ceil(3 * 2)
    model = build_model(crisis)
    settings = make_settings(crisis, engine="expected", members=1, seed=1, labels=False, overrides=NOBODY_RETURNS)
    daily = run_one(model, settings, 0)[0].result.daily
    h = 0.03 * 1.5 * sum(math.exp(-(age - 1) / 2) for age in range(1, memories + 1))
    left = np.exp(-h * np.arange(1, DAYS + 1))
    mobile = 900_000  # a tenth cannot move
    assert daily.home[:, index(model, "a")] == pytest.approx(100_000 + mobile * left, rel=1e-12)
    assert daily.here[:, index(model, "b")] == pytest.approx(mobile * (1 - left), rel=1e-12)
    assert daily.left_home[:, index(model, "a")] == pytest.approx(mobile * left * math.expm1(h), rel=1e-12)
    assert (daily.way == 0).all()


def index(model: Model, place: str) -> int:
    return model.network.places.index()[place]


def test_years_of_war_reduce_all_parts_of_the_hazard_alike() -> None:
    new = line([attack("a", 3, n=2)], [{"place": "b", "start": day(5), "actor": "army"}], war_weariness=0.5)
    old = replace(new, war_began=new.start - timedelta(days=1461))
    assert readiness(new, VALUES) == 1
    assert readiness(old, {"war_weariness": 0.5}) == pytest.approx(1 / (1 + 0.5 * 4))
    said = [threat_parts(build_model(crisis), make_settings(crisis, members=1), 0, apart=True) for crisis in (new, old)]
    assert said[0]["attacks"].sum() > 0 < said[0]["takeover"].sum()
    for name, part in said[0].items():
        assert said[1][name] == pytest.approx(part / 3, abs=1e-15)
    left = [
        run_one(build_model(crisis), make_settings(crisis, members=1, engine="expected"), 0)[0].result.daily.left_home
        for crisis in (new, old)
    ]
    first = int(np.flatnonzero(left[0].sum(axis=1))[0])
    assert np.log1p(-left[1][first] / 10_000) == pytest.approx(np.log1p(-left[0][first] / 10_000) / 3, rel=0.2)


def test_a_day_of_conflict_stands_for_attacks_by_the_size_of_the_place() -> None:
    model = build_model(line([attack("a", 3, n=1, type="conflict"), attack("b", 3, n=1)]))
    values = {**VALUES, "conflict_day_attacks": 2.0, "conflict_day_reach": 40_000.0, "dilution": 0.5}
    residents = np.where(np.array(model.network.places.names) == "a", 40_000.0, 10_000.0)
    spread = with_conflict_days(model.attacks, residents, values)
    found = spread.by_day(spread.draw(None, common=0.0), DAYS, len(residents))[3]
    expected = {"a": 2.0, "b": 1.0}  # 2 (40,000 / 10,000)^0.5 / (1 + 1)
    assert {n: found[i] for i, n in enumerate(model.network.places.names) if found[i] > 0} == expected
