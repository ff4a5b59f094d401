"""Simulate a crisis and return a `Run` of many members."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from onward.crisis import Crisis
from onward.crisis.scenarios import Scenario
from onward.errors import ParameterError
from onward.extras import install_command
from onward.model.build import Model, build_model, dated
from onward.model.parameter_set import ParameterSet, posterior_set, prior_set, set_by_hand, set_of
from onward.model.parameters import default_values
from onward.model.posterior import Posterior
from onward.simulation.conservation import check_conservation
from onward.simulation.member import Outcome, Settings, run_one
from onward.simulation.observables import INDICATORS, net_arrivals_by_unit
from onward.simulation.tables import TABLES, frames
from onward.simulation.threads import in_order
from onward.simulation.units import BY, units_of
from onward.simulation.versions import versions
from onward.simulation.watch import Watch

#: quantile levels: the ends of the 90 % and the 50 % interval, and the middle
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
#: models with drawn days that are kept for other members with the same days (own choice: bounds memory)
REMEMBERED = 32
#: members of a run, if nobody says so: enough for 90 % intervals (own choice)
MEMBERS = 100
ENGINES = ("cohorts", "expected", "individuals")
PARAMETERS = ("fixed", "prior", "posterior")
DEPARTURES = ("modelled", "observed")
#: of run.json, when and where a run was made, and not what it is
CIRCUMSTANCES = ("created", "environment", "timings", "engine_seconds", "engine_cpu_seconds")


@dataclass(frozen=True)
class Views:
    """Functions that show or publish a run; `onward.api` gives them to `Run`."""

    chart: Callable[..., Any]
    to_html: Callable[..., Any]
    to_xarray: Callable[..., Any]
    summary_html: Callable[..., str]


@dataclass(frozen=True, eq=False)
class Run:
    """The result of a simulation: what was run, and its tables.

    Two runs are equal if they say the same of what was run and hold the same tables, wherever and whenever they were
    made.

    Parameters
    ----------
    about
        What run.json holds.
    tables
        Lazy frames by name, each with one row per member, day and place or gate where there was anybody: ``stock``,
        ``flows``, ``gates``, ``movements``, ``times`` and more (see the page about the run folder).
    folder
        The run folder that they are read from, if any.
    given
        The crisis that was simulated, or a function that reads it; ask for `crisis`.
    views
        What shows the run; None below the public API.
    """

    about: Mapping[str, Any]
    tables: Mapping[str, pl.LazyFrame] = field(repr=False)
    folder: Path | None = field(default=None, repr=False)
    given: Crisis | Callable[[], Crisis | None] | None = field(default=None, repr=False)
    views: Views | None = field(default=None, repr=False)

    @cached_property
    def crisis(self) -> Crisis | None:
        """The crisis that was simulated, without the changes of a scenario; None if the run holds none."""
        return self.given() if callable(self.given) else self.given

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Run):
            return NotImplemented
        return self is other or (
            _lasting(self.about) == _lasting(other.about)
            and set(self.tables) == set(other.tables)
            and all(self.table(name).equals(other.table(name)) for name in self.tables)
        )

    def __hash__(self) -> int:
        return hash(tuple(self.about.get(key) for key in ("crisis_hash", "seed", "members", "engine")))

    def table(self, name: str) -> pl.DataFrame:
        """Return a whole table in memory.

        Parameters
        ----------
        name
            One of `tables`; another name raises ParameterError.
        """
        if name not in self.tables:
            raise ParameterError(f"table {name!r} is not one of {', '.join(self.tables)}.")
        return self.tables[name].collect()

    def to_polars(self, name: str = "stock") -> pl.DataFrame:
        """Return a whole table as a Polars frame, categories as text: `table` for those who share the result."""
        frame = self.table(name)
        return frame.with_columns(pl.col(c).cast(pl.String) for c, kind in frame.schema.items() if kind == pl.Enum)

    def to_pandas(self, name: str = "stock") -> Any:
        """Return a whole table as a pandas frame (extra ``pandas``)."""
        try:
            return self.to_polars(name).to_pandas()
        except ModuleNotFoundError:
            raise ParameterError(
                f"to_pandas needs pandas and pyarrow. Install them with: {install_command('pandas')}"
            ) from None

    def series(
        self, indicator: str, *, by: str | None = None, place: str | None = None, area: str | None = None,
        admin1: str | None = None, admin2: str | None = None,
    ) -> pl.DataFrame:  # fmt: skip
        """Return people of an indicator over time, for each member: columns member, (unit,) date, people.

        Parameters
        ----------
        indicator
            ``stock`` (displaced people staying or waiting there), ``residents``, ``waiting``, ``under_way``,
            ``displaced`` (all away from home), ``arrivals`` (less those who left again, so it may be negative),
            ``departures`` (from home), ``displacements`` (every departure that threat drove) or ``returned``.
        by
            ``place``, ``area``, ``admin1`` or ``admin2``: one series for each unit, named in the column unit. Areas may
            overlap, so their sums need not add up to the whole.
        place, area, admin1, admin2
            One place by its short name, or the sum over the places of an area or administrative unit (by key, P-code or
            name); all places if none is given.

        Returns
        -------
        polars.DataFrame
            One row a member and day (and unit), sorted; days of nobody are 0.
        """
        if indicator not in INDICATORS:
            raise ParameterError(f"indicator {indicator!r} is not one of {', '.join(INDICATORS)}.")
        places = self._places({"place": place, "area": area, "admin1": admin1, "admin2": admin2}, by)
        rows = self._rows(indicator, places)
        grid, keys = self._members().join(self._dates(), how="cross"), ["member", "date"]
        if by is not None:
            units = units_of(self, by)
            rows = net_arrivals_by_unit(self, units.members) if indicator == "arrivals" else units.of_rows(rows)
            keys = ["member", "unit", "date"]
            grid = grid.join(units.table.select("unit"), how="cross").select(keys)
        found = rows.group_by(keys).agg(pl.col("people").sum()).collect()
        return grid.join(found, on=keys, how="left").with_columns(pl.col("people").fill_null(0)).sort(keys)

    def _rows(self, indicator: str, places: list[str] | None) -> pl.LazyFrame:
        name, kinds = INDICATORS[indicator]
        if name == "flows":
            together = pl.DataFrame({"place": self.about["places"] if places is None else places}, schema=["place"])
            return net_arrivals_by_unit(self, together.with_columns(unit=pl.lit("all")))
        column = "state" if name == "stock" else "movement"
        rows = self.tables[name].filter(pl.col(column).cast(pl.String).is_in(kinds))
        return rows if places is None else rows.filter(pl.col("place").cast(pl.String).is_in(places))

    def quantiles(
        self, indicator: str = "stock", *, by: str | None = None, place: str | None = None, area: str | None = None,
        admin1: str | None = None, admin2: str | None = None, levels: Iterable[float] = LEVELS,
    ) -> pl.DataFrame:  # fmt: skip
        """Return quantiles over members for each day: columns (unit,) date, mean, p5, p25, p50, p75, p95.

        Quantiles of a unit are of the members' sums over its places, never sums of quantiles.

        Parameters
        ----------
        indicator, by, place, area, admin1, admin2
            As `series` takes them.
        levels
            Quantile levels from 0 to 1.

        >>> import onward
        >>> run = onward.simulate("aleppo-2016", members=2, seed=1)
        >>> run.quantiles("stock", place="azaz").columns
        ['date', 'mean', 'p5', 'p25', 'p50', 'p75', 'p95']
        >>> run.quantiles("stock", by="admin1").select("unit").n_unique()
        6
        """
        people = self.series(indicator, by=by, place=place, area=area, admin1=admin1, admin2=admin2)
        spread = [pl.col("people").quantile(q, "linear").alias(f"p{100 * q:g}") for q in levels]
        keys = ["date"] if by is None else ["unit", "date"]
        return people.group_by(keys).agg(pl.col("people").mean().alias("mean"), *spread).sort(keys)

    def chart(self, indicator: str = "stock", *, place: str | None = None) -> Any:
        """Return an Altair chart of an indicator over time, with 50 and 90 % bands (extra ``charts``).

        Counts of the indicator are its points where the run knows its crisis.
        """
        return self._shown().chart(self, indicator, place=place)

    def to_html(self, path: str | Path, *, route_detail: bool = False) -> Path:
        """Write the report: one self-contained HTML file; see `onward.write_report`."""
        return Path(self._shown().to_html(self, path, route_detail=route_detail))

    def to_xarray(self, *, route_detail: bool = False, places: bool = False) -> Any:
        """Return the run as an `xarray.Dataset`, under the rules for exports (extra ``xarray``)."""
        return self._shown().to_xarray(self, route_detail=route_detail, places=places)

    def _repr_html_(self) -> str | None:
        return None if self.views is None else self.views.summary_html(self)

    def _shown(self) -> Views:
        if self.views is None:
            raise ParameterError("this run has no views. Take it from onward.simulate or onward.read_run.")
        return self.views

    def _places(self, asked: Mapping[str, str | None], by: str | None) -> list[str] | None:
        """The places asked for, or None for all."""
        given = {kind: name for kind, name in asked.items() if name is not None}
        if by is not None and by not in BY:
            raise ParameterError(f"by: {by!r} is not one of {', '.join(BY)}.")
        if len(given) + (by is not None) > 1:
            raise ParameterError(f"give {' or '.join([*given, *['by'] * (by is not None)])}, not both.")
        return next((units_of(self, kind).places_of(name) for kind, name in given.items()), None)

    def _members(self) -> pl.DataFrame:
        return pl.DataFrame({"member": pl.Series(range(self.about["members"]), dtype=pl.Int32)})

    def _dates(self) -> pl.DataFrame:
        first, last = (date.fromisoformat(self.about[k]) for k in ("start", "end"))
        return pl.DataFrame({"date": pl.date_range(first, last, eager=True)})


def _lasting(about: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in about.items() if key not in CIRCUMSTANCES}


def default_members(engine: str, parameters: str) -> int:
    """Return how many members a run has if nobody says: one where nothing is drawn.

    >>> default_members("expected", "fixed"), default_members("cohorts", "fixed")
    (1, 100)
    """
    return 1 if engine == "expected" and parameters == "fixed" else MEMBERS


def make_settings(crisis: Crisis, **given: Any) -> Settings:
    """Return checked settings; parameters that the crisis and the scenario hold count unless overridden."""
    scenario = given.get("scenario")
    steps = () if scenario is None else scenario.intervention
    what_if = {step.name: step.value for step in steps if step.do == "set_parameter"}
    overrides = {**set_by_hand(crisis), **what_if, **(given.pop("overrides", None) or {})}
    posterior = given.pop("posterior", None)
    base = _base(crisis, given.get("parameters", "fixed"), posterior)
    held = default_values(overrides, base.values)
    if held["return_rate"] > 0 or held["return_agreement"] > 0:
        given["labels"] = True  # who goes home depends on where home is
    settings = Settings(**given, overrides=overrides, base=base)
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


def _base(crisis: Crisis, parameters: str, posterior: Posterior | None) -> ParameterSet:
    if parameters == "posterior":
        return posterior_set(crisis, posterior)
    if posterior is not None:
        raise ParameterError(f"posterior: a run with parameters {parameters} uses none. Use --parameters posterior.")
    return prior_set(crisis) if parameters == "prior" else set_of(crisis)


def run_members(
    model: Model, settings: Settings, *, members: Iterable[int], workers: int = 1,
    clock: Callable[[], float] = float, finish: Callable[[int, Outcome], Any] | None = None,
    watch: Watch | None = None,
) -> Iterator[tuple[int, Any, float]]:  # fmt: skip
    """Run members in parallel threads; yield (member, outcome, CPU seconds) in the order given.

    Each member has its own streams, so the result does not depend on the number of workers. ``finish`` is
    called with (member, outcome) in the member's thread, and what it returns is yielded in its place.
    No more than two results a worker are kept waiting.
    """

    at = lru_cache(REMEMBERED)(dated)

    def one(member: int) -> tuple[Any, float]:
        outcome, seconds = run_one(model, settings, member, clock, at=at, watch=watch)
        return (outcome if finish is None else finish(member, outcome)), seconds

    yield from in_order(one, members, workers, watch)


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
        "parameters_from": settings.base.about(),
        "overrides": dict(settings.overrides),
        "labels": settings.labels,
        "scenario": None if settings.scenario is None else settings.scenario.model_dump(mode="json"),
        "departures": settings.departures,
        "given_totals": settings.departures == "observed",
    }


def simulate(
    crisis: Crisis,
    *,
    members: int | None = None,
    engine: str = "cohorts",
    parameters: str = "fixed",
    posterior: Posterior | None = None,
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
    members : how many draws of everything uncertain, at least 1; 100, or 1 where nothing is drawn, if None
    engine : ``cohorts`` (whole people, drawn), ``expected`` (real numbers, means) or ``individuals`` (each person drawn
        alone: the numbers of ``cohorts`` in distribution, at a cost that grows with those who move)
    parameters : ``fixed`` at the crisis's own set if it was fitted (at the population's otherwise), or drawn for each
        member: from the ``prior`` (what calibration found on other crises) or the crisis's own ``posterior``
    posterior : what ``posterior`` is drawn from; the one that comes with Onward if None
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
    members = default_members(engine, parameters) if members is None else members
    settings = make_settings(
        crisis, engine=engine, members=members, seed=seed, parameters=parameters, overrides=overrides,
        labels=engine != "expected", scenario=scenario,
        departures=departures, posterior=posterior,
    )  # fmt: skip
    model = build_model(crisis, scenario, departures=departures)
    parts: dict[str, list[pl.DataFrame]] = {name: [] for name in TABLES}
    for member, outcome, _ in run_members(model, settings, members=range(members), workers=workers):
        for name, frame in frames(outcome, model, member).items():
            parts[name].append(frame)
    tables = {name: pl.concat(rows).lazy() for name, rows in parts.items()}
    about = {**describe(crisis, settings), "place_names": crisis.place_names, "versions": versions()}
    run = Run(about, tables, given=crisis)
    check_conservation(run)
    return run
