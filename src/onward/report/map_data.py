"""Data of the map: places, control, gates and their rules, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.crisis.names import spoken_name
from onward.evaluation.labels import gate_name
from onward.model.build import Model, build_model
from onward.model.gates import CLOSED, QUOTA
from onward.report.basemap import regions_at
from onward.runs.inputs import kept_scenario
from onward.runs.summary import follows_flee
from onward.simulation.run import Run


@dataclass(frozen=True)
class Scene:
    """The rows of the page: one per place, or one per district where single places must not be shown.

    ``row`` is the row of each place by name; ``table`` has one row each, in order; ``model`` is None where the run
    is not of Onward's own rules.
    """

    crisis: Crisis
    model: Model | None
    row: Mapping[str, int]
    table: pl.DataFrame
    districts: bool

    def rows_of(self, places: list[str]) -> list[int]:
        """Return the rows of some places, each once."""
        return sorted({self.row[place] for place in places if place in self.row})


def make_scene(run: Run, crisis: Crisis, *, districts: bool) -> Scene:
    """Build the scene of a run with its scenario applied, so that added camps are included."""
    model, world = _model_of(run, crisis)
    places = world.table("places").filter(pl.col("place").is_in(list(run.about["places"])))
    places = places.with_columns(
        pl.coalesce("name", pl.col("place").map_elements(spoken_name, pl.String)).alias("name")
    ).sort("place")
    if not districts:
        return Scene(world, model, {name: n for n, name in enumerate(places["place"])}, places, False)
    places = places.with_columns(unit=pl.coalesce("admin2", "admin1", pl.Series(_regions(places))))
    places = places.with_columns(pl.concat_str("country", "unit", separator="/").alias("district"))
    table = places.sort("population", descending=True).group_by("district", maintain_order=True).agg(
        pl.col("place").first(),
        pl.col("unit").first().alias("name"),
        pl.col("country", "admin1", "admin2").first(),
        pl.col("latitude", "longitude").mean(),
        pl.lit("district").first().alias("kind"),
        pl.col("population", "displaced_at_start", "capacity").sum(),
    ).sort("district")  # fmt: skip
    at = {name: n for n, name in enumerate(table["district"])}
    return Scene(world, model, {row["place"]: at[row["district"]] for row in places.to_dicts()}, table, True)


def _regions(places: pl.DataFrame) -> list[str]:
    """Return the region on the base map of each place without an administrative unit in the crisis."""
    return regions_at(places["latitude"].to_list(), places["longitude"].to_list())


def _model_of(run: Run, crisis: Crisis) -> tuple[Model | None, Crisis]:
    if follows_flee(run.about):
        return None, crisis
    from onward.model.interventions import apply_scenario

    content = run.about.get("scenario")
    scenario = None if content is None else kept_scenario(content, crisis)
    model = build_model(crisis, scenario, departures=run.about.get("departures", "modelled"))
    return model, crisis if scenario is None else apply_scenario(crisis, scenario)[0]


def places_of(scene: Scene) -> dict[str, list[Any]]:
    """Return the columns of the shown places."""
    table = scene.table
    columns = {name: table[name].to_list() for name in ("name", "country", "admin1", "admin2", "kind")}
    figures = {name: table[name].to_list() for name in ("population", "displaced_at_start", "capacity")}
    spots = {short: table[name].round(4).to_list() for short, name in (("lat", "latitude"), ("lon", "longitude"))}
    key = "district" if scene.districts else "place"
    return {"id": table[key].to_list(), **columns, **spots, **figures}


def control_of(scene: Scene) -> dict[str, Any]:
    """Return the actors that hold places, and who holds each place from which day on; -1 if unknown."""
    if scene.model is None:
        return {"actors": [], "place": [], "day": [], "actor": []}
    network = scene.model.network
    held = [a for a in range(len(network.actors)) if (network.holder == a).any()]
    order = {a: n for n, a in enumerate(held)}
    actor_rows = {row["actor"]: row for row in scene.crisis.table("actors").to_dicts()}
    actors = [{"id": (name := network.actors[a]), "name": actor_rows[name]["name"] or name} for a in held]
    changes = []
    for name, row in sorted(_first_places(scene).items()):
        holder = network.holder[:, network.places.index()[name]]
        days = np.flatnonzero(np.diff(holder, prepend=-2))
        changes += [(row, int(t), order.get(int(holder[t]), -1)) for t in days]
    place, day, actor = (list(column) for column in zip(*changes, strict=True)) if changes else ([], [], [])
    return {"actors": actors, "place": place, "day": day, "actor": actor}


def _first_places(scene: Scene) -> dict[str, int]:
    """Return the place that represents each row: itself, or the largest of a district."""
    return {name: n for n, name in enumerate(scene.table["place"])}


def gates_of(scene: Scene) -> dict[str, Any]:
    """Return gates with their position, the places on both sides, and their rules by first day.

    None where only districts are shown: a queue is people at one point.
    """
    if scene.model is None or scene.districts:
        return {"id": [], "name": [], "lat": [], "lon": [], "from": [], "to": [], "rules": []}
    network = scene.model.network
    gates, places, roads = network.gates, network.places, network.roads
    sides, spots = [], []
    for n in range(len(gates.names)):
        of = np.flatnonzero(roads.gate == n)
        ends = np.concatenate([roads.tail[of], roads.head[of]]) if len(of) else np.array([0])
        spots.append((float(places.latitude[ends].mean()), float(places.longitude[ends].mean())))
        first = of[0] if len(of) else None
        pair = (roads.tail[first], roads.head[first]) if first is not None else (0, 0)
        sides.append([scene.row[places.names[p]] for p in pair])
    return {
        "id": list(gates.names),
        "name": [gate_name(name) for name in gates.names],
        "lat": [round(lat, 4) for lat, _ in spots],
        "lon": [round(lon, 4) for _, lon in spots],
        "from": [side[0] for side in sides],
        "to": [side[1] for side in sides],
        "rules": [_rules(scene.model, n) for n in range(len(gates.names))],
    }


def _rules(model: Model, gate: int) -> list[dict[str, Any]]:
    """Return the rule of a gate from each day on which it changes."""
    gates = model.network.gates
    policy, rule = gates.policy[:, gate], gates.rule[:, gate]
    days = np.flatnonzero(np.diff(policy * 100_000 + rule, prepend=-(10**9)))
    found = []
    for t in days:
        word = {CLOSED: "closed", QUOTA: "quota"}.get(int(policy[t]), "open")
        per_day = float(gates.quota[rule[t], 0]) if word == "quota" and rule[t] >= 0 else None
        found.append({"day": int(t), "policy": word, "per_day": per_day})
    return found
