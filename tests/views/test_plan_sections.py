"""The report's sections for those who plan: what they hold, and what they leave out while a crisis goes on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import onward
from onward.disclosure import two_digits
from onward.report import plan_sections as module
from onward.report.plan_sections import plan_sections
from onward.runs.notes import add_note
from test_units import write_coded

TRIGGER = '\n[[trigger]]\nname = "azaz"\nindicator = "stock"\nunit = "azaz"\nthreshold = 100\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("plans")
    crisis = write_coded(home / "coded")
    (crisis / "crisis.toml").write_text((crisis / "crisis.toml").read_text("utf-8") + TRIGGER, "utf-8")
    onward.simulate(crisis, members=3, seed=3, out=home / "run")
    add_note(home / "run", on="place:azaz", text="Too many", by="Rana")
    add_note(home / "run", on="day:2016-07-20", text="A quiet day")
    add_note(home / "run", on="row:counts:2", text="Families?")
    add_note(home / "run", resolve=1)
    return home / "run"


def by_id(folder: Path) -> dict[str, dict[str, Any]]:
    return {section["id"]: section for section in plan_sections(onward.read_run(folder))}


def test_sections_hold_units_needs_triggers_and_notes(folder: Path) -> None:
    made = by_id(folder)
    assert list(made) == ["units", "needs", "hosts", "triggers", "notes"]
    for section in made.values():
        for table in section["tables"]:
            assert all(len(row) == len(table["heads"]) for row in table["rows"])
            assert all(isinstance(cell, str) for row in table["rows"] for cell in row)
    rows = {row[0]: row for row in made["units"]["tables"][0]["rows"]}
    last = onward.read_run(folder).quantiles(admin2="SY0202").row(-1, named=True)
    assert rows["A'zaz"][2:5] == ["SY0202", "2", f"{two_digits(last['p50']):,.0f}"]
    assert any("overlap" in line for line in made["units"]["lines"])
    water = next(row for row in made["needs"]["tables"][0]["rows"] if row[0].startswith("water,"))
    assert (water[1], water[5], len(water)) == ("displaced", "secondary", 6)  # nothing is known to be there
    assert any("What is available is not known" in line for line in made["needs"]["lines"])
    assert "Sphere" in water[4]
    assert made["triggers"]["tables"][0]["rows"][0][-1] == "fires, 2016-07-01"


def test_notes_stand_beside_what_the_run_says(folder: Path) -> None:
    rows = by_id(folder)["notes"]["tables"][0]["rows"]
    assert [(row[0], row[3], row[5]) for row in rows] == [
        ("Azaz", "Too many", "resolved"), ("Azaz", "closed the thread", "resolved"),
        ("2016-07-20", "A quiet day", "open"), ("counts.csv, row 2", "Families?", "open"),
    ]  # fmt: skip
    assert "displaced people on the last day" in rows[0][1]
    assert "people away from home" in rows[2][1]
    assert "people 9000" in rows[3][1]


def test_while_a_crisis_goes_on_no_section_tells_of_a_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "today", lambda: dt.date(2016, 7, 20))
    monkeypatch.setattr("onward.disclosure.today", lambda: dt.date(2016, 7, 20))
    made = by_id(folder)
    assert "triggers" not in made
    assert [row[0] for row in made["notes"]["tables"][0]["rows"]] == ["2016-07-20"]
    assert {table["title"].split(":")[0] for table in made["needs"]["tables"]} <= {"A'zaz", "Nahda", "Merkez"}


def test_the_report_holds_them_as_data(folder: Path, tmp_path: Path) -> None:
    text = onward.write_report(onward.read_run(folder), tmp_path / "r.html").read_text("utf-8")
    assert '"plans":[{"id":' in text
    assert '"id":"units"' in text
    assert "Too many" in text
