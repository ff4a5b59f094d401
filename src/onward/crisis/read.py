"""Read a crisis from a folder, or a bundled crisis by its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
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
    folder = _find(source)
    names = _names(folder)
    crisis = _checked(names, tuple(_content(folder, name) for name in _files(names)))
    bundled = isinstance(source, str) and source in _bundled()
    # whoever changes tables or parameters changes no other reading
    own = {name: frame.clone() for name, frame in crisis.tables.items()}
    return replace(crisis, tables=own, parameters=dict(crisis.parameters), folder=None if bundled else Path(source))


#: bytes of a file, or why it cannot be read
Content = bytes | Problem


@lru_cache(maxsize=8)
def _checked(names: tuple[str, ...], contents: tuple[Content, ...]) -> Crisis:
    """Return the crisis that files hold, the header's first; the last few are remembered by what they hold.

    A run folder keeps its crisis, so that each view of a run reads the same one again.
    """
    from onward.crisis.draft import Draft

    draft, content = Draft(), dict(zip(_files(names), contents, strict=True))
    try:
        draft.header = _header(content[HEADER_FILE])
    except CrisisDataError as error:
        draft.problems += error.problems
    for table in tables().values():
        try:
            _add_table(draft, content, table)
        except CrisisDataError as error:
            draft.problems += error.problems
    draft.warnings += _misnamed_files(names)
    return finish(draft)


def bundled_crises() -> list[tuple[str, str, date, date]]:
    """Return the name, title, first day and last day of each bundled crisis, sorted by name.

    Examples
    --------
    >>> [name for name, title, start, end in bundled_crises() if name.startswith("aleppo")]
    ['aleppo-2016']
    """
    headers = [_header(_content(folder, HEADER_FILE)) for folder in _bundled().values()]
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


def _names(folder: Traversable) -> tuple[str, ...]:
    """Return the names of the files in a folder that could be meant as tables."""
    try:
        return tuple(sorted(entry.name for entry in folder.iterdir() if entry.name.lower().endswith(ENDINGS)))
    except OSError as error:
        fault = Problem(
            str(folder), found=f"the folder cannot be read ({error.strerror})", next_step="Check its permissions."
        )
        raise CrisisDataError([fault]) from None


def _files(names: tuple[str, ...]) -> list[str]:
    """Return the files of a crisis with these names: crisis.toml, tables that are there, and those it must have."""
    present = {
        table.name: [n for n in (f"{table.name}{e}" for e in ENDINGS) if n in names] for table in tables().values()
    }
    needed = [f"{table.name}.csv" for table in tables().values() if table.required and not present[table.name]]
    return [HEADER_FILE, *(file for files in present.values() for file in files), *needed]


def _content(folder: Traversable, name: str) -> Content:
    """Return the bytes of a file; read errors become problems."""
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        found, step = "there is no such file", "Every crisis needs one; see the reference page of tables."
    except IsADirectoryError:
        found, step = "this is a folder, not a file", "Put a file in its place."
    except OSError as error:
        found, step = f"the file cannot be read ({error.strerror})", "Check its permissions."
    return Problem(name, found=found, next_step=step)


def _readable(content: Content) -> bytes:
    if isinstance(content, Problem):
        raise CrisisDataError([content])
    return content


def _header(content: Content) -> Header:
    from onward.crisis.header import read_header

    return read_header(_readable(content))


def _add_table(draft: Draft, content: Mapping[str, Content], table: Table) -> None:
    """Add a table to the draft if it has a file."""
    from onward.crisis.cells import read_sheet

    present = [file for file in (f"{table.name}{ending}" for ending in ENDINGS) if file in content]
    if len(present) > 1:
        found = f"there is {present[1]} too"
        raise CrisisDataError([Problem(present[0], found=found, next_step="Remove one of them.")])
    for file in present:
        draft.files[table.name] = file
        draft.add_sheet(table, read_sheet(_readable(content[file]), file), file)


def _misnamed_files(names: Iterable[str]) -> Iterator[str]:
    """Yield a warning for each file whose name is close to a table's; other files are ignored."""
    for name in names:
        stem, _, ending = name.rpartition(".")
        near = closest(stem, tables(), likeness=NEARLY)
        if near and name not in (f"{near}.csv", f"{near}.parquet"):
            step = f"Did you mean {quoted(f'{near}.{ending.lower()}')}?"
            yield str(Problem(name, found="this is no table of a crisis and was not read", next_step=step))
