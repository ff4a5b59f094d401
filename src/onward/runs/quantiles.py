"""Quantiles over members for each day and place, computed in bounded memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from onward.runs.tables import first_day
from onward.simulation.run import LEVELS, Run
from onward.typing import Floats

#: the columns of a spread: the mean, and the quantiles of `LEVELS`
FIGURES = ("mean", *(f"p{100 * level:g}" for level in LEVELS))


@dataclass(frozen=True)
class Spread:
    """Mean and quantiles over members: ``figures[f, t, k]`` for figure, day and key."""

    keys: tuple[str, ...]
    days: tuple[dt.date, ...]
    figures: Floats

    def frame(self, key: str) -> pl.DataFrame:
        """Return the figures as rows: the key, date, mean, p5, p25, p50, p75, p95."""
        count, days = len(self.keys), len(self.days)
        flat = {name: self.figures[f].T.ravel() for f, name in enumerate(FIGURES)}
        return pl.DataFrame(
            {
                key: pl.Series(np.repeat(np.array(self.keys, dtype=object), days).tolist(), dtype=pl.String),
                "date": pl.Series(list(self.days) * count, dtype=pl.Date),
                **flat,
            }
        )


def spread_over_time(rows: pl.LazyFrame, run: Run, keys: Sequence[str], *, key: str) -> Spread:
    """Return the spread of ``people`` by day and key; a member without a row counts as 0 people.

    Parameters
    ----------
    rows
        Columns member, date, ``key`` and people; rows of one member, day and key are added up.
    run
        Its members and days are those of the spread.
    keys
        The values of ``key`` that are wanted, in the order wanted; others are left out.
    key
        The column they are in.
    """
    start, days = first_day(run), int(run.about["days"])
    index = pl.LazyFrame({"_key": list(keys), "_k": range(len(keys))}, schema={"_key": pl.String, "_k": pl.Int32})
    day = (pl.col("date") - start).dt.total_days().alias("_t")
    found = (
        rows.with_columns(pl.col(key).cast(pl.String).alias("_key"), day)
        .join(index, on="_key")
        .group_by("member", "_t", "_k")
        .agg(pl.col("people").sum().cast(pl.Float64))
        .collect()
    )
    cube = np.zeros((run.about["members"], days, len(keys)))
    cube[found["member"].to_numpy(), found["_t"].to_numpy(), found["_k"].to_numpy()] = found["people"].to_numpy()
    return Spread(tuple(keys), tuple(start + dt.timedelta(n) for n in range(days)), _figures(cube))


def spread_of_totals(rows: pl.LazyFrame, run: Run, by: Sequence[str]) -> pl.DataFrame:
    """Return mean and quantiles of ``people`` over the whole period for each combination of ``by`` that occurs."""
    named = rows.with_columns(pl.col(name).cast(pl.String) for name in by)
    found = named.group_by("member", *by).agg(pl.col("people").sum().cast(pl.Float64)).collect()
    keys = found.select(by).unique().sort(by, nulls_last=True).with_row_index("_k")
    placed = found.join(keys, on=list(by), nulls_equal=True)
    cube = np.zeros((run.about["members"], 1, keys.height))
    cube[placed["member"].to_numpy(), 0, placed["_k"].to_numpy()] = placed["people"].to_numpy()
    figures = _figures(cube)[:, 0, :]
    return keys.drop("_k").with_columns(pl.Series(name, figures[f]) for f, name in enumerate(FIGURES))


def grouped(rows: pl.LazyFrame, members: pl.DataFrame, columns: Sequence[str] = ("place",)) -> pl.LazyFrame:
    """Replace places by their units, such as districts; gaps stay gaps.

    ``members`` has the columns place and unit; a place of several units gives a row for each.
    """
    for column in columns:
        to = members.select(pl.col("place").alias(column), pl.col("unit").alias(f"{column}_unit")).lazy()
        joined = rows.with_columns(pl.col(column).cast(pl.String)).join(to, on=column, how="left")
        rows = joined.drop(column).rename({f"{column}_unit": column})
    return rows


def _figures(cube: Floats) -> Floats:
    """Compute mean and quantiles, from ``[m, t, k]`` to ``[figure, t, k]``."""
    return np.concatenate([cube.mean(axis=0)[None], np.quantile(cube, LEVELS, axis=0)])
