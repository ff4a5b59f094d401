"""Reviewers' notes on a run: who wrote what on a place, day, claim, row of input, scenario or the run, and when.

They are lines of ``notes.jsonl`` in the run folder. A note is added under a lock and never changed; an answer and the
closing of a thread are notes of their own. Resuming or overwriting a run keeps them.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from onward.crisis import Crisis
from onward.crisis.messages import did_you_mean, quoted
from onward.errors import ParameterError, RunFolderError
from onward.extraction.evidence import COLUMNS, EvidenceRow, read_evidence_csv, write_evidence_rows
from onward.runs.folder import kept_crisis, read_run
from onward.runs.summary import now
from onward.simulation.run import Run
from onward.simulation.units import place_names

FILE = "notes.jsonl"
KINDS = ("place", "day", "claim", "row", "run", "scenario")
#: characters of a text and of a name (own choice: a page, and a line)
MOST_TEXT, MOST_NAME = 10_000, 100
#: the kind of fact that a table's rows are made of, and the columns of evidence that are numbers
_FACT = {"counts": "displacement", "claims": "displacement", "events": "attack", "control": "control"}
_WHOLES, _NUMBERS = ("start", "end"), ("value", "low", "high", "household_size", "confidence")


@dataclass(frozen=True)
class Note:
    """One line of notes.jsonl.

    Parameters
    ----------
    n
        Its number in the run, from 1.
    time
        When it was written, UTC.
    by
        Who wrote it; empty if they did not say.
    on
        What it is on: ``place:ID``, ``day:YYYY-MM-DD``, ``claim:ID``, ``row:TABLE:NUMBER`` (as a spreadsheet shows the
        table in the run's ``crisis/``), ``scenario:NAME`` or ``run``.
    text
        What it says; may be empty where it closes a thread.
    reply
        The note that begins the thread it belongs to, or None.
    resolve
        Whether it closes that thread.
    propose
        A change of an input row, by columns of the evidence table, or None.
    """

    n: int
    time: str
    by: str
    on: str
    text: str
    reply: int | None = None
    resolve: bool = False
    propose: Mapping[str, Any] | None = None


def add_note(
    folder: str | Path, *, on: str | None = None, text: str = "", by: str = "", reply: int | None = None,
    resolve: int | None = None, propose: Mapping[str, Any] | None = None,
) -> Note:  # fmt: skip
    """Add a note to a finished run and return it.

    Parameters
    ----------
    folder
        The run folder.
    on
        What it is on, as `Note` has it; taken from the thread for an answer.
    text, by
        What it says, and who says so.
    reply, resolve
        The number of a note whose thread it answers, or closes; not both.
    propose
        A change of an input row: cells by the columns of the evidence table, such as ``becomes``, ``place``, ``value``.

    Raises
    ------
    ParameterError
        If what the note is on does not exist in the run, the text is empty, or `onward evidence apply` could not read
        the proposal.
    """
    folder = Path(folder)
    run = read_run(folder)
    text, by = _clean(text, "text", MOST_TEXT), " ".join(_clean(by, "by", MOST_NAME).split())
    if reply is not None and resolve is not None:
        raise ParameterError("give reply or resolve, not both.")
    if not text and resolve is None:
        raise ParameterError("text: a note needs words. Give --text.")
    if propose is not None:
        propose = {name: _cell(name, value) for name, value in propose.items() if value not in (None, "")}
        _check_proposal(propose)
    with _locked(folder) as file:
        thread = _thread(_read(file), reply if resolve is None else resolve)
        target = _target(on, run, folder) if thread is None else thread.on
        begun = None if thread is None else thread.n
        note = Note(_count(file) + 1, now(), by, target, text, begun, resolve is not None, propose)
        file.seek(0, os.SEEK_END)
        file.write(json.dumps(asdict(note), ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return note


def read_notes(folder: str | Path) -> list[Note]:
    """Return the notes of a run folder in the order they were written."""
    path = Path(folder) / FILE
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as file:
        return _read(file)


def resolved(notes: Sequence[Note]) -> set[int]:
    """Return the numbers of the threads that are closed, which means their last note closes them.

    Examples
    --------
    >>> first, close = Note(1, "", "", "run", "Why?"), Note(2, "", "", "run", "", reply=1, resolve=True)
    >>> resolved([first, close]), resolved([first, close, Note(3, "", "", "run", "But", reply=1)])
    ({1}, set())
    """
    last = {note.reply or note.n: note.resolve for note in notes}
    return {thread for thread, closed in last.items() if closed}


def proposals(notes: Sequence[Note], source: str) -> list[EvidenceRow]:
    """Return the changes proposed in open threads, as rows that `onward evidence apply` accepts.

    ``decision`` is empty unless the proposal says so: somebody else accepts it. ``source`` stands as the report.
    """
    closed = resolved(notes)
    return [
        _evidence({**note.propose, "report": source, "id": f"note{note.n}"}, note.text)
        for note in notes
        if note.propose is not None and (note.reply or note.n) not in closed
    ]


def _clean(text: str, name: str, most: int) -> str:
    if len(text) > most:
        raise ParameterError(f"{name}: {len(text):,} characters are more than {most:,}. Shorten it.")
    known = text.encode("utf-8", "ignore").decode("utf-8")  # half a character, which JSON can carry, is left out
    return "".join(c for c in known if c in "\n\t" or ord(c) >= 32).strip()


def _cell(name: str, value: Any) -> Any:
    return _clean(value, f"propose {quoted(name)}", MOST_TEXT) if isinstance(value, str) else value


@contextmanager
def _locked(folder: Path) -> Iterator[IO[str]]:
    """Open the file of notes for reading and appending, and make all other writers wait."""
    try:
        file = (folder / FILE).open("a+", encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunFolderError(f"{folder / FILE}: cannot be written ({error.strerror}). Check its permissions.") from None
    with file:
        try:
            import fcntl
        except ImportError:  # Windows
            yield file
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _count(file: IO[str]) -> int:
    file.seek(0)
    return sum(1 for line in file if line.strip())


def _read(file: IO[str]) -> list[Note]:
    file.seek(0)
    names = {field.name for field in fields(Note)}
    notes = []
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            notes.append(Note(**{key: value for key, value in json.loads(line).items() if key in names}))
        except (ValueError, TypeError, AttributeError):
            raise RunFolderError(f"{FILE}, line {number}: this is not a note. Correct or remove the line.") from None
    return notes


def _thread(notes: Sequence[Note], number: int | None) -> Note | None:
    """Return the note that begins the thread of a note."""
    if number is None:
        return None
    by_number = {note.n: note for note in notes}
    if number not in by_number:
        raise ParameterError(f"note {number}: there is no such note in this run. `onward notes RUN` lists them.")
    return by_number[by_number[number].reply or number]


def _target(on: str | None, run: Run, folder: Path) -> str:
    """Check what a note is on against the run, and return it."""
    kind, _, name = (on or "").partition(":")
    if kind not in KINDS:
        raise ParameterError(
            f"on: {quoted(on or '')} is not KIND:ID. Write place:ID, day:YYYY-MM-DD, claim:ID, row:TABLE:NUMBER, "
            "scenario:NAME or run."
        )
    if kind == "run":
        return "run"
    if kind == "row":
        return _row_target(name, kept_crisis(folder))
    known = _known(kind, run)
    if name not in known:
        names = place_names(run) if kind == "place" else known
        step = did_you_mean(name, names, f"There are {', '.join(known[:6]) or 'none'}.")
        raise ParameterError(f"on: {quoted(name)} is not a {kind} of this run. {step}")
    return f"{kind}:{name}"


def _known(kind: str, run: Run) -> list[str]:
    if kind == "place":
        return list(run.about["places"])
    if kind == "claim":
        return [str(claim["id"]) for claim in run.about.get("claims") or []]
    if kind == "scenario":
        scenario = run.about.get("scenario")
        return [str(scenario["name"])] if scenario else []
    first = dt.date.fromisoformat(run.about["start"])
    return [(first + dt.timedelta(n)).isoformat() for n in range(run.about["days"])]


def _row_target(name: str, crisis: Crisis | None) -> str:
    table, _, number = name.partition(":")
    tables = {} if crisis is None else crisis.tables
    if table not in tables:
        step = did_you_mean(table, tables, f"Tables are {', '.join(tables)}.")
        raise ParameterError(f"on: {quoted(table)} is not a table of this run's crisis. {step}")
    last = tables[table].height + 1
    if not number.isdecimal() or not 2 <= int(number) <= last:
        raise ParameterError(f"on: {quoted(number)} is not a row of {table}. Give a number from 2 to {last}.")
    return f"row:{table}:{int(number)}"


def _check_proposal(propose: Mapping[str, Any]) -> None:
    """Refuse a proposal that `onward evidence apply` could not read, with its message."""
    unknown = [name for name in propose if name not in COLUMNS]
    if unknown:
        step = did_you_mean(unknown[0], COLUMNS, f"Columns are {', '.join(COLUMNS)}.")
        raise ParameterError(f"propose: {quoted(unknown[0])} is not a column of evidence. {step}")
    if not propose.get("becomes"):
        raise ParameterError("propose: `becomes` is missing. Give becomes=counts, events, control or claims.")
    with TemporaryDirectory() as folder:
        row = _evidence({**propose, "decision": "accept"}, "")  # only what is accepted is checked in full
        read_evidence_csv(write_evidence_rows([row], Path(folder) / "proposal.csv"))


def _evidence(cells: Mapping[str, Any], text: str) -> EvidenceRow:
    given: dict[str, Any] = {name: cells.get(name, "") for name in COLUMNS}
    for name in _WHOLES:
        given[name] = given[name] or 0
    for name in _NUMBERS:
        given[name] = given[name] if given[name] != "" else None
    given["note"] = given["note"] or " ".join(text.split())
    given["kind"] = given["kind"] or _FACT.get(str(given["becomes"]), "")
    given["modality"] = given["modality"] or "asserted"
    given["unit"] = given["unit"] or "people"
    return EvidenceRow(**given)
