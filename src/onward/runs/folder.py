"""The run folder: where results are written and what every view reads.

``run.json`` says what was run and the main figures. Parquet tables hold the members: under Onward's own rules
``stock``, ``flows``, ``gates``, ``movements``, ``times``, ``attacks``, ``exposure`` and ``claims``; under Flee's the
first five, and ``registrations``. ``crisis/`` is the crisis that was run, as a crisis folder: views read places,
roads, control and counts from it, and a run under Onward's own rules can be repeated from its folder alone.
``run.json`` is written last: a folder without it is not a finished run. What is run, and how, is a `Work`.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from onward.crisis import Crisis, bundled_crises, read_crisis, write_crisis
from onward.crisis.messages import did_you_mean
from onward.crisis.read import HEADER_FILE
from onward.errors import RunFolderError
from onward.runs import summary
from onward.runs.checkpoint import (
    LOCK,
    PARTS,
    PLAN,
    KernelClock,
    differences,
    finished,
    join_parts,
    locked,
    read_plan,
    write_part,
    write_table,
    write_whole,
)
from onward.runs.task import Frames, Work, own_work, plan_of
from onward.simulation.itineraries import ITINERARIES
from onward.simulation.member import Settings
from onward.simulation.run import Run
from onward.simulation.streams import STREAMS
from onward.simulation.tables import NEAR, TABLES
from onward.simulation.watch import Watch
from onward.typing import Progress

__all__ = [
    "CRISIS",
    "FORMAT",
    "RUN",
    "Progress",
    "free_folder",
    "kept_crisis",
    "plan_of",
    "read_run",
    "run_to_folder",
    "write_run",
]

FORMAT = 1
RUN = "run.json"
CRISIS = "crisis"
#: the tables of any rules
KNOWN = (*TABLES, NEAR, "registrations", ITINERARIES, STREAMS)


def run_to_folder(
    crisis: Crisis,
    settings: Settings,
    *,
    folder: str | Path,
    workers: int = 1,
    overwrite: bool = False,
    progress: Progress | None = None,
    read_seconds: float = 0.0,
) -> Run:
    """Simulate a crisis into a run folder, member by member; an interrupted run is resumed.

    Parameters
    ----------
    crisis, settings
        What to run, from `read_crisis` and `onward.simulation.settings.make_settings`.
    folder, workers, overwrite, progress, read_seconds
        As `write_run` takes them.

    Returns
    -------
    Run
        With lazy tables that read the folder; ``about`` is what run.json says.

    Examples
    --------
    >>> import tempfile, onward
    >>> from onward.simulation.settings import make_settings
    >>> crisis = onward.read_crisis("aleppo-2016")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = run_to_folder(crisis, make_settings(crisis, members=1, seed=1), folder=folder)
    ...     sorted(run.about["displaced"])
    ['mean', 'p5', 'p50', 'p95']
    """
    begin = time.perf_counter()
    work = own_work(crisis, settings)
    read = read_seconds + time.perf_counter() - begin
    return write_run(work, folder=folder, workers=workers, overwrite=overwrite, progress=progress, read_seconds=read)


def write_run(
    work: Work,
    *,
    folder: str | Path,
    workers: int = 1,
    overwrite: bool = False,
    progress: Progress | None = None,
    read_seconds: float = 0.0,
) -> Run:
    """Execute a run task in a run folder, member by member; an interrupted run is resumed.

    Parameters
    ----------
    work
        From `onward.runs.task.own_work` or `onward.runs.flee_task.flee_work`.
    folder
        Where to; made if missing. One that holds anything but an unfinished run of the same kind is refused.
    workers
        Threads; the tables are the same to the byte whatever their number.
    overwrite
        Replace a finished run, or give up an unfinished one of another kind. The old run stays readable until
        the new one is done.
    progress
        Called with what is under way, members done (with parts of those under way) and members in all.
    read_seconds
        How long reading what is run took, for the timings.

    Returns
    -------
    Run
        With lazy tables that read the folder; ``about`` is what run.json says.
    """
    folder, tell = Path(folder), progress or (lambda stage, done, of: None)
    _check_folder(folder, work.plan, overwrite)
    with locked(folder / PARTS):
        _begin(folder / PARTS, work.plan)
        tell("compile", 0, work.members)
        compile_seconds = work.compile()
        engine = _run_missing(work, folder / PARTS, workers, tell)
        tell("write", work.members, work.members)
        begin = time.perf_counter()
        about = _results(work, folder)
        write = time.perf_counter() - begin
        timings = {"read": read_seconds, "compile": compile_seconds, "engine": engine, "write": write}
        _finish(folder, {**about, "timings": {name: round(took, 3) for name, took in timings.items()}})
    done = read_run(folder)
    return done if work.crisis is None else replace(done, given=work.crisis)  # what was written need not be read again


def read_run(folder: str | Path) -> Run:
    """Read a finished run from its folder; its tables are read when they are needed.

    Parameters
    ----------
    folder
        What `run_to_folder` or ``onward run --out`` has written.

    Returns
    -------
    Run
        What was run, and its tables.

    Raises
    ------
    RunFolderError
        If the folder holds no finished run of this format.
    """
    folder = Path(folder)
    about = _about(folder)
    if about is None and read_plan(folder) is not None:
        raise RunFolderError(f"{folder}: the run is not finished. Repeat the same command to resume it.")
    if about is None:
        raise RunFolderError(f"{folder}: there is no run here ({RUN} is missing). {_run_beside(folder)}")
    found = about.get("format")
    if not isinstance(found, int) or "crisis_hash" not in about:
        raise RunFolderError(f"{folder / RUN}: not about a run of Onward. Give a folder that `onward run` made.")
    if found > FORMAT:
        raise RunFolderError(f"{folder / RUN}: format {found} is newer than this Onward reads. Upgrade it.")
    names = [name for name in about.get("tables", TABLES) if name in KNOWN]
    missing = [f"{name}.parquet" for name in names if not (folder / f"{name}.parquet").is_file()]
    if missing:
        raise RunFolderError(f"{folder}: {', '.join(missing)} is missing. Run again with --overwrite.")
    return Run(about, _scans(folder, names), folder, given=lambda: kept_crisis(folder))


def kept_crisis(folder: str | Path) -> Crisis | None:
    """Return the crisis stored in a run folder, or None if it has none."""
    path = Path(folder) / CRISIS
    return read_crisis(path) if path.is_dir() else None


def free_folder(plan: Mapping[str, Any], *, base: Path = Path("runs")) -> Path:
    """Return the default folder of a run: the one with the same interrupted run, else the first unused number."""
    number = 1
    while (folder := base / f"{plan['crisis']}-{number}").exists():
        unfinished = None if (folder / RUN).exists() else read_plan(folder)
        if unfinished == plan:
            break
        number += 1
    return folder


def _check_folder(folder: Path, plan: Mapping[str, Any], overwrite: bool) -> None:
    """Refuse a folder that this run must not be written to."""
    if folder.exists() and not folder.is_dir():
        raise RunFolderError(f"{folder}: this is a file. Give a folder as --out.")
    about, unfinished = _about(folder), read_plan(folder)
    if unfinished is None and (about is None or "crisis_hash" not in about) and _holds_anything(folder):
        raise RunFolderError(f"{folder}: this holds something else than a run. Give a new folder as --out.")
    if about is not None and not overwrite:
        raise RunFolderError(f"{folder}: there is a finished run here. Give --overwrite or another --out.")
    if unfinished not in (None, plan) and not overwrite:
        found = differences(unfinished or {}, plan)
        listed = "; ".join(found[:5]) + (f"; and {len(found) - 5} more" if len(found) > 5 else "")
        raise RunFolderError(
            f"{folder}: an unfinished run with other settings is here: {listed}. Repeat the command that began "
            "it to resume it, give --overwrite to discard it, or give another --out."
        )


def _holds_anything(folder: Path) -> bool:
    """Return whether a folder holds more than the remains of a run killed before its plan was written."""
    if not folder.is_dir():
        return False
    parts = list((folder / PARTS).iterdir()) if (folder / PARTS).is_dir() else []
    return any(entry.name != PARTS for entry in folder.iterdir()) or any(
        entry.name not in (LOCK, f".{PLAN}.new") for entry in parts
    )


def _begin(parts: Path, plan: Mapping[str, Any]) -> None:
    """Remove the parts of a different run; write the plan last."""
    if read_plan(parts.parent) == plan:
        return
    (parts / PLAN).unlink(missing_ok=True)
    for entry in parts.iterdir():
        if entry.name != LOCK:
            entry.unlink()
    write_whole(parts / PLAN, _json(plan))


def _run_missing(work: Work, parts: Path, workers: int, tell: Progress) -> float:
    """Run the members that are not done yet; return the time this took, in seconds."""
    begin, clock = time.perf_counter(), KernelClock()
    done = finished(parts, work.members, work.tables)

    def keep(member: int, tables: Frames) -> None:
        wall, cpu = clock.take()
        write_part(parts, member, tables, {"wall": wall, "cpu": cpu})

    missing = [member for member in range(work.members) if member not in done]
    tell("run", len(done), work.members)
    number = len(done)
    watch = Watch(lambda parts: tell("run", number + parts, work.members))
    for _ in work.run(missing, workers, clock, keep, watch):
        number += 1
        tell("run", number, work.members)
    return time.perf_counter() - begin


def _results(work: Work, folder: Path) -> dict[str, Any]:
    """Join the parts and return the content of run.json without the timings."""
    times = finished(folder / PARTS, work.members, work.tables).values()
    (folder / RUN).unlink(missing_ok=True)  # from here on an overwritten run counts as unfinished
    _clear_others(work, folder)
    join_parts(folder, work.members, work.tables)
    for name, frame in work.shared.items():
        write_table(folder, name, frame)
    if work.crisis is not None:
        write_crisis(work.crisis, folder / CRISIS, overwrite=True)
    return {
        **work.plan,
        "environment": summary.environment(),
        "created": summary.now(),
        "tables": list(work.all_tables),
        "notices": list(work.notices),
        **work.results(_scans(folder, work.all_tables)),
        "engine_seconds": round(sum(t["wall"] for t in times), 4),
        "engine_cpu_seconds": round(sum(t["cpu"] for t in times), 4),
    }


def _clear_others(work: Work, folder: Path) -> None:
    """Remove the tables of an earlier run that this one does not write."""
    for name in KNOWN:
        if name not in work.all_tables:
            (folder / f"{name}.parquet").unlink(missing_ok=True)
    if work.crisis is None:
        shutil.rmtree(folder / CRISIS, ignore_errors=True)


def _finish(folder: Path, about: Mapping[str, Any]) -> None:
    """Write run.json, then remove the parts."""
    write_whole(folder / RUN, _json(about))
    shutil.rmtree(folder / PARTS, ignore_errors=True)


def _scans(folder: Path, names: Iterable[str]) -> dict[str, pl.LazyFrame]:
    return {name: pl.scan_parquet(folder / f"{name}.parquet", glob=False) for name in names}


def _run_beside(folder: Path) -> str:
    """Return the next step for a folder without a run: a run of a similar name, or how to make one."""
    if str(folder) in (row[0] for row in bundled_crises()) or (folder / HEADER_FILE).is_file():
        return f"This is a crisis: `onward run {folder}` makes a run of it."
    near = {folder.parent, folder.parent / "runs"}
    runs = {str(path.parent): path.parent.name for base in near if base.is_dir() for path in base.glob(f"*/{RUN}")}
    return did_you_mean(str(folder), runs, "`onward run` makes one.")


def _about(folder: Path) -> dict[str, Any] | None:
    """Return the content of run.json, or None if there is none."""
    path = folder / RUN
    if not path.is_file():
        return None
    try:
        about = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RunFolderError(f"{path}: cannot be read ({error}). Give a folder of `onward run`.") from None
    return about if isinstance(about, dict) else {}


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
