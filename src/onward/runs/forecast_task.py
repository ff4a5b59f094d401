"""A forecast as the run folder sees it: the crisis as known on a day, run on with attacks drawn for each member."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from onward.crisis import Crisis, Scenario, read_scenario
from onward.errors import ParameterError
from onward.inference.as_of import as_of
from onward.inference.attacks_ahead import LEVEL_SPREAD, AttacksAhead, attacks_ahead
from onward.inference.conflict_ahead import RECENT_DAYS
from onward.inference.coupled import place_quantiles, scorecard
from onward.inference.fans import SHIFT_DAYS, about_counts, last_counts
from onward.inference.whatif import after_origin
from onward.model.build import Model, build_model, dated
from onward.runs.task import Frames, Keep, Work, as_json, compile_kernels, own_results, plan_of
from onward.simulation.cluster import map_on_cluster
from onward.simulation.ensemble import REMEMBERED
from onward.simulation.member import Dating, Outcome, Settings, run_one
from onward.simulation.settings import make_settings
from onward.simulation.tables import frames, tables_of
from onward.simulation.threads import in_order
from onward.simulation.watch import Watch

#: options for attacks and changes of control after the origin
CONFLICT = ("ahead", "given")
#: default members and days of a forecast (own choice: enough members for the tails of a 90 % interval)
MEMBERS, DAYS = 200, 90


def forecast_work(
    crisis: Crisis,
    *,
    origin: date | None = None,
    days: int = DAYS,
    conflict: str = "ahead",
    members: int = MEMBERS,
    parameters: str | None = None,
    overrides: Mapping[str, object] | None = None,
    seed: int = 1,
    scenario: Scenario | str | Path | None = None,
    cluster: str | None = None,
) -> Work:
    """Build the run task of a forecast from a given day.

    Parameters
    ----------
    crisis
        All that is known today; what came after ``origin`` is not looked at.
    origin
        The last known day; the crisis's last day if None.
    days
        How many days ahead, at least 1.
    conflict
        ``ahead``: attacks after the last known day are drawn for each member, and places stay with their holders;
        ``given``: attacks and changes of control as the crisis has them, and drawn only after its end.
    members
        At least 1.
    parameters
        ``fixed`` or ``prior``. If None: the crisis's own set where it was fitted on what is known at ``origin``, and
        the prior otherwise.
    overrides
        Parameters to hold at a value, by name.
    seed
        0 or more; the same seed gives the same numbers.
    scenario
        A what-if of the days after ``origin``, or its name or file; members keep their draws, so that forecasts with
        and without it compare member by member.
    cluster
        Address of a Dask scheduler whose workers run the members; they run in threads of this process if None.

    Raises
    ------
    ParameterError, CrisisDataError, ScenarioError
        Where an argument is not one of these.
    """
    made = prepare(
        crisis, origin=origin, days=days, conflict=conflict, members=members, parameters=parameters,
        overrides=overrides, seed=seed, scenario=scenario,
    )  # fmt: skip
    known = made.model.crisis
    about = _inputs(made, days=days, conflict=conflict, hindcast=made.origin < crisis.end)
    plan = {**plan_of(known, made.settings), "forecast": as_json(about)}
    return Work(
        plan,
        tables_of(made.model, made.settings.labels),
        lambda: compile_kernels(made.model, made.settings),
        made.run if cluster is None else made.run_on(cluster),
        own_results(known, made.model, plan),
        known,
        notices=_notices(plan["forecast"], made.settings.scenario),
    )


def _inputs(made: Prepared, *, days: int, conflict: str, hindcast: bool) -> dict[str, Any]:
    """Return what `run.json` says of a forecast: what was known, and what its figures are shifted to."""
    known, origin = made.model.crisis, made.origin
    return {
        "origin": origin.isoformat(),
        "days": days,
        "conflict": conflict,
        "attacks_known_until": made.last_known.isoformat(),
        "attacks_ahead": _about(made.ahead),
        "hindcast": hindcast,
        "shifted_to": about_counts(last_counts(known, origin)),
        "shift_days": SHIFT_DAYS,
        "from_counts": [] if made.settings.scenario else sorted(place_quantiles(known, origin, [days])),
        "scorecard": scorecard(known, origin),
    }


@dataclass(frozen=True, eq=False)
class Prepared:
    """The model of the crisis as it was known, and the distribution of future attacks, shared by all members.

    Parameters
    ----------
    origin, last_known
        The last known day, and the last day of which attacks are known.
    model, settings
        Of the crisis as it was known (``model.crisis``), and how it is run.
    ahead
        What attacks after ``last_known`` are drawn from; None where none are expected.
    """

    origin: date
    last_known: date
    model: Model
    settings: Settings
    ahead: AttacksAhead | None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the crisis in place of the model: unpickled arrays make Numba compile again."""
        return _rebuilt, (self.origin, self.last_known, self.model.crisis, self.settings, self.ahead)

    def run_one(
        self,
        member: int,
        clock: Callable[[], float] = float,
        *,
        at: Dating = dated,
        watch: Watch | None = None,
    ) -> tuple[Outcome, float]:
        """Run one member like `onward.simulation.member.run_one`, with its own attacks after the known ones."""

        def with_attacks(model: Model, dates: tuple[date, ...]) -> Model:
            then = at(model, dates)
            return then if self.ahead is None else replace(then, attacks=self.ahead.draw(model, self.settings, member))

        return run_one(self.model, self.settings, member, clock, at=with_attacks, watch=watch)

    def run(
        self, members: Iterable[int], workers: int, clock: Callable[[], float], keep: Keep, watch: Watch
    ) -> Iterator[Any]:
        """Run members in threads, like a `Work`."""
        at = lru_cache(REMEMBERED)(dated)

        def one(member: int) -> tuple[None, float]:
            outcome, seconds = self.run_one(member, clock, at=at, watch=watch)
            keep(member, frames(outcome, self.model, member))
            return None, seconds

        yield from in_order(one, members, workers, watch)

    def run_on(self, address: str) -> Callable[..., Iterator[Any]]:
        """Return what runs members on a Dask cluster, like a `Work`; workers and watch are not used."""

        def run(
            members: Iterable[int], workers: int, clock: Callable[[], float], keep: Keep, watch: Watch
        ) -> Iterator[Any]:
            for member, tables in map_on_cluster(address, member_frames, self, members):
                keep(member, tables)
                yield member

        return run


def _rebuilt(
    origin: date, last_known: date, crisis: Crisis, settings: Settings, ahead: AttacksAhead | None
) -> Prepared:
    return Prepared(origin, last_known, build_model(crisis, settings.scenario), settings, ahead)


def member_frames(prepared: Prepared, member: int) -> Frames:
    """Run one member and return its tables."""
    outcome, _ = prepared.run_one(member)
    return frames(outcome, prepared.model, member)


def prepare(
    crisis: Crisis, *, origin: date | None, days: int, conflict: str, members: int, parameters: str | None,
    overrides: Mapping[str, object] | None, seed: int, scenario: Scenario | str | Path | None = None,
    labels: bool = False,
) -> Prepared:  # fmt: skip
    """Cut a crisis to what was known and fit the attacks to come; arguments as `forecast_work` takes them.

    ``labels`` records where people are from and how often they were displaced with their legs, which a forecast does
    not need: without it they are followed only as far as returns need it.
    """
    origin = crisis.end if origin is None else origin
    _check(days, conflict)
    end = origin + timedelta(days)
    known = as_of(crisis, origin, days=days, war_until=crisis.end if conflict == "given" else None)
    last_known = min(crisis.end, end if conflict == "given" else origin)
    what_if = _what_if(scenario, replace(known, folder=crisis.folder), origin)
    chosen = ("fixed" if known.fitted_on else "prior") if parameters is None else parameters
    settings = make_settings(
        known, engine="cohorts", members=members, parameters=chosen, overrides=overrides, seed=seed, labels=labels,
        origins=labels, scenario=what_if,
    )  # fmt: skip
    model = build_model(known, settings.scenario)
    return Prepared(origin, last_known, model, settings, attacks_ahead(model, last_known))


def _what_if(given: Scenario | str | Path | None, known: Crisis, origin: date) -> Scenario | None:
    scenario = read_scenario(given, known) if isinstance(given, str | Path) else given
    return None if scenario is None else after_origin(scenario, known, origin)


def _check(days: int, conflict: str) -> None:
    wrong = [] if days >= 1 else [f"days: {days} is not 1 or more."]
    wrong += [] if conflict in CONFLICT else [f"conflict: {conflict!r} is not one of {', '.join(CONFLICT)}."]
    if wrong:
        raise ParameterError("\n".join(wrong))


def _about(ahead: AttacksAhead | None) -> dict[str, Any] | None:
    """Return what run.json says about the model of future attacks; None if none are drawn."""
    if ahead is None:
        return None
    model = ahead.hawkes
    return {
        "branching": round(model.branching, 4),
        "memory_days": round(model.memory_days, 3),
        "spread_km": round(model.spread_km, 2),
        "attacks_a_day": round(float(model.background.sum()) / (1.0 - model.branching), 3),
        "recent_days": RECENT_DAYS,
        "level_spread": LEVEL_SPREAD,
    }


def _notices(about: Mapping[str, Any], scenario: Scenario | None) -> tuple[str, ...]:
    """Return what the user of a forecast must know."""
    known, origin = about["attacks_known_until"], about["origin"]
    given = f", but for attacks and changes of control up to {known}, which were given" if known > origin else ""
    notices = [
        f"a forecast from the end of {origin}: nothing that is dated later or became known later was used{given}."
    ]
    if scenario is not None:
        notices.append(
            f"a what-if of the days after {origin}, {scenario.title or scenario.name}: no place is forecast from its "
            "counts, which know nothing of it. `onward compare` with a forecast of the same seed without it says what "
            "it changes."
        )
    if about["attacks_ahead"] is None:
        notices.append("no attacks are known, so none are expected.")
    if about["hindcast"]:
        notices.append("a hindcast: capacities, and parameters fitted on this crisis, were left out.")
    if about["shifted_to"]:
        notices.append(
            "the fans (forecast.csv) are shifted to the last counts; the tables of this run, its report and its other "
            "exports are not."
        )
    if about["from_counts"]:
        counted = ", ".join(about["from_counts"])
        notices.append(f"{counted}: the fans are the forecast from their counts, in the order of the members.")
    return tuple(notices)
