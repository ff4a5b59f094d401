"""Measure how far a crisis lies outside those that the parameters were fitted on, and the errors of such crises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.evaluation.simple_shares import origin_weights, road_km
from onward.inference.cold_cases import hide_later
from onward.model.build import build_model
from onward.model.posterior import Posterior, shipped_posterior
from onward.model.same_war import same_war

#: beyond the range of the others by more than this factor (or share, for kinds of attacks) is outside (own choices)
FACTOR, SHARE = 1.5, 0.25
WORDS = {
    "people": "residents of attacked places",
    "km": "median km by road from attacked places to the nearest place that was not",
    "days": "days",
}


@dataclass(frozen=True)
class Outside:
    """A feature in which a crisis lies outside the others: its own value and theirs."""

    feature: str
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if self.feature in WORDS:
            return f"{WORDS[self.feature]}: {self.value:,.0f}, in those crises {self.low:,.0f} to {self.high:,.0f}"
        kind = self.feature.removeprefix("attacks_")
        return f"share of attacks of kind {kind}: {self.value:.0%}, in those crises {self.low:.0%} to {self.high:.0%}"


def reach_of(crisis: Crisis) -> dict[str, float]:
    """Return the features of a crisis: size, distances, length and the share of each kind of attack.

    All but its length are of its first 105 days, which cold starts are about.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> found = reach_of(read_crisis("aleppo-2016"))
    >>> found["days"], 0 < found["km"] < 100
    (77.0, True)
    """
    begun = hide_later(crisis, set())
    model = build_model(begun)
    attacked = origin_weights(model, model.network.days)
    masks = list(np.eye(len(attacked), dtype=np.bool_)[attacked == 0])
    km = road_km(model, masks)[attacked > 0].min(axis=1) if masks and (attacked > 0).any() else np.zeros(1)
    finite = km[np.isfinite(km)]
    events = begun.table("events")
    number = events["n"].sum() or 1.0
    kinds = {f"attacks_{kind}": 0.0 for kind in ("air", "shelling", "ground", "missile", "other", "conflict")}
    for kind, n in events.group_by("type").agg(pl.col("n").sum()).iter_rows():
        kinds[f"attacks_{kind}"] = float(n / number)
    found = {"people": float(attacked.sum()), "km": float(np.median(finite)) if len(finite) else 0.0}
    return {k: round(v, 4) for k, v in {**found, "days": float(crisis.days), **kinds}.items()}


def outside(reach: Mapping[str, float], others: Mapping[str, Mapping[str, float]]) -> list[Outside]:
    """Return the features in which a crisis lies outside the range of the others by more than a factor of 1.5.

    Kinds of attacks are shares: outside is a quarter more or less than in any other.

    Examples
    --------
    >>> others = {"a": {"people": 100.0}, "b": {"people": 400.0}}
    >>> [found.feature for found in outside({"people": 700.0}, others)], outside({"people": 300.0}, others)
    (['people'], [])
    """
    found = []
    for feature, value in reach.items():
        values = [other[feature] for other in others.values() if feature in other]
        if not values:
            continue
        low, high = min(values), max(values)
        if feature.startswith("attacks_"):
            far = value < low - SHARE or value > high + SHARE
        else:
            far = value * FACTOR < low or value > high * FACTOR
        if far:
            found.append(Outside(feature, value, low, high))
    return found


def describe_reach(crisis: Crisis, posterior: Posterior | None = None) -> list[str]:
    """Describe how far a crisis lies outside those of a parameter set, and the errors of such crises.

    Elsewhere is leave-one-out: the errors of the crises fitted on, each judged by a set without it. Empty where the
    set holds no description of its crises. ``posterior`` is the set that comes with Onward if None.
    """
    known = shipped_posterior() if posterior is None else posterior
    shared = () if known is None else shared_wars(crisis, known)
    own_names = {crisis.name, *shared}
    others = {} if known is None else {name: found for name, found in known.reach.items() if name not in own_names}
    if known is None or not others:
        return []
    if crisis.table("events").is_empty():
        return ["Without attacks this crisis cannot be compared with those that the parameters were fitted on."]
    far = outside(reach_of(crisis), others)
    own = " (this crisis has a set of its own, which runs use unless told otherwise)" if crisis.fitted_on else ""
    and_shared = f", and on {' and '.join(shared)}, of the same country and time" if shared else ""
    fit = f"The population set of parameters{own} was fitted on {len(others)} other crises{and_shared}."
    them = "the others" if shared else "them"
    told = (
        [f"{fit} This crisis lies outside {them}:", *map(str, far)]
        if far
        else [f"{fit} This crisis lies within {them}."]
    )
    return [*told, *_elsewhere(known, own_names)]


def shared_wars(crisis: Crisis, posterior: Posterior | None = None) -> tuple[str, ...]:
    """Return the crises of the same country and time in the set that a crisis draws its parameters from.

    The crisis itself, known by its name or hash, is never among them: its set is one without it.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> shared_wars(read_crisis("daraa-2018"))
    ()
    """
    known = shipped_posterior() if posterior is None else posterior
    if known is None:
        return ()
    fitted = known.population.fitted_on
    return same_war(crisis, [n for n, found in fitted.items() if n != crisis.name and found != crisis.hash])


def _elsewhere(posterior: Posterior, left_out: set[str]) -> list[str]:
    """Return the leave-one-out errors of crises that lay outside the others, and of those that did not.

    ``left_out`` are those that the crisis in question is not compared with, such as itself.
    """
    groups: dict[bool, list[Mapping[str, float]]] = {True: [], False: []}
    for name, errors in posterior.errors.items():
        if name in left_out:
            continue
        rest = {other: found for other, found in posterior.reach.items() if other != name}
        groups[bool(outside(posterior.reach[name], rest))].append(errors)
    lines = []
    for far, word in ((True, "outside"), (False, "within")):
        if groups[far]:
            factor = np.exp(np.mean([e["total"] for e in groups[far]]))
            share = np.mean([e["shares"] for e in groups[far]])
            lines.append(
                f"Of those crises, each left out of the fit in turn, the {len(groups[far])} that lay {word} the others "
                f"had totals off by a factor of {factor:.1f} and {share:.0%} of arrivals at the wrong place on average."
            )
    return lines
