"""What a run prints, at the widths of terminals."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from onward.cli.terminal import show_run
from onward.runs import summary
from onward.simulation.run import Run
from views.sample_run import made_up_claim, made_up_run


def printed(width: int, about: dict[str, Any] | None = None) -> str:
    """What the made-up run prints."""
    run = made_up_run()
    rules = {"salama": {"policy": "quota", "people_per_day": 300.0}}
    figures = summary.results(run, rules, [made_up_claim(50, 70), made_up_claim(1, None, "unheard")])
    console = Console(file=io.StringIO(), width=width, highlight=False, color_system=None)
    whole = Run({**run.about, **figures, **(about or {})}, run.tables)
    show_run(whole, console, folder=Path("runs/made-up-1"), warnings=["places.csv: odd."])
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [80, 120])
def test_a_run_is_told(width: int, snapshot: SnapshotAssertion) -> None:
    assert printed(width) == snapshot


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_nothing_is_cut_or_wider_than_the_terminal(width: int) -> None:
    lines = printed(width).splitlines()
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if "…" in line]


def test_intervals_are_named() -> None:
    assert "(90 %: 33 – 87)" in printed(80)
    assert "50 % interval" in printed(80)


def test_what_intervals_leave_out_is_said() -> None:
    assert "not the model's parameters" in printed(200)
    assert "not the model's parameters" not in printed(200, {"parameters": "prior"})


def test_one_member_has_no_intervals() -> None:
    assert "90 %" not in printed(120, {"members": 1})


def test_nothing_but_a_crisis_without_people_on_the_move() -> None:
    text = printed(80, {"flows_top": [], "gates": {}, "claims": [], "times": None})
    assert "Nobody moved." in text
    assert "There are no gates." in text
    assert "twice" not in text.split("\n\n")[1]
