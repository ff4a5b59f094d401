"""Read a publisher's file (CSV, JSON or workbook) as typed columns with row numbers.

Handled here once for every format: a byte order mark, a row of HXL tags, a missing header, other spellings of a
header, semicolons or tabs between columns, three ways of writing a day, numbers written as text, words for unknown.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from onward.crisis.cells import ROW, read_sheet
from onward.crisis.messages import did_you_mean, quoted
from onward.errors import CrisisDataError, Problem
from onward.extras import install_command

#: bytes of a file looked at to find its header
HEAD_BYTES = 1 << 20
#: share of a header's cells that must be known names; below it the first row is data (own choice)
KNOWN_SHARE = 0.3
#: words that publishers write where nothing is known
UNKNOWN = ("", "na", "n/a", "null", "none", "nan", "not available", "unknown", "-")
#: the private column of a cell behind the last one of the header
BEHIND = "__behind__"
#: faults read before reading stops
MOST_FAULTS = 200


@dataclass(frozen=True)
class Field:
    """A column that an importer reads.

    Parameters
    ----------
    name
        Its name in Onward's code.
    kind
        ``text``, ``day``, ``number`` or ``whole``.
    required
        Whether the file must have the column, and each row a value in it.
    aliases
        Other headers of the same column, compared without case, blanks and punctuation.
    low, high
        Bounds of a number.
    gaps
        Whether a cell of a required column may be empty.
    """

    name: str
    kind: str = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    gaps: bool = False


def read_rows(
    path: Path,
    fields: Sequence[Field],
    *,
    bare: Sequence[str] = (),
    keep: pl.Expr | None = None,
    records: Callable[[Any], list[dict[str, Any]]] | None = None,
) -> pl.DataFrame:
    """Read the wanted columns of a publisher's file.

    Parameters
    ----------
    path
        A CSV file, a workbook (.xlsx) or JSON (.json, .geojson).
    fields
        The columns to read; others are not looked at.
    bare
        Headers in order, for files that may come without a header row.
    keep
        Which rows to keep, as an expression over the fields; others are read and dropped.
    records
        How to find the list of records in a JSON document; by default the document is that list, or its value
        under ``data``, ``result`` or ``results``.

    Returns
    -------
    polars.DataFrame
        A column for each field (null where unknown or where the file lacks it) and ``__row__``, the row that a
        spreadsheet shows (JSON: the record's number, from 1).

    Raises
    ------
    CrisisDataError
        With up to twenty faults, each with file, row and column.
    """
    if not path.is_file():
        found = "this is a folder" if path.is_dir() else "there is no such file"
        raise CrisisDataError([Problem(str(path), found=found, next_step="Give the publisher's file.")])
    if path.suffix.lower() in (".json", ".geojson"):
        lazy = _from_records(path, records).lazy()
    elif path.suffix.lower() in (".xlsx", ".xlsm"):
        lazy = _from_table(_workbook_rows(path), path, fields, bare).lazy()
    else:
        lazy = _scan_csv(path, fields, bare)
    return _typed(_renamed(lazy, fields, path), fields, path, keep)


def plain(name: str) -> str:
    """Return a header without case, blanks and punctuation.

    >>> plain(" Admin1 P-Code ")
    'admin1pcode'
    """
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def _names(fields: Iterable[Field]) -> dict[str, str]:
    return {plain(alias): field.name for field in fields for alias in (field.name, *field.aliases)}


def _head(path: Path) -> tuple[list[list[str]], str]:
    """Return the first records of a text file and its separator."""
    with path.open("rb") as file:
        data = file.read(HEAD_BYTES)
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        read_sheet(data, path.name)  # refuses with the reason
    text = data.decode("utf-8-sig", errors="replace")
    first = text.split("\n", 1)[0]
    separator = max(",;\t|", key=first.count)
    lines = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    head = [cells for cells, _ in zip(lines, range(3), strict=False)]
    if not head or not any(cell.strip() for cell in head[0]):
        step = "Give a header and rows."
        raise CrisisDataError([Problem(path.name, found="the file is empty", next_step=step)])
    return head, separator


def _layout(
    head: Sequence[Sequence[str]], path: Path, fields: Sequence[Field], bare: Sequence[str]
) -> tuple[list[str], int]:
    """Return the headers of a table and how many rows stand before its data; refuse what has no header."""
    known = _names(fields)
    first = [cell.strip() for cell in head[0]]
    met = sum(plain(cell) in known for cell in first)
    if met >= max(1, KNOWN_SHARE * min(len(first), len(fields))):
        tags = len(head) > 1 and _is_hxl(head[1])
        return _unique(first), 2 if tags else 1
    if bare and len(first) == len(bare):
        return list(bare), 0
    wanted = ", ".join(field.name for field in fields if field.required)
    found = f"the first row ({quoted(', '.join(first[:4]))}) holds no header of this format"
    step = f"Give the file as the publisher makes it; needed are {wanted}."
    raise CrisisDataError([Problem(path.name, 1, None, found, "", step)])


def _is_hxl(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and sum(cell.startswith("#") for cell in filled) >= len(filled) / 2  # some tags lack their #


def _unique(names: Sequence[str]) -> list[str]:
    """Make headers different: blank and repeated ones get their position."""
    seen: set[str] = set()
    result = []
    for i, name in enumerate(names):
        word = name if name and name not in seen else f"{name}__{i}"
        seen.add(word)
        result.append(word)
    return result


def _scan_csv(path: Path, fields: Sequence[Field], bare: Sequence[str]) -> pl.LazyFrame:
    head, separator = _head(path)
    names, skipped = _layout(head, path, fields, bare)
    lazy = pl.scan_csv(
        path, has_header=False, separator=separator, schema=dict.fromkeys([*names, BEHIND], pl.String),
        row_index_name=ROW, row_index_offset=1, missing_columns="insert",
    )  # fmt: skip
    return lazy.with_columns(pl.col(ROW).cast(pl.Int64)).filter(pl.col(ROW) > skipped)


def _from_table(
    rows: Sequence[Sequence[str | None]], path: Path, fields: Sequence[Field], bare: Sequence[str]
) -> pl.DataFrame:
    head = [[cell or "" for cell in cells] for cells in rows[:3]]
    if not head:
        raise CrisisDataError([Problem(path.name, found="the sheet is empty", next_step="Give a header and rows.")])
    names, skipped = _layout(head, path, fields, bare)
    cells = {name: [row[i] if i < len(row) else None for row in rows[skipped:]] for i, name in enumerate(names)}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
    return frame.with_columns(pl.int_range(skipped + 1, len(rows) + 1, dtype=pl.Int64, eager=True).alias(ROW))


def _workbook_rows(path: Path) -> list[list[str | None]]:
    """Return the cells of the first sheet of a workbook, as text."""
    import datetime as dt

    try:
        import openpyxl
    except ModuleNotFoundError:
        step = f"Install it with: {install_command('xlsx')}, or save the sheet as CSV UTF-8."
        fault = Problem(path.name, found="this is a workbook, and openpyxl is not installed", next_step=step)
        raise CrisisDataError([fault]) from None
    try:
        with path.open("rb") as file:
            sheet = openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets[0]
            rows = list(sheet.iter_rows(values_only=True))
    except Exception as error:
        step = "Save the sheet as CSV UTF-8."
        fault = Problem(path.name, found=f"the workbook cannot be read ({error})", next_step=step)
        raise CrisisDataError([fault]) from None

    def text(cell: object) -> str | None:
        if isinstance(cell, dt.datetime):
            return cell.date().isoformat()
        return None if cell is None else str(cell)

    return [[text(cell) for cell in row] for row in rows]


def read_json(path: Path) -> Any:
    """Return the content of a JSON file, or one clear error."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        fault = Problem(path.name, found="the file is not UTF-8 text", next_step="Save it as UTF-8.")
    except json.JSONDecodeError as error:
        found, step = f"the file is not valid JSON: {error.msg}", "Download it again."
        fault = Problem(path.name, error.lineno, None, found, "", step)
    raise CrisisDataError([fault])


def _from_records(path: Path, find: Callable[[Any], list[dict[str, Any]]] | None) -> pl.DataFrame:
    content = read_json(path)
    found = find(content) if find else _list_in(content)
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        step = "Give the publisher's answer as it came."
        raise CrisisDataError([Problem(path.name, found="the file holds no list of records", next_step=step)])
    names = list(dict.fromkeys(name for record in found for name in record))
    cells = {name: [_cell(record.get(name)) for record in found] for name in names}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String))
    return frame.with_columns(pl.int_range(1, len(found) + 1, dtype=pl.Int64, eager=True).alias(ROW))


def _list_in(content: Any) -> Any:
    if isinstance(content, Mapping):
        return next((content[key] for key in ("data", "result", "results", "items") if key in content), None)
    return content


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, (dict, list, bool)) else str(value)


def _renamed(lazy: pl.LazyFrame, fields: Sequence[Field], path: Path) -> pl.LazyFrame:
    """Return the wanted columns under their own names; a required one that is missing is named."""
    known, names = _names(fields), lazy.collect_schema().names()
    found: dict[str, str] = {}
    for name in names:
        if name not in (ROW, BEHIND) and plain(name) in known:
            found.setdefault(known[plain(name)], name)
    problems = [
        Problem(path.name, 1, field.name, "this required column is missing", "",
                did_you_mean(field.name, names, "Give the file as the publisher makes it."))
        for field in fields if field.required and field.name not in found
    ]  # fmt: skip
    if problems:
        raise CrisisDataError(problems)
    gap = pl.lit(None, dtype=pl.String)
    behind = pl.col(BEHIND) if BEHIND in names else gap
    wanted = ((pl.col(found[f.name]) if f.name in found else gap).alias(f.name) for f in fields)
    return lazy.select(ROW, behind.alias(BEHIND), *wanted)


def _typed(lazy: pl.LazyFrame, fields: Sequence[Field], path: Path, keep: pl.Expr | None) -> pl.DataFrame:
    cells = [pl.col(field.name).str.strip_chars().alias(_text(field)) for field in fields]
    known = [pl.when(~pl.col(_text(f)).str.to_lowercase().is_in(UNKNOWN)).then(pl.col(_text(f))) for f in fields]
    values = [_CONVERTERS[field.kind](pl.col(_text(field))).alias(field.name) for field in fields]
    filled = pl.any_horizontal(pl.col(_text(field)).is_not_null() for field in fields)
    plan = lazy.select(ROW, BEHIND, *cells).with_columns(known).filter(filled).with_columns(values)
    faulty = pl.any_horizontal(pl.col(BEHIND).is_not_null(), *map(_fault, fields))
    plan = plan.with_columns(faulty.alias("__faulty__"))
    plan = plan if keep is None else plan.filter(pl.col("__faulty__") | keep)
    try:
        frame = plan.collect(engine="streaming")
    except pl.exceptions.PolarsError as error:
        read_sheet(path.read_bytes(), path.name)  # refuses with the row, where it can be found
        found, step = f"the file cannot be read ({str(error).splitlines()[0]})", "Download it again."
        raise CrisisDataError([Problem(path.name, found=found, next_step=step)]) from None
    wrong = frame.filter("__faulty__").sort(ROW)
    if wrong.height:
        raise CrisisDataError(_problems(wrong.head(MOST_FAULTS), fields, path))
    return frame.select(ROW, *(field.name for field in fields)).sort(ROW)


def _text(field: Field) -> str:
    """Return the private column that holds a cell as it was written."""
    return f"__text_{field.name}"


def _fault(field: Field) -> pl.Expr:
    cell, value = pl.col(_text(field)), pl.col(field.name)
    wrong = cell.is_null() if field.required and not field.gaps else pl.lit(False)
    wrong = wrong | (cell.is_not_null() & value.is_null())
    if field.low is not None:
        wrong = wrong | (value < field.low).fill_null(False)
    if field.high is not None:
        wrong = wrong | (value > field.high).fill_null(False)
    return wrong


def _problems(wrong: pl.DataFrame, fields: Sequence[Field], path: Path) -> Iterable[Problem]:
    marks = wrong.with_columns(_fault(field).alias(f"__fault_{field.name}") for field in fields)
    for row in marks.iter_rows(named=True):
        if row[BEHIND] is not None:
            step = "Give each column one cell; put a text with commas in double quotes."
            found = f"{quoted(row[BEHIND])} stands behind the last column"
            yield Problem(path.name, row[ROW], None, found, "", step)
            continue
        for field in fields:
            if row[f"__fault_{field.name}"]:
                yield _problem(field, row, path)


def _problem(field: Field, row: Mapping[str, Any], path: Path) -> Problem:
    found = row[_text(field)]
    if found is None:
        step = "Fill it in, or remove the row."
        return Problem(path.name, row[ROW], field.name, "the cell is empty and each row needs it", "", step)
    expected = {"day": "a day", "number": "a number", "whole": "a whole number"}[field.kind]
    step = "Correct the cell."
    if field.kind == "day":
        step = "Write 2016-07-31, 31-07-2016, 31/07/2016 or 31 July 2016."
    elif row[field.name] is not None:
        bounds = [f"{b:g}" for b in (field.low, field.high) if b is not None]
        expected += f" between {' and '.join(bounds)}" if len(bounds) == 2 else f" of {bounds[0]} or more"
    return Problem(path.name, row[ROW], field.name, quoted(found), expected, step)


def days(text: pl.Expr) -> pl.Expr:
    """Return days written 2016-07-31 (a time may follow), 31-07-2016, 31/07/2016, 31 July 2016 or 31 Jul 2016."""
    iso = text.str.extract(r"^(\d{4}-\d{1,2}-\d{1,2})(?:[T ].*)?$").str.to_date("%Y-%m-%d", strict=False)
    slashed = text.str.replace_all("/", "-", literal=True)
    numeric = slashed.str.extract(r"^(\d{1,2}-\d{1,2}-\d{4})(?: \d.*)?$").str.to_date("%d-%m-%Y", strict=False)
    words = text.str.replace_all(r"[-,\s]+", " ")
    long = words.str.to_date("%d %B %Y", strict=False)
    short = words.str.to_date("%d %b %Y", strict=False)
    found = pl.coalesce(iso, numeric, long, short)
    return pl.when(found.dt.year().is_between(1800, 2199)).then(found)


def _numbers(text: pl.Expr) -> pl.Expr:
    """Read finite numbers, without the commas and blanks between thousands; anything else is null."""
    grouped = text.str.contains(r"^-?\d{1,3}([,\s]\d{3})+(\.\d+)?$")
    digits = pl.when(grouped).then(text.str.replace_all(r"[,\s]", "")).otherwise(text)
    values = digits.cast(pl.Float64, strict=False)
    return pl.when(values.is_finite()).then(values)


def _whole(text: pl.Expr) -> pl.Expr:
    values = _numbers(text)
    return pl.when(values == values.round(0)).then(values).cast(pl.Int64)


_CONVERTERS: Mapping[str, Callable[[pl.Expr], pl.Expr]] = MappingProxyType(
    {"text": lambda text: text, "day": days, "number": _numbers, "whole": _whole}
)
