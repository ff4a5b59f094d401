"""A Flee instance as a crisis that runs under Onward's own rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from flee_toy import write_flee
from onward.crisis import read_crisis
from onward.errors import CrisisDataError
from onward.flee.instance import read_flee
from onward.simulation.run import simulate
from onward.sources.flee import crisis_from_flee, import_flee

PLACES = (
    "A town,r,Syria,36,37,conflict_zone,0,1000\nB,r,Utopia,36,37.5,camp,,500\nHub,r,Syria,36.1,37.2,forwarding_hub,,\n"
)
ROADS = "A town,B,80,0\nA town,Hub,30,0\nHub,B,60,0\nA town,B,70,0\n"


def instance(tmp_path: Path) -> Path:
    conflicts = "#Day,A town\n" + "0,1\n" * 6 + "0,2\n" * 4
    closures = "camp,B,,0,3\ncountry,Syria,Utopia,5,8\n"
    camps = {"B": [(0, 10), (9, 400)]}
    return write_flee(tmp_path / "toy", PLACES, ROADS, conflicts=conflicts, closures=closures, camps=camps)


def test_an_instance_becomes_a_crisis_that_runs(tmp_path: Path) -> None:
    folder = import_flee(instance(tmp_path), tmp_path / "crisis")
    crisis = read_crisis(folder)
    places = {row["place"]: row for row in crisis.table("places").iter_rows(named=True)}
    assert set(places) == {"a_town", "b", "hub"}
    assert places["b"]["capacity"] == 500
    assert places["b"]["displaced_at_start"] == 10
    assert str(places["b"]["opens"]) == "2020-01-04"
    assert places["b"]["country"] == "XAA"
    assert places["hub"]["kind"] == "hub"
    assert crisis.table("routes").height == 3
    assert crisis.table("events")["severity"].to_list() == [1.0, 2.0]
    assert crisis.table("closures").select("kind", "name1", "name2").rows() == [("border", "SYR", "XAA")]
    assert crisis.table("counts").filter(indicator="stock")["people"].to_list() == [10, 400]
    run = simulate(crisis, members=1, engine="expected")
    assert run.quantiles("departures")["mean"].sum() > 0


def test_a_place_that_no_link_reaches_is_left_out(tmp_path: Path) -> None:
    folder = write_flee(
        tmp_path / "toy", PLACES + "Alone,r,Syria,36,38,camp,,5\n", ROADS, conflicts="#Day,A town\n" + "0,1\n" * 10
    )
    assert "alone" not in crisis_from_flee(read_flee(folder)).places


def test_a_folder_that_is_no_instance_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(CrisisDataError, match="no Flee instance"):
        read_flee(tmp_path)
