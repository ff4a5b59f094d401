"""Places that people cannot leave: every way out of their part of the network is closed or crosses a sealed line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.closures import SEALED
from onward.crisis.header import Header
from onward.crisis.messages import quoted
from onward.errors import Problem

if TYPE_CHECKING:
    from onward.crisis.draft import Draft

SHORTEST_DAYS = 7
"""Days for which a place must be shut in to be reported (own choice: a road closed over a week-end is no siege)."""

Row = dict[str, Any]


def shut_in(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt for each place that people cannot leave for a time, with its days and the reason."""
    header = draft.header
    if header is None:
        return
    days = _days_of_change(draft, header)
    rows = {row["place"]: row for row in draft.frame("places").sort(ROW).iter_rows(named=True)}
    settled = {place for place, row in rows.items() if (row["population"] or 0) + (row["displaced_at_start"] or 0) > 0}
    settled &= _places_at_war(draft)
    roads = _Roads(draft, rows)
    since: dict[str, date] = {}
    spells: list[tuple[str, date, date]] = []
    for day in [*days, header.end + timedelta(days=1)]:
        cut = _cut_off(roads, list(rows), day) if day <= header.end else set()
        spells += [(place, since.pop(place), day) for place in sorted(since) if place not in cut]
        for place in cut & settled:
            since.setdefault(place, day)
    for place, first, then in sorted(spells, key=lambda spell: (rows[spell[0]][ROW], spell[1])):
        if (then - first).days >= SHORTEST_DAYS:
            until = "on" if then > header.end else f"to {then - timedelta(days=1)}"
            found = f"people cannot leave {quoted(place)} from {first} {until}: every way out is closed or sealed"
            step = f"If people did get out, open a way in {draft.file('closures')}, or let the line be crossed at risk."
            yield draft.problem("places", rows[place], "place", found, step)


def _days_of_change(draft: Draft, header: Header) -> list[date]:
    closures = draft.frame("closures")
    days = {header.start, *draft.frame("control")["start"], *closures["start"]}
    days |= {end + timedelta(days=1) for end in closures["end"].drop_nulls()}
    return sorted(day for day in days if header.start <= day <= header.end)


def _places_at_war(draft: Draft) -> set[str]:
    """Return the places of countries with attacks on named places or areas; all places if there are none."""
    places, events = draft.frame("places"), draft.frame("events")
    inside = draft.frame("areas").filter(pl.col("area").is_in(events["area"].drop_nulls().unique().to_list()))
    attacked = {*events["place"].drop_nulls(), *inside["place"]}
    countries = places.filter(pl.col("place").is_in(list(attacked)))["country"].unique().to_list()
    at_war = places.filter(pl.col("country").is_in(countries)) if countries else places
    return set(at_war["place"])


class _Roads:
    """The roads of a crisis, what closes them, and who holds their ends."""

    def __init__(self, draft: Draft, places: Mapping[str, Row]) -> None:
        side = dict(draft.frame("actors").select("actor", "side").iter_rows())
        control = draft.frame("control").sort("start").select("start", "place", "actor")
        self._held = [(start, place, side.get(actor)) for start, place, actor in control.iter_rows()]
        self._rules = list(draft.frame("closures").sort("start").iter_rows(named=True))
        roads = draft.frame("routes").iter_rows(named=True)
        self._roads = [
            (road, (road["place1"], road["place2"]), {places[road[end]]["country"] for end in ("place1", "place2")})
            for road in roads
        ]

    def open_on(self, day: date) -> Iterator[tuple[str, str]]:
        """Yield both ends of each road that is open on a day."""
        rules = [rule for rule in self._rules if rule["start"] <= day and (rule["end"] is None or day <= rule["end"])]
        sides = {place: side for start, place, side in self._held if start <= day}
        for road, ends, countries in self._roads:
            both = {sides.get(end) for end in ends}
            if not _is_shut(road, countries, rules) and not _is_sealed(road, countries, both, rules):
                yield ends


def _cut_off(roads: _Roads, places: list[str], day: date) -> set[str]:
    """Return the places outside the largest part of the network that open roads connect on a day."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    index = {place: i for i, place in enumerate(places)}
    free = [(index[a], index[b]) for a, b in roads.open_on(day)]
    tail, head = zip(*free, strict=True) if free else ((), ())
    graph = coo_array((np.ones(len(free)), (tail, head)), shape=(len(index), len(index)))
    part = connected_components(graph, directed=False)[1]
    largest = int(np.bincount(part).argmax())
    return {place for place, i in index.items() if part[i] != largest}


def _is_shut(road: Row, countries: set[str], rules: list[Row]) -> bool:
    """Return whether the most specific rule for a road, its gate or border, or a rule for an end, closes it."""
    ends = {road["place1"], road["place2"]}
    policy = {"border": None, "route": None, "gate": None}
    for rule in rules:
        names = {rule["name1"], rule["name2"]}
        if rule["kind"] == "place" and rule["name1"] in ends and rule["policy"] == "closed":
            return True
        if rule["kind"] == "route" and names == ends and rule["policy"] == "closed":
            return True
        hit = {"border": names == countries, "route": names == ends, "gate": rule["name1"] == road["gate"]}
        if hit.get(rule["kind"], False):
            policy[rule["kind"]] = rule["policy"]
    policy_that_applies = policy["gate"] or policy["route"] or policy["border"]
    return policy_that_applies in ("closed", SEALED)


def _is_sealed(road: Row, countries: set[str], sides: set[str | None], rules: list[Row]) -> bool:
    """Return whether the road crosses a sealed line between two sides."""
    if road["gate"] is not None or len(sides - {None}) < 2 or len(countries) > 1:
        return False
    lines = [rule for rule in rules if rule["kind"] == "line"]
    own = [rule for rule in lines if {rule["name1"], rule["name2"]} == sides]
    rules_that_apply = own or [rule for rule in lines if rule["name1"] is None]
    return bool(rules_that_apply) and rules_that_apply[-1]["policy"] == SEALED
