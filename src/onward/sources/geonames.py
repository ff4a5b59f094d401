"""Places of a new crisis: GeoNames towns, and the package's own camps and crossings."""

from __future__ import annotations

import csv
import gzip
import io
import math
from collections.abc import Collection, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from onward.sources.addition import Addition, different

PUBLISHER = "GeoNames (https://www.geonames.org), CC BY 4.0"
TOWNS, OURS = "places.tsv.gz", "hand.csv"
#: people from which a town is a city, and below which a village (own choice)
CITY_PEOPLE, TOWN_PEOPLE = 100_000, 5_000
#: range of a GeoNames population, which may be decades old: 5 % and 95 % quantile as shares of it (own assumption)
LOW, HIGH = 0.5, 1.7

Box = tuple[float, float, float, float]


def import_places(countries: Collection[str], *, min_population: int, box: Box | None) -> Addition:
    """Read places of countries: towns with at least so many people, and all known camps, informal sites and crossings.

    Parameters
    ----------
    countries
        ISO 3166 alpha-3 codes.
    min_population
        People from which a town is taken.
    box
        West, south, east and north in degrees, or None for all of the countries.

    Returns
    -------
    Addition
        Rows of places, and a provenance row for each.

    Examples
    --------
    >>> found = import_places(["SYR"], min_population=1_000_000, box=None)
    >>> sorted(row["name"] for row in found.tables["places"] if row["kind"] == "city")
    ['Aleppo', 'Damascus']
    """
    found = Addition(PUBLISHER)
    records = [
        record
        for record in _records()
        if record["country"] in countries
        and (record["kind"] != "town" or record["population"] >= min_population)
        and (box is None or inside(record, box))
    ]
    units = _units()
    names = different([record["name"] for record in records])
    for place, record in zip(names, records, strict=True):
        people = record["population"] if record["kind"] == "town" else 0
        code = found.record(f"place:{place}", Path(record["file"]), record["row"], record["name"])
        row = {**record, "admin1": _nearest_unit(record, units), "kind": _kind(record), "population": people}
        found.add("places", place_row(place, row, code))
    return found


def place_row(place: str, record: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return a row of the table of places; its population has the range that a gazetteer's figure deserves.

    ``record`` has name, country, admin1, latitude, longitude, kind and population (0: not known).
    """
    people = record["population"]
    columns = ("name", "country", "admin1", "latitude", "longitude", "kind", "population")
    return {
        "place": place, **{column: record[column] for column in columns},
        "population_low": round(people * LOW) or None, "population_high": round(people * HIGH) or None,
        "source": source,
    }  # fmt: skip


def _packed() -> Iterator[dict[str, str]]:
    data = (files("onward.extraction") / "gazetteer" / TOWNS).read_bytes()
    return csv.DictReader(io.StringIO(gzip.decompress(data).decode("utf-8")), delimiter="\t")


def _records() -> Iterator[dict[str, Any]]:
    yield from (_record(row, number, TOWNS) for number, row in enumerate(_packed(), start=2) if row["kind"] == "town")
    text = (files("onward.extraction") / "gazetteer" / OURS).read_text(encoding="utf-8")
    ours = csv.DictReader(io.StringIO(text))
    sites = ("camp", "informal", "crossing")
    yield from (_record(row, number, OURS) for number, row in enumerate(ours, start=2) if row["kind"] in sites)


def _record(row: dict[str, str], number: int, file: str) -> dict[str, Any]:
    return {
        "name": row["name"], "kind": row["kind"], "country": row["country"],
        "latitude": float(row["latitude"]), "longitude": float(row["longitude"]),
        "population": int(row.get("population") or 0), "file": file, "row": number,
    }  # fmt: skip


def _units() -> dict[str, list[tuple[str, float, float]]]:
    """Return the first-level units of each country, with the mean position of their towns."""
    found: dict[str, list[tuple[str, float, float]]] = {}
    for row in _packed():
        if row["kind"] == "admin1" and row["latitude"]:
            unit = row["name"], float(row["latitude"]), float(row["longitude"])
            found.setdefault(row["country"], []).append(unit)
    return found


def _nearest_unit(record: dict[str, Any], units: Mapping[str, list[tuple[str, float, float]]]) -> str | None:
    """Return the first-level unit whose towns are nearest in the mean: a guess, right for most towns."""
    stretch = math.cos(math.radians(record["latitude"]))

    def far(unit: tuple[str, float, float]) -> float:
        return math.hypot(unit[1] - record["latitude"], (unit[2] - record["longitude"]) * stretch)

    return min(units.get(record["country"], []), key=far, default=(None,))[0]


def inside(record: Mapping[str, Any], box: Box) -> bool:
    """Return whether a record with latitude and longitude lies in a box."""
    west, south, east, north = box
    return bool(south <= record["latitude"] <= north and west <= record["longitude"] <= east)


def _kind(record: dict[str, Any]) -> str:
    if record["kind"] != "town":
        return str(record["kind"])
    people = record["population"]
    return "city" if people >= CITY_PEOPLE else "town" if people >= TOWN_PEOPLE else "village"
