"""Each wrong crisis is refused, and told where it is wrong."""

from pathlib import Path

import pytest

from onward.crisis import read_crisis
from onward.errors import CrisisDataError, Problem
from tiny import write_tiny
from wrong_crises import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_wrong_crisis_is_told_by_file_row_and_column(case: Case, tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "tiny")
    case.mutate(folder)
    with pytest.raises(CrisisDataError, match=r"\S") as caught:
        read_crisis(folder)
    problems = caught.value.problems
    assert any(_fits(problem, case) for problem in problems), "\n".join(map(repr, problems))
    assert len(problems) <= 10, "\n".join(map(str, problems))


def _fits(problem: Problem, case: Case) -> bool:
    where = problem.file, problem.row, problem.column
    return where == (case.file, case.row, case.column) and case.words in str(problem)


def test_the_cases_have_names_of_their_own() -> None:
    assert len({case.id for case in CASES}) == len(CASES) >= 70
