"""The laws of the engine (DESIGN.md, section 4), held by random small crises."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from onward import Scenario, simulate
from onward.crisis import Crisis, crisis_from_tables
from onward.engine.state import Daily
from onward.model.build import build_model
from onward.simulation.member import Drawn
from properties.crises import crises
from properties.runs import draw_member, model_of, run_member, stocks, table_bytes

ENGINES = ("cohorts", "expected", "individuals")
#: columns by table that name a place
PLACE_COLUMNS = {
    "places": ("place",),
    "areas": ("place",),
    "routes": ("place1", "place2"),
    "control": ("place",),
    "groups": ("place",),
    "events": ("place",),
}
engines = pytest.mark.parametrize("engine", ENGINES)
#: derandomized, so that a run of the tests does not hang on luck; raise max_examples and POOL to hunt
law = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def tolerance(crisis: Crisis, engine: str, relative: float) -> float:
    """Return the people that may be amiss: none of whole people."""
    places = crisis.table("places")
    return 0.0 if engine != "expected" else relative * (places["population"] + places["displaced_at_start"]).sum()


@engines
@law
@given(crisis=crises())
def test_people_are_conserved_every_day(engine: str, crisis: Crisis) -> None:
    total = sum(people.sum() for people in draw_member(crisis, engine).start)
    found = stocks(run_member(crisis, engine).daily).sum(axis=(1, 2))
    assert np.abs(found - total).max() <= tolerance(crisis, engine, 1e-6)


@engines
@law
@given(crisis=crises())
def test_nobody_passes_a_gate_beyond_its_quota_and_leak(engine: str, crisis: Crisis) -> None:
    crisis = replace(crisis, parameters={**crisis.parameters, "irregular_crossing": 0.0})
    allowed = draw_member(crisis, engine).world.allowed
    passed = run_member(crisis, engine).daily.passed
    shut = allowed >= 0
    assert (passed[shut] <= allowed[shut] * (1 + 1e-12)).all()


@engines
@law
@given(crisis=crises())
def test_nobody_passes_a_gate_whose_roads_are_cut(engine: str, crisis: Crisis) -> None:
    network, passed = model_of(crisis).network, run_member(crisis, engine).daily.passed
    for gate in range(passed.shape[1]):
        lanes = network.gates.lane_road[network.gates.lane_gate == gate]
        assert (passed[~network.usable[:, lanes].any(axis=1), gate] == 0).all()


@engines
@law
@given(crisis=crises())
def test_no_cell_is_negative(engine: str, crisis: Crisis) -> None:
    result = run_member(crisis, engine)
    least = min(cell.min(initial=0) for cell in (*result.daily, result.flows.people))
    assert least >= -tolerance(crisis, engine, 1e-12)


@engines
@law
@given(crisis=crises())
def test_labels_of_times_displaced_add_up_to_the_people_away_from_home(engine: str, crisis: Crisis) -> None:
    daily = run_member(crisis, engine).daily
    away = (daily.here + daily.gate + daily.way).sum(axis=1)
    assert np.abs(daily.times.sum(axis=1) - away).max() <= tolerance(crisis, engine, 1e-9)


@engines
@law
@given(crisis=crises())
def test_legs_add_up_to_arrivals_where_no_gate_is(engine: str, crisis: Crisis) -> None:
    model, result = model_of(crisis), run_member(crisis, engine)
    legs = np.zeros(result.daily.arrived.shape)
    day, _, _, to, _ = result.flows.key.T
    np.add.at(legs, (day, to), result.flows.people)
    gateless = np.setdiff1d(np.arange(legs.shape[1]), model.network.roads.tail[model.network.gates.lane_road])
    amiss = legs - result.daily.arrived - result.daily.returned
    assert np.abs(amiss[:, gateless]).max(initial=0) <= tolerance(crisis, engine, 1e-9)


@engines
@law
@given(crisis=crises(returning=False))
def test_stocks_are_the_same_with_labels_and_without(engine: str, crisis: Crisis) -> None:
    with_labels, without = (run_member(crisis, engine, labels=labels).daily for labels in (True, False))
    for field in Daily._fields:
        if field != "times":
            assert np.array_equal(getattr(with_labels, field), getattr(without, field)), field


@law
@given(crisis=crises())
def test_the_order_of_rows_changes_no_byte(crisis: Crisis) -> None:
    shuffled = {
        name: table.sample(fraction=1.0, shuffle=True, seed=Random(name).randrange(2**32))
        for name, table in crisis.tables.items()
    }
    other = crisis_from_tables(crisis.header(), shuffled)
    assert table_bytes(simulate(crisis, members=1)) == table_bytes(simulate(other, members=1))


@law
@given(crisis=crises())
def test_renaming_places_moves_no_expected_person(crisis: Crisis) -> None:
    found, renamed = (run_member(c, "expected", parameters="fixed") for c in (crisis, renamed_places(crisis)))
    assert np.allclose(stocks(found.daily), stocks(renamed.daily), rtol=1e-9, atol=1e-6)


def renamed_places(crisis: Crisis) -> Crisis:
    """Return the crisis with the names of its places swapped for others that sort the other way."""
    names = {old: f"z{len(crisis.places) - i}" for i, old in enumerate(crisis.places)}
    new = dict(crisis.tables)
    for name, columns in PLACE_COLUMNS.items():
        new[name] = new[name].with_columns(pl.col(c).replace(names) for c in columns)
    ours = pl.col("kind").is_in(["route", "place"])
    new["closures"] = new["closures"].with_columns(
        pl.when(ours).then(pl.col(c).replace(names)).otherwise(pl.col(c)).alias(c) for c in ("name1", "name2")
    )
    return crisis_from_tables(crisis.header(), new)


@law
@given(crisis=crises())
def test_the_number_of_workers_changes_no_byte(crisis: Crisis) -> None:
    one, two = (simulate(crisis, members=4, parameters="prior", workers=w) for w in (1, 2))
    assert table_bytes(one) == table_bytes(two)


@law
@given(crisis=crises())
def test_a_member_does_not_depend_on_how_many_are_run(crisis: Crisis) -> None:
    alone, among = (simulate(crisis, members=n, parameters="prior") for n in (1, 3))
    for name in alone.tables:
        assert alone.table(name).equals(among.table(name).filter(member=0)), name


@law
@given(crisis=crises())
def test_a_scenario_with_fewer_events_leaves_the_members_other_draws(crisis: Crisis) -> None:
    one, other = _with_and_without(crisis, {"do": "scale_events", "factor": 0.25, "actor": ["army"]})
    assert (one.attacks >= other.attacks).all()
    for mine, others in zip(one.start, other.start, strict=True):
        assert np.array_equal(mine, others)
    assert (one.world.cost >= other.world.cost).all()  # roads through fewer attacks seem no longer
    assert (one.world.safety <= other.world.safety).all()
    for name in ("allowed", "attraction", "welcome", "onward", "quanta"):
        assert np.array_equal(getattr(one.world, name), getattr(other.world, name)), name


@law
@given(crisis=crises())
def test_a_scenario_with_a_new_camp_leaves_the_members_other_draws(crisis: Crisis) -> None:
    camp = {"place": "new", "near": "p0", "distance_km": 3.0, "latitude": 30.0, "longitude": 30.0, "capacity": 9}
    one, other = _with_and_without(crisis, {"do": "add_camp", **camp})
    assert np.array_equal(one.attacks, other.attacks[:, :-1])
    assert np.array_equal(one.world.allowed, other.world.allowed)
    for mine, others in zip(one.start, other.start, strict=True):
        assert np.array_equal(mine, others[:-1])


def _with_and_without(crisis: Crisis, step: dict[str, Any]) -> tuple[Drawn, Drawn]:
    scenario = Scenario(format=1, name="what-if", intervention=[step])
    one, other = (draw_member(crisis, "cohorts", build_model(crisis, s)) for s in (None, scenario))
    assert one.values == other.values
    return one, other
