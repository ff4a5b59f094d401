"""Figures that a label, a heading or a subject explains: "New arrivals: 2,690", "Arrivals average 1,900"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onward.extraction.candidates import Draft
from onward.extraction.meaning import indicator_of, unit_of
from onward.extraction.normal import Sentence
from onward.extraction.numbers import Quantity
from onward.extraction.parts import QUALIFIED, SITES_LABEL, Sense, total_of

_CAMP_POPULATION = re.compile(
    r"\b(?:camp|site|cent(?:re|er)|settlement|IDP|refugee|displaced) population\b"
    r"|\bpopulation (?:remaining|present|staying|still)\b",
    re.IGNORECASE,
)
_COPULA = re.compile(
    r"\b(?:reach\w*|(?:sur)?pass(?:es|ed)|topp?(?:s|ed)|exceed(?:s|ed)|climbed to|swell\w* to|swollen to|jumped to"
    r"|soared to"
    r"|doubl(?:ed|ing) (?:to|from)|tripl(?:ed|ing) (?:to|from)|st(?:ands?|ood) at|amount\w* to|total(?:s|led|ling)?"
    r"|average[sd]?(?: of)?|number(?:s|ed)?|rose to"
    r"|(?:rose|increased|grew|fell|decreased|dropped|declined|climbed|jumped) by"
    r"|risen to|increased to|decreased|(?:dropped|fell|fallen|declined|grew|grown|shrunk|shrank) to|is|was|are|were"
    r"|at|with|of|put at|estimated at|had|to|to be"
    r"|from|includ\w+|remain(?:s|ed|ing)?(?: at)?|accounts? for|accounted for|record\w+"
    r"|register\w+|welcom\w+|receiv\w+|identif\w+|track\w+|counted"
    r"|count|monitored)"
    rf"(?: now| already| since)? {QUALIFIED}$",
    re.IGNORECASE,
)


_LIST_LINE = re.compile(r"\s*(?:[-*•·○▪–]|\d{1,2}[.)]|[a-z]\))\s+\S")
_NAMED_ITEM = re.compile(r"\W*(?:\d{1,2}[.)]\s+)?[A-Z][\w'’-]*(?: (?:of |the |and )*[\w'’-]+){0,5} ?(?::|-|–|\()\s*$")


_FINITE_END = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|said|by|to|at|of|than|in|from|for|with|and|or|the|about|around|over|some"
    r"|nearly|reach\w*|since)\s*$"
)
_IN_SENTENCE = re.compile(
    r"[.;]\s|(?<!who )(?<!that )\b(?:is|are|was|were|has|have|had|will|said|says|reported that)\b"
)
_DELIMITED = re.compile(r"\s*[:=>~-]\s*$")
FEWEST_IN_LINE = 50
"""A bare number below this at the end of a line without a colon or dash is no key figure (own choice)."""


_UNKNOWN_NOUN = re.compile(r" (?!(?:as|across|has|was|is|others|this|versus|always|perhaps)\b)[a-z]{3,}s\b")


def line_sense(text: str, sentence: Sentence, quantity: Quantity, end: int) -> Sense | None:
    """Return what a line that is a label and a figure counts: "People displaced in the north (as of May) 139,000".

    >>> t = "Refugee arrivals since 15 May - 87,000"
    >>> line_sense(t, Sentence(0, 38, 0), Quantity(32, 38, 32, 87e3, 87e3, 87e3), 38).indicator
    'newly_displaced'
    """
    label = text[sentence.start : quantity.start]
    if text[quantity.end : sentence.end].strip(" .*+%") or not 3 < len(label) <= 160:
        return None
    delimited = _DELIMITED.search(label)
    if not delimited and (quantity.size < FEWEST_IN_LINE or _FINITE_END.search(label)):
        return None
    if _IN_SENTENCE.search(label):
        return None
    indicator = None if SITES_LABEL.fullmatch(label) else indicator_of(label)
    if indicator is None or quantity.unit == "percent":
        return None
    return Sense(indicator, quantity.start, quantity.end, 0.65, None, unit_of(label.replace("%", ""), indicator))


_IN_CAMP = re.compile(r"\bpopulation\b.*\b(?:in|at) .*\b(?:camp|site|cent(?:re|er)|settlement)\b", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|said|says|fled|left|arrived|moved|crossed|returned|received|reached"
    r"|were)\b"
)


def led_sense(text: str, sentence: Sentence, quantity: Quantity) -> Sense | None:
    """Return what a line that is a figure and a label counts: "22,096 Total population in Rimah Camp".

    >>> t = "22,096 Total population in Rimah Camp"
    >>> led_sense(t, Sentence(0, 37, 0), Quantity(0, 6, 0, 22096.0, 22096.0, 22096.0)).indicator
    'sheltered'
    """
    label = text[quantity.end : sentence.end]
    if (
        text[sentence.start : quantity.start].strip(" *-\u2022")
        or not 3 < len(label) <= 110
        or quantity.unit == "percent"
    ):
        return None
    counted = re.match(r"[\s-]+(?:The )?[Nn]umber of (?:people|persons|households|families|IDPs|refugees)\b", label)
    if not counted and (_VERB.search(label) or not re.match(r"\+?\s+[A-Z]", label)):
        return None
    indicator = indicator_of(label) or ("sheltered" if _IN_CAMP.search(label) else None)
    return Sense(indicator, quantity.start, quantity.end, 0.6, None, unit_of(label, indicator)) if indicator else None


_RECORDED = re.compile(
    r",?\s*(?:\([^()]{1,60}\) ?)?(?:(?:not|previously|who|that|from) [^,.;()\d]{3,60} )??(?:\w+ )?(?:have been"
    r"|has been|had been|were|are|was) (?:\w+ )?"
    r"(?:recorded|identified|counted|tracked|verified|documented|mapped|reported|enumerated|profiled)\b"
)


def recorded_sense(text: str, sentence: Sentence, quantity: Quantity, end: int, told: Sequence[Draft]) -> Sense | None:
    """Return what people are who "have been recorded": those of the clause, or of the figure, told just before.

    >>> t = "Most IDPs are in the north, where 300 families have been recorded."
    >>> recorded_sense(t, Sentence(0, 66, 0), Quantity(34, 37, 34, 300.0, 300.0, 300.0), 46, []).indicator
    'stock'
    """
    match = _RECORDED.match(text, end, sentence.end)
    affected = re.search(r"\baffect\w* $", text[sentence.start : quantity.start])
    if match is None or affected or end == quantity.end:
        return None
    near = [d for d in told if d.kind == "displacement" and quantity.start - d.anchor < 400]
    indicator = indicator_of(text[sentence.start : quantity.start]) or (near[-1].indicator if near else None)
    return Sense(indicator, quantity.start, match.end(), 0.5) if indicator else None


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


_THERE_WERE = re.compile(rf"\bthere (?:are|were|is|was|remain\w*)(?: now| only| still)? {QUALIFIED}$", re.IGNORECASE)
_OTHER_PEOPLE = re.compile(
    r"\b(?:unaccompanied|separated|children|women|patients|staff|workers|students|pupils|cases)\b"
)
_PRONOUN = re.compile(r"\b(?:numbers?|total|toll|figures?|rate|this)\b[^.;,]{0,40}$", re.IGNORECASE)
_POPULATION = re.compile(r"^(?!.*\bhost\w* (?:camp )?population).*\bpopulation\b", re.IGNORECASE)
_RESIDENTS = re.compile(
    rf"^(?!.*\b(?:camp|site|cent(?:re|er)|settlement)).*\b(?:(?:had|has|have|with) an?|'s|its|their|the)"
    rf" (?:\w+ )?population of {QUALIFIED}$"
)
"""What all who live in a town or region number is no figure of the displaced."""
_ITEM_LABEL = re.compile(r"\W*(?:In|With|At|From|Inside|Outside) [a-z][^:.]{3,50}:\s*$")
_PEOPLE_WHO = re.compile(
    r"\bnumber of (?:people|persons|civilians|families|households|individuals) (?:who (?:are|were) )?"
    r"(?:still |currently )?(?:waiting|living|staying|sheltering|residing|hosted|stranded"
    r"|seeking (?:safety|protection|refuge|shelter))\b"
)


_SITE_HAS = re.compile(rf"\b(?:camp|site|cent(?:re|er)|settlement)\b.*\b(?:had|has|counts?|holds?) {QUALIFIED}$")


def _changed_total(before: str, quantity: Quantity, end: int, told: Sequence[Draft]) -> Sense | None:
    """Return the sense of a figure that says by how much, or to what, the one told before has changed."""
    if re.search(rf"\bup by {QUALIFIED}$", before):
        return Sense("newly_displaced", quantity.start, end, 0.5)
    if re.search(rf"\b(?:bring(?:s|ing)?|brought) the (?:total|number)\b[^;]{{3,160}}\bto {QUALIFIED}$", before):
        flow = re.search(r"\bsince\b|displacements|arrivals", before)
        unit = "households" if re.search(r"\b(?:households|families)\b", before) else None
        return Sense("newly_displaced" if flow else told[-1].indicator, quantity.start, end, 0.6, None, unit)
    now = rf"\bnow (?:at|totals?|numbers?) {QUALIFIED}$"
    if re.search(rf"\b(?:total|number|figure)\b[^.;,]{{0,40}}\bst(?:ands|ood) at {QUALIFIED}$|{now}", before):
        return Sense("stock", quantity.start, end, 0.55)
    return None


_CLAUSES = re.compile(
    r"[;.!?]\s|, (?:and|while|but) |\((?![^()]*\))|\b(?:said|says|reported"
    r"|estimates?) (?:that )?(?:[\w ]{3,40}, )?(?=the |its )"
)


def subject_sense(
    text: str, sentence: Sentence, quantity: Quantity, end: int, told: Sequence[Draft] = ()
) -> Sense | None:
    """Return the sense of a figure after its subject and a verb of measure: "Arrivals average 1,900".

    >>> t = "Arrivals at the site averaged 1,900 last week."
    >>> subject_sense(t, Sentence(0, 46, 0), Quantity(30, 35, 30, 1900.0, 1900.0, 1900.0), 35).indicator
    'newly_displaced'
    """
    parts = _CLAUSES.split(text[sentence.start : quantity.start])
    goes_on = len(parts) > 1 and re.match(
        r"(?:is|are|was|were) (?:now |currently )?(?:estimated|put|reported)\b", parts[-1]
    )
    before = " ".join(parts[-2:])[-150:] if goes_on else parts[-1]
    if told and (changed := _changed_total(before, quantity, end, told)):
        return changed
    if len(before) > (220 if _PEOPLE_WHO.search(before) else 150):
        return None
    labelled = re.search(r":\s*$", before)
    if SITES_LABEL.fullmatch(before) or (end == quantity.end and _UNKNOWN_NOUN.match(text, end)):
        return None
    more = text[quantity.start : quantity.end].lower().startswith("exceed")
    if not labelled and not more and not _COPULA.search(before):
        return None
    indicator = "stock" if _PEOPLE_WHO.search(before) else indicator_of(before)
    if told and labelled and indicator is None and end == quantity.end and _ITEM_LABEL.match(before):
        whole = total_of(told, quantity)
        return Sense(told[-1].indicator, quantity.start, end, 0.5, whole.anchor if whole else None, told[-1].unit)
    unit = unit_of(before, indicator) if indicator and end == quantity.end else None
    unit = "people" if unit == "percent" else unit
    if re.search(rf"\b(?:increase|rise|growth|influx)s? of {QUALIFIED}$", before) and (told or indicator):
        return Sense("newly_displaced", quantity.start, end, 0.5)
    if re.search(rf"\bby {QUALIFIED}$", before):
        return Sense("newly_displaced", quantity.start, end, 0.5, None, unit) if indicator == "stock" else None
    if re.search(r"\b(?:registered|profiled|tracked|counted|identified) (?:about |some |over |around )?$", before):
        other = _OTHER_PEOPLE.search(text[quantity.end : end])
        indicator = indicator or (None if other else "hosted" if end == quantity.end else "stock")
    if labelled and _CAMP_POPULATION.search(before):
        return Sense("stock", quantity.start, end, 0.6)
    if told and labelled and re.search(r"\btotal\b", before, re.IGNORECASE) and indicator is None:
        return Sense(told[-1].indicator, quantity.start, end, 0.5, None, told[-1].unit if end == quantity.end else None)
    if told and indicator is None and re.search(rf"\baccount(?:s|ed|ing) for {QUALIFIED}$", before):
        whole = total_of(told, quantity)
        return Sense(told[-1].indicator, quantity.start, end, 0.5, whole.anchor if whole else None, told[-1].unit)
    if end > quantity.end and _SITE_HAS.search(before):
        return Sense("sheltered", quantity.start, end, 0.5)
    if indicator is None and not labelled and end == quantity.end:
        if _RESIDENTS.search(before):
            return None
        if _POPULATION.search(before):
            return Sense("stock", quantity.start, end, 0.5)
        if told and (_PRONOUN.search(before) or _THERE_WERE.search(before)):
            return Sense(told[-1].indicator, quantity.start, end, 0.5, None, told[-1].unit)
    if indicator is None or (
        indicator in ("sheltered", "aided", "capacity", "evacuated", "damaged", "destroyed") and not labelled
    ):
        return None
    return Sense(indicator, quantity.start, end, 0.6, None, unit)
