"""Figures of administrative units and areas for the page, from members' sums over their places."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.errors import ParameterError
from onward.evaluation.labels import site_name
from onward.planning.allowed import allowed_units
from onward.report.map_data import Scene
from onward.report.page_figures import Cubes, curves
from onward.runs.summary import follows_flee
from onward.simulation.observables import net_arrivals
from onward.simulation.record import record_of_run
from onward.simulation.run import Run
from onward.simulation.units import Units
from onward.typing import Floats

#: the levels that the page can show beside places, and what they are called
NAMES = {"admin1": "Admin 1", "admin2": "Admin 2", "area": "Areas"}
#: units of a level that the page shows at most: those with most displaced people (own choice: the size of the page)
MOST = 60


def unit_levels(run: Run, crisis: Crisis, scene: Scene) -> list[dict[str, Any]]:
    """Return a level each for administrative units and areas: its units, their places, stocks and net arrivals.

    Levels that most places do not name, or that part nothing, are left out; so are all under Flee's rules, where only
    camps have figures. ``members`` are the rows of the scene in each unit; areas may overlap. While a crisis is going
    on, areas that split a district are left out.
    """
    if follows_flee(run.about):
        return []
    made = [_level(run, crisis, scene, by) for by in NAMES]
    return [level for level in made if level is not None]


def _level(run: Run, crisis: Crisis, scene: Scene, by: str) -> dict[str, Any] | None:
    if by != "area" and not _parted(scene.crisis, by):
        return None
    try:
        units = allowed_units(run, crisis, by=by)
    except ParameterError:
        return None
    stock = _stock(run, units)
    largest = np.argsort(-stock.mean(axis=0).max(axis=1), kind="stable")[:MOST]
    kept = sorted(int(n) for n in largest if stock[:, n].any())
    if len(kept) < 2:
        return None
    table = units.table[kept]
    of = {unit: scene.rows_of(units.members.filter(unit=unit)["place"].to_list()) for unit in table["unit"]}
    keep = Units(units.by, table, units.members.filter(pl.col("unit").is_in(table["unit"].to_list())))
    return {
        "by": by,
        "title": NAMES[by],
        "id": table["unit"].to_list(),
        "name": _names(table, by, crisis),
        "country": [country or "" for country in table["country"]],
        "lat": table["latitude"].round(4).to_list(),
        "lon": table["longitude"].round(4).to_list(),
        "members": [of[unit] for unit in table["unit"]],
        "overlap": bool(keep.members["place"].is_duplicated().any()),
        "stock": curves(stock[:, kept]),
        "arrivals": curves(np.cumsum(arrivals_of(run, keep), axis=2)),
    }


def _parted(crisis: Crisis, level: str) -> bool:
    """Return whether most places name the level, and not all the same unit."""
    names = crisis.table("places")[level]
    return 2 * names.count() > names.len() and names.n_unique() > 1


def _names(table: pl.DataFrame, by: str, crisis: Crisis) -> list[str]:
    if by == "area":
        return [_capital(site_name(unit, crisis)) for unit in table["unit"]]
    twice = set(table["name"].filter(table["name"].is_duplicated()))
    rows = table.select("name", "country").iter_rows()
    return [f"{name} ({country})" if name in twice else name for name, country in rows]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _stock(run: Run, units: Units) -> Floats:
    """Return people staying or waiting: each member's sums over the places of each unit, ``[m, u, t]``."""
    names = list(run.about["places"])
    places = Cubes(run, {name: n for n, name in enumerate(names)}, len(names)).stock("here", "gate")
    at = {name: n for n, name in enumerate(names)}
    sums = np.zeros((len(units.keys), len(names)))
    row = {unit: n for n, unit in enumerate(units.keys)}
    for place, unit in units.members.select("place", "unit").iter_rows():
        sums[row[unit], at[place]] = 1.0
    return np.asarray(np.einsum("up,mpt->mut", sums, places, optimize=True))


def arrivals_of(run: Run, units: Units) -> Floats:
    """Return arrivals minus those who left again, without moves within a unit: ``[m, u, t]``."""
    names = list(run.about["places"])
    if "flows" not in run.tables:
        days = (run.about["members"], len(units.keys), int(run.about["days"]))
        return np.zeros(days)
    record = record_of_run(run, names)
    if not units.members["place"].is_duplicated().any():
        row = {place: units.keys.index(unit) for place, unit in units.members.select("place", "unit").iter_rows()}
        return net_arrivals(record, np.array([row.get(name, -1) for name in names]), len(units.keys))
    parts = []
    for unit in units.keys:
        inside = set(units.members.filter(unit=unit)["place"])
        parts.append(net_arrivals(record, np.array([0 if name in inside else -1 for name in names]), 1))
    return np.concatenate(parts, axis=1)
