"""Score a run against observed stocks and arrivals, on days really counted only.

No figure is interpolated. Each count stands beside the run's mean and 90 % interval on its own day, for its own place
or area; arrivals are those since the count's first day. Stocks of the first day are left out, for a run is given them.
Counts that are left out are reported with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.errors import ParameterError
from onward.simulation.run import Run
from onward.typing import Floats

#: what tables of a run can be held against day by day
INDICATORS = ("stock", "arrivals")


@dataclass(frozen=True)
class CountScore:
    """A run against counts.

    ``counts`` has one row a count: indicator, where, date, source, people, low, high, mean, p5, p50, p95, inside
    (whether the count, or part of its range, lies in the 90 % interval). ``left_out`` says how many counts were not
    scored and why.
    """

    counts: pl.DataFrame
    members: int
    left_out: dict[str, int]

    def places(self) -> pl.DataFrame:
        """Return errors by indicator and place: counts, registered, simulated, mean_absolute_error, bias, inside."""
        apart = pl.col("mean") - pl.col("people")
        return (
            self.counts.group_by("indicator", "where", maintain_order=True)
            .agg(
                pl.len().alias("counts"),
                pl.col("people").mean().alias("registered"),
                pl.col("mean").mean().alias("simulated"),
                apart.abs().mean().alias("mean_absolute_error"),
                apart.mean().alias("bias"),
                (apart.abs().sum() / pl.col("people").sum()).alias("relative_error"),
                pl.col("inside").mean(),
            )
            .with_columns(pl.when(pl.col("relative_error").is_finite()).then("relative_error"))
        )

    def about(self) -> dict[str, Any]:
        """Return the score as JSON holds it."""
        return {
            "rules": "onward",
            "members": self.members,
            "real_counts": {"places": self.places().to_dicts(), "left_out": self.left_out},
        }

    def lines(self) -> list[str]:
        """Return the score in words, one line an indicator."""
        lines = []
        for name in INDICATORS:
            rows = self.counts.filter(indicator=name)
            if rows.height:
                lines.append(self._line(name, rows))
        return lines + [f"Left out: {n} counts, {why}." for why, n in self.left_out.items()]

    def _line(self, name: str, rows: pl.DataFrame) -> str:
        apart, people = (rows["mean"] - rows["people"]).to_numpy(), float(rows["people"].sum())
        told = f"mean absolute error {np.abs(apart).mean():,.0f} people, bias {apart.mean():+,.0f}"
        relative = f", relative error {np.abs(apart).sum() / people:.4f}" if people else ""
        inside = f"; {rows['inside'].sum()} of them in the run's 90 % interval" if self.members > 1 else ""
        return f"On the {rows.height} real counts of {name} only, nothing interpolated: {told}{relative}{inside}."


def score_counts(run: Run, crisis: Crisis) -> CountScore:
    """Score a run against its crisis's counts of stocks and arrivals on their own days.

    >>> import onward
    >>> crisis = onward.read_crisis("aleppo-2016")
    >>> run = onward.simulate(crisis, engine="expected", members=1)
    >>> score_counts(run, crisis).lines()[0][:31]
    'On the 2 real counts of stock o'
    """
    rows = held_against(run, crisis)
    if not rows:
        raise ParameterError(
            f"{run.about['crisis']}: there is no count of stock or arrivals in the period, so there is nothing to "
            "score the run against. Add counts to counts.csv of the crisis and run it again."
        )
    frame = pl.DataFrame(rows, infer_schema_length=None)
    frame = frame.sort("indicator", "where", "date", descending=[True, False, False])
    return CountScore(frame, int(run.about["members"]), _left_out(crisis.table("counts"), crisis))


def held_against(run: Run, crisis: Crisis) -> list[dict[str, Any]]:
    """Return each count that can be scored beside the run: people, low, high, mean, p5, p50, p95, inside."""
    kept = crisis.table("counts").filter(*_kept(crisis))
    kept = kept.with_columns(pl.coalesce("place", "area").alias("where"), pl.col("since").fill_null(crisis.start))
    rows: list[dict[str, Any]] = []
    known = replace(run, given=crisis)
    for (indicator, where), group in kept.sort("date").group_by("indicator", "where", maintain_order=True):
        daily = _daily(known, str(indicator), str(where), crisis)
        rows += [_held_against(row, daily, crisis) for row in group.iter_rows(named=True)]
    return rows


def _daily(run: Run, indicator: str, where: str, crisis: Crisis) -> Floats:
    """Return people of an indicator at a place or over an area, [member, day]."""
    shape = run.about["members"], run.about["days"]
    named = {"area" if where in crisis.areas else "place": where}
    return run.series(indicator, **named)["people"].to_numpy().astype(np.float64).reshape(shape)


def _held_against(row: dict[str, Any], daily: Floats, crisis: Crisis) -> dict[str, Any]:
    day, first = ((row[name] - crisis.start).days for name in ("date", "since"))
    people = daily[:, day] if row["indicator"] == "stock" else daily[:, max(0, first) : day + 1].sum(axis=1)
    p5, p50, p95 = (float(q) for q in np.quantile(people, (0.05, 0.5, 0.95)))
    low, high = (row["people"] if row[name] is None else row[name] for name in ("low", "high"))
    return {
        "indicator": row["indicator"],
        "where": row["where"],
        "date": row["date"],
        "source": row["source"],
        "people": row["people"],
        "low": low,
        "high": high,
        "mean": float(people.mean()),
        "p5": p5,
        "p50": p50,
        "p95": p95,
        "inside": low <= p95 and high >= p5,
    }


def _kept(crisis: Crisis) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Which counts are scored: of these indicators, in the period, and no stock of its first day."""
    given = (pl.col("indicator") == "stock") & (pl.col("date") == crisis.start)
    return pl.col("indicator").is_in(INDICATORS), pl.col("date").is_between(crisis.start, crisis.end), ~given


def _left_out(counts: pl.DataFrame, crisis: Crisis) -> dict[str, int]:
    ours, inside, later = _kept(crisis)
    other = counts.filter(~ours).group_by("indicator").len().sort("indicator").rows()
    found = {f"of {kind}, which this score does not hold against a run": int(n) for kind, n in other}
    found["outside the period"] = counts.filter(ours, ~inside).height
    found["of stock on the first day, which the run is given"] = counts.filter(ours, inside, ~later).height
    return {why: n for why, n in found.items() if n}
