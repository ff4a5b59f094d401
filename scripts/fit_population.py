"""Fit the population of parameters that comes with Onward: its file and docs/validation/calibration.md.

    python scripts/fit_population.py CRISIS... [--draws 200]

An interrupted fit is resumed. Then scripts/validate_cold_start.py judges it, each crisis by the set without it, and adds
those errors to the file.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
from scipy.special import ndtr

from onward.inference.calibrate import Plan
from onward.inference.calibrate_crises import calibrate
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


def write_page(found: Posterior, work: str) -> None:
    """Write the page with the population's table."""
    parts = [
        PAGE.with_suffix(".intro.md").read_text("utf-8").rstrip(),
        work,
        "## The population",
        parameter_table(found).rstrip(),
    ]
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def main() -> None:
    """Fit, and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crises", nargs="+")
    parser.add_argument("--draws", type=int, default=Plan.draws)
    given = parser.parse_args()
    plan = Plan(draws=given.draws, workers=os.cpu_count() or 1)
    found = calibrate(
        given.crises, out=FILE, plan=plan, progress=lambda stage, done, of: print(f"{done} of {of}", flush=True)
    )
    write_page(
        found,
        f"{plan.draws} runs of each crisis, {plan.waves} waves with {plan.ensemble} members, "
        f"{plan.generations} generations of {plan.population}.",
    )


if __name__ == "__main__":
    main()
