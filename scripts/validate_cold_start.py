"""Write docs/validation/cold-start.md: totals and shares of known crises predicted with no count known.

    python scripts/validate_cold_start.py CRISIS... [--members 100] [--json ROWS.json]

CRISIS is a bundled crisis, a crisis folder or a Flee folder; ``--json`` keeps the rows. The
errors of crises that the population of parameters was fitted on, each left out, go into its file.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from onward.inference.cold_cases import read_cold_case
from onward.inference.cold_start import MODELS, cold_start
from onward.model.posterior import posterior_from_json

PAGE = Path(__file__).parents[1] / "docs" / "validation" / "cold-start.md"
POPULATION = Path(__file__).parents[1] / "src" / "onward" / "model" / "population.json"
INTRO = PAGE.with_suffix(".intro.md")
Row = dict[str, Any]


def summary(rows: list[Row]) -> str:
    """Return the aims and what is measured against them."""
    totals = [row for row in rows if row["kind"] == "total"]
    close = sum(abs(row["error"]) <= math.log(2) for row in totals) / len(totals)
    inside = sum(row["p5"] <= row["truth"] <= row["p95"] for row in totals) / len(totals)
    lines = [
        "| measure | aim | measured |\n|---|---|---|\n",
        f"| totals within a factor of 2 | 70 % | {close:.0%} of {len(totals)} |\n",
        f"| totals inside the 90 % interval | 80 - 97 % | {inside:.0%} |\n",
    ]
    for model in MODELS:
        errors = [row["error"] for row in rows if row["kind"] == "shares" and row["model"] == model]
        if errors:
            wanted = "20 % below the best other" if model == "onward" else ""
            lines.append(
                f"| mean error of shares, {model.replace('_', ' ')} | {wanted} | {sum(errors) / len(errors):.3f} of {len(errors)} |\n"
            )
    return "".join(lines)


def paired(rows: list[Row]) -> str:
    """Return mean errors of shares where Flee's rules ran too, so that all rules are held against the same."""
    with_flee = {(r["crisis"], r["horizon"]) for r in rows if r["model"] == "flee"}
    lines = ["| model | mean error where Flee's rules ran |\n|---|---|\n"]
    for model in MODELS:
        errors = [
            r["error"]
            for r in rows
            if r["kind"] == "shares" and r["model"] == model and (r["crisis"], r["horizon"]) in with_flee
        ]
        if errors:
            lines.append(f"| {model.replace('_', ' ')} | {sum(errors) / len(errors):.3f} |\n")
    return "".join(lines)


def totals_table(rows: list[Row]) -> str:
    """Return every total."""
    lines = ["| crisis | day | counted | 5 % | 50 % | 95 % | 50 % / counted |\n|---|---|---|---|---|---|---|\n"]
    for row in rows:
        if row["kind"] == "total":
            figures = " | ".join(f"{float(f'{row[k]:.3g}'):,.0f}" for k in ("truth", "p5", "p50", "p95"))
            lines.append(f"| {row['crisis']} | {row['horizon']} | {figures} | {math.exp(row['error']):.2f} |\n")
    return "".join(lines)


def shares_table(rows: list[Row]) -> str:
    """Return every error of shares."""
    lines = [
        f"| crisis | day | n | {' | '.join(m.replace('_', ' ') for m in MODELS)} |\n|{'---|' * (3 + len(MODELS))}\n"
    ]
    found: dict[tuple[str, int, int], dict[str, float]] = {}
    for row in rows:
        if row["kind"] == "shares":
            found.setdefault((row["crisis"], row["horizon"], row["n"]), {})[row["model"]] = row["error"]
    for (crisis, day, n), errors in found.items():
        cells = " | ".join(f"{errors[m]:.2f}" if m in errors else "" for m in MODELS)
        lines.append(f"| {crisis} | {day} | {n} | {cells} |\n")
    return "".join(lines)


def add_errors(rows: list[Row]) -> None:
    """Add to the population's file the leave-one-out errors of each crisis that it was fitted on.

    Mean absolute log error of totals, mean error of shares; `onward check` cites them.
    """
    known = posterior_from_json(POPULATION.read_text("utf-8"), POPULATION.name)
    errors = {}
    for name in known.leave_one_out:
        mine = [row for row in rows if row["model"] == "onward" and row["crisis"] == name]
        found = {kind: [abs(row["error"]) for row in mine if row["kind"] == kind] for kind in ("total", "shares")}
        if all(found.values()):
            errors[name] = {kind: round(sum(each) / len(each), 4) for kind, each in found.items()}
    POPULATION.write_text(replace(known, errors=errors).to_json(), encoding="utf-8")


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crises", nargs="+")
    parser.add_argument("--members", type=int, default=100)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = cold_start([read_cold_case(c) for c in given.crises], members=given.members, workers=os.cpu_count() or 1)
    if POPULATION.is_file():
        add_errors(rows)
    if given.json:
        given.json.write_text(json.dumps({"rows": rows}, indent=1), encoding="utf-8")
    parts = [INTRO.read_text("utf-8").rstrip(), "## Measured against the aims", summary(rows), "## Where Flee's rules ran", paired(rows),
             "## Totals", totals_table(rows), "## Shares", shares_table(rows)]  # fmt: skip
    PAGE.write_text("\n\n".join(part.rstrip() for part in parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
