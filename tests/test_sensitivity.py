"""Sensitivity analysis: what matters ranks high, and an interrupted analysis resumes to the same numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest
from typer.testing import CliRunner

import onward
from onward.cli.main import app
from onward.crisis import Crisis
from onward.errors import ParameterError, RunFolderError
from onward.model.parameters import declared
from views.sample_run import write_runnable

pytest.importorskip("SALib")
SMALL = {"trajectories": 2, "survivors": 2, "samples": 2}


@pytest.fixture
def crisis(tmp_path: Path) -> Crisis:
    return onward.read_crisis(write_runnable(tmp_path / "crisis"))


def test_quantiles_are_those_of_the_draws() -> None:
    grid = np.linspace(0.001, 0.999, 999)
    for name, parameter in declared().items():
        rng = np.random.default_rng(1)
        drawn = [parameter.draw(rng) for _ in range(400)]
        values = [parameter.quantile(level) for level in grid]
        if parameter.prior == "fixed":
            assert set(values) == {parameter.default}
        else:
            assert kstest(drawn, lambda x, v=values: np.interp(x, v, grid)).pvalue > 1e-4, name


def test_what_decides_ranks_above_what_cannot(crisis: Crisis) -> None:
    found = onward.sensitivity(crisis, **SMALL)
    effect = dict(found.table.filter(output="departures").select("factor", "mu_star").iter_rows())
    assert effect["attack_weight"] > 0
    assert effect["choice_gate"] < 0.01 * effect["attack_weight"]  # decides where people go, hardly whether they leave
    best = found.table.filter(output="departures")["factor"].to_list()
    assert best.index("attack_weight") < best.index("choice_gate")
    assert found.about["central"]["departures"] > 0


def test_a_parameter_set_by_hand_is_no_factor(tmp_path: Path) -> None:
    folder = write_runnable(tmp_path / "crisis")
    toml = folder / "crisis.toml"
    toml.write_text(toml.read_text("utf-8") + "attack_weight = 0.01\n", "utf-8")
    assert "attack_weight" not in onward.sensitivity(onward.read_crisis(folder), **SMALL).about["factors"]


def test_an_interrupted_analysis_resumes_to_the_same_numbers(crisis: Crisis, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(stage: str, done: int, runs: int) -> None:
        if done > 60:
            raise StopError

    whole = onward.sensitivity(crisis, workers=2, **SMALL)
    with pytest.raises(StopError):
        onward.sensitivity(crisis, out=tmp_path / "s", progress=stop, **SMALL)
    begun = []
    resumed = onward.sensitivity(crisis, out=tmp_path / "s", progress=lambda _, n, __: begun.append(n), **SMALL)
    assert begun[0] == 50
    assert resumed.table.equals(whole.table)
    with pytest.raises(RunFolderError, match="another plan"):
        onward.sensitivity(crisis, out=tmp_path / "s", seed=2, **SMALL)


def test_all_mistakes_are_reported_at_once(crisis: Crisis) -> None:
    with pytest.raises(ParameterError) as error:
        onward.sensitivity(crisis, places=["atlantis"], trajectories=1, survivors=0, samples=3)
    for words in ("place 'atlantis'", "trajectories: 1", "survivors: 0", "samples: 3 is not a power of 2"):
        assert words in str(error.value)


def test_the_command_prints_and_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_runnable(tmp_path / "crisis")
    options = ["--trajectories", "2", "--survivors", "2", "--samples", "2", "--place", "azaz"]
    monkeypatch.setenv("COLUMNS", "100")
    done = CliRunner().invoke(app, ["sensitivity", str(folder), *options, "-o", str(tmp_path / "s")])
    assert done.exit_code == 0, done.output
    assert "People who left home" in done.stdout
    assert "attack_weight" in done.stdout
    assert {"sensitivity.csv", "sensitivity.json", "sensitivity.html"} <= {p.name for p in (tmp_path / "s").iterdir()}
    again = CliRunner().invoke(app, ["sensitivity", str(folder), *options, "-o", str(tmp_path / "s"), "--json"])
    assert {"output", "factor", "mu_star", "st"} <= set(json.loads(again.stdout)["rows"][0])
