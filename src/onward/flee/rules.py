"""Compile Flee's rules to arrays: state of each location on each day, spawning, routes.

With ``faithful`` the arrays hold Flee 3 **as it runs** (commit 02cd2cb; docs/explanation/flee-rules.md): intensity
read only when a conflict starts, the day-0 deduction from capacities, closures of links without effect, and so on.
Without it they hold what Flee's documents promise. Array letters: ``t`` day, ``p`` location.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from onward.errors import CrisisDataError, ParameterError, Problem
from onward.flee.instance import FleeInstance, always_camp
from onward.flee.network_files import Closure, Location
from onward.flee.registrations import TOTAL
from onward.flee.routes import Network, Routes, directed_links, enumerate_routes
from onward.typing import Floats, Ints

#: an intensity below this is none (Flee: AddNewConflictZones)
NO_CONFLICT = 1e-6
TOWN, CAMP = 1, 2
#: people who spawn: from registrations, or by conflict in one of three modes
SPAWN_MODES = {"": 0, "constant": 1, "pop_ratio": 2, "poisson": 3}


@dataclass(frozen=True)
class FleeOptions:
    """Options of Flee's rules: ``flee.faithful``, ``flee.memory_levels``, ``flee.steps``, ``flee.journeys``.

    0: the engine's default.
    """

    faithful: bool = True
    #: levels in which a person's memory of recent ways is kept
    memory_levels: int = 0
    #: arrivals of a day are kept apart in so many steps of the daily way, each with its mean
    steps: int = 0
    #: whether *individuals* keeps itineraries
    journeys: bool = True

    def __post_init__(self) -> None:
        if self.memory_levels != 0 and not 2 <= self.memory_levels <= 256:
            raise ParameterError(f"flee.memory_levels: {self.memory_levels} is not between 2 and 256.")
        if self.steps < 0:
            raise ParameterError(f"flee.steps: {self.steps} is not 0 or more.")


@dataclass(frozen=True)
class FleeModel:
    """A Flee instance as arrays; people in agents (one agent is ``hasten`` people)."""

    instance: FleeInstance
    options: FleeOptions
    names: tuple[str, ...]
    #: locations that Flee's output lists: camps on the first morning
    camps: tuple[int, ...]
    link_ends: Ints  # [link, (from, to)]
    move: Floats  # [t, p] chance to leave, before its weight by population
    score: Floats  # [t, p] before its weight by population
    spawn: Floats  # [t, p] conflict x decay, or conflict where conflict drives spawning
    conflict: Floats  # [t, p] intensity, 0 none
    flags: Ints  # [t, p] TOWN, CAMP
    capacity: Floats  # [t, p] -1 or a number of agents
    population: Floats  # [p]
    initial: Ints  # [p] agents before the first day
    new: Ints  # [t] agents to spawn
    debt: Ints  # [t]
    routes: Routes


def build_flee(instance: FleeInstance, options: FleeOptions | None = None) -> FleeModel:
    """Compile an instance; raise CrisisDataError for a day on which Flee itself would stop."""
    options = options or FleeOptions()
    settings, places = instance.settings, instance.locations
    links = directed_links(instance, faithful=options.faithful)
    days = _Days(instance, options, Network(places, links))
    for t in range(instance.days):
        days.advance(t)
    camps = tuple(p for p, place in enumerate(places) if place.is_camp or always_camp(place, settings))
    new, debt = _newly_displaced(instance, options)
    registered = settings.conflict_spawn_mode == ""
    if registered and options.faithful:
        _check_zones(days.spawn, instance)
    return FleeModel(
        instance=instance,
        options=options,
        names=tuple(place.name for place in places),
        camps=camps,
        link_ends=np.array([(link.tail, link.head) for link in links], dtype=np.int64).reshape(-1, 2),
        move=days.move,
        score=days.score,
        spawn=days.spawn,
        conflict=days.intensity,
        flags=days.flags,
        capacity=_capacities(instance, options, registered),
        population=_numbers(instance, options, camps=False),
        initial=_initial(instance, camps),
        new=new if registered else np.zeros_like(new),
        debt=debt if registered else np.zeros_like(debt),
        routes=enumerate_routes(places, links, days.topologies, settings, faithful=options.faithful),
    )


def _numbers(instance: FleeInstance, options: FleeOptions, *, camps: bool) -> Floats:
    """Return capacities of camps (others -1) or populations of the rest (camps 0), divided by hasten."""
    hasten = instance.settings.hasten
    scaled = [p.people // hasten if options.faithful else p.people / hasten for p in instance.locations]
    other = -1.0 if camps else 0.0
    return np.array(
        [float(n) if p.is_camp == camps else other for p, n in zip(instance.locations, scaled, strict=True)]
    )


def _capacities(instance: FleeInstance, options: FleeOptions, registered: bool) -> Floats:
    """Return capacity by day, with Flee's deduction of day 0 and its daily growth.

    Flee subtracts the people of day 0, whom it also counts as present, and adds the daily growth of a location even
    where it has no capacity.
    """
    capacity, settings = _numbers(instance, options, camps=True), instance.settings
    if options.faithful and registered and settings.insert_day0:
        for p, place in enumerate(instance.locations):
            if capacity[p] > 0 and place.name in instance.registrations.names:
                capacity[p] -= int(instance.registrations.series(place.name)[0])
    growth = np.array([place.capacity_per_day for place in instance.locations], dtype=np.float64)
    return np.ascontiguousarray(capacity + growth * np.arange(1, instance.days + 1)[:, None])


def _initial(instance: FleeInstance, camps: tuple[int, ...]) -> Ints:
    """Return the agents put into camps before the first day (Flee: add_initial_refugees)."""
    people, settings = np.zeros(len(instance.locations), dtype=np.int64), instance.settings
    if settings.empty_camps_on_day0:
        return people
    for p in camps:
        place = instance.locations[p]
        if settings.insert_day0:
            people[p] += instance.registrations.series(place.name)[0]
        people[p] += place.initial_idps
    return np.maximum(people, 0)


def registered_stocks(instance: FleeInstance, name: str) -> Ints:
    """Return the count that Flee compares a camp with, by day, in agents (negative where it starts empty)."""
    series = instance.registrations.series(name)
    return series - series[0] if instance.settings.empty_camps_on_day0 else series


def _newly_displaced(instance: FleeInstance, options: FleeOptions) -> tuple[Ints, Ints]:
    """Return the agents to spawn each day, and the deficit: falls of the total that later rises must offset first."""
    settings, data = instance.settings, instance.registrations
    names = data.names[1:] if settings.sum_from_camps else (TOTAL,)
    total = np.sum([data.series(name) for name in names], axis=0) if names else np.zeros(instance.days, dtype=np.int64)
    differences = np.diff(total, prepend=0)
    if settings.sum_from_camps and options.faithful:
        differences[0] += data.series(TOTAL)[0]  # on day 0 Flee adds the row of the total to the camps
    if settings.insert_day0 or settings.empty_camps_on_day0:
        differences[0] = 0
    new, debt = np.zeros_like(total), np.zeros_like(total)
    owed = 0
    for t, difference in enumerate(differences):
        owed, new[t] = max(0, owed - difference), max(0, difference - owed)
        debt[t] = owed
    return new, debt


def _check_zones(spawn: Floats, instance: FleeInstance) -> None:
    population = np.array([0 if p.is_camp else p.people // instance.settings.hasten for p in instance.locations])
    empty = np.flatnonzero((spawn * population).sum(axis=1) <= 0)
    if len(empty):
        found = f"on {len(empty)} days, the first of them day {empty[0]}, no populated location is in conflict"
        step = "Flee stops there; mend conflicts.csv, or use flee.faithful=false, which spawns nobody then."
        raise CrisisDataError([Problem("conflicts.csv", found=found, next_step=step)])


class _Days:
    """The state of locations and links, advanced day by day in Flee's order; discarded after compilation."""

    def __init__(self, instance: FleeInstance, options: FleeOptions, network: Network) -> None:
        self.instance, self.options, self.network = instance, options, network
        self.settings = instance.settings
        self.index = {place.name: p for p, place in enumerate(instance.locations)}
        shape = (instance.days, len(instance.locations))
        self.move, self.score, self.spawn, self.intensity = (np.zeros(shape) for _ in range(4))
        self.flags = np.zeros(shape, dtype=np.int64)
        self.topologies: list[tuple[bytes, bytes, bytes]] = []
        self.camp, self.town, self.marker = (np.zeros(shape[1], dtype=np.bool_) for _ in range(3))
        self.conflict = np.full(shape[1], -1.0)
        self.since = np.full(shape[1], -1)
        self.chance = np.ones(shape[1])
        for p, place in enumerate(instance.locations):
            self._settle_kind(p, place)
        home = instance.locations[0].country
        self.foreign = np.array([place.country != home for place in instance.locations])

    def _settle_kind(self, p: int, place: Location) -> None:
        kind, rules = place.kind, self.settings
        if "conflict" in kind and "camp" not in kind and place.conflict_day > 0:
            kind = "town"  # it becomes a conflict only through conflicts.csv
        if "camp" in kind:
            self.camp[p] = True
            self.chance[p] = rules.idpcamp_movechance if "idp" in kind else rules.camp_movechance
        elif "conflict" in kind:
            self.conflict[p], self.chance[p] = place.conflict_intensity, rules.conflict_movechance
        elif "marker" in kind and "forward" not in kind:
            self.marker[p] = True
        elif "forward" not in kind:
            self.town[p], self.chance[p] = True, rules.default_movechance
        if always_camp(place, rules) and not self.camp[p]:
            self.camp[p], self.town[p] = True, False

    def advance(self, t: int) -> None:
        """Process day ``t``: conflicts, the weights of spawning, closures, then scores."""
        changed = self._conflicts(t)
        self.intensity[t] = np.maximum(self.conflict, 0.0)
        # weights are those of Flee's last refresh: yesterday's, unless a zone opened or closed today
        self.spawn[t] = self._spawn_weights(t if changed or t == 0 or not self.options.faithful else t - 1)
        for closure in self.instance.closures:
            if closure.start == t:
                self._act(closure, closing=True)
            if closure.end == t:
                self._act(closure, closing=False)
        decay = np.array([self.settings.decay(t - since) for since in self.since])
        self.move[t] = self.chance
        self.flags[t] = TOWN * self.town + CAMP * self.camp
        score = np.where(self.foreign, self.settings.foreign_weight, 1.0)
        score = score * np.where(self.camp, self.settings.camp_weight, 1.0)
        fear = self.settings.conflict_weight ** (decay * np.maximum(self.conflict, 0.0))
        self.score[t] = score * np.where(self.conflict > 0, fear, 1.0)
        self.topologies.append(self.network.key(self.marker))

    def _spawn_weights(self, time: int) -> Floats:
        active: Floats = np.maximum(self.conflict, 0.0)
        if self.settings.conflict_spawn_mode:
            return active
        decay: Floats = np.array([self.settings.decay(time - since) for since in self.since])
        return active * decay

    def _conflicts(self, t: int) -> bool:
        """Start and end conflicts; return whether any did."""
        changed = False
        for name, series in self.instance.conflicts.items():
            p, now = self.index.get(name), float(series[t])
            before = float(series[t - 1]) if t else 0.0
            starts, ends = now > NO_CONFLICT > before, t > 0 and now < NO_CONFLICT <= before
            changed |= ends or (starts and p is not None)
            if p is None:
                continue
            if starts:
                self.conflict[p], self.chance[p] = now, self.settings.conflict_movechance
                self.town[p], self.since[p] = False, t
            elif ends:
                self.conflict[p], self.chance[p], self.town[p] = -1.0, self.settings.default_movechance, True
            elif now > NO_CONFLICT and not self.options.faithful:
                self.conflict[p] = now
        return changed

    def _act(self, closure: Closure, *, closing: bool) -> None:
        kind = closure.kind
        if kind in ("camp", "idpcamp"):
            self._camp(self.index[closure.name1], idp=kind == "idpcamp", closing=closing)
        elif kind == "country":
            self.network.shut_border(closure.name1, closure.name2, closing)
        elif kind == "location":
            self.network.shut_location(self.index[closure.name1], closing)
        elif not self.options.faithful:
            ends = self.index[closure.name1], self.index[closure.name2]
            if kind == "link":
                self.network.shut_link(*ends, closing)
            else:
                self.network.redirect(*ends, not closing)

    def _camp(self, p: int, *, idp: bool, closing: bool) -> None:
        rules = self.settings
        self.camp[p], self.town[p], self.conflict[p], self.marker[p] = not closing, closing, -1.0, False
        opened = rules.idpcamp_movechance if idp else rules.camp_movechance
        self.chance[p] = rules.default_movechance if closing else opened
