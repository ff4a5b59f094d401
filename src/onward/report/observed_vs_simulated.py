"""Counts and claims compared with the run's figures for the same quantities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from onward.disclosure import masked, reported_digits
from onward.evaluation.counts import counts_beside, whole_units
from onward.evaluation.labels import claim_words, site_name
from onward.report.map_data import Scene
from onward.report.page_figures import Cubes, figure
from onward.typing import Floats


def counts_of(scene: Scene, cubes: Cubes) -> list[dict[str, Any]]:
    """Return each count with quantiles of the simulated count; None where the run has none.

    Counts below ten are masked. Where districts stand in place of places, a count that is not of whole districts has
    no figure of the run, and belongs to no district.
    """
    shown = masked(scene.crisis.table("counts"))
    beside = counts_beside(cubes.run, scene.crisis) if shown.height else []
    rows = []
    for row, (count, people) in zip(shown.iter_rows(named=True), beside, strict=True):
        where = row["place"] or row["area"]
        rows.append(
            {
                "day": _clamped(row["date"], cubes),
                "date": row["date"].isoformat(),
                "since": count["since"].isoformat() if row["indicator"] != "stock" else None,
                "place": scene.row.get(where, -1) if row["place"] and whole_units([where], scene.row) else -1,
                "where": site_name(where, scene.crisis),
                "indicator": row["indicator"],
                **{name: row[name] for name in ("people", "low", "high", "masked", "source")},
                "run": figure(people) if _sayable(row, people, scene) else None,
            }
        )
    return sorted(rows, key=lambda row: row["date"])


def _sayable(row: Mapping[str, Any], people: Floats, scene: Scene) -> bool:
    places = [row["place"]] if row["place"] else scene.crisis.areas.get(row["area"], [])
    return not np.isnan(people).any() and whole_units(places, scene.row)


def _clamped(day: dt.date, cubes: Cubes) -> int:
    return min(max(0, (day - cubes.start).days), cubes.days - 1)


def claims_of(scene: Scene, judged: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each claim in words, with the reported range, the simulated range, and the verdict."""
    claims = {row["claim"]: row for row in scene.crisis.table("claims").to_dicts()}
    return [_claim(row, claims.get(row["id"], {}), scene) for row in judged]


def _claim(judged: Mapping[str, Any], claim: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    days = {key: claim[key].isoformat() if claim.get(key) else None for key in ("start", "end")}
    figures = {name: reported_digits(judged[name], judged["unit"]) for name in ("p5", "p50", "p95")}
    return {
        "id": judged["id"],
        "words": claim_words(claim, scene.crisis) if claim else judged["indicator"],
        **days,
        **{key: judged[key] for key in ("indicator", "unit", "low", "high", "verdict")},
        "reaches": judged.get("reaches"),
        **figures,
        "source": claim.get("source"),
    }


def registrations_of(scene: Scene, cubes: Cubes) -> list[dict[str, Any]]:
    """Return the real counts in a run under Flee's rules, as counts of stock."""
    if "registrations" not in cubes.run.tables:
        return []
    rows = cubes.run.table("registrations").with_columns(pl.col("place").cast(pl.String), cubes.days_of())
    found = rows.drop_nulls("observed").filter(pl.col("place").is_in(list(scene.row)))
    people = pl.col("observed").round().cast(pl.Int64).alias("people")
    shown = masked(found.with_columns(people, *(pl.lit(None, pl.Int64).alias(end) for end in ("low", "high"))))
    return [
        {"day": row["day"], "date": row["date"].isoformat(), "since": None, "place": scene.row[row["place"]],
         "where": row["place"], "indicator": "stock", "source": "registrations", "run": None,
         **{name: row[name] for name in ("people", "low", "high", "masked")}}
        for row in shown.iter_rows(named=True)
    ]  # fmt: skip
