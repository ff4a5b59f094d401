"""Figures of the page: rounded quantiles over members for each place and day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from onward.disclosure import all_curve_digits, all_two_digits
from onward.simulation.observables import net_arrivals
from onward.simulation.record import record_of_run
from onward.simulation.run import LEVELS, Run
from onward.typing import Floats, Ints

NAMES = tuple(f"p{100 * level:g}" for level in LEVELS)


def two_digits(figures: Floats) -> Ints:
    """Return figures of people as `onward.disclosure.two_digits` rounds them, as whole numbers.

    Examples
    --------
    >>> two_digits(np.array([0.4, 8.6, 123.0, 98765.0])).tolist()
    [0, 9, 120, 99000]
    """
    return np.asarray(all_two_digits(np.asarray(figures, dtype=np.float64)), dtype=np.int64)


def bands(cube: Floats) -> dict[str, Any]:
    """Return quantiles over the first axis (members) by name, as nested lists of two-digit figures.

    Examples
    --------
    >>> bands(np.array([[100.0, 0.0], [200.0, 0.0]]))["p50"]
    [150, 0]
    """
    spread = np.quantile(cube, LEVELS, axis=0)
    return {name: two_digits(spread[n]).tolist() for n, name in enumerate(NAMES)}


def curves(cube: Floats) -> dict[str, Any]:
    """Return quantiles over the first axis (members) by name, as nested lists of figures for drawing curves.

    The page rounds what it writes; see `onward.disclosure.all_curve_digits`.

    Examples
    --------
    >>> curves(np.array([[100.0, 0.0], [189.0, 0.0]]))["p50"]
    [144, 0]
    """
    spread = np.quantile(cube, LEVELS, axis=0)
    return {name: _short(all_curve_digits(spread[n]).tolist()) for n, name in enumerate(NAMES)}


def mean_curves(cube: Floats) -> Any:
    """Return means over the first axis (members) as nested lists of figures for drawing curves; they add up.

    Examples
    --------
    >>> mean_curves(np.array([[100.0, 0.0], [188.0, 0.0]]))
    [144, 0]
    """
    return _short(all_curve_digits(cube.mean(axis=0)).tolist())


def _short(figures: Any) -> Any:
    """Convert nested lists so that whole numbers are written without decimals, which halves the size of a page."""
    if isinstance(figures, list):
        return [_short(figure) for figure in figures]
    return int(figures) if figures == int(figures) else figures


def figure(values: Floats) -> dict[str, int]:
    """Return the quantiles of one figure over members.

    Examples
    --------
    >>> figure(np.array([10.0, 20.0]))["p50"]
    15
    """
    return {name: int(value) for name, value in bands(values).items()}


class Cubes:
    """The tables of a run as arrays ``[member, place or gate, day]``; a missing row means 0 people."""

    def __init__(self, run: Run, row: Mapping[str, int], rows: int) -> None:
        """Store a run and the row of each of its places."""
        self.run, self.row, self.rows = run, row, rows
        self.members = int(run.about["members"])
        self.start = dt.date.fromisoformat(run.about["start"])
        self.days = (dt.date.fromisoformat(run.about["end"]) - self.start).days + 1

    def stock(self, *states: str) -> Floats:
        """Return people in these states."""
        return self._cube("stock", "place", self.row, "people", pl.col("state").cast(pl.String).is_in(states))

    def movement(self, *kinds: str) -> Floats:
        """Return people who made these movements on the day."""
        return self._cube("movements", "place", self.row, "people", pl.col("movement").cast(pl.String).is_in(kinds))

    def net_arrivals(self) -> Floats:
        """Return people who arrived in a row, minus those who left again; see `onward.simulation.observables`."""
        if "flows" not in self.run.tables:
            return np.zeros((self.members, self.rows, self.days))
        names = list(self.row)
        return net_arrivals(record_of_run(self.run, names), np.array([self.row[name] for name in names]), self.rows)

    def attacks(self) -> Floats:
        """Return the attacks drawn."""
        return self._cube("attacks", "place", self.row, "attacks", pl.lit(True))

    def exposed(self, *states: str) -> Floats:
        """Return people in these states (home, displaced, way) at places on days with an attack there."""
        return self._cube("exposure", "place", self.row, "people", pl.col("state").cast(pl.String).is_in(states))

    def gates(self, names: Sequence[str], column: str) -> Floats:
        """Return people who wait at or passed a gate."""
        return self._cube("gates", "gate", _numbered(names), column, pl.lit(True))

    def times(self) -> Floats:
        """Return people away from home by times displaced: ``[member, class, day]``."""
        if "times" not in self.run.tables:
            return np.zeros((self.members, 0, self.days))
        most = self.run.tables["times"].select(pl.col("times").max()).collect().item() or 0
        return self._cube("times", "times", _numbered(str(n + 1) for n in range(most)), "people", pl.lit(True))

    def days_of(self, column: str = "date") -> pl.Expr:
        """Return the day numbers of a column of dates."""
        return (pl.col(column) - self.start).dt.total_days().alias("day")

    def _cube(self, table: str, key: str, row: Mapping[str, int], value: str, rows: pl.Expr) -> Floats:
        many = self.rows if row is self.row else len(row)
        cube = np.zeros((self.members, many, self.days))
        if table not in self.run.tables or not row:
            return cube
        found = self.run.tables[table].filter(rows).select(
            "member", self.days_of(), pl.col(key).cast(pl.String).alias("key"), pl.col(value).cast(pl.Float64)
        ).join(row_frame(row).lazy(), on="key").collect()  # fmt: skip
        at = (found["member"].to_numpy(), found["row"].to_numpy(), found["day"].to_numpy())
        np.add.at(cube, at, found[value].to_numpy())
        return cube


def row_frame(row: Mapping[str, int]) -> pl.DataFrame:
    """Build a table of names and their rows to join with: key, row."""
    return pl.DataFrame({"key": list(row), "row": list(row.values())}, schema={"key": pl.String, "row": pl.Int64})


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: n for n, name in enumerate(names)}
