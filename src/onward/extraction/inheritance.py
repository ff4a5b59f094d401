"""Places that a figure without its own takes from the sentences around it, a heading, or the name of an office."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from onward.extraction.candidates import Draft
from onward.extraction.mention import Mention
from onward.extraction.scene import LOOK_BACK, Scene, Tied, country_before, tied

LEAST_SURE = 0.2
"""A fact whose place is inherited is at least this sure (own choice)."""
_LOSS_NEAR = 0.05
"""How much less sure a fact is for each sentence between it and the one that names its place (own choice)."""
_LOSS_OFFICE = 0.2
"""How much less sure a fact is whose place only the name of an office says (own choice)."""
_THE_COUNTRY = re.compile(
    r"\b(?:in|inside|within|across|throughout|of|around) (?:the|this) (?:(?:whole|entire|rest of the) )?country\b(?!')"
    r"|\bthe country (?:counted|counts|had|has|hosts|hosted|is home)\b|\b(?:nation|country)[- ]?wide\b",
    re.IGNORECASE,
)
_COMPASS = r"(?:(?:north|south)-?(?:east|west)|north|south|east|west|centr|coast)(?:ern|al)"
_PARTS = r"(?:regions?|provinces?|states?|districts?|governorates?|areas?|parts?|coast)"
_ITS_REGIONS = re.compile(
    rf"\bthe country's (?:[\w-]+ )??(?P<area>{_COMPASS}(?: and {_COMPASS})? {_PARTS})\b"
    rf"|\b(?P<part>{_COMPASS}(?: and {_COMPASS})? {_PARTS}) of the country\b",
    re.IGNORECASE,
)
_ON_THE_SPOT = frozenset({"casualty", "housing", "attack"})


def the_country(scene: Scene, draft: Draft) -> Tied:
    """Return the country that "in the country" means, or "the country's northern regions" as a part of it.

    It is the country named last, else the one whose office the sentence names, else the one the text is about.
    """
    sentence = scene.sentences[draft.sentence]
    for pattern in (_ITS_REGIONS, _THE_COUNTRY):
        for match in pattern.finditer(scene.text, sentence.start, min(sentence.end, draft.end + 40)):
            if re.search(r"[.;]\s", scene.text[draft.end : match.start()]):
                break
            offices = [m for m in scene.seats.get(draft.sentence, ()) if m.start < match.start()]
            office = next((m for m in offices if m.candidates and m.candidates[0].kind == "country"), None)
            country = country_before(scene, draft.sentence, match.start()) or office or scene.country
            if country is None:
                continue
            area = match.groupdict().get("area") or match.groupdict().get("part")
            name = f"{area} of {country.name}" if area else country.name
            span = match.span("area" if match.groupdict().get("area") else "part") if area else match.span()
            part = () if area else country.candidates
            return [(replace(country, start=span[0], end=span[1], name=name, candidates=part), "at", "there")]
    return []


def inherited(scene: Scene, draft: Draft, drafts: Sequence[Draft]) -> tuple[Tied, float]:
    """Return the places of a sentence near by, else of heading, title or office, and how much less sure the fact is."""
    places = _context(scene, draft, drafts)
    if places:
        starts = scene.starts
        away = abs(draft.sentence - max(0, bisect_right(starts, places[0][0].start) - 1))
        return places, _LOSS_NEAR * (1 + away)
    if draft.unit is None or draft.kind == "intervention":
        return [], 0.0
    named, loss = scene.headings.get(draft.sentence, ((), 0.0))
    if not named:
        offices = tuple(m for m in scene.seats.get(draft.sentence, ()) if m.kind != "adjective")
        named, loss = offices[:1], _LOSS_OFFICE
    return [(m, "at", "context") for m in named], loss if named else 0.0


def _context(scene: Scene, draft: Draft, drafts: Sequence[Draft]) -> Tied:
    """Find places for a figure without its own: the country its sentence is about, else the nearest sentence's places.

    Sentences before it in its paragraph come first, then the one after it, unless that tells of its parts. What happens
    on the spot happens where people were, not where they went.
    """
    if draft.kind == "intervention":
        return []
    subject = [m for m in scene.mentions.get(draft.sentence, ()) if m.role is None and m.end <= draft.start]
    if subject and draft.kind == "displacement" and scene.text[subject[-1].end : draft.start].strip():
        return [(subject[-1], "at", "context")]
    here = scene.sentences[draft.sentence].paragraph
    gone: list[Mention] = []
    for number in [*range(draft.sentence - 1, draft.sentence - LOOK_BACK - 1, -1), draft.sentence + 1]:
        if number > draft.sentence and any(d.whole == draft.anchor and d.sentence == number for d in drafts):
            continue
        if not 0 <= number < len(scene.sentences) or scene.sentences[number].paragraph != here:
            continue
        if headed := scene.run_in(number):
            return [(headed, "at", "context")] if number < draft.sentence else []
        near = [m for m in scene.mentions.get(number, ()) if m.role is not None]
        if draft.kind in _ON_THE_SPOT and number < draft.sentence:
            gone += [m for m in near if m.role in ("to", "via")]
            near = [m for m in near if m.role not in ("to", "via")]
        if near:
            return tied(near[:3], "context")
    return tied(gone[:3], "context")


def in_row(scene: Scene, draft: Draft) -> Draft:
    """Give the figure of a table without a place of its own that of its row's label, else of the heading above."""
    named = scene.mentions.get(draft.sentence, ())
    if named:
        return replace(draft, places=tuple(tied(named[:3])))
    above, loss = scene.headings.get(draft.sentence, ((), 0.0))
    places: Tied = [(m, "at", "context") for m in above]
    return replace(draft, places=tuple(places), confidence=round(max(LEAST_SURE, draft.confidence - loss), 2))
