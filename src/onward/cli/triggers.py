"""The command that says which triggers fire, for people and for schedulers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onward.cli.common import JsonOption, RunArgument, plain_console
from onward.cli.errors import report_errors

if TYPE_CHECKING:
    from rich.console import Console

#: the exit code of a run in which a trigger fires, so that a scheduler sees it (0 to 2 and 130 are taken)
FIRED = 3


def add_triggers(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("triggers")(triggers)


def triggers(
    run: RunArgument,
    given: Annotated[
        Path | None,
        typer.Option("--triggers", metavar="FILE", help="A file of [[trigger]] tables that replace the crisis's."),
    ] = None,
    origin: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The last known day; only later days count.", show_default="all days"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List which triggers fire in a run, when, and with what probability.

    The exit code is 0 if none fires, and 3 if any does.
    """
    with report_errors():
        from onward.crisis.triggers import read_triggers
        from onward.errors import ParameterError
        from onward.evaluation.triggers import evaluate_triggers
        from onward.runs.folder import read_run

        read = read_run(run)
        if read.crisis is None:
            raise ParameterError(f"{run}: this run folder does not contain its crisis. Run it again with --overwrite.")
        crisis = read_triggers(given, read.crisis) if given else read.crisis
        if not crisis.triggers:
            raise ParameterError("there are no triggers. Write [[trigger]] into crisis.toml, or give --triggers FILE.")
        rows = evaluate_triggers(read, crisis.triggers, origin=origin.date() if origin else None)
        if as_json:
            typer.echo(json.dumps({"triggers": rows}, indent=2, ensure_ascii=False))
        else:
            show_triggers(rows, plain_console())
        if any(row["fired"] for row in rows):
            raise typer.Exit(FIRED)


def show_triggers(rows: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Print triggers as a table: what each watches, its probability, and the first day if it fires."""
    from onward.cli.printing import number, print_table

    cells = [
        [row["name"], _condition(row, number), f"{100 * row['probability']:.0f} %", f"{100 * row['asked']:.0f} %",
         f"fires, {row['first_date']}" if row["fired"] else "quiet"]
        for row in rows
    ]  # fmt: skip
    note = "Probability: the share of simulated histories in which the threshold is reached; first day of that share."
    print_table(console, "Triggers", ["Trigger", "Watches", "Probability", "Asked", "Result"], cells, note)


def _condition(row: Mapping[str, Any], number: Any) -> str:
    window = f" in {row['window']} days" if row["window"] > 1 else ""
    horizon = f" within {row['horizon']} days" if row["horizon"] else ""
    return f"{row['indicator'].replace('_', ' ')} of {row['unit']} ≥ {number(row['threshold'])}{window}{horizon}"
