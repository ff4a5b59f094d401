"""The arguments and options that several commands share, and their output as JSON or in the console."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

CrisisArgument = Annotated[str, typer.Argument(metavar="CRISIS", help="A bundled crisis or a folder.")]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
SeedOption = Annotated[int, typer.Option(help="The same seed gives the same numbers.")]
WorkersOption = Annotated[
    int | None, typer.Option(min=1, help="Number of threads; it does not change the results.", show_default="all cores")
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace the run in the run folder.")]


def print_json(content: object) -> None:
    """Print content as indented JSON; a value that JSON does not have, such as NaN, is an error."""
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))


def plain_console() -> Console:
    """Return a console for standard output that does not colour figures."""
    from rich.console import Console

    return Console(highlight=False)
