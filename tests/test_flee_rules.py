"""What Flee does on toy graphs, as SEMANTICS.md found it: the kernel reproduces it, quirks included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flee_toy import write_flee
from onward.errors import CrisisDataError, ParameterError, SimulationError
from onward.evaluation.score import averaged_relative_difference, score_flee
from onward.flee.instance import REFUSED_FILES
from onward.flee.settings import REFUSED, SUPPORTED
from onward.flee.simulate import FleeRunSettings, load_flee, memory_levels, run_one, simulate_flee
from onward.flee.state import FleeResult

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


def test_every_rule_that_flee_knows_is_followed_refused_or_without_effect() -> None:
    """By the names that Flee's own reader of settings asks for (SEMANTICS.md, 4.8)."""
    groups = [{(section, key) for section, keys in group.items() for key in keys} for group in (SUPPORTED, REFUSED)]
    assert groups[0].isdisjoint(groups[1])
    for key in ("stay_close_to_home", "fixed_routes", "two_system_decision_making", "use_economic_pull", "flood_rules"):
        assert ("move_rules", key) in groups[1]


@pytest.mark.parametrize(("section", "key"), [(section, key) for section, keys in REFUSED.items() for key in keys])
def test_rules_not_followed_are_refused_by_name(tmp_path: Path, section: str, key: str) -> None:
    on = [1] if key == "harvest_months" else {"spawn_mode": "pop_ratio"} if "flood" in key else True
    settings = {"spawn_rules": {key: on}} if section == "spawn_rules" else {key: on}
    folder = write_flee(tmp_path / "toy", HOME, "", settings=settings)
    floods = key in ("flood_driven_spawning", "flood_rules")
    expected = "about floods" if floods else f"{section}.{key}: Onward does not follow this rule"
    with pytest.raises(CrisisDataError, match=expected):
        load_flee(folder)
    off = {"spawn_rules": {key: False}} if section == "spawn_rules" else {key: False}
    assert load_flee(write_flee(tmp_path / "off", HOME, "", settings=off)).names == ("A",)


@pytest.mark.parametrize("file", REFUSED_FILES)
def test_files_of_rules_not_followed_are_refused_by_name(tmp_path: Path, file: str) -> None:
    folder = write_flee(tmp_path / "toy", HOME, "")
    (folder / "input_csv" / file).write_text("")
    with pytest.raises(CrisisDataError, match=f"{file}: Onward does not follow the rules that use this file"):
        load_flee(folder)


def test_taking_from_the_population_is_its_closed_form(tmp_path: Path) -> None:
    """By share of the population, what is left shrinks: p <- p - int(0.1 p)."""
    mode = {"spawn_mode": "pop_ratio", "displaced_per_conflict_day": 0.1}
    rules = {"spawn_rules": {"conflict_driven_spawning": mode, "take_from_population": True}}
    folder = write_flee(tmp_path / "toy", HOME + "B,r,F,0,1,camp,,0\n", "A,B,10,0\n", settings=rules)
    _, result = stock(folder, "B")
    people, expected = 1000, []
    for _ in range(10):
        expected.append(people // 10)
        people -= people // 10
    assert result.spawned[:, 0].tolist() == expected


def test_constant_spawning_cuts_to_whole_people_in_each_zone(tmp_path: Path) -> None:
    mode = {"spawn_mode": "constant", "displaced_per_conflict_day": 25}
    rules = {"spawn_rules": {"conflict_driven_spawning": mode}}
    conflicts = "#Day,A,Z\n" + "0,0.5,0.1\n" * 10
    places = HOME + "Z,r,H,0,2,town,,10\nB,r,F,0,1,camp,,0\n"
    folder = write_flee(tmp_path / "toy", places, "A,B,10,0\nZ,B,10,0\n", settings=rules, conflicts=conflicts)
    _, result = stock(folder, "B")
    assert result.spawned[:, :2].tolist() == [[12, 2]] * 10


def test_a_camp_takes_its_first_people_and_its_idps_even_where_nobody_flees(tmp_path: Path) -> None:
    head = "#n,r,c,y,x,type,day,pop,initial_idps\n"
    places = head + "A,r,H,0,0,conflict_zone,0,1000,\nB,r,F,0,1,camp,,0,7\n"
    folder = write_flee(tmp_path / "toy", places, "", total=[(0, 0)], camps={"B": [(0, 60)]})
    assert (stock(folder, "B")[0] == 67).all()
    assert (stock(folder, "B", insert_day0=False)[0] == 7).all()


def test_a_camp_that_closes_lets_its_people_go_as_a_town_and_opens_again(tmp_path: Path) -> None:
    rules = {"default_movechance": 1.0, "camp_movechance": 0.0, "max_move_speed": 20.0}
    folder = write_flee(
        tmp_path / "toy", HOME + "B,r,F,0,1,camp,,0\n", "A,B,500,0\n", settings=rules, total=[(0, 0)],
        camps={"B": [(0, 60)]}, closures="camp,B,,3,6\n",
    )  # fmt: skip
    found, result = stock(folder, "B")
    assert found[:, 0].tolist() == [60] * 3 + [0] * 7
    assert result.way[3, 1] == 60


def test_walking_is_drawn_anew_each_day(tmp_path: Path) -> None:
    """On a link of 25 km a day on foot is 20 km: half arrive on the first day, the rest on the second."""
    roads = "#a,b,c,d,walk_probability\nA,B,25,0,0.5\n"
    folder = write_flee(tmp_path / "toy", HOME + "B,r,F,0,1,camp,,0\n", roads, settings={"max_walk_speed": 20.0})
    found, _ = stock(folder, "B")
    assert 440 < found[1, 0] < 560
    assert found[2, 0] > 990


@pytest.mark.parametrize(("rules", "share"), [
    ({"softening": 0.0}, 2 / 3), ({"softening": 100.0}, 300 / 500), ({"softening": 0.0, "distance_power": 2.0}, 4 / 5),
    ({"softening": 0.0, "weight_power": 3.0}, 8 / 9), ({"softening": 0.0, "distance_power": 0.0}, 1 / 2),
    ({"softening": 0.0, "weight_softening": 1.0, "foreign_weight": 2.0}, 2 / 3),
    ({"softening": 0.0, "use_pop_for_loc_weight": True, "pop_power_for_loc_weight": 0.5}, 20 / 21),
])  # fmt: skip
def test_choice_weights_are_their_closed_form(tmp_path: Path, rules: dict[str, object], share: float) -> None:
    """Two towns at 100 and 200 km, 100 people in the near one: its share of all legs from where people flee."""
    places = HOME + "B,r,F,0,1,town,,100\nC,r,F,0,2,town,,0\n"
    quick = {"max_move_speed": 1000.0, "default_movechance": 0.0051}  # all come on one day, and hardly any go on
    folder = write_flee(
        tmp_path / "toy", places, "A,B,100,0\nA,C,200,0\n", settings={**quick, **rules}, days=2,
        total=[(0, 0), (1, 100_000)],
    )  # fmt: skip
    model = load_flee(folder)
    result, _ = run_one(model, FleeRunSettings(engine="expected"), 0)
    near, far = (float(result.legs[1, model.link_ends[:, 1] == p].sum()) for p in (1, 2))
    assert near + far > 100_000
    assert near / (near + far) == pytest.approx(share)


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


def test_the_mean_of_a_large_network_keeps_memory_in_fewer_levels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_flee(tmp_path / "toy", HOME + "B,r,F,0,1,camp,,1\n", "A,B,10,0\n")
    memory = {"avoid_short_stints": True}
    asked = load_flee(folder, overrides=memory | {"flee.memory_levels": 32})
    default = load_flee(folder, overrides=memory)
    assert [memory_levels(default, expected=expected) for expected in (True, False)] == [16, 16]
    monkeypatch.setattr("onward.flee.simulate.MANY_ROUTES", 1)
    assert [memory_levels(default, expected=expected) for expected in (True, False)] == [8, 16]
    assert memory_levels(asked, expected=True) == 32
    short = load_flee(folder, overrides={"avoid_short_stints": False})
    assert memory_levels(short, expected=True) is None


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
    assert score.observed["counts"].to_list() == [1, 1]  # not that of the first day, which is given
    assert "interpolated" in score.lines()[0]
    assert "real counts only (after the first day, nothing interpolated)" in score.lines()[1]
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
