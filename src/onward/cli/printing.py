"""Print figures, days, warnings and tables in the terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

#: characters that a column of names needs to be read (own choice)
NARROWEST = 10


def show_warnings(warnings: Iterable[str], console: Console) -> None:
    """Print the warnings about a crisis, if any."""
    for warning in warnings:
        console.print(Text.assemble(("Warning: ", "yellow"), warning))


def number(people: float) -> str:
    """Format people to three significant digits.

    Examples
    --------
    >>> number(123456), number(1234.5), number(99.6), number(0.2)
    ('123,000', '1,230', '100', '0')
    """
    size = len(str(int(abs(people))))
    return f"{round(people, min(0, 3 - size)):,.0f}"


def interval(row: Mapping[str, Any], low: str = "p5", high: str = "p95") -> str:
    """Format an interval of people.

    Examples
    --------
    >>> interval({"p5": 1234, "p95": 23456})
    '1,230 – 23,500'
    """
    return f"{number(row[low])} – {number(row[high])}"


def day(when: dt.date, year: bool = False) -> str:
    """Format a date for people.

    Examples
    --------
    >>> day(dt.date(2016, 2, 5), year=True)
    '5 February 2016'
    """
    return f"{when.day} {when:%B}" + (f" {when.year}" if year else "")


def print_table(console: Console, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], note: str) -> None:
    """Print a table with its title and a note.

    Figures stand to the right and are never cut; names take the room that is left and fold. On a terminal too narrow
    for the figures each row becomes a few lines.
    """
    console.print(Text(title, style="bold"))
    if rows:
        figures = [column > 0 and _all_figures([row[column] for row in rows]) for column in range(len(heads))]
        fixed = [max(len(head), *(len(row[c]) for row in rows)) if figures[c] else None for c, head in enumerate(heads)]
        room = console.width - sum(2 + (width or 0) for width in fixed)
        if room < NARROWEST * fixed.count(None):
            _print_folded(console, heads, rows)
        else:
            console.print(_grid(heads, rows, fixed))
    console.print(Text(note, style="dim"))


def _all_figures(cells: Sequence[str]) -> bool:
    return all(cell[:1] in "+-−0123456789" for cell in cells if cell) and any(cells)


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]], fixed: Sequence[int | None]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for head, width in zip(heads, fixed, strict=True):
        if width is None:
            table.add_column(Text(head), justify="left", overflow="fold")
        else:
            table.add_column(Text(head), justify="right", no_wrap=True, min_width=width)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _print_folded(console: Console, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print each row as several lines: the name, then one line per figure."""
    for row in rows:
        console.print(Text(row[0]))
        for head, cell in zip(heads[1:], row[1:], strict=True):
            if cell:
                console.print(Text(f"  {head.strip()}: {cell}" if head.strip() else f"  {cell}"), overflow="fold")
