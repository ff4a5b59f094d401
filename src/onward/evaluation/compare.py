"""Compare two runs member by member: what a what-if changes, with intervals of the differences."""

from __future__ import annotations

import polars as pl

from onward.errors import ParameterError
from onward.simulation.run import LEVELS, Run

#: a difference whose paired 90 % interval lies on one side of zero is told as one
_COLUMNS = [(q, f"p{100 * q:g}") for q in LEVELS]


def compare(run: Run, other: Run) -> dict[str, pl.DataFrame]:
    """Return how ``other`` differs from ``run``, paired by member, on the last day and over the period.

    Tables ``stock`` and ``arrivals`` (place), ``totals`` (indicator) and ``claims`` (claim), each with the mean of
    both runs and mean, p5, p25, p50, p75 and p95 of the difference ``other - run``; ``clear`` says that its 90 %
    interval leaves out zero. Runs that do not share crisis, seed, members and engine are refused.
    """
    _check_pair(run, other)
    return {
        name: _differ(table(run), table(other), key, run.about["members"])
        for name, table, key in (
            ("stock", _last_stock, "place"),
            ("arrivals", _arrivals, "place"),
            ("totals", _totals, "indicator"),
            ("claims", _claims, "claim"),
        )
    }


def _check_pair(run: Run, other: Run) -> None:
    for key in ("crisis", "seed", "members", "engine", "parameters", "start", "end"):
        if run.about[key] != other.about[key]:
            raise ParameterError(
                f"the runs cannot be paired: {key} is {run.about[key]} in one and {other.about[key]} in the other. "
                "Run both with the same crisis, seed, members, engine and parameters."
            )


def _last_stock(run: Run) -> pl.LazyFrame:
    from datetime import date

    last = date.fromisoformat(run.about["end"])
    state = pl.col("state").cast(pl.String)
    rows = run.tables["stock"].filter((pl.col("date") == last) & state.is_in(["here", "gate"]))
    return _by(rows, "place", "people")


def _arrivals(run: Run) -> pl.LazyFrame:
    rows = run.tables["movements"].filter(pl.col("movement").cast(pl.String) == "arrived")
    return _by(rows, "place", "people")


def _by(rows: pl.LazyFrame, key: str, value: str) -> pl.LazyFrame:
    return rows.group_by("member", pl.col(key).cast(pl.String)).agg(pl.col(value).sum().cast(pl.Float64).alias("value"))


def _totals(run: Run) -> pl.LazyFrame:
    """People who left home and displacements in all, who waits at each gate at the end, who passed it."""
    movement = pl.col("movement").cast(pl.String)
    moves = run.tables["movements"].filter(movement.is_in(["left_home", "fled_again"]))
    gates = run.tables["gates"].group_by("member", pl.col("gate").cast(pl.String)).agg(
        pl.col("waiting").sort_by("date").last().cast(pl.Float64), pl.col("passed").sum().cast(pl.Float64)
    )
    named = [
        gates.select("member", (pl.lit(f"{what} at ") + pl.col("gate")).alias("indicator"), pl.col(what).alias("value"))
        for what in ("waiting", "passed")
    ]
    return pl.concat([_by(moves, "movement", "people").rename({"movement": "indicator"}), *named])


def _claims(run: Run) -> pl.LazyFrame:
    return run.tables["claims"].select("member", "claim", "value").drop_nulls()


def _differ(one: pl.LazyFrame, two: pl.LazyFrame, key: str, members: int) -> pl.DataFrame:
    """Pair every member by ``key``; a missing row means nobody there."""
    keys = pl.concat([one.select(key), two.select(key)]).unique()
    grid = keys.join(pl.LazyFrame({"member": pl.Series(range(members), dtype=pl.Int32)}), how="cross")
    both = (
        grid.join(one, on=["member", key], how="left")
        .join(two, on=["member", key], how="left", suffix="_other")
        .with_columns(pl.col("value", "value_other").fill_null(0.0))
    )
    change = (pl.col("value_other") - pl.col("value")).alias("change")
    spread = [pl.col("change").quantile(q, "linear").alias(name) for q, name in _COLUMNS]
    grouped = both.with_columns(change).group_by(key).agg(
        pl.col("value").mean().alias("run"),
        pl.col("value_other").mean().alias("other"),
        pl.col("change").mean().alias("mean"),
        *spread,
    )
    clear = ((pl.col("p5") > 0) | (pl.col("p95") < 0)).alias("clear")
    return grouped.with_columns(clear).sort(pl.col("mean").abs(), descending=True).collect()
