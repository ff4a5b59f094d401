"""The run folder: whole or not there, the same bytes whoever wrote it, and safe from being overwritten."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from onward.crisis import Crisis, read_crisis
from onward.errors import RunFolderError
from onward.runs.checkpoint import PARTS, PLAN
from onward.runs.folder import CRISIS, RUN, Progress, free_folder, plan_of, read_run, run_to_folder
from onward.simulation.member import Settings
from onward.simulation.run import Run
from onward.simulation.settings import make_settings
from onward.simulation.tables import TABLES
from views.sample_run import write_runnable

MEMBERS = 5


@pytest.fixture(scope="module")
def crisis(tmp_path_factory: pytest.TempPathFactory) -> Crisis:
    return read_crisis(write_runnable(tmp_path_factory.mktemp("crisis") / "tiny"))


def settings_for(crisis: Crisis, **given: object) -> Settings:
    return make_settings(crisis, **{"members": MEMBERS, "seed": 1, "parameters": "prior", **given})


@pytest.fixture(scope="module")
def whole(crisis: Crisis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "whole"
    run_to_folder(crisis, settings_for(crisis), folder=folder)
    return folder


def tables_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.parquet").read_bytes() for name in TABLES}


def stop_at(member: int) -> Progress:
    """Interrupt as Ctrl-C does, when so many members are done."""

    def tell(stage: str, done: int, members: int) -> None:
        if stage == "run" and done == member:
            raise KeyboardInterrupt

    return tell


def cut_off(crisis: Crisis, folder: Path, **given: object) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_to_folder(crisis, settings_for(crisis, **given), folder=folder, progress=stop_at(2))


def test_a_finished_folder_holds_the_run_and_nothing_else(whole: Path) -> None:
    tables = (f"{name}.parquet" for name in TABLES)
    assert sorted(entry.name for entry in whole.iterdir()) == sorted([CRISIS, RUN, *tables])


def test_the_crisis_that_was_run_lies_in_the_folder(crisis: Crisis, whole: Path) -> None:
    assert read_crisis(whole / CRISIS).hash == crisis.hash == read_run(whole).about["crisis_hash"]


def test_people_add_up_to_the_same_number_every_day(whole: Path) -> None:
    stock = pl.read_parquet(whole / "stock.parquet")
    daily = stock.group_by("member", "date").agg(pl.col("people").sum())
    ends = daily.group_by("member").agg(pl.len(), pl.col("people").n_unique().alias("numbers"))
    assert ends.sort("member").rows() == [(member, 31, 1) for member in range(MEMBERS)]
    assert stock.schema["people"] == pl.Int64
    assert stock["people"].min() > 0  # type: ignore[operator]


def test_members_are_in_order(whole: Path) -> None:
    for name in TABLES:
        assert pl.read_parquet(whole / f"{name}.parquet")["member"].is_sorted()


@pytest.mark.parametrize("workers", [2, 4])
def test_the_bytes_do_not_depend_on_threads(crisis: Crisis, whole: Path, tmp_path: Path, workers: int) -> None:
    run_to_folder(crisis, settings_for(crisis), folder=tmp_path / "run", workers=workers)
    assert tables_of(tmp_path / "run") == tables_of(whole)


def test_a_run_that_was_stopped_is_gone_on_with(crisis: Crisis, whole: Path, tmp_path: Path) -> None:
    folder, seen = tmp_path / "run", []
    cut_off(crisis, folder)
    with pytest.raises(RunFolderError, match=r"is not finished. Repeat the same command to resume it"):
        read_run(folder)
    tell = lambda stage, done, members: seen.append((stage, done))  # noqa: E731
    run_to_folder(crisis, settings_for(crisis), folder=folder, progress=tell)
    assert seen[1][0] == "run"
    assert seen[1][1] >= 2
    assert tables_of(folder) == tables_of(whole)


def test_a_run_that_was_killed_is_gone_on_with(crisis: Crisis, whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write_runnable(tmp_path / "tiny")
    killed = f"""
import os, signal
from onward.crisis import read_crisis
from onward.simulation.settings import make_settings
from onward.runs.folder import run_to_folder
crisis = read_crisis({str(tmp_path / "tiny")!r})
def tell(stage, done, members):
    if stage == "run" and done == 3:
        os.kill(os.getpid(), signal.SIGKILL)
settings = make_settings(crisis, members={MEMBERS}, seed=1, parameters="prior")
run_to_folder(crisis, settings, folder={str(folder)!r}, progress=tell)
"""
    ended = subprocess.run([sys.executable, "-c", killed], capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert [entry.name for entry in folder.iterdir()] == [PARTS]
    run_to_folder(crisis, settings_for(crisis), folder=folder)
    assert tables_of(folder) == tables_of(whole)


@pytest.mark.parametrize("left", [0.0, 0.5, 0.95])
def test_a_part_cut_short_is_run_again(crisis: Crisis, whole: Path, tmp_path: Path, left: float) -> None:
    folder = tmp_path / "run"
    cut_off(crisis, folder)
    part = folder / PARTS / "member-0.arrows"
    part.write_bytes(part.read_bytes()[: int(left * part.stat().st_size)])
    run_to_folder(crisis, settings_for(crisis), folder=folder)
    assert tables_of(folder) == tables_of(whole)


def test_another_run_does_not_go_on_with_it(crisis: Crisis, tmp_path: Path) -> None:
    cut_off(crisis, tmp_path / "run")
    with pytest.raises(RunFolderError, match=r"seed is 1 there and 2 here.*--overwrite to discard it"):
        run_to_folder(crisis, settings_for(crisis, seed=2), folder=tmp_path / "run")
    with pytest.raises(RunFolderError, match=r"overrides.share_foot is not set there and 1.0 here"):
        run_to_folder(crisis, settings_for(crisis, overrides={"share_foot": 1.0}), folder=tmp_path / "run")
    run = run_to_folder(crisis, settings_for(crisis, seed=2), folder=tmp_path / "run", overwrite=True)
    assert run.about["seed"] == 2


def test_a_finished_run_is_not_overwritten_unasked(crisis: Crisis, whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_to_folder(crisis, settings_for(crisis, seed=2), folder=folder)
    before = tables_of(folder)
    with pytest.raises(RunFolderError, match=r"a finished run here. Give --overwrite or another --out"):
        run_to_folder(crisis, settings_for(crisis), folder=folder)
    assert tables_of(folder) == before
    run_to_folder(crisis, settings_for(crisis), folder=folder, overwrite=True)
    assert tables_of(folder) == tables_of(whole)


def test_the_old_run_stays_readable_until_the_new_one_is_done(crisis: Crisis, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_to_folder(crisis, settings_for(crisis, seed=2), folder=folder)
    with pytest.raises(KeyboardInterrupt):
        run_to_folder(crisis, settings_for(crisis), folder=folder, overwrite=True, progress=stop_at(2))
    assert read_run(folder).about["seed"] == 2


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("name", ["thesis.odt", "run.json", ".parts/thesis.odt"])
def test_what_is_no_run_folder_is_left_alone(crisis: Crisis, tmp_path: Path, name: str, overwrite: bool) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("{}")
    with pytest.raises(RunFolderError, match=r"something else than a run. Give a new folder"):
        run_to_folder(crisis, settings_for(crisis), folder=tmp_path, overwrite=overwrite)
    assert mine.read_text() == "{}"
    assert list(tmp_path.iterdir()) == [tmp_path / name.split("/")[0]]


def test_a_file_is_no_folder(crisis: Crisis, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(RunFolderError, match="this is a file"):
        run_to_folder(crisis, settings_for(crisis), folder=tmp_path / "run")
    with pytest.raises(RunFolderError, match="cannot be written"):
        run_to_folder(crisis, settings_for(crisis), folder=tmp_path / "run" / "deeper")


def test_an_empty_folder_will_do(crisis: Crisis, tmp_path: Path) -> None:
    assert run_to_folder(crisis, settings_for(crisis, members=1), folder=tmp_path).about["members"] == 1


def test_two_commands_do_not_write_to_one_folder(crisis: Crisis, tmp_path: Path) -> None:
    def tell(stage: str, done: int, members: int) -> None:
        if stage == "run" and done == 1:
            run_to_folder(crisis, settings_for(crisis), folder=tmp_path)

    with pytest.raises(RunFolderError, match="another command is writing here"):
        run_to_folder(crisis, settings_for(crisis), folder=tmp_path, progress=tell)


def test_reading_tells_what_is_wrong(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="there is no run here"):
        read_run(tmp_path / "nowhere")
    about = json.loads((whole / RUN).read_text("utf-8"))
    for content, words in (
        ("[]", "not about a run of Onward"),
        ('{"format": 1}', "not about a run of Onward"),
        ("{", "cannot be read"),
        (json.dumps({**about, "format": 2}), "format 2 is newer"),
        (json.dumps(about), "stock.parquet, flows.parquet.* is missing"),
    ):
        (tmp_path / RUN).write_text(content)
        with pytest.raises(RunFolderError, match=words):
            read_run(tmp_path)


def test_what_is_read_is_what_was_run(whole: Path, crisis: Crisis) -> None:
    run = read_run(whole)
    assert isinstance(run, Run)
    assert run.about == json.loads((whole / RUN).read_text("utf-8"))
    quantiles = run.quantiles("stock", place="azaz").row(-1, named=True)
    for name, people in run.about["stock"]["azaz"].items():
        assert people == pytest.approx(quantiles[name], abs=0.01)
    assert run.about["people"] == pytest.approx(
        run.table("stock").filter(date=crisis.end)["people"].sum() / MEMBERS, abs=1
    )


def test_the_times_add_up_to_the_displaced(whole: Path) -> None:
    about = read_run(whole).about
    assert sum(about["times"][n]["mean"] for n in ("1", "2", "3", "4+")) == pytest.approx(
        about["displaced"]["mean"], abs=0.1
    )
    assert sum(about["times"][n]["mean"] for n in ("2", "3", "4+")) == pytest.approx(
        about["times"]["2+"]["mean"], abs=0.1
    )


def test_no_name_of_the_machine_or_its_user_is_written(whole: Path) -> None:
    text = (whole / RUN).read_text("utf-8")
    for name in (platform.node(), os.path.expanduser("~"), str(whole.parent)):
        assert len(name) < 4 or name not in text


def test_a_crisis_without_gates_runs(tmp_path: Path) -> None:
    folder = write_runnable(tmp_path / "tiny")
    (folder / "closures.csv").unlink()
    (folder / "claims.csv").unlink()
    routes = (folder / "routes.csv").read_text("utf-8").replace("bab_al_salama", "")
    (folder / "routes.csv").write_text(routes, "utf-8")
    crisis = read_crisis(folder)
    run = run_to_folder(crisis, settings_for(crisis, members=2), folder=tmp_path / "run")
    assert run.about["gates"] == {}
    assert run.table("gates").height == 0


def test_the_default_folder_is_the_next_free_number(crisis: Crisis, tmp_path: Path) -> None:
    settings = settings_for(crisis)
    plan = plan_of(crisis, settings)
    assert free_folder(plan, base=tmp_path) == tmp_path / "tiny-1"
    run_to_folder(crisis, settings, folder=tmp_path / "tiny-1")
    assert free_folder(plan, base=tmp_path) == tmp_path / "tiny-2"
    cut_off(crisis, tmp_path / "tiny-2")
    assert free_folder(plan, base=tmp_path) == tmp_path / "tiny-2"
    assert free_folder(plan_of(crisis, settings_for(crisis, seed=2)), base=tmp_path) == tmp_path / "tiny-3"


def test_a_folder_of_an_older_onward_names_no_tables_and_is_read(whole: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(whole, tmp_path / "old")
    about = json.loads((whole / RUN).read_text("utf-8"))
    del about["tables"], about["notices"]
    (tmp_path / "old" / RUN).write_text(json.dumps(about))
    assert set(read_run(tmp_path / "old").tables) == set(TABLES)


def test_the_plan_is_written_before_any_member(crisis: Crisis, tmp_path: Path) -> None:
    cut_off(crisis, tmp_path / "run")
    assert json.loads((tmp_path / "run" / PARTS / PLAN).read_text("utf-8")) == plan_of(crisis, settings_for(crisis))
