"""Run tasks: everything the run folder needs to know about a run, under any rules."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.evaluation.triggers import evaluate_triggers
from onward.model.build import Model, build_model
from onward.model.parameters import default_values
from onward.runs import summary
from onward.simulation.description import describe
from onward.simulation.ensemble import run_members
from onward.simulation.member import Outcome, Settings, build_member, kernel
from onward.simulation.run import Run
from onward.simulation.tables import frames, tables_of
from onward.simulation.versions import versions
from onward.simulation.watch import Watch

#: a member's tables by name
Frames = Mapping[str, pl.DataFrame]
#: a function that stores a finished member: its number and its tables
Keep = Callable[[int, Frames], None]


@dataclass(frozen=True)
class Work:
    """A run task: what to run and how, under any rules.

    ``plan`` holds everything that decides the result; an interrupted run is resumed if its plan is equal. ``tables``
    names the tables that ``run`` makes for each member; ``shared`` are tables that all members have in common.
    ``run(members, workers, clock, keep, watch)`` runs members in threads, calls ``keep(member, frames)`` in the thread
    of each, reports progress to ``watch``, and yields once per member. ``compile`` compiles the kernels that ``run``
    needs and returns the time this took, in seconds. ``results`` computes from the joined tables what run.json holds
    besides the plan. ``crisis`` is stored in the folder, so that places and roads can be read from it; ``notices`` are
    shown to the user once.
    """

    plan: Mapping[str, Any]
    tables: tuple[str, ...]
    compile: Callable[[], float]
    run: Callable[[Iterable[int], int, Callable[[], float], Keep, Watch], Iterator[Any]]
    results: Callable[[Mapping[str, pl.LazyFrame]], dict[str, Any]]
    crisis: Crisis | None = None
    shared: Frames = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @property
    def members(self) -> int:
        """Return the number of members."""
        return int(self.plan["members"])

    @property
    def all_tables(self) -> tuple[str, ...]:
        """Return the names of all tables of the run folder."""
        return (*self.tables, *self.shared)


def as_json(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return content as it reads back from JSON."""
    read: dict[str, Any] = json.loads(json.dumps(content))
    return read


def plan_of(crisis: Crisis, settings: Settings) -> dict[str, Any]:
    """Return everything that decides the result of a run under Onward's own rules."""
    return as_json(
        {
            **describe(crisis, settings),
            "values": default_values(settings.overrides, settings.base.values),
            "versions": versions(),
        }
    )


def own_work(crisis: Crisis, settings: Settings) -> Work:
    """Build the run task under Onward's own rules; `onward.runs.flee_task` builds that under Flee's."""
    plan = plan_of(crisis, settings)
    model = build_model(crisis, settings.scenario, departures=settings.departures, near=settings.near)

    def run(
        members: Iterable[int], workers: int, clock: Callable[[], float], keep: Keep, watch: Watch
    ) -> Iterator[Any]:
        def finish(member: int, outcome: Outcome) -> None:
            keep(member, frames(outcome, model, member))

        yield from run_members(
            model, settings, members=members, workers=workers, clock=clock, finish=finish, watch=watch
        )

    results = own_results(crisis, model, plan)
    return Work(plan, tables_of(model, settings.labels), lambda: compile_kernels(model, settings), run, results, crisis)


def own_results(
    crisis: Crisis, model: Model, plan: Mapping[str, Any]
) -> Callable[[Mapping[str, pl.LazyFrame]], dict[str, Any]]:
    """Build the function that computes the content of run.json from the joined tables, under Onward's own rules."""

    def results(tables: Mapping[str, pl.LazyFrame]) -> dict[str, Any]:
        places = {"places": sorted(model.network.places.names)}
        run = Run({**plan, **places}, tables, given=crisis)
        figures = summary.results(run, summary.rules_of(model.network.gates), model.claims)
        triggers = {"triggers": evaluate_triggers(run)}
        return {**places, "place_names": crisis.place_names, **figures, **triggers}

    return results


def compile_kernels(model: Model, settings: Settings) -> float:
    """Run the kernel for one day so that it is compiled; return the time this took, in seconds."""
    begin = time.perf_counter()
    drawn = build_member(model, settings, 0)
    first = replace(drawn, world=drawn.world._replace(regime=drawn.world.regime[:1]))
    kernel(settings)(first, 0, np.zeros(1, np.int64))
    return time.perf_counter() - begin
