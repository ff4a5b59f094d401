"""The engine that carries each person: reproducible, the same numbers as *cohorts* in distribution, and its errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import onward
from onward.model.build import build_model
from onward.simulation.ensemble import run_members
from onward.simulation.settings import make_settings
from properties.crises import random_crisis
from properties.runs import STATES, stocks

#: enough that a mean which is off by a tenth of its members' spread is found
MEMBERS = 120


@pytest.fixture(scope="module")
def tiny() -> onward.Crisis:
    return random_crisis(places=6, days=10, seed=1, returning=False)


def test_the_same_seed_gives_the_same_tables_whatever_the_threads(tiny: onward.Crisis) -> None:
    one, two = (onward.simulate(tiny, engine="individuals", members=3, seed=4, workers=n) for n in (1, 3))
    assert one == two
    assert one != onward.simulate(tiny, engine="individuals", members=3, seed=5)


def test_it_writes_the_tables_of_cohorts(tiny: onward.Crisis) -> None:
    alone, together = (onward.simulate(tiny, engine=e, members=2) for e in ("individuals", "cohorts"))
    assert set(alone.tables) == set(together.tables)
    for name in alone.tables:
        assert alone.table(name).schema == together.table(name).schema, name
    assert alone.table("stock")["people"].sum() == together.table("stock")["people"].sum()


@pytest.mark.parametrize(("crisis", "returning"), [(9, True), (6, False)])
def test_means_are_those_of_cohorts(crisis: int, returning: bool) -> None:
    world = random_crisis(places=4, days=8, seed=crisis, returning=returning)
    means, errors = [], []
    for seed, engine in ((1, "cohorts"), (2, "individuals")):
        settings = make_settings(world, engine=engine, members=MEMBERS, seed=seed)
        run = run_members(build_model(world), settings, members=range(MEMBERS))
        found = np.array([stocks(outcome.result.daily) for _, outcome, _ in run], dtype=np.float64)
        means.append(found.mean(axis=0))
        errors.append(found.var(axis=0, ddof=1) / MEMBERS)
    noise = np.sqrt(errors[0] + errors[1])
    z = np.abs(means[0] - means[1])[noise > 0] / noise[noise > 0]
    assert means[0].shape[2] == len(STATES)
    assert z.max() < 5.0


def test_a_run_folder_of_individuals_is_resumed_and_shown(tiny: onward.Crisis, tmp_path: Path) -> None:
    run = onward.simulate(tiny, engine="individuals", members=2, out=tmp_path / "run")
    assert run.about["engine"] == "individuals"
    assert onward.read_run(tmp_path / "run") == run
