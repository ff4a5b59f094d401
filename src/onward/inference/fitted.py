"""What the forecasts learn from other crises: scales and errors, fitted without the crisis that is forecast.

`shipped_fit` returns parameters of which no part was fitted on the crisis asked for. The file names the crises and
the hashes of their counts; it holds quantiles of errors and coefficients only, no count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from onward.inference.finished import BASELINES, Forecasts, join
from onward.inference.intervals import (
    FLOOR_PEOPLE,
    LAYERS,
    LEVELS,
    MIXED,
    Errors,
    Scale,
    baseline_errors,
    fit_scale,
    mixed,
    relative_error,
    weighted_quantiles,
)
from onward.typing import Floats

FILE = "forecast_fit.json"
#: horizons that scales are fitted at, and those of them at which errors of baselines are kept: others take the nearest
HORIZONS = (15.0, 30.0, 60.0, 90.0, 180.0)
KEPT_HORIZONS = HORIZONS[1:]
#: levels of the quantiles that are kept: every one of the outer tenths, where errors are long-tailed, and each 0.05
KEPT: Floats = np.concatenate([np.arange(1, 20) / 200.0, np.arange(2, 19) / 20.0, np.arange(181, 200) / 200.0])
KINDS = ("place", "total")
#: simulated models that are corrected to the counts, and those under Flee's rules, which are not
CORRECTED, FLEE_MODELS = ("mechanism", "placebo", "oracle_war"), ("flee_carried", "oracle_flee")
#: what `final` may be made of, in the order of its weights
COMPONENTS = ("statistical", *BASELINES, "mechanism")


@dataclass(frozen=True)
class CrisisName:
    """Which crisis was learned from: its name and the hash of its counts."""

    name: str
    hash: str


@dataclass(frozen=True)
class Fit:
    """Parameters learned from some crises.

    ``scales`` by (kind of series, layer); ``baselines`` by (kind, model, horizon); ``final`` by kind: the weights of
    `COMPONENTS` in the forecast `final`. ``floor``: errors of baselines are relative to the last count, but to no fewer
    people than this. ``widths`` by (kind, model): how much further off than the mixture the points of simulated models
    are; 1 where it was not learned. Errors of Flee's rules are among the baselines where they were learned.
    """

    crises: tuple[CrisisName, ...]
    scales: Mapping[tuple[str, str], Scale]
    baselines: Mapping[tuple[str, str, float], Errors]
    final: Mapping[str, Floats]
    floor: float = FLOOR_PEOPLE
    widths: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def width(self, kind: str, model: str) -> float:
        """Return by what the scale of the mixture's errors is multiplied for a simulated model."""
        return self.widths.get((kind, model), 1.0)

    def knows(self, kind: str, model: str) -> bool:
        """Return whether errors of a baseline of this kind of series were learned."""
        return (kind, model, KEPT_HORIZONS[0]) in self.baselines

    def errors(self, kind: str, model: str, horizon: float) -> Errors:
        """Return the errors of a baseline at the kept horizon nearest to one."""
        nearest = min(KEPT_HORIZONS, key=lambda kept: abs(np.log(kept / horizon)))
        return self.baselines[kind, model, nearest]


@dataclass(frozen=True, eq=False)
class SimulatedRows:
    """Finished forecasts of a crisis and what simulated models said of them: ``points`` by model, NaN for nothing."""

    rows: Forecasts
    points: Mapping[str, Floats]


def fit_forecasts(
    finished: Mapping[CrisisName, Forecasts], *, simulated: Mapping[CrisisName, SimulatedRows] | None = None,
    final: Mapping[str, Floats] | None = None, floor: float = FLOOR_PEOPLE,
) -> Fit:  # fmt: skip
    """Fit scales and errors on the finished forecasts of some crises, each of which has the same weight in the scales.

    Parameters
    ----------
    finished
        Finished forecasts at HORIZONS, by crisis.
    simulated
        What simulated models said at the horizons of a backtest, by crisis.
    final
        Weights of `final` by kind of series; `statistical` alone where they are not given.
    floor
        The fewest people that errors of baselines are relative to.
    """
    scales: dict[tuple[str, str], Scale] = {}
    baselines: dict[tuple[str, str, float], Errors] = {}
    widths: dict[tuple[str, str], float] = {}
    equal = np.full(len(MIXED), 1.0 / len(MIXED))
    for kind in KINDS:
        parts = [part.where(part.is_total == (kind == "total")) for part in finished.values()]
        parts = [part for part in parts if len(part)]
        rows = join(parts)
        weights = np.concatenate([np.full(len(part), 1.0 / len(part)) for part in parts])
        for layer, names in LAYERS.items():
            scales[kind, layer] = fit_scale(rows, mixed(rows, equal), weights, names)
        for horizon in KEPT_HORIZONS:
            asked = rows.where(rows.horizon == horizon)
            for model in BASELINES:
                baselines[kind, model, horizon] = _errors(baseline_errors(asked, asked.point(model), floor))
        runs = [_of_kind(run, kind) for run in (simulated or {}).values()]
        widths |= {(kind, model): _width(runs, model) for model in CORRECTED if _said(runs, model)}
        for model in FLEE_MODELS:
            if _said(runs, model):
                baselines |= {(kind, model, h): _errors(_flee_errors(runs, model, h, floor)) for h in KEPT_HORIZONS}
    alone = np.eye(len(COMPONENTS))[0]
    return Fit(tuple(finished), scales, baselines, final or dict.fromkeys(KINDS, alone), floor, widths)


def _errors(errors: Floats) -> Errors:
    return Errors(weighted_quantiles(errors, np.ones(len(errors))), float(len(errors)))


def _of_kind(run: SimulatedRows, kind: str) -> SimulatedRows:
    kept = run.rows.is_total == (kind == "total")
    return SimulatedRows(run.rows.where(kept), {model: points[kept] for model, points in run.points.items()})


def _answered(runs: Sequence[SimulatedRows], model: str) -> list[tuple[Forecasts, Floats]]:
    """Return the forecasts of each crisis that a model said something of, and its points."""
    found = []
    for run in runs:
        points = run.points.get(model, np.full(len(run.rows), np.nan))
        kept = ~np.isnan(points)
        if kept.any():
            found.append((run.rows.where(kept), points[kept]))
    return found


def _said(runs: Sequence[SimulatedRows], model: str) -> bool:
    return bool(_answered(runs, model))


def _width(runs: Sequence[SimulatedRows], model: str) -> float:
    """Return the mean absolute relative error of a model over that of the mixture, each crisis counting the same."""
    equal = np.full(len(MIXED), 1.0 / len(MIXED))
    mean = [
        [float(np.abs(relative_error(rows.truth, point)).mean()) for point in (points, mixed(rows, equal))]
        for rows, points in _answered(runs, model)
    ]
    own, mixture = np.mean(mean, axis=0)
    return float(own / mixture) if mixture > 0 else 1.0


def _flee_errors(runs: Sequence[SimulatedRows], model: str, horizon: float, floor: float) -> Floats:
    """Return the errors of Flee's rules at the horizon asked for that is nearest to one."""
    answered = _answered(runs, model)
    asked = np.unique(np.concatenate([rows.horizon for rows, _ in answered]))
    nearest = asked[np.abs(np.log(asked / horizon)).argmin()]
    parts = [baseline_errors(rows, points, floor)[rows.horizon == nearest] for rows, points in answered]
    return np.concatenate(parts)


def shipped_fit(name: str, digest: str) -> Fit:
    """Return the parameters that come with Onward and were not fitted on a crisis of this name or these counts.

    >>> [crisis.name for crisis in shipped_fit("mali2012", "").crises]
    ['burundi2015', 'car2013', 'ssudan2014', 'syria2013']
    """
    fits = shipped_fits()
    known = {crisis for fit in fits for crisis in fit.crises}
    own = {crisis for crisis in known if name == crisis.name or digest == crisis.hash}
    return max((fit for fit in fits if not own & set(fit.crises)), key=lambda fit: len(fit.crises))


@cache
def shipped_fits() -> tuple[Fit, ...]:
    """Return all parameters that come with Onward: those of all crises, and those of all but one."""
    text = files("onward.inference").joinpath(FILE).read_text("utf-8")
    return tuple(from_json(content) for content in json.loads(text)["fits"])


def to_json(fits: Sequence[Fit]) -> dict[str, Any]:
    """Return parameters as the shipped file holds them."""
    return {"format": 1, "levels": KEPT.tolist(), "fits": [_fit_to_json(fit) for fit in fits]}


def _fit_to_json(fit: Fit) -> dict[str, Any]:
    return {
        "crises": [{"name": crisis.name, "hash": crisis.hash} for crisis in fit.crises],
        "scales": [
            {"kind": kind, "layer": layer, "coefficients": _short(s.coefficients), **_errors_to_json(s.errors)}
            for (kind, layer), s in fit.scales.items()
        ],
        "baselines": [
            {"kind": kind, "model": model, "horizon": horizon, **_errors_to_json(errors)}
            for (kind, model, horizon), errors in fit.baselines.items()
        ],
        "final": {kind: _short(weights) for kind, weights in fit.final.items()},
        "widths": [
            {"kind": kind, "model": model, "width": float(f"{w:.4g}")} for (kind, model), w in fit.widths.items()
        ],
    }


def _errors_to_json(errors: Errors) -> dict[str, Any]:
    return {"count": errors.count, "errors": _short(np.interp(KEPT, LEVELS, errors.quantiles))}


def _short(values: Floats) -> list[float]:
    return [float(f"{value:.4g}") for value in values]


def from_json(content: Mapping[str, Any]) -> Fit:
    """Return the parameters of one entry of `to_json`."""
    return Fit(
        crises=tuple(CrisisName(**crisis) for crisis in content["crises"]),
        scales={
            (row["kind"], row["layer"]): Scale(np.array(row["coefficients"]), _errors_from_json(row))
            for row in content["scales"]
        },
        baselines={(row["kind"], row["model"], row["horizon"]): _errors_from_json(row) for row in content["baselines"]},
        final={kind: np.array(weights) for kind, weights in content["final"].items()},
        widths={(row["kind"], row["model"]): row["width"] for row in content["widths"]},
    )


def _errors_from_json(row: Mapping[str, Any]) -> Errors:
    return Errors(np.interp(LEVELS, KEPT, row["errors"]), row["count"])
