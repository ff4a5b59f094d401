"""Refuge: a holder who refuses a group makes its places less attractive, and large ones most of all."""

from __future__ import annotations

import math
from typing import Any

import pytest

from onward.model.build import build_model
from onward.model.choice_costs import attraction
from onward.model.parameters import default_values
from onward.simulation.member import build_member, run_one
from onward.simulation.settings import make_settings
from properties.crises import HISTORY, day, make_crisis

VALUES = default_values()


@pytest.mark.parametrize("refuge", [-2.0, -0.5, 0.0, 1.0])
def test_size_counts_less_where_the_holder_refuses_a_group(refuge: float) -> None:
    people = {"a": 4_000, "b": 2_000_000}
    places = [
        {"place": p, "country": "XAA", "kind": "city", "latitude": 36 + i, "longitude": 37, "population": n}
        for i, (p, n) in enumerate(people.items())
    ]
    rows: dict[str, list[dict[str, Any]]] = {
        "places": places,
        "routes": [{"place1": "a", "place2": "b", "distance_km": 150}],
        "actors": [{"actor": "army", "side": "state"}],
        "control": [{"place": p, "start": HISTORY, "actor": "army"} for p in people],
        "fears": [{"group": "all", "actor": "army", "weight": 1, "refuge": refuge}],
        "groups": [{"group": "all", "share": 1}],
    }
    model = build_model(make_crisis(5, rows, {}))
    found = attraction(model.network, model.people, model.network.places.population, VALUES, model.straight_km)[0, :, 0]
    for weight, residents in zip(found, people.values(), strict=True):
        size = VALUES["choice_population"] * math.log1p(residents / VALUES["choice_population_people"])
        assert weight == pytest.approx(math.exp(VALUES["choice_city"] + min(1.0, math.exp(refuge)) * size + refuge))


@pytest.mark.parametrize("refuge", [-2.0, 0.0, 1.0])
def test_nobody_plans_to_wait_at_a_border_under_those_who_refuse_them(refuge: float) -> None:
    places = [
        {"place": "home", "country": "XAA", "kind": "town", "latitude": 36, "longitude": 37, "population": 10_000},
        *(
            {"place": p, "country": c, "kind": "camp", "latitude": 36 + north, "longitude": 37 + east}
            for p, c, north, east in (("near", "XAA", 0.5, 0), ("far", "XBB", 0.6, 0), ("other", "XAA", 0, 0.6))
        ),
    ]
    rows: dict[str, list[dict[str, Any]]] = {
        "places": places,
        "routes": [
            {"place1": "home", "place2": "near", "distance_km": 60},
            {"place1": "near", "place2": "far", "distance_km": 10, "gate": "border"},
            {"place1": "home", "place2": "other", "distance_km": 60},
        ],
        "closures": [{"kind": "gate", "name1": "border", "start": HISTORY, "policy": "closed"}],
        "actors": [{"actor": "army", "side": "state"}, {"actor": "rebels", "side": "opposition"}],
        "control": [
            {"place": p, "start": HISTORY, "actor": actor}
            for p, actor in (("home", "rebels"), ("near", "army"), ("other", "rebels"))
        ],
        "events": [{"place": "home", "start": day(1), "type": "air", "actor": "army", "n": 40}],
        "fears": [{"group": "all", "actor": "army", "weight": 1, "refuge": refuge}],
        "groups": [{"group": "all", "share": 1}],
    }  # fmt: skip
    parameters = {"choice_danger": 0, "choice_threat": 0, "risk_weight": 0, "line_km": 0, "choice_nest": 1}
    crisis = make_crisis(3, rows, {**parameters, "choice_floor": 0, "choice_smallest_party": 1e-6, "stage_share": 0})
    settings = make_settings(crisis, engine="expected", members=1, seed=1)
    model = build_model(crisis)
    drawn, daily = build_member(model, settings, 0), run_one(model, settings, 0)[0].result.daily
    before, far, other = (model.network.places.names.index(p) for p in ("near", "far", "other"))
    refused = math.exp(min(0.0, refuge))
    assert drawn.world.welcome[0, before, 0] == pytest.approx(refused)
    c0, fall = VALUES["choice_near_km"], -VALUES["choice_distance"]
    attracts = drawn.world.attraction[0, :, 0]
    waiting = attracts[far] * (70 + VALUES["gate_detour_km"] + c0) ** fall * math.exp(-VALUES["choice_gate"]) * refused
    staying = attracts[other] * (60 + c0) ** fall
    assert daily.gate[2, before] / daily.here[2, other] == pytest.approx(waiting / staying, rel=0.01)


def test_people_go_where_others_are_already_displaced() -> None:
    places = [
        {"place": "home", "country": "XAA", "kind": "town", "latitude": 36, "longitude": 37, "population": 10_000},
        {"place": "empty", "country": "XAA", "kind": "camp", "latitude": 36.5, "longitude": 37},
        {"place": "lived_in", "country": "XAA", "kind": "camp", "latitude": 36, "longitude": 37.5}
        | {"displaced_at_start": 9_000},
    ]
    routes = [{"place1": "home", "place2": p, "distance_km": 60} for p in ("empty", "lived_in")]
    crisis = make_crisis(3, {"places": places, "routes": routes}, {})
    model = build_model(crisis)
    drawn = build_member(model, make_settings(crisis, engine="expected", members=1, seed=1), 0)
    weight = dict(zip(model.network.places.names, drawn.world.attraction[0, :, 0], strict=True))
    assert weight["lived_in"] / weight["empty"] == pytest.approx(10.0 ** VALUES["choice_population"])
