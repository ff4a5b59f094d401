"""A Flee instance as a crisis that runs under Onward's own rules."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flee_toy import write_flee
from onward.crisis import read_crisis
from onward.errors import CrisisDataError
from onward.flee.instance import read_flee
from onward.flee.simulate import simulate_flee
from onward.simulation.ensemble import simulate
from onward.sources.flee import FleeImport, crisis_from_flee, import_flee

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
    import_flee(instance(tmp_path), tmp_path / "crisis")
    crisis = read_crisis(tmp_path / "crisis")
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


CONFLICT = "#Day,A town\n" + "0,1\n" * 10
ISLAND = "C,r,Syria,30,37,town,,\nD,r,Syria,30,38,camp,,5\n"


def imported(tmp_path: Path, folder: Path, **options: object) -> FleeImport:
    """Import an instance, and show that what was written is read back, and runs."""
    found = import_flee(folder, tmp_path / "crisis", overwrite=True, **options)
    run = simulate(read_crisis(tmp_path / "crisis"), members=1, engine="expected")
    assert run.quantiles("departures")["mean"].sum() > 0
    return found


def test_parts_that_no_link_joins_are_refused_or_dropped_by_name(tmp_path: Path) -> None:
    folder = write_flee(tmp_path / "toy", PLACES + ISLAND, ROADS + "C,D,90,0\n", conflicts=CONFLICT)
    with pytest.raises(CrisisDataError, match=r"no link joins these to the other 3 locations: C, D.*largest-component"):
        import_flee(folder, tmp_path / "crisis")
    assert not (tmp_path / "crisis").exists()
    found = imported(tmp_path, folder, largest_component=True)
    assert set(found.crisis.places) == {"a_town", "b", "hub"}
    assert any("left out: C, D" in note for note in found.notes)


def test_registrations_given_twice_are_merged_and_of_two_counts_the_last_is_taken(tmp_path: Path) -> None:
    folder = write_flee(tmp_path / "toy", PLACES, ROADS, conflicts=CONFLICT)
    (folder / "source_data" / "b.csv").write_text(
        "2020-01-01,0\n2020-01-03,7\n2020-01-03,7\n2020-01-05,8\n2020-01-05,9\n"
    )
    found = imported(tmp_path, folder)
    assert found.crisis.table("counts").filter(indicator="stock")["people"].to_list() == [0, 7, 9]
    assert any("b, 2020-01-03: the same count was given twice; merged" in note for note in found.notes)
    assert any("b, 2020-01-05: 8 and 9; the latter is taken" in note for note in found.notes)


def test_a_folder_as_found_in_public_is_read_and_every_assumption_is_said(tmp_path: Path) -> None:
    places = PLACES.replace("0,1000", '0,"1,000"') + "HUB,r,Syria,36.2,37.3,town,,\n"
    roads = ROADS.replace("Hub,B,60,0", "Hub,B,60,drive") + "A town,A town,1,0\nHub,HUB,20,0\n"
    folder = write_flee(tmp_path / "group" / "toy", places, roads, conflicts="#Day,A town\n" + "0,1\n" * 6)
    (folder / "simsetting.yml").rename(tmp_path / "simsetting.yml")
    (folder / "source_data" / "data_layout.csv").write_text("total,total.csv\nB,b.csv\nB,b.csv\nHub,none.csv\n")
    (folder / "source_data" / "total.csv").write_text('2020-01-01,0\n2020-01-02,"1,000"\n')
    found = imported(tmp_path, folder)
    assert found.crisis.days == 6
    assert len(found.crisis.places) == 4
    said = " | ".join(found.notes)
    for words in (
        "simsetting.yml: taken from", "'1,000' read as 1000", "to itself, dropped", "drive are no redirections",
        "'B' stands here twice; its first row is used", "there is no file 'none.csv'", "6 days",
    ):  # fmt: skip
        assert words in said, words


def test_of_two_locations_of_one_name_links_mean_the_last_and_conflicts_the_first(tmp_path: Path) -> None:
    twice = PLACES + "A town,other,Syria,36.3,37.1,conflict_zone,0,500\n"
    found = read_flee(write_flee(tmp_path / "toy", twice, ROADS, conflicts=CONFLICT))
    assert [place.name for place in found.locations] == ["A town (row 2)", "B", "Hub", "A town"]
    assert "A town (row 2)" in found.conflicts
    assert any("links mean the last of them and conflicts the first" in note for note in found.notes)


def test_a_code_that_is_no_country_becomes_one_that_iso_leaves_to_users(tmp_path: Path) -> None:
    folder = write_flee(tmp_path / "toy", PLACES.replace("Utopia", "ZZZ"), ROADS, conflicts=CONFLICT)
    found = imported(tmp_path, folder)
    assert found.crisis.table("places")["country"].to_list() == ["SYR", "XAA", "SYR"]
    assert any("'ZZZ' as XAA" in note for note in found.notes)


def test_an_instance_about_floods_is_refused_by_name(tmp_path: Path) -> None:
    folder = write_flee(tmp_path / "toy", PLACES, ROADS, conflicts=CONFLICT)
    (folder / "input_csv" / "flood_level.csv").write_text("#Day,A town\n0,1\n")
    with pytest.raises(
        CrisisDataError, match="toy: this instance is about floods, and Onward models flight from war only"
    ):
        import_flee(folder, tmp_path / "crisis")
    assert not (tmp_path / "crisis").exists()


def test_without_settings_the_import_takes_defaults_and_the_rules_refuse(tmp_path: Path) -> None:
    folder = write_flee(tmp_path / "deep" / "group" / "toy", PLACES, ROADS, conflicts=CONFLICT)
    (folder / "simsetting.yml").unlink()
    with pytest.raises(CrisisDataError, match="Name a settings file of Flee with --settings"):
        read_flee(folder)
    assert any("Flee's defaults are used" in note for note in imported(tmp_path, folder).notes)


def test_what_came_after_the_day_of_knowledge_changes_nothing(tmp_path: Path) -> None:
    """Two folders that differ only after the day are the same crisis and the same run; the day itself is kept."""
    day = dt.date(2020, 1, 4)
    crises, runs, open_runs = [], [], []
    for name, late, room in (("one", 50, 500), ("two", 900, 9000)):
        places = PLACES.replace("camp,,500", f"camp,,{room}")
        conflicts = "#Day,A town\n" + "0,1\n" * 4 + f"0,{int(late > 100)}\n" * 6
        closures = f"country,Syria,Utopia,{5 if late > 100 else 6},8\n"
        camps = {"B": [(0, 10), (3, 40), (6, late)]}
        total = [(0, 0), (1, 1000), (8, 1000 + late)]
        folder = write_flee(
            tmp_path / name, places, ROADS, conflicts=conflicts, closures=closures, camps=camps, total=total
        )
        crises.append(imported(tmp_path, folder, known_at=day).crisis)
        loose = {"flee.faithful": False}  # after the day nobody is known to be in conflict, where Flee itself stops
        runs.append(simulate_flee(folder, members=1, engine="expected", overrides=loose, known_at=day))
        open_runs.append(simulate_flee(folder, members=1, engine="expected", overrides=loose))
    assert runs[0].tables["stock"].collect().equals(runs[1].tables["stock"].collect())
    assert not open_runs[0].tables["stock"].collect().equals(open_runs[1].tables["stock"].collect())
    for table in ("places", "routes", "events", "closures", "counts"):
        assert crises[0].table(table).equals(crises[1].table(table)), table
    assert crises[0].table("counts").filter(indicator="stock")["people"].to_list() == [10, 40]


def test_a_war_of_a_known_country_is_as_old_as_it_is_and_the_note_says_so(tmp_path: Path) -> None:
    found = import_flee(instance(tmp_path), tmp_path / "crisis")
    assert found.crisis.war_began == read_crisis(tmp_path / "crisis").war_began == dt.date(2011, 3, 15)
    assert any("begun on 2011-03-15" in note for note in found.notes)
    conflicts = "#Day,A town\n" + "0,1\n" * 10
    unknown = write_flee(tmp_path / "new", PLACES.replace("Syria", "Ruritania"), ROADS, conflicts=conflicts)
    assert crisis_from_flee(read_flee(unknown)).war_began is None
