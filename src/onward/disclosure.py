"""Disclosure control of published output: rounding, masking of small counts, coarsening of places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from onward.typing import Floats

#: an observed count below this could identify persons, and is not shown (DESIGN.md section 6)
LEAST_COUNTED = 10
#: significant digits of a simulated figure in text and exports; more would suggest false precision
DIGITS = 2
#: significant digits of a figure on a curve, so that the curve has no steps (own choice)
CURVE_DIGITS = 3
SIMULATED = "Simulated, not observed."
ROUTES_WARNING = (
    "Legs between places show where people walk and when. Who holds the roads can use that against them. "
    "Share this only with those who protect the people it is about."
)
PLACES_WARNING = (
    "This crisis is ongoing: figures for single places can serve those from whom people flee. "
    "Share them only with those who protect."
)
ONGOING_NOTE = "This crisis is ongoing, so figures are for districts (admin level 2), not for single places."
AREAS_NOTE = f"{ONGOING_NOTE} `--places` writes places; ask first who could use them and for what."


def two_digits(people: float) -> float:
    """Round people to two significant digits and to whole people; a half is rounded away from zero.

    The page, its downloads and every export use this rounding and no other.

    Examples
    --------
    >>> two_digits(63_749), two_digits(44.5), two_digits(-151), two_digits(99.5), two_digits(0.4)
    (64000.0, 45.0, -150.0, 100.0, 0.0)
    """
    return float(all_two_digits(np.array([people], dtype=np.float64))[0])


def all_two_digits(people: Floats) -> Floats:
    """Round people, of any shape, as `two_digits` does; gaps stay gaps."""
    return _half_away(people, _step(people, DIGITS, least=1.0))


def all_curve_digits(people: Floats) -> Floats:
    """Round people, of any shape, to the three significant digits that curves are drawn from; gaps stay gaps.

    Rounding the result with `two_digits` gives the same value as rounding the figure itself, so that a label on a curve
    agrees with the exports: where plain rounding would break this, the next lower third digit is used.

    Examples
    --------
    >>> all_curve_digits(np.array([64_496.0, 44.5, 1_234_567.0])).tolist()
    [64400.0, 44.5, 1230000.0]
    """
    step = _step(people, CURVE_DIGITS, least=0.01)
    curve = np.round(_half_away(people, step), 2)
    label = all_two_digits(people)
    off = np.sign(all_two_digits(curve) - label)
    return np.asarray(np.round(curve - np.where(np.isnan(off), 0.0, off) * step, 2))


def _step(people: Floats, digits: int, least: float) -> Floats:
    """Return the unit of the last significant digit for each figure, at least `least`."""
    size = np.floor(np.log10(np.maximum(np.abs(people), 1.0)))
    return np.asarray(np.maximum(10.0 ** (size + 1 - digits), least))


def _half_away(people: Floats, step: Floats) -> Floats:
    rounded = np.floor(np.abs(people) / step + 0.5) * step
    return np.asarray(np.where(people < 0, -rounded, rounded) + 0.0)


def reported_digits(value: float | None, unit: str) -> float | None:
    """Round a figure in a claim's unit: people as `two_digits` does, shares and ratios to two significant digits.

    Examples
    --------
    >>> reported_digits(44.5, "people/day"), reported_digits(0.1234, "share"), reported_digits(None, "people")
    (45.0, 0.12, None)
    """
    if value is None:
        return None
    return two_digits(value) if unit.startswith("people") else float(f"{value:.{DIGITS}g}")


def rounded(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Round people in some columns as `two_digits` does; gaps stay gaps.

    Examples
    --------
    >>> rounded(pl.DataFrame({"p50": [1234.5, None]}), ["p50"])["p50"].to_list()
    [1200.0, None]
    """
    figures = frame.select(pl.col(columns).cast(pl.Float64))
    return frame.with_columns(
        pl.Series(c.name, all_two_digits(c.fill_null(np.nan).to_numpy()), nan_to_null=True) for c in figures
    )


def significant(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Round figures of mixed units, such as differences of claims, to two significant digits; gaps stay gaps."""
    return frame.with_columns(pl.col(columns).cast(pl.Float64).round_sig_figs(DIGITS))


def masked(counts: pl.DataFrame, columns: tuple[str, ...] = ("people", "low", "high")) -> pl.DataFrame:
    """Set observed counts below ten, and their bounds, to null; ``masked`` marks them.

    Examples
    --------
    >>> masked(pl.DataFrame({"people": [4, 40], "low": [4, 30], "high": [4, 50]})).rows()
    [(None, None, None, True), (40, 30, 50, False)]
    """
    small = pl.col("people").is_between(0, LEAST_COUNTED, closed="none").fill_null(False)
    shown = [pl.when(~small).then(pl.col(c)).alias(c) for c in columns]
    return counts.with_columns(*shown, small.alias("masked"))


def is_ongoing(about: Mapping[str, Any], today: dt.date) -> bool:
    """Return whether a run's period includes today.

    Examples
    --------
    >>> is_ongoing({"start": "2026-01-01", "end": "2026-03-31"}, dt.date(2026, 2, 1))
    True
    """
    return dt.date.fromisoformat(about["start"]) <= today <= dt.date.fromisoformat(about["end"])


def today() -> dt.date:
    """Return the current date in UTC."""
    return dt.datetime.now(dt.UTC).date()
