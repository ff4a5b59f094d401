"""Write docs/validation/forecast-aleppo.md and its chart: a forecast with the war to come unknown, and one with it given.

python scripts/forecast_aleppo.py [--members 200]
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import altair as alt
import numpy as np

from onward.cli.terminal import number
from onward.crisis import Crisis, read_crisis
from onward.evaluation.counts import Count, build_counts
from onward.evaluation.labels import site_name
from onward.runs.forecast_task import Prepared, prepare
from onward.simulation.member import member_values
from onward.simulation.observables import claim_value
from onward.typing import Floats

PAGE = Path(__file__).parents[1] / "docs" / "validation" / "forecast-aleppo.md"
CHART = PAGE.with_suffix(".svg")
#: what is drawn: colours of Okabe and Ito's palette, and quantiles
COLOURS = {"war unknown": "#0072B2", "war given": "#D55E00"}
BARS = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
PICTURE = (
    f"![Counts after 1 February 2016 and both forecasts of them]({CHART.name})\n\n"
    "Diamonds: counted. Thick and thin lines: 50 % and 90 % intervals, ticks: medians."
)
ORIGIN, DAYS = dt.date(2016, 2, 1), 90
HORIZONS = (0, 14, 30, 60)


def simulated(made: Prepared, counts: tuple[Count, ...], members: int) -> tuple[Floats, Floats, Floats]:
    """Run members; return their figure for each count, their attacks a day, and people displaced in all a day."""

    def one(member: int) -> tuple[list[float], Floats, Floats]:
        outcome, _ = made.run_one(member)
        coverage = member_values(made.settings, member)["coverage"]
        said = [claim_value(c.claim, outcome.result, outcome.network, outcome.attacks, coverage) for c in counts]
        daily = outcome.result.daily
        away = (daily.here + daily.gate + daily.way + daily.out).sum(axis=1)
        return [np.nan if v is None else v for v in said], outcome.attacks.sum(axis=1), away.astype(np.float64)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        figures, attacks, away = zip(*pool.map(one, range(members)), strict=True)
    return np.array(figures), np.array(attacks), np.array(away)


def crps(members: Floats, truth: float) -> float:
    """Return the continuous ranked probability score of an ensemble (Gneiting and Raftery, JASA 102, 2007)."""
    x, m = np.sort(members), len(members)
    spread = 2.0 * float((x * (np.arange(1, m + 1) - 0.5)).sum()) / m**2 - float(x.mean())
    return float(np.abs(x - truth).mean()) - spread


def fan(values: Floats) -> str:
    """Return median and 90 % interval in words."""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return f"{number(middle)} ({number(low)} – {number(high)})"


def counts_table(crisis: Crisis, counts: list[Count], ahead: Floats, given: Floats) -> str:
    """Return a row for each count: what was counted, and what each forecast said."""
    lines = ["| until | where | counted | source | said | war unknown | war given |\n|---|---|---|---|---|---|---|\n"]
    for k, count in enumerate(counts):
        day = crisis.start + dt.timedelta(int(count.claim.last))
        what = count.claim.name.split(" ")
        words = {"displaced": "left home", "arrivals": "arrived", "stock": "stay there"}[what[2]]
        lines.append(
            f"| {day} | {site_name(what[1], crisis)} | {words} | {count.source} | {number(count.people)} | "
            f"{fan(ahead[:, k])} | {fan(given[:, k])} |\n"
        )
    return "".join(lines)


def write_chart(crisis: Crisis, counts: list[Count], ahead: Floats, given: Floats) -> None:
    """Draw each count of a flow with the intervals of both forecasts, 50 % thick and 90 % thin, and their CRPS."""
    flows = [k for k, count in enumerate(counts) if "stock" not in count.claim.name]
    bars, dots = [], []
    for k in flows:
        count = counts[k]
        day = crisis.start + dt.timedelta(int(count.claim.last))
        where = count.claim.name.split(" ")
        words = {"displaced": "left", "arrivals": "came to"}[where[2]]
        row = {"row": f"{day:%d %b} {words} {site_name(where[1], crisis)} ({count.source})", "order": k}
        dots.append({**row, "people": count.people})
        for offset, (name, values) in enumerate({"war unknown": ahead, "war given": given}.items()):
            at = {q: max(0.0, float(np.quantile(values[:, k], level))) for q, level in BARS.items()}
            words = f"{name}, mean CRPS {number(np.mean([crps(values[:, j], counts[j].people) for j in flows]))}"
            bars.append({**row, "forecast": words, "offset": offset, **at})
    scale = alt.Scale(type="symlog", constant=1000)
    y = alt.Y("row:N", sort=alt.SortField("order"), title=None, axis=alt.Axis(labelLimit=360))
    colour = alt.Color(
        "forecast:N", title=None, scale=alt.Scale(range=list(COLOURS.values())), sort=None,
        legend=alt.Legend(orient="top", labelLimit=300),
    )  # fmt: skip
    base = alt.Chart(alt.Data(values=bars)).encode(y=y, yOffset="offset:N", color=colour)
    ticks = alt.Axis(values=[0, 1e3, 1e4, 1e5, 3e5], format="~s", title="people")
    layers = [
        base.mark_rule(strokeWidth=1).encode(x=alt.X("p5:Q", scale=scale, axis=ticks), x2="p95:Q"),
        base.mark_rule(strokeWidth=4).encode(x="p25:Q", x2="p75:Q"),
        base.mark_tick(thickness=3, height=7).encode(x="p50:Q"),
        alt.Chart(alt.Data(values=dots)).mark_point(shape="diamond", filled=True, color="black", size=45)
        .encode(y=y, x="people:Q"),
    ]  # fmt: skip
    alt.layer(*layers).properties(width=420, height=alt.Step(9)).save(CHART)


def scores_table(counts: list[Count], ahead: Floats, given: Floats) -> str:
    """Return mean scores of both forecasts, and of the word that nothing changes, over the counts of flows."""
    truth = np.array([count.people for count in counts])
    flows = [k for k, count in enumerate(counts) if "stock" not in count.claim.name]
    rows = [("war unknown", ahead), ("war given", given), ("nobody flees", np.zeros_like(ahead))]
    heads = (
        "forecast",
        "mean CRPS, people",
        "mean error of the log of the median",
        "mean absolute error of it",
        "counts inside 90 %",
    )
    lines = [f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n"]
    for name, values in rows:
        score = np.mean([crps(values[:, k], truth[k]) for k in flows])
        middle = np.log((np.maximum(np.median(values[:, flows], axis=0), 0.0) + 1) / (truth[flows] + 1))
        low, high = np.quantile(values[:, flows], [0.05, 0.95], axis=0)
        inside = int(((truth[flows] >= low) & (truth[flows] <= high)).sum())
        lines.append(
            f"| {name} | {number(score)} | {middle.mean():+.2f} | {np.abs(middle).mean():.2f} | {inside} of {len(flows)} |\n"
        )
    return "".join(lines)


def attacks_table(crisis: Crisis, made: Prepared, ahead: Floats, given: Floats) -> str:
    """Return attacks on places in each span of days after the origin: drawn, and those of the crisis."""
    first = (ORIGIN - crisis.start).days + 1
    lines = ["| days after | war unknown: attacks | war given: attacks |\n|---|---|---|\n"]
    for begin, end in pairwise(HORIZONS):
        span = slice(first + begin, first + end)
        lines.append(
            f"| {begin + 1} – {end} | {fan(ahead[:, span].sum(axis=1))} | {fan(given[:, span].sum(axis=1))} |\n"
        )
    model = made.ahead
    assert model is not None
    told = (
        f"\nThe model of attacks, fitted on the events up to {ORIGIN}: branching ratio {model.hawkes.branching:.2f}, "
        f"memory {model.hawkes.memory_days:.1f} days, spread {model.hawkes.spread_km:.0f} km, "
        f"{model.hawkes.background.sum() / (1 - model.hawkes.branching):.0f} attacks a day in the long run.\n"
    )
    return "".join(lines) + told


def main() -> None:
    """Run both forecasts and write the page between its two markers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=200)
    members = parser.parse_args().members
    crisis = read_crisis("aleppo-2016")
    settings = {"origin": ORIGIN, "days": DAYS, "members": members, "parameters": None, "overrides": None, "seed": 1}
    made = {c: prepare(crisis, conflict=c, labels=True, **settings) for c in ("ahead", "given")}  # type: ignore[arg-type]
    every = build_counts(crisis, made["given"].model.network)
    last = (ORIGIN - crisis.start).days
    counts = [count for count in every if count.claim.last > last]
    runs = {name: simulated(one, tuple(counts), members) for name, one in made.items()}
    known = [k for k in range(len(counts)) if not np.isnan(runs["ahead"][0][:, k]).any()]
    counts = [counts[k] for k in known]
    ahead, given = (runs[name][0][:, known] for name in ("ahead", "given"))
    days = [last + h for h in (30, 60, 90)]
    totals = "".join(
        f"| {day - last} | {fan(runs['ahead'][2][:, day])} | {fan(runs['given'][2][:, day])} |\n" for day in days
    )
    body = (
        f"\n\n{members} members, seed 1, parameters drawn from the population of other crises.\n\n{PICTURE}\n\n## Scores\n\n{scores_table(counts, ahead, given)}"
        f"\n## The war\n\n{attacks_table(crisis, made['ahead'], runs['ahead'][1], runs['given'][1])}"
        f"\n## Everybody displaced\n\n| days after | war unknown | war given |\n|---|---|---|\n{totals}"
        f"\n## Count by count\n\n{counts_table(crisis, counts, ahead, given)}\n"
    )
    head, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- measured -->")
    tail = rest.partition("<!-- end -->")[2]
    write_chart(crisis, counts, ahead, given)
    PAGE.write_text(f"{head}<!-- measured -->{body}<!-- end -->{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
