"""Who passed near ground that an actor held: distances, a chain with known answers, laws, samplers and the claim."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from scipy import stats

import onward
from onward.crisis import Crisis, crisis_from_tables, read_crisis
from onward.engine.draws import fair_share
from onward.engine.state import Result
from onward.errors import CrisisDataError, ParameterError
from onward.model.build import build_model
from onward.model.near_ground import Near, near_of, questions, road_to_place_km
from onward.model.network import build_network
from onward.server.whatifs import settings_of
from onward.simulation.member import run_one
from onward.simulation.settings import make_settings
from properties.crises import crises, day, make_crisis
from properties.runs import table_bytes

DAYS = 12
TAKEN, LATE = 5, 9
#: nobody goes home, and who has come to the camp stays
CALM = {
    "immobile_share": 0.0, "shock_sigma": 0.0, "return_rate": 0.0, "return_agreement": 0.0, "stage_share": 0.0,
    "displaced_sensitivity": 0.0, "onward_camp": 0.0, "front_weight": 0.0,
}  # fmt: skip


def chain(**parameters: float) -> Crisis:
    """A town under fire, a hub that the army holds until day 5, a camp, and a village 5 km off it, taken on day 9."""
    spots = {"home": (36.0, "town", 5_000), "hub": (36.18, "hub", 0), "camp": (36.36, "camp", 0)}
    rows = {
        "places": [
            {"place": name, "country": "XAA", "latitude": lat, "longitude": 37.0, "kind": kind, "population": people}
            for name, (lat, kind, people) in spots.items()
        ]
        + [{"place": "village", "country": "XAA", "latitude": 36.36, "longitude": 37.055, "kind": "hub"}],
        "routes": [
            {"place1": one, "place2": two, "distance_km": km, "mode": "road", "one_way": False}
            for one, two, km in (("home", "hub", 20), ("hub", "camp", 20), ("camp", "village", 5))
        ],
        "actors": [{"actor": "army", "side": "state"}, {"actor": "rebels", "side": "opposition"}],
        "control": [
            *({"place": name, "start": day(-5), "actor": "rebels"} for name in ("home", "camp", "village")),
            {"place": "hub", "start": day(-5), "actor": "army"},
            {"place": "hub", "start": day(TAKEN), "actor": "rebels"},
            {"place": "village", "start": day(LATE), "actor": "army"},
        ],
        "events": [{"start": day(-1), "end": day(DAYS - 1), "place": "home", "type": "air", "actor": "army", "n": 24}],
    }  # fmt: skip
    return make_crisis(DAYS, rows, {**CALM, "attack_weight": 0.02, "habituation": 0.0, **parameters})


def member(crisis: Crisis, *near: str, engine: str = "cohorts", number: int = 0) -> tuple[Result, Any]:
    asked = tuple(near_of(text) for text in near)
    chosen = make_settings(crisis, engine=engine, members=number + 1, seed=3, labels=True, near=asked)
    model = build_model(crisis, near=asked)
    return run_one(model, chosen, number)[0].result, model


@pytest.mark.parametrize("engine", ["cohorts", "expected", "individuals"])
@pytest.mark.parametrize(("on_foot", "last"), [(0.0, TAKEN - 1), (1.0, TAKEN)])
def test_who_passes_while_ground_is_held_has_passed_near_it_and_nobody_else(
    engine: str, on_foot: float, last: int
) -> None:
    """By car the 40 km take a day; on foot the night is spent beyond the hub, on a road that ends at it."""
    result, model = member(chain(share_foot=on_foot), "army:2", engine=engine)
    row = model.network.places.index()
    keys, people, near = result.flows.key, result.flows.people, result.flows.near
    assert near is not None
    came = (keys[:, 1] == row["home"]) & (keys[:, 3] == row["camp"])
    days = keys[came, 0]
    assert days.min() < last < days.max()
    assert people[came].sum() > 1_000
    np.testing.assert_allclose(near[came, 0], np.where(days <= last, people[came], 0), rtol=1e-9)


@pytest.mark.parametrize("engine", ["cohorts", "expected", "individuals"])
def test_who_stays_is_marked_when_ground_near_by_is_taken(engine: str) -> None:
    result, model = member(chain(share_foot=0.0), "army:2", "army:10", engine=engine)
    row = model.network.places.index()
    assert result.ended is not None
    assert result.flows.near is not None
    home, camp = row["home"], row["camp"]
    all_there, near_2, near_10 = result.ended[home, camp]
    assert all_there == pytest.approx(result.daily.here[-1, camp])
    early = (result.flows.key[:, 1] == home) & (result.flows.key[:, 0] < TAKEN)
    assert near_2 == pytest.approx(result.flows.people[early].sum())  # who passed the hub in time
    assert near_10 == pytest.approx(all_there)  # and all, once the village is taken
    between = (result.flows.key[:, 0] >= TAKEN) & (result.flows.key[:, 0] < LATE)
    assert result.flows.near[between].sum() == 0


def test_ground_far_away_and_actors_that_hold_none_are_near_to_nobody() -> None:
    result, _ = member(chain(share_foot=0.0), "rebels:1000", "army:0")
    assert result.ended is not None
    people, zero, everywhere = result.ended.sum(axis=(0, 1))
    assert everywhere == people > zero > 0


@settings(max_examples=8, deadline=None, database=None, derandomize=True,
          suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
@given(crises(), st.sampled_from(["cohorts", "expected", "individuals"]))
def test_laws(crisis: Crisis, engine: str) -> None:
    """Asking changes no other table; nobody is counted twice or without being there; farther holds more people."""
    asked = tuple(near_of(text) for text in ("army:0", "army:15", "army:3000"))
    plain = onward.simulate(crisis, members=1, engine=engine, near=["rebels:40"])
    run = onward.simulate(crisis, members=1, engine=engine, near=[str(near) for near in asked])
    one, two = table_bytes(plain), table_bytes(run)
    assert {k: v for k, v in one.items() if k != "near"} == {k: v for k, v in two.items() if k != "near"}
    near = run.table("near")
    slack = 1e-6 if engine == "expected" else 0
    assert ((near["near"] >= -slack) & (near["near"] <= near["people"] * (1 + 1e-9) + slack)).all()
    wide = near.pivot("km", index=["origin", "destination"], values="near")
    assert ((wide["0.0"] <= wide["15.0"] + slack) & (wide["15.0"] <= wide["3000.0"] + slack)).all()
    stock = run.table("stock").filter(pl.col("date") == crisis.end)
    away = stock.filter(pl.col("state").cast(pl.String).is_in(["here", "gate", "way", "out"]))["people"].sum()
    home = run.table("movements").filter(pl.col("movement").cast(pl.String) == "returned")["people"].sum()
    told = near.filter(pl.col("km") == 15)["people"].sum()
    assert told == pytest.approx(away + home, rel=1e-9, abs=0.5 if engine == "expected" else 0)
    network = build_model(crisis).network
    held = (network.holder == network.actors.index("army")).any(axis=1)
    if held.all():
        everybody = near.filter(pl.col("km") == 3000)
        np.testing.assert_allclose(everybody["near"], everybody["people"], rtol=1e-9, atol=1e-9)


def test_engines_agree_where_nothing_feeds_back() -> None:
    """Member by member with the same draws of parameters, attacks and shocks; *expected* is the mean of the others."""
    crisis, asked, members = chain(share_foot=0.5, stage_share=0.2), (near_of("army:2"),), 40
    model, found = build_model(crisis, near=asked), []
    for engine in ("cohorts", "individuals", "expected"):
        chosen = make_settings(crisis, engine=engine, members=members, parameters="prior", seed=5, near=asked)
        ended = [run_one(model, chosen, m)[0].result.ended for m in range(members)]
        found.append([told[..., 1].sum() for told in ended if told is not None])
    assert [len(values) for values in found] == [members] * 3
    for drawn in found[:2]:
        apart = np.subtract(drawn, found[2])
        error = apart.std(ddof=1) / np.sqrt(members)
        assert 4 * error < 0.02 * np.mean(found)
        assert abs(apart.mean()) < 4 * error


def test_person_by_person_a_fair_share_is_a_sample_without_replacement() -> None:
    rng = np.random.Generator(np.random.PCG64DXSM(1))
    total, marked, n, draws = 30, 11, 8, 20_000
    found = np.zeros(draws, int)
    for i in range(draws):
        left, there = marked, total
        for _ in range(n):
            got = fair_share(rng.random(), 1, left, there)
            left, there = left - got, there - 1
        found[i] = marked - left
    law = stats.hypergeom(total, marked, n).pmf(np.arange(n + 1)) * draws
    counted, kept = np.bincount(found, minlength=n + 1), law > 5
    due = law[kept] * counted[kept].sum() / law[kept].sum()
    assert stats.chisquare(counted[kept], due).pvalue > 1e-3


@given(st.integers(1, 10**7), st.data())
def test_a_fair_share_takes_no_more_than_there_are_and_leaves_no_more_than_stay(total: int, data: Any) -> None:
    marked, n = data.draw(st.integers(0, total)), data.draw(st.integers(0, total))
    for u in (0.0, data.draw(st.floats(0, 1, exclude_max=True)), np.nextafter(1.0, 0.0)):
        got = fair_share(u, n, marked, total)
        assert max(0, n + marked - total) <= got <= min(n, marked)
        assert marked == total or got <= fair_share(u, n, marked + 1, total)
    assert fair_share(0.0, float(n), float(marked), float(total)) == pytest.approx(n * marked / total)


def test_roads_run_straight_between_their_ends() -> None:
    network = build_network(read_crisis("aleppo-2016"))
    found = road_to_place_km(network, network.straight_km())
    geod, at = Geod(ellps="WGS84"), network.places
    rng = np.random.default_rng(0)
    for road in rng.choice(len(network.roads), 25, replace=False):
        ends = network.roads.tail[road], network.roads.head[road]
        lon, lat = (c[list(ends)] for c in (at.longitude, at.latitude))
        course = [(lon[0], lat[0]), *geod.npts(lon[0], lat[0], lon[1], lat[1], 400), (lon[1], lat[1])]
        x, y = np.array(course).T
        for place in rng.choice(len(at.names), 10, replace=False):
            shape = np.full_like(x, at.longitude[place]), np.full_like(x, at.latitude[place])
            km = geod.inv(x, y, *shape)[2].min() / 1000
            assert found[road, place] == pytest.approx(km, rel=0.006, abs=0.1)


def test_what_is_asked_is_read_and_checked() -> None:
    rows = [{"measure": "passed_near", "actor": "b", "km": None}, {"measure": "through", "actor": None, "km": None}]
    assert questions(rows, [Near("a", 3.0), Near("b", 10.0)]) == (Near("a", 3.0), Near("b", 10.0))
    for wrong, words in (("army:x", "ACTOR:KM"), ("army:-1", "not a distance")):
        with pytest.raises(ParameterError, match=words):
            near_of(wrong)
    with pytest.raises(ParameterError, match=r"near: 'navy' is not an actor of this crisis\. There are army"):
        build_model(chain(), near=[near_of("navy")])
    with pytest.raises(ParameterError, match="at most 16"):
        questions([], [Near("army", float(km)) for km in range(17)])


def claimed(crisis: Crisis, **row: Any) -> Crisis:
    base = {"claim": "x", "indicator": "share", "destination": "camp", "unit": "share", "low": 0.5}
    table = pl.DataFrame([{**base, **row}], schema={**dict.fromkeys(crisis.table("claims").columns, pl.String),
                                                    "low": pl.Float64, "km": pl.Float64})  # fmt: skip
    tables = {name: frame for name, frame in crisis.tables.items() if frame.height and name != "claims"}
    return crisis_from_tables(crisis.header(), {**tables, "claims": table})


def test_a_claim_asks_and_is_answered_by_those_who_came_in_its_window() -> None:
    asking = claimed(chain(share_foot=0.0), measure="passed_near", actor="army", km=2.0)
    run = onward.simulate(asking, members=2)
    legs = (
        run.table("flows")
        .filter(pl.col("to_place") == "camp")
        .with_columns((pl.col("date") < day(TAKEN)).alias("early"))
    )
    share = legs.group_by("member").agg((pl.col("people").filter("early").sum() / pl.col("people").sum()).alias("s"))
    assert run.table("claims")["value"].to_list() == pytest.approx(share.sort("member")["s"].to_list())
    assert run.table("near")["km"].unique().to_list() == [2.0]
    assert "near" not in onward.simulate(asking, engine="expected").tables  # without labels nobody can say
    plain = onward.simulate(chain(share_foot=0.0), members=2)
    assert "near" not in plain.tables
    assert plain.table("flows").equals(run.table("flows"))


def test_a_claim_that_asks_of_nobody_or_a_distance_without_asking_is_told_so() -> None:
    for row, words in (
        ({"measure": "passed_near"}, "names no actor"),
        ({"actor": "army"}, "only passed_near"),
        ({"km": 5.0}, "only passed_near"),
        ({"measure": "passed_near", "actor": "navy"}, "navy"),
    ):
        with pytest.raises(CrisisDataError, match=words):
            claimed(chain(), **row)


def test_the_folder_tells_what_was_asked_and_found(tmp_path: Any) -> None:
    kept = onward.simulate(chain(share_foot=0.0), members=2, near=["army:2"], out=tmp_path / "run")
    rows, told = kept.table("near"), kept.about["near"]
    assert kept.about["near_asked"] == ["army:2"]
    assert [(row["actor"], row["km"]) for row in told] == [("army", 2.0)]
    by_member = rows.filter(pl.col("origin").is_not_null()).group_by("member").agg(pl.col("people", "near").sum())
    assert told[0]["people"]["mean"] == pytest.approx(by_member["near"].mean(), abs=0.01)
    assert told[0]["share"]["mean"] == pytest.approx((by_member["near"] / by_member["people"]).mean(), abs=1e-4)
    step = {"do": "set_parameter", "name": "choice_camp", "value": 1.0}
    what_if = onward.Scenario.model_validate({"format": 1, "name": "calm", "intervention": [step]})
    again = settings_of(kept.about, chain(share_foot=0.0), what_if)
    assert again.near == (Near("army", 2.0),)
