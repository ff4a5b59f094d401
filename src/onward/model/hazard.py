"""The hazard of departure: attacks, an approaching front and takeovers.

``h = b_X X + b_A A + b_C C``, per day, for each day, place and group (DESIGN: section 3).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from pyproj import Geod
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from onward.crisis import Crisis
from onward.model.keyed_draws import Draws, Keys, key_of, keys_of, mixed
from onward.model.network import Network, Roads
from onward.model.parameters import Values
from onward.model.people import People
from onward.model.poisson import poisson_quantile
from onward.model.uncertainty import draw_between
from onward.typing import Bools, Floats, Ints

#: the event type of a day of conflict without a number of attacks
CONFLICT = "conflict"


@dataclass(frozen=True)
class Attacks:
    """The events of a crisis laid out in cells of one day and one spot.

    A spot is a place, or a point of its own for events given by coordinates. ``row[c]`` is the event row of
    cell ``c``, ``day[c]`` counts from the first day of history, ``spot[c]`` the spot, ``rate[c]`` the share of
    the row's number. Row arrays: ``n`` (middle, low, high), ``known`` (one cell, no range: not drawn).
    """

    history: int
    row: Ints
    day: Ints
    spot: Ints
    rate: Floats
    n: Floats
    known: Bools
    actor: Ints
    type: tuple[str, ...]
    severity: Floats
    fatalities: Floats
    spot_km: Floats  # (places, spots)
    factor: Floats  # (cells,) by which a scenario scales them
    key: Keys  # (rows,) what each event is
    cell_key: Keys  # (cells,) the event, the day and the spot

    def draw(self, draws: Draws | None, *, common: float) -> Floats:
        """Draw the number of attacks in every cell, shape (cells,); ``draws=None`` gives their means.

        Each cell has one uniform number, read as a quantile of its Poisson law, so that a scenario with fewer
        attacks keeps a part of the same ones.
        """
        middle, low, high = self.n.T
        if draws is None:
            middling: Floats = self.factor * self.rate * middle[self.row]
            return middling
        mean = self.factor * self.rate * draw_between(draws, self.key, middle, low, high, common)[self.row]
        unknown = ~self.known[self.row]
        mean[unknown] = poisson_quantile(draws.uniform(self.cell_key[unknown]), mean[unknown])
        return np.asarray(mean)

    def by_day(self, numbers: Floats, days: int, places: int) -> Floats:
        """Sum the cells to attacks on each place on each day of the crisis, ``[t, p]``."""
        total = np.zeros((self.history + days, self.spot_km.shape[1]))
        np.add.at(total, (self.day, self.spot), numbers)
        return total[self.history :, :places]


def attacks_of_conflict_day(residents: Floats, values: Values) -> Floats:
    """Return the number of attacks equivalent to a day of conflict, by residents, shape as ``residents``.

    It grows with residents as `unexpected_exposure` dilutes it, and stops growing so beyond ``conflict_day_reach``.
    """
    size = np.maximum(residents, values["dilution_smallest"]) / values["dilution_people"]
    exposed = 1.0 / (1.0 + residents / values["conflict_day_reach"])
    return np.asarray(values["conflict_day_attacks"] * size ** values["dilution"] * exposed)


def with_conflict_days(attacks: Attacks, residents: Floats, values: Values) -> Attacks:
    """Return the attacks with days of conflict converted to numbers of attacks (on/off observation model).

    A day of type ``conflict`` stands for ``conflict_day_attacks (residents / dilution_people)^dilution
    / (1 + residents / conflict_day_reach)`` attacks, with at least ``dilution_smallest`` residents in the power; away
    from any place it is that of ``dilution_people`` residents.

    Parameters
    ----------
    attacks : from `build_attacks`
    residents : shape (places,), people
    values : every parameter
    """
    counted = np.array([kind == CONFLICT for kind in attacks.type], dtype=np.bool_)
    if not counted.any():
        return attacks
    lived_in = np.full(attacks.spot_km.shape[1], values["dilution_people"])
    lived_in[: len(residents)] = residents
    number = attacks_of_conflict_day(lived_in, values)
    return replace(attacks, factor=attacks.factor * np.where(counted[attacks.row], number[attacks.spot], 1.0))


def build_attacks(crisis: Crisis, network: Network, straight_km: Floats) -> Attacks:
    """Compile the events table over days and places."""
    index = network.places.index()
    areas = {area: [index[place] for place in places] for area, places in crisis.areas.items()}
    points: list[tuple[float, float]] = []
    cells: list[tuple[int, int, int, float]] = []
    events = list(crisis.table("events").iter_rows(named=True))
    history = (crisis.start - crisis.history_start).days
    known = np.zeros(len(events), dtype=np.bool_)
    for r, event in enumerate(events):
        spots = _spots(event, index, areas, points)
        first = (event["start"] - crisis.history_start).days
        last = first if event["end"] is None else (event["end"] - crisis.history_start).days
        days = range(first, last + 1)
        ranged = event["n_low"] is not None or event["n_high"] is not None
        known[r] = len(spots) == 1 and len(days) == 1 and not ranged
        share = 1.0 / (len(spots) * len(days))
        cells += [(r, d, s, share) for d in days for s in spots]
    key, spot_key = keys_of(_what(e, network) for e in events), _spot_keys(network, points)
    row, day, spot, rate = zip(*cells, strict=True) if cells else ((), (), (), ())
    n = [(e["n"], _or(e["n_low"], e["n"]), _or(e["n_high"], e["n"])) for e in events]
    return Attacks(
        history=history,
        row=np.array(row, dtype=np.int64),
        day=np.array(day, dtype=np.int64),
        spot=np.array(spot, dtype=np.int64),
        rate=np.array(rate, dtype=np.float64),
        n=np.array(n, dtype=np.float64).reshape(-1, 3),
        known=known,
        actor=np.array([network.actors.index(e["actor"]) for e in events], dtype=np.int64),
        type=tuple(e["type"] for e in events),
        severity=np.array([e["severity"] for e in events], dtype=np.float64),
        fatalities=np.array([e["fatalities"] for e in events], dtype=np.float64),
        spot_km=_within_country(network, _spot_km(network, straight_km, points)),
        factor=np.ones(len(cells)),
        key=key,
        cell_key=_cell_keys(key, crisis.history_start.toordinal(), spot_key, row, day, spot),
    )


def _what(event: dict[str, Any], network: Network) -> tuple[Hashable, ...]:
    """Return what identifies an event: where (not by name), when, by whom and how; not how many."""
    where: Hashable = (event["latitude"], event["longitude"]) if event["place"] is None else (
        int(network.places.key[network.places.names.index(event["place"])])
    )  # fmt: skip
    days = tuple(str(event[name]) for name in ("start", "end"))
    return (where, event["area"], *days, *(event[name] for name in ("actor", "type", "severity", "fatalities")))


def _spot_keys(network: Network, points: list[tuple[float, float]]) -> Keys:
    return np.concatenate([network.places.key, np.array([key_of(p) for p in points], dtype=np.uint64)])


def _cell_keys(key: Keys, first: int, spot_key: Keys, *cells: Sequence[int]) -> Keys:
    row, day, spot = (np.array(column, dtype=np.int64) for column in cells)
    return mixed(mixed(key[row], spot_key[spot]), (first + day).astype(np.uint64))


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _spots(event: dict, index: dict, areas: dict, points: list) -> list[int]:  # type: ignore[type-arg]
    if event["place"] is not None:
        return [index[event["place"]]]
    if event["area"] is not None:
        return sorted(areas[event["area"]])
    points.append((event["latitude"], event["longitude"]))
    return [len(index) + len(points) - 1]


def _within_country(network: Network, km: Floats) -> Floats:
    """Return distances of places from spots, inf across a border; a point lies in the country of the nearest place.

    An attack does not frighten those on the other side of a border: attacks on that side would be rows of their own.
    """
    country = np.array(network.places.country)
    own = np.r_[country, country[km[:, len(country) :].argmin(axis=0)]]
    return np.where(country[:, None] == own, km, np.inf)


def _spot_km(network: Network, straight_km: Floats, points: list[tuple[float, float]]) -> Floats:
    if not points:
        return straight_km
    p = network.places
    lat, lon = np.array(points).T
    shape = (len(p.names), len(points))
    from_lon, from_lat = (np.broadcast_to(a[:, None], shape) for a in (p.longitude, p.latitude))
    metres = Geod(ellps="WGS84").inv(from_lon, from_lat, np.broadcast_to(lon, shape), np.broadcast_to(lat, shape))[2]
    return np.hstack([straight_km, np.asarray(metres) / 1000.0])


def reached_by_attacks(attacks: Attacks, numbers: Floats, people: People, days: int, values: Values) -> Floats:
    """Return the effect of each day's attacks on each place, ``[t, p, g]``, in equivalents of ordinary attacks.

    ``sum over events of fear(g, attacker) severity (1 + b_f log1p(fatalities)) k(distance)`` for each history and
    crisis day, with ``k(d) = exp(-d^2 / 2 s^2)`` within ``kernel_cutoff`` kernel widths, nothing beyond.
    """
    total = attacks.history + days
    fright = attacks.severity * np.array([values[f"severity_{t}"] for t in attacks.type])
    fright = fright * (1.0 + values["fatality_weight"] * np.log1p(attacks.fatalities))
    near = _kernel(attacks.spot_km, values["kernel_km"], values["kernel_cutoff"])
    fear, group = np.unique(people.fear, axis=0, return_inverse=True)  # groups with the same fears feel the same
    weight = numbers * (fright * fear[:, attacks.actor])[:, attacks.row]
    day = attacks.day + total * np.arange(len(fear))[:, None]
    spot = np.broadcast_to(attacks.spot, day.shape)
    by_day = csr_matrix(
        (weight.ravel(), (day.ravel(), spot.ravel())), shape=(total * len(fear), len(near))
    )  # fmt: skip
    reached = (by_day @ near).reshape(len(fear), total, near.shape[1])
    return np.ascontiguousarray(np.moveaxis(reached[group.ravel()], 0, 2))


def exposure(attacks: Attacks, numbers: Floats, people: People, days: int, values: Values) -> Floats:
    """Return the exposure ``E[t, p, g]`` of each history and crisis day, in equivalents of ordinary attacks.

    ``E = sum over earlier days of what reached the place times m(age)`` with ``m(age) = exp(-(age - 1) / memory)`` from
    the day after an event for ``memory_cutoff`` memories; see `reached_by_attacks`.
    """
    return remembered(reached_by_attacks(attacks, numbers, people, days, values), values)


def _kernel(km: Floats, width: float, cutoff: float) -> Floats:
    """Return how much of an attack each place feels, ``[spot, place]``."""
    near = np.exp(-0.5 * (km / width) ** 2)
    return np.ascontiguousarray(np.where(km <= cutoff * width, near, 0.0).T)


def remembered(reached: Floats, values: Values) -> Floats:
    """Return the exposure of `exposure` from what `reached_by_attacks` gives, of the same shape."""
    memory, cutoff = values["memory_days"], values["memory_cutoff"]
    felt = np.zeros_like(reached)
    for age in range(1, min(math.ceil(cutoff * memory), len(reached) - 1) + 1):
        felt[age:] += math.exp(-(age - 1) / memory) * reached[:-age]
    return felt


def unexpected_exposure(felt: Floats, people_there: Floats, history: int, values: Values) -> Floats:
    """Return ``X[t, p, g]``: exposure above the habitual level, diluted by the size of the place.

    ``X = max(0, E - eta mean(E of the last habituation_days)) / (people / dilution_people)^delta`` for the crisis's own
    days, with at least ``dilution_smallest`` people.
    """
    frightened = felt.any(axis=0)  # elsewhere it is 0
    some = felt[:, frightened]
    total = np.cumsum(np.concatenate([np.zeros_like(some[:1]), some]), axis=0)
    day = np.arange(history, len(felt))
    first = np.maximum(0, day - int(values["habituation_days"]))
    used_to = (total[day] - total[first]) / np.maximum(1, day - first)[:, None]
    size = np.maximum(people_there, values["dilution_smallest"]) / values["dilution_people"]
    above = np.zeros((len(day), *felt.shape[1:]))
    above[:, frightened] = np.maximum(0.0, some[history:] - values["habituation"] * used_to)
    return np.asarray(above / (size ** values["dilution"])[:, None])


def front_distance(network: Network) -> Floats:
    """Return the road distance to the nearest place each actor holds, ``[t, p, a]`` km (inf: none).

    Closures are ignored, because soldiers use closed roads. A front ends at the border of a country in which the actor
    holds no place.
    """
    days, n = network.holder.shape
    distance = np.full((days, n, len(network.actors)), np.inf)
    country = np.unique(np.array(network.places.country), return_inverse=True)[1]
    changed = np.r_[True, (network.holder[1:] != network.holder[:-1]).any(axis=1)]

    @cache
    def graph(entered: tuple[int, ...]) -> csr_matrix:
        theirs = np.isin(country, entered)
        return _road_graph(network.roads, n, theirs[network.roads.tail] & theirs[network.roads.head])

    @cache
    def nearest(held: tuple[int, ...]) -> Floats:
        entered = tuple(np.unique(country[list(held)]).tolist())
        return np.asarray(dijkstra(graph(entered), directed=False, indices=held, min_only=True))

    for t in range(days):
        if not changed[t]:
            distance[t] = distance[t - 1]
            continue
        for a in range(len(network.actors)):
            held = tuple(np.flatnonzero(network.holder[t] == a).tolist())
            if held:
                distance[t, :, a] = nearest(held)
    return distance


def _road_graph(roads: Roads, n: int, open_: Bools) -> csr_matrix:
    order = np.lexsort((roads.km, roads.head, roads.tail))
    order = order[open_[order]]
    if not len(order):
        return csr_matrix((n, n))
    tail, head, km = roads.tail[order], roads.head[order], roads.km[order]
    shortest = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])]
    return csr_matrix((km[shortest], (tail[shortest], head[shortest])), shape=(n, n))


def approach(distance: Floats, people: People, values: Values) -> Floats:
    """Return ``A[t, p, g] = max over actors of weight exp(-D / (v tau))``; a static front gives 0.

    ``v = max(0, D(t - w) - D(t)) / w`` is the closing speed, km per day, over ``front_window_days`` w. A place that the
    actor holds has no front of his ahead: what its people fear then is in `takeover`.
    """
    window = int(values["front_window_days"])
    before = np.concatenate([np.repeat(distance[:1], window, axis=0), distance])[: len(distance)]
    day, place, actor = np.nonzero((distance > 0.0) & (distance < before) & np.isfinite(before))
    now = distance[day, place, actor]
    speed = (before[day, place, actor] - now) / window
    felt = np.zeros((*distance.shape[:2], len(people.groups)))
    np.maximum.at(felt, (day, place), np.exp(-now / (speed * values["front_days"]))[:, None] * people.fear[:, actor].T)
    return felt


def takeover(
    holder: Ints, people: People, values: Values, there: Floats | None = None, terms: Bools | None = None
) -> Floats:
    """Return ``C[t, p, g] = weight a 2^(-(days since a feared actor took the place) / half-life) / size``.

    ``a`` is ``takeover_agreement`` where the place surrendered or came to terms, 1 where it was stormed; ``size`` is
    ``max(1, people / dilution_people) ^ takeover_dilution``: a metropolis is not taken in a day.

    Parameters
    ----------
    there
        People of each place; None: sizes do not count.
    terms
        ``[t, p]``, whether its holder took it by agreement; None: all places were stormed.
    """
    fright = np.zeros((*holder.shape, len(people.groups)))
    day = np.broadcast_to(np.arange(len(holder))[:, None], holder.shape)
    changed = np.zeros(holder.shape, dtype=np.bool_)
    changed[1:] = holder[1:] != holder[:-1]
    last = np.maximum.accumulate(np.where(changed, day, -1), axis=0)
    held = (last >= 0) & (holder >= 0)
    if people.fear.size:
        faded = 2.0 ** (-(day - last)[held] / values["takeover_half_life_days"])
        if terms is not None:
            faded = np.where(terms[held], values["takeover_agreement"] * faded, faded)
        fright[held] = faded[:, None] * people.fear[:, holder[held]].T
    if there is None:
        return fright
    size = np.maximum(1.0, there / values["dilution_people"]) ** values["takeover_dilution"]
    return np.asarray(fright / size[:, None])


def hazard(
    attacks: Attacks, numbers: Floats, distance: Floats, holder: Ints, people: People, there: Floats, values: Values,
    terms: Bools | None = None, reached: Floats | None = None,
) -> Floats:  # fmt: skip
    """Return the hazard of leaving ``h[t, p, g]`` per day, before the daily shock; ``terms`` as for `takeover`.

    ``reached`` is what `reached_by_attacks` gives for the same attacks, where it is known already.
    """
    if reached is None:
        reached = reached_by_attacks(attacks, numbers, people, len(holder), values)
    felt = remembered(reached, values)
    return np.ascontiguousarray(
        values["attack_weight"] * unexpected_exposure(felt, there, attacks.history, values)
        + values["front_weight"] * approach(distance, people, values)
        + values["takeover_weight"] * takeover(holder, people, values, there, terms)
    )


def readiness(crisis: Crisis, values: Values) -> float:
    """Return by how much the years of war before a crisis reduce the hazard of leaving: ``1 / (1 + w years)``.

    Those who leave most readily leave first (Öberg and Melander 2006); with gamma-distributed readiness the hazard of
    those who are left falls so (Vaupel et al. 1979). 1 where nobody said when the war began.
    """
    if crisis.war_began is None:
        return 1.0
    years = max(0, (crisis.start - crisis.war_began).days) / 365.25
    return 1.0 / (1.0 + values["war_weariness"] * years)


def shocks(draws: Draws, days: Ints, places: Keys, sigma: float) -> Floats:
    """Draw the log-normal shock (mean 1) of each day (by its ordinal) and place, ``[t, p]``.

    People of one place do not decide independently.
    """
    keys = mixed(places[None, :], days.astype(np.uint64)[:, None])
    return np.asarray(np.exp(sigma * draws.normal(keys) - 0.5 * sigma**2))
