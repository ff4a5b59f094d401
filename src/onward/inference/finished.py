"""Forecasts that could have been made before a day, and what was counted after them: from these errors are learned.

A forecast issued on a day sees the counts as they were known then; what it is held against are the counts as they are
known on the later day from which one looks back, recounts included.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from onward.inference.observations import Kind, Source
from onward.inference.statistical import MODELS, Filtered, filter_series, point_forecasts
from onward.typing import Bools, Floats, Ints

#: a count answers a forecast if it is at most so many days from the day forecast
NEAREST_DAYS = 10.0
#: forecasts of one series are issued at counts at least so many days apart, so that dense series do not rule
APART_DAYS = 10.0
#: the models with a baseline of their own; the last is of places within their total
BASELINES = ("last_value", "drift", "damped_trend", "ets", "theta", "frozen_shares")
POINTS = (*MODELS, "frozen_shares")


@dataclass(frozen=True)
class Forecasts:
    """Point forecasts of count series, one row each; `join` puts several together.

    ``points`` is [forecast, model of POINTS]; ``level`` the last count, ``age`` days from the first count to it,
    ``day`` its day in the crisis, ``ahead`` days from it to the day forecast, ``trend`` the shrunk slope of 60 days
    as a share of the level a day. ``horizon`` is the one asked for; ``truth`` what was counted, NaN where not known.
    ``is_total`` says of what kind the series is.
    """

    points: Floats
    level: Floats
    age: Floats
    day: Floats
    ahead: Floats
    trend: Floats
    horizon: Floats
    truth: Floats
    is_total: Bools

    def __len__(self) -> int:
        return len(self.level)

    def where(self, kept: Bools) -> Forecasts:
        """Return the rows kept."""
        return Forecasts(*(getattr(self, field.name)[kept] for field in fields(self)))

    def point(self, model: str) -> Floats:
        """Return the forecasts of one model."""
        column: Floats = self.points[:, POINTS.index(model)]
        return column


def join(parts: Iterable[Forecasts]) -> Forecasts:
    """Put forecasts together, in order."""
    several = [*parts, _empty()]
    return Forecasts(*(np.concatenate([getattr(p, field.name) for p in several]) for field in fields(Forecasts)))


def _empty() -> Forecasts:
    none = np.zeros(0)
    return Forecasts(np.zeros((0, len(POINTS))), none, none, none, none, none, none, none, np.zeros(0, dtype=np.bool_))


def make_forecasts(
    found: Filtered, kind: Kind, total: Filtered | None, rows: Ints, days: Floats, horizon: Floats, truth: Floats
) -> Forecasts:
    """Forecast a series after some of its counts.

    Parameters
    ----------
    found, total
        The series, and the crisis's total as known on the same day (None where it is not counted).
    rows
        ``[forecast]``: after which count.
    days, horizon, truth
        ``[forecast]``: the day forecast, the horizon asked for, and what was counted.
    """
    last, day = found.people[rows], found.days[rows]
    points = point_forecasts(found, rows, days - day)
    shares = last * _growth(total, day, days) if kind == "place" else points[:, MODELS.index("drift")]
    return Forecasts(
        points=np.column_stack([points, shares]),
        level=last,
        age=day - found.days[0],
        day=day,
        ahead=days - day,
        trend=found.slow[rows] / np.maximum(last, 1.0),
        horizon=horizon,
        truth=truth,
        is_total=np.full(len(rows), kind == "total"),
    )


def _growth(total: Filtered | None, issued: Floats, days: Floats) -> Floats:
    """Return by what the total is forecast to grow (drift) from the day of issue on; 1 where it is not known."""
    factor = np.ones(len(issued))
    if total is None:
        return factor
    rows = np.searchsorted(total.days, issued, side="right") - 1
    known = rows >= 0
    drift = MODELS.index("drift")
    later = point_forecasts(total, rows[known], (days - total.days[np.maximum(rows, 0)])[known])[:, drift]
    factor[known] = later / np.maximum(total.people[rows[known]], 1.0)
    return factor


def match_counts(days: Floats, issued: Floats, horizon: float) -> Ints:
    """Return for each day of issue the row of the later count nearest to ``issued + horizon``; -1 if none is near.

    >>> match_counts(np.array([0.0, 25.0, 95.0]), np.array([0.0, 30.0]), 30.0).tolist()
    [1, -1]
    """
    if not len(days):
        return np.full(len(issued), -1)
    apart = np.abs(days[None, :] - issued[:, None] - horizon)
    apart = np.where(days[None, :] > issued[:, None], apart, np.inf)
    nearest = apart.argmin(axis=1)
    return np.where(apart[np.arange(len(issued)), nearest] <= NEAREST_DAYS, nearest, -1)


def finished_forecasts(sources: Sequence[Source], day: int, horizons: Sequence[float]) -> Forecasts:
    """Return the forecasts of all series that were issued and answered by a day.

    Nothing dated later is looked at. An issue is a count; of counts within ten days only the first is one.
    """
    total = next((source for source in sources if source.kind == "total"), None)
    parts = (_finished(source, total, day, horizons) for source in sources)
    return join(forecasts for part in parts for forecasts in part)


def _finished(source: Source, total: Source | None, day: int, horizons: Sequence[float]) -> Iterable[Forecasts]:
    truth = source.known(day)
    edges = sorted({c for c in source.recounts + (total.recounts if total else ()) if c <= day})
    last_issue = -np.inf
    for begin, end in spells(edges, day):
        series = source.known(end)
        issues = _issues(series.days, begin, last_issue)
        if not len(issues):
            continue
        last_issue = series.days[issues[-1]]
        found = filter_series(series.days, series.people)
        whole = total.known(end) if total is not None and total is not source else None
        context = filter_series(whole.days, whole.people) if whole is not None and len(whole.days) else None
        for horizon in horizons:
            answer = match_counts(truth.days, series.days[issues], horizon)
            kept = answer >= 0
            asked = np.full(int(kept.sum()), float(horizon))
            to, people = truth.days[answer[kept]], truth.people[answer[kept]]
            yield make_forecasts(found, source.kind, context, issues[kept], to, asked, people)


def spells(edges: Sequence[int], day: int) -> Iterable[tuple[float, int]]:
    """Yield the spells of days (first, last) between recounts up to ``day``; the first has no beginning.

    >>> list(spells([5], 9))
    [(-inf, 4), (5, 9)]
    """
    begins: list[float] = [-np.inf, *edges]
    yield from zip(begins, [*(edge - 1 for edge in edges), day], strict=True)


def _issues(days: Floats, begin: float, last: float) -> Ints:
    """Return the rows of counts from ``begin`` on that are at least APART_DAYS after the issue before them."""
    rows = []
    for row in np.flatnonzero(days >= begin):
        if days[row] >= last + APART_DAYS:
            rows.append(int(row))
            last = days[row]
    return np.array(rows, dtype=np.int64)
