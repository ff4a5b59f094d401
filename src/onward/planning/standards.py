"""The standards that needs are computed from: the shipped table, and rows of a crisis that replace some of it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import polars as pl

from onward.crisis import Crisis
from onward.crisis.cells import read_sheet
from onward.crisis.convert import convert
from onward.crisis.schema import tables
from onward.errors import CrisisDataError, ParameterError, Problem

PHASES = ("emergency", "standard")
FILE = "standards.csv"


@cache
def shipped_standards() -> pl.DataFrame:
    """Return the standards that ship with Onward, with the columns of `standards.csv`.

    Examples
    --------
    >>> rows = shipped_standards().filter(pl.col("item") == "toilets")
    >>> dict(rows.select("phase", "per").iter_rows())
    {'standard': 20.0, 'emergency': 50.0}
    """
    return _converted("standards", files("onward.planning").joinpath(FILE).read_bytes(), FILE)


def read_rows(table: str, path: str | Path) -> pl.DataFrame:
    """Read a file as rows of ``standards`` or ``stocks``; raise all its problems as one CrisisDataError."""
    path = Path(path)
    if not path.is_file():
        raise ParameterError(f"{path}: there is no such file. Give a CSV with the columns of {table}.csv.")
    return _converted(table, path.read_bytes(), path.name)


def standards_of(crisis: Crisis, *, phase: str = "standard", given: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the standards that apply to a crisis in a phase.

    Parameters
    ----------
    crisis
        Rows of its table ``standards`` take the place of all shipped rows of the same item.
    phase
        ``emergency`` (the first days) or ``standard``; rows without a phase hold in both.
    given
        Rows that take the place of those of both, item by item.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> rows = standards_of(read_crisis("daraa-2018"), phase="emergency")
    >>> rows.filter(pl.col("item") == "water")["quantity"].to_list()
    [7.5]
    """
    if phase not in PHASES:
        raise ParameterError(f"phase: {phase!r} is not one of {', '.join(PHASES)}.")
    rows = shipped_standards()
    for own in (crisis.table("standards"), given):
        if own is not None and own.height:
            rows = pl.concat([rows.filter(~pl.col("item").is_in(own["item"].to_list())), own.select(rows.columns)])
    return rows.filter((pl.col("phase").is_null() | (pl.col("phase") == phase)) & (pl.col("quantity") > 0))


def _converted(table: str, data: bytes, file: str) -> pl.DataFrame:
    frame, problems = convert(tables()[table], read_sheet(data, file), file)
    if frame.is_empty() and not problems:
        problems = [Problem(file, found="the table has no rows", next_step="Give at least one.")]
    if problems:
        raise CrisisDataError(problems)
    return frame.select(tables()[table].names)
