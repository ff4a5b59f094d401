"""Onward: model and forecast the flight of people from a war.

>>> import onward
>>> crisis = onward.read_crisis("aleppo-2016")
>>> crisis.days
77
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from onward.errors import OnwardError

if TYPE_CHECKING:
    from onward.api import (
        export,
        forecast,
        list_crises,
        list_scenarios,
        parameters,
        read_posterior,
        read_run,
        score,
        simulate,
        simulate_flee,
    )
    from onward.crisis import Crisis, Scenario, read_crisis, read_scenario, write_crisis
    from onward.evaluation.compare import compare
    from onward.extraction import extract_facts
    from onward.inference.calibrate_crises import calibrate
    from onward.inference.sensitivity import sensitivity
    from onward.model.posterior import Posterior
    from onward.planning.needs import needs
    from onward.report.write import write_report
    from onward.runs.forecast import Forecast
    from onward.simulation.run import Run

__all__ = [
    "Crisis",
    "Forecast",
    "OnwardError",
    "Posterior",
    "Run",
    "Scenario",
    "calibrate",
    "compare",
    "export",
    "extract_facts",
    "forecast",
    "list_crises",
    "list_scenarios",
    "needs",
    "parameters",
    "read_crisis",
    "read_posterior",
    "read_run",
    "read_scenario",
    "score",
    "sensitivity",
    "simulate",
    "simulate_flee",
    "write_crisis",
    "write_report",
]

#: the module of each public name; loaded when first asked for, so that ``onward --help`` stays quick
_MODULES = {
    "onward.api": (
        "export",
        "forecast",
        "list_crises",
        "list_scenarios",
        "parameters",
        "read_posterior",
        "read_run",
        "score",
        "simulate",
        "simulate_flee",
    ),
    "onward.crisis": ("Crisis", "Scenario", "read_crisis", "read_scenario", "write_crisis"),
    "onward.evaluation.compare": ("compare",),
    "onward.extraction": ("extract_facts",),
    "onward.inference.calibrate_crises": ("calibrate",),
    "onward.inference.sensitivity": ("sensitivity",),
    "onward.model.posterior": ("Posterior",),
    "onward.planning.needs": ("needs",),
    "onward.report.write": ("write_report",),
    "onward.runs.forecast": ("Forecast",),
    "onward.simulation.run": ("Run",),
}


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'onward' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
