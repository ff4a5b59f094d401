"""Result tables of a member under Flee's rules, in people and with Flee's names."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onward.flee.rules import FleeModel, registered_stocks
from onward.flee.state import FleeResult
from onward.simulation.itineraries import ITINERARIES, itinerary_frame
from onward.simulation.tables import Movement, State

FLEE_TABLES = ("stock", "flows", "gates", "movements", "times")


def tables_of(engine: str, model: FleeModel) -> tuple[str, ...]:
    """Return the names of a member's tables: *individuals* has itineraries too, if they are kept."""
    return (*FLEE_TABLES, ITINERARIES) if engine == "individuals" and model.options.journeys else FLEE_TABLES


def flee_frames(result: FleeResult, model: FleeModel, member: int) -> dict[str, pl.DataFrame]:
    """Build the member's tables by name; rows with 0 people are left out.

    ``stock``: state ``here`` at a location, ``way`` on a link, by the location left. ``flows``: legs of links by the
    day they end, without origin and number of times. ``movements``: ``left_home`` are newly displaced people,
    ``arrived`` people who ended a link. ``gates`` and ``times`` are empty, because Flee has neither. ``itineraries``
    where they were kept.
    """
    people, walked = model.instance.settings.hasten, result.journeys
    whole = {} if walked is None else {ITINERARIES: itinerary_frame(walked, model.names, member)}
    return {
        "stock": _by_place({"here": result.stock, "way": result.way}, "state", State, model, member, people),
        "flows": _flows(result, model, member, people),
        "gates": _empty({"gate": pl.Enum([]), "waiting": _kind(result), "passed": _kind(result)}),
        "movements": _by_place(
            {"left_home": result.spawned, "arrived": _arrived(result, model)},
            "movement",
            Movement,
            model,
            member,
            people,
        ),
        "times": _empty({"times": pl.Int8, "people": _kind(result)}),
        **whole,
    }


def _kind(result: FleeResult) -> type[pl.DataType]:
    return pl.Float64 if result.stock.dtype == np.float64 else pl.Int64


def _empty(columns: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame(schema={"member": pl.Int32, "date": pl.Date, **columns})


def _arrived(result: FleeResult, model: FleeModel) -> NDArray[np.generic]:
    arrived = np.zeros_like(result.stock)
    np.add.at(arrived.T, model.link_ends[:, 1], result.legs.T)
    return arrived


def _dates(days: NDArray[np.integer], start: dt.date) -> pl.Series:
    first = start.toordinal() - dt.date(1970, 1, 1).toordinal()
    return pl.Series((days + first).astype(np.int32)).cast(pl.Date)


def _places(rows: NDArray[np.integer], model: FleeModel) -> pl.Series:
    kind = pl.Enum(sorted(model.names))
    order = np.argsort(np.argsort(np.array(model.names)))
    return pl.Series(sorted(model.names), dtype=kind).gather(order[rows])


def _by_place(
    arrays: dict[str, NDArray[np.generic]], column: str, kind: pl.Enum, model: FleeModel, member: int, people: int
) -> pl.DataFrame:
    cube = np.stack(list(arrays.values()), axis=2)
    t, p, s = np.nonzero(cube)
    words = pl.Series(list(arrays), dtype=kind)
    return pl.DataFrame(
        {
            "member": np.full(len(t), member, dtype=np.int32),
            "date": _dates(t, model.instance.start),
            "place": _places(p, model),
            column: words.gather(s),
            "people": cube[t, p, s] * people,
        }
    ).sort("date", "place", column)


def _flows(result: FleeResult, model: FleeModel, member: int, people: int) -> pl.DataFrame:
    t, r = np.nonzero(result.legs)
    kind = pl.Enum(sorted(model.names))
    legs = pl.DataFrame(
        {
            "member": np.full(len(t), member, dtype=np.int32),
            "date": _dates(t, model.instance.start),
            "origin": pl.Series([None] * len(t), dtype=kind),
            "from_place": _places(model.link_ends[r, 0], model),
            "to_place": _places(model.link_ends[r, 1], model),
            "times": pl.Series([None] * len(t), dtype=pl.Int8),
            "people": result.legs[t, r] * people,
        }
    )
    keys = ["member", "date", "origin", "from_place", "to_place", "times"]
    return legs.group_by(keys, maintain_order=True).agg(pl.col("people").sum()).sort(keys)


def registrations_frame(model: FleeModel) -> pl.DataFrame:
    """Return the figures that Flee compares each camp with: (date, place, people, observed).

    ``people`` is interpolated between counts and held outside them; ``observed`` is the count itself on the days of
    real counts, else null. Both are after Flee's corrections, in people, less those of day 0 where Flee starts empty.
    """
    instance, rows = model.instance, []
    for p in model.camps:
        name = model.names[p]
        series = registered_stocks(instance, name) * instance.settings.hasten
        observed = np.full(instance.days, np.nan)
        offset = instance.registrations.series(name)[0] if instance.settings.empty_camps_on_day0 else 0
        for day, count in instance.registrations.observed(name):
            observed[int(day)] = (count - offset) * instance.settings.hasten
        rows.append(
            pl.DataFrame(
                {
                    "date": _dates(np.arange(instance.days), instance.start),
                    "place": _places(np.full(instance.days, p), model),
                    "people": series,
                    "observed": pl.Series(observed).fill_nan(None),
                }
            )
        )
    return (
        pl.concat(rows)
        if rows
        else pl.DataFrame(schema={"date": pl.Date, "place": pl.String, "people": pl.Int64, "observed": pl.Float64})
    )
