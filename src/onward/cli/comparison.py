"""A comparison of two runs as tables in the terminal."""

from __future__ import annotations

import polars as pl
from rich.console import Console
from rich.table import Table

from onward.simulation.run import Run

#: rows of each table that are shown
SHOWN = 12
_TITLES = {
    "totals": "Totals over the period",
    "stock": "Displaced people staying or waiting on the last day",
    "arrivals": "Arrivals over the period",
    "claims": "Claims",
}


def show_comparison(run: Run, other: Run, tables: dict[str, pl.DataFrame], console: Console) -> None:
    """Print how ``other`` differs from ``run``: means, and the difference with its 90 % interval."""
    console.print(f"[bold]{_name(run)}[/] beside [bold]{_name(other)}[/]: {run.about['crisis']}, "
                  f"{run.about['members']} members, seed {run.about['seed']}, paired member by member")  # fmt: skip
    for name, title in _TITLES.items():
        frame = tables[name]
        if frame.height:
            console.print()
            console.print(_table(title, frame, _name(run), _name(other)))
    console.print("\n* the paired 90 % interval of the difference leaves out zero")


def _name(run: Run) -> str:
    scenario = run.about.get("scenario")
    return str(scenario["name"]) if scenario else "base"


def _table(title: str, frame: pl.DataFrame, one: str, two: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column(frame.columns[0].capitalize())
    for head in (one, two, "Difference", "90 % interval", ""):
        table.add_column(head, justify="right")
    for row in frame.head(SHOWN).iter_rows(named=True):
        figures = [_figure(row[k]) for k in ("run", "other")]
        interval = f"{_figure(row['p5'], True)} to {_figure(row['p95'], True)}"
        table.add_row(
            str(row[frame.columns[0]]), *figures, _figure(row["mean"], True), interval, "*" if row["clear"] else ""
        )
    return table


def _figure(value: float, signed: bool = False) -> str:
    """A figure as precise as it deserves: three digits, two after the point below ten."""
    sign = "+" if signed and value > 0 else ""
    if value == 0:
        return "0"
    return f"{sign}{value:.2g}" if abs(value) < 10 else f"{sign}{float(f'{value:.3g}'):,.0f}"
