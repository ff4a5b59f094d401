"""Facts without a figure: attacks, control, borders, interventions, journeys, aid, flight in words.

Each rule is a pattern and what it means; the fact's span is the clause around the pattern, or the words
themselves where a clause would hold two facts. An attack that is named only as a cause ("fled because of the
airstrikes") or as what others condemn makes no fact of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from onward.extraction.candidates import Draft, clause_end, clause_start
from onward.extraction.mention import Mention
from onward.extraction.normal import Sentence
from onward.extraction.rule import Rule
from onward.extraction.rules import RULES, STEMS

_WHOM = (
    r"(?:[Ww]e|[Tt]hey|I|[Hh]e|[Ss]he|[Mm]y family|[Oo]ur family|[Tt]heir families|(?:[Mm]any|[Mm]ost"
    r"|[Ss]ome|[Aa]ll|[Oo]thers?)(?: of (?:them|the \w+|those|us))?|[Pp]eople|[Rr]efugees|[Ff]amilies"
    r"|[Cc]ivilians|[Rr]esidents|[Vv]illagers|IDPs|[Dd]isplaced people|[Hh]ouseholds|[Ww]omen and children"
    r"|[Tt]he (?:family|families|refugees|group|community|displaced|people|population|residents|villagers))"
)
_GO = (
    r"(?:fled|flee|fleeing|walk(?:ed|ing)|went|going|travell?(?:ed|ing)|mov(?:ed|ing)|head(?:ed|ing)"
    r"|escap(?:ed|ing)|cross(?:ed|ing)|ran|drove|came|arriv(?:ed|ing)|reach(?:ed|ing)|trekked|marched"
    r"|made (?:it|their way)|left|returned|set out|continued|pushed on|were taken|moved on)"
)
_CAUSE = re.compile(
    r"\b(?:because of|due to|condemn\w*(?: for| of)?(?: the)?|fle(?:d|eing|e)(?: from)?|escap\w+|amid"
    r"|despite|end(?: of)? to|victims of|threat of|fear(?:s|ing)? of|risk of|stop(?: the)?) (?:the |heavy "
    r"|\w+ )?$"
)
_KIN = re.compile(
    r"\b(?:[Mm]y|[Hh]is|[Hh]er|[Oo]ur|[Tt]heir) (?:\w+ )?(?:brother|sister|father|mother|son|daughter"
    r"|husband|wife|uncle|aunt|cousin|child|baby|grandfather|grandmother|nephew|niece|neighbou?r"
    r"|friend) (?:was|had been|has been|got|is)? ?(?:also )?(?P<how>killed|dead|died|shot dead|injured"
    r"|wounded)\b"
)
_LEG = re.compile(
    rf"\b(?P<whom>{_WHOM})(?:[, ]+(?:[^.;:\"]{{0,30}}, )??)(?:(?:then|later|also|have|has|had|are|were|is"
    rf"|was|first|soon|again|now|finally|who|been|eventually|themselves|both|all) ){{0,4}}(?P<go>{_GO})\b"
)
_NEXT_STEP = re.compile(rf"(?:,| and)(?: and)?(?: (?:then|later|finally|from there))? (?P<go>{_GO})\b")
_ARRIVAL = re.compile(
    r"\b(?P<who>(?:an?|the|one|another) (?:\w+ ){0,3}?(?:refugee|man|woman|mother|father|family|boy|girl"
    r"|survivor|resident|villager|farmer|teacher|displaced \w+))(?:,[^,]{1,50},)? (?:on (?:his |her "
    r"|their )?arrival|who (?:had |has )?(?:just )?(?:arrived|reached|crossed)|arriving|after (?:arriving"
    r"|reaching|crossing)|waiting) (?:at|in|to|into)?"
)


def happening_drafts(text: str, sentence: Sentence, number: int, mentions: Sequence[Mention]) -> list[Draft]:
    """Return the facts without a figure of one sentence.

    >>> t = "Government warplanes bombed the town on Monday."
    >>> [(d.kind, d.indicator) for d in happening_drafts(t, Sentence(0, 47, 0), 0, [])]
    [('attack', 'airstrike')]
    """
    found: list[Draft] = []
    lower = text[sentence.start : sentence.end].lower()
    asked = {kind for kind, stems in STEMS.items() if any(stem in lower for stem in stems)}
    for rule in RULES:
        if rule.kind not in asked:
            continue
        for match in rule.pattern.finditer(text, sentence.start, sentence.end):
            draft = _from_rule(text, sentence, number, rule, match)
            if draft and not any(_same(draft, d) for d in found):
                found.append(draft)
    return found + _kin(text, sentence, number) + _legs(text, sentence, number, mentions)


def _from_rule(text: str, sentence: Sentence, number: int, rule: Rule, match: re.Match[str]) -> Draft | None:
    before = text[max(sentence.start, match.start() - 40) : match.start()]
    if rule.kind == "attack" and _CAUSE.search(before):
        return None
    if rule.kind == ("displacement") and re.search(
        r"\d[\d,. ]*(?:\w+ )?$|\b(?:hundreds|thousands|million|thousand)\b[\w ]*$", before
    ):
        return None  # the figure rules speak for it
    start, end = match.span()
    if rule.whole:
        start = clause_start(text, sentence.start, match.start())
        end = clause_end(text, match.end(), sentence.end)
    return Draft(
        start,
        end,
        rule.kind,
        rule.indicator,
        number,
        None,
        None,
        None,
        None,
        None,
        rule.confidence,
        match.start(),
        modality=rule.modality,
    )


def _same(a: Draft, b: Draft) -> bool:
    overlap = min(a.end, b.end) - max(a.start, b.start)
    if a.kind == b.kind and a.indicator == b.indicator and overlap > 0:
        return True
    return (
        a.kind == b.kind == ("attack")
        and overlap > 0.9 * max(a.end - a.start, b.end - b.start)
        and a.anchor == b.anchor
    )


def _kin(text: str, sentence: Sentence, number: int) -> list[Draft]:
    """Count one for each relative, friend or neighbour killed or injured: "My brother was killed"."""
    found = []
    for match in _KIN.finditer(text, sentence.start, sentence.end):
        indicator = "injured" if match.group("how") in ("injured", "wounded") else "killed"
        who = match.group().split()[1]
        found.append(
            Draft(
                match.start(),
                match.end(),
                "casualty",
                indicator,
                number,
                1.0,
                1.0,
                1.0,
                "people",
                who,
                0.6,
                match.start(),
            )
        )
    return found


def _legs(text: str, sentence: Sentence, number: int, mentions: Sequence[Mention]) -> list[Draft]:
    """Find the steps of a journey: someone goes, and a place or a held area is named as from, to or via."""
    found: list[Draft] = []
    for match in _steps(text, sentence):
        end = clause_end(text, match.end("go"), sentence.end)
        start = max(match.start(), clause_start(text, sentence.start, match.start("go")))
        start = _with_then(text, sentence.start, start)
        named = [m for m in mentions if start <= m.start < end and m.role in ("from", "to", "via")]
        through = re.search(
            r"\b(?:through|across|past|via)\b[^.;]*\b(?:areas?|territory|front ?lines?|checkpoints?|fields"
            r"|mountains?|minefields?)\b",
            text[match.start("go") : end],
        )
        if named or through:
            found.append(_leg(start, end, number, match.groupdict().get("whom") or None))
    for match in _ARRIVAL.finditer(text, sentence.start, sentence.end):
        end = clause_end(text, match.end(), sentence.end)
        if any(match.end() - 2 <= m.start < end for m in mentions):
            found.append(replace(_leg(match.start(), end, number, match.group("who")), arrival=True))
    return found


def _with_then(text: str, first: int, start: int) -> int:
    before = re.search(r"\b(?:Then|From there|Afterwards|Later|Next) (?:,? )?$", text[max(first, start - 14) : start])
    return start - len(before.group()) if before else start


def _steps(text: str, sentence: Sentence) -> list[re.Match[str]]:
    """Find verbs of going; the later ones share the first subject: "We left ..., went to ... and walked on to ..."."""
    first = list(_LEG.finditer(text, sentence.start, sentence.end))
    if not first:
        return []
    known = {m.start("go") for m in first}
    more = _NEXT_STEP.finditer(text, first[0].end(), sentence.end)
    return sorted([*first, *(m for m in more if m.start("go") not in known)], key=lambda m: m.start("go"))


def _leg(start: int, end: int, number: int, who: str | None) -> Draft:
    return Draft(start, end, "itinerary", "leg", number, None, None, None, None, who, 0.65, start)
