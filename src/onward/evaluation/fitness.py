"""Judge whether a run is fit for use: its parameters, what they were fitted on, and the reported figures it reproduces.

A narrow interval means that simulated histories are alike, not that they are right. Only parameters fitted on other
crises, and intervals that contain nearly all reported figures of this one, are evidence for a figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from onward.crisis import Crisis
from onward.evaluation.score_counts import compare_counts
from onward.evaluation.to_and_fro import to_and_fro_words
from onward.model.parameter_set import words_on
from onward.simulation.run import Run

#: share of reported figures that 90 % intervals must reach, and the least number of figures (own choices)
ENOUGH, FEWEST = 0.8, 10
#: share of reported figures under which a run is called unfit (own choice)
HALF = 0.5
#: least number of figures of which it is said that all medians are too low or too high (own choice)
FEWEST_ONE_SIDED = 3


@dataclass(frozen=True)
class Figure:
    """A reported range (an open end is None) with the run's 90 % interval and median."""

    low: float | None
    high: float | None
    p5: float
    p50: float
    p95: float

    @property
    def met(self) -> bool:
        """Return whether the median lies in the reported range."""
        return (self.low is None or self.p50 >= self.low) and (self.high is None or self.p50 <= self.high)

    @property
    def reached(self) -> bool:
        """Return whether the 90 % interval overlaps the reported range."""
        return (self.low is None or self.p95 >= self.low) and (self.high is None or self.p5 <= self.high)

    @property
    def gap(self) -> float:
        """Return the factor between the interval's nearer end and the reported range; 1 where they overlap."""
        if self.reached:
            return 1.0
        near, far = (self.p95, self.low) if self.low is not None and self.p95 < self.low else (self.high, self.p5)
        return float(far) / float(near) if near and far is not None else float("inf")

    @property
    def spread(self) -> float:
        """Return the factor that the 90 % interval spans."""
        return self.p95 / self.p5 if self.p5 > 0 else float("inf")


@dataclass(frozen=True)
class Fitness:
    """A verdict on a run.

    Parameters
    ----------
    level
        ``untested``, ``what-if``, ``flee``, ``unfit``, ``unproven`` or ``tested``.
    verdict
        One sentence for the head of a terminal or report.
    reasons
        Sentences that say why: the parameter set, what was met and missed, how wide the intervals are.
    """

    level: str
    verdict: str
    reasons: tuple[str, ...]

    @property
    def may_be_sure(self) -> bool:
        """Return whether a narrow interval of this run may be called certain."""
        return self.level == "tested"

    def about(self) -> dict[str, Any]:
        """Return the verdict in its JSON form."""
        return {"level": self.level, "verdict": self.verdict, "reasons": list(self.reasons)}


def judge_fitness(run: Run, crisis: Crisis | None, claims: Iterable[Mapping[str, Any]]) -> Fitness:
    """Judge a run by its claims and by the counts of its crisis.

    Parameters
    ----------
    run, crisis
        The run and what was run; without a crisis only claims are looked at.
    claims
        As `onward.evaluation.verdicts.judge_claims` gives them.

    Returns
    -------
    Fitness
        The verdict with its reasons.

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate("daraa-2018", members=2, seed=1)
    >>> judge_fitness(run, run.crisis, []).level
    'untested'
    """
    found = judge_figures(run.about, [*_of_claims(claims), *_of_counts(run, crisis)])
    warned = [] if found.level == "flee" else to_and_fro_words(run, {} if crisis is None else crisis.place_names)
    return replace(found, reasons=(*found.reasons, *warned))


def judge_figures(about: Mapping[str, Any], figures: list[Figure]) -> Fitness:
    """Judge a run by reported figures.

    Examples
    --------
    >>> about = {"crisis": "x", "parameters": "fixed", "members": 9,
    ...          "parameters_from": {"name": "population", "fitted_on": []}}
    >>> judge_figures(about, [Figure(200.0, 300.0, 90.0, 95.0, 100.0)]).verdict
    'Not fit for use as figures: its intervals miss 1 of 1 reported figures.'
    """
    reached = sum(figure.reached for figure in figures)
    if about.get("rules") == "flee":
        return Fitness("flee", _FLEE, ())
    reasons = [words_on(about)] if words_on(about) else []
    if about.get("scenario"):
        return Fitness("what-if", _WHAT_IF, (*reasons, _WHAT_IF_REASON))
    if not figures:
        return Fitness(
            "untested", _UNTESTED, (*reasons, "No claim and no count of this crisis can be compared with it.")
        )
    if about.get("members", 1) < 2:
        return Fitness("unproven", _ALONE, (*reasons, _met_words(figures)))
    single = len(_single(figures)) == len(figures)
    reached_words = f", and its 90 % interval {'contains' if single else 'reaches the range for'} {reached}."
    reasons += [_met_words(figures).rstrip(".") + reached_words, *_single_words(figures), *_narrow_words(figures)]
    level, verdict = _level(about, len(figures), reached)
    return Fitness(level, verdict.rstrip(".") + _one_sided(figures), tuple(reasons))


_FLEE = "For comparison, under Flee's rules: how many flee is given by registrations; only where they go is simulated."
_ALONE = "Unproven: one simulated history has no intervals, so nothing says how far off its figures may be."
_UNTESTED = "Not tested: there is no reported figure to compare this run with, so nothing says how accurate it is."
_WHAT_IF = "A what-if: look at its difference from the run without it, not at its figures alone."
_WHAT_IF_REASON = "What was reported happened without the what-if, so it is no test of this run."


def _level(about: Mapping[str, Any], figures: int, reached: int) -> tuple[str, str]:
    missed = figures - reached
    if reached < HALF * figures:
        return "unfit", f"Not fit for use as figures: its intervals miss {missed} of {figures} reported figures."
    if reached < ENOUGH * figures:
        return "unproven", f"Use with caution: its intervals miss {missed} of {figures} reported figures."
    if why := _no_test(about):
        return "unproven", (
            f"Unproven: its intervals reach {reached} of {figures} reported figures, but its parameters were {why}, "
            "so this is no proof."
        )
    if figures < FEWEST:
        return "unproven", (
            f"Unproven: its intervals reach {reached} of {figures} reported figures, too few to call it tested."
        )
    return "tested", (
        f"Tested: with parameters from other crises, its intervals reach {reached} of {figures} reported figures."
    )


def _no_test(about: Mapping[str, Any]) -> str:
    """Return why agreement with the counts is no test of the parameters; empty if they are of other wars only."""
    found = about.get("parameters_from") or {}
    fitted = found.get("fitted_on") or []
    if not fitted or about.get("crisis") in fitted:
        return "not fitted on other crises"
    return "fitted on a crisis of the same country and time, too" if found.get("same_war") else ""


def _met_words(figures: list[Figure]) -> str:
    met = sum(figure.met for figure in figures)
    above = sum(figure.high is not None and figure.p50 > figure.high for figure in figures)
    if len(_single(figures)) == len(figures):
        equal = f", equal to {met}" if met else ""
        return (
            f"Of {len(figures)} reported figures (claims and counts), each a single number, its median is above "
            f"{above} and below {len(figures) - met - above}{equal}."
        )
    return (
        f"Of {len(figures)} reported figures (claims and counts) its median is inside the reported range for {met}, "
        f"above it for {above} and below it for {len(figures) - met - above}."
    )


def _one_sided(figures: list[Figure]) -> str:
    """Return the end of a verdict: whether every median lies on the same side of what was reported.

    Examples
    --------
    >>> _one_sided([Figure(100.0, 100.0, 10.0, 40.0, 200.0)] * 4)
    '; all 4 medians are below what was reported.'
    """
    for word, beyond in (
        ("below", [f.low is not None and f.p50 < f.low for f in figures]),
        ("above", [f.high is not None and f.p50 > f.high for f in figures]),
    ):
        if len(figures) >= FEWEST_ONE_SIDED and all(beyond):
            return f"; all {len(figures)} medians are {word} what was reported."
    return "."


def _single_words(figures: list[Figure]) -> list[str]:
    """Return by which factors medians differ from figures reported as one number; empty if all have a range.

    A median hardly ever equals a single number, so being above or below it says little; how far does.
    """
    single = _single(figures)
    if not single:
        return []
    ratios = sorted(figure.p50 / float(figure.low or 0) for figure in single)
    low, high = (_times(ratio) for ratio in (ratios[0], ratios[-1]))
    times = f"{low} times the reported number" if low == high else f"from {low} to {high} times the reported number"
    if len(single) == len(figures):
        return [f"The medians are {times}."]
    return [f"{len(single)} of them are reported as a single number: there the medians are {times}."]


def _single(figures: list[Figure]) -> list[Figure]:
    """Return the figures that were reported as one number above 0."""
    return [figure for figure in figures if figure.low and figure.low == figure.high]


def _times(ratio: float) -> str:
    """Return a ratio in plain figures.

    Examples
    --------
    >>> _times(0.000052), _times(0.83), _times(1234.0)
    ('under 0.01', '0.83', '1,200')
    """
    return "under 0.01" if ratio < 0.01 else f"{float(f'{ratio:.2g}'):,g}"


def _narrow_words(figures: list[Figure]) -> list[str]:
    """Return a warning that intervals are narrow compared with the misses; empty if few figures are missed."""
    missed = [figure for figure in figures if not figure.reached]
    if len(figures) - len(missed) >= ENOUGH * len(figures):
        return []
    gap, spread = (float(np.median([getattr(f, name) for f in missed])) for name in ("gap", "spread"))
    worst = max(f.gap for f in missed)
    most = f", at worst {_factor(worst)}" if _factor(worst) != _factor(gap) else ""
    low = all(f.low is not None and f.p95 < f.low for f in missed)
    high = all(f.high is not None and f.p5 > f.high for f in missed)
    side = "too low" if low else "too high" if high else ""
    fault = " and ".join(filter(None, (side, "too narrow" if spread < gap or not side else "")))
    return [
        f"The intervals that miss are {fault}: typically they span {_factor(spread)} and end {_factor(gap)} from what "
        f"was reported{most}."
    ]


def _factor(ratio: float) -> str:
    return f"a factor of {ratio:.2g}" if ratio < 100 else "a factor of 100 or more"


def _of_claims(claims: Iterable[Mapping[str, Any]]) -> list[Figure]:
    return [
        Figure(claim["low"], claim["high"], claim["p5"], claim["p50"], claim["p95"])
        for claim in claims
        if claim["p50"] is not None
    ]


def _of_counts(run: Run, crisis: Crisis | None) -> list[Figure]:
    """Return a figure for each count that can be scored; none for runs under other rules."""
    if crisis is None or run.about.get("rules", "onward") != "onward" or run.about.get("given_totals"):
        return []
    rows = compare_counts(run, crisis)
    return [Figure(row["low"], row["high"], row["p5"], row["p50"], row["p95"]) for row in rows]
