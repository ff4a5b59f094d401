"""Candidate facts before places, dates and speakers are attached, and the clause around each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from onward.extraction.facts import Modality, Role
from onward.extraction.mention import Mention
from onward.extraction.normal import Sentence


@dataclass(frozen=True)
class Draft:
    """What a rule found, in offsets of the working copy.

    `whole` is the anchor of the figure this one is part of; `dated` the sentence that dates it, if not its own.
    """

    start: int
    end: int
    kind: str
    indicator: str
    sentence: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    who: str | None = None
    confidence: float = 0.7
    anchor: int = 0
    pair: int | None = None
    places: tuple[tuple[Mention, Role, str], ...] | None = None
    modality: Modality | None = None
    arrival: bool = False
    whole: int | None = None
    dated: int | None = None
    figure_end: int = 0

    @property
    def size(self) -> float:
        """A representative size: the value, or a bound."""
        return next((v for v in (self.value, self.low, self.high) if v is not None), 0.0)

    @property
    def first_unit(self) -> str | None:
        """The unit that the text counts in first: "310 families (1,600 people)" is told in families."""
        other = {"people": "households", "households": "people"}
        return self.unit if self.pair is None else other.get(self.unit or "", self.unit)

    def sentence_of(self, sentence: Sentence) -> bool:
        """Return whether the figure stands in a sentence."""
        return sentence.start <= self.anchor < sentence.end


_BOUNDARY = re.compile(
    r"[;:)\"]|,(?!\d)|\.(?=\s|$)| - |\s(?=(?:according to|as|while|but|amid|hoping|following|after"
    r"|because(?! of)|since (?!\d|[A-Z]|the |then|last|early|late|mid)\w+|who|which|where|when|whereas"
    r"|although|though|there (?:is|are|was|were|will)"
    r"|and (?:the|a|an|its|their|his|her|another|more|some|about|around|at least|nearly|almost|over|up to"
    r"|\d(?!\d?(?:st|nd|rd|th)? [A-Z])|[a-z]+ed\b|[a-z]+ing\b|have|has|had|were|was|is|are|implement))\b)"
)
_START = re.compile(
    r"[;:(\"]\s*|,(?!\d)\s*|\.\s+|\s-\s|\b(?:said|says|say)(?: that)?\s+(?=[a-z])|\b(?:that|but|amid|while"
    r"|as|because|although|though|which|who|where|when|whereas|after|before|following|caused by|due to"
    r"|and(?= (?:the|a|an|its|their|another|implement|[a-z]+ed\b)\b))\s+|\s(?=there (?:is|are|was|were"
    r"|will|has)\b)"
)
_FAR = 400  # a clause is not longer
_ASIDE = re.compile(r" - (?:[\w']+ ){0,5}[\w']+ - ")


def clause_end(text: str, position: int, end: int) -> int:
    """Return where the clause that goes on at `position` ends, `end` being the sentence's end.

    >>> clause_end("Forty people fled to Azaz, he said", 16, 34)
    25
    """
    end = min(end, position + _FAR)
    asides = [(m.start(), m.end()) for m in _ASIDE.finditer(text, max(0, position - 60), end)]
    for match in _BOUNDARY.finditer(text, position, end):
        if not any(a <= match.start() < b for a, b in asides):
            return len(text[: match.start()].rstrip()) if match.start() > position else position
    return len(text[position:end].rstrip(" .!?\"'")) + position


def clause_start(text: str, start: int, position: int) -> int:
    """Return where the clause around `position` starts, `start` being the sentence's start.

    >>> clause_start("This week, Russia bombed it", 0, 18)
    11
    """
    start = max(start, position - _FAR)
    asides = [(m.start(), m.end()) for m in _ASIDE.finditer(text, start, min(len(text), position + 60))]
    last = start
    for match in _START.finditer(text, start, position):
        if not any(a <= match.start() < b for a, b in asides):
            last = match.end()
    while last < position and text[last] in " \"'(-":
        last += 1
    return last
