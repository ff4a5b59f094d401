"""Check the settings of a run and fill in the defaults."""

from __future__ import annotations

from typing import Any

from onward.crisis import Crisis
from onward.errors import ParameterError
from onward.model.parameter_set import ParameterSet, posterior_set, prior_set, set_by_hand, set_by_scenario, set_of
from onward.model.parameters import default_values
from onward.model.posterior import Posterior
from onward.simulation.member import Settings

#: default number of members: enough for 90 % intervals (own choice)
MEMBERS = 100
ENGINES = ("cohorts", "expected", "individuals")
PARAMETERS = ("fixed", "prior", "posterior")
DEPARTURES = ("modelled", "observed")


def default_members(engine: str, parameters: str) -> int:
    """Return the default number of members: one where nothing is drawn.

    Examples
    --------
    >>> default_members("expected", "fixed"), default_members("cohorts", "fixed")
    (1, 100)
    """
    return 1 if engine == "expected" and parameters == "fixed" else MEMBERS


def make_settings(crisis: Crisis, **given: Any) -> Settings:
    """Return checked settings; overrides take precedence over parameters of the scenario and of the crisis."""
    scenario = given.get("scenario")
    what_if = {} if scenario is None else set_by_scenario(scenario)
    overrides = {**set_by_hand(crisis), **what_if, **(given.pop("overrides", None) or {})}
    posterior = given.pop("posterior", None)
    base = _base(crisis, given.get("parameters", "fixed"), posterior)
    held = default_values(overrides, base.values)
    if held["return_rate"] > 0 or held["return_agreement"] > 0 or given.get("near"):
        given["labels"] = True  # who goes home depends on where home is, and who passed what on where they set out
    settings = Settings(**given, overrides=overrides, base=base)
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    wrong = []
    if settings.engine not in ENGINES:
        wrong.append(f"engine: {settings.engine!r} is not one of {', '.join(ENGINES)}.")
    if settings.parameters not in PARAMETERS:
        wrong.append(f"parameters: {settings.parameters!r} is not one of {', '.join(PARAMETERS)}.")
    if settings.departures not in DEPARTURES:
        wrong.append(f"departures: {settings.departures!r} is not one of {', '.join(DEPARTURES)}.")
    wrong += wrong_counts(settings.members, settings.seed)
    if wrong:
        raise ParameterError("\n".join(wrong))


def wrong_counts(members: int, seed: int) -> list[str]:
    """Return what is wrong with a number of members and a seed, under any rules.

    Examples
    --------
    >>> wrong_counts(0, 1)
    ['members: 0 is not 1 or more.']
    """
    wrong = [] if members >= 1 else [f"members: {members} is not 1 or more."]
    return wrong if seed >= 0 else [*wrong, f"seed: {seed} is not 0 or more."]


def _base(crisis: Crisis, parameters: str, posterior: Posterior | None) -> ParameterSet:
    if parameters == "posterior":
        return posterior_set(crisis, posterior)
    if posterior is not None:
        raise ParameterError(f"posterior: a run with parameters {parameters} uses none. Use --parameters posterior.")
    return prior_set(crisis) if parameters == "prior" else set_of(crisis)
