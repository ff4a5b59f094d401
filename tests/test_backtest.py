"""Rolling-origin backtests: which counts answer which origin, resuming, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from onward.cli.main import app
from onward.errors import CrisisDataError
from onward.inference.backtest import backtest, make_cases, naive_error, origin_days, summary
from onward.inference.forecast import FORECAST_MODELS
from test_forecast import made

KEYS = [
    *("crisis", "horizon", "series", "model", "n", "crps", "crps_scaled", "wis"),
    *("cover50", "cover80", "cover90", "cover95", "bias", "mase", "ard"),
]


def test_origins_are_equally_spaced_from_day_60_on() -> None:
    assert origin_days(391, [30, 90], 4) == [60, 160, 260, 360]
    assert origin_days(80, [30], 4) == []


def test_a_count_answers_one_origin_and_is_near_its_day() -> None:
    world = made(4)
    cases = make_cases(world, [30, 60], 40)
    keys = [(case.target.series, case.target.horizon, case.target.day) for case in cases]
    assert len(keys) == len(set(keys))
    assert all(abs(case.target.day - case.origin - case.target.horizon) <= 10 for case in cases)
    counted = {series.name: dict(zip(series.days, series.people, strict=True)) for series in world.all()}
    assert all(counted[case.target.series][case.target.day] == case.truth for case in cases)


def test_rows_have_the_keys_of_the_contract_and_scores_add_up() -> None:
    rows = summary(backtest([made(4)], origins=4))
    assert {tuple(sorted(row)) for row in rows} == {tuple(sorted(KEYS))}
    assert {row["model"] for row in rows} == set(FORECAST_MODELS)
    assert {row["series"] for row in rows} == {"place", "total"}
    for row in rows:
        assert row["crps"] > 0
        assert row["cover50"] <= row["cover80"] <= row["cover90"] <= row["cover95"]


def test_an_interrupted_backtest_resumes_with_the_same_numbers(tmp_path: Path) -> None:
    world = made(4)

    def stop(done: int, jobs: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backtest([world], origins=4, cache=tmp_path, progress=stop)
    kept = sorted(tmp_path.iterdir())
    times = [file.stat().st_mtime_ns for file in kept]
    assert len(kept) == 2
    resumed = backtest([world], origins=4, cache=tmp_path)
    assert [file.stat().st_mtime_ns for file in kept] == times
    assert resumed.equals(backtest([world], origins=4))


def test_the_change_over_a_horizon_is_the_error_of_standing_still() -> None:
    assert naive_error(np.array([0.0, 30.0, 60.0]), np.array([1.0, 5.0, 2.0]), 30.0) == 3.5
    assert np.isnan(naive_error(np.array([0.0]), np.array([1.0]), 30.0))


def test_a_crisis_without_anything_to_score_is_named() -> None:
    with pytest.raises(CrisisDataError, match="made4"):
        backtest([made(4, days=70)], horizons=[30])


def command(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["backtest", *words])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_prints_rows_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONWARD_CACHE", str(tmp_path))
    monkeypatch.setattr("onward.cli.rolling.read_observations", lambda crises: [made(4)])
    code, out, _ = command("made4", "--horizons", "60,30", "--origins", "3", "--json")
    assert code == 0
    rows = json.loads(out)["rows"]
    assert {row["horizon"] for row in rows} == {30, 60}
    assert set(rows[0]) == set(KEYS)
    assert len(list((tmp_path / "onward" / "backtest").iterdir())) == 3
    code, out, _ = command("made4", "--horizons", "60,30", "--origins", "3")
    assert code == 0
    assert "Forecasts of places, 30 days ahead" in out
    assert "of the best baseline" in out


def test_a_stopped_command_says_how_to_resume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*words: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("ONWARD_CACHE", str(tmp_path))
    monkeypatch.setattr("onward.cli.rolling.read_observations", lambda crises: [made(4)])
    monkeypatch.setattr("onward.inference.backtest.score_origin", stop)
    code, _, err = command("made4")
    assert code == 130
    assert "Stopped with 0 origins done. The same command resumes." in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("aleppo-2016", "--horizons", "x"), "--horizons x: give whole days from 1 to 365"),
        (("aleppo-2016",), "could be compared"),
    ],
)
def test_mistakes_end_with_code_2(words: tuple[str, ...], said: str) -> None:
    code, _, err = command(*words)
    assert code == 2
    assert said in " ".join(err.split())
