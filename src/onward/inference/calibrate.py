"""Calibration over several crises: a population of parameters, each crisis's own, and sets that leave one crisis out.

Model of the parameters, in normal scores of their priors: crisis c has ``mean + spread * effect_c``; the mean has the
prior N(0, 1), the effects are N(0, 1) between crises. A point fit of the mean is made by CMA-ES (Hansen 2016, package
``cma``). The posterior of mean and effects is made by ensemble smoothing with multiple data assimilation (ES-MDA:
Emerick & Reynolds 2013; an ensemble Kalman inversion, Iglesias, Law & Stuart 2013), all on the *expected* engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from onward.errors import CalibrationError
from onward.inference.fit_targets import FitCase
from onward.model.posterior import Distribution, Posterior
from onward.typing import Floats, Progress

#: what totals and shares of cold starts are sensitive to (docs/validation/calibration.md)
FITTED = (
    "attack_weight", "conflict_day_attacks", "conflict_day_size", "dilution", "habituation", "immobile_share",
    "choice_camp", "choice_foreign", "choice_distance", "choice_population", "choice_danger", "onward_town",
)  # fmt: skip
#: spread between crises before any data, in standard deviations of the prior, and the crises that it weighs as much as
SPREAD, SPREAD_WEIGHT = 0.5, 3.0
#: variance of scores below which the draws say nothing of a slope (own choice)
RIDGE = 0.02
#: weight of heavy tails in the point fit: degrees of freedom
FREEDOM = 4.0
SEED = 20230415
#: a store of finished steps by name: a calibration that was stopped takes them from it
Store = dict[str, Floats]


@dataclass(frozen=True)
class Plan:
    """How much work a calibration does: draws, waves of assimilation, generations of the point fit."""

    draws: int = 64
    waves: int = 4
    generations: int = 30
    population: int = 12
    seed: int = SEED
    workers: int = 1
    fitted: tuple[str, ...] = FITTED


@dataclass
class _Work:
    """The crises, the plan, what was done, and whom to tell."""

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
    work.all = _amount(cases, plan, variants)
    point = _point_fit(work)
    populations: dict[str | None, Distribution] = {}
    own: dict[str, Distribution] = {}
    for variant in variants:
        chosen = [case for case in cases if case.name != variant]
        draws, spread = _smooth(work, chosen, "" if variant is None else variant)
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


def _amount(cases: Sequence[FitCase], plan: Plan, variants: Sequence[str | None]) -> int:
    """Return the number of runs of a crisis."""
    waves = sum(len(cases) + (plan.waves - 1) * sum(case.name != v for case in cases) for v in variants)
    return plan.generations * plan.population * len(cases) + plan.draws * waves


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


def _point_fit(work: _Work) -> Mapping[str, float]:
    """Return the scores that all crises like best together, by CMA-ES, with the misfit they have."""
    import cma

    cases, plan = work.cases, work.plan
    options = {"popsize": plan.population, "seed": plan.seed % 2**31, "verbose": -9}
    search = cma.CMAEvolutionStrategy(np.zeros(len(plan.fitted)), 0.5, options)
    for g in range(plan.generations):
        tried = np.array(search.ask())

        def losses(tried: Floats = tried) -> Floats:
            same = np.repeat(tried[:, None, :], len(cases), axis=1)
            prior = 0.5 * np.square(tried).sum(axis=1)
            return np.asarray(_losses(cases, evaluate(cases, same, plan.fitted, plan.workers)) + prior)

        found = work.step(f"point-{g}", plan.population * len(cases), losses)
        search.tell(list(tried), found.tolist())
    best = dict(zip(plan.fitted, search.result.xbest, strict=True))
    return {**{name: float(z) for name, z in best.items()}, "misfit": float(search.result.fbest)}


def _losses(cases: Sequence[FitCase], said: Sequence[Floats]) -> Floats:
    """Return half the sum of heavy-tailed squares of standardised errors of each draw."""
    loss = np.zeros(len(said[0]))
    for case, figures in zip(cases, said, strict=True):
        error = (figures - case.counted) / case.deviation
        loss += 0.5 * (FREEDOM + 1) * np.log1p(error**2 / FREEDOM).sum(axis=1)
    return loss


def _smooth(work: _Work, cases: Sequence[FitCase], variant: str) -> tuple[Floats, Floats]:
    """Return draws ``[j, 1 + c, k]`` (mean, then effects) and spread ``[k]`` after all waves; variants begin alike."""
    plan, k = work.plan, len(work.plan.fitted)
    rng, noise = (np.random.default_rng([plan.seed, n]) for n in (1, 2))
    everyone = rng.standard_normal((plan.draws, 1 + len(work.cases), k))
    everyone -= everyone.mean(axis=0)
    spread = np.full(k, SPREAD)
    chosen = [c for c, case in enumerate(work.cases) if case in cases]
    draws = everyone[:, [0, *(1 + c for c in chosen)]]
    covariance = np.eye(draws[0].size)
    for wave in range(plan.waves):
        if wave == 0:  # the same for every variant, so that it is run once
            said = _wave(work, range(len(work.cases)), "wave-0", everyone, spread)
            said = [said[c] for c in chosen]
        else:
            said = _wave(work, chosen, f"wave-{wave}-{variant}", draws, spread)
        draws, covariance = assimilate(cases, said, draws, covariance, spread, plan.waves, noise)
        wider = between(draws[:, 1:], spread)
        scale = np.concatenate([np.ones(k), *[spread / wider] * len(cases)])
        draws, covariance = draws * scale.reshape(draws[0].shape), covariance * np.outer(scale, scale)
        spread = wider
    return draws, spread


def _wave(work: _Work, who: Sequence[int], name: str, draws: Floats, spread: Floats) -> list[Floats]:
    """Run the crises ``who`` at every draw; return for each what the draws say, shape (draws, figures)."""
    cases = [work.cases[c] for c in who]
    edges = np.cumsum([len(case.counted) for case in cases])[:-1]

    def run() -> Floats:
        scores = draws[:, :1] + spread * draws[:, 1:]
        return np.hstack(evaluate(cases, scores, work.plan.fitted, work.plan.workers))

    return np.split(work.step(name, work.plan.draws * len(cases), run), edges, axis=1)


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
    """Return the spread between crises that their effects ask for, shape (parameters,).

    ``s^2 = (w s0^2 + sum over crises of E[(spread effect)^2]) / (w + crises)``, with the prior's s0 = 0.5 weighing as
    much as w = 3 crises: an expectation-maximisation step under an inverse-gamma prior.
    """
    square = (spread * effects) ** 2
    found = SPREAD_WEIGHT * SPREAD**2 + square.mean(axis=0).sum(axis=0)
    return np.asarray(np.sqrt(found / (SPREAD_WEIGHT + effects.shape[1])))
