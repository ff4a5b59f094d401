"""The result types of extraction: facts with their source text, places with candidates, readings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Role = Literal["from", "to", "at", "via"]
Modality = Literal["asserted", "estimated", "hedged", "witness", "forecast", "intention", "conditional", "denied"]
FIRM: frozenset[str] = frozenset({"asserted", "estimated", "hedged", "witness"})
"""Modalities that say something is or was so; the others (a forecast, a denial, a condition) do not."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "displacement": (
        *("newly_displaced", "on_the_move", "at_border", "stock", "hosted", "returned", "evacuated"),
        *("sheltered", "capacity"),
    ),
    "housing": ("destroyed", "damaged", "uninhabitable"),
    "casualty": ("killed", "injured"),
    "attack": ("airstrike", "shelling", "ground_offensive"),
    "control": ("held", "taken", "shrinking", "threatened"),
    "border": ("closed", "open", "restricted"),
    "intervention": ("military", "ceasefire", "confidence_building", "condemnation"),
    "itinerary": ("leg",),
    "aid": ("delivered",),
}
"""The kinds of facts and the indicators of each."""


@dataclass(frozen=True)
class Candidate:
    """A place of the gazetteer, or of the crisis, that a name in the text may mean.

    `place` is the key of the crisis's table where the candidate is one of the crisis's own places or areas, else
    None. `score` is between 0 and 1; the scores of one name sum to 1 at most, the rest being "none of these".
    """

    name: str
    kind: str
    country: str
    latitude: float | None
    longitude: float | None
    score: float
    source: str
    place: str | None = None


@dataclass(frozen=True)
class Place:
    """A place as a fact names it: the words, the role, and what they may mean (best first, maybe none).

    `found` says how it was tied to the fact: `text` (named in the sentence), `context` (carried over from
    a sentence before) or `there` (resolved from "there", "its borders").
    """

    name: str
    role: Role
    start: int
    end: int
    candidates: tuple[Candidate, ...] = ()
    found: Literal["text", "context", "there"] = "text"


@dataclass(frozen=True)
class Fact:
    """One statement of a report that a person can accept, correct or reject.

    `start` and `end` count characters of the reading's text and `quote` is what stands there (a private
    person's name in it is replaced by [name]). `value` is the figure, None where the text gives only an
    interval; `low` and `high` are the bounds the words allow, None where they set none. `household_size` is
    people per household where the text states it. `date` is an ISO day or an interval "first/last".
    `same_as` is the id of a fact that gives the same count in another unit, `part_of` that of the figure it is part or
    a share of (`unit` is percent for a share, people_per_day for a rate).
    """

    id: str
    start: int
    end: int
    quote: str
    kind: str
    indicator: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    who: str | None = None
    places: tuple[Place, ...] = ()
    date: str | None = None
    date_text: str | None = None
    attribution: str = "author"
    modality: Modality = "asserted"
    method: str = "rules"
    confidence: float = 0.5
    household_size: float | None = None
    same_as: str | None = None
    part_of: str | None = None
    mentions: tuple[tuple[int, int], ...] = ()

    @property
    def asserted(self) -> bool:
        """Whether the report says that this is or was so (not a forecast, a denial or a condition).

        >>> Fact("f1", 0, 4, "text", "casualty", "killed", modality="forecast").asserted
        False
        """
        return self.modality in FIRM

    def people(self) -> tuple[float | None, float | None] | None:
        """Return bounds in people; None for homes and for households without a stated size.

        >>> Fact("f1", 0, 4, "text", "displacement", "stock", 10, 10, 10, "households").people()
        >>> Fact("f1", 0, 1, "9", "displacement", "stock", 9, 9, 9, "households", household_size=5).people()
        (45, 45)
        """
        if self.unit == "people":
            return self.low, self.high
        if self.unit == "households" and self.household_size:
            size = self.household_size
            low, high = (None if v is None else v * size for v in (self.low, self.high))
            return low, high
        return None


@dataclass(frozen=True)
class Total:
    """A figure with its parts: their sum in its unit, and whether they fit in it (see `Reading.totals`)."""

    whole: str
    parts: tuple[str, ...]
    sum: float
    fits: bool


ROUNDING = 0.02
"""Parts may add up to this share more than their total: rounded figures do (own assumption)."""


@dataclass(frozen=True)
class Reading:
    """A report that has been read: its text, its facts, and what was dropped and why.

    `text` is what the offsets count in: for plain text the very text, for HTML and PDF the text taken out.
    """

    text: str
    facts: tuple[Fact, ...]
    date: dt.date | None = None
    source: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)
    tables: tuple[tuple[int, int], ...] = ()

    def totals(self) -> tuple[Total, ...]:
        """Return each figure that has parts, and whether the parts of one unit and sense fit in it.

        Shares are compared with 100 percent. Parts that overlap ("of whom 5,000 children") fit as well.

        >>> from onward.extraction import extract_facts
        >>> [t] = extract_facts("We saw 900 displacements: 500 from Bosso and 600 from Toumour.").totals()
        >>> t.sum, t.fits
        (1100.0, False)
        """
        by_id = {fact.id: fact for fact in self.facts}
        grouped: dict[tuple[str, str | None], list[Fact]] = {}
        for fact in self.facts:
            if fact.part_of in by_id:
                grouped.setdefault((fact.part_of or "", fact.unit), []).append(fact)
        return tuple(
            _total(by_id[whole], parts)
            for (whole, unit), parts in grouped.items()
            if unit in ("percent", by_id[whole].unit)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as plain values, ready for JSON (the text itself is left out).

        >>> Reading("nothing", ()).to_dict()["facts"]
        []
        """
        return {
            "source": self.source,
            "date": self.date.isoformat() if self.date else None,
            "characters": len(self.text),
            "dropped": dict(self.dropped),
            "facts": [asdict(f) for f in self.facts],
            "totals": [asdict(t) for t in self.totals()],
            "tables": [list(span) for span in self.tables],
            "itineraries": [list(stops) for stops in self.itineraries()],
        }

    def itineraries(self) -> tuple[tuple[str, ...], ...]:
        """Return the stops of each journey told in the text, in order; "home" where the origin is not named.

        >>> Reading("nothing", ()).itineraries()
        ()
        """
        legs = [_ends(f) for f in self.facts if f.kind == "itinerary" and f.asserted]
        journeys: list[list[str]] = []
        waiting = [leg for leg in legs if leg[1]]
        while waiting:
            ends = {j[-1]: j for j in journeys}
            leg = next((x for x in waiting if x[0] in ends), None)
            if leg is None:
                leg = next((x for x in waiting if x[0] is None), waiting[0])
                journeys.append([leg[0] or "home"])
                ends = {leg[0] or "home": journeys[-1]}
            ends[leg[0] or "home"] += leg[1]
            waiting.remove(leg)
        return tuple(tuple(j) for j in journeys)


def _ends(fact: Fact) -> tuple[str | None, list[str]]:
    origin = next((p.name for p in fact.places if p.role == "from"), None)
    return origin, [p.name for p in fact.places if p.role == "to"]


def _total(whole: Fact, parts: list[Fact]) -> Total:
    """Return the parts that count the same thing, or all parts where they add up to it, against the whole."""
    named = {p.indicator for p in parts}
    alike = parts if len(named) == 1 else [p for p in parts if p.indicator == whole.indicator]
    most = 100.0 if parts[0].unit == "percent" else whole.high or whole.value or float("inf")
    every = sum(p.value or 0.0 for p in parts)
    if abs(every - most) <= ROUNDING * most:  # arrivals are those who left again and those who stayed
        return Total(whole.id, tuple(p.id for p in parts), every, True)
    found = sum(p.value or 0.0 for p in alike)
    fits = found <= most * (1 + ROUNDING)
    return Total(whole.id, tuple(p.id for p in parts), found, fits or len(alike) < 2)


@dataclass(frozen=True)
class Link:
    """Facts of different reports that speak of the same thing: (source, fact id) pairs and who says each."""

    kind: Literal["duplicate", "contradiction"]
    indicator: str
    place: str
    facts: tuple[tuple[str, str], ...]
    says: tuple[str, ...]


@dataclass(frozen=True)
class Readings:
    """Several reports read together: the readings, and the duplicates and contradictions among them."""

    readings: tuple[Reading, ...]
    duplicates: tuple[Link, ...] = ()
    contradictions: tuple[Link, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return what ``--json`` prints: the facts of all reports, each with its source, and the links.

        >>> Readings(()).to_dict()["facts"]
        []
        """
        told = [(reading.source, reading.to_dict()) for reading in self.readings]
        return {
            "facts": [{**fact, "source": source} for source, reading in told for fact in reading["facts"]],
            "reports": [reading for _, reading in told],
            "duplicates": [asdict(link) for link in self.duplicates],
            "contradictions": [asdict(link) for link in self.contradictions],
        }
