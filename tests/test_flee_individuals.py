"""Every agent by itself under Flee's rules: nobody is lost, the law is that of cohorts, memory is exact, journeys."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import onward
from flee_toy import write_flee
from onward.cli.main import app
from onward.errors import ParameterError
from onward.flee.simulate import FleeRunSettings, load_flee, run_one, simulate_flee
from onward.simulation.itineraries import ITINERARIES
from oracle.equivalence import LEVEL, compare, energy_p, largest_z
from oracle.flee_equivalence import (
    FOLDERS,
    closed_border,
    flee_itself,
    full_camps,
    largest_z_from_flee,
    open_camps,
    sample,
)

HOME = "A,r,H,0,0,conflict_zone,0,9000\n"
ROAD = HOME + "B,r,H,0,1,town,0,1000\nC,r,F,0,2,camp,,0\n"
RUNS = 80


def stocks(folder: Path, *names: str, **overrides: object) -> np.ndarray:
    """Return agents at locations by day, of one run."""
    model = load_flee(folder, overrides={key.replace("__", "."): value for key, value in overrides.items()})
    result, _ = run_one(model, FleeRunSettings("individuals", seed=2), 0)
    return result.stock[:, [model.names.index(name) for name in names]]


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("faithful", [True, False])
def test_nobody_is_lost(name: str, faithful: bool, tmp_path: Path) -> None:
    model = load_flee(FOLDERS[name](tmp_path / "toy"), overrides={"flee.faithful": faithful})
    result, _ = run_one(model, FleeRunSettings("individuals", seed=3), 0)
    assert (result.stock >= 0).all()
    assert (result.way >= 0).all()
    people = result.stock.sum(axis=1) + result.way.sum(axis=1)
    assert people.tolist() == (model.initial.sum() + np.cumsum(result.spawned.sum(axis=1))).tolist()
    assert people[-1] == 2300
    assert result.legs.sum() > 2300


def test_the_law_is_that_of_cohorts(tmp_path: Path) -> None:
    folder = open_camps(tmp_path / "toy")
    alone, together = sample(folder, "individuals", RUNS), sample(folder, "cohorts", RUNS, seed=2)
    (verdict,) = compare([(alone, together)], permutations=1999)
    assert verdict.same, (verdict.p.min(), verdict.z)
    forgetful = sample(folder, "individuals", RUNS, overrides={"avoid_short_stints": False})
    hotter = sample(folder, "individuals", RUNS, overrides={"default_movechance": 0.32})
    for fault in (forgetful, hotter):
        assert energy_p(fault.reshape(RUNS, -1), together.reshape(RUNS, -1), 1999) < LEVEL


def test_means_are_those_of_cohorts_where_a_border_closes_under_people(tmp_path: Path) -> None:
    folder = closed_border(tmp_path / "toy")
    alone, together = sample(folder, "individuals", RUNS), sample(folder, "cohorts", RUNS, seed=2)
    assert largest_z(alone, together) < 5.0


@pytest.mark.parametrize("name", FOLDERS)
def test_camps_are_those_of_flees_own_runs(name: str, tmp_path: Path) -> None:
    """Also where a camp fills, and *cohorts* sees it in batches only."""
    folder = FOLDERS[name](tmp_path / "toy")
    assert largest_z_from_flee(sample(folder, "individuals", RUNS), name) < 4.5
    if name == "full camps":
        assert largest_z_from_flee(sample(folder, "individuals", RUNS, overrides={"capacity_buffer": 0.8}), name) > 4.5


def test_batches_of_cohorts_see_a_camp_that_fills_within_a_day(tmp_path: Path) -> None:
    """More people want to enter B each day than fit in; what is left is Flee's order by age, which cohorts have not."""
    stocks = sample(full_camps(tmp_path / "toy"), "cohorts", 60)
    apart = np.abs(stocks.mean(axis=0)[:, -2:, 0] - flee_itself("full camps")[0]).max(axis=0)
    assert apart[0] < 30.0  # B has room for 300
    assert apart[1] < 63.0


@pytest.mark.parametrize(("km", "goes_on"), [
    (100, True),  # all in one day: (0 + 100 / 150) / 2 = 0.33
    (224, True),  # 150 km, then 74: ((0 + 1) / 2 + 74 / 150) / 2 = 0.497
    (225, False),  # 150 km, then 75: 0.5 is not less than 0.5
    (299, False),  # 150 km, then 149: 0.747
    (301, True),  # 150 km, 150 km, then 1: ((0.5 + 1) / 2 + 1 / 150) / 2 = 0.378
    (337, True),  # then 37: 0.498
    (338, False),  # then 38: 0.502
])  # fmt: skip
def test_memory_of_short_stints_is_exact(km: int, goes_on: bool, tmp_path: Path) -> None:
    """B is a town that people leave only if they have not come far enough of late, and then for the camp."""
    rules = {"max_move_speed": 150.0, "avoid_short_stints": True, "default_movechance": 0.005,
             "camp_movechance": 0.0, "camp_weight": 1e9, "weight_power": 2.0}  # fmt: skip
    folder = write_flee(tmp_path / "toy", ROAD, f"A,B,{km},0\nB,C,20,0\n", settings=rules)
    found = stocks(folder, "B", "C")
    arrival = 1 + (km - 1) // 150  # arrival takes more than the length
    assert (found[:arrival] == 0).all()
    if goes_on:
        assert found[arrival].tolist() == [0, 1000]
    else:
        assert found[arrival, 0] > 970
    without = stocks(folder, "B", avoid_short_stints=False)
    assert without[arrival, 0] > 970


@pytest.mark.parametrize(("attacked", "goes_on"), [
    (3, False),  # memory of 0.717 on that morning: (0.717 + 60 / 150) / 2 = 0.56
    (4, True),  # half of it: 0.38
])  # fmt: skip
def test_memory_halves_each_day_of_rest(attacked: int, goes_on: bool, tmp_path: Path) -> None:
    """People reach B on day 2, are driven out of it, and go on from D only if they have rested."""
    rules = {"max_move_speed": 150.0, "avoid_short_stints": True, "default_movechance": 0.005,
             "camp_movechance": 0.0, "camp_weight": 1e9, "weight_power": 2.0}  # fmt: skip
    places = ROAD + "D,r,H,0,3,town,0,1000\n"
    conflicts = "#Day,A,B\n" + "".join(f"{t},1,{int(t >= attacked)}\n" for t in range(20))
    folder = write_flee(
        tmp_path / "toy", places, "A,B,290,0\nB,D,60,0\nD,C,40,0\n", conflicts=conflicts, settings=rules
    )
    found = stocks(folder, "B", "D", "C")
    assert found[2].tolist()[0] > 960
    came, other = found[attacked, 1:] if not goes_on else found[attacked, :0:-1]
    assert came > 930
    assert other < 50


def test_wrong_engines_are_refused() -> None:
    with pytest.raises(ParameterError, match="'agents' is not one of cohorts, expected, individuals"):
        FleeRunSettings(engine="agents")


def test_the_same_seed_gives_the_same_tables_whatever_the_workers(tmp_path: Path) -> None:
    folder = full_camps(tmp_path / "toy")
    one, two = (simulate_flee(folder, engine="individuals", members=3, seed=4, workers=n) for n in (1, 3))
    assert one == two
    assert one != simulate_flee(folder, engine="individuals", members=3, seed=5)


def test_agents_stand_for_people_in_journeys_too(tmp_path: Path) -> None:
    run = simulate_flee(open_camps(tmp_path / "toy"), engine="individuals", members=2, overrides={"flee.hasten": 10})
    rows = run.table(ITINERARIES)
    assert (rows["people"] % 10 == 0).all()
    assert run.journeys()["people"]["mean"] > 1500
    with pytest.raises(ParameterError, match=r"flee\.journeys=false"):
        simulate_flee(
            tmp_path / "toy", engine="individuals", members=1, overrides={"flee.journeys": "false"}
        ).journeys()
    assert run.journeys(["M", "B"])["people"]["mean"] < run.journeys(["B"])["people"]["mean"]


def test_journeys_of_a_run_folder(tmp_path: Path) -> None:
    """All leave A on day 1, pass B and reach C two days later; those who were in C before never set out."""
    rules = {"max_move_speed": 100.0, "default_movechance": 1.0, "camp_movechance": 0.0, "camp_weight": 1e9,
             "weight_power": 2.0}  # fmt: skip
    folder = write_flee(tmp_path / "toy", ROAD, "A,B,99,0\nB,C,250,0\n", settings=rules, camps={"C": [(0, 50)]})
    runner, out = CliRunner(), tmp_path / "run"
    asked = ["run", str(folder), "--rules", "flee", "--engine", "individuals", "--members", "2", "--out", str(out)]
    made = runner.invoke(app, [*asked, "--quiet"])
    assert made.exit_code == 0, made.output
    shown = runner.invoke(app, ["journeys", str(out), "--via", "C", "--route-detail", "--json"])
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.stdout)
    assert found == onward.read_run(out).journeys(["C"])
    assert found["people"] == {"mean": 1000, "p5": 1000, "p50": 1000, "p95": 1000}
    (only,) = found["itineraries"]
    assert (only["places"], only["people"], only["days"], only["days_there"]) == (["A", "C"], 1000, [2.0], [1.0, 7.0])
    assert only["under_attack"] == [1000, 0]
    assert found["near"] == []
    refused = runner.invoke(app, ["journeys", str(out), "--via", "C"])
    assert refused.exit_code == 2
