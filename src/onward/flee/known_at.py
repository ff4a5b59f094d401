"""Restrict a Flee instance to what was known on a day, for forecasts.

Folders are written afterwards: the capacity of a camp is often its largest registration, corrections rescale earlier
registrations, and conflicts.csv covers the whole period.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onward.flee.instance import FleeInstance
    from onward.flee.network_files import Closure, Location


def as_known(instance: FleeInstance, day: dt.date) -> FleeInstance:
    """Return the instance without information from after ``day``; its period is unchanged.

    Registrations and corrections must be cut when they are read (`onward.flee.registrations.read_registrations`). Here
    conflict after the day is set to 0; closures that begin later are removed and those that end later remain; camps
    whose first people are registered later, or that open later, become towns without residents; and no camp has a
    capacity, because the folder does not say since when it was known.
    """
    last = (day - instance.start).days
    opening = [c for c in instance.closures if c.kind in ("camp", "idpcamp") and c.start <= 0 < c.end]
    shut = {c.name1 for c in opening if c.end > last}
    later = {p.name for p in instance.locations if p.is_camp and (p.name in shut or not _registered(instance, p.name))}
    note = f"known on {day}: no later conflict, closure, registration or correction; capacities of camps are unknown"
    missing = [f"known on {day}: {', '.join(sorted(later))} were no camps yet"] if later else []
    return replace(
        instance,
        locations=tuple(_location(place, later) for place in instance.locations),
        closures=tuple(_closure(c, last) for c in instance.closures if c.start <= last and c.name1 not in shut),
        conflicts=_conflicts(instance.conflicts, last),
        notes=(*instance.notes, note, *missing),
    )


def _registered(instance: FleeInstance, name: str) -> bool:
    return bool((instance.registrations.observed(name)[:, 1] > 0).any())


def _location(place: Location, later: set[str]) -> Location:
    if not place.is_camp:
        return place
    return replace(place, people=0, kind="town" if place.name in later else place.kind)


def _closure(closure: Closure, last: int) -> Closure:
    return replace(closure, end=closure.end if closure.end <= last else -1)


def _conflicts(conflicts: Mapping[str, NDArray[np.float64]], last: int) -> dict[str, NDArray[np.float64]]:
    return {name: np.where(np.arange(len(series)) <= last, series, 0.0) for name, series in conflicts.items()}
