"""Assign counts of countries or admin units to the places and areas of a crisis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from onward.crisis.crisis import Crisis
from onward.sources.addition import Addition, short_name
from onward.sources.sites import same_unit


@dataclass
class Units:
    """Admin units and countries of a crisis, each as the area of its places."""

    places: list[dict[str, object]]
    taken: set[str]
    made: dict[str, list[str]] = field(default_factory=dict)

    def find(self, *, country: str | None, names: Iterable[str | None] = (), pcode: str | None = None) -> str | None:
        """Return the area of the smallest unit named, or None: by P-code, else by names from the first level down.

        P-codes of publishers differ in length; one stands for the places whose own begins with it.
        """
        within = [p for p in self.places if country is None or p["country"] == country]
        if pcode:
            coded = [str(p["place"]) for p in within if str(p["pcode"] or "").upper().startswith(pcode.upper())]
            if coded:
                return self._area(pcode, coded)
        given = [name for name in names if name]
        for level, name in enumerate(given[:2]):
            column = f"admin{level + 1}"
            within = [p for p in within if p[column] and same_unit(str(p[column]), name)]
        if not within:
            return None
        return self._area("_".join([country or "all", *given[:2]]), [str(p["place"]) for p in within])

    def _area(self, name: str, places: list[str]) -> str:
        word = short_name(f"unit {name}")
        self.made[word] = places
        return word


def units_of(crisis: Crisis) -> Units:
    """Return the units of a crisis."""
    places = crisis.table("places").select("place", "country", "admin1", "admin2", "pcode").to_dicts()
    return Units(places, set(crisis.places))


@dataclass(frozen=True)
class Count:
    """One figure of a publisher."""

    day: dt.date
    area: str
    indicator: str
    people: int
    code: str
    path: Path
    row: int
    record: str
    since: dt.date | None = None


def add_counts(found: Addition, counts: Iterable[Count], units: Units, crisis: Crisis) -> None:
    """Add the counts of the crisis's days; of those for one day, area and indicator the last wins."""
    chosen: dict[tuple[dt.date, str, str], Count] = {}
    outside = again = 0
    for count in counts:
        if not crisis.start <= count.day <= crisis.end:
            outside += 1
            continue
        key = (count.day, count.area, count.indicator)
        again += key in chosen
        chosen[key] = count
    found.drop(outside, f"outside {crisis.start} to {crisis.end}")
    if again:
        found.merged.append(f"{again} figures for a day and area that has a later one")
    for count in chosen.values():
        code = found.record(count.code, count.path, count.row, count.record)
        found.add("counts", {"date": count.day, "area": count.area, "indicator": count.indicator,
                             "people": count.people, "since": count.since, "source": code})  # fmt: skip
    for area in sorted({count.area for count in chosen.values()}):
        for place in units.made.get(area, ()):
            found.add("areas", {"area": area, "place": place})
    found.taken.append(f"{len(chosen)} counts of {len({c.area for c in chosen.values()})} areas")


def is_iso3(code: str | None) -> bool:
    """Return whether a code is an ISO 3166 alpha-3 code; UNHCR's own codes often are not.

    >>> is_iso3("DEU"), is_iso3("GFR")
    (True, False)
    """
    import pycountry

    return bool(code) and pycountry.countries.get(alpha_3=str(code).upper()) is not None
