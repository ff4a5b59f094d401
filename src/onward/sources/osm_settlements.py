"""Settlements and refugee sites from a local OpenStreetMap extract, as places of a new crisis.

Cities and towns are taken with or without a ``population`` tag (many have none), villages only with one that is large
enough. A settlement that GeoNames has already is left out: one with a like name within `SAME_KM`, or any within
`TWIN_KM`. OpenStreetMap says of no node in which country it lies, so each has the country of the nearest known place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import Geod
from rapidfuzz import fuzz

from onward.sources.addition import Addition, different
from onward.sources.geonames import Box, inside, place_row
from onward.sources.osm import PUBLISHER, pyosmium, reading
from onward.typing import Floats

#: km within which a settlement of a like name, or any at all, is one that is known already (own choice)
SAME_KM, TWIN_KM = 10.0, 2.0
#: likeness of two names, 0 to 100, from which they mean one settlement (own choice)
LIKE = 75.0
#: km from the nearest known place beyond which the country of a settlement is not known (own choice)
FAR_KM = 150.0
_KINDS = ("city", "town", "village", "camp")


def import_settlements(
    paths: Sequence[Path], known: Sequence[Mapping[str, Any]], *, min_population: int, box: Box | None
) -> Addition:
    """Read settlements that are not among the known places.

    Parameters
    ----------
    paths
        Extracts that pyosmium reads.
    known
        Rows of places: name, place, latitude, longitude, country, admin1; at least one.
    min_population
        People from which a village is taken.
    box
        West, south, east and north in degrees, or None for all of the extract.

    Returns
    -------
    Addition
        Rows of places, a provenance row for each, and what was left out.

    Raises
    ------
    CrisisDataError
        A file that is missing or cannot be read, or pyosmium is not installed.
    """
    found = Addition(PUBLISHER)
    osmium = pyosmium(paths)
    records = [record for path in paths for record in _records(osmium, path) if box is None or inside(record, box)]
    large = [r for r in records if r["kind"] != "village" or r["population"] >= min_population]
    found.drop(len(records) - len(large), f"villages without a population of {min_population:,} or more")
    fresh, near = _new(large, known)
    found.drop(len(large) - len(fresh), "settlements that are known already, or far from every known place")
    names = different([record["name"] for record in fresh], [row["place"] for row in known])
    for place, record, row in zip(names, fresh, near, strict=True):
        code = found.record(f"place:{place}", record["path"], record["id"], record["name"])
        where = {"country": known[row]["country"], "admin1": known[row]["admin1"]}
        found.add("places", place_row(place, {**record, **where}, code))
    unknown = sum(record["kind"] != "camp" and not record["population"] for record in fresh)
    words = f", {unknown} of them without a population: fill places.csv" if unknown else ""
    found.taken.append(f"{len(fresh)} settlements of OpenStreetMap{words}")
    return found


def people_of(text: str | None) -> int:
    """Return the number of a ``population`` tag; 0 where it holds none.

    >>> people_of("12 500 (2004)"), people_of("1,200"), people_of("unknown")
    (12500, 1200, 0)
    """
    number = re.match(r"\s*~?\s*(\d{1,3}(?:[ ,.\u00a0\u202f]\d{3})+|\d+)", text or "")
    return int(re.sub(r"\D", "", number[1])) if number else 0


def _records(osmium: Any, path: Path) -> list[dict[str, Any]]:
    records = []
    with reading(path):
        node: Any
        keys = osmium.filter.KeyFilter("place", "amenity")
        for node in osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(keys):
            name = node.tags.get("name:en") or node.tags.get("int_name") or node.tags.get("name")
            camp = node.tags.get("amenity") == "refugee_site"
            kind = "camp" if camp else node.tags.get("place")
            if kind in _KINDS and name:
                people = 0 if camp else people_of(node.tags.get("population"))
                records.append({"id": node.id, "name": name, "kind": kind, "population": people, "path": path,
                                "latitude": round(node.lat, 5), "longitude": round(node.lon, 5)})  # fmt: skip
    return sorted(records, key=lambda r: (-r["population"], r["name"], r["id"]))


def _new(
    records: Sequence[dict[str, Any]], known: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the records that no known place, and no record before, means; and the nearest known place of each."""
    spots = np.array([[row["longitude"], row["latitude"]] for row in known])
    names = [str(row["name"]) for row in known]
    fresh: list[dict[str, Any]] = []
    near: list[int] = []
    for record in records:
        km = _km(record, spots)
        closest = int(km[: len(known)].argmin())
        alike = any(fuzz.ratio(record["name"].lower(), names[i].lower()) >= LIKE for i in np.flatnonzero(km < SAME_KM))
        if alike or km.min() < TWIN_KM or km[closest] > FAR_KM:
            continue
        fresh.append(record)
        near.append(closest)
        spots = np.vstack([spots, [record["longitude"], record["latitude"]]])
        names.append(record["name"])
    return fresh, near


def _km(record: Mapping[str, Any], spots: Floats) -> Floats:
    n = len(spots)
    here = np.full(n, record["longitude"]), np.full(n, record["latitude"])
    return np.asarray(Geod(ellps="WGS84").inv(*here, spots[:, 0], spots[:, 1])[2]) / 1000.0
