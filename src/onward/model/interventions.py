"""Apply a scenario's interventions to a crisis so that each member keeps its own draws.

A scenario changes no random number: attacks keep their cells and are scaled, added places come last, and rules for
gates come after the crisis's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis, crisis_from_tables
from onward.crisis.scenarios import (
    AddCamp,
    AddCapacity,
    FreezeControl,
    ScaleEvents,
    Scenario,
    SetControl,
    SetGate,
    SetRoute,
)
from onward.typing import Floats, Ints


@dataclass(frozen=True)
class Changes:
    """The changes of a scenario besides those of tables, applied when the crisis is compiled."""

    scale: tuple[ScaleEvents, ...] = ()
    gates: tuple[dict[str, Any], ...] = ()
    added: tuple[str, ...] = ()


def apply_scenario(crisis: Crisis, scenario: Scenario) -> tuple[Crisis, Changes]:
    """Return the crisis with the scenario's control, roads and camps, and the changes to apply later."""
    for step in scenario.intervention:
        if isinstance(step, (FreezeControl, SetControl)):
            crisis = crisis.replace_table("control", _control(crisis, step))
        elif isinstance(step, SetRoute):
            crisis = crisis.replace_table("closures", _route(crisis, step))
        elif isinstance(step, AddCapacity):
            crisis = crisis.replace_table("places", _capacity(crisis, step))
        elif isinstance(step, AddCamp):
            crisis = _camp(crisis, step)
    steps = scenario.intervention
    return crisis, Changes(
        scale=tuple(s for s in steps if isinstance(s, ScaleEvents)),
        gates=tuple(_gate(crisis, s) for s in steps if isinstance(s, SetGate)),
        added=tuple(s.place for s in steps if isinstance(s, AddCamp)),
    )


def _control(crisis: Crisis, step: FreezeControl | SetControl) -> pl.DataFrame:
    control = crisis.table("control")
    if isinstance(step, SetControl):
        row = pl.DataFrame({"place": [step.place], "start": [step.start], "actor": [step.actor]})
        here, day = pl.col("place") == step.place, pl.lit(step.start)
        before = here & (pl.col("start") < day) & (pl.col("start_high") >= day)
        after = here & (pl.col("start") > day) & (pl.col("start_low") <= day)
        kept = control.filter(~(here & (pl.col("start") == day))).with_columns(
            pl.when(before).then(day.dt.offset_by("-1d")).otherwise("start_high").alias("start_high"),
            pl.when(after).then(day.dt.offset_by("1d")).otherwise("start_low").alias("start_low"),
        )
        return pl.concat([kept, row], how="diagonal_relaxed")
    named = pl.col("place").is_in(step.place) if step.place else pl.lit(True)
    return control.filter(~(named & (pl.col("start") >= step.start)))


def _route(crisis: Crisis, step: SetRoute) -> pl.DataFrame:
    """Return the closures with the road's own rules removed in the window and the new one added."""
    rules = crisis.table("closures")
    first, last = step.start or crisis.start, step.end or crisis.end
    ends = [step.place1, step.place2]
    mine = (pl.col("kind") == "route") & pl.col("name1").is_in(ends) & pl.col("name2").is_in(ends)
    kept = [rules.filter(~mine)]
    for row in rules.filter(mine).iter_rows(named=True):
        end = row["end"] or crisis.end
        if row["start"] < first:
            kept.append(_rule(rules, {**row, "end": min(end, _next(first, -1))}))
        if end > last:
            kept.append(_rule(rules, {**row, "start": max(row["start"], _next(last, 1))}))
    new = {"kind": "route", "name1": ends[0], "name2": ends[1], "start": first, "end": last, "policy": step.policy}
    return pl.concat([*kept, _rule(rules, new)], how="diagonal_relaxed")


def _rule(rules: pl.DataFrame, row: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{c: row.get(c) for c in rules.columns}], schema=rules.schema)


def _next(day: date, step: int) -> date:
    return date.fromordinal(day.toordinal() + step)


def _capacity(crisis: Crisis, step: AddCapacity) -> pl.DataFrame:
    more = pl.when(pl.col("place") == step.place).then(step.people).otherwise(0)
    return crisis.table("places").with_columns((pl.col("capacity") + more).alias("capacity"))


#: of a place, the units that a camp near it lies in too
UNITS = ("country", "admin1", "admin1_pcode", "admin2", "admin2_pcode")


def _camp(crisis: Crisis, step: AddCamp) -> Crisis:
    places, routes = crisis.table("places"), crisis.table("routes")
    near = places.row(by_predicate=pl.col("place") == step.near, named=True)
    camp = {**dict.fromkeys(places.columns), "place": step.place, "kind": "camp", "capacity": step.capacity,
            "latitude": step.latitude, "longitude": step.longitude, "opens": step.opens, "population": 0,
            "displaced_at_start": 0, **{k: near[k] for k in UNITS}}  # fmt: skip
    road = {**dict.fromkeys(routes.columns), "place1": step.near, "place2": step.place,
            "distance_km": step.distance_km, "mode": "road", "one_way": False}  # fmt: skip
    tables = dict(crisis.tables)
    tables["places"] = pl.concat([places, pl.DataFrame([camp], schema=places.schema)])
    tables["routes"] = pl.concat([routes, pl.DataFrame([road], schema=routes.schema)])
    holder = crisis.table("control").filter(pl.col("place") == step.near)
    holder = holder.with_columns(pl.lit(step.place).alias("place"))
    tables["control"] = pl.concat([crisis.table("control"), holder])
    return crisis_from_tables(crisis.header(), tables)


def _gate(crisis: Crisis, step: SetGate) -> dict[str, Any]:
    return {"kind": "scenario", "name1": step.gate, "name2": None, "start": step.start or crisis.start, "end": step.end,
            "policy": step.policy, "people_per_day": step.people_per_day, "low": None, "high": None}  # fmt: skip


def scale_cells(
    crisis: Crisis, scale: tuple[ScaleEvents, ...], names: tuple[str, ...], row: Ints, day: Ints, spot: Ints
) -> Floats:
    """Return the factor by which the attacks of each cell are scaled, shape (cells,).

    ``row`` is the event's row, ``day`` counts from the first day of history, ``spot`` is a place (or a point).
    """
    factor = np.ones(len(row))
    events = crisis.table("events")
    for step in scale:
        hit = np.ones(len(row), dtype=np.bool_)
        for column, wanted in (("type", step.type), ("actor", step.actor)):
            if wanted:
                hit &= events[column].is_in(wanted).to_numpy()[row]
        if step.place or step.area:
            there = {*step.place, *(place for area in step.area for place in crisis.areas[area])}
            hit &= np.isin(spot, [i for i, name in enumerate(names) if name in there])
        first = (step.start or crisis.history_start) - crisis.history_start
        last = (step.end or crisis.end) - crisis.history_start
        hit &= (day >= first.days) & (day <= last.days)
        factor[hit] *= step.factor
    return factor
