"""Women and children among those who flee: from stated shares of homes, weighted by who is there."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

import onward
from onward.crisis import Crisis, crisis_from_tables
from onward.errors import CrisisDataError
from onward.evaluation.labels import claim_words
from onward.model.claims import claims_from_rows
from onward.model.demography import women_and_children
from onward.model.network import build_network
from onward.simulation.journeys import itineraries_again
from onward.simulation.observables import value_of_record
from onward.simulation.record import Legs, Record
from properties.crises import day, frame, make_crisis

WHO = [
    {"place": None, "sex": "female", "age_low": 0.0, "age_high": None, "share": 0.5},
    {"place": None, "sex": "male", "age_low": 0.0, "age_high": 17.0, "share": 0.25},
    {"place": None, "sex": "male", "age_low": 18.0, "age_high": None, "share": 0.25},
    {"place": "b", "sex": "female", "age_low": 0.0, "age_high": None, "share": 0.4},
    {"place": "b", "sex": "male", "age_low": 15.0, "age_high": 19.0, "share": 0.5},
    {"place": "b", "sex": "male", "age_low": 20.0, "age_high": None, "share": 0.1},
]
CLAIMS = [
    ("left", "share", None, None),
    ("left_b", "share", "b", None),
    ("in_c", "share", None, "c"),
    ("people", "displaced", None, None),
    ("came", "arrivals", None, "c"),
    ("staying", "stock", None, "c"),
    ("at_gate", "gate_passed", None, "c"),
]


def crisis(who: list[dict[str, Any]]) -> Crisis:
    places = [
        {"place": p, "country": "XAA", "kind": "town", "latitude": 36.0 + i, "longitude": 37.0, "population": n}
        for i, (p, n) in enumerate((("a", 2_000), ("b", 1_000), ("c", 0)))
    ]
    roads = [{"place1": p, "place2": "c", "distance_km": 100, "mode": "road", "one_way": "no"} for p in "ab"]
    claims = [
        {"claim": name, "indicator": kind, "origin": origin, "destination": destination, "unit": "share", "low": 0.0,
         "measure": "women_and_children"}
        for name, kind, origin, destination in CLAIMS
    ]  # fmt: skip
    return make_crisis(3, {"places": places, "routes": roads, "demography": who, "claims": claims})


def record() -> Record:
    """Two days: 300 leave a and 100 leave b for c; 40 of b, whose home is known, go on to a."""
    start, end, origin = np.array([0, 1, 2]), np.array([2, 2, 0]), np.array([0, 1, 1])
    home, people = np.array([True, True, False]), np.array([300.0, 100.0, 40.0])
    legs = Legs(np.zeros(3, np.int64), np.array([0, 0, 1]), origin, start, end, home, ~home, people)
    cubes = {name: np.zeros((1, 3, 3)) for name in ("left_home", "here", "gate")}
    cubes["left_home"][0, 0] = [300.0, 100.0, 0.0]
    cubes["here"][0, 1:, 2] = 360.0
    return Record(1, True, legs, np.array([0.5]), cubes.__getitem__)


def test_a_band_of_ages_over_18_is_divided_by_year_and_places_have_their_own() -> None:
    assert women_and_children(crisis(WHO), ["a", "b", "c"]) == pytest.approx([0.75, 0.4 + 0.5 * 3 / 5, 0.75])
    assert np.isnan(women_and_children(crisis(WHO[3:]), ["a", "b", "c"])).tolist() == [True, False, True]


def test_everybody_counts_with_the_shares_of_their_home() -> None:
    world = crisis(WHO)
    network = build_network(world)
    rows = world.table("claims").iter_rows(named=True)
    found = {
        c.name: value_of_record(c, record(), network, np.zeros((3, 3))) for c in claims_from_rows(world, network, rows)
    }
    mean = (300 * 0.75 + 100 * 0.7) / 400
    in_c = (300 * 0.75 + 60 * 0.7) / 360
    assert found.pop("at_gate") is None
    assert found == pytest.approx({
        "left": mean, "left_b": 0.7, "in_c": in_c,
        "people": 400 * mean * 0.5, "came": 360 * in_c, "staying": 360 * in_c,
    })  # fmt: skip


def test_without_shares_of_those_who_fled_there_is_no_answer() -> None:
    world = crisis(WHO[3:])
    network = build_network(world)
    rows = world.table("claims").iter_rows(named=True)
    found = {
        c.name: value_of_record(c, record(), network, np.zeros((3, 3))) for c in claims_from_rows(world, network, rows)
    }
    assert found["left_b"] == pytest.approx(0.7)
    assert found["left"] is None
    assert found["in_c"] is None


def test_shares_that_do_not_add_up_and_bands_turned_round_are_told() -> None:
    wrong = [{**WHO[0], "share": 0.4}, WHO[1], {**WHO[2], "age_low": 30.0, "age_high": 20.0}]
    with pytest.raises(CrisisDataError) as error:
        crisis(wrong)
    assert "the shares for all other places add up to 0.9, not 1" in str(error.value)
    assert "it ends at 20 years, before it begins at 30" in str(error.value)


def test_the_table_is_part_of_the_hash_only_where_it_has_rows() -> None:
    world = onward.read_crisis("aleppo-2016")
    with_ages = world.replace_table("demography", pl.DataFrame(WHO[:3]))
    assert with_ages.hash != world.hash
    assert with_ages.replace_table("demography", with_ages.table("demography").clear()).hash == world.hash


def test_the_claim_is_told_in_words() -> None:
    row = {"indicator": "share", "measure": "women_and_children", "destination": "c", "end": day(2)}
    assert claim_words(row, crisis(WHO)) == "women and children among the displaced in C by 3 March"


def test_ages_drawn_person_by_person_agree_with_shares_of_homes() -> None:
    events = [
        {"start": day(0), "end": day(1), "type": "air", "actor": "army", "n": n, "place": p}
        for p, n in (("a", 60.0), ("b", 20.0))
    ]
    still = crisis(WHO)
    rows = {"events": frame("events", events), "actors": frame("actors", [{"actor": "army", "side": "state"}])}
    header = {**still.header(), "parameters": {"attack_weight": 0.01}}
    world = crisis_from_tables(header, {**still.tables, **rows})
    run = onward.simulate(world, engine="individuals", members=1, seed=1)
    claims = dict(run.table("claims").select("claim", "value").iter_rows())
    found = run.journeys()
    assert found["people"]["mean"] > 200
    assert found["women_and_children"]["mean"] / found["people"]["mean"] == pytest.approx(claims["in_c"])
    homes = pl.concat(rows for _, rows in itineraries_again(run, world)).filter(pl.col("stop") == 0)
    begin, people = homes["place"].cast(pl.String).to_list(), homes["people"].to_numpy()
    p = women_and_children(world, begin)
    assert len(set(p.tolist())) == 2
    drawn = np.random.default_rng(1).binomial(people, p, size=(400, len(p))).sum(axis=1)
    error = np.sqrt((people * p * (1 - p)).sum())
    assert abs(drawn.mean() - found["women_and_children"]["mean"]) < 4.5 * error / np.sqrt(400)
    assert drawn.std(ddof=1) == pytest.approx(error, rel=0.16)
