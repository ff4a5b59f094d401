"""Convert text cells to dates, numbers and names, column by column, as the schema says.

Each cell that does not fit its column becomes a problem; none stops the others from being looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.messages import did_you_mean, quoted
from onward.crisis.schema import Column, Table
from onward.errors import Problem

LARGEST = 1e12
"""The largest number taken for real in any table (own choice: a hundred times the people on Earth)."""

FIRST_YEAR, LAST_YEAR = 1800, 2199
"""Years a day may lie in (own choice: to catch slips such as 0216 or 20160)."""

NUMBERS = ("whole", "number", "share")
"""Column types with bounds."""

NOTE_NUMBER = "Write digits, with a point before decimals and nothing between thousands."


def empty_frame(table: Table) -> pl.DataFrame:
    """Return the table without rows, with the column types of the data dictionary."""
    return pl.DataFrame(schema={column.name: dtype(column) for column in table.columns})


def dtype(column: Column) -> pl.DataType:
    """Return the Polars type of a column; names, texts and choices are strings."""
    numbers = {"whole": pl.Int64(), "number": pl.Float64(), "share": pl.Float64()}
    return {**numbers, "date": pl.Date(), "yes_no": pl.Boolean()}.get(column.type, pl.String())


def convert(table: Table, sheet: pl.DataFrame, file: str) -> tuple[pl.DataFrame, list[Problem]]:
    """Convert a sheet of text cells to a typed table, and return it with all problems found.

    Parameters
    ----------
    table
        What the dictionary says of it.
    sheet
        Text columns and ``__row__``, as from :func:`onward.crisis.cells.read_sheet`; others are dropped.
    file
        Name of the file, for the problems.

    Returns
    -------
    frame : polars.DataFrame
        Every column of the dictionary, typed, and ``__row__``; defaults filled, gaps and faulty cells null.
    problems : list of Problem
        In the order of rows.
    """
    given = [column for column in table.columns if column.name in sheet.columns]
    text = _clean(sheet, given)
    values = text.select(ROW, *(_CONVERTERS.get(column.type, _as_text)(column) for column in given))
    sound = values.with_columns(_in_bounds(column) for column in given if column.type in NUMBERS)
    problems = list(_missing_columns(table, sheet, file))
    for column in given:
        problems += _faults(column, text, values, sound, file)
    problems.sort(key=lambda problem: problem.row or 0)
    return sound.select(*(_settled(column, column in given) for column in table.columns), ROW), problems


def canonical(frame: pl.DataFrame) -> pl.DataFrame:
    """Sort rows into an order that does not depend on the input order, and drop the row numbers."""
    frame = frame.drop(ROW, strict=False)
    return frame if frame.height < 2 else frame.sort(frame.columns, nulls_last=False)


def _missing_columns(table: Table, sheet: pl.DataFrame, file: str) -> Iterator[Problem]:
    unknown = [name for name in sheet.columns if name not in table.names]
    for column in table.columns:
        if column.required and column.name not in sheet.columns:
            step = did_you_mean(column.name, unknown, f"Add it: {column.meaning.split(';')[0]}.")
            yield Problem(file, 1, column.name, "this required column is missing", "", step)


def _clean(sheet: pl.DataFrame, given: list[Column]) -> pl.DataFrame:
    """Strip cells, normalise Unicode and line breaks, and set empty cells to null."""
    text = pl.col([column.name for column in given])
    text = text.str.replace_all("\r\n?", "\n").str.strip_chars().str.normalize("NFC").str.strip_chars()
    return sheet.select(ROW, text.replace("", None))


def _settled(column: Column, given: bool) -> pl.Expr:
    """Return the column in its final type, with gaps filled by the default."""
    cells = pl.col(column.name).cast(dtype(column)) if given else pl.lit(None, dtype(column))
    if column.default is not None:
        default = {"yes": True, "no": False}[column.default] if column.type == "yes_no" else column.default
        cells = cells.fill_null(pl.lit(default).cast(dtype(column)))
    return cells.alias(column.name)


def _where(condition: pl.Expr, values: pl.Expr) -> pl.Expr:
    """Return the values where the condition holds, and null elsewhere."""
    return pl.when(condition).then(values)


def _as_text(column: Column) -> pl.Expr:
    text = pl.col(column.name)
    return _where(~text.str.contains("\0", literal=True), text)


def _as_key(column: Column) -> pl.Expr:
    """Set names that begin with # to null, so that no data row can be mistaken for a row of HXL tags."""
    return _where(~pl.col(column.name).str.starts_with("#"), _as_text(column))


def _as_choice(column: Column) -> pl.Expr:
    return _where(pl.col(column.name).is_in(column.choices), pl.col(column.name))


def _as_yes_no(column: Column) -> pl.Expr:
    words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    text = pl.col(column.name).str.to_lowercase()
    return text.replace_strict(words, default=None, return_dtype=pl.Boolean)


def _as_date(column: Column) -> pl.Expr:
    text = pl.col(column.name)
    iso = _where(text.str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), text)
    days = iso.str.to_date("%Y-%m-%d", strict=False)
    return _where(days.dt.year().is_between(FIRST_YEAR, LAST_YEAR), days)


def _as_number(column: Column) -> pl.Expr:
    """Parse finite numbers; adding 0 turns minus zero into zero, so that equal tables have equal hashes."""
    values = pl.col(column.name).cast(pl.Float64, strict=False) + 0.0
    return _where(values.is_finite(), values)


def _as_whole(column: Column) -> pl.Expr:
    """Parse whole numbers as floats (exact up to 2^53); accept 12.0, which pandas writes for columns with gaps."""
    values = _as_number(column)
    return _where(values == values.round(0), values)


_CONVERTERS: Mapping[str, Callable[[Column], pl.Expr]] = MappingProxyType(
    {
        "key": _as_key,
        "choice": _as_choice,
        "yes_no": _as_yes_no,
        "date": _as_date,
        "number": _as_number,
        "share": _as_number,
        "whole": _as_whole,
    }
)


def _bounds(column: Column) -> tuple[float, float]:
    low = -LARGEST if column.low is None else column.low
    return low, LARGEST if column.high is None else column.high


def _in_bounds(column: Column) -> pl.Expr:
    return _where(pl.col(column.name).is_between(*_bounds(column)), pl.col(column.name))


def _faults(
    column: Column, text: pl.DataFrame, values: pl.DataFrame, sound: pl.DataFrame, file: str
) -> Iterator[Problem]:
    """Yield a problem for each cell that is empty but required, cannot be parsed, or is out of bounds."""
    gaps = sound[column.name].null_count()
    if not gaps or (gaps == text[column.name].null_count() and not column.required):
        return
    wrong = sound[column.name].is_null()
    rows, cells, numbers = (series.filter(wrong) for series in (text[ROW], text[column.name], values[column.name]))
    for row, found, value in zip(rows, cells, numbers, strict=True):
        if found is not None:
            yield _fault(column, row, found, value, file)
        elif column.required:
            step = f"Fill it in: {column.meaning.split(';')[0]}."
            yield Problem(file, row, column.name, "the cell is empty and each row needs it", "", step)


def _fault(column: Column, row: int, found: str, value: float | None, file: str) -> Problem:
    if value is None:
        return Problem(file, row, column.name, quoted(found), _kind(column), _advice(column, found))
    kind = f"{_kind(column)}{_range(column, value)}"
    return Problem(file, row, column.name, quoted(found), kind, "Correct the cell.")


def _kind(column: Column) -> str:
    """Return in words what a cell of this column must be."""
    kinds = {
        "whole": f"a whole number of {column.unit}",
        "number": f"a number of {column.unit}" if column.unit else "a number",
        "share": "a share",
        "date": "a day written YYYY-MM-DD",
        "yes_no": "yes or no",
        "choice": f"one of {', '.join(column.choices)}",
        "key": "a name (it begins with #, which marks HXL tags)",
    }
    return kinds.get(column.type, "text (it holds a NUL character)")


def _range(column: Column, value: float) -> str:
    """Return in words the bounds of a column, for a value outside them."""
    low, high = _bounds(column)
    if column.low is not None and column.high is not None:
        return f" between {low:,.12g} and {high:,.12g}"
    return f", {low:,.12g} or more" if value < low else f", {high:,.13g} or less"


def _advice(column: Column, found: str) -> str:
    """Return the next step for a cell that cannot be parsed."""
    if column.type == "choice":
        return did_you_mean(found, column.choices, "Write one of these words.")
    if column.type in ("date", "yes_no"):
        return "Write it like 2016-07-31." if column.type == "date" else "Write yes or no."
    if any(mark.isdigit() for mark in found) and column.type in NUMBERS:
        return NOTE_NUMBER
    if column.required or column.type == "key":
        return "Correct the cell."
    return "Leave the cell empty if unknown."
