"""Triggers: what they take, when they fire, what they say to schedulers, and how they did against counts."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

import onward
from onward.cli.main import app
from onward.crisis.triggers import FLOWS, STOCKS, Trigger, read_triggers
from onward.errors import CrisisDataError, ParameterError
from onward.evaluation.triggers import evaluate_triggers, score_triggers, trigger_scores
from onward.simulation.observables import INDICATORS
from test_units import write_coded

TRIGGERS = """\
[[trigger]]
name = "azaz full"
indicator = "stock"
unit = "A'zaz"
threshold = 6000
horizon = 20
probability = 0.6

[[trigger]]
name = "a wave"
indicator = "departures"
threshold = 1e9
window = 7
"""


@pytest.fixture(scope="module")
def crisis_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_coded(tmp_path_factory.mktemp("triggers") / "coded")
    header = folder / "crisis.toml"
    header.write_text(header.read_text("utf-8") + TRIGGERS, "utf-8")
    return folder


@pytest.fixture(scope="module")
def run(crisis_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> onward.Run:
    return onward.simulate(crisis_folder, members=5, seed=3, out=tmp_path_factory.mktemp("runs") / "run")


def made(**given: Any) -> Trigger:
    return Trigger(**{"name": "t", "indicator": "stock", "threshold": 1.0, **given})


def onward_(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_trigger_can_watch_every_indicator_of_a_run() -> None:
    assert set(STOCKS) | set(FLOWS) == set(INDICATORS)
    assert set(get_args(Trigger.model_fields["indicator"].annotation)) == set(INDICATORS)
    assert {name for name, (table, _) in INDICATORS.items() if table in ("movements", "flows")} == set(FLOWS)


def test_run_json_says_which_fired_and_when(run: onward.Run) -> None:
    told = json.loads((Path(run.folder or "") / "run.json").read_text("utf-8"))["triggers"]
    assert [row["name"] for row in told] == ["azaz full", "a wave"]
    assert set(told[0]) >= {"name", "unit", "probability", "first_date"}
    assert (told[1]["probability"], told[1]["fired"], told[1]["first_date"]) == (0.0, False, None)
    assert told[0]["by"] == "admin2"


def test_the_probability_is_the_share_of_members_that_reach_the_threshold_in_time(run: onward.Run) -> None:
    people = run.series("stock", admin2="A'zaz").filter(pl.col("date") < dt.date(2016, 7, 21))
    top = people.group_by("member").agg(pl.col("people").max()).sort("people")["people"].to_list()
    between = (top[2] + top[3]) / 2
    assert top[2] < top[3]
    told = evaluate_triggers(run, [made(unit="A'zaz", threshold=between, horizon=20, probability=0.4)])[0]
    assert told["probability"] == pytest.approx(0.4)
    days = people.filter(pl.col("people") >= between).group_by("member").agg(pl.col("date").min()).sort("date")
    assert told["first_date"] == days["date"][1].isoformat()
    more = evaluate_triggers(run, [made(unit="A'zaz", threshold=between, horizon=20, probability=0.41)])[0]
    assert (more["fired"], more["first_date"]) == (False, None)


def test_movements_are_summed_over_the_window(run: onward.Run) -> None:
    daily = run.series("departures").filter(pl.col("member") == 0)["people"].to_list()
    most = max(sum(daily[max(t - 6, 0) : t + 1]) for t in range(len(daily)))
    one = replace_members(run)
    at, above = (
        evaluate_triggers(one, [made(indicator="departures", threshold=float(n), window=7)])[0]
        for n in (most, most + 1)
    )
    assert (at["probability"], above["probability"]) == (1.0, 0.0)


def replace_members(run: onward.Run) -> onward.Run:
    """The run's first member alone."""
    tables = {name: frame.filter(pl.col("member") == 0) for name, frame in run.tables.items()}
    return replace(run, about={**run.about, "members": 1}, tables=tables)


def test_only_days_after_the_origin_count(run: onward.Run) -> None:
    whole = evaluate_triggers(run, [made(unit="azaz")])[0]
    assert whole["first_date"] == "2016-07-01"
    later = evaluate_triggers(run, [made(unit="azaz")], origin=dt.date(2016, 7, 10))[0]
    assert later["first_date"] == "2016-07-11"
    with pytest.raises(ParameterError, match="leaves no day"):
        evaluate_triggers(run, [made()], origin=dt.date(2016, 7, 31))


def test_the_command_speaks_to_schedulers(run: onward.Run, tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text('[[trigger]]\nname = "any"\nindicator = "stock"\nthreshold = 1\n', "utf-8")
    folder = run.folder or Path()
    done = onward_("triggers", folder, "--triggers", tmp_path / "t.toml", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["triggers"][0]["fired"] is True
    (tmp_path / "t.toml").write_text('[[trigger]]\nname = "none"\nindicator = "stock"\nthreshold = 1e9\n', "utf-8")
    done = onward_("triggers", folder, "--triggers", tmp_path / "t.toml")
    assert (done.exit_code, "quiet" in done.stdout) == (0, True)
    assert onward_("triggers", folder, "--triggers", tmp_path / "missing.toml").exit_code == 2


def test_a_run_takes_triggers_from_a_file_and_shows_them(crisis_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text('[[trigger]]\nname = "any at all"\nindicator = "stock"\nthreshold = 1\n', "utf-8")
    done = onward_("run", crisis_folder, "--members", "1", "--triggers", tmp_path / "t.toml", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert "any at all" in done.output
    assert onward.read_run(tmp_path / "run").about["triggers"][0]["name"] == "any at all"


def test_all_that_is_wrong_with_triggers_is_told_at_once(crisis_folder: Path, tmp_path: Path) -> None:
    wrong = """\
[[trigger]]
name = "a"
indicator = "stok"
threshold = -1
[[trigger]]
name = "b"
indicator = "stock"
threshold = 5
window = 3
unit = "Azaz"
[[trigger]]
name = "b"
indicator = "arrivals"
treshold = 5
"""
    (tmp_path / "t.toml").write_text(wrong, "utf-8")
    crisis = onward.read_crisis(crisis_folder)
    with pytest.raises(CrisisDataError) as caught:
        read_triggers(tmp_path / "t.toml", crisis)
    told = str(caught.value)
    for words in (
        "t.toml, key trigger 1, indicator: 'stok' is not one of stock",
        "key trigger 1, threshold: '-1' is not a number of people above 0",
        "key trigger 2, window: stock is a number of people on a day",
        "key trigger 2, unit: 'Azaz' is no place, area or administrative unit of this crisis. Did you mean 'azaz'",
        "key trigger 3, threshold: this required key is missing",
        "key trigger 3, treshold: this key is unknown. Did you mean 'threshold'",
    ):
        assert words in told, told


def test_triggers_are_kept_and_change_no_hash(crisis_folder: Path, tmp_path: Path) -> None:
    crisis = onward.read_crisis(crisis_folder)
    onward.write_crisis(crisis, tmp_path / "again")
    assert onward.read_crisis(tmp_path / "again").triggers == crisis.triggers
    assert replace(crisis, triggers=()).hash == crisis.hash


def test_hits_misses_false_alarms_and_lead_time(run: onward.Run) -> None:
    """Counts at azaz: 9,000 on 10 July; at kilis 2,500 on 20 July. Origins before and after them."""
    crisis = run.crisis
    assert crisis is not None
    base = {"indicator": "stock", "horizon": 15}
    mine = [
        made(name="hit", unit="azaz", threshold=100.0, **base),
        made(name="miss", unit="kilis", threshold=2400.0, probability=1.0, **base),
        made(name="alarm", unit="azaz", threshold=9500.0, probability=0.01, **base),
    ]
    counts = crisis.table("counts").with_columns(
        pl.when(pl.col("place") == "azaz").then(pl.lit(9000)).otherwise(pl.col("people")).alias("people")
    )
    held = crisis.replace_table("counts", counts)
    rows = score_triggers([(dt.date(2016, 7, 5), run), (dt.date(2016, 7, 12), run)], held, mine)
    first = {row["trigger"]: row for row in rows.filter(pl.col("origin") == dt.date(2016, 7, 5)).to_dicts()}
    assert (first["hit"]["verdict"], first["hit"]["lead_days"], first["hit"]["observed"]) == ("hit", 5, True)
    fired = {name: first[name]["fired"] for name in ("miss", "alarm")}
    assert first["miss"]["verdict"] == ("hit" if fired["miss"] else "miss")
    assert first["alarm"]["verdict"] == ("false alarm" if fired["alarm"] else "quiet")
    later = rows.filter((pl.col("origin") == dt.date(2016, 7, 12)) & (pl.col("trigger") == "hit")).row(0, named=True)
    assert (later["observed"], later["verdict"]) == (None, "not observed")
    scores = trigger_scores(rows).row(by_predicate=pl.col("trigger") == "hit", named=True)
    assert (scores["hits"], scores["not_observed"], scores["lead_days"]) == (1, 1, 5.0)
    with pytest.raises(ParameterError, match="under_way is not counted"):
        score_triggers([(dt.date(2016, 7, 5), run)], held, [made(indicator="under_way")])


def test_the_backtest_of_triggers_scores_past_forecasts_and_resumes(
    crisis_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts of the coded crisis decide: something was counted at azaz and kilis, nothing in all of A'zaz."""
    monkeypatch.setenv("ONWARD_CACHE", str(tmp_path / "cache"))
    (tmp_path / "t.toml").write_text(
        '[[trigger]]\nname = "any"\nindicator = "stock"\nunit = "azaz"\nthreshold = 1\nhorizon = 10\n'
        '[[trigger]]\nname = "none"\nindicator = "stock"\nunit = "azaz"\nthreshold = 1e9\nhorizon = 10\n',
        "utf-8",
    )
    asked = ("backtest", crisis_folder, "--triggers", tmp_path / "t.toml", "--origins", 2, "--members", 2)
    done = onward_(*asked, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    verdicts = ("hits", "misses", "false_alarms", "quiet", "not_observed")
    rows = {row["trigger"]: row for row in told["triggers"]}
    assert [sum(rows[name][word] for word in verdicts) for name in ("any", "none")] == [2, 2]
    assert rows["none"]["hits"] == rows["none"]["false_alarms"] == rows["any"]["misses"] == rows["any"]["quiet"] == 0
    for row in told["forecasts"]:
        fired, observed = row["fired"], row["observed"]
        wanted = {(True, True): "hit", (False, True): "miss", (True, False): "false alarm", (False, False): "quiet"}
        assert row["verdict"] == wanted.get((fired, observed), "not observed")
    monkeypatch.setattr("onward.runs.trigger_backtest.forecast_in_memory", None)
    again = onward_(*asked)
    assert again.exit_code == 0, again.output
    assert "False alarms" in again.stdout
    assert onward_(*asked, "--cold-start").exit_code == 2
    assert "leave no forecast of 40 days" in onward_(*asked[:3], write(tmp_path, 40), "--origins", 2).output


def write(folder: Path, horizon: int) -> Path:
    """A file with one trigger of a horizon."""
    file = folder / "long.toml"
    file.write_text(f'[[trigger]]\nname = "a"\nindicator = "stock"\nthreshold = 1\nhorizon = {horizon}\n', "utf-8")
    return file
