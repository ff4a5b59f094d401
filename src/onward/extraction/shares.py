"""Percentages: what they are shares of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onward.extraction import cues
from onward.extraction.candidates import Draft
from onward.extraction.meaning import indicator_of
from onward.extraction.normal import Sentence
from onward.extraction.numbers import Quantity
from onward.extraction.parts import Sense, total_of

_SHARE_OF = re.compile(
    r"(?: \w+){0,2}? of (?P<them>them|whom|these|those(?! displaced)|which|the total|all|this)\b|"
    r" of (?:(?:all|the|these|those|its|their|newly|total|almost|about|over|some|around|nearly|more than|at least"
    r"|\d[\d,.]*(?: million| thousand)?) )*(?P<noun>[^,.;()]{3,90})",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"\b(?:(?:are|were|is) (?:still |now |currently )?(?:in|within|at|inside|outside)|women|children|girls|boys"
    r"|female|male|minors|men|elderly|majority|proportions?|come|came|originat\w+|from"
    r"|moved|stay\w*"
    r"|liv\w+|shelter\w*|settle\w*|hosted|return\w*|displaced|fled|flee\w*|leav\w+|left|head\w*|travel\w*|crossed"
    r"|crossing|arriv\w+"
    r"|households|families|individuals|people|aged|years? old|flight|(?:under|over|below|above) (?:the age of )?\d+)\b",
    re.IGNORECASE,
)


_AUX = re.compile(rf"(?: - )?[ )]?{cues.AUX}")
#: of whom a share says nothing about flight
_ILLNESS = re.compile(
    r"\b(?:malnourish\w+|cholera|infected|diarrh\w+|vaccinat\w+|an[a]?emi\w+|screened)\b", re.IGNORECASE
)
_OF_A_CHANGE = re.compile(r" of (?:this|the|that) (?:increase|rise|decrease|change)\b")
#: "a million people - half of the population - fled" says one number twice
_ASIDE = re.compile(r" - [^-;.]{0,40} of [^-;.]{0,40}\bpopulation - .*", re.DOTALL)
_OF_SITES = re.compile(
    r"(?: \([^()]{1,30}\))? (?:of )?(?:IDP |refugee )?(?:(?:all|the) )?(?:(?!(?:of|in|at|people|IDPs?|displaced"
    r"|households|families|live|stay|are"
    r"|were)\b)[\w/-]+ ){0,4}"
    r"(?:sites|locations|camps|schools|facilities|settlements|villages|assessments)\b",
    re.IGNORECASE,
)
_INTENTION = re.compile(
    r"(?: of (?:[\w-]+ ){1,5}?)? ?(?:expressed|intend|plan|want|wish|prefer|hope|would|cited|mentioned|indicated)\w*\b",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    r"(?: (?:(?!\b(?:whom|them|these|those|which|majority|most|including)\b)[^\d;.:]){0,80})?"
    r"\((?:about |some |or |nearly )?"
)


def base_of(counts: Sequence[Draft], share: Quantity) -> Draft | None:
    """Return the total of which the last count is a share: "3,200 IDPs (40 %)" after a total of 8,000, by arithmetic.

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


def _state_before(text: str, sentence: Sentence, last: Draft | None, share: Quantity) -> str | None:
    """Return what the verb says before the bracket in which a share stands: "most stay with host families (77 %)"."""
    start = max(sentence.start, last.figure_end if last and last.sentence_of(sentence) else 0)
    words = re.split(r"[();]", text[start : share.start].rstrip("( "))[-1]
    if not text[start : share.start].rstrip().endswith("("):
        return None
    verbs = [m for m in cues.POST.finditer(words) if m.lastgroup in _FLIGHT_VERBS]
    return _FLIGHT_VERBS[verbs[-1].lastgroup or ""] if verbs else None


_HAVE = re.compile(r"(?:have|has|had|were|was|is|are) (?:(?:since|already|now|also|\w+ly) )*")


def _finite(text: str, start: int, end: int) -> str | None:
    """Return what the verb of a share's clause says: "76 % of IDPs in shelters have returned"."""
    auxiliary = _HAVE.match(text, start, end)
    verb = cues.POST.match(text, auxiliary.end(), end) if auxiliary else None
    return _FLIGHT_VERBS.get(verb.lastgroup or "") if verb else None


_GONE = re.compile(
    r" (?:of (?:the|its|their) )?(?:[\w'-]+ )?(?:residents|inhabitants|population|people|families|households"
    r"|villagers|civilians)"
    r" (?:have |has |had )(?:already |now |since )?(?:left|fled|gone|moved (?:out|away))\b"
)
"""A share of all who lived in a place."""


def share_sense(text: str, sentence: Sentence, quantity: Quantity, earlier: Sequence[Draft]) -> Sense | None:
    """Return what a percentage is a share of: the noun after "of", else the figure told before it.

    A percentage that neither a noun nor a count nearby explains makes no fact.
    """
    near = [d for d in earlier if d.kind == "displacement" and d.indicator != "capacity"]
    if _no_share_of_people(text, sentence, quantity):
        return None
    whole = _stated_whole(text, sentence, quantity, near)
    if near and near[-1].sentence_of(sentence) and _BRACKETED.fullmatch(text[near[-1].figure_end : quantity.start]):
        base = base_of(near, quantity)
        stated = _state_before(text, sentence, near[-1], quantity) or near[-1].indicator
        return Sense(stated, quantity.start, quantity.end, 0.6, base.anchor if base else None)
    if gone := _GONE.match(text, quantity.end, sentence.end):
        return Sense("newly_displaced", quantity.start, gone.end(), 0.6)
    match = _SHARE_OF.match(text, quantity.end, sentence.end)
    before = cues.PRE.search(text[max(sentence.start, quantity.start - 60) : quantity.start])
    if match and before and before.group("newly_displaced") and "population" in (match.group("noun") or ""):
        return Sense("newly_displaced", quantity.start, match.end(), 0.6)
    if match and match.group("noun"):
        found, explained, whole = _share_of_noun(text, sentence, quantity, match, whole)
        if found is not None or not explained:
            return found
    after = match.end() if match and match.group("them") else quantity.end
    auxiliary = _AUX.match(text, after)
    verb = cues.POST.match(text, auxiliary.end() if auxiliary else after)
    if verb is not None and (name := _FLIGHT_VERBS.get(verb.lastgroup or "")):
        return Sense(name, quantity.start, verb.end(), 0.6, whole.anchor if whole else None)
    return _share_in_context(text, sentence, quantity, near, whole, match is not None)


def _no_share_of_people(text: str, sentence: Sentence, quantity: Quantity) -> bool:
    """Return whether a percentage is of a change, of sites, of the ill, of plans, or repeats a number of people."""
    return bool(
        _OF_A_CHANGE.match(text, quantity.end)
        or _ASIDE.fullmatch(text, max(0, quantity.start - 3), sentence.end)
        or _OF_SITES.match(text, quantity.end, sentence.end)
        or _ILLNESS.search(text, quantity.end, sentence.end)
        or _INTENTION.match(text, quantity.end, sentence.end)
    )


def _stated_whole(text: str, sentence: Sentence, quantity: Quantity, near: Sequence[Draft]) -> Draft | None:
    """Return the figure that the words around a percentage name as its whole, else the nearest total."""
    whole = total_of(near, quantity)
    if re.match(r" of (?:all |the |these )*(?:IDPs|displaced|refugees|total)", text[quantity.end :]):
        totals = [d for d in near if d.unit == "people" and d.indicator in ("stock", "newly_displaced") and not d.whole]
        return totals[-1] if totals else whole
    if near and re.search(
        r"\bof (?:the|this) total,? (?:[\w ]{0,20} )?$", text[sentence.start : quantity.start], re.IGNORECASE
    ):
        return max((d for d in near if d.unit == "people"), key=lambda d: d.size, default=whole)
    return whole


_NO_SHARE = frozenset({"killed", "injured", "aided", "capacity", "destroyed", "damaged"})


def _share_of_noun(
    text: str, sentence: Sentence, quantity: Quantity, match: re.Match[str], whole: Draft | None
) -> tuple[Sense | None, bool, Draft | None]:
    """Return the sense by the noun after "of", whether a figure before may still explain the share, and its whole."""
    noun = re.split(r"\b(?:were|was|are|is|have|has|had|who|that|said|report\w*)\b", match.group("noun"))[0]
    further = re.search(r",? (?:and|while|but) .{0,12}\d|[;]", text[quantity.end : sentence.end])
    limit = quantity.end + further.start() if further else sentence.end
    verb = cues.POST.search(text, quantity.end, min(limit, quantity.end + 160))
    indicator = _finite(text, match.start("noun") + len(noun), sentence.end) or indicator_of(noun)
    if re.search(r"\bpopulation of\b", noun):
        whole = None  # a share of all who live there
    counted = re.search(rf"\b(?:{cues.PEOPLE}|{cues.HOUSEHOLD}|population)\b", noun, re.IGNORECASE)
    if indicator is None and counted and verb and verb.lastgroup not in ("none", "aided"):
        named = verb.lastgroup or ""
        indicator = {"stay_displaced": "stock", "lost_home": "newly_displaced"}.get(named, named)
    if indicator and indicator not in _NO_SHARE:
        sense = Sense(indicator, quantity.start, quantity.end, 0.6, whole.anchor if whole else None)
        return sense, True, whole
    return None, bool(counted) and whole is not None, whole


def _share_in_context(
    text: str, sentence: Sentence, quantity: Quantity, near: Sequence[Draft], whole: Draft | None, related: bool
) -> Sense | None:
    """Return the sense by the subject of the sentence, or by the figure of which it is a share."""
    around = text[sentence.start : min(sentence.end, quantity.end + 120)]
    subject = indicator_of(text[sentence.start : quantity.start])
    if whole is None:
        known = subject is not None and _WHO.search(around) and subject not in _NO_SHARE - {"capacity", "injured"}
        return Sense(subject, quantity.start, quantity.end, 0.5) if known and subject else None
    listed = re.search(r"[(;,]\s*$|\band $|\bor (?:about |some |nearly )?$", text[sentence.start : quantity.start])
    if not listed and not related and not _WHO.search(around):
        return None
    last = near[-1]
    told = last.indicator if last.unit == "percent" and last.sentence_of(sentence) else whole.indicator
    name = _state_before(text, sentence, None, quantity) or told
    return Sense(name, quantity.start, quantity.end, 0.6, whole.anchor)
