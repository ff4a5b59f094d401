"""Figures that depend on others: parts of a total, list items, shares, labels and daily rates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onward.extraction import cues
from onward.extraction.candidates import Draft
from onward.extraction.meaning import indicator_of, unit_of
from onward.extraction.normal import Sentence
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


_QUALIFIED = (
    r"(?:(?:an? )?(?:estimated|total of|about|around|some|over|more than|nearly|almost|at least|up to|only) ?)*"
)
_OF_THEM = r"(?:out )?of (?:whom|them|these|those|which|this total|the total)|among (?:them|these|those|whom)"
_PART = re.compile(
    rf"\b(?:(?P<pronoun>{_OF_THEM})|(?P<list>including|comprising|consisting of))[,:]?(?: \w+ [\w'-]+ed)?"
    rf" {_QUALIFIED}$",
    re.IGNORECASE,
)
_OF_THEM_AFTER = re.compile(rf"(?: \w+)? (?:{_OF_THEM})\b", re.IGNORECASE)
_WHO_THEY_ARE = re.compile(
    r" (?:are|were|come|came) (?:from|women|children|girls|boys|men|elderly|under|female|male|minors)\b"
)
_ITEM_END = re.compile(
    r"\s*(?:[,;.)\]]|$|\(|(?:and|or|while|from|in|to|into|at|within|near|by|via|of (?:them|whom|which)|elsewhere"
    r"|overnight|yesterday|today|early|late|on \w+day|last (?:week|month)|this (?:week|month|morning)"
    r"|others?|more|people|persons|individuals|households|families|women|men|children|girls|boys|fighters|civilians|IDPs|refugees"
    r"|(?:were|are) (?:from|in|with|at|hosted|staying|living)|moved|went|came|others)\b)"
)
_ONE_MORE = re.compile(r"\(\s*(?:[A-Z]\w* )?$|\b(?:another|a further) $")
_SEPARATOR = re.compile(r"[,;:(]|\band\b|\bwhile\b|\bor\b|\bbut\b")
_OPENS = re.compile(r"\(\s*(?:[A-Z]\w* )?$")
_COMPARED = re.compile(
    rf"\b(?:(?:up|down) from|compared (?:with|to)|against|as opposed to|versus|from)"
    rf" (?:a (?:peak|low) of )?{_QUALIFIED}$",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r" (?:(?:in )?(?:the )?(?:previous|preceding|prior|last|past)|an? (?:day|week|month|year)|recorded|reported|in)\b"
)
_CAMP_POPULATION = re.compile(
    r"\b(?:camp|site|cent(?:re|er)|settlement|IDP|refugee|displaced) population\b", re.IGNORECASE
)
_FOREIGN = re.compile(
    r"\b(?:schools?|hospitals?|trucks?|litres|USD|funding|population of|inhabitants|expected|planned"
    r"|need\w*|affected)\b",
    re.IGNORECASE,
)
_COPULA = re.compile(
    r"\b(?:reach\w*|st(?:ands?|ood) at|amount\w* to|total(?:s|led|ling)?|average[sd]?(?: of)?|number(?:s|ed)?|rose to"
    r"|(?:rose|increased|grew|fell|decreased|dropped) by"
    r"|risen to|increased to|decreased|dropped to|grew to|is|was|are|were|at|with|of|put at|estimated at|had|to|from"
    r"|includ\w+|accounts? for|accounted for|record\w+|register\w+|welcom\w+|receiv\w+|identif\w+|track\w+|counted"
    r"|count|monitored)"
    rf"(?: now| already| since)? {_QUALIFIED}$",
    re.IGNORECASE,
)


def part_sense(text: str, sentence: Sentence, quantity: Quantity, end: int, earlier: Sequence[Draft]) -> Sense | None:
    """A figure introduced by "of whom", "of these", "including": part of the figure before it, and like it.

    >>> t = "As many as 900 fled, of whom 300 are in schools."
    >>> whole = Draft(0, 19, "displacement", "newly_displaced", 0, 900.0, unit="people", anchor=0)
    >>> q = Quantity(29, 32, 29, 300.0, 300.0, 300.0)
    >>> part_sense(t, Sentence(0, 48, 0), q, 32, [whole]).indicator
    'newly_displaced'
    """
    before = text[max(sentence.start, quantity.start - 60) : quantity.start]
    match = _PART.search(before)
    pronoun = bool(match and match.group("pronoun")) or bool(_OF_THEM_AFTER.match(text, quantity.end))
    pronoun = pronoun or bool(_WHO_THEY_ARE.match(text, quantity.end))
    if not match and not pronoun:
        return None
    whole = total_of(earlier, quantity)
    if whole is None or _FOREIGN.match(text[quantity.end :].lstrip()):
        return None
    return Sense(whole.indicator, quantity.start, end, 0.65, whole.anchor, whole.unit)


def item_sense(text: str, sentence: Sentence, quantity: Quantity, end: int, told: Sequence[Draft]) -> Sense | None:
    """An item of a list ("A (3,400), B (2,100)", ": 900 from A, 700 from B") counts what the list counts."""
    last = told[-1] if told and told[-1].sentence_of(sentence) else None
    compared = last is not None and _COMPARED.search(text[last.figure_end : quantity.start])
    before_that = compared and _EARLIER.match(text, quantity.end)
    if not _ITEM_END.match(text, quantity.end) and end == quantity.end and not before_that:
        return None
    if last is not None and last.unit != "percent" and compared:
        return Sense(last.indicator, quantity.start, end, 0.55, None, last.unit)
    if last is not None:
        gap = text[last.figure_end : quantity.start]
        elided = end == quantity.end and re.match(r" (?:(?:to|from|in|into|at) (?:the )?\w|on \w+day\b)", text[end:])
        plain = len(gap) <= LIST_GAP and _SEPARATOR.search(gap) and not _FOREIGN.search(gap)
        if plain and not re.search(r"[.!?] ", gap) and (elided or _ONE_MORE.search(gap) or not cues.POST.search(gap)):
            unit = last.unit if last.unit != "percent" else None
            return Sense(last.indicator, quantity.start, end, 0.55, _whole_of_list(text, last, quantity), unit)
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
    indicator = indicator_of(re.split(r"[;]", before)[-1]) if opened and len(before) < 220 else None
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


_LIST_LINE = re.compile(r"\s*(?:[-*•·○▪–]|\d{1,2}[.)]|[a-z]\))\s+\S")
_NAMED_ITEM = re.compile(r"\W*(?:\d{1,2}[.)]\s+)?[A-Z][\w'’-]*(?: (?:of |the |and )*[\w'’-]+){0,5} ?(?::|-|–|\()\s*$")


def headed_sense(text: str, sentence: Sentence, quantity: Quantity, end: int) -> Sense | None:
    """Return what the heading of a list counts: "Total arrivals per crossing:" above "1) Esentepe: 3,000 - 4,000".

    >>> t = "Total arrivals by crossing:\\n1) Esen: 3,000\\n2) Tepe: 2,000"
    >>> headed_sense(t, Sentence(42, 56, 2), Quantity(51, 56, 51, 2000.0, 2000.0, 2000.0), 56).indicator
    'newly_displaced'
    """
    line = text.rfind("\n", 0, quantity.start) + 1
    if not _NAMED_ITEM.fullmatch(text[line : quantity.start]):
        return None
    above = text[max(0, line - 1500) : line].rstrip("\n").split("\n")
    for words in reversed(above):
        if words.rstrip().endswith(":"):
            indicator = indicator_of(words)
            return Sense(indicator, quantity.start, end, 0.55) if indicator else None
        if words.strip() and not _LIST_LINE.match(words):
            return None
    return None


def _whole_of_list(text: str, last: Draft, quantity: Quantity) -> int | None:
    """The total of a list: the figure before its colon or bracket; a later item shares the total of the one before."""
    if last.whole is not None:
        return last.whole
    gap = text[last.figure_end : quantity.start]
    opens = re.search(r"[:(]\s*(?:[A-Z] )?$", gap) and not re.search(r"[),;]", gap)
    return last.anchor if opens and 0 < quantity.size < last.size else None


_PRONOUN = re.compile(r"\b(?:numbers?|total|toll|figures?|rate|this)\b[^.;,]{0,40}$", re.IGNORECASE)
_POPULATION = re.compile(r"^(?!.*\bhost\w* (?:camp )?population).*\bpopulation\b", re.IGNORECASE)


_SITE_HAS = re.compile(
    rf"\b(?:camp|site|cent(?:re|er)|settlement)\b.*\b(?:had|has|counts?|holds?) {_QUALIFIED}$", re.IGNORECASE
)


def subject_sense(
    text: str, sentence: Sentence, quantity: Quantity, end: int, told: Sequence[Draft] = ()
) -> Sense | None:
    """A figure after its subject and a verb of measure: "Arrivals average 1,900", "New arrivals: 2,690".

    >>> t = "Arrivals at the site averaged 1,900 last week."
    >>> subject_sense(t, Sentence(0, 46, 0), Quantity(30, 35, 30, 1900.0, 1900.0, 1900.0), 35).indicator
    'newly_displaced'
    """
    before = re.split(r"[;.!?]\s|, (?:and|while|but) |\(", text[sentence.start : quantity.start])[-1]
    if len(before) > 150:
        return None
    labelled = re.search(r":\s*$", before)
    if not labelled and not _COPULA.search(before):
        return None
    indicator = indicator_of(before)
    unit = unit_of(before, indicator) if indicator and end == quantity.end else None
    unit = "people" if unit == "percent" else unit
    if re.search(rf"\bby {_QUALIFIED}$", before):
        return Sense("newly_displaced", quantity.start, end, 0.5, None, unit) if indicator == "stock" else None
    if re.search(r"\b(?:registered|profiled|tracked|counted|identified) (?:about |some |over |around )?$", before):
        indicator = indicator or ("hosted" if end == quantity.end else "stock")
    if labelled and _CAMP_POPULATION.search(before):
        return Sense("stock", quantity.start, end, 0.6)
    if told and labelled and re.search(r"\btotal\b", before, re.IGNORECASE) and indicator is None:
        return Sense(told[-1].indicator, quantity.start, end, 0.5, None, told[-1].unit if end == quantity.end else None)
    if told and indicator is None and re.search(rf"\baccount(?:s|ed|ing) for {_QUALIFIED}$", before):
        whole = total_of(told, quantity)
        return Sense(told[-1].indicator, quantity.start, end, 0.5, whole.anchor if whole else None, told[-1].unit)
    if end > quantity.end and re.search(
        rf"\b(?:camp|site|cent(?:re|er)|settlement)\b.*\b(?:had|has|counts?|holds?) {_QUALIFIED}$", before
    ):
        return Sense("sheltered", quantity.start, end, 0.5)
    if indicator is None and not labelled and end == quantity.end:
        if _POPULATION.search(before):
            return Sense("stock", quantity.start, end, 0.5)
        if told and _PRONOUN.search(before):
            return Sense(told[-1].indicator, quantity.start, end, 0.5)
    if indicator is None or (
        indicator in ("sheltered", "aided", "capacity", "evacuated", "damaged", "destroyed") and not labelled
    ):
        return None
    return Sense(indicator, quantity.start, end, 0.6, None, unit)


_STATE = re.compile(
    r"[^.;:()]{0,30}?\b(?:(?:are|were|is|was)(?: (?:currently|now|still|also|being|reported\w*|believed to be))* (?:in"
    r"|at|with|living|staying|residing|camped|based)|live[sd]?|living|stay(?:s|ed|ing)?|remain(?:s|ed|ing)?"
    r"|resid(?:e|es|ing)|camp(?:ed|ing)?|squatting|sleeping)\b"
)
_IN_SHELTERS = re.compile(
    r" (?:living |staying |accommodated |now )?(?:in|at|inside) (?:[\w-]+ ){0,3}(?:shelters?|camps?|cent(?:re|er)s?"
    r"|sites?|settlements|schools|tents)\b"
)


def state_sense(text: str, sentence: Sentence, quantity: Quantity, end: int, people: bool) -> Sense | None:
    """People who live, stay, remain or are somewhere; a bare number only with "remain"."""
    limit = min(sentence.end, end + 90)
    if people and (match := _IN_SHELTERS.match(text, end, limit)):
        return Sense("sheltered", quantity.start, match.end(), 0.7)
    match = _STATE.match(text, end, limit)
    if match is None or (not people and not re.match(r"\s*(?:\w+ )?remain", text[end:limit])):
        return None
    if re.match(r"[^.;]{0,20}(?:in need|at risk|without|trapped|missing|expected)", text[match.end() : limit]):
        return None
    return Sense("stock", quantity.start, match.end(), 0.6)


def total_of(earlier: Sequence[Draft], quantity: Quantity) -> Draft | None:
    """The figure that a part belongs to: the nearest count that is at least as large and no part itself."""
    counts = [d for d in earlier if d.unit in ("people", "households", "homes") and d.pair is None]
    for draft in reversed(counts):
        if quantity.unit == "percent" or draft.size >= quantity.size:
            siblings = draft.whole is not None and next((d for d in counts if d.anchor == draft.whole), None)
            return siblings or draft
    return None


_SHARE_OF = re.compile(
    r"(?: \w+){0,2}? of (?P<them>them|whom|these|those|which|the total|all|this)\b|"
    r" of (?:(?:all|the|these|those|its|their|newly|total) )*(?P<noun>[^,.;()]{3,90})",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"\b(?:women|children|girls|boys|female|male|minors|men|elderly|majority|proportions?|come|came|originat\w+|from|moved|stay\w*"
    r"|liv\w+|shelter\w*|settle\w*|hosted|return\w*|displaced|fled|crossed|arriv\w+|households|families|individuals|people)\b",
    re.IGNORECASE,
)


_AUX = re.compile(rf" ?{cues.AUX}")
#: of whom a share says nothing about flight
_ILLNESS = re.compile(
    r"\b(?:malnourish\w+|cholera|infected|diarrh\w+|vaccinat\w+|an[a]?emi\w+|screened)\b", re.IGNORECASE
)
_BRACKETED = re.compile(
    r"(?: (?:(?!\b(?:whom|them|these|those|which|majority|most|including)\b)[^\d;.:]){0,80})?"
    r"\((?:about |some |or |nearly )?"
)


def base_of(counts: Sequence[Draft], share: Quantity) -> Draft | None:
    """The total of which the last count is a share: "3,200 IDPs (40 %)" after a total of 8,000, by arithmetic.

    A share is printed to the nearest whole per cent or so, hence a tolerance of one.
    """
    *earlier, last = counts
    value = share.value
    same = [d for d in earlier if d.unit == last.unit and d.pair is None and d.size > last.size]
    if value is None or not same:
        return None
    closest = min(reversed(same), key=lambda d: abs(100.0 * last.size / d.size - value))
    return closest if abs(100.0 * last.size / closest.size - value) <= 1.0 else None


_FLIGHT_VERBS = {
    **{name: name for name in ("newly_displaced", "returned", "evacuated", "sheltered", "on_the_move", "at_border")},
    "stay_displaced": "stock",
}


def share_sense(text: str, sentence: Sentence, quantity: Quantity, earlier: Sequence[Draft]) -> Sense | None:
    """What a percentage is a share of: the noun after "of", else the figure told before it.

    A percentage that neither a noun nor a count nearby explains makes no fact.
    """
    near = [d for d in earlier if d.kind == "displacement" and d.indicator != "capacity"]
    whole = total_of(near, quantity)
    if _ILLNESS.search(text, quantity.end, sentence.end):
        return None
    if re.match(r" of (?:all |the |these )*(?:IDPs|displaced|refugees|total)", text[quantity.end :]):
        totals = [d for d in near if d.unit == "people" and d.indicator in ("stock", "newly_displaced") and not d.whole]
        whole = totals[-1] if totals else whole
    if near and near[-1].sentence_of(sentence) and _BRACKETED.fullmatch(text[near[-1].figure_end : quantity.start]):
        base = base_of(near, quantity)
        return Sense(near[-1].indicator, quantity.start, quantity.end, 0.6, base.anchor if base else None)
    match = _SHARE_OF.match(text, quantity.end, sentence.end)
    if match and match.group("noun"):
        noun = re.split(r"\b(?:were|was|are|is|have|has|had|who|that|said|report\w*)\b", match.group("noun"))[0]
        verb = cues.POST.search(text, quantity.end, min(sentence.end, quantity.end + 160))
        indicator = indicator_of(noun)
        if re.search(r"\bpopulation of\b", noun):
            whole = None  # a share of all who live there
        counted = re.search(rf"\b(?:{cues.PEOPLE}|{cues.HOUSEHOLD}|population)\b", noun, re.IGNORECASE)
        if indicator is None and counted and verb and verb.lastgroup not in ("none", "aided"):
            indicator = {"stay_displaced": "stock", "lost_home": "newly_displaced"}.get(
                verb.lastgroup or "", verb.lastgroup
            )
        if indicator is not None and indicator not in (
            "killed",
            "injured",
            "aided",
            "capacity",
            "destroyed",
            "damaged",
        ):
            return Sense(indicator, quantity.start, quantity.end, 0.6, whole.anchor if whole else None)
        if not counted or whole is None:
            return None
    after = match.end() if match and match.group("them") else quantity.end
    auxiliary = _AUX.match(text, after)
    verb = cues.POST.match(text, auxiliary.end() if auxiliary else after)
    if verb is not None and (name := _FLIGHT_VERBS.get(verb.lastgroup or "")):
        return Sense(name, quantity.start, verb.end(), 0.6, whole.anchor if whole else None)
    around = text[sentence.start : min(sentence.end, quantity.end + 120)]
    subject = indicator_of(text[sentence.start : quantity.start])
    if whole is None:
        known = (
            subject is not None and _WHO.search(around) and subject not in ("killed", "aided", "destroyed", "damaged")
        )
        return Sense(subject, quantity.start, quantity.end, 0.5) if known and subject else None
    listed = re.search(r"[(;,]\s*$|\bor (?:about |some |nearly )?$", text[sentence.start : quantity.start])
    if not listed and not match and not _WHO.search(around):
        return None
    return Sense(whole.indicator, quantity.start, quantity.end, 0.6, whole.anchor)
