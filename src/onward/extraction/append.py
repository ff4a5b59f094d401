"""Append rows to the tables of a crisis folder and leave every other byte unchanged."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def append_rows(folder: str | Path, tables: Mapping[str, Rows]) -> None:
    """Append rows to tables of a crisis; the changed crisis is checked as a whole before a file is replaced.

    Parameters
    ----------
    folder
        The crisis folder.
    tables
        New rows by table; values are text, numbers, days or None (an empty cell).

    Raises
    ------
    CrisisDataError
        Where the crisis does not hang together with the new rows; then no file is touched.
    """
    from onward.crisis import read_crisis

    home = Path(folder).resolve()
    with TemporaryDirectory(prefix=".onward-", dir=home.parent) as scratch:
        trial = Path(scratch) / home.name
        shutil.copytree(home, trial)
        changed = [_appended(trial, table, rows) for table, rows in tables.items() if rows]
        read_crisis(trial)
        for file in changed:
            os.replace(file, home / file.name)


def _appended(folder: Path, table: str, rows: Rows) -> Path:
    """Return the file of a table with the rows at its end."""
    parquet = folder / f"{table}.parquet"
    if parquet.exists():
        return _appended_parquet(parquet, rows)
    file = folder / f"{table}.csv"
    old = file.read_bytes().decode("utf-8") if file.exists() else ""
    file.write_bytes(_with_rows(old, rows).encode())
    return file


def _with_rows(text: str, rows: Rows) -> str:
    """Return the text of a CSV with more rows, in the order of its own columns; a column it lacks is added at the end.

    >>> _with_rows("place,start\\r\\nazaz,2016-01-01\\r\\n", [{"start": dt.date(2016, 2, 1), "place": "marea"}])
    'place,start\\r\\nazaz,2016-01-01\\r\\nmarea,2016-02-01\\r\\n'
    """
    ending = "\r\n" if "\r\n" in text else "\n"
    header = next(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), [])
    names = [name.strip() for name in header]
    used = {name: None for row in rows for name, value in row.items() if value is not None}
    lacking = [name for name in used if name not in names]
    if lacking:
        text = _widened(text, lacking, ending)
        names += lacking
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=ending)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return text + ("" if not text or text.endswith("\n") else ending) + out.getvalue()


def _widened(text: str, names: Sequence[str], ending: str) -> str:
    """Return the CSV with more columns, empty in the rows it has."""
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=ending)
    writer.writerow([*(lines[0] if lines else []), *names])
    writer.writerows([*line, *([""] * len(names))] if line else [] for line in lines[1:])
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else repr(value)
    return str(value)


def _appended_parquet(file: Path, rows: Rows) -> Path:
    import polars as pl

    old = pl.read_parquet(file)
    new = pl.DataFrame([{k: v for k, v in row.items() if v is not None} for row in rows])
    shared = {name: kind for name, kind in old.schema.items() if name in new.columns}
    pl.concat([old, new.cast(shared)], how="diagonal").write_parquet(file)  # type: ignore[arg-type]
    return file
