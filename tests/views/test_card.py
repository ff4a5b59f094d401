"""The model card: filled from the run itself, in OCHA's headings."""

from __future__ import annotations

from pathlib import Path

import pytest

import onward
from onward.report.model_card import card_markdown, model_card
from views.live_server import write_small_run
from views.sample_run import made_up_run

HEADINGS = ["Model details", "1. Intended use", "2. Model development: data",
            "2. Model development: method and parameters", "3. Model evaluation: skill",
            "3. Model evaluation: limits", "4. Operational readiness", "Ethics and do no harm"]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_run(tmp_path_factory.mktemp("card") / "run")


def texts(run: onward.Run, folder: Path) -> dict[str, str]:
    return {section["title"]: section["text"] for section in model_card(run, folder)["sections"]}


def test_the_card_has_its_headings_in_order(folder: Path) -> None:
    card = model_card(onward.read_run(folder), folder)
    assert [section["title"] for section in card["sections"]] == HEADINGS
    written = card_markdown(card)
    assert written.startswith("# Model card: A tiny crisis\n\n## Model details\n")
    assert [line[3:] for line in written.splitlines() if line.startswith("## ")] == HEADINGS


def test_the_card_tells_what_this_run_was(folder: Path) -> None:
    run = onward.read_run(folder)
    told = texts(run, folder)
    assert run.about["crisis_hash"] in told["Model details"]
    assert "2 members, seed 1, parameters fixed" in told["Model details"]
    assert "- counts: 3 rows; 2016-07-10 to 2016-07-20; sources camp office, radio, by telephone" in told[HEADINGS[2]]
    assert "made up for tests" in told[HEADINGS[2]]
    assert "choice_distance = 1.5" in told[HEADINGS[3]]
    assert "2 reported claims compared with this run" in told[HEADINGS[4]]
    assert "intervals are too narrow" in told[HEADINGS[5]]
    assert "Only 2 members" in told[HEADINGS[5]]


def test_the_skill_adds_up(folder: Path) -> None:
    run = onward.read_run(folder)
    rows = [
        {"id": "a", "low": 0, "high": 10, "p5": 1.0, "p50": 5.0, "p95": 9.0, "verdict": "inside"},
        {"id": "b", "low": 20, "high": None, "p5": 1.0, "p50": 5.0, "p95": 9.0, "verdict": "low"},
        {"id": "c", "low": None, "high": 4, "p5": 1.0, "p50": 5.0, "p95": 9.0, "verdict": "high"},
        {"id": "d", "low": 1, "high": 4, "p5": None, "p50": None, "p95": None, "verdict": "not modelled"},
    ]
    told = texts(onward.Run({**run.about, "claims": rows}, run.tables), folder)[HEADINGS[4]]
    assert "4 reported claims compared with this run: in 1 the median lies inside" in told
    assert "In 2 of 3 the 90 % interval and the reported range overlap at all" in told
    assert "- Too low: b" in told


def test_given_totals_and_what_ifs_are_told(folder: Path) -> None:
    run = onward.read_run(folder)
    step = {"do": "set_gate", "gate": "bab_al_salama", "policy": "open", "start": None}
    scenario = {"name": "open", "title": "The gate opens", "intervention": [step]}
    told = texts(onward.Run({**run.about, "given_totals": True, "scenario": scenario}, run.tables), folder)
    assert "totals are an input, and no test" in told[HEADINGS[2]]
    assert "What-if: The gate opens." in told["Model details"]
    assert "- do set_gate, gate bab_al_salama, policy open" in told[HEADINGS[3]]
    assert "misses are no faults" in told[HEADINGS[4]]


def test_a_run_under_flees_rules_is_not_told_as_onwards_own(folder: Path) -> None:
    run = onward.read_run(folder)
    score = {"interpolated_days": {"ard": 0.469, "ard_rescaled": 0.368},
             "real_counts": {"counts": 3, "registered": 48179.1, "simulated": 31008.1}}  # fmt: skip
    about = {**run.about, "rules": "flee", "flee": {}, "claims": [], "score": score, "notices": ["this is no forecast"]}
    told = texts(onward.Run(about, run.tables), folder)
    assert "rules of the model Flee, not Onward's own" in told[HEADINGS[3]]
    assert "- this is no forecast" in told[HEADINGS[3]]
    assert "interpolated between counts: 0.47" in told[HEADINGS[4]]
    assert "On the 3 real counts alone: 48,179 registered" in told[HEADINGS[4]]
    assert "How many flee is given" in told[HEADINGS[5]]


def test_a_run_without_its_crisis_says_so(tmp_path: Path) -> None:
    told = texts(made_up_run(), tmp_path)
    assert told[HEADINGS[2]] == "The run folder holds no copy of its crisis, so its data cannot be described here."
    assert "its accuracy is not known" in told[HEADINGS[4]]
