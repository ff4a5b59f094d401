"""Simulate a Flee instance and return a `Run`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from onward.engine.jit_cache import use_cache
from onward.errors import ParameterError, SimulationError
from onward.flee.frames import flee_frames, registrations_frame, tables_of
from onward.flee.instance import FleeInstance, read_flee
from onward.flee.rules import SPAWN_MODES, FleeModel, FleeOptions, build_flee
from onward.flee.state import FleeRates, FleeResult, FleeWorld
from onward.simulation.conservation import check_conservation
from onward.simulation.itineraries import add_up
from onward.simulation.member import MOVES
from onward.simulation.run import Run
from onward.simulation.settings import wrong_counts
from onward.simulation.threads import cores, in_order
from onward.simulation.versions import versions
from onward.simulation.watch import Watch
from onward.typing import Ints

#: settings that are not Flee's own; their names begin with ``flee.``
OPTIONS = ("flee.faithful", "flee.memory_levels", "flee.steps", "flee.journeys")
#: ways to run Flee's rules
ENGINES = ("cohorts", "expected", "individuals")
#: arrivals at a place on one day are kept apart in so many steps of the daily way, each with its mean (own choice,
#: for speed; flee.steps overrides it, and a large number keeps every km apart)
STEPS = {"cohorts": 40, "expected": 12}
#: levels of memory (own choice: docs/explanation/flee-rules.md has their errors; flee.memory_levels overrides it)
LEVELS, FEW_LEVELS = 16, 8
#: from so many candidate routes on *cohorts* has as few steps as *expected*, and *expected* `FEW_LEVELS` (own choice,
#: for speed)
MANY_ROUTES = 5_000
#: in *expected*, fewer people than this at one place after one way stay there for the night (own choice, for speed)
LEAST = 1e-3
#: notices shown once per run, on behaviour of Flee that is reproduced deliberately
FAITHFUL = (
    "Flee's rules as they run: the full daily speed again on each further link of a day; capacity blind to people on "
    "their way; conflict intensity read only when a conflict starts; closures of links and forced redirection without "
    "effect; the people of day 0 taken off the capacities; populations and capacities cut to whole agents by hasten. "
    "--set flee.faithful=false gives what Flee's documents promise."
)
UNFAITHFUL = (
    "Flee's rules as documented: one daily speed for all links of a day; capacity counts people on their way; "
    "conflict intensity read every day; closures of links and forced redirection in effect; capacities whole."
)
GIVEN = "Flee is given the number newly displaced of each day from the registrations: this is no forecast."


@dataclass(frozen=True)
class FleeRunSettings:
    """The settings of a run under Flee's rules: everything besides the instance that decides the result."""

    engine: str = "cohorts"
    members: int = 100
    seed: int = 1
    overrides: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = []
        if self.engine not in ENGINES:
            wrong.append(f"engine: {self.engine!r} is not one of {', '.join(ENGINES)}, which Flee's rules have.")
        wrong += wrong_counts(self.members, self.seed)
        if wrong:
            raise ParameterError("\n".join(wrong))


def load_flee(
    folder: str | Path, *, settings_file: str | Path | None = None, faithful: bool = True,
    overrides: Mapping[str, object] | None = None, known_at: dt.date | None = None,
) -> FleeModel:  # fmt: skip
    """Read and compile a Flee instance; ``overrides`` are Flee's settings by name, or one of `OPTIONS`.

    A setting may be named as ``max_move_speed``, ``move_rules.max_move_speed``, or either after ``flee.``.
    """
    given = {n if n in OPTIONS else n.removeprefix("flee."): value for n, value in (overrides or {}).items()}
    options = FleeOptions(
        faithful=_yes("flee.faithful", given.pop("flee.faithful", faithful)),
        memory_levels=_count("flee.memory_levels", given.pop("flee.memory_levels", FleeOptions.memory_levels)),
        steps=_count("flee.steps", given.pop("flee.steps", FleeOptions.steps)),
        journeys=_yes("flee.journeys", given.pop("flee.journeys", FleeOptions.journeys)),
    )
    instance = read_flee(folder, settings_file=settings_file, overrides=given, known_at=known_at)
    return build_flee(instance, options)


def _yes(name: str, found: object) -> bool:
    words = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
    if str(found).lower() not in words:
        raise ParameterError(f"{name}: {found!r} is not true or false.")
    return words[str(found).lower()]


def _count(name: str, found: object) -> int:
    try:
        return int(str(found))
    except ValueError:
        raise ParameterError(f"{name}: {found!r} is not a whole number.") from None


def _has_many_routes(model: FleeModel) -> bool:
    return len(model.routes.near) >= MANY_ROUTES


def memory_levels(model: FleeModel, *, expected: bool) -> int | None:
    """Return in how many levels memory is kept; None where people have none (Flee's avoid_short_stints is off)."""
    if not model.instance.settings.avoid_short_stints:
        return None
    default = FEW_LEVELS if expected and _has_many_routes(model) else LEVELS
    return model.options.memory_levels or default


def world_of(model: FleeModel, *, expected: bool = False) -> tuple[FleeWorld, FleeRates]:
    """Arrange a model as arrays for the kernel."""
    rules, routes = model.instance.settings, model.routes
    world = FleeWorld(
        move=model.move, score=model.score, spawn=model.spawn, flags=model.flags, capacity=model.capacity,
        population=model.population, newly=model.new, stand=routes.stand, lane=routes.lane, walk=routes.walk,
        candidate=routes.candidate, near=routes.near, first=routes.first, topology=routes.state, shut=routes.shut,
        links=model.link_ends,
    )  # fmt: skip
    day = round(rules.max_move_speed * routes.scale)
    few = expected or _has_many_routes(model)
    rates = FleeRates(
        faithful=model.options.faithful,
        spawn_mode=SPAWN_MODES[rules.conflict_spawn_mode],
        per_conflict_day=rules.displaced_per_conflict_day,
        take_from_population=rules.take_from_population,
        capacity_buffer=rules.capacity_buffer,
        capacity_scaling=rules.capacity_scaling,
        weight_softening=rules.weight_softening,
        weight_power=rules.weight_power,
        pruning_threshold=rules.pruning_threshold,
        population_power=rules.pop_power_for_loc_weight if rules.use_pop_for_loc_weight else 0.0,
        chance_base=rules.movechance_pop_base,
        chance_power=rules.movechance_pop_scale_factor,
        foot=rules.start_on_foot,
        walk_speed=routes.walk_speed,
        day=day,
        levels=memory_levels(model, expected=expected) or 1,
        top=max(1.0, routes.furthest / day),
        ways=routes.ways,
        furthest=routes.furthest,
        grid=max(1, day // (model.options.steps or STEPS["expected" if few else "cohorts"])),
        least=LEAST / rules.hasten,
    )
    return world, rates


def run_one(
    model: FleeModel,
    settings: FleeRunSettings,
    member: int,
    clock: Callable[[], float] = float,
    watch: Watch | None = None,
) -> tuple[FleeResult, float]:
    """Run one member; return its result in agents and the time of its kernel by ``clock`` (0 without one)."""
    use_cache()
    run = {"individuals": _run_each}.get(settings.engine, _run_together)
    seeds = np.random.SeedSequence(settings.seed, spawn_key=(member, MOVES))
    rng = np.random.Generator(np.random.PCG64DXSM(seeds))
    reached = (watch or Watch()).begin(member, len(model.routes.state))
    begin = clock()
    result = run(model, settings, rng, reached)
    took = clock() - begin
    if result.stopped >= 0:
        raise SimulationError(
            f"member {member}, day {result.stopped}: every population in conflict is used up, so nobody can be "
            "displaced; Flee stops here. Switch take_from_population off, or use flee.faithful=false."
        )
    return result, took


def _run_together(model: FleeModel, settings: FleeRunSettings, rng: np.random.Generator, reached: Ints) -> FleeResult:
    from onward.engine.compile_ahead import compile_ahead
    from onward.flee.step import run_flee, stages_of_flee

    expected = settings.engine == "expected"
    world, rates = world_of(model, expected=expected)
    given = (world, rates, model.initial.astype(np.float64 if expected else np.int64), rng, reached)
    compile_ahead(run_flee, given, stages_of_flee, cores=cores())
    return run_flee(*given)


def _run_each(model: FleeModel, settings: FleeRunSettings, rng: np.random.Generator, reached: Ints) -> FleeResult:
    from onward.flee.individuals import run_flee_individuals

    world, rates = world_of(model)
    apart = rates._replace(levels=1, ways=0, furthest=0, grid=1)  # no cells of people, memory or way
    remembers, kept = model.instance.settings.avoid_short_stints, model.options.journeys
    result, log, last, begin = run_flee_individuals(world, apart, remembers, model.initial, rng, kept, reached)
    if not kept:
        return result
    each = np.full(len(begin), model.instance.settings.hasten, dtype=np.int32)
    return result._replace(journeys=add_up(log, last, begin, each, model.conflict))


def run_flee_members(
    model: FleeModel, settings: FleeRunSettings, *, members: Iterable[int], workers: int = 1,
    clock: Callable[[], float] = float, finish: Callable[[int, FleeResult], Any] | None = None,
    watch: Watch | None = None,
) -> Iterator[tuple[int, Any, float]]:  # fmt: skip
    """Run members in parallel threads; yield (member, result, CPU seconds) in the order given.

    ``finish`` is called with (member, result) in the member's thread, and its result is yielded instead.
    """

    def one(member: int) -> tuple[Any, float]:
        result, seconds = run_one(model, settings, member, clock, watch)
        return (result if finish is None else finish(member, result)), seconds

    yield from in_order(one, members, workers, watch)


def describe_flee(model: FleeModel, settings: FleeRunSettings) -> dict[str, Any]:
    """Return the content of run.json that is known before the run."""
    import datetime as dt

    instance = model.instance
    end = instance.start + dt.timedelta(days=instance.days - 1)
    return {
        "format": 1,
        "rules": "flee",
        "crisis": instance.name,
        "title": f"{instance.name} under Flee's rules",
        "crisis_hash": instance.hash,
        "start": instance.start.isoformat(),
        "end": end.isoformat(),
        "days": instance.days,
        "time_zone": "UTC",
        "places": sorted(model.names),
        "engine": settings.engine,
        "members": settings.members,
        "seed": settings.seed,
        "parameters": "fixed",
        "overrides": {name: str(value) for name, value in settings.overrides.items()},
        "labels": False,
        "scenario": None,
        "departures": "modelled" if instance.settings.conflict_spawn_mode else "observed",
        "given_totals": not instance.settings.conflict_spawn_mode,
        "notices": flee_notices(model),
        "flee": _flee_words(model, instance, settings.engine),
    }


def _flee_words(model: FleeModel, instance: FleeInstance, engine: str) -> dict[str, Any]:
    return {
        "settings_file": instance.settings_file,
        "faithful": model.options.faithful,
        "memory_levels": None if engine == "individuals" else memory_levels(model, expected=engine == "expected"),
        "people_per_agent": instance.settings.hasten,
        "camps": [model.names[p] for p in model.camps],
    }


def flee_notices(model: FleeModel) -> list[str]:
    """Return the notices shown once per run: deliberate reproductions of Flee, and oddities of the instance."""
    given = [] if model.instance.settings.conflict_spawn_mode else [GIVEN]
    return [FAITHFUL if model.options.faithful else UNFAITHFUL, *given, *model.instance.notes]


def simulate_flee(
    folder: str | Path, *, settings_file: str | Path | None = None, members: int = 100, seed: int = 1,
    engine: str = "cohorts", faithful: bool = True, overrides: Mapping[str, object] | None = None, workers: int = 1,
    known_at: dt.date | None = None,
) -> Run:  # fmt: skip
    """Simulate a Flee instance folder and return a `Run` in memory; `onward.simulate_flee` describes the arguments.

    Its tables count people (agents times ``hasten``). ``registrations`` holds the figures that Flee compares camps
    with.
    """
    settings = FleeRunSettings(engine, members, seed, dict(overrides or {}))
    model = load_flee(folder, settings_file=settings_file, faithful=faithful, overrides=overrides, known_at=known_at)
    parts: dict[str, list[pl.DataFrame]] = {name: [] for name in tables_of(engine, model)}
    for member, result, _ in run_flee_members(model, settings, members=range(members), workers=workers):
        for name, frame in flee_frames(result, model, member).items():
            parts[name].append(frame)
    tables = {name: pl.concat(rows).lazy() for name, rows in parts.items()}
    tables["registrations"] = registrations_frame(model).lazy()
    run = Run({**describe_flee(model, settings), "versions": versions()}, tables)
    check_conservation(run, grows=True)
    return run
