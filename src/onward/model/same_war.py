"""Find the crises that parameters were fitted on which are about the same country and time as another crisis.

A crisis is left out of the set that it is judged with by its name or its hash. A user's own tables of the same war have
neither, so their countries with most attacks and their days are compared.
"""

from __future__ import annotations

import functools
import importlib.resources
from collections import Counter
from collections.abc import Iterable

import polars as pl

from onward.crisis import Crisis

#: the country that people flee from and the days of each crisis that the shipped parameters were fitted on
FITTED_CRISES = "fitted_crises.csv"


def same_war(crisis: Crisis, names: Iterable[str]) -> tuple[str, ...]:
    """Return those of some fitted crises that share the attacked country and at least one day with a crisis.

    Parameters
    ----------
    crisis
        Any crisis; one without attacks shares nothing.
    names
        Crises that parameters were fitted on; those that are not in ``fitted_crises.csv`` are not compared.

    Returns
    -------
    tuple of str
        Their names, in the order given.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from onward.crisis import read_crisis
    >>> own = replace(read_crisis("aleppo-2016"), name="my-aleppo")
    >>> same_war(own, ["syria2013", "aleppo-2016"])
    ('aleppo-2016',)
    """
    attacked = attacked_country(crisis)
    if attacked is None:
        return ()
    country, start, end = (pl.col(name) for name in ("country", "start", "end"))
    shared = _fitted_crises().filter(country == attacked, start <= crisis.end, end >= crisis.start)
    found = set(shared["crisis"])
    return tuple(name for name in names if name in found)


def attacked_country(crisis: Crisis) -> str | None:
    """Return the country with most rows of events; None without events.

    An event of an area counts at the area's first place, one at a point at the nearest place.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> attacked_country(read_crisis("aleppo-2016"))
    'SYR'
    """
    events, places = crisis.table("events"), crisis.table("places")
    country = dict(places.select("place", "country").iter_rows())
    areas = crisis.areas
    counted = Counter(country[place] for place in events["place"].drop_nulls())
    counted.update(country[areas[area][0]] for area in events["area"].drop_nulls())
    points = events.filter(pl.col("place").is_null() & pl.col("latitude").is_not_null())
    counted.update(_nearest_countries(points, places))
    return max(sorted(counted), key=lambda name: counted[name], default=None)


def _nearest_countries(points: pl.DataFrame, places: pl.DataFrame) -> list[str]:
    if points.is_empty():
        return []
    from scipy.spatial import cKDTree

    from onward.crisis.sphere import on_sphere

    at = [on_sphere(table["latitude"], table["longitude"]) for table in (places, points)]
    return list(places["country"].to_numpy()[cKDTree(at[0]).query(at[1])[1]])


@functools.cache
def _fitted_crises() -> pl.DataFrame:
    file = importlib.resources.files("onward.model").joinpath(FITTED_CRISES)
    return pl.read_csv(file.read_bytes(), try_parse_dates=True)
