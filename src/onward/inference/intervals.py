"""Quantiles around point forecasts: empirical errors of the same horizon, and a model of their scale.

Errors of other crises come as quantiles with the number of errors behind them; those of the crisis's own finished
forecasts are added one by one. Nothing here is fitted on the crisis that is forecast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from onward.inference.finished import Forecasts
from onward.typing import Floats

#: levels of the quantiles of a forecast: 0.005, 0.01, ..., 0.995; all levels of the forecast hubs are among them
LEVELS: Floats = np.arange(1, 200) / 200.0
#: people added to both figures before their ratio is taken, so that small camps do not rule (own choice)
OFFSET_PEOPLE = 3000.0
#: errors of baselines are relative to the last count, but to no fewer people than these (own choice)
FLOOR_PEOPLE = 1000.0
#: largest standardised relative error that is forecast: (1 + 4 / 2) ** 2, nine times the point (own choice)
LARGEST = 4.0
#: features of the scale, by layer: each layer is fitted and forecasts alone, and their quantiles are averaged
LAYERS: Mapping[str, tuple[str, ...]] = {
    "horizon": ("ahead",),
    "age": ("ahead", "age"),
    "size": ("ahead", "level", "day", "trend"),
}
#: layers that add the crisis's own errors, and how many errors those of the other crises count for (own choice)
OWN_LAYERS, OTHERS_WEIGHT = ("horizon", "size"), 1000.0
RIDGE = 1e-3
#: the mixture's components
MIXED = ("last_value", "slow_trend", "ets", "ets_average")


@dataclass(frozen=True)
class Errors:
    """Errors of forecasts as quantiles at LEVELS; ``count`` is how many errors they stand for."""

    quantiles: Floats
    count: float


@dataclass(frozen=True)
class Scale:
    """A layer: coefficients of the log scale by feature (the first is the constant), and standardised errors."""

    coefficients: Floats
    errors: Errors


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats = LEVELS) -> Floats:
    """Return quantiles of weighted values: linear between the middles of their steps.

    >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.ones(3), np.array([0.5])).tolist()
    [2.0]
    """
    order = np.argsort(values, kind="stable")
    steps = weights[order]
    middle = (np.cumsum(steps) - 0.5 * steps) / steps.sum()
    return np.asarray(np.interp(levels, middle, values[order]))


def pooled(errors: Errors, own: Floats, count: float | None = None) -> Floats:
    """Return quantiles of other crises' errors, which count for ``count`` errors, pooled with own ones."""
    others = errors.count if count is None else count
    weights = np.concatenate([np.full(len(errors.quantiles), others / len(errors.quantiles)), np.ones(len(own))])
    return weighted_quantiles(np.concatenate([errors.quantiles, own]), weights)


def baseline_errors(forecasts: Forecasts, point: Floats, floor: float) -> Floats:
    """Return errors of a baseline as shares of the last count, or of ``floor`` people where that is more."""
    return np.asarray((forecasts.truth - point) / np.maximum(forecasts.level, floor))


def baseline_quantiles(forecasts: Forecasts, point: Floats, errors: Floats, floor: float) -> Floats:
    """Return quantiles of a baseline, [forecast, level]: its point plus error quantiles times the last count."""
    spread = errors[None, :] * np.maximum(forecasts.level, floor)[:, None]
    return np.asarray(np.maximum(0.0, point[:, None] + spread))


def mixture_weights(own: Forecasts, models: Sequence[str] = MIXED) -> Floats:
    """Return weights of the mixture's models: half equal, half by this crisis's own finished forecasts.

    The second half goes by ``1 / mean absolute error^2``, errors relative to the last count plus the offset. Without
    finished forecasts all weights are equal.
    """
    equal = np.full(len(models), 1.0 / len(models))
    if not len(own):
        return equal
    scale = own.level + OFFSET_PEOPLE
    errors = np.array([np.mean(np.abs(own.truth - own.point(model)) / scale) for model in models])
    weight = 1.0 / np.maximum(errors, 1e-6) ** 2
    return np.asarray(0.5 * equal + 0.5 * weight / weight.sum())


def mixed(forecasts: Forecasts, weights: Floats, models: Sequence[str] = MIXED) -> Floats:
    """Return the weighted mean of point forecasts, in people."""
    return np.asarray(np.stack([forecasts.point(model) for model in models], axis=1) @ weights)


def relative_error(truth: Floats, point: Floats) -> Floats:
    """Return errors on the scale of square roots: ``2 (sqrt((truth + 3000) / (point + 3000)) - 1)``.

    Near 0 it is the error relative to the forecast; large growth weighs less than on the plain scale (Box and Cox
    1964, power 1/2).
    """
    return np.asarray(2.0 * (np.sqrt((truth + OFFSET_PEOPLE) / (point + OFFSET_PEOPLE)) - 1.0))


def from_relative(error: Floats, point: Floats) -> Floats:
    """Return the people that a relative error stands for; never less than nobody."""
    root = np.maximum(1.0 + np.minimum(error, LARGEST) / 2.0, 0.0)
    return np.asarray(np.maximum(0.0, (point + OFFSET_PEOPLE) * root**2 - OFFSET_PEOPLE))


def features(forecasts: Forecasts, names: Sequence[str]) -> Floats:
    """Return the features of a layer's scale, [forecast, feature], the first one constant."""
    level = forecasts.level + OFFSET_PEOPLE
    known = {
        "ahead": np.log(forecasts.ahead / 60.0),
        "age": np.log((forecasts.age + 15.0) / 100.0),
        "level": np.log(level / 1e4),
        "day": np.log((np.maximum(forecasts.day, 0.0) + 30.0) / 200.0),
        "trend": np.minimum(30.0 * np.abs(forecasts.trend) * forecasts.level / level, 1.0),
    }
    return np.column_stack([np.ones(len(forecasts)), *(known[name] for name in names)])


def directions(forecasts: Forecasts) -> Floats:
    """Return 1 where a series has grown or stood still and -1 where it fell: errors are signed by the trend."""
    return np.where(forecasts.trend < 0.0, -1.0, 1.0)


def fit_scale(forecasts: Forecasts, point: Floats, weights: Floats, names: Sequence[str]) -> Scale:
    """Fit a layer by maximum likelihood of Laplace errors with a small ridge; errors are signed by the trend.

    Parameters
    ----------
    forecasts, point
        Finished forecasts of other crises, and the mixture's point for each.
    weights
        ``[forecast]``: each crisis has the same sum.
    names
        The features.
    """
    error = relative_error(forecasts.truth, point)
    x, share = features(forecasts, names), weights / weights.sum()

    def loss(b: Floats) -> tuple[float, Floats]:
        standard = np.abs(error) / np.exp(x @ b)
        slope = x.T @ (share * (1.0 - standard)) + 2.0 * RIDGE * np.r_[0.0, b[1:]]
        return float((share * (x @ b + standard)).sum() + RIDGE * (b[1:] ** 2).sum()), slope

    b = np.asarray(minimize(loss, np.zeros(x.shape[1]), jac=True).x)
    standard = error / np.exp(x @ b) * directions(forecasts)
    return Scale(b, Errors(weighted_quantiles(standard, share), float(len(error))))


def layer_quantiles(
    layer: str, scale: Scale, forecasts: Forecasts, point: Floats, own: Forecasts, own_point: Floats,
    *, width: float = 1.0,
) -> Floats:  # fmt: skip
    """Return quantiles of one layer, [forecast, level], in people.

    ``width`` multiplies the scale: how much further off such points are than the mixture's, of which the scale is.
    """
    names = LAYERS[layer]
    standard = np.zeros(0)
    if layer in OWN_LAYERS and len(own):
        size = np.exp(features(own, names) @ scale.coefficients)
        standard = relative_error(own.truth, own_point) / size * directions(own)
    up = pooled(scale.errors, standard, OTHERS_WEIGHT)
    quantiles = np.where(directions(forecasts)[:, None] > 0, up[None, :], -up[None, ::-1])
    size = width * np.exp(features(forecasts, names) @ scale.coefficients)
    return from_relative(size[:, None] * quantiles, point[:, None])
