"""Registrations as Flee reads them: counts by day, corrections, several files a camp, interpolation.

Everything here follows Flee as it runs, quirks included (see docs/explanation/flee-rules.md): counts are divided
by hasten, truncated after interpolation, held before the first and after the last row; rows are not sorted.
Source: Flee 3, ``DataTable`` and ``handle_refugee_data``, in our own words.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onward.crisis.messages import did_you_mean, quoted
from onward.errors import CrisisDataError, Problem
from onward.typing import Floats, Ints

FIRST_CELLS = ("DateTime", "Date")
TOTAL = "total"
#: a whole number with separators of thousands
THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+")


@dataclass(frozen=True)
class Registrations:
    """Counts by name as Flee holds them after corrections: rows of (day of the simulation, people / hasten).

    A name may stand in ``names`` twice, as in data_layout.csv: its first table is used, as in Flee. A name without a
    table has no counts: ``series`` is 0 on every day and ``observed`` is empty.
    """

    names: tuple[str, ...]
    tables: tuple[Floats, ...]
    days: int

    def series(self, name: str) -> Ints:
        """Return Flee's count for each day: linear between rows, truncated; 0 where there are no counts."""
        if name not in self.names:
            return np.zeros(self.days, dtype=np.int64)
        return interpolated(self.tables[self.names.index(name)], self.days)

    def observed(self, name: str) -> Floats:
        """Return the rows (day, people / hasten) that lie in the period and are real counts."""
        if name not in self.names:
            return np.zeros((0, 2))
        table = self.tables[self.names.index(name)]
        return table[(table[:, 0] >= 0) & (table[:, 0] < self.days)]


def interpolated(table: Floats, days: int) -> Ints:
    """Return the count of each day 0 .. days-1: linear between consecutive rows, truncated to whole people.

    The row used is the first one (from the second on) that lies after the day, as the rows stand in the file.

    Examples
    --------
    >>> interpolated(np.array([[0.0, 10.0], [4.0, 20.0]]), 6)
    array([10, 12, 15, 17, 20, 20])
    """
    day = np.arange(days)
    if len(table) == 1:
        return np.full(days, int(table[0, 1]), dtype=np.int64)
    reach = np.maximum.accumulate(table[1:, 0])
    row = 1 + np.searchsorted(reach, day, side="right")
    before = np.minimum(row, len(table) - 1) - 1
    old_day, old = table[before, 0], table[before, 1]
    step_days = table[before + 1, 0] - old_day
    fraction = (day - old_day) / np.where(step_days == 0, 1.0, step_days)
    between = np.trunc(old + fraction * (table[before + 1, 1] - old))
    between = np.where(fraction > 1.0, -1.0, between)
    found = np.where(row >= len(table), np.trunc(table[-1, 1]), between)
    return np.where(day <= table[0, 0], np.trunc(table[0, 1]), found).astype(np.int64)


def added(first: Floats, second: Floats) -> Floats:
    """Return the sum of two files of one camp: at each row of either, the last known count of both, as Flee adds.

    Rows of the first file after the last row of the second are lost.
    """
    rows: list[tuple[float, float]] = []
    at, last = 0, 0.0
    for day, count in second:
        while day > first[at, 0]:
            rows.append((first[at, 0], last + first[at, 1]))
            if at == len(first) - 1:
                break
            at += 1
        if day <= first[at, 0]:
            rows.append((day, count + first[at, 1]))
            last = count
            if day == first[at, 0] and at < len(first) - 1:
                at += 1
    return np.array(rows).reshape(-1, 2)


def read_registrations(
    folder: Path, corrections: Path, start: dt.date, days: int, hasten: int, notes: list[str],
    known_at: dt.date | None = None,
) -> tuple[Registrations, list[Problem]]:  # fmt: skip
    """Read data_layout.csv of ``folder``, the files it names and the corrections; return the problems with it.

    With ``known_at``, counts and corrections of later days are left out, so that no later correction rescales a count.

    A place whose file is missing or empty has no registrations; ``notes`` report this, repeated rows and separators of
    thousands.
    """
    problems: list[Problem] = []
    layout = folder / "data_layout.csv"
    if not layout.is_file():
        notes.append("data_layout.csv is missing: there are no registrations, so nothing is scored")
        return Registrations((), (), days), []
    found: list[tuple[str, Floats]] = []
    for number, row in _rows(layout, problems):
        if len(row) < 2 or row[0].startswith("#"):
            continue
        last = np.inf if known_at is None else (known_at - start).days
        table = _read_place(folder, row, start, hasten, problems, (layout.name, number), notes, last)
        if any(name == row[0] for name, _ in found):
            notes.append(f"data_layout.csv, row {number}: {quoted(row[0])} stands here twice; its first row is used")
        if len(table):
            found.append((row[0], table))
    if not problems and found and found[0][0] != TOTAL:
        step = "Flee takes the first row for the total; put it first."
        problems.append(Problem(layout.name, None, None, "the first row is not 'total'", "", step))
    if not problems:
        _correct(dict(reversed(found)), corrections, start, problems, known_at)
    return Registrations(tuple(name for name, _ in found), tuple(table for _, table in found), days), problems


def _read_place(
    folder: Path, row: list[str], start: dt.date, hasten: int, problems: list[Problem], at: tuple[str, int],
    notes: list[str], last: float,
) -> Floats:  # fmt: skip
    """Return the sum of the files that a row of data_layout.csv names; no rows if one of them is missing.

    Rows after the day ``last`` are left out first, for the sum of two files interpolates.
    """
    parts: list[Floats] = []
    for name in filter(None, row[1:]):
        if not (folder / name).is_file():
            notes.append(f"{at[0]}, row {at[1]}: there is no file {quoted(name)}, so {row[0]} has no registrations")
            return np.zeros((0, 2))
        whole = _read_file(folder / name, start, hasten, problems, notes)
        part = whole[whole[:, 0] <= last]
        if len(part) or not len(whole):
            parts.append(part)
    if not parts or not all(len(part) for part in parts):
        return np.zeros((0, 2))
    table = parts[0]
    for part in parts[1:]:
        table = added(table, part)
    return table


def reading_period(folder: Path) -> tuple[dt.date, int] | None:
    """Return the first day and the number of days that the total's registrations span, or None if there are none.

    It is used for a folder without sim_period.csv.
    """
    ignored: list[Problem] = []
    if not (folder / "data_layout.csv").is_file():
        return None
    rows = [row for _, row in _rows(folder / "data_layout.csv", ignored) if len(row) > 1 and row[0] == TOTAL]
    if not rows or not (folder / rows[0][1]).is_file():
        return None
    epoch = dt.date(2000, 1, 1)
    table = _read_file(folder / rows[0][1], epoch, 1, ignored, [])
    if not len(table):
        return None
    first, last = int(table[:, 0].min()), int(table[:, 0].max())
    return epoch + dt.timedelta(days=first), last - first + 1


def _rows(file: Path, problems: list[Problem]) -> list[tuple[int, list[str]]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            return list(enumerate(csv.reader(lines), start=1))
    except FileNotFoundError:
        problems.append(Problem(file.name, found="there is no such file", next_step="Flee needs it."))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(Problem(file.name, found=f"the file cannot be read: {error}"))
    return []


def _read_file(file: Path, start: dt.date, hasten: int, problems: list[Problem], notes: list[str]) -> Floats:
    rows: list[tuple[float, float]] = []
    before = len(problems)
    for number, row in _rows(file, problems):
        if len(row) < 2 or row[1] == "" or row[0].startswith("#"):
            continue
        if number == 1 and (not row[0] or row[0] in FIRST_CELLS):
            continue
        day, count = _day(row[0], start), _people(row[1], file.name, number, notes)
        if day is None:
            problems.append(Problem(file.name, number, "1", quoted(row[0]), "a day like 2015-05-31"))
        if count is None:
            problems.append(Problem(file.name, number, "2", quoted(row[1]), "a whole number of people"))
        if day is not None and count is not None:
            rows.append((float(day), count / hasten))
    if not rows and len(problems) == before:
        notes.append(f"{file.name}: there is no count in this file")
    return np.array(rows).reshape(-1, 2)


def _day(text: str, start: dt.date) -> int | None:
    try:
        return (dt.datetime.strptime(text, "%Y-%m-%d").date() - start).days
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _people(text: str, file: str, number: int, notes: list[str]) -> int | None:
    """Parse a whole number that may hold separators of thousands, which are noted because Flee itself stops at them."""
    if THOUSANDS.fullmatch(text.strip()):
        notes.append(f"{file}, row {number}: {quoted(text)} read as {text.strip().replace(',', '')}")
        return int(text.replace(",", ""))
    return _whole(text)


def _correct(
    tables: Mapping[str, Floats], file: Path, start: dt.date, problems: list[Problem], known_at: dt.date | None
) -> None:
    """Scale counts before a correction by the jump at its day, in the order of the file, as Flee does."""
    if not file.is_file():
        return
    for number, row in _rows(file, problems):
        if len(row) < 2:
            continue
        table, day = tables.get(row[0]), _day(row[1], start)
        if day is not None and known_at is not None and day > (known_at - start).days:
            continue
        if table is None:
            step = did_you_mean(row[0], tables, "It must stand in data_layout.csv.")
            problems.append(Problem(file.name, number, "1", quoted(row[0]), "a place with registrations", step))
        elif day is None:
            problems.append(Problem(file.name, number, "2", quoted(row[1]), "a day like 2015-05-31"))
        elif day >= 0:
            problems += _correct_one(table, day, file.name, number, row)


def _correct_one(table: Floats, day: int, file: str, number: int, row: list[str]) -> list[Problem]:
    at = [i for i in range(1, len(table)) if table[i, 0] == day]
    if not at:
        found = f"{row[1]} is no day on which {quoted(row[0])} was counted, or the first one"
        return [Problem(file, number, "2", found, "", "Flee stops here; give the day of the corrected count.")]
    for i in at:
        if table[i - 1, 1] < 1:
            found = f"the count before {row[1]} is less than 1 after division by hasten"
            return [Problem(file, number, None, found, "", "Flee ends here without a word; use a smaller hasten.")]
        table[:i, 1] *= table[i, 1] / table[i - 1, 1]
    return []


@dataclass(frozen=True)
class CountFiles:
    """Counts as published, before Flee adds or corrects them: a table (day, people) a file, in the order of the rows.

    ``files`` has the tables of each name of data_layout.csv; ``corrections`` the days on which a name was recounted.
    """

    files: Mapping[str, tuple[Floats, ...]]
    corrections: Mapping[str, tuple[int, ...]]


def read_count_files(folder: Path, corrections: Path, start: dt.date) -> CountFiles:
    """Read the counts of ``folder`` file by file, uncorrected; if a name appears twice, use its first row.

    It is used for forecasts: Flee's sum of two files takes the later count of one of them, so it looks ahead.
    """
    problems: list[Problem] = []
    files: dict[str, tuple[Floats, ...]] = {}
    layout = folder / "data_layout.csv"
    for _, row in _rows(layout, problems) if layout.is_file() else []:
        if len(row) > 1 and not row[0].startswith("#") and row[0] not in files:
            there = [folder / name for name in row[1:] if name and (folder / name).is_file()]
            files[row[0]] = tuple(_read_file(file, start, 1, problems, []) for file in there)
    recounts: dict[str, list[int]] = {}
    for number, row in _rows(corrections, problems) if corrections.is_file() else []:
        day = _day(row[1], start) if len(row) > 1 else None
        if len(row) > 1 and day is None:
            problems.append(Problem(corrections.name, number, "2", quoted(row[1]), "a day like 2015-05-31"))
        elif day is not None:
            recounts.setdefault(row[0], []).append(day)
    if problems:
        raise CrisisDataError(problems)
    return CountFiles(files, {name: tuple(days) for name, days in recounts.items()})
