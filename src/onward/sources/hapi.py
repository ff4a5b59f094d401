"""Import HDX HAPI (OCHA): displaced people, refugees and conflict events, recognised by their columns.

- Displaced people: as for IOM DTM.
- Refugees: only rows of all sexes and ages are read, since the others are parts of them, as stocks of the country of
  refuge at the end of the period.
- Conflict events by month and admin unit: ``political_violence`` only, since ``civilian_targeting`` is a part of it in
  other words and ``demonstration`` is no attack. No attacker is named, so all are by one unknown party.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.crisis import Crisis
from onward.errors import ParameterError
from onward.sources.actors import actors_of, add_attackers
from onward.sources.addition import Addition
from onward.sources.dtm import import_hapi_idps
from onward.sources.options import Options
from onward.sources.publisher_file import Field, plain, read_rows
from onward.sources.units import Count, Units, add_counts, units_of

PUBLISHER = "HDX HAPI (OCHA)"
UNKNOWN_PARTY = "unidentified armed group"

_PERIOD = (
    Field("start", "day", required=True, aliases=("reference_period_start",)),
    Field("end", "day", required=True, aliases=("reference_period_end",)),
)
REFUGEES = (
    Field("origin", required=True, aliases=("origin_location_code",)),
    Field("asylum", required=True, aliases=("asylum_location_code",)),
    Field("group", required=True, aliases=("population_group",)),
    Field("gender"),
    Field("age_range"),
    Field("people", "whole", required=True, aliases=("population",), low=0),
    *_PERIOD,
)
EVENTS = (
    Field("country", required=True, aliases=("location_code",)),
    Field("admin1", aliases=("admin1_name", "provider_admin1_name")),
    Field("admin2", aliases=("admin2_name", "provider_admin2_name")),
    Field("pcode", aliases=("admin2_code",)),
    Field("event_type", required=True),
    Field("events", "whole", required=True, low=0, gaps=True),
    Field("fatalities", "whole", low=0),
    *_PERIOD,
)
FLED = ("REF", "ROC", "ASY", "OIP")


def import_hapi(crisis: Crisis, paths: Sequence[Path], options: Options) -> Addition:
    """Read HAPI files of one theme: displaced people, refugees, or conflict events.

    Parameters
    ----------
    crisis
        Its places, admin units and days say what is taken.
    paths
        The files, all of one theme.
    options
        Names of parties and attacks per record, for conflict events.

    Returns
    -------
    Addition
        Rows of counts and areas, or of events and actors, and a provenance row for each record used.

    Raises
    ------
    CrisisDataError
        If a file cannot be read, with every cell that is not what its column holds.
    """
    themes = {_theme(path) for path in paths}
    if len(themes) > 1:
        raise ParameterError("onward import hapi: the files are of several themes. Import each theme by itself.")
    theme = themes.pop()
    if theme == "refugees":
        return _refugees(crisis, paths)
    return _events(crisis, paths, options) if theme == "events" else import_hapi_idps(crisis, paths, options)


def _theme(path: Path) -> str:
    """Return the theme of a file by its header; a file that cannot be read is left to its reader."""
    if not path.is_file():
        return "idps"
    with path.open("rb") as file:
        header = {plain(cell) for cell in file.readline().decode("utf-8-sig", errors="replace").split(",")}
    return "refugees" if "asylumlocationcode" in header else "events" if "eventtype" in header else "idps"


def _read(paths: Sequence[Path], fields: Sequence[Field]) -> pl.DataFrame:
    return pl.concat(read_rows(p, fields).with_columns(pl.lit(p.name).alias("file")) for p in paths)


def _refugees(crisis: Crisis, paths: Sequence[Path]) -> Addition:
    found, units = Addition(PUBLISHER), units_of(crisis)
    every = _read(paths, REFUGEES)
    kinds = (pl.col(name).fill_null("all").str.to_lowercase() for name in ("gender", "age_range"))
    whole = pl.all_horizontal(kind == "all" for kind in kinds)
    rows = every.filter(whole, pl.col("group").is_in(FLED))
    found.drop(every.height - rows.height, "of one sex or age group, or of other populations")
    home = set(crisis.table("places")["country"])
    add_counts(found, _stocks(rows, home, units, found), units, crisis)
    return found


def _stocks(rows: pl.DataFrame, home: set[str], units: Units, found: Addition) -> Iterator[Count]:
    sums: dict[tuple[dt.date, str], tuple[int, dict[str, Any]]] = {}
    other = 0
    for row in rows.iter_rows(named=True):
        area = units.find(country=row["asylum"])
        if row["origin"] not in home or row["origin"] == row["asylum"] or area is None:
            other += 1
            continue
        before, first = sums.get((row["end"], area), (0, row))
        sums[row["end"], area] = before + row["people"], first
    for (day, area), (people, row) in sorted(sums.items(), key=lambda item: item[0]):
        code = f"hapi-refugees:{row['asylum']}:{day}"
        yield Count(day, area, "stock", people, code, Path(row["file"]), row[ROW], code)
    found.drop(other, "of origins or countries of refuge outside the crisis")


def _events(crisis: Crisis, paths: Sequence[Path], options: Options) -> Addition:
    found, units, known = Addition(PUBLISHER), units_of(crisis), actors_of(crisis, options.actors)
    rows, used, per = _read(paths, EVENTS), set[str](), options.attacks
    some = rows.filter(pl.col("event_type") == "political_violence", pl.col("events") > 0)
    found.drop(rows.height - some.height, "of demonstrations, of civilian targeting, or without events")
    inside = some.filter(pl.col("end") >= crisis.history_start, pl.col("start") <= crisis.end)
    found.drop(some.height - inside.height, f"outside {crisis.history_start} to {crisis.end}")
    lost = 0
    for row in inside.iter_rows(named=True):
        area = units.find(country=row["country"], names=(row["admin1"], row["admin2"]), pcode=row["pcode"])
        if area is None or row["admin1"] is None:
            lost += 1
            continue
        used.add(area)
        start, end = max(row["start"], crisis.history_start), min(row["end"], crisis.end)
        n = row["events"] * ((end - start).days + 1) / ((row["end"] - row["start"]).days + 1)
        code = found.record(f"hapi-events:{area}:{row['start']}", Path(row["file"]), row[ROW])
        found.add("events", {
            "start": start, "end": end, "area": area, "type": "other", "actor": known.of(UNKNOWN_PARTY), "source": code,
            "n": round(n * per.n, 4), "n_low": round(n * per.low, 4), "n_high": round(n * per.high, 4),
            "fatalities": round((row["fatalities"] or 0) / (row["events"] * per.n), 4),
        })  # fmt: skip
    found.drop(lost, "of units without a place in the crisis, or of a whole country")
    for area in sorted(used):
        for place in units.made[area]:
            found.add("areas", {"area": area, "place": place})
    found.taken.append(f"{len(found.tables.get('events', []))} rows of attacks by unit and month")
    add_attackers(found, known, crisis)
    return found
