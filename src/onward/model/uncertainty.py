"""Uncertain inputs, drawn once per member: attacks, populations, quotas, days of takeover."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.model.keyed_draws import Draws, Keys, keys_of
from onward.typing import Floats

#: standard normal quantile of 95 %: a table's low and high are 5 % and 95 % quantiles
Z95 = 1.6448536269514722
#: changes of one actor with the same days are one advance, and happen on one day
ADVANCE = ["start", "start_low", "start_high", "actor"]


def draw_between(draws: Draws, keys: Keys, middle: Floats, low: Floats, high: Floats, common: float) -> Floats:
    """Draw rows whose 5 %, 50 % and 95 % quantiles are ``low``, ``middle`` and ``high``.

    A split log-normal where all three are above zero, a split normal truncated at zero elsewhere.

    Parameters
    ----------
    draws
        The member's own, of this kind of input.
    keys
        Shape (rows,), the key of each row.
    middle, low, high
        Shape (rows,), any unit, ``low <= middle <= high``.
    common
        Share (0..1) of the variance that all rows have in common, because sources err together.

    Returns
    -------
    numpy.ndarray
        Shape (rows,), the same unit; a row without a range is returned as ``middle``.

    Examples
    --------
    >>> m = np.array([10.0, 5.0])
    >>> draw_between(Draws(1), keys_of("ab"), m, np.array([5.0, 5.0]), np.array([20.0, 5.0]), 0.5)[1]
    np.float64(5.0)
    """
    return quantile_between(draws.scores(keys, common), middle, low, high)


def quantile_between(z: Floats, middle: Floats, low: Floats, high: Floats) -> Floats:
    """Return the value at standard normal score ``z`` of the split distributions of `draw_between`."""
    edge = np.where(z > 0, high, low)
    positive = (low > 0) & (middle > 0)
    safe_middle, safe_edge = np.where(positive, middle, 1.0), np.where(positive, edge, 1.0)
    scaled = np.abs(z) / Z95
    logs = safe_middle * np.exp(scaled * np.log(safe_edge / safe_middle))
    straight = np.maximum(middle + scaled * (edge - middle), 0.0)
    return np.where(positive, logs, straight)


def draw_dates(crisis: Crisis, draws: Draws | None) -> tuple[date, ...]:
    """Draw a day for each advance whose day is given as a range, uniformly from its first to its last.

    Parameters
    ----------
    crisis
        With ``control.start_low`` and ``start_high``, inclusive; a gap in either means ``start``.
    draws
        The member's own; None gives ``start`` itself.

    Returns
    -------
    tuple of dates
        One an advance, in their order; empty where every day is known.
    """
    uncertain = advances(crisis)
    if draws is None or uncertain.is_empty():
        return tuple(uncertain["start"].to_list())
    days = []
    share = draws.uniform(keys_of(str(row) for row in uncertain.iter_rows()))
    for row, u in zip(uncertain.iter_rows(named=True), share, strict=True):
        low, high = (row[bound] or row["start"] for bound in ("start_low", "start_high"))
        days.append(low + timedelta(days=int(u * ((high - low).days + 1))))
    return tuple(days)


def with_dates(crisis: Crisis, dates: tuple[date, ...]) -> Crisis:
    """Return the crisis with its uncertain advances on these days, from `draw_dates`."""
    drawn = advances(crisis).with_columns(pl.Series("drawn", dates, dtype=pl.Date))
    control = crisis.table("control").join(drawn, on=ADVANCE, how="left", nulls_equal=True, maintain_order="left")
    held = control.with_columns(pl.coalesce("drawn", "start").alias("start")).drop("drawn")
    return replace(crisis, tables={**crisis.tables, "control": held})


@lru_cache
def advances(crisis: Crisis) -> pl.DataFrame:
    """Return the advances whose day is given as a range, in a fixed order: start, start_low, start_high, actor."""
    known = pl.col("start_low").is_null() & pl.col("start_high").is_null()
    return crisis.table("control").filter(~known).select(ADVANCE).unique().sort(ADVANCE)
