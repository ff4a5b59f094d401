"""Days given as ranges: each member draws when a place changed hands; scenarios keep the draw."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

import onward
from onward.crisis import Crisis, read_scenario
from onward.model.build import build_model, dated
from onward.model.uncertainty import draw_dates, with_dates
from onward.simulation.member import member_dates, run_one
from onward.simulation.settings import make_settings


@pytest.fixture(scope="module")
def crisis() -> Crisis:
    return onward.read_crisis("aleppo-2016")


def fall(crisis: Crisis, place: str) -> date:
    rows = crisis.table("control").filter(pl.col("place") == place).sort("start")
    return rows["start"].to_list()[-1]


def test_days_are_drawn_evenly_within_their_ranges(crisis: Crisis) -> None:
    model, settings = build_model(crisis), make_settings(crisis, members=200, seed=5)
    drawn = [member_dates(model, settings, m) for m in range(200)]
    assert {len(dates) for dates in drawn} == {3}  # Mayer, Ratyan, Deir Jamal
    deir_jamal = {fall(with_dates(crisis, dates), "deir_jamal") for dates in drawn}
    assert sorted(deir_jamal) == [date(2016, 2, d) for d in range(5, 10)]


def test_the_middle_is_the_day_that_is_given(crisis: Crisis) -> None:
    same = with_dates(crisis, draw_dates(crisis, None))
    assert same.table("control").equals(crisis.table("control"))


def test_a_crisis_whose_days_are_known_draws_none(crisis: Crisis) -> None:
    known = crisis.replace_table("control", crisis.table("control").drop("start_low", "start_high"))
    assert build_model(known).network.days == 77
    assert draw_dates(known, None) == ()


def test_a_member_runs_with_its_own_days(crisis: Crisis) -> None:
    model, settings = build_model(crisis), make_settings(crisis, members=9, seed=1)
    place = model.network.places.names.index("deir_jamal")
    for member in range(9):
        outcome, _ = run_one(model, settings, member)
        crisis_of_member = with_dates(crisis, member_dates(model, settings, member))
        day = (fall(crisis_of_member, "deir_jamal") - crisis.start).days
        holder = outcome.network.holder[:, place]
        assert holder[day] != holder[day - 1]


def test_a_scenario_keeps_the_days_of_its_member(crisis: Crisis) -> None:
    what_if = read_scenario("open-border", crisis)
    base, other = build_model(crisis), build_model(crisis, what_if)
    settings = make_settings(crisis, members=1, seed=3)
    dates = member_dates(base, settings, 0)
    assert dates == member_dates(other, make_settings(crisis, members=1, seed=3, scenario=what_if), 0)
    assert (dated(base, dates).network.holder == dated(other, dates).network.holder).all()
