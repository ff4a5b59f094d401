"""Figures that depend on others: parts of a total, items of a list, people in a state."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from onward.extraction import cues
from onward.extraction.candidates import Draft
from onward.extraction.meaning import indicator_of
from onward.extraction.normal import Sentence
from onward.extraction.number_words import ONES
from onward.extraction.numbers import Quantity

LIST_GAP = 110
"""Characters between two items of a list at most (own choice)."""
LOOK_BACK = 3
"""Sentences in which a share finds the figure that it is a share of (own choice)."""


@dataclass(frozen=True)
class Sense:
    """What a number counts, by which words, how sure; `whole` is the anchor of the figure it is part of."""

    indicator: str
    start: int
    end: int
    confidence: float
    whole: int | None = None
    unit: str | None = None


QUALIFIED = r"(?:(?:an? )?(?:estimated|total of|about|around|some|over|more than|nearly|almost|at least|up to|only) ?)*"
_OF_THEM = r"(?:out )?of (?:whom|them|these|those|which|this total|the total)|among (?:them|these|those|whom)"
_PART = re.compile(
    rf"\b(?:(?P<pronoun>{_OF_THEM})|(?P<list>including|incl\.?|compris(?:ing|es|ed)(?: of)?|consist(?:ing|s|ed) of"
    rf"|composed of|made up of|(?:this|these|that|which|figures?|totals?|numbers?)"
    rf"(?:, [^,.;\d]{{3,40}} (?:said|says|reported),)? (?:also )?includ(?:es?|ed)))"
    rf"[,:]?(?: \w+ [\w'-]+ed)?"
    rf" {QUALIFIED}$",
    re.IGNORECASE,
)
_MAJORITY = re.compile(
    r"\b(?:majority|most|many|some|half|all) of (?:the|these|them|those)\b[^.;:()\d]{0,50}(?: - |, |\()"
    + f"{QUALIFIED}$",
    re.IGNORECASE,
)
_OF_THEM_AFTER = re.compile(rf"(?: \w+)? (?:{_OF_THEM})\b", re.IGNORECASE)
_WHO_THEY_ARE = re.compile(
    r" (?:are|were|come|came) (?:from|women|children|girls|boys|men|elderly|under|female|male|minors)\b"
)
_ITEM_END = re.compile(
    r"\s*(?:[,;.)\]]|$|\(|(?:and|or|while|from|in|to|into|at|within|near|by|via|through|under|of (?:them|whom|which)"
    r"|elsewhere"
    r"|overnight|yesterday|today|early|late|on \w+day|last (?:week|month)|this (?:week|month|morning)"
    r"|(?:reported|identified|registered|recorded|verified|confirmed) (?:by|in|at|through)|others?|more"
    r"|people|persons|individuals|households|families|women|men|children|girls|boys|fighters|civilians|IDPs|refugees"
    r"|(?:were|are) (?:from|in|with|at|hosted|staying|living)|moved|went|came|others)\b"
    r"|[A-Z][\w'-]+(?: [A-Z][\w'-]+)?\s*[/,;)])"
)
_LISTED_NAME = re.compile(r"[A-Z][\w'-]*(?: [\w'-]+){0,3} \((?:about |around |some |over )?$")
_ONE_MORE = re.compile(
    r"\(\s*(?:[A-Z][\w'-]*(?: [A-Z][\w'-]*)?:? )?$"
    r"|[,;]? (?:and )?(?:in|to|at) (?:the )?[A-Z][\w' -]{1,30} $|\b(?:another|a further) $"
)
_THINGS = re.compile(rf"\b(?:\d+|{'|'.join(ONES)}) (?:\w+ )?(?:{cues.OTHER})\b", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,;:(]| - | / |\band\b|\bwhile\b|\bor\b|\bbut\b")
_OPENS = re.compile(r"\(\s*(?:[A-Z]\w* )?$")
_COMPARED = re.compile(
    rf"\b(?:(?:up|down) from|compared (?:with|to)|against|as opposed to|versus|from)"
    rf" (?:the |a (?:peak|low) of )?{QUALIFIED}$",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r" (?:(?:in )?(?:the )?(?:previous|preceding|prior|last|past)|an? (?:day|week|month|year)|recorded|reported|in)\b"
)
_FOREIGN = re.compile(
    r"^\s*(?:\w+ )?(?:schools?|hospitals?|trucks?|litres)\b|\b(?:USD|funding|population of|inhabitants|expected|planned"
    r"|need\w*|affected)\b",
    re.IGNORECASE,
)


_REST = re.compile(
    rf"\b(?:the rest|the remainder|the others)[ ,(-]+(?:estimated at |numbering |put at )?{QUALIFIED}$", re.IGNORECASE
)


_COUNTED_THINGS = re.compile(
    rf"\d (?:\w+ ){{0,2}}(?:{cues.OTHER}|{cues.HOME})\b[^.;]*?(?:of which [\d,]+|[\d,]+ of which)$", re.IGNORECASE
)
"""Sites or homes, of which the figure is a part."""


def part_of_things(text: str, sentence: Sentence, quantity: Quantity, earlier: Sequence[Draft]) -> bool:
    """Return whether a figure is a part of sites or homes that make no fact: "40 sites, 8 of which are full"."""
    things = _COUNTED_THINGS.search(text, max(sentence.start, quantity.start - 80), quantity.end + 9)
    return things is not None and not any(d.anchor >= things.start() for d in earlier)


def part_sense(text: str, sentence: Sentence, quantity: Quantity, end: int, earlier: Sequence[Draft]) -> Sense | None:
    """Return the sense of a figure after "of whom", "of these", "including": a part of the figure before, and like it.

    >>> t = "As many as 900 fled, of whom 300 are in schools."
    >>> whole = Draft(0, 19, "displacement", "newly_displaced", 0, 900.0, unit="people", anchor=0)
    >>> q = Quantity(29, 32, 29, 300.0, 300.0, 300.0)
    >>> part_sense(t, Sentence(0, 48, 0), q, 32, [whole]).indicator
    'newly_displaced'
    """
    before = text[max(sentence.start, quantity.start - 60) : quantity.start]
    match = _PART.search(before)
    if _REST.search(before):
        whole = total_of(earlier, quantity)
        return Sense(whole.indicator, quantity.start, end, 0.55, whole.anchor, whole.first_unit) if whole else None
    pronoun = bool(match and match.group("pronoun")) or bool(_OF_THEM_AFTER.match(text, quantity.end))
    pronoun = pronoun or bool(_WHO_THEY_ARE.match(text, quantity.end)) or bool(_MAJORITY.search(before))
    if not match and not pronoun:
        return _with_part(text, sentence, quantity, end, earlier)
    whole = total_of(earlier, quantity)
    if whole is None or _FOREIGN.match(text[quantity.end :].lstrip()):
        return None
    return Sense(whole.indicator, quantity.start, end, 0.65, whole.anchor, whole.unit)


_WITH = re.compile(rf"\bwith {QUALIFIED}$", re.IGNORECASE)
_MORE = re.compile(r"\b(?:another|an? additional|a further)\b", re.IGNORECASE)


def _with_part(text: str, sentence: Sentence, quantity: Quantity, end: int, earlier: Sequence[Draft]) -> Sense | None:
    """Give a part the sense of the figure before it: "97,600 IDPs, with 39,800 people living in camps"."""
    before = text[max(sentence.start, quantity.start - 40) : quantity.start]
    added = _MORE.match(text, quantity.start)
    here = [d for d in earlier if d.sentence_of(sentence) and d.kind == "displacement"]
    whole = total_of(here, quantity) if here else None
    if whole is None or added or not _WITH.search(before) or end == quantity.end or whole.unit != "people":
        return None
    return Sense(whole.indicator, quantity.start, end, 0.6, whole.anchor)


_LEFT_OVER = re.compile(
    r"(?: (?:people|persons|families|households|individuals|of them))? (?:(?:have|has|had|are|were) )?"
    r"(?:(?:since|already|now|later|still|subsequently|only) )*"
    r"(?:left|departed|returned|gone back|moved on|remain(?:s|ed|ing)?|stay(?:s|ed|ing)?|there)\b"
)
_JOINED = re.compile(r"[^.;:]*(?:,|\band\b|\bwhile\b|\bbut\b|;)(?: \w+)? ?")


def remainder_of(text: str, sentence: Sentence, quantity: Quantity, bare: bool, earlier: Sequence[Draft]) -> int | None:
    """Return the anchor of the figure that another one divides: "768 came; 700 have since left, 68 remain".

    A bare number that follows a part of a total in the same clause is a part of it too, if both fit in it.

    >>> t = "Some 768 families came; 700 have since left."
    >>> whole = Draft(5, 22, "displacement", "newly_displaced", 0, 768.0, unit="households", anchor=5, figure_end=8)
    >>> remainder_of(t, Sentence(0, 44, 0), Quantity(24, 27, 24, 700.0, 700.0, 700.0), True, [whole])
    5
    """
    here = [d for d in earlier if d.sentence_of(sentence) and d.kind == "displacement" and d.unit != "percent"]
    if not here or quantity.unit or not bare:
        return None
    last, gap = here[-1], text[here[-1].figure_end : quantity.start]
    if not re.search(r"[,;]| and | while | but ", gap) or re.search(r"[.] ", gap):
        return None
    whole = total_of(here, quantity)
    if whole is not None and whole.pair is None and _LEFT_OVER.match(text, quantity.end):
        return whole.anchor
    base = next((d for d in earlier if d.anchor == last.whole), None)
    return base.anchor if base is not None and last.size + quantity.size <= 1.02 * base.size else None


SITES_LABEL = re.compile(
    r"(?!.*\b(?:in|at|inside|outside)\b).*\b(?:sites|camps|cent(?:re|er)s|shelters|locations|schools"
    r"|settlements)\s*[:=-]?\s*",
    re.IGNORECASE,
)
"""A line that counts sites, and not people in them."""
_FROM_TO = re.compile(rf".*\b(?:from|between) {QUALIFIED}[\d,.]+[^.;,]{{0,45}} to {QUALIFIED}", re.IGNORECASE)
"""Between the two figures of a change: "slowed from 300 a day in the first week to 20"."""


_AGED = re.compile(r"\b(?:said|says|told|called|named) (?:[A-Z][\w'-]+ ?)+, $")
"""A speaker before an age: "said Hamid, 42"."""


def item_sense(text: str, sentence: Sentence, quantity: Quantity, end: int, told: Sequence[Draft]) -> Sense | None:
    """Return the sense of an item of a list ("A (3,400), B (2,100)"): what the list counts."""
    last = told[-1] if told and told[-1].sentence_of(sentence) else None
    compared = last is not None and _COMPARED.search(text[last.figure_end : quantity.start])
    if last is not None and _FROM_TO.fullmatch(text[max(sentence.start, last.anchor - 40) : quantity.start]):
        return Sense(last.indicator, quantity.start, end, 0.55, None, last.first_unit)
    if compared and last is not None and last.unit != quantity.unit and last.unit in ("percent", "people_per_day"):
        last = next((d for d in reversed(told) if d.unit != last.unit and d.sentence_of(sentence)), last)
    before_that = compared and _EARLIER.match(text, quantity.end)
    if not _ITEM_END.match(text, quantity.end) and end == quantity.end and not before_that:
        return None
    if last is not None and last.unit != "percent" and compared:
        return Sense(last.indicator, quantity.start, end, 0.55, None, last.unit)
    if last is not None:
        gap = text[last.figure_end : quantity.start]
        if quantity.size < 100 and end == quantity.end and _AGED.search(text[: quantity.start]):
            return None
        elided = end == quantity.end and re.match(r" (?:(?:to|from|in|into|at) (?:the )?\w|on \w+day\b)", text[end:])
        plain = (
            len(gap) <= (LIST_GAP if ":" not in gap else 2 * LIST_GAP)
            and _SEPARATOR.search(gap)
            and not _FOREIGN.search(gap)
        )
        if plain and not re.search(r"[.!?] ", gap) and (elided or _ONE_MORE.search(gap) or not cues.POST.search(gap)):
            unit = last.first_unit if last.unit not in ("percent", "people_per_day") else None
            listed = "sheltered" if last.indicator == "capacity" and end > quantity.end else last.indicator
            return Sense(listed, quantity.start, end, 0.55, _whole_of_list(text, last, quantity), unit)
        return None
    before = text[sentence.start : quantity.start]
    if told and re.fullmatch(r"\W*", before) and end > quantity.end and not text[end : sentence.end].strip(" ."):
        return Sense(told[-1].indicator, quantity.start, end, 0.5)
    if told and re.fullmatch(r"\W*", before) and re.match(r" (?:in|at|from|to) (?:\w+ )?[A-Z]", text[end:]):
        return Sense(told[-1].indicator, quantity.start, end, 0.5, None, told[-1].unit if end == quantity.end else None)
    named = re.fullmatch(r"\W*[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,3} ?[:(-]\s*", before)
    counted = end > quantity.end
    if told and named and indicator_of(before) is None and (counted or quantity.size >= 10):
        return Sense(told[-1].indicator, quantity.start, end, 0.5, None, told[-1].unit if end == quantity.end else None)
    opened = re.search(r"(?:[(:]| - )\s*(?:[A-Z]\w* )?(?:\w+ )?$", before)
    if not opened or len(before) >= 220 or _THINGS.search(before):
        return None
    label = re.split(r"[;]", before)[-1]
    indicator = None if SITES_LABEL.fullmatch(label) else indicator_of(label)
    return Sense(indicator, quantity.start, end, 0.55) if indicator else None


def elliptical_sense(
    text: str, sentence: Sentence, quantity: Quantity, end: int, told: Sequence[Draft]
) -> Sense | None:
    """Return what the verb before also says of a second count: "52 families left the camp and 82 families the town".

    >>> t = "In June 52 families departed from the north and 82 families from the south."
    >>> first = Draft(8, 40, "displacement", "newly_displaced", 0, 52.0, unit="households", anchor=8, figure_end=10)
    >>> elliptical_sense(t, Sentence(0, 75, 0), Quantity(48, 50, 48, 82.0, 82.0, 82.0), 59, [first]).indicator
    'newly_displaced'
    """
    last = told[-1] if told and told[-1].sentence_of(sentence) else None
    if last is None or last.unit == "percent" or last.kind != "displacement" or end == quantity.end:
        return None
    joined = re.search(r"(?:,|\band|\bwhile)(?: (?:another|a further))? $", text[last.figure_end : quantity.start])
    placed = re.match(r" (?:to|from|in|into|at|by) ", text[end:])
    if not joined or not placed or cues.POST.search(text, end, min(sentence.end, end + 90)):
        return None
    return Sense(last.indicator, quantity.start, end, 0.6, None, last.unit)


_CLOSED = re.compile(r"(?:[;,/] ?[\d.]+ ?(?:%|per cent))?\)")


def listed_sense(text: str, sentence: Sentence, quantity: Quantity, end: int) -> Sense | None:
    """Return what a list of names with figures in brackets counts by the words after its last bracket.

    >>> t = "Rimah (205 HHs) and Sarta (110 HHs) districts received most of the families arriving."
    >>> listed_sense(t, Sentence(0, 86, 0), Quantity(7, 10, 7, 205.0, 205.0, 205.0), 14).indicator
    'newly_displaced'
    """
    if not _LISTED_NAME.search(text[sentence.start : quantity.start]) or not _CLOSED.match(text, end):
        return None
    last = text.rfind(")", end, sentence.end)
    after = text[last + 1 : sentence.end]
    listed = re.fullmatch(r"[^()]*\)(?:(?:, and|,| and|;) [^()]{2,50} \([^()]{1,40}\))*", text[end : last + 1])
    indicator = indicator_of(after) if listed else None
    return Sense(indicator, quantity.start, end, 0.5) if indicator else None


_NEWLY_FOUND = re.compile(
    r"(?: \([^()]*\))? (?:were|was|have been|has been) (?:identified|recorded|registered|reported)\b"
)


def goes_on(text: str, own: Sense | None, quantity: Quantity, end: int, earlier: Sequence[Draft]) -> Sense | None:
    """Let the verb before tell what a further figure counts: "3,000 refugees arrived, and another 9,000 in June"."""
    if own is None or own.end > end or own.indicator not in ("stock", "refugees"):
        return own
    more = _MORE.match(text[quantity.start : quantity.number_start])
    if more and own.indicator == "stock" and _NEWLY_FOUND.match(text, end):
        return replace(own, indicator="newly_displaced")
    if not earlier:
        return own
    last = earlier[-1]
    near = last.kind == "displacement" and 0 < quantity.start - last.figure_end <= LIST_GAP
    if not more or not near or re.search(r"[.;]", text[last.figure_end : quantity.start]):
        return own
    return replace(own, indicator=last.indicator)


def _whole_of_list(text: str, last: Draft, quantity: Quantity) -> int | None:
    """Find a list's total: the figure before its colon or bracket; a later item shares the total of the one before."""
    if last.whole is not None:
        return last.whole
    gap = re.sub(r"\([^()]*\)", "", text[last.figure_end : quantity.start])
    opens = re.search(r"[:(]\s*(?:[A-Z] )?$", gap) and not re.search(r"[),;]", gap)
    return last.anchor if opens and 0 < quantity.size < last.size else None


_STATE = re.compile(
    r"[^.;:()]{0,30}?\b(?:(?:are|were|is|was)(?: (?:currently|now|still|also|being|reported\w*|believed to be))* (?:in"
    r"|at|with|living|staying|residing|camped|based)|live[sd]?|living|stay(?:s|ed|ing)?|remain(?:s|ed|ing)?"
    r"|resid(?:e|es|ing)|camp(?:ed|ing)?|squatting|sleeping|(?:are|were|is)(?: (?:still|now|also|currently))*"
    r" (?:scattered|dispersed|spread|settled|accommodated|crammed|crowded))\b"
)
_IN_SHELTERS = re.compile(
    r" (?:living |staying |accommodated |now )?(?:in|at|inside) (?:[\w-]+ ){0,3}(?:shelters?|camps?|cent(?:re|er)s?"
    r"|sites?|settlements|schools|tents)\b"
)


_FROM_IN = re.compile(r" from (?:the )?[A-Z][\w' -]{1,40} in (?:the )?[A-Z]")
"""People from one place in another: "112,000 people from the north in Khost"."""
_RESIDENTS = re.compile(
    r"the \S+(?: \S+)? (?:people|civilians|inhabitants|residents) (?:who )?(?:live|living|residing) (?:in|there)\b",
    re.IGNORECASE,
)
"""All who live in a place are not the displaced."""


_OTHERS_IN = re.compile(
    r" others (?:are |were |living |staying |hosted )?(?:in|with|by) (?:[\w-]+ ){0,2}(?:host famil\w+|famil\w+"
    r"|relatives|host communit\w+|camps?|shelters?|schools?|sites?|cent(?:re|er)s?)\b"
)


_WAIT = re.compile(
    r" (?:who )?(?:(?:are|were|was|is|remain\w*|have been|still|now|also|currently|reportedly|believed to be|being) )*"
    r"(?:waiting(?! to be)|awaiting (?:registration|relocation|transfer|admission|entry)|stranded|stuck"
    r"|queu(?:e)?ing|held up)\b"
)
_BORDER = re.compile(r"\b(?:borders?|frontier|crossings?|berm|gate|no[- ]man's[- ]land)\b", re.IGNORECASE)


_LIVE_IN_AREA = re.compile(
    r" live in (?:the |an? |its )?(?:[\w-]+ ){0,2}(?:areas?|regions?|provinces?|country|city|enclave|territory"
    r"|territories)\b"
)
"""All who live in a region or city are its residents."""
_BARE_STATE = re.compile(
    rf"\s*(?:\w+ )?remain(?!ing (?:\w+ ){{0,3}}(?:{cues.OTHER})\b)"
    r"|(?: \([^()]{1,20}\))? (?:are|were) (?:\w+ )?(?:accommodated|hosted|housed|sheltered)\b",
    re.IGNORECASE,
)
"""What a bare number may be said to do to be people in a state."""
_WHO_ARE = re.compile(
    r"(?: \([^()]{1,20}\))? (?:are|were) (?:former |mostly |all )?(?:returnees|IDPs|refugees|evacuees)\b"
)


def state_sense(text: str, sentence: Sentence, quantity: Quantity, end: int, people: bool) -> Sense | None:
    """Return the sense of people who live, stay, remain or are somewhere; a bare number only with "remain"."""
    limit = min(sentence.end, end + 90)
    people = people or text[: quantity.start].endswith((" remaining ", "Remaining "))
    if people and (wait := _WAIT.match(text, end, limit)):
        edge = _BORDER.search(text, sentence.start, sentence.end)
        return Sense("at_border" if edge else "stock", quantity.start, wait.end(), 0.6)
    if who := _WHO_ARE.match(text, end, limit):
        return Sense("returned" if "returnee" in who.group() else "stock", quantity.start, who.end(), 0.6)
    if others := _OTHERS_IN.match(text, end, limit):
        return Sense("sheltered", quantity.start, others.end(), 0.6)
    if people and (match := _FROM_IN.match(text, end, limit)):
        return Sense("stock", quantity.start, match.end(), 0.55)
    if people and (match := _IN_SHELTERS.match(text, end, limit)):
        return Sense("sheltered", quantity.start, match.end(), 0.7)
    match = _STATE.match(text, end, limit)
    if match is None or _RESIDENTS.match(text, quantity.start, limit) or _LIVE_IN_AREA.match(text, end, limit):
        return None
    if not people and not _BARE_STATE.match(text, end, limit):
        return None
    if re.match(
        r"[^.;]{0,20}(?:in need|at risk|without|trapped|missing|expected|confined|blockaded)", text[match.end() : limit]
    ):
        return None
    return Sense("stock", quantity.start, match.end(), 0.6)


def total_of(earlier: Sequence[Draft], quantity: Quantity) -> Draft | None:
    """Return the figure that a part belongs to: the nearest count that is at least as large and no part itself."""
    counts = [d for d in earlier if d.unit in ("people", "households", "homes") and d.pair is None]
    for draft in reversed(counts):
        if quantity.unit == "percent" or draft.size >= quantity.size:
            siblings = draft.whole is not None and next((d for d in counts if d.anchor == draft.whole), None)
            return siblings or draft
    return None
