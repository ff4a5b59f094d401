"""Simulate: a crisis in, a `Run` of many members out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from onward.crisis import Crisis
from onward.crisis.scenarios import Scenario
from onward.errors import ParameterError
from onward.model.build import Model, build_model, dated
from onward.model.parameters import default_values
from onward.simulation.member import Outcome, Settings, run_one
from onward.simulation.tables import TABLES, frames

#: quantile levels: the ends of the 90 % and the 50 % interval, and the middle
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
#: what `Run.quantiles` can be asked for, and the states or movements that make it
INDICATORS = {
    "stock": ("stock", ("here", "gate")),
    "residents": ("stock", ("home",)),
    "waiting": ("stock", ("gate",)),
    "under_way": ("stock", ("way",)),
    "displaced": ("stock", ("here", "gate", "way", "out")),
    "arrivals": ("movements", ("arrived",)),
    "departures": ("movements", ("left_home",)),
    "displacements": ("movements", ("left_home", "fled_again")),
    "returned": ("movements", ("returned",)),
}
#: models with drawn days that are kept for other members with the same days (own choice: bounds memory)
REMEMBERED = 32
ENGINES = ("cohorts", "expected")
PARAMETERS = ("fixed", "prior")
DEPARTURES = ("modelled", "observed")


@dataclass(frozen=True)
class Run:
    """The result of a simulation: what was run, and its tables.

    ``about`` is what run.json holds. ``tables`` are lazy frames by name, each with one row per member, day and
    place or gate where there was anybody: ``stock``, ``flows``, ``gates``, ``movements``, ``times``. ``folder`` is the
    run folder they are read from, if any; ``crisis`` is what was simulated, of a run that is in memory only.
    """

    about: Mapping[str, Any]
    tables: Mapping[str, pl.LazyFrame] = field(repr=False)
    folder: Path | None = field(default=None, repr=False, compare=False)
    crisis: Crisis | None = field(default=None, repr=False, compare=False)

    def table(self, name: str) -> pl.DataFrame:
        """Return a whole table in memory."""
        if name not in self.tables:
            raise ParameterError(f"table {name!r} is not one of {', '.join(self.tables)}.")
        return self.tables[name].collect()

    def series(self, indicator: str, *, place: str | None = None) -> pl.DataFrame:
        """Return (member, date, people) of an indicator at a place, or over all places; days of nobody are 0.

        Indicators: stock (displaced people staying or waiting there), residents, waiting, under_way, displaced
        (all away from home), arrivals, departures (from home), displacements (every departure that threat drove),
        returned.
        """
        if indicator not in INDICATORS:
            raise ParameterError(f"indicator {indicator!r} is not one of {', '.join(INDICATORS)}.")
        if place is not None and place not in self.about["places"]:
            raise ParameterError(f"place {place!r} is not a place of this run.")
        name, kinds = INDICATORS[indicator]
        column = "state" if name == "stock" else "movement"
        rows = self.tables[name].filter(pl.col(column).cast(pl.String).is_in(kinds))
        if place is not None:
            rows = rows.filter(pl.col("place").cast(pl.String) == place)
        found = rows.group_by("member", "date").agg(pl.col("people").sum()).collect()
        grid = self._members().join(self._dates(), how="cross")
        return grid.join(found, on=["member", "date"], how="left").with_columns(pl.col("people").fill_null(0)).sort(
            "member", "date"
        )

    def quantiles(
        self, indicator: str = "stock", *, place: str | None = None, levels: Iterable[float] = LEVELS
    ) -> pl.DataFrame:
        """Return quantiles over members for each day: columns date, mean, p5, p25, p50, p75, p95.

        >>> import onward
        >>> run = onward.simulate(onward.read_crisis("aleppo-2016"), members=2, seed=1)
        >>> run.quantiles("stock", place="azaz").columns
        ['date', 'mean', 'p5', 'p25', 'p50', 'p75', 'p95']
        """
        spread = [pl.col("people").quantile(q, "linear").alias(f"p{100 * q:g}") for q in levels]
        return self.series(indicator, place=place).group_by("date").agg(
            pl.col("people").mean().alias("mean"), *spread
        ).sort("date")

    def chart(self, indicator: str = "stock", *, place: str | None = None) -> Any:
        """Return an Altair chart of an indicator over time, with 50 and 90 % bands (extra ``charts``).

        Counts of the indicator are its points where the run folder holds them.
        """
        return _view("chart")(self, indicator, place=place)

    def to_xarray(self, *, route_detail: bool = False, places: bool = False) -> Any:
        """Return the run as an `xarray.Dataset`, under the rules for exports (extra ``xarray``)."""
        return _view("to_xarray")(self, route_detail=route_detail, places=places)

    def _repr_html_(self) -> str:
        return str(_view("run_html")(self))

    def _members(self) -> pl.DataFrame:
        return pl.DataFrame({"member": pl.Series(range(self.about["members"]), dtype=pl.Int32)})

    def _dates(self) -> pl.DataFrame:
        from datetime import date

        first, last = (date.fromisoformat(self.about[k]) for k in ("start", "end"))
        return pl.DataFrame({"date": pl.date_range(first, last, eager=True)})


#: views that a run offers as methods. They are named, not imported: rooms import from left to right only, and who
#: simulates loads no view. A method then loads the view that it names.
VIEWS = {
    "chart": "onward.report.charts",
    "run_html": "onward.report.charts",
    "to_xarray": "onward.exports.netcdf",
}


def _view(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(import_module(VIEWS[name]), name)
    return found


def make_settings(crisis: Crisis, **given: Any) -> Settings:
    """Return checked settings; overrides of the crisis and of the scenario count unless overridden."""
    scenario = given.get("scenario")
    steps = () if scenario is None else scenario.intervention
    what_if = {step.name: step.value for step in steps if step.do == "set_parameter"}
    overrides = {**crisis.parameters, **what_if, **(given.pop("overrides", None) or {})}
    if default_values(overrides)["return_rate"] > 0:
        given["labels"] = True  # who goes home depends on where home is
    settings = Settings(**given, overrides=overrides)
    wrong = []
    if settings.engine not in ENGINES:
        wrong.append(f"engine: {settings.engine!r} is not one of {', '.join(ENGINES)}.")
    if settings.parameters not in PARAMETERS:
        wrong.append(f"parameters: {settings.parameters!r} is not one of {', '.join(PARAMETERS)}.")
    if settings.departures not in DEPARTURES:
        wrong.append(f"departures: {settings.departures!r} is not one of {', '.join(DEPARTURES)}.")
    if settings.members < 1:
        wrong.append(f"members: {settings.members} is not 1 or more.")
    if settings.seed < 0:
        wrong.append(f"seed: {settings.seed} is not 0 or more.")
    if wrong:
        raise ParameterError("\n".join(wrong))
    return settings


def run_members(
    model: Model, settings: Settings, *, members: Iterable[int], workers: int = 1,
    clock: Callable[[], float] = float, finish: Callable[[int, Outcome], Any] | None = None,
) -> Iterator[tuple[int, Any, float]]:  # fmt: skip
    """Run members in parallel threads; yield (member, outcome, CPU seconds) in the order given.

    Each member has its own streams, so the result does not depend on the number of workers. ``finish`` is
    called with (member, outcome) in the member's thread, and what it returns is yielded in its place.
    No more than two results a worker are kept waiting.
    """

    at = lru_cache(REMEMBERED)(dated)

    def one(member: int) -> tuple[Any, float]:
        outcome, seconds = run_one(model, settings, member, clock, at=at)
        return (outcome if finish is None else finish(member, outcome)), seconds

    yield from in_order(one, members, workers)


def in_order(
    work: Callable[[int], tuple[Any, float]], members: Iterable[int], workers: int
) -> Iterator[tuple[int, Any, float]]:
    """Do ``work`` for each member in parallel threads; yield (member, result, seconds) in the order given."""
    waiting: deque[tuple[int, Future[tuple[Any, float]]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for member in members:
                waiting.append((member, pool.submit(work, member)))
                if len(waiting) > 2 * workers:
                    number, future = waiting.popleft()
                    yield (number, *future.result())
            while waiting:
                number, future = waiting.popleft()
                yield (number, *future.result())
        finally:
            for _, future in waiting:
                future.cancel()


def _added(settings: Settings) -> list[str]:
    """The camps that the scenario adds."""
    steps = () if settings.scenario is None else settings.scenario.intervention
    return [step.place for step in steps if step.do == "add_camp"]


def describe(crisis: Crisis, settings: Settings) -> dict[str, Any]:
    """Return what run.json says of a run before it begins."""
    return {
        "format": 1,
        "rules": "onward",
        "crisis": crisis.name,
        "title": crisis.title,
        "crisis_hash": crisis.hash,
        "start": crisis.start.isoformat(),
        "end": crisis.end.isoformat(),
        "days": crisis.days,
        "time_zone": crisis.time_zone,
        "places": sorted({*crisis.places, *_added(settings)}),
        "engine": settings.engine,
        "members": settings.members,
        "seed": settings.seed,
        "parameters": settings.parameters,
        "overrides": dict(settings.overrides),
        "labels": settings.labels,
        "scenario": None if settings.scenario is None else settings.scenario.model_dump(mode="json"),
        "departures": settings.departures,
        "given_totals": settings.departures == "observed",
    }


def simulate(
    crisis: Crisis,
    *,
    members: int = 100,
    engine: str = "cohorts",
    parameters: str = "fixed",
    overrides: Mapping[str, object] | None = None,
    scenario: Scenario | None = None,
    departures: str = "modelled",
    workers: int = 1,
    seed: int = 1,
) -> Run:
    """Simulate a crisis and return a `Run` in memory.

    Parameters
    ----------
    crisis : from `onward.read_crisis`
    members : how many draws of everything uncertain, at least 1
    engine : ``cohorts`` (whole people, drawn) or ``expected`` (real numbers, means)
    parameters : ``fixed`` at their defaults or drawn from the ``prior`` for each member
    overrides : parameters to hold at a value, by name
    scenario : a what-if, from `onward.read_scenario`; its members keep their draws, so runs compare member by member
    departures : ``modelled`` from threat, or ``observed``: given the numbers newly displaced from the counts
    workers : threads; the result does not depend on their number
    seed : 0 or more; the same seed gives the same numbers

    >>> import onward
    >>> run = onward.simulate(onward.read_crisis("aleppo-2016"), members=1, engine="expected")
    >>> run.about["days"]
    77
    """
    settings = make_settings(
        crisis, engine=engine, members=members, seed=seed, parameters=parameters, overrides=overrides,
        labels=engine == "cohorts", scenario=scenario,
        departures=departures,
    )  # fmt: skip
    model = build_model(crisis, scenario, departures=departures)
    parts: dict[str, list[pl.DataFrame]] = {name: [] for name in TABLES}
    for member, outcome, _ in run_members(model, settings, members=range(members), workers=workers):
        for name, frame in frames(outcome, model, member).items():
            parts[name].append(frame)
    tables = {name: pl.concat(rows).lazy() for name, rows in parts.items()}
    return Run(describe(crisis, settings), tables, crisis=crisis)
