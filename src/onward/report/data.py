"""The data of the page: everything shown of one run, as one dictionary for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from onward.crisis import Crisis, read_crisis
from onward.disclosure import ONGOING_NOTE, is_ongoing, today
from onward.errors import RunFolderError
from onward.evaluation.data_end import find_data_end
from onward.evaluation.fitness import Fitness, judge_fitness
from onward.evaluation.verdicts import claims_that_ended
from onward.model.build import Model
from onward.report import journeys
from onward.report import key_messages as story
from onward.report.basemap import base_map, box_round
from onward.report.explanations import explanations
from onward.report.map_data import Scene, control_of, gates_of, make_scene, places_of
from onward.report.need_curves import need_curves
from onward.report.observed_vs_simulated import claims_of, counts_of, registrations_of
from onward.report.page_figures import Cubes, bands, curves, figure, mean_curves, two_digits
from onward.report.plan_sections import plan_sections
from onward.report.real_journeys import real_journeys, real_sankey
from onward.report.unit_levels import unit_levels
from onward.report.why import why_section
from onward.runs import summary
from onward.simulation.record import coverage_of
from onward.simulation.run import Run
from onward.simulation.versions import own_version
from onward.typing import Floats

#: of the data; the page refuses a newer one
FORMAT = 1
AWAY = ("here", "gate", "way", "out")
ENDED_CLAIMS = "Counts, and reported figures whose days are over, may name places."


def page_data(
    run: Run, folder: Path, *, route_detail: bool = False, boundaries: str | Path | None = None
) -> dict[str, Any]:
    """Return everything that the page shows of a run.

    Parameters
    ----------
    run
        A finished run, from `onward.read_run`.
    folder
        Its folder, which holds the crisis that was run.
    route_detail
        Whether flows are legs from stop to stop, and a run of *individuals* that holds its journeys shows them; only
        for those who protect the people they are about.
    boundaries
        A GeoJSON file of administrative units, for a map by unit.

    Returns
    -------
    dict
        JSON-able: figures of people with two significant digits, as ``p5`` ... ``p95`` over members; observed counts
        below ten masked; flows from home to the place reached, and never by road; nothing by population group.
        In a crisis that is going on, districts in place of places.
    """
    if not (Path(folder) / "crisis").is_dir():
        raise RunFolderError(
            f"{folder}: the folder does not hold the crisis that was run (crisis/ is missing): it was made by an older "
            "Onward. Run again with --overwrite."
        )
    crisis = read_crisis(Path(folder) / "crisis")
    return data_of(run, crisis, name=Path(folder).resolve().name, route_detail=route_detail, boundaries=boundaries)


def data_of(
    run: Run, crisis: Crisis, *, name: str, route_detail: bool = False, boundaries: str | Path | None = None
) -> dict[str, Any]:
    """Return the page content of a run of a crisis; ``name`` is its name on the page."""
    districts = is_ongoing(run.about, today())
    scene = make_scene(run, crisis, districts=districts)
    cubes = Cubes(run, scene.row, scene.table.height)
    stock = cubes.stock("here", "gate")
    about = _with_results(run, scene.model)
    claims = claims_of(scene, claims_that_ended(about["claims"], crisis, today()) if districts else about["claims"])
    fitness = judge_fitness(run, crisis, about["claims"])
    return {
        "format": FORMAT,
        "name": name,
        "run": _about(about),
        "places": places_of(scene),
        "districts": districts,
        "levels": unit_levels(run, crisis, scene),
        "control": control_of(scene),
        "gates": {**gates_of(scene), **_gate_figures(cubes, scene)},
        **_people(cubes, stock),
        "coverage": _coverage(run),
        "flows": journeys.curves(cubes, route_detail=route_detail),
        **_origins(cubes),
        "journeys": real_journeys(cubes) if route_detail and not districts else None,
        "explain": explanations(run, crisis, scene),
        "exposure": _exposure(cubes, about),
        "counts": [*counts_of(scene, cubes), *registrations_of(scene, cubes)],
        "claims": claims,
        "fitness": fitness.about(),
        "data_end": _data_end(about, crisis),
        "headline": _headline(about, cubes, scene, stock, claims, fitness),
        "needs": need_curves(replace(run, given=crisis)),
        "plans": [
            *why_section(run, crisis, districts=districts),
            *plan_sections(replace(run, given=crisis), boundaries=boundaries),
        ],
        "limits": ([f"{ONGOING_NOTE} {ENDED_CLAIMS}"] if districts else []) + list(story.LIMITS),
        "disclaimer": story.DISCLAIMER,
        "geo": base_map(_box(scene)),
        "box": list(_box(scene)),
    }


def _data_end(about: Mapping[str, Any], crisis: Crisis) -> dict[str, Any] | None:
    """Return the first day without known events, and what that means; None if events continue to the end."""
    end = None if about.get("rules") == "flee" else find_data_end(crisis)
    if end is None:
        return None
    return {"day": 0 if end.last is None else max(0, (end.last - crisis.start).days + 1), "words": end.words()}


def _box(scene: Scene) -> tuple[float, float, float, float]:
    """Return the part of the world that the map can show: around all places, so that no district lies in empty sea."""
    places = scene.crisis.table("places")
    return box_round(places["latitude"].to_list(), places["longitude"].to_list())


def with_results(run: Run, crisis: Crisis) -> Run:
    """Return a run whose ``about`` includes the main figures, like run.json."""
    model = make_scene(run, crisis, districts=False).model
    return run if model is None else replace(run, about=_with_results(run, model))


def _with_results(run: Run, model: Model | None) -> Mapping[str, Any]:
    """Return the content of run.json, computed if the run is in memory only."""
    if "claims" in run.about or model is None:
        return {"claims": [], **run.about}
    rules = summary.rules_of(model.network.gates)
    return {**run.about, "created": summary.now(), **summary.results(run, rules, model.claims)}


_KEPT = (
    "title", "crisis", "start", "end", "days", "time_zone", "engine", "members", "seed", "parameters",
    "parameters_from", "departures", "labels", "created", "crisis_hash",
)  # fmt: skip


def _about(about: Mapping[str, Any]) -> dict[str, Any]:
    scenario = about.get("scenario")
    return {
        **{key: about.get(key) for key in _KEPT},
        "overrides": about.get("overrides") or {},
        "scenario": None if scenario is None else {key: scenario.get(key) for key in ("name", "title")},
        "rules": about.get("rules", "onward"),
        "version": about.get("versions", {}).get("onward", own_version()),
    }


def _people(cubes: Cubes, stock: Floats) -> dict[str, Any]:
    """Return stocks and arrivals by place, totals, and people by times displaced, by day."""
    arrivals = np.cumsum(cubes.net_arrivals(), axis=2)
    totals = {
        "displaced": cubes.stock(*AWAY).sum(axis=1),
        "stay": stock.sum(axis=1),
        "waiting": cubes.stock("gate").sum(axis=1),
        "under_way": cubes.stock("way").sum(axis=1),
        "left_home": cubes.movement("left_home").sum(axis=1),
        "fled_again": cubes.movement("fled_again").sum(axis=1),
    }
    times = cubes.times()
    return {
        "stock": curves(stock),
        "arrivals": curves(arrivals),
        "totals": {name: curves(cube) for name, cube in totals.items()},
        "times": {**curves(times), "mean": mean_curves(times)} if times.any() else None,
    }


def _coverage(run: Run) -> float | None:
    """Return the share of those who leave home whom agencies count, as the median over members."""
    coverage = float(np.median(coverage_of(run)))
    return None if np.isnan(coverage) else round(coverage, 2)


def _gate_figures(cubes: Cubes, scene: Scene) -> dict[str, Any]:
    names = [] if scene.model is None or scene.districts else list(scene.model.network.gates.names)
    passed = np.cumsum(cubes.gates(names, "passed"), axis=2)
    return {"waiting": curves(cubes.gates(names, "waiting")), "passed": curves(passed)}


def _origins(cubes: Cubes) -> dict[str, Any]:
    found = journeys.origins(cubes)
    if found is None:
        return {"matrix": None, "sankey": None}
    return {"matrix": journeys.matrix(*found), "sankey": real_sankey(cubes) or journeys.sankey(*found)}


def _exposure(cubes: Cubes, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return attacks by place and day, and person-days under attack by place, by day, and by holder.

    A figure of attacks below one is the chance of one (the engine *expected*).
    """
    attacks, displaced, residents = cubes.attacks(), cubes.exposed("displaced"), cubes.exposed("home")
    place, day = np.nonzero(attacks.mean(axis=0) >= 0.05)
    levels = ("p5", "p50", "p95")
    return {
        "attacks": {
            "place": place.tolist(),
            "day": day.tolist(),
            "number": np.round(attacks.mean(axis=0)[place, day], 1).tolist(),
        },
        "displaced": bands(displaced.sum(axis=2)),
        "residents": bands(residents.sum(axis=2)),
        "by_day": {"displaced": curves(displaced.sum(axis=1)), "residents": curves(residents.sum(axis=1))},
        "total": {"displaced": figure(displaced.sum(axis=(1, 2))), "residents": figure(residents.sum(axis=(1, 2)))},
        "attacks_by_day": two_digits(attacks.sum(axis=1).mean(axis=0)).tolist(),
        "held": [
            {"holder": row["holder"], "state": row["state"]}
            | {level: int(two_digits(np.array(row[level]))) for level in levels}
            for row in about.get("exposure", [])
        ],
    }


def _headline(
    about: Mapping[str, Any], cubes: Cubes, scene: Scene, stock: Floats, claims: list[dict[str, Any]], fitness: Fitness
) -> list[dict[str, str]]:
    away, left = cubes.stock(*AWAY).sum(axis=1), cubes.movement("left_home")
    names = scene.table["name"].to_list()
    return story.headline(
        about,
        names,
        away=away,
        stock=stock,
        left=left,
        times=cubes.times(),
        claims=claims,
        fitness=fitness,
        units="districts" if scene.districts else "places",
    )
