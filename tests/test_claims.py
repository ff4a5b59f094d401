"""Claims: what a run would have reported, computed from hand-made flows, and the verdicts."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from onward.crisis import Crisis, read_crisis
from onward.engine.state import TIMES, Daily, Flows, Result
from onward.evaluation.counts import Count, misfit
from onward.evaluation.verdicts import verdict
from onward.model.build import build_model
from onward.model.claims import Claim
from onward.simulation.observables import claim_value
from tiny import write_tiny

DAYS, PLACES = 10, 3
A, B, C = range(PLACES)


def mask(*places: int) -> np.ndarray:
    return np.isin(np.arange(PLACES), places)


def claim(indicator: str, measure: str = "", **given: object) -> Claim:
    base = {"name": "x", "origin": None, "destination": None, "gates": np.zeros(0, bool), "first": 0, "last": DAYS - 1,
            "low": None, "high": None, "unit": "people", "counted": False}  # fmt: skip
    return Claim(indicator=indicator, measure=measure, **{**base, **given})  # type: ignore[arg-type]


@pytest.fixture
def network(tmp_path):  # type: ignore[no-untyped-def]
    write_tiny(tmp_path / "tiny")
    return build_model(read_crisis(tmp_path / "tiny")).network


def result(rows: list[tuple[int, int, int, int, int, int]], left: dict[tuple[int, int], int] | None = None) -> Result:
    """A result whose flows are (day, origin, from, to, times, people)."""
    cubes = [np.zeros((DAYS, PLACES), np.int64) for _ in range(10)]
    for (t, p), people in (left or {}).items():
        cubes[5][t, p] = people
    nothing = np.zeros((DAYS, 0), np.int64)
    daily = Daily(*cubes, nothing, nothing, np.zeros((DAYS, TIMES), np.int64))
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 6)
    return Result(daily, Flows(table[:, :5].astype(np.int32), table[:, 5]), -1)


JOURNEY = [
    (1, A, A, B, 1, 100),  # 100 leave A for B
    (3, A, B, C, 2, 30),  # 30 of them flee on to C
    (4, C, C, B, 1, 7),  # 7 leave C for B
    (5, -1, B, A, 2, 5),  # 5 of home unknown go from B to A
]
LEFT = {(1, A): 100, (4, C): 7}


def value(network, c: Claim, coverage: float = 1.0) -> float | None:  # type: ignore[no-untyped-def]
    return claim_value(c, result(JOURNEY, LEFT), network, np.ones((DAYS, PLACES)), coverage)


def test_displaced_counts_who_left_home_in_the_window(network) -> None:  # type: ignore[no-untyped-def]
    assert value(network, claim("displaced", origin=mask(A))) == 100
    assert value(network, claim("displaced", origin=mask(A), first=2)) == 0
    assert value(network, claim("displaced")) == 107


def test_displaced_with_a_destination_counts_who_is_there_in_the_end(network) -> None:  # type: ignore[no-untyped-def]
    assert value(network, claim("displaced", origin=mask(A), destination=mask(B))) == 70
    assert value(network, claim("displaced", origin=mask(A), destination=mask(B, C))) == 100


def test_coverage_applies_to_what_agencies_count(network) -> None:  # type: ignore[no-untyped-def]
    assert value(network, claim("displaced", origin=mask(A), counted=True), 0.5) == 50


def test_arrivals_are_net_unless_gross_ones_are_asked_for(network) -> None:  # type: ignore[no-untyped-def]
    assert value(network, claim("arrivals", destination=mask(B))) == 107 - 30 - 5
    assert value(network, claim("arrivals", "net", destination=mask(B))) == 107 - 30 - 5
    assert value(network, claim("arrivals", "gross", destination=mask(B))) == 107
    assert value(network, claim("arrivals", "gross", destination=mask(B), origin=mask(C))) == 7


def test_leaving_home_within_an_area_counts_as_arriving_in_it(network) -> None:  # type: ignore[no-untyped-def]
    assert value(network, claim("arrivals", "net", destination=mask(A, B))) == 100 + 7 - 30


def test_onward_counts_second_displacements_on_a_leg(network) -> None:  # type: ignore[no-untyped-def]
    assert value(network, claim("onward", origin=mask(B), destination=mask(C))) == 30
    assert value(network, claim("onward", destination=mask(A))) == 5


def test_a_share_is_of_those_who_left(network) -> None:  # type: ignore[no-untyped-def]
    assert value(network, claim("share", origin=mask(A), destination=mask(C))) == pytest.approx(0.3)


def test_through_is_the_share_of_arrivals_from_or_by_an_area(network) -> None:  # type: ignore[no-untyped-def]
    assert value(network, claim("share", "through", origin=mask(C), destination=mask(B))) == pytest.approx(7 / 107)


def test_rates_are_per_day_of_the_window(network) -> None:  # type: ignore[no-untyped-def]
    assert value(network, claim("displaced", origin=mask(A), unit="people/day")) == pytest.approx(10)
    assert value(network, claim("displaced", origin=mask(A), unit="people/week")) == pytest.approx(70)


def test_what_the_model_cannot_say_is_none(network) -> None:  # type: ignore[no-untyped-def]
    assert value(network, claim("share", "not_modelled")) is None
    assert value(network, claim("stock")) is None
    unlabelled = result([(1, -1, A, B, 0, 10)])
    origin = claim("displaced", origin=mask(A), destination=mask(B))
    assert claim_value(origin, unlabelled, network, np.ones((DAYS, PLACES)), 1.0) is None


def test_a_count_that_the_model_cannot_answer_is_left_out_of_a_fit_and_not_a_perfect_one(network) -> None:  # type: ignore[no-untyped-def]
    unlabelled = result([(1, -1, A, B, 0, 10)])
    from_a = Count(claim("displaced", origin=mask(A), destination=mask(B)), 10.0, 10.0, 10.0, "x")
    assert misfit(from_a, unlabelled, network, 1.0) is None
    there = Count(claim("arrivals", destination=mask(B)), 10.0, 10.0, 10.0, "x")
    assert misfit(there, result(JOURNEY, LEFT), network, 1.0) == pytest.approx(
        (72**0.5 - 10**0.5) / (0.15625 + 30) ** 0.5
    )


def test_without_labels_who_left_home_in_an_area_came_to_it_on_that_day(network) -> None:  # type: ignore[no-untyped-def]
    unlabelled = result([(t, -1, a, b, 0, n) for t, _, a, b, _, n in JOURNEY], LEFT)
    for where in (mask(A), mask(B), mask(A, B), mask(A, B, C)):
        net = claim_value(claim("arrivals", destination=where), unlabelled, network, np.ones((DAYS, PLACES)), 1.0)
        assert net == value(network, claim("arrivals", destination=where))
    gross = claim("arrivals", "gross", destination=mask(A))
    assert claim_value(gross, unlabelled, network, np.ones((DAYS, PLACES)), 1.0) is None  # 100 left home there


def test_returned_counts_who_came_home_in_the_window(network) -> None:  # type: ignore[no-untyped-def]
    home = result([])
    home.daily.returned[4, A] = 12
    assert claim_value(claim("returned", destination=mask(A)), home, network, np.ones((DAYS, PLACES)), 0.5) == 12
    assert claim_value(claim("returned", destination=mask(A), last=3), home, network, np.ones((DAYS, PLACES)), 1.0) == 0


def test_the_attack_ratio_compares_with_as_many_days_before(network) -> None:  # type: ignore[no-untyped-def]
    attacks = np.vstack([np.full((5, PLACES), 2.0), np.full((5, PLACES), 1.0)])
    assert claim_value(claim("share", "attack_ratio", first=5), result([]), network, attacks, 1.0) == pytest.approx(0.5)


def test_verdicts() -> None:
    assert verdict(5.0, 1.0, 10.0) == "inside"
    assert verdict(0.5, 1.0, 10.0) == "low"
    assert verdict(50.0, None, 10.0) == "high"
    assert verdict(None, 1.0, 10.0) == "not modelled"


def test_every_claim_of_the_bundled_crisis_has_a_figure_or_says_why_not() -> None:
    import onward

    crisis = read_crisis("aleppo-2016")
    run = onward.simulate(crisis, members=1, seed=1)
    said = {row["claim"]: row["value"] for row in run.table("claims").iter_rows(named=True)}
    assert {name for name, figure in said.items() if figure is None} == {"T19", "T23"}


def with_claim(crisis: Crisis, **row: object) -> Crisis:
    frame = pl.DataFrame([{"claim": "x", "unit": "people", "low": 1.0, "high": 2.0, **row}])
    return crisis.replace_table("claims", frame)


def test_a_gate_claim_may_name_the_gate_or_a_place_beside_it() -> None:
    crisis = read_crisis("aleppo-2016")
    by_gate = build_model(with_claim(crisis, indicator="gate_passed", destination="bab-al-salama")).claims[0]
    by_place = build_model(with_claim(crisis, indicator="gate_passed", destination="oncupinar")).claims[0]
    assert by_gate.gates.sum() == 1
    assert (by_gate.gates == by_place.gates).all()


def test_a_claims_window_counts_from_the_first_day() -> None:
    crisis = read_crisis("aleppo-2016")
    frame = {"indicator": "displaced", "start": dt.date(2016, 2, 1), "end": dt.date(2016, 2, 22)}
    compiled = build_model(with_claim(crisis, **frame)).claims[0]
    assert (compiled.first, compiled.last) == (17, 38)
