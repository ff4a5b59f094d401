"""What-ifs of the future: a scenario whose interventions begin after the origin of a forecast."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from onward.crisis import Crisis, Scenario
from onward.crisis.scenarios import AddCamp, AddCapacity, Intervention, ScaleEvents, SetParameter
from onward.errors import ScenarioError
from onward.typing import Floats


def after_origin(scenario: Scenario, known: Crisis, origin: date) -> Scenario:
    """Return a scenario as a forecast runs it: what says no day begins on the day after the origin.

    Parameters
    ----------
    scenario
        Its interventions.
    known
        The crisis as it was known at the origin (`onward.inference.as_of`).
    origin
        The last day that is known.

    Raises
    ------
    ScenarioError
        With all interventions at once that begin, or would act, on days that have passed: a forecast changes the
        future alone.

    Examples
    --------
    >>> from onward.crisis import read_crisis, read_scenario
    >>> from onward.inference.as_of import as_of
    >>> crisis, day = read_crisis("aleppo-2016"), date(2016, 2, 1)
    >>> after_origin(read_scenario("open-border", crisis), as_of(crisis, day), day).intervention[0].start
    datetime.date(2016, 2, 2)
    """
    first, wrong = origin + timedelta(1), list[str]()
    steps: list[Intervention] = []
    capacity = dict(known.table("places").select("place", "capacity").iter_rows())
    for number, step in enumerate(scenario.intervention, 1):
        where = f"{scenario.name}, intervention {number}, {step.do}"
        column = "opens" if isinstance(step, AddCamp) else "start"
        if isinstance(step, SetParameter):
            wrong.append(f"{where}: a parameter acts on all days. Give it to `onward run --scenario` instead.")
        elif isinstance(step, AddCapacity):
            if capacity[step.place] is None:
                wrong.append(
                    f"{where}: the capacity of {step.place} was not known on {origin}, so more of it changes nothing. "
                    "Add a camp (add_camp) instead."
                )
            steps.append(step)
        elif (begins := getattr(step, column)) is not None and begins <= origin:
            wrong.append(f"{where}: {column} {begins} is not after the origin, {origin}. Give {first} or a later day.")
        elif (end := getattr(step, "end", None)) is not None and end <= origin:
            wrong.append(f"{where}: end {end} is not after the origin, {origin}. Give a later day, or none.")
        else:
            steps.append(step.model_copy(update={column: begins or first}))
    if wrong:
        raise ScenarioError("\n".join(wrong))
    return scenario.model_copy(update={"intervention": tuple(steps)})


def scale_ahead(
    crisis: Crisis, scenario: Scenario | None, kinds: Sequence[tuple[str, str]], places: Sequence[str | None],
    first: date, days: int,
) -> Floats | None:  # fmt: skip
    """Return by how much a scenario scales attacks to come, ``[t, s, k]``; None where it scales none.

    Parameters
    ----------
    crisis
        The crisis, for its areas.
    scenario
        The what-if, as `after_origin` returns it.
    kinds
        Actor and type of each kind of attack.
    places
        The place of each site, None for points.
    first, days
        The first day, and how many there are.
    """
    steps = [step for step in (scenario.intervention if scenario else ()) if isinstance(step, ScaleEvents)]
    if not steps:
        return None
    factor = np.ones((days, len(places), len(kinds)))
    for step in steps:
        there = {*step.place, *(place for area in step.area for place in crisis.areas[area])}
        day = _where(step.start is None or first + timedelta(t) >= step.start for t in range(days))
        day &= _where(step.end is None or first + timedelta(t) <= step.end for t in range(days))
        site = _where(not (step.place or step.area) or place in there for place in places)
        kind = _where(
            (not step.actor or actor in step.actor) and (not step.type or what in step.type) for actor, what in kinds
        )
        factor[np.ix_(day, site, kind)] *= step.factor
    return factor


def _where(found: Any) -> Any:
    return np.fromiter(found, dtype=np.bool_)


def added_places(scenario: Scenario | None) -> set[str]:
    """Return the camps that a scenario adds."""
    return {step.place for step in (scenario.intervention if scenario else ()) if isinstance(step, AddCamp)}
