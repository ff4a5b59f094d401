"""Figures over members of who passed near ground that an actor held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from onward.simulation.tables import NEAR
from onward.typing import Floats

if TYPE_CHECKING:
    from onward.simulation.run import Run

_QUANTILES = {"p5": 0.05, "p50": 0.5, "p95": 0.95}


def near_figures(run: Run) -> list[dict[str, Any]]:
    """Return how many of those who left home passed near ground that an actor held, for each question asked.

    People displaced before the first day are left out.

    Parameters
    ----------
    run
        A run; one that was not asked has no figures.

    Returns
    -------
    list of dict
        By actor and distance: ``actor``, ``km``, ``people`` and their ``share`` of those who left home, each with mean,
        p5, p50 and p95 over members.

    Examples
    --------
    >>> import onward
    >>> found = near_figures(onward.simulate("aleppo-2016", members=2))
    >>> found[0]["actor"], found[0]["km"], 0.05 < found[0]["share"]["mean"] < 0.4
    ('ISIS', 10.0, True)
    """
    if NEAR not in run.tables:
        return []
    rows = run.tables[NEAR].with_columns(pl.col("actor").cast(pl.String))
    known = pl.col("origin").is_not_null()
    keys = ["actor", "km", "member"]
    found = rows.group_by(keys).agg(pl.col("people", "near").filter(known).sum()).sort(keys).collect()
    told = []
    for (actor, km), part in found.group_by("actor", "km", maintain_order=True):
        people, near = (np.zeros(int(run.about["members"])) for _ in range(2))
        people[part["member"].to_numpy()] = part["people"].to_numpy()
        near[part["member"].to_numpy()] = part["near"].to_numpy()
        share = np.divide(near, people, out=np.zeros_like(near), where=people > 0)
        told.append({"actor": actor, "km": km, "people": _four(near, 2), "share": _four(share, 4)})
    return told


def _four(values: Floats, digits: int) -> dict[str, float]:
    quantiles = {name: round(float(np.quantile(values, level)), digits) for name, level in _QUANTILES.items()}
    return {"mean": round(float(values.mean()), digits), **quantiles}
