"""The content of every export: tables under the do-no-harm rules, and their provenance."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import polars as pl

from onward import disclosure as harm
from onward.crisis import Crisis
from onward.model.interventions import apply_scenario
from onward.runs.inputs import kept_scenario
from onward.runs.quantiles import FIGURES, Spread, grouped, spread_of_totals, spread_over_time
from onward.runs.tables import AT_A_PLACE, displaced_over_time
from onward.simulation.run import Run

#: of run.json, what differs between two runs of the same command
_PASSING = ("timings", "environment", "created", "engine_seconds", "engine_cpu_seconds")
_PLACED = ("place", "name", "country", "admin1", "admin2", "latitude", "longitude")
_DISTRICT = ("district", "country", "admin1", "admin2")


@dataclass(frozen=True)
class Content:
    """Rounded and masked tables by name; ``units`` are places, or districts where places are too fine.

    ``unit_of`` gives the unit of each place, and ``key`` is the column of units that names them. ``stock`` is not
    rounded. ``warnings`` are for who exports, ``notes`` go into each file.
    """

    tables: Mapping[str, pl.DataFrame]
    units: pl.DataFrame
    unit_of: Mapping[str, str]
    key: str
    stock: Spread
    provenance: Mapping[str, str]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def content_of(
    run: Run, crisis: Crisis | None, *, route_detail: bool = False, places: bool = False, today: dt.date | None = None
) -> Content:
    """Return what is exported of a run.

    Parameters
    ----------
    run, crisis
        The run, and the crisis in its folder (None: no names, coordinates and counts).
    route_detail
        With legs between places, and the warning why not.
    places
        Single places even though the crisis is going on, and the warning why not.
    today
        The day it is; today if None.
    """
    ongoing = harm.is_ongoing(run.about, today or harm.today())
    fine = places or not ongoing
    every = _places(run, crisis)
    units, key = (every.drop("district"), "place") if fine else (_districts(every), "district")
    unit_of = dict(zip(every["place"], every["place" if fine else "district"], strict=True))
    stock = _stock(run, units, key, unit_of)
    tables = {
        "stock": units.join(_two_digits(stock.frame(key)), on=key, maintain_order="left"),
        "displaced": _two_digits(displaced_over_time(run)),
        "flows": _flows(run, unit_of, ("origin", "to_place")),
        **({"gates": _gates(run)} if fine else {}),
        "claims": _claims(run, crisis, None if fine else today or harm.today()),
        **({"counts": harm.masked(crisis.table("counts"))} if crisis is not None else {}),
        **({"legs": _flows(run, unit_of, ("from_place", "to_place"))} if route_detail else {}),
    }
    warnings = (
        *((harm.ROUTES_WARNING,) if route_detail else ()),
        *((harm.PLACES_WARNING,) if ongoing and places else ()),
        *((harm.AREAS_NOTE,) if not fine else ()),
    )
    return Content(
        {name: frame for name, frame in tables.items() if frame.height}, units, unit_of, key, stock,
        provenance(run), notes_of(run), warnings,
    )  # fmt: skip


def provenance(run: Run) -> dict[str, str]:
    """Return where an export is from, in words: run, crisis, version, what-if, parameters, totals."""
    about = run.about
    kept = {key: value for key, value in about.items() if key not in _PASSING}
    digest = sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()
    scenario = about.get("scenario")
    return {
        "what": harm.SIMULATED,
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


def line_of(told: Mapping[str, str]) -> str:
    """Return provenance in one line, for a cell."""
    return (
        f"{told['what']} Onward {told['onward']}, run {told['run_hash'][:16]}, crisis {told['crisis']}, scenario "
        f"{told['scenario']}, parameters {told['parameters']}, totals {told['totals']}"
    )


def notes_of(run: Run) -> tuple[str, ...]:
    """Return what a reader of an export must know."""
    return (
        f"{harm.SIMULATED} Figures are means and quantiles over {run.about['members']} members, to two significant "
        "digits.",
        "mean is the mean over members; p5 to p95 is the 90 % interval, p25 to p75 the 50 % interval, p50 the median.",
        "stock: displaced people staying or waiting there at the end of the day.",
        "flows: people by where they are from (empty: displaced before the first day) and where they stopped, over the "
        "whole period; who stopped twice counts twice. Rows whose p95 is 0 are left out.",
        "counts were observed; those below 10 are left out. claims are what was reported, beside what was simulated.",
        "Intervals hold what was drawn and nothing else. Do not use this as the only ground for a decision.",
        *(("The numbers newly displaced were given: totals are an input, not a result.",)
          if run.about.get("given_totals") else ()),
    )  # fmt: skip


def _places(run: Run, crisis: Crisis | None) -> pl.DataFrame:
    """The places of a run; those that its what-if adds are without a row in the crisis and get their own."""
    names = pl.DataFrame({"place": list(run.about["places"])}, schema={"place": pl.String})
    if crisis is None:
        empty = {c: pl.lit(None, pl.String) for c in ("country", "admin1", "admin2")}
        placed = names.with_columns(
            pl.col("place").alias("name"), *(e.alias(c) for c, e in empty.items()),
            *(pl.lit(None, pl.Float64).alias(c) for c in ("latitude", "longitude")),
        )  # fmt: skip
    else:
        placed = names.join(_with_camps(run, crisis).select(_PLACED), on="place", how="left")
    levels = [pl.col(level).fill_null("?") for level in ("country", "admin1", "admin2")]
    district = pl.concat_str(levels, separator="/")
    return placed.with_columns(pl.coalesce("name", "place").alias("name"), district.alias("district"))


def _with_camps(run: Run, crisis: Crisis) -> pl.DataFrame:
    scenario = run.about.get("scenario")
    if not scenario:
        return crisis.table("places")
    return apply_scenario(crisis, kept_scenario(scenario, crisis))[0].table("places")


def _districts(places: pl.DataFrame) -> pl.DataFrame:
    middle = [pl.col(c).mean().round(2) for c in ("latitude", "longitude")]
    return places.group_by(_DISTRICT, maintain_order=True).agg(*middle, pl.len().alias("places"))


def _stock(run: Run, units: pl.DataFrame, key: str, unit_of: Mapping[str, str]) -> Spread:
    rows = run.tables["stock"].filter(pl.col("state").cast(pl.String).is_in(AT_A_PLACE))
    spread = spread_over_time(grouped(rows, unit_of), run, units[key].to_list(), key="place")
    return spread


def _flows(run: Run, unit_of: Mapping[str, str], by: tuple[str, str]) -> pl.DataFrame:
    rows = grouped(run.tables["flows"], unit_of, by)
    if by[0] == "from_place":
        rows = rows.filter(pl.col("from_place") != pl.col("to_place"))
    return _two_digits(spread_of_totals(rows, run, by).filter(pl.col("p95") > 0))


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


def _claims(run: Run, crisis: Crisis | None, until: dt.date | None) -> pl.DataFrame:
    """The claims as run.json has them; only those whose window has ended, where ``until`` is given."""
    rows = list(run.about.get("claims") or [])
    if until is not None:
        ends = {} if crisis is None else dict(crisis.table("claims").select("claim", "end").iter_rows())
        rows = [row for row in rows if ends.get(row["id"]) is not None and ends[row["id"]] < until]
    kept = ("claim", "indicator", "unit", "low", "high", "p5", "p50", "p95", "verdict")
    kinds = {name: pl.Float64 if name in ("low", "high", "p5", "p50", "p95") else pl.String for name in kept}
    frame = pl.DataFrame([{name: row.get(name) for name in kept} for row in rows], schema=kinds)
    return harm.rounded(frame, ["p5", "p50", "p95"])


def _two_digits(frame: pl.DataFrame) -> pl.DataFrame:
    return harm.rounded(frame, list(FIGURES))
