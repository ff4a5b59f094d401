"""Attach candidate facts to places and dates, and resolve "there" and "its borders"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from onward.extraction.candidates import Draft
from onward.extraction.dates import When
from onward.extraction.facts import Place, Role
from onward.extraction.inheritance import LEAST_SURE, inherited, the_country
from onward.extraction.mention import Mention
from onward.extraction.normal import fold
from onward.extraction.places import demonyms
from onward.extraction.scene import Scene, Tied, country_before, tied

_SIDE_STEP = re.compile(
    r"\b(?:after|because|as a result|following|while|when|as|where|since|due to|in apparent|for fear)\b"
)
_ITS_BORDER = re.compile(
    r"\b(?:(?P<prep>to|towards?|into|at|against|across|near|reached|along|on|inside|outside)\s+)?(?:its"
    r"|their|the country's) (?:\w+ )?(?P<noun>borders?|frontiers?|territory|soil)\b"
)
_THERE = re.compile(
    r"\b(?:us|them|him|her|me|from|people|living|stayed|stay|remained|bombed|shelled|were|moved|move"
    r"|moving|died|killed|arrived|all|even) there\b|\bthere,|\bthere\.?$"
)
_SAYS = re.compile(
    r"\b(?:said|says|told|reported|announced|confirmed|statement|speaking)\s+(?:on |late on |late |early )?$",
    re.IGNORECASE,
)


def place_drafts(scene: Scene, drafts: Sequence[Draft]) -> list[Draft]:
    """Give each draft its places; journeys and "there" are followed in the order of the text.

    A leg of a journey starts where the leg before it ended, as long as the same voice tells it.
    """
    done: list[Draft] = []
    path = _Path()
    together: dict[int, list[Draft]] = {}
    for draft in drafts:
        together.setdefault(draft.sentence, []).append(draft)
    for draft in drafts:
        others = [d for d in together[draft.sentence] if d.anchor != draft.anchor]
        places = _named(scene, draft, others) + _its_border(scene, draft)
        places = places or the_country(scene, draft) or _returned_to(scene, draft, others)
        if draft.kind == "itinerary" and not draft.arrival:
            places = path.leg(places, draft.sentence)
        elif draft.kind != "itinerary":
            places = path.there(scene, draft, places) or places
            if not places:
                places, loss = inherited(scene, draft, drafts)
                draft = replace(draft, confidence=round(max(LEAST_SURE, draft.confidence - loss), 2))
        places = _origin(scene, draft, places)
        if draft.indicator in ("hosted", "capacity", "sheltered", "stock"):
            places = [(m, "at" if role == "to" else role, how) for m, role, how in places]
        done.append(replace(draft, places=tuple(_distinct(places))))
    legs = [d for d in done if d.kind == "itinerary" and not d.arrival]
    return [_arrived(d, legs) if d.arrival else d for d in done]


class _Path:
    """The journey being told: its last stop, and the sentence that named it."""

    def __init__(self) -> None:
        self.stop: Mention | None = None
        self.told = -9

    def leg(self, places: Tied, sentence: int) -> Tied:
        """Return the places of a step, with the last stop as its origin; the new last stop is kept."""
        if sentence - self.told > 4:
            self.stop = None
        placed = _leg_places(places, self.stop)
        ends = [m for wanted in ("to", "from") for m, role, _ in placed if role == wanted]
        self.stop = ends[0] if ends else self.stop
        self.told = sentence
        return placed

    def there(self, scene: Scene, draft: Draft, places: Tied) -> Tied:
        """Return the last stop, where the fact says "there", or counts dead right after it without a place."""
        if self.stop is None:
            return []
        if draft.sentence - self.told <= 3 and _says_there(scene, draft):
            return [(self.stop, "at", "there")]
        if not places and draft.kind == "casualty" and draft.sentence - self.told <= 2:
            return [(self.stop, "at", "context")]
        return []


def _arrived(draft: Draft, legs: Sequence[Draft]) -> Draft:
    """Turn an arrival into the end of the journey it tells of, from the last stop told before or after."""
    near = [d for d in legs if abs(d.sentence - draft.sentence) <= 4]
    stops = [m for d in near for m, role, _ in d.places or () if role == "to"]
    return replace(draft, places=tuple(_leg_places(list(draft.places or ()), stops[-1] if stops else None)))


def _named(scene: Scene, draft: Draft, others: Sequence[Draft]) -> Tied:
    """Return places of the fact's own words, else of its side of the sentence, else of the whole sentence."""
    named = {m.start for d in others if d.anchor > draft.anchor for m, _, _ in _before_bracket(scene, d)}
    every = [m for m in scene.mentions.get(draft.sentence, ()) if m.role is not None and m.start not in named]
    moves = any(m.role in ("to", "from", "via") for m in every if draft.start <= m.start < draft.end)
    own = _before_bracket(scene, draft)
    headed = scene.text[: draft.start].rstrip().endswith(":") and any(draft.start <= m.start < draft.end for m in every)
    if own and not (moves and scene.text[: draft.anchor].rstrip().endswith(":")) and not headed:
        return own  # a place before a colon is only the heading of who moves where
    parts = [d.anchor for d in others if d.whole == draft.anchor and _goes_on(scene, draft, d)]
    if parts:  # what is said of a part is not said of the whole
        bracketed = [m for d in others if d.anchor in parts for m, _, _ in _before_bracket(scene, d)]
        limit = min([*parts, *(m.start for m in bracketed)])
        every = [m for m in every if m.start < limit]
    if share := _SHARE_WITHIN.search(scene.text, draft.end, scene.sentences[draft.sentence].end):
        every = [m for m in every if m.start < share.start()]
    inside = [m for m in every if draft.start <= m.start < draft.end]
    first = min((d.start for d in others if d.kind == draft.kind), default=draft.start)
    frame = [m for m in every if m.end <= min(first, draft.start)]
    sentence = scene.sentences[draft.sentence]
    cut = _SIDE_STEP.search(scene.text, draft.end, sentence.end)
    edge = cut.start() if cut else sentence.end
    taken = [d for d in others if d.kind == draft.kind and not _over(d, draft)]
    after = [
        m
        for m in every
        if draft.end <= m.start < edge and not any(d.start <= m.start for d in taken if d.start > draft.start)
    ]
    if draft.kind == "itinerary":
        return tied(inside)
    chosen = [*frame, *inside, *after]
    if not inside and not after:
        chosen = [*frame, *[m for m in every if not any(d.start <= m.start < d.end for d in taken)]] or every
    if draft.kind in ("intervention",):
        chosen = inside
    return tied(chosen)


_SHARE_WITHIN = re.compile(r"\bincluding (?:[a-z]+ ){0,3}\d[\d.]* ?(?:%|per ?cent)", re.IGNORECASE)
"""From here on places are those of a share, not of its whole."""


def _returned_to(scene: Scene, draft: Draft, others: Sequence[Draft]) -> Tied:
    """Return where a part of the displaced went back to: it is where all of them had fled from."""
    if draft.indicator not in ("newly_displaced", "stock"):
        return []
    back = next((d for d in others if d.whole == draft.anchor and d.indicator == "returned"), None)
    if back is None:
        return []
    rest = [draft, *(d for d in others if d is not back)]
    return [(m, "from", "context") for m, role, _ in _named(scene, back, rest) if role in ("to", "at")]


_OF_WHOM = re.compile(r"\bof (?:whom|them|these|those|which)\b")


def _goes_on(scene: Scene, whole: Draft, part: Draft) -> bool:
    """Return whether a part stands after its whole, and not in a bracket after which the whole is spoken of again."""
    if part.anchor <= whole.anchor:
        return False
    dashed = scene.text.rfind(" - ", whole.anchor, part.anchor)
    if dashed >= 0 and " - " in scene.text[part.anchor : scene.sentences[part.sentence].end]:
        return False
    opened = scene.text.find("(", whole.anchor, part.anchor)
    closed = scene.text.find(")", part.anchor, scene.sentences[part.sentence].end)
    named = _before_bracket(scene, part)
    return (
        bool(named)
        or opened < 0
        or bool(_OF_WHOM.search(scene.text, whole.anchor, opened))
        or closed < 0
        or not re.match(r"\)\s+(?:were|was|have|had|are|fled)\b", scene.text[closed:])
    )


_BRACKET = re.compile(
    r"(?:'s)?(?: (?i:district|governorate|province|state|region|locality|county|zone|camp|town"
    r"|city))?(?: \([A-Z][a-z]+\))?"
    r"(?:(?: (?:accounts?|accounted|accounting))? (?:for|with))?(?: ?(?:\(|:)\s*| )"
    r"(?:[\w.,]+(?: \w+)? ?[;,/] )?(?:about |around |some |over |nearly |n=)?"
)


_LIST_GOES_ON = re.compile(r" ?(?:%|per cent)?\s*(?:[,;.)]|$| and (?:the )?[A-Z])")
"""After a figure that stands bare after its place, in a list: "Rimah 4,210, Talsa 2,915"."""


def _before_bracket(scene: Scene, draft: Draft) -> Tied:
    """Return the name before the bracket in which a figure stands: "Rimah (4,210)"."""
    last = [m for m in scene.mentions.get(draft.sentence, ()) if m.end < draft.anchor][-1:]
    gap = _BRACKET.fullmatch(scene.text, last[0].end, draft.anchor) if last else None
    if not last or gap is None:
        return []
    if not re.search(r"[(:]", gap.group()) and not _LIST_GOES_ON.match(scene.text, draft.figure_end):
        return []
    role = last[0].role
    if role is None or role == "at":
        left = scene.text[max(scene.sentences[draft.sentence].start, last[0].start - 120) : last[0].start]
        role = "from" if re.search(r"\b(?:from|origin\w*)\b[^.:]*$", left) else "at"
    return [(last[0], role, "text")]


def _over(a: Draft, b: Draft) -> bool:
    return a.start < b.end and b.start < a.end


def _its_border(scene: Scene, draft: Draft) -> Tied:
    """Tie "its borders" to the country named last."""
    found: Tied = []
    for match in _ITS_BORDER.finditer(scene.text, draft.start, draft.end):
        country = country_before(scene, draft.sentence, match.start())
        if country is not None:
            role: Role = "to" if (match.group("prep") or "") in ("to", "towards", "toward", "into", "reached") else "at"
            found.append((replace(country, start=match.start("noun"), end=match.end(), border=True), role, "there"))
    return found


def _leg_places(places: Tied, last_stop: Mention | None) -> Tied:
    named_from = any(role == "from" for _, role, _ in places)
    arrives = [(m, "to" if m.border or role == "at" else role, how) for m, role, how in places]
    if last_stop is not None and not named_from and any(role == "to" for _, role, _ in arrives):
        arrives = [(last_stop, "from", "there"), *arrives]
    return arrives  # type: ignore[return-value]


def _says_there(scene: Scene, draft: Draft) -> bool:
    return bool(_THERE.search(scene.text[draft.start : draft.end]))


_FLIGHT = frozenset({"newly_displaced", "evacuated", "on_the_move"})


def _origin(scene: Scene, draft: Draft, places: Tied) -> Tied:
    """Add an origin to flight that names only where to: the place where the text was before."""
    if draft.indicator not in _FLIGHT or not places or any(role != "to" for _, role, _ in places):
        return places
    here = scene.sentences[draft.sentence].paragraph
    for number in range(draft.sentence, max(-1, draft.sentence - 2), -1):
        near = [m for m in scene.mentions.get(number, ()) if m.role == "at" and m.end <= draft.start]
        if near and scene.sentences[number].paragraph == here:
            if any(fold(near[0].bare) == fold(m.bare) for m, _, _ in places):
                return places  # nobody flees to where they are
            return [*places, (near[0], "from", "context")]
    return places


def _distinct(places: Tied) -> Tied:
    kept: Tied = []
    for mention, role, how in places:
        if not any(fold(m.bare) == fold(mention.bare) and r == role for m, r, _ in kept):
            kept.append((mention, role, how))
    moved = {fold(m.bare) for m, r, _ in kept if r in ("from", "to")}
    return [(m, r, how) for m, r, how in kept if r != "at" or fold(m.bare) not in moved]


def to_place(scene: Scene, found: tuple[Mention, Role, str]) -> Place:
    """Return a mention as the place of a fact, in the report's offsets."""
    mention, role, how = found
    start, end = scene.flat.back(mention.start), scene.flat.back(mention.end)
    name = mention.name
    if mention.border and mention.kind == "country":
        adjective = next((a for a, c in demonyms().items() if c == mention.name), None)
        name = f"{adjective} border" if adjective else f"border of {name}"
    return Place(name, role, start, end, mention.candidates, how)  # type: ignore[arg-type]


def date_of(scene: Scene, draft: Draft) -> When | None:
    """Return the date of a fact: in its words, else the nearest of its sentence; never that of a statement."""
    dates = [w for w in scene.dates.get(draft.sentence, ()) if not _of_statement(scene.text, w)]
    if not dates and draft.dated is not None:
        dates = list(scene.dates.get(draft.dated, ()))
    if not dates:
        return None
    inside = [w for w in dates if draft.start <= w.start < draft.end]
    return min(inside or dates, key=lambda w: abs(w.start - draft.anchor))


def _of_statement(text: str, when: When) -> bool:
    """Return whether the date says when someone spoke, or is that of a cited source in brackets."""
    if _SAYS.search(text[max(0, when.start - 24) : when.start]):
        return True
    opening = text.rfind("(", max(0, when.start - 90), when.start)
    inside = opening >= 0 and ")" not in text[opening : when.start]
    return inside and bool(re.match(r"\([A-Z]", text[opening:])) and text[when.end : when.end + 1] in (")", ";", ",")
