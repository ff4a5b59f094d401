"""Rolling-origin backtests: forecasts of past days, each from what was known before it, compared with real counts.

Origins are equally spaced from day 60 to the last day that leaves the shortest horizon. A forecast of horizon h is
held against the real count nearest to origin + h within ten days, and made for the day of that count; a count
answers only one origin, the one whose horizon it is nearest to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from onward.errors import CrisisDataError, ParameterError, Problem
from onward.evaluation.forecast_scores import covered, crps, weighted_interval_score
from onward.inference.finished import match_counts
from onward.inference.fitted import FILE, Fit, shipped_fit
from onward.inference.forecast import ALL_MODELS, Target, prepare, quantiles_of
from onward.inference.intervals import LEVELS
from onward.inference.observations import Observations
from onward.inference.path_points import Paths, path_errors, path_points
from onward.typing import Floats

#: the first origin: before it there is little to learn a trend from (own choice)
FIRST_ORIGIN = 60
COVERAGES = (0.5, 0.8, 0.9, 0.95)
MEDIAN = len(LEVELS) // 2
#: version of the forecasts, part of the name of what is cached: raise it when numbers move
VERSION = 4
#: returns what simulated models say for each day after an origin: (crisis, origin, days) -> by model and series
Simulate = Callable[[Observations, int, int], Mapping[str, Paths]]


@dataclass(frozen=True)
class Case:
    """One forecast to be scored: a target, and what was counted on its day."""

    origin: int
    target: Target
    truth: float
    kind: str


def origin_days(days: int, horizons: Sequence[float], origins: int) -> list[int]:
    """Return the days of origin of a crisis of so many days; fewer where they would fall on the same day.

    >>> origin_days(301, [30, 90], 3)
    [60, 165, 270]
    """
    last = days - 1 - min(horizons)
    if last < FIRST_ORIGIN:
        return []
    return sorted({round(day) for day in np.linspace(FIRST_ORIGIN, last, origins).tolist()})


def make_cases(observations: Observations, horizons: Sequence[float], origins: int) -> list[Case]:
    """Return all forecasts that can be scored, by origin; a count is the answer of one origin and horizon only."""
    counted = {series.name: series for series in observations.all()}
    best: dict[tuple[str, float, float], tuple[float, Case]] = {}
    for origin in origin_days(observations.days, horizons, origins):
        for series in observations.known(origin):
            whole = counted.get(series.name)
            if whole is None:
                continue
            for horizon in horizons:
                row = int(match_counts(whole.days, np.array([float(origin)]), horizon)[0])
                if row < 0:
                    continue
                day, truth = float(whole.days[row]), float(whole.people[row])
                apart = abs(day - origin - horizon)
                case = Case(origin, Target(series.name, day, float(horizon)), truth, series.kind)
                key = (series.name, float(horizon), day)
                if key not in best or apart < best[key][0]:
                    best[key] = (apart, case)
    return sorted(
        (case for _, case in best.values()), key=lambda c: (c.origin, c.target.horizon, c.kind, c.target.series)
    )


def score_origin(
    observations: Observations, origin: int, cases: Sequence[Case], fit: Fit,
    paths: Mapping[int, Mapping[str, Paths]] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Forecast and score the cases of one origin: a row for each case and model.

    ``paths`` are what simulated models said at this and earlier origins, by day, model and series. ``stock`` is the
    series's mean before the origin, ``naive`` its mean absolute change over the same horizon before the origin (NaN
    where there is none), ``low`` and the like whether the intervals hold the truth.
    """
    prepared = prepare(observations.sources, origin, [case.target for case in cases])
    if paths:
        points = path_points(paths.get(origin, {}), origin, [case.target for case in cases])
        prepared = replace(prepared, points=points, errors=path_errors(observations, paths, cases, origin, fit.floor))
    return score_cases(observations, origin, cases, quantiles_of(prepared, fit))


def score_cases(
    observations: Observations, origin: int, cases: Sequence[Case], found: Mapping[str, Floats]
) -> list[dict[str, Any]]:
    """Return the scores of forecasts, by model ``[case, level]``: a row for each case and model; see `score_origin`."""
    known = {series.name: series for series in observations.known(origin)}
    truth = np.array([case.truth for case in cases])
    rows = []
    for model, quantiles in found.items():
        score, interval = crps(quantiles, truth, LEVELS), weighted_interval_score(quantiles, truth, LEVELS)
        inside = {f"cover{round(100 * share)}": covered(quantiles, truth, LEVELS, share) for share in COVERAGES}
        for i in np.flatnonzero(~np.isnan(quantiles[:, MEDIAN])):
            case = cases[int(i)]
            series = known[case.target.series]
            rows.append(
                {
                    "crisis": observations.crisis,
                    "origin": origin,
                    "horizon": case.target.horizon,
                    "series": case.kind,
                    "name": case.target.series,
                    "model": model,
                    "truth": case.truth,
                    "median": float(quantiles[i, MEDIAN]),
                    "stock": float(series.people.mean()),
                    "naive": naive_error(series.days, series.people, case.target.horizon),
                    "crps": float(score[i]),
                    "wis": float(interval[i]),
                    **{name: bool(values[i]) for name, values in inside.items()},
                }
            )
    return rows


def naive_error(days: Floats, people: Floats, horizon: float) -> float:
    """Return the mean absolute change of a series over a horizon (within ten days of it); NaN where there is none."""
    answer = match_counts(days, days, horizon)
    kept = answer >= 0
    return float(np.abs(people[answer[kept]] - people[kept]).mean()) if kept.any() else float("nan")


def backtest(
    crises: Sequence[Observations], *, horizons: Sequence[float] = (30, 60, 90), origins: int = 12,
    cache: Path | None = None, fit: Callable[[Observations], Fit] | None = None, simulate: Simulate | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Forecast past days of crises and score each forecast.

    Parameters
    ----------
    crises
        From `onward.inference.observations`.
    horizons, origins
        Days ahead, and how many origins a crisis has.
    cache
        Folder in which each origin is kept once scored; an interrupted backtest resumes from it. None keeps nothing.
    fit
        The parameters of a crisis; those that come with Onward and were not fitted on it if None.
    simulate
        What gives the forecasts of simulated models (`onward.inference.simulated`); without it there are none.
    progress
        Called with origins done and all origins.

    Returns
    -------
    polars.DataFrame
        A row for each crisis, origin, series, horizon and model; see `score_origin`. `summary` sums it up.
    """
    plans = [(world, make_cases(world, horizons, origins)) for world in crises]
    _check(plans, horizons)
    jobs = [(world, day, cases) for world, whole in plans for day, cases in cases_by_origin(whole).items()]
    rows: list[dict[str, Any]] = []
    paths: dict[str, dict[int, Mapping[str, Paths]]] = {world.crisis: {} for world in crises}
    for done, (world, day, cases) in enumerate(jobs):
        if progress:
            progress(done, len(jobs))
        if simulate:
            paths[world.crisis][day] = simulate(world, day, days_ahead(cases, day))
        chosen = fit(world) if fit else shipped_fit(world.crisis, world.hash)
        file = cache / f"{_key(world, day, cases, chosen, paths[world.crisis])}.json" if cache else None
        if file and file.is_file():
            rows += json.loads(file.read_text("utf-8"))
            continue
        scored = score_origin(world, day, cases, chosen, paths[world.crisis])
        if file:
            _write(file, scored)
        rows += scored
    if progress:
        progress(len(jobs), len(jobs))
    return pl.DataFrame(rows, infer_schema_length=None)


def cases_by_origin(cases: Sequence[Case]) -> dict[int, list[Case]]:
    """Return the cases of each origin, in order."""
    found: dict[int, list[Case]] = {}
    for case in cases:
        found.setdefault(case.origin, []).append(case)
    return found


def _check(plans: Sequence[tuple[Observations, list[Case]]], horizons: Sequence[float]) -> None:
    if not horizons or min(horizons) < 1:
        raise ParameterError("--horizons: give days of 1 or more, such as 30,60,90.")
    empty = [world for world, cases in plans if not cases]
    if empty:
        step = "Leave it out, or give counts of stocks over more days or shorter horizons."
        raise CrisisDataError(
            Problem(
                world.crisis, found="there is no count of a stock with which a forecast from day "
                f"{FIRST_ORIGIN} on could be compared", next_step=step,
            )
            for world in empty
        )  # fmt: skip


def plan_origins(
    crises: Sequence[Observations], horizons: Sequence[float], origins: int
) -> list[tuple[Observations, int, int]]:
    """Return every crisis and origin that a backtest forecasts from, and how many days ahead."""
    plans = [(world, cases_by_origin(make_cases(world, horizons, origins))) for world in crises]
    return [(world, day, days_ahead(cases, day)) for world, whole in plans for day, cases in whole.items()]


def days_ahead(cases: Sequence[Case], origin: int) -> int:
    """Return how many days after an origin its cases reach."""
    return int(max(case.target.day for case in cases)) - origin


def _key(
    world: Observations, day: int, cases: Sequence[Case], fit: Fit, paths: Mapping[int, Mapping[str, Paths]]
) -> str:
    learned = [(crisis.name, crisis.hash) for crisis in fit.crises]
    said = [
        (at, m, name, path.tolist()) for at in paths for m, found in paths[at].items() for name, path in found.items()
    ]
    asked = [repr(case) for case in cases]
    content = (VERSION, FILE, fit_digest(fit), learned, world.hash, world.crisis, day, asked, said)
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def fit_digest(fit: Fit) -> str:
    """Return a hash of all parameters of a fit."""
    digest = hashlib.sha256()
    for scale in fit.scales.values():
        digest.update(scale.coefficients.tobytes() + scale.errors.quantiles.tobytes())
    for errors in fit.baselines.values():
        digest.update(errors.quantiles.tobytes())
    for weights in fit.final.values():
        digest.update(weights.tobytes())
    digest.update(repr(sorted(fit.widths.items())).encode())
    return digest.hexdigest()


def _write(file: Path, rows: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(rows), "utf-8")
    part.replace(file)


def summary(scored: pl.DataFrame) -> list[dict[str, Any]]:
    """Return scores by crisis, horizon, series (``place`` or ``total``) and model.

    ``crps``, ``wis`` and ``bias`` (median less truth) are means in people. ``crps_scaled`` is the mean over origins'
    forecasts of CRPS over the mean stock of the crisis's scored series before that origin; ``cover50`` to ``cover95``
    are shares of counts inside the intervals; ``mase`` is the mean absolute error of the median over the mean absolute
    change at that horizon before the origin (None where there was none); ``ard`` is Flee's: the absolute errors of an
    origin's medians over the sum of its counts, mean over origins.
    """
    keys = ["crisis", "horizon", "series", "model"]
    apart = (pl.col("median") - pl.col("truth")).alias("apart")
    groups = scored.with_columns(apart, pl.col("stock").mean().over([*keys, "origin"]).alias("scale"))
    by_origin = groups.group_by([*keys, "origin"], maintain_order=True).agg(
        (pl.col("apart").abs().sum() / pl.max_horizontal(pl.col("truth").sum(), 1.0)).alias("ard")
    )
    ard = by_origin.group_by(keys, maintain_order=True).agg(pl.col("ard").mean())
    naive = pl.col("naive").is_not_nan() & (pl.col("naive") > 0)
    found = groups.group_by(keys, maintain_order=True).agg(
        pl.len().alias("n"),
        pl.col("crps").mean(),
        (pl.col("crps") / pl.col("scale")).mean().alias("crps_scaled"),
        pl.col("wis").mean(),
        *(pl.col(f"cover{round(100 * share)}").mean() for share in COVERAGES),
        pl.col("apart").mean().alias("bias"),
        (pl.col("apart").abs().filter(naive).mean() / pl.col("naive").filter(naive).mean()).alias("mase"),
    )
    order = {model: i for i, model in enumerate(ALL_MODELS)}
    rows: list[dict[str, Any]] = found.join(ard, on=keys, how="left", maintain_order="left").to_dicts()
    return sorted(rows, key=lambda row: (row["crisis"], row["horizon"], row["series"], order[row["model"]]))
