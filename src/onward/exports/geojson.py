"""Export places or districts as GeoJSON points with their figures over time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from onward.disclosure import all_two_digits
from onward.exports.content import Content
from onward.planning.boundaries import Boundaries
from onward.runs.quantiles import FIGURES

#: quantiles written as time series; all of them would make files three times as large
_SERIES = ("p5", "p50", "p95")


def write_geojson(content: Content, path: Path, boundaries: Boundaries | None = None) -> None:
    """Write a FeatureCollection (RFC 7946) with provenance, as areas where boundaries are given."""
    points = [_point(content, number, unit) for number, unit in enumerate(content.units.iter_rows(named=True))]
    lines = _lines(content, {f["properties"][content.key]: f["geometry"] for f in points})
    shapes = {} if boundaries is None else boundaries.shapes
    points = [{**f, "geometry": shapes.get(f["properties"][content.key], f["geometry"])} for f in points]
    drawn = [] if boundaries is None else [boundaries.note()]
    collection = {
        "type": "FeatureCollection",
        "provenance": dict(content.provenance),
        "notes": [*content.notes, *content.warnings, *_about_points(content), *drawn],
        "features": [*points, *lines],
    }
    path.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def _about_points(content: Content) -> list[str]:
    if content.key == "place":
        return []
    return [f"The point of each {content.key} is the mean of its places: for drawing only, and no place of anything."]


def _point(content: Content, number: int, unit: dict[str, Any]) -> dict[str, Any]:
    figures = all_two_digits(content.stock.figures[:, :, number])
    series = {name: figures[FIGURES.index(name)].tolist() for name in _SERIES}
    known = unit["longitude"] is not None and unit["latitude"] is not None
    hosted = (
        content.tables["hosts"].filter(pl.col(content.key) == unit[content.key]) if "hosts" in content.tables else None
    )
    pressed = hosted.drop(content.key, "date").row(0, named=True) if hosted is not None and hosted.height else None
    properties = {key: value for key, value in unit.items() if key not in ("latitude", "longitude", "places")}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [unit["longitude"], unit["latitude"]]} if known else None,
        "properties": {
            **properties,
            "indicator": "displaced people staying or waiting there, simulated",
            "date": content.stock.days[-1].isoformat(),
            **{name: float(figures[f, -1]) for f, name in enumerate(FIGURES)},
            **({"hosts": pressed} if pressed else {}),
            "series": {"dates": [day.isoformat() for day in content.stock.days], **series},
        },
    }


def _lines(content: Content, points: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the legs between places as straight lines, where they were requested."""
    if "legs" not in content.tables:
        return []
    features = []
    for row in content.tables["legs"].iter_rows(named=True):
        ends = [points.get(row["from_place"]), points.get(row["to_place"])]
        if all(ends):
            geometry = {"type": "LineString", "coordinates": [end["coordinates"] for end in ends if end]}
            properties = {**row, "indicator": "people on this leg over the whole period, simulated"}
            features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return features
