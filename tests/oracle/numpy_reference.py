"""The *expected* engine once more, written from DESIGN.md section 3: dictionaries, NumPy and NetworkX, slow and plain.

It takes hazards, attraction, costs and quotas from the model, whose functions have tests of their own, and
nothing from the engine. Return is left out, as *expected* leaves it out without labels.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from onward.crisis import Crisis
from onward.model.build import Model, build_model
from onward.model.choice_costs import attraction, onward_rate, perceived_km, quanta, stage_share, welcome
from onward.model.danger import safety
from onward.model.encirclement import encirclement, fear_of_gains
from onward.model.hazard import hazard, reached_by_attacks, readiness
from onward.model.parameters import default_values

Floats = NDArray[np.float64]

#: what the parameter table says, written once more: a twin shares no code with the engine
DAY = 10
REPLANS = 2
FULL_FROM = 0.9
FOOT, CAR = 0, 1
BY_PLACE = ("home", "here", "gate", "way", "out", "left_home", "fled_again", "moved_on", "arrived")
BY_GATE = ("waiting", "passed")


@dataclass(frozen=True)
class Way:
    """The cheapest way from one place to another: its length, first road, shut gates."""

    km: float
    first: int
    shut: tuple[int, ...]


class Twin:
    """A crisis at its middle values; `run` gives its daily counts by name."""

    def __init__(self, crisis: Crisis, overrides: Mapping[str, object] | None = None) -> None:
        self.model = model = build_model(crisis)
        self.value = value = default_values({**crisis.parameters, **(overrides or {})})
        network, people = model.network, model.people
        places = network.places
        self.roads, self.gates, self.regime = network.roads, network.gates, network.regime
        self.hazard = middle_hazard(model, value)
        self.allowed = network.gates.draw_allowed(None, leak=value["gate_leak"], common=0.0)
        crossing, roads, abroad = 1 - math.exp(-value["irregular_crossing"]), network.roads, network.places.abroad
        self.irregular = [0.0] * len(network.gates.names)
        for gate, tail, head in zip(roads.gate, roads.tail, roads.head, strict=True):
            if gate >= 0 and abroad[tail] != abroad[head]:
                self.irregular[gate] = crossing
        there = places.population + places.displaced_at_start
        self.attraction = attraction(network, people, there, value, model.straight_km)
        self.welcome = welcome(network, people)
        attacks = model.attacks.draw(None, common=0.0)
        reached = reached_by_attacks(model.attacks, attacks, people, network.days, value)
        self.safety = safety(reached, model.attacks.history, value)
        self.cost = perceived_km(network, people, model.straight_km, value)
        self.quanta, self.stage = quanta(network, value), stage_share(network, value)
        self.onward, self.capacity, self.abroad = onward_rate(network, value), places.capacity, places.abroad
        residents = places.population[:, None] * people.share
        self.immobile = residents * value["immobile_share"]
        self.home = residents - self.immobile
        self.here = places.displaced_at_start[:, None] * people.share
        self.out, self.share_left = np.zeros(len(self.home)), np.zeros(len(self.home))
        self.waiting: dict[tuple[int, int, int], float] = defaultdict(float)  # road, group, mode
        self.way: dict[tuple[int, int, int, int, int], float] = defaultdict(float)  # road, left, goal, group, mode
        self.count = {name: np.zeros((network.days, len(self.home))) for name in BY_PLACE}
        self.count |= {name: np.zeros((network.days, len(self.gates.names))) for name in BY_GATE}

    def run(self) -> dict[str, Floats]:
        for today in range(len(self.regime)):
            self.today = today
            self.day()
        return self.count

    def day(self) -> None:
        if self.today == 0 or self.regime[self.today] != self.regime[self.today - 1]:
            self.ways = [self.find_ways(g) for g in range(self.home.shape[1])]
        self.pull, self.wait = self.pulls(), self.waits()
        leavers, quitters = self.leave(), self.give_up()
        night, self.way = self.way, defaultdict(float)
        for (road, left, goal, g, mode), people in night.items():
            self.travel_on(road, left, goal, g, mode, people)
        for place, g, people in leavers:
            self.send(place, g, None, people)
        for road, g, mode, people in quitters:
            self.send(self.roads.tail[road], g, mode, people, barred=self.roads.gate[road])
        self.open_gates()
        self.leave_map()
        self.note()

    # the morning

    def is_shut(self, road: int) -> bool:
        gate = self.roads.gate[road]
        return bool(gate >= 0 and self.allowed[self.today, gate] >= 0)

    def find_ways(self, g: int) -> list[dict[int, Way]]:
        """From each place the ways to the cheapest places, cheapest first."""
        graph = nx.DiGraph()
        graph.add_nodes_from(range(len(self.home)))
        for road, km in enumerate(self.cost[self.regime[self.today], g]):
            cost = km + self.value["gate_detour_km"] * self.is_shut(road)
            tail, head = self.roads.tail[road], self.roads.head[road]
            if math.isfinite(cost) and cost < graph.get_edge_data(tail, head, {"weight": math.inf})["weight"]:
                graph.add_edge(tail, head, weight=cost, road=road)
        return [self.ways_from(graph, place) for place in graph]

    def ways_from(self, graph: nx.DiGraph, place: int) -> dict[int, Way]:
        length, path = nx.single_source_dijkstra(graph, place)
        nearest = sorted(length, key=length.__getitem__)[1 : int(self.value["choice_places"]) + 1]
        ways = {}
        for goal in nearest:
            roads = [graph[a][b]["road"] for a, b in pairwise(path[goal])]
            ways[goal] = Way(length[goal], roads[0], tuple(r for r in roads if self.is_shut(r)))
        return ways

    def pulls(self) -> Floats:
        """What threat and fullness make of each place, [p, g]."""
        pull = np.exp(-self.value["choice_threat"] * self.hazard[self.today]) * self.safety[self.today]
        for p, capacity in enumerate(self.capacity):
            if capacity >= 0:
                taken = self.here[p].sum() / capacity if capacity else 1.0
                pull[p] *= min(1.0, max(0.0, (1 - taken) / (1 - FULL_FROM)))
        return pull

    def queue(self, gate: int) -> float:
        return sum(people for (road, _, _), people in self.waiting.items() if self.roads.gate[road] == gate)

    def waits(self) -> list[float]:
        """What the queue at each gate makes of a way through it."""
        factors = []
        for gate, allowed in enumerate(self.allowed[self.today]):
            queue, cap = self.queue(gate), self.value["choice_wait_cap_days"]
            waits = allowed >= 0 and queue >= self.value["choice_smallest_party"]
            passing = allowed + queue * self.irregular[gate]
            days = min(cap, queue / passing if passing else cap) if waits else 0.0
            factors.append(math.exp(-self.value["choice_wait"] * days))
        return factors

    # who goes

    def leave(self) -> list[tuple[int, int, float]]:
        parties = []
        for p in range(len(self.home)):
            residents, gone = self.home[p].sum(), 0.0
            hazard, crowd = self.hazard[self.today, p] + self.value["contagion"] * self.share_left[p], self.crowd(p)
            for g, h in enumerate(hazard):
                threat, ordinary = h * self.value["displaced_sensitivity"], self.onward[p] + crowd
                if self.value["choice_danger"] > 0 and self.here[p, g] > 0:
                    ordinary *= self.accepted_share(p, g)
                if self.attraction[self.regime[self.today], p, g] <= 0:
                    ordinary += self.value["closing"]
                home = self.home[p, g] * -math.expm1(-h)
                here = self.here[p, g] * -math.expm1(-threat - ordinary)
                if not self.leads(p, g) or home + here < self.value["choice_smallest_party"]:
                    continue
                fled = here * threat / (threat + ordinary) if here else 0.0
                self.home[p, g] -= home
                self.here[p, g] -= here
                self.add(p, left_home=home, fled_again=fled, moved_on=here - fled)
                parties.append((p, g, home + here))
                gone += home
            self.share_left[p] = gone / residents if residents > 0 else 0.0
        return parties

    def leads(self, p: int, g: int) -> bool:
        """Whether there is anywhere to go: who is abroad does not move on into the country of the war."""
        return any(self.allows(p, goal) for goal in self.ways[g][p])

    def allows(self, p: int, goal: int) -> bool:
        return not (self.value["choice_danger"] > 0 and self.abroad[p] and not self.abroad[goal])

    def accepted_share(self, place: int, g: int) -> float:
        """The share of those who would move on that does: nobody swaps a place for a more dangerous one."""
        safe = self.safety[self.today, :, g]
        weights = self.nested({goal: w for goal, w in self.weights(place, g).items() if w > 0})
        taken = [w * (min(1.0, safe[goal] / safe[place]) if safe[place] > 0 else 1) for goal, w in weights.items()]
        return float(sum(taken) / sum(weights.values())) if weights else 0.0

    def weights(self, place: int, g: int) -> dict[int, float]:
        """What each destination is worth, whatever queue there is at a gate."""
        worth = self.attraction[self.regime[self.today], :, g] * self.pull[:, g]
        near, gamma = self.value["choice_near_km"], self.value["choice_distance"]
        return {
            goal: worth[goal] * (way.km + near) ** -gamma * self.through_gates(g, way)
            for goal, way in self.ways[g][place].items()
            if self.allows(place, goal)
        }

    def through_gates(self, g: int, way: Way) -> float:
        """What shut gates make of a way: a penalty for each, and whose ground one waits on before the first."""
        if not way.shut:
            return 1.0
        ground = self.roads.tail[way.shut[0]]
        refusal = self.welcome[self.regime[self.today], ground, g]
        return float(math.exp(-self.value["choice_gate"] * len(way.shut)) * refusal)

    def nested(self, weights: dict[int, float]) -> dict[int, float]:
        """Weights of a nested logit: places abroad are a nest with the dissimilarity ``choice_nest``."""
        alike = self.value["choice_nest"]
        inclusive = sum(w ** (1 / alike) for goal, w in weights.items() if self.abroad[goal])
        return {
            goal: w ** (1 / alike) / inclusive * inclusive**alike if self.abroad[goal] and w > 0 else w
            for goal, w in weights.items()
        }

    def crowd(self, p: int) -> float:
        if self.capacity[p] <= 0:
            return 0.0
        return self.value["crowding"] * max(0.0, self.here[p].sum() / self.capacity[p] - 1)

    def give_up(self) -> list[tuple[int, int, int, float]]:
        share = -math.expm1(-self.value["gate_giving_up"])
        quitters = [(*key, people * share) for key, people in self.waiting.items() if people * share > 0]
        for key in self.waiting:
            self.waiting[key] *= 1 - share
        return quitters

    # where to

    def choice(self, place: int, g: int, people: float, *, stay: bool, barred: int) -> dict[int, float]:
        """The share of each destination; empty if there is none."""
        value, near = self.value, self.value["choice_near_km"]
        worth = self.attraction[self.regime[self.today], :, g] * self.pull[:, g]
        weight = {}
        for goal, w in self.weights(place, g).items():
            way = self.ways[g][place][goal]
            gate = self.roads.gate[way.shut[0]] if way.shut else -1
            if gate < 0 or gate != barred:
                weight[goal] = w * (self.wait[gate] if gate >= 0 else 1.0)
        if stay:
            weight[place] = worth[place] * near ** -value["choice_distance"]
        weight = self.nested(weight)
        total, most = sum(weight.values()), max(weight.values(), default=0.0)
        smallest = value["choice_smallest_party"]
        least = most if total * smallest >= most * people else total * smallest / people
        floor = max(value["choice_floor"] * total, least)
        kept = {goal: w for goal, w in weight.items() if w > 0 and w >= floor}
        return {goal: w / sum(kept.values()) for goal, w in kept.items()}

    def send(
        self,
        place: int,
        g: int,
        mode: int | None,
        people: float,
        *,
        budget: int = DAY,
        replans: int = 0,
        barred: int = -1,
    ) -> None:
        """Let people choose and go; ``mode`` is None for those who leave: they do not stay, and part into modes.

        Who finds nowhere to go stays, if one can there; else they choose once more, then stay all the same.
        """
        shares = self.choice(place, g, people, stay=mode is not None, barred=barred)
        if not shares and replans:
            return self.arrive(place, g, people)
        foot = self.value["share_foot"]
        modes = {FOOT: foot, CAR: 1 - foot} if mode is None else {mode: 1.0}
        if not shares:
            shares, modes = {place: 1.0}, {FOOT if mode is None else mode: 1.0}
        for goal, share in shares.items():
            for how, part in modes.items():
                if people * share * part > 0:
                    self.walk(place, goal, g, how, people * share * part, budget, replans)
        return None

    # on the way

    def walk(self, place: int, goal: int, g: int, mode: int, people: float, budget: int, replans: int) -> None:
        while True:
            can_stay = replans >= REPLANS or self.attraction[self.regime[self.today], place, g] > 0
            if place == goal and can_stay:
                return self.arrive(place, g, people)
            way = self.ways[g][place].get(goal)
            if way is None and replans >= REPLANS:
                return self.arrive(place, g, people)
            if way is None:
                return self.send(place, g, mode, people, budget=budget, replans=replans + 1)
            road = way.first
            if self.is_shut(road):
                self.waiting[road, g, mode] += people
                return None
            if self.roads.gate[road] >= 0:
                self.count["passed"][self.today, self.roads.gate[road]] += people
            if self.quanta[road, mode] > budget:
                self.way[road, self.quanta[road, mode] - budget, goal, g, mode] += people
                return None
            budget -= self.quanta[road, mode]
            place = self.roads.head[road]
            people = people if place == goal else self.pass_town(place, g, people)

    def pass_town(self, place: int, g: int, people: float) -> float:
        staging = people * self.stage[place] * self.safety[self.today, place, g]
        if staging > 0:
            self.arrive(place, g, staging)
        return people - staging

    def arrive(self, place: int, g: int, people: float) -> None:
        self.here[place, g] += people
        self.add(place, arrived=people)

    def travel_on(self, road: int, left: int, goal: int, g: int, mode: int, people: float) -> None:
        if math.isinf(self.cost[self.regime[self.today], g, road]):
            self.walk(self.roads.tail[road], goal, g, mode, people, DAY, 0)
        elif left > DAY:
            self.way[road, left - DAY, goal, g, mode] += people
        else:
            place = self.roads.head[road]
            going = people if place == goal else self.pass_town(place, g, people)
            self.walk(place, goal, g, mode, going, DAY - left, 0)

    def open_gates(self) -> None:
        """Those at a gate pass it up to its quota; a gate on a road that is cut lets nobody out."""
        usable = np.isfinite(self.cost[self.regime[self.today], 0])
        for gate, allowed in enumerate(self.allowed[self.today]):
            at = [key for key in self.waiting if self.roads.gate[key[0]] == gate and usable[key[0]]]
            queue = sum(self.waiting[key] for key in at)
            passing = queue if allowed < 0 else min(queue, allowed + queue * self.irregular[gate])
            self.count["passed"][self.today, gate] += passing
            for road, g, mode in at:
                if passing > 0:
                    self.let_through(road, g, mode, self.waiting[road, g, mode] * passing / queue)

    def let_through(self, road: int, g: int, mode: int, people: float) -> None:
        """They choose anew from the far side of the gate, which they reach at the end of its road."""
        self.waiting[road, g, mode] -= people
        far = self.roads.head[road]
        for goal, share in (self.choice(far, g, people, stay=True, barred=self.roads.gate[road]) or {far: 1.0}).items():
            self.way[road, self.quanta[road, mode], goal, g, mode] += people * share

    def leave_map(self) -> None:
        share = -math.expm1(-self.value["out_rate"])
        self.out[self.abroad] += share * self.here[self.abroad].sum(axis=1)
        self.here[self.abroad] *= 1 - share

    # the evening

    def add(self, place: int, **people: float) -> None:
        for name, more in people.items():
            self.count[name][self.today, place] += more

    def note(self) -> None:
        stocks = {"home": (self.home + self.immobile).sum(axis=1), "here": self.here.sum(axis=1), "out": self.out}
        for name, people in stocks.items():
            self.count[name][self.today] = people
        for (road, _, _), people in self.waiting.items():
            self.add(self.roads.tail[road], gate=people)
            self.count["waiting"][self.today, self.roads.gate[road]] += people
        for (road, *_), people in self.way.items():
            self.add(self.roads.tail[road], way=people)


def middle_hazard(model: Model, value: Mapping[str, float]) -> Floats:
    """The hazard of leaving at the middle of all that is uncertain, [t, p, g]."""
    places = model.network.places
    there = places.population + places.displaced_at_start
    attacks = model.attacks.draw(None, common=0.0)
    holder, terms = model.network.holder, model.network.terms
    found = hazard(model.attacks, attacks, model.front_km, holder, model.people, there, value, terms)
    gains = fear_of_gains(model.network, model.people, value)
    found = found + value["encirclement_weight"] * encirclement(model.steps, gains, value)
    return np.asarray(found * readiness(model.crisis, value))
