"""Locate a publisher's record in a crisis: the nearest place, the area, the distance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from pyproj import Geod
from rapidfuzz import fuzz, utils
from scipy.spatial import cKDTree

from onward.crisis.crisis import Crisis
from onward.crisis.sphere import on_sphere
from onward.sources.addition import short_name
from onward.typing import Floats, Ints

#: km around a point within which places stand for a first-level and a second-level unit (own choice)
UNIT_KM = (75.0, 25.0)
#: likeness in percent from which two names of an admin unit are the same (own choice: Daraa, Dar'a)
LIKE = 80.0
#: words that say what a unit is and not which
UNIT_WORDS = ("governorate", "province", "state", "region", "district", "prefecture", "oblast", "muhafazat", "wilaya")
#: kinds of place that an attack somewhere in an area can fall on
HIT = ("city", "town", "village", "camp", "informal")


@dataclass
class Sites:
    """The places of a crisis as points to look up, and the areas an import makes of them."""

    names: list[str]
    kinds: list[str]
    units: list[tuple[str, str]]
    latitude: Floats
    longitude: Floats
    areas: dict[str, list[str]] = field(default_factory=dict)

    def nearest(self, latitude: Floats, longitude: Floats) -> tuple[Ints, Floats]:
        """Find the nearest place of each point: its row and its distance in km, shapes (points,)."""
        tree = cKDTree(on_sphere(self.latitude, self.longitude))
        _, row = tree.query(on_sphere(latitude, longitude))
        metres = Geod(ellps="WGS84").inv(longitude, latitude, self.longitude[row], self.latitude[row])[2]
        return np.asarray(row, dtype=np.int64), np.asarray(metres) / 1000.0

    def within(self, latitude: float, longitude: float, km: float) -> list[str]:
        """Return places that an attack can fall on within a distance of a point, nearest first."""
        n = len(self.names)
        metres = Geod(ellps="WGS84").inv(
            np.full(n, longitude), np.full(n, latitude), self.longitude, self.latitude
        )[2]  # fmt: skip
        far = np.asarray(metres) / 1000.0
        return [self.names[i] for i in np.argsort(far, kind="stable") if far[i] <= km and self.kinds[i] in HIT]

    def in_unit(self, level: int, name: str | None) -> list[str]:
        """Return places that an attack can fall on in an admin unit of level 0 (first) or 1 (second), by its name."""
        return self._where(lambda i: bool(name and self.units[i][level] and same_unit(self.units[i][level], name)))

    def unit_around(self, level: int, place: str) -> list[str]:
        """Return places in the same admin unit as a place; none if its unit is not known."""
        unit = self.units[self.names.index(place)][level]
        return self._where(lambda i: bool(unit) and self.units[i][level] == unit)

    def _where(self, holds: Callable[[int], bool]) -> list[str]:
        return [name for i, name in enumerate(self.names) if self.kinds[i] in HIT and holds(i)]

    def vague(
        self, point: tuple[float, float], nearest: str, km: float, within_km: float, *, level: int, unit: str | None,
        name: str,
    ) -> dict[str, str] | None:  # fmt: skip
        """Return the site of a record known to an admin unit of a level, or to its point's surroundings (`unit` None).

        The area of the places in the unit: by its name, else the unit around the nearest place, else what is within
        a radius. None if no place is near.
        """
        if km > max(within_km, UNIT_KM[level]):
            return None
        places = [] if unit is None else self.in_unit(level, unit) or self.unit_around(level, nearest)
        places = places or self.within(*point, UNIT_KM[level])
        return {"area": self.area(name, sorted(places))} if places else None

    def area(self, name: str, places: Sequence[str]) -> str:
        """Return the name of an area of these places, made when first asked for; no place or other area has it."""
        base = word = short_name(name)
        n = 1
        while word in self.names or self.areas.get(word, list(places)) != list(places):
            n += 1
            word = f"{base}_{n}"
        self.areas[word] = list(places)
        return word


def sites_of(crisis: Crisis) -> Sites:
    """Return the places and areas of a crisis."""
    places = crisis.table("places")
    areas: dict[str, list[str]] = {}
    for area, place in crisis.table("areas").select("area", "place").iter_rows():
        areas.setdefault(area, []).append(place)
    return Sites(
        names=places["place"].to_list(),
        kinds=places["kind"].to_list(),
        units=list(places.select("admin1", "admin2").fill_null("").iter_rows()),
        latitude=places["latitude"].to_numpy(),
        longitude=places["longitude"].to_numpy(),
        areas=areas,
    )


def same_unit(one: str, two: str) -> bool:
    """Return whether two names are of the same admin unit, whatever the spelling and the word for the unit.

    >>> same_unit("Daraa Governorate", "Dar'a")
    True
    >>> same_unit("North Kordofan", "South Kordofan")
    False
    """
    first, second = _bare(one), _bare(two)
    if bool({"north", "south", "east", "west", "central"} & (set(first.split()) ^ set(second.split()))):
        return False
    return bool(fuzz.ratio(first, second) >= LIKE)


def _bare(name: str) -> str:
    words = utils.default_process(short_name(name.replace("'", "")).replace("_", " ")).split()
    return " ".join(word for word in words if word not in UNIT_WORDS)
