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
_TIME = (
    r"\bsince|cumulative|to date|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?:[a-z]*)\b|\b20\d\d\b"
    r"|\bweeks?\b|\bmonths?\b|\b(?:current|previous|last|this) |\bround\b|\btoday\b"
)
"""What a column of the same count at another time is headed."""
_CHANGE_HEAD = re.compile(r"\b(?:changes?|difference|variation|trend|increase|decrease|growth)\b", re.IGNORECASE)
_REGISTER = re.compile(r"(?:registered|profiled|verified|(?P<new>new\b))", re.IGNORECASE)
"""Columns of a camp's register."""
_SITES_HEAD = re.compile(
    r"(?:# |no\.? of |number of )?(?:[\w-]+ ){0,2}"
    r"(?:cent(?:re|er)s|sites|camps|schools|ECs|settlements|locations|shelters)",
    re.IGNORECASE,
)
_PEOPLE_HEAD = re.compile(r"IDPs?|people|persons|individuals|famil|households?|HHs?|refugees|returnees", re.IGNORECASE)
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
    if re.search(r"\d\s+[a-z]{3}", caption) and not caption.rstrip().endswith(":"):  # a sentence with facts of its own
        caption = table.header[0].text if table.header else ""
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
        if not cell.is_figure or cell.text[:1] in "+-" or (column == 0 and labels):
            continue
        heading = table.header[column].text if column < len(table.header) else ""
        if _counts_sites(heading, table.header):
            continue
        sense = _sense(heading, label if not tied else "", caption, first)
        if sense is None:
            continue
        indicator, unit = sense
        first = first or indicator
        draft = _cell_draft(flat, cell, indicator, unit, at)
        if draft is not None:
            found.append((column, total, replace(draft, places=tied, dated=when)))
    return found


def _counts_sites(heading: str, header: Row) -> bool:
    """Return whether a column counts centres or sites: another one then counts their people."""
    others = any(_PEOPLE_HEAD.search(c.text) for c in header if c.text != heading)
    return bool(others and _SITES_HEAD.fullmatch(heading) and not _PEOPLE_HEAD.search(heading))


def _sense(heading: str, label: str, caption: str, first: str | None) -> tuple[str, str] | None:
    """Return what a cell counts: its column, else its row, else the caption, else the first column of its row."""
    if _CHANGE_HEAD.search(heading):
        return None
    for words in (heading, label):
        if indicator := indicator_of(words):
            return indicator, unit_of(f"{heading} {words}", indicator)
    if register := _REGISTER.match(heading):
        return ("newly_displaced" if register.group("new") else "stock"), unit_of(heading, "stock")
    if not re.search(
        rf"households?|HHs?|famil|%|share|per ?cent|individuals|persons|people|total|figure|number|^$|women"
        rf"|men|children|proportion|{_TIME}",
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


_PEOPLE_LABEL = re.compile(rf"\b(?:population|{cues.PEOPLE}|{cues.HOUSEHOLD})\b", re.IGNORECASE)
_OTHER_LABEL = re.compile(
    r"\b(?:needs?|enrol\w*|learn\w*|percentage|target\w*|affected|food|assist\w*|reached|water|health|school|risk|funding|vaccin\w*|aid|support\w*|staff"
    r"|malnourish\w*|births?|host communit\w+|residents?|inhabitants?)\b",
    re.IGNORECASE,
)
"""What key figures count that are people, but not people in flight."""


def box_drafts(flat: Flat, boxes: Sequence[Box], sentence: Locate) -> list[Draft]:
    """Return the facts of key figures that stand on lines of their own."""
    drafts: list[Draft] = []
    for box in boxes:
        share = "%" in box.figure.text or "per cent" in box.figure.text
        counts = [d for d in drafts if d.unit == "people"]
        whole = counts[-1] if share and counts else None  # "62 %" below "10,238 movements" is a share of them
        indicator = indicator_of(box.label.text) or (whole.indicator if whole else None)
        if indicator is None and counts and not share and _PEOPLE_LABEL.search(box.label.text):
            indicator = None if _OTHER_LABEL.search(box.label.text) else "stock"
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
