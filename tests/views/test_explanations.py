"""The page's table of who the displaced people of a place are: the same as `onward explain`, and what it leaves out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import onward
from onward.disclosure import two_digits
from onward.report.explanations import BEFORE, explanations
from onward.report.map_data import make_scene
from onward.runs.explain import UNKNOWN, explain
from onward.runs.folder import kept_crisis, run_to_folder
from onward.simulation.settings import make_settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("explanations") / "run"
    run_to_folder(
        onward.read_crisis("daraa-2018"), make_settings(onward.read_crisis("daraa-2018"), members=2), folder=made
    )
    return made


def of(folder: Path, *, districts: bool = False) -> tuple[dict[str, Any] | None, list[str]]:
    run, crisis = onward.read_run(folder), kept_crisis(folder)
    assert crisis is not None
    scene = make_scene(run, crisis, districts=districts)
    return explanations(run, crisis, scene), scene.table["place"].to_list()


def test_the_page_says_what_explain_says(folder: Path) -> None:
    found, names = of(folder)
    assert found is not None
    entry = max(found["at"], key=lambda entry: (entry["day"], entry["displaced"]))
    day = dt.date(2018, 6, 15) + dt.timedelta(days=entry["day"])
    assert day == dt.date(2018, 7, 31)
    told = explain(folder, place=names[entry["place"]], day=day)
    assert entry["displaced"] == two_digits(told["displaced"])
    parts = {part["origin"]: part for part in told["parts"]}
    for part in entry["parts"]:
        if part["home"] >= BEFORE:
            same = parts[UNKNOWN if part["home"] == BEFORE else names[part["home"]]]
            assert part["people"] == two_digits(same["people"])
    home = next(part["home"] for part in entry["parts"] if part["home"] >= 0)
    why = found["homes"][str(home)]
    same = parts[names[home]]
    assert why["left"] == two_digits(same["left_home"])
    assert [row[0] for row in why["events"]] == [row["row"] for row in same["events"]][: len(why["events"])]
    crisis = kept_crisis(folder)
    assert crisis is not None
    number, start = why["events"][0][:2]
    assert str(crisis.table("events").row(number - 2, named=True)["start"]) == start


def test_nobody_is_explained_while_a_crisis_goes_on(folder: Path) -> None:
    assert of(folder, districts=True)[0] is None
