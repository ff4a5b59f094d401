"""The commands `onward read` and `onward evidence apply`."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from onward.cli.common import JsonOption
from onward.cli.errors import report_errors

evidence = typer.Typer(no_args_is_help=True, help="Apply evidence that was read from reports and reviewed.")


def add_reading(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("read")(read)
    app.add_typer(evidence, name="evidence")


def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Text, HTML or PDF.")],
    day: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="Day of the reports; relative dates need it."),
    ] = None,
    crisis: Annotated[str | None, typer.Option(help="A crisis whose places are looked up first.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="CSV", help="Where evidence is written.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Extract quoted facts from reports, for review.

    Accept, correct or reject each fact in the CSV file; `onward evidence apply` adds the accepted ones to a crisis.
    """
    with report_errors():
        from onward.cli.progress import Bar
        from onward.crisis import read_crisis
        from onward.extraction import read_files, write_evidence_csv

        world = read_crisis(crisis) if crisis else None
        with Bar(shown=sys.stderr.isatty(), unit="reports") as bar:
            readings = read_files(files, _day(day), crisis=world, progress=lambda done, of, _: bar("read", done, of))
        if as_json:
            typer.echo(json.dumps(readings.to_dict(), indent=2, ensure_ascii=False))
            return
        target = out or Path("evidence.csv")
        write_evidence_csv(readings, target)
        facts = sum(len(reading.facts) for reading in readings.readings)
        typer.echo(
            f"{facts} facts from {len(readings.readings)} reports are in {target}. Fill in its column decision, then:"
        )
        typer.echo(f"onward evidence apply {target} --crisis FOLDER")


def _day(day: datetime | None) -> date | None:
    return None if day is None else day.date()


@evidence.callback()
def _evidence() -> None:
    """Work with evidence that was read from reports."""


@evidence.command("apply")
def apply(
    file: Annotated[Path, typer.Argument(metavar="CSV", help="Reviewed evidence.")],
    crisis: Annotated[Path, typer.Option(metavar="FOLDER", help="The crisis folder to add it to.")],
) -> None:
    """Add accepted evidence to a crisis.

    Facts become rows of counts, events, control or claims, each with its source.
    """
    with report_errors():
        from onward.extraction import apply_evidence, read_evidence_csv

        applied = apply_evidence(read_evidence_csv(file), crisis)
        added = ", ".join(f"{rows} to {table}" for table, rows in applied.added.items()) or "nothing"
        typer.echo(f"Added to {crisis}: {added}.")
        for row, why in applied.skipped:
            typer.echo(f"Left out {row}: {why}")
