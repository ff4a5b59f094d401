"""Cold starts: what is hidden, what is counted, how simple rules and Onward divide people."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from flee_toy import write_flee
from onward.cli.main import app
from onward.crisis import read_crisis
from onward.evaluation.simple_shares import share_error, simple_shares
from onward.inference.cold_cases import ColdCase, crisis_case, read_cold_case
from onward.inference.cold_start import KEYS, cold_settings, cold_start, mask_of
from onward.model.build import build_model

PLACES = (
    "War,r,Syria,36,37,conflict_zone,0,50000\nNear,r,Utopia,36,37.3,camp,,{near}\nFar,r,Utopia,36,39,camp,,900\n"
    "Late,r,Utopia,36.1,37.3,camp,,{late}\n"
)
ROADS = "War,Near,30,0\nWar,Far,200,0\nWar,Late,30,0\n"
CAMPS = {"Near": [(0, 10), (28, 700)], "Far": [(0, 0), (31, 100)], "Late": [(0, 0), (30, 500)]}


def folder(path: Path, *, near: int = 700, late: int = 500, opens: int = 20, camps: dict | None = None) -> Path:
    return write_flee(
        path, PLACES.format(near=near, late=late), ROADS, days=100, conflicts="#Day,War\n" + "0,1\n" * 400,
        total=[(0, 10), (30, 1310)], camps=camps or CAMPS, closures=f"camp,Late,,0,{opens}\n",
    )  # fmt: skip


def write_days(case: Path) -> Path:
    """The toy writes days of January only; put day 31 on the first of February."""
    for file in (case / "source_data").glob("*.csv"):
        file.write_text(file.read_text().replace("2020-01-32", "2020-02-01"))
    return case


def test_camps_that_open_later_are_neither_places_to_stay_nor_scored(tmp_path: Path) -> None:
    case = read_cold_case(write_days(folder(tmp_path / "toy")))
    assert [s.names for s in case.shares] == [("Near", "Far")]
    places = {row["place"]: row for row in case.crisis.table("places").iter_rows(named=True)}
    assert places["Late"]["opens"] > case.crisis.end
    assert {row["capacity"] for row in places.values()} == {None}
    assert case.crisis.table("counts").is_empty()


def test_truth_is_what_was_registered_since_the_first_day(tmp_path: Path) -> None:
    case = read_cold_case(write_days(folder(tmp_path / "toy")))
    assert [(t.horizon, t.last, t.truth) for t in case.totals] == [(30, 30, 1300.0)]
    assert case.shares[0].truth.tolist() == [690.0, 100.0]
    assert case.shares[0].last == (28, 31)


def test_a_total_that_lacks_what_single_camps_counted_is_their_sum(tmp_path: Path) -> None:
    camps = {"Near": [(0, 10), (28, 1500)], "Far": [(0, 0), (29, 100)], "Late": [(0, 0), (29, 9000)]}
    case = read_cold_case(write_days(folder(tmp_path / "toy", camps=camps)))
    assert [(t.last, t.truth) for t in case.totals] == [(30, 1490.0 + 100.0)]  # Late opens later and is not scored


def test_later_facts_change_nothing_that_is_predicted(tmp_path: Path) -> None:
    one = read_cold_case(write_days(folder(tmp_path / "a" / "toy")))
    changed = {**CAMPS, "Late": [(0, 0), (30, 99)], "Near": [(0, 10), (28, 1400)]}
    two = read_cold_case(write_days(folder(tmp_path / "b" / "toy", near=1400, late=9, opens=70, camps=changed)))
    said = [cold_start([case], members=2, flee=False) for case in (one, two)]
    mine = [[{k: row[k] for k in ("p5", "p50", "p95")} for row in rows if row["kind"] == "total"] for rows in said]
    assert mine[0] == mine[1]
    assert one.crisis.hash == two.crisis.hash


def test_a_first_count_after_the_first_day_is_not_known_on_it(tmp_path: Path) -> None:
    camps = {"Near": [(9, 400), (28, 700)], "Far": [(0, 0), (31, 100)], "Late": [(0, 0)]}
    case = read_cold_case(write_days(folder(tmp_path / "toy", camps=camps)))
    assert case.crisis.table("places")["displaced_at_start"].to_list() == [0, 0, 0, 0]


def test_simple_rules_equal_their_closed_forms(tmp_path: Path) -> None:
    case = read_cold_case(write_days(folder(tmp_path / "toy")))
    model = build_model(case.crisis)
    shares = simple_shares(model, [mask_of(model, p) for p in case.shares[0].places], 30)
    assert shares["equal"].tolist() == [0.5, 0.5]
    assert shares["nearest"].tolist() == [1.0, 0.0]
    assert shares["inverse_distance"] == pytest.approx([200 / 230, 30 / 230])
    assert shares["gravity"] == pytest.approx([200**2 / (200**2 + 30**2), 30**2 / (200**2 + 30**2)])


def test_the_error_of_shares_lies_between_none_and_one() -> None:
    assert share_error(np.array([2.0, 6.0]), np.array([1.0, 3.0])) == 0
    assert share_error(np.array([1.0, 0.0]), np.array([0.0, 5.0])) == 1
    assert share_error(np.array([0.0, 0.0]), np.array([1.0, 1.0])) == 1


def test_a_crisis_is_scored_on_counts_of_different_places_near_the_horizon() -> None:
    case = crisis_case(read_crisis("aleppo-2016"))
    for shares in case.shares:
        assert all(abs(last - shares.horizon) <= 15 for last in shares.last)
        assert sum(len(p) for p in shares.places) == len(frozenset().union(*shares.places))
    assert case.crisis.table("claims").is_empty()


def test_a_fitted_crisis_does_not_use_its_own_fit() -> None:
    settings = cold_settings(crisis_case(read_crisis("aleppo-2016")), members=2, seed=1)
    assert settings.parameters == "prior"
    assert "aleppo-2016" not in settings.base.fitted_on
    assert not settings.overrides


def test_events_that_go_on_beyond_the_scored_days_keep_their_number_a_day(tmp_path: Path) -> None:
    crisis = read_crisis("aleppo-2016")
    events = crisis.table("events").head(1)
    events = events.with_columns(end=events["start"] + dt.timedelta(days=199), n=200.0)
    long = replace(crisis, start=crisis.start, end=crisis.start + dt.timedelta(days=300),
                   tables={**crisis.tables, "events": events})  # fmt: skip
    cut: ColdCase = crisis_case(long)
    row = cut.crisis.table("events").row(0, named=True)
    assert row["n"] == pytest.approx((row["end"] - row["start"]).days + 1)


def test_the_command_prints_rows_with_the_keys_of_the_contract(tmp_path: Path) -> None:
    toy = str(write_days(folder(tmp_path / "toy")))
    done = CliRunner().invoke(app, ["backtest", "--cold-start", toy, "--members", "3", "--json"])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)["rows"]
    assert all(tuple(row) == KEYS for row in rows)
    assert [(r["kind"], r["model"]) for r in rows] == [
        ("total", "onward"), ("shares", "onward"), ("shares", "equal"), ("shares", "inverse_distance"),
        ("shares", "gravity"), ("shares", "nearest"), ("shares", "flee"),
    ]  # fmt: skip
    assert {row["n"] for row in rows if row["kind"] == "shares"} == {2}
    shown = CliRunner().invoke(app, ["backtest", "--cold-start", toy, "--members", "3"])
    assert "Within a factor of 2" in shown.stdout


def test_what_cannot_be_judged_is_refused_with_all_problems_at_once(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["backtest", "--cold-start", "daraa-2018", str(tmp_path / "none")])
    assert done.exit_code == 2
    assert "there is no count near day 30" in done.stderr
    assert "none" in done.stderr
    assert CliRunner().invoke(app, ["backtest", "aleppo-2016"]).exit_code == 2
