"""Population groups: where they live, whom they fear and where they find refuge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.model.network import Network
from onward.typing import Floats

#: name of the one group of a crisis that names none
EVERYONE = "everyone"


@dataclass(frozen=True)
class People:
    """Groups as arrays: ``share[p, g]`` of a place, ``fear[g, a]`` and ``refuge[g, a]`` of an actor."""

    groups: tuple[str, ...]
    share: Floats
    fear: Floats
    refuge: Floats


def build_people(crisis: Crisis, network: Network) -> People:
    """Compile groups and fears.

    Without a table of groups all people are one group. Without a table of fears everybody fears, with weight 1, every
    actor that attacks in this crisis. A pair that the table of fears leaves out is not feared.
    """
    groups = tuple(sorted(set(crisis.table("groups")["group"].to_list()))) or (EVERYONE,)
    fear, refuge = _fears(crisis, groups, network.actors)
    return People(groups, _shares(crisis, groups, network), fear, refuge)


def _shares(crisis: Crisis, groups: tuple[str, ...], network: Network) -> Floats:
    table = crisis.table("groups")
    share = np.zeros((len(network.places.names), len(groups)))
    if table.is_empty():
        share[:, 0] = 1.0
        return share
    index = network.places.index()
    for row in table.filter(pl.col("place").is_null()).iter_rows(named=True):
        share[:, groups.index(row["group"])] = row["share"]
    own = table.filter(pl.col("place").is_not_null())
    share[[index[p] for p in own["place"].unique()], :] = 0.0
    for row in own.iter_rows(named=True):
        share[index[row["place"]], groups.index(row["group"])] = row["share"]
    return share


def _fears(crisis: Crisis, groups: tuple[str, ...], actors: tuple[str, ...]) -> tuple[Floats, Floats]:
    fear = np.zeros((len(groups), len(actors)))
    refuge = np.zeros_like(fear)
    table = crisis.table("fears")
    if table.is_empty():
        for actor in crisis.table("events")["actor"].unique():
            fear[:, actors.index(actor)] = 1.0
    for row in table.iter_rows(named=True):
        cell = groups.index(row["group"]), actors.index(row["actor"])
        fear[cell] = row["weight"]
        refuge[cell] = row["refuge"]
    return fear, refuge
