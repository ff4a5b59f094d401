"""Read back the settings of a run, with the parameters that it used and not those of the installed version."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from onward.crisis import Crisis
from onward.errors import ParameterError
from onward.model.parameter_set import ParameterSet, posterior_set, prior_set, set_of
from onward.model.parameters import declared
from onward.runs.inputs import kept_scenario
from onward.simulation.member import Settings
from onward.simulation.settings import make_settings
from onward.simulation.versions import versions


def settings_of_run(about: Mapping[str, Any], crisis: Crisis) -> Settings:
    """Return the settings of a run under Onward's own rules, to work out again what a member drew.

    Parameters
    ----------
    about
        The content of run.json.
    crisis
        The crisis that the run keeps.

    Returns
    -------
    Settings
        With fixed parameters at the run's own values, whatever the defaults are by now.

    Raises
    ------
    ParameterError
        If members drew parameters from a distribution that this version does not hold: neither its prior nor its
        posterior has the hash that the run names.

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate("aleppo-2016", engine="expected")
    >>> old = {**run.about, "values": {"kernel_km": 5.0}}
    >>> settings_of_run(old, run.crisis).base.values["kernel_km"]
    5.0
    """
    content = about.get("scenario")
    scenario = None if content is None else kept_scenario(content, crisis)
    given = {key: about[key] for key in ("engine", "members", "seed", "parameters", "overrides")}
    base = _base(about, crisis)
    settings = make_settings(
        crisis, **{**given, "parameters": "fixed"}, scenario=scenario, labels=about.get("labels", True),
        departures=about.get("departures", "modelled"),
    )  # fmt: skip
    return replace(settings, parameters=about["parameters"], base=base)


def same_model(about: Mapping[str, Any]) -> bool:
    """Return whether a run was made by the sources of the model and the engine that are installed now."""
    now = versions()["onward_sources"]
    return bool(about.get("versions", {}).get("onward_sources", now) == now)


def _base(about: Mapping[str, Any], crisis: Crisis) -> ParameterSet:
    if about["parameters"] == "fixed":
        own = set_of(crisis)
        kept = {name: value for name, value in about.get("values", {}).items() if name in declared()}
        return replace(own, values={**own.values, **kept})
    drawn_from = str(about["parameters_from"]["hash"])
    now: ParameterSet | None = None
    with contextlib.suppress(ParameterError):  # the installed version holds no set for this crisis
        now = posterior_set(crisis) if about["parameters"] == "posterior" else prior_set(crisis)
    if now is None or drawn_from != now.hash:
        raise ParameterError(
            f"the members of this run drew their parameters from a distribution ({drawn_from[:12]}) that this Onward "
            "does not hold, so what they drew is not known. Run it again with --overwrite."
        )
    return now
