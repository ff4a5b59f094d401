"""Import ACLED exports as attacks and changes of control (columns of 2023 and later, and legacy).

- Battles are ``ground``; ACLED's order of actors does not say who attacked, so each side counts for half.
- Air and drone strikes are ``air``, shelling and missiles ``shelling``, mines and bombs ``other``, attacks on civilians
  ``ground``, other violence against them ``other``; the attacker is actor 1.
- Protests, riots and other strategic developments are left out.
- A taking or handing over of territory gives the nearest place within `TAKEN_KM` to actor 1 from that day on.
- ``time_precision`` 2 is a week and 3 a month around the day, ``geo_precision`` 3 is an admin unit: ranges and areas.
- Fatalities are the most conservative report, and 0 where nothing is reported.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.crisis import Crisis
from onward.sources.actors import Actors, actors_of, add_attackers
from onward.sources.addition import Addition
from onward.sources.options import Options
from onward.sources.publisher_file import Field, read_rows
from onward.sources.sites import Sites, sites_of

PUBLISHER = "ACLED (Armed Conflict Location and Event Data), terms of use of acleddata.com"

FIELDS = (
    Field("event_id_cnty", required=True, aliases=("event id", "data_id")),
    Field("event_date", "day", required=True),
    Field("time_precision", "whole", low=1, high=3),
    Field("event_type", required=True),
    Field("sub_event_type"),
    Field("actor1"),
    Field("actor2"),
    Field("admin1"),
    Field("admin2"),
    Field("location"),
    Field("latitude", "number", required=True, low=-90, high=90),
    Field("longitude", "number", required=True, low=-180, high=180),
    Field("geo_precision", "whole", low=1, high=3),
    Field("fatalities", "whole", low=0),
)

#: km within which a place is the one that changed hands (own choice: places of a crisis are towns)
TAKEN_KM = 10.0
WEEK, MONTH, REGION = 2, 3, 3
DEGREE_KM = 111.0
ALONE = "unidentified armed group"


def import_acled(crisis: Crisis, paths: Sequence[Path], options: Options) -> Addition:
    """Read ACLED files as attacks and changes of control of a crisis.

    Parameters
    ----------
    crisis
        Its places, actors and days say what is taken.
    paths
        The files; of records with one id the last wins.
    options
        Names of parties, attacks per record, and how far from a place is too far.

    Returns
    -------
    Addition
        Rows of events, control, areas and actors, and a provenance row for each record used.
    """
    found = Addition(PUBLISHER)
    records = _records(paths, crisis, options, found)
    sites, known = sites_of(crisis), actors_of(crisis, options.actors)
    before = set(sites.areas)
    near, far = sites.nearest(records["latitude"].to_numpy(), records["longitude"].to_numpy())
    lost = other = 0
    for row, place, km in zip(records.iter_rows(named=True), near, far, strict=True):
        kinds, taken = list(_attackers(row)), _taken(row) and km <= TAKEN_KM
        if not kinds and not taken:
            other += 1
            continue
        where = _where(row, sites, sites.names[place], float(km), options.within_km) if kinds else None
        if where is None and not taken:
            lost += 1
            continue
        code = found.record(f"acled:{row['event_id_cnty']}", Path(row["file"]), row[ROW], row["event_id_cnty"])
        if where is not None:
            for (actor, kind), share in known.shares(kinds).items():
                attack = _attack(row, crisis, actor, kind, share, options)
                found.add("events", {**where, **attack, "source": code})
        if taken:
            _take(found, row, sites.names[place], known, code)
    found.drop(lost, f"farther than {options.within_km:g} km from any place")
    found.drop(other, "protests, riots, developments without attack, or territory far from any place")
    _finish(found, sites, before, known, crisis)
    return found


def _records(paths: Sequence[Path], crisis: Crisis, options: Options, found: Addition) -> pl.DataFrame:
    """Return the records of the crisis's days and surroundings, each id once."""
    latitude, longitude = (crisis.table("places")[name].to_numpy() for name in ("latitude", "longitude"))
    high = options.within_km / DEGREE_KM
    wide = high / max(0.05, math.cos(math.radians(min(89.0, float(abs(latitude).max()) + high))))
    inside = (
        pl.col("event_date").is_between(crisis.history_start, crisis.end)
        & pl.col("latitude").is_between(latitude.min() - high, latitude.max() + high)
        & pl.col("longitude").is_between(longitude.min() - wide, longitude.max() + wide)
    )
    frames = [read_rows(p, FIELDS, keep=inside).with_columns(pl.lit(p.name).alias("file")) for p in paths]
    every = pl.concat(frames)
    once = every.unique("event_id_cnty", keep="last", maintain_order=True)
    if every.height > once.height:
        found.merged.append(f"{every.height - once.height} records given again (the last one counts)")
    found.taken.append(f"from {once.height} records of the crisis's days and surroundings")
    return once


def _kind(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["event_type"].lower(), (row["sub_event_type"] or "").lower()


def _attackers(row: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Return who attacked, how, and with which share of the record's attacks; nothing for what is no attack."""
    event, sub = _kind(row)
    one, two = row["actor1"] or ALONE, row["actor2"]
    if event.startswith("battle"):
        if two is None:
            yield one, "ground", 1.0
        else:
            yield one, "ground", 0.5
            yield two, "ground", 0.5
    elif "remote violence" in event:
        air, shells = "air" in sub or "drone" in sub, "shelling" in sub or "missile" in sub or "artillery" in sub
        yield one, "air" if air else "shelling" if shells else "other", 1.0
    elif event.startswith("violence against civilians"):
        yield one, "ground" if sub in ("", "attack") else "other", 1.0


def _taken(row: Mapping[str, Any]) -> bool:
    """Return whether the record says that territory changed hands."""
    words = " ".join(_kind(row))
    return any(part in words for part in ("overtakes territory", "regains territory", "transfer of territory"))


def _where(row: Mapping[str, Any], sites: Sites, nearest: str, km: float, within_km: float) -> dict[str, Any] | None:
    point = (row["latitude"], row["longitude"])
    if row["geo_precision"] != REGION:
        return {"latitude": point[0], "longitude": point[1]} if km <= within_km else None
    level = 0 if row["admin2"] is None else 1
    unit = (row["admin1"], row["admin2"])[level] or ""
    return sites.vague(point, nearest, km, within_km, level=level, unit=unit, name=f"acled {unit or nearest}")


def _days(row: Mapping[str, Any], crisis: Crisis) -> tuple[dt.date, dt.date]:
    """Return the days on which a record may have happened, inside the crisis."""
    day: dt.date = row["event_date"]
    first = last = day
    if row["time_precision"] == WEEK:
        first, last = day - dt.timedelta(days=3), day + dt.timedelta(days=3)
    elif row["time_precision"] == MONTH:
        first, last = day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return max(first, crisis.history_start), min(last, crisis.end)


def _attack(
    row: Mapping[str, Any], crisis: Crisis, actor: str, kind: str, share: float, options: Options
) -> dict[str, Any]:
    start, end = _days(row, crisis)
    per = options.attacks
    return {
        "start": start,
        "end": end if end > start else None,
        "type": kind,
        "actor": actor,
        "n": round(share * per.n, 4),
        "n_low": round(share * per.low, 4) if per.low < per.n else None,
        "n_high": round(share * per.high, 4) if per.high > per.n else None,
        "fatalities": round((row["fatalities"] or 0) / per.n, 4),
    }


def _take(found: Addition, row: Mapping[str, Any], place: str, known: Actors, code: str) -> None:
    found.add("control", {"place": place, "start": row["event_date"], "actor": known.of(row["actor1"] or ALONE),
                          "source": code})  # fmt: skip


def _finish(found: Addition, sites: Sites, before: set[str], known: Actors, crisis: Crisis) -> None:
    for area in sites.areas.keys() - before:
        for place in sites.areas[area]:
            found.add("areas", {"area": area, "place": place})
    changes = found.tables.get("control", [])
    last = {(row["place"], row["start"]): row for row in changes}
    if len(changes) > len(last):
        found.merged.append(f"{len(changes) - len(last)} changes of control of one place and day (the last one counts)")
    if changes:
        found.tables["control"] = list(last.values())
    found.taken.append(f"{len(found.tables.get('events', []))} rows of attacks and {len(last)} changes of control")
    add_attackers(found, known, crisis)
