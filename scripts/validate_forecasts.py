"""Regenerate docs/validation/forecasts.md: forecasts of the past in Flee folders, each without what it is judged by.

    python scripts/validate_forecasts.py ../shared/flee/*/ [--charts DIR]

``--charts`` draws each crisis: what was counted, the forecasts with their intervals, and the best baseline. Such charts
show counts, so those of data that may not be passed on are for looking at, and no part of the documentation.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import polars as pl
from fit_forecast import World, fit_without, read_worlds
from forecast_charts import write_charts

from onward.inference.backtest import score_cases, summary
from onward.inference.finished import BASELINES
from onward.inference.fitted import Fit, shipped_fit
from onward.inference.forecast import ALL_MODELS, quantiles_of
from onward.inference.simulated import DRAWS as RUN_DRAWS

PAGES = Path(__file__).parents[1] / "docs" / "validation"
HORIZONS = (30, 60, 90)
BARS = {30: 0.92, 60: 0.88, 90: 0.86}
#: consecutive origins drawn together, draws, and the seed of the block bootstrap
BLOCK, DRAWS, SEED = 3, 2000, 1
#: other floors of what errors of baselines are relative to, in people
FLOORS = (1.0, 3000.0)


def scored(worlds: list[World], fits: dict[str, Fit]) -> pl.DataFrame:
    """Score all forecasts with the parameters of each crisis."""
    rows = []
    for world in worlds:
        seen = world.observations
        for day, cases, prepared in world.origins:
            rows += score_cases(seen, day, cases, quantiles_of(prepared, fits[seen.crisis]))
    return pl.DataFrame(rows, infer_schema_length=None)


def means(frame: pl.DataFrame, series: str) -> dict[tuple[int, str], dict[str, float]]:
    """Return the scaled CRPS by (horizon, model) and crisis."""
    found: dict[tuple[int, str], dict[str, float]] = {}
    for row in summary(frame):
        if row["series"] == series:
            found.setdefault((int(row["horizon"]), row["model"]), {})[row["crisis"]] = row["crps_scaled"]
    return found


def mean(values: dict[str, float]) -> float:
    """Return the mean over crises."""
    return float(np.mean(list(values.values())))


def best_baseline(found: dict[tuple[int, str], dict[str, float]], horizon: int) -> str:
    """Return the baseline with the least mean over crises."""
    baselines = [model for model in (*BASELINES, "flee_carried") if (horizon, model) in found]
    return min(baselines, key=lambda model: mean(found[horizon, model]))


def present(frame: pl.DataFrame, series: str) -> list[str]:
    """Return the models that forecast a kind of series, in the order of the tables."""
    there = set(frame.filter(series=series)["model"])
    return [model for model in ALL_MODELS if model in there]


def table(frame: pl.DataFrame, series: str) -> list[str]:
    """Return the scaled CRPS and coverage as a table."""
    found, rows = means(frame, series), summary(frame)
    crises = sorted({row["crisis"] for row in rows})
    lines = [f"| days | model | {' | '.join(crises)} | mean | inside 90 % |", "|" + "---|" * (len(crises) + 4)]
    for horizon in HORIZONS:
        for model in present(frame, series):
            kept = [r for r in rows if (r["horizon"], r["model"], r["series"]) == (horizon, model, series)]
            inside = sum(r["cover90"] * r["n"] for r in kept) / sum(r["n"] for r in kept)
            cells = " | ".join(f"{found[horizon, model][crisis]:.3f}" for crisis in crises)
            name = f"**{model}**" if model == "final" else model
            lines.append(f"| {horizon} | {name} | {cells} | {mean(found[horizon, model]):.4f} | {inside:.2f} |")
    return lines


def bootstrap(frame: pl.DataFrame, horizon: int, against: str, series: str) -> tuple[float, float, float]:
    """Return the ratio of final's mean scaled CRPS to a baseline's, and its 90 % interval by blocks of origins.

    Blocks of consecutive origins are drawn with replacement within each crisis, the same for both forecasts.
    """
    keys = ["crisis", "origin", "model"]
    kept = frame.filter(pl.col("horizon") == horizon, pl.col("series") == series)
    kept = kept.with_columns((pl.col("crps") / pl.col("stock").mean().over(keys)).alias("share"))
    sums = kept.group_by(keys).agg(pl.col("share").sum(), pl.len().alias("n")).sort(keys)
    draws = np.random.default_rng(SEED)
    ours, theirs = np.zeros(DRAWS), np.zeros(DRAWS)
    for _, part in sums.group_by("crisis", maintain_order=True):
        a, b = (part.filter(model=model).sort("origin") for model in ("final", against))
        size = a.height
        starts = draws.integers(0, size, (DRAWS, -(-size // BLOCK)))
        rows = ((starts[:, :, None] + np.arange(BLOCK)) % size).reshape(DRAWS, -1)[:, :size]
        n = a["n"].to_numpy()[rows].sum(axis=1)
        ours += a["share"].to_numpy()[rows].sum(axis=1) / n
        theirs += b["share"].to_numpy()[rows].sum(axis=1) / n
    found = means(frame, series)
    ratio = mean(found[horizon, "final"]) / mean(found[horizon, against])
    low, high = np.quantile(ours / theirs, (0.05, 0.95))
    return ratio, float(low), float(high)


def bars(frame: pl.DataFrame) -> list[str]:
    """Return `final` against the best baseline, places: ratio, interval, and the crisis where it is furthest behind."""
    found = means(frame, "place")
    lines = [
        "| days | best baseline | final / best | 90 % interval | asked for | worst crisis | probability of no gain |",
        "|---|---|---|---|---|---|---|",
    ]
    for horizon in HORIZONS:
        best = best_baseline(found, horizon)
        ratio, low, high = bootstrap(frame, horizon, best, "place")
        behind = {c: found[horizon, "final"][c] / found[horizon, best][c] for c in found[horizon, best]}
        worst = max(behind, key=lambda crisis: behind[crisis])
        lines.append(
            f"| {horizon} | {best} | {ratio:.3f} | {low:.3f} - {high:.3f} | at most {BARS[horizon]:.2f} "
            f"| {worst}: {behind[worst]:.3f} | {'below 0.05' if high < 1 else 'above 0.05'} |"
        )
    return lines


def coverage(frame: pl.DataFrame) -> list[str]:
    """Return the shares of counts of places inside the intervals of `final`, all horizons together."""
    names = ["cover50", "cover80", "cover90", "cover95"]
    kept = frame.filter(model="final", series="place")
    parts = [*kept.group_by("crisis").agg(pl.len().alias("n"), pl.col(names).mean()).sort("crisis").to_dicts()]
    parts.append({"crisis": "all", "n": kept.height, **{name: kept[name].mean() for name in names}})
    lines = ["| crisis | forecasts | 50 % | 80 % | 90 % | 95 % |", "|---|---|---|---|---|---|"]
    lines += [f"| {p['crisis']} | {p['n']} | {' | '.join(f'{p[name]:.2f}' for name in names)} |" for p in parts]
    return lines


def other_rules(worlds: list[World], frame: pl.DataFrame) -> list[str]:
    """Return the ratio to the best baseline under other rules of scoring and of baselines."""
    own = frame.with_columns((pl.col("crps") / pl.col("stock")).alias("crps"), pl.lit(1.0).alias("stock"))
    parts = {"as above": frame}
    for floor in FLOORS:
        fits = {w.observations.crisis: fit_without(worlds, w, floor=floor) for w in worlds}
        parts[f"baselines with a floor of {floor:,.0f}"] = scored(worlds, fits)
    parts["each place scaled by its own mean stock"] = own
    lines = ["| rule | 30 days | 60 days | 90 days |", "|---|---|---|---|"]
    for name, part in parts.items():
        found = means(part, "place")
        cells = []
        for horizon in HORIZONS:
            best = best_baseline(found, horizon)
            cells.append(f"{mean(found[horizon, 'final']) / mean(found[horizon, best]):.3f} ({best})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def points(frame: pl.DataFrame) -> list[str]:
    """Return the absolute errors of the medians of places as shares of what was counted, mean over crises."""
    kept = frame.filter(series="place").with_columns((pl.col("median") - pl.col("truth")).abs().alias("apart"))
    by = kept.group_by("horizon", "model", "crisis").agg(pl.col("apart").sum() / pl.col("truth").sum())
    lines = ["| model | 30 days | 60 days | 90 days |", "|---|---|---|---|"]
    for model in present(frame, "place"):
        cells = [by.filter(horizon=float(h), model=model)["apart"].mean() for h in HORIZONS]
        lines.append(f"| {model} | {' | '.join(f'{100 * float(str(cell)):.1f} %' for cell in cells)} |")
    return lines


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    begin = time.process_time()
    parser.add_argument("--draws", type=int, default=RUN_DRAWS, help="of the model at each origin; 0 leaves it out")
    parser.add_argument("--charts", type=Path, metavar="DIR", help="where to draw what was counted and forecast")
    asked = parser.parse_args()
    worlds = read_worlds(asked.folders, asked.draws)
    fits = {w.observations.crisis: shipped_fit(w.name.name, w.name.hash) for w in worlds}
    if leaked := [name for name, fit in fits.items() if name in {crisis.name for crisis in fit.crises}]:
        raise SystemExit(f"parameters were fitted on {leaked}")
    frame = scored(worlds, fits)
    took = time.process_time() - begin
    if asked.charts:
        found = means(frame, "place")
        write_charts(worlds, fits, {horizon: best_baseline(found, horizon) for horizon in HORIZONS}, asked.charts)
    parts = {
        "Places against the best single baseline": bars(frame),
        "Intervals": coverage(frame),
        "Places": table(frame, "place"),
        "Totals": table(frame, "total"),
        "Errors of single figures": points(frame),
        "Other rules": other_rules(worlds, frame),
    }
    text = (PAGES / "forecasts.intro.md").read_text("utf-8").rstrip()
    notes = {
        "Places against the best single baseline": f"The interval is a bootstrap of {DRAWS:,} draws of blocks of "
        f"{BLOCK} consecutive origins, the same for both forecasts. The best baseline is the one with the smallest mean over crises.",
        "Other rules": "`final` divided by the best baseline. Errors of baselines are relative to the last count, but to at "
        "least 1,000 people. With no such floor they become very large where few people were counted, and the baselines are "
        "weaker; with 3,000, which is also the offset of the mixture, they are stronger. If each place is scaled by its own "
        "mean, a few camps dominate that had some dozens of people before the origin and twenty thousand after it.",
    }
    for title, lines in parts.items():
        text += "\n\n" + "\n".join([f"## {title}", "", *([notes[title], ""] if title in notes else []), *lines])
    text += f"\n\nForecasts from counts alone took {took:.0f} seconds of one core; results of the model came from the cache.\n"
    (PAGES / "forecasts.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
