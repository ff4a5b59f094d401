"""Refit src/onward/inference/forecast_fit.json: what forecasts learn from other crises, once without each of them.

    python scripts/fit_forecast.py ../shared/flee/*/

Folders are Flee instances. The file holds coefficients and quantiles of errors, no count. The weights of `final` for a
crisis are learned on forecasts of the others, each made with parameters fitted without both. What simulated models say
is kept in the cache of `onward backtest`, and taken from there; --draws 0 leaves them out.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from onward.cli.rolling import cache_folder
from onward.flee.instance import read_flee
from onward.inference.backtest import Case, cases_by_origin, days_ahead, make_cases
from onward.inference.final_weights import Answered, learn_weights
from onward.inference.finished import Forecasts, finished_forecasts, join
from onward.inference.fitted import (
    COMPONENTS,
    FILE,
    HORIZONS,
    KINDS,
    CrisisName,
    Fit,
    SimulatedRows,
    fit_forecasts,
    to_json,
)
from onward.inference.forecast import Prepared, prepare, quantiles_of
from onward.inference.intervals import FLOOR_PEOPLE
from onward.inference.observations import Observations, observations_of_flee
from onward.inference.path_points import path_errors, path_points
from onward.inference.simulable import read_simulable
from onward.inference.simulated import DRAWS, cached_origin
from onward.typing import Floats

TARGET = Path(__file__).parents[1] / "src" / "onward" / "inference" / FILE
#: horizons and origins that the weights are learned at: those of the command
ASKED, ORIGINS = (30.0, 60.0, 90.0), 12


@dataclasses.dataclass(frozen=True, eq=False)
class World:
    """A crisis's forecasts of past days before any parameter: by origin what was asked and what is needed."""

    name: CrisisName
    observations: Observations
    origins: tuple[tuple[int, list[Case], Prepared], ...]
    finished: Forecasts

    @property
    def simulated(self) -> SimulatedRows:
        """What simulated models said of the cases of all origins, with their answers."""
        rows = [
            dataclasses.replace(prepared.rows, truth=np.array([case.truth for case in cases]))
            for _, cases, prepared in self.origins
        ]
        models = {model for _, _, prepared in self.origins for model in prepared.points}
        points = {
            model: np.concatenate([p.points.get(model, np.full(len(p.rows), np.nan)) for _, _, p in self.origins])
            for model in sorted(models)
        }
        return SimulatedRows(join(rows), points)


def read_worlds(folders: list[Path], draws: int) -> list[World]:
    """Read the counts of the folders that are Flee instances, and prepare their forecasts."""
    kept = sorted(folder for folder in folders if (folder / "source_data").is_dir())
    return [_world(folder, draws) for folder in kept]


def _world(folder: Path, draws: int) -> World:
    seen = observations_of_flee(read_flee(folder, need_settings=False))
    cases = cases_by_origin(make_cases(seen, ASKED, ORIGINS))
    paths = {}
    if draws:
        world = read_simulable(folder)
        for day, part in cases.items():
            paths[day] = cached_origin(world, day, days_ahead(part, day), folder=cache_folder(), draws=draws)
    origins = []
    for day, part in cases.items():
        targets = [case.target for case in part]
        prepared = prepare(seen.sources, day, targets)
        if draws:
            errors = path_errors(seen, paths, part, day, FLOOR_PEOPLE)
            points = path_points(paths[day], day, targets)
            prepared = dataclasses.replace(prepared, points=points, errors=errors)
        origins.append((day, part, prepared))
    finished = finished_forecasts(seen.sources, seen.days - 1, HORIZONS)
    return World(CrisisName(seen.crisis, seen.hash), seen, tuple(origins), finished)


def answered(world: World, fit: Fit, kind: str) -> Answered:
    """Return the forecasts of one kind of series with their answers."""
    parts, truth, scale = [], [], []
    for day, cases, prepared in world.origins:
        rows = [i for i, case in enumerate(cases) if case.kind == kind]
        found = quantiles_of(prepared, fit)
        spoken = [found.get(model, found["statistical"])[rows] for model in COMPONENTS]
        parts.append(np.stack([np.where(np.isnan(part), found["statistical"][rows], part) for part in spoken]))
        truth += [cases[i].truth for i in rows]
        stock = {series.name: float(series.people.mean()) for series in world.observations.known(day)}
        horizons = np.array([cases[i].target.horizon for i in rows])
        stocks = np.array([stock[cases[i].target.series] for i in rows])
        scale += [float(stocks[horizons == h].mean()) for h in horizons]
    return Answered(np.concatenate(parts, axis=1), np.array(truth), np.array(scale))


def fit_without(worlds: list[World], *held: World, floor: float = FLOOR_PEOPLE) -> Fit:
    """Fit on all crises but those held out; `final` is `statistical` alone."""
    kept = {world.name: world.finished for world in worlds if world not in held}
    simulated = {world.name: world.simulated for world in worlds if world not in held}
    return fit_forecasts(kept, simulated=simulated, floor=floor)


def final_weights(worlds: list[World], *held: World) -> Mapping[str, Floats]:
    """Learn the weights of `final` on the crises that are not held out, each forecast without itself too."""
    others = [world for world in worlds if world not in held]
    fits = [fit_without(worlds, *held, world) for world in others]
    return {
        kind: learn_weights([answered(world, fit, kind) for world, fit in zip(others, fits, strict=True)])
        for kind in KINDS
    }


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--draws", type=int, default=DRAWS)
    asked = parser.parse_args()
    worlds = read_worlds(asked.folders, asked.draws)
    fits = []
    for held in [(), *((world,) for world in worlds)]:
        weights = final_weights(worlds, *held)
        fits.append(dataclasses.replace(fit_without(worlds, *held), final=weights))
        print(f"without {[w.name.name for w in held]}: { ({k: w.round(2).tolist() for k, w in weights.items()}) }")
    TARGET.write_text(json.dumps(to_json(fits), separators=(",", ":")) + "\n", "utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes, fitted on {', '.join(w.name.name for w in worlds)}")


if __name__ == "__main__":
    main()
