"""Checks of the whole: what is allowed, and what is told besides the cases in wrong_crises."""

from __future__ import annotations

from pathlib import Path

import pytest

from onward.crisis import read_crisis, tables
from onward.crisis.checks import AT_MOST, NOT_AFTER, NOT_BEFORE
from onward.crisis.convert import dtype
from onward.errors import CrisisDataError
from tiny import write_tiny
from wrong_crises import append, swap

KINDS = {
    "key",
    "text",
    "date",
    "number",
    "whole",
    "share",
    "yes_no",
    "place",
    "area",
    "actor",
    "group",
    "choice",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "tiny")


def told(folder: Path) -> list[str]:
    """The problems of a folder, printed; none if it reads."""
    try:
        read_crisis(folder)
    except CrisisDataError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_the_dictionary_is_sound() -> None:
    for table in tables().values():
        assert len(set(table.names)) == len(table.names)
        assert set(table.key) <= set(table.names)
        for column in table.columns:
            assert column.type in KINDS
            assert bool(column.choices) == (column.type == "choice")
            assert column.meaning
            assert column.hxl.startswith("#")
            assert not (column.required and column.default)


def test_the_checks_speak_of_columns_that_exist() -> None:
    named = [(table, column) for table, *columns in AT_MOST for column in columns]
    named += [(table, column) for table, column, _ in NOT_BEFORE] + list(NOT_AFTER)
    for table, column in named:
        dtype(tables()[table].column(column))


def test_parallel_roads_differ_in_mode_or_gate_and_one_way_roads_in_direction(folder: Path) -> None:
    append("routes.csv", "azaz,kilis,18,foot,no,bab_al_salama")(folder)
    append("routes.csv", "kilis,azaz,18,road,no,second_gate")(folder)
    append("routes.csv", "tall_rifat,marea,11,foot,yes,")(folder)
    assert told(folder) == []
    append("routes.csv", "tall_rifat,marea,12,foot,no,")(folder)
    (line,) = told(folder)
    assert line.startswith("routes.csv, row 9, column place1: the road from 'tall_rifat' to 'marea' is given again")


def test_each_part_that_is_cut_off_is_told_once(folder: Path) -> None:
    for name in "bcdef":
        append("places.csv", f"{name},,SYR,,36.5,37.5,town,1,,,0,,,")(folder)
    for ends in ("b,c", "c,d", "d,e"):
        append("routes.csv", f"{ends},5,road,no,")(folder)
    append("places.csv", "x1,,SYR,,36.5,37.5,town,1,,,0,,,")(folder)
    lines = told(folder)
    assert lines[0].startswith("places.csv, row 6, column place: no road joins ") or len(lines) == 3
    assert any("no road reaches 'f'. Add one to routes.csv." in line for line in lines)
    assert any("no road reaches 'x1'" in line for line in lines)
    assert len(lines) == 3


def test_a_larger_part_is_named_by_its_first_places(folder: Path) -> None:
    for name in ("b1", "b2", "b3", "b4"):
        append("places.csv", f"{name},,SYR,,36.5,37.5,town,1,,,0,,,")(folder)
    append("places.csv", "a9,,SYR,,36.5,37.5,town,1,,,0,,,")(folder)
    append("routes.csv", "a9,azaz,40,road,no,")(folder)
    for ends in ("b1,b2", "b2,b3", "b3,b4"):
        append("routes.csv", f"{ends},5,road,no,")(folder)
    assert told(folder) == [
        "places.csv, row 6, column place: no road joins 'b1', 'b2', 'b3' and 1 more to the other places. "
        "Add one to routes.csv."
    ]


def test_a_closed_road_still_joins(folder: Path) -> None:
    append("closures.csv", "route,azaz,kilis,2016-06-01,,closed,,,,")(folder)
    assert told(folder) == []


def test_rules_for_the_same_days_agree_or_follow_each_other(folder: Path) -> None:
    append("closures.csv", "border,TUR,SYR,2016-07-23,2016-07-24,open,,,,")(folder)
    append("closures.csv", "place,marea,,2016-07-01,2016-07-28,closed,,,,")(folder)
    assert told(folder) == []
    append("closures.csv", "border,TUR,SYR,2016-07-22,2016-07-22,open,,,,")(folder)
    (line,) = told(folder)
    assert line.startswith("closures.csv, row 9, column start: 'TUR' has another rule on the same days in row 4")


def test_two_quotas_at_once_contradict(folder: Path) -> None:
    append("closures.csv", "gate,bab_al_salama,,2016-07-30,,quota,301,200,400,")(folder)
    (line,) = told(folder)
    assert "has another rule on the same days in row 3" in line


def test_one_mistake_is_told_once_and_not_as_its_consequences(folder: Path) -> None:
    swap("places.csv", "kilis,Kilis", ",Kilis")(folder)
    assert told(folder) == [
        "places.csv, row 3, column place: the cell is empty and each row needs it. Fill it in: short name of the place."
    ]


def test_faulty_cells_do_not_look_like_duplicates(folder: Path) -> None:
    append("actors.csv", ",east,\n,west,")(folder)
    append("counts.csv", "2016-07-20,kilis,,stock,many,,,,\n2016-07-20,kilis,,stock,more,,,,")(folder)
    assert len(told(folder)) == 4


def test_days_may_lie_on_the_edges_of_the_period(folder: Path) -> None:
    append("events.csv", "2016-06-01,2016-07-31,azaz,,,,air,army,,,,,,")(folder)
    append("counts.csv", "2016-07-01,kilis,,stock,1,,,,")(folder)
    append("counts.csv", "2016-07-31,kilis,,stock,1,,,2011-01-01,")(folder)
    append("closures.csv", "place,azaz,,2016-07-31,,closed,,,,")(folder)
    append("closures.csv", "place,azaz,,2010-01-01,2016-07-01,closed,,,,")(folder)
    append("control.csv", "azaz,2016-07-31,army")(folder)
    assert told(folder) == []


def test_claims_may_name_places_areas_and_gates(folder: Path) -> None:
    for target in ("azaz", "north", "bab_al_salama"):
        append("claims.csv", f"to_{target},arrivals,,{target},,,1,2,people,")(folder)
    assert told(folder) == []
