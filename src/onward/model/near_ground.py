"""Which places and roads come near ground that an actor holds, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from onward.crisis.messages import did_you_mean, quoted
from onward.crisis.sphere import EARTH_KM, on_sphere
from onward.errors import ParameterError
from onward.model.network import Network
from onward.typing import Floats, Ints

#: distance of a question that gives none, km (own choice)
NEAR_KM = 10.0
#: most questions in one run: each costs as much memory as the labels of origin do
MOST_ASKED = 16


@dataclass(frozen=True, order=True)
class Near:
    """A question: who passed within ``km`` of ground that ``actor`` held at that time."""

    actor: str
    km: float = NEAR_KM

    def __post_init__(self) -> None:
        if not 0.0 <= self.km < np.inf:
            raise ParameterError(f"near: {self.km:g} km is not a distance of 0 or more.")

    def __str__(self) -> str:
        return f"{self.actor}:{self.km:g}"


@dataclass(frozen=True)
class NearGround:
    """Answers by day as bits, bit ``k`` for question ``asked[k]``: ``place[t, p]`` and ``road[t, r]``."""

    asked: tuple[Near, ...]
    place: Ints
    road: Ints


def near_of(text: str) -> Near:
    """Return the question that ``ACTOR`` or ``ACTOR:KM`` asks.

    >>> near_of("ISIS:5"), near_of("ISIS")
    (Near(actor='ISIS', km=5.0), Near(actor='ISIS', km=10.0))
    """
    actor, _, km = text.partition(":")
    try:
        distance = float(km) if km else NEAR_KM
    except ValueError:
        raise ParameterError(f"near: {text!r} is not ACTOR or ACTOR:KM. Write ISIS:5, say.") from None
    return Near(actor, distance)


def questions(rows: Iterable[Mapping[str, Any]], more: Iterable[Near] = ()) -> tuple[Near, ...]:
    """Return what rows of the claims table and ``more`` ask, each once, in order of actor and distance."""
    asked = {Near(row["actor"], km_of(row)) for row in rows if row["measure"] == "passed_near"}
    found = tuple(sorted({*asked, *more}))
    if len(found) > MOST_ASKED:
        raise ParameterError(f"near: {len(found)} pairs of actor and km are asked for, at most {MOST_ASKED} can be.")
    return found


def km_of(row: Mapping[str, Any]) -> float:
    """Return how near a row of the claims table means."""
    return NEAR_KM if row["km"] is None else float(row["km"])


def near_ground(network: Network, asked: tuple[Near, ...], straight_km: Floats, road_km: Floats) -> NearGround:
    """Return which places and roads come within each question's distance of ground held by its actor, by day.

    Ground is held where a place is: the model knows holders of places, and of nothing between them.

    Parameters
    ----------
    network
        With ``holder[t, p]``.
    asked
        The questions; an actor that the crisis does not know raises ParameterError.
    straight_km
        Distances between places, ``[p, p]``.
    road_km
        How near each road comes to each place, ``[r, p]``, from `road_to_place_km`.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> from onward.model.network import build_network
    >>> network = build_network(read_crisis("aleppo-2016"))
    >>> straight = network.straight_km()
    >>> found = near_ground(network, (Near("ISIS", 10.0),), straight, road_to_place_km(network, straight))
    >>> names = network.places.index()
    >>> [int(found.place[0, names[name]]) for name in ("al_bab", "marea", "afrin")]
    [1, 1, 0]
    """
    unknown = sorted({near.actor for near in asked} - set(network.actors))
    if unknown:
        there = f"There are {', '.join(network.actors)}."
        raise ParameterError("\n".join(
            f"near: {quoted(actor)} is not an actor of this crisis. {did_you_mean(actor, network.actors, there)}"
            for actor in unknown
        ))  # fmt: skip
    days, places = network.holder.shape
    place = np.zeros((days, places if asked else 0), dtype=np.int64)
    road = np.zeros((days, len(network.roads) if asked else 0), dtype=np.int64)
    changed = np.flatnonzero(np.r_[True, (network.holder[1:] != network.holder[:-1]).any(axis=1)])
    for first, end in zip(changed, np.append(changed[1:], days), strict=True):
        for bit, near in enumerate(asked):
            held = network.holder[first] == network.actors.index(near.actor)
            if held.any():
                place[first:end] |= (straight_km[:, held].min(axis=1) <= near.km).astype(np.int64) << bit
                road[first:end] |= (road_km[:, held].min(axis=1) <= near.km).astype(np.int64) << bit
    return NearGround(asked, place, road)


def road_to_place_km(network: Network, straight_km: Floats) -> Floats:
    """Return how near each road comes to each place, ``[r, p]``, km.

    A road is taken to run straight between its ends: a crisis knows its length, not its course. The distance is to
    the nearer end (as in ``straight_km``), or to the great circle between them where that is nearer.

    >>> from onward.crisis import read_crisis
    >>> from onward.model.network import build_network
    >>> network = build_network(read_crisis("aleppo-2016"))
    >>> names = network.places.index()
    >>> km = road_to_place_km(network, network.straight_km())
    >>> ends = list(zip(network.roads.tail.tolist(), network.roads.head.tolist()))
    >>> road = ends.index((names["marea"], names["camps_east_azaz"]))
    >>> bool(km[road, names["marea"]] == 0), round(float(km[road, names["kaljibrin"]]), 1)
    (True, 5.8)
    """
    roads = network.roads
    nearer_end = np.minimum(straight_km[roads.tail], straight_km[roads.head])
    at = on_sphere(network.places.latitude, network.places.longitude)
    tail, head = at[roads.tail], at[roads.head]
    pole = np.cross(tail, head)
    length = np.linalg.norm(pole, axis=1, keepdims=True)
    pole = np.divide(pole, length, out=np.zeros_like(pole), where=length > 0.0)
    beside = pole @ at.T  # sine of the angle from the great circle
    after_tail = np.cross(pole, tail) @ at.T >= 0.0
    before_head = np.cross(head, pole) @ at.T >= 0.0
    across = EARTH_KM * np.arcsin(np.clip(np.abs(beside), 0.0, 1.0))
    between = after_tail & before_head & (length > 0.0)
    return np.asarray(np.where(between, np.minimum(across, nearer_end), nearer_end), dtype=np.float64)
