"""Checks of the rules that shut or meter gates, borders, roads and places."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.messages import quoted
from onward.errors import Problem

if TYPE_CHECKING:
    from onward.crisis.draft import Draft

PAIRED = ("border", "route")
"""Kinds of closure that name two things."""

SEALED, AT_RISK = "sealed", "crossing at risk"
"""Nobody passes a line, gate or border; people cross the line between two sides at a cost and a risk."""

#: policies of roads and places, and those of gates and borders
_OF_ROADS = ("closed", "open", "quota")
_OF_GATES = (*_OF_ROADS, SEALED)
#: policies that a rule of each kind may have
POLICIES = {"line": (SEALED, AT_RISK), "gate": _OF_GATES, "border": _OF_GATES, "route": _OF_ROADS, "place": _OF_ROADS}


def check_closures(draft: Draft) -> Iterator[Problem]:
    """Check that closures name what their kind requires, have a valid policy, and state their quota."""
    routes = draft.frame("routes")
    joined = {frozenset(pair) for pair in routes.select("place1", "place2").iter_rows()}
    for row in draft.frame("closures").iter_rows(named=True):
        if row["policy"] == "quota" and row["people_per_day"] is None:
            yield draft.problem("closures", row, "people_per_day", "a quota without a number", "Give the number.")
        if trouble := _names_trouble(row, joined):
            yield draft.problem("closures", row, "name2", *trouble)
        if row["policy"] not in POLICIES[row["kind"]]:
            found = f"policy {row['policy']} for a {row['kind']}"
            step = (
                f"Lines are {SEALED} or {AT_RISK}; gates and borders closed, open, quota or {SEALED}; "
                "routes and places closed, open or quota."
            )
            yield draft.problem("closures", row, "policy", found, step)


def _names_trouble(row: dict[str, Any], joined: set[frozenset[str]]) -> tuple[str, str] | None:
    """Return what is wrong with the names of a closure and the next step, or None."""
    kind, name1, name2 = row["kind"], row["name1"], row["name2"]
    if kind == "line":
        lacks = (name1 is None) != (name2 is None)
        return ("a line is between two sides, and one is missing", "Give both, or none for all.") if lacks else None
    if name1 is None:
        return f"a {kind} is named in name1, and the cell is empty", "Give its name."
    if kind not in PAIRED:
        return None if name2 is None else (f"a {kind} has one name only", "Leave the cell empty.")
    if name2 is None:
        return f"a {kind} is between two, and the second is missing", "Give its name."
    if name1 == name2:
        return f"{quoted(name2)} is also name1", "Give the other end."
    if kind == "route" and frozenset((name1, name2)) not in joined:
        return f"no route joins {quoted(name1)} and {quoted(name2)}", "Correct the names or add the route."
    return None


def check_overlaps(draft: Draft) -> Iterator[Problem]:
    """Check that at most one rule applies to the same gate, border, road, place or line on any day."""
    if draft.header is None:
        return
    rules: dict[tuple[str, frozenset[str]], list[dict[str, Any]]] = {}
    ends = draft.frame("closures").with_columns(pl.col("end").fill_null(draft.header.end))
    for row in ends.sort(ROW).iter_rows(named=True):
        rules.setdefault((row["kind"], frozenset((row["name1"], row["name2"]))), []).append(row)
    for same in rules.values():
        for first, second in combinations(same, 2):
            if _contradict(first, second):
                found = f"{quoted(second['name1'])} has another rule on the same days in row {first[ROW]}"
                yield draft.problem("closures", second, "start", found, "End one before the other starts.")


def _contradict(first: dict[str, Any], second: dict[str, Any]) -> bool:
    apart = first["end"] < second["start"] or second["end"] < first["start"]
    rule = ("policy", "people_per_day", "low", "high")
    return not apart and any(first[name] != second[name] for name in rule)


def idle_quotas(draft: Draft) -> Iterator[Problem]:
    """Yield a warning for each number given with a policy that does not use it."""
    idle = (pl.col("policy") != "quota") & pl.col("people_per_day").is_not_null()
    for row in draft.frame("closures").filter(idle).iter_rows(named=True):
        found = f"a number means nothing for policy {row['policy']}"
        yield draft.problem("closures", row, "people_per_day", found, "Remove it or write policy quota.")
