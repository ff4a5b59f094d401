"""Flee's rules agent by agent in plain Python: the twin of the compiled kernel, on what `read_flee` read.

Written from SEMANTICS.md and Flee's own documents, for small graphs only. It knows conflicts and their decay, closures
of country, location and camp, capacity, awareness, start on foot, walk probability and speed of links, avoid short
stints, weights by population, initial people and IDPs; newly displaced by registrations or conflict, taken from the
population.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import numpy as np

from onward.flee.instance import FleeInstance

#: from, to, km, speed, chance of a day on foot
Link = tuple[str, str, float, float, float]


@dataclass
class Agent:
    place: str
    link: Link | None = None
    done: float = 0.0
    moved: float = 0.0
    recent: float = 0.0
    visited: int = 1
    back: bool = False
    route: list[str] = field(default_factory=list)


class Twin:
    """One run; `stocks` gives people by day and location."""

    def __init__(self, instance: FleeInstance, seed: int) -> None:
        self.inst, self.rules, self.rng = instance, instance.settings, random.Random(seed)
        self.draw = np.random.default_rng(seed)
        self.names = [p.name for p in instance.locations]
        self.place = {p.name: p for p in instance.locations}
        self.camp = {p.name: p.is_camp for p in instance.locations}
        self.marker = {p.name: "marker" in p.kind for p in instance.locations}
        self.hub = {p.name: "forward" in p.kind for p in instance.locations}
        self.conflict = {
            p.name: 1.0 if "conflict" in p.kind and p.conflict_day <= 0 else -1.0 for p in instance.locations
        }
        self.since = dict.fromkeys(self.names, -1)
        self.cap = {p.name: float(p.people // self.rules.hasten) if p.is_camp else -1.0 for p in instance.locations}
        self.n = dict.fromkeys(self.names, 0)
        self.pop = {p.name: 0 if p.is_camp else p.people // self.rules.hasten for p in instance.locations}
        self.chance = {p.name: self.first_chance(p.name) for p in instance.locations}
        self.links: list[Link] = [
            (a, b, k.distance_km, k.max_move_speed or self.rules.max_move_speed, k.walk_probability)
            for k in instance.links
            for a, b in ((k.name1, k.name2), (k.name2, k.name1))
        ]
        self.shut: set[Link] = set()
        self.agents: list[Agent] = []
        self.debt = 0
        self.ways: dict[str, list[tuple[float, list[str]]]] = {}  # from a place, today

    def stocks(self) -> np.ndarray:
        for name in self.names:
            there = int(self.inst.registrations.series(name)[0]) if self.camp[name] and self.rules.insert_day0 else 0
            for _ in range(there + self.place[name].initial_idps):
                self.add(name)
        return np.array([self.day(t) for t in range(self.inst.days)])

    def first_chance(self, name: str) -> float:
        rules = self.rules
        if self.camp[name]:
            return rules.idpcamp_movechance if "idp" in self.place[name].kind else rules.camp_movechance
        if self.conflict[name] > 0:
            return rules.conflict_movechance
        return 1.0 if self.hub[name] or self.marker[name] else rules.default_movechance

    def add(self, name: str) -> None:
        self.agents.append(Agent(name))
        self.n[name] += 1

    def day(self, t: int) -> list[int]:
        self.time = t
        changed = t == 0
        for name, series in self.inst.conflicts.items():
            if series[t] > 1e-6 and (t == 0 or series[t - 1] < 1e-6):
                self.conflict[name], self.since[name], changed = series[t], t, True
                self.chance[name] = self.rules.conflict_movechance
            elif t and series[t] < 1e-6 <= series[t - 1]:
                self.conflict[name], self.chance[name], changed = -1.0, self.rules.default_movechance, True
        self.spawn(t, t if changed else t - 1)
        for c in self.inst.closures:
            if c.kind in ("camp", "idpcamp"):
                self.close_or_open(c, t)
                continue
            hit = {x for x in self.links if self.touches(c, x)}
            if t == c.start:
                for agent in self.agents:
                    agent.back |= agent.link in hit and agent.link not in self.shut
                self.shut |= hit
            if t == c.end:
                self.shut -= hit
        self.ways.clear()
        for agent in self.agents:
            self.evolve(agent, False)
        for agent in self.agents:
            self.finish(agent)
        for agent in self.agents:
            agent.recent = (agent.recent + agent.moved / self.rules.max_move_speed) / 2
            agent.moved = 0.0
        return [self.n[name] for name in self.names]

    def close_or_open(self, closure, t: int) -> None:  # type: ignore[no-untyped-def]
        name, rules = closure.name1, self.rules
        if t == closure.start:
            self.camp[name], self.chance[name] = False, rules.default_movechance
        if t == closure.end:
            opened = rules.idpcamp_movechance if closure.kind == "idpcamp" else rules.camp_movechance
            self.camp[name], self.chance[name] = True, opened

    def touches(self, closure, link) -> bool:  # type: ignore[no-untyped-def]
        ends = {self.place[link[0]].country, self.place[link[1]].country}
        if closure.kind == "country":
            return ends == {closure.name1, closure.name2}
        return closure.kind == "location" and closure.name1 in link[:2]

    def spawn(self, t: int, decay_day: int) -> None:
        if self.rules.conflict_spawn_mode:
            for name in self.names:
                if self.conflict[name] > 0:
                    self.spawn_by_conflict(name, self.rules.displaced_per_conflict_day * self.conflict[name])
            return
        names = self.inst.registrations.names[1:] if self.rules.sum_from_camps else ("total",)
        series = [self.inst.registrations.series(n) for n in names]
        new = 0 if t == 0 else int(sum(s[t] - s[t - 1] for s in series)) - self.debt
        self.debt, new = max(0, -new), max(0, new)
        if t == 0:
            for name in self.names:
                if self.cap[name] > 0:
                    self.cap[name] -= int(self.inst.registrations.series(name)[0])
        weight = np.array([
            self.pop[n] * max(0.0, self.conflict[n]) * self.rules.decay(decay_day - self.since[n])
            for n in self.names
        ])  # fmt: skip
        for p in self.draw.choice(len(self.names), new, p=weight / weight.sum()):
            self.displace(self.names[p])

    def spawn_by_conflict(self, name: str, mean: float) -> None:
        mode = self.rules.conflict_spawn_mode
        if mode == "pop_ratio":
            mean *= self.pop[name]
        for _ in range(int(self.draw.poisson(mean)) if mode == "poisson" else int(mean)):
            self.displace(name)

    def displace(self, name: str) -> None:
        self.add(name)
        if self.rules.take_from_population:
            self.pop[name] = max(0, self.pop[name] - 1)

    def room(self, name: str) -> float:
        cap, n, buffer = self.cap[name] * self.rules.capacity_scaling, self.n[name], self.rules.capacity_buffer
        if cap < 1 or n <= buffer * cap:
            return 1.0
        return 0.0 if n >= cap else 1.0 - (n - buffer * cap) / (cap * (1 - buffer))

    def score(self, name: str) -> float:
        value = self.rules.foreign_weight if self.place[name].country != self.inst.locations[0].country else 1.0
        value *= self.rules.camp_weight if self.camp[name] else 1.0
        if self.rules.use_pop_for_loc_weight and not self.camp[name]:
            value *= max(1.0, self.pop[name]) ** self.rules.pop_power_for_loc_weight
        if self.conflict[name] > 0:
            value *= self.rules.conflict_weight ** (
                self.rules.decay(self.time - self.since[name]) * self.conflict[name]
            )
        return value

    def routes(self, path: list[str], km: float, step: int) -> list[tuple[float, list[str]]]:
        """Return ways on from a path and their weights before room is considered: the same all day."""
        found = []
        for link in self.links:
            if link[0] != path[-1] or link in self.shut or link[1] in path:
                continue
            way, far, at = [*path, link[1]], km + link[2], step
            if self.marker[link[1]]:
                at -= 1
            else:
                w = (self.rules.weight_softening + self.score(link[1])) / (
                    self.rules.softening + far
                ) ** self.rules.distance_power
                found.append((w, way[1:]))
            if self.rules.awareness_level > at:
                found += self.routes(way, far, at + 1)
        return found

    def evolve(self, agent: Agent, force: bool) -> None:
        if agent.link:
            return
        name, rules = agent.place, self.rules
        chance, power = self.chance[name], rules.movechance_pop_scale_factor
        if power != 0:
            chance *= (max(self.pop[name], self.cap[name]) / rules.movechance_pop_base) ** power
        town = not (self.camp[name] or self.hub[name] or self.marker[name] or self.conflict[name] > 0)
        if agent.route or (force and town):
            chance = 1.0
        if self.rng.random() >= chance:
            return
        if not agent.route:
            if name not in self.ways:
                self.ways[name] = self.routes([name], 0.0, 1)
            found = [((w * self.room(way[-1])) ** rules.weight_power, way) for w, way in self.ways[name]]
            if rules.pruning_threshold >= 1.001 and found:
                most = max(w for w, _ in found)
                found = [x for x in found if x[0] >= most / rules.pruning_threshold]
            if not found:
                return
            weights = [w for w, _ in found]
            agent.route = self.rng.choices([r for _, r in found], weights if sum(weights) > 0 else None)[0]
        link = next((x for x in self.links if x[:2] == (name, agent.route[0]) and x not in self.shut), None)
        if link is None or (self.camp[agent.route[-1]] and self.room(agent.route[-1]) < 0.5):
            agent.route = []
            return
        agent.route = agent.route[1:]
        self.n[name] -= 1
        agent.link, agent.done = link, 0.0

    def finish(self, agent: Agent) -> None:
        if not agent.link:
            return
        start, end, length, speed, walk = agent.link
        on_foot = self.rules.start_on_foot and agent.visited == 1
        if on_foot or (walk > 0 and self.rng.random() < walk):
            speed = self.rules.max_walk_speed
        agent.done += speed
        agent.moved += speed
        if agent.done <= length:
            return
        agent.visited += 1
        agent.moved += length - agent.done
        agent.place, agent.link = (start if agent.back else end), None
        self.n[agent.place] += 1
        if agent.back:
            agent.back = False
            return
        if agent.moved < speed:
            short = self.rules.avoid_short_stints and (agent.recent + agent.moved / self.rules.max_move_speed) / 2 < 0.5
            self.evolve(agent, short)
            self.finish(agent)
