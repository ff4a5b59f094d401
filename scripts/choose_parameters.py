"""Fit the parameters of the bundled crisis to its counts, all at once and under their priors.

    pip install cma && python scripts/choose_parameters.py [--minutes 12] [--begin FILE]

Prints each parameter's value and how far from its prior's centre it lies, in prior standard deviations. What is
minimised is told in docs/validation/aleppo-2016.md. It begins at the priors' centres, or goes on from what it printed
before. Results depend on the time given and on the machine's pace.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cma
import numpy as np
from scipy.special import expit, logit, ndtr

import onward
from onward.evaluation.counts import build_counts, misfit
from onward.model.build import build_model
from onward.model.parameters import Parameter, declared
from onward.simulation.member import Settings, run_one
from onward.simulation.settings import make_settings

MEMBERS, SEED = 5, 20160115
#: degrees of freedom of the misfit: sources contradict each other
FREEDOM = 4.0
NOT_FITTED = ("return_calm_days", "input_correlation")


def value(parameter: Parameter, z: float) -> float:
    """Return the parameter at normal score ``z`` of its prior, cut to its range."""
    a, b = parameter.prior_centre, parameter.prior_spread
    at = {
        "lognormal": lambda: a * np.exp(b * z),
        "normal": lambda: a + b * z,
        "logitnormal": lambda: expit(logit(a) + b * z),
        "uniform": lambda: a + (b - a) * ndtr(z),
    }[parameter.prior]()
    return float(np.clip(at, parameter.low, parameter.high))


def main() -> None:
    """Fit, and print the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=12.0)
    parser.add_argument("--begin", type=Path)
    given = parser.parse_args()
    until = time.monotonic() + 60 * given.minutes
    crisis = onward.read_crisis("aleppo-2016")
    model = build_model(crisis)
    counts = build_counts(crisis, model.network)
    fitted = [p for p in declared().values() if p.prior != "fixed" and p.name not in NOT_FITTED]

    def settings(scores: np.ndarray) -> Settings:
        overrides = {p.name: value(p, z) for p, z in zip(fitted, scores, strict=True)}
        return make_settings(crisis, members=MEMBERS, seed=SEED, overrides=overrides)

    def loss(job: tuple[Settings, int]) -> float:
        how, member = job
        result = run_one(model, how, member)[0].result
        coverage = float(str(how.overrides["coverage"]))
        said = [misfit(count, result, model.network, coverage) for count in counts]
        errors = np.array([error for error in said if error is not None])
        return float(0.5 * (FREEDOM + 1) * np.log1p(errors**2 / FREEDOM).sum())

    begin, step = np.zeros(len(fitted)), 0.5
    if given.begin:
        rows = [line.split() for line in given.begin.read_text("utf-8").splitlines()]
        scores = {row[0]: float(row[2]) for row in rows if len(row) == 3}
        begin, step = np.array([scores[p.name] for p in fitted]), 0.25
    search = cma.CMAEvolutionStrategy(begin, step, {"popsize": 12, "seed": 3, "verbose": -9})
    with ThreadPoolExecutor(2) as pool:
        while time.monotonic() < until:
            tried = search.ask()
            jobs = [(how, member) for how in map(settings, tried) for member in range(MEMBERS)]
            losses = np.array(list(pool.map(loss, jobs))).reshape(len(tried), MEMBERS).mean(axis=1)
            search.tell(tried, [float(one + 0.5 * np.square(z).sum()) for one, z in zip(losses, tried, strict=True)])
    print(f"objective {search.result.fbest:.2f} after {search.result.evaluations} sets")
    for parameter, z in zip(fitted, search.result.xfavorite, strict=True):
        print(f"{parameter.name:28s} {value(parameter, z):10.3g}  {z:+.2f}")


if __name__ == "__main__":
    main()
