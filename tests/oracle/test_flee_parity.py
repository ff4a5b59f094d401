"""Parity with Flee's own output on five real conflicts, at small cost: a few members against the first run of each."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from onward.flee.instance import read_flee
from onward.flee.simulate import load_flee

ROOT = Path(__file__).parents[2]
FLEE = ROOT.parent / "shared" / "flee"
CONFLICTS = ("burundi2015", "car2013", "mali2012", "ssudan2014", "syria2013")
needs_flee = pytest.mark.skipif(not FLEE.is_dir(), reason=f"{FLEE} is not here: Flee's own output is not shipped")
MEMBERS = 12


@pytest.fixture(scope="module")
def parity() -> ModuleType:
    spec = importlib.util.spec_from_file_location("flee_parity", ROOT / "benchmarks" / "flee_parity.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["flee_parity"] = module
    spec.loader.exec_module(module)
    return module


@needs_flee
@pytest.mark.parametrize("conflict", CONFLICTS)
def test_flees_runs_look_like_ours(conflict: str, parity: ModuleType) -> None:
    for folder, settings, hasten, files in parity.reference_sets(FLEE, conflict):
        if hasten == 1:
            continue
        model = load_flee(folder, settings_file=settings, overrides={"hasten": hasten})
        found = parity.compare(model, parity.simulate(model, MEMBERS), parity.read_reference(files[0]), settings)
        assert found.outside_band == 0
        assert found.outside_share == 0
        assert abs(found.ard_flee - found.ard_ours) < 0.01


@needs_flee
@pytest.mark.parametrize("conflict", CONFLICTS)
def test_registrations_and_newly_displaced_are_flees_to_the_digit(conflict: str, parity: ModuleType) -> None:
    for folder, settings, hasten, files in parity.reference_sets(FLEE, conflict):
        instance = read_flee(folder, settings_file=settings, overrides={"hasten": hasten})
        model = load_flee(folder, settings_file=settings, overrides={"hasten": hasten})
        reference = parity.read_reference(files[0])
        table = np.genfromtxt(files[0], delimiter=",", names=True, deletechars="", dtype=None, encoding="utf-8")
        for name in reference.camps:
            column = next(n for n in table.dtype.names if n.replace("_", " ") == f"{name} data".replace("_", " "))
            assert (table[column] == instance.registrations.series(name)).all()
        assert (reference.total == model.initial.sum() + model.new.cumsum()).all()
