"""List the bundled crises, their scenarios and the parameters."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from onward.crisis import Crisis
from onward.crisis import read_crisis as _read_crisis
from onward.crisis import read_scenario as _read_scenario


def list_crises() -> pl.DataFrame:
    """Return the bundled crises.

    Returns
    -------
    polars.DataFrame
        One row per crisis, by name: name, title, start and end (first and last day).

    Examples
    --------
    >>> import onward
    >>> "aleppo-2016" in onward.list_crises()["name"].to_list()
    True
    """
    from onward.crisis import bundled_crises

    return pl.DataFrame(bundled_crises(), schema=["name", "title", "start", "end"], orient="row")


def list_scenarios(crisis: Crisis | str | Path) -> pl.DataFrame:
    """Return the scenarios (what-ifs) of a crisis.

    Parameters
    ----------
    crisis
        A crisis, or an argument of `read_crisis`: a folder or a bundled name.

    Returns
    -------
    polars.DataFrame
        One row per scenario: name and title; no rows if there are none.

    Raises
    ------
    CrisisDataError, ScenarioError
        For a crisis or scenario with errors.

    Examples
    --------
    >>> import onward
    >>> onward.list_scenarios("aleppo-2016")["name"].to_list()[:2]
    ['early-ceasefire', 'no-air-campaign']
    """
    from onward.crisis import scenario_files

    world = crisis if isinstance(crisis, Crisis) else _read_crisis(crisis)
    names = scenario_files(world)
    rows = [(name, _read_scenario(name, world).title) for name in names]
    return pl.DataFrame(rows, schema={"name": pl.String, "title": pl.String}, orient="row")


def parameters() -> pl.DataFrame:
    """Return the parameter table of the model.

    Returns
    -------
    polars.DataFrame
        One row per parameter: name, unit, default, range, prior, meaning, and the sources of default and prior; null
        where a parameter is not drawn.

    Examples
    --------
    >>> import onward
    >>> "attack_weight" in onward.parameters()["name"].to_list()
    True
    """
    from dataclasses import asdict

    from onward.model.parameters import declared

    return pl.DataFrame([{**asdict(row), "source": row.source} for row in declared().values()])
