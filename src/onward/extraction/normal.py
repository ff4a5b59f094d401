"""A normalised copy of a report for matching, with offsets back to the original text.

Typographic quotes, dashes and spaces become plain ones, one for one. Words that ran together when lines were
joined ("peoplewere", "on11", "crossed.More") get a space, words cut at the end of a line are joined, and misprints
of the words that name people are put right.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from onward.extraction.lexicon import word_list

_PLAIN = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad", "-"),
    **dict.fromkeys("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a", " "),
    **dict.fromkeys("\u200b\u202f\u205f\u3000\ufeff\ufffd\t\x0b\x0c\r", " "),
    **dict.fromkeys("\u2028\u2029\x85", "\n"),
    **{chr(c): " " for c in range(32) if c not in (9, 10)},
    "\x7f": " ",
}
_TABLE = str.maketrans(_PLAIN) | {0xE000: "\ufffd"}
_LOST_MARK = re.compile(r"(?<=[A-Za-z])\ufffd(?=s\b)")
_LOST_LETTER = re.compile(r"(?<=[A-Za-z])\ufffd(?=[a-z])")
"""A sign that a broken encoding has lost inside a word: the apostrophe of a genitive, or a letter."""

_COMMON = word_list("common")
_GLUED_DIGIT = re.compile(
    r"(?<=[A-Za-z][a-z])(?=\d)|(?<=[A-Z]{3})(?=\d)|(?<=\d{3})(?=[a-z]{4})|(?<=[a-z]{3}[.!?])(?=[A-Z][a-z])"
    r"|(?<=[a-z]{2})(?=\()|(?<=[a-z]{3}[.!?])(?=\d{1,3} [a-z])"
    r"|(?<=\d[.,])(?=[A-Z][a-z]{2})|(?<=[a-z]{3},)(?=\d)|(?<=\d,)(?=[a-z]{2})|(?<=[a-z]{3},)(?=[a-z]{2})"
    r"|(?<=[A-Z]{3})(?=[a-z]{3})"
    r"|(?<=[a-z])(?=(?:January|February|March|April|June|July|August|September|October|November|December)\b)"
)
_WORD = re.compile(r"[A-Za-z]{6,40}")


@dataclass(frozen=True)
class Flat:
    """The working copy, and where it differs in length from the report.

    `marks` are the last unchanged positions before each edit, `shifts` what to add to a position after it.
    """

    text: str
    marks: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()

    def back(self, position: int) -> int:
        """Return the offset in the report of an offset in the working copy.

        >>> flatten("peoplewere here").back(7)
        6
        """
        i = bisect_left(self.marks, position)
        return position + (self.shifts[i - 1] if i else 0)

    def forth(self, offset: int) -> int:
        """Return the offset in the working copy of an offset in the report.

        >>> flatten("peoplewere here").forth(6)
        7
        """
        i = bisect_right(self._after, offset)
        return offset - (self.shifts[i - 1] if i else 0)

    @cached_property
    def _after(self) -> tuple[int, ...]:
        """Where in the report each edit has ended."""
        return tuple(m + 1 + s for m, s in zip(self.marks, self.shifts, strict=True))


def flatten(text: str) -> Flat:
    """Make the working copy of a text.

    >>> flatten("Around1.6 million peoplewere\\u00a0moved").text
    'Around 1.6 million people were moved'
    >>> flatten("fami-\\nlies left").text
    'families left'
    >>> flatten("Rimah\\ufffds people").text
    "Rimah's people"
    """
    plain = _SQUARE.sub(r"(\1)", _LOST_LETTER.sub("\ue000", _LOST_MARK.sub("'", text)).translate(_TABLE))
    spaces = {m.start() for m in _GLUED_DIGIT.finditer(plain)} | set(_glued_words(plain))
    edits = [(cut, cut, " ") for cut in spaces]
    edits += [(*m.span(), "") for m in _HYPHENATED.finditer(plain)]
    edits += [(*m.span(), " - ") for m in _TIGHT_DASH.finditer(text)]
    edits += [(*m.span(), "") for m in _MARGIN.finditer(plain)]
    edits += [_correction(m.start(), m.group()) for m in _SLIP.finditer(plain)]
    parts: list[str] = []
    marks: list[int] = []
    shifts: list[int] = []
    last = shift = 0
    for start, end, words in sorted(edits):
        if start < last:
            continue
        parts += [plain[last:start], words]
        shift += end - start - len(words)
        if end - start != len(words):
            marks.append(end - shift - 1)
            shifts.append(shift)
        last = end
    parts.append(plain[last:])
    return Flat("".join(parts), tuple(marks), tuple(shifts))


_MARGIN = re.compile(r" +(?=\n)|(?<=\n) +(?=[a-z0-9])")
"""Spaces at the edges of a printed line."""
_TIGHT_DASH = re.compile(r"(?<=[A-Za-z)%])\u2014(?=[\w(])|(?<=\d)\u2014(?=[A-Za-z(])")
_SQUARE = re.compile(r"\[([^\[\]\n]{6,90})\]")
_HYPHENATED = re.compile(r"(?<=[a-z]{2})-\n *(?=[a-z]{2})")
"""A word cut at the end of a printed line; a compound that broke at its own hyphen loses it, which harms no figure."""


def _misprints(word: str) -> set[str]:
    """Return the word with one letter lost, doubled or two swapped, its first letter in place."""
    lost = {word[:i] + word[i + 1 :] for i in range(1, len(word) - 1)}
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)}
    return {w for w in lost | swapped if w != word}


_SLIPS = {
    slip: word
    for word in (
        "people",
        "persons",
        "displaced",
        "households",
        "families",
        "refugees",
        "individuals",
        "arrived",
        "returned",
    )
    for slip in _misprints(word)
    if slip not in ("person", "displace", "household", "refugee", "individual", "arrive", "return")
}


def _correction(start: int, slip: str) -> tuple[int, int, str]:
    """Return the edit that puts a misprint right: a letter put in, or two letters swapped."""
    word = _SLIPS[slip]
    at = next(i for i, (a, b) in enumerate(zip(slip, word, strict=False)) if a != b)
    swapped = 2 * (len(slip) == len(word))
    return start + at, start + at + swapped, word[at : at + max(1, swapped)]


_SLIP = re.compile(rf"\b(?:{'|'.join(sorted(_SLIPS))})\b")


def _glued_words(text: str) -> list[int]:
    found = []
    for match in _WORD.finditer(text):
        cut = _split(match.group())
        if cut:
            found.append(match.start() + cut)
    return found


@lru_cache(maxsize=20_000)
def _split(word: str) -> int:
    low = word.lower()
    if low in _COMMON:
        return 0
    for cut in range(len(low) - 2, 1, -1):
        if low[:cut] in _COMMON and low[cut:] in _COMMON and _not_a_word(low):
            return cut
    return 0


_REAL = word_list("real")


def _not_a_word(word: str) -> bool:
    return word not in _REAL and not (len(word) < 8 and word[:2] in {"be", "in", "on", "to", "or", "as", "an", "at"})


_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Gen|Col|Lt|Maj|Capt|Sgt|Gov|Sen|Rep|No|vs|approx|est|Jan|Feb|Mar|Apr|Jun|Jul|Aug"
    r"|Sep|Sept|Oct|Nov|Dec|e\.g|i\.e|etc|al|Fig|Inc|Ltd|Co)|\b[A-Z])$"
)
_STOP = re.compile(
    r"(?<=[\d%KM]) (?=\| [A-Z])"
    r"|[.!?]+[\"')\]]*(?=\s+[\"'(\[]*[A-Z0-9])|[.!?]+[\"')\]]*(?=\s*$)|\n| (?=[\u2022\u25aa\u25cf] )"
)
_BULLET = re.compile(r"\s*(?:[-*\u2022\u25aa\u25cf\u00b7]|\d{1,2}[.)])\s")


@dataclass(frozen=True)
class Sentence:
    """A sentence of the working copy, and the number of its paragraph."""

    start: int
    end: int
    paragraph: int


def sentences(text: str, rows: Sequence[tuple[int, int]] = ()) -> list[Sentence]:
    """Cut the working copy into sentences; each of `rows` (lines of tables, key figures) is one of its own.

    >>> [(s.start, s.end) for s in sentences("One came. Two left.\\nThree stayed.")]
    [(0, 9), (10, 19), (20, 33)]
    """
    breaks = _paragraph_breaks(text) | {edge for row in rows for edge in _newlines(text, row)}
    inner = {p for a, b in rows for p in range(a, b)}
    found: list[Sentence] = []
    start = paragraph = 0
    for match in _STOP.finditer(text):
        newline = match.group() == "\n"
        if match.start() in inner:
            continue
        if newline and match.start() not in breaks:
            continue
        if not newline and _ABBREVIATION.search(text[max(0, match.start() - 8) : match.start()]):
            continue
        end = match.start() if newline else match.end()
        _keep(found, text, start, end, paragraph)
        paragraph += newline
        start = match.end()
    _keep(found, text, start, len(text), paragraph)
    return found


def _newlines(text: str, row: tuple[int, int]) -> tuple[int, int]:
    return text.rfind("\n", 0, row[0]), text.find("\n", row[1])


LONGEST = 2000  # no sentence is longer: more is a table or a broken file


def _keep(found: list[Sentence], text: str, start: int, end: int, paragraph: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        found.append(Sentence(start, start + LONGEST, paragraph))
        start += LONGEST
    if end > start:
        found.append(Sentence(start, end, paragraph))


_ENDS_IN_FIGURE = re.compile(
    r"[A-Za-z)] ?[:>~-]* ?(?:\d{1,3}(?:[, ]\d{3})+|\d{1,3}(?:\.\d+)? ?(?:million|[KkMm]|%)|\d{2,3})\s*$"
)
"""A line that ends in a figure: the next one starts another key figure."""


_HANGS = re.compile(
    r"(?:\b(?:of|whom|which|and|or|the|an?|than|to|in|at|with|by|for|from|over|about|some|were|are|was|have|has)|,"
    r"|\() *$"
)
"""A line that cannot end there."""


def _paragraph_breaks(text: str) -> set[int]:
    """Find the newlines that end a paragraph; the others are where a printed line was folded."""
    lines = text.split("\n")
    lengths = sorted(len(x) for x in lines if len(x) > 20)
    usual = lengths[len(lengths) * 3 // 4] if lengths else 0
    breaks, position = set(), 0
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        position += len(line) + 1
        ended = _ENDS_IN_FIGURE.search(line) and (following[:1].isupper() or following[:1].isdigit())
        closed = line.rstrip()[-1:] in tuple(".!?:\"';") or not line.strip() or not following.strip()
        hangs = _HANGS.search(line) and not _BULLET.match(following)
        following_on = (following[:1].islower() and len(line) > 15) or bool(hangs)
        filled = 40 < usual < 140 and len(line) > 0.7 * usual
        folded = following_on or (filled and not _BULLET.match(following))
        if not folded or closed or ended:
            breaks.add(position - 1)
    return breaks


def unfolded(flat: Flat, lines: Sequence[Sentence]) -> Flat:
    """Return the working copy with a space for each line end inside a sentence, so that phrases go on over it.

    >>> flat = flatten("Some 900 people\\nfled the town of Rimah.")
    >>> unfolded(flat, [Sentence(0, 38, 0)]).text
    'Some 900 people fled the town of Rimah.'
    """
    parts, last = [], 0
    for line in lines:
        parts += [flat.text[last : line.start], flat.text[line.start : line.end].replace("\n", " ")]
        last = line.end
    return replace(flat, text="".join([*parts, flat.text[last:]]))


def fold(name: str) -> str:
    """Return a spelling without marks, case, apostrophes and hyphens.

    >>> fold("Öncüpınar"), fold("Māri‘"), fold("Deir-ez-Zor")
    ('oncupinar', 'mari', 'deir ez zor')
    """
    name = name.replace("ı", "i").replace("ø", "o").replace("ł", "l")  # letters Unicode does not take apart
    letters = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(c if c.isalnum() else " " if c in "-/ _.,\n" else "" for c in letters)
    return " ".join(kept.split())
