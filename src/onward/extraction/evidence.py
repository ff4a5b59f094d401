"""Evidence as a table for review in a spreadsheet: write it and read it back.

Columns a person fills: `decision` (accept, correct, reject), `note`, and where needed `becomes`, `place`,
`origin`, `destination`, `actor` and any cell to be corrected. Cells that a spreadsheet would run as a formula
(first sign = + - @) get an apostrophe in front, which is taken off on reading.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from onward.errors import CrisisDataError, ParameterError, Problem
from onward.extraction.facts import FIRM, KINDS, Fact, Reading, Readings, Role

DECISIONS = ("", "accept", "correct", "reject")
TABLES = ("", "counts", "events", "control", "claims")
_FLOATS = ("value", "low", "high", "household_size", "confidence")
_WHOLES = ("start", "end")
_COUNTED = frozenset({"stock", "sheltered", "hosted"})
_EVENTS = frozenset({"airstrike", "shelling", "ground_offensive"})
_CONTROL = frozenset({"taken", "held"})
_CLAIMED = frozenset({"newly_displaced", "evacuated", "on_the_move", "at_border", "stock", "sheltered", "hosted"})


@dataclass(frozen=True)
class EvidenceRow:
    """One fact with a person's decision; `row` is its row in the file."""

    report: str
    report_date: str
    id: str
    decision: str
    note: str
    becomes: str
    place: str
    origin: str
    destination: str
    actor: str
    start: int
    end: int
    quote: str
    kind: str
    indicator: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    household_size: float | None
    who: str
    places: str
    date: str
    date_text: str
    attribution: str
    modality: str
    method: str
    confidence: float | None
    same_as: str
    part_of: str = ""
    row: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the person accepted the fact, as it was or corrected."""
        return self.decision in ("accept", "correct")


COLUMNS = tuple(f.name for f in fields(EvidenceRow) if f.name != "row")


def evidence_rows(readings: Readings | Iterable[Reading]) -> list[EvidenceRow]:
    """Return the facts of readings as rows to review, with a proposal of what each could become.

    >>> from onward.extraction import extract_facts
    >>> row = evidence_rows([extract_facts("About 300 people fled Azaz on 5 May 2016.", source="a.txt")])[0]
    >>> row.becomes, row.places, row.decision
    ('claims', 'from: Azaz', '')
    """
    every = readings.readings if isinstance(readings, Readings) else readings
    return [_row(reading, fact) for reading in every for fact in reading.facts]


_SHARED = frozenset({"stock", "sheltered", "hosted", "newly_displaced", "evacuated", "returned", "at_border"})


def _row(reading: Reading, fact: Fact) -> EvidenceRow:
    return EvidenceRow(
        report=reading.source,
        report_date=reading.date.isoformat() if reading.date else "",
        id=fact.id,
        decision="",
        note="",
        becomes=_becomes(fact),
        place="; ".join(_keys(fact, "at")) if fact.kind == "control" else _key(fact, "at"),
        origin=_key(fact, "from"),
        destination=_key(fact, "to"),
        actor="",
        unit=fact.unit or "",
        who=fact.who or "",
        places="; ".join(f"{p.role}: {p.name}" for p in fact.places),
        date=fact.date or "",
        date_text=fact.date_text or "",
        same_as=fact.same_as or "",
        part_of=fact.part_of or "",
        **{
            name: getattr(fact, name)
            for name in (
                *_WHOLES,
                *_FLOATS,
                "quote",
                "kind",
                "indicator",
                "attribution",
                "modality",
                "method",
            )
        },
    )


def _key(fact: Fact, role: Role) -> str:
    """Return the crisis's place of that role, if the reader is fairly sure of one."""
    return next(iter(_keys(fact, role)), "")


def _keys(fact: Fact, role: Role) -> list[str]:
    """Return the crisis's places of that role of which the reader is fairly sure."""
    best = [place.candidates[0] for place in fact.places if place.role == role and place.candidates]
    return [c.place for c in best if c.place and c.score > 0.5]


def _becomes(fact: Fact) -> str:
    """Return what a fact could become: nothing where it is no assertion, or counted in another row already."""
    if fact.modality not in FIRM or fact.same_as is not None:
        return ""
    if fact.indicator in _EVENTS and fact.kind == "attack":
        return "events"
    if fact.kind == "control" and fact.indicator in _CONTROL:
        return "control"
    if fact.unit == "percent" and fact.part_of and fact.indicator in _SHARED:
        return "counts" if any(_key(fact, role) for role in ("at", "from", "to")) else ""
    if fact.kind != "displacement" or fact.people() is None:
        return ""
    day = fact.date is not None and "/" not in fact.date
    if fact.indicator in _COUNTED and day and fact.value is not None and _key(fact, "at"):
        return "counts"
    if fact.indicator == "returned":
        return "counts"
    return "claims" if fact.indicator in _CLAIMED else ""


def write_evidence_csv(readings: Readings | Iterable[Reading], path: str | Path) -> Path:
    """Write the facts of readings as a CSV for review (UTF-8 with a mark that spreadsheets understand).

    >>> import tempfile, pathlib
    >>> from onward.extraction import extract_facts
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "evidence.csv"
    >>> _ = write_evidence_csv([extract_facts("Forty people fled Azaz.", source="a")], file)
    >>> read_evidence_csv(file)[0].value
    40.0
    """
    return write_evidence_rows(evidence_rows(readings), path)


def write_evidence_rows(rows: Iterable[EvidenceRow], path: str | Path) -> Path:
    """Write rows, reviewed or not, as the CSV that `read_evidence_csv` reads."""
    path = Path(path)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow([_cell(getattr(row, name)) for name in COLUMNS])
    return path


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\x00", " ")
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "'")) else text


def read_evidence_csv(path: str | Path) -> list[EvidenceRow]:
    """Read a reviewed CSV; all faulty cells are reported at once."""
    path = Path(path)
    if not path.is_file():
        raise ParameterError(f"{path}: there is no such file. Check the path.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        fault = Problem(path.name, found=f"not a CSV in UTF-8 ({error})", next_step="Save it as CSV UTF-8.")
        raise CrisisDataError([fault]) from None
    header = set(table[0]) if table else set(COLUMNS)
    missing = [c for c in ("report", "id", "decision", "kind", "indicator") if c not in header]
    problems = [Problem(path.name, 1, c, "the column is missing", next_step="Add it.") for c in missing]
    rows = [] if missing else [_read_row(path.name, number, cells, problems) for number, cells in enumerate(table, 2)]
    if problems:
        raise CrisisDataError(problems)
    return rows


def _read_row(file: str, number: int, cells: Mapping[str, Any], problems: list[Problem]) -> EvidenceRow:
    given = {name: _plain(cells.get(name)) for name in COLUMNS}
    values: dict[str, Any] = dict(given)
    for name in (*_FLOATS, *_WHOLES):
        values[name] = _number(file, number, name, given[name], problems)
    for name in _WHOLES:
        values[name] = int(values[name] or 0)
    values["decision"] = given["decision"].lower()
    _one_of(file, number, "decision", values["decision"], DECISIONS, problems)
    if values["decision"] in ("accept", "correct"):
        _one_of(file, number, "becomes", given["becomes"], TABLES, problems)
        _one_of(file, number, "kind", given["kind"], tuple(KINDS), problems)
        _one_of(file, number, "indicator", given["indicator"], KINDS.get(given["kind"], ()), problems)
        for name in ("date", "report_date"):
            _check_date(file, number, name, given[name], problems)
    return EvidenceRow(**values, row=number)


def _plain(cell: Any) -> str:
    text = cell.strip() if isinstance(cell, str) else ""
    return text[1:] if text.startswith("'") else text


def _number(file: str, row: int, column: str, text: str, problems: list[Problem]) -> float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = float("nan")
    if not 0 <= value < 1e12:
        problems.append(Problem(file, row, column, repr(text), "a number from 0 on", "Leave it empty if unknown."))
        return None
    return value


def _one_of(file: str, row: int, column: str, word: str, known: Sequence[str], problems: list[Problem]) -> None:
    if word not in known:
        names = ", ".join(k for k in known if k) or "those of its kind"
        problems.append(Problem(file, row, column, repr(word), f"one of {names}", "Correct it or leave it empty."))


def _check_date(file: str, row: int, column: str, text: str, problems: list[Problem]) -> None:
    try:
        date_bounds(text)
    except ValueError:
        step = "Write YYYY-MM-DD, or first/last day."
        problems.append(Problem(file, row, column, repr(text), "a day or two days", step))


def date_bounds(text: str) -> tuple[dt.date | None, dt.date | None]:
    """Read the first and last day of a date cell; None for an open end.

    >>> date_bounds("2016-02-01/..")
    (datetime.date(2016, 2, 1), None)
    """
    if not text:
        return None, None
    first, slash, last = text.partition("/")
    ends = [None if e in ("..", "") else dt.date.fromisoformat(e) for e in (first, last if slash else first)]
    return ends[0], ends[1]
