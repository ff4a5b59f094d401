"""What a user asks of a run: series and quantiles by noun, tables, refusals that name the choices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from onward import Crisis, Run, read_crisis, simulate
from onward.crisis import crisis_from_tables
from onward.errors import ParameterError
from onward.simulation.observables import INDICATORS
from tiny import write_tiny

MEMBERS = 4
#: tables with a row per member, day and place or gate
COLUMNS = {
    "stock": ["member", "date", "place", "state", "people"],
    "flows": ["member", "date", "origin", "from_place", "to_place", "times", "people"],
    "gates": ["member", "date", "gate", "waiting", "passed"],
    "movements": ["member", "date", "place", "movement", "people"],
    "times": ["member", "date", "times", "people"],
    "exposure": ["member", "date", "place", "holder", "state", "people"],
}


@pytest.fixture(scope="module")
def crisis(tmp_path_factory: pytest.TempPathFactory) -> Crisis:
    folder: Path = tmp_path_factory.mktemp("crisis")
    found = read_crisis(write_tiny(folder))
    return crisis_from_tables({**found.header(), "parameters": {"attack_weight": 0.2}}, found.tables)


@pytest.fixture(scope="module")
def run(crisis: Crisis) -> Run:
    return simulate(crisis, members=MEMBERS, seed=3)


@pytest.mark.parametrize("indicator", INDICATORS)
@pytest.mark.parametrize("place", [None, "azaz", "kilis"])
def test_a_series_has_a_row_for_each_member_and_day(run: Run, indicator: str, place: str | None) -> None:
    series = run.series(indicator, place=place)
    assert series.columns == ["member", "date", "people"]
    assert series.height == MEMBERS * run.about["days"]
    assert series.select("member", "date").is_unique().all()
    assert series["people"].null_count() == 0
    assert indicator == "arrivals" or (series["people"] >= 0).all()  # more may have left than came


def test_days_of_nobody_are_zero(run: Run) -> None:
    waiting = run.table("stock").filter((pl.col("place").cast(pl.String) == "marea") & (pl.col("state") == "gate"))
    assert waiting.is_empty()  # no gate is near
    assert (run.series("waiting", place="marea")["people"] == 0).all()
    assert run.quantiles("waiting", place="marea").select(pl.exclude("date")).sum().row(0) == (0.0,) * 6


def test_a_series_over_all_places_is_the_sum_of_theirs(run: Run) -> None:
    for indicator in INDICATORS:
        total = run.series(indicator)["people"].to_numpy()
        parts = sum(run.series(indicator, place=p)["people"].to_numpy() for p in run.about["places"])
        assert np.array_equal(total, parts), indicator


def test_stock_counts_those_who_stay_and_those_stuck_at_a_gate(run: Run) -> None:
    states = run.table("stock").filter(pl.col("state").cast(pl.String).is_in(["here", "gate"]))
    assert run.series("stock")["people"].sum() == states["people"].sum()
    assert run.series("waiting")["people"].sum() == run.table("gates")["waiting"].sum()


def test_displacements_are_departures_from_home_and_flights_again(run: Run) -> None:
    moved = run.table("movements").filter(pl.col("movement").cast(pl.String).is_in(["left_home", "fled_again"]))
    assert run.series("displacements")["people"].sum() == moved["people"].sum()
    assert run.series("departures")["people"].sum() < moved["people"].sum()


def test_quantiles_are_those_over_members(run: Run) -> None:
    found = run.quantiles("stock", place="azaz")
    people = run.series("stock", place="azaz")["people"].to_numpy().reshape(MEMBERS, -1)
    assert found.columns == ["date", "mean", "p5", "p25", "p50", "p75", "p95"]
    assert found["date"].is_sorted()
    assert np.allclose(found["mean"], people.mean(axis=0))
    for level in (5, 25, 50, 75, 95):
        assert np.allclose(found[f"p{level}"], np.percentile(people, level, axis=0))


def test_other_levels_can_be_asked_for(run: Run) -> None:
    assert run.quantiles("stock", levels=(0.1, 0.025)).columns == ["date", "mean", "p10", "p2.5"]


@pytest.mark.parametrize("name", COLUMNS)
def test_tables_have_their_columns_and_no_gaps(run: Run, name: str) -> None:
    table = run.table(name)
    assert table.columns == COLUMNS[name]
    assert table.drop("origin", "holder", strict=False).null_count().sum_horizontal().item() == 0
    if name in ("stock", "flows", "movements"):
        assert (table["people"] > 0).all()


def test_whole_people_are_whole_and_expected_people_are_not(crisis: Crisis, run: Run) -> None:
    assert run.table("stock").schema["people"] == pl.Int64
    assert simulate(crisis, members=1, engine="expected").table("stock").schema["people"] == pl.Float64


def test_it_says_what_was_run(run: Run, crisis: Crisis) -> None:
    about = {k: run.about[k] for k in ("crisis", "crisis_hash", "days", "members", "seed", "engine", "parameters")}
    assert about == {
        "crisis": "tiny",
        "crisis_hash": crisis.hash,
        "days": 31,
        "members": MEMBERS,
        "seed": 3,
        "engine": "cohorts",
        "parameters": "prior",
    }
    assert run.about["overrides"] == {"attack_weight": 0.2}


def test_another_seed_gives_other_numbers_and_the_same_seed_the_same(crisis: Crisis, run: Run) -> None:
    again, other = (simulate(crisis, members=MEMBERS, seed=seed).table("stock") for seed in (3, 4))
    assert again.equals(run.table("stock"))
    assert not other.equals(run.table("stock"))


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda run: run.series("stok"), r"indicator 'stok' is not one of stock, residents"),
        (lambda run: run.quantiles("people"), r"indicator 'people' is not one of stock"),
        (lambda run: run.series("stock", place="azas"), r"place 'azas' is not a place of this run"),
        (lambda run: run.table("stocks"), r"table 'stocks' is not one of stock, flows"),
    ],
)
def test_what_there_is_not_is_refused(run: Run, ask: Any, told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        ask(run)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"members": 0}, "members: 0 is not 1 or more"),
        ({"seed": -1}, "seed: -1 is not 0 or more"),
        ({"engine": "exact"}, "engine: 'exact' is not one of cohorts, expected"),
        ({"parameters": "guessed"}, "parameters: 'guessed' is not one of fixed, prior"),
        ({"parameters": "posterior"}, "parameters: tiny has no posterior in this set"),
        ({"overrides": {"speed": 3}}, "parameter 'speed' is not known"),
    ],
)
def test_settings_that_make_no_sense_are_refused(crisis: Crisis, given: dict[str, Any], told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        simulate(crisis, **given)


def test_all_that_is_wrong_with_settings_is_told_at_once(crisis: Crisis) -> None:
    with pytest.raises(ParameterError, match="members: 0") as caught:
        simulate(crisis, members=0, seed=-1, engine="exact")
    assert len(str(caught.value).splitlines()) == 3


def test_a_parameter_of_the_crisis_that_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="parameter 'gamma' is not known"):
        simulate(read_crisis(write_tiny(tmp_path / "tiny")), members=1)


def test_given_overrides_beat_those_of_the_crisis(crisis: Crisis) -> None:
    run = simulate(crisis, members=1, overrides={"attack_weight": 0.001})
    assert run.about["overrides"] == {"attack_weight": 0.001}


def test_return_brings_people_home_in_both_engines(crisis: Crisis) -> None:
    overrides = {"return_rate": 0.5, "return_agreement": 0.5, "return_calm_days": 2}
    for engine in ("cohorts", "expected"):
        run = simulate(crisis, members=1, engine=engine, overrides=overrides)
        assert run.series("returned")["people"].sum() > 0, engine


def test_exposure_is_people_days_under_attack(crisis: Crisis, run: Run) -> None:
    keys = ["member", "date", "place"]
    there = run.table("stock").filter(pl.col("state") != "out").group_by(keys).agg(pl.col("people").sum())
    attacked = run.table("attacks").join(there, on=keys)
    expected = attacked.select((pl.col("people") * pl.col("attacks").clip(upper_bound=1)).sum()).item()
    exposure = run.table("exposure")
    assert exposure["people"].sum() == expected > 0
    assert set(exposure["holder"].drop_nulls().unique()) <= set(crisis.table("actors")["actor"])
