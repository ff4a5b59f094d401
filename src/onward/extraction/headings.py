"""The places that a title or a heading names, for figures below it that name none themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from onward.extraction.mention import Mention
from onward.extraction.normal import Sentence

LONGEST = 100
"""Characters of a heading at most (own choice)."""
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|must|do|does|did|said|says|fled|left|arrived|reported"
    r"|remain\w*|continue\w*|hosts?|hosted|reached|received|moved|crossed|returned|killed|displaced|live|stay)\b"
)
_ROW = re.compile(r"(?: {2,}|\t|\|) *\d")
"""The gap before a figure in a row of a table."""
_FIGURE = re.compile(r"\d{1,3}(?:[, ]\d{3})+|\b\d+(?:\.\d+)? ?(?:million|per cent|%|K\b|M\b)")
_LOSS_BELOW, _LOSS_TITLE = 0.15, 0.2


def headings_of(
    text: str,
    sentences: Sequence[Sentence],
    mentions: Mapping[int, Sequence[Mention]],
    seats: Mapping[int, Sequence[Mention]],
) -> Mapping[int, tuple[tuple[Mention, ...], float]]:
    """Return for each sentence the places of the heading above it, else of the title, and how much less sure they are.

    `seats` are the places that names of offices say: they count in a title that names no other.

    Examples
    --------
    >>> from onward.extraction.mentions import find_mentions
    >>> from onward.extraction.normal import sentences
    >>> from onward.extraction.places import gazetteer
    >>> t = "Update on Sudan\\n\\nTwo were killed."
    >>> lines = sentences(t)
    >>> found = {0: find_mentions(t, gazetteer(), [(lines[0].start, lines[0].end)])}
    >>> [m.name for m in headings_of(t, lines, found, {})[1][0]]
    ['Sudan']
    """
    found: dict[int, tuple[tuple[Mention, ...], float]] = {}
    title: tuple[Mention, ...] = ()
    above: tuple[Mention, ...] = ()
    for number, line in enumerate(sentences):
        if _is_heading(text, sentences, number):
            named = tuple(mentions.get(number, ()) or seats.get(number, ()))[:3]
            if number < 2 and named and not title:
                title = named
            else:
                above = named or (above if text[line.start : line.end].isupper() else ())
            continue
        if above or title:
            found[number] = (above, _LOSS_BELOW) if above else (title, _LOSS_TITLE)
    return found


def _is_heading(text: str, sentences: Sequence[Sentence], number: int) -> bool:
    """Return whether a sentence is a line of its own without verb and figure, or the first words of a report."""
    line = sentences[number]
    words = text[line.start : line.end]
    if _ROW.search(words) or len(words) > LONGEST or _VERB.search(words) or _FIGURE.search(words) or words[-1] in ",;":
        return False
    if not words.lstrip("*-#\u2022 ")[:1].isupper():
        return False
    last = number + 1 == len(sentences)
    alone = last or sentences[number + 1].paragraph != line.paragraph
    starts = number == 0 or sentences[number - 1].paragraph != line.paragraph
    return starts and (alone or number == 0 or words.isupper())
