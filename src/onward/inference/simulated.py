"""What models say of the counted series of a crisis from a day on: Onward's own, its placebo, Flee's rules, oracles.

- ``mechanism``: the model, attacks ahead drawn for each member, corrected to counts (`onward.inference.assimilation`);
- ``placebo``: the same without any attack, before or after the origin;
- ``flee_carried``: Flee's rules with the total of the origin carried on (Flee folders);
- ``oracle_war``: the mechanism given the war that came; ``oracle_flee``: Flee given the totals and capacities.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np

from onward.errors import CrisisDataError
from onward.flee.instance import FleeInstance
from onward.flee.rules import FleeOptions, build_flee
from onward.flee.simulate import FleeRunSettings
from onward.flee.simulate import run_one as run_flee
from onward.inference.assimilation import assimilate, drive_of
from onward.inference.attacks_ahead import AttacksAhead, attacks_ahead
from onward.inference.fitted import FLEE_MODELS
from onward.inference.observations import Series, Source
from onward.inference.path_points import Paths
from onward.inference.simulable import Simulable, War
from onward.model.build import Model, build_model, dated
from onward.model.parameter_set import prior_set
from onward.simulation.member import Outcome, Settings, run_one
from onward.simulation.settings import make_settings
from onward.simulation.threads import in_order
from onward.typing import Bools, Floats

#: models of `simulate_origin` that are run by Onward, with what they know of the war
WARS: Mapping[str, War] = {"mechanism": "ahead", "placebo": "none", "oracle_war": "given"}
#: all models of `simulate_origin`
SIMULATED = (*WARS, *FLEE_MODELS)
#: draws of everything uncertain for one origin, if nobody says (own choice: the median over the filter's members is
#: sought, whose error from 8 draws is about 0.4 of their spread)
DRAWS = 8
#: version of these numbers, part of the name of what is cached
VERSION = 1


def simulate_origin(
    world: Simulable, origin: int, days: int, *, models: Sequence[str] = SIMULATED, draws: int = DRAWS, seed: int = 1,
    workers: int = 1,
) -> dict[str, Paths]:  # fmt: skip
    """Return the median of each model for each day after an origin.

    Parameters
    ----------
    world
        From `onward.inference.simulable`.
    origin
        Day of the crisis at whose end we stand. Nothing later is looked at, but by oracles.
    days
        How many days ahead.
    models
        Some of `SIMULATED`; those of Flee's rules are left out for a crisis folder.
    draws, seed, workers
        Draws of everything uncertain, the seed, threads; the latter change no number.

    Returns
    -------
    dict
        By model and series: people, shape (days,). ``oracle_flee`` has no total, for it is given it.
    """
    found: dict[str, Paths] = {}
    for model in models:
        if model in WARS:
            people = run_ahead(world, origin, days, war=WARS[model], draws=draws, seed=seed, workers=workers)
            found[model] = {name: np.median(ahead, axis=0) for name, ahead in people.items()}
        elif world.folder is not None:
            carried = model == "flee_carried"
            found[model] = _flee(world, world.flee(origin if carried else None), origin, days, total=carried)
    return found


def run_ahead(
    world: Simulable, origin: int, days: int, *, war: War = "ahead", draws: int = DRAWS, seed: int = 1, workers: int = 1
) -> dict[str, Floats]:
    """Return the people of each member of the filter, shape (members, days), for each series counted by the origin.

    Arguments as `simulate_origin` takes them.
    """
    sources = [source for source in world.observations.sources if len(source.known(origin).days)]
    known = world.known(origin, days, war)
    begin = (known.start - world.observations.start).days
    model, settings = build_model(known), _settings(world, known.fitted_on != (), draws, seed)
    date = world.observations.start + dt.timedelta(origin)
    ahead = attacks_ahead(model, date) if war == "ahead" else None
    stock = _stocks(model, settings, ahead, sources, workers)
    series: list[Series] = [source.known(origin) for source in sources]
    people = assimilate(drive_of(begin, stock), series, origin, seed=seed)
    return {source.name: people[:, :, s] for s, source in enumerate(sources)}


def _settings(world: Simulable, fitted: bool, draws: int, seed: int) -> Settings:
    """Return settings that know nothing of the crisis: every parameter drawn, none at a value fitted on it."""
    stranger = replace(world.crisis, parameters={}, fitted_on=()) if fitted or world.crisis.fitted_on else world.crisis
    settings = make_settings(stranger, members=draws, seed=seed, parameters="prior", labels=False)
    return replace(settings, base=prior_set(world.crisis))


def _stocks(
    model: Model, settings: Settings, ahead: AttacksAhead | None, sources: Sequence[Source], workers: int
) -> Floats:
    """Return what members say of sources before the first day and at the end of each, (members, days + 1, series)."""
    names = model.network.places.names
    masks = [np.isin(names, source.places) for source in sources]

    def one(member: int) -> tuple[Floats, float]:
        def with_attacks(given: Model, dates: tuple[dt.date, ...]) -> Model:
            then = dated(given, dates)
            return then if ahead is None else replace(then, attacks=ahead.draw(given, settings, member))

        outcome, seconds = run_one(model, settings, member, at=with_attacks)
        said = [_said(outcome, source, mask) for source, mask in zip(sources, masks, strict=True)]
        return np.stack(said, axis=-1), seconds

    return np.stack([said for _, said, _ in in_order(one, range(settings.members), workers)])


def _said(outcome: Outcome, source: Source, mask: Bools) -> Floats:
    daily, there = outcome.result.daily, outcome.network.places.displaced_at_start
    if source.measure == "left":
        return np.concatenate([[0.0], np.cumsum(daily.left_home[:, mask].sum(axis=1))])
    if source.measure == "away":
        everybody = (daily.here + daily.gate + daily.way + daily.out).sum(axis=1)
        return np.concatenate([[float(there.sum())], everybody])
    return np.concatenate([[float(there[mask].sum())], (daily.here + daily.gate)[:, mask].sum(axis=1)])


def _flee(world: Simulable, instance: FleeInstance, origin: int, days: int, *, total: bool) -> Paths:
    """Return the camps of a Flee folder under its own rules on each day after an origin, and the total carried on.

    With ``total`` the conflict of the origin is carried on too.
    """
    if total:
        levels = {n: np.where(np.arange(len(x)) > origin, x[min(origin, len(x) - 1)], x)
                  for n, x in instance.conflicts.items()}  # fmt: skip
        instance = replace(instance, conflicts=levels)
    stocks = flee_stocks(instance)
    last = instance.days - 1
    row = np.minimum(np.arange(origin + 1, origin + days + 1), last)
    found: dict[str, Floats] = {}
    for series in world.observations.known(origin):
        if series.kind == "total" and total:
            found[series.name] = np.full(days, series.people[-1])
        elif series.kind == "place":
            found[series.name] = stocks[series.name][row] if series.name in stocks else np.zeros(days)
    return found


def flee_stocks(instance: FleeInstance) -> dict[str, Floats]:
    """Return people by location and day under Flee's rules, given the registrations that the instance knows."""
    try:
        model = build_flee(instance)
    except CrisisDataError:  # Flee stops on days without a populated place in conflict; as documented, it goes on
        model = build_flee(instance, FleeOptions(faithful=False))
    result, _ = run_flee(model, FleeRunSettings(engine="cohorts", members=1), 0)
    stock = np.asarray(result.stock, dtype=np.float64) * instance.settings.hasten
    return {name: stock[:, p] for p, name in enumerate(model.names)}


@dataclass(frozen=True, eq=False)
class OriginTask:
    """One origin of one crisis to be simulated: arguments as `simulate_origin` takes them."""

    world: Simulable
    origin: int
    days: int
    draws: int = DRAWS
    seed: int = 1
    models: tuple[str, ...] = SIMULATED

    @property
    def name(self) -> tuple[str, int]:
        """The crisis and the origin."""
        return self.world.observations.crisis, self.origin

    def files(self, folder: Path) -> dict[str, Path]:
        """Return the file in which each model is kept."""
        asked = [model for model in self.models if model not in FLEE_MODELS or self.world.folder is not None]
        return {model: folder / f"{_key(self, model)}.json" for model in asked}

    def is_kept(self, folder: Path | None) -> bool:
        """Return whether all models are kept in a folder."""
        return folder is not None and all(file.is_file() for file in self.files(folder).values())

    def kept(self, folder: Path | None) -> dict[str, Paths]:
        """Return what a folder keeps."""
        return {model: _read(file) for model, file in self.files(folder).items()} if folder is not None else {}


def run_origin(tasks: Sequence[OriginTask], number: int) -> dict[str, Paths]:
    """Simulate one of several origins: what a worker of a cluster does."""
    task = tasks[number]
    return simulate_origin(
        task.world, task.origin, task.days, models=task.models, draws=task.draws, seed=task.seed
    )  # fmt: skip


def write_origin(task: OriginTask, made: Mapping[str, Paths], folder: Path | None) -> Mapping[str, Paths]:
    """Keep what was simulated in a folder, and return it as it is read back; without a folder it is rounded alike."""
    if folder is None:
        return {m: {name: np.round(path, 1) for name, path in paths.items()} for m, paths in made.items()}
    for model, file in task.files(folder).items():
        _write(file, made[model])
    return task.kept(folder)


def cached_origin(
    world: Simulable, origin: int, days: int, *, folder: Path | None, draws: int = DRAWS, seed: int = 1,
    models: Sequence[str] = SIMULATED, workers: int = 1,
) -> Mapping[str, Paths]:  # fmt: skip
    """Return `simulate_origin`, each model kept in a folder for the next time; None keeps nothing."""
    task = OriginTask(world, origin, days, draws, seed, tuple(models))

    def run(asked: Sequence[str]) -> dict[str, Paths]:
        return simulate_origin(world, origin, days, models=asked, draws=draws, seed=seed, workers=workers)

    if folder is None:
        return write_origin(task, run(models), None)
    for model, file in task.files(folder).items():
        if not file.is_file():
            _write(file, run([model])[model])
    return task.kept(folder)


def _key(task: OriginTask, model: str) -> str:
    world, origin, days, draws, seed = task.world, task.origin, task.days, task.draws, task.seed
    hashes = (world.hash, world.observations.hash, prior_set(world.crisis).hash, code_hash())
    instance = world.flee().hash if model in FLEE_MODELS else ""
    content = (VERSION, *hashes, instance, world.crisis.name, origin, days, model, draws, seed)
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


@cache
def code_hash() -> str:
    """Return a hash of the sources that decide what a run gives: model, engine, Flee's rules and this filter."""
    digest = hashlib.sha256()
    for package in ("onward.model", "onward.engine", "onward.flee"):
        for source in sorted(resources.files(package).iterdir(), key=lambda file: file.name):
            if source.name.endswith((".py", ".csv")):
                digest.update(source.read_bytes())
    for name in ("assimilation", "simulable", "simulated", "attacks_ahead", "conflict_ahead", "as_of"):
        digest.update(resources.files("onward.inference").joinpath(f"{name}.py").read_bytes())
    return digest.hexdigest()


def _read(file: Path) -> Paths:
    return {name: np.array(path) for name, path in json.loads(file.read_text("utf-8")).items()}


def _write(file: Path, paths: Paths) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps({name: np.round(path, 1).tolist() for name, path in paths.items()}), "utf-8")
    part.replace(file)
