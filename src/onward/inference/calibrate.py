"""Calibration over several crises: a population of parameters, each crisis's own, and sets that leave one crisis out.

Model of the parameters, in normal scores of their priors: crisis c has ``mean + spread * effect_c``; the mean has the
prior N(0, 1), the effects are N(0, 1) between crises. Each crisis is run by the *expected* engine at draws from these
priors, and an emulator of its figures is fitted to those runs; all else asks the emulators. A point fit of the mean is
made by CMA-ES (Hansen 2016, package ``cma``). The posterior of mean and effects is made by ensemble smoothing with
multiple data assimilation (ES-MDA: Emerick & Reynolds 2013; an ensemble Kalman inversion, Iglesias, Law & Stuart 2013).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from onward.errors import CalibrationError
from onward.inference.emulator import Emulator, fit_emulator
from onward.inference.fit_targets import FitCase
from onward.model.posterior import Distribution, Posterior
from onward.typing import Floats, Progress

#: what totals and shares of cold starts are sensitive to (docs/validation/calibration.md)
FITTED = (
    "attack_weight", "conflict_day_attacks", "conflict_day_reach", "dilution", "habituation", "war_weariness",
    "choice_camp", "choice_foreign",
    "choice_population", "choice_near_km", "choice_city", "choice_town", "choice_village",
    "immobile_share", "kernel_km",
)  # fmt: skip
#: spread between crises before any data, in standard deviations of the prior, and the crises that it weighs as much as:
#: from 0.05 to 0.5 they say about as much of totals left out (docs/validation/calibration.md)
SPREAD, SPREAD_WEIGHT = 0.2, 3.0
#: variance of scores below which the draws say nothing of a slope (own choice)
RIDGE = 0.02
#: weight of heavy tails in the point fit: degrees of freedom
FREEDOM = 4.0
#: draws of a posterior that are kept
KEPT = 100
#: runs of a crisis that are one step of a calibration that can be stopped
BLOCK = 25
SEED = 20230415
#: a store of finished steps by name: a calibration that was stopped takes them from it
Store = dict[str, Floats]


@dataclass(frozen=True)
class Plan:
    """How much work a calibration does.

    ``draws``: runs of each crisis; ``ensemble`` and ``waves``: of the smoother; ``generations`` of so many
    (``population``): of the point fit.
    """

    draws: int = 900
    ensemble: int = 1000
    waves: int = 6
    generations: int = 60
    population: int = 16
    seed: int = SEED
    workers: int = 1
    fitted: tuple[str, ...] = FITTED


@dataclass
class _Work:
    """The crises, the plan, the finished runs, and the callback for progress."""

    cases: Sequence[FitCase]
    plan: Plan
    store: Store
    save: Callable[[Store], None]
    progress: Progress | None
    done: int = 0
    all: int = 0

    def tell(self, runs: int) -> None:
        self.done += runs
        if self.progress is not None:
            self.progress("fit", min(self.done, self.all), self.all)

    def step(self, name: str, runs: int, make: Callable[[], Floats]) -> Floats:
        """Return a step's result, from the store if it was made before."""
        if name not in self.store:
            self.store[name] = make()
            self.save(self.store)
        self.tell(runs)
        return self.store[name]


def calibrate_cases(
    cases: Sequence[FitCase], plan: Plan, *, leave_one_out: bool = True, store: Store | None = None,
    save: Callable[[Store], None] = lambda store: None, progress: Progress | None = None,
) -> Posterior:  # fmt: skip
    """Fit crises together and return the `Posterior`.

    Parameters
    ----------
    cases
        From `onward.inference.fit_targets.fit_case`, at least two with counts; names must differ.
    plan
        How much work is done; the result depends on it and not on the number of workers.
    leave_one_out
        Whether the population is fitted without each crisis too (needs three crises).
    store, save
        Steps done before, and what keeps them.
    progress
        Called with ``fit``, runs of a crisis done, and in all.

    Returns
    -------
    Posterior
        Its ``errors`` are empty: they are measured by cold starts with its leave-one-out sets.
    """
    _check(cases)
    variants = [None, *(case.name for case in cases)] if leave_one_out and len(cases) > 2 else [None]
    work = _Work(cases, plan, {} if store is None else store, save, progress)
    work.all = plan.draws * len(cases)
    emulators = dict(zip((case.name for case in cases), _emulators(work), strict=True))
    point = _point_fit(cases, list(emulators.values()), plan)
    populations: dict[str | None, Distribution] = {}
    own: dict[str, Distribution] = {}
    for variant in variants:
        chosen = [case for case in cases if case.name != variant]
        draws, spread = _smooth(cases, [case in chosen for case in cases], emulators, plan)
        draws = draws[:: max(1, plan.ensemble // KEPT)]
        hashes = {case.name: case.crisis_hash for case in chosen}
        populations[variant] = Distribution(plan.fitted, draws[:, 0], spread, hashes)
        if variant is None:
            zero = np.zeros(len(plan.fitted))
            for c, case in enumerate(chosen):
                own[case.name] = Distribution(plan.fitted, draws[:, 0] + spread * draws[:, 1 + c], zero, hashes)
    left_out = {name: found for name, found in populations.items() if name is not None}
    return Posterior(populations[None], own, left_out, point, {}, {})


def _check(cases: Sequence[FitCase]) -> None:
    names = [case.name for case in cases]
    wrong = [f"{case.name}: nothing was counted near day 30, 60 or 90." for case in cases if not len(case.counted)]
    wrong += [f"{name}: given more than once." for name in sorted({n for n in names if names.count(n) > 1})]
    if len(cases) < 2:
        wrong.append("one crisis says nothing of the spread between crises. Give two or more.")
    if wrong:
        raise CalibrationError("\n".join(wrong))


def evaluate(cases: Sequence[FitCase], scores: Floats, names: Sequence[str], workers: int) -> list[Floats]:
    """Run each crisis at its scores; ``scores[j, c]`` are draw j's of crisis c. Return ``[j, figures]`` for each."""
    centre = Distribution(tuple(names), np.zeros((1, len(names))), np.zeros(len(names)), {})

    def one(job: tuple[int, int]) -> Floats:
        j, c = job
        return cases[c].said(centre.values(scores[j, c]))

    jobs = [(j, c) for c in range(len(cases)) for j in range(len(scores))]
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(one, jobs))
    return [np.array(found[c * len(scores) : (c + 1) * len(scores)]) for c in range(len(cases))]


def _emulators(work: _Work) -> list[Emulator]:
    """Run each crisis at draws from the priors of mean and effects, and fit an emulator to it."""
    plan, cases = work.plan, work.cases
    rng = np.random.default_rng([plan.seed, 0])
    scores = np.hypot(1.0, SPREAD) * rng.standard_normal((plan.draws, len(plan.fitted)))
    edges = [*range(0, plan.draws, BLOCK), plan.draws]
    found = []
    for case in cases:
        parts = []
        for begin, end in itertools.pairwise(edges):

            def run(case: FitCase = case, some: Floats = scores[begin:end]) -> Floats:
                return evaluate([case], some[:, None, :], plan.fitted, plan.workers)[0]

            parts.append(work.step(f"{case.name}-{begin}", end - begin, run))
        found.append(fit_emulator(scores, np.vstack(parts)))
    return found


def _point_fit(cases: Sequence[FitCase], emulators: Sequence[Emulator], plan: Plan) -> Mapping[str, float]:
    """Return the scores that all crises like best together, by CMA-ES, with the misfit they have."""
    import cma

    options = {"popsize": plan.population, "seed": plan.seed % 2**31, "verbose": -9}
    search = cma.CMAEvolutionStrategy(np.zeros(len(plan.fitted)), 0.5, options)
    for _ in range(plan.generations):
        tried = np.array(search.ask())
        said = [emulator.said(tried) for emulator in emulators]
        search.tell(list(tried), (_losses(cases, said) + 0.5 * np.square(tried).sum(axis=1)).tolist())
    best = dict(zip(plan.fitted, search.result.xbest, strict=True))
    return {**{name: float(z) for name, z in best.items()}, "misfit": float(search.result.fbest)}


def _losses(cases: Sequence[FitCase], said: Sequence[Floats]) -> Floats:
    """Return half the sum of heavy-tailed squares of standardised errors of each draw."""
    loss = np.zeros(len(said[0]))
    for case, figures in zip(cases, said, strict=True):
        error = (figures - case.counted) / case.deviation
        loss += 0.5 * (FREEDOM + 1) * np.log1p(error**2 / FREEDOM).sum(axis=1)
    return loss


def _smooth(
    everyone: Sequence[FitCase], chosen: Sequence[bool], emulators: Mapping[str, Emulator], plan: Plan
) -> tuple[Floats, Floats]:
    """Return draws ``[j, 1 + c, k]`` (mean, then effects) of the chosen crises and spread ``[k]`` after all waves.

    All choices begin with the same draws. What an emulator does not say joins the errors.
    """
    k = len(plan.fitted)
    rng, noise = (np.random.default_rng([plan.seed, n]) for n in (1, 2))
    draws = rng.standard_normal((plan.ensemble, 1 + len(everyone), k))
    draws -= draws.mean(axis=0)
    draws = draws[:, np.flatnonzero([True, *chosen])]
    cases, spread = [case for case, kept in zip(everyone, chosen, strict=True) if kept], np.full(k, SPREAD)
    known = [replace(case, deviation=np.sqrt(case.deviation**2 + emulators[case.name].rest)) for case in cases]
    covariance = np.eye(draws[0].size)
    for _ in range(plan.waves):
        said = [emulators[case.name].said(draws[:, 0] + spread * draws[:, 1 + c]) for c, case in enumerate(cases)]
        draws, covariance = assimilate(known, said, draws, covariance, spread, plan.waves, noise)
        wider = between(draws[:, 1:], spread)
        scale = np.concatenate([np.ones(k), *[spread / wider] * len(cases)])
        draws, covariance = draws * scale.reshape(draws[0].shape), covariance * np.outer(scale, scale)
        spread = wider
    return draws, spread


def assimilate(
    cases: Sequence[FitCase], said: Sequence[Floats], draws: Floats, covariance: Floats, spread: Floats, waves: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Move draws towards the counts: one wave of ES-MDA, with errors inflated by the number of waves.

    ``draw += P H' (H P H' + waves R)^-1 (counted + sqrt(waves) error - said)``. A crisis's figures depend on its own
    scores only, so their sensitivities are regressed over the draws (as in ensemble randomised maximum likelihood,
    Gu & Oliver 2007), and H and the covariance P of mean and effects have no spurious parts that so few draws would
    give. What the regression leaves joins the errors R: there a straight line says little.

    Parameters
    ----------
    cases, said
        The crises, and for each what the draws say, shape (draws, figures).
    draws
        Mean and effects, shape (draws, 1 + crises, parameters).
    covariance
        Of one draw laid flat.
    spread
        Between crises, shape (parameters,).
    waves
        Number of waves in all.
    rng
        For the perturbed counts.

    Returns
    -------
    tuple of arrays
        The new draws and covariance.
    """
    k = draws.shape[2]
    rows, errors, gaps = [], [], []
    for c, (case, figures) in enumerate(zip(cases, said, strict=True)):
        slope, rest = sensitivity(draws[:, 0] + spread * draws[:, 1 + c], figures)
        row = np.zeros((len(slope), draws[0].size))
        row[:, :k], row[:, (1 + c) * k : (2 + c) * k] = slope, slope * spread
        rows.append(row)
        errors.append(waves * case.deviation**2 + rest)
        gaps.append(case.counted + np.sqrt(waves) * case.deviation * rng.standard_normal(figures.shape) - figures)
    h = np.vstack(rows)
    gain = np.linalg.solve(h @ covariance @ h.T + np.diag(np.concatenate(errors)), h @ covariance).T
    moved = draws + (np.hstack(gaps) @ gain.T).reshape(draws.shape)
    smaller = covariance - gain @ h @ covariance
    return moved, np.asarray(0.5 * (smaller + smaller.T))


def sensitivity(scores: Floats, figures: Floats) -> tuple[Floats, Floats]:
    """Return the slopes of figures by scores over draws, ``[figure, parameter]``, and the variance they leave.

    Ridge regression: directions in which draws hardly differ get no slope (`RIDGE`, as a variance of scores).
    """
    away, said = scores - scores.mean(axis=0), figures - figures.mean(axis=0)
    slope = np.linalg.solve(away.T @ away + RIDGE * len(away) * np.eye(away.shape[1]), away.T @ said).T
    return slope, np.asarray(((said - away @ slope.T) ** 2).mean(axis=0))


def between(effects: Floats, spread: Floats) -> Floats:
    """Return the spread between crises that follows from their effects, shape (parameters,).

    ``s^2 = (w s0^2 + sum over crises of E[(spread effect)^2]) / (w + crises)``, with the prior's s0 = `SPREAD`
    weighing as much as w = 3 crises: an expectation-maximisation step under an inverse-gamma prior.
    """
    square = (spread * effects) ** 2
    found = SPREAD_WEIGHT * SPREAD**2 + square.mean(axis=0).sum(axis=0)
    return np.asarray(np.sqrt(found / (SPREAD_WEIGHT + effects.shape[1])))
