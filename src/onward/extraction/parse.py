"""Parse a report into sentences, dates, places, speakers, names and candidate facts."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from onward.extraction import cues
from onward.extraction.candidates import Draft
from onward.extraction.dates import find_dates
from onward.extraction.events import happening_drafts
from onward.extraction.figures import figure_drafts
from onward.extraction.headings import headings_of
from onward.extraction.inheritance import in_row
from onward.extraction.layout import Box, Table, find_boxes, find_tables
from onward.extraction.mentions import find_mentions
from onward.extraction.normal import Flat, Sentence, flatten, sentences, unfolded
from onward.extraction.number_words import spelled
from onward.extraction.numbers import find_quantities
from onward.extraction.offices import country_of, find_offices
from onward.extraction.parts import LOOK_BACK
from onward.extraction.places import Gazetteer
from onward.extraction.resolve import place_drafts
from onward.extraction.scene import Scene, by_sentence
from onward.extraction.speakers import Attribution, find_attributions, private_names, spread
from onward.extraction.tables import box_drafts, table_drafts
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
    tables: tuple[tuple[int, int], ...] = ()


def take_apart(
    text: str,
    day: dt.date | None,
    places: Gazetteer,
    nlp: Callable[[str], Any] | None,
    actors: frozenset[str] = frozenset(),
) -> Parts:
    """Find sentences, dates, places, speakers, names and figures of a report; ``nlp`` is a spaCy pipeline or None."""
    flat = flatten(text)
    tables = find_tables(text)
    boxes = find_boxes(text, tables)
    rows = [(flat.forth(a), flat.forth(b)) for t in tables for a, b in t.lines]
    rows += [(flat.forth(c.start), flat.forth(c.end)) for b in boxes for c in (b.figure, b.label)]
    lines = sentences(flat.text, rows)
    flat = unfolded(flat, lines)
    lines = [s for s in lines if not is_furniture(flat.text[s.start : s.end])]
    dates = [w for s in lines for w in _dates_of(flat.text, s, day)]
    quantities = by_sentence(lines, find_quantities(flat.text, [(w.start, w.end) for w in dates]))
    mentions = find_mentions(flat.text, places, [(s.start, s.end) for s in lines], actors)
    people: frozenset[str] = frozenset()
    if nlp is not None:
        from onward.extraction.pipeline import with_pipeline

        mentions, people = with_pipeline(nlp, flat.text, mentions, places)
    named = by_sentence(lines, mentions)
    seats = by_sentence(lines, find_offices(flat.text, [(s.start, s.end) for s in lines], places))
    scene = Scene(
        flat,
        lines,
        named,
        by_sentence(lines, dates),
        headings_of(flat.text, lines, named, seats),
        seats,
        country_of(mentions, lines[0].end if lines else 0, places),
    )
    laid_out, keys = _laid_out(flat, tables, boxes, lines, places)
    drafts = _told_in_sentences(scene, quantities, dict(rows), laid_out, keys)
    names = private_names(flat.text, places.knows) | people
    speakers = spread(lines, find_attributions(flat.text, lines))
    spans = tuple(span for t in tables for span in t.lines)
    placed = place_drafts(scene, sorted([*drafts, *keys], key=lambda d: (d.anchor, d.end)))
    placed += [laid if laid.places else in_row(scene, laid) for laid in laid_out]
    return Parts(
        text,
        scene,
        tuple(sorted(placed, key=lambda d: (d.anchor, d.end))),
        speakers,
        names,
        day,
        _size(flat.text),
        places,
        spans,
    )


def _told_in_sentences(
    scene: Scene,
    quantities: Mapping[int, Sequence[Any]],
    tabled: Mapping[int, int],
    laid_out: Sequence[Draft],
    keys: Sequence[Draft],
) -> list[Draft]:
    """Return the facts of the sentences outside tables; key figures and totals of tables above them count as told."""
    wholes = {d.whole for d in laid_out}
    above = [*keys, *(d for d in laid_out if d.anchor in wholes)]
    drafts: list[Draft] = []
    for number, line in enumerate(scene.sentences):
        laid_end = tabled.get(line.start, tabled.get(line.start - 2))
        if laid_end is not None and line.end <= laid_end + 3:
            continue
        told = [*drafts[-12:], *(k for k in above if k.anchor < line.start and number - k.sentence <= LOOK_BACK)]
        told.sort(key=lambda d: d.anchor)
        drafts += _drafts(scene, line, number, quantities.get(number, []), told)
    return drafts


def _laid_out(
    flat: Flat, tables: Sequence[Table], boxes: Sequence[Box], lines: Sequence[Sentence], places: Gazetteer
) -> tuple[list[Draft], list[Draft]]:
    """Return the facts of tables, with their places, and those of key figures."""
    starts = [line.start for line in lines]

    def sentence(position: int) -> int:
        return max(0, bisect_right(starts, position) - 1)

    found = [d for table in tables for d in table_drafts(flat, table, sentence, places)]
    return (found, box_drafts(flat, boxes, sentence)) if lines else ([], [])


def _dates_of(text: str, line: Sentence, day: dt.date | None) -> list[Any]:
    found = find_dates(text[line.start : line.end], day)
    return [replace(w, start=w.start + line.start, end=w.end + line.start) for w in found]


def _drafts(
    scene: Scene, line: Sentence, number: int, quantities: Sequence[Any], before: Sequence[Draft]
) -> list[Draft]:
    told = [d for d in before if d.unit is not None]
    figures = figure_drafts(scene.text, line, number, quantities, told)
    words = happening_drafts(scene.text, line, number, list(scene.mentions.get(number, ())))
    kept = [w for w in words if not any(_told(w, f) for f in figures)]
    return sorted([*figures, *kept], key=lambda d: (d.anchor, d.end))


def _told(word: Draft, figure: Draft) -> bool:
    """Return whether a fact in words repeats one with a figure: flight by flight, a leg by people counted."""
    overlap = min(word.end, figure.end) - max(word.start, figure.start)
    if word.kind == "itinerary":
        return figure.kind == "displacement" and overlap > 0.5 * (word.end - word.start)
    return word.kind == figure.kind and overlap > 0


def _size(text: str) -> float | None:
    """Return people per household, where the text states it."""
    match = next(
        (m for m in cues.HOUSEHOLD_SIZE.finditer(text) if re.search(r"household|family", m.group(), re.I)),
        None,
    )
    if match is None:
        return None
    word = match.group("size")
    return float(word) if word[0].isdigit() else spelled(word.lower())
