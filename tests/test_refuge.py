"""Refuge: a holder who refuses a group makes its places less attractive, and large ones most of all."""

from __future__ import annotations

import math
from typing import Any

import pytest

from onward.model.build import build_model
from onward.model.choice_costs import attraction
from onward.model.parameters import default_values
from properties.crises import HISTORY, make_crisis

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
