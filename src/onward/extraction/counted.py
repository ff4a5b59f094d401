"""Numbers with their nouns: what is counted, how far words belong to it, and the same count in a second unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from onward.extraction import cues
from onward.extraction.candidates import Draft
from onward.extraction.normal import Sentence
from onward.extraction.numbers import OF_BASE, Quantity

#: characters in which a verb may still belong to the number before it
REACH = 220
_UNITS = {"household": "households", "home": "homes", "people": "people"}
_OWN_CHILDREN = re.compile(r" of (?:her|his|their|my|our|its) ")


@dataclass(frozen=True)
class Counted:
    """A number with its noun: the unit (None where there is no noun), and where the noun ends."""

    quantity: Quantity
    unit: str | None
    end: int
    limit: int
    base: bool = False


def within_share(text: str, quantities: Sequence[Quantity], i: int) -> bool:
    """Return whether a number is the stated base of the share before it: "half of the 40,000", "70 per cent of 300"."""
    if i == 0 or quantities[i].unit:
        return False
    last, base = quantities[i - 1], quantities[i]
    return last.end == base.end or (last.unit == "percent" and bool(OF_BASE.fullmatch(text[last.end : base.start])))


def count_numbers(text: str, sentence: Sentence, quantities: Sequence[Quantity]) -> list[Counted | None]:
    """Return each number with its noun; numbers of days, camps or provinces are None and stop nothing."""
    found: list[Counted | None] = []
    for i, quantity in enumerate(quantities):
        base = within_share(text, quantities, i) or (
            i > 0 and bool(cues.PARTITIVE.search(text[quantities[i - 1].end : quantity.start] + " "))
        )
        position = quantity.end
        if i + 1 < len(quantities) and re.fullmatch(
            r" (?:out )?of(?: the)? ?", text[quantity.end : quantities[i + 1].start]
        ):
            position = quantities[i + 1].end
        found.append(_count(text, sentence, quantity, position, base))
    following, limited = sentence.end, list(found)
    for i in range(len(found) - 1, -1, -1):
        item = found[i]
        if item is not None:
            limited[i] = replace(item, limit=_limit(text, item, following))
            following = item.quantity.start
    return limited


def _limit(text: str, item: Counted, following: int) -> int:
    """Return how far words belong to this number: to the next number, and not out of its brackets."""
    if item.end > following:  # "40 of the 90 villagers": the second number is part of the noun
        following = item.end + REACH
    close = text.find(")", item.end, following)
    return close if close >= 0 and "(" not in text[item.end : close] else following


_OUT_OF_CAMP = re.compile(r" (?:out of|outside) camps?(?= [a-z])", re.IGNORECASE)


def _count(text: str, sentence: Sentence, quantity: Quantity, position: int, base: bool) -> Counted | None:
    if quantity.unit == "percent":
        return Counted(quantity, None, position, sentence.end)
    if text.startswith(" of ", position) and not cues.OF_THEM.match(text, position):
        position += 3
    if apart := _OUT_OF_CAMP.match(text, position):
        position = apart.end()
    noun = cues.NOUN.match(text, position, min(sentence.end, position + 90)) or cues.GROUP.match(
        text, position, sentence.end
    )
    if noun is None:
        return None if _is_year(text, quantity) else Counted(quantity, None, position, sentence.end, base)
    if _OWN_CHILDREN.match(text, quantity.end):
        return None
    unit = next(name for name, words in noun.groupdict().items() if words)
    if unit == "other" and quantity.unit:
        return Counted(quantity, None, position, sentence.end, base)
    if quantity.size < 10 and re.search(r"\b(?:crossings|entries|departures)$", noun.group()):
        return None  # border posts
    if unit == "other" or _definition(text, quantity):
        return None
    return Counted(quantity, _UNITS[unit], noun.end(), sentence.end, base)


def _is_year(text: str, quantity: Quantity) -> bool:
    bare = text[quantity.number_start : quantity.end]
    return bool(_YEARS.fullmatch(bare)) and (quantity.start == quantity.number_start or quantity.qualifier == "range")


_YEARS = re.compile(r"(?:19|20)\d\d(?:(?: and | to | ?- ?|/)(?:19|20)?\d\d)?")


def _definition(text: str, quantity: Quantity) -> bool:
    """Return whether the number explains a word and counts nobody: "(groups of more than 7 families)"."""
    return bool(
        re.search(
            r"\b(?:groups|events|families|households|parties|units) of (?:\w+ ){0,3}$",
            text[max(0, quantity.start - 30) : quantity.start],
        )
    )


_SAME_AGAIN = re.compile(
    r"\s*(?:\(|/|,? or | in | from | belonging to | representing | (?:comprising|consisting of|comprised of) "
    r"|, i\.e\. ?|, that is,? )"
    r"(?:or |i\.e\.,? )?"
)


def partner_of(text: str, counted: Sequence[Counted | None], i: int, drafts: dict[int, int]) -> int | None:
    """Return the figure before, if this one says the same in another unit: "310 families (1,600 people)"."""
    last = counted[i - 1] if i else None
    item = counted[i]
    if last is None or item is None or i - 1 not in drafts:
        return None
    gap = text[last.end : item.quantity.start]
    if _SAME_AGAIN.fullmatch(gap) and {item.unit, last.unit} == {"people", "households"}:
        return drafts[i - 1]
    return None


def paired(text: str, first: Draft, item: Counted, partner: int) -> Draft:
    """Return the draft `first` again with the unit and value of `item`, paired with the draft `partner`."""
    q = item.quantity
    who = " ".join(text[q.end : item.end].split()) or None
    return replace(
        first,
        start=q.start,
        end=item.end,
        value=q.value,
        low=q.low,
        high=q.high,
        unit=item.unit,
        who=who,
        pair=partner,
        anchor=q.start,
        figure_end=q.end,
    )


_SHORT_FORM = re.compile(r" \([A-Z][A-Za-z]{1,5}\)(?= \()")
_ASIDE = re.compile(r", (?:including|among them|most of them|mostly|mainly|many of whom|some of them) [^,;.()]{2,70},")


_DASHED = re.compile(
    r" - (?=of (?:which|whom)|including|mostly|mainly|or |most|half|a third|nearly|about|almost|roughly|\d)"
    r"[^;.()]{3,90} -(?= )"
)


def opened_brackets(text: str, counted: Sequence[Counted | None], i: int) -> Counted:
    """Return the number with what stands in brackets after it skipped, so that its verb comes into reach."""
    item = counted[i]
    assert item is not None
    if aside := _ASIDE.match(text, item.end) or _DASHED.match(text, item.end):
        later = [c.quantity.start for c in counted[i + 1 :] if c and c.quantity.start >= aside.end()]
        limit = later[0] if later else _sentence_limit(counted, item, text)
        return replace(item, end=aside.end(), limit=max(aside.end(), limit))
    if together := _coordinated(text, counted, i):
        return together
    short = _SHORT_FORM.match(text, item.end)  # "households (HH) (9,384 individuals)"
    if short:
        item = replace(item, end=short.end())
    opening = re.match(
        r"\s*\(|,? or | belonging to | representing | (?:comprising|consisting of|comprised of) ",
        text[item.end : item.end + 16],
    )
    if not opening:
        return item
    if "(" in opening.group():
        close = text.find(")", item.end, item.end + 160)
        end = close + 1 if close >= 0 else item.end
    else:
        end = next((c.end for c in counted[i + 1 : i + 2] if c), item.end)
    later = [c.quantity.start for c in counted[i + 1 :] if c and c.quantity.start >= end]
    return replace(item, end=end, limit=max(end, later[0] if later else _sentence_limit(counted, item, text)))


_AND = re.compile(r",? (?:and|as well as|plus) |, ")


def _coordinated(text: str, counted: Sequence[Counted | None], i: int) -> Counted | None:
    """Return a number with the like ones joined to it skipped: "49 civilians and 15 soldiers were killed"."""
    item, last = counted[i], i
    assert item is not None
    while last + 1 < len(counted) and (following := counted[last + 1]) is not None:
        before = counted[last]
        if before is None or following.unit != item.unit or item.unit is None:
            break
        if not _AND.fullmatch(text, before.end, following.quantity.start):
            break
        last += 1
    final = counted[last]
    joined = last > i and final is not None and " and " in text[item.end : final.quantity.start]
    return replace(item, end=final.end, limit=final.limit) if joined and final else None


def _sentence_limit(counted: Sequence[Counted | None], item: Counted, text: str) -> int:
    last = [c.limit for c in counted if c][-1]
    return max(last, min(len(text), text.find(".", item.end) if text.find(".", item.end) >= 0 else len(text)))


#: who lived in a place before were its residents
_FORMERLY = re.compile(r" (?:(?:living |who lived )?there )?(?:prior to|before) (?:the|this|that)\b")
_PLANNED = re.compile(r"\b(?:targeted|planned)\b")
_WAITING = re.compile(
    r" (?:(?:are|were|was|still|also|now) )*(?:await(?:ing)? (?:\w+ )?evacuation|waiting to be (?!let|admitted)\w+ed)\b"
)
_DETAINED = re.compile(r" (?:\w+ ){0,3}in (?:\w+ )?detention\b")
_OTHER_FATE = re.compile(
    r" (?:(?:are|were|was|is|have been|still|remain\w*|reported|reportedly) ){0,3}"
    r"(?:missing|unaccounted for|confined|abducted|detained|arrested)\b"
)
_EITHER = re.compile(r" (?:\w+ )?(?:were )?(?:killed|dead)(?:, \w+)* or (?:injured|wounded|missing)\b")
"""The dead and the hurt counted together are neither."""
_PART_OF_OTHER_FATE = re.compile(
    r"\b(?:missing|confined|abducted|detained|arrested)\b[^\d;.]*\b(?:including|of whom) $"
)


def has_other_fate(text: str, sentence: Sentence, item: Counted) -> bool:
    """Return whether a number counts former residents, or people who are missing or held, or a part of these.

    >>> t = "Some 1,550 are missing, including 870 children."
    >>> [has_other_fate(t, Sentence(0, 47, 0), c) for c in (
    ...     Counted(Quantity(5, 10, 5, 1550.0, None, None), None, 10, 47),
    ...     Counted(Quantity(34, 37, 34, 870.0, None, None), "people", 46, 47))]
    [True, True]
    """
    if item.unit == "people" and _FORMERLY.match(text, item.end):
        return True
    reached = text.startswith((" out of ", " of "), item.quantity.end)  # "2,000 out of 3,000 targeted people"
    if (not reached and _PLANNED.search(text[item.quantity.end : item.end])) or _DETAINED.match(text, item.end):
        return True
    if _WAITING.match(text, item.end) or _EITHER.match(text, item.end):
        return True
    before = text[max(sentence.start, item.quantity.start - 140) : item.quantity.start]
    return bool(_OTHER_FATE.match(text, item.end) or _PART_OF_OTHER_FATE.search(before))
