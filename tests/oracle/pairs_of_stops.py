"""People by pair of consecutive stops: from the journeys of *individuals*, and from the flows of *cohorts*."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

import onward
from onward.simulation.journeys import itineraries_again


def pairs(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return people by member and pair of places that differ."""
    start, end = keys
    rows = rows.with_columns(pl.col(keys).cast(pl.String)).filter(pl.col(start) != pl.col(end))
    return (
        rows.group_by("member", *keys).agg(pl.col("people").sum()).sort("member", *keys).rename({start: "a", end: "b"})
    )


def steps(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the legs of itineraries."""
    before = pl.col("place").shift(1).over("member", "itinerary", order_by="stop").alias("before")
    return rows.with_columns(before).drop_nulls("before")


def pairs_of_journeys(run: onward.Run, crisis: onward.Crisis) -> pl.DataFrame:
    """Return people by member and pair of stops from the journeys of a run of *individuals*."""
    rows = pl.concat(frame for _, frame in itineraries_again(run, crisis))
    return pairs(steps(rows), ["before", "place"])


def z_of_pairs(alone: pl.DataFrame, together: pl.DataFrame, members: int, least: float = 0.0) -> NDArray[np.float64]:
    """Return z of the difference of means of each pair that has ``least`` people or more on average."""
    grid = (
        pl.concat([alone, together])
        .select("a", "b")
        .unique()
        .join(pl.DataFrame({"member": range(members)}), how="cross")
    )
    found = []
    for rows in (alone, together):
        filled = grid.join(rows.with_columns(pl.col("member").cast(pl.Int64)), on=["member", "a", "b"], how="left")
        by_pair = filled.with_columns(pl.col("people").fill_null(0)).group_by("a", "b").agg(
            pl.col("people").mean().alias("mean"), (pl.col("people").var() / members).alias("error")
        )  # fmt: skip
        found.append(by_pair)
    both = found[0].join(found[1], on=["a", "b"]).filter(
        (pl.col("error") + pl.col("error_right") > 0) & (pl.col("mean") + pl.col("mean_right") >= 2 * least)
    )  # fmt: skip
    z = (both["mean"] - both["mean_right"]) / (both["error"] + both["error_right"]).sqrt()
    return z.to_numpy()
