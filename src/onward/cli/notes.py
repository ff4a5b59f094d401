"""The commands for reviewers' notes on a run."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onward.cli.common import JsonOption, RunArgument
from onward.cli.errors import report_errors

if TYPE_CHECKING:
    from onward.runs.notes import Note


def add_notes(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("note")(note)
    app.command("notes")(notes)


def note(
    run: RunArgument,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="KIND:ID",
            help="place:ID, day:YYYY-MM-DD, claim:ID, row:TABLE:NUMBER, scenario:NAME or run; not for an answer.",
        ),
    ] = None,
    text: Annotated[str, typer.Option(metavar="T", help="The text of the note.")] = "",
    by: Annotated[str, typer.Option(metavar="NAME", help="Who writes the note.")] = "",
    reply: Annotated[int | None, typer.Option(metavar="N", help="Answer note N.")] = None,
    resolve: Annotated[int | None, typer.Option(metavar="N", help="Close the thread of note N.")] = None,
    propose: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=VALUE", help="A cell of a changed input row, as in the evidence table; repeatable."
        ),
    ] = None,
) -> None:
    """Write a note on a place, day, claim, row of input, scenario or run."""
    with report_errors():
        from onward.runs.notes import add_note

        written = add_note(run, on=on, text=text, by=by, reply=reply, resolve=resolve, propose=_cells(propose))
        typer.echo(f"Note {written.n} on {written.on}.")


def notes(
    run: RunArgument,
    evidence: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="Write the changes that open notes propose, for `onward evidence apply`."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the notes on a run, thread by thread."""
    with report_errors():
        from onward.runs.folder import read_run
        from onward.runs.notes import proposals, read_notes, resolved

        about = read_run(run).about
        found = read_notes(run)
        closed = resolved(found)
        if evidence is not None:
            from onward.extraction.evidence import write_evidence_rows

            rows = proposals(found, f"notes on {about['crisis']}")
            write_evidence_rows(rows, evidence)
            typer.echo(f"{len(rows)} proposals written to {evidence}. Set their decision, then: onward evidence apply.",
                       err=as_json)  # fmt: skip
        if as_json:
            rows_ = [{**asdict(one), "resolved": (one.reply or one.n) in closed} for one in found]
            typer.echo(json.dumps({"notes": rows_}, indent=2, ensure_ascii=False))
        elif evidence is None:
            _show(found, closed)


def _show(found: list[Note], closed: set[int]) -> None:
    if not found:
        typer.echo("No notes. Write one with: onward note RUN --on KIND:ID --text T")
    for first in (one for one in found if one.reply is None):
        state = " (resolved)" if first.n in closed else ""
        typer.echo(f"{first.on}{state}")
        for one in (one for one in found if first.n in (one.n, one.reply)):
            words = one.text.replace("\n", "\n      ") or "closed the thread"
            typer.echo(f"  {one.n:>3}  {one.time[:16].replace('T', ' ')}  {one.by or 'no name given'}: {words}")
            if one.propose:
                typer.echo(f"       proposes {', '.join(f'{key}={value}' for key, value in one.propose.items())}")


def _cells(given: list[str] | None) -> dict[str, object] | None:
    from onward.errors import ParameterError

    if not given:
        return None
    cells: dict[str, object] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name:
            raise ParameterError(f"--propose {text}: give COLUMN=VALUE, such as becomes=counts.")
        cells[name] = value
    return cells
