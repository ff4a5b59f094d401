"""Print a score in the terminal: overall errors first, then errors by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from onward.cli.printing import number, print_table
from onward.evaluation.score import FleeScore
from onward.evaluation.score_counts import CountScore

_NOTE = "Means over counts; bias is the run minus the counts. Days between counts are left out."


def show_score(score: FleeScore | CountScore, console: Console) -> None:
    """Print a score: lines that name each error, and the errors at each place on days of real counts."""
    for line in score.lines():
        console.print(line)
    console.print()
    if isinstance(score, FleeScore):
        *camps, _ = score.observed.iter_rows(named=True)
        cells = [_cells(row, "place") for row in camps]
        print_table(console, "Real counts only, by camp", _heads("Camp"), cells, _NOTE)
        return
    places = score.places()
    for indicator in places["indicator"].unique(maintain_order=True):
        rows = [_cells(row, "where") for row in places.filter(indicator=indicator).iter_rows(named=True)]
        print_table(console, f"Real counts of {indicator} only, by place", _heads("Place"), rows, _NOTE)
        console.print()


def _heads(place: str) -> Sequence[str]:
    return (place, "Counts", "Counted", "Run", "Absolute error", "Bias", "Relative")


def _cells(row: Mapping[str, Any], key: str) -> list[str]:
    if not row["counts"]:
        return [str(row[key]), "0", *[""] * 5]
    bias, relative = row["bias"], row["relative_error"]
    figures = [number(row[name]) for name in ("registered", "simulated", "mean_absolute_error")]
    signed = f"{'+' if bias > 0 else '-' if bias < 0 else ''}{number(abs(bias))}"
    return [str(row[key]), str(row["counts"]), *figures, signed, "" if relative is None else f"{relative:.3f}"]
