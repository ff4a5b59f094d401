"""Compare a run with reported claims: the simulated range and a verdict for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from onward.crisis import Crisis
from onward.evaluation.labels import claim_words
from onward.model.claims import Claim
from onward.simulation.run import Run

NOT_MODELLED = "not modelled"


def judge_claims(claims: Iterable[Claim], run: Run) -> list[dict[str, Any]]:
    """Compare a run with the claims of its crisis: one row per claim.

    The columns are id (also as claim), words, indicator, unit, low, high, p5, p50, p95, verdict and reaches. The
    verdict is about the median: ``inside`` the reported range, ``low`` below it, ``high`` above it, or ``not modelled``
    (with null quantiles) where the model has no answer. A range open at one end has no bound there. ``reaches`` says
    whether the 90 % interval overlaps the reported range; null where the model has no answer. ``words`` describe the
    claim.
    """
    spread = (
        run.tables["claims"]
        .group_by("claim")
        .agg(*(pl.col("value").quantile(q, "linear").alias(name) for q, name in _QUANTILES))
        .collect()
    )
    found = {row["claim"]: row for row in spread.iter_rows(named=True)}
    words = _words(run.crisis)
    return [_judged(claim, found.get(claim.name, {}), words.get(claim.name, claim.indicator)) for claim in claims]


def claims_that_ended(judged: Iterable[Mapping[str, Any]], crisis: Crisis | None, until: dt.date) -> list[Any]:
    """Return the judged claims whose days are over on a day: of a crisis that is going on, only these may be shown.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> rows = [{"id": "T01"}, {"id": "T04"}]
    >>> claims_that_ended(rows, read_crisis("aleppo-2016"), dt.date(2016, 2, 10))
    [{'id': 'T01'}]
    """
    ends = {} if crisis is None else dict(crisis.table("claims").select("claim", "end").iter_rows())
    return [row for row in judged if ends.get(row["id"]) is not None and ends[row["id"]] < until]


def _words(crisis: Crisis | None) -> dict[str, str]:
    rows = () if crisis is None else crisis.table("claims").iter_rows(named=True)
    return {row["claim"]: claim_words(row, crisis) for row in rows if crisis is not None}


_QUANTILES = ((0.05, "p5"), (0.5, "p50"), (0.95, "p95"))


def _judged(claim: Claim, found: dict[str, Any], words: str) -> dict[str, Any]:
    figures = {name: None if found.get(name) is None else round(found[name], 4) for _, name in _QUANTILES}
    return {
        "id": claim.name,
        "claim": claim.name,
        "words": words,
        "indicator": claim.indicator,
        "unit": claim.unit,
        "low": claim.low,
        "high": claim.high,
        **figures,
        "verdict": verdict(figures["p50"], claim.low, claim.high),
        "reaches": reaches(figures["p5"], figures["p95"], claim.low, claim.high),
    }


def reaches(p5: float | None, p95: float | None, low: float | None, high: float | None) -> bool | None:
    """Return whether an interval overlaps a reported range; None without an interval.

    Examples
    --------
    >>> reaches(5.0, 25.0, 20.0, None), reaches(5.0, 15.0, 20.0, 30.0), reaches(None, None, 1.0, 2.0)
    (True, False, None)
    """
    if p5 is None or p95 is None:
        return None
    return (low is None or p95 >= low) and (high is None or p5 <= high)


def verdict(median: float | None, low: float | None, high: float | None) -> str:
    """Classify the position of a median relative to a reported range.

    Examples
    --------
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
