"""Random small crises for the laws of the engine, built in memory and checked like those read from a folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

import polars as pl
from hypothesis import strategies as st

from onward.crisis import Crisis, crisis_from_tables, tables

Row = dict[str, Any]

START = date(2020, 3, 1)
HISTORY = START - timedelta(days=10)
KINDS = ("city", "town", "village", "camp", "informal", "crossing", "hub")
GATES = ("north", "south")
SIDES = {"army": "state", "rebels": "opposition"}
PEOPLE = (1, 40, 900, 20_000, 20_000, 1_500_000)
#: random crises that the laws are held against: making and running one costs more than most laws; raise it to hunt
POOL = 40
#: values that stir up every rule within a few days; each is also left at its default
STIRRED = {
    "attack_weight": 0.3,
    "takeover_weight": 2.0,
    "onward_town": 0.3,
    "onward_camp": 0.2,
    "crowding": 0.5,
    "contagion": 0.5,
    "stage_share": 0.5,
    "immobile_share": 0.0,
    "share_foot": 1.0,
    "gate_giving_up": 0.6,
    "gate_leak": 2.5,
    "irregular_crossing": 0.3,
    "gate_detour_km": 0.0,
    "choice_floor": 0.0,
    "choice_places": 2,
    "speed_car": 60,
}
RETURN = {"return_rate": 0.5, "return_agreement": 0.7, "return_calm_days": 1}


def frame(name: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Return the table called ``name`` of rows that may leave out columns."""
    columns = tables()[name].names
    filled = [{c: row.get(c) for c in columns} for row in rows]
    return pl.DataFrame(filled, schema=columns, infer_schema_length=None)


def make_crisis(days: int, rows: dict[str, list[Row]], parameters: dict[str, float] | None = None) -> Crisis:
    """Return a checked crisis of that many days from the rows of its tables."""
    header = {
        "name": "random",
        "title": "A random crisis",
        "start": START,
        "end": day(days - 1),
        "history_start": HISTORY,
        "parameters": parameters or {},
    }
    return crisis_from_tables(header, {name: frame(name, r) for name, r in rows.items() if r})


def day(t: int) -> date:
    """Return the date of day ``t``; the first is day 0."""
    return START + timedelta(days=t)


def crises(returning: bool | None = None) -> st.SearchStrategy[Crisis]:
    """`POOL` random crises of 2-8 places and 4-14 days; ``returning`` says whether people go home (None: in half)."""
    return st.integers(0, POOL - 1).map(lambda seed: crisis_of_seed(seed, returning))


@cache
def crisis_of_seed(seed: int, returning: bool | None) -> Crisis:
    """Return a random crisis, the same object each time, so that what was computed of it can be used again."""
    returns = seed % 2 == 0 if returning is None else returning
    return random_crisis(places=2 + seed % 7, days=4 + 3 * seed % 11, seed=seed, returning=returns)


def random_crisis(*, places: int, days: int, seed: int, returning: bool) -> Crisis:
    """Return the random crisis of that seed."""
    rng = Random(seed)
    names = [f"p{i}" for i in range(places)]
    rows = {
        "places": [_place(rng, name, i, days) for i, name in enumerate(names)],
        "routes": _routes(rng, names),
        "actors": [{"actor": actor, "side": side} for actor, side in SIDES.items()],
        "control": [row for name in names for row in _control(rng, name, days)],
        "areas": [{"area": "land", "place": name} for name in names[:3]],
        "groups": [],
        "fears": [],
    }
    if rng.random() < 0.5:
        rows |= _groups(rng, names)
    rows["events"] = _distinct(_event(rng, names, days) for _ in range(rng.randint(1, 6)))
    rows["closures"] = _closures(rng, rows, days)
    stirred = {name: value for name, value in STIRRED.items() if rng.random() < 0.5}
    return make_crisis(days, rows, {**stirred, **(RETURN if returning else {})})


def _distinct(rows: Any) -> list[Row]:
    return list({tuple(row.items()): row for row in rows}.values())


def _place(rng: Random, name: str, i: int, days: int) -> Row:
    return {
        "place": name,
        "country": rng.choice(("XAA", "XAA", "XBB")),
        "latitude": 36 + 0.05 * i + rng.randint(0, 9) / 300,
        "longitude": 37 + rng.randint(0, 30) / 20,
        "kind": rng.choice(KINDS),
        "population": rng.choice(PEOPLE),
        "displaced_at_start": rng.choice((0, 0, 3, 5_000)),
        "capacity": rng.choice((None, None, 0, 30, 4_000)),
        "opens": rng.choice((None, None, None, day(0), day(days // 2))),
        "closes": rng.choice((None, None, None, day(days - 1))),
    }


def _routes(rng: Random, names: list[str]) -> list[Row]:
    """A road from each place to an earlier one, and as many more."""
    pairs = {(rng.randrange(i), i) for i in range(1, len(names))}
    pairs |= {tuple(sorted(rng.sample(range(len(names)), 2))) for _ in names}
    return [_route(rng, names[a], names[b]) for a, b in sorted(pairs)]


def _route(rng: Random, a: str, b: str) -> Row:
    return {
        "place1": a,
        "place2": b,
        "distance_km": rng.choice((rng.randint(4, 60), rng.randint(4, 900))) / 2,
        "mode": rng.choice(("road", "road", "foot", "water")),
        "one_way": rng.choice(("no", "no", "no", "yes")),
        "gate": rng.choice((None, None, *GATES)),
    }


def _control(rng: Random, name: str, days: int) -> list[Row]:
    first, then = rng.choice((None, *SIDES)), rng.choice((None, None, *SIDES))
    rows = [{"place": name, "start": HISTORY, "actor": first}] if first else []
    at = day(rng.randint(1, days - 1))
    return rows + ([{"place": name, "start": at, "actor": then}] if then else [])


def _groups(rng: Random, names: list[str]) -> dict[str, list[Row]]:
    share = rng.choice((0.0, 0.25, 0.5))
    groups = [{"group": "east", "share": 1.0}]
    groups += [{"place": names[-1], "group": "east", "share": share}]
    groups += [{"place": names[-1], "group": "west", "share": 1.0 - share}]
    pairs = [(group, actor) for group in ("east", "west") for actor in SIDES]
    return {"groups": groups, "fears": [_fear(rng, *pair) for pair in pairs]}


def _fear(rng: Random, group: str, actor: str) -> Row:
    return {"group": group, "actor": actor, "weight": rng.choice((0.0, 0.4, 1.0)), "refuge": rng.randint(-2, 1)}


def _event(rng: Random, names: list[str], days: int) -> Row:
    first = rng.randint(-8, days - 1)
    n = rng.choice((1.0, 3.0, 40.0))
    where = ({"place": rng.choice(names)}, {"area": "land"}, {"latitude": 36.2, "longitude": 37.4})
    return {
        "start": day(first),
        "end": day(rng.randint(first, min(days - 1, first + 3))),
        "type": rng.choice(("air", "shelling", "ground")),
        "actor": rng.choice(tuple(SIDES)),
        "n": n,
        "fatalities": float(rng.randint(0, 9)),
        **rng.choice(where),
        **rng.choice(({}, {"n_low": n / 2, "n_high": 2 * n})),
    }


def _closures(rng: Random, rows: dict[str, list[Row]], days: int) -> list[Row]:
    """Rules for each gate, the border, a road and a place: up to three spells each that do not overlap."""
    first = rows["routes"][0]
    named = [("gate", g, None) for g in GATES if any(r["gate"] == g for r in rows["routes"])]
    if {p["country"] for p in rows["places"]} == {"XAA", "XBB"}:
        named.append(("border", "XAA", "XBB"))
    named.append(("route", first["place1"], first["place2"]))
    named.append(("place", rows["places"][-1]["place"], None))
    return [row for thing in named for row in _spells(rng, thing, days)]


def _spells(rng: Random, thing: tuple[str, str, str | None], days: int) -> list[Row]:
    kind, name1, name2 = thing
    policies = ("open", "closed") if kind == "place" else ("open", "closed", "quota", "quota")
    cuts = sorted(rng.sample(range(days + 1), rng.randint(0, 4)))
    rows = []
    for since, until in pairwise(cuts):
        row = {"kind": kind, "name1": name1, "name2": name2, "start": day(since), "end": day(until - 1)}
        row["policy"] = rng.choice(policies)
        if row["policy"] == "quota":
            quota = rng.choice((0.0, 0.4, 7.5, 300.0))
            row |= {"people_per_day": quota, "low": quota / 2, "high": 2 * quota}
        rows.append(row)
    return rows
