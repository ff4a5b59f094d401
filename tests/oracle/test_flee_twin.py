"""Flee's rules: the compiled kernel against an agent-by-agent twin in plain Python, in distribution."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from flee_toy import write_flee
from onward.flee.instance import FleeInstance, read_flee
from onward.flee.simulate import FleeRunSettings, load_flee, run_flee_members, run_one
from oracle.flee_agents import Twin

LINE = "A,r,H,0,0,conflict_zone,0,1000\nB,r,H,0,1,town,,0\nC,r,H,0,2,town,,0\nD,r,F,0,3,camp,,400\n"
STAR = LINE + "E,r,F,0,4,camp,,0\nM,r,H,0,5,marker,,0\nU,r,H,0,6,forwarding_hub,,0\n"
ROADS = "A,B,100,0\nB,C,70,0\nC,D,90,0\n"
WEB = ROADS + "A,M,40,0\nM,E,130,0\nB,U,30,0\nU,E,60,0\n"
TOTAL = [(0, 0), (1, 300), (4, 600), (6, 500), (9, 900)]
SMALL = [(0, 0), (1, 100), (4, 200), (6, 150), (9, 300)]
#: header rows that name further columns of locations and routes
MORE_PLACES = "#name,region,country,latitude,longitude,location_type,conflict_date,pop/cap,"
MORE_ROADS = "#name1,name2,distance,forced_redirection,"
IDPS = MORE_PLACES + "initial_idps\n" + STAR.replace("camp,,400", "idpcamp,,400,70")
ON_FOOT = (
    MORE_ROADS
    + "walk_probability,max_move_speed\n"
    + "".join(f"{row},0.5,{speed}\n" for row, speed in zip(WEB.split(), (150, 90, 0, 60, 0, 200, 0), strict=True))
)
SPREAD = STAR.replace("B,r,H,0,1,town,,0", "B,r,H,0,1,town,,9000").replace("C,r,H,0,2,town,,0", "C,r,H,0,2,town,,50")
BY_CONFLICT = "conflict_driven_spawning"
TWO = SPREAD.replace(",0,1000", ",0,310").replace("B,r,H,0,1,town,,9000", "B,r,H,0,1,conflict_zone,0,100")
TAKE = {"take_from_population": True}

CASES = {
    "line": (LINE, ROADS, {}, ""),
    "web": (STAR, WEB, {}, ""),
    "memory": (STAR, WEB, {"avoid_short_stints": True, "max_move_speed": 250.0}, ""),
    "foot": (STAR, WEB, {"start_on_foot": True}, ""),
    "awareness_2": (STAR, WEB, {"awareness_level": 2, "pruning_threshold": 5.0}, ""),
    "awareness_3": (STAR, WEB, {"awareness_level": 3, "distance_power": 2.0, "weight_softening": 0.1}, ""),
    "border": (STAR, WEB, {}, "country,H,F,3,6\n"),
    "location": (STAR, WEB, {"awareness_level": 2}, "location,B,,2,5\n"),
    "powers": (STAR, WEB, {"weight_power": 2.0, "camp_weight": 3.0, "foreign_weight": 2.0}, ""),
}


#: with fewer people, so that plain Python is quick enough: places, roads, rules, closures, spawn rules
MORE_CASES = {
    "softening": (STAR, WEB, {"softening": 300.0, "distance_power": 0.5}, "", {}),
    "distance": (STAR, WEB, {"distance_power": 2.5, "softening": 0.0}, "", {}),
    "walk": (STAR, ON_FOOT, {"max_walk_speed": 30.0}, "", {}),
    "walk_memory": (STAR, ON_FOOT, {"max_walk_speed": 30.0, "avoid_short_stints": True}, "", {}),
    "foot_walk": (STAR, ON_FOOT, {"start_on_foot": True, "max_walk_speed": 45.0}, "", {}),
    "population": (SPREAD, WEB, {"use_pop_for_loc_weight": True, "pop_power_for_loc_weight": 0.4}, "", {}),
    "chance": (SPREAD, WEB, {"movechance_pop_base": 5000.0, "movechance_pop_scale_factor": 0.3}, "", {}),
    "camp": (STAR, WEB, {"default_movechance": 0.6}, "camp,D,,3,6\n", {}),
    "idpcamp": (STAR, WEB, {"idpcamp_movechance": 0.4}, "idpcamp,E,,2,5\n", {}),
    "borders": (STAR, WEB, {"awareness_level": 2}, "country,H,F,2,4\nlocation,C,,3,7\ncountry,F,H,6,8\n", {}),
    "idps": (IDPS, WEB, {"idpcamp_movechance": 0.3}, "", {}),
    "decay": (STAR, WEB, {}, "", {"conflict_spawn_decay": [1.0, 1.0, 0.02], "conflict_spawn_decay_interval": 1}),
    "taken": (TWO, WEB, {"use_pop_for_loc_weight": True, "pop_power_for_loc_weight": 1.0}, "", TAKE),
    "constant": (STAR, WEB, {}, "", {BY_CONFLICT: {"spawn_mode": "constant", "displaced_per_conflict_day": 30}}),
    "pop_ratio": (STAR, WEB, {}, "", {
        BY_CONFLICT: {"spawn_mode": "pop_ratio", "displaced_per_conflict_day": 0.05}, "take_from_population": True,
    }),
    "poisson": (STAR, WEB, {}, "", {BY_CONFLICT: {"spawn_mode": "Poisson", "displaced_per_conflict_day": 30}}),
}  # fmt: skip


@pytest.mark.parametrize("case", MORE_CASES)
def test_cohorts_agree_with_the_agents_in_every_supported_rule(case: str, tmp_path: Path) -> None:
    """As above, with camps that people are in from the first day, and two conflicts of which one ends."""
    _same_in_distribution(_more_case(case, tmp_path), runs=60, bound=True)


def _more_case(case: str, tmp_path: Path) -> Path:
    places, roads, rules, closures, spawning = MORE_CASES[case]
    places = places.replace("B,r,H,0,1,town", "B,r,H,0,1,conflict_zone") if case == "decay" else places
    places = places.replace("B,r,H,0,1,conflict_zone,,0", "B,r,H,0,1,conflict_zone,1,700")
    conflicts = "#Day,A,B\n" + "".join(f"{t},1,{0.5 if 2 <= t < 7 and case == 'decay' else 0}\n" for t in range(20))
    return write_flee(
        tmp_path / "toy", places, roads, total=SMALL, settings={**rules, "spawn_rules": spawning}, closures=closures,
        conflicts=conflicts, camps={"D": [(0, 20)]},
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_cohorts_agree_with_the_agents(case: str, tmp_path: Path) -> None:
    """Mean stocks of every location and day lie within five standard errors, plus what batches may cost."""
    places, roads, rules, closures = CASES[case]
    folder = write_flee(tmp_path / "toy", places, roads, total=TOTAL, settings=dict(rules), closures=closures)
    _same_in_distribution(folder, runs=60, bound=case != "line")


def _same_in_distribution(folder: Path, *, runs: int, bound: bool, fault: Mapping[str, object] | None = None) -> None:
    twins = _twins(read_flee(folder), runs)
    # 256 levels: what few levels of memory cost is measured elsewhere
    model = load_flee(folder, overrides={"flee.memory_levels": 256, **(fault or {})})
    done = run_flee_members(model, FleeRunSettings(members=runs, seed=3), members=range(runs))
    ours = np.array([result.stock for _, result, _ in done], dtype=float)
    error = np.sqrt((twins.var(axis=0) + ours.var(axis=0)) / runs)
    people = np.maximum(1.0, np.maximum.accumulate(twins.sum(axis=2).max(axis=0)))
    allowed = 5.0 * error + 0.6 + (0.006 * people[:, None] if bound else 0.0)
    apart = np.abs(twins.mean(axis=0) - ours.mean(axis=0))
    assert (apart <= allowed).all(), (apart - allowed).max(axis=0)


#: stocks of the twin's runs by what was run: a case is compared as it is, and with a fault
RUN: dict[tuple[str, int], np.ndarray] = {}


def _twins(instance: FleeInstance, runs: int) -> np.ndarray:
    key = instance.hash, runs
    if key not in RUN:
        RUN[key] = np.array([Twin(instance, seed).stocks() for seed in range(runs)], dtype=float)
    return RUN[key]


@pytest.mark.parametrize("case", ["web", "memory", "foot", "awareness_2", "border"])
def test_expected_is_the_mean_of_cohorts_where_no_camp_fills(case: str, tmp_path: Path) -> None:
    places, roads, rules, closures = CASES[case]
    places = places.replace("camp,,400", "camp,,0")
    folder = write_flee(tmp_path / "toy", places, roads, total=TOTAL, settings=dict(rules), closures=closures)
    model = load_flee(folder, overrides={"flee.steps": 10_000})
    runs = run_flee_members(model, FleeRunSettings(members=300, seed=5), members=range(300))
    ours = np.array([result.stock for _, result, _ in runs], dtype=float)
    expected, _ = run_one(model, FleeRunSettings(engine="expected"), 0)
    error = ours.std(axis=0) / np.sqrt(300)
    assert (np.abs(ours.mean(axis=0) - expected.stock) <= 5.0 * error + 2.0).all()
    quick, _ = run_one(load_flee(folder), FleeRunSettings(engine="expected"), 0)
    assert np.abs(quick.stock - expected.stock).max() <= 0.02 * 900  # steps of a twelfth of the daily way


#: a rule switched off, or changed a little, that the comparison must notice
FAULTS = {
    "softening": {"softening": 10.0, "distance_power": 1.0},
    "population": {"use_pop_for_loc_weight": False},
    "chance": {"movechance_pop_scale_factor": 0.0},
    "decay": {"conflict_spawn_decay": []},
    "taken": {"take_from_population": False},
    "constant": {"conflict_driven_spawning.displaced_per_conflict_day": 32},
    "idpcamp": {"idpcamp_movechance": 0.1},
}


@pytest.mark.parametrize("case", FAULTS)
def test_the_comparison_notices_a_rule_that_is_off(case: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        _same_in_distribution(_more_case(case, tmp_path), runs=60, bound=True, fault=FAULTS[case])
