"""`onward backtest`: whatever came after the origin, capacities included, its forecasts are the same byte for byte."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from flee_toy import START, write_flee
from onward.cli.main import app
from onward.inference import backtest
from onward.inference.forecast import ALL_MODELS
from onward.typing import Floats

#: the first origin of every backtest, days of the folder, and days between counts
ORIGIN, DAYS, EVERY = 60, 121, 10
ROADS = "A,B,60,0\nD,B,80,0\nB,C,90,0\nD,C,150,0\n"
#: what may differ after the origin: capacity of camps, factor of later counts, first day of fighting at D, closures
CAME, ELSE = (5000, 1.0, 75, ""), (90, 0.2, 100, "location,A,Y,70,-1\n")


def folder(place: Path, capacity: int, factor: float, begins: int, closures: str) -> Path:
    locations = (
        f"A,R,X,0,0,conflict_zone,0,40000\nB,R,Y,0.5,0.5,camp,0,{capacity}\n"
        f"C,R,Y,1,1,camp,0,{capacity}\nD,R,X,1,0,town,0,20000\n"
    )
    rows = [f"{day},{int(day % 7 < 4)},{int(day >= begins)}" for day in range(DAYS)]
    write_flee(
        place, locations, ROADS, days=DAYS, conflicts="#Day,A,D\n" + "\n".join(rows) + "\n", closures=closures
    )  # fmt: skip
    growth = {"total": 90.0, "B": 60.0, "C": 30.0}
    for name, daily in growth.items():
        counts = {day: round(daily * day * (factor if day > ORIGIN else 1.0)) for day in range(0, DAYS, EVERY)}
        lines = [f"{dt.date.fromisoformat(START) + dt.timedelta(day)},{people}" for day, people in counts.items()]
        (place / "source_data" / f"{name.lower()}.csv").write_text("\n".join(lines) + "\n")
    return place


def forecasts(place: Path, patch: pytest.MonkeyPatch) -> Mapping[str, Floats]:
    """The quantiles that the command scores, by model."""
    kept: list[Mapping[str, Floats]] = []
    score = backtest.score_cases

    def keep(observations: object, origin: int, cases: object, found: Mapping[str, Floats]) -> object:
        assert origin == ORIGIN
        kept.append(found)
        return score(observations, origin, cases, found)  # type: ignore[arg-type]

    patch.setattr(backtest, "score_cases", keep)
    words = ["backtest", str(place), "--horizons", "30,60", "--origins", "1", "--draws", "2", "--fresh", "--json"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert '"model": "oracle_war"' in result.stdout
    assert '"model": "oracle_flee"' in result.stdout
    (found,) = kept
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Mapping[str, Floats]]:
    made = []
    for name, later in {"came": CAME, "else": ELSE}.items():
        with pytest.MonkeyPatch.context() as patch:
            made.append(forecasts(folder(tmp_path_factory.mktemp(name) / "toy", *later), patch))
    return made


def test_what_came_after_the_origin_changes_no_forecast(found: list[Mapping[str, Floats]]) -> None:
    one, two = found
    assert set(one) == set(ALL_MODELS)
    for model in (model for model in ALL_MODELS if not model.startswith("oracle_")):
        assert one[model].tobytes() == two[model].tobytes(), model
    for model in ("mechanism", "placebo", "flee_carried"):
        assert np.isfinite(one[model]).any(), model


def test_oracles_know_what_came(found: list[Mapping[str, Floats]]) -> None:
    one, two = found
    for model in ("oracle_war", "oracle_flee"):
        assert one[model].tobytes() != two[model].tobytes(), model
