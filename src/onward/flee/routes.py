"""Flee's network: directed links, their closures, and the routes that people weigh in each state.

A *route* is a loop-free path of at most ``awareness_level`` links (markers do not count as a step and are no
destination); every prefix is itself a candidate (Flee: calculateLinkWeight). Somebody on a route of several links
keeps the rest of it: a *stand* is a location with the rest of a route, a *lane* a link with the stand it leads to.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onward.errors import ParameterError
from onward.flee.instance import FleeInstance
from onward.flee.network_files import Location
from onward.flee.settings import FleeSettings
from onward.typing import Floats, Ints

#: own choice: more would take minutes and gigabytes
MOST_ROUTES = 1_000_000
#: distances are resolved to at most this many parts of a km
FINEST = 10
#: columns of stands and lanes; see `Routes`
S_PLACE, S_LANE, S_GOAL, S_DROP, S_FRESH = range(5)
L_LINK, L_TO, L_TAIL, L_LENGTH, L_SPEED, L_STEP, L_FIRST, L_SHUT, L_BACK = range(9)
C_LANE, C_FRESH, C_END = range(3)


@dataclass(frozen=True)
class DirectedLink:
    """One direction of a link of Flee."""

    tail: int
    head: int
    km: float
    speed: float
    walk: float
    redirects: bool


@dataclass(frozen=True)
class Routes:
    """Stands, lanes and candidate routes.

    ``stand[s]``: location, next lane (-1 none), final location (-1 without a route), the stand of who drops the
    route, whether still on the first journey. ``lane[l]``: link, stand it leads to, location it leaves, length,
    speed, km between states, first state, lane of those turned back (-1 none), whether it leads back.
    ``candidate[c]``: lane, lane of who is on the first journey, final location; ``near[c]`` is
    ``(softening + km) ** -distance_power``; those of location p under state k are ``first[k, p] : first[k, p + 1]``.
    Lengths and speeds are in 1/``scale`` km.
    """

    stand: Ints
    lane: Ints
    walk: Floats  # [l] chance of a day on foot
    candidate: Ints
    near: Floats
    first: Ints  # [k, p + 1]
    state: Ints  # [t] k
    shut: NDArray[np.bool_]  # [k, link]
    scale: int
    walk_speed: int
    max_speed: int
    ways: int  # states on lanes
    furthest: int  # upper bound of the way of one day


def directed_links(instance: FleeInstance, *, faithful: bool) -> list[DirectedLink]:
    """Return both directions of every link in Flee's order; Flee has a link with redirection 1 twice."""
    index = {place.name: p for p, place in enumerate(instance.locations)}
    found: list[DirectedLink] = []
    for link in instance.links:
        a, b = index[link.name1], index[link.name2]
        if link.redirection == 2:
            a, b = b, a
        speed = link.max_move_speed or instance.settings.max_move_speed
        copies = 2 if link.redirection == 1 and faithful else 1
        for _ in range(copies):
            redirects = link.redirection > 0 and not faithful
            found.append(DirectedLink(a, b, link.distance_km, speed, link.walk_probability, redirects))
            found.append(DirectedLink(b, a, link.distance_km, speed, link.walk_probability, False))
    return found


class Network:
    """The closed links and the redirections, changed by closures in order."""

    def __init__(self, places: Sequence[Location], links: Sequence[DirectedLink]) -> None:
        self.links = links
        self.country = [place.country for place in places]
        self.shut = np.zeros(len(links), dtype=np.bool_)
        self.redirects = np.array([link.redirects for link in links], dtype=np.bool_)

    def key(self, marker: NDArray[np.bool_]) -> tuple[bytes, bytes, bytes]:
        """Return what routes depend on: closed links, markers, redirections."""
        return self.shut.tobytes(), marker.tobytes(), self.redirects.tobytes()

    def shut_border(self, country1: str, country2: str, closing: bool) -> None:
        """Close or reopen every link between two countries."""
        for r, link in enumerate(self.links):
            if {self.country[link.tail], self.country[link.head]} == {country1, country2}:
                self.shut[r] = closing

    def shut_location(self, place: int, closing: bool) -> None:
        """Close or reopen every link of a location."""
        for r, link in enumerate(self.links):
            if place in (link.tail, link.head):
                self.shut[r] = closing

    def shut_link(self, place1: int, place2: int, closing: bool) -> None:
        """Close or reopen the links between two locations."""
        for r, link in enumerate(self.links):
            if {link.tail, link.head} == {place1, place2}:
                self.shut[r] = closing

    def redirect(self, place1: int, place2: int, on: bool) -> None:
        """Switch the forced redirection of the link from the first location to the second."""
        for r, link in enumerate(self.links):
            if (link.tail, link.head) == (place1, place2):
                self.redirects[r] = on


def enumerate_routes(
    places: Sequence[Location],
    links: Sequence[DirectedLink],
    topologies: Sequence[tuple[bytes, bytes, bytes]],
    settings: FleeSettings,
    *,
    faithful: bool,
) -> Routes:
    """Return all candidate routes under every state of the network within the period."""
    states = list(dict.fromkeys(topologies))
    atlas = _Atlas(places, links, settings)
    candidates: list[tuple[int, int, int, float]] = []
    first = np.zeros((len(states), len(places) + 1), dtype=np.int64)
    shuts: NDArray[np.bool_] = np.stack([np.frombuffer(key[0], dtype=np.bool_) for key in states])
    for k, key in enumerate(states):
        marker, redirects = (np.frombuffer(part, dtype=np.bool_) for part in key[1:])
        for p in range(len(places)):
            first[k, p] = len(candidates)
            for path, km in atlas.paths(p, shuts[k], marker, redirects):
                candidates.append(
                    (*atlas.lanes_of(p, path), path[-1], (settings.softening + km) ** -settings.distance_power)
                )
            if len(candidates) > MOST_ROUTES:
                raise ParameterError(
                    f"awareness_level: {settings.awareness_level} gives more than {MOST_ROUTES:,} routes."
                )
        first[k, -1] = len(candidates)
    ever_shut: NDArray[np.bool_] = np.any(shuts, axis=0)
    number = {key: k for k, key in enumerate(states)}
    table = np.array([c[:3] for c in candidates], dtype=np.int64).reshape(-1, 3)
    return atlas.routes(
        table, np.array([c[3] for c in candidates]), first, np.array([number[key] for key in topologies]),
        shuts, ever_shut, dense=not faithful,
    )  # fmt: skip


def unit_scale(lengths: Sequence[float]) -> int:
    """Return the number of parts per km for which all lengths are whole numbers, at most ten."""
    return next((s for s in (1, 2, 5) if all(abs(x * s - round(x * s)) < 1e-9 for x in lengths)), FINEST)


class _Atlas:
    """The stands and lanes found so far, by their content."""

    def __init__(self, places: Sequence[Location], links: Sequence[DirectedLink], settings: FleeSettings) -> None:
        self.links, self.settings = links, settings
        self.out: list[list[int]] = [[] for _ in places]
        for r, link in enumerate(links):
            self.out[link.tail].append(r)
        fresh = settings.start_on_foot
        self.stands: dict[tuple[int, tuple[int, ...], bool], int] = {(p, (), False): p for p in range(len(places))}
        if fresh:
            self.stands |= {(p, (), True): len(places) + p for p in range(len(places))}
        self.lanes: dict[tuple[int, int, bool, bool], int] = {}

    def paths(
        self, origin: int, shut: NDArray[np.bool_], marker: NDArray[np.bool_], redirects: NDArray[np.bool_]
    ) -> Iterator[tuple[tuple[int, ...], float]]:
        """Yield each candidate route from a location: the locations after it, and its length in km."""
        forced = [r for r in self.out[origin] if redirects[r] and not shut[r]]
        if forced:
            yield (self.links[forced[0]].head,), self.links[forced[0]].km
            return
        # each entry: link, length before it, locations up to its start, steps with it
        heap: list[tuple[int, float, tuple[int, ...], int]] = [
            (r, 0.0, (origin,), 1) for r in reversed(self.out[origin]) if not shut[r]
        ]
        while heap:
            r, before, path, step = heap.pop()
            link = self.links[r]
            km, path_to = before + link.km, (*path, link.head)
            if marker[link.head]:
                step -= 1
            else:
                yield path_to[1:], km
            if self.settings.awareness_level > step:
                onward = (n for n in reversed(self.out[link.head]) if not shut[n] and self.links[n].head not in path)
                heap += [(n, km, path_to, step + 1) for n in onward]

    def lanes_of(self, origin: int, path: tuple[int, ...]) -> tuple[int, int]:
        """Return the first lane of a route, and that of people who set out on foot (the same where nobody does)."""
        lane = self._lane(origin, path, False)
        return lane, self._lane(origin, path, True) if self.settings.start_on_foot else lane

    def _first_link(self, tail: int, head: int) -> int:
        """Return the first link to a location, which is the one walked, whichever of several was weighed."""
        return next((r for r in self.out[tail] if self.links[r].head == head), -1)

    def _lane(self, tail: int, path: tuple[int, ...], fresh: bool, back: bool = False) -> int:
        link = self._first_link(tail, path[0])
        key = (link, self._stand(path[0], path[1:]), fresh, back)
        return self.lanes.setdefault(key, len(self.lanes))

    def _stand(self, place: int, rest: tuple[int, ...]) -> int:
        return self.stands.setdefault((place, rest, False), len(self.stands))

    def routes(
        self, candidate: Ints, near: Floats, first: Ints, state: Ints, shut: NDArray[np.bool_],
        ever_shut: NDArray[np.bool_], *, dense: bool,
    ) -> Routes:  # fmt: skip
        """Return all stands and lanes as arrays, including those of the way back from a link closed under people."""
        back: dict[int, int] = {}
        onward = self._plan_lanes()
        while len(back) < len(self.lanes):
            self._ways_back(ever_shut, back)
            onward |= self._plan_lanes(onward)
        rules = self.settings
        speeds = [rules.max_move_speed, rules.max_walk_speed, *(link.speed for link in self.links)]
        scale = unit_scale([*speeds, *(link.km for link in self.links)])
        lane = np.zeros((len(self.lanes), 9), dtype=np.int64)
        walk = np.zeros(len(self.lanes))
        ways = 0
        for (r, to, fresh, is_back), n in self.lanes.items():
            link = self.links[r]
            speed = rules.max_walk_speed if fresh else link.speed
            walk[n] = 0.0 if fresh else link.walk
            length, pace = max(1, round(link.km * scale)), max(1, round(speed * scale))
            step = 1 if dense or walk[n] > 0 else pace
            lane[n] = r, to, link.tail, length, pace, step, ways, back[n], is_back
            ways += length // step + 1
        stand = np.zeros((len(self.stands), 5), dtype=np.int64)
        for (p, rest, fresh), n in self.stands.items():
            stand[n] = p, onward.get(n, -1), rest[-1] if rest else -1, n if fresh else p, fresh
        most = max(int(x) for x in lane[:, L_SPEED]) if len(lane) else 1
        hop = int(np.minimum(lane[:, L_LENGTH], lane[:, L_SPEED]).max()) if len(lane) else 0
        return Routes(
            stand, lane, walk, candidate, near, first, state, shut, scale, math.ceil(rules.max_walk_speed * scale),
            most, ways, most + hop,
        )  # fmt: skip

    def _plan_lanes(self, known: Mapping[int, int] | None = None) -> dict[int, int]:
        """Return the next lane of every stand with a route; creating lanes creates stands further along."""
        onward = dict(known or {})
        while True:
            fresh = [(p, rest, n) for (p, rest, _), n in self.stands.items() if rest and n not in onward]
            if not fresh:
                return onward
            for p, rest, n in fresh:
                onward[n] = self._lane(p, rest, False) if self._first_link(p, rest[0]) >= 0 else -1

    def _ways_back(self, ever_shut: NDArray[np.bool_], back: dict[int, int]) -> None:
        """Add to ``back`` the lanes that lead back from links closed under people, by the lane they were on."""
        rest_of = {n: rest for (_, rest, _), n in self.stands.items()}
        for (r, to, fresh, is_back), n in list(self.lanes.items()):
            if n in back:
                continue
            back[n] = -1
            if ever_shut[r] and not is_back:
                home = self._stand(self.links[r].tail, rest_of[to])
                back[n] = self.lanes.setdefault((r, home, fresh, True), len(self.lanes))
