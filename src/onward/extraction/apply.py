"""Turn accepted evidence into rows of a crisis: counts, events, control or claims, each with its source."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onward.errors import CrisisDataError, Problem
from onward.extraction.append import append_rows
from onward.extraction.evidence import EvidenceRow, date_bounds
from onward.extraction.facts import FIRM

if TYPE_CHECKING:
    from onward.crisis import Crisis

FILE = "evidence"
COUNT_OF = {
    **dict.fromkeys(("stock", "sheltered", "hosted", "at_border"), "stock"),
    **dict.fromkeys(("newly_displaced", "evacuated"), "displaced"),
    "returned": "returned",
}
CLAIM_OF = {
    **dict.fromkeys(("newly_displaced", "evacuated", "on_the_move"), "displaced"),
    **dict.fromkeys(("stock", "sheltered", "hosted"), "stock"),
    "at_border": "gate_waiting",
}
EVENT_OF = {"airstrike": "air", "shelling": "shelling", "ground_offensive": "ground"}
_FLOWS = frozenset({"displaced", "returned"})


@dataclass(frozen=True)
class Applied:
    """What was added to the crisis, by table, and which accepted rows were left out and why."""

    added: dict[str, int]
    skipped: tuple[tuple[str, str], ...] = ()


@dataclass
class _Work:
    """The rows being made, and what is wrong with them."""

    crisis: Crisis
    new: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    totals: dict[tuple[str, str], EvidenceRow] = field(default_factory=dict)

    def wrong(self, row: EvidenceRow, column: str, found: str, expected: str, step: str) -> None:
        self.problems.append(Problem(FILE, row.row or None, column, found, expected, step))


def apply_evidence(rows: Iterable[EvidenceRow], crisis_folder: str | Path) -> Applied:
    """Add the accepted rows to the crisis in a folder; nothing is written if any of them cannot stand.

    Parameters
    ----------
    rows
        Reviewed evidence, from read_evidence_csv; rows without accept or correct are left alone.
    crisis_folder
        The crisis; it is checked as a whole before it is replaced.

    Returns
    -------
    Applied
        How many rows went to each table. Rows applied before, and rows for no table, are skipped and named.

    Raises
    ------
    CrisisDataError
        With every row that lacks what its table needs.
    """
    from onward.crisis import read_crisis

    rows = list(rows)
    totals = {(row.report, row.id): row for row in rows if row.decision != "reject" and row.unit != "percent"}
    work = _Work(read_crisis(Path(crisis_folder).resolve()), totals=totals)
    for row in rows:
        if row.accepted:
            _place_row(work, row)
    if work.problems:
        raise CrisisDataError(work.problems)
    append_rows(crisis_folder, work.new)
    return Applied({table: len(made) for table, made in work.new.items()}, tuple(work.skipped))


def _place_row(work: _Work, row: EvidenceRow) -> None:
    name = f"{row.report} {row.id}".strip()
    maker = {"counts": _count, "events": _event, "control": _control, "claims": _claim}.get(row.becomes)
    if maker is None:
        work.skipped.append((name, "no table is named in `becomes`"))
        return
    if row.modality not in FIRM and row.decision == "accept":
        step = "Set decision to correct and modality to asserted if you know it happened."
        work.wrong(row, "modality", repr(row.modality), "something that is or was so", step)
        return
    places = row.place.split(";") if row.becomes == "control" else [row.place]
    for place in places:  # a capture may name several places
        made = maker(work, replace(row, place=place.strip()))
        if made is None:
            continue
        if _known(work, row.becomes, made):
            work.skipped.append((name, f"it is in {row.becomes} already"))
            continue
        work.new.setdefault(row.becomes, []).append(made)


def _known(work: _Work, table: str, made: dict[str, Any]) -> bool:
    """Return whether the same row was added before: its source names report and fact."""
    keys: list[str] = [k for k in ("claim", "source", "place", "area") if k in made]
    old = work.crisis.table(table).select(keys).iter_rows(named=True)
    known = [*old, *({k: m[k] for k in keys} for m in work.new.get(table, []))]
    return {k: made[k] for k in keys} in known


def _source(row: EvidenceRow) -> str:
    """Return who says so, in which report; of a corrected row also that a person changed it."""
    changed = ", corrected" if row.decision == "correct" else ""
    note = f"; {row.note}" if row.note else ""
    return f"{row.attribution or 'author'} ({row.report} {row.id}{changed}{note})"


def _where(work: _Work, row: EvidenceRow, key: str, column: str) -> dict[str, str]:
    """Return the cell of a table's place or area column."""
    if key in work.crisis.places:
        return {"place": key}
    if key in work.crisis.table("areas")["area"].to_list():
        return {"area": key}
    step = "Write the short name of a place or area of the crisis."
    work.wrong(row, column, repr(key), "a place or area of the crisis", step)
    return {}


def _bounds(work: _Work, row: EvidenceRow) -> tuple[float, float | None, float | None] | None:
    """Return value and bounds in people, or None: a share needs its total, households a size; homes are no people."""
    if row.unit == "percent":
        return _share(work, row)
    if row.unit not in ("people", "households"):
        work.wrong(row, "unit", repr(row.unit), "people or households", "Only people are counted here.")
        return None
    size = 1.0 if row.unit == "people" else row.household_size
    if not size:
        work.wrong(row, "household_size", "''", "people per household", "Give the size the report states, or reject.")
        return None
    given = [v for v in (row.low, row.high) if v is not None]
    value = row.value if row.value is not None else sum(given) / len(given) if given else None
    if value is None:
        work.wrong(row, "value", "''", "a figure", "Give value, or low and high.")
        return None
    low, high = (None if v is None else v * size for v in (row.low, row.high))
    return value * size, low, high


def _share(work: _Work, row: EvidenceRow) -> tuple[float, float | None, float | None] | None:
    """Return a share of a total, in people."""
    total = work.totals.get((row.report, row.part_of))
    if total is None or row.value is None:
        step = "Write the id of the figure of the same report that this is a share of, or reject."
        work.wrong(row, "part_of", repr(row.part_of), "the id of a figure that was not rejected", step)
        return None
    bounds = _bounds(work, total)
    if bounds is None:
        return None
    value, low, high = (None if v is None else v * row.value / 100 for v in bounds)
    return value or 0.0, low, high


def _days(work: _Work, row: EvidenceRow, needed: bool) -> tuple[Any, Any] | None:
    first, last = date_bounds(row.date)
    if needed and first is None and last is None:
        work.wrong(row, "date", repr(row.date), "a day", "Write the day as YYYY-MM-DD.")
        return None
    return first, last


def _count(work: _Work, row: EvidenceRow) -> dict[str, Any] | None:
    indicator = COUNT_OF.get(row.indicator)
    if indicator is None:
        work.wrong(row, "indicator", repr(row.indicator), "something that counts hold", "Choose claims or reject.")
        return None
    total = work.totals.get((row.report, row.part_of)) if row.unit == "percent" else None
    dated = replace(row, date=row.date or total.date or total.report_date) if total is not None else row
    bounds, days = _bounds(work, row), _days(work, dated, True)
    where = _where(work, row, row.place or row.origin or row.destination, "place")
    if bounds is None or days is None or not where:
        return None
    value, low, high = bounds
    first, last = days
    if low is None and high is not None and high > value:
        low = value
    return {
        "date": last or first,
        "place": None,
        "area": None,
        **where,
        "indicator": indicator,
        "people": round(value),
        "low": None if low is None else min(round(low), round(value)),
        "high": None if high is None else max(round(high), round(value)),
        "since": first if indicator in _FLOWS and first != last else None,
        "source": _source(row),
    }


def _claim(work: _Work, row: EvidenceRow) -> dict[str, Any] | None:
    indicator = CLAIM_OF.get(row.indicator)
    if indicator is None:
        work.wrong(row, "indicator", repr(row.indicator), "something that claims hold", "Choose counts or reject.")
        return None
    bounds, days = _bounds(work, row), _days(work, row, False)
    if bounds is None or days is None:
        return None
    origin, destination = row.origin, row.destination
    if row.place and indicator == "displaced":
        origin = origin or row.place
    elif row.place:
        destination = destination or row.place
    value, low, high = bounds
    first, last = days[0], days[1] or date_bounds(row.report_date)[1]  # undated: as of the report's day
    if indicator == "displaced":
        destination = ""  # a displacement is counted where it starts
    return {
        "claim": _claim_name(row),
        "indicator": indicator,
        "origin": origin or None,
        "destination": destination or None,
        "start": _within(work, first),
        "end": _within(work, last),
        "low": low if low is not None or high is not None else value,
        "high": high if low is not None or high is not None else value,
        "unit": "people",
        "source": _source(row),
    }


def _within(work: _Work, day: Any) -> Any:
    """Return a day of the crisis; None, an open end of a claim's window, for one before its start or after its end."""
    return day if day is not None and work.crisis.start <= day <= work.crisis.end else None


def _claim_name(row: EvidenceRow) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", Path(row.report).stem.lower()).strip("_") or "report"
    return f"{stem}_{row.id}"


def _event(work: _Work, row: EvidenceRow) -> dict[str, Any] | None:
    kind = EVENT_OF.get(row.indicator)
    if kind is None:
        work.wrong(row, "indicator", repr(row.indicator), "an attack", "Choose another table or reject.")
        return None
    days = _days(work, row, True)
    where = _where(work, row, row.place or row.destination or row.origin, "place")
    if not _actor(work, row) or days is None or not where:
        return None
    first, last = days[0] or days[1], days[1]
    event = {"start": first, "end": last if last != first else None, "place": None, "area": None, **where}
    return {**event, "type": kind, "actor": row.actor, "n": row.value or 1.0, "source": _source(row)}


def _control(work: _Work, row: EvidenceRow) -> dict[str, Any] | None:
    days = _days(work, row, True)
    known = row.place in work.crisis.places
    if not known:
        step = "Write the short name of a place of the crisis."
        work.wrong(row, "place", repr(row.place), "a place of the crisis", step)
    if not _actor(work, row) or days is None or not known:
        return None
    first, last = days
    vague = first != last
    return {
        "place": row.place,
        "start": last or first,
        "start_low": first if vague else None,
        "start_high": last if vague else None,
        "actor": row.actor,
        "source": _source(row),
    }


def _actor(work: _Work, row: EvidenceRow) -> bool:
    actors = work.crisis.table("actors")["actor"].to_list()
    if row.actor not in actors:
        step = f"Name who it was: {', '.join(actors)}."
        work.wrong(row, "actor", repr(row.actor), "an actor of the crisis", step)
        return False
    return True
