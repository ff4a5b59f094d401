"""Reports: what they say, that they are whole, and what the command tells."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import onward
from onward.cli.main import app
from onward.disclosure import all_curve_digits
from onward.report.basemap import base_map, box_round
from onward.report.data import data_of, page_data
from onward.report.journeys import origins
from onward.report.page_figures import Cubes, two_digits
from onward.report.template import CARD, SLOT
from onward.runs.folder import run_to_folder
from onward.simulation.run import Run
from onward.simulation.settings import make_settings as settings_of
from views.sample_run import DAYS, made_up_run

MOST_BYTES = 2_000_000


#: what of the gates are curves
CURVES = ("waiting", "passed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder of the bundled crisis."""
    crisis = onward.read_crisis("aleppo-2016")
    found = tmp_path_factory.mktemp("runs") / "aleppo"
    run_to_folder(crisis, settings_of(crisis, members=3, seed=1, labels=True), folder=found)
    return found


@pytest.fixture(scope="module")
def data(folder: Path) -> dict[str, Any]:
    return page_data(onward.read_run(folder), folder)


def held(text: str, slot: str) -> Any:
    return json.loads(text.split(slot.removesuffix("</script>"))[1].split("</script>")[0])


def figures(content: Any) -> list[float]:
    """All numbers in nested lists and dictionaries."""
    if isinstance(content, dict):
        return [figure for part in content.values() for figure in figures(part)]
    if isinstance(content, list):
        return [figure for part in content for figure in figures(part)]
    return [content] if isinstance(content, (int, float)) and not isinstance(content, bool) else []


def test_the_command_writes_a_report_with_its_model_card(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    done = CliRunner().invoke(app, ["report", str(folder), "-o", str(target)])
    assert done.exit_code == 0, done.output
    assert "MB" in done.output
    text = target.read_text("utf-8")
    assert target.stat().st_size < MOST_BYTES
    assert held(text, SLOT)["name"] == "aleppo"
    assert [part["title"] for part in held(text, CARD)["sections"]][:2] == ["Model details", "1. Intended use"]
    assert "connect-src 'none'" in text


def test_the_report_is_named_after_its_run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["report", str(folder)]).exit_code == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["aleppo.html"]


def test_a_run_of_100_members_is_no_larger(data: dict[str, Any]) -> None:
    """Members are summed up as quantiles, so their number does not count; explanations of 24 places take a tenth."""
    assert len(json.dumps(data, ensure_ascii=False, separators=(",", ":"))) < 850_000


@pytest.mark.parametrize("wrong", ["nowhere", "missing/report.html"])
def test_what_cannot_be_written_is_told(folder: Path, tmp_path: Path, wrong: str) -> None:
    given = [str(tmp_path / "nowhere")] if wrong == "nowhere" else [str(folder), "-o", str(tmp_path / wrong)]
    done = CliRunner().invoke(app, ["report", *given])
    assert done.exit_code == 2
    assert "there is no" in done.output
    assert "Traceback" not in done.output


def test_a_report_may_not_be_a_folder(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(onward.OnwardError, match=r"this is a folder\. Give the name of a file"):
        onward.write_report(onward.read_run(folder), tmp_path)


def test_a_run_that_does_not_know_its_crisis_says_what_to_do(tmp_path: Path) -> None:
    crisis = onward.read_crisis("aleppo-2016")
    run = onward.simulate(crisis, members=1, engine="expected")
    bare = Run(run.about, run.tables)
    with pytest.raises(onward.OnwardError, match=r"write_report\(run, path, crisis=crisis\)"):
        onward.write_report(bare, tmp_path / "report.html")
    assert onward.write_report(bare, tmp_path / "report.html", crisis=crisis).is_file()


def test_six_questions_are_answered_with_figures_of_the_run(data: dict[str, Any], folder: Path) -> None:
    answers = {row["question"]: row["answer"] for row in data["headline"]}
    assert list(answers) == [
        "How many", "Where", "When", "How sure", "Compared with what was reported", "What this run cannot answer",
    ]  # fmt: skip
    run = onward.read_run(folder)
    away = run.about["displaced"]
    said = f"{int(two_digits(np.array(away['p50']))):,} (90 %: {int(two_digits(np.array(away['p5']))):,} to"
    assert answers["How many"].startswith(said)
    verdicts = [claim["verdict"] for claim in run.about["claims"]]
    judged = len(verdicts) - verdicts.count("not modelled")
    assert f"Of {judged} reported claims" in answers["Compared with what was reported"]
    assert (
        f"for {verdicts.count('inside')}, below it for {verdicts.count('low')}"
        in answers["Compared with what was reported"]
    )
    assert "women or children" in answers["What this run cannot answer"]


@pytest.mark.parametrize("part", ["exposure", "flows", "sankey"])
def test_simulated_people_have_two_digits(data: dict[str, Any], part: str) -> None:
    keys = ("left", "right") if part == "sankey" else None
    content = {key: data[part][key] for key in keys} if keys else data[part]
    content = {k: v for k, v in content.items() if k not in ("from", "to", "attacks", "attacks_by_day")}
    people = np.array(figures({name: part for name, part in content.items() if name != "by_day"}))
    assert len(people)
    assert (two_digits(people) == people).all()


@pytest.mark.parametrize("part", ["stock", "arrivals", "totals", "times", "gates", "exposure"])
def test_curves_have_three_digits_so_that_they_have_no_stairs(data: dict[str, Any], part: str) -> None:
    content = {"exposure": lambda: data[part]["by_day"], "gates": lambda: {k: data[part][k] for k in CURVES}}
    people = np.array(figures(content.get(part, lambda: data[part])()), dtype=np.float64)
    assert (all_curve_digits(people) == people).all()
    assert (two_digits(people) != people).any()


def test_people_by_times_displaced_add_up_to_the_mean_of_all(data: dict[str, Any], folder: Path) -> None:
    away = onward.read_run(folder).about["displaced"]["mean"]
    assert sum(row[-1] for row in data["times"]["mean"]) == pytest.approx(away, rel=0.01)


def test_figures_are_those_of_the_run(data: dict[str, Any], folder: Path) -> None:
    azaz = data["places"]["id"].index("azaz")
    wanted = onward.read_run(folder).quantiles("stock", place="azaz")
    for level in ("p5", "p50", "p95"):
        assert data["stock"][level][azaz] == all_curve_digits(wanted[level].to_numpy()).tolist()


def test_exposure_is_that_of_the_tables(data: dict[str, Any], folder: Path) -> None:
    """By place, in all, and by who holds the place or the road."""
    run = onward.read_run(folder)
    exposed = run.table("exposure").with_columns(pl.col("place", "state", "holder").cast(pl.String))
    here = exposed.filter(state="displaced", place="azaz").group_by("member").agg(pl.col("people").sum())
    azaz = data["places"]["id"].index("azaz")
    assert data["exposure"]["displaced"]["p50"][azaz] == two_digits(here["people"].median())
    in_all = exposed.filter(state="home").group_by("member").agg(pl.col("people").sum())["people"]
    assert data["exposure"]["total"]["residents"]["p50"] == two_digits(in_all.median())
    held = {(row["holder"], row["state"]): row["p50"] for row in data["exposure"]["held"]}
    of = exposed.filter(state="way", holder="OPP").group_by("member").agg(pl.col("people").sum())["people"]
    assert held["OPP", "way"] == two_digits(of.median()) > 0


def test_a_sankey_counts_people_and_not_journeys() -> None:
    """10 leave home, come back to a shelter in their town and move on: 20 journeys of 10 people."""
    run = made_up_run()
    day, legs = DAYS[1], [("azaz", "kilis", 1), ("kilis", "azaz", 1), ("azaz", "kilis", 1), ("azaz", "kilis", 2)]
    rows = [(m, day, "azaz", a, b, times, 10) for m in range(3) for a, b, times in legs]
    left = [(m, day, "azaz", "left_home", 10) for m in range(3)]
    columns = ["member", "date", "origin", "from_place", "to_place", "times", "people"]
    flows = pl.DataFrame(rows, schema=columns, orient="row").lazy()
    moves = pl.DataFrame(left, schema=["member", "date", "place", "movement", "people"], orient="row").lazy()
    found = origins(
        Cubes(Run(run.about, {**run.tables, "flows": flows, "movements": moves}), {"azaz": 0, "kilis": 1}, 2)
    )
    assert found is not None
    assert found[0].tolist() == [[[0, 10], [0, 0]]] * 3


def test_no_more_people_have_a_first_shelter_than_left_home(folder: Path) -> None:
    run = onward.read_run(folder)
    names = list(run.about["places"])
    cubes = Cubes(run, {name: n for n, name in enumerate(names)}, len(names))
    found = origins(cubes)
    assert found is not None
    assert (found[0].sum(axis=2) <= cubes.movement("left_home").sum(axis=2) + 1e-6).all()


def test_origins_add_up_to_who_left(folder: Path, data: dict[str, Any]) -> None:
    """Who ended a first leg is somewhere, or back where they left; rounding each cell loses a little."""
    sankey = data["sankey"]
    left, right = (sum(figures(sankey[side])) for side in ("left", "right"))
    assert left == pytest.approx(right + sankey["home_again"], rel=0.03)
    went = onward.read_run(folder).series("departures").group_by("member").sum()["people"].mean()
    assert 0.8 * went < left <= 1.02 * went


def test_small_counts_are_masked() -> None:
    crisis = onward.read_crisis("aleppo-2016")
    run = onward.simulate(crisis, members=1, engine="expected")
    counts = crisis.table("counts")
    few = counts.with_columns(people=counts["people"] * 0 + 4, low=counts["people"] * 0 + 4)
    few = few.with_columns(high=few["low"] + 5)
    rows = data_of(run, crisis.replace_table("counts", few), name="few")["counts"]
    assert rows
    assert {(row["people"], row["low"], row["high"], row["masked"]) for row in rows} == {(None, None, None, True)}


def test_nothing_is_told_by_group_or_by_road(data: dict[str, Any]) -> None:
    text = json.dumps(data)
    assert "sunni" not in text
    assert "kurdish" not in text
    assert set(data["flows"]) == {"legs", "from", "to", "p5", "p50", "p95", "day"}
    assert not data["flows"]["legs"]


def test_legs_are_shown_only_when_asked_and_with_a_warning(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "legs.html"
    done = CliRunner().invoke(app, ["report", str(folder), "-o", str(target), "--route-detail"])
    assert "Legs between places show where people walk" in done.output
    legs = held(target.read_text("utf-8"), SLOT)["flows"]
    assert legs["legs"]
    table = onward.read_run(folder).table("flows")
    pairs = set(table.select("from_place", "to_place").unique().rows())
    ids = held(target.read_text("utf-8"), SLOT)["places"]["id"]
    assert {(ids[a], ids[b]) for a, b in zip(legs["from"], legs["to"], strict=True)} <= pairs


def test_a_crisis_that_goes_on_is_told_by_district(monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt

    monkeypatch.setattr("onward.report.data.today", lambda: dt.date(2016, 2, 1))
    crisis = onward.read_crisis("aleppo-2016")
    run = onward.simulate(crisis, members=2, seed=1)
    data = data_of(run, crisis, name="now")
    assert data["districts"]
    assert "A'zaz" in data["places"]["name"]
    assert "Kafr Naya" not in data["places"]["name"]
    assert any("district" in line for line in data["limits"])
    assert data["gates"]["id"] == data["gates"]["waiting"]["p50"] == []  # a queue is people at one point
    assert data["claims"] == []  # those of days before the first of February: none
    assert sum(row[-1] for row in data["stock"]["p50"]) > 100_000
    azaz, (left, now) = data["places"]["name"].index("A'zaz"), (data["matrix"][end].index for end in ("from", "to"))
    assert data["matrix"]["p50"][left(azaz)][now(azaz)] > 10_000  # who fled from one place of a district to another
    assert not {count["place"] for count in data["counts"]} - {-1}  # no count is of a whole district
    exposed = run.table("exposure").filter(pl.col("state") == "home").group_by("member").agg(pl.col("people").sum())
    assert data["exposure"]["total"]["residents"]["p50"] == two_digits(exposed["people"].median())


def test_a_crisis_that_goes_on_without_admin_names_is_told_by_region(monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt

    monkeypatch.setattr("onward.report.data.today", lambda: dt.date(2016, 2, 1))
    crisis = onward.read_crisis("aleppo-2016")
    bare = crisis.table("places").with_columns(admin1=pl.lit(None, pl.String), admin2=pl.lit(None, pl.String))
    crisis = crisis.replace_table("places", bare)
    data = data_of(onward.simulate(crisis, members=1, engine="expected"), crisis, name="now")
    names = set(data["places"]["name"])
    assert {"Aleppo", "Idlib", "Kilis"} <= names
    assert not names & {"SYR", "TUR"}
    west, south, east, north = data["box"]
    assert bare["longitude"].is_between(west, east).all()
    assert bare["latitude"].is_between(south, north).all()


@pytest.mark.parametrize(("lat", "lon"), [([10.0, 20.0], [30.0, 30.5]), ([10.0, 10.5], [20.0, 40.0]), ([31.4], [34.4])])
def test_the_box_fills_the_map_whatever_the_shape_of_a_crisis(lat: list[float], lon: list[float]) -> None:
    """What lies outside the box would be drawn as sea."""
    west, south, east, north = box_round(lat, lon)
    shrink = np.cos(np.radians(np.mean([min(lat), max(lat)])))
    across, along = max(lon) - min(lon), max(lat) - min(lat)
    for shape in (1.1, 1.47, 1.7):  # of the map, width over height in equal kilometres
        assert (east - west) * shrink >= max(across * shrink, along * shape)
        assert north - south >= max(along, across * shrink / shape)


def test_a_what_if_is_shown_as_it_was_run() -> None:
    crisis = onward.read_crisis("aleppo-2016")
    scenario = onward.read_scenario("open-border", crisis)
    data = data_of(onward.simulate(crisis, members=1, scenario=scenario), crisis, name="open")
    gate = data["gates"]["id"].index("bab-al-salama")
    assert [rule["policy"] for rule in data["gates"]["rules"][gate]] == ["open"]
    assert data["run"]["scenario"]["name"] == "open-border"


def test_the_engine_of_means_makes_a_page_without_intervals() -> None:
    crisis = onward.read_crisis("aleppo-2016")
    run = onward.simulate(crisis, members=1, engine="expected")
    data = data_of(run, crisis, name="means")
    assert data["matrix"] is None
    assert data["times"] is None
    assert "no intervals" in data["headline"][3]["answer"]


def test_the_base_map_holds_what_touches_the_box_and_little_else() -> None:
    found = base_map((36.0, 36.0, 37.0, 37.0))
    areas = [area["arcs"] for area in found["objects"]["admin1"]["geometries"]]
    used = {max(int(arc), ~int(arc)) for arc in re.findall(r"-?\d+", str(areas))}
    assert used == set(range(len(found["arcs"])))
    assert len(json.dumps(found)) < 40_000


def test_a_base_map_round_the_whole_world_can_be_made() -> None:
    assert len(base_map((-180.0, -90.0, 180.0, 90.0))["objects"]["admin1"]["geometries"]) > 4000
