"""Observed departures: the daily number newly displaced from an area, taken from its counts.

A run with observed departures is given the totals: it models where people go, not how many leave. A count with a range
is drawn from it, once per member and series, because a source errs in the same direction from day to day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.errors import SimulationError
from onward.model.keyed_draws import Draws, Keys, keys_of
from onward.model.network import Network
from onward.model.uncertainty import quantile_between
from onward.typing import Floats, Ints


@dataclass(frozen=True)
class Observed:
    """The given series of counts, one per area, and the area of each place, ``area[p]`` (-1: modelled).

    ``series[a]`` has the days of the counts, the first of them the day before they begin, and the cumulative people as
    rows middle, low, high; ``key[a]`` is what the series is.
    """

    names: tuple[str, ...]
    days: int
    series: tuple[tuple[Floats, Floats], ...]
    key: Keys
    area: Ints

    def draw(self, draws: Draws | None) -> Ints:
        """Draw the people newly displaced per day, shape (days, areas); ``draws=None`` gives the counts themselves."""
        if not self.names:
            return np.zeros((self.days, 0), dtype=np.int64)
        score = np.zeros(len(self.names)) if draws is None else draws.normal(self.key)
        return np.stack(
            [self._daily(at, people, z) for (at, people), z in zip(self.series, score, strict=True)], axis=1
        )

    def _daily(self, at: Floats, people: Floats, z: float) -> Ints:
        """Return the daily numbers of one cumulative series, shape (days,), people."""
        counted = quantile_between(np.full(people.shape[1], z), *people)
        total = np.interp(np.arange(-1, self.days), at, [0.0, *counted])
        paid = np.maximum.accumulate(total)  # what falls is owed before anybody new leaves
        return np.diff(np.floor(paid + 1e-9)).astype(np.int64)


def nothing_observed(network: Network) -> Observed:
    """Return an object without observed departures: all are modelled."""
    places = len(network.places.names)
    return Observed((), network.days, (), keys_of([]), np.full(places, -1, dtype=np.int64))


def observed_departures(crisis: Crisis, network: Network) -> Observed:
    """Convert the displaced counts of areas to daily numbers.

    Each series (one area, one source) is cumulative from ``since`` on: linear between its dates, and its differences
    are the daily numbers; a fall is offset against later rises. ``low`` and ``high`` are its 90 % interval, in which
    each member has one position. Series with more dates are taken first, as long as their areas do not overlap one
    already taken. Nobody leaves after the last date.
    """
    index = network.places.index()
    members: dict[str, list[int]] = {name: [i] for name, i in index.items()}
    members |= {area: [index[place] for place in places] for area, places in crisis.areas.items()}
    area_of = np.full(len(index), -1, dtype=np.int64)
    names: list[str] = []
    series: list[tuple[Floats, Floats]] = []
    keys: list[tuple[str, str, str]] = []
    for where, rows in _series(crisis):
        if (area_of[members[where]] >= 0).any():
            continue
        area_of[members[where]] = len(names)
        names.append(where)
        series.append(_points(rows, crisis))
        keys.append((where, str(rows["source"][0]), str(rows["since"][0])))
    if not names:
        raise SimulationError(
            "departures cannot be observed: counts.csv has no displaced figures. Use --departures modelled."
        )
    return Observed(tuple(names), network.days, tuple(series), keys_of(keys), area_of)


def _series(crisis: Crisis) -> list[tuple[str, pl.DataFrame]]:
    table = (
        crisis.table("counts")
        .filter(indicator="displaced")
        .with_columns(pl.coalesce("place", "area").alias("where"), pl.col("since").fill_null(crisis.start))
    )
    parts = table.partition_by("where", "source", "since", maintain_order=True)
    parts.sort(key=lambda rows: (-rows.height, rows["where"][0], str(rows["source"][0])))
    return [(rows["where"][0], rows.sort("date")) for rows in parts]


def _points(rows: pl.DataFrame, crisis: Crisis) -> tuple[Floats, Floats]:
    """Return the days of a cumulative series, from the day before it begins, and its people: middle, low, high."""
    at = [max(-1, (rows["since"][0] - crisis.start).days - 1), *((d - crisis.start).days for d in rows["date"])]
    ends = [pl.coalesce(name, "people").alias(name) for name in ("low", "high")]
    people = rows.select("people", *ends).cast(pl.Float64).to_numpy().T
    return np.array(at, dtype=np.float64), np.ascontiguousarray(people)
