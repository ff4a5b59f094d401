"""Counts and claims beside the run's figures for the same quantities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from onward.disclosure import masked
from onward.evaluation.labels import claim_words, site_name
from onward.report.map_data import Scene
from onward.report.page_figures import Cubes, figure
from onward.typing import Floats


def counts_of(scene: Scene, cubes: Cubes, stock: Floats, legs: pl.DataFrame) -> list[dict[str, Any]]:
    """Return each count with quantiles of what the run says of the same people and days; None where it cannot.

    Counts below ten are masked. What left or came is what happened, without allowing for a source that sees a part.
    """
    table = masked(scene.crisis.table("counts")).with_columns(pl.col("since").fill_null(scene.crisis.start))
    areas = scene.crisis.areas
    rows = []
    for row in table.sort("date").iter_rows(named=True):
        where = row["place"] or row["area"]
        inside = scene.rows_of([row["place"]] if row["place"] else areas.get(where, []))
        window = tuple(_clamped(day, cubes) for day in (row["since"], row["date"]))
        simulated = _simulated(row["indicator"], inside, window, cubes, stock, legs)
        rows.append(
            {
                "day": window[1],
                "date": row["date"].isoformat(),
                "since": row["since"].isoformat() if row["indicator"] != "stock" else None,
                "place": scene.row.get(where, -1) if row["place"] else -1,
                "where": site_name(where, scene.crisis),
                "indicator": row["indicator"],
                **{name: row[name] for name in ("people", "low", "high", "masked", "source")},
                "run": simulated,
            }
        )
    return rows


def _clamped(day: dt.date, cubes: Cubes) -> int:
    return min(max(0, (day - cubes.start).days), cubes.days - 1)


def _simulated(
    indicator: str, inside: list[int], window: tuple[int, ...], cubes: Cubes, stock: Floats, legs: pl.DataFrame
) -> dict[str, int] | None:
    """What the run says: of a stock on the day, of anything else from the first day to the last.

    Who left home within an area has come to be displaced in it; who left the area again has not stayed.
    """
    first, last = window
    if not inside:
        return None
    if indicator == "stock":
        return figure(stock[:, inside, last].sum(axis=1))
    if indicator in ("displaced", "departures", "returned"):
        moved = cubes.movement("returned" if indicator == "returned" else "left_home")
        return figure(moved[:, inside, first : last + 1].sum(axis=(1, 2)))
    stayed, there = pl.col("a").is_in(inside) & ~pl.col("home"), pl.col("b").is_in(inside)
    sign = there.cast(pl.Int8) - stayed.cast(pl.Int8)
    window_legs = legs.filter(pl.col("day").is_between(first, last) & (stayed != there))
    came = window_legs.group_by("member").agg((pl.col("people") * sign).sum())
    people = np.zeros(cubes.members)
    people[came["member"].to_numpy()] = came["people"].to_numpy()
    return figure(people)


def claims_of(scene: Scene, judged: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each claim in words, with what was reported, what the run says, and the verdict."""
    told = {row["claim"]: row for row in scene.crisis.table("claims").to_dicts()}
    return [_claim(row, told.get(row["id"], {}), scene) for row in judged]


def _claim(judged: Mapping[str, Any], told: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    days = {key: told[key].isoformat() if told.get(key) else None for key in ("start", "end")}
    figures = {name: _digits(judged[name]) for name in ("p5", "p50", "p95")}
    return {
        "id": judged["id"],
        "words": claim_words(told, scene.crisis) if told else judged["indicator"],
        **days,
        **{key: judged[key] for key in ("indicator", "unit", "low", "high", "verdict")},
        "reaches": judged.get("reaches"),
        **figures,
        "source": told.get("source"),
    }


def _digits(value: float | None) -> float | None:
    """A figure of a claim with two significant digits; gaps stay gaps."""
    return None if value is None else float(f"{value:.2g}")


def registrations_of(scene: Scene, cubes: Cubes) -> list[dict[str, Any]]:
    """Return the real counts a run under Flee's rules carries, as counts of stock."""
    if "registrations" not in cubes.run.tables:
        return []
    rows = cubes.run.table("registrations").with_columns(pl.col("place").cast(pl.String), cubes.days_of())
    found = rows.drop_nulls("observed").filter(pl.col("place").is_in(list(scene.row)))
    found = found.with_columns(pl.col("observed").round().cast(pl.Int64).alias("people"), low=None, high=None)
    return [
        {"day": row["day"], "date": row["date"].isoformat(), "since": None, "place": scene.row[row["place"]],
         "where": row["place"], "indicator": "stock", "people": row["people"] if row["people"] >= 10 else None,
         "low": None, "high": None, "masked": row["people"] < 10, "source": "registrations", "run": None}
        for row in found.iter_rows(named=True)
    ]  # fmt: skip
