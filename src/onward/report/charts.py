"""Notebook display of a run: charts over time and a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from importlib import import_module
from typing import Any

import polars as pl

from onward.disclosure import SIMULATED, masked
from onward.errors import ParameterError
from onward.extras import install_command
from onward.runs import tables
from onward.simulation.run import Run

#: what is drawn; blue and vermilion of Okabe and Ito's palette, which colour-blind people can distinguish
BAND, POINT = "#0072B2", "#D55E00"
WIDTH, HEIGHT = 560, 260
#: which counts are points beside an indicator
_COUNTED = ("stock", "arrivals", "departures", "returned")
#: rows of the table in a notebook
SHOWN = 10


def chart(run: Run, indicator: str = "stock", *, place: str | None = None) -> Any:
    """Return a layered Altair chart: 90 % and 50 % bands, the median, and counts as points with their ranges.

    Parameters
    ----------
    run
        The run; counts are read from its folder, if it has one with a crisis.
    indicator
        One of those of `Run.quantiles`.
    place
        A place, or None for all.

    Returns
    -------
    altair.LayerChart
        It holds its data. ``chart.save("stock.png")`` and a notebook draw it without a network.

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate(onward.read_crisis("aleppo-2016"), members=2)
    >>> [layer.mark.type for layer in chart(run, place="azaz").layer]
    ['area', 'area', 'line']
    """
    try:
        alt: Any = import_module("altair")  # half of it has no types
    except ImportError:
        raise ParameterError(f"run.chart needs Altair. Install it with: {install_command('charts')}") from None
    spread = run.quantiles(indicator, place=place).with_columns(pl.col("date").cast(pl.Datetime))
    base = alt.Chart(alt.Data(values=_values(spread))).encode(x=alt.X("date:T", title=None))
    tooltip = [alt.Tooltip("date:T"), *(alt.Tooltip(f"{name}:Q", format=",.2s") for name in ("p5", "p50", "p95"))]
    layers = [
        base.mark_area(opacity=0.2, color=BAND).encode(y=alt.Y("p5:Q", title="people"), y2="p95:Q"),
        base.mark_area(opacity=0.35, color=BAND).encode(y="p25:Q", y2="p75:Q"),
        base.mark_line(color=BAND).encode(y="p50:Q", tooltip=tooltip),
    ]
    counts = _counts(run, indicator, place)
    if counts.height:
        counted = alt.Chart(alt.Data(values=_values(counts))).encode(x="date:T")
        count_tooltip = [alt.Tooltip("date:T"), alt.Tooltip("people:Q", format=","), alt.Tooltip("source:N")]
        layers.append(counted.mark_rule(color=POINT, strokeWidth=1.5).encode(y="low:Q", y2="high:Q"))
        layers.append(counted.mark_point(color=POINT, filled=True, size=60, shape="diamond").encode(
            y="people:Q", tooltip=count_tooltip
        ))  # fmt: skip
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, title=_title(run, indicator, place, counts.height))


def sensitivity_chart(table: pl.DataFrame, *, shown: int = 8) -> Any:
    """Return an Altair chart of a sensitivity analysis: for each output, the factors with the largest effects.

    Parameters
    ----------
    table
        Of `onward.sensitivity`.
    shown
        Factors of each output.

    Returns
    -------
    altair.Chart
        Bars of ``mu_star``, in people, with its 95 % confidence interval.
    """
    alt: Any = import_module("altair")
    largest = table.sort("mu_star", descending=True).group_by("output", maintain_order=True).head(shown)
    bounds = [(pl.col("mu_star") + sign * pl.col("mu_star_conf")).clip(0) for sign in (-1, 1)]
    rows = largest.with_columns(bounds[0].alias("low"), bounds[1].alias("high")).to_dicts()
    outputs = table["output"].unique(maintain_order=True).to_list()
    parts = []
    for output in outputs:
        own = alt.Chart(alt.Data(values=[row for row in rows if row["output"] == output]))
        bars = own.mark_bar(color=BAND).encode(
            x=alt.X("mu_star:Q", title="people, when the factor moves over its 90 % interval"),
            y=alt.Y("factor:N", sort="-x", title=None),
            tooltip=[alt.Tooltip("factor:N"), alt.Tooltip("mu_star:Q", format=",.3s")],
        )
        error = own.mark_rule(color="black").encode(x="low:Q", x2="high:Q", y=alt.Y("factor:N", sort="-x"))
        parts.append(alt.layer(bars, error).properties(width=WIDTH, title=output.replace("stock:", "displaced in ")))
    return alt.vconcat(*parts)


def _title(run: Run, indicator: str, place: str | None, counted: int) -> Any:
    alt: Any = import_module("altair")
    where = run.about.get("place_names", {}).get(place, place) if place else "all places"
    scenario = run.about.get("scenario")
    lines = [
        f"{SIMULATED} Line: median; bands: 50 % and 90 % of {run.about['members']} members.",
        *([f"What-if: {scenario['title'] or scenario['name']}."] if scenario else []),
        *(["Diamonds: counted, with the range of each count."] if counted else []),
    ]
    return alt.TitleParams(f"{indicator.replace('_', ' ').capitalize()}, {where}", subtitle=lines, anchor="start")


def _counts(run: Run, indicator: str, place: str | None) -> pl.DataFrame:
    """Return the counts of an indicator at a place; none for all places, because counts never cover all of them."""
    crisis = run.crisis
    if crisis is None or place is None or indicator not in _COUNTED:
        return pl.DataFrame()
    rows = crisis.table("counts").filter((pl.col("place") == place) & (pl.col("indicator") == indicator))
    since = pl.col("since").fill_null(crisis.start)
    if indicator != "stock":
        rows = rows.filter(since == pl.col("date"))  # one day's: what is counted over more days is no daily figure
    shown = masked(rows).filter(~pl.col("masked"))
    filled = shown.with_columns(pl.coalesce("low", "people").alias("low"), pl.coalesce("high", "people").alias("high"))
    return filled.select(pl.col("date").cast(pl.Datetime), "people", "low", "high", "source")


def _values(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return rows in a form that a chart can hold as JSON."""
    return frame.with_columns(pl.col("date").dt.strftime("%Y-%m-%dT00:00:00")).to_dicts()


def run_html(run: Run) -> str:
    """Return a summary of a run as HTML: its headline, the places with most people, and what was reported.

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate(onward.read_crisis("aleppo-2016"), members=2)
    >>> "Bab al-Salama" in run_html(run) or "bab_al_salama" in run_html(run)
    True
    """
    about = run.about
    scenario = about.get("scenario")
    what = [
        f"{about['start']} to {about['end']}", f"{about['members']} members", str(about["engine"]),
        f"parameters {about['parameters']}", f"seed {about['seed']}",
        *([f"what-if: {scenario['title'] or scenario['name']}"] if scenario else []),
    ]  # fmt: skip
    parts = [
        f"<strong>{escape(str(about['title']))}</strong>",
        f"<div>{escape(' · '.join(what))}</div>",
        _headline(run),
        _top_places(run),
        _verdicts(about.get("claims") or []),
        f"<small>{SIMULATED} Intervals cover what was drawn and nothing else.</small>",
    ]
    return "<div>" + "".join(parts) + "</div>"


def _headline(run: Run) -> str:
    figures = tables.displaced_over_time(run).row(-1, named=True)
    return (
        f"<p><strong>{_people(figures['p50'])}</strong> people are away from home on {run.about['end']} "
        f"(90&nbsp;%: {_people(figures['p5'])} – {_people(figures['p95'])})</p>"
    )


def _top_places(run: Run) -> str:
    stock = tables.stock_on(run, tables.last_day(run)).sort("p50", "place", descending=[True, False]).head(SHOWN)
    names = run.about.get("place_names", {})
    rows = [
        (escape(str(names.get(row["place"], row["place"]))), _people(row["p50"]),
         f"{_people(row['p25'])} – {_people(row['p75'])}", f"{_people(row['p5'])} – {_people(row['p95'])}")
        for row in stock.iter_rows(named=True)
    ]  # fmt: skip
    heads = ("Displaced people at", "Median", "50 % interval", "90 % interval")
    return _table(heads, rows) if rows else ""


def _verdicts(claims: list[Mapping[str, Any]]) -> str:
    if not claims:
        return ""
    counted = Counter(str(claim["verdict"]) for claim in claims)
    verdicts = ", ".join(f"{number} {escape(word)}" for word, number in sorted(counted.items()))
    rows = [
        (escape(str(c["id"])), f"{_bound(c['low'])} – {_bound(c['high'])}", _bound(c["p50"]),
         f"{_bound(c['p5'])} – {_bound(c['p95'])}", escape(str(c["verdict"])))
        for c in claims
    ]  # fmt: skip
    heads = ("Claim", "Reported", "Median", "90 % interval", "Verdict")
    summary = f"Reported figures compared with this run: {verdicts}"
    return f"<details><summary>{summary}</summary>{_table(heads, rows)}</details>"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _people(people: float) -> str:
    """Format people to three digits.

    Examples
    --------
    >>> _people(63_749.0)
    '63,700'
    """
    return f"{float(f'{people:.3g}'):,.0f}"


def _bound(value: float | None) -> str:
    if value is None:
        return "…"
    return _people(value) if abs(value) >= 10 else f"{value:.2g}"
