"""What Flee does on toy graphs, as SEMANTICS.md found it: the kernel reproduces it, quirks included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flee_toy import write_flee
from onward.engine.flee import FleeRunSettings, load_flee, run_one, simulate_flee
from onward.engine.flee_state import FleeResult
from onward.errors import CrisisDataError, ParameterError, SimulationError
from onward.inference.score import averaged_relative_difference, score_flee

HOME = "A,r,H,0,0,conflict_zone,0,1000\n"


def stock(folder: Path, *names: str, **options: object) -> tuple[np.ndarray, FleeResult]:
    model = load_flee(folder, overrides={k.replace("__", "."): v for k, v in options.items()})
    result, _ = run_one(model, FleeRunSettings(seed=2), 0)
    return result.stock[:, [model.names.index(n) for n in names]], result


def test_capacity_does_not_see_people_in_transit(tmp_path: Path) -> None:
    """A camp of 100 takes about half of 1000 people who decide on one day."""
    places = HOME + "B,r,F,0,1,camp,,100\nC,r,F,0,2,camp,,0\n"
    folder = write_flee(tmp_path / "toy", places, "A,B,100,0\nA,C,100,0\n", settings={"max_move_speed": 120.0})
    found, _ = stock(folder, "B", "C")
    assert 440 < found[1, 0] < 560
    assert found[1].sum() > 990
    seeing, _ = stock(folder, "B", flee__faithful=False)
    assert seeing[1, 0] <= 110


def test_each_further_link_gets_the_full_daily_speed(tmp_path: Path) -> None:
    """At 150 km a day people come 200 km along links of 100 km."""
    places = HOME + "B,r,H,0,1,forwarding_hub,,0\nC,r,F,0,2,camp,,0\n"
    folder = write_flee(
        tmp_path / "toy", places, "A,B,100,0\nB,C,100,0\n", settings={"camp_weight": 1e9, "weight_power": 2.0}
    )
    found, _ = stock(folder, "C")
    assert found[1, 0] > 990
    documented, result = stock(folder, "C", flee__faithful=False)
    assert documented[1, 0] == 0
    assert result.way[1].sum() == 1000


def test_arrival_needs_more_than_the_length(tmp_path: Path) -> None:
    folder = write_flee(tmp_path / "toy", HOME + "B,r,F,0,1,camp,,0\n", "A,B,150,0\n")
    found, result = stock(folder, "B")
    assert found[1, 0] == 0
    assert result.way[1, 0] == 1000
    assert found[2, 0] > 990


def test_intensity_is_read_only_when_a_conflict_starts(tmp_path: Path) -> None:
    places = HOME + "Z,r,H,0,1,town,0,1000\nB,r,F,0,2,camp,,0\n"
    conflicts = "#Day,A,Z\n" + "".join(f"{t},1,{1 if t < 5 else 9}\n" for t in range(20))
    folder = write_flee(
        tmp_path / "toy", places, "A,B,100,0\nZ,B,100,0\n", conflicts=conflicts, total=[(0, 0), (9, 9000)]
    )
    model = load_flee(folder)
    assert model.spawn[9, 1] == 1.0
    assert load_flee(folder, faithful=False).spawn[9, 1] == 9.0


def test_a_link_closure_has_no_effect_and_a_border_closure_has(tmp_path: Path) -> None:
    places = HOME + "Bee,r,F,0,1,camp,,0\n"
    folder = write_flee(tmp_path / "toy", places, "A,Bee,100,0\n", closures="link,A,Bee,0,-1\n")
    found, _ = stock(folder, "Bee")
    assert found[-1, 0] > 990
    shut, _ = stock(folder, "Bee", flee__faithful=False)
    assert shut[-1, 0] == 0
    border = write_flee(tmp_path / "border", places, "A,Bee,100,0\n", closures="country,H,F,0,5\n")
    found, _ = stock(border, "Bee")
    assert found[4, 0] == 0
    assert found[5, 0] > 990


def test_who_is_on_a_link_when_it_closes_comes_back(tmp_path: Path) -> None:
    """Also where it has been reopened meanwhile; they set out anew."""
    folder = write_flee(tmp_path / "toy", HOME + "B,r,F,0,1,camp,,0\n", "A,B,400,0\n", closures="country,H,F,2,3\n")
    found, result = stock(folder, "A", "B")
    assert list(found[:7, 1]) == [0, 0, 0, 0, 0, 0, 1000] or found[6, 1] > 990
    assert found[3, 0] == 1000
    assert (result.stock.sum(axis=1) + result.way.sum(axis=1))[1:].tolist() == [1000] * 9


def test_forced_redirection_doubles_a_link_or_redirects(tmp_path: Path) -> None:
    places = HOME + "B,r,F,0,1,camp,,0\nC,r,F,0,2,camp,,0\n"
    folder = write_flee(tmp_path / "toy", places, "A,B,100,1\nA,C,100,0\n", settings={"max_move_speed": 120.0})
    found, _ = stock(folder, "B", "C")
    assert 610 < found[1, 0] < 720  # two in three, for the link stands there twice
    redirected, _ = stock(folder, "B", "C", flee__faithful=False)
    assert redirected[1, 0] > 990
    assert redirected[1, 1] == 0


def test_people_of_day_0_are_taken_off_the_capacity_too(tmp_path: Path) -> None:
    folder = write_flee(tmp_path / "toy", HOME + "B,r,F,0,1,camp,,100\n", "A,B,10,0\n", camps={"B": [(0, 60)]})
    assert load_flee(folder).capacity[0, 1] == 40
    assert load_flee(folder, faithful=False).capacity[0, 1] == 100
    assert load_flee(folder).initial.tolist() == [0, 60]


def test_falls_of_the_total_are_a_debt(tmp_path: Path) -> None:
    folder = write_flee(
        tmp_path / "toy",
        HOME + "B,r,F,0,1,camp,,0\n",
        "A,B,10,0\n",
        total=[(0, 5), (1, 100), (2, 70), (3, 90), (4, 120)],
    )
    model = load_flee(folder)
    assert model.new[:6].tolist() == [0, 95, 0, 0, 20, 0]
    assert model.debt[:6].tolist() == [0, 0, 30, 10, 0, 0]


@pytest.mark.parametrize(("mode", "number", "low", "high"), [
    ("constant", 100, 50, 50), ("pop_ratio", 0.1, 50, 50), ("Poisson", 100, 20, 90),
])  # fmt: skip
def test_spawning_driven_by_conflict(tmp_path: Path, mode: str, number: float, low: int, high: int) -> None:
    rules = {"spawn_rules": {"conflict_driven_spawning": {"spawn_mode": mode, "displaced_per_conflict_day": number}}}
    conflicts = "#Day,A\n" + "0,0.5\n" * 20
    folder = write_flee(
        tmp_path / "toy", HOME + "B,r,F,0,1,camp,,0\n", "A,B,10,0\n", settings=rules, conflicts=conflicts
    )
    _, result = stock(folder, "B")
    assert (result.spawned[:, 0] >= low).all()
    assert (result.spawned[:, 0] <= high).all()


def test_taking_from_the_population_ends_where_flee_ends(tmp_path: Path) -> None:
    rules = {"spawn_rules": {"take_from_population": True}}
    folder = write_flee(
        tmp_path / "toy", HOME + "B,r,F,0,1,camp,,0\n", "A,B,10,0\n", settings=rules, total=[(0, 0), (2, 4000)]
    )
    with pytest.raises(SimulationError, match="used up"):
        simulate_flee(folder, members=1)
    run = simulate_flee(folder, members=1, faithful=False)
    assert run.series("departures")["people"].sum() == 2000


def test_a_day_without_conflict_is_refused_where_flee_stops(tmp_path: Path) -> None:
    folder = write_flee(
        tmp_path / "toy", HOME + "B,r,F,0,1,camp,,0\n", "A,B,10,0\n", conflicts="#Day,A\n" + "0,1\n" * 5 + "0,0\n" * 9
    )
    with pytest.raises(CrisisDataError, match="first of them day 5"):
        load_flee(folder)


def test_hasten_cuts_and_the_tables_count_people(tmp_path: Path) -> None:
    folder = write_flee(tmp_path / "toy", HOME + "B,r,F,0,1,camp,,105\n", "A,B,10,0\n", total=[(0, 0), (1, 1005)])
    model = load_flee(folder, overrides={"hasten": 10})
    assert model.capacity[0, 1] == 10
    assert model.new[1] == 100
    run = simulate_flee(folder, members=2, overrides={"hasten": 10})
    assert run.series("departures")["people"].unique().sort().to_list() == [0, 1000]


@pytest.mark.parametrize("key", [
    "fixed_routes", "use_v1_rules", "stay_close_to_home", "MatchCampReligion", "flee_when_starving",
])  # fmt: skip
def test_rules_not_followed_are_refused_by_name(tmp_path: Path, key: str) -> None:
    folder = write_flee(tmp_path / "toy", HOME, "", settings={key: True})
    with pytest.raises(CrisisDataError, match=f"move_rules.{key}: Onward does not follow"):
        load_flee(folder)


def test_unknown_and_wrong_settings_come_all_at_once(tmp_path: Path) -> None:
    folder = write_flee(
        tmp_path / "toy", HOME, "", settings={"awarenes_level": 2, "max_move_speed": 0, "harvest_months": [1]}
    )
    with pytest.raises(CrisisDataError, match="Did you mean 'awareness_level'") as error:
        load_flee(folder)
    assert len(error.value.problems) == 3
    with pytest.raises(CrisisDataError, match="Did you mean 'camp_weight'"):
        load_flee(write_flee(tmp_path / "toy2", HOME, ""), overrides={"camp_wight": 2})
    with pytest.raises(ParameterError, match="memory_levels: 1 is not"):
        load_flee(tmp_path / "toy2", overrides={"flee.memory_levels": 1})


def test_wrong_inputs_are_named_with_row_and_column(tmp_path: Path) -> None:
    places = HOME + "B,r,F,0,1,camp,,many\nC,r,F,0,x,castle,,1\n"
    folder = write_flee(tmp_path / "toy", places, "A,Bee,10,0\nA,B,-3,0\n", closures="road,A,B,0,1\n")
    with pytest.raises(CrisisDataError) as error:
        load_flee(folder)
    text = str(error.value)
    for part in (
        "row 3, column 8: 'many'",
        "column 6: 'castle'",
        "'Bee' is not a location",
        "column 3: '-3'",
        "'road'",
    ):
        assert part in text


def test_the_score_says_which_days_it_looks_at(tmp_path: Path) -> None:
    folder = write_flee(tmp_path / "toy", HOME + "B,r,F,0,1,camp,,0\n", "A,B,10,0\n", camps={"B": [(0, 0), (4, 900)]})
    score = score_flee(simulate_flee(folder, members=3))
    assert score.observed["counts"].to_list() == [2, 2]
    assert "interpolated" in score.lines()[0]
    assert "real counts only" in score.lines()[1]
    assert 0 < score.ard < 2


def test_ard_is_flees() -> None:
    simulated, data = np.array([[10.0, 0.0], [30.0, 10.0]]), np.array([[5.0, 5.0], [40.0, 40.0]])
    assert averaged_relative_difference(simulated, data) == pytest.approx((1.0 + 0.5) / 2)
    assert averaged_relative_difference(simulated, data, rescaled=True) == pytest.approx((1.0 + 0.5) / 2)


def test_the_same_seed_gives_the_same_tables_whatever_the_workers(tmp_path: Path) -> None:
    folder = write_flee(
        tmp_path / "toy", HOME + "B,r,F,0,1,camp,,300\nC,r,H,0,1,town,,\n", "A,B,10,0\nA,C,200,0\nC,B,300,0\n"
    )
    one, two = (simulate_flee(folder, members=3, seed=4, workers=w) for w in (1, 2))
    assert one.table("stock").equals(two.table("stock"))
    assert one.table("flows").equals(two.table("flows"))
