"""Each uncertain input keeps its draw whatever happens to others: rows added, removed, reordered, a what-if."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.crisis import Crisis, crisis_from_tables
from onward.crisis.scenarios import AddCamp, ScaleEvents, Scenario, SetRoute
from onward.model.build import build_model
from onward.model.keyed_draws import Draws, key_of, keys_of, mixed
from onward.simulation.member import Drawn, build_member
from onward.simulation.settings import make_settings
from properties.crises import crises

few = settings(max_examples=25, deadline=None)


def without(crisis: Crisis, name: str, row: int) -> Crisis:
    """The crisis without a row of a table; the same if it would not be sound without it."""
    frame = crisis.table(name).with_row_index("at").filter(pl.col("at") != row).drop("at")
    return crisis_from_tables(crisis.header(), {**crisis.tables, name: frame})


def drawn(crisis: Crisis, scenario: Scenario | None = None) -> tuple[Drawn, dict[str, np.ndarray]]:
    """A member, with attacks and shocked hazard by place, and what each gate lets through."""
    how = make_settings(crisis, seed=3, parameters="prior", scenario=scenario)
    model = build_model(crisis, scenario)
    member = build_member(model, how, 0)
    gates = {name: member.world.allowed[:, n] for n, name in enumerate(model.network.gates.names)}
    places = {name: member.attacks[:, n] for n, name in enumerate(model.network.places.names)}
    home = {f"{name} home": member.start.home[n] for n, name in enumerate(model.network.places.names)}
    return member, {**gates, **places, **home}


def test_keys_are_of_contents_and_like_ones_are_told_apart() -> None:
    assert keys_of("ab").tolist() == keys_of("ba")[::-1].tolist()
    assert len(set(keys_of("aab").tolist())) == 3
    assert keys_of("aab")[0] == key_of("a")


def test_draws_are_uniform_and_independent_between_keys_and_words() -> None:
    keys = keys_of(range(20_000))
    one, two = Draws(1).uniform(keys), Draws(2).uniform(keys)
    for u in (one, two):
        assert abs(u.mean() - 0.5) < 0.01
        assert np.histogram(u, 10, (0, 1))[0] == pytest.approx(2_000, rel=0.1)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.03
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.03
    days = np.arange(300).astype(np.uint64)
    grid = Draws(4).normal(mixed(keys[None, :40], days[:, None]))
    assert np.abs(np.corrcoef(grid.T) - np.eye(40)).max() < 0.3


@few
@given(crisis=crises(), at=st.integers(0, 10**6))
def test_removing_an_event_moves_no_attack_elsewhere(crisis: Crisis, at: int) -> None:
    events = crisis.table("events")
    if events.is_empty():
        return
    row = at % events.height
    gone = events.row(row, named=True)
    _, before = drawn(crisis)
    _, after = drawn(without(crisis, "events", row))
    near = set(crisis.areas.get(gone["area"], [])) | {gone["place"]}
    for name in set(crisis.places) - near:
        assert (before[name] == after[name]).all(), name
        assert (before[f"{name} home"] == after[f"{name} home"]).all(), name


@few
@given(crisis=crises(), seed=st.integers(0, 10**6))
def test_reordering_rows_moves_nothing(crisis: Crisis, seed: int) -> None:
    rng = Random(seed)
    mixed_up = {}
    for name, frame in crisis.tables.items():
        order = list(range(frame.height))
        rng.shuffle(order)
        mixed_up[name] = frame[order] if frame.height else frame
    again = crisis_from_tables(crisis.header(), mixed_up)
    one, two = drawn(crisis)[1], drawn(again)[1]
    assert all((one[name] == two[name]).all() for name in one)


@few
@given(crisis=crises(), at=st.integers(0, 10**6), days=st.integers(0, 2))
def test_closing_a_road_moves_no_quota_of_another_gate(crisis: Crisis, at: int, days: int) -> None:
    roads = crisis.table("routes")
    road = roads.row(at % roads.height, named=True)
    step = SetRoute(
        do="set_route", place1=road["place1"], place2=road["place2"], policy="closed",
        start=crisis.start + timedelta(days=1), end=crisis.start + timedelta(days=1 + days),
    )  # fmt: skip
    what_if = Scenario(format=1, name="x", title="x", intervention=(step,))
    one, two = drawn(crisis)[1], drawn(crisis, what_if)[1]
    ends = {road["place1"], road["place2"]}
    own = {road["gate"], f"{min(ends)} - {max(ends)}"}
    for name in (set(one) & set(two)) - own:
        assert (one[name] == two[name]).all(), name


@few
@given(crisis=crises(), kind=st.sampled_from(["camp", "scale"]))
def test_other_interventions_move_no_draw(crisis: Crisis, kind: str) -> None:
    near = crisis.places[0]
    step = {
        "camp": AddCamp(do="add_camp", place="fresh", near=near, distance_km=9, capacity=500, latitude=1.5,
                        longitude=1.5, opens=crisis.start),
        "scale": ScaleEvents(do="scale_events", place=(near,), factor=0.5),
    }[kind]  # fmt: skip
    what_if = Scenario(format=1, name="x", title="x", intervention=(step,))
    one, two = drawn(crisis)[1], drawn(crisis, what_if)[1]
    for name in one:
        assert name == near or (one[name] == two[name]).all(), name
