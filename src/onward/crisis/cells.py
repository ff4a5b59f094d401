"""Read a CSV or Parquet table as text cells, with the row numbers that a spreadsheet shows.

Nothing is understood here yet: cells become days and numbers in :mod:`onward.crisis.convert`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NoReturn

import polars as pl

from onward.crisis.messages import quoted
from onward.errors import CrisisDataError, Problem

ROW = "__row__"
"""The private column that keeps each row's number until the checks are done."""

Record = tuple[int, list[str]]


def read_sheet(data: bytes, file: str) -> pl.DataFrame:
    """Return all cells of a file as text, one column per header, with each row's number in ``__row__``.

    Parameters
    ----------
    data
        The bytes of the file.
    file
        Its name; one ending in ``.parquet`` is read as Parquet, anything else as CSV.

    Returns
    -------
    polars.DataFrame
        Text columns (an empty cell is "" or null) and whole numbers ``__row__``; the header is row 1.
    """
    return _read_parquet(data, file) if file.endswith(".parquet") else _read_csv(data, file)


def number_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with its rows numbered as in a file: the first is row 2, below the header."""
    return frame.with_columns(pl.int_range(2, frame.height + 2, dtype=pl.Int64, eager=True).alias(ROW))


def as_text(frame: pl.DataFrame, file: str) -> pl.DataFrame:
    """Convert a typed frame to text cells with row numbers; time stamps at midnight become dates."""
    days = [pl.col(name).cast(pl.Date) for name in frame.columns if _is_midnights(frame[name])]
    try:
        return number_rows(frame.with_columns(days).with_columns(pl.all().cast(pl.String)))
    except pl.exceptions.PolarsError as error:
        _refuse(file, None, f"a column holds no plain values ({error})", "Give text, numbers and days only.")


def _refuse(file: str, row: int | None, found: str, next_step: str) -> NoReturn:
    """Raise an error that names the file and the next step."""
    raise CrisisDataError([Problem(file, row, None, found, "", next_step)])


def _read_parquet(data: bytes, file: str) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (Exception, pl.exceptions.PanicException):
        _refuse(file, None, "the file cannot be read as a Parquet table", "Write it again or give a CSV file.")
    return as_text(frame, file)


def _is_midnights(cells: pl.Series) -> bool:
    """Return whether a column holds only time stamps at midnight, as pandas writes dates."""
    return isinstance(cells.dtype, pl.Datetime) and cells.equals(cells.dt.truncate("1d"))


def _read_csv(data: bytes, file: str) -> pl.DataFrame:
    records = list(_records(_decode(data, file), file))
    if not records:
        _refuse(file, None, "the file is empty", "Give a header and rows, or remove the file.")
    (_, header), rows = records[0], records[1:]
    header = [cell.strip() for cell in header]
    if rows and rows[0][0] == 2 and _is_hxl(rows[0][1]):
        rows = rows[1:]
    rows = [(row, cells) for row, cells in rows if any(cell.strip() for cell in cells)]
    _check_shape(header, rows, file)
    cells = {name: [cells[i] for _, cells in rows] for i, name in enumerate(header) if name}
    numbers = pl.Series(ROW, [row for row, _ in rows], dtype=pl.Int64)
    return pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)).with_columns(numbers)


def _decode(data: bytes, file: str) -> str:
    """Decode a file as UTF-8, with or without a byte order mark; refuse any other encoding by name."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        _refuse(file, None, "the file is UTF-16 text", "Save it as UTF-8 (in Excel: CSV UTF-8).")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        _refuse(file, None, "the file is a workbook or archive, not CSV text", "Save the sheet as CSV UTF-8.")
    if (at := data.find(b"\0")) >= 0:
        step = "Save it as UTF-8 (in Excel: CSV UTF-8) and remove characters of code 0."
        _refuse(file, _row_at(data, at), "there is a NUL byte, which no text holds", step)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # With a byte order mark, the codec counts from after it.
        at = error.start + len(data) - len(error.object)
        found = f"byte 0x{data[at]:02X} is not UTF-8 text"
    _refuse(file, _row_at(data, at), found, "Save the file as UTF-8 (in Excel: CSV UTF-8).")


def _row_at(data: bytes, at: int) -> int:
    """Return the number of the row that contains byte `at`, not counting quoted line breaks."""
    before = io.StringIO(data[:at].decode("latin-1").replace("\0", "") + "x", newline="")
    try:
        return sum(1 for _ in csv.reader(before))
    except csv.Error:
        return data[:at].count(b"\n") + 1


def _records(text: str, file: str) -> Iterator[Record]:
    """Yield each record with its row number; refuse unbalanced quotes and a wrong separator."""
    if not text.strip():
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, start=1):
            if row == 1:
                _check_separator(cells, file)
            yield row, cells
    except csv.Error as error:
        step = 'Put the cell in double quotes and write each quote in it twice ("").'
        _refuse(file, row + 1, f"the quotes are broken ({error})", step)


def _check_separator(header: list[str], file: str) -> None:
    names = {";": "semicolons", "\t": "tabs", "|": "bars"}
    for mark, name in names.items():
        if len(header) == 1 and mark in header[0]:
            _refuse(file, 1, f"the columns are separated by {name}", "Save the file with commas between them.")


def _is_hxl(cells: list[str]) -> bool:
    """Return whether the cells are a tag row of the Humanitarian Exchange Language (HXL)."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(cell.startswith("#") for cell in filled)


def _check_shape(header: list[str], rows: list[Record], file: str) -> None:
    """Refuse duplicate or empty headers, and rows longer or shorter than the header."""
    problems = [
        Problem(file, 1, name, "this column is there twice", "", "Remove or rename one of them.")
        for i, name in enumerate(header)
        if name and name in header[:i]
    ]
    if problems:
        raise CrisisDataError(problems)
    nameless = [i for i, name in enumerate(header) if not name]
    problems = list(_ragged(len(header), rows, file))
    if not problems and any(cells[i].strip() for _, cells in rows for i in nameless):
        step = "Name it in the header or remove it."
        problems.append(Problem(file, 1, None, f"column {nameless[0] + 1} has no name", "", step))
    if problems:
        raise CrisisDataError(problems)


def _ragged(width: int, rows: list[Record], file: str) -> Iterator[Problem]:
    """Return the rows whose number of cells differs from the header's, ignoring empty cells at the end."""
    for row, cells in rows:
        extra = next((cell for cell in cells[width:] if cell.strip()), None)
        if len(cells) >= width and extra is None:
            continue
        step = "Give each column one cell; put a text with commas in double quotes."
        behind = f", with {quoted(extra)} behind the last column," if extra else ""
        found = f"a row of {len(cells)} cells{behind}"
        yield Problem(file, row, None, found, f"as long as the header ({width})", step)
