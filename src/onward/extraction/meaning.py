"""The meaning of headings and noun phrases: "IDP arrivals" are flows, "HHs" are households."""

from __future__ import annotations

import re

_INDICATORS = (
    (
        "aided",
        r"\b(?:assisted|(?:people|persons|households) reached|reached with|distributed|beneficiar\w+)",
    ),
    ("killed", r"\b(?:killed|deaths?|dead|fatalit\w+|died)\b"),
    ("injured", r"\b(?:injur\w+|wounded)\b"),
    ("destroyed", r"\bdestroyed\b"),
    ("damaged", r"\bdamaged\b"),
    ("capacity", r"\bcapacity\b"),
    ("returned", r"\b(?:return\w*|repatriat\w+)\b"),
    ("evacuated", r"\b(?:evacu\w+(?! cent)|relocat\w+(?! (?:cent|sites?))|bussed)\b"),
    ("on_the_move", r"\bon the move\b"),
    ("stock", r"\bnumber of (?:\w+ )?(?:forced|uprooted|driven)\b"),
    ("at_border", r"\b(?:stranded|stuck|waiting) (?:\w+ ){0,3}(?:border|crossing)|\bqueues?\b"),
    ("stock", r"\b(?:currently|still|remain\w*) (?:\w+ )?displaced\b"),
    (
        "newly_displaced",
        r"\b(?:arriv\w+|new(?:ly)?[- ]displac\w+|new (?:IDPs|refugees)"
        r"|(?:new|total|daily|weekly|monthly|annual) displacements?|displacements|influx|departures?|departed|left"
        r"|newcomers?|displaced (?:since|between|during)|cumulative (?:number|total|figure) of (?:IDPs|displaced)"
        r"|fled|forced (?:to (?:flee|leave)|from|out of)|uprooted"
        r"|driven (?:from|out)|crossed|cross\b|(?:those|people|persons) crossing|entered|displaced from"
        r"|recently displaced|movements?|spontaneous(?! (?:site|settlement|camp)s?))\b",
    ),
    ("hosted", r"\b(?:hosted|hosting|refugees?|asylum[- ]seekers?)\b"),
    (
        "sheltered",
        r"\b(?:seeking (?:safety|protection|refuge|shelter)|shelters?|camps?|(?:collective|evacuation) cent\w+|ECs?"
        r"|sites?|sheltered)\b",
    ),
    ("stock", r"\b(?:IDPs?|displaced|displacement|(?:people|persons|individuals|population) of concern)\b"),
)
_PATTERNS = tuple((name, re.compile(words, re.IGNORECASE)) for name, words in _INDICATORS)
_HOUSEHOLDS = re.compile(r"\b(?:households?|HHs?|families)\b", re.IGNORECASE)
_HOMES = re.compile(r"\b(?:houses|homes|shelters|tents|buildings|huts|dwellings)\b", re.IGNORECASE)
_NOT_COUNTED = re.compile(
    r"\b(?:in need|affected|funding|funded|required|USD|US\$|locations?|villages?|districts assessed|sites? assessed"
    r"|date|population|P-?code|partners|cases|age)\b",
    re.IGNORECASE,
)


def indicator_of(words: str) -> str | None:
    """Return what a heading counts; None where it does not say, or counts something else.

    >>> indicator_of("IDP arrivals"), indicator_of("Internally displaced"), indicator_of("People in need")
    ('newly_displaced', 'stock', None)
    """
    if _NOT_COUNTED.search(words) and not re.search(
        r"displaced|IDP|refugee|return|arriv|on the move|of concern", words, re.IGNORECASE
    ):
        return None
    return next((name for name, pattern in _PATTERNS if pattern.search(words)), None)


def unit_of(words: str, indicator: str) -> str:
    """Return the unit of a column: percent, households, homes or people.

    >>> unit_of("Share", "stock"), unit_of("# HHs", "stock"), unit_of("Houses", "destroyed")
    ('percent', 'households', 'homes')
    """
    if re.search(r"%|\bshares?\b|per ?cent|proportion", words, re.IGNORECASE):
        return "percent"
    if _HOUSEHOLDS.search(words):
        return "households"
    return "homes" if indicator in ("destroyed", "damaged") else "people"
