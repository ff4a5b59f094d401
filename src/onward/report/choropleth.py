"""A map of displaced people by administrative unit: areas where boundaries are given, points elsewhere."""

from __future__ import annotations

import base64
import datetime as dt
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import shapely
from pyproj import Proj
from shapely.geometry import mapping, shape
from shapely.geometry.polygon import orient

from onward.disclosure import SIMULATED, two_digits
from onward.errors import ParameterError
from onward.extras import install_command
from onward.planning.boundaries import Boundaries, read_boundaries
from onward.runs.tables import last_day, stock_by_unit
from onward.simulation.run import Run
from onward.simulation.units import Units, units_of

WIDTH, HEIGHT = 720, 460
#: size of the letters of names, in pixels
LETTERS = 11
#: degrees by which outlines are simplified: what a screen does not show (own choice)
SIMPLER = 0.005
LINE = "#5b6673"
#: the chart's projection, which pyproj calls merc
PROJECTION = "mercator"


def choropleth(
    run: Run, *, by: str = "admin2", boundaries: str | Path | None = None, date: dt.date | None = None,
    units: Units | None = None,
) -> Any:  # fmt: skip
    """Draw an Altair map of displaced people by unit (extra ``charts``): medians of the members' sums.

    Parameters
    ----------
    run
        A run that knows its crisis.
    by
        ``admin1`` or ``admin2``; also ``place`` and ``area``, as points.
    boundaries
        A GeoJSON file of the units; without one, and for units it lacks, points.
    date
        A day of the run; the last one if None.
    units
        The units themselves; those of ``by`` if None.

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate("aleppo-2016", engine="expected")
    >>> choropleth(run, by="admin1").layer[0].mark.type
    'circle'
    """
    try:
        alt: Any = import_module("altair")  # half of it has no types
    except ImportError:
        raise ParameterError(f"a map needs Altair. Install it with: {install_command('charts')}") from None
    units = units or units_of(run, by)
    day = date or last_day(run)
    known = Boundaries({}, ()) if boundaries is None else read_boundaries(boundaries, units)
    rows = stock_by_unit(run, units).filter(pl.col("date") == day).join(units.table, on="unit").sort("unit")
    described = [_described(row) for row in rows.iter_rows(named=True)]
    color = alt.Color(
        "people:Q", title="People", scale=alt.Scale(scheme="blues", type="sqrt"), legend=alt.Legend(format="~s")
    )
    tips = [alt.Tooltip("name:N"), alt.Tooltip("people:Q", format=","), alt.Tooltip("interval:N", title="90 %")]
    layers = []
    areas = [
        {"type": "Feature", "geometry": _drawn(known.shapes[t["unit"]]), **t}
        for t in described
        if t["unit"] in known.shapes
    ]
    if areas:
        layers.append(alt.Chart(alt.Data(values=areas)).mark_geoshape(stroke=LINE).encode(fill=color, tooltip=tips))
    points = [t for t in described if t["unit"] not in known.shapes and t["latitude"] is not None]
    if points:
        size = alt.Size("people:Q", legend=None, scale=alt.Scale(range=[20, 1200]))
        dots = alt.Chart(alt.Data(values=points)).mark_circle(stroke=LINE, opacity=0.9)
        layers.append(dots.encode(longitude="longitude:Q", latitude="latitude:Q", size=size, fill=color, tooltip=tips))
    layers += _names(alt, [*areas, *points])
    lines = [
        f"{SIMULATED} Median over {run.about['members']} members on {day}.",
        *([known.note()] if boundaries else []),
    ]
    title = alt.TitleParams("Displaced people staying or waiting, by unit", subtitle=lines, anchor="start")
    chart = alt.layer(*layers).project(PROJECTION)
    return chart.properties(width=WIDTH, height=HEIGHT, title=title).configure_view(stroke=None)


def _names(alt: Any, drawn: list[dict[str, Any]]) -> list[Any]:
    """Return layers with the names of units, those with most people first, as far as they do not overlap."""
    at = [
        {"name": unit["name"], "longitude": x, "latitude": y} for unit, (x, y) in zip(drawn, _spots(drawn), strict=True)
    ]
    order = sorted(range(len(at)), key=lambda n: (-drawn[n]["people"], drawn[n]["name"]))
    places = _pixels([(spot["longitude"], spot["latitude"]) for spot in at], _bounds(drawn))
    shown: list[int] = []
    for n in order:
        if not any(_overlap(at[n]["name"], places[n], at[other]["name"], places[other]) for other in shown):
            shown.append(n)
    values = alt.Data(values=[at[n] for n in shown])
    text = alt.Chart(values).encode(longitude="longitude:Q", latitude="latitude:Q", text="name:N")
    halo = text.mark_text(fontSize=LETTERS, stroke="white", strokeWidth=3, strokeOpacity=0.85)
    return [halo, text.mark_text(fontSize=LETTERS, fill="#14181c")] if shown else []


def _spots(drawn: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """Return a point inside each area, and the points of the other units: longitude, latitude."""
    inside = (shape(unit["geometry"]).representative_point() if "geometry" in unit else None for unit in drawn)
    return [
        (unit["longitude"], unit["latitude"]) if point is None else (point.x, point.y)
        for unit, point in zip(drawn, inside, strict=True)
    ]


def _bounds(drawn: list[dict[str, Any]]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of everything that is drawn."""
    shapes = [shape(u["geometry"]) if "geometry" in u else shapely.Point(u["longitude"], u["latitude"]) for u in drawn]
    west, south, east, north = shapely.total_bounds(shapes)
    return float(west), float(south), float(east), float(north)


def _pixels(spots: list[tuple[float, float]], box: tuple[float, float, float, float]) -> list[tuple[float, float]]:
    """Return where the chart's projection, fitted to a box of longitudes and latitudes, puts points, in pixels.

    Examples
    --------
    >>> [(round(x), round(y)) for x, y in _pixels([(36.0, 36.0), (38.0, 37.0)], (36.0, 36.0, 38.0, 37.0))]
    [(0, 448), (720, 0)]
    """
    west, south, east, north = box
    chart = Proj(proj="merc", R=1)
    (left, right), (bottom, top) = chart((west, east), (south, north))
    scale = min(WIDTH / max(right - left, 1e-9), HEIGHT / max(top - bottom, 1e-9))
    projected = (chart(longitude, latitude) for longitude, latitude in spots)
    return [(scale * (x - left), scale * (top - y)) for x, y in projected]


def _overlap(one: str, at: tuple[float, float], other: str, there: tuple[float, float]) -> bool:
    """Return whether two names, centred on their points, run into each other.

    Examples
    --------
    >>> _overlap("Afrin", (0.0, 0.0), "A'zaz", (20.0, 5.0)), _overlap("Afrin", (0.0, 0.0), "A'zaz", (20.0, 15.0))
    (True, False)
    """
    wide = 0.6 * LETTERS * (len(one) + len(other)) / 2
    return abs(at[0] - there[0]) < wide and abs(at[1] - there[1]) < 1.2 * LETTERS


def choropleth_image(run: Run, boundaries: str | Path, units: Units) -> str:
    """Return the map as an SVG in a ``data:`` address (extra ``charts``)."""
    try:
        library: Any = import_module("vl_convert")
    except ImportError:
        raise ParameterError(f"a map needs vl-convert. Install it with: {install_command('charts')}") from None
    made = choropleth(run, boundaries=boundaries, units=units).to_dict()
    return f"data:image/svg+xml;base64,{base64.b64encode(library.vegalite_to_svg(made).encode()).decode()}"


def _described(row: dict[str, Any]) -> dict[str, Any]:
    interval = f"{two_digits(row['p5']):,.0f} – {two_digits(row['p95']):,.0f}"
    spot = {name: row[name] for name in ("unit", "name", "latitude", "longitude")}
    return {**spot, "people": two_digits(row["p50"]), "interval": interval}


def _drawn(geometry: Any) -> dict[str, Any]:
    """Simplify a geometry for charts, with rings clockwise; otherwise everything outside them would be filled."""
    simple = shapely.simplify(shapely.make_valid(shape(geometry)), SIMPLER)
    parts = [part for part in getattr(simple, "geoms", [simple]) if part.geom_type == "Polygon" and not part.is_empty]
    drawn: dict[str, Any] = mapping(shapely.MultiPolygon([orient(part, sign=-1.0) for part in parts]))
    return drawn
