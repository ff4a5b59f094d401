"""Error handling of the command line: messages without a traceback, and exit codes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

MISTAKE, FAILURE, STOPPED = 2, 1, 130


@contextmanager
def report_errors() -> Iterator[None]:
    """Print errors without a traceback and set the exit code."""
    from onward.errors import OnwardError, RunFolderError

    try:
        yield
    except OnwardError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(MISTAKE if isinstance(error, (ValueError, RunFolderError)) else FAILURE) from None
    except (typer.Exit, typer.Abort, BrokenPipeError):
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


def close_pipe() -> NoReturn:
    """Exit without an error after the reader has closed the pipe, as in ``onward parameters | head``."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still buffered goes nowhere when Python ends
    os._exit(0)
