"""The content of every export: tables under the do-no-harm rules, and their provenance."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import polars as pl

from onward import disclosure
from onward.crisis import Crisis
from onward.evaluation.counts import counts_beside, whole_units
from onward.evaluation.verdicts import claims_that_ended
from onward.planning.allowed import allowed_units
from onward.planning.hosts import filled, host_countries, hosts
from onward.runs.notes import read_notes, resolved
from onward.runs.quantiles import FIGURES, Spread, grouped, spread_of_totals, spread_over_time
from onward.runs.summary import follows_flee
from onward.runs.tables import AT_A_PLACE, displaced_over_time
from onward.simulation.record import coverage_of
from onward.simulation.run import Run
from onward.simulation.tables import NEAR
from onward.simulation.units import Units, units_of

#: keys of run.json that differ between two runs of the same command
_PASSING = ("timings", "environment", "created", "engine_seconds", "engine_cpu_seconds")
NOTES_WARNING = "Notes hold what reviewers wrote, and their names. Read them before you share this."
#: quantiles shown with a count, by column
_BESIDE = {"p5": 0.05, "p50": 0.5, "p95": 0.95}
#: the column that names the units, by kind of unit
KEYS = {"place": "place", "area": "area", "admin1": "region", "admin2": "district"}
_ADMIN1 = ("country", "admin1", "admin1_pcode")
_COLUMNS = {
    "place": ("name", *_ADMIN1, "admin2", "admin2_pcode", "pcode", "latitude", "longitude"),
    "area": ("country", "latitude", "longitude", "places"),
    "admin1": (*_ADMIN1, "latitude", "longitude", "places"),
    "admin2": (*_ADMIN1, "admin2", "admin2_pcode", "latitude", "longitude", "places"),
}


@dataclass(frozen=True)
class Content:
    """Rounded and masked tables by name; ``units`` are places, areas, regions (admin 1) or districts (admin 2).

    ``members`` gives the units of each place (place, unit), and ``key`` is the column of ``units`` that names them.
    ``stock`` is not rounded. ``warnings`` are for the user who exports; ``notes`` go into each file.
    """

    tables: Mapping[str, pl.DataFrame]
    units: pl.DataFrame
    members: pl.DataFrame
    key: str
    stock: Spread
    provenance: Mapping[str, str]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def content_of(
    run: Run, crisis: Crisis | None, *, by: str | None = None, route_detail: bool = False, places: bool = False,
    today: dt.date | None = None,
) -> Content:  # fmt: skip
    """Collect the tables of a run that may be exported.

    Parameters
    ----------
    run, crisis
        The run, and the crisis in its folder (None: no names, coordinates and counts).
    by
        ``place``, ``area``, ``admin1`` or ``admin2``. If None: places, or districts (admin 2) while the crisis is
        going on; then places need ``places``, and areas that split a district are left out.
    route_detail
        Include legs between places, with a warning about their risk.
    places
        Show single places even while the crisis is ongoing, with a warning about their risk.
    today
        The current date; today in UTC if None.

    Returns
    -------
    Content
        Tables rounded to two significant digits, with small counts masked.
    """
    day = today or disclosure.today()
    ongoing = disclosure.is_ongoing(run.about, day)
    fine = places or not ongoing
    units = allowed_units(run, crisis, by=by, places=places, today=day)
    key, shown = KEYS[units.by], _shown(units)
    stock = _stock(run, units)
    single = units.by == "place"
    tables = {
        "stock": shown.join(_two_digits(stock.frame(key)), on=key, maintain_order="left"),
        "displaced": _two_digits(displaced_over_time(run)),
        **_hosts(run, units, key),
        **({} if units.by == "area" else {"flows": _flows(run, units, ("origin", "to_place"))}),
        **({} if units.by == "area" or NEAR not in run.tables else {"near": _near(run, units)}),
        **({"gates": _gates(run)} if fine and single else {}),
        "claims": _claims(run, crisis, None if fine else day),
        **({"counts": _counts(run, crisis, fine)} if crisis is not None else {}),
        **({"legs": _flows(run, units, ("from_place", "to_place"))} if route_detail and units.by != "area" else {}),
    }
    notes = _notes(run, single_places=fine)
    tables |= {"notes": notes} if notes.height else {}
    warnings = (
        *((disclosure.ROUTES_WARNING,) if "legs" in tables else ()),
        *((disclosure.PLACES_WARNING,) if ongoing and places else ()),
        *((disclosure.AREAS_NOTE,) if not fine else ()),
        *((NOTES_WARNING,) if "notes" in tables else ()),
    )
    return Content(
        {name: frame for name, frame in tables.items() if frame.height}, shown, units.members, key, stock,
        provenance(run), (*notes_of(run), *_notes_on(units)), warnings,
    )  # fmt: skip


def _shown(units: Units) -> pl.DataFrame:
    key = KEYS[units.by]
    spots = [pl.col(column).round(2) for column in ("latitude", "longitude") if units.by != "place"]
    return units.table.with_columns(pl.col("unit").alias(key), *spots).select(key, *_COLUMNS[units.by])


def _notes_on(units: Units) -> tuple[str, ...]:
    """Return what a reader must know about the units."""
    if units.by == "place":
        return ()
    twice = units.overlapping()
    count = f"{len(twice)} places are in more than one" if len(twice) > 1 else "1 place is in more than one"
    return (
        f"Figures are by {units.by}: quantiles of the members' sums over its places, never sums of quantiles. Only "
        "places of the crisis are counted, so a unit's figure is of the places listed in it.",
        *((f"Areas overlap: {count}. Do not add areas up.",) if twice else ()),
    )


def provenance(run: Run) -> dict[str, str]:
    """Return the provenance of an export in words: run, crisis, version, scenario, parameters and totals."""
    about = run.about
    kept = {key: value for key, value in about.items() if key not in _PASSING}
    digest = sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()
    scenario = about.get("scenario")
    return {
        "what": disclosure.SIMULATED,
        "title": str(about["title"]),
        "crisis": str(about["crisis"]),
        "crisis_hash": str(about.get("crisis_hash", "unknown")),
        "run_hash": digest,
        "onward": str(about.get("versions", {}).get("onward", "unknown")),
        "onward_sources": str(about.get("versions", {}).get("onward_sources", "unknown")),
        "scenario": str(scenario["name"]) if scenario else "none",
        "engine": str(about["engine"]),
        "members": str(about["members"]),
        "seed": str(about["seed"]),
        "parameters": str(about["parameters"]),
        "totals": "given from the counts" if about.get("given_totals") else "modelled",
        "period": f"{about['start']}/{about['end']}",
    }


def line_of(given: Mapping[str, str]) -> str:
    """Return provenance in one line, for a cell."""
    return (
        f"{given['what']} Onward {given['onward']}, run {given['run_hash'][:16]}, crisis {given['crisis']}, scenario "
        f"{given['scenario']}, parameters {given['parameters']}, totals {given['totals']}"
    )


def notes_of(run: Run) -> tuple[str, ...]:
    """Return what a reader of an export must know."""
    return (
        f"{disclosure.SIMULATED} Figures are means and quantiles over {run.about['members']} members, to two "
        "significant digits.",
        "mean is the mean over members; p5 to p95 is the 90 % interval, p25 to p75 the 50 % interval, p50 the median.",
        "stock: displaced people staying or waiting there at the end of the day.",
        "hosts: displaced people with hosts (hosted) and in camps beside residents at home in the listed places, and "
        "hosted people per 1,000 residents (per_1000), on the last day; empty where nobody is at home. "
        "host_countries: whom whole countries hosted before the run (from the crisis), and the simulated change since.",
        "room: people for whom there is room (capacity), the share of it taken on the last day, the share of histories "
        "in which it is ever filled by those who stay (probability), and the first such day of these (first).",
        "flows: people by where they are from (empty: displaced before the first day) and where they stopped, over the "
        "whole period; a person who stopped twice counts twice. Rows whose p95 is 0 are left out.",
        *(("near: people by where they are from and where they are in the end (empty: unknown, or under way) whose "
           "home, way or stop lay within km of ground that actor held while they were there. Figures below 10 are left "
           "out.",)
          if NEAR in run.tables else ()),
        "counts were observed; those below 10 are left out. Next to them (p5, p50, p95) are simulated values of "
        "the same: arrivals minus those who left again; of people who left home the share whom agencies count (coverage"
        f"{_share(run)}). claims are reported figures, next to the simulated ones.",
        "Intervals cover what was drawn and nothing else. Do not use this as the only ground for a decision.",
        *(("The numbers newly displaced were given: totals are an input, not a result.",)
          if run.about.get("given_totals") else ()),
    )  # fmt: skip


def _hosts(run: Run, units: Units, key: str) -> dict[str, pl.DataFrame]:
    """Return people with hosts and in camps by unit, what host countries host, and how full room is."""
    if run.crisis is None or follows_flee(run.about):
        return {}
    pressed, countries = hosts(run, units).rename({"unit": key}).drop("name"), host_countries(run)
    change = {f"change_{level}": pl.col(f"hosted_{level}") - pl.col("hosted_before") for level in _BESIDE}
    countries = countries.with_columns(**change).drop([f"hosted_{level}" for level in _BESIDE])
    rates = [pl.col(c).round(1) for c in countries.columns if c.startswith("per_1000")]
    figures = [column for column in pressed.columns if column.rpartition("_")[2] in FIGURES]
    return {
        "hosts": disclosure.rounded(pressed, figures),
        "host_countries": disclosure.rounded(countries, list(change)).with_columns(rates),
        "room": _room(run, units, key),
    }


def _room(run: Run, units: Units, key: str) -> pl.DataFrame:
    shares = [pl.col(f"share_{level}").round(2) for level in _BESIDE]
    return filled(run, units).rename({"unit": key}).with_columns(*shares, pl.col("probability").round(2))


def _stock(run: Run, units: Units) -> Spread:
    rows = run.tables["stock"].filter(pl.col("state").cast(pl.String).is_in(AT_A_PLACE))
    return spread_over_time(grouped(rows, units.members), run, units.keys, key="place")


def _flows(run: Run, units: Units, by: tuple[str, str]) -> pl.DataFrame:
    rows = grouped(run.tables["flows"], units.members, by)
    if by[0] == "from_place":
        rows = rows.filter(pl.col("from_place") != pl.col("to_place"))
    return _two_digits(spread_of_totals(rows, run, by).filter(pl.col("p95") > 0))


def _near(run: Run, units: Units) -> pl.DataFrame:
    """Who passed near ground that an actor held, by where they are from and are in the end; under ten are masked."""
    by = ("actor", "km", "origin", "destination")
    rows = run.tables[NEAR].with_columns(pl.col("near").alias("people"), pl.col("km").cast(pl.String))
    found = spread_of_totals(grouped(rows, units.members, ("origin", "destination")), run, by)
    shown = found.filter(pl.col("p95") >= disclosure.LEAST_COUNTED).with_columns(pl.col("km").cast(pl.Float64))
    few = [pl.when(pl.col(name) >= disclosure.LEAST_COUNTED).then(name).alias(name) for name in FIGURES]
    return _two_digits(shown.with_columns(few)).sort(by, nulls_last=True)


def _gates(run: Run) -> pl.DataFrame:
    rows = run.tables["gates"]
    names = rows.select(pl.col("gate").cast(pl.String)).unique().sort("gate").collect()["gate"].to_list()
    if not names:
        return pl.DataFrame()
    both = []
    for what in ("waiting", "passed"):
        spread = spread_over_time(rows.with_columns(pl.col(what).alias("people")), run, names, key="gate")
        both.append(_two_digits(spread.frame("gate")).rename({name: f"{what}_{name}" for name in FIGURES}))
    return both[0].join(both[1], on=["gate", "date"])


def _notes(run: Run, *, single_places: bool) -> pl.DataFrame:
    """Return reviewers' notes on the run; leave out those on single places where places must not be shown."""
    found = [] if run.folder is None else read_notes(run.folder)
    closed = resolved(found)
    rows = [
        (note.n, note.time, note.by, note.on, note.text, note.reply, (note.reply or note.n) in closed)
        for note in found
        if single_places or not note.on.startswith(("place:", "row:"))
    ]
    kinds = {"n": pl.Int64, "time": pl.String, "by": pl.String, "on": pl.String, "text": pl.String,
             "reply": pl.Int64, "resolved": pl.Boolean}  # fmt: skip
    return pl.DataFrame(rows, schema=kinds, orient="row")


def _counts(run: Run, crisis: Crisis, fine: bool) -> pl.DataFrame:
    """Return counts, small ones masked, with the simulated figures; only of whole districts unless ``fine``."""
    district = {} if fine else dict(units_of(run, "admin2", crisis).members.iter_rows())
    simulated: dict[str, list[float | None]] = {name: [] for name in _BESIDE}
    for row, people in counts_beside(run, crisis):
        places = [row["place"]] if row["place"] else crisis.areas.get(row["area"], [])
        known = whole_units(places, district) and not np.isnan(people).any()
        figures = np.quantile(people, list(_BESIDE.values())) if known else [None] * len(_BESIDE)
        for name, value in zip(simulated, figures, strict=True):
            simulated[name].append(None if value is None else float(value))
    beside = [pl.Series(name, values, dtype=pl.Float64) for name, values in simulated.items()]
    return disclosure.rounded(disclosure.masked(crisis.table("counts")).with_columns(beside), list(_BESIDE))


def _share(run: Run) -> str:
    coverage = float(np.median(coverage_of(run)))
    return "" if np.isnan(coverage) else f" {coverage:.0%}"


def _claims(run: Run, crisis: Crisis | None, until: dt.date | None) -> pl.DataFrame:
    """Return the claims of run.json with what they say.

    Where ``until`` is given, only those whose window has ended, without the words: these name single places.
    """
    rows = list(run.about.get("claims") or [])
    if until is not None:
        rows = [{**row, "words": None} for row in claims_that_ended(rows, crisis, until)]
    kept = ("claim", "words", "indicator", "unit", "low", "high", "p5", "p50", "p95", "verdict")
    kinds = {name: pl.Float64 if name in ("low", "high", "p5", "p50", "p95") else pl.String for name in kept}
    frame = pl.DataFrame([{name: row.get(name) for name in kept} for row in rows], schema=kinds)
    return frame.with_columns(
        pl.Series(name, [disclosure.reported_digits(row.get(name), row["unit"]) for row in rows], dtype=pl.Float64)
        for name in _BESIDE
    )


def _two_digits(frame: pl.DataFrame) -> pl.DataFrame:
    return disclosure.rounded(frame, list(FIGURES))
