"""Areas without a proper name: parts of a country by the compass ("in the north"), lands of a people."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from onward.extraction.mention import Mention

_COMPASS = re.compile(
    r"\b(?:in|across|throughout|from|to|towards|into|of) (?P<name>the (?:far |extreme )?"
    r"(?:(?:north|south)(?:-?(?:east|west))?|east|west)(?: of the country)?)"
    r"(?=\s*(?:[.,;:)]|$)| (?:and|or|but|have|has|had|were|was|are|is|where|since|after|between|during|by|on \d)\b)"
)
_LAND = r"(?:areas?|regions?|territor(?:y|ies)|provinces?|heartlands?|lands)"


def find_areas(text: str, start: int, end: int) -> list[Mention]:
    """Return the areas of one sentence that have no name of their own, without roles.

    Examples
    --------
    >>> text = "Some 900 fled in Kurdish areas and 300 in the north."
    >>> [m.name for m in find_areas(text, 0, len(text))]
    ['Kurdistan', 'the north']
    """
    found = [
        Mention(*m.span("name"), m.group("name"), m.group("name"), None, (), "unknown")
        for m in _COMPASS.finditer(text, start, end)
    ]
    for match in _of_peoples().finditer(text, start, end):
        land = homelands()[match.group("people")]
        found.append(Mention(*match.span(), land, land, None, (), "unknown"))
    return sorted(found, key=lambda m: m.start)


@lru_cache(maxsize=1)
def homelands() -> Mapping[str, str]:
    """Return the adjectives of peoples without a state of their own, each with the name of where they live.

    Examples
    --------
    >>> homelands()["Kurdish"]
    'Kurdistan'
    """
    text = (files("onward.extraction") / "gazetteer" / "homelands.csv").read_text("utf-8")
    return {row["people"]: row["area"] for row in csv.DictReader(io.StringIO(text))}


@lru_cache(maxsize=1)
def _of_peoples() -> re.Pattern[str]:
    return re.compile(rf"\b(?P<people>{'|'.join(homelands())})[- ](?:majority |inhabited |populated )?{_LAND}\b")
