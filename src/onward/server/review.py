"""Review of reports on the page: extract facts, and write decisions as CSV for `onward evidence apply`."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from onward.crisis import Crisis
from onward.errors import ParameterError
from onward.extraction import EvidenceRow, evidence_rows, extract_facts, read_evidence_csv, write_evidence_rows
from onward.extraction.evidence import COLUMNS
from onward.extraction.text import html_date, html_text, pdf_text

FILE = "evidence.csv"
#: characters of a cell; a quote is a sentence or two (own choice)
MOST_IN_CELL = 20_000
#: the columns that are numbers
WHOLES, NUMBERS = ("start", "end"), ("value", "low", "high", "household_size", "confidence")
_TEXT: tuple[type, str] = (str, "a text")


def read_for_review(
    text: str,
    *,
    html: str = "",
    pdf: str = "",
    date: str | None = None,
    crisis: Crisis | None = None,
    source: str = "report",
) -> dict[str, Any]:
    """Extract the facts of a report as JSON: its text, facts and totals, and the rows to review.

    A `pdf` comes as Base64; its pages end with a form feed in the text.

    Examples
    --------
    >>> read = read_for_review("About 300 people fled Azaz on 5 May 2016.", source="a.txt")
    >>> read["rows"][0]["value"], read["facts"][0]["quote"]
    (300.0, 'About 300 people fled Azaz on 5 May 2016')
    """
    day = date or (html_date(html) if html else None)
    if pdf:
        text = pdf_text(_decoded(pdf, source), source)
    reading = extract_facts(html_text(html) if html else text, day, crisis=crisis, source=source)
    rows = [{name: value for name, value in asdict(row).items() if name != "row"} for row in evidence_rows([reading])]
    known = [] if crisis is None else _known(crisis)
    return {**reading.to_dict(), "text": reading.text, "rows": rows, "known": known}


def _decoded(pdf: str, source: str) -> bytes:
    try:
        return base64.b64decode(pdf, validate=True)
    except ValueError:
        raise ParameterError(f"{source}: the PDF is not in Base64. Send its bytes encoded.") from None


def evidence_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return reviewed rows as CSV; report every cell that `onward evidence apply` would refuse as CrisisDataError.

    Examples
    --------
    >>> evidence_csv([{"report": "a", "id": "f1", "decision": "reject"}]).splitlines()[1][:13]
    b'a,,f1,reject,'
    """
    made = [_row(number, row) for number, row in enumerate(rows, 2)]
    with TemporaryDirectory() as folder:
        path = write_evidence_rows(made, Path(folder) / FILE)
        read_evidence_csv(path)
        return path.read_bytes()


def _row(number: int, cells: Mapping[str, Any]) -> EvidenceRow:
    unknown = [name for name in cells if name not in COLUMNS]
    if unknown:
        raise ParameterError(f"{FILE}, row {number}: {unknown[0][:80]!r} is not a column. Leave it out.")
    for name, value in cells.items():
        kind, word = (int, "a whole number") if name in WHOLES else (float, "a number") if name in NUMBERS else _TEXT
        right = isinstance(value, (kind, int) if kind is float else kind) and not isinstance(value, bool)
        if value is not None and not right:
            raise ParameterError(f"{FILE}, row {number}, column {name}: this is not {word}. Send one, or null.")
        if isinstance(value, str) and len(value) > MOST_IN_CELL:
            raise ParameterError(f"{FILE}, row {number}, column {name}: more than {MOST_IN_CELL:,} characters.")
    given: dict[str, Any] = {name: "" if cells.get(name) is None else cells[name] for name in COLUMNS}
    return EvidenceRow(**given)


def _known(crisis: Crisis) -> list[dict[str, str]]:
    """Return the places, areas and actors of a crisis that a correction may name."""
    places = crisis.table("places").select("place", "name").iter_rows()
    areas = crisis.table("areas")["area"].unique(maintain_order=True).to_list()
    actors = crisis.table("actors").select("actor", "name").iter_rows()
    return [
        *({"kind": "place", "key": key, "name": name or key} for key, name in places),
        *({"kind": "area", "key": key, "name": key} for key in areas),
        *({"kind": "actor", "key": key, "name": name or key} for key, name in actors),
    ]
