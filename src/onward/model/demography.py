"""Women and children among those who flee, by home: shares that a crisis states."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.typing import Floats

#: age of majority: people of fewer completed years are children (Convention on the Rights of the Child, article 1)
ADULT = 18


def women_and_children(crisis: Crisis, places: Sequence[str]) -> Floats:
    """Return the share of women and children among the people of each place.

    Girls and women of any age count, and boys under 18. A band of ages that contains 18 is divided evenly by year.

    Parameters
    ----------
    crisis
        With the table ``demography``.
    places
        Their order in the result.

    Returns
    -------
    numpy.ndarray
        ``[p]``, 0 to 1; NaN for a place whose ages are not stated.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> crisis = read_crisis("aleppo-2016")
    >>> bool(np.isnan(women_and_children(crisis, crisis.places)).all())
    True
    """
    low, high = pl.col("age_low"), pl.col("age_high")
    young = pl.when(high.is_null()).then(low < ADULT).otherwise(((ADULT - low) / (high - low + 1.0)).clip(0.0, 1.0))
    counted = pl.when(pl.col("sex") == "female").then(1.0).otherwise(young.cast(pl.Float64))
    sums = dict(crisis.table("demography").group_by("place").agg((pl.col("share") * counted).sum()).iter_rows())
    elsewhere = sums.get(None, np.nan)
    return np.array([sums.get(place, elsewhere) for place in places], dtype=np.float64)
