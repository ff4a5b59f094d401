"""The fans of a forecast: people by unit and horizon over members, shifted to what was last counted.

What was last counted at a place or area is known better than what the model says of that day. A member that has more
people there than were counted is scaled down, one that has fewer gets those who are missing; both wear off with time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.errors import ParameterError, RunFolderError
from onward.inference.coupled import coupled, place_quantiles
from onward.model.uncertainty import quantile_between
from onward.simulation.run import Run
from onward.simulation.units import place_table
from onward.typing import Floats

#: days between the horizons of a forecast (the issue on forecasts)
STEP = 30
#: a count older than this says nothing of today (own choice: a quarter)
OLDEST_DAYS = 90
#: mean of the exponential in which a shift to the last count wears off, days (own choice: half a year; between 30 and
#: 90 days the last count alone errs by 13 to 23 % on Flee's five conflicts)
SHIFT_DAYS = 180.0
#: levels of units, from the coarsest
LEVELS = ("total", "area", "admin1", "admin2", "place")
#: columns of quantiles in the tables of a forecast
QUANTILES: Mapping[str, float] = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}

_AT_A_PLACE, _AWAY = ("here", "gate"), ("here", "gate", "way", "out")


@dataclass(frozen=True, eq=False)
class Fans:
    """People of each member, horizon and unit.

    Parameters
    ----------
    units
        Columns level (``total``, ``area``, ``admin1``, ``admin2`` or ``place``), unit, name. ``total`` counts everybody
        displaced, under way too; the others count displaced people staying or waiting there.
    horizons
        Days after the origin.
    origin
        The day at whose end the forecast was made.
    people
        Shape (members, horizons, units).
    counts
        The counts it was shifted to: where, date, people, low, high.
    """

    units: pl.DataFrame
    horizons: tuple[int, ...]
    origin: dt.date
    people: Floats
    counts: pl.DataFrame

    def quantiles(self, levels: Sequence[float]) -> Floats:
        """Return quantiles over members, shape (levels, horizons, units)."""
        return np.asarray(np.quantile(self.people, levels, axis=0))

    def table(self) -> pl.DataFrame:
        """Return the fans as rows: level, unit, name, horizon, date, mean, p5, p25, p50, p75, p95."""
        quantiles, mean = self.quantiles(list(QUANTILES.values())), self.people.mean(axis=0)
        parts = []
        for h, days in enumerate(self.horizons):
            figures = {"mean": mean[h], **{name: quantiles[k, h] for k, name in enumerate(QUANTILES)}}
            when = [pl.lit(days).alias("horizon"), pl.lit(self.origin + dt.timedelta(days)).alias("date")]
            parts.append(self.units.with_columns(*when, *(pl.Series(k, v) for k, v in figures.items())))
        return pl.concat(parts)


def fans_of(run: Run, *, horizons: Sequence[int] | None = None, shifted: bool = True) -> Fans:
    """Return the fans of a forecast run.

    Parameters
    ----------
    run
        A run that ``onward forecast`` made; another raises RunFolderError.
    horizons
        Days after the origin, 1 to the days of the forecast; every 30 days and the last if None.
    shifted
        Shift places and areas to their last count of stock, drawn between its low and high for each member, and give
        places that were counted often enough the forecast from their counts (`onward.inference.coupled`).

    Returns
    -------
    Fans
        For the total, areas and administrative units of more than one place, and places.
    """
    about, crisis = run.about.get("forecast"), run.crisis
    if not about or crisis is None:
        raise RunFolderError("this run is no forecast. Give a folder that `onward forecast` made.")
    origin = dt.date.fromisoformat(about["origin"])
    chosen = _horizons(horizons, about["days"])
    counts = last_counts(crisis, origin) if shifted else last_counts(crisis, origin).clear()
    days = sorted({*counts["date"], *(origin + dt.timedelta(h) for h in chosen)})
    ahead = [days.index(origin + dt.timedelta(h)) for h in chosen]
    places = list(about_places(run))
    stock = _cube(run, _AT_A_PLACE, days, places)
    elsewhere = _cube(run, _AWAY, [days[k] for k in ahead], places).sum(axis=2) - stock[:, ahead].sum(axis=2)
    coupling = shifted and not run.about.get("scenario")  # counts know nothing of a what-if
    moved = _shift(stock, counts, days, places, crisis, int(run.about["seed"]))[:, ahead]
    for place, quantiles in (place_quantiles(crisis, origin, chosen) if coupling else {}).items():
        p = places.index(place)
        for k in range(len(chosen)):
            moved[:, k, p] = coupled(moved[:, k, p], quantiles[k])
    names, members = _units(crisis, places, _rows(run, crisis))
    people = np.stack([moved[:, :, which].sum(axis=2) for which in members], axis=2)
    people[:, :, 0] += elsewhere
    return Fans(names, chosen, origin, people, counts)


def about_places(run: Run) -> list[str]:
    """Return the short names of the places of a run, in the order of its run.json."""
    return [str(place) for place in run.about["places"]]


def last_counts(crisis: Crisis, origin: dt.date) -> pl.DataFrame:
    """Return the last count of stock of each place, and of each area none of whose places was counted.

    Several sources of one day are averaged; counts older than `OLDEST_DAYS` are left out. Columns where, date, people,
    low, high.
    """
    stock = pl.col("indicator") == "stock"
    recent = pl.col("date").is_between(origin - dt.timedelta(OLDEST_DAYS), origin)
    rows = (
        crisis.table("counts")
        .filter(stock & recent)
        .with_columns(
            pl.coalesce("place", "area").alias("where"),
            pl.coalesce("low", "people").alias("low"),
            pl.coalesce("high", "people").alias("high"),
        )
    )
    last = rows.filter(pl.col("date") == pl.col("date").max().over("where"))
    figures = [pl.col(name).cast(pl.Float64).mean() for name in ("people", "low", "high")]
    found = last.group_by("where", "date").agg(pl.col("place").first(), *figures).sort("where")
    taken = set(found["place"].drop_nulls())
    kept = []
    areas = {row["where"]: crisis.areas[row["where"]] for row in found.iter_rows(named=True) if row["place"] is None}
    for where in sorted(areas, key=lambda area: (len(areas[area]), area)):
        if not taken & set(areas[where]):
            kept.append(where)
            taken |= set(areas[where])
    chosen = pl.col("place").is_not_null() | pl.col("where").is_in(kept)
    return found.filter(chosen).drop("place")


def _horizons(given: Sequence[int] | None, days: int) -> tuple[int, ...]:
    if given is None:
        return tuple(sorted({*range(STEP, days + 1, STEP), days}))
    if not given or min(given) < 1 or max(given) > days:
        raise ParameterError(f"horizons: {list(given)} are not days from 1 to {days}, as far as the forecast goes.")
    return tuple(sorted(set(given)))


def _cube(run: Run, states: Sequence[str], days: Sequence[dt.date], places: Sequence[str]) -> Floats:
    """People in some states, shape (members, days, places)."""
    rows = (
        run.tables["stock"]
        .filter(pl.col("date").is_in(list(days)) & pl.col("state").cast(pl.String).is_in(list(states)))
        .group_by("member", "date", pl.col("place").cast(pl.String))
        .agg(pl.col("people").sum())
        .collect()
    )
    cube = np.zeros((int(run.about["members"]), len(days), len(places)))
    day, place = ({one: n for n, one in enumerate(names)} for names in (days, places))
    at = [
        rows["member"].to_numpy(),
        *(rows[c].replace_strict(m).to_numpy() for c, m in (("date", day), ("place", place))),
    ]
    cube[tuple(at)] = rows["people"].to_numpy()
    return cube


def _shift(
    stock: Floats, counts: pl.DataFrame, days: Sequence[dt.date], places: Sequence[str], crisis: Crisis, seed: int
) -> Floats:
    """Return the stocks shifted to the counts, shape as ``stock``; each member draws what was really there."""
    moved, rng = stock.copy(), np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, SHIFTS)))
    for row in counts.iter_rows(named=True):
        at = days.index(row["date"])
        names = crisis.areas[row["where"]] if row["where"] in crisis.areas else [row["where"]]
        which = [places.index(name) for name in names if name in places]
        z = rng.standard_normal(len(stock))
        counted = quantile_between(z, *(np.full(len(z), row[name]) for name in ("people", "low", "high")))
        there = stock[:, at, which].sum(axis=1)
        share = np.where(there[:, None] > 0, stock[:, at, which], 1.0)
        share = share / share.sum(axis=1, keepdims=True)
        scale = np.log(np.minimum(1.0, np.maximum(counted, 0.5) / np.maximum(there, 0.5)))
        missing = np.maximum(0.0, counted - there)[:, None] * share
        for t in range(at, len(days)):
            left = np.exp(-(days[t] - days[at]).days / SHIFT_DAYS)
            moved[:, t, which] = stock[:, t, which] * np.exp(scale * left)[:, None] + missing * left
    return moved


#: number of the stream of what was really there when people were counted
SHIFTS = 6


def _rows(run: Run, crisis: Crisis) -> list[dict[str, Any]]:
    """Return the places with their names and units: those of the crisis, then camps that a what-if adds."""
    columns = ("place", "name", "country", "admin1", "admin2")
    known = crisis.table("places").select(columns)
    added = place_table(run.about, crisis).select(columns).filter(~pl.col("place").is_in(known["place"].to_list()))
    return [*known.iter_rows(named=True), *added.iter_rows(named=True)]


def _units(
    crisis: Crisis, places: Sequence[str], rows_of_places: Sequence[Mapping[str, Any]]
) -> tuple[pl.DataFrame, list[list[int]]]:
    """Return the units (level, unit, name) and the places of each."""
    index = {place: n for n, place in enumerate(places)}
    rows: list[tuple[str, str, str]] = [("total", "total", "everybody displaced")]
    members: list[list[int]] = [list(index.values())]
    own = crisis.table("areas")["area"].unique().sort().to_list()
    groups: dict[tuple[str, str], list[int]] = {("area", area): [index[p] for p in crisis.areas[area]] for area in own}
    for row in rows_of_places:
        for level in ("admin1", "admin2"):
            if row[level] is not None:
                unit = "/".join(
                    [row["country"], *(row[k] or "?" for k in ("admin1", "admin2")[: 1 + (level == "admin2")])]
                )
                groups.setdefault((level, unit), []).append(index[row["place"]])
    for (level, unit), which in sorted(groups.items(), key=lambda one: (LEVELS.index(one[0][0]), one[0][1])):
        if len(which) > 1 or level != "area":
            rows.append((level, unit, unit.split("/")[-1]))
            members.append(which)
    rows += [("place", place, crisis.place_names.get(place, place)) for place in places]
    members += [[n] for n in index.values()]
    return pl.DataFrame(rows, schema=["level", "unit", "name"], orient="row"), members


def about_counts(counts: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the counts of `last_counts` as JSON."""
    return [{**row, "date": row["date"].isoformat()} for row in counts.iter_rows(named=True)]
