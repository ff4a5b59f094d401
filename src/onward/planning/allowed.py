"""Units that may be published: none finer than a district while a crisis is ongoing."""

from __future__ import annotations

import datetime as dt

import polars as pl

from onward import disclosure
from onward.crisis import Crisis
from onward.crisis.messages import did_you_mean
from onward.errors import ParameterError
from onward.simulation.run import Run
from onward.simulation.units import BY, Units, admin_units, finest_level, place_table, units_of


def allowed_units(
    run: Run, crisis: Crisis | None = None, *, by: str | None = None, places: bool = False, today: dt.date | None = None
) -> Units:
    """Return the units of a run that may be published.

    Parameters
    ----------
    run, crisis
        A run, and its crisis where it does not know it.
    by
        ``place``, ``area``, ``admin1`` or ``admin2``. If None: places, or admin 2 while the crisis is going on.
    places
        Single places even though the crisis is going on.
    today
        The day it is; today if None.

    Returns
    -------
    Units
        While the crisis is going on and unless ``places``: places are refused, and areas that split a district are
        left out, since two areas could tell of one place between them.
    """
    fine = places or not disclosure.is_ongoing(run.about, today or disclosure.today())
    by = by or ("place" if fine else "admin2")
    if by not in BY:
        raise ParameterError(f"by: {by!r} is not one of {', '.join(BY)}. {did_you_mean(by, BY)}".rstrip())
    if by == "place" and not fine:
        raise ParameterError("by place: this crisis is ongoing. Choose admin2, or give --places and read its warning.")
    crisis = crisis or run.crisis
    if crisis is None and by.startswith("admin"):
        return admin_units(place_table(run.about, None), by)
    units = units_of(run, by, crisis)
    return units if by != "area" or fine else _whole_districts(units, units_of(run, "admin2", crisis))


def default_level(run: Run, today: dt.date | None = None) -> str:
    """Return the default units: the finest level that most places have, or admin 2 while the crisis is ongoing."""
    if disclosure.is_ongoing(run.about, today or disclosure.today()):
        return "admin2"
    return finest_level(run) or "place"


def _whole_districts(areas: Units, districts: Units) -> Units:
    """Return the areas that contain every place of each district they touch."""
    in_district = districts.members.rename({"unit": "district"})
    size = in_district.group_by("district").len("all")
    inside = areas.members.join(in_district, on="place").group_by("unit", "district").len("inside")
    split = inside.join(size, on="district").filter(pl.col("inside") < pl.col("all"))["unit"].unique().to_list()
    whole = ~pl.col("unit").is_in(split)
    return Units(areas.by, areas.table.filter(whole), areas.members.filter(whole))
