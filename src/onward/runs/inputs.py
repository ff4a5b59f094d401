"""Read back the scenario that a run folder keeps as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from onward.crisis import Crisis, Scenario, check_scenario

#: JSON has no dates: these fields of interventions are read as days where they are written as such
_DAYS = ("start", "end", "opens")


def kept_scenario(dumped: Mapping[str, Any], crisis: Crisis) -> Scenario:
    """Return a scenario that was stored as JSON, checked against its crisis."""
    return check_scenario({**dumped, "intervention": given_steps(dumped)}, crisis, "what-if")


def given_steps(dumped: Mapping[str, Any]) -> list[object]:
    """Return the interventions of a scenario stored as JSON, omitting unset fields."""
    return [with_days({k: v for k, v in step.items() if v is not None}) for step in dumped["intervention"]]


def with_days(step: object) -> object:
    """Convert texts of an intervention that are dates; leave others for the check to report.

    Examples
    --------
    >>> with_days({"do": "freeze_control", "start": "2016-02-27"})["start"]
    datetime.date(2016, 2, 27)
    """
    if not isinstance(step, Mapping):
        return step
    return {key: _day(value) if key in _DAYS else value for key, value in step.items()}


def _day(value: object) -> object:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value
