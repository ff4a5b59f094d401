"""Facts from tables and key-figure boxes: each figure in the sense of its row, column and caption."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from onward.extraction import cues
from onward.extraction.candidates import Draft
from onward.extraction.facts import Role
from onward.extraction.layout import Box, Cell, Row, Table
from onward.extraction.meaning import indicator_of, unit_of
from onward.extraction.mention import Mention
from onward.extraction.normal import Flat
from onward.extraction.numbers import find_quantities
from onward.extraction.places import Gazetteer

Locate = Callable[[int], int]
_TOTAL = re.compile(r"\b(?:grand |sub-?)?total\b|^(?:all|overall|sum)\b", re.IGNORECASE)
_PLACE_HEAD = re.compile(
    r"district|governorate|state|province|region|locality|woreda|zone|cercle|country|location|camp|site|area|origin|admin"
    r"|destination|departure|arrival|town|village|commune|county|oblast|hromada|place|from|to\b|moughataa|wilaya",
    re.IGNORECASE,
)


def table_drafts(flat: Flat, table: Table, sentence: Locate, places: Gazetteer) -> list[Draft]:
    """Return the facts of a table, parts pointing to the row of totals.

    `sentence` gives the number of the sentence at a position of the working copy.
    """
    caption = flat.text[flat.forth(table.caption[0]) : flat.forth(table.caption[1])]
    drafts: list[tuple[int, bool, Draft]] = []
    for row in table.rows:
        drafts += _row_drafts(flat, table, row, caption, sentence, places)
    totals = {column: d.anchor for column, total, d in drafts if total}
    return [
        draft if total or column not in totals else replace(draft, whole=totals[column])
        for column, total, draft in drafts
    ]


def _row_drafts(
    flat: Flat, table: Table, row: Row, caption: str, sentence: Locate, places: Gazetteer
) -> list[tuple[int, bool, Draft]]:
    labels = [(i, c) for i, c in enumerate(row) if not c.is_figure and re.search("[A-Za-z]{2}", c.text)]
    label = " ".join(c.text for _, c in labels)
    total = bool(_TOTAL.search(label))
    tied = () if total else _row_places(flat, table, labels, places)
    at = sentence(flat.forth(row[0].start))
    when = sentence(flat.forth(table.caption[0]))
    found = []
    first: str | None = None
    for column, cell in enumerate(row):
        if not cell.is_figure or (column == 0 and labels):
            continue
        heading = table.header[column].text if column < len(table.header) else ""
        sense = _sense(heading, label if not tied else "", caption, first)
        if sense is None:
            continue
        indicator, unit = sense
        first = first or indicator
        draft = _cell_draft(flat, cell, indicator, unit, at)
        if draft is not None:
            found.append((column, total, replace(draft, places=tied, dated=when)))
    return found


def _sense(heading: str, label: str, caption: str, first: str | None) -> tuple[str, str] | None:
    """Return what a cell counts: its column, else its row, else the caption, else the first column of its row."""
    for words in (heading, label):
        if indicator := indicator_of(words):
            return indicator, unit_of(f"{heading} {words}", indicator)
    if not re.search(
        r"households?|HHs?|famil|%|share|per ?cent|individuals|persons|people|total|figure|number|^$|women"
        r"|men|children|proportion",
        heading,
        re.IGNORECASE,
    ):
        return None
    indicator = first or indicator_of(caption)
    return (indicator, unit_of(heading, indicator)) if indicator else None


def _row_places(
    flat: Flat, table: Table, labels: Sequence[tuple[int, Cell]], places: Gazetteer
) -> tuple[tuple[Mention, Role, str], ...]:
    tied: list[tuple[Mention, Role, str]] = []
    for column, cell in labels:
        heading = table.header[column].text if column < len(table.header) else ""
        known = places.knows(cell.text)
        if not known and (not _PLACE_HEAD.search(heading) or not cell.text[:1].isupper()):
            continue
        role: Role = "from" if re.search(r"origin|from|departure", heading, re.I) else "at"
        if re.search(r"destination|arrival|^to\b", heading, re.I):
            role = "to"
        start, end = flat.forth(cell.start), flat.forth(cell.end)
        found = tuple(places.candidates(cell.text)) if known else ()
        tied.append(
            (Mention(start, end, cell.text, cell.text, role, found, "known" if known else "unknown"), role, "text")
        )
    return tuple(tied)


def box_drafts(flat: Flat, boxes: Sequence[Box], sentence: Locate) -> list[Draft]:
    """Return the facts of key figures that stand on lines of their own."""
    drafts: list[Draft] = []
    for box in boxes:
        share = "%" in box.figure.text or "per cent" in box.figure.text
        counts = [d for d in drafts if d.unit == "people"]
        whole = counts[-1] if share and counts else None  # "62 %" below "10,238 movements" is a share of them
        indicator = indicator_of(box.label.text) or (whole.indicator if whole else None)
        if indicator is None:
            continue
        draft = _cell_draft(
            flat,
            box.figure,
            indicator,
            "percent" if share else unit_of(box.label.text, indicator),
            sentence(flat.forth(box.label.start)),
        )
        drafts += [replace(draft, whole=whole.anchor if whole else None)] if draft is not None else []
    return drafts


def _cell_draft(flat: Flat, cell: Cell, indicator: str, unit: str, sentence: int) -> Draft | None:
    found = find_quantities(cell.text)
    if not found or not found[0].size:
        return None
    q = found[0]
    start, end = flat.forth(cell.start), flat.forth(cell.end)
    kind = cues.KIND_OF.get(indicator, "displacement")
    name = "delivered" if indicator == "aided" else indicator
    return Draft(
        *(start, end, kind, name, sentence, q.value, q.low, q.high, q.unit or unit),
        confidence=0.75,
        anchor=start,
        figure_end=end,
    )
