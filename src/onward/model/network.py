"""A crisis as arrays: places, directed roads, and their changes from day to day.

Places are ordered by latitude, longitude and name, so that renaming one does not reorder the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pyproj import Geod

from onward.crisis import Crisis
from onward.crisis.closures import SEALED
from onward.model.gates import Gates, gate_names, gates_over_time
from onward.model.keyed_draws import Keys, keys_of
from onward.typing import Bools, Floats, Ints

KINDS = ("city", "town", "village", "camp", "informal", "crossing", "hub")
MODES = ("road", "foot", "water")
HUB = KINDS.index("hub")
AGREEMENT = "agreement"


@dataclass(frozen=True)
class Places:
    """Places as arrays, all of shape (places,). A capacity of -1 means no limit."""

    names: tuple[str, ...]
    latitude: Floats
    longitude: Floats
    kind: Ints
    country: tuple[str, ...]
    abroad: Bools
    population: Floats
    population_low: Floats
    population_high: Floats
    displaced_at_start: Floats
    capacity: Floats
    key: Keys  # where it lies: a place keeps its draws when it is renamed

    def index(self) -> dict[str, int]:
        """Return the row of each place by its name."""
        return {name: i for i, name in enumerate(self.names)}


@dataclass(frozen=True)
class Roads:
    """Directed roads as arrays, all of shape (roads,); ``gate`` is -1 where there is none."""

    tail: Ints
    head: Ints
    km: Floats
    mode: Ints
    gate: Ints
    route: Ints  # row of the crisis's routes table

    def __len__(self) -> int:
        return len(self.tail)


@dataclass(frozen=True)
class Network:
    """The parts of a crisis that are the same for all members: places, roads, gates, holders, by day.

    ``holder[t, p]`` is the row of ``actors`` (-1 unknown), ``terms[t, p]`` says whether it took the place by
    agreement; ``usable[t, r]`` whether a road can be used, ``across[t, r]`` whether it crosses a line between two
    sides at risk; ``enterable[t, p]`` whether one may stop at a place; ``regime[t]`` numbers the spells of days on
    which none of these and no gate's policy changes.
    """

    start: dt.date
    days: int
    places: Places
    roads: Roads
    gates: Gates
    actors: tuple[str, ...]
    side: Ints
    holder: Ints
    terms: Bools
    usable: Bools
    across: Bools
    enterable: Bools
    regime: Ints

    def straight_km(self) -> Floats:
        """Return great-ellipse distances between all places, shape (places, places), km."""
        p = self.places
        n = len(p.names)
        lon = np.broadcast_to(p.longitude, (n, n))
        lat = np.broadcast_to(p.latitude, (n, n))
        metres = Geod(ellps="WGS84").inv(lon.T, lat.T, lon, lat)[2]
        return np.asarray(metres, dtype=np.float64) / 1000.0


def day_of(crisis: Crisis, date: dt.date | None, missing: int) -> int:
    """Return the day's number counted from the crisis's start, or ``missing`` for a gap."""
    return missing if date is None else (date - crisis.start).days


def build_network(crisis: Crisis, *, rules: Sequence[dict[str, Any]] = (), added: Collection[str] = ()) -> Network:
    """Compile a checked crisis into a `Network`.

    ``rules`` for gates take precedence over the crisis's own; places ``added`` by a scenario come last.
    """
    places = _places(crisis, added)
    index = places.index()
    names = gate_names(crisis)
    roads = _roads(crisis, index, names)
    actors = tuple(crisis.table("actors")["actor"].to_list())
    side = _sides(crisis)
    holder = _holders(crisis, index, actors)
    gates = gates_over_time(crisis, names, roads.gate, rules)
    enterable = _enterable(crisis, places, index)
    front = _lines(roads, places, holder, side)
    sealed = front & _sealed(crisis, roads, holder, side)
    usable = _usable(crisis, roads, index, sealed, enterable)
    return Network(
        start=crisis.start,
        days=crisis.days,
        places=places,
        roads=roads,
        gates=gates,
        actors=actors,
        side=side,
        holder=holder,
        terms=_terms(crisis, index),
        usable=usable,
        across=np.ascontiguousarray(front & usable),
        enterable=enterable,
        regime=_regimes(holder, usable, enterable, gates.policy),
    )


def _places(crisis: Crisis, added: Collection[str]) -> Places:
    last = pl.col("place").is_in(list(added)).alias("added")
    table = crisis.table("places").with_columns(last).sort(["added", "latitude", "longitude", "place"])
    population = table["population"].fill_null(0)
    country = tuple(table["country"].to_list())
    home = _home_country(crisis, table)
    return Places(
        names=tuple(table["place"].to_list()),
        latitude=_floats(table["latitude"]),
        longitude=_floats(table["longitude"]),
        kind=np.array([KINDS.index(k) for k in table["kind"]], dtype=np.int64),
        country=country,
        abroad=np.array([c != home for c in country], dtype=np.bool_),
        population=_floats(population),
        population_low=_floats(table["population_low"].fill_null(population)),
        population_high=_floats(table["population_high"].fill_null(population)),
        displaced_at_start=_floats(table["displaced_at_start"].fill_null(0)),
        capacity=_floats(table["capacity"].fill_null(-1)),
        key=keys_of(zip(table["latitude"].to_list(), table["longitude"].to_list(), strict=True)),
    )


def _floats(column: pl.Series) -> Floats:
    return np.ascontiguousarray(column.cast(pl.Float64).to_numpy(), dtype=np.float64)


def _home_country(crisis: Crisis, places: pl.DataFrame) -> str:
    """Return the country in which most attacked places lie; without attacks, that of most residents."""
    events = crisis.table("events")
    named = events.select("place").drop_nulls()
    inside = [place for area in events["area"].drop_nulls().unique() for place in crisis.areas[area]]
    areas = pl.DataFrame({"place": inside}, schema={"place": pl.String})
    attacked = pl.concat([named, areas]).unique().join(places, on="place")
    chosen = attacked if attacked.height else places
    weight = pl.len() if attacked.height else pl.col("population").sum()
    by_country = chosen.group_by("country").agg(weight.alias("weight")).sort(["weight", "country"], descending=True)
    return str(by_country["country"][0])


def _roads(crisis: Crisis, index: dict[str, int], names: dict[int, int]) -> Roads:
    rows = []
    for number, row in enumerate(crisis.table("routes").iter_rows(named=True)):
        ends = index[row["place1"]], index[row["place2"]]
        mode = MODES.index(row["mode"])
        gate = names.get(number, -1)
        for tail, head in (ends,) if row["one_way"] else (ends, ends[::-1]):
            rows.append((tail, head, row["distance_km"], mode, gate, number))
    rows.sort()
    columns = [list(column) for column in zip(*rows, strict=True)]
    tails, heads, modes, gates, routes = (np.array(columns[k], dtype=np.int64) for k in (0, 1, 3, 4, 5))
    return Roads(tails, heads, np.array(columns[2], dtype=np.float64), modes, gates, routes)


def _sides(crisis: Crisis) -> Ints:
    sides = crisis.table("actors")["side"].to_list()
    order = sorted(set(sides))
    return np.array([order.index(s) for s in sides], dtype=np.int64)


def _holders(crisis: Crisis, index: dict[str, int], actors: tuple[str, ...]) -> Ints:
    holder = np.full((crisis.days, len(index)), -1, dtype=np.int64)
    for row in crisis.table("control").sort("start").iter_rows(named=True):
        holder[max(0, day_of(crisis, row["start"], 0)) :, index[row["place"]]] = actors.index(row["actor"])
    return holder


def _terms(crisis: Crisis, index: dict[str, int]) -> Bools:
    """Return whether each place came to its holder by agreement, ``[t, p]``."""
    terms = np.zeros((crisis.days, len(index)), dtype=np.bool_)
    for row in crisis.table("control").sort("start").iter_rows(named=True):
        terms[max(0, day_of(crisis, row["start"], 0)) :, index[row["place"]]] = row["how"] == AGREEMENT
    return terms


def _enterable(crisis: Crisis, places: Places, index: dict[str, int]) -> Bools:
    free = np.ones((crisis.days, len(places.names)), dtype=np.bool_)
    for row in crisis.table("places").iter_rows(named=True):
        p = index[row["place"]]
        free[: max(0, day_of(crisis, row["opens"], 0)), p] = False
        free[max(0, day_of(crisis, row["closes"], crisis.days)) :, p] = False
    for row in crisis.table("closures").filter(kind="place").sort("start").iter_rows(named=True):
        free[_span(crisis, row), index[row["name1"]]] = row["policy"] != "closed"
    return free


def _span(crisis: Crisis, row: dict[str, dt.date | None]) -> slice:
    first = max(0, day_of(crisis, row["start"], 0))
    return slice(first, max(first, day_of(crisis, row["end"], crisis.days - 1) + 1))


def _lines(roads: Roads, places: Places, holder: Ints, side: Ints) -> Bools:
    """Return whether each road joins areas of two sides within one country without a gate, ``[t, r]``.

    Between two countries lies a border, which closures of kind border or gate rule.
    """
    sides = np.where(holder >= 0, side[holder], -1) if len(side) else np.full_like(holder, -1)
    here, there = sides[:, roads.tail], sides[:, roads.head]
    country = np.unique(np.array(places.country), return_inverse=True)[1]
    inland = country[roads.tail] == country[roads.head]
    return np.asarray((here != there) & (here >= 0) & (there >= 0) & (roads.gate < 0) & inland)


def _sealed(crisis: Crisis, roads: Roads, holder: Ints, side: Ints) -> Bools:
    """Return whether a rule seals the line between the holders of a road's ends, ``[t, r]``; specific rules first."""
    sealed = np.zeros((len(holder), len(roads)), dtype=np.bool_)
    names = sorted(set(crisis.table("actors")["side"].to_list()))
    sides = np.where(holder >= 0, side[holder], -1) if len(side) else np.full_like(holder, -1)
    rules = crisis.table("closures").filter(kind="line").with_columns(pl.col("name1").is_not_null().alias("own"))
    for row in rules.sort("own", "start").iter_rows(named=True):
        span = _span(crisis, row)
        if row["own"]:
            one, two = names.index(row["name1"]), names.index(row["name2"])
            here, there = sides[span][:, roads.tail], sides[span][:, roads.head]
            hit = ((here == one) & (there == two)) | ((here == two) & (there == one))
        else:
            hit = np.ones_like(sealed[span])
        sealed[span] = np.where(hit, row["policy"] == SEALED, sealed[span])
    return sealed


def _usable(crisis: Crisis, roads: Roads, index: dict[str, int], sealed: Bools, enterable: Bools) -> Bools:
    """Return whether each road is usable: no sealed line is crossed, and no rule closes the road or its far end."""
    usable = ~sealed
    ends = {n: {row["place1"], row["place2"]} for n, row in enumerate(crisis.table("routes").iter_rows(named=True))}
    for row in crisis.table("closures").filter(kind="route").sort("start").iter_rows(named=True):
        touched = [n for n, pair in ends.items() if pair == {row["name1"], row["name2"]}]
        if row["policy"] == "closed":
            usable[_span(crisis, row), :] &= ~np.isin(roads.route, touched)
    return np.ascontiguousarray(usable & ~_closed_places(crisis, index, enterable)[:, roads.head])


def _closed_places(crisis: Crisis, index: dict[str, int], enterable: Bools) -> Bools:
    """Return places closed by a rule of kind place, which nobody may even pass (unopened camps may be passed)."""
    closed = np.zeros_like(enterable)
    for row in crisis.table("closures").filter(kind="place").sort("start").iter_rows(named=True):
        closed[_span(crisis, row), index[row["name1"]]] = row["policy"] == "closed"
    return closed


def _regimes(*by_day: NDArray[np.generic]) -> Ints:
    """Return for each day the number of its period without changes, shape (days,)."""
    changed = np.zeros(len(by_day[0]), dtype=np.bool_)
    for array in by_day:
        changed[1:] |= (array[1:] != array[:-1]).any(axis=1)
    return np.cumsum(changed).astype(np.int64)
