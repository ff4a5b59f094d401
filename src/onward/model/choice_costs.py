"""Attraction, perceived cost and travel time: the inputs of destination choice."""

from __future__ import annotations

import numpy as np

from onward.model.network import HUB, KINDS, MODES, Network
from onward.model.parameters import Values
from onward.model.people import People
from onward.typing import Floats, Ints

FOOT, CAR = 0, 1


def first_days(network: Network) -> Ints:
    """Return the first day of each regime, shape (regimes,)."""
    return np.flatnonzero(np.r_[True, network.regime[1:] != network.regime[:-1]]).astype(np.int64)


def attraction(
    network: Network, people: People, there: Floats, values: Values, straight_km: Floats | None = None
) -> Floats:
    """Return the attractiveness of each place as a destination, ``[regime, place, group]``.

    ``exp(a_kind + a_pop min(1, e^refuge) ln(1 + there / n0) + a_foreign + a_border b + refuge)`` with ``b = exp(-d
    / border_km)`` at a distance ``d`` from the nearest place abroad, for places that are not abroad: a border area that
    nobody shells is a refuge. The people there, shape (places,), are residents and those who were displaced there on
    the first day: people go where others from home have found shelter. Size counts less where the holder refuses the
    group: relatives, rooms and work of a large city are no help to those who cannot live under the party that holds
    it. 0 where nobody can stay: hubs, and places that are not open.
    """
    kind = np.array([0.0 if k == "hub" else values[f"choice_{k}"] for k in KINDS])
    places = network.places
    size = values["choice_population"] * np.log1p(there / values["choice_population_people"])
    base = kind[places.kind] + size + values["choice_foreign"] * places.abroad
    if straight_km is not None and places.abroad.any() and not places.abroad.all():
        beyond = straight_km[:, places.abroad].min(axis=1)
        base = base + values["choice_border"] * np.where(places.abroad, 0.0, np.exp(-beyond / values["border_km"]))
    days = first_days(network)
    refuge = _by_place(people.refuge, network.holder[days])
    utility = base[None, :, None] + refuge + np.expm1(np.minimum(0.0, refuge)) * size[None, :, None]
    stay = network.enterable[days] & (places.kind != HUB)
    return np.ascontiguousarray(np.where(stay[:, :, None], np.exp(utility), 0.0))


def welcome(network: Network, people: People) -> Floats:
    """Return how acceptable it is to wait on a place's ground, ``[regime, place, group]``, 0 to 1.

    ``exp(min(0, refuge))`` of its holder. People who set out for a closed or metered gate may have to stay in front of
    it. Few plan to do so on ground whose holder refuses them; a holder who welcomes them makes no gate more attractive.
    """
    return np.ascontiguousarray(np.exp(np.minimum(0.0, _by_place(people.refuge, network.holder[first_days(network)]))))


def _by_place(weight: Floats, holder: Ints) -> Floats:
    """Return the weight ``[group, actor]`` of each place's holder, ``[regime, place, group]``; 0 if there is none."""
    known = np.hstack([weight, np.zeros((len(weight), 1))])
    return np.moveaxis(known[:, holder], 0, 2)


def perceived_km(network: Network, people: People, straight_km: Floats, values: Values) -> Floats:
    """Return the perceived length of each road, ``[regime, group, road]``; inf where it cannot be used.

    ``km (1 + risk_weight (r_tail + r_head) / 2)``, and ``line_km`` more where it crosses a line at risk, with
    ``r_p = max over feared holders' places q of weight exp(-distance(p, q) / risk_km)``. Attacks make no road seem
    longer: without such a term, shares of crises left out are better.
    """
    roads = network.roads
    near = np.exp(-straight_km / values["risk_km"])
    cost = np.empty((len(first_days(network)), len(people.groups), len(roads)))
    shadows: dict[bytes, Floats] = {}
    risks: dict[bytes, Floats] = {}
    for r, day in enumerate(first_days(network)):
        held = network.holder[day].tobytes()
        if held not in risks:
            risks[held] = place_risk(near, network.holder[day], people.fear, shadows)
        risk = risks[held]
        dearer = 1.0 + values["risk_weight"] * 0.5 * (risk[:, roads.tail] + risk[:, roads.head])
        km = roads.km * dearer + values["line_km"] * network.across[day]
        cost[r] = np.where(network.usable[day], km, np.inf)
    return cost


def place_risk(near: Floats, holder: Ints, fear: Floats, shadows: dict[bytes, Floats] | None = None) -> Floats:
    """Return the risk at each place from feared holders nearby, ``[group, place]``, 0 or more.

    ``shadows`` remembers, for the same ``near``, how near each place is to some held places.
    """
    known = {} if shadows is None else shadows
    risk = np.zeros((fear.shape[0], near.shape[0]))
    for a in np.flatnonzero(fear.any(axis=0)):
        held = holder == a
        if held.any():
            key = held.tobytes()
            if key not in known:
                known[key] = near[:, held].max(axis=1)
            risk = np.maximum(risk, fear[:, a, None] * known[key])
    return risk


def quanta(network: Network, values: Values) -> Ints:
    """Return how many time steps (`travel_steps` a day) each road takes, ``[road, on foot or by car]``, at least 1."""
    roads = network.roads
    water, foot_only = roads.mode == MODES.index("water"), roads.mode == MODES.index("foot")
    foot = np.where(water, values["speed_water"], values["speed_foot"])
    car = np.where(foot_only | water, foot, values["speed_car"])
    steps = values["travel_steps"] * roads.km[:, None] / np.stack([foot, car], axis=1)
    return np.asarray(np.maximum(1, np.ceil(steps - 1e-9)), dtype=np.int64)


def stage_share(network: Network, values: Values) -> Floats:
    """Return the share of people passing each place who stop there for a while, shape (places,)."""
    return np.where(network.places.kind == HUB, 0.0, values["stage_share"])


def onward_rate(network: Network, values: Values) -> Floats:
    """Return the ordinary onward movement ``mu(kind)`` of displaced people per day, shape (places,)."""
    rate = np.array([1.0 if k == "hub" else values[f"onward_{k}"] for k in KINDS])
    return np.asarray(rate[network.places.kind])
