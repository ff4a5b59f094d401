"""Doubts about counts: jumps, contradictions between sources, mixed assessments, cumulative totals given as stocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.messages import quoted
from onward.errors import Problem

if TYPE_CHECKING:
    from onward.crisis.draft import Draft

JUMP = 3.0
"""How many times larger or smaller the next count of a series may be (own choice: beyond it is often a recount)."""

APART = 1.5
"""Factor between the ranges of two counts of the same day that is reported as a contradiction (own choice)."""

LEAST_PEOPLE = 1000.0
"""Counts of fewer people are not searched for jumps and contradictions (own choice: small numbers jump)."""

RISES, GROWTH = 6, 2.0
"""Counts of a stock that never fall, and their growth in all, from which they look cumulative (own choice)."""

ASSESSMENTS = (
    ("baseline of areas (BA)", r"(?i)\bBA\b|baseline"),
    ("assessment of sites (SA)", r"(?i)\bSA\b|site assessment|assessment of sites"),
    ("flow monitoring", r"(?i)flow monitoring|\bFMS\b"),
)
"""Kinds of assessment by the words of a source or its records: what one counts is no part of what another does."""

_DATED = r"[:_ -]*\d{4}-?\d{2}-?\d{2}.*$|[ :_#-]*\d+$"
"""A day or number at the end of a source, which parts rows of one series."""

SERIES = ["indicator", "place", "area", "series"]


def with_series(draft: Draft) -> pl.DataFrame:
    """Return counts with the series each belongs to: its source without a trailing date or number."""
    stem = pl.col("source").fill_null("").str.replace(_DATED, "").str.strip_chars()
    return draft.frame("counts").with_columns(stem.alias("series")).sort(*SERIES, "date", ROW)


def jumps(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt where a series jumps between two dates, which suggests a recount or a change in coverage.

    There is none where a count of another source, between the two in time and in size, shows growth or decline.
    """
    counts = with_series(draft)
    before = counts.with_columns(pl.col("people", "date").shift(1).over(SERIES).name.suffix("_before"))
    both = pl.min_horizontal("people", "people_before") >= LEAST_PEOPLE
    ratio = pl.max_horizontal("people", "people_before") / pl.min_horizontal("people", "people_before")
    for row in before.filter(both & (ratio > JUMP)).sort(ROW).iter_rows(named=True):
        if _gradual(counts, row):
            continue
        days = (row["date"] - row["date_before"]).days
        later = "1 day" if days == 1 else f"{days} days"
        found = (
            f"{row['people']:,.0f} people, {later} after {row['people_before']:,.0f} on {row['date_before']}, may "
            "be a recount"
        )
        step = "See the publisher's notes; widen low and high, or drop a row."
        yield draft.problem("counts", row, "people", found, step)


def _gradual(counts: pl.DataFrame, jump: dict[str, Any]) -> bool:
    """Return whether a count of the same people lies between the two of a jump, in time and in size."""
    same = [pl.col(key).eq_missing(pl.lit(jump[key])) for key in ("indicator", "place", "area")]
    least, most = sorted((jump["people"], jump["people_before"]))
    between = pl.col("date").is_between(jump["date_before"], jump["date"], closed="none")
    return not counts.filter(*same, between, pl.col("people").is_between(least, most, closed="none")).is_empty()


def contradictions(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt where two sources count the same people on the same day with ranges far apart."""
    counts = with_series(draft).with_columns(
        pl.coalesce("low", "people").alias("least"), pl.coalesce("high", "people").alias("most")
    )
    keys = ["indicator", "place", "area", "date"]
    pairs = counts.join(counts, on=keys, suffix="_other", nulls_equal=True).filter(
        pl.col(ROW) > pl.col(f"{ROW}_other"),
        pl.col("since").eq_missing(pl.col("since_other")),
        pl.max_horizontal("people", "people_other") >= LEAST_PEOPLE,
        (pl.col("least") > APART * pl.col("most_other")) | (pl.col("least_other") > APART * pl.col("most")),
    )
    for row in pairs.sort(ROW).iter_rows(named=True):
        found = (
            f"{row['people']:,.0f} people contradict the {row['people_other']:,.0f} of row {row[f'{ROW}_other']} "
            "for the same day"
        )
        step = "Keep the one that counts what the other left out, or widen low and high of both."
        yield draft.problem("counts", row, "people", found, step)


def cumulative_as_stock(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt for stocks that never fall and grow strongly: they may be cumulative arrivals."""
    stocks = with_series(draft).filter(indicator="stock")
    grown = stocks.group_by(SERIES, maintain_order=True).agg(
        pl.col("people").diff().drop_nulls().min().alias("least"),
        (pl.col("people").diff() > 0).sum().alias("rises"),
        pl.col("people").first().alias("first"),
        pl.col("people").last().alias("last"),
        pl.len().alias("counts"),
        pl.col(ROW).last(),
    )
    steady = (pl.col("least") >= 0) & (pl.col("rises") >= RISES - 1) & (pl.col("last") >= LEAST_PEOPLE)
    for row in grown.filter(steady, pl.col("last") >= GROWTH * pl.col("first")).sort(ROW).iter_rows(named=True):
        found = (
            f"the stock of {quoted(row['place'] or row['area'])} never falls in {row['counts']} counts, from "
            f"{row['first']:,.0f} to {row['last']:,.0f}: it may be a cumulative total"
        )
        step = "If the publisher adds up arrivals, write arrivals with since; a stock is who is there on the day."
        yield draft.problem("counts", row, "indicator", found, step)


def mixed_assessments(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt for stocks from several kinds of assessment, which do not form one series."""
    records = draft.frame("provenance").select(
        "source", pl.concat_str("publisher", "file", "record", separator=" ", ignore_nulls=True).alias("words")
    )
    stocks = draft.frame("counts").filter(indicator="stock").join(records, on="source", how="left")
    text = pl.concat_str("source", "words", separator=" ", ignore_nulls=True)
    kinds = [pl.when(text.str.contains(pattern)).then(pl.lit(name)) for name, pattern in ASSESSMENTS]
    known = stocks.with_columns(pl.coalesce(kinds).alias("kind")).drop_nulls("kind").sort(ROW)
    if known["kind"].n_unique() < 2:
        return
    names = known["kind"].unique(maintain_order=True).to_list()
    second = known.filter(pl.col("kind") == names[1]).row(0, named=True)
    rows = ", ".join(f"{known.filter(kind=name).height} of {name}" for name in names)
    step = "Keep one kind of assessment, or tell them apart by area: they are never summed or joined."
    yield draft.problem("counts", second, "source", f"counts mix kinds of assessment ({rows})", step)
