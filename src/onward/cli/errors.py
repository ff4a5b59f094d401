"""Errors as the command line tells them: no traceback, and an exit code that says whose they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer

MISTAKE, FAILURE, STOPPED = 2, 1, 130


@contextmanager
def told() -> Iterator[None]:
    """Tell errors without a traceback, and end with the exit code that says whose they are."""
    from onward.errors import OnwardError, RunFolderError

    try:
        yield
    except OnwardError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(MISTAKE if isinstance(error, (ValueError, RunFolderError)) else FAILURE) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        if "ONWARD_TRACEBACK" in os.environ:
            raise
        typer.echo(
            f"Onward failed: {type(error).__name__}: {error}\n"
            "This is not a mistake of yours. ONWARD_TRACEBACK=1 before the command shows where it happened.",
            err=True,
        )
        raise typer.Exit(FAILURE) from None
