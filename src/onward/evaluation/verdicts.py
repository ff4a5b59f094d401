"""Hold a run against what was reported: for each claim the simulated range and a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from onward.model.claims import Claim
from onward.simulation.run import Run

NOT_MODELLED = "not modelled"


def judge_claims(claims: Iterable[Claim], run: Run) -> list[dict[str, Any]]:
    """Return one row a claim: id (also as claim), indicator, unit, low, high, p5, p50, p95, verdict.

    The verdict is about the median: ``inside`` the reported range, ``low`` below it, ``high`` above it, or ``not
    modelled`` (with null quantiles) where the model cannot answer. A range open at one end has no bound there.
    """
    spread = (
        run.tables["claims"]
        .group_by("claim")
        .agg(*(pl.col("value").quantile(q, "linear").alias(name) for q, name in _QUANTILES))
        .collect()
    )
    found = {row["claim"]: row for row in spread.iter_rows(named=True)}
    return [_judged(claim, found.get(claim.name, {})) for claim in claims]


_QUANTILES = ((0.05, "p5"), (0.5, "p50"), (0.95, "p95"))


def _judged(claim: Claim, found: dict[str, Any]) -> dict[str, Any]:
    figures = {name: None if found.get(name) is None else round(found[name], 4) for _, name in _QUANTILES}
    return {
        "id": claim.name,
        "claim": claim.name,
        "indicator": claim.indicator,
        "unit": claim.unit,
        "low": claim.low,
        "high": claim.high,
        **figures,
        "verdict": verdict(figures["p50"], claim.low, claim.high),
    }


def verdict(median: float | None, low: float | None, high: float | None) -> str:
    """Say where a median lies.

    >>> verdict(12.0, 10.0, None), verdict(12.0, 20.0, 30.0), verdict(None, 1.0, 2.0)
    ('inside', 'low', 'not modelled')
    """
    if median is None:
        return NOT_MODELLED
    if low is not None and median < low:
        return "low"
    if high is not None and median > high:
        return "high"
    return "inside"
