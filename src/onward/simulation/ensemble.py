"""Simulate a crisis: run many members in parallel threads, and collect their tables in a `Run`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import polars as pl

from onward.crisis import Crisis
from onward.crisis.scenarios import Scenario
from onward.model.build import Model, build_model, dated
from onward.model.near_ground import near_of
from onward.model.posterior import Posterior
from onward.simulation.conservation import check_conservation
from onward.simulation.description import describe
from onward.simulation.member import Outcome, Settings, run_one
from onward.simulation.run import Run
from onward.simulation.settings import default_members, make_settings
from onward.simulation.tables import frames, tables_of
from onward.simulation.threads import in_order
from onward.simulation.versions import versions
from onward.simulation.watch import Watch

#: models with drawn days that are cached for other members with the same days (own choice: limits memory)
REMEMBERED = 32


def run_members(
    model: Model, settings: Settings, *, members: Iterable[int], workers: int = 1,
    clock: Callable[[], float] = float, finish: Callable[[int, Outcome], Any] | None = None,
    watch: Watch | None = None,
) -> Iterator[tuple[int, Any, float]]:  # fmt: skip
    """Run members in parallel threads; yield (member, outcome, CPU seconds) in the order given.

    Each member has its own streams, so the result does not depend on the number of workers. ``finish`` is called with
    (member, outcome) in the member's thread, and its result is yielded instead of the outcome. At most two results per
    worker are held in memory.
    """
    at = lru_cache(REMEMBERED)(dated)

    def one(member: int) -> tuple[Any, float]:
        outcome, seconds = run_one(model, settings, member, clock, at=at, watch=watch)
        return (outcome if finish is None else finish(member, outcome)), seconds

    yield from in_order(one, members, workers, watch)


def default_parameters(crisis: Crisis, engine: str) -> str:
    """Return ``fixed`` for a crisis that was fitted and for *expected*, which draws nothing, else ``prior``."""
    return "fixed" if crisis.fitted_on or engine == "expected" else "prior"


def simulate(
    crisis: Crisis,
    *,
    members: int | None = None,
    engine: str = "cohorts",
    parameters: str | None = None,
    posterior: Posterior | None = None,
    overrides: Mapping[str, object] | None = None,
    scenario: Scenario | None = None,
    departures: str = "modelled",
    workers: int = 1,
    seed: int = 1,
    near: Iterable[str] = (),
) -> Run:
    """Simulate a crisis and return a `Run` in memory; `onward.simulate` describes the arguments.

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate(onward.read_crisis("aleppo-2016"), members=1, engine="expected")
    >>> run.about["days"]
    77
    """
    parameters = default_parameters(crisis, engine) if parameters is None else parameters
    members = default_members(engine, parameters) if members is None else members
    settings = make_settings(
        crisis, engine=engine, members=members, seed=seed, parameters=parameters, overrides=overrides,
        labels=engine != "expected", scenario=scenario,
        departures=departures, posterior=posterior, near=tuple(near_of(text) for text in near),
    )  # fmt: skip
    model = build_model(crisis, scenario, departures=departures, near=settings.near)
    parts: dict[str, list[pl.DataFrame]] = {name: [] for name in tables_of(model, settings.labels)}
    for member, outcome, _ in run_members(model, settings, members=range(members), workers=workers):
        for name, frame in frames(outcome, model, member).items():
            parts[name].append(frame)
    tables = {name: pl.concat(rows).lazy() for name, rows in parts.items()}
    about = {**describe(crisis, settings), "place_names": crisis.place_names, "versions": versions()}
    run = Run(about, tables, given=crisis)
    check_conservation(run)
    return run
