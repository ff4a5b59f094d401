"""Parse numbers in reports: digits, words, scales, ranges, bounds and approximations.

What becomes of the words (the rule of every bound the reader gives):

* a bare figure is exact: low = high = value
* about, some, an estimated: low and high are half a unit of the last significant digit away, at most a tenth
  ("about 70,000" is 65,000 to 75,000; "about 1,000" is 900 to 1,100)
* more than, at least: low = value and no upper bound; up to, fewer than: high = value and no lower bound
* nearly, almost: from that much below the value up to the value
* "25,000 to 30,000" has both bounds and no value, and "62 - 66,000" shares its thousands; "several thousand" is
  2,000 to 9,999
* a figure written out to the unit (1,428,551) has no rounding interval, whatever word stands before it
* "70 per cent", "two thirds", "one in five" are shares, in percent
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace

from onward.extraction.number_words import ONES, SCALES, SHARES, TENS, numeral, share, spelled, vague_bounds

_NO_ONE = re.compile(r"\b(?:no|any|every|some|each|which|this|that) $", re.IGNORECASE)  # "no one" counts nobody
MOST_PEOPLE = 10**10  # a count above all people alive is no count

_SCALE = "hundred|thousand|million|billion|lakhs?|crores?|dozen"
_UNIT = "|".join([*ONES, *TENS])
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?: \d{3})+(?!\d)|\d{1,15}(?:\.\d{1,4})?"
_NUMERAL = (
    rf"(?<![\w.,$€£])(?<![A-Za-z]-)(?:{_DIGITS})(?:(?: ?(?:{_SCALE})){{1,2}}\b|(?:k|m|mn|bn)\b"
    r"| m(?=[ ]*(?:$|[\n;,)])))?(?![\w]*\d)"
)
_SITES = r"(?:camps|sites|schools|districts|villages|centres|centers|provinces|health|hospitals|partners|the)\b"
_SHARE = (
    rf"\b(?:{'|'.join(sorted(SHARES, key=len, reverse=True))})(?= of (?!a )| (?:are|were|have|had|live|stay|rent"
    rf"|came|come|moved|fled|returned)\b)"
    rf"|\b(?:\d{{1,2}}|{_UNIT})(?: (?:person|refugee|household|family|child|woman|adult))? (?:in"
    rf"|out of)(?: every)? (?:\d{{1,3}}|{_UNIT})(?= (?:of|people|persons|households"
    r"|families|IDPs|refugees|now|displaced|are|were|have|had|fled|reside|residents|inhabitants|civilians|live|lives"
    r"|is|has|was)\b)"
    rf"|\b(?:\d{{1,2}}|{_UNIT}) out of(?: every)? (?:\d{{1,3}}|{_UNIT})(?= (?!{_SITES})[a-z])"
)
_WORDS = (
    rf"\b(?:half a (?:{_SCALE})|a quarter of a million)\b|\b(?:(?:{_UNIT})(?:[ -](?:and )?(?:{_UNIT}"
    rf"|{_SCALE})){{0,9}}"
    rf"|a (?:{_SCALE})(?:[ -](?:and )?(?:{_UNIT}|{_SCALE})){{0,9}})\b(?! of (?:those|these|them|the)\b)"
)
_VAGUE = (
    rf"\b(?:several|(?:a |the last |the first )?few|a couple of|many|multiple)(?: (?:{_SCALE})){{1,2}}\b"
    r"|\b(?:tens|dozens|scores|hundreds|thousands|millions|lakhs|crores)(?: of (?:hundreds|thousands"
    r"|millions|lakhs))?\b"
)
_ATOM = re.compile(
    rf"(?P<share>{_SHARE})|(?P<vague>{_VAGUE})|(?P<numeral>{_NUMERAL})|(?P<words>{_WORDS})", re.IGNORECASE
)

_ABOUT = "about|around|approximately|approx\\.?|roughly|some|an? estimated|estimated|circa|c\\.|~|in the region of"
_MORE = (
    "(?:well |far |slightly |just |a little )?(?:more than|over|above|upwards? of|in excess of|at least"
    "|no fewer than"
    "|no less than|not less than|not fewer than|exceed(?:s|ed|ing)|a minimum of)|>|≥"
)
_LESS = "up to(?: up to)?|as many as|as much as|fewer than|less than|under|at most|no more than|not more than|below|<|≤"
_NEAR = "nearly|almost|close to|just under|approaching|just short of|virtually"
_ADD = (
    "another|a further|further|an? additional|additional|an? total(?: of)?|total of|the|these|those|all"
    "|only|a combined|a record|just"
)
_BEFORE = re.compile(
    rf"(?:\b|(?<![\w]))(?:(?P<more>{_MORE})|(?P<near>{_NEAR})|(?P<less>{_LESS})|(?P<about>{_ABOUT})"
    rf"|(?P<add>{_ADD}))\s*$",
    re.IGNORECASE,
)
_MAYBE = re.compile(
    r"(?:than|ove[rw]|bove|of|least|ing|eds?|exceeds|to|as|most|below|nearly|ually|exceed|almost|under"
    r"|short|about|around|ately"
    r"|prox\.?|oughly|ome|c\.?|circa|other|urther|nal|otal|the|these|those|all|only|bined|record|just"
    r"|[~<>\u2264\u2265])\s*\Z",
    re.IGNORECASE,
)  # the last words of the qualifiers, to ask the long pattern only where it may fit
_AFTER = re.compile(r"\s?(?:\+|or more\b|or so\b|plus\b)", re.IGNORECASE)
_JOIN = re.compile(r"\s?-\s?| to | and | or |\s?/\s?", re.IGNORECASE)
_NOT_PEOPLE = re.compile(
    r"\s?(?:-|\s)?(?:(?:persons?|people|members|individuals)? ?(?:per|in each|to a) (?:household|family|HH)"
    r"|per ?cent|percent|percentage|%|km\b|kms\b|kilomet|miles?\b|mph|metres?\b|meters?\b"
    r"|feet\b|foot\b"
    r"|hectares?|acres?|square|sq\b|millimet|mm\b|cm\b|kg\b|tons?\b|tonnes?\b|litres?|degrees?|°|years?\b"
    r"|months?\b"
    r"|weeks?\b|days?\b|hours?\b|minutes?\b|nights?\b|decades?\b|times\b|times?\b|a\.?m\b|p\.?m\b|dollars?"
    r"|euros?|pounds"
    r"|USD|EUR|lira|(?:st|nd|rd|th)\b|out of\b(?! (?:the )?\d{3}| camps?\b)|magnitude|:\d|-?year-old"
    r"|-?day\b|-?hour\b|-?point)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b(?:Villages?|Camps?|Blocks?|Wards?|Sites?|Clusters?|Units?|Districts?|Area|Cantons?|Group) $")
_AGE = re.compile(
    r"\b(?:women|men|children|girls|boys|people|persons|individuals|those|them|and|or|are|were|is|aged|being)"
    r" (?:aged )?(?:under|over|below|above) $"
)
_NOUN_PHRASE = re.compile(r" (?:[\w-]+ )?(?:people|men|women|children|\w+s)\b")
_ISSUE = re.compile(
    r"\b(?:Report|Dashboard|Bulletin|Issue|Update|SitRep|Snapshot|Profile|Round|REPORT|UPDATE|SNAPSHOT"
    r"|SITREP)(?: No\.?| #| n°)? ?\(?$"
)
"""A series of reports counts its issues: "Displacement Report 15"."""
_PERCENT = re.compile(r"\s?-?(?:per ?cent\b|percent\b|%)(?!-)", re.IGNORECASE)
_CHANGE = re.compile(
    r" (?:\w+ )?(?:increase|decrease|rise|drop|decline|reduction|growth|higher|lower|more|less|fewer|up|down|funded"
    r"|of the (?:required|requirements|funds|funding|target|budget))\b|,? compared",
    re.IGNORECASE,
)
_SPEED = re.compile(
    r"(?:increas|decreas|decline|drop|rise|rose|fell|grew|grow|reduc|fund)\w*(?: \w+){0,2} (?:by|of|at)(?: \w+)?\s*$"
    r"|(?<!made )(?<!make )(?<!makes )\b(?:up|down)(?: by)?\s*$|[(\s][+-]$",
    re.I,
)  # what changed or was paid is no share of people
_A_DAY = re.compile(r"\s(?:[\w-]+ ){0,4}?(?:(?:per|a|each|every) day|daily)\b", re.IGNORECASE)
_NOT_BEFORE = re.compile(
    r"(?:[$€£]|\b(?:US|USD|EUR|magnitude|category|number|no\.|page|chapter|phase|round|figure|table"
    r"|article|paragraph"
    r"|section|resolution|route|highway|aged?|zone|sector|day|annex|version|grade|level"
    r"|the ages? of)) ?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quantity:
    """A number as written: its span with qualifiers, the span of the number alone, and its bounds.

    `also` is where the exact figure ends that a round one is followed by: "over a million people (1,013,254)".
    """

    start: int
    end: int
    number_start: int
    value: float | None
    low: float | None
    high: float | None
    qualifier: str = ""
    vague: bool = False
    spelled: bool = False
    unit: str = ""
    also: int = 0

    @property
    def size(self) -> float:
        """A representative size, for comparing: the value, or a bound."""
        return next((v for v in (self.value, self.low, self.high) if v is not None), 0.0)


def find_quantities(text: str, skip: list[tuple[int, int]] | None = None) -> list[Quantity]:
    """Return all counts in a text, ranges joined; what lies in the `skip` spans (dates) or is a measure is left out.

    >>> [(q.low, q.high) for q in find_quantities("between 1,300 and 1,900 people, several thousand cattle")]
    [(1300.0, 1900.0), (2000.0, 9999.0)]
    >>> find_quantities("more than 2.5 million fled 30 km in 5 days")[0].low
    2500000.0
    """
    atoms: list[Quantity] = []
    blocked = sorted([*(skip or []), *(m.span() for m in _DAY_MONTH.finditer(text))])
    position = 0
    while match := _ATOM.search(text, position):
        position = max(match.end(), position + 1)
        if not _in(blocked, match.start(), match.end()):
            atoms.append(_atom(match))
    return _restated(text, _shares_of_bases(text, _qualified(text, _joined(text, atoms))))


_DAY_MONTH = re.compile(
    r"(?<![\d/,.])(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?![\d/]| (?:of|people|families|households|persons))"
)
_EXACT = re.compile(r"(?: (?:people|persons|individuals|refugees|IDPs|families|households))? \((?:exactly )?")
CLOSE = 0.15
"""A round figure and the exact one in brackets after it differ by this share at most (own choice)."""


def _restated(text: str, found: list[Quantity]) -> list[Quantity]:
    """Replace a round figure by the exact one that restates it: "over a million people (1,013,254)"."""
    kept: list[Quantity] = []
    for quantity in found:
        last = kept[-1] if kept else None
        if (
            last is not None
            and last.unit == quantity.unit == ""
            and (last.qualifier or last.spelled or last.vague)
            and not quantity.qualifier
            and quantity.value
            and text.startswith(")", quantity.end)
            and _EXACT.fullmatch(text, last.end, quantity.start)
            and abs(last.size - quantity.value) <= CLOSE * quantity.value
        ):
            exact = quantity.value
            bare = text[last.end : quantity.start] == " ("  # "three (3) trucks": the noun comes after
            end = quantity.end + 1 if bare and re.match(r"\) [a-z]", text[quantity.end :]) else last.end
            kept[-1] = replace(last, end=end, value=exact, low=exact, high=exact, qualifier="", also=quantity.end)
            continue
        kept.append(quantity)
    return kept


OF_BASE = re.compile(
    r" of (?:(?:the|its|their|an?|these|those|estimated|some|about|around|total|[\w-]+'s?|[A-Z][\w-]+) ?){0,4}"
)


def _shares_of_bases(text: str, found: list[Quantity]) -> list[Quantity]:
    """Turn a share in words into a count of its base, and keep the base: "one in five of the town's 60,000"."""
    kept: list[Quantity] = []
    for quantity in found:
        last = kept[-1] if kept else None
        gap = text[last.end : quantity.start] if last else ""
        worded = last is not None and last.unit == "percent" and not _PERCENT.search(text, last.start, last.end)
        if last and worded and last.value and quantity.value and not quantity.unit and OF_BASE.fullmatch(gap):
            count = float(round(last.value / 100 * quantity.value))
            kept[-1] = replace(last, end=quantity.end, value=count, low=count, high=count, unit="")
        kept.append(quantity)
    return kept


def _in(blocked: list[tuple[int, int]], start: int, end: int) -> bool:
    i = bisect_left(blocked, (end, -1))
    return any(s < end and start < e for s, e in blocked[max(0, i - 3) : i])


def _atom(match: re.Match[str]) -> Quantity:
    words = match.group().lower()
    start, end = match.span()
    if match.lastgroup == "share":
        return Quantity(start, end, start, *(share(words),) * 3, unit="percent")
    if match.lastgroup == "vague":
        low, high = vague_bounds(words)
        return Quantity(start, end, start, None, low, high, vague=True)
    value = numeral(words) if match.lastgroup == "numeral" else spelled(words)
    return Quantity(start, end, start, value, value, value, spelled=match.lastgroup == "words")


def _joined(text: str, atoms: list[Quantity]) -> list[Quantity]:
    """Join "A to B", "A - B", "between A and B" into one quantity with two bounds."""
    found: list[Quantity] = []
    for atom in atoms:
        last = found[-1] if found else None
        if last and _is_range(text, last, atom):
            found[-1] = _range(text, last, atom)
        else:
            found.append(atom)
    return found


_CHANGED = re.compile(
    r"\b(?:increas|ris|rose|gr[eo]w|expand|fell|fall|drop|declin|decreas|reduc|jump|climb|swell|swollen"
    r"|went)\w*\b[^.;]{0,40}\bfrom"
    r" (?:about |around |some |over |nearly )?$"
)


def _is_range(text: str, left: Quantity, right: Quantity) -> bool:
    gap = text[left.end : right.start]
    if left.value is None or right.value is None or not _JOIN.fullmatch(_bare(gap)):
        return False
    between = re.search(
        r"\bbetween\s*(?:about |around |an estimated )?$", text[max(0, left.start - 30) : left.start], re.I
    )
    if re.search(r"\bby\s*$", text[max(0, left.start - 4) : left.start]):  # "rose by 800 to 9,000"
        return False
    if " and " in gap and not between:
        return False
    if " to " in gap and _CHANGED.search(text[max(0, left.start - 80) : left.start]):
        return False  # "increased from 268,000 to 301,000"
    value = _scaled(text, left, right)
    if re.fullmatch(r"(?:19|20)\d\d", text[left.start : left.end]) and right.value > 3 * value:
        return False  # "the total for 2016 to 260,000"
    return value < right.value and right.value < 1000 * value


def _bare(gap: str) -> str:
    return re.sub(r"(?<= )(?:up to|as many as|around|about) ", "", gap)


def _scaled(text: str, left: Quantity, right: Quantity) -> float:
    """Return the left end in the scale of the right one: "1.2 to 1.5 million", "25 to 30 thousand"."""
    assert left.value is not None
    assert right.value is not None
    scale = re.search(rf"(?:{_SCALE}|k|m)$", text[right.start : right.end], re.I)
    if left.value >= 1000 or re.search(r"[a-z,]", text[left.start : left.end], re.I):
        return left.value
    if scale and right.value >= 1000:
        return left.value * SCALES[scale.group().lower()]
    shared = left.value * 1000  # "62 - 66,000" shares its thousands
    if shared < right.value < 3 * shared and re.search(r"\d[, ]000$", text[right.start : right.end]):
        return shared
    return left.value


def _range(text: str, left: Quantity, right: Quantity) -> Quantity:
    low = _scaled(text, left, right)
    found = re.search(r"\b(?:between|from)\s*$", text[max(0, left.start - 10) : left.start], re.I)
    start = left.start - len(found.group()) if found else left.start
    return Quantity(start, right.end, left.start, None, low, right.value, "range", left.vague)


def _qualified(text: str, found: list[Quantity]) -> list[Quantity]:
    kept = []
    for quantity in found:
        if quantity.size > MOST_PEOPLE or (
            quantity.spelled and _NO_ONE.search(text[max(0, quantity.start - 8) : quantity.start])
        ):
            continue
        if percent := _PERCENT.match(text, quantity.end):
            quantity = replace(quantity, end=percent.end(), unit="percent")
        if quantity.unit == "percent":
            if (
                quantity.size > 100
                or not quantity.size
                or _CHANGE.match(text, quantity.end)
                or _SPEED.search(text[max(0, quantity.start - 40) : quantity.start])
            ):
                continue
        elif _of_something_else(text, quantity):
            continue
        if _A_DAY.match(text, quantity.end):
            quantity = replace(quantity, unit="people_per_day")
        kept.append(_with_qualifiers(text, quantity))
    return kept


def _of_something_else(text: str, quantity: Quantity) -> bool:
    """Return whether a number measures a length, a time, money or a rank, or belongs to a name ("Village 8")."""
    before = text[max(0, quantity.start - 24) : quantity.start]
    if _NOT_PEOPLE.match(text, quantity.end) or _NOT_BEFORE.search(before):
        return True
    if quantity.size <= 65 and _AGE.search(before) and not _NOUN_PHRASE.match(text, quantity.end):
        return True
    if quantity.size < 1000 and _ISSUE.search(before) and not re.match(r" [a-z]", text[quantity.end :]):
        return True
    return quantity.size < 100 and bool(_NAMED.search(before))


def _with_qualifiers(text: str, quantity: Quantity) -> Quantity:
    start, marks = quantity.start, []
    for _ in range(4):
        if not _MAYBE.search(text, max(0, start - 14), start):
            break
        match = _BEFORE.search(text[max(0, start - 30) : start])
        if not match:
            break
        start -= len(match.group())
        marks.append(match.lastgroup or "")
    end = quantity.end
    if after := _AFTER.match(text, end):
        end = after.end()
        marks.append("about" if "so" in after.group() else "more")
    mark = next((m for m in marks if m != "add"), "")
    return _bounded(replace(quantity, start=start, end=end), mark)


def _bounded(quantity: Quantity, mark: str) -> Quantity:
    if quantity.value is None or not mark:
        return quantity
    value = quantity.value
    half = 0.0 if quantity.unit == "percent" else _half_unit(value)
    low, high = {
        "more": (value, None),
        "less": (None, value),
        "near": (max(0.0, value - half), value),
        "about": (max(0.0, value - half), value + half),
    }[mark]
    return replace(quantity, low=low, high=high, qualifier=mark)


def _half_unit(value: float) -> float:
    """Return half a unit of the last significant digit, at most a tenth: 5,000 for 70,000; 100 for 1,000."""
    if value < 10:
        return 0.5 if value != int(value) else 1.0
    whole = int(value)
    if value >= 1000 and whole % 10:
        return 0.0  # written out to the unit: counted, not rounded
    zeros = len(str(whole)) - len(str(whole).rstrip("0"))
    return min(10.0**zeros / 2, value / 10)
