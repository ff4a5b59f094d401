"""Cold starts: how many flee and where they arrive in the first 90 days, with no count known.

Parameters come from other crises only, or from the priors. A row says for a crisis, a horizon and a kind what a model
said and what was counted; see `onward.inference.cold_cases` for what is known and what judges.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.engine.state import Daily
from onward.evaluation.simple_shares import share_error, simple_shares
from onward.flee.instance import FleeInstance
from onward.flee.rules import build_flee
from onward.flee.simulate import FleeRunSettings
from onward.flee.simulate import run_one as run_flee
from onward.inference.cold_cases import TOTAL_DEVIATION, ColdCase, Shares, Total
from onward.model.build import Model, build_model
from onward.model.parameter_set import prior_set
from onward.model.posterior import Posterior
from onward.simulation.ensemble import run_members
from onward.simulation.member import COUNTING, Outcome, Settings, member_values, stream
from onward.simulation.settings import make_settings
from onward.typing import Bools, Floats

MODELS = ("onward", "equal", "inverse_distance", "gravity", "nearest", "flee")
KEYS = ("crisis", "horizon", "kind", "model", "n", "truth", "p5", "p50", "p95", "error")
#: draws of everything uncertain, if nobody says (own choice: enough for 90 % intervals)
MEMBERS = 100
Row = dict[str, Any]
Progress = Callable[[int, int], None]


def cold_start(
    cases: Sequence[ColdCase], *, members: int = MEMBERS, seed: int = 1, workers: int = 1,
    progress: Progress | None = None, flee: bool = True, posterior: Posterior | None = None,
) -> list[Row]:  # fmt: skip
    """Return the rows of cold starts, each with all of `KEYS`.

    Parameters
    ----------
    cases
        From `onward.inference.cold_cases.read_cold_case`.
    members, seed, workers
        Draws of everything uncertain, the seed, threads. Parameters are drawn, never at a crisis's own fit.
    progress
        Called with the members done and in all.
    flee
        Whether Flee's rules are run on Flee folders. They are given the real total of each day and the capacities.
    posterior
        The calibration to draw parameters from, fitted on others than each case; if None, Onward's own.

    Returns
    -------
    list of dict
        ``kind`` total: truth, p5, p50, p95 in people, of Onward alone (the other rules have no total); the interval
        is of what will be counted, with the error of counting (`TOTAL_DEVIATION`); error is ``ln(p50 / truth)``.
        ``kind`` shares: error is half the sum of absolute differences of shares, 0 to 1, and n the destinations
        counted. Keys that do not apply are None.
    """
    rows: list[Row] = []
    done, everything = 0, members * len(cases)
    for case in cases:
        model = build_model(case.crisis)
        settings = cold_settings(case, members=members, seed=seed, posterior=posterior)
        drawn: list[tuple[list[float], list[Floats]]] = []
        for _, said, _ in run_members(
            model, settings, members=range(members), workers=workers, finish=_finish(case, model, settings)
        ):
            drawn.append(said)
            done += 1
            if progress is not None:
                progress(done, everything)
        rows += _total_rows(case, np.array([totals for totals, _ in drawn]))
        rows += _share_rows(case, model, [shares for _, shares in drawn], flee)
    return rows


def cold_settings(case: ColdCase, *, members: int, seed: int, posterior: Posterior | None = None) -> Settings:
    """Return settings that know nothing of the crisis: every parameter drawn, none at a value fitted on it."""
    crisis = case.crisis
    stranger = replace(crisis, parameters={}, fitted_on=()) if crisis.fitted_on else crisis
    settings = make_settings(stranger, members=members, seed=seed, parameters="prior", labels=False)
    return replace(settings, base=prior_set(case.whole, posterior), labels=_somewhere_calm(crisis))


def _somewhere_calm(crisis: Crisis) -> bool:
    """Return whether an attacked place is calm on the last day; if none is, hardly anybody returns: no labels then."""
    last = crisis.table("events").with_columns(pl.coalesce("end", "start").alias("last"))
    places = last.group_by("place", "latitude", "longitude").agg(pl.col("last").max())
    return bool((places["last"] < crisis.end).any())


def _finish(
    case: ColdCase, model: Model, settings: Settings
) -> Callable[[int, Outcome], tuple[list[float], list[Floats]]]:
    def said(member: int, outcome: Outcome) -> tuple[list[float], list[Floats]]:
        coverage = member_values(settings, member)["coverage"]
        z = float(stream(settings, member, COUNTING).standard_normal())
        totals = [
            coverage * math.exp(z * TOTAL_DEVIATION[total.horizon]) * total_of(total, outcome.result.daily, model)
            for total in case.totals
        ]
        return totals, [arrivals_of(shares, outcome.result.daily, model) for shares in case.shares]

    return said


def mask_of(model: Model, places: Iterable[str]) -> Bools:
    """Return a mask over the places of the model."""
    chosen = set(places)
    return np.array([name in chosen for name in model.network.places.names], dtype=np.bool_)


def total_of(total: Total, daily: Daily, model: Model) -> float:
    """Return what a member's run says of a total, before coverage."""
    mask = mask_of(model, total.places)
    if total.measure == "left":
        return float(daily.left_home[total.first : total.last + 1, mask].sum())
    return _newly(daily, model, mask, total.first, total.last)


def arrivals_of(shares: Shares, daily: Daily, model: Model) -> Floats:
    """Return the people whom a member's run has at each destination, less those there before ``first``."""
    rows = zip(shares.places, shares.first, shares.last, strict=True)
    return np.array([_newly(daily, model, mask_of(model, places), first, last) for places, first, last in rows])


def _newly(daily: Daily, model: Model, mask: Bools, first: int, last: int) -> float:
    """Return how many more people are there than on the morning of ``first``; all who are there if it is negative."""
    before = 0.0 if first < 0 else _stock(daily, model, mask, first - 1)
    return max(0.0, _stock(daily, model, mask, last) - before)


def _stock(daily: Daily, model: Model, mask: Bools, day: int) -> float:
    if day < 0:
        return float(model.network.places.displaced_at_start[mask].sum())
    return float((daily.here + daily.gate)[day, mask].sum())


def _total_rows(case: ColdCase, said: Floats) -> Iterator[Row]:
    for k, total in enumerate(case.totals):
        p5, p50, p95 = (float(q) for q in np.quantile(said[:, k], [0.05, 0.5, 0.95]))
        error = float(np.log(max(p50, 1.0) / total.truth))
        found = {"truth": total.truth, "p5": p5, "p50": p50, "p95": p95, "error": error}
        yield _row(case, total.horizon, "total", "onward", found)


def _share_rows(case: ColdCase, model: Model, drawn: Sequence[Sequence[Floats]], flee: bool) -> Iterator[Row]:
    theirs = _flee_stocks(case.instance) if flee and case.instance is not None and case.shares else None
    for k, shares in enumerate(case.shares):
        masks = [mask_of(model, places) for places in shares.places]
        said: Mapping[str, Floats] = {
            "onward": mean_shares([one[k] for one in drawn]),
            **simple_shares(model, masks, shares.horizon),
            **({} if theirs is None else {"flee": _flee_arrivals(theirs, shares)}),
        }
        for name in MODELS:
            if name in said:
                found = {"n": len(shares.names), "error": share_error(said[name], shares.truth)}
                yield _row(case, shares.horizon, "shares", name, found)


def mean_shares(arrivals: Sequence[Floats]) -> Floats:
    """Return the mean over members of their shares; members in which nobody arrives are left out.

    >>> mean_shares([np.array([1.0, 3.0]), np.array([0.0, 0.0]), np.array([3.0, 1.0])])
    array([0.5, 0.5])
    """
    shares = [one / one.sum() for one in arrivals if one.sum() > 0]
    return np.mean(shares, axis=0) if shares else np.zeros_like(arrivals[0])


def _row(case: ColdCase, horizon: int, kind: str, model: str, found: Mapping[str, Any]) -> Row:
    given = {"crisis": case.name, "horizon": horizon, "kind": kind, "model": model, **found}
    return {key: given.get(key) for key in KEYS}


def _flee_stocks(instance: FleeInstance) -> dict[str, Floats]:
    """Return people by location and day under Flee's rules and settings, given the totals and the capacities."""
    model = build_flee(instance)
    result, _ = run_flee(model, FleeRunSettings(engine="expected", members=1), 0)
    stock = np.asarray(result.stock, dtype=np.float64)
    return {name: stock[:, p] for p, name in enumerate(model.names)}


def _flee_arrivals(stocks: Mapping[str, Floats], shares: Shares) -> Floats:
    found = []
    for name, last in zip(shares.names, shares.last, strict=True):
        found.append(max(0.0, stocks[name][last] - stocks[name][0]))
    return np.array(found)
