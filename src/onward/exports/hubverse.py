"""Quantiles of a forecast in the format of modelling hubs, so that others can score it.

Columns follow hubverse's standard of model output (https://docs.hubverse.io, model output): task identifiers
``origin_date``, ``target``, ``target_end_date``, ``horizon`` and ``location``, then ``output_type``, ``output_type_id``
and ``value``.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from onward import disclosure
from onward.inference.fans import Fans
from onward.simulation.run import Run

#: the quantile levels that forecast hubs ask for
LEVELS = (0.01, 0.025, *(round(0.05 * k, 2) for k in range(1, 20)), 0.975, 0.99)
#: targets: all displaced people in total, and displaced people who stay or wait in a unit
TARGETS = {"total": "displaced"}
COLUMNS = ("origin_date", "target", "target_end_date", "horizon", "location", "output_type", "output_type_id", "value")


def hubverse_table(fans: Fans, *, places: bool) -> pl.DataFrame:
    """Return the quantiles of a forecast, one row each, to two significant digits.

    Parameters
    ----------
    fans
        From `onward.inference.fans.fans_of`.
    places
        With single places, and not only the total, areas and administrative units.

    Returns
    -------
    polars.DataFrame
        Columns `COLUMNS`; ``horizon`` in days, ``location`` as LEVEL:UNIT (``total``, ``admin1:SYR/Aleppo``).
    """
    kept = np.flatnonzero((fans.units["level"] != "place").to_numpy() | places)
    levels, units = fans.units["level"].gather(kept).to_list(), fans.units["unit"].gather(kept).to_list()
    where = [level if level == "total" else f"{level}:{unit}" for level, unit in zip(levels, units, strict=True)]
    target = [TARGETS.get(level, "stock") for level in levels]
    values = disclosure.all_two_digits(fans.quantiles(LEVELS)[:, :, kept])
    rows = [
        (fans.origin, target[u], fans.origin + dt.timedelta(days), days, where[u], "quantile", level, values[q, h, u])
        for h, days in enumerate(fans.horizons)
        for u in range(len(kept))
        for q, level in enumerate(LEVELS)
    ]
    return pl.DataFrame(rows, schema=list(COLUMNS), orient="row")


def write_hubverse(run: Run, fans: Fans, path: Path, *, places: bool, today: dt.date) -> tuple[str, ...]:
    """Write the quantiles of a forecast; return the notices for the user.

    Single places are left out while the crisis is going on, unless they are asked for.
    """
    ongoing = disclosure.is_ongoing(run.about, today)
    hubverse_table(fans, places=places or not ongoing).write_csv(path)
    if not ongoing:
        return ()
    return (disclosure.PLACES_WARNING,) if places else (disclosure.AREAS_NOTE,)
