"""Days that a crisis gives as ranges: when a place changed hands, drawn once per member."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from onward.data import Crisis

#: changes of one actor with the same days are one advance, and happen on one day
ADVANCE = ["start", "start_low", "start_high", "actor"]


def draw_dates(crisis: Crisis, rng: np.random.Generator | None) -> tuple[date, ...]:
    """Draw a day for each advance whose day is given as a range, evenly from its first to its last.

    Parameters
    ----------
    crisis
        With ``control.start_low`` and ``start_high``, inclusive; a gap in either means ``start``.
    rng
        The member's own stream; None gives ``start`` itself.

    Returns
    -------
    tuple of dates
        One an advance, in their order; empty where every day is known.
    """
    days = []
    for row in _advances(crisis).iter_rows(named=True):
        low, high = (row[bound] or row["start"] for bound in ("start_low", "start_high"))
        drawn = row["start"] if rng is None else low + timedelta(days=int(rng.integers((high - low).days + 1)))
        days.append(drawn)
    return tuple(days)


def with_dates(crisis: Crisis, dates: tuple[date, ...]) -> Crisis:
    """Return the crisis as if its uncertain advances had happened on these days, from `draw_dates`."""
    drawn = _advances(crisis).with_columns(pl.Series("drawn", dates, dtype=pl.Date))
    control = crisis.table("control").join(drawn, on=ADVANCE, how="left", nulls_equal=True, maintain_order="left")
    held = control.with_columns(pl.coalesce("drawn", "start").alias("start")).drop("drawn")
    return replace(crisis, tables={**crisis.tables, "control": held})


def _advances(crisis: Crisis) -> pl.DataFrame:
    known = pl.col("start_low").is_null() & pl.col("start_high").is_null()
    return crisis.table("control").filter(~known).select(ADVANCE).unique().sort(ADVANCE)
