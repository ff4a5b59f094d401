"""A run under Flee's rules, as a task of the run folder."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from onward.crisis import Crisis
from onward.errors import CrisisDataError
from onward.evaluation.score import score_flee
from onward.flee.frames import flee_frames, registrations_frame, tables_of
from onward.flee.rules import FleeModel
from onward.flee.simulate import FleeRunSettings, describe_flee, run_flee_members, run_one
from onward.flee.state import FleeResult
from onward.runs import summary
from onward.runs.task import Keep, Work, as_json
from onward.simulation.run import Run
from onward.simulation.versions import versions
from onward.simulation.watch import Watch
from onward.sources.flee import crisis_from_flee


def flee_work(model: FleeModel, settings: FleeRunSettings) -> Work:
    """Return the work of a run under Flee's rules.

    Its folder keeps the instance as a crisis under Flee's own names of locations, for maps; where the instance
    cannot be one, the folder has none, and a notice says why.
    """
    crisis, missing = _crisis(model)
    plan = as_json(
        {
            **describe_flee(model, settings),
            "values": dataclasses.asdict(model.instance.settings),
            "versions": versions(),
        }
    )
    plan["notices"] += missing

    def run(
        members: Iterable[int], workers: int, clock: Callable[[], float], keep: Keep, watch: Watch
    ) -> Iterator[Any]:
        def finish(member: int, result: FleeResult) -> None:
            keep(member, flee_frames(result, model, member))

        yield from run_flee_members(
            model, settings, members=members, workers=workers, clock=clock, finish=finish, watch=watch
        )

    def results(tables: Mapping[str, pl.LazyFrame]) -> dict[str, Any]:
        done = Run(plan, tables)
        return {
            "place_names": {name: name for name in plan["places"]},
            **summary.results(done, {}, grows=True),
            "score": score_flee(done).about() if model.camps else None,
        }

    return Work(
        plan=plan,
        tables=tables_of(settings.engine, model),
        compile=lambda: _compile(model, settings),
        run=run,
        results=results,
        crisis=crisis,
        shared={"registrations": registrations_frame(model)},
        notices=tuple(plan["notices"]),
    )


def _crisis(model: FleeModel) -> tuple[Crisis | None, list[str]]:
    """Convert the instance to a crisis, if possible; return it with notices of what failed or is missing."""
    try:
        crisis = crisis_from_flee(model.instance, keep_names=True)
    except CrisisDataError as error:
        return None, [f"The run folder holds no crisis, so there is no map: {error.problems[0]}"]
    left = sorted(set(model.names) - set(crisis.places))
    notice = f"No link reaches {', '.join(left)}: not in the crisis that the run folder keeps for maps."
    return crisis, [notice] if left else []


def _compile(model: FleeModel, settings: FleeRunSettings) -> float:
    """Run the kernel for one day so that it is compiled; return the time this took, in seconds."""
    begin = time.perf_counter()
    first = dataclasses.replace(model, routes=dataclasses.replace(model.routes, state=model.routes.state[:1]))
    run_one(first, settings, 0)
    return time.perf_counter() - begin
