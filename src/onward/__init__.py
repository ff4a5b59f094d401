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
    from onward.data import Crisis, Scenario, read_crisis, read_scenario, write_crisis
    from onward.engine.run import Run, simulate
    from onward.inference.compare import compare
    from onward.views.report import write_report
    from onward.views.store import read_run

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
    "onward.data": ("Crisis", "Scenario", "read_crisis", "read_scenario", "write_crisis"),
    "onward.engine.run": ("Run", "simulate"),
    "onward.inference.compare": ("compare",),
    "onward.views.report": ("write_report",),
    "onward.views.store": ("read_run",),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'onward' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
