"""Describe a run: the content of run.json that does not depend on its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onward.crisis import Crisis
from onward.model.households import household_sizes
from onward.simulation.member import Settings

#: keys of run.json about when and where a run was made, not about its content
CIRCUMSTANCES = ("created", "environment", "timings", "engine_seconds", "engine_cpu_seconds")


def lasting(about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of run.json without when and where the run was made."""
    return {key: value for key, value in about.items() if key not in CIRCUMSTANCES}


def describe(crisis: Crisis, settings: Settings) -> dict[str, Any]:
    """Return the content of run.json that is known before the run."""
    return {
        "format": 1,
        "rules": "onward",
        "crisis": crisis.name,
        "title": crisis.title,
        "crisis_hash": crisis.hash,
        "start": crisis.start.isoformat(),
        "end": crisis.end.isoformat(),
        "days": crisis.days,
        "time_zone": crisis.time_zone,
        "places": sorted({*crisis.places, *_added(settings)}),
        "engine": settings.engine,
        "members": settings.members,
        "seed": settings.seed,
        "parameters": settings.parameters,
        "parameters_from": settings.base.about(),
        "overrides": dict(settings.overrides),
        "labels": settings.labels,
        **({} if settings.origins else {"origins": False}),
        "scenario": None if settings.scenario is None else settings.scenario.model_dump(mode="json"),
        "departures": settings.departures,
        "given_totals": settings.departures == "observed",
        **({"households": _households(crisis)} if crisis.households is not None else {}),
        **({"near_asked": [str(near) for near in settings.near]} if settings.near else {}),
    }


def household_words(about: Mapping[str, Any]) -> str:
    """Return a sentence about the households of a run; empty where people are drawn one by one.

    >>> household_words({"engine": "cohorts", "households": {"mean": 5.0}})
    'People move in households of 5 on average.'
    """
    households = about.get("households")
    if not households:
        return ""
    if about["engine"] == "expected":
        return "The engine expected takes means: the households that the crisis states change nothing in it."
    return f"People move in households of {households['mean']:.3g} on average."


def _households(crisis: Crisis) -> dict[str, Any]:
    """Return what a run says of its households: the stated sizes, their mean, and how much more numbers vary."""
    assert crisis.households is not None
    sizes = household_sizes(crisis.households)
    stated = crisis.households.model_dump(exclude_defaults=True)
    return {**stated, "mean": round(sizes.mean, 4), "variance_factor": round(sizes.spread, 4)}


def _added(settings: Settings) -> list[str]:
    """Return the camps that the scenario adds."""
    steps = () if settings.scenario is None else settings.scenario.intervention
    return [step.place for step in steps if step.do == "add_camp"]
