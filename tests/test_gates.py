"""Gates: whose rule counts when, which roads become gates, and whole people out of a quota."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.model.gates import CLOSED, OPEN, QUOTA, Gates
from onward.model.keyed_draws import Draws, keys_of
from onward.model.network import Network, build_network
from properties.crises import day, make_crisis
from properties.runs import run_member

DAYS = 10


def border(
    closures: list[dict[str, Any]], gate: str | None = "main", more: Sequence[tuple[str, str, str]] = ()
) -> Network:
    """Two towns in two countries and a road between them, and one inside the first; more roads have their gate."""
    names = {"a": "XAA", "b": "XBB", "c": "XAA"}
    places = [
        {"place": p, "country": country, "kind": "town", "latitude": 36 + i / 10, "longitude": 37}
        for i, (p, country) in enumerate(names.items())
    ]
    routes = [{"place1": "a", "place2": "b", "distance_km": 9, "gate": gate}]
    routes += [{"place1": "a", "place2": "c", "distance_km": 20}]
    routes += [{"place1": a, "place2": b, "distance_km": 30, "gate": named} for a, b, named in more]
    return build_network(make_crisis(DAYS, {"places": places, "routes": routes, "closures": closures}))


def rule(
    kind: str, policy: str, first: int = 0, last: int | None = None, people: float | None = None
) -> dict[str, Any]:
    named = {"gate": ("main", None), "route": ("b", "a"), "border": ("XBB", "XAA")}[kind]
    end = None if last is None else day(last)
    row = {"kind": kind, "name1": named[0], "name2": named[1], "start": day(first), "end": end, "policy": policy}
    return row if people is None else {**row, "people_per_day": people}


def policies(network: Network) -> list[int]:
    (column,) = network.gates.policy.T
    return [int(p) for p in column]


def test_a_gate_without_a_rule_is_open() -> None:
    network = border([])
    assert network.gates.names == ("main",)
    assert policies(network) == [OPEN] * DAYS


@pytest.mark.parametrize(
    ("rules", "due"),
    [
        ([rule("border", "closed"), rule("gate", "open", 3, 5)], [CLOSED] * 3 + [OPEN] * 3 + [CLOSED] * 4),
        ([rule("gate", "open"), rule("border", "closed", 4)], [OPEN] * DAYS),
        ([rule("route", "quota", 2, None, 5), rule("border", "closed", 6)], [OPEN] * 2 + [QUOTA] * 8),
        ([rule("border", "closed"), rule("route", "open", 3, 5)], [CLOSED] * 3 + [OPEN] * 3 + [CLOSED] * 4),
        ([rule("gate", "closed", 1, 4), rule("route", "quota", 0, None, 5)], [QUOTA] + [CLOSED] * 4 + [QUOTA] * 5),
    ],
    ids=["gate_over_border", "gate_over_later", "route_over_border", "open_route_over_border", "gate_over_route"],
)
def test_the_rule_that_names_more_counts_more(rules: list[dict[str, Any]], due: list[int]) -> None:
    assert policies(border(rules)) == due


def test_the_later_of_two_rules_follows_the_earlier() -> None:
    network = border([rule("gate", "quota", 5, None, 3), rule("gate", "closed", 0, 4)])
    assert policies(network) == [CLOSED] * 5 + [QUOTA] * 5


def test_a_rule_from_before_the_crisis_holds_from_its_first_day() -> None:
    assert policies(border([rule("gate", "closed", -20, 1)])) == [CLOSED] * 2 + [OPEN] * 8


@pytest.mark.parametrize("kind", ["border", "route"])
def test_a_rule_for_a_border_or_a_quota_for_a_road_makes_a_gate(kind: str) -> None:
    network = border([rule(kind, "quota", 0, None, 4)], gate=None)
    assert network.gates.names == ("a - b",)
    gated = {(int(t), int(h)) for t, h in zip(*_lanes(network), strict=True)}
    assert gated == {(0, 1), (1, 0)}


def _lanes(network: Network) -> tuple[Any, Any]:
    lanes = network.gates.lane_road
    return network.roads.tail[lanes], network.roads.head[lanes]


def test_a_closed_road_within_a_country_is_cut_and_no_gate() -> None:
    network = border([rule("route", "closed")], gate=None)
    assert network.gates.names == ()
    assert not network.usable.all()


def test_closing_one_road_of_a_gate_leaves_its_other_roads_open() -> None:
    network = border([rule("route", "closed", 2, 4)], more=[("c", "b", "main")])
    assert policies(network) == [OPEN] * DAYS
    cut = ~network.usable
    assert cut[2:5].sum(axis=1).tolist() == [2, 2, 2]  # one road, both ways
    assert cut.sum() == 6


def test_a_quota_for_a_road_of_two_one_way_lanes_is_one_quota() -> None:
    places = [
        {"place": p, "country": "XAA", "kind": "town", "latitude": 36 + i / 10, "longitude": 37}
        for i, p in enumerate("ab")
    ]
    routes = [{"place1": a, "place2": b, "distance_km": 9, "one_way": "yes"} for a, b in ("ab", "ba")]
    network = build_network(
        make_crisis(DAYS, {"places": places, "routes": routes, "closures": [rule("route", "quota", 0, None, 4)]})
    )
    assert network.gates.names == ("a - b",)


def test_an_open_gate_lets_nobody_out_on_a_road_that_is_cut() -> None:
    places = [
        {"place": "a", "country": "XAA", "kind": "town", "latitude": 36, "longitude": 37, "population": 50_000},
        {"place": "b", "country": "XAA", "kind": "city", "latitude": 36.1, "longitude": 37},
    ]
    rules = [rule("gate", "closed", 0, 3), {"kind": "place", "name1": "b", "start": day(3), "policy": "closed"}]
    rows = {
        "places": places,
        "routes": [{"place1": "a", "place2": "b", "distance_km": 9, "gate": "main"}],
        "actors": [{"actor": "army", "side": "state"}],
        "events": [{"start": day(0), "place": "a", "type": "air", "actor": "army", "n": 30}],
        "closures": rules,
    }
    daily = run_member(make_crisis(DAYS, rows), "cohorts", parameters="fixed").daily
    assert daily.waiting[3, 0] > 0
    assert (daily.passed == 0).all()


def gates_with(policy: list[int], rates: list[tuple[float, float, float]], rules: list[int]) -> Gates:
    none = np.zeros(0, dtype=np.int64)
    policies, in_force = (np.array(x, dtype=np.int64)[:, None] for x in (policy, rules))
    quotas, keys = np.array(rates).reshape(-1, 3), keys_of(range(len(rates)))
    unsealed, inland = np.zeros(policies.shape, np.bool_), np.zeros(1, np.bool_)
    return Gates(("main",), policies, unsealed, in_force, quotas, keys, inland, none, none)


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(
    rates=st.lists(st.floats(0, 500), min_size=1, max_size=4),
    spells=st.lists(st.tuples(st.sampled_from((OPEN, QUOTA, CLOSED)), st.integers(0, 3)), min_size=1, max_size=60),
    leak=st.sampled_from((0.0, 0.3, 12.0)),
)
def test_no_stretch_of_days_lets_through_more_than_its_quotas_and_one(
    rates: list[float], spells: list[tuple[int, int]], leak: float
) -> None:
    policy = [p for p, _ in spells]
    rules = [k % len(rates) if p == QUOTA else -1 for p, k in spells]
    allowed = gates_with(policy, [(r, r, r) for r in rates], rules).draw_allowed(None, leak=leak, common=0.0)[:, 0]
    due = {QUOTA: lambda k: rates[k], CLOSED: lambda _: leak, OPEN: lambda _: 0.0}
    rate = np.array([due[p](k) for p, k in zip(policy, rules, strict=True)])
    assert [a == -1 for a in allowed] == [p == OPEN for p in policy]
    let = np.concatenate([[0], np.cumsum(np.where(allowed < 0, 0, allowed))])
    limit = np.concatenate([[0.0], np.cumsum(rate)])
    for first in range(len(let)):
        assert (let[first:] - let[first] < limit[first:] - limit[first] + 1 + 1e-6).all()
        assert (let[first:] - let[first] > limit[first:] - limit[first] - 1 - 1e-6).all()


def test_a_quota_below_one_lets_one_through_every_few_days() -> None:
    allowed = gates_with([QUOTA] * 8, [(0.4, 0.4, 0.4)], [0] * 8).draw_allowed(None, leak=0.0, common=0.0)
    assert allowed[:, 0].tolist() == [0, 0, 1, 0, 1, 0, 0, 1]


def test_a_quota_with_a_range_is_drawn_once_for_its_rule() -> None:
    gates = gates_with([QUOTA] * 8, [(100, 50, 200), (100, 50, 200)], [0] * 4 + [1] * 4)
    allowed = gates.draw_allowed(Draws(1), leak=0.0, common=0.0)[:, 0]
    assert np.ptp(allowed[:4]) <= 1
    assert np.ptp(allowed[4:]) <= 1
    assert abs(allowed[0] - allowed[4]) > 1


def test_a_share_of_those_who_wait_crosses_a_shut_border_and_nobody_an_inland_or_a_sealed_gate() -> None:
    network = border([rule("border", "closed"), rule("gate", "sealed", 4, 6)], more=[("a", "c", "inland")])
    shares = dict(zip(network.gates.names, network.gates.irregular_shares(0.1).T, strict=True))
    crosses = 1 - np.exp(-0.1)
    assert shares["inland"].tolist() == [0.0] * DAYS
    assert shares["main"] == pytest.approx([crosses] * 4 + [0.0] * 3 + [crosses] * 3)
    main = network.gates.draw_allowed(None, leak=5.0, common=0.0)[:, network.gates.names.index("main")]
    assert main.tolist() == [5] * 4 + [0] * 3 + [5] * 3


@pytest.mark.parametrize("engine", ["expected", "cohorts", "individuals"])
@pytest.mark.parametrize(
    ("country", "policy", "crosses"), [("XBB", "closed", True), ("XBB", "sealed", False), ("XAA", "closed", False)]
)
def test_people_cross_a_closed_border_at_the_irregular_rate(
    country: str, policy: str, crosses: bool, engine: str
) -> None:
    places = [
        {"place": "a", "country": "XAA", "kind": "town", "latitude": 36, "longitude": 37, "population": 50_000},
        {"place": "b", "country": country, "kind": "camp", "latitude": 36.1, "longitude": 37},
    ]
    rows = {
        "places": places,
        "routes": [{"place1": "a", "place2": "b", "distance_km": 9, "gate": "main"}],
        "actors": [{"actor": "army", "side": "state"}],
        "events": [{"start": day(0), "place": "a", "type": "air", "actor": "army", "n": 30}],
        "closures": [rule("gate", policy)],
    }
    held = {"irregular_crossing": 0.2, "gate_giving_up": 0, "return_rate": 0, "share_foot": 0}
    daily = run_member(make_crisis(DAYS, rows, held), engine, parameters="fixed").daily
    waiting, passed = daily.waiting[:, 0], daily.passed[:, 0]
    assert waiting[3] > 100
    due = (1 - np.exp(-0.2)) * (waiting + passed) * crosses
    assert np.abs(passed - due).max() <= (1e-6 if engine == "expected" else 5 * np.sqrt(due.max()))  # binomial draws
