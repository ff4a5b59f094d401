"""Parameter sets: a value for every parameter, and the crises they were fitted on.

A run names the set that it used. An unknown crisis has the `population` set: the medians of the priors, fitted on no
crisis. A crisis whose ``crisis.toml`` says what its ``[parameters]`` were fitted on has its own set.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from onward.crisis import Crisis, Scenario
from onward.errors import ParameterError, ScenarioError
from onward.model.parameters import Values, declared, default_values
from onward.model.posterior import Distribution, Posterior, shipped_posterior
from onward.model.same_war import same_war

POPULATION = "population"
PRIOR = "prior"
POSTERIOR = "posterior"


@dataclass(frozen=True)
class ParameterSet:
    """A value for every parameter.

    Parameters
    ----------
    name
        What it is called: ``population``, ``prior``, or the crisis it belongs to.
    values
        Every parameter by name.
    fitted_on
        Names of the crises whose counts it was fitted on; none for what was set before any data.
    hash
        SHA-256 of what the set says.
    crises
        The hash of each crisis that calibration fitted it on, by name.
    distribution
        What members draw from, beside the priors of what was not calibrated.
    same_war
        Those of ``fitted_on`` that are about the country and time of the crisis: see `onward.model.same_war`.
    """

    name: str
    values: Values
    fitted_on: tuple[str, ...]
    hash: str
    crises: Mapping[str, str] = field(default_factory=dict)
    distribution: Distribution | None = None
    same_war: tuple[str, ...] = ()

    def about(self) -> dict[str, Any]:
        """Return the set's entry in run.json, ``parameters_from``."""
        found: dict[str, Any] = {"name": self.name, "hash": self.hash, "fitted_on": list(self.fitted_on)}
        found |= {"crises": dict(self.crises)} if self.crises else {}
        return found | ({"same_war": list(self.same_war)} if self.same_war else {})


def population_set() -> ParameterSet:
    """Return the set of a crisis for which nothing was fitted: the default of every parameter.

    Examples
    --------
    >>> population_set().about()["fitted_on"]
    []
    """
    return _point(POPULATION, default_values(), ())


def prior_set(crisis: Crisis | None = None, posterior: Posterior | None = None) -> ParameterSet:
    """Return the distribution that members of a crisis draw from: the population calibrated on other crises.

    Parameters that were not calibrated are drawn from their declared priors. The hash is over both. ``posterior`` is
    the calibration to take it from; the one that comes with Onward if None.
    """
    rows = [[p.name, p.prior, repr(p.prior_centre), repr(p.prior_spread), p.low, p.high] for p in declared().values()]
    found = _others(crisis, posterior)
    if found is None:
        return ParameterSet(PRIOR, default_values(), (), _hash(rows))
    calibrated = _calibrated(PRIOR, found)
    shared = () if crisis is None else same_war(crisis, found.fitted_on)
    return replace(calibrated, hash=_hash([rows, found.hash]), same_war=shared)


def posterior_set(crisis: Crisis, posterior: Posterior | None = None) -> ParameterSet:
    """Return a crisis's own posterior; raise ParameterError where it was not calibrated.

    Parameters
    ----------
    crisis
        Named in the posterior, or with a hash that is.
    posterior
        From `onward.calibrate` or its file; the one that comes with Onward if None.
    """
    known = shipped_posterior() if posterior is None else posterior
    names = {} if known is None else known.population.fitted_on
    same = [name for name, found in names.items() if name == crisis.name or found == crisis.hash]
    if known is None or not same or same[0] not in known.crises:
        raise ParameterError(
            f"parameters: {crisis.name} has no posterior in this set, fitted on {', '.join(names) or 'none'}. "
            f"Make one (onward calibrate CRISIS... -o FILE) and give --posterior FILE, or use --parameters prior."
        )
    return _calibrated(POSTERIOR, known.crises[same[0]])


def _others(crisis: Crisis | None, posterior: Posterior | None = None) -> Distribution | None:
    found = shipped_posterior() if posterior is None else posterior
    if found is None:
        return None
    return found.population if crisis is None else found.without(crisis.name, crisis.hash)


def _calibrated(name: str, found: Distribution) -> ParameterSet:
    values = default_values(found.median())
    return ParameterSet(name, values, tuple(found.fitted_on), found.hash, found.fitted_on, found)


def set_of(crisis: Crisis) -> ParameterSet:
    """Return the initial parameter set of a crisis: its own if it was fitted, else the population's.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> set_of(read_crisis("aleppo-2016")).fitted_on, set_of(read_crisis("daraa-2018")).name
    (('aleppo-2016',), 'population')
    """
    if not crisis.fitted_on:
        return population_set()
    return _point(crisis.name, default_values(crisis.parameters), crisis.fitted_on)


def set_by_hand(crisis: Crisis) -> dict[str, object]:
    """Return the parameters that a crisis fixes at a value for every set: those that were not fitted."""
    return {} if crisis.fitted_on else dict(crisis.parameters)


def set_by_scenario(scenario: Scenario) -> dict[str, object]:
    """Return the parameters that a scenario sets; raise ScenarioError for those that are unknown or out of range."""
    found = {step.name: step.value for step in scenario.intervention if step.do == "set_parameter"}
    try:
        default_values(found)
    except ParameterError as error:
        lines = (f"{scenario.name}, set_parameter: {line}" for line in str(error).splitlines())
        raise ScenarioError("\n".join(lines)) from None
    return dict(found)


def words_on(about: Mapping[str, Any]) -> str:
    """Describe which set a run used and what it was fitted on; empty for runs that do not say.

    Examples
    --------
    >>> words_on({"crisis": "x", "parameters_from": {"name": "population", "fitted_on": []}})
    'Parameters: the population set (medians of the priors), fitted on no crisis.'
    """
    found = about.get("parameters_from")
    if not found:
        return ""
    fitted = found["fitted_on"]
    what = {
        POPULATION: f"the population set (medians of {'what calibration found' if fitted else 'the priors'})",
        PRIOR: "drawn from the population of other crises for each member"
        if fitted
        else "drawn from the priors for each member",
        POSTERIOR: "drawn from this crisis's posterior for each member",
    }.get(found["name"], f"the set {found['name']!r}")
    return f"Parameters: {what}, {_fitted(found['fitted_on'], about.get('crisis'))}{_shared(found)}."


def _fitted(names: list[str], crisis: object) -> str:
    if not names:
        return "fitted on no crisis"
    if names == [crisis]:
        return "fitted on counts of this same crisis, so that its agreement with them is no test"
    return f"fitted on {', '.join(names)}" + (
        ", this crisis among them" if crisis in names else ", not on the counts of this folder"
    )


def _shared(found: Mapping[str, Any]) -> str:
    names = found.get("same_war")
    if not names:
        return ""
    is_about = "is" if len(names) == 1 else "are"
    return (
        f"; but {' and '.join(names)} {is_about} about the same country and time, so agreement with counts of this war "
        "is no independent test"
    )


def _point(name: str, values: Values, fitted_on: tuple[str, ...]) -> ParameterSet:
    return ParameterSet(name, values, fitted_on, _hash(dict(sorted(values.items()))))


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()
