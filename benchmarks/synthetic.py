"""A large made-up crisis: many places, roads, attacks and changes of control, the same for the same seed."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis, crisis_from_tables, tables

START = date(2020, 1, 1)
KINDS = ("city", "town", "village", "camp", "informal", "hub")
KIND_SHARES = (0.05, 0.4, 0.4, 0.05, 0.05, 0.05)
SPREAD_DEGREES = 4.0
GATED_SHARE = 0.1
Rows = list[dict[str, Any]]


def synthetic_crisis(
    *, places: int = 1000, routes: int = 4000, days: int = 365, events: int = 2000, changes: int = 20, seed: int = 1
) -> Crisis:
    """Return a crisis of that size, with two groups; ``changes`` are days on which control or a closure changes."""
    rng = np.random.default_rng(seed)
    where = rng.uniform(0, SPREAD_DEGREES, (places, 2))
    names = [f"p{i:04d}" for i in range(places)]
    turns = [int(t) for t in np.sort(rng.choice(np.arange(1, days), changes, replace=False))]
    rows = {
        "places": _places(rng, names, where),
        "routes": _routes(rng, names, where, routes),
        "actors": [{"actor": a, "side": a} for a in ("army", "rebels")],
        "control": _control(rng, names, where, turns[::2]),
        "closures": _closures(turns[1::2], days),
        "groups": [{"group": "east", "share": 0.7}, {"group": "west", "share": 0.3}],
        "fears": [{"group": g, "actor": a, "weight": 1.0} for g, a in (("east", "army"), ("west", "rebels"))],
        "events": _events(rng, names, events, days),
    }
    header = {"name": "synthetic", "title": "A synthetic crisis", "start": START, "end": _day(days - 1)}
    return crisis_from_tables(header, {name: _frame(name, r) for name, r in rows.items()})


def scaled(crisis: Crisis, factor: int) -> Crisis:
    """Return the crisis with its populations, capacities, quotas and counts times ``factor``."""
    columns = {
        "places": ("population", "population_low", "population_high", "displaced_at_start", "capacity"),
        "closures": ("people_per_day", "low", "high"),
        "counts": ("people", "low", "high"),
    }
    larger = {name: crisis.table(name).with_columns(pl.col(*c) * factor) for name, c in columns.items()}
    return crisis_from_tables(crisis.header(), {**crisis.tables, **larger})


def _day(t: int) -> date:
    return START + timedelta(days=t)


def _frame(name: str, rows: Rows) -> pl.DataFrame:
    columns = tables()[name].names
    filled = [{c: row.get(c) for c in columns} for row in rows]
    return pl.DataFrame(filled, schema=columns, infer_schema_length=None)


def _places(rng: np.random.Generator, names: list[str], where: Any) -> Rows:
    kinds = rng.choice(KINDS, len(names), p=KIND_SHARES)
    people = np.rint(rng.lognormal(9, 1, len(names)))
    settled = ("city", "town", "village")
    return [
        {
            "place": name,
            "country": "BBB" if lat > 0.9 * SPREAD_DEGREES else "AAA",
            "latitude": 30 + lat,
            "longitude": 30 + lon,
            "kind": kind,
            "population": int(n) if kind in settled else 0,
            "capacity": 5_000 if kind == "camp" else None,
        }
        for name, (lat, lon), kind, n in zip(names, where, kinds, people, strict=True)
    ]


def _routes(rng: np.random.Generator, names: list[str], where: Any, number: int) -> Rows:
    """A road from each place to its nearest earlier one, then the shortest others until there are enough."""
    km = 111.0 * np.sqrt(((where[:, None] - where[None]) ** 2).sum(axis=2))
    pairs = {(int(np.argmin(km[i, :i])), i) for i in range(1, len(names))}
    for pair in np.argsort(np.where(np.triu(np.ones_like(km), 1) > 0, km, np.inf), axis=None):
        if len(pairs) == number:
            break
        pairs.add((int(pair) // len(names), int(pair) % len(names)))
    gated = rng.random(len(pairs)) < GATED_SHARE
    return [
        {
            "place1": names[a],
            "place2": names[b],
            "distance_km": round(max(0.5, 1.2 * km[a, b]), 3),
            "gate": f"g{n % 40}" if gate else None,
        }
        for n, ((a, b), gate) in enumerate(zip(sorted(pairs), gated, strict=True))
    ]


def _control(rng: np.random.Generator, names: list[str], where: Any, turns: list[int]) -> Rows:
    """The army holds the south; on each turn it takes the southernmost places of the rebels."""
    order = np.argsort(where[:, 0])
    held = len(names) // 4
    rows: Rows = [
        {"place": names[p], "start": START, "actor": "army" if k < held else "rebels"} for k, p in enumerate(order)
    ]
    for t in turns:
        taken = int(rng.integers(2, 9))
        rows += [{"place": names[p], "start": _day(t), "actor": "army"} for p in order[held : held + taken]]
        held += taken
    return rows


def _closures(turns: list[int], days: int) -> Rows:
    """A gate is metered from the first day and closed or metered otherwise on each turn."""
    edges = [0, *turns, days]
    return [
        {
            "kind": "gate",
            "name1": "g1",
            "start": _day(first),
            "end": _day(last - 1),
            "policy": "closed" if k % 2 else "quota",
            "people_per_day": None if k % 2 else 50 + k,
        }
        for k, (first, last) in enumerate(pairwise(edges))
    ]


def _events(rng: np.random.Generator, names: list[str], number: int, days: int) -> Rows:
    cells = rng.choice(days * len(names), number, replace=False)
    return [
        {
            "start": _day(int(c) // len(names)),
            "place": names[int(c) % len(names)],
            "type": ("air", "shelling")[int(c) % 2],
            "actor": ("army", "rebels")[int(c) % 3 // 2],
            "n": 2.0,
            "n_low": 1.0,
            "n_high": 5.0,
        }
        for c in cells
    ]
