"""Counts of each day: "300 a day", "the daily average was 1,800", "on some days up to 9,000 arrived"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from onward.extraction.candidates import Draft
from onward.extraction.counted import Counted
from onward.extraction.normal import Sentence
from onward.extraction.numbers import Quantity
from onward.extraction.parts import Sense

_NO_FLOW = ("killed", "injured", "aided", "destroyed", "damaged", "uninhabitable")
_FLOWS = ("newly_displaced", "stock", "refugees", "on_the_move", "returned", "hosted")
_ON_DAYS = re.compile(
    r"(?:\b(?:daily (?:average|mean|rate|number|arrivals|departures|crossings|entries|returns)|average daily [\w-]+)\b"
    r"|\bon (?:some|peak|most|many|busy|several) days\b)(?P<gap>[^.;]{0,80})$",
    re.IGNORECASE,
)
_DAILY = re.compile(r",? (?:per|an?|each|every) day\b|,? daily\b")
_EACH_DAY = re.compile(r" (?:\w+ ){0,9}?(?:each|every) (?:single )?day\b| (?:\w+ ){1,5}?(?:daily|per day|a day)\b")


def rate_sense(
    text: str, sentence: Sentence, item: Counted, found: Sense | None, near: Sequence[Draft]
) -> Sense | None:
    """Return a sense as a flow of each day, where the words around its number say so, else as it is.

    Examples
    --------
    >>> t = "The daily average was 1,800 returnees."
    >>> item = Counted(Quantity(22, 27, 22, 1800.0, 1800.0, 1800.0), "people", 37, 38)
    >>> rate_sense(t, Sentence(0, 38, 0), item, Sense("returned", 22, 37, 0.7), []).unit
    'people_per_day'
    """
    quantity = item.quantity
    if quantity.unit == "people_per_day":
        if found is None and item.unit is None and (not near or not _DAILY.match(text, quantity.end)):
            return None  # "500 consultations a day"
        if found is not None and found.indicator in _NO_FLOW:
            return found
        start, end = (found.start, found.end) if found else (quantity.start, item.end)
        return Sense("on_the_move", start, end, 0.65)
    if found is None or found.indicator not in _FLOWS or quantity.unit:
        return found
    each = item.unit == "people" and found.indicator not in ("returned", "hosted") and _EACH_DAY.match(text, item.end)
    if each or _on_days(text, sentence, quantity):
        return replace(found, indicator="on_the_move", unit="people_per_day")
    return found


def _on_days(text: str, sentence: Sentence, quantity: Quantity) -> bool:
    """Return whether the words before a number make it one of each day."""
    match = _ON_DAYS.search(text[sentence.start : quantity.start])
    return bool(match) and not re.search(r"total|cumulative|\d{3}.*, ", match.group("gap") if match else "")
