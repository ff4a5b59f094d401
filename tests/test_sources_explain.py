"""`onward explain`: who the displaced people of a place are, adding up to its stock."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import onward
from onward.cli.main import app
from onward.report.why import HEADS, OTHER_MODEL, why_section
from onward.runs.explain import explain, fear_of, hazard_table
from onward.runs.folder import run_to_folder
from onward.simulation.settings import make_settings

DAYS = (dt.date(2018, 6, 15), dt.date(2018, 7, 5), dt.date(2018, 7, 31))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    crisis = onward.read_crisis("daraa-2018")
    folder = tmp_path_factory.mktemp("explain") / "run"
    run_to_folder(crisis, make_settings(crisis, members=2), folder=folder)
    return folder


@pytest.mark.parametrize("day", DAYS[1:])
@pytest.mark.parametrize("place", ["daraa_mahatta", "quneitra_strip", "nawa"])
def test_the_parts_add_up_to_the_stock_to_the_person(run: Path, place: str, day: dt.date) -> None:
    stock = pl.read_parquet(run / "stock.parquet").filter(place=place, date=day)
    for member in (0, 1):
        found = explain(run, place=place, day=day, member=member)
        there = stock.filter(pl.col("member") == member, pl.col("state").is_in(["here", "gate"]))["people"].sum()
        assert sum(part["people"] for part in found["parts"]) == there == found["displaced"]
        assert all(part["people"] > 0 for part in found["parts"])


def test_each_home_says_what_displaced_its_people_and_which_rows_say_so(run: Path) -> None:
    found = explain(run, place="nasib_crossing", day=DAYS[1])
    known = [part for part in found["parts"] if part.get("displaced_by")]
    assert known
    for part in known:
        assert sum(part["displaced_by"].values()) == pytest.approx(1, abs=1e-3)
    crisis = onward.read_crisis("daraa-2018")
    for part in known:
        fear = fear_of(crisis, part["origin"])
        assert all(fear[event["actor"]] > 0 for event in part["events"])
    records = [record for part in known for event in part["events"] for record in event["records"]]
    assert {record["file"] for record in records} == {"ucdp-ged-syria-2018-southwest.csv"}
    assert all(record["row"] > 1 for record in records)


def test_the_command_prints_json_and_words(run: Path) -> None:
    command = ["explain", str(run), "--place", "nasib_crossing", "--date", "2018-07-05"]
    told = CliRunner().invoke(app, [*command, "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.output)["place"] == "nasib_crossing"
    words = CliRunner().invoke(app, command).output
    assert "left home there, displaced by" in words
    assert "Nasib crossing" in words.splitlines()[0]
    assert "nasib_crossing" not in words


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--place", "nasib_crosing", "--date", "2018-07-05"), "Did you mean 'nasib_crossing'"),
        (("--place", "crossing Nasib"), "Did you mean 'nasib_crossing'"),
        (("--place", "nawa", "--date", "2019-07-05"), "the run is from 2018-06-15"),
        (("--place", "nawa", "--date", "2018-07-05", "--member", "7"), "members 0 to 1"),
    ],
)
def test_what_cannot_be_explained_is_refused(run: Path, options: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(app, ["explain", str(run), *options])
    assert done.exit_code == 2
    assert said in done.output


def test_the_table_of_causes_adds_up_and_says_what_holds_people(run: Path) -> None:
    rows = hazard_table(run)
    assert [row["total"] for row in rows] == sorted((row["total"] for row in rows), reverse=True)
    assert rows[0]["total"] > 0
    for row in rows:
        assert row["reached"] + row["habituation"] + row["dilution"] == pytest.approx(row["attacks"], abs=1e-12)
        assert row["habituation"] <= 1e-12
        assert row["dilution"] <= 1e-12 or row["residents"] < 10_000
        assert row["attacks"] + row["front"] + row["takeover"] + row["encirclement"] == pytest.approx(row["total"])
    told = CliRunner().invoke(app, ["explain", str(run)])
    assert "Why people leave" in told.output
    assert rows[0]["place"] in told.output
    half = CliRunner().invoke(app, ["explain", str(run), "--place", rows[0]["place"]])
    assert half.exit_code == 2
    assert "both --place and --date" in half.output


def test_causes_are_worked_out_with_the_parameters_of_the_run(run: Path) -> None:
    """A run is older than the parameters of today: its own count, and where they are gone the report says so."""
    kept = onward.read_run(run)
    crisis = kept.crisis
    assert crisis is not None
    old = replace(kept, about={**kept.about, "values": {**kept.about["values"], "front_weight": 0.0}})
    rows = why_section(old, crisis, districts=False)[0]["tables"][0]["rows"]
    assert {row[HEADS.index("Front")] for row in rows} == {"0.0"}
    now = why_section(kept, crisis, districts=False)[0]
    assert {row[HEADS.index("Front")] for row in now["tables"][0]["rows"]} != {"0.0"}
    assert OTHER_MODEL not in now["note"]
    versions = {**kept.about["versions"], "onward_sources": "of another day"}
    assert (
        OTHER_MODEL
        in why_section(replace(old, about={**old.about, "versions": versions}), crisis, districts=False)[0]["note"]
    )
    for kind in ("prior", "posterior"):
        drawn = {**kept.about, "parameters": kind, "parameters_from": {"hash": "of another day"}}
        gone = why_section(replace(kept, about=drawn), crisis, districts=False)[0]
        assert gone["tables"] == []
        assert "that this Onward does not hold" in gone["note"]


def test_a_place_in_capitals_is_guessed(run: Path) -> None:
    done = CliRunner().invoke(app, ["explain", str(run), "--place", "Nawa", "--date", "2018-07-05"])
    assert done.exit_code == 2
    assert "Did you mean 'nawa'?" in done.output
