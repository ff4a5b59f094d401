"""A new crisis from countries, days and files of events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import publisher_files as made
from onward.cli.main import app
from onward.crisis import read_crisis
from onward.sources.neighbours import neighbour_links

BOX = ("--bbox", "36.6,36.0,37.6,36.9")
DAYS = ("--start", "2016-07-01", "--end", "2016-07-31")


def new(folder: Path, *options: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["new", str(folder), *options])
    assert done.exit_code == code, done.output
    return done.output


def events(tmp_path: Path) -> Path:
    """Government strikes on Azaz, and attacks of the other side on Aleppo."""
    strikes = [made.ucdp_row(i, latitude=36.586, longitude=37.046) for i in range(5)]
    others = [made.ucdp_row(10 + i, latitude=36.2, longitude=37.16, deaths_a=2) for i in range(3)]
    file = tmp_path / "ged.csv"
    file.write_text(made.ucdp(*strikes, *others), encoding="utf-8")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made_of = ["--events", str(events(tmp_path)), "--events-format", "ucdp"]
    actors = ["--actor", "Government of Syria=GOV", "--actor", "Syrian insurgents=OPP"]
    countries = ["--country", "SYR", "--country", "tur"]
    new(tmp_path / "north", *countries, *DAYS, "--min-population", "5000", *BOX, *made_of, *actors)
    return tmp_path / "north"


def test_a_new_crisis_holds_places_roads_attacks_and_a_readme(folder: Path) -> None:
    crisis = read_crisis(folder)
    assert {"aleppo", "kilis", "bab_al_salama"} <= set(crisis.places)
    assert crisis.table("events").height == 8
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "GeoNames" in text
    assert "What is missing" in text


def test_holders_are_guessed_from_who_attacks_whom_and_say_so(folder: Path) -> None:
    control = {row["place"]: row for row in read_crisis(folder).table("control").iter_rows(named=True)}
    assert control["izaz"]["actor"] == "OPP"
    assert control["aleppo"]["actor"] == "GOV"
    assert {row["source"] for row in control.values()} == {"guess from events"}


def test_what_is_missing_is_ranked_and_attacks_come_first(tmp_path: Path) -> None:
    said = new(tmp_path / "bare", "--country", "SYR", *DAYS, "--min-population", "20000", *BOX)
    listed = said.split("Missing, most important first")[1]
    assert "1. There are no attacks: nobody will leave" in listed
    assert listed.index("Who holds") < listed.index("no counts") < listed.index("Groups and fears")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--country", "SYR", *DAYS), "Smallest town, people: not given"),
        (("--country", "SY", *DAYS, "--min-population", "1"), "--country SY: no ISO 3166"),
        (("--country", "SYR", *DAYS, "--end", "2016-06-01", "--min-population", "1"), "before --start"),
        (("--country", "SYR", *DAYS, "--min-population", "90000000"), "0 towns in SYR"),
        (("--country", "SYR", *DAYS, "--min-population", "1", "--bbox", "3,2,1"), "--bbox 3,2,1: give west"),
        (("--country", "SYR", *DAYS, "--min-population", "1", "--bbox", "38,35,37,36"), "west must be below east"),
        (("--country", "SYR", *DAYS, "--min-population", "1", "--detour", "0.5"), "no road is shorter"),
        (("--country", "SYR", *DAYS, "--min-population", "1", "--events", "x.csv"), "--events-format: give it once"),
    ],
)
def test_what_cannot_be_made_leaves_no_folder(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    assert said in new(tmp_path / "none", *options, code=2)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_of_events_leaves_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "ged.csv"
    file.write_text(made.ucdp(made.ucdp_row(1, latitude="north")), encoding="utf-8")
    options = ("--country", "SYR", *DAYS, "--min-population", "5000", *BOX, "--events", str(file))
    assert "row 2, column latitude" in new(tmp_path / "none", *options, "--events-format", "ucdp", code=2)
    assert [path.name for path in tmp_path.iterdir()] == ["ged.csv"]


def test_neighbour_links_join_all_places_and_no_place_stands_between_two() -> None:
    rng = np.random.default_rng(5)
    rows = [
        {"place": f"p{i}", "country": "SYR", "kind": "town", "latitude": lat, "longitude": lon}
        for i, (lat, lon) in enumerate(rng.uniform(36, 37, (60, 2)))
    ]
    links = neighbour_links(rows)
    reached, seen = ["p0"], {"p0"}
    ways = [(r["place1"], r["place2"]) for r in links] + [(r["place2"], r["place1"]) for r in links]
    while reached:
        here = reached.pop()
        for one, two in ways:
            if one == here and two not in seen:
                seen.add(two)
                reached.append(two)
    assert len(seen) == 60
    spot = {r["place"]: np.array([r["longitude"] * np.cos(np.radians(36.5)), r["latitude"]]) for r in rows}
    for link in links:
        one, two = spot[link["place1"]], spot[link["place2"]]
        middle, half = (one + two) / 2, np.linalg.norm(one - two) / 2
        others = [p for name, p in spot.items() if name not in (link["place1"], link["place2"])]
        assert all(np.linalg.norm(p - middle) > half * 0.98 for p in others)


def test_a_border_is_crossed_at_crossings_only_where_there_are_some() -> None:
    kinds = [("a", "SYR", "town", 0.0, 0.0), ("b", "SYR", "town", 0.0, 1.0), ("x", "SYR", "crossing", 0.1, 0.0),
             ("c", "TUR", "town", 0.2, 0.0), ("d", "TUR", "town", 0.2, 1.0)]  # fmt: skip
    rows = [dict(zip(("place", "country", "kind", "latitude", "longitude"), row, strict=True)) for row in kinds]
    gates = {r["gate"] for r in neighbour_links(rows) if r["gate"]}
    assert gates
    assert all("x" in gate.split("-") for gate in gates)
