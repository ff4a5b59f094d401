"""Borders: a front ends at them, refuges beyond have an outside, and ground beside them is a refuge."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onward.crisis import Crisis
from onward.model.build import build_model
from onward.model.choice_costs import attraction
from onward.model.parameters import default_values
from onward.simulation.member import run_one
from onward.simulation.settings import make_settings
from properties.crises import HISTORY, day, make_crisis

DAYS = 30


def edge(control: list[tuple[str, int, str]], **parameters: float) -> Crisis:
    """A road from a over b to c, which lies abroad; 1,000 displaced people are in c; b is attacked once."""
    places = [
        {"place": p, "country": "XBB" if p == "c" else "XAA", "kind": "town", "latitude": 36 + 0.2 * i,
         "longitude": 37, "population": 10_000, "displaced_at_start": 1_000 if p == "c" else 0}
        for i, p in enumerate("abc")
    ]  # fmt: skip
    rows: dict[str, list[dict[str, Any]]] = {
        "places": places,
        "routes": [{"place1": a, "place2": b, "distance_km": 30} for a, b in ("ab", "bc")],
        "actors": [{"actor": "army", "side": "state"}, {"actor": "rebels", "side": "opposition"}],
        "control": [{"place": p, "start": HISTORY if t < 0 else day(t), "actor": a} for p, t, a in control],
        "fears": [{"group": "all", "actor": "army", "weight": 1}],
        "groups": [{"group": "all", "share": 1}],
        "events": [{"place": "b", "start": day(0), "type": "air", "actor": "army", "n": 3}],
    }
    return make_crisis(DAYS, rows, parameters)


PUSH = [("a", -1, "army"), ("b", -1, "rebels"), ("b", 10, "army")]


def test_a_front_ends_at_a_border_that_its_actor_does_not_cross() -> None:
    km = build_model(edge(PUSH)).front_km[:, :, 0]  # the army's
    assert km[0].tolist() == [0.0, 30.0, np.inf]
    assert km[10].tolist() == [0.0, 0.0, np.inf]
    crossed = build_model(edge([*PUSH, ("c", 20, "army")])).front_km[:, :, 0]
    assert crossed[19].tolist() == [0.0, 0.0, np.inf]
    assert crossed[20].tolist() == [0.0, 0.0, 0.0]


def test_nobody_abroad_is_frightened_or_driven_back_by_the_only_road() -> None:
    def run(**overrides: float) -> Any:
        crisis = edge(PUSH)
        given = {"return_rate": 0, "return_agreement": 0, **overrides}
        settings = make_settings(crisis, engine="expected", members=1, seed=1, labels=False, overrides=given)
        return run_one(build_model(crisis), settings, 0)[0].result.daily

    daily = run()
    assert (daily.left_home[:, 2] == 0).all()
    assert (daily.moved_on[:, 2] == 0).all()
    assert (daily.fled_again[:, 2] == 0).all()
    assert (np.diff(daily.here[:, 2]) >= 0).all()
    assert run(choice_danger=0).moved_on[:, 2].sum() > 100


def test_a_place_abroad_is_not_encircled() -> None:
    model = build_model(edge(PUSH))
    assert (model.steps[:, 2] == 0).all()
    assert model.steps[10, 1] != 0


def test_ground_beside_a_border_attracts_by_its_distance() -> None:
    model = build_model(edge(PUSH))
    network, people, km = model.network, model.people, model.straight_km
    found = [
        attraction(network, people, network.places.population, default_values({"choice_border": b}), km)[0, :, 0]
        for b in (0.0, 1.5)
    ]
    reach = default_values()["border_km"]
    due = [math.exp(1.5 * math.exp(-km[i, 2] / reach)) for i in (0, 1)]
    assert found[1] / found[0] == pytest.approx([*due, 1.0], rel=1e-12)
