"""Simulate one ensemble member: draw everything uncertain, arrange it for the kernel, and run it.

Each source of uncertainty has its own stream, ``SeedSequence(seed, spawn_key=(member, k))``: (0) parameters, (1)
inputs, (2) departure shocks, (3) movements, (4) labels, (5) who passed near held ground. Two runs that differ in a
scenario therefore share everything else, member by member. Inputs and shocks are keyed by what they describe
(`onward.model.keyed_draws`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from onward.crisis.scenarios import Scenario
from onward.engine.jit_cache import use_cache
from onward.engine.state import Daily, Rates, Raw, Result, Start, World, added_up
from onward.errors import SimulationError
from onward.model.build import Model, dated
from onward.model.choice_costs import attraction, onward_rate, perceived_km, quanta, stage_share, welcome
from onward.model.danger import safety
from onward.model.encirclement import encirclement, fear_of_gains
from onward.model.hazard import hazard, reached_by_attacks, readiness, shocks, with_conflict_days
from onward.model.keyed_draws import Draws
from onward.model.near_ground import Near
from onward.model.network import Network
from onward.model.parameter_set import ParameterSet, population_set
from onward.model.parameters import Values, default_values, drawn_values
from onward.model.returns import return_rates
from onward.model.uncertainty import draw_between, draw_dates
from onward.simulation.households import with_households
from onward.simulation.itineraries import Itineraries, itineraries_of
from onward.simulation.observables import value_of_record
from onward.simulation.record import record_of_result
from onward.simulation.threads import cores
from onward.simulation.watch import Watch
from onward.typing import Floats, Ints

Dating = Callable[[Model, tuple[date, ...]], Model]

#: streams of a member, each of a purpose of its own; COUNTING: errors of counting in cold starts
PARAMETERS, INPUTS, SHOCKS, MOVES, LABELS, NEARBY, COUNTING = range(7)
#: kinds of inputs; each has a stream of its own
POPULATIONS, ATTACKS, QUOTAS, DATES, COUNTS = range(5)


@dataclass(frozen=True)
class Settings:
    """The settings of a run: everything besides the crisis that decides the result."""

    engine: str = "cohorts"
    members: int = 100
    seed: int = 1
    parameters: str = "fixed"
    overrides: Mapping[str, object] = field(default_factory=dict)
    labels: bool = True
    scenario: Scenario | None = None
    departures: str = "modelled"
    journeys: bool = False
    base: ParameterSet = field(default_factory=population_set)
    near: tuple[Near, ...] = ()
    origins: bool = True  # legs say where people are from, if labels do

    @property
    def central(self) -> bool:
        """Return whether nothing is drawn, inputs or shocks: *expected* with fixed parameters."""
        return self.engine == "expected" and self.parameters == "fixed"


def stream(settings: Settings, member: int, *k: int) -> np.random.Generator:
    """Return the member's generator number ``k``; each kind of input has its own number within (1)."""
    return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence(settings.seed, spawn_key=(member, *k))))


def draws_of(settings: Settings, member: int, kind: int) -> Draws | None:
    """Return the member's draws of one kind of input; None where inputs keep their central value."""
    return None if settings.central else Draws(int(stream(settings, member, INPUTS, kind).integers(2**63)))


def member_values(settings: Settings, member: int, only: Collection[str] = ()) -> dict[str, float]:
    """Return the member's parameters; with ``only``, those named are right and the others need not be."""
    if settings.parameters == "fixed":
        return default_values(settings.overrides, settings.base.values)
    found = settings.base.distribution
    asked = found is not None and (not only or not set(only).isdisjoint(found.names))
    calibrated = found.draw if found is not None and asked else None
    return drawn_values(stream(settings, member, PARAMETERS), settings.overrides, calibrated, only)


@dataclass(frozen=True)
class Drawn:
    """A member after drawing: the input of its kernel, its attacks ``[t, p]`` and its parameters."""

    world: World
    rates: Rates
    start: Start
    attacks: Floats
    values: Values


@dataclass(frozen=True)
class Outcome:
    """The result of a member: arrays, attacks ``[t, p]``, a value per claim (None: not modelled), and parameters.

    ``network`` is the member's own, with the days drawn on which places changed hands.
    """

    result: Result
    attacks: Floats
    claims: tuple[float | None, ...]
    network: Network
    values: Values
    itineraries: Itineraries | None = None


def build_member(model: Model, settings: Settings, member: int) -> Drawn:
    """Draw member number ``member`` and arrange it as arrays for the kernel."""
    values = member_values(settings, member)
    kinds = [draws_of(settings, member, kind) for kind in range(DATES)]
    population = _population(model, kinds[POPULATIONS], values)
    spread = with_conflict_days(model.attacks, population, values)
    attacks = spread.draw(kinds[ATTACKS], common=values["input_correlation"])
    allowed = model.network.gates.draw_allowed(
        kinds[QUOTAS], leak=values["gate_leak"], common=values["input_correlation"]
    )
    there = population + model.network.places.displaced_at_start
    network, people, history = model.network, model.people, model.attacks.history
    reached = reached_by_attacks(model.attacks, attacks, people, network.days, values)
    shocked = hazard(
        model.attacks, attacks, model.front_km, network.holder, people, there, values, network.terms, reached
    )
    gains = fear_of_gains(network, people, values)
    shocked += values["encirclement_weight"] * encirclement(model.steps, gains, values)
    shocked *= readiness(model.crisis, values)
    if not settings.central:
        days = model.network.start.toordinal() + np.arange(model.network.days)
        word = stream(settings, member, SHOCKS).integers(2**63)
        shock = shocks(Draws(int(word)), days, model.network.places.key, values["shock_sigma"])
        shocked = shocked * shock[:, :, None]
    safe = safety(reached, history, values)
    home = return_rates(reached, history, network.holder, network.terms, people.fear, values)
    observed = model.observed.draw(draws_of(settings, member, COUNTS))
    world = _world(model, values, there, shocked, safe, allowed, home, observed)
    start = _start(model, population, values, settings.engine)
    if model.households is not None and settings.engine != "expected":
        world, start = with_households(world, start, model.households)
    by_day = model.attacks.by_day(attacks, model.network.days, len(model.network.places.names))
    return Drawn(world, _rates(values), start, by_day, values)


def _population(model: Model, draws: Draws | None, values: Values) -> Floats:
    places = model.network.places
    if draws is None:
        return places.population
    drawn = draw_between(
        draws, places.key, places.population, places.population_low, places.population_high,
        values["input_correlation"],
    )  # fmt: skip
    return np.rint(drawn)


def _world(
    model: Model, values: Values, there: Floats, shocked: Floats, safe: Floats, allowed: Ints,
    home: Floats, observed: Ints,
) -> World:  # fmt: skip
    network, roads = model.network, model.network.roads
    places = len(network.places.names)
    lane = np.full(len(roads), -1, dtype=np.int64)
    lane[network.gates.lane_road] = np.arange(len(network.gates.lane_road))
    return World(
        regime=network.regime,
        head=roads.head,
        tail=roads.tail,
        out=np.searchsorted(roads.tail, np.arange(places + 1)).astype(np.int64),
        quanta=quanta(network, values),
        lane=lane,
        lane_road=network.gates.lane_road,
        lane_gate=network.gates.lane_gate,
        cost=perceived_km(network, model.people, model.straight_km, values),
        attraction=attraction(network, model.people, there, values, model.straight_km),
        welcome=welcome(network, model.people),
        hazard=np.ascontiguousarray(shocked),
        safety=safe,
        allowed=allowed,
        irregular=network.gates.irregular_shares(values["irregular_crossing"]),
        onward=onward_rate(network, values),
        stage=stage_share(network, values),
        capacity=network.places.capacity,
        abroad=network.places.abroad,
        homeward=home,
        observed=observed,
        observed_area=model.observed.area,
        rank=np.argsort(np.argsort(np.array(network.places.names))),
        asked=len(model.near.asked),
        near_place=model.near.place,
        near_road=model.near.road,
        unit=np.ones(len(model.people.groups), dtype=np.int64),
        largest=1,
    )


def _rates(values: Values) -> Rates:
    whole = {"choice_places", "travel_steps", "replans"}
    return Rates(**{n: int(values[n]) if n in whole else values[n] for n in Rates._fields})  # type: ignore[arg-type]


def _start(model: Model, population: Floats, values: Values, engine: str) -> Start:
    share = model.people.share
    residents = population[:, None] * share
    displaced = model.network.places.displaced_at_start[:, None] * share
    immobile = residents * values["immobile_share"]
    if engine == "expected":
        return Start(*(np.ascontiguousarray(a) for a in (residents - immobile, immobile, displaced)))
    whole, stay = _whole(residents), _whole(immobile)
    stay = np.minimum(stay, whole)
    return Start(whole - stay, stay, _whole(displaced))


def _whole(people: Floats) -> Ints:
    """Round people by group to whole people so that each place keeps its total (largest-remainder method)."""
    total = np.rint(people.sum(axis=1)).astype(np.int64)
    floor = np.floor(people).astype(np.int64)
    missing = total - floor.sum(axis=1)
    order = np.argsort(-(people - floor), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return np.ascontiguousarray(floor + (rank < missing[:, None]))


def member_dates(model: Model, settings: Settings, member: int) -> tuple[date, ...]:
    """Draw the days on which control changed, where the crisis gives ranges."""
    return draw_dates(model.crisis, draws_of(settings, member, DATES))


def kernel(settings: Settings) -> Callable[[Drawn, int, Ints], tuple[Raw, Itineraries | None]]:
    """Return what runs the days of a member as drawn, by the engine that was asked for; Numba is imported here.

    It takes the member as drawn, its number, and an array into which it writes how many days are done. It gives what
    happened, and itineraries where journeys are asked for.
    """
    use_cache()
    from onward.engine.compile_ahead import compile_ahead
    from onward.engine.workspace import fields_of, is_compiled, raw_of, set_up, struct_type

    if settings.engine == "individuals":
        from onward.engine.individuals import fields_of_each, run_individuals, stages_of_individuals

        def alone(drawn: Drawn, member: int, reached: Ints) -> tuple[Raw, Itineraries | None]:
            moves, labels = stream(settings, member, MOVES), stream(settings, member, LABELS)
            fields = fields_of_each(drawn.world, drawn.rates, drawn.start)
            given = (drawn.start, settings.journeys, reached)
            if not is_compiled(run_individuals, drawn.start):
                compile_ahead(run_individuals, (struct_type(fields), *given), stages_of_individuals, cores=cores())
            found, log, last = run_individuals(set_up(fields, moves, labels, labels), *given)
            return raw_of(fields, found), itineraries_of(
                drawn.start, drawn.world.unit, drawn.attacks, log, last
            ) if settings.journeys else None

        return alone
    from onward.engine.step import run_member, stages_of_member

    def together(drawn: Drawn, member: int, reached: Ints) -> tuple[Raw, None]:
        streams = (stream(settings, member, kind) for kind in (MOVES, LABELS, NEARBY))
        fields = fields_of(drawn.world, drawn.rates, drawn.start, settings.labels, settings.origins)
        given = (drawn.start.immobile, reached)
        if not is_compiled(run_member, drawn.start.immobile):
            compile_ahead(run_member, (struct_type(fields), *given), stages_of_member, cores=cores())
        return raw_of(fields, run_member(set_up(fields, *streams), *given)), None

    return together


def run_one(
    model: Model,
    settings: Settings,
    member: int,
    clock: Callable[[], float] = float,
    *,
    at: Dating = dated,
    watch: Watch | None = None,
) -> tuple[Outcome, float]:
    """Run one member; return its outcome and the time of its kernel by ``clock`` (0 without one).

    ``at`` gives the model with drawn days; one that remembers saves members with the same days the work.
    """
    model = at(model, member_dates(model, settings, member))
    drawn = build_member(model, settings, member)
    reached = (watch or Watch()).begin(member, len(drawn.world.regime))
    days = kernel(settings)
    begin = clock()
    raw, itineraries = days(drawn, member, reached)
    took = clock() - begin
    result = added_up(raw, drawn.world.rank)
    _check_residents(model, result)
    claims = _claims(model, settings, drawn, result)
    return Outcome(result, drawn.attacks, claims, model.network, drawn.values, itineraries), took


def _claims(model: Model, settings: Settings, drawn: Drawn, result: Result) -> tuple[float | None, ...]:
    """Return a value for each claim; None where it is not modelled."""
    if not model.claims:
        return ()
    given = settings.departures == "observed"  # then the counts are taken for everybody
    record = record_of_result(result, 1.0 if given else drawn.values["coverage"], model.near.asked)
    return tuple(value_of_record(claim, record, model.network, drawn.attacks) for claim in model.claims)


def run_daily(model: Model, settings: Settings, member: int = 0) -> Daily:
    """Run one member and return its daily counts alone: no legs, no claims, and no returns without ``labels``.

    ``model`` is taken as it is, also where the days of takeovers are uncertain: it is dated already.
    """
    settings = replace(settings, origins=False)
    raw, _ = kernel(settings)(build_member(model, settings, member), member, np.zeros(1, np.int64))
    daily: Daily = raw.daily
    return daily


def _check_residents(model: Model, result: Result) -> None:
    if result.overdrawn >= 0:
        day = model.network.start + timedelta(days=int(result.overdrawn))
        raise SimulationError(
            f"observed departures: on {day} more people leave {' or '.join(model.observed.names)} than residents are "
            "left there. Check the counts against the populations, or use --departures modelled."
        )
