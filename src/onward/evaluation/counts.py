"""Observed counts beside the figures that a run gives for them.

Counts of one source, place and indicator that accumulate from the same day are taken as differences, so that a
plateau counts as one. Errors are compared as square roots, in which counts of any size spread alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.engine.state import Result
from onward.model.claims import Claim, claims_from_rows
from onward.model.network import Network
from onward.simulation.observables import claim_value

#: a row of a table
Row = dict[str, Any]
CUMULATIVE = ("arrivals", "departures", "displaced", "returned")


@dataclass(frozen=True)
class Count:
    """One observed figure (or difference of two) and the claim that says what a run makes of it."""

    claim: Claim
    people: float
    low: float
    high: float
    source: str


def build_counts(crisis: Crisis, network: Network) -> tuple[Count, ...]:
    """Compile the counts table: cumulative series become differences between successive dates."""
    table = crisis.table("counts").with_columns(pl.col("since").fill_null(crisis.start))
    keys = ["place", "area", "indicator", "source", "since"]
    pairs: list[tuple[Row, Row | None]] = []
    for _, series in table.sort("date").group_by(keys, maintain_order=True):
        rows = series.to_dicts()
        cumulative = rows[0]["indicator"] in CUMULATIVE
        pairs += zip(rows, [None, *rows[:-1]] if cumulative else [None] * len(rows), strict=True)
    claims = claims_from_rows(crisis, network, (_as_claim(row, before) for row, before in pairs))
    return tuple(_count(claim, row, before) for claim, (row, before) in zip(claims, pairs, strict=True))


def _as_claim(row: Row, before: Row | None) -> Row:
    """The row of the claims table that asks a run for what a count counted since the count before it."""
    where = row["place"] or row["area"]
    leaving = row["indicator"] in ("displaced", "departures")
    return {
        "claim": f"{row['date']} {where} {row['indicator']}",
        "indicator": "displaced" if leaving else row["indicator"],
        "origin": where if leaving else None,
        "destination": None if leaving else where,
        "start": row["since"] if before is None else before["date"] + timedelta(days=1),
        "end": row["date"],
        "low": 0.0,
        "high": 0.0,
        "unit": "people",
        "measure": "net" if row["indicator"] == "arrivals" else None,
    }


def _count(claim: Claim, row: Row, before: Row | None) -> Count:
    less = 0 if before is None else before["people"]
    people, low, high = (max(0.0, float(_or(row[k], row["people"])) - less) for k in ("people", "low", "high"))
    return Count(claim, people, low, high, row["source"])


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def misfit(count: Count, result: Result, network: Network, coverage: float) -> float | None:
    """Return the standardised error of one count: difference of square roots over its standard deviation.

    The deviation joins the range that was reported, a quarter of the figure for the model and for what one source
    sees of it, and 30 (as a variance of square roots) so that small figures do not rule. That a source counts only
    a part of what happens is said by ``coverage``, and by nothing else. None where the model cannot answer: such a
    count says nothing of the parameters and must be left out of a fit, not taken for a perfect one.
    """
    attacks = np.zeros((1, 1))
    said = claim_value(count.claim, result, network, attacks, coverage)
    if said is None:
        return None
    spread = (np.sqrt(count.high) - np.sqrt(count.low)) / 3.3
    deviation = np.sqrt(spread**2 + (0.125 * np.sqrt(count.people)) ** 2 + 30.0)
    return float((np.sqrt(max(0.0, said)) - np.sqrt(count.people)) / deviation)
