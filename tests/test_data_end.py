"""A run whose events end before it says so: terminal, report and curve."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

import onward
from onward.cli.terminal import show_run
from onward.evaluation.data_end import find_data_end
from onward.report.data import data_of, with_results
from onward.simulation.run import Run
from views.sample_run import write_runnable


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    crisis = onward.read_crisis(write_runnable(tmp_path_factory.mktemp("tiny")))
    made = with_results(onward.simulate(crisis, members=2, seed=1), crisis)
    return replace(made, about={**made.about, "engine_seconds": 1.0, "environment": {"cpu_count": 1}})


def printed(run: Run) -> str:
    console = Console(file=io.StringIO(), width=100)
    show_run(run, console, folder=Path("x"))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_terminal_says_from_when_on_peace_is_assumed(run: Run) -> None:
    text = printed(run)
    assert "No events after 9 July 2016; the run assumes peace for the 22 days that follow." in " ".join(text.split())
    (mark,) = [line for line in text.splitlines() if line.strip(" ┈") == "" and "┈" in line]
    axis = next(line for line in text.splitlines() if line.strip().startswith("1 Jul  "))
    share = mark.count("┈") / (len(axis) - axis.index("1 Jul"))
    assert share == pytest.approx(22 / 30, abs=0.02)


def test_the_report_marks_the_first_day_without_events(run: Run) -> None:
    assert run.crisis is not None
    end = data_of(run, run.crisis, name="x")["data_end"]
    assert end["day"] == 9
    assert end["words"].startswith("No events after 9 July 2016")


def test_events_up_to_the_end_need_no_mark(run: Run) -> None:
    assert run.crisis is not None
    crisis = run.crisis
    events = crisis.table("events")
    late = events.with_columns(end=pl.lit(crisis.end))
    on = crisis.replace_table("events", late)
    assert find_data_end(on) is None
    assert data_of(onward.simulate(on, members=1, engine="expected"), on, name="x")["data_end"] is None


def test_a_crisis_without_events_is_at_peace_throughout(run: Run) -> None:
    assert run.crisis is not None
    quiet = run.crisis.replace_table("events", run.crisis.table("events").clear())
    found = find_data_end(quiet)
    assert found is not None
    assert found.words().startswith("No events at all; the run assumes peace throughout.")
