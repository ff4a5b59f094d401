"""Forecasts of counts from counts alone: quantiles for each place and the total, at any horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from onward.errors import ParameterError
from onward.inference.finished import BASELINES, Forecasts, finished_forecasts, join, make_forecasts
from onward.inference.fitted import Fit, shipped_fit
from onward.inference.intervals import (
    LAYERS,
    LEVELS,
    baseline_errors,
    baseline_quantiles,
    layer_quantiles,
    mixed,
    mixture_weights,
    pooled,
)
from onward.inference.observations import Kind, Observations, Series, Source
from onward.inference.statistical import filter_series
from onward.typing import Floats

#: what is forecast, by name: the mixture with learned weights, the mixture, and the baselines
FORECAST_MODELS = ("final", "statistical", *BASELINES)
#: what `final` may be made of, in the order of its weights
COMPONENTS = FORECAST_MODELS[1:]


@dataclass(frozen=True)
class Target:
    """A day of a series to forecast: ``horizon`` is the one asked for, ``day`` the day in the crisis."""

    series: str
    day: float
    horizon: float


def forecast_series(
    times: Floats, values: Floats, origin: float, horizons: Sequence[float], *, kind: Kind = "place",
    fit: Fit | None = None,
) -> Floats:  # fmt: skip
    """Forecast one series of counts by the model `final`.

    Parameters
    ----------
    times, values
        ``[count]``: days from the start of the crisis, increasing, and people. Counts after the origin, and zeros
        before the first people, are left out.
    origin
        Day of the forecast; nothing after it is known.
    horizons
        Days after the origin, more than 0.
    kind
        Whether it is a ``place`` or the ``total`` of a crisis.
    fit
        Parameters from other crises; those of all crises that come with Onward if None.

    Returns
    -------
    numpy.ndarray
        ``[horizon, level]`` people at `onward.inference.intervals.LEVELS`; rows increase.

    >>> times, values = np.array([0.0, 30.0, 60.0]), np.array([1000.0, 4000.0, 6000.0])
    >>> quantiles = forecast_series(times, values, 60.0, [30.0, 90.0])
    >>> quantiles.shape, bool(quantiles[0, 99] < quantiles[1, 99])
    ((2, 199), True)
    """
    table = np.column_stack([np.asarray(times, dtype=np.float64), np.asarray(values, dtype=np.float64)])
    day = int(np.floor(origin))
    source = Source("series", kind, (table,))
    if not len(source.known(day).days):
        raise ParameterError("there is no count of anybody on or before the origin, so there is nothing to go on from.")
    found = forecast_sources(
        (source,), day, [Target("series", origin + h, float(h)) for h in horizons],
        fit=fit or shipped_fit("", ""), models=("final",),
    )  # fmt: skip
    return found["final"]


def forecast_observations(
    observations: Observations, origin: int, horizons: Sequence[float], *, fit: Fit | None = None,
    models: Sequence[str] = ("final",),
) -> dict[str, dict[str, Floats]]:  # fmt: skip
    """Forecast every series of a crisis that was counted before the origin.

    Returns
    -------
    dict
        By series and model: ``[horizon, level]`` people.
    """
    fit = fit or shipped_fit(observations.crisis, observations.hash)
    known = observations.known(origin)
    targets = [Target(series.name, origin + h, float(h)) for series in known for h in horizons]
    found = forecast_sources(observations.sources, origin, targets, fit=fit, models=models)
    size = len(horizons)
    return {
        series.name: {model: found[model][i * size : (i + 1) * size] for model in models}
        for i, series in enumerate(known)
    }


def forecast_sources(
    sources: Sequence[Source], origin: int, targets: Sequence[Target], *, fit: Fit,
    models: Sequence[str] = FORECAST_MODELS,
) -> dict[str, Floats]:  # fmt: skip
    """Forecast days of series as of an origin: by model, ``[target, level]`` people.

    Every target must be of a series with a positive count on or before the origin.
    """
    found = quantiles_of(prepare(sources, origin, targets), fit)
    return {model: found[model] for model in models}


@dataclass(frozen=True)
class Prepared:
    """What forecasts of one origin need before any parameter: points of the targets, and forecasts finished by then."""

    rows: Forecasts
    past: Forecasts


def prepare(sources: Sequence[Source], origin: int, targets: Sequence[Target]) -> Prepared:
    """Return the point forecasts of targets as of an origin, and the finished forecasts of the same horizons."""
    known = {series.name: series for series in (source.known(origin) for source in sources) if len(series.days)}
    horizons = sorted({target.horizon for target in targets})
    return Prepared(_rows(known, targets), finished_forecasts(sources, origin, horizons))


def quantiles_of(prepared: Prepared, fit: Fit) -> dict[str, Floats]:
    """Return the quantiles of every model, ``[target, level]`` people, with the parameters of other crises."""
    rows, past = prepared.rows, prepared.past
    quantiles = {model: np.zeros((len(rows), len(LEVELS))) for model in FORECAST_MODELS}
    for total, horizon in product((False, True), np.unique(rows.horizon)):
        asked = (rows.is_total == total) & (rows.horizon == horizon)
        answered = past.where((past.is_total == total) & (past.horizon == horizon))
        if asked.any():
            for model, found in _quantiles(rows.where(asked), answered, fit, "total" if total else "place").items():
                quantiles[model][asked] = found
    return quantiles


def _rows(known: Mapping[str, Series], targets: Sequence[Target]) -> Forecasts:
    """Return the point forecasts of each target from the last count of its series, in the order of the targets."""
    filtered = {name: filter_series(series.days, series.people) for name, series in known.items()}
    total = next((filtered[name] for name, series in known.items() if series.kind == "total"), None)
    return join(
        make_forecasts(
            filtered[t.series], known[t.series].kind, total, np.array([len(known[t.series].days) - 1]),
            np.array([t.day]), np.array([t.horizon]), np.array([np.nan]),
        )
        for t in targets
    )  # fmt: skip


def _quantiles(now: Forecasts, past: Forecasts, fit: Fit, kind: str) -> dict[str, Floats]:
    """Return the quantiles of all models for forecasts of one kind and horizon; ``past`` are finished ones of both."""
    weights = mixture_weights(past)
    point, own_point = mixed(now, weights), mixed(past, weights)
    layers = [layer_quantiles(name, fit.scales[kind, name], now, point, past, own_point) for name in LAYERS]
    found = {"statistical": np.mean(layers, axis=0)}
    for model in BASELINES:
        errors = pooled(fit.errors(kind, model, float(now.horizon[0])), baseline_errors(past, model, fit.floor))
        found[model] = baseline_quantiles(now, model, errors, fit.floor)
    parts = np.stack([found[model] for model in COMPONENTS])
    return {"final": np.asarray(np.tensordot(fit.final[kind], parts, axes=1)), **found}
