"""Forecasts of the war model: they see nothing that came later, whatever the threads, and end in fans."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import onward
from onward.cli.main import app
from onward.crisis import Crisis, Scenario, check_scenario, read_crisis
from onward.crisis.write import write_crisis
from onward.errors import ParameterError, RunFolderError, ScenarioError
from onward.exports.hubverse import COLUMNS
from onward.inference.as_of import as_of
from onward.inference.attacks_ahead import attacks_ahead
from onward.inference.fans import SHIFT_DAYS, fans_of, last_counts
from onward.model.build import build_model
from onward.runs.forecast import Forecast
from onward.runs.forecast_task import prepare
from onward.simulation.settings import make_settings
from onward.simulation.tables import frames
from test_as_of import scrambled
from tiny import write_tiny

ORIGIN, DAYS, MEMBERS = dt.date(2016, 7, 10), 40, 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = write_tiny(tmp_path_factory.mktemp("tiny") / "tiny")
    text = (place / "crisis.toml").read_text("utf-8")
    (place / "crisis.toml").write_text(text.replace("gamma = 1.5", ""), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def crisis(folder: Path) -> Crisis:
    return read_crisis(folder)


@pytest.fixture(scope="module")
def made(crisis: Crisis) -> Forecast:
    return onward.forecast(crisis, origin=ORIGIN, days=DAYS, members=MEMBERS)


def test_what_came_after_the_origin_changes_no_byte(crisis: Crisis, made: Forecast) -> None:
    other = onward.forecast(scrambled(crisis, ORIGIN), origin=ORIGIN, days=DAYS, members=MEMBERS)
    assert made.table().write_csv() == other.table().write_csv()
    for name in made.run.tables:
        assert made.run.table(name).equals(other.run.table(name))


def test_the_command_writes_the_same_bytes_whatever_came_after_the_origin(
    folder: Path, crisis: Crisis, tmp_path: Path
) -> None:
    write_crisis(scrambled(crisis, ORIGIN), tmp_path / "other")
    assert read_crisis(tmp_path / "other").hash != crisis.hash
    written = []
    for name, given in {"one": folder, "two": tmp_path / "other"}.items():
        args = ["forecast", str(given), "--from", ORIGIN.isoformat(), "--days", "30", "--members", "3", "--json"]
        result = CliRunner().invoke(app, [*args, "-o", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
        kept = {f.name: f.read_bytes() for f in (tmp_path / name).iterdir() if f.suffix in (".csv", ".parquet")}
        assert {"forecast.csv", "stock.parquet"} <= set(kept)
        written.append((json.loads(result.stdout)["rows"], kept))
    assert written[0] == written[1]


def test_what_came_before_the_origin_does_change_the_forecast(crisis: Crisis, made: Forecast) -> None:
    events = crisis.table("events").with_columns((pl.col("n") * 20).alias("n"))
    more = crisis.replace_table(
        "events", events.with_columns(pl.lit(None, pl.Float64).alias(c) for c in ("n_low", "n_high"))
    )
    other = onward.forecast(more, origin=ORIGIN, days=DAYS, members=MEMBERS)
    assert not made.table().equals(other.table())


def test_threads_and_the_run_folder_change_no_number(crisis: Crisis, made: Forecast, tmp_path: Path) -> None:
    other = onward.forecast(crisis, origin=ORIGIN, days=DAYS, members=MEMBERS, workers=3, out=tmp_path / "run")
    assert made.table().equals(other.table())
    kept = pl.read_csv(tmp_path / "run" / "forecast.csv", try_parse_dates=True)
    assert kept.columns == ["level", "unit", "name", "horizon", "date", "mean", "p5", "p25", "p50", "p75", "p95"]
    assert kept.select("level", "unit", "horizon").equals(
        made.table().select("level", "unit", "horizon").cast({"horizon": pl.Int64})
    )
    assert onward.read_run(tmp_path / "run").about["forecast"]["origin"] == "2016-07-10"


def test_a_forecast_can_be_read_and_exported_like_a_run(crisis: Crisis, tmp_path: Path) -> None:
    onward.forecast(crisis, origin=ORIGIN, days=30, members=2, out=tmp_path / "run")
    assert onward.export(tmp_path / "run", format="geojson").is_file()
    page = onward.write_report(onward.read_run(tmp_path / "run"), tmp_path / "page.html")
    assert "<html" in Path(page).read_text("utf-8")


def test_members_draw_different_wars_and_the_same_ones_again(crisis: Crisis) -> None:
    known = as_of(crisis, ORIGIN, days=DAYS)
    model = build_model(known)
    ahead = attacks_ahead(model, ORIGIN)
    assert ahead is not None
    settings = make_settings(known, members=20, seed=3, parameters="prior")
    drawn = [ahead.draw(model, settings, member) for member in range(20)]
    numbers = [attacks.rate[len(model.attacks.row) :].sum() for attacks in drawn]
    assert len({float(n) for n in numbers}) > 5
    again = ahead.draw(model, settings, 4)
    assert np.array_equal(again.rate, drawn[4].rate)
    assert np.array_equal(again.spot, drawn[4].spot)
    first = (ORIGIN - known.history_start).days + 1
    for attacks in drawn:
        new = attacks.day[len(model.attacks.row) :]
        assert ((new >= first) & (new < first + DAYS)).all()


def test_places_abroad_that_were_never_attacked_are_not_attacked(crisis: Crisis) -> None:
    model = build_model(as_of(crisis, ORIGIN, days=DAYS))
    ahead = attacks_ahead(model, ORIGIN)
    assert ahead is not None
    assert ahead.site[model.network.places.index()["kilis"]] == -1
    assert ahead.site[model.network.places.index()["azaz"]] >= 0


def test_attacks_to_come_are_of_kinds_that_were_seen_nearby() -> None:
    crisis = read_crisis("aleppo-2016")
    known = as_of(crisis, dt.date(2016, 3, 31), days=30)
    model = build_model(known)
    ahead = attacks_ahead(model, dt.date(2016, 3, 31))
    assert ahead is not None
    rows = ahead.known
    kinds = slice(len(model.attacks.n), None)
    chance = np.diff(ahead.kind_chance, axis=1, prepend=0.0)
    actors = model.network.actors
    by_actor = {a: chance[:, rows.actor[kinds] == actors.index(a)].sum(axis=1) for a in ("RUS", "ISIS", "GOV")}
    site = ahead.site[model.network.places.index()["salma"]]
    assert by_actor["RUS"][site] > 0.9
    assert by_actor["ISIS"][ahead.site[model.network.places.index()["kilis"]]] > by_actor["ISIS"][site]


def test_without_events_none_are_expected(crisis: Crisis) -> None:
    calm = crisis.replace_table("events", crisis.table("events").clear())
    told = onward.forecast(calm, origin=ORIGIN, days=10, members=1).run.about
    assert told["forecast"]["attacks_ahead"] is None
    assert "no attacks are known, so none are expected." in told["notices"]


def test_the_given_war_is_the_war_of_the_crisis_up_to_its_end(crisis: Crisis) -> None:
    given = onward.forecast(crisis, origin=ORIGIN, days=DAYS, members=1, conflict="given").run
    assert given.about["forecast"]["attacks_known_until"] == "2016-07-31"
    assert given.crisis is not None
    assert given.crisis.table("control").equals(crisis.table("control"))
    assert given.crisis.table("counts").height == 1


def test_places_start_from_their_last_count_and_the_shift_wears_off(made: Forecast) -> None:
    plain, fans = fans_of(made.run, horizons=[1, 40], shifted=False), fans_of(made.run, horizons=[1, 40])
    assert fans.counts.select("where", "people").rows() == [("azaz", 9000.0)]
    azaz = fans.units.with_row_index().row(by_predicate=(pl.col("level") == "place") & (pl.col("unit") == "azaz"))[0]
    stock = made.run.tables["stock"].filter(
        (pl.col("date") == ORIGIN)
        & (pl.col("place") == "azaz")
        & pl.col("state").cast(pl.String).is_in(["here", "gate"])
    )
    there = stock.group_by("member").agg(pl.col("people").sum()).sort("member").collect()["people"].to_numpy()
    counted = plain.people * 0 + fans.people - plain.people
    low = there < 7500
    assert low.any()
    missing_1, missing_40 = counted[low, 0, azaz], counted[low, 1, azaz]
    assert np.allclose(missing_40 / missing_1, np.exp(-39 / SHIFT_DAYS))
    assert ((there[low] + missing_1 * np.exp(1 / SHIFT_DAYS) > 7000) & (missing_1 > 0)).all()


def test_the_total_moves_with_its_places(made: Forecast) -> None:
    plain, fans = fans_of(made.run, shifted=False), fans_of(made.run)
    places = (fans.units["level"] == "place").to_numpy()
    moved = (fans.people - plain.people)[:, :, places].sum(axis=2)
    assert np.allclose((fans.people - plain.people)[:, :, 0], moved)
    assert (fans.people >= 0).all()


def test_an_area_is_shifted_only_where_no_place_of_it_was_counted(crisis: Crisis) -> None:
    columns = {"date": ORIGIN, "indicator": "stock", "low": None, "high": None, "since": None, "source": "x"}
    rows = [
        {**columns, "place": None, "area": "north", "people": 500},
        {**columns, "place": None, "area": "south", "people": 70},
    ]
    counts = pl.concat([crisis.table("counts"), pl.DataFrame(rows, schema=crisis.table("counts").schema)])
    assert last_counts(crisis.replace_table("counts", counts), ORIGIN)["where"].to_list() == ["azaz", "south"]


def test_old_counts_and_those_of_other_things_are_not_used(crisis: Crisis) -> None:
    assert last_counts(crisis, dt.date(2016, 12, 1)).is_empty()
    assert last_counts(crisis, dt.date(2016, 7, 25))["where"].to_list() == ["azaz", "kilis"]


def test_hubverse_has_the_columns_of_the_standard(crisis: Crisis, tmp_path: Path) -> None:
    onward.forecast(crisis, origin=ORIGIN, days=60, members=5, out=tmp_path / "run")
    path = onward.export(tmp_path / "run", format="hubverse")
    rows = pl.read_csv(path, try_parse_dates=True)
    assert tuple(rows.columns) == COLUMNS
    assert rows["output_type"].unique().to_list() == ["quantile"]
    by_unit = rows.group_by("target", "horizon", "location", maintain_order=True).agg("value", pl.len())
    assert by_unit["len"].unique().to_list() == [23]
    assert all(values == sorted(values) for values in by_unit["value"].to_list())
    assert (rows["target_end_date"] - rows["origin_date"]).dt.total_days().equals(rows["horizon"])
    assert {"total", "admin1:SYR/Aleppo", "place:azaz", "area:north"} <= set(rows["location"])


def test_a_crisis_that_goes_on_gives_no_places_to_hubs(crisis: Crisis, tmp_path: Path) -> None:
    from onward.exports.write import export_run

    onward.forecast(crisis, origin=ORIGIN, days=30, members=2, out=tmp_path / "run")
    path, told = export_run(tmp_path / "run", format="hubverse", today=dt.date(2016, 7, 20))
    assert not pl.read_csv(path).filter(pl.col("location").str.starts_with("place:")).height
    assert "districts" in told[0]


def test_only_forecasts_have_fans(crisis: Crisis, tmp_path: Path) -> None:
    run = onward.simulate(replace(crisis, parameters={}), members=1, out=tmp_path / "run")
    with pytest.raises(RunFolderError, match="this run is no forecast"):
        onward.export(run, format="hubverse")


def test_what_cannot_be_forecast_is_refused(crisis: Crisis) -> None:
    with pytest.raises(
        ParameterError, match=r"days: 0 is not 1 or more.\nconflict: 'peace' is not one of ahead, given"
    ):
        onward.forecast(crisis, origin=ORIGIN, days=0, conflict="peace")
    with pytest.raises(ParameterError, match=r"horizons: .* are not days from 1 to 10"):
        onward.forecast(crisis, origin=ORIGIN, days=10, members=1).table(horizons=[30])


@pytest.mark.parametrize("width", ["80", "140"])
def test_the_command_prints_every_figure(folder: Path, tmp_path: Path, width: str) -> None:
    out = tmp_path / "run"
    args = [
        "forecast",
        str(folder),
        "--from",
        "2016-07-10",
        "--days",
        "60",
        "--members",
        "3",
        "-o",
        str(out),
        "--jobs",
        "1",
    ]
    result = CliRunner().invoke(app, args, env={"COLUMNS": width})
    assert result.exit_code == 0, result.output
    for words in (
        "forecast from 10 July 2016",
        "future attacks drawn",
        "everybody displaced",
        "p50",
        "forecast.csv",
    ):
        assert words in result.output
    assert "…" not in result.output


def test_the_command_prints_json_and_says_what_is_wrong(folder: Path, tmp_path: Path) -> None:
    args = ["forecast", str(folder), "--from", "2016-07-10", "--days", "30", "--members", "2", "--json"]
    result = CliRunner().invoke(app, [*args, "-o", str(tmp_path / "run"), "--format", "hubverse"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["forecast"]["days"] == 30
    assert {row["horizon"] for row in told["rows"]} == {30}
    assert (tmp_path / "run-hubverse.csv").is_file()
    wrong = CliRunner().invoke(app, [*args, "--conflict", "peace"])
    assert (wrong.exit_code, "is not one of ahead, given" in wrong.output) == (2, True)
    early = CliRunner().invoke(app, ["forecast", str(folder), "--from", "2016-06-10"])
    assert (early.exit_code, "before the crisis's first day" in early.output) == (2, True)


def test_a_stopped_forecast_is_gone_on_with(crisis: Crisis, made: Forecast, tmp_path: Path) -> None:
    def stop(stage: str, done: int, members: int) -> None:
        if done == 5:
            raise KeyboardInterrupt("stopped")

    given = {"origin": ORIGIN, "days": DAYS, "members": MEMBERS, "out": tmp_path / "run"}
    with pytest.raises(KeyboardInterrupt, match="stopped"):
        onward.forecast(crisis, progress=stop, **given)
    assert onward.forecast(crisis, **given).table().equals(made.table())


def test_a_forecast_leaves_out_who_went_where_and_nothing_else(crisis: Crisis) -> None:
    """Returns need where people are from; legs say it only where it is asked."""
    given: dict[str, Any] = {"days": DAYS, "members": 1, "parameters": None, "overrides": None, "seed": 1}
    made = [prepare(crisis, origin=ORIGIN, conflict="ahead", labels=labels, **given) for labels in (True, False)]
    full, lean = (frames(one.run_one(0)[0], one.model, 0) for one in made)
    keys = ["date", "from_place", "to_place"]
    legs = [found["flows"].group_by(keys).agg(pl.col("people").sum()).sort(keys) for found in (full, lean)]
    assert legs[0].equals(legs[1])
    assert full["flows"]["origin"].null_count() < full["flows"].height
    assert lean["flows"]["origin"].null_count() == lean["flows"].height
    assert all(full[name].equals(lean[name]) for name in full if name != "flows")


def what_if(crisis: Crisis, *steps: dict[str, Any]) -> Scenario:
    return check_scenario(
        {"format": 1, "name": "tried", "intervention": list(steps)}, replace(crisis, end=ORIGIN + dt.timedelta(DAYS))
    )


def test_a_what_if_changes_the_days_after_the_origin_alone(crisis: Crisis, made: Forecast) -> None:
    gate = str(crisis.table("routes")["gate"].drop_nulls()[0])
    policy = {"do": "set_gate", "gate": gate, "policy": "open"}
    other = onward.forecast(crisis, origin=ORIGIN, days=DAYS, members=MEMBERS, scenario=what_if(crisis, policy))
    for name in ("stock", "flows", "movements", "attacks"):
        past = [run.table(name).filter(pl.col("date") <= ORIGIN) for run in (made.run, other.run)]
        assert past[0].equals(past[1]), name
    assert made.run.table("attacks").equals(other.run.table("attacks"))
    passed = [run.table("gates").filter(pl.col("date") > ORIGIN)["passed"].sum() for run in (made.run, other.run)]
    assert passed[0] < passed[1]
    told = other.run.about
    assert (told["scenario"]["name"], told["scenario"]["intervention"][0]["start"]) == ("tried", "2016-07-11")
    assert any("what-if of the days after 2016-07-10" in notice for notice in told["notices"])


def test_a_camp_that_opens_is_a_unit_of_the_fans_and_leaves_the_war_alone(crisis: Crisis, made: Forecast) -> None:
    camp = {"do": "add_camp", "place": "new_camp", "near": "azaz", "distance_km": 3.0, "latitude": 36.6,
            "longitude": 37.05, "capacity": 90000, "opens": ORIGIN + dt.timedelta(10)}  # fmt: skip
    other = onward.forecast(crisis, origin=ORIGIN, days=DAYS, members=MEMBERS, scenario=what_if(crisis, camp))
    wars = [run.table("attacks").with_columns(pl.col("place").cast(pl.String)) for run in (made.run, other.run)]
    assert wars[0].equals(wars[1])
    stock = other.run.series("stock", place="new_camp").filter(pl.col("people") > 0)
    assert stock["date"].min() >= ORIGIN + dt.timedelta(10)
    fans = other.table()
    assert fans.filter(level="place", unit="new_camp")["p50"].max() > 0
    mean = {key[0]: rows["mean"].to_numpy() for key, rows in fans.group_by("unit")}
    in_admin = fans.filter(level="admin1", unit="SYR/Aleppo")["mean"].to_numpy()
    aleppo = crisis.table("places").filter(pl.col("admin1") == "Aleppo")["place"].to_list()
    assert np.allclose(in_admin, sum(mean[place] for place in [*aleppo, "new_camp"]))


def test_attacks_to_come_are_scaled_and_those_known_are_not(crisis: Crisis, made: Forecast) -> None:
    calm = {"do": "scale_events", "factor": 0.0, "start": ORIGIN + dt.timedelta(5), "place": ["azaz"]}
    other = onward.forecast(crisis, origin=ORIGIN, days=DAYS, members=MEMBERS, scenario=what_if(crisis, calm))
    hit = (pl.col("date") >= ORIGIN + dt.timedelta(5)) & (pl.col("place").cast(pl.String) == "azaz")
    before, after = made.run.table("attacks"), other.run.table("attacks")
    assert before.filter(hit).height > 0
    assert after.filter(hit).height == 0
    assert before.filter(~hit).equals(after.filter(~hit))


def test_a_what_if_of_the_past_is_refused_with_all_its_mistakes(crisis: Crisis) -> None:
    gate = str(crisis.table("routes")["gate"].drop_nulls()[0])
    early = {"do": "set_gate", "gate": gate, "policy": "closed", "start": ORIGIN}
    more = {"do": "add_capacity", "place": "azaz", "people": 10}
    number = {"do": "set_parameter", "name": "share_foot", "value": 0.5}
    with pytest.raises(ScenarioError, match=r"(?s)is not after the origin.*capacity of azaz.*acts on all days"):
        onward.forecast(crisis, origin=ORIGIN, members=1, scenario=what_if(crisis, early, more, number))
    with pytest.raises(ScenarioError, match="is not a scenario"):
        onward.forecast(crisis, origin=ORIGIN, members=1, scenario="no-such")


def test_the_command_takes_a_what_if_and_every_view_names_it(folder: Path, crisis: Crisis, tmp_path: Path) -> None:
    gate = str(crisis.table("routes")["gate"].drop_nulls()[0])
    file = tmp_path / "shut.toml"
    file.write_text(
        f'format = 1\nname = "shut"\n[[intervention]]\ndo = "set_gate"\ngate = "{gate}"\npolicy = "closed"\n', "utf-8"
    )
    args = ["forecast", str(folder), "--from", "2016-07-10", "--days", "30", "--members", "2", "--scenario", str(file)]
    shown = CliRunner().invoke(app, [*args, "-o", str(tmp_path / "run")], env={"COLUMNS": "140"})
    assert (shown.exit_code, "what if: shut" in shown.output) == (0, True), shown.output
    told = json.loads(CliRunner().invoke(app, [*args, "--json", "-o", str(tmp_path / "again")]).stdout)
    assert told["scenario"]["name"] == "shut"
    page = onward.write_report(onward.read_run(tmp_path / "run"), tmp_path / "page.html")
    assert "shut" in Path(page).read_text("utf-8")
    late = CliRunner().invoke(app, ["forecast", str(folder), "--scenario", "no-such"])
    assert late.exit_code == 2
