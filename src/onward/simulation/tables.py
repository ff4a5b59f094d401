"""Convert a member's arrays to tables: stock, flows, gates, movements, displacements."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onward.engine.state import TIMES, Daily, Result
from onward.model.build import Model
from onward.model.network import Network
from onward.simulation.member import Outcome
from onward.typing import Floats, Ints

#: the states of the stock table, in the order in which a person passes them
STATES = ("home", "here", "gate", "way", "out")
MOVEMENTS = ("left_home", "fled_again", "moved_on", "arrived", "returned")
#: who is exposed to attacks: residents, displaced people staying or waiting, people under way
EXPOSED = ("home", "displaced", "way")
TABLES = ("stock", "flows", "gates", "movements", "times", "attacks", "exposure", "claims", "parameters")
#: the table of who passed near held ground, which only runs that are asked have
NEAR = "near"

State = pl.Enum(STATES)
Movement = pl.Enum(MOVEMENTS)


def frames(outcome: Outcome, model: Model, member: int) -> dict[str, pl.DataFrame]:
    """Build the member's tables by name; rows with 0 people are left out (except in ``gates``).

    ``stock`` (member, date, place, state, people): stocks at the end of the day. ``flows`` (member, date, origin,
    from_place, to_place, times, people): legs between stops on the day they end; origin is null where unknown.
    ``gates`` (member, date, gate, waiting, passed). ``movements`` (member, date, place, movement, people). ``times``
    (member, date, times, people): people away from home by times displaced; the last class includes more. ``attacks``
    (member, date, place, attacks): the attacks drawn for the member, an input. ``exposure`` (member, date, place,
    holder, state, people): person-days under attack; those under way count at the place last passed; holder is null
    where unknown. ``claims`` (member, claim, value): the simulated value of each claim, null where the model has none.
    ``parameters`` (member, parameter, value): the member's parameters. Where it is asked, ``near`` (member, actor, km,
    origin, destination, people, near): who left home, and those of them who passed within km of ground that the actor
    held at that time; destination is where they are in the end, null if they are under way.
    """
    result, network = outcome.result, outcome.network
    near = {NEAR: _near(outcome, model, member)} if result.ended is not None else {}
    return {
        "stock": _by_place(result.daily, STATES, "state", State, network, member),
        "flows": _flows(result, network, member),
        "gates": _gates(result.daily, network, member),
        "movements": _by_place(result.daily, MOVEMENTS, "movement", Movement, network, member),
        "times": _times(result.daily, network, member),
        "attacks": _attacks(outcome.attacks, network, member),
        "exposure": _exposure(outcome, network, member),
        "claims": _claims(outcome, model, member),
        "parameters": _parameters(outcome, member),
        **near,
    }


def tables_of(model: Model, labels: bool = True) -> tuple[str, ...]:
    """Return the names of the tables that members of a run of this model have."""
    return (*TABLES, NEAR) if model.near.asked and labels else TABLES


def _near(outcome: Outcome, model: Model, member: int) -> pl.DataFrame:
    """Who left home, by where they are in the end: all, and those who passed near ground an actor held at the time."""
    ended, network = outcome.result.ended, outcome.network
    assert ended is not None
    asked, names, kind = model.near.asked, network.places.names, place_type(network)
    here = len(names)  # the last row stands for an unknown origin, the last column for people under way
    row, origin, destination = np.nonzero(np.broadcast_to(ended[None, :, :, 0], (len(asked), *ended.shape[:2])))
    return pl.DataFrame(
        {
            "member": np.full(len(row), member, dtype=np.int32),
            "actor": _named(row, tuple(near.actor for near in asked), pl.Enum(network.actors)),
            "km": np.array([near.km for near in asked])[row],
            "origin": _named(np.where(origin == here, -1, origin), names, kind),
            "destination": _named(np.where(destination == here, -1, destination), names, kind),
            "people": ended[origin, destination, 0],
            "near": ended[origin, destination, 1 + row],
        }
    ).sort("actor", "km", "origin", "destination")


def _attacks(attacks: Floats, network: Network, member: int) -> pl.DataFrame:
    places, by_name = _by_name(network)
    t, k = np.nonzero(attacks[:, by_name])
    return pl.DataFrame(
        {
            "member": np.full(len(t), member, dtype=np.int32),
            "date": _dates(t, network.start),
            "place": _named(k, places, place_type(network)),
            "attacks": attacks[t, by_name[k]],
        }
    )


def _exposure(outcome: Outcome, network: Network, member: int) -> pl.DataFrame:
    """Return person-days under attack: people at a place times its attacks of the day, at most one."""
    daily = outcome.result.daily
    places, by_name = _by_name(network)
    t, k = np.nonzero(outcome.attacks[:, by_name])
    p = by_name[k]
    there = np.stack([daily.home[t, p], daily.here[t, p] + daily.gate[t, p], daily.way[t, p]], axis=1)
    exposed = there * np.minimum(outcome.attacks[t, p], 1.0)[:, None]
    row, s = np.nonzero(exposed)
    t, k, p = t[row], k[row], p[row]
    return pl.DataFrame(
        {
            "member": np.full(len(t), member, dtype=np.int32),
            "date": _dates(t, network.start),
            "place": _named(k, places, place_type(network)),
            "holder": _named(network.holder[t, p], network.actors, pl.Enum(network.actors)),
            "state": _named(s, EXPOSED, pl.Enum(EXPOSED)),
            "people": exposed[row, s].astype(daily.home.dtype),
        }
    )


def _claims(outcome: Outcome, model: Model, member: int) -> pl.DataFrame:
    names = [claim.name for claim in model.claims]
    return pl.DataFrame(
        {
            "member": np.full(len(names), member, dtype=np.int32),
            "claim": pl.Series(names, dtype=pl.String),
            "value": pl.Series(outcome.claims, dtype=pl.Float64),
        }
    )


def _parameters(outcome: Outcome, member: int) -> pl.DataFrame:
    names = list(outcome.values)
    return pl.DataFrame(
        {
            "member": np.full(len(names), member, dtype=np.int32),
            "parameter": pl.Series(names, dtype=pl.String),
            "value": pl.Series(list(outcome.values.values()), dtype=pl.Float64),
        }
    )


def place_type(network: Network) -> pl.Enum:
    """Return the type of place columns: the place names, in the order of the tables."""
    return _type_of(network.places.names)


@lru_cache
def _type_of(names: tuple[str, ...]) -> pl.Enum:
    return pl.Enum(sorted(names))


def _by_name(network: Network) -> tuple[tuple[str, ...], Ints]:
    """Return the place names in the order of the tables, and the number of each place."""
    names = network.places.names
    order = sorted(range(len(names)), key=names.__getitem__)
    return tuple(names[p] for p in order), np.array(order, dtype=np.int64)


@lru_cache
def _typed(names: tuple[str, ...], kind: pl.Enum) -> pl.Series:
    return pl.Series([*names, None], dtype=kind)


def _named(rows: NDArray[np.integer], names: tuple[str, ...], kind: pl.Enum) -> pl.Series:
    """Convert row numbers to names of type ``kind``; a negative number becomes null."""
    known = np.where(rows < 0, len(names), rows).astype(np.uint32)
    return _typed(names, kind)[known]  # gather() would start a query


def _dates(days: NDArray[np.integer], start: dt.date) -> pl.Series:
    first = start.toordinal() - dt.date(1970, 1, 1).toordinal()
    return pl.Series((days + first).astype(np.int32)).cast(pl.Date)


def _by_place(
    daily: Daily, fields: tuple[str, ...], column: str, kind: pl.Enum, network: Network, member: int
) -> pl.DataFrame:
    names, by_name = _by_name(network)
    cube = np.stack([getattr(daily, f) for f in fields], axis=2)[:, by_name]
    at = np.flatnonzero(cube)  # faster than `nonzero` of a cube
    cell = at // len(fields)
    t = cell // len(names)
    return pl.DataFrame(
        {
            "member": np.full(len(t), member, dtype=np.int32),
            "date": _dates(t, network.start),
            "place": _named(cell - t * len(names), names, place_type(network)),
            column: _named(at - cell * len(fields), fields, kind),
            "people": cube.ravel()[at],
        }
    )


def _flows(result: Result, network: Network, member: int) -> pl.DataFrame:
    """Return the legs sorted by day, origin (unknown first), from, to and times."""
    names, kind = network.places.names, place_type(network)
    day, origin, start, end, times = result.flows.key.T
    return pl.DataFrame(
        {
            "member": np.full(len(day), member, dtype=np.int32),
            "date": _dates(day, network.start),
            "origin": _named(origin, names, kind),
            "from_place": _named(start, names, kind),
            "to_place": _named(end, names, kind),
            "times": times.astype(np.int8),
            "people": result.flows.people,
        }
    )


def _gates(daily: Daily, network: Network, member: int) -> pl.DataFrame:
    days, gates = daily.waiting.shape
    kind = pl.Enum(network.gates.names)
    return pl.DataFrame(
        {
            "member": np.full(days * gates, member, dtype=np.int32),
            "date": _dates(np.repeat(np.arange(days), gates), network.start),
            "gate": _named(np.tile(np.arange(gates), days), network.gates.names, kind),
            "waiting": daily.waiting.ravel(),
            "passed": daily.passed.ravel(),
        }
    )


def _times(daily: Daily, network: Network, member: int) -> pl.DataFrame:
    days = len(daily.times)
    return pl.DataFrame(
        {
            "member": np.full(days * TIMES, member, dtype=np.int32),
            "date": _dates(np.repeat(np.arange(days), TIMES), network.start),
            "times": np.tile(np.arange(1, TIMES + 1), days).astype(np.int8),
            "people": daily.times.ravel(),
        }
    )
