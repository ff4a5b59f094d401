"""The content of run.json: what was run, with which settings, and the main figures."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from onward.evaluation.verdicts import judge_claims
from onward.model.claims import Claim
from onward.model.gates import CLOSED, QUOTA, Gates
from onward.runs import tables
from onward.simulation.conservation import check_conservation
from onward.simulation.near import near_figures
from onward.simulation.run import Run

#: levels of the figures beside a claim
LEVELS = ("p5", "p50", "p95")


def follows_flee(about: Mapping[str, Any]) -> bool:
    """Return whether a run with this run.json follows Flee's rules and not Onward's own.

    Examples
    --------
    >>> follows_flee({"rules": "onward"})
    False
    """
    return bool(about.get("rules") == "flee")


def environment() -> dict[str, Any]:
    """Describe the machine without its name, its user or a path."""
    return {"platform": f"{platform.system()} {platform.machine()}", "cpu_count": os.cpu_count()}


def now() -> str:
    """Return the current time in UTC in ISO 8601 format."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def rules_of(gates: Gates) -> dict[str, dict[str, Any]]:
    """Return the rule at each gate on the last day: its policy and, for a quota, people per day."""
    rules = {}
    for n, name in enumerate(gates.names):
        policy, rule = gates.policy[-1, n], gates.rule[-1, n]
        word = {CLOSED: "closed", QUOTA: "quota"}.get(int(policy), "open")
        rules[name] = {"policy": word, "people_per_day": float(gates.quota[rule, 0]) if rule >= 0 else None}
    return rules


def results(
    run: Run, rules: Mapping[str, Mapping[str, Any]], claims: Sequence[Claim] = (), *, grows: bool = False
) -> dict[str, Any]:
    """Compute the main figures of a run from its tables alone; people as mean, p5, p50 and p95.

    ``grows`` says that people enter the run when they leave home, as under Flee's rules; else they are all there from
    the first day.
    """
    last = tables.last_day(run)
    return {
        "people": check_conservation(run, grows=grows),
        "displaced": _four(tables.displaced_on(run, last).row(0, named=True)),
        "newly_displaced": _four(tables.newly_displaced(run).row(0, named=True)),
        "times": _by(tables.times_on(run, last), "times") or None,
        "stock": _by(tables.stock_on(run, last), "place"),
        "gates": _gates(run, rules),
        "exposure": _exposure(run),
        "flows_top": [
            {"from": row["from_place"], "to": row["to_place"], "people": _round(row["people"])}
            for row in tables.top_flows(run).iter_rows(named=True)
        ],
        **_near(run),
        "claims": judge_claims(claims, run) if claims else [],
    }


def _gates(run: Run, rules: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    last, peak = tables.gates_at_peak(run)
    on_last, passed = _by(last, "gate"), _by(tables.gates_passed(run), "gate")
    return {
        row["gate"]: {
            **rules.get(row["gate"], {}),
            "waiting": on_last[row["gate"]],
            "peak": {"date": row["date"].isoformat(), **_four(row)},
            "passed": passed[row["gate"]],
        }
        for row in peak.iter_rows(named=True)
    }


def _exposure(run: Run) -> list[dict[str, Any]]:
    """Return person-days under attack by holder and state; empty under rules without attacks."""
    if "exposure" not in run.tables:
        return []
    rows = tables.exposure(run).iter_rows(named=True)
    return [{"holder": row["holder"], "state": row["state"], **_four(row)} for row in rows]


def _near(run: Run) -> dict[str, Any]:
    """Return who passed near ground that an actor held; nothing for a run that was not asked."""
    rows = near_figures(run)
    return {"near": rows} if rows else {}


def _by(frame: pl.DataFrame, key: str) -> dict[str, dict[str, float]]:
    return {row[key]: _four(row) for row in frame.iter_rows(named=True)}


def _four(row: Mapping[str, Any]) -> dict[str, float]:
    return {name: _round(row[name]) for name in ("mean", "p5", "p50", "p95")}


def _round(people: float) -> float:
    """Round people to two decimals, because *expected* runs, means and quantiles have fractions."""
    return round(float(people), 2)
