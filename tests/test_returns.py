"""Return against closed forms: quiet days, holder, kind of takeover; and what a takeover by agreement frightens."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onward.crisis import Crisis
from onward.model.build import build_model
from onward.model.hazard import takeover
from onward.model.parameters import default_values
from onward.model.returns import quiet_days, return_rates
from onward.simulation.member import run_one
from onward.simulation.settings import make_settings
from properties.crises import HISTORY, day, make_crisis

DAYS = 40
VALUES = default_values()
LONG = VALUES["quiet_before_days"]
FEAR = np.array([[1.0, 0.0]])  # one group, which fears the first of two actors


def rates(holder: int, agreed: bool, reached: float = 0.0, **overrides: float) -> Any:
    """The rate of return by day of one place; attacks end on the tenth day."""
    daily = np.where(np.arange(DAYS) < 10, reached, 0.0)[:, None, None]
    held, terms = np.full((DAYS, 1), holder), np.full((DAYS, 1), agreed)
    return return_rates(daily, 0, held, terms, FEAR, default_values(overrides))[:, 0, 0]


def test_quiet_days_are_counted_from_the_last_attack() -> None:
    daily = np.zeros((20, 1, 1))
    daily[[4, 9]] = 60.0
    found = quiet_days(daily, 0, LONG)[:, 0, 0]
    assert found[:5] == pytest.approx(LONG + np.arange(5))
    assert found[5:10] == pytest.approx(np.arange(5), abs=1e-9)
    assert found[10:] == pytest.approx(np.arange(10), abs=1e-9)


def test_a_steady_rate_of_attacks_leaves_as_many_quiet_days_as_a_poisson_law() -> None:
    rate = 0.2
    found = quiet_days(np.full((400, 1, 1), rate), 0, LONG)[-1, 0, 0]
    assert found == pytest.approx(1 / math.expm1(rate), rel=1e-6)  # the mean days since the last attack


def test_people_go_home_to_calm_by_holder_and_kind_of_takeover() -> None:
    days = np.arange(DAYS - 10)
    calm, agreed_calm = (-np.expm1(-days / VALUES[name]) for name in ("return_calm_days", "agreement_calm_days"))
    liked, feared, agreed = rates(1, False, 60.0), rates(0, False, 60.0), rates(0, True, 60.0)
    assert liked[10:] == pytest.approx(VALUES["return_rate"] * calm, abs=1e-12)
    assert feared[10:] == pytest.approx(liked[10:] * math.exp(-VALUES["return_refusal"]), abs=1e-12)
    assert agreed[10:] == pytest.approx(VALUES["return_agreement"] * agreed_calm, abs=1e-12)
    assert (rates(-1, False)[1:] == rates(1, False)[1:]).all()  # nobody is feared where no holder is known
    assert (rates(0, True, return_rate=0, return_agreement=0) == 0).all()


def fallen(how: str | None, **parameters: float) -> Crisis:
    """Two towns; on day 10 the army takes the first, which it shelled before."""
    places = [
        {"place": p, "country": "XAA", "kind": "town", "latitude": 36 + 0.5 * i, "longitude": 37, "population": 10_000}
        for i, p in enumerate("ab")
    ]
    rows: dict[str, list[dict[str, Any]]] = {
        "places": places,
        "routes": [{"place1": "a", "place2": "b", "distance_km": 60}],
        "actors": [{"actor": "army", "side": "state"}, {"actor": "rebels", "side": "opposition"}],
        "control": [{"place": p, "start": HISTORY, "actor": "rebels"} for p in "ab"],
        "events": [{"place": "a", "start": day(5), "end": day(9), "type": "air", "actor": "army", "n": 30}],
    }
    rows["control"].append({"place": "a", "start": day(10), "actor": "army", "how": how})
    return make_crisis(DAYS, rows, parameters)


def away(how: str | None, t: int) -> float:
    """The share of the first town's people who are not at home."""
    crisis = fallen(how)
    settings = make_settings(crisis, engine="expected", members=1, seed=1)
    return float(1 - run_one(build_model(crisis), settings, 0)[0].result.daily.home[t, 0] / 10_000)


def test_a_stormed_town_empties_and_one_that_came_to_terms_fills_again() -> None:
    assert away("stormed", 39) > 0.97 * (1 - VALUES["immobile_share"])
    assert away(None, 39) == away("stormed", 39)
    assert away("agreement", 39) < 0.5 * away("agreement", 14)


def held_up() -> Crisis:
    """The town that falls by agreement, and its only way out: a crossing where the next country lets nobody in."""
    crisis = fallen("agreement")
    given = ("places", "routes", "actors", "control", "events")
    rows: dict[str, list[dict[str, Any]]] = {name: list(crisis.table(name).iter_rows(named=True)) for name in given}
    rows["places"][1] |= {"kind": "crossing", "population": 0}
    rows["places"].append(rows["places"][1] | {"place": "c", "country": "XBB", "kind": "camp", "longitude": 37.2})
    rows["routes"].append({"place1": "b", "place2": "c", "distance_km": 15, "gate": "border"})
    rows["closures"] = [{"kind": "gate", "name1": "border", "start": HISTORY, "policy": "closed"}]
    return make_crisis(DAYS, rows, {"irregular_crossing": 0})


@pytest.mark.parametrize("engine", ["expected", "cohorts", "individuals"])
def test_people_who_wait_at_a_gate_go_home_too(engine: str) -> None:
    crisis = held_up()
    settings = make_settings(crisis, engine=engine, members=1, seed=1)
    daily = run_one(build_model(crisis), settings, 0)[0].result.daily
    waiting = daily.gate.sum(axis=1)
    assert waiting[12] > 1000
    assert waiting[39] < 0.1 * waiting[20]  # of those who only give up 0.69 would be left, and they cannot go elsewhere
    assert daily.home[39, 0] > daily.home[20, 0] + waiting[20] - waiting[39]
    assert (daily.home + daily.here + daily.gate + daily.way + daily.out).sum(axis=1) == pytest.approx(
        float(crisis.table("places")["population"].sum())
    )


@pytest.mark.parametrize("engine", ["cohorts", "individuals"])
def test_nobody_goes_home_through_the_gate_at_which_they_wait(engine: str) -> None:
    crisis = held_up()
    rows = {name: list(crisis.table(name).iter_rows(named=True)) for name in crisis.tables if len(crisis.table(name))}
    for place in rows["places"]:  # the only way home is shut behind them
        place["country"] = "XAA" if place["place"] == "a" else "XBB"
    rows["routes"] = [
        {"place1": "a", "place2": "b", "distance_km": 60, "one_way": True},
        {"place1": "b", "place2": "c", "distance_km": 15},
        {"place1": "b", "place2": "a", "distance_km": 60, "one_way": True, "gate": "border"},
    ]
    crisis = make_crisis(DAYS, rows, {"gate_giving_up": 0, "irregular_crossing": 0})
    result = run_one(build_model(crisis), make_settings(crisis, engine=engine, members=1, seed=1), 0)[0].result
    waiting, flows = result.daily.gate[:, 1], result.flows
    assert waiting[-1] > 1000
    assert result.daily.returned.sum() == 0
    _, _, begin, end, _ = flows.key.T
    to_the_gate = flows.people[(begin == 1) & (end == 1)].sum()
    assert to_the_gate <= waiting[-1]  # at most once each: others come to the gate from further away


def test_a_takeover_frightens_less_by_agreement_and_in_a_large_city() -> None:
    model = build_model(fallen("agreement"))
    network, people = model.network, model.people
    stormed = takeover(network.holder, people, VALUES)[:, 0, 0]
    agreed = takeover(network.holder, people, VALUES, None, network.terms)[:, 0, 0]
    assert stormed[10] == 1.0
    assert agreed == pytest.approx(VALUES["takeover_agreement"] * stormed)
    there = np.array([90_000.0, 500.0])
    large = takeover(network.holder, people, VALUES, there)[:, 0, 0]
    assert large == pytest.approx(stormed * 9.0 ** -VALUES["takeover_dilution"])
    small = takeover(network.holder, people, VALUES, there[::-1])[:, 0, 0]
    assert (small == stormed).all()
