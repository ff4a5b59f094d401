"""Gates: who may pass where, day by day.

A gate is a named crossing on one or more roads, or any road that a rule for its border (or a quota for the road itself)
turns into one. People can plan to pass a closed gate; it stops them when they reach it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.crisis.closures import SEALED
from onward.model.keyed_draws import Draws, Keys, key_of
from onward.model.uncertainty import draw_between
from onward.typing import Bools, Floats, Ints

OPEN, QUOTA, CLOSED = 0, 1, 2
_POLICY = {"open": OPEN, "quota": QUOTA, "closed": CLOSED, SEALED: CLOSED}
#: precedence of rules: specific rules before general ones, a scenario's before all
_RANK = {"border": 0, "route": 1, "gate": 2, "scenario": 3}


@dataclass(frozen=True)
class Gates:
    """Gates by day.

    ``policy[t, n]`` is open, quota or closed; ``sealed[t, n]`` whether nobody passes a closed one in any way;
    ``rule[t, n]`` the row of ``quota`` in force (-1: none);
    ``quota`` has the rules' people per day as columns middle, low, high, and ``key`` what each
    rule is. ``border[n]`` is whether it is on a border between countries. ``lane_road`` are the directed roads
    that lead through a gate and ``lane_gate`` the gate of each.
    """

    names: tuple[str, ...]
    policy: Ints
    sealed: Bools
    rule: Ints
    quota: Floats
    key: Keys
    border: Bools
    lane_road: Ints
    lane_gate: Ints

    def draw_allowed(self, draws: Draws | None, *, leak: float, common: float) -> Ints:
        """Draw how many may pass each gate each day, shape (days, gates), people; -1 means no limit.

        A quota with a range is drawn once per rule (``draws=None``: its central value), however its days are divided.
        Rates become whole people by carrying the remainder, so that no period exceeds its quota by more than one.
        """
        middle, low, high = self.quota.T
        drawn = middle if draws is None else draw_between(draws, self.key, middle, low, high, common)
        rate = np.where(self.rule >= 0, np.append(drawn, 0.0)[self.rule], 0.0)
        rate = np.where(self.policy == CLOSED, np.where(self.sealed, 0.0, leak), rate)
        total = np.floor(np.cumsum(rate, axis=0) + 1e-9)
        allowed = np.diff(total, axis=0, prepend=0.0).astype(np.int64)
        return np.ascontiguousarray(np.where(self.policy == OPEN, -1, allowed))

    def irregular_shares(self, rate: float) -> Floats:
        """Return the share of those waiting at each gate who cross a day whatever is allowed, shape (days, gates).

        Borders that are not sealed are crossed at the given rate per day; nobody slips past a gate inside a country,
        such as the last checkpoint of a siege.
        """
        return np.where(self.border & ~self.sealed, -math.expm1(-rate), 0.0)


def gate_names(crisis: Crisis) -> dict[int, int]:
    """Return the gate number of each row of ``routes`` that has a gate; see `gate_labels`."""
    labels = _labels(crisis)
    order = {name: n for n, name in enumerate(sorted(set(labels.values())))}
    return {row: order[name] for row, name in labels.items()}


def _labels(crisis: Crisis) -> dict[int, str]:
    """Return the gate name of each row of routes: its own, or one made for a border or a metered road."""
    country = dict(crisis.table("places").select("place", "country").iter_rows())
    rules = crisis.table("closures")
    borders = {frozenset(r) for r in rules.filter(kind="border").select("name1", "name2").iter_rows()}
    metered = rules.filter(kind="route").filter(policy="quota").select("name1", "name2")
    roads = {frozenset(r) for r in metered.iter_rows()}
    labels: dict[int, str] = {}
    for row, route in enumerate(crisis.table("routes").iter_rows(named=True)):
        a, b = route["place1"], route["place2"]
        if route["gate"] is not None:
            labels[row] = route["gate"]
        elif frozenset((a, b)) in roads or frozenset((country[a], country[b])) in borders:
            labels[row] = f"{min(a, b)} - {max(a, b)}"
    return labels


def gates_over_time(
    crisis: Crisis, names: dict[int, int], road_gate: Ints, rules: Sequence[dict[str, Any]] = ()
) -> Gates:
    """Apply the closures to the days; more specific rules and later rules take precedence."""
    labels = _labels(crisis)
    order = tuple(sorted(set(labels.values())))
    policy = np.zeros((crisis.days, len(order)), dtype=np.int64)
    sealed = np.zeros(policy.shape, dtype=np.bool_)
    rule = np.full(policy.shape, -1, dtype=np.int64)
    quotas: list[tuple[float, float, float]] = []
    keys: list[int] = []
    closures = [r for r in (*crisis.table("closures").iter_rows(named=True), *rules) if r["kind"] in _RANK]
    gates_of = _gate_finder(crisis, names)
    for row in sorted(closures, key=lambda r: (_RANK[r["kind"]], r["start"])):
        touched = sorted(gates_of(row))
        span = _days(crisis, row["start"], row["end"])
        policy[span, touched] = _POLICY[row["policy"]]
        sealed[span, touched] = row["policy"] == SEALED
        rule[span, touched] = len(quotas) if row["policy"] == "quota" else -1
        if row["policy"] == "quota":
            middle = float(row["people_per_day"])
            quotas.append((middle, _or(row["low"], middle), _or(row["high"], middle)))
            keys.append(key_of((_where(crisis, row), quotas[-1])))  # not its days: a rule may be cut in two
    lane_road = np.flatnonzero(road_gate >= 0).astype(np.int64)
    quota = np.array(quotas, dtype=np.float64).reshape(-1, 3)
    key = np.array(keys, dtype=np.uint64)
    border = _on_borders(crisis, names)
    return Gates(order, policy, sealed, rule, quota, key, border, lane_road, road_gate[lane_road])


def _on_borders(crisis: Crisis, names: dict[int, int]) -> Bools:
    """Return whether a road of each gate joins two countries."""
    country = dict(crisis.table("places").select("place", "country").iter_rows())
    routes = crisis.table("routes").select("place1", "place2").rows()
    border = np.zeros(len(set(names.values())), dtype=np.bool_)
    for row, number in names.items():
        a, b = routes[row]
        border[number] |= country[a] != country[b]
    return border


def _where(crisis: Crisis, row: dict[str, Any]) -> tuple[object, ...]:
    """Return where a rule applies; a road's ends by their coordinates, so that renaming a place changes no draw."""
    if row["kind"] != "route":
        return (row["kind"], *sorted(name for name in (row["name1"], row["name2"]) if name))
    places = crisis.table("places").filter(pl.col("place").is_in([row["name1"], row["name2"]]))
    return ("route", *sorted(places.select("latitude", "longitude").iter_rows()))


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else float(value)


def _days(crisis: Crisis, start: dt.date, end: dt.date | None) -> slice:
    first = max(0, (start - crisis.start).days)
    last = crisis.days - 1 if end is None else (end - crisis.start).days
    return slice(first, max(first, last + 1))


def _gate_finder(crisis: Crisis, names: dict[int, int]) -> Callable[[dict[str, Any]], set[int]]:
    """Return a function that gives the numbers of the gates to which a rule applies."""
    country = dict(crisis.table("places").select("place", "country").iter_rows())
    routes = crisis.table("routes").select("place1", "place2", "gate").rows()
    gated = [(routes[row], number) for row, number in names.items()]

    def gates_of(rule: dict[str, Any]) -> set[int]:
        kind, name, pair = rule["kind"], rule["name1"], {rule["name1"], rule["name2"]}
        if kind == "border":
            return {number for (a, b, _), number in gated if {country[a], country[b]} == pair}
        if kind == "route":  # closed cuts the road itself, not its gate
            closed = rule["policy"] == "closed"
            return set() if closed else {number for (a, b, _), number in gated if {a, b} == pair}
        return {number for (_, _, gate), number in gated if gate == name}

    return gates_of
