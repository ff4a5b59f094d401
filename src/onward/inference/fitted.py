"""What the forecasts learn from other crises: scales and errors, fitted without the crisis that is forecast.

`shipped_fit` returns parameters of which no part was fitted on the crisis asked for. The file names the crises and
the hashes of their counts; it holds quantiles of errors and coefficients only, no count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class CrisisName:
    """Which crisis was learned from: its name and the hash of its counts."""

    name: str
    hash: str


@dataclass(frozen=True)
class Fit:
    """Parameters learned from some crises.

    ``scales`` by (kind of series, layer); ``baselines`` by (kind, model, horizon); ``final`` by kind: the weights of
    `statistical` and of each baseline in the forecast `final`. ``floor``: errors of baselines are relative to the last
    count, but to no fewer people than this.
    """

    crises: tuple[CrisisName, ...]
    scales: Mapping[tuple[str, str], Scale]
    baselines: Mapping[tuple[str, str, float], Errors]
    final: Mapping[str, Floats]
    floor: float = FLOOR_PEOPLE

    def errors(self, kind: str, model: str, horizon: float) -> Errors:
        """Return the errors of a baseline at the kept horizon nearest to one."""
        nearest = min(KEPT_HORIZONS, key=lambda kept: abs(np.log(kept / horizon)))
        return self.baselines[kind, model, nearest]


def fit_forecasts(
    finished: Mapping[CrisisName, Forecasts], *, final: Mapping[str, Floats] | None = None, floor: float = FLOOR_PEOPLE
) -> Fit:
    """Fit scales and errors on the finished forecasts of some crises, each of which has the same weight in the scales.

    Parameters
    ----------
    finished
        Finished forecasts at HORIZONS, by crisis.
    final
        Weights of `final` by kind of series; `statistical` alone where they are not given.
    floor
        The fewest people that errors of baselines are relative to.
    """
    scales, baselines = {}, {}
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
                error = baseline_errors(asked, model, floor)
                kept = weighted_quantiles(error, np.ones(len(error)))
                baselines[kind, model, horizon] = Errors(kept, float(len(error)))
    alone = np.eye(1 + len(BASELINES))[0]
    return Fit(tuple(finished), scales, baselines, final or dict.fromkeys(KINDS, alone), floor)


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
    )


def _errors_from_json(row: Mapping[str, Any]) -> Errors:
    return Errors(np.interp(LEVELS, KEPT, row["errors"]), row["count"])
