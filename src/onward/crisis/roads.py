"""Checks of the road network: loops, duplicates, unreachable places, implausible lengths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.messages import quoted
from onward.errors import Problem

if TYPE_CHECKING:
    from onward.crisis.draft import Draft

MOST_NAMED = 3
"""Places named of each group that no road joins to the rest."""

SHORTEST_SHARE, SLACK_KM = 0.9, 1.0
"""Share of the straight line, less km, below which a road is doubted (own choice: positions are rough)."""


def check_routes(draft: Draft) -> Iterator[Problem]:
    """Check that no road is a loop, and none appears twice in one direction with the same mode and gate."""
    first: dict[tuple[str | None, ...], int] = {}
    for row in draft.frame("routes").sort(ROW).iter_rows(named=True):
        ends = row["place1"], row["place2"]
        if ends[0] == ends[1]:
            found = f"{quoted(ends[1])} is also the other end of the road"
            yield draft.problem("routes", row, "place2", found, "Correct one end or remove the road.")
            continue
        ways = [ends] if row["one_way"] else [ends, ends[::-1]]
        earlier = [first.setdefault((*way, row["mode"], row["gate"]), row[ROW]) for way in ways]
        if min(earlier) < row[ROW]:
            road = f"the road from {quoted(ends[0])} to {quoted(ends[1])}"
            found = f"{road} is given again (first in row {min(earlier)})"
            step = "Remove one, or give them different modes or gates."
            yield draft.problem("routes", row, "place1", found, step)


def check_connected(draft: Draft) -> Iterator[Problem]:
    """Check that every place can be reached from every other, ignoring closures and one-way roads."""
    places = draft.frame("places").unique("place", keep="first", maintain_order=True)
    parts = _parts(places["place"], draft.frame("routes"))
    largest = parts.value_counts().sort("count", "part", descending=[True, False])["part"][0]
    step = f"Add one to {draft.file('routes')}."
    cut_off = places.with_columns(parts).filter(pl.col("part") != largest).sort(ROW)
    for part in cut_off.partition_by("part", maintain_order=True):
        names = [quoted(name) for name in part["place"]]
        if len(names) == 1:
            found = f"no road reaches {names[0]}"
        else:
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            found = f"no road joins {', '.join(names[:MOST_NAMED])}{more} to the other places"
        yield draft.problem("places", part.row(0, named=True), "place", found, step)


def _parts(names: pl.Series, routes: pl.DataFrame) -> pl.Series:
    """Return for each place the number of the connected part of the network it lies in."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    index = {name: i for i, name in enumerate(names)}
    ends = [[index[name] for name in routes[column]] for column in ("place1", "place2")]
    links = coo_array((np.ones(routes.height), ends), shape=(len(names), len(names)))
    return pl.Series("part", connected_components(links, directed=False)[1])


def short_routes(draft: Draft) -> Iterator[Problem]:
    """Yield a warning for roads much shorter than the straight line between their ends."""
    from pyproj import Geod

    sites = draft.frame("places").select("place", "latitude", "longitude")
    routes = draft.frame("routes").sort(ROW)
    one, two = (
        routes.select(pl.col(column).alias("place")).join(sites, on="place", maintain_order="left")
        for column in ("place1", "place2")
    )
    (x1, y1), (x2, y2) = ((end["longitude"].to_numpy(), end["latitude"].to_numpy()) for end in (one, two))
    metres = Geod(ellps="WGS84").inv(x1, y1, x2, y2)[2]
    routes = routes.with_columns(pl.Series("line_km", metres / 1000))
    short = pl.col("distance_km") < SHORTEST_SHARE * pl.col("line_km") - SLACK_KM
    for row in routes.filter(short).iter_rows(named=True):
        found = f"{row['distance_km']:g} km is shorter than the straight line of {row['line_km']:.0f} km"
        yield draft.problem("routes", row, "distance_km", found, "Check the distance and both positions.")
