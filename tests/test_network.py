"""The network from day to day: places, directed roads, holders, what is cut or closed when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onward.crisis import Crisis, read_crisis
from onward.model.build import build_model
from onward.model.choice_costs import perceived_km
from onward.model.network import Network, build_network
from onward.model.parameters import default_values
from properties.crises import HISTORY, day, make_crisis

DAYS = 6


def towns(names: str, **given: dict[str, Any]) -> list[dict[str, Any]]:
    """Towns from south to north; ``given`` adds columns to the named."""
    return [
        {"place": p, "country": "XAA", "kind": "town", "latitude": 36 + i / 10, "longitude": 37, **given.get(p, {})}
        for i, p in enumerate(names)
    ]


def road(a: str, b: str, km: float = 10, **given: Any) -> dict[str, Any]:
    return {"place1": a, "place2": b, "distance_km": km, **given}


def held(place: str, t: int | None, actor: str) -> dict[str, Any]:
    return {"place": place, "start": HISTORY if t is None else day(t), "actor": actor}


def crisis_of(places: list[dict[str, Any]], routes: list[dict[str, Any]], **rows: list[dict[str, Any]]) -> Crisis:
    actors = [{"actor": "army", "side": "state"}, {"actor": "guard", "side": "state"}, {"actor": "rebels", "side": "r"}]
    return make_crisis(DAYS, {"places": places, "routes": routes, "actors": actors, **rows})


def usable(network: Network, a: str, b: str) -> list[bool]:
    """Whether the road from ``a`` to ``b`` can be used, by day."""
    index = network.places.index()
    (row,) = np.flatnonzero((network.roads.tail == index[a]) & (network.roads.head == index[b]))
    return [bool(x) for x in network.usable[:, row]]


def test_places_are_in_the_order_of_their_position_whatever_they_are_called() -> None:
    network = build_network(crisis_of(towns("zma"), [road("z", "m"), road("m", "a")]))
    assert network.places.names == ("z", "m", "a")


def test_roads_lead_both_ways_unless_they_are_one_way() -> None:
    roads = build_network(crisis_of(towns("abc"), [road("a", "b", 7), road("c", "b", 9, one_way="yes")])).roads
    pairs = zip(roads.tail.tolist(), roads.head.tolist(), roads.km.tolist(), strict=True)
    assert sorted(pairs) == [(0, 1, 7.0), (1, 0, 7.0), (2, 1, 9.0)]


def across(network: Network, a: str, b: str) -> list[bool]:
    """Whether the road from ``a`` to ``b`` crosses a line at risk, by day."""
    index = network.places.index()
    (row,) = np.flatnonzero((network.roads.tail == index[a]) & (network.roads.head == index[b]))
    return [bool(x) for x in network.across[:, row]]


def sealed(first: int | None = None, policy: str = "sealed", **given: Any) -> dict[str, Any]:
    return {"kind": "line", "start": HISTORY if first is None else day(first), "policy": policy, **given}


FRONT = [held("a", None, "army"), held("b", None, "rebels"), held("c", None, "guard"), held("b", 3, "guard")]


def test_a_line_between_two_sides_is_crossed_at_risk_from_its_day_on() -> None:
    network = build_network(crisis_of(towns("abc"), [road("a", "b"), road("a", "c")], control=FRONT))
    assert all(usable(network, "a", "b"))
    assert across(network, "a", "b") == [True] * 3 + [False] * 3
    assert not any(across(network, "a", "c"))  # two actors of one side


def test_a_sealed_line_cuts_the_road_between_two_sides() -> None:
    roads = [road("a", "b"), road("a", "c")]
    network = build_network(crisis_of(towns("abc"), roads, control=FRONT, closures=[sealed()]))
    assert usable(network, "a", "b") == [False] * 3 + [True] * 3
    assert not any(across(network, "a", "b"))
    assert all(usable(network, "a", "c"))


def test_a_rule_for_two_sides_beats_one_for_every_line() -> None:
    pair = {"name1": "r", "name2": "state"}
    rules = [sealed(), sealed(1, "crossing at risk", end=day(1), **pair), sealed(policy="sealed", end=day(0), **pair)]
    network = build_network(crisis_of(towns("ab"), [road("a", "b")], control=FRONT[:2], closures=rules))
    assert usable(network, "a", "b") == [False, True] + [False] * 4


def test_a_border_between_two_countries_is_no_line() -> None:
    places = towns("ab", b={"country": "XBB"})
    network = build_network(crisis_of(places, [road("a", "b")], control=FRONT[:2], closures=[sealed()]))
    assert all(usable(network, "a", "b"))
    assert not any(across(network, "a", "b"))


def test_a_line_crossed_at_risk_makes_its_road_seem_longer() -> None:
    crisis = crisis_of(towns("abc"), [road("a", "b"), road("a", "c")], control=FRONT)
    model = build_model(crisis)
    cost = [
        perceived_km(model.network, model.people, model.straight_km, default_values({"line_km": x})) for x in (0, 7)
    ]
    assert cost[1][0, 0] - cost[0][0, 0] == pytest.approx(7.0 * model.network.across[0])
    assert (cost[1][-1] == cost[0][-1]).all()


def test_a_place_held_by_nobody_known_cuts_no_road() -> None:
    network = build_network(crisis_of(towns("ab"), [road("a", "b")], control=[held("a", None, "army")]))
    assert all(usable(network, "a", "b"))


def test_a_gate_keeps_a_road_through_the_front_open() -> None:
    control = [held("a", None, "army"), held("b", None, "rebels")]
    network = build_network(crisis_of(towns("ab"), [road("a", "b", gate="line")], control=control))
    assert all(usable(network, "a", "b"))


def test_a_closed_road_is_cut_both_ways_for_its_days() -> None:
    rule = {"kind": "route", "name1": "b", "name2": "a", "start": day(1), "end": day(2), "policy": "closed"}
    network = build_network(crisis_of(towns("ab"), [road("a", "b")], closures=[rule]))
    for ends in ("ab", "ba"):
        assert usable(network, *ends) == [True, False, False, True, True, True]


def test_nobody_enters_or_passes_a_closed_place_but_people_may_leave_it() -> None:
    rule = {"kind": "place", "name1": "b", "start": day(4), "policy": "closed"}
    network = build_network(crisis_of(towns("abc"), [road("a", "b"), road("b", "c")], closures=[rule]))
    assert usable(network, "a", "b") == [True] * 4 + [False] * 2
    assert all(usable(network, "b", "a"))
    assert network.enterable[:, 1].tolist() == [True] * 4 + [False] * 2


def test_a_camp_takes_people_from_its_opening_to_its_closing_and_can_always_be_passed() -> None:
    places = towns("abc", b={"kind": "camp", "opens": day(2), "closes": day(4)})
    network = build_network(crisis_of(places, [road("a", "b"), road("b", "c")]))
    assert network.enterable[:, 1].tolist() == [False, False, True, True, False, False]
    assert all(usable(network, "a", "b"))


def test_holders_change_on_their_day() -> None:
    control = [held("a", None, "rebels"), held("a", 2, "army")]
    network = build_network(crisis_of(towns("ab"), [road("a", "b")], control=control))
    names = [network.actors[a] if a >= 0 else None for a in network.holder[:, 0]]
    assert names == ["rebels"] * 2 + ["army"] * 4
    assert (network.holder[:, 1] == -1).all()


def test_a_regime_begins_whenever_anything_changes() -> None:
    control = [held("a", None, "army"), held("a", 2, "guard")]
    rule = {"kind": "route", "name1": "a", "name2": "b", "start": day(4), "end": day(4), "policy": "closed"}
    network = build_network(crisis_of(towns("ab"), [road("a", "b")], control=control, closures=[rule]))
    assert network.regime.tolist() == [0, 0, 1, 1, 2, 3]


def test_the_country_of_the_attacked_is_home_and_the_others_are_abroad() -> None:
    places = towns("abc", a={"country": "XBB", "population": 10**6}, b={"population": 10})
    event = {"start": day(0), "place": "b", "type": "air", "actor": "army"}
    routes = [road("a", "b"), road("b", "c")]
    assert build_network(crisis_of(places, routes, events=[event])).places.abroad.tolist() == [True, False, False]
    assert build_network(crisis_of(places, routes)).places.abroad.tolist() == [False, True, True]


def test_straight_distances_are_those_on_the_ellipsoid() -> None:
    km = build_network(read_crisis("aleppo-2016")).straight_km()
    assert (km == km.T).all()
    assert (np.diag(km) == 0).all()
    degree = build_network(crisis_of(towns("ab", b={"latitude": 37}), [road("a", "b", 120)])).straight_km()
    assert degree[0, 1] == pytest.approx(110.97, abs=0.02)  # a degree of latitude at 36.5 degrees north
