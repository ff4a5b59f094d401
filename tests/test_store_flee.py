"""The run folder of a run under Flee's rules keeps the same promises as any other."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from flee_toy import write_flee
from onward.crisis import read_crisis
from onward.errors import RunFolderError
from onward.flee.simulate import FleeRunSettings, load_flee, simulate_flee
from onward.runs.flee_task import flee_work
from onward.runs.folder import CRISIS, RUN, free_folder, read_run, run_to_folder, write_run
from onward.runs.task import Work
from onward.simulation.settings import make_settings
from views.sample_run import write_runnable

PLACES = "A town,r,H,36,37,conflict_zone,0,1000\nB,r,F,36,37.5,camp,,500\nC,r,H,36.1,37.2,town,,\n"
ROADS = "A town,B,80,0\nA town,C,30,0\nC,B,60,0\n"
MEMBERS = 4
TABLES = ["stock", "flows", "gates", "movements", "times", "registrations"]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    conflicts = "#Day,A town\n" + "0,1\n" * 10
    folder = tmp_path_factory.mktemp("flee") / "toy"
    return write_flee(folder, PLACES, ROADS, conflicts=conflicts, camps={"B": [(0, 10), (9, 400)]})


def work_of(instance: Path, **given: object) -> Work:
    return flee_work(load_flee(instance), FleeRunSettings(**{"members": MEMBERS, **given}))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def whole(instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "whole"
    write_run(work_of(instance), folder=folder)
    return folder


def tables_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.parquet").read_bytes() for name in TABLES}


def cut_off(work: Work, folder: Path) -> None:
    def tell(stage: str, done: int, members: int) -> None:
        if stage == "run" and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_run(work, folder=folder, progress=tell)


def test_the_folder_holds_the_tables_the_registrations_and_the_crisis(whole: Path) -> None:
    assert sorted(e.name for e in whole.iterdir()) == sorted([CRISIS, RUN, *(f"{name}.parquet" for name in TABLES)])
    about = json.loads((whole / RUN).read_text("utf-8"))
    assert (about["rules"], about["given_totals"], about["tables"]) == ("flee", True, TABLES)
    assert "as they run" in about["notices"][0]
    assert "no forecast" in about["notices"][1]
    assert about["claims"] == []
    assert set(about["score"]) == {"rules", "members", "interpolated_days", "real_counts"}


def test_the_crisis_has_flees_names_so_that_tables_and_map_go_together(whole: Path) -> None:
    stock = read_run(whole).table("stock")
    assert set(stock["place"].cast(pl.String)) <= set(read_crisis(whole / CRISIS).places) == {"A town", "B", "C"}


def test_the_folder_says_what_the_run_in_memory_says(instance: Path, whole: Path) -> None:
    run, memory = read_run(whole), simulate_flee(instance, members=MEMBERS)
    for name in TABLES:
        assert run.table(name).equals(memory.table(name))
    assert run.about["people"] == run.table("stock").filter(date=run.table("stock")["date"].max())["people"].sum() / 4


@pytest.mark.parametrize("workers", [2, 4])
def test_the_bytes_do_not_depend_on_threads(instance: Path, whole: Path, tmp_path: Path, workers: int) -> None:
    write_run(work_of(instance), folder=tmp_path / "run", workers=workers)
    assert tables_of(tmp_path / "run") == tables_of(whole)


def test_a_run_that_was_stopped_is_gone_on_with(instance: Path, whole: Path, tmp_path: Path) -> None:
    cut_off(work_of(instance), tmp_path / "toy-1")
    assert free_folder(work_of(instance).plan, base=tmp_path) == tmp_path / "toy-1"
    with pytest.raises(RunFolderError, match="seed is 1 there and 2 here"):
        write_run(work_of(instance, seed=2), folder=tmp_path / "toy-1")
    write_run(work_of(instance), folder=tmp_path / "toy-1")
    assert tables_of(tmp_path / "toy-1") == tables_of(whole)
    with pytest.raises(RunFolderError, match="a finished run here"):
        write_run(work_of(instance), folder=tmp_path / "toy-1")


def test_two_commands_do_not_write_to_one_folder(instance: Path, tmp_path: Path) -> None:
    def tell(stage: str, done: int, members: int) -> None:
        if stage == "run" and done == 1:
            write_run(work_of(instance), folder=tmp_path)

    with pytest.raises(RunFolderError, match="another command is writing here"):
        write_run(work_of(instance), folder=tmp_path, progress=tell)


def test_a_run_of_other_rules_leaves_nothing_behind(instance: Path, tmp_path: Path) -> None:
    crisis = read_crisis(write_runnable(tmp_path / "tiny"))
    run_to_folder(crisis, make_settings(crisis, members=1, seed=1), folder=tmp_path / "run")
    write_run(work_of(instance), folder=tmp_path / "run", overwrite=True)
    assert not (tmp_path / "run" / "attacks.parquet").exists()
    assert read_crisis(tmp_path / "run" / CRISIS).name == "toy"
    run_to_folder(crisis, make_settings(crisis, members=1, seed=1), folder=tmp_path / "run", overwrite=True)
    assert not (tmp_path / "run" / "registrations.parquet").exists()


def test_without_coordinates_there_is_no_map_and_that_is_said(tmp_path: Path) -> None:
    folder = write_flee(tmp_path / "toy", "A,r,H,,,conflict_zone,0,1000\nB,r,F,36,37.5,camp,,500\n", "A,B,80,0\n")
    run = write_run(work_of(folder), folder=tmp_path / "run")
    assert not (tmp_path / "run" / CRISIS).exists()
    assert "locations.csv, row 2, column 4 or 5: 'A' has no coordinates" in run.about["notices"][-1]


def test_expected_runs_to_a_folder_too(instance: Path, tmp_path: Path) -> None:
    run = write_run(work_of(instance, engine="expected", members=1), folder=tmp_path / "run")
    assert run.table("stock").schema["people"] == pl.Float64
    assert run.about["newly_displaced"]["mean"] == 1000


def test_no_path_of_the_machine_is_written(instance: Path, whole: Path) -> None:
    text = (whole / RUN).read_text("utf-8")
    assert str(instance.parent) not in text
    assert str(whole.parent) not in text
