"""Draw a curve with its intervals over days as characters, with a mark where peace is assumed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from onward.cli.sparkline import HALF, MEDIAN, MOST, band

#: lines of the chart, and its most columns (own choices)
HEIGHT, WIDEST = 10, 110


def show_curve(
    title: str, levels: Sequence[Sequence[float]], labels: tuple[str, str, str], console: Console, *,
    first: dt.date, last: dt.date, several: bool, peace_after: dt.date | None = None,
) -> None:  # fmt: skip
    """Print a curve.

    Parameters
    ----------
    title, levels
        What it is, and p5, p25, p50, p75 and p95 day by day.
    labels
        The figures at the top, the middle and the bottom of the axis.
    first, last, several
        The days, and whether there are intervals to explain.
    peace_after
        The last day with an event, if peace is assumed from then on.
    """
    at = {0: labels[0], HEIGHT // 2: labels[1], HEIGHT - 1: labels[2]}
    margin = max(map(len, labels))
    width = max(10, min(console.width, WIDEST) - margin - 2)
    head = Text(title, style="bold")
    if several:
        head = Text.assemble(head, Text.assemble("  median ", MEDIAN, "  50 % ", HALF, "  90 % ", MOST))
    console.print(head)
    for row, cells in enumerate(band(levels, width, HEIGHT)):
        console.print(Text(f"{at.get(row, ''):>{margin}} ┤", style="dim").append_text(cells), soft_wrap=True)
    left, middle, right = (_short(when) for when in (first, first + (last - first) / 2, last))
    line = left + middle.center(width - len(left) - len(right)) + right
    console.print(Text(f"{'':>{margin}}  {line}", style="dim"))
    if peace_after is not None:
        known = round(width * max(0, (peace_after - first).days) / max(1, (last - first).days))
        console.print(Text(f"{'':>{margin}}  {' ' * known}{'┈' * (width - known)}", style="yellow"), soft_wrap=True)
        console.print(Text(f"{'':>{margin}}  ┈ no events: peace is assumed", style="yellow"))


def _short(when: dt.date) -> str:
    return f"{when.day} {when:%b}"
