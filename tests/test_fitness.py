"""How fit a run is for use: no narrow interval makes an untested or missed figure sure."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import onward
from onward.cli.terminal import show_run
from onward.evaluation.fitness import FEWEST, Figure, Fitness, judge_figures, judge_fitness
from onward.report.data import data_of, with_results
from onward.report.key_messages import headline

NARROW = Figure(190.0, 210.0, 195.0, 200.0, 205.0)
MISSED = Figure(400.0, 500.0, 95.0, 98.0, 100.0)


def about(fitted_on: list[str], **more: Any) -> dict[str, Any]:
    found = {"name": "some", "fitted_on": fitted_on}
    return {"crisis": "here", "parameters": "prior", "members": 50, "parameters_from": found, **more}


@pytest.mark.parametrize(
    ("fitted_on", "figures", "level"),
    [
        ([], [NARROW] * FEWEST, "unproven"),
        (["here"], [NARROW] * FEWEST, "unproven"),
        (["elsewhere", "here"], [NARROW] * FEWEST, "unproven"),
        (["elsewhere"], [NARROW] * (FEWEST - 1), "unproven"),
        (["elsewhere"], [NARROW] * FEWEST, "tested"),
        (["elsewhere"], [NARROW] * 6 + [MISSED] * 4, "unproven"),
        (["elsewhere"], [NARROW] * 4 + [MISSED] * 6, "unfit"),
        (["elsewhere"], [], "untested"),
    ],
)
def test_only_a_set_from_elsewhere_that_reaches_what_was_reported_is_tested(
    fitted_on: list[str], figures: list[Figure], level: str
) -> None:
    assert judge_figures(about(fitted_on), figures).level == level


def test_intervals_narrow_against_the_misses_are_named_with_both_factors() -> None:
    said = " ".join(judge_figures(about([]), [MISSED] * 4).reasons)
    assert (
        "that miss are too low and too narrow: typically they span a factor of 1.1 and end a factor of 4 from what"
        in said
    )
    wide = replace(MISSED, p5=MISSED.p95 / 50)
    assert "that miss are too low: typically they span a factor of 50 " in " ".join(
        judge_figures(about([]), [wide] * 4).reasons
    )
    assert judge_figures(about([]), [wide] * 4).verdict.endswith("; all 4 medians are below what was reported.")
    assert "inside the reported range for 0, above it for 0 and below it for 4, and its 90 % interval reaches" in said
    assert "too narrow" not in " ".join(judge_figures(about([]), [NARROW] * 4).reasons)


def test_a_what_if_is_not_judged_by_what_happened_without_it() -> None:
    assert judge_figures(about(["elsewhere"], scenario={"name": "x"}), [NARROW] * FEWEST).level == "what-if"


def test_open_ranges_and_zeros_are_reached_or_missed() -> None:
    assert Figure(None, 10.0, 5.0, 8.0, 20.0).reached
    assert Figure(100.0, None, 0.0, 0.0, 0.0).gap == float("inf")
    assert Figure(None, 10.0, 20.0, 30.0, 40.0).gap == 2.0


def test_a_set_fitted_on_the_same_war_is_no_test() -> None:
    run = about(["elsewhere"])
    run["parameters_from"]["same_war"] = ["elsewhere"]
    found = judge_figures(run, [NARROW] * FEWEST)
    assert found.level == "unproven"
    assert "fitted on a crisis of the same country and time" in found.verdict


def how_sure(fitness: Fitness, run: dict[str, Any]) -> str:
    same = np.full((50, 2), 1000.0) + np.arange(50)[:, None]
    stock = same[:, None, :]
    told = {**run, "start": "2020-01-01", "end": "2020-01-02"}
    rows = headline(told, ["a"], away=same, stock=stock, left=stock, times=stock[:, :0], claims=[], fitness=fitness)
    return next(row["answer"] for row in rows if row["question"] == "How sure")


@pytest.mark.parametrize("fitted_on", [[], ["here"], ["elsewhere"]])
@pytest.mark.parametrize("figures", [[], [MISSED] * 4, [NARROW] * FEWEST])
def test_the_word_sure_needs_a_tested_run(fitted_on: list[str], figures: list[Figure]) -> None:
    run = about(fitted_on)
    fitness = judge_figures(run, figures)
    assert ("fairly sure" in how_sure(fitness, run)) == (fitness.level == "tested")


def test_terminal_and_report_say_it_before_any_figure() -> None:
    crisis = onward.read_crisis("aleppo-2016")
    run = with_results(onward.simulate(crisis, members=3, seed=1), crisis)
    run = replace(run, about={**run.about, "engine_seconds": 1.0, "environment": {"cpu_count": 1}})
    fitness = judge_fitness(run, crisis, run.about["claims"])
    assert fitness.level != "tested"
    data = data_of(run, crisis, name="x")
    assert data["fitness"]["verdict"] == fitness.verdict
    assert "fairly sure" not in str(data["headline"])
    console = Console(file=io.StringIO(), width=200)
    show_run(run, console, folder=Path("x"))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert text.index(fitness.verdict[:40]) < text.index("people are away from home")
    assert "no test" in text


def test_a_figure_without_a_range_says_how_far_the_median_is() -> None:
    about = {"crisis": "x", "parameters": "fixed", "members": 9}
    found = judge_figures(about, [Figure(200.0, 200.0, 50.0, 100.0, 250.0), Figure(10.0, 10.0, 8.0, 15.0, 20.0)])
    assert found.reasons[-1].endswith("The medians are from 0.5 to 1.5 times the reported number.")
    assert "as one number" not in " ".join(judge_figures(about, [Figure(1.0, 2.0, 1.0, 1.5, 2.0)]).reasons)
