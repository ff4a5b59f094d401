"""Print a comparison of two runs as terminal tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from rich.console import Console

from onward.cli.printing import print_table
from onward.evaluation.labels import gate_name
from onward.simulation.run import Run

#: rows of each table that are shown
SHOWN = 12
_TITLES = {
    "totals": "Totals over the period",
    "stock": "Displaced people staying or waiting on the last day",
    "arrivals": "Net arrivals over the period (minus those who left again)",
    "claims": "Claims",
}
_TOTALS = {"left_home": "left home", "fled_again": "displaced again"}
CLEAR = "* the paired 90 % interval of the difference does not contain zero"


def show_comparison(run: Run, other: Run, tables: dict[str, pl.DataFrame], console: Console) -> None:
    """Print how ``other`` differs from ``run``: both means, and the difference with its 90 % interval."""
    one, two = run_names(run, other)
    console.print(f"[bold]{one}[/] compared with [bold]{two}[/]: {run.about['title']}, "
                  f"{run.about['members']} members, seed {run.about['seed']}, paired member by member")  # fmt: skip
    for name, title in _TITLES.items():
        frame = tables[name]
        if frame.height:
            rows = [_row(row, frame.columns[0], run) for row in frame.head(SHOWN).iter_rows(named=True)]
            heads = [frame.columns[0].capitalize(), one, two, "Difference", "90 % interval", ""]
            console.print()
            print_table(console, title, heads, rows, "")
    console.print(CLEAR)


def run_names(run: Run, other: Run) -> tuple[str, str]:
    """Return two names that distinguish the runs: by scenario, parameters, folder, or order."""
    for name in (_scenario, _parameters, _folder):
        one, two = name(run), name(other)
        if one != two:
            return one, two
    return "first", "second"


def _scenario(run: Run) -> str:
    scenario = run.about.get("scenario")
    return str(scenario["name"]) if scenario else "baseline"


def _parameters(run: Run) -> str:
    set_by_hand = ", ".join(f"{name}={value}" for name, value in run.about.get("overrides", {}).items())
    return f"{_scenario(run)} ({set_by_hand})" if set_by_hand else _scenario(run)


def _folder(run: Run) -> str:
    return run.folder.name if run.folder is not None else "in memory"


def _row(row: Mapping[str, Any], key: str, run: Run) -> list[str]:
    figures = [_figure(row["run"]), _figure(row["other"]), _figure(row["mean"], True)]
    known = row["p5"] is not None
    interval = f"{_figure(row['p5'], True)} to {_figure(row['p95'], True)}" if known else ""
    return [_label(str(row[key]), key, run), *figures, interval, "*" if row["clear"] else ""]


def _label(name: str, key: str, run: Run) -> str:
    """Return a readable label for a row."""
    if key == "place":
        return str(run.about.get("place_names", {}).get(name, name))
    if key == "claim":
        words = {claim["claim"]: claim.get("words", "") for claim in run.about.get("claims", [])}
        return f"{name}: {words[name]}" if words.get(name) else name
    what, at, gate = name.partition(" at ")
    return f"{what} at {gate_name(gate)}" if at else _TOTALS.get(name, name)


def _figure(value: float | None, signed: bool = False) -> str:
    """Format a figure to three significant digits (two decimals below ten); a missing value gives an empty string."""
    if value is None:
        return "not modelled"
    sign = "+" if signed and value > 0 else ""
    if value == 0:
        return "0"
    return f"{sign}{value:.2g}" if abs(value) < 10 else f"{sign}{float(f'{value:.3g}'):,.0f}"
