"""Import UCDP Georeferenced Event Dataset (GED) and Candidate events as attacks.

What the data say and what they do not:

- Only events with at least one death are in it. Strikes that kill nobody are missing: ``--attacks-per-record`` says
  for how many attacks a record stands.
- ``date_prec`` above 1 means that the day is known as a range, ``date_start`` to ``date_end``: the range is kept.
- ``where_prec`` 1 and 2 are points; 3 and 5 lie in a district or along a line, 4 in a province, 6 in a country: these
  become areas over whose places an attack is drawn.
- A record over a longer time (``date_prec`` 4 and 5) is a sum: it stands for as many events as its deaths are times
  the mean deaths of an exactly dated one in the same file.
- UCDP does not say how people were killed. Where one side of a state's fight lost nobody, the attack came from afar:
  ``shelling``, or ``air`` for parties named as having an air force in use. Where both lost, it was fought on the
  ground, and each side counts as half the attacker. One-sided and non-state violence is ``ground``.
- Candidate releases are revised: of records with the same id the last one given wins. Some come without a header row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.crisis import Crisis
from onward.errors import CrisisDataError, Problem
from onward.sources.actors import Actors, actors_of, add_attackers
from onward.sources.addition import Addition
from onward.sources.options import Options
from onward.sources.publisher_file import Field, read_rows
from onward.sources.sites import Sites, sites_of

PUBLISHER = "Uppsala Conflict Data Program (UCDP GED), CC BY 4.0"

_COLUMNS = (
    "id,relid,year,active_year,code_status,type_of_violence,conflict_dset_id,conflict_new_id,conflict_name,"
    "dyad_dset_id,dyad_new_id,dyad_name,side_a_dset_id,side_a_new_id,side_a,side_b_dset_id,side_b_new_id,side_b,"
    "number_of_sources,source_article,source_office,source_date,source_headline,source_original,where_prec,"
    "where_coordinates,where_description,adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,region,"
    "event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low,"
    "gwnoa,gwnob"
)
HEADER = tuple(_COLUMNS.split(","))

FIELDS = (
    Field("id", required=True),
    Field("type_of_violence", "whole", required=True, low=1, high=3),
    Field("side_a", required=True),
    Field("side_b", required=True),
    Field("where_prec", "whole", required=True, low=1, high=7),
    Field("where_coordinates"),
    Field("adm_1"),
    Field("adm_2"),
    Field("latitude", "number", required=True, low=-90, high=90),
    Field("longitude", "number", required=True, low=-180, high=180),
    Field("date_prec", "whole", required=True, low=1, high=5),
    Field("date_start", "day", required=True),
    Field("date_end", "day", required=True),
    Field("deaths_a", "whole", low=0),
    Field("deaths_b", "whole", low=0),
    Field("deaths_civilians", "whole", low=0),
    Field("best", "whole", required=True, low=0),
    Field("high", "whole", low=0),
    Field("low", "whole", low=0),
)

EXACT, SUMMED = 1, 4
POINT, DISTRICT, PROVINCE, LINE = 2, 3, 4, 5
STATE_BASED, ONE_SIDED = 1, 3


def import_ucdp(crisis: Crisis, paths: Sequence[Path], options: Options) -> Addition:
    """Read UCDP files as attacks of a crisis.

    Parameters
    ----------
    crisis
        Its places, actors and days say what is taken.
    paths
        The files; of records with one id the last wins.
    options
        Names of parties, attacks per record, air forces, and how far from a place is too far.

    Returns
    -------
    Addition
        Rows of events, areas and actors, and a provenance row for each record used.
    """
    found = Addition(PUBLISHER)
    records = _records(paths, crisis, found)
    sites, known = sites_of(crisis), actors_of(crisis, options.actors)
    before = set(sites.areas)
    if records.height:
        exact = records.filter((pl.col("date_prec") == EXACT) & (pl.col("best") > 0))["best"].to_list()
        typical = sum(exact) / len(exact) if exact else 1.0
        near, far = sites.nearest(records["latitude"].to_numpy(), records["longitude"].to_numpy())
        lost = 0
        for row, nearest, km in zip(records.iter_rows(named=True), near, far, strict=True):
            where = _where(row, sites, sites.names[nearest], float(km), options.within_km)
            if where is None:
                lost += 1
                continue
            code = found.record(f"ucdp:{row['id']}", Path(row["file"]), row[ROW], row["id"])
            for part in _attacks(row, crisis, known, options, typical):
                found.add("events", {**part, **where, "source": code})
        found.drop(lost, f"farther than {options.within_km:g} km from any place")
    for area in sites.areas.keys() - before:
        for place in sites.areas[area]:
            found.add("areas", {"area": area, "place": place})
    _notes(found, len(sites.areas.keys() - before))
    add_attackers(found, known, crisis)
    return found


def _records(paths: Sequence[Path], crisis: Crisis, found: Addition) -> pl.DataFrame:
    """Return the records of the crisis's days, each id once."""
    frames = []
    for path in paths:
        rows = read_rows(path, FIELDS, bare=HEADER)
        backwards = rows.filter(pl.col("date_end") < pl.col("date_start"))
        if backwards.height:
            raise CrisisDataError(
                Problem(path.name, row[ROW], "date_end", f"{row['date_end']} is before date_start, {row['date_start']}",
                        "", "Correct one of them.")
                for row in backwards.iter_rows(named=True)
            )  # fmt: skip
        frames.append(rows.with_columns(pl.lit(path.name).alias("file")))
    every = pl.concat(frames)
    once = every.unique("id", keep="last", maintain_order=True)
    if every.height > once.height:
        found.merged.append(f"{every.height - once.height} records given again (the last one counts)")
    inside = once.filter((pl.col("date_end") >= crisis.history_start) & (pl.col("date_start") <= crisis.end))
    found.drop(once.height - inside.height, f"outside {crisis.history_start} to {crisis.end}")
    vague = inside.filter(pl.col("where_prec") <= LINE)
    found.drop(inside.height - vague.height, "known to the country only (where_prec 6 or 7)")
    return vague


def _where(row: Mapping[str, Any], sites: Sites, nearest: str, km: float, within_km: float) -> dict[str, Any] | None:
    """Return the site of a record: its point, or an area; None if no place is near."""
    point = (row["latitude"], row["longitude"])
    if row["where_prec"] <= POINT:
        return {"latitude": point[0], "longitude": point[1]} if km <= within_km else None
    level = 0 if row["where_prec"] == PROVINCE else 1
    unit = None if row["where_prec"] == LINE else (row["adm_1"], row["adm_2"])[level] or ""
    name = row["where_coordinates"] or row["adm_2"] or row["adm_1"] or nearest
    return sites.vague(point, nearest, km, within_km, level=level, unit=unit, name=f"ucdp {name}")


def _attacks(
    row: Mapping[str, Any], crisis: Crisis, known: Actors, options: Options, typical: float
) -> Iterator[dict[str, Any]]:
    """Return the attacks of a record: one row, or one for each side where both lost people."""
    per = options.attacks
    start, end = max(row["date_start"], crisis.history_start), min(row["date_end"], crisis.end)
    inside = _days(start, end) / _days(row["date_start"], row["date_end"])
    events = max(1.0, row["best"] / typical) if row["date_prec"] >= SUMMED else 1.0
    for (actor, kind), share in known.shares(_attackers(row)).items():
        n = events * inside * share
        yield {
            "start": start,
            "end": end if end > start else None,
            "type": "air" if kind == "shelling" and actor in options.air_forces else kind,
            "actor": actor,
            "n": round(n * per.n, 4),
            "n_low": round(n * per.low, 4) if per.low < per.n else None,
            "n_high": round(n * per.high, 4) if per.high > per.n else None,
            "fatalities": round(row["best"] / (events * per.n), 4),
        }


def _days(first: dt.date, last: dt.date) -> int:
    return (last - first).days + 1


def _attackers(row: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Return who attacked, how, and with which share of the record's attacks."""
    lost_a, lost_b = bool(row["deaths_a"]), bool(row["deaths_b"])
    if row["type_of_violence"] == ONE_SIDED:
        yield row["side_a"], "ground", 1.0
    elif (lost_a and lost_b) or row["type_of_violence"] != STATE_BASED:
        yield row["side_a"], "ground", 0.5
        yield row["side_b"], "ground", 0.5
    elif lost_a:
        yield row["side_b"], "shelling", 1.0
    else:
        yield row["side_a"], "shelling", 1.0


def _notes(found: Addition, areas: int) -> None:
    rows = found.tables.get("events", [])
    found.taken.append(f"{len(found.provenance)} records as {len(rows)} rows of attacks")
    if areas:
        found.taken.append(f"{areas} areas for records known to a district or province")
