"""The public functions do what the command line does, and runs are values."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import onward
from onward.errors import ParameterError, RunFolderError, SimulationError
from onward.simulation.conservation import check_conservation
from onward.simulation.run import Run
from views.sample_run import write_runnable


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_runnable(tmp_path_factory.mktemp("api") / "tiny")


@pytest.fixture(scope="module")
def run(folder: Path) -> onward.Run:
    return onward.simulate(folder, members=2, seed=3)


def test_equal_runs_are_equal_and_unequal_ones_are_not(folder: Path, run: onward.Run) -> None:
    assert run == onward.simulate(folder, members=2, seed=3, workers=2)
    assert hash(run) == hash(onward.simulate(folder, members=2, seed=3))
    assert run != onward.simulate(folder, members=2, seed=4)
    assert run != "a run"


def test_a_run_written_to_a_folder_knows_its_crisis(folder: Path, run: onward.Run, tmp_path: Path) -> None:
    written = onward.simulate(folder, members=2, seed=3, out=tmp_path / "run")
    assert written.crisis == onward.read_crisis(folder) == run.crisis
    assert written.table("stock").equals(run.table("stock"))
    with pytest.raises(RunFolderError, match="there is a finished run here"):
        onward.simulate(folder, members=2, seed=3, out=tmp_path / "run")
    assert onward.simulate(folder, members=2, seed=4, out=tmp_path / "run", resume=False).about["seed"] == 4


def test_means_with_nothing_drawn_are_one_member(folder: Path) -> None:
    assert onward.simulate(folder, engine="expected").about["members"] == 1
    assert onward.simulate(folder, engine="expected", members=3).about["members"] == 3


def test_an_area_is_the_sum_of_its_places_member_by_member(run: onward.Run) -> None:
    north = run.series("residents", area="north")["people"]
    parts = [run.series("residents", place=place)["people"] for place in ("azaz", "marea")]
    assert north.to_list() == (parts[0] + parts[1]).to_list()
    every = run.series("residents")["people"].to_list()
    assert run.series("residents", area="everywhere")["people"].to_list() == every
    assert run.series("residents", area="SYR")["people"].to_list() == every


def test_unknown_names_are_guessed(run: onward.Run) -> None:
    with pytest.raises(ParameterError, match="Did you mean 'azaz'"):
        run.quantiles(place="Azaz")
    with pytest.raises(ParameterError, match="Did you mean 'north'"):
        run.quantiles(area="nort")
    with pytest.raises(ParameterError, match="not both"):
        run.quantiles(place="azaz", area="north")


def test_tables_leave_as_polars_and_pandas(run: onward.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run.to_polars("stock").schema["place"] == pl.String

    def missing(self: pl.DataFrame) -> None:
        raise ModuleNotFoundError("pandas")

    monkeypatch.setattr(pl.DataFrame, "to_pandas", missing)
    for table in (run, run.quantiles(), run.series("stock"), run.table("stock"), run.to_polars()):
        with pytest.raises(ParameterError, match=r"pip install.*pandas"):
            table.to_pandas()


def test_a_lost_person_is_found_in_memory_too(run: onward.Run) -> None:
    stock = run.table("stock")
    short = Run(run.about, {"stock": stock.filter(pl.int_range(pl.len()) != 5).lazy()})
    with pytest.raises(SimulationError, match="nobody may be lost or added"):
        check_conservation(short)
    assert check_conservation(run) > 0


def test_a_claim_on_the_share_of_all_displaced_from_an_area(folder: Path) -> None:
    crisis = onward.read_crisis(folder)
    rows = [
        {"claim": "share", "indicator": "share", "origin": "north", "unit": "share", "low": 0.0, "high": 1.0,
         "measure": "from_origin", "source": "test"},
        {"claim": "all", "indicator": "share", "origin": "everywhere", "destination": "everywhere", "unit": "share",
         "low": 0.0, "high": 1.0, "measure": "from_origin", "source": "test"},
    ]  # fmt: skip
    found = onward.simulate(crisis.replace_table("claims", pl.DataFrame(rows)), members=2).table("claims")
    values = dict(found.group_by("claim").agg(pl.col("value").mean()).iter_rows())
    assert 0 < values["share"] <= 1
    assert values["all"] == 1


def test_a_run_in_memory_exports_what_its_crisis_knows(run: onward.Run) -> None:
    data = run.to_xarray()
    assert data["latitude"].notnull().all()
    assert set(data["country"].values) == {"SYR", "TUR"}
    assert "unknown" not in str(data.attrs)


def test_a_report_is_written_from_a_run(run: onward.Run, tmp_path: Path) -> None:
    assert run.to_html(tmp_path / "run.html").read_text("utf-8").startswith("<!doctype html>")
    with pytest.raises(ParameterError, match=r"onward\.simulate"):
        Run(run.about, run.tables).to_html(tmp_path / "other.html")
