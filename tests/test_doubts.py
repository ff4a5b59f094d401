"""What check tells an analyst to look at, and what-ifs of a crisis's own folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from onward.cli.main import app
from onward.crisis import check_scenario, read_crisis, read_scenario, scenario_files
from onward.errors import ScenarioError
from tiny import write_tiny
from views.sample_run import write_runnable


def doubts(folder: Path) -> str:
    return "\n".join(str(doubt) for doubt in read_crisis(folder).doubts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "tiny")


def replace(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), "utf-8")


def test_data_that_end_before_the_period_are_told_with_the_row(folder: Path) -> None:
    said = doubts(folder)
    assert "events.csv, row 3, column start: no events after 2016-07-09; the run assumes peace for the 22 days" in said
    replace(folder, "events.csv", "2016-07-05,2016-07-09", "2016-07-05,2016-07-29")
    assert "no events after" not in doubts(folder)


def test_an_attacked_place_without_people_is_told(folder: Path) -> None:
    assert "is attacked" not in doubts(folder)
    replace(folder, "places.csv", "town,31000,28000,35000,4000", "town,0,,,0")
    assert "places.csv, row 2, column population: 'azaz' has no population and is attacked (rows of" in doubts(folder)


def test_places_without_admin_names_are_told(folder: Path) -> None:
    assert "admin1" not in doubts(folder)
    replace(folder, "places.csv", "SYR,Aleppo,36.483", "SYR,,36.483")
    assert "places.csv, row 4, column admin1: 1 of 4 places have no admin1" in doubts(folder)


def test_places_that_people_cannot_leave_are_named_with_their_days(folder: Path) -> None:
    assert "cannot leave" not in doubts(folder)
    rule = "route,azaz,marea,2016-07-08,2016-07-09,closed,,,,"
    replace(folder, "closures.csv", rule, "line,,,2016-07-05,,sealed,,,,")
    told = "places.csv, row 5, column place: people cannot leave 'tall_rifat' from 2016-07-10"
    assert f"{told} on: every way out is closed or sealed" in doubts(folder)
    taken = "tall_rifat,2016-07-10,army\n"
    replace(folder, "control.csv", taken, taken + "tall_rifat,2016-07-20,rebels\n")
    assert f"{told} to 2016-07-19: every way out is closed or sealed" in doubts(folder)
    replace(folder, "control.csv", "07-20,rebels", "07-15,rebels")
    assert "cannot leave" not in doubts(folder)  # a few days are told by nobody
    replace(folder, "control.csv", "07-15,rebels", "07-20,rebels")
    replace(folder, "closures.csv", ",sealed,", ",crossing at risk,")
    assert "cannot leave" not in doubts(folder)


def test_counts_that_exceed_everybody_or_jump_are_told(folder: Path) -> None:
    (folder / "counts.csv").write_text(
        "date,place,area,indicator,people,since,source\n"
        "2016-07-10,azaz,,departures,900000,2016-07-01,a\n"
        "2016-07-10,azaz,,stock,2000,,b\n"
        "2016-07-11,azaz,,stock,9000,,b\n",
        "utf-8",
    )
    said = doubts(folder)
    assert "counts.csv, row 2, column people: 900,000 people are more than the 35,000 who lived there" in said
    assert "counts.csv, row 4, column people: 9,000 people, 1 day after 2,000 on 2016-07-10, may be a recount" in said


COUNTED = "date,place,area,indicator,people,low,high,since,source\n"


def write_counts(folder: Path, *rows: str) -> None:
    (folder / "counts.csv").write_text(COUNTED + "\n".join(rows) + "\n", "utf-8")


def test_events_far_from_any_place_are_told_with_their_number_and_distance(folder: Path) -> None:
    assert "from any place" not in doubts(folder)
    replace(folder, "events.csv", "2016-07-08,,,,36.5,37.1,ground", "2016-07-08,,,,36.5,38.1,ground")
    said = doubts(folder)
    assert "events.csv, row 4, column latitude: 1 of 3 rows (7% of all attacks) are over 40 km from any place" in said
    assert "this one 81 km; with default parameters" in said


def test_records_of_a_file_that_became_no_event_are_told(folder: Path) -> None:
    (folder / "provenance.csv").write_text("source,publisher,file,row,record\nmade up,ACLED,acled.csv,301,1\n", "utf-8")
    said = doubts(folder)
    assert "events.csv, row 2, column source: 1 of 300 or more records of 'acled.csv' became events; 100% were" in said
    (folder / "provenance.csv").write_text("source,publisher,file,row,record\nmade up,ACLED,acled.csv,2,1\n", "utf-8")
    assert "became events" not in doubts(folder)


def test_a_series_that_names_its_day_jumps_too(folder: Path) -> None:
    write_counts(
        folder,
        "2016-07-10,azaz,,stock,2000,,,,dtm:AZ:2016-07-10",
        "2016-07-11,azaz,,stock,9000,,,,dtm:AZ:2016-07-11",
        "2016-07-12,azaz,,stock,2000,,,,another",
    )
    said = doubts(folder)
    assert "row 3, column people: 9,000 people, 1 day after 2,000 on 2016-07-10, may be a recount" in said
    assert said.count("may be a recount") == 1
    write_counts(
        folder,
        "2016-07-10,azaz,,stock,2000,,,,report 4",
        "2016-07-20,azaz,,stock,9000,,,,report 13",
        "2016-07-15,azaz,,stock,5000,,,,snapshot",
    )
    assert "recount" not in doubts(folder)  # another source saw it grow


def test_counts_of_one_day_that_contradict_each_other_are_told(folder: Path) -> None:
    write_counts(folder, "2016-07-10,azaz,,stock,2000,,,,a", "2016-07-10,azaz,,stock,9000,,,,b")
    assert "row 3, column people: 9,000 people contradict the 2,000 of row 2 for the same day" in doubts(folder)
    write_counts(folder, "2016-07-10,azaz,,stock,2000,,7000,,a", "2016-07-10,azaz,,stock,9000,,,,b")
    assert "contradict" not in doubts(folder)


def test_a_stock_that_never_falls_may_be_a_total(folder: Path) -> None:
    rows = [f"2016-07-{10 + n},azaz,,stock,{2000 + 500 * n},,,,camp" for n in range(6)]
    write_counts(folder, *rows)
    said = doubts(folder)
    assert "row 7, column indicator: the stock of 'azaz' never falls in 6 counts, from 2,000 to 4,500" in said
    write_counts(folder, *rows[:-1], "2016-07-15,azaz,,stock,3900,,,,camp")
    assert "never falls" not in doubts(folder)


def test_kinds_of_assessment_are_not_mixed(folder: Path) -> None:
    write_counts(
        folder, "2016-07-10,azaz,,stock,2000,,,,DTM BA round 3", "2016-07-12,marea,,stock,900,,,,DTM SA round 3"
    )
    said = doubts(folder)
    assert "row 3, column source: counts mix kinds of assessment (1 of baseline of areas (BA), 1 of" in said
    write_counts(folder, "2016-07-10,azaz,,stock,2000,,,,DTM BA", "2016-07-12,marea,,stock,900,,,,DTM BA")
    assert "mix kinds" not in doubts(folder)


def test_check_and_crises_print_json(tmp_path: Path) -> None:
    folder = write_runnable(tmp_path / "runnable")
    said = json.loads(CliRunner().invoke(app, ["check", str(folder), "--json"]).stdout)
    assert said["rows"]["places"] == 4
    assert {"file", "row", "column", "found", "next_step", "text"} <= set(said["doubts"][0])
    listed = json.loads(CliRunner().invoke(app, ["crises", "--json"]).stdout)
    assert {"aleppo-2016", "daraa-2018"} <= {crisis["name"] for crisis in listed}


def test_the_words_of_a_what_if_may_be_in_another_order() -> None:
    with pytest.raises(ScenarioError, match="Did you mean 'open-border'"):
        read_scenario("bordr-open", read_crisis("aleppo-2016"))


def test_own_what_ifs_are_found_by_name_and_listed(folder: Path) -> None:
    (folder / "scenarios").mkdir()
    text = 'format = 1\nname = "quiet"\ntitle = "No attacks"\n[[intervention]]\ndo = "scale_events"\nfactor = 0.0\n'
    (folder / "scenarios" / "quiet.toml").write_text(text, "utf-8")
    crisis = read_crisis(folder)
    assert list(scenario_files(crisis)) == ["quiet"]
    assert read_scenario("quiet", crisis).title == "No attacks"
    assert CliRunner().invoke(app, ["scenarios", str(folder)]).stdout == "quiet: No attacks\n"
    with pytest.raises(ScenarioError, match="Did you mean 'quiet'"):
        read_scenario("quite", crisis)


STEP = {"do": "scale_events", "factor": 0.0}
RAW = {
    "no intervention": ({"intervention": []}, "there is no intervention"),
    "bad name": ({"name": "a b", "intervention": [STEP]}, "'a b' is not a short name of letters, digits"),
    "one bracket": ({"intervention": STEP}, "Begin each with [[intervention]], in two brackets"),
    "unknown key": ({"intervention": [STEP], "titel": "x"}, "titel: this key is unknown. Did you mean 'title'?"),
    "unknown key of a step": (
        {"intervention": [{**STEP, "factr": 1}]},
        "intervention 1, factr: this key is unknown. Did you mean 'factor'?",
    ),
    "missing key": ({"intervention": [{"do": "scale_events"}]}, "factor: this required key is missing"),
    "unknown verb": ({"intervention": [{"do": "scale_event"}]}, "Did you mean 'scale_events'?"),
    "no verb": ({"intervention": [{"factor": 1.0}]}, "the key do is missing"),
    "wrong type": ({"intervention": [{**STEP, "factor": "many"}]}, "'many' is not a number. Correct"),
    "out of range": ({"intervention": [{**STEP, "factor": -1.0}]}, "'-1.0' is not a number of at least 0"),
    "day in quotes": ({"intervention": [{**STEP, "start": "soon"}]}, "a day without quotes"),
}


@pytest.mark.parametrize("case", RAW)
def test_mistakes_in_a_scenario_are_told_in_house_form(folder: Path, case: str) -> None:
    content, words = RAW[case]
    with pytest.raises(ScenarioError) as error:
        check_scenario({"format": 1, "name": "x", **content}, read_crisis(folder), "x.toml")
    said = str(error.value)
    assert said.startswith("x.toml, ")
    assert words in said
    assert ("there is no intervention" in said) == (case == "no intervention")
    for raw in ("Input should", "Tuple", "Extra inputs", "Field required", "tag"):
        assert raw not in said


def test_an_attacker_whom_no_group_fears_is_told_with_the_share_of_its_attacks(folder: Path) -> None:
    assert "no group of fears.csv" not in doubts(folder)
    crisis = read_crisis(folder)
    attacker = crisis.table("events")["actor"][0]
    fears = (folder / "fears.csv").read_text("utf-8").splitlines()
    kept = [fears[0], *(line for line in fears[1:] if attacker not in line)]
    (folder / "fears.csv").write_text(
        "\n".join([*kept, f"{crisis.table('fears')['group'][0]},{attacker},0,0"]) + "\n", "utf-8"
    )
    said = doubts(folder)
    assert f"events.csv, row 2, column actor: no group of fears.csv fears '{attacker}', so its attacks (" in said
    assert f"each group that fears '{attacker}', with weight 1" in said
    (folder / "fears.csv").write_text(fears[0] + "\n", "utf-8")  # without the table everybody fears every attacker
    assert "no group of fears.csv" not in doubts(folder)
