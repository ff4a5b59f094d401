"""A crisis under construction: the tables read so far and every problem found in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from onward.crisis.cells import ROW, as_text
from onward.crisis.convert import convert, empty_frame
from onward.crisis.header import FILE, Header
from onward.crisis.messages import did_you_mean, quoted
from onward.crisis.schema import REFERENCES, Table, tables
from onward.errors import CrisisDataError, ParameterError, Problem


@dataclass
class Draft:
    """The parts of a crisis with their problems and warnings.

    Parameters
    ----------
    header
        The content of crisis.toml, or None as long as it has problems.
    frames
        Typed tables with their row numbers in ``__row__``.
    files
        The file that each table came from.
    problems, warnings
        What was found so far.
    """

    header: Header | None = None
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add_sheet(self, table: Table, sheet: pl.DataFrame, file: str) -> None:
        """Add a table from its text cells; warn about unknown columns."""
        self.files[table.name] = file
        if table.required and not sheet.height:
            fault = Problem(file, found="the table has no rows", next_step="A crisis needs at least one.")
            raise CrisisDataError([fault])
        self.frames[table.name], problems = convert(table, sheet, file)
        self.problems += problems
        for name in sheet.columns:
            if name not in table.names and name != ROW:
                self.warnings.append(_unknown_column(table, file, name))

    def frame(self, name: str) -> pl.DataFrame:
        """Return the table called `name` with row numbers; empty if the crisis has none."""
        return self.frames[name] if name in self.frames else _without_rows(name)

    def file(self, name: str) -> str:
        """Return the file of the table called `name`."""
        return self.files.get(name, f"{name}.csv")

    def broken(self) -> set[str]:
        """Return the names of tables that have problems; "crisis" stands for crisis.toml."""
        at_fault = {problem.file for problem in self.problems}
        broken = {name for name in tables() if self.file(name) in at_fault}
        return broken | ({"crisis"} if self.header is None or FILE in at_fault else set())

    def unnamed(self) -> set[str]:
        """Return the tables whose names are not all known, because they could not be read or a name is faulty."""
        faulty = {(problem.file, problem.column) for problem in self.problems}
        names = {table: column for column, table in REFERENCES.items()}
        return {
            name
            for name in self.broken() & set(tables())
            if name not in self.frames or (self.file(name), names.get(name)) in faulty
        }

    def problem(
        self,
        table: str,
        row: Mapping[str, Any],
        column: str | None,
        found: str,
        next_step: str,
        expected: str = "",
    ) -> Problem:
        """Build the problem for a row of a table, as its frame gives the row."""
        return Problem(self.file(table), row[ROW], column, found, expected, next_step)


@cache
def _without_rows(name: str) -> pl.DataFrame:
    return empty_frame(tables()[name]).with_columns(pl.Series(ROW, [], dtype=pl.Int64))


def draft_of(header: Header, frames: Mapping[str, pl.DataFrame]) -> Draft:
    """Build a draft from a header and tables in memory; rows are numbered as in a file (the first is row 2)."""
    draft = Draft(header)
    for name, frame in frames.items():
        if name not in tables():
            raise ParameterError(f"{quoted(name)} is not a table. {did_you_mean(name, tables())}".rstrip())
        table, file = tables()[name], f"{name}.csv"
        if frame.is_empty() and tuple(frame.columns) == table.names and not table.required:
            draft.files[name] = file
        else:
            draft.add_sheet(table, as_text(frame, file), file)
    return draft


def _unknown_column(table: Table, file: str, name: str) -> str:
    step = did_you_mean(name, table.names, "Remove it or see the reference for this table's columns.")
    return str(Problem(file, 1, name, "this column is unknown and was not read", "", step))
