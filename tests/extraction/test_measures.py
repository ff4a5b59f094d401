"""The bars on the labelled texts, which are kept outside the repository."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT.parent / "shared" / "reports"
pytestmark = pytest.mark.skipif(
    not (REPORTS / "seed.txt").exists(),
    reason="../shared/reports (labelled texts, for measuring only) is not here",
)


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_reading", ROOT / "benchmarks" / "reading.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["bench_reading"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def seed(bench):
    return bench.seed(REPORTS)


@pytest.fixture(scope="module")
def dev(bench):
    return bench.dev(REPORTS / "dev.jsonl")


def test_all_figures_of_the_seed_are_whole(seed):
    assert seed["figures whole"] == seed["figures asked"]
    assert len(seed["figures asked"]) == 4


def test_core_facts_of_the_seed_are_found(seed):
    assert seed["core recall"] >= 0.8


def test_facts_of_the_seed_are_right(seed):
    assert seed["precision"] >= 0.8
    assert seed["quotes true"]


def test_nothing_forbidden_is_read_in_the_seed(seed):
    assert seed["forbidden"] == []


def test_the_journey_of_the_seed_is_followed(seed):
    assert ("home", "Al-Bab", "Marea", "Turkish border") in seed["itineraries"]


def test_figures_of_the_excerpts_are_found(dev):
    assert dev["recall"] >= 0.90


def test_families_of_the_excerpts_are_right(dev):
    assert dev["family"] >= 0.85


def test_places_of_the_excerpts_are_attached(dev):
    assert dev["places attached"] >= 0.70


def test_mutated_texts_are_read(bench):
    assert bench.robust(REPORTS, 200)["offset faults"] == 0
