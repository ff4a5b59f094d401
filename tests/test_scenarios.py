"""What-ifs: what they change, what they leave alone, and how mistakes in them are told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import onward
from onward.crisis import Crisis, bundled_scenarios, check_scenario, read_crisis, read_scenario
from onward.errors import ScenarioError
from onward.model.build import build_model
from onward.simulation.ensemble import run_members
from onward.simulation.settings import make_settings

MEMBERS = 6


@pytest.fixture(scope="module")
def aleppo() -> Crisis:
    return read_crisis("aleppo-2016")


@pytest.fixture(scope="module")
def runs(aleppo: Crisis) -> dict[str, onward.Run]:
    names = [None, *bundled_scenarios("aleppo-2016")]
    what_ifs = {name or "base": None if name is None else read_scenario(name, aleppo) for name in names}
    return {
        name: onward.simulate(aleppo, members=MEMBERS, scenario=what_if, workers=2, seed=1)
        for name, what_if in what_ifs.items()
    }


def left_home(run: onward.Run, until: str = "2016-03-31") -> np.ndarray:
    rows = run.series("departures").filter(pl.col("date") <= pl.lit(until).str.to_date())
    return rows.group_by("member").agg(pl.col("people").sum()).sort("member")["people"].to_numpy()


def gate(run: onward.Run, name: str, column: str) -> np.ndarray:
    rows = run.table("gates").filter(pl.col("gate").cast(pl.String) == name).sort("member", "date")
    how = pl.col(column).last() if column == "waiting" else pl.col(column).sum()
    return rows.group_by("member", maintain_order=True).agg(how)[column].to_numpy()


def test_without_the_war_almost_nobody_flees(runs: dict[str, onward.Run]) -> None:
    assert left_home(runs["no-war"]).mean() <= 0.05 * left_home(runs["base"]).mean()


@pytest.mark.parametrize("name", ["no-air-campaign", "no-ground-push"])
def test_each_single_removal_displaces_fewer_in_every_member(runs: dict[str, onward.Run], name: str) -> None:
    assert (left_home(runs[name]) < left_home(runs["base"])).all()


def test_an_open_border_empties_the_queue_and_admits(runs: dict[str, onward.Run]) -> None:
    base, opened = runs["base"], runs["open-border"]
    assert gate(opened, "bab-al-salama", "waiting").mean() <= 0.5 * gate(base, "bab-al-salama", "waiting").mean()
    assert gate(opened, "bab-al-salama", "passed").mean() >= 15_000


def test_an_early_ceasefire_displaces_a_quarter_fewer_by_22_february(runs: dict[str, onward.Run]) -> None:
    base, truce = runs["base"], runs["early-ceasefire"]
    assert left_home(truce, "2016-02-22").mean() <= 0.75 * left_home(base, "2016-02-22").mean()


def test_before_its_first_day_a_scenario_changes_nothing(runs: dict[str, onward.Run]) -> None:
    before = pl.col("date") < pl.date(2016, 2, 6)
    base, truce = (runs[name].table("stock").filter(before) for name in ("base", "early-ceasefire"))
    assert base.equals(truce)


def test_members_keep_their_population_and_parameters(aleppo: Crisis) -> None:
    from onward.simulation.member import build_member

    war, peace = (make_settings(aleppo, members=1, parameters="prior", scenario=s)
                  for s in (None, read_scenario("no-war", aleppo)))  # fmt: skip
    one = build_member(build_model(aleppo), war, 0)
    two = build_member(build_model(aleppo, peace.scenario), peace, 0)
    assert one.values == two.values
    assert (one.start.home == two.start.home).all()


def test_fewer_attacks_are_a_part_of_the_same_attacks(aleppo: Crisis) -> None:
    half = check_scenario(
        {"format": 1, "name": "half", "intervention": [{"do": "scale_events", "factor": 0.5}]}, aleppo
    )
    both = []
    for scenario in (None, half):
        settings = make_settings(aleppo, members=1, scenario=scenario)
        ((_, outcome, _),) = run_members(build_model(aleppo, scenario), settings, members=[0])
        both.append(outcome.attacks)
    assert (both[1] <= both[0]).all()
    assert both[1].sum() == pytest.approx(0.5 * both[0].sum(), rel=0.1)


def test_a_new_camp_takes_people_in_and_leaves_other_draws_alone(aleppo: Crisis) -> None:
    camp = check_scenario(
        {
            "format": 1,
            "name": "camp",
            "intervention": [
                {"do": "add_camp", "place": "new_camp", "near": "azaz", "distance_km": 4.0, "latitude": 36.6,
                 "longitude": 37.09, "capacity": 20_000},
            ],
        },
        aleppo,
    )  # fmt: skip
    run = onward.simulate(aleppo, members=1, scenario=camp, seed=1)
    assert run.quantiles("stock", place="new_camp")["p50"][-1] > 100


WRONG = {
    "no such gate": ({"do": "set_gate", "gate": "bab-al-salam", "policy": "open"}, "Did you mean 'bab-al-salama'"),
    "quota without number": ({"do": "set_gate", "gate": "bab-al-salama", "policy": "quota"}, "people_per_day"),
    "number without quota": (
        {"do": "set_gate", "gate": "bab-al-salama", "policy": "open", "people_per_day": 3.0}, "people_per_day"),
    "unknown verb": ({"do": "stop_war"}, "stop_war"),
    "unknown key": ({"do": "scale_events", "factor": 0.0, "typ": ["air"]}, "typ"),
    "negative factor": ({"do": "scale_events", "factor": -1.0}, "factor"),
    "unknown type": ({"do": "scale_events", "factor": 0.0, "type": ["gas"]}, "'gas' is not an event type"),
    "unknown place": ({"do": "scale_events", "factor": 0.0, "place": ["azazz"]}, "Did you mean 'azaz'"),
    "unknown actor": ({"do": "set_control", "place": "azaz", "actor": "XX", "start": "2016-02-01"}, "start"),
    "end before start": ({"do": "scale_events", "factor": 0.0, "start": "x"}, "start"),
    "no such road": ({"do": "set_route", "place1": "azaz", "place2": "idlib", "policy": "open"}, "no road joins"),
    "camp that exists": ({"do": "add_camp", "place": "atmeh", "near": "azaz", "distance_km": 1.0, "latitude": 36.0,
                          "longitude": 37.0, "capacity": 5}, "already a place"),
    "no capacity": ({"do": "add_capacity", "place": "atmeh", "people": 0}, "people"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_interventions_are_refused_with_what_to_do(aleppo: Crisis, case: str) -> None:
    step, words = WRONG[case]
    with pytest.raises(ScenarioError) as error:
        check_scenario({"format": 1, "name": "wrong", "intervention": [step]}, aleppo)
    assert words in str(error.value)
    assert "Traceback" not in str(error.value)


def test_a_file_that_is_no_toml_and_a_missing_file_are_refused(aleppo: Crisis, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("format = ", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"bad\.toml"):
        read_scenario(tmp_path / "bad.toml", aleppo)
    with pytest.raises(ScenarioError, match="open-border"):
        read_scenario("open-borders", aleppo)
