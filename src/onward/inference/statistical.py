"""Point forecasts of a count series from its own past, at irregular dates: last value, drift, damped trend, ETS, theta.

Each model is filtered through the series once, so that the forecasts of every earlier date come with those of the
last. Slopes are shrunk by span / (span + 5 days), because two counts a day apart are mostly error, and no forecast
passes ``1 + days / 30`` times the last count or falls below nobody (own choices).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from onward.typing import Floats, Ints

#: the models of `point_forecasts`, in the order of its last axis; the first four and theta are baselines
MODELS = ("last_value", "drift", "damped_trend", "ets", "theta", "slow_trend", "ets_average")
#: days of slopes: of drift and damped trend, and of the slower trend
DRIFT_DAYS, SLOW_DAYS = 30.0, 60.0
#: damping a day of the two trends (own choices; the first after the damped trend of the M competitions)
DAMPING, SLOW_DAMPING = 0.95, 0.97
SHRINK_DAYS, CAP_DAYS = 5.0, 30.0
#: days of memory of ETS's level and trend, and half-lives of its trend: the grid that is searched
LEVEL_DAYS = (0.0, 5.0, 15.0, 40.0)
TREND_DAYS = (10.0, 20.0, 40.0, 80.0, 160.0)
HALF_LIVES = (7.0, 14.0, 30.0, 60.0, 120.0, 1e9)
#: rows (days of level, days of trend or 1, damping a day or 0 where there is no trend)
GRID: Floats = np.array(
    [(level, 1.0, 0.0) for level in LEVEL_DAYS]
    + [
        (level, trend, min(2.0 ** (-1.0 / half), 1.0 - 1e-9))
        for level, trend, half in itertools.product(LEVEL_DAYS[:3], TREND_DAYS, HALF_LIVES)
    ]
)


@dataclass(frozen=True)
class Filtered:
    """A count series and what each model knew after each of its counts; arrays [count] or [count, grid].

    ``drift``, ``slow`` and ``line`` are shrunk slopes in people a day: over 30 and 60 days, and of a fitted line;
    ``level``, ``trend`` and ``loss`` are those of ETS at each point of its grid.
    """

    days: Floats
    people: Floats
    drift: Floats
    slow: Floats
    line: Floats
    level: Floats
    trend: Floats
    loss: Floats


def filter_series(days: Floats, people: Floats) -> Filtered:
    """Filter the models through a series of at least one count on increasing days."""
    drift, slow = (shrunk_slopes(days, people, window) for window in (DRIFT_DAYS, SLOW_DAYS))
    level, trend, loss = _filter_ets(days, people)
    return Filtered(days, people, drift, slow, fitted_slopes(days, people), level, trend, loss)


def shrunk_slopes(days: Floats, people: Floats, window: float) -> Floats:
    """Return at each count the slope since the last count at least ``window`` days before, or the first one.

    It is shrunk by span / (span + 5 days); at the first count it is 0.

    Examples
    --------
    >>> shrunk_slopes(np.array([0.0, 10.0, 45.0]), np.array([0.0, 30.0, 30.0]), 30.0).tolist()
    [0.0, 2.0, 0.0]
    """
    first = np.maximum(np.searchsorted(days, days - window, side="right") - 1, 0)
    span = days - days[first]
    slope: Floats = (people - people[first]) / (span + SHRINK_DAYS)
    return slope


def fitted_slopes(days: Floats, people: Floats) -> Floats:
    """Return at each count the slope of the least-squares line through all counts so far, shrunk; at the first 0.

    Examples
    --------
    >>> fitted_slopes(np.array([0.0, 5.0]), np.array([0.0, 10.0])).tolist()
    [0.0, 1.0]
    """
    since, counts = days - days[0], np.arange(1, len(days) + 1)
    mean_day, mean = np.cumsum(since) / counts, np.cumsum(people) / counts
    together = np.cumsum(since * people) - counts * mean_day * mean
    spread = np.cumsum(since**2) - counts * mean_day**2
    slope = np.divide(together, spread, out=np.zeros(len(days)), where=spread > 1e-9)
    return np.asarray(slope * since / (since + SHRINK_DAYS))


def damped_days(ahead: Floats | float, damping: Floats | float) -> Floats:
    """Return how many days of an undamped trend a damped one makes up: ``sum of damping^k, k = 1 .. ahead``."""
    days: Floats = np.asarray(damping * (1.0 - damping**ahead) / (1.0 - damping))
    return days


def _filter_ets(days: Floats, people: Floats) -> tuple[Floats, Floats, Floats]:
    """Apply Holt's damped trend for irregular dates (Wright 1986; Cipra 2006): level, trend and loss, [count, grid].

    A smoothing weight is ``1 - exp(-gap / memory)``. The loss sums squared one-step errors relative to the count
    before, divided by the gap in days.
    """
    memory, slow, damping = GRID.T
    level, trend, loss = (np.zeros((len(days), len(GRID))) for _ in range(3))
    level[0] = people[0]
    for i in range(1, len(days)):
        gap = days[i] - days[i - 1]
        expected = level[i - 1] + trend[i - 1] * damped_days(float(gap), damping)
        error = people[i] - expected
        loss[i] = loss[i - 1] + (error / max(people[i - 1], 1.0)) ** 2 / gap
        weight = np.where(memory > 0, -np.expm1(-gap / np.maximum(memory, 1e-9)), 1.0)
        level[i] = expected + weight * error
        turn = -np.expm1(-gap / slow)
        moved = (1.0 - turn) * damping**gap * trend[i - 1] + turn * (level[i] - level[i - 1]) / gap
        trend[i] = np.where(damping > 0, moved, 0.0)
    return level, trend, loss


def point_forecasts(found: Filtered, rows: Ints, ahead: Floats) -> Floats:
    """Return the forecasts of each model, [forecast, model], in people.

    Parameters
    ----------
    found
        A filtered series.
    rows
        ``[forecast]``: the count after which each forecast is made.
    ahead
        ``[forecast]``: days from that count to the day that is forecast, more than 0.
    """
    last = found.people[rows]
    grid = found.level[rows] + found.trend[rows] * damped_days(ahead[:, None], GRID[:, 2])
    points = np.column_stack(
        [
            last,
            last + found.drift[rows] * ahead,
            last + found.drift[rows] * damped_days(ahead, DAMPING),
            grid[np.arange(len(rows)), found.loss[rows].argmin(axis=1)],
            _smoothed_level(found, rows) + 0.5 * found.line[rows] * ahead,
            last + found.slow[rows] * damped_days(ahead, SLOW_DAMPING),
            (grid * _likelihood(found.loss[rows], rows)).sum(axis=1),
        ]
    )
    capped: Floats = np.clip(points, 0.0, (last * (1.0 + ahead / CAP_DAYS))[:, None])
    return capped


def _smoothed_level(found: Filtered, rows: Ints) -> Floats:
    """Return the level of simple exponential smoothing, with the memory that did best so far: the first of theta's.

    Source: Assimakopoulos and Nikolopoulos (2000); Hyndman and Billah (2003): smoothing with half the line's slope.
    """
    plain = np.flatnonzero(GRID[:, 2] == 0.0)
    best: Floats = found.level[rows, plain[found.loss[rows][:, plain].argmin(axis=1)]]
    return best


def _likelihood(loss: Floats, rows: Ints) -> Floats:
    """Return the weight of each point of the grid by its Gaussian likelihood, [forecast, grid], rows summing to 1."""
    worse = np.log(np.maximum(loss, 1e-9) / np.maximum(loss.min(axis=1, keepdims=True), 1e-9))
    weight = np.exp(-0.5 * (rows + 1)[:, None] * worse)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
