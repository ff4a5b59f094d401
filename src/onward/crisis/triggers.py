"""Triggers: thresholds for action, with the horizon and the required probability."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from onward.crisis.messages import did_you_mean, quoted
from onward.errors import CrisisDataError, ParameterError, Problem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from onward.crisis.crisis import Crisis
    from onward.crisis.draft import Draft

#: indicators that a trigger can watch, as in `Run.series`
STOCKS = ("stock", "residents", "waiting", "under_way", "displaced")
FLOWS = ("arrivals", "departures", "displacements", "returned")
BY = ("place", "area", "admin1", "admin2")

Finite = Annotated[float, Field(allow_inf_nan=False)]


class Trigger(BaseModel):
    """One ``[[trigger]]``: an indicator of a unit reaches a threshold within a horizon with a probability.

    Parameters
    ----------
    name
        What it is called; no two of a crisis share it.
    indicator
        An indicator of `Run.series`, such as ``stock`` or ``arrivals``.
    unit, by
        A place, area or administrative unit (key, P-code or name), and which of these it is; the first kind that has a
        unit of that name if not given.
    threshold
        People at or above which it fires.
    window
        For movements: over how many days they are summed; 1 if not given.
    horizon
        Days from the start (or the origin of a forecast) within which it may fire; to the end if not given.
    probability
        The share of members that must reach the threshold, above 0 and at most 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[str, Field(pattern=r"\S", max_length=100)]
    indicator: Literal[
        "stock", "residents", "waiting", "under_way", "displaced", "arrivals", "departures", "displacements", "returned"
    ]
    unit: str = "everywhere"
    by: Literal["place", "area", "admin1", "admin2"] | None = None
    threshold: Annotated[Finite, Field(gt=0)]
    window: Annotated[int, Field(ge=1)] = 1
    horizon: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[Finite, Field(gt=0, le=1)] = 0.5

    def as_toml(self) -> dict[str, Any]:
        """Return the trigger as a TOML table, omitting unset fields."""
        return self.model_dump(exclude_none=True, exclude_defaults=True)


_EXPECTED = {
    "name": "a text in quotes", "indicator": f"one of {', '.join((*STOCKS, *FLOWS))}", "unit": "a text",
    "by": f"one of {', '.join(BY)}", "threshold": "a number of people above 0", "window": "a number of days from 1",
    "horizon": "a number of days from 1", "probability": "a number above 0 and at most 1",
}  # fmt: skip


def triggers_from(content: Iterable[Mapping[str, Any]], file: str) -> tuple[dict[int, Trigger], list[Problem]]:
    """Return the valid triggers of a file's ``[[trigger]]`` tables by number, and the problems of the others.

    Examples
    --------
    >>> good, bad = triggers_from([{"name": "a", "indicator": "stok", "threshold": 10.0}], "crisis.toml")
    >>> print(bad[0])  # doctest: +ELLIPSIS
    crisis.toml, key trigger 1, indicator: 'stok' is not one of stock, ... Did you mean 'stock'?
    """
    found: dict[int, Trigger] = {}
    problems: list[Problem] = []
    for number, table in enumerate(content, 1):
        try:
            trigger = Trigger.model_validate(dict(table))
        except ValidationError as error:
            problems += [_problem(file, number, fault) for fault in error.errors()]
            continue
        if any(trigger.name == other.name for other in found.values()):
            problems.append(_fault(file, number, "name", f"{quoted(trigger.name)} is given twice", "Rename one."))
        if trigger.window > 1 and trigger.indicator not in FLOWS:
            fault = f"{trigger.indicator} is a number of people on a day, which no window sums"
            problems.append(_fault(file, number, "window", fault, f"Leave it out, or watch one of {', '.join(FLOWS)}."))
        found[number] = trigger
    return found, problems


def check_triggers(draft: Draft) -> Iterator[Problem]:
    """Check that the triggers of crisis.toml are complete and their units exist."""
    from onward.crisis.header import FILE

    if draft.header is None:
        return
    triggers, problems = triggers_from(draft.header.trigger, FILE)
    yield from problems
    names = _unit_names(draft)
    for number, trigger in triggers.items():
        known = names[trigger.by] if trigger.by else set().union(*names.values())
        if trigger.unit not in known:
            step = did_you_mean(trigger.unit, known, "Give a place, an area, or the name or P-code of an admin unit.")
            kind = trigger.by or "place, area or administrative unit"
            yield _fault(FILE, number, "unit", f"{quoted(trigger.unit)} is no {kind} of this crisis", step)


def read_triggers(path: str | Path, crisis: Crisis) -> Crisis:
    """Return the crisis with its triggers replaced by the ``[[trigger]]`` tables of a TOML file."""
    from onward.crisis.crisis import crisis_from_tables

    path = Path(path)
    if not path.is_file():
        raise ParameterError(f"{path}: there is no such file. Give a TOML file with [[trigger]] tables.")
    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path.name}: not TOML in UTF-8 ({error}). Correct it.") from None
    tables = content.get("trigger")
    if not isinstance(tables, list) or set(content) - {"trigger", "format"}:
        raise ParameterError(f"{path.name}: this holds something else than [[trigger]] tables. Write them only.")
    try:
        changed = crisis_from_tables({**crisis.header(), "trigger": tables}, crisis.tables)
    except CrisisDataError as error:
        raise CrisisDataError([Problem(path.name, p.row, p.column, p.found, p.expected, p.next_step)
                               for p in error.problems]) from None  # fmt: skip
    from dataclasses import replace

    return replace(changed, folder=crisis.folder, warnings=crisis.warnings)


def _unit_names(draft: Draft) -> dict[str, set[str]]:
    places, areas = draft.frame("places"), draft.frame("areas")
    names = {"place": set(places["place"]), "area": {*areas["area"], *places["country"], "everywhere"}}
    for level, parts in (("admin1", ("country", "admin1")), ("admin2", ("country", "admin1", "admin2"))):
        keys = {"/".join(part or "?" for part in row) for row in places.select(parts).iter_rows()}
        names[level] = {*keys, *places[level].drop_nulls(), *places[f"{level}_pcode"].drop_nulls()}
    return names


def _problem(file: str, number: int, fault: ErrorDetails) -> Problem:
    key = str(fault["loc"][0]) if fault["loc"] else ""
    if fault["type"] == "missing":
        return _fault(file, number, key, "this required key is missing", f"Write {key} = ..., {_EXPECTED[key]}.")
    if fault["type"] == "extra_forbidden":
        return _fault(file, number, key, "this key is unknown", did_you_mean(key, _EXPECTED, "Remove it."))
    words = (*STOCKS, *FLOWS) if key == "indicator" else BY if key == "by" else ()
    step = did_you_mean(str(fault["input"]), words, "Correct the value.")
    return Problem(file, None, f"trigger {number}, {key}", quoted(fault["input"]), _EXPECTED[key], step)


def _fault(file: str, number: int, key: str, found: str, step: str) -> Problem:
    return Problem(file, None, f"trigger {number}, {key}", found, "", step)
