"""Compare the smoother's posterior of two crises with ABC-SMC on the real model, and write docs/validation/posterior.md.

    python scripts/check_posterior.py CRISIS CRISIS [--particles 800]

Four parameters are free, the others at the medians of their priors; each crisis is fitted alone. ABC-SMC (Beaumont et al.
2009) runs *expected* itself, with a Gaussian kernel whose width ends at the error of the figures (Wilkinson 2013): then it
has the exact posterior but for its number of particles. Also recovers known parameters: figures that a run itself gave.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from onward.inference.calibrate import assimilate, evaluate
from onward.inference.cold_cases import read_cold_case
from onward.inference.emulator import fit_emulator
from onward.inference.fit_targets import FitCase, fit_case
from onward.typing import Floats

PAGE = Path(__file__).parents[1] / "docs" / "validation" / "posterior.md"
FREE = ("attack_weight", "dilution", "choice_foreign", "choice_camp")
#: widths of the kernel against the error of the figures, waves of the smoother, its members
WIDTHS, WAVES, MEMBERS = (4.0, 2.0, 1.0), 6, 400
#: scores that a run is made at whose figures are then fitted
KNOWN = np.array([0.8, 0.5, -0.6, 0.4])


def run(case: FitCase, scores: Floats) -> Floats:
    """Return the figures of runs, shape (runs, figures)."""
    return evaluate([case], scores[:, None, :], FREE, 1)[0]


def smoothed(case: FitCase, seed: int, runs: int) -> Floats:
    """Return draws of the posterior by emulator and ES-MDA, shape (draws, parameters)."""
    rng, k = np.random.default_rng(seed), len(FREE)
    scores = rng.standard_normal((runs, k))
    emulator = fit_emulator(scores, run(case, scores))
    known = replace(case, deviation=np.sqrt(case.deviation**2 + emulator.rest))
    draws, covariance = np.zeros((MEMBERS, 2, k)), np.eye(2 * k)
    draws[:, 0] = rng.standard_normal((MEMBERS, k))
    for _ in range(WAVES):
        said = emulator.said(draws[:, 0])
        draws, covariance = assimilate([known], [said], draws, covariance, np.zeros(k), WAVES, rng)
    return draws[:, 0]


def abc(case: FitCase, seed: int, particles: int) -> tuple[Floats, Floats]:
    """Return particles and weights of ABC-SMC, and how many particles they are worth."""
    rng, k = np.random.default_rng(seed), len(FREE)
    now, weight = rng.standard_normal((3 * particles, k)), np.ones(3 * particles)
    density = np.exp(-0.5 * (now**2).sum(axis=1))
    for width in WIDTHS:
        error = (run(case, now) - case.counted) / (width * case.deviation)
        log = -0.5 * (error**2).sum(axis=1) - 0.5 * (now**2).sum(axis=1) - np.log(density)
        weight = np.exp(log - log.max())
        weight /= weight.sum()
        if width == WIDTHS[-1]:
            break
        mean = weight @ now
        spread = 2.0 * (now - mean).T @ (weight[:, None] * (now - mean)) + 1e-6 * np.eye(k)
        old, at = now, rng.choice(len(now), size=particles, p=weight)
        now = now[at] + rng.multivariate_normal(np.zeros(k), spread, size=particles)
        away = np.einsum("ijk,kl,ijl->ij", now[:, None] - old, np.linalg.inv(spread), now[:, None] - old)
        density = np.exp(-0.5 * away) @ weight / np.sqrt(np.linalg.det(spread))
    return now, weight


def table(case: FitCase, particles: int, seed: int) -> list[str]:
    """Return rows of mean and deviation by each way."""
    draws, (points, weight) = smoothed(case, seed, particles), abc(case, seed, particles)
    mean = weight @ points
    wide = np.sqrt(weight @ (points - mean) ** 2)
    worth = 1.0 / (weight**2).sum()
    return [
        f"| {case.name} | {name} | {draws[:, i].mean():+.2f} +- {draws[:, i].std():.2f} | "
        f"{mean[i]:+.2f} +- {wide[i]:.2f} | {worth:.0f} |"
        for i, name in enumerate(FREE)
    ]


def recovery(case: FitCase, particles: int, seed: int) -> list[str]:
    """Return rows of known scores against those found from the figures of a run made with them."""
    rng = np.random.default_rng(seed)
    said = run(case, KNOWN[None])[0]
    draws = smoothed(
        replace(case, counted=said + 0.5 * case.deviation * rng.standard_normal(said.shape)), seed, particles
    )
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    return [
        f"| {case.name} | {name} | {KNOWN[i]:+.2f} | {low[i]:+.2f} to {high[i]:+.2f} | {'yes' if low[i] <= KNOWN[i] <= high[i] else 'no'} |"
        for i, name in enumerate(FREE)
    ]


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crises", nargs=2)
    parser.add_argument("--particles", type=int, default=800)
    given = parser.parse_args()
    cases = [fit_case(case, case.whole.hash) for case in map(read_cold_case, given.crises)]
    rows = [row for case in cases for row in table(case, given.particles, 1)]
    known = [row for case in cases for row in recovery(case, given.particles, 2)]
    parts = [
        "# The posterior compared with ABC-SMC, and known parameters recovered",
        "Each crisis is fitted alone, with four free parameters (as normal scores: 0 +- 1 before any count), on the real model. The page is made by\n"
        "`python scripts/check_posterior.py CRISIS CRISIS`. *Smoother* is the method of [calibration](calibration.md). *ABC-SMC* uses runs of the engine\n"
        "*expected* directly; its final kernel is as wide as the error of the figures, so it is exact except for the limited number of particles. The last\n"
        "column is the effective number of particles.",
        "| crisis | parameter | smoother | ABC-SMC | effective particles |\n|---|---|---|---|---|\n" + "\n".join(rows),
        "## Known parameters",
        "The figures of a run with known scores, with errors half as wide as assumed, are fitted as if they had been counted.",
        "| crisis | parameter | known | 5 % to 95 % found | inside |\n|---|---|---|---|---|\n" + "\n".join(known),
    ]
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
