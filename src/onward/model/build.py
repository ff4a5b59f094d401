"""Compile a crisis once into everything of the model that no member draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onward.data import Crisis
from onward.model.network import Network, build_network
from onward.model.people import People, build_people
from onward.model.threat import Attacks, build_attacks, front_distance

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """A crisis as arrays: its network, its people, its attacks, distances to each front."""

    network: Network
    people: People
    attacks: Attacks
    straight_km: Floats
    front_km: Floats  # [t, p, a]


def build_model(crisis: Crisis) -> Model:
    """Compile a checked crisis.

    >>> from onward.data import read_crisis
    >>> build_model(read_crisis("aleppo-2016")).network.days
    77
    """
    network = build_network(crisis)
    straight_km = network.straight_km()
    people = build_people(crisis, network)
    attacks = build_attacks(crisis, network, straight_km)
    return Model(network, people, attacks, straight_km, front_distance(network))
