"""Flee's rules: the compiled kernel against an agent-by-agent twin in plain Python, in distribution."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flee_toy import write_flee
from onward.data.sources.flee import read_flee
from onward.engine.flee import FleeRunSettings, load_flee, run_flee_members, run_one
from oracle.flee_agents import Twin

LINE = "A,r,H,0,0,conflict_zone,0,1000\nB,r,H,0,1,town,,0\nC,r,H,0,2,town,,0\nD,r,F,0,3,camp,,400\n"
STAR = LINE + "E,r,F,0,4,camp,,0\nM,r,H,0,5,marker,,0\nU,r,H,0,6,forwarding_hub,,0\n"
ROADS = "A,B,100,0\nB,C,70,0\nC,D,90,0\n"
WEB = ROADS + "A,M,40,0\nM,E,130,0\nB,U,30,0\nU,E,60,0\n"
TOTAL = [(0, 0), (1, 300), (4, 600), (6, 500), (9, 900)]

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


@pytest.mark.parametrize("case", CASES)
def test_cohorts_agree_with_the_agents(case: str, tmp_path: Path) -> None:
    """Mean stocks of every location and day lie within five standard errors, plus what batches may cost."""
    places, roads, rules, closures = CASES[case]
    folder = write_flee(tmp_path / "toy", places, roads, total=TOTAL, settings=dict(rules), closures=closures)
    instance = read_flee(folder)
    twins = np.array([Twin(instance, seed).stocks() for seed in range(60)], dtype=float)
    # 256 levels: what few levels of memory cost is measured elsewhere
    model = load_flee(folder, overrides={"flee.memory_levels": 256})
    runs = run_flee_members(model, FleeRunSettings(members=60, seed=3), members=range(60))
    ours = np.array([result.stock for _, result, _ in runs], dtype=float)
    error = np.sqrt((twins.var(axis=0) + ours.var(axis=0)) / 60)
    people = np.array([max(1, instance.registrations.series("total")[: t + 1].max()) for t in range(instance.days)])
    binds = case not in ("line",)
    allowed = 5.0 * error + 0.6 + (0.006 * people[:, None] if binds else 0.0)
    apart = np.abs(twins.mean(axis=0) - ours.mean(axis=0))
    assert (apart <= allowed).all(), (apart - allowed).max(axis=0)


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
