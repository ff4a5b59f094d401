"""What the page needs to draw needs over time: standards per displaced person, and what is there by unit."""

from __future__ import annotations

from typing import Any

import polars as pl

from onward.planning.allowed import allowed_units, default_level
from onward.planning.needs import needs
from onward.planning.standards import standards_of
from onward.report.plan_sections import item_words
from onward.runs.summary import follows_flee
from onward.simulation.run import Run


def need_curves(run: Run) -> dict[str, Any] | None:
    """Return the items that displaced people need, with the quantity for each person; None where none can be said.

    A need is a quantity for each person, so that its quantiles are those of the people times it: the page draws it from
    the stock of a unit. ``there`` is what is there on the last day by unit, where known.
    """
    if run.crisis is None or follows_flee(run.about):
        return None
    units = allowed_units(run, by=default_level(run))
    rules = standards_of(run.crisis).filter(pl.col("who") == "displaced")
    rows = needs(run, units=units).filter(pl.col("who") == "displaced").drop_nulls("there")
    there: dict[str, dict[str, float]] = {}
    for unit, item, quantity in rows.select("unit", "item", "there").iter_rows():
        there.setdefault(item, {})[unit] = quantity
    items = [
        {"item": item_words(row["item"], row["unit"]), "each": row["quantity"] / row["per"],
         "whole": bool(row["whole"]), "source": row["source"], "there": there.get(row["item"], {})}
        for row in rules.iter_rows(named=True)
    ]  # fmt: skip
    return {"by": units.by, "items": items}
