"""Error handling of the command line: messages without a traceback, and exit codes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

MISTAKE, FAILURE, STOPPED = 2, 1, 130
#: what the system reports of a path that the user gave; a full disk is no mistake of theirs
_PATHS = (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError)


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
    except OSError as error:
        if error.filename is None or "ONWARD_TRACEBACK" in os.environ:
            raise
        typer.echo(f"{error.filename}: {error.strerror}. Check the path, its permissions and the free space.", err=True)
        raise typer.Exit(MISTAKE if isinstance(error, _PATHS) else FAILURE) from None
    except Exception as error:
        if "ONWARD_TRACEBACK" in os.environ:
            raise
        typer.echo(
            f"Onward failed: {type(error).__name__}: {error}\n"
            "This is a fault in Onward, not in your input. Set ONWARD_TRACEBACK=1 to see where it happened.",
            err=True,
        )
        raise typer.Exit(FAILURE) from None


def option_words(error: typer.BadParameter) -> str:
    """Return what an option found and what it takes; typer's own words where it did not check the value by pydantic."""
    faults: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()
    if not faults:
        return str(error.message)
    kind, limits = str(faults[0]["type"]), faults[0].get("ctx", {})
    expected = next((f"a number {words} {limits[key]}" for key, words in _LIMITS.items() if key in limits), None)
    expected = expected or next((words for word, words in _VALUES.items() if kind.startswith(word)), None)
    if "does not match the formats" in str(faults[0]["msg"]):
        expected = "a day written YYYY-MM-DD"
    return str(error.message) if expected is None else f"{faults[0]['input']!r} is not {expected}. Correct the value."


_LIMITS = {"ge": "of at least", "gt": "above", "le": "of at most", "lt": "below"}
_VALUES = {"int": "a whole number", "float": "a number", "bool": "true or false"}


def close_pipe() -> NoReturn:
    """Exit without an error after the reader has closed the pipe, as in ``onward parameters | head``."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still buffered goes nowhere when Python ends
    os._exit(0)
