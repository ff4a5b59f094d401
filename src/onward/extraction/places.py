"""The gazetteer: folded spellings and scored candidates, the crisis's own places first.

Data: GeoNames (https://www.geonames.org, CC BY 4.0) and a table of our own; gazetteer/README.md says how
they were made.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any, Protocol

from onward.extraction.facts import Candidate
from onward.extraction.normal import fold

ARTICLES = frozenset(["al", "ar", "as", "ash", "at", "ad", "an", "az", "el", "es", "er", "ed", "et"])
KIND_WEIGHT: Mapping[str, float] = {
    **{"country": 40.0, "admin1": 12.0, "admin2": 1.5, "town": 1.0, "area": 12.0, "crossing": 6.0},
    **{"camp": 6.0, "informal": 4.0},
}
"""How much likelier a bare name means this kind than a town without people (own assumption)."""
OURS = "Onward"
GEONAMES = "GeoNames (CC BY 4.0)"
CANDIDATES = 5
_OWN_AREA = 50.0
"""What an area of the crisis counts, against 1,000 for a place of it: a bare name is the town (own assumption)."""
_OTHER_KIND = 0.2
"""What a place of the crisis counts where the text names another kind of unit (own assumption)."""
NONE_OF_THESE = 0.15  # share of the score kept for "none of these" (own assumption)


class HasTables(Protocol):
    """What the reader needs of a crisis: its places as a table."""

    def table(self, name: str) -> Any:
        """Return the table of that name."""


@dataclass(frozen=True)
class Entry:
    """A row of the gazetteer."""

    name: str
    kind: str
    country: str
    latitude: float | None
    longitude: float | None
    population: int
    others: tuple[str, ...]
    source: str
    place: str | None = None


@dataclass(frozen=True)
class Gazetteer:
    """Entries, which of them a folded spelling may mean, and the countries of the crisis, if one is given."""

    entries: tuple[Entry, ...]
    by_key: Mapping[str, tuple[int, ...]]
    longest: int
    parent: Gazetteer | None = None
    countries: frozenset[str] = frozenset()

    def knows(self, name: str) -> bool:
        """Return whether any entry may be spelled so.

        >>> gazetteer().knows("Bab as-Salameh"), gazetteer().knows("Post a Comment")
        (True, False)
        """
        return bool(self._rows(loose(name)))

    def _rows(self, key: str) -> list[Entry]:
        own = [self.entries[i] for i in self.by_key.get(key, ())]
        return own + (self.parent._rows(key) if self.parent else [])

    def candidates(
        self, name: str, countries: Mapping[str, float] | None = None, kind: str | None = None
    ) -> tuple[Candidate, ...]:
        """Return what a name may mean, best first.

        The weight of an entry is how well the spelling fits, times how likely its kind is, times 1 + ln(1 +
        people / 1,000), times the weight of its country (`countries`: those the text speaks of); the crisis's
        own places come first. Scores are weights over their sum, a share kept for "none of these".

        >>> [(c.name, c.country) for c in gazetteer().candidates("Oncupinar")]
        [('Öncüpınar', 'TUR')]
        """
        found = [(self._weight(name, e, countries or {}, kind), e) for e in self._rows(loose(name))]
        found.sort(key=lambda pair: (pair[1].place is None, -pair[0], pair[1].country, pair[1].name))
        kept = _apart(found)[:CANDIDATES]
        total = sum(w for w, _ in kept) / (1 - NONE_OF_THESE) if kept else 1.0
        return tuple(
            Candidate(e.name, e.kind, e.country, e.latitude, e.longitude, round(w / total, 3), e.source, e.place)
            for w, e in kept
        )

    def _weight(self, name: str, entry: Entry, countries: Mapping[str, float], kind: str | None) -> float:
        asked = fold(name)
        fit = 1.0 if asked == fold(entry.name) else 0.9 if any(asked == fold(o) for o in entry.others) else 0.6
        if name == entry.name or name in entry.others:
            fit = 2.0 if name.isascii() else 20.0  # who writes the marks means this spelling
        likely = KIND_WEIGHT.get(entry.kind, 1.0)
        if kind is not None:
            other = _OTHER_KIND if entry.place is not None else 1.0
            likely = 20.0 if entry.kind.startswith(kind) else likely if entry.kind == "country" else other
        people = 1 + math.log1p(entry.population / 1000)
        area = entry.place is not None and entry.kind == "admin1" and kind is None
        own = (
            _OWN_AREA if area else 1000.0 if entry.place is not None else 3.0 if entry.source.startswith(OURS) else 1.0
        )
        return fit * likely * people * countries.get(entry.country, 1.0) * own


def _apart(found: list[tuple[float, Entry]]) -> list[tuple[float, Entry]]:
    """Leave out a second row for one place: same country, hardly any distance."""
    kept: list[tuple[float, Entry]] = []
    for weight, entry in found:
        if not any(_same(entry, e) for _, e in kept):
            kept.append((weight, entry))
    return kept


def _same(a: Entry, b: Entry) -> bool:
    if a.country != b.country or (a.place and b.place):
        return False
    if a.latitude is None or b.latitude is None or a.longitude is None or b.longitude is None:
        return a.latitude is None and b.latitude is None
    near = 0.08 if a.kind == b.kind or "admin2" in (a.kind, b.kind) or a.place or b.place else 0.03
    return abs(a.latitude - b.latitude) < near and abs(a.longitude - b.longitude) < near


@lru_cache(maxsize=100_000)
def loose(name: str) -> str:
    """Return the key of a spelling: articles, doubled letters and the ways to write a last "a" do not count.

    >>> loose("Bab al-Salama") == loose("Bab as-Salameh"), loose("Marea") == loose("Mareea")
    (True, True)
    """
    words = [w for w in fold(name).split() if w not in ARTICLES] or fold(name).split()
    return " ".join(_ending(re.sub(r"(.)\1+", r"\1", w)) for w in words)


def _ending(word: str) -> str:
    word = word.replace("ou", "u").replace("q", "k")
    return re.sub(r"(?<=[^aeiou])(?:eh|ah|et|e)$", "a", word) if len(word) > 4 else word


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Return the gazetteer that comes with the package.

    >>> gazetteer().candidates("Māri‘")[0].country
    'SYR'
    """
    folder = files("onward.extraction") / "gazetteer"
    hand = [_hand(r) for r in csv.DictReader(io.StringIO((folder / "hand.csv").read_text("utf-8")))]
    lines = gzip.decompress((folder / "places.tsv.gz").read_bytes()).decode("utf-8").splitlines()[1:]
    rows = [line.rsplit("\t", 1) for line in lines]
    keys = [spelling_keys(e) for e in hand] + [k.split("|") for _, k in rows]
    return _indexed([*hand, *(_geonames(row) for row, _ in rows)], keys)


def _degrees(text: str) -> float | None:
    return float(text) if text else None


def _hand(row: Mapping[str, str]) -> Entry:
    others = tuple(o for o in row["others"].split("|") if o)
    north, east = (_degrees(row[c]) for c in ("latitude", "longitude"))
    source = f"{OURS}: {row['source']}"
    return Entry(row["name"], row["kind"], row["country"], north, east, 0, others, source)


def _geonames(line: str) -> Entry:
    name, kind, country, latitude, longitude, people, _, others = line.split("\t")
    alternatives = tuple(others.split("|")) if others else ()
    return Entry(name, kind, country, _degrees(latitude), _degrees(longitude), int(people or 0), alternatives, GEONAMES)


def _indexed(entries: Sequence[Entry], keys: Sequence[Iterable[str]], parent: Gazetteer | None = None) -> Gazetteer:
    index: dict[str, list[int]] = defaultdict(list)
    longest = parent.longest if parent else 1
    for number, spellings in enumerate(keys):
        for key in spellings:
            index[key].append(number)
            longest = max(longest, min(key.count(" ") + 1, 6))
    return Gazetteer(tuple(entries), {k: tuple(v) for k, v in index.items()}, longest, parent)


_UNIT = re.compile(
    r"^(?:Muhafazat|Wilayat-e|Misto|Mayorality of|Province of|State of|Departamento del?|Estado|Mintaqat|Baladiyat"
    r"|Sha`biyat|Opstina|Changwat)\s+"
    r"|\s+(?:Governorate|Province|Region|State|Oblast|District|Department|County|City|Prefecture|Municipality|Sheng"
    r"|Shi|Zizhiqu|Voivodeship|Rayon|Rajons|Marz|Apskritis|Atholhu|Okrug|Atoll)$",
    re.IGNORECASE,
)


def spelling_keys(entry: Entry) -> set[str]:
    """Return the keys under which an entry is found.

    >>> sorted(spelling_keys(Entry("Homs", "admin1", "SYR", None, None, 0, ("Hims",), "")))
    ['hims', 'homs']
    """
    return {key for n in _spellings(entry) if len(key := loose(n)) > 1}


def _spellings(entry: Entry) -> Iterable[str]:
    yield entry.name
    yield from entry.others
    if entry.kind.startswith("admin"):
        bare = _UNIT.sub("", entry.name)
        if bare != entry.name:
            yield bare


def crisis_gazetteer(crisis: HasTables | None) -> Gazetteer:
    """Return the gazetteer with a crisis's own places in front; the bare gazetteer without a crisis."""
    base = gazetteer()
    if crisis is None:
        return base
    rows = list(crisis.table("places").iter_rows(named=True))
    own = [*(_own(row, base) for row in rows), *_areas(crisis, rows)]
    found = _indexed(own, [spelling_keys(e) for e in own], base)
    return replace(found, countries=frozenset(str(row["country"]) for row in rows if row.get("country")))


def _own(row: Mapping[str, Any], base: Gazetteer) -> Entry:
    """Return a place of the crisis, also found under the other spellings that the gazetteer has for it."""
    name = str(row.get("name") or row["place"])
    bare = re.sub(r"\s*\(.*?\)\s*", "", name)
    point = (float(row["latitude"]), float(row["longitude"]))
    others = {str(row["place"]).replace("_", " ").replace("-", " "), bare}
    others |= {str(row["pcode"])} if row.get("pcode") else set()
    for entry in base._rows(loose(bare)):
        if entry.latitude is None or entry.longitude is None:
            continue
        if abs(entry.latitude - point[0]) < 0.1 and abs(entry.longitude - point[1]) < 0.1:
            others |= {entry.name, *entry.others}
    people = int(row.get("population") or 0)
    kind = str(row.get("kind") or "town")
    return Entry(name, kind, str(row["country"]), *point, people, tuple(sorted(others)), "crisis", str(row["place"]))


_ADMIN_AREA = re.compile(r"(governorate|province|state|region|oblast|department)$")


def _areas(crisis: HasTables, rows: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Make an entry of each administrative area, at the middle of its places; "rimah_governorate" is Rimah as well."""
    by_place = {str(row["place"]): row for row in rows}
    members: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in crisis.table("areas").iter_rows(named=True):
        if row["place"] in by_place:
            members[str(row["area"])].append(by_place[row["place"]])
    found = []
    for key, inside in members.items():
        north, east = (sum(float(r[c]) for r in inside) / len(inside) for c in ("latitude", "longitude"))
        name = key.replace("_", " ").title()
        if _ADMIN_AREA.search(key):  # "north" or "camps" is no name
            others = (_UNIT.sub("", name),)
            found.append(Entry(name, "admin1", str(inside[0]["country"]), north, east, 0, others, "crisis", key))
    return found


@lru_cache(maxsize=1)
def country_names() -> Mapping[str, str]:
    """Return the name of each country by its three-letter code.

    >>> country_names()["SYR"]
    'Syria'
    """
    return {e.country: e.name for e in reversed(gazetteer().entries) if e.kind == "country"}


@lru_cache(maxsize=1)
def demonyms() -> Mapping[str, str]:
    """Return the adjectives of countries, each with the name of its country.

    >>> demonyms()["Syrian"]
    'Syria'
    """
    text = (files("onward.extraction") / "gazetteer" / "demonyms.csv").read_text("utf-8")
    return {r["demonym"]: country_names()[r["country"]] for r in csv.DictReader(io.StringIO(text))}
