"""Read a crisis from a folder, or a bundled crisis by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from onward.crisis.crisis import Crisis, finish
from onward.crisis.messages import closest, did_you_mean, quoted
from onward.crisis.schema import Table, tables
from onward.errors import CrisisDataError, Problem

if TYPE_CHECKING:
    from onward.crisis.draft import Draft
    from onward.crisis.header import Header

HEADER_FILE = "crisis.toml"
ENDINGS = (".csv", ".parquet")

NEARLY = 0.75
"""How like a table's name a file's must be to be taken for a slip (own choice: event, Places, closure)."""


def read_crisis(source: str | Path) -> Crisis:
    """Read a crisis from its folder, or a bundled one by its name.

    Parameters
    ----------
    source
        A folder with crisis.toml and tables, or a name from :func:`bundled_crises`.
        A bundled name wins over a folder of that name here; write ``./name`` for the folder.

    Returns
    -------
    Crisis
        Checked, with tables in canonical order: the order of rows in the files changes nothing.
        An empty cell gets the dictionary's default, or stays a gap. What was odd is in ``crisis.warnings``.

    Raises
    ------
    CrisisDataError
        With all problems of all files at once.

    Examples
    --------
    >>> crisis = read_crisis("aleppo-2016")
    >>> crisis.name, "azaz" in crisis.places
    ('aleppo-2016', True)
    >>> read_crisis("alepo-2016")
    Traceback (most recent call last):
    ...
    onward.errors.CrisisDataError: alepo-2016: there is no such folder, and no bundled crisis of that name.
    Did you mean 'aleppo-2016'?
    """
    from onward.crisis.draft import Draft

    folder, draft = _find(source), Draft()
    try:
        draft.header = _header(folder)
    except CrisisDataError as error:
        draft.problems += error.problems
    names = _names(folder)
    for table in tables().values():
        try:
            _add_table(draft, folder, names, table)
        except CrisisDataError as error:
            draft.problems += error.problems
    draft.warnings += _misnamed_files(names)
    bundled = isinstance(source, str) and source in _bundled()
    return replace(finish(draft), folder=None if bundled else Path(source))


def bundled_crises() -> list[tuple[str, str, date, date]]:
    """Return the name, title, first day and last day of each bundled crisis, sorted by name.

    Examples
    --------
    >>> [name for name, title, start, end in bundled_crises() if name.startswith("aleppo")]
    ['aleppo-2016']
    """
    headers = [_header(folder) for folder in _bundled().values()]
    return [(header.name, header.title, header.start, header.end) for header in headers]


def _bundled() -> dict[str, Traversable]:
    library = files("onward.crisis") / "library"
    folders = [folder for folder in library.iterdir() if (folder / HEADER_FILE).is_file()] if library.is_dir() else []
    return {folder.name: folder for folder in sorted(folders, key=lambda folder: folder.name)}


def _find(source: str | Path) -> Traversable:
    bundled = _bundled()
    if isinstance(source, str) and source in bundled:
        return bundled[source]
    folder = Path(source)
    if folder.is_dir():
        return folder
    if folder.is_file():
        fault = Problem(str(source), found="this is a file", next_step="Give the folder that holds crisis.toml.")
    else:
        known = f"Bundled are {', '.join(bundled)}." if bundled else "Correct the path."
        step = did_you_mean(str(source), bundled, known)
        fault = Problem(
            str(source), found="there is no such folder, and no bundled crisis of that name", next_step=step
        )
    raise CrisisDataError([fault])


def _names(folder: Traversable) -> list[str]:
    """Return the names of the files in a folder that could be meant as tables."""
    try:
        return sorted(entry.name for entry in folder.iterdir() if entry.name.lower().endswith(ENDINGS))
    except OSError as error:
        fault = Problem(
            str(folder), found=f"the folder cannot be read ({error.strerror})", next_step="Check its permissions."
        )
        raise CrisisDataError([fault]) from None


def _read(folder: Traversable, name: str) -> bytes:
    """Read the bytes of a file; read errors become problems."""
    file = folder / name
    try:
        return file.read_bytes()
    except FileNotFoundError:
        found, step = "there is no such file", "Every crisis needs one; see the reference page of tables."
    except IsADirectoryError:
        found, step = "this is a folder, not a file", "Put a file in its place."
    except OSError as error:
        found, step = f"the file cannot be read ({error.strerror})", "Check its permissions."
    raise CrisisDataError([Problem(name, found=found, next_step=step)])


def _header(folder: Traversable) -> Header:
    from onward.crisis.header import read_header

    return read_header(_read(folder, HEADER_FILE))


def _add_table(draft: Draft, folder: Traversable, names: list[str], table: Table) -> None:
    """Read a table's file into the draft if it exists; a required table must have one."""
    from onward.crisis.cells import read_sheet

    present = [f"{table.name}{ending}" for ending in ENDINGS if f"{table.name}{ending}" in names]
    if len(present) > 1:
        found = f"there is {present[1]} too"
        raise CrisisDataError([Problem(present[0], found=found, next_step="Remove one of them.")])
    if present or table.required:
        file = present[0] if present else f"{table.name}.csv"
        draft.files[table.name] = file
        draft.add_sheet(table, read_sheet(_read(folder, file), file), file)


def _misnamed_files(names: list[str]) -> Iterator[str]:
    """Yield a warning for each file whose name is close to a table's; other files are ignored."""
    for name in names:
        stem, _, ending = name.rpartition(".")
        near = closest(stem, tables(), likeness=NEARLY)
        if near and name not in (f"{near}.csv", f"{near}.parquet"):
            step = f"Did you mean {quoted(f'{near}.{ending.lower()}')}?"
            yield str(Problem(name, found="this is no table of a crisis and was not read", next_step=step))
