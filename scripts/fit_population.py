"""Fit the population of parameters that comes with Onward, and write docs/validation/calibration.md.

    python scripts/fit_population.py CRISIS... [--draws 40] [--waves 2] [--generations 6] [--members 60]

An interrupted fit is resumed. The page says what was fitted, and the errors of each crisis when it was left out.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import ndtr

from onward.inference.calibrate import Plan
from onward.inference.calibrate_crises import calibrate
from onward.inference.cold_cases import read_cold_case
from onward.inference.cold_start import cold_start
from onward.model.parameters import declared
from onward.model.posterior import Posterior

ROOT = Path(__file__).parents[1]
FILE = ROOT / "src" / "onward" / "model" / "population.json"
PAGE = ROOT / "docs" / "validation" / "calibration.md"


def parameter_table(found: Posterior) -> str:
    """Return each parameter's population beside its prior."""
    lines = [
        "| parameter | prior 5 - 50 - 95 % | population 5 - 50 - 95 % | point fit | spread between crises |\n|---|---|---|---|---|\n"
    ]
    width = np.sqrt(found.population.centre.var(axis=0) + found.population.spread**2)
    for k, name in enumerate(found.population.names):
        row, middle = declared()[name], float(found.population.centre[:, k].mean())
        prior = " - ".join(f"{row.quantile(level):.3g}" for level in (0.05, 0.5, 0.95))
        population = " - ".join(f"{row.quantile(float(ndtr(middle + z * width[k]))):.3g}" for z in (-1.645, 0.0, 1.645))
        point = f"{row.quantile(float(ndtr(found.point[name]))):.3g}"
        lines.append(f"| {name} | {prior} | {population} | {point} | {found.population.spread[k]:.2f} |\n")
    return "".join(lines)


def errors_of(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return for each crisis the mean absolute log error of totals and the mean error of shares."""
    totals: dict[str, list[float]] = defaultdict(list)
    shares: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row["model"] == "onward":
            (totals if row["kind"] == "total" else shares)[row["crisis"]].append(abs(row["error"]))
    both = sorted(set(totals) & set(shares))
    return {
        name: {"total": round(float(np.mean(totals[name])), 4), "shares": round(float(np.mean(shares[name])), 4)}
        for name in both
    }


def error_table(errors: dict[str, dict[str, float]]) -> str:
    """Return the errors of each crisis when it was left out."""
    lines = ["| crisis left out | totals off by a factor of | error of shares |\n|---|---|---|\n"]
    for name, found in errors.items():
        lines.append(f"| {name} | {math.exp(found['total']):.2f} | {found['shares']:.2f} |\n")
    return "".join(lines)


def main() -> None:
    """Fit, judge, and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crises", nargs="+")
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--waves", type=int, default=2)
    parser.add_argument("--generations", type=int, default=6)
    parser.add_argument("--members", type=int, default=60)
    given = parser.parse_args()
    workers = os.cpu_count() or 1
    plan = Plan(given.draws, given.waves, given.generations, 10, workers=workers)
    begin = time.process_time()
    found = calibrate(
        given.crises, out=FILE, plan=plan, progress=lambda stage, done, of: print(f"{done} of {of}", flush=True)
    )
    took = time.process_time() - begin
    cases = [read_cold_case(crisis) for crisis in given.crises]
    rows = cold_start(cases, members=given.members, workers=workers, flee=False, posterior=found)
    errors = errors_of(rows)
    FILE.write_text(replace(found, errors=errors).to_json(), encoding="utf-8")
    PAGE.write_text(
        "\n\n".join([
            PAGE.with_suffix(".intro.md").read_text("utf-8").rstrip(),
            f"{given.draws} draws, {given.waves} waves, {given.generations} generations of 10; {took:.0f} CPU seconds since the last start.",
            "## The population", parameter_table(found).rstrip(), "## Each crisis left out", error_table(errors).rstrip(),
        ]) + "\n", encoding="utf-8",
    )  # fmt: skip


if __name__ == "__main__":
    main()
