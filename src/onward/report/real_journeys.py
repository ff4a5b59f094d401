"""Whole journeys on the page, of runs of *individuals*: a Sankey of them, and itineraries that the map can play."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from onward.disclosure import ROUTES_WARNING
from onward.report.journeys import grouped, largest, stages, with_others
from onward.report.page_figures import Cubes, two_digits
from onward.simulation.itineraries import ITINERARIES
from onward.simulation.journeys import summarise
from onward.simulation.streams import ARROW, LEAST_PEOPLE, STREAMS, ways_of

#: itineraries that the page lists, and stops after home that its Sankey shows (own choices: the size, the width)
LISTED, STOPS = 40, 4

#: rows of places in order, and people as a mean over members
Ways = Mapping[tuple[int, ...], float]


def real_sankey(cubes: Cubes) -> dict[str, Any] | None:
    """Return links origin - first shelter - present place of people's own journeys; None if the run holds none.

    As `onward.report.journeys.sankey` has them, but counted and not approximated. Those of the same three places are
    left out where they are fewer than 100 (mean over members): ``left_out`` people in all.
    """
    if ITINERARIES not in cubes.run.tables:
        return None
    ends: dict[tuple[int, ...], float] = defaultdict(float)
    for way, people in _from_home(cubes).items():
        ends[way[0], way[1], way[-1]] += people
    kept = {way: people for way, people in ends.items() if people >= LEAST_PEOPLE}
    first, link = (np.zeros((cubes.rows, cubes.rows)) for _ in range(2))
    home = 0.0
    for (origin, shelter, now), people in kept.items():
        first[origin, shelter] += people
        if now == origin:
            home += people
        else:
            link[shelter, now] += people
    left_out = sum(ends.values()) - sum(kept.values())
    return {**stages(first, link, home), "real": True, "left_out": _rounded(left_out)}


def real_journeys(cubes: Cubes) -> dict[str, Any] | None:
    """Return journeys stop by stop, for those who may see route detail; None if the run holds none.

    ``columns`` are rows of places by stop (the first is home; -1 all others), ``links`` people from one to the next;
    ``cut`` says whether later stops are left out. ``itineraries`` are the commonest: ``places``, ``people``, ``days``
    on each leg, ``under_attack`` at each place, and ``day``: who reached the next stop, by leg and day. All are of 100
    people or more (means over members); ``left_out`` are the people of the others, ``more`` itineraries not listed.
    """
    if not {ITINERARIES, STREAMS} <= set(cubes.run.tables):
        return None
    ways = _from_home(cubes)
    kept = {way: people for way, people in ways.items() if people >= LEAST_PEOPLE}
    found = summarise(cubes.run.table(ITINERARIES), cubes.members)["itineraries"]
    listed = [row for row in found if row["from_home"] and len(row["places"]) > 1]
    streams = _streams(cubes)
    return {
        "warning": ROUTES_WARNING,
        **_by_stop(kept, cubes.rows),
        "cut": max((len(way) for way in kept), default=0) > STOPS + 1,
        "left_out": _rounded(sum(ways.values()) - sum(kept.values())),
        "more": max(0, len(listed) - LISTED),
        "itineraries": [_itinerary(row, cubes, streams) for row in listed[:LISTED]],
    }


def _from_home(cubes: Cubes) -> Ways:
    """Return the itineraries of those who left home as rows of places; consecutive places of one row are one."""
    ways = ways_of(cubes.run.table(ITINERARIES).filter(pl.col("from_home"))).group_by("way").agg(pl.col("people").sum())
    found: dict[tuple[int, ...], float] = defaultdict(float)
    for way, people in ways.iter_rows():
        rows = [cubes.row[place] for place in way.split(ARROW)]
        key = tuple(row for n, row in enumerate(rows) if n == 0 or row != rows[n - 1])
        if len(key) > 1:
            found[key] += people / cubes.members
    return found


def _by_stop(ways: Ways, rows: int) -> dict[str, Any]:
    """Return the columns of places by stop and the links between them, of the largest places by name."""
    tables = np.zeros((STOPS, rows, rows))
    for way, people in ways.items():
        for stop, ends in enumerate(pairwise(way[: STOPS + 1])):
            tables[stop][ends] += people
    used = max((min(len(way) - 1, STOPS) for way in ways), default=0)
    totals = [tables[0].sum(axis=1), *(tables[:used].sum(axis=1))]
    named = [largest(column[None]) for column in totals]
    links = [grouped(grouped(tables[n], named[n], 0), named[n + 1], 1) for n in range(used)]
    shown = [links[0].sum(axis=1), *(link.sum(axis=0) for link in links)] if links else []
    columns = [with_others(*column) for column in zip(named, shown, strict=bool(links))]
    cut = [link[: len(columns[n]), : len(columns[n + 1])] for n, link in enumerate(links)]
    return {"columns": columns, "links": [two_digits(link).tolist() for link in cut]}


def _streams(cubes: Cubes) -> dict[tuple[str, ...], list[list[int]]]:
    """Return who reached the next stop by leg and day, by places in order."""
    table = cubes.run.table(STREAMS).filter(pl.col("from_home")).with_columns(cubes.days_of())
    found = {}
    for _, rows in table.group_by("itinerary", maintain_order=True):
        places = rows.unique("stop", maintain_order=True)["place"].cast(pl.String).to_list()
        days = np.zeros((len(places), cubes.days))
        arrived = rows.drop_nulls("date")
        days[arrived["stop"].to_numpy(), arrived["day"].to_numpy()] = arrived["reached"].to_numpy()
        found[tuple(places)] = two_digits(days[1:]).tolist()
    return found


def _itinerary(
    row: Mapping[str, Any], cubes: Cubes, streams: Mapping[tuple[str, ...], list[list[int]]]
) -> dict[str, Any]:
    return {
        "places": [cubes.row[place] for place in row["places"]],
        "people": _rounded(row["people"]),
        "days": [round(days, 1) for days in row["days"]],
        "under_attack": _all_rounded(row["under_attack"]),
        "day": streams[tuple(row["places"])],
    }


def _rounded(people: float) -> int:
    return _all_rounded([people])[0]


def _all_rounded(people: Sequence[float]) -> list[int]:
    return [int(number) for number in two_digits(np.array(people, dtype=np.float64))]
