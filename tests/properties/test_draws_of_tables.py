"""Whatever row of whatever table goes, comes or moves, and whatever a what-if does, no other draw moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from onward.crisis import Crisis, check_scenario, crisis_from_tables
from onward.crisis.scenarios import Scenario
from onward.errors import CrisisDataError
from onward.model.build import build_model
from onward.model.uncertainty import draw_between, draw_dates
from onward.simulation.member import ATTACKS, DATES, POPULATIONS, QUOTAS, draws_of, member_values
from onward.simulation.settings import make_settings
from properties.crises import crises, frame

few = settings(max_examples=15, deadline=None)
#: columns of each table that name places, for rows that go with a place
NAMING = {
    "routes": ("place1", "place2"), "control": ("place",), "areas": ("place",), "groups": ("place",),
    "events": ("place",), "closures": ("name1", "name2"), "counts": ("place",), "claims": ("origin", "destination"),
}  # fmt: skip


def uncertain(crisis: Crisis) -> Crisis:
    """The crisis with ranges for every kind of input, counts and a claim."""
    places = crisis.table("places")
    ranges = [(pl.col("population") * by).round().cast(pl.Int64) for by in (0.5, 2.0)]
    places = places.with_columns(ranges[0].alias("population_low"), ranges[1].alias("population_high"))
    early = pl.when(pl.col("start") > crisis.start).then(pl.col("start") - timedelta(days=1))
    late = pl.when(pl.col("start") > crisis.start).then(pl.col("start"))
    control = crisis.table("control").with_columns(early.alias("start_low"), late.alias("start_high"))
    count = {"place": crisis.places[0], "indicator": "stock", "people": 40, "source": "x"}
    counts = [{**count, "date": crisis.start + timedelta(days=n)} for n in (1, 2)]
    claims = [{"claim": "c", "indicator": "stock", "destination": crisis.places[0], "low": 1.0, "unit": "people"}]
    with_rows = {"places": places, "control": control, "counts": frame("counts", counts),
                 "claims": frame("claims", claims)}  # fmt: skip
    return crisis_from_tables(crisis.header(), {**crisis.tables, **with_rows})


def draws(crisis: Crisis, scenario: Scenario | None = None) -> dict[Any, float]:
    """Every draw of a member by what was drawn: parameters, populations, attacks, quotas, days, shocks' words."""
    how = make_settings(crisis, seed=3, parameters="prior", scenario=scenario)
    model = build_model(crisis, scenario)
    kinds = {kind: draws_of(how, 0, kind) for kind in (POPULATIONS, ATTACKS, QUOTAS, DATES)}
    values = member_values(how, 0)
    common = values["input_correlation"]
    found: dict[Any, float] = {("parameter", name): value for name, value in values.items()}
    network, attacks, gates = model.network, model.attacks, model.network.gates
    where = network.places
    people = draw_between(
        kinds[POPULATIONS], where.key, where.population, where.population_low, where.population_high, common
    )
    for name, low, drawn, key in zip(where.names, where.population_low, people, where.key, strict=True):
        found["population", name, float(low)] = float(drawn)
        found["shock", name] = float(key)
    events = [tuple(row) for row in crisis.table("events").iter_rows()]
    numbers = draw_between(kinds[ATTACKS], attacks.key, *attacks.n.T, common)
    found |= {("event", event): float(n) for event, n in zip(events, numbers, strict=True)}
    spots = (*where.names, *(("point", n) for n in range(attacks.spot_km.shape[1] - len(where.names))))
    for row, day, spot, u in zip(
        attacks.row, attacks.day, attacks.spot, kinds[ATTACKS].uniform(attacks.cell_key), strict=True
    ):
        if spot < len(where.names):
            found["attacks", events[row], int(day), spots[spot]] = float(u)
    for key, rule, drawn in zip(
        gates.key, gates.quota, draw_between(kinds[QUOTAS], gates.key, *gates.quota.T, common), strict=True
    ):
        found["quota", int(key), *rule.tolist()] = float(drawn)
    advances = replace(model.crisis).table("control").filter(pl.col("start_low").is_not_null())
    rows = advances.select("start", "start_low", "start_high", "actor").unique().sort(pl.all())
    dates = draw_dates(model.crisis, kinds[DATES])
    assert len(dates) == rows.height
    found |= {("day", *row): date.toordinal() for row, date in zip(rows.iter_rows(), dates, strict=True)}
    return found


def rules_of(crisis: Crisis) -> int:
    """How many quotas with a range there are: no rule may lose its key when another goes."""
    return crisis.table("closures").filter(policy="quota").height


def without(crisis: Crisis, name: str, row: int) -> Crisis:
    """The crisis without a row, and without the rows that name the place that goes with it."""
    tables = dict(crisis.tables)
    gone = tables[name].row(row, named=True)
    tables[name] = tables[name].with_row_index("_n").filter(pl.col("_n") != row).drop("_n")
    if name == "places":
        for other, columns in NAMING.items():
            named = pl.any_horizontal(pl.col(column).cast(pl.String) == gone["place"] for column in columns)
            tables[other] = tables[other].filter(~named.fill_null(False))
    return crisis_from_tables(crisis.header(), tables)


@few
@given(crises(), st.sampled_from(sorted(NAMING) + ["places", "actors", "fears"]), st.integers(0, 10**6))
def test_a_row_of_any_table_moves_no_other_draw(plain: Crisis, name: str, at: int) -> None:
    """Read backwards, the same says it of a row that is added."""
    crisis = uncertain(plain)
    assume(crisis.table(name).height > 0)
    row = at % crisis.table(name).height
    try:
        less = without(crisis, name, row)
    except CrisisDataError:
        assume(False)
    before, after = draws(crisis), draws(less)
    kept = before.keys() & after.keys()
    assert {key: before[key] for key in kept} == {key: after[key] for key in kept}
    lost = {key for key in before.keys() - kept if key[0] == "quota"}
    assert len(lost) <= (rules_of(crisis) if name in ("places", "routes") else name == "closures")


@few
@given(crises(), st.randoms(use_true_random=False))
def test_the_order_of_rows_of_any_table_moves_no_draw(plain: Crisis, rng: Any) -> None:
    crisis = uncertain(plain)
    mixed = {}
    for name, table in crisis.tables.items():
        order = list(range(table.height))
        rng.shuffle(order)
        mixed[name] = table[order] if order else table
    before, after = draws(crisis), draws(crisis_from_tables(crisis.header(), mixed))
    assert before == after


KINDS = ("set_gate", "set_quota", "set_control", "freeze_control", "set_route", "scale_events", "add_capacity",
         "add_camp", "set_parameter")  # fmt: skip


def step_of(crisis: Crisis, kind: str, at: int) -> dict[str, Any] | None:
    place, day = crisis.places[at % len(crisis.places)], crisis.start + timedelta(days=at % crisis.days)
    road = crisis.table("routes").row(at % crisis.table("routes").height, named=True)
    camps = crisis.table("places").filter(pl.col("capacity").is_not_null())["place"].to_list()
    gates = crisis.table("routes")["gate"].drop_nulls().to_list()
    steps: dict[str, dict[str, Any] | None] = {
        "set_gate": {"do": "set_gate", "gate": gates[0], "policy": "closed", "start": day} if gates else None,
        "set_quota": {"do": "set_gate", "gate": gates[0], "policy": "quota", "people_per_day": 3.0} if gates else None,
        "set_control": {"do": "set_control", "place": place, "actor": "army", "start": day},
        "freeze_control": {"do": "freeze_control", "start": day},
        "set_route": {"do": "set_route", "place1": road["place1"], "place2": road["place2"], "policy": "closed",
                      "start": day, "end": day},
        "scale_events": {"do": "scale_events", "place": [place], "factor": 0.5},
        "add_capacity": {"do": "add_capacity", "place": camps[0], "people": 50} if camps else None,
        "add_camp": {"do": "add_camp", "place": "fresh", "near": place, "distance_km": 9.0, "capacity": 500,
                     "latitude": 1.5, "longitude": 1.5},
        "set_parameter": {"do": "set_parameter", "name": "crowding", "value": 0.3},
    }  # fmt: skip
    return steps[kind]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=5, deadline=None)
@given(plain=crises(), at=st.integers(0, 10**6))
def test_an_intervention_of_any_kind_moves_no_other_draw(kind: str, plain: Crisis, at: int) -> None:
    crisis = uncertain(plain)
    step = step_of(crisis, kind, at)
    assume(step is not None)
    scenario = check_scenario({"format": 1, "name": "x", "title": "x", "intervention": [step]}, crisis, "x")
    before, after = draws(crisis), draws(crisis, scenario)
    own = {("parameter", "crowding")} if kind == "set_parameter" else set()
    kept = (before.keys() & after.keys()) - own
    assert {key: before[key] for key in kept} == {key: after[key] for key in kept}
    lost = before.keys() - kept - own
    mine = {"freeze_control": {"day"}, "set_control": {"day"}, "set_route": {"quota"}}.get(kind, set())
    assert {key[0] for key in lost} <= mine
    assert np.isfinite([float(value) for value in after.values()]).all()
