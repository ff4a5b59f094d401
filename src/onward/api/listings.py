"""List the bundled crises, their scenarios and the parameters."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from onward.crisis import Crisis
from onward.crisis import read_crisis as _read_crisis
from onward.crisis import read_scenario as _read_scenario


def list_crises() -> pl.DataFrame:
    """Return the bundled crises: columns name, title, start, end.

    Examples
    --------
    >>> import onward
    >>> "aleppo-2016" in onward.list_crises()["name"].to_list()
    True
    """
    from onward.crisis import bundled_crises

    return pl.DataFrame(bundled_crises(), schema=["name", "title", "start", "end"], orient="row")


def list_scenarios(crisis: Crisis | str | Path) -> pl.DataFrame:
    """Return the what-ifs that come with a crisis: columns name, title.

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
    """Return the parameter table: name, unit, default, range, prior, meaning, and where default and prior are from.

    Examples
    --------
    >>> import onward
    >>> "attack_weight" in onward.parameters()["name"].to_list()
    True
    """
    from dataclasses import asdict

    from onward.model.parameters import declared

    return pl.DataFrame([{**asdict(row), "source": row.source} for row in declared().values()])
