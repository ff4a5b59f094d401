"""The exceptions that Onward raises on purpose.

::

    OnwardError
    ├── CrisisDataError    (also ValueError)   a crisis folder that cannot be used; lists every problem in it
    ├── ScenarioError      (also ValueError)   a scenario that does not fit its crisis
    ├── ParameterError     (also ValueError)   an argument or parameter that is unknown or out of its range
    ├── SimulationError                        a run that violated one of its own laws
    ├── CalibrationError                       a fit that cannot be made from the observed data
    └── RunFolderError                         a run folder that cannot be read or written

The input errors are also ``ValueError``: the user can correct them by changing the input.
:class:`CrisisWarning` is the category of warnings about a crisis that can still be used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "CalibrationError",
    "CrisisDataError",
    "CrisisWarning",
    "OnwardError",
    "ParameterError",
    "Problem",
    "RunFolderError",
    "ScenarioError",
    "SimulationError",
]

MOST_PRINTED = 20
"""How many problems an error prints; the others are counted (own choice: about one screen)."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in the input: where, what was found, what was expected, and the next step.

    Parameters
    ----------
    file
        The file's name inside the crisis folder, or the folder itself.
    row
        Row as a spreadsheet shows it (the header is row 1), or None if the problem is not in one row.
    column
        Column of a table or key of a TOML file, or None.
    found
        What stands there; a whole sentence where `expected` is empty.
    expected
        What should stand there; empty where `found` says it all.
    next_step
        What to do about it.

    Examples
    --------
    >>> print(Problem("places.csv", 14, "population", "'n/a'", "a whole number of people",
    ...               "Leave the cell empty if unknown."))
    places.csv, row 14, column population: 'n/a' is not a whole number of people.
    Leave the cell empty if unknown.
    """

    file: str
    row: int | None = None
    column: str | None = None
    found: str = ""
    expected: str = ""
    next_step: str = ""

    @property
    def where(self) -> str:
        """Return where the problem is: file, row and column, as far as they are known."""
        word = "key" if self.file.endswith(".toml") else "column"
        row = f", row {self.row}" if self.row is not None else ""
        column = f", {word} {self.column}" if self.column is not None else ""
        return f"{self.file}{row}{column}"

    def __str__(self) -> str:
        sentence = f"{self.found} is not {self.expected}" if self.expected else self.found
        return f"{self.where}: {sentence}. {self.next_step}".rstrip()


class OnwardError(Exception):
    """The base class of all errors that Onward raises on purpose."""


class CrisisDataError(OnwardError, ValueError):
    """A crisis that cannot be used, with all its problems at once.

    Parameters
    ----------
    problems
        The problems, in the order of files and rows; the first twenty are printed.

    Examples
    --------
    >>> error = CrisisDataError([Problem("routes.csv", found="there is no such file")])
    >>> print(error)
    routes.csv: there is no such file.
    >>> error.problems[0].file
    'routes.csv'
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:MOST_PRINTED]]
        more = len(self.problems) - len(lines)
        return "\n".join([*lines, f"and {more} more"] if more else lines)


class ScenarioError(OnwardError, ValueError):
    """A scenario that does not fit its crisis."""


class ParameterError(OnwardError, ValueError):
    """An argument or parameter that is unknown or out of its range."""


class SimulationError(OnwardError):
    """A run that violated one of its own laws, such as losing people."""


class CalibrationError(OnwardError):
    """A fit that cannot be made from the observed data."""


class RunFolderError(OnwardError):
    """A run folder that cannot be read or written."""


class CrisisWarning(UserWarning):
    """A warning about a crisis that can still be used; its texts are in ``crisis.warnings``."""
