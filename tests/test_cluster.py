"""Work on a Dask cluster: the same numbers, whatever dies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cluster_work import die_once
from onward.crisis import read_crisis
from onward.errors import ParameterError
from onward.runs.forecast import forecast_to_folder
from onward.runs.forecast_task import forecast_work
from onward.simulation import cluster
from onward.simulation.cluster import map_on_cluster

pytest.importorskip("distributed", reason="the extra cluster is not installed")


@pytest.fixture(scope="module")
def threads() -> Iterator[str]:
    """A cluster of two workers in threads of this process: cheap, and all that is sent is still pickled."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=None
    ) as cluster:  # fmt: skip
        yield cluster.scheduler_address


@pytest.mark.filterwarnings("ignore")
def test_a_killed_worker_changes_no_number(tmp_path: Path) -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        found = dict(map_on_cluster(cluster.scheduler_address, die_once, str(tmp_path), range(8)))
    assert (tmp_path / "died").exists()
    assert found == {number: number * number for number in range(8)}


def test_a_forecast_on_a_cluster_has_the_numbers_of_threads_and_resumes(threads: str, tmp_path: Path) -> None:
    def work(cluster: str | None) -> Any:
        return forecast_work(
            read_crisis("aleppo-2016"), origin=date(2016, 1, 20), days=5, members=3, seed=2, cluster=cluster
        )

    def stop(stage: str, done: float, of: int) -> None:
        if stage == "run" and done >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        forecast_to_folder(work(threads), folder=tmp_path / "there", progress=stop)
    there = forecast_to_folder(work(threads), folder=tmp_path / "there")
    here = forecast_to_folder(work(None), folder=tmp_path / "here")
    assert (tmp_path / "there" / "forecast.csv").read_bytes() == (tmp_path / "here" / "forecast.csv").read_bytes()
    assert there.run.table("stock").equals(here.run.table("stock"))


def test_an_address_where_nobody_answers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 1)
    with pytest.raises(ParameterError, match="no Dask scheduler answers there"):
        list(map_on_cluster("tcp://127.0.0.1:9", die_once, "", [1]))
