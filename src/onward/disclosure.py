"""Disclosure control of published output: rounding, masking of small counts, coarsening of places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from onward.typing import Floats

#: an observed count below this could point at persons, and is not shown (DESIGN.md section 6)
LEAST_COUNTED = 10
#: significant digits of a simulated figure in an export: more would claim a precision there is not
DIGITS = 2
SIMULATED = "Simulated, not observed."
ROUTES_WARNING = (
    "Legs between places show where people walk and when. Who holds the roads can use that against them. "
    "Share this only with those who protect the people it is about."
)
PLACES_WARNING = (
    "This crisis is going on: figures for single places can serve those from whom people flee. "
    "Share them only with those who protect."
)
AREAS_NOTE = (
    "This crisis is going on, so figures are for districts (admin level 2), not for single places. "
    "`--places` writes places; ask first who could use them and for what."
)


def two_digits(people: float) -> float:
    """Round a simulated figure to two significant digits, as `rounded` does.

    >>> two_digits(63_749), two_digits(0.1234), two_digits(-151), two_digits(44.5), two_digits(0)
    (64000.0, 0.12, -150.0, 45.0, 0.0)
    """
    return float(all_two_digits(np.array([people]))[0])


def all_two_digits(people: Floats) -> Floats:
    """Round simulated figures, of any shape, to two significant digits."""
    flat = pl.Series(people.ravel(), dtype=pl.Float64)
    return flat.round_sig_figs(DIGITS).to_numpy().reshape(people.shape)


def rounded(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Round the simulated figures in some columns to two significant digits; gaps stay gaps.

    >>> rounded(pl.DataFrame({"p50": [1234.5, None]}), ["p50"])["p50"].to_list()
    [1200.0, None]
    """
    return frame.with_columns(pl.col(columns).cast(pl.Float64).round_sig_figs(DIGITS))


def masked(counts: pl.DataFrame, columns: tuple[str, ...] = ("people", "low", "high")) -> pl.DataFrame:
    """Leave out observed counts below ten, with both their readings; ``masked`` says where.

    >>> masked(pl.DataFrame({"people": [4, 40], "low": [4, 30], "high": [4, 50]})).rows()
    [(None, None, None, True), (40, 30, 50, False)]
    """
    small = pl.col("people").is_between(0, LEAST_COUNTED, closed="none").fill_null(False)
    shown = [pl.when(~small).then(pl.col(c)).alias(c) for c in columns]
    return counts.with_columns(*shown, small.alias("masked"))


def is_ongoing(about: Mapping[str, Any], today: dt.date) -> bool:
    """Whether a run's period includes today.

    >>> is_ongoing({"start": "2026-01-01", "end": "2026-03-31"}, dt.date(2026, 2, 1))
    True
    """
    return dt.date.fromisoformat(about["start"]) <= today <= dt.date.fromisoformat(about["end"])


def today() -> dt.date:
    """Return the day it is, in UTC."""
    return dt.datetime.now(dt.UTC).date()
