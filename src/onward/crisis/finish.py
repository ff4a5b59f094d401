"""The last step to a crisis: a draft is checked as a whole and becomes one, or all its problems are raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from onward.crisis.checks import check_whole
from onward.crisis.convert import canonical
from onward.crisis.crisis import Crisis
from onward.crisis.draft import Draft
from onward.crisis.header import FILE
from onward.crisis.schema import tables
from onward.errors import CrisisDataError, Problem


def finish(draft: Draft) -> Crisis:
    """Check the whole and make the crisis, its tables in canonical order, or raise all problems."""
    check_whole(draft)
    if draft.problems or draft.header is None:
        raise CrisisDataError(_in_order(draft.problems, draft.files))
    header = draft.header
    return Crisis(
        name=header.name,
        title=header.title,
        start=header.start,
        end=header.end,
        history_start=header.history_start or header.start,
        time_zone=header.time_zone,
        sources=tuple(header.sources),
        parameters=dict(header.parameters),
        tables={name: canonical(draft.frame(name)) for name in tables()},
        warnings=tuple(draft.warnings),
    )


def _in_order(problems: Iterable[Problem], files: Mapping[str, str]) -> list[Problem]:
    """crisis.toml first, then table by table and row by row."""
    order = {FILE: -1} | {files.get(name, f"{name}.csv"): i for i, name in enumerate(tables())}
    return sorted(problems, key=lambda problem: (order.get(problem.file, -2), problem.row or 0))
