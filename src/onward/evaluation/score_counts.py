"""Score a run against what was counted, on days really counted only.

No figure is interpolated. Each count stands beside the run's mean and 90 % interval on its own day, for its own place
or area; what accumulates does so from the count's first day. Quantities are those of `onward.simulation.observables`.
Stocks of the first day are left out, for a run is given them, and so are people who left home where they were given.
Counts that are left out are reported with the reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.errors import ParameterError
from onward.evaluation.counts import Row, counts_beside
from onward.simulation.record import coverage_of
from onward.simulation.run import Run
from onward.typing import Floats

#: indicators of counts, in the order in which they are reported
INDICATORS = ("stock", "arrivals", "displaced", "departures", "returned")
#: indicators of people who leave home, of whom agencies count a share
_COVERED = ("displaced", "departures")


@dataclass(frozen=True)
class CountScore:
    """The comparison of a run with observed counts.

    ``counts`` has one row a count: indicator, where, date, source, people, low, high, mean, p5, p50, p95, inside
    (whether the count, or part of its range, lies in the 90 % interval). ``left_out`` says how many counts were not
    scored and why. ``coverage`` is the share of those who leave home whom agencies count, the median of the members;
    figures of displaced people and departures are of that share.
    """

    counts: pl.DataFrame
    members: int
    left_out: dict[str, int]
    coverage: float | None = None

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
        """Return the score in its JSON form."""
        return {
            "rules": "onward",
            "members": self.members,
            "real_counts": {"places": self.places().to_dicts(), "left_out": self.left_out, "coverage": self.coverage},
        }

    def lines(self) -> list[str]:
        """Return the score in words, one line per indicator."""
        lines = []
        for name in INDICATORS:
            rows = self.counts.filter(indicator=name)
            if rows.height:
                lines.append(self._line(name, rows))
        return lines + [f"Left out: {n} counts, {why}." for why, n in self.left_out.items()]

    def _line(self, name: str, rows: pl.DataFrame) -> str:
        apart, people = (rows["mean"] - rows["people"]).to_numpy(), float(rows["people"].sum())
        errors = f"mean absolute error {np.abs(apart).mean():,.0f} people, bias {apart.mean():+,.0f}"
        relative = f", relative error {np.abs(apart).sum() / people:.4f}" if people else ""
        inside = f"; {rows['inside'].sum()} of them in the run's 90 % interval" if self.members > 1 else ""
        share = f" Agencies count {self.coverage:.0%} of them (coverage)." if self._covers(name) else ""
        counts = "1 real count" if rows.height == 1 else f"{rows.height} real counts"
        return f"On the {counts} of {name} only, nothing interpolated: {errors}{relative}{inside}.{share}"

    def _covers(self, name: str) -> bool:
        return name in _COVERED and self.coverage is not None


def score_counts(run: Run, crisis: Crisis) -> CountScore:
    """Score a run against its crisis's counts on the days they were made.

    Examples
    --------
    >>> import onward
    >>> crisis = onward.read_crisis("aleppo-2016")
    >>> run = onward.simulate(crisis, engine="expected", members=1)
    >>> score_counts(run, crisis).lines()[0][:31]
    'On the 2 real counts of stock o'
    """
    rows, left_out = _compare_counts(run, crisis)
    if not rows:
        raise ParameterError(
            f"{run.about['crisis']}: there is no count in the period that the run was not given, so there is "
            "nothing to score the run against. Add counts to counts.csv of the crisis and run it again."
        )
    frame = pl.DataFrame(rows, infer_schema_length=None)
    order = pl.col("indicator").cast(pl.Enum(INDICATORS))
    coverage = float(np.median(coverage_of(run)))
    return CountScore(
        frame.sort(order, "where", "date"), int(run.about["members"]), dict(left_out),
        None if np.isnan(coverage) else coverage,
    )  # fmt: skip


def compare_counts(run: Run, crisis: Crisis) -> list[dict[str, Any]]:
    """Return each count that can be scored, with the figures of the run: mean, p5, p50, p95 and inside."""
    return _compare_counts(run, crisis)[0]


def _compare_counts(run: Run, crisis: Crisis) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Split the counts into those that can be scored and the reasons why the others cannot."""
    rows, left_out = [], Counter[str]()
    for row, people in counts_beside(run, crisis):
        why = _left_out(row, people, run, crisis)
        if why is None:
            rows.append(_row(row, people))
        else:
            left_out[why] += 1
    return rows, left_out


def _row(row: Row, people: Floats) -> dict[str, Any]:
    p5, p50, p95 = (float(q) for q in np.quantile(people, (0.05, 0.5, 0.95)))
    low, high = (row["people"] if row[name] is None else row[name] for name in ("low", "high"))
    return {
        "indicator": row["indicator"],
        "where": row["place"] or row["area"],
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


def _left_out(row: Row, people: Floats, run: Run, crisis: Crisis) -> str | None:
    """Return why a count is not scored, or None if it is."""
    if not crisis.start <= row["date"] <= crisis.end:
        return "outside the period"
    if row["indicator"] == "stock" and row["date"] == crisis.start:
        return "of stock on the first day, which the run is given"
    if row["indicator"] in _COVERED and run.about.get("given_totals"):
        return f"of {row['indicator']}, which the run was given"
    return f"of {row['indicator']}, which this run cannot say" if np.isnan(people).any() else None
