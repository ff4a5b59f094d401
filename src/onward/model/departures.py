"""Observed departures: the daily number newly displaced from an area, taken from its counts.

A run with observed departures is given the totals: it says where people go, not how many leave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.errors import SimulationError
from onward.model.network import Network
from onward.typing import Ints


@dataclass(frozen=True)
class Observed:
    """People newly displaced a day, ``people[t, a]``, and the area of each place, ``area[p]`` (-1: modelled)."""

    names: tuple[str, ...]
    people: Ints
    area: Ints


def nothing_observed(network: Network) -> Observed:
    """Return no observed departures: all are modelled."""
    places = len(network.places.names)
    return Observed((), np.zeros((network.days, 0), dtype=np.int64), np.full(places, -1, dtype=np.int64))


def observed_departures(crisis: Crisis, network: Network) -> Observed:
    """Lay the displaced counts of areas out over days.

    Each series (one area, one source) is cumulative from ``since`` on: linear between its dates, its differences
    are the daily numbers, a fall is a debt that later rises pay off first. Series are taken from the one with the
    most dates down, as long as their areas do not overlap one already taken. Nobody leaves after the last date.
    """
    index = network.places.index()
    members: dict[str, list[int]] = {name: [i] for name, i in index.items()}
    members |= {area: [index[place] for place in places] for area, places in crisis.areas.items()}
    area_of = np.full(len(index), -1, dtype=np.int64)
    names: list[str] = []
    columns: list[Ints] = []
    for where, rows in _series(crisis):
        if (area_of[members[where]] >= 0).any():
            continue
        area_of[members[where]] = len(names)
        names.append(where)
        columns.append(_daily(rows, crisis, network.days))
    if not names:
        raise SimulationError(
            "departures cannot be observed: counts.csv has no displaced figures. Use --departures modelled."
        )
    return Observed(tuple(names), np.stack(columns, axis=1), area_of)


def _series(crisis: Crisis) -> list[tuple[str, pl.DataFrame]]:
    table = (
        crisis.table("counts")
        .filter(indicator="displaced")
        .with_columns(pl.coalesce("place", "area").alias("where"), pl.col("since").fill_null(crisis.start))
    )
    parts = table.partition_by("where", "source", "since", maintain_order=True)
    parts.sort(key=lambda rows: (-rows.height, rows["where"][0], str(rows["source"][0])))
    return [(rows["where"][0], rows.sort("date")) for rows in parts]


def _daily(rows: pl.DataFrame, crisis: Crisis, days: int) -> Ints:
    """Daily numbers of one cumulative series, shape (days,), people."""
    at = [max(-1, (rows["since"][0] - crisis.start).days - 1), *((d - crisis.start).days for d in rows["date"])]
    total = np.interp(np.arange(-1, days), at, [0.0, *rows["people"].to_list()])
    paid = np.maximum.accumulate(total)  # what falls is owed before anybody new leaves
    return np.diff(np.floor(paid + 1e-9)).astype(np.int64)
