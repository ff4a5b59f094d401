"""Charts of forecasts of the past: what was counted, the forecasts with their intervals, a baseline, and the scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
from fit_forecast import World

from onward.evaluation.forecast_scores import crps
from onward.inference.fitted import Fit
from onward.inference.forecast import quantiles_of
from onward.inference.intervals import LEVELS
from onward.typing import Floats

COUNTED, FORECAST, OTHER = "#000000", "#0072B2", "#D55E00"
#: what the marks are
LEGEND = (
    "black: counts; blue: median, 50 % (thick) and 90 % interval of the forecast; orange: median of the best baseline"
)
#: places with most people that have a panel, beside the total
SHOWN = 5
QUANTILES = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


def write_charts(worlds: Sequence[World], fits: Mapping[str, Fit], best: Mapping[int, str], folder: Path) -> None:
    """Write ``CRISIS.svg`` into a folder for each crisis: a row for each series, a column for each horizon.

    ``best`` is the baseline of each horizon that is drawn beside the forecast. The charts show counts: of crises whose
    counts may not be passed on they stay where they are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for world in worlds:
        rows = _rows(world, fits[world.observations.crisis], best)
        counted = {series.name: series for series in world.observations.all()}
        largest = sorted(counted, key=lambda name: (counted[name].kind != "total", -counted[name].people.max()))
        shown = [name for name in largest if any(row["series"] == name for row in rows)][: SHOWN + 1]
        panels = []
        for name in shown:
            line = [{"day": d, "people": p} for d, p in zip(counted[name].days, counted[name].people, strict=True)]
            panels += [
                _panel(name, horizon, line, [r for r in rows if (r["series"], r["horizon"]) == (name, horizon)], rule)
                for horizon, rule in best.items()
            ]
        title = alt.TitleParams(world.observations.crisis, subtitle=LEGEND, anchor="start")
        chart = alt.concat(*panels, columns=len(best)).properties(title=title)
        chart.save(folder / f"{world.observations.crisis}.svg")


def _rows(world: World, fit: Fit, best: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return a row for each forecast: its quantiles, the median of the baseline, and the CRPS of both."""
    rows = []
    for _, cases, prepared in world.origins:
        found = quantiles_of(prepared, fit)
        truth = np.array([case.truth for case in cases])
        scores = {model: crps(quantiles, truth, LEVELS) for model, quantiles in found.items()}
        for i, case in enumerate(cases):
            rule = best[int(case.target.horizon)]
            rows.append(
                {
                    "series": case.target.series,
                    "horizon": int(case.target.horizon),
                    "day": case.target.day,
                    **_at(found["final"][i]),
                    "baseline": _at(found[rule][i])["p50"],
                    "crps": float(scores["final"][i]),
                    "crps_baseline": float(scores[rule][i]),
                }
            )
    return rows


def _at(quantiles: Floats) -> dict[str, float]:
    return {name: float(np.interp(level, LEVELS, quantiles)) for name, level in QUANTILES.items()}


def _panel(name: str, horizon: int, line: list[dict[str, float]], rows: list[dict[str, Any]], rule: str) -> Any:
    ours, theirs = (float(np.mean([row[key] for row in rows])) if rows else 0.0 for key in ("crps", "crps_baseline"))
    words = f"{len(rows)} forecasts, mean CRPS {ours:,.0f}; {rule.replace('_', ' ')} {theirs:,.0f}"
    base = alt.Chart(alt.Data(values=rows)).encode(x=alt.X("day:Q", title="day"))
    layers = [
        alt.Chart(alt.Data(values=line))
        .mark_line(color=COUNTED, strokeWidth=1, point={"color": COUNTED, "size": 6})
        .encode(x="day:Q", y=alt.Y("people:Q", title="people")),
        base.mark_rule(color=FORECAST, strokeWidth=1).encode(y="p5:Q", y2="p95:Q"),
        base.mark_rule(color=FORECAST, strokeWidth=4).encode(y="p25:Q", y2="p75:Q"),
        base.mark_point(color=FORECAST, filled=True, size=40).encode(y="p50:Q"),
        base.mark_point(color=OTHER, shape="cross", size=40).encode(y="baseline:Q"),
    ]
    title = alt.TitleParams(f"{name}, {horizon} days ahead", subtitle=words, anchor="start")
    return alt.layer(*layers).properties(width=260, height=150, title=title)
