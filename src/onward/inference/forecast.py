"""Forecasts of counts from counts alone: quantiles for each place and the total, at any horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from onward.errors import ParameterError
from onward.inference.finished import BASELINES, Forecasts, finished_forecasts, join, make_forecasts
from onward.inference.fitted import COMPONENTS, CORRECTED, FLEE_MODELS, Fit, shipped_fit
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

#: what is forecast from counts alone, by name: the mixture with learned weights, the mixture, and the baselines
FORECAST_MODELS = ("final", "statistical", *BASELINES)
#: all that can be forecast where the crisis can be run, in the order of the tables
ALL_MODELS = ("final", "statistical", "mechanism", "placebo", *BASELINES, *FLEE_MODELS[:1], "oracle_war", "oracle_flee")


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
        raise ParameterError("there is no count of anybody on or before the origin, so there is nothing to start from.")
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
    """What forecasts of one origin need before any parameter.

    Parameters
    ----------
    rows, past
        Point forecasts of the targets, and forecasts finished by then.
    points
        What simulated models say of the targets, by model, shape (targets,); NaN where they say nothing.
    errors
        Relative errors that models under Flee's rules had by then, by model, kind of series and horizon.
    """

    rows: Forecasts
    past: Forecasts
    points: Mapping[str, Floats] = field(default_factory=dict)
    errors: Mapping[tuple[str, str, float], Floats] = field(default_factory=dict)


def prepare(sources: Sequence[Source], origin: int, targets: Sequence[Target]) -> Prepared:
    """Return the point forecasts of targets as of an origin, and the finished forecasts of the same horizons."""
    known = {series.name: series for series in (source.known(origin) for source in sources) if len(series.days)}
    horizons = sorted({target.horizon for target in targets})
    return Prepared(_rows(known, targets), finished_forecasts(sources, origin, horizons))


def quantiles_of(prepared: Prepared, fit: Fit) -> dict[str, Floats]:
    """Return the quantiles of every model, ``[target, level]`` people, with the parameters of other crises.

    Rows of which a simulated model says nothing are NaN.
    """
    rows, past = prepared.rows, prepared.past
    models = [model for model in ALL_MODELS if model in FORECAST_MODELS or model in prepared.points]
    quantiles = {model: np.full((len(rows), len(LEVELS)), np.nan) for model in models}
    for total, horizon in product((False, True), np.unique(rows.horizon)):
        asked = (rows.is_total == total) & (rows.horizon == horizon)
        if not asked.any():
            continue
        answered = past.where((past.is_total == total) & (past.horizon == horizon))
        part = Prepared(
            rows.where(asked), answered, {m: points[asked] for m, points in prepared.points.items()}, prepared.errors
        )
        for model, found in _quantiles(part, fit, "total" if total else "place").items():
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


def _quantiles(part: Prepared, fit: Fit, kind: str) -> dict[str, Floats]:
    """Return the quantiles of all models for forecasts of one kind and horizon, and finished ones of both."""
    now, past, horizon = part.rows, part.past, float(part.rows.horizon[0])
    weights = mixture_weights(past)
    own_point = mixed(past, weights)

    def around(point: Floats, width: float) -> Floats:
        return np.asarray(np.mean([
            layer_quantiles(name, fit.scales[kind, name], now, point, past, own_point, width=width) for name in LAYERS
        ], axis=0))  # fmt: skip

    found = {"statistical": around(mixed(now, weights), 1.0)}
    for model in BASELINES:
        own = baseline_errors(past, past.point(model), fit.floor)
        errors = pooled(fit.errors(kind, model, horizon), own)
        found[model] = baseline_quantiles(now, now.point(model), errors, fit.floor)
    for model, points in part.points.items():
        if model in CORRECTED:
            found[model] = around(points, fit.width(kind, model))
        elif fit.knows(kind, FLEE_MODELS[0]):
            learned = fit.errors(kind, model if fit.knows(kind, model) else FLEE_MODELS[0], horizon)
            own = part.errors.get((model, kind, horizon), np.zeros(0))
            found[model] = baseline_quantiles(now, points, pooled(learned, own), fit.floor)
    return {"final": _final(found, fit.final[kind]), **found}


def _final(found: Mapping[str, Floats], weights: Floats) -> Floats:
    """Return the mean of the components' quantiles; what a component does not say goes to `statistical`."""
    base = found["statistical"]
    parts = np.stack([found.get(model, base) for model in COMPONENTS])
    return np.asarray(np.tensordot(weights, np.where(np.isnan(parts), base, parts), axes=1))
