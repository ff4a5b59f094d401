"""A report taken apart: its sentences, dates, places, speakers and names, and drafts of its facts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from onward.extraction import cues
from onward.extraction.candidates import Draft
from onward.extraction.dates import find_dates
from onward.extraction.events import happening_drafts
from onward.extraction.figures import figure_drafts
from onward.extraction.mentions import find_mentions
from onward.extraction.normal import Sentence, flatten, sentences
from onward.extraction.numbers import find_quantities, spelled
from onward.extraction.places import Gazetteer
from onward.extraction.resolve import Scene, by_sentence, place_drafts
from onward.extraction.speakers import Attribution, find_attributions, private_names, spread
from onward.extraction.text import is_furniture


@dataclass(frozen=True)
class Parts:
    """A report taken apart: scene, drafts with places, speakers, private names, household size."""

    report: str
    scene: Scene
    drafts: tuple[Draft, ...]
    speakers: Mapping[int, Sequence[Attribution]]
    names: frozenset[str]
    day: dt.date | None
    household_size: float | None
    places: Gazetteer


def take_apart(text: str, day: dt.date | None, places: Gazetteer, nlp: Callable[[str], Any] | None) -> Parts:
    """Find sentences, dates, places, speakers, names and figures of a report; ``nlp`` is a spaCy pipeline or None."""
    flat = flatten(text)
    lines = [s for s in sentences(flat.text) if not is_furniture(flat.text[s.start : s.end])]
    dates = [w for s in lines for w in _dates_of(flat.text, s, day)]
    quantities = by_sentence(lines, find_quantities(flat.text, [(w.start, w.end) for w in dates]))
    mentions = find_mentions(flat.text, places, [(s.start, s.end) for s in lines])
    people: frozenset[str] = frozenset()
    if nlp is not None:
        from onward.extraction.pipeline import with_pipeline

        mentions, people = with_pipeline(nlp, flat.text, mentions, places)
    scene = Scene(flat, lines, by_sentence(lines, mentions), by_sentence(lines, dates))
    drafts: list[Draft] = []
    for number, line in enumerate(lines):
        drafts += _drafts(scene, line, number, quantities.get(number, []))
    names = private_names(flat.text, places.knows) | people
    speakers = spread(lines, find_attributions(flat.text, lines))
    return Parts(text, scene, tuple(place_drafts(scene, drafts)), speakers, names, day, _size(flat.text), places)


def _dates_of(text: str, line: Sentence, day: dt.date | None) -> list[Any]:
    found = find_dates(text[line.start : line.end], day)
    return [replace(w, start=w.start + line.start, end=w.end + line.start) for w in found]


def _drafts(scene: Scene, line: Sentence, number: int, quantities: Sequence[Any]) -> list[Draft]:
    figures = figure_drafts(scene.text, line, number, quantities)
    words = happening_drafts(scene.text, line, number, list(scene.mentions.get(number, ())))
    kept = [w for w in words if not any(_told(w, f) for f in figures)]
    return sorted([*figures, *kept], key=lambda d: (d.anchor, d.end))


def _told(word: Draft, figure: Draft) -> bool:
    """Whether a fact in words repeats one with a figure: flight by flight, a leg by people counted."""
    overlap = min(word.end, figure.end) - max(word.start, figure.start)
    if word.kind == "itinerary":
        return figure.kind == "displacement" and overlap > 0.5 * (word.end - word.start)
    return word.kind == figure.kind and overlap > 0


def _size(text: str) -> float | None:
    """People per household, where the text states it."""
    match = next(
        (m for m in cues.HOUSEHOLD_SIZE.finditer(text) if re.search(r"household|family", m.group(), re.I)),
        None,
    )
    if match is None:
        return None
    word = match.group("size")
    return float(word) if word[0].isdigit() else spelled(word.lower())
