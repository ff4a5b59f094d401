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
    from onward.crisis import Crisis, Scenario, read_crisis, read_scenario, write_crisis
    from onward.evaluation.compare import compare
    from onward.report.write import write_report
    from onward.runs.folder import read_run
    from onward.simulation.run import Run, simulate

__all__ = [
    "Crisis",
    "OnwardError",
    "Run",
    "Scenario",
    "compare",
    "read_crisis",
    "read_run",
    "read_scenario",
    "simulate",
    "write_crisis",
    "write_report",
]

#: where each public name lives; loaded when first asked for, so that ``onward --help`` stays quick
_HOMES = {
    "onward.crisis": ("Crisis", "Scenario", "read_crisis", "read_scenario", "write_crisis"),
    "onward.simulation.run": ("Run", "simulate"),
    "onward.evaluation.compare": ("compare",),
    "onward.report.write": ("write_report",),
    "onward.runs.folder": ("read_run",),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'onward' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
