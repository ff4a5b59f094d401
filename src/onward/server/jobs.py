"""The queue of scenario runs: one at a time, kept on disk, resumed after a restart."""

from __future__ import annotations

import json
import logging
import shutil
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from onward.errors import OnwardError, ParameterError, RunFolderError
from onward.runs.checkpoint import locked, write_whole
from onward.runs.folder import RUN, read_run, run_to_folder
from onward.runs.inputs import kept_scenario
from onward.runs.summary import now
from onward.server.run_list import Library
from onward.server.whatifs import baseline_crisis, settings_of

log = logging.getLogger(__name__)

#: the most scenario jobs that may wait (own choice: one night of computing)
MOST_WAITING = 64
#: finished jobs that are listed (own choice)
MOST_ENDED = 200
KEPT, FILE = ".serve", "jobs.json"

State = Literal["waiting", "running", "stopping", "done", "failed", "cancelled"]
OPEN: tuple[State, ...] = ("waiting", "running", "stopping")


class QueueFull(OnwardError):
    """The queue of scenario jobs is full."""


class NameTaken(ParameterError):
    """Another run or scenario job has this name."""


class UnknownJob(ParameterError):
    """No job has this number."""


class _Stop(Exception):
    """Raised in the worker thread to stop a run at its last finished member."""


@dataclass(frozen=True)
class Job:
    """A scenario job that is waiting, running or finished; ``name`` is the name of its run."""

    id: int
    name: str
    title: str
    baseline: str
    scenario: Mapping[str, Any]
    members: int
    created: str
    state: State = "waiting"
    stage: str = ""
    done: int = 0
    message: str = ""


class Jobs:
    """A bounded queue of what-ifs and the thread that runs them, one after the other, into a folder.

    Parameters
    ----------
    folder
        Where runs and the queue are written. One server at a time may use it.
    library
        The runs; baselines are looked up there by name.
    workers
        Threads of a run; they change no number.
    most
        How many may wait.
    simulate
        Runs a crisis into a folder, as `run_to_folder` does.
    """

    def __init__(
        self, folder: str | Path, library: Library, *, workers: int = 1, most: int = MOST_WAITING,
        simulate: Callable[..., Any] = run_to_folder,
    ) -> None:  # fmt: skip
        self._folder, self._library = Path(folder), library
        self._workers, self._most, self._simulate = workers, most, simulate
        self._jobs: dict[int, Job] = {}
        self._change = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._held = ExitStack()

    def start(self) -> None:
        """Lock the folder, read the queue saved there, and start the worker."""
        try:
            self._held.enter_context(locked(self._folder / KEPT))
        except RunFolderError:
            raise RunFolderError(
                f"{self._folder}: another `onward serve` uses this folder, or it cannot be written. "
                "Give another --folder."
            ) from None
        self._jobs = self._kept()
        self._thread = threading.Thread(target=self._work, name="onward-jobs", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the worker; an unfinished job is resumed when the server starts again."""
        with self._change:
            self._closing = True
            self._change.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._held.close()

    def all(self) -> list[Job]:
        """Return all jobs, oldest first."""
        with self._change:
            return list(self._jobs.values())

    def get(self, number: int) -> Job:
        """Return a job by its number."""
        with self._change:
            return self._get(number)

    def add(self, *, name: str, title: str, baseline: str, scenario: Mapping[str, Any], members: int) -> Job:
        """Add a scenario job to the queue; raise QueueFull or NameTaken if that is not possible."""
        with self._change:
            self._refuse(name)
            number = max(self._jobs, default=0) + 1
            job = Job(number, name, title, baseline, scenario, members, now())
            self._jobs[number] = job
            self._save()
            self._change.notify_all()
            return job

    def cancel(self, number: int) -> Job:
        """Remove a job from the queue, or stop it; a finished job is unchanged."""
        with self._change:
            job = self._get(number)
            if job.state == "waiting":
                return self._set(number, state="cancelled", message="Cancelled before it began.")
            return self._set(number, state="stopping") if job.state == "running" else job

    def _refuse(self, name: str) -> None:
        waiting = [job for job in self._jobs.values() if job.state == "waiting"]
        if len(waiting) >= self._most:
            raise QueueFull(f"{len(waiting)} what-ifs are waiting, and no more may. Try again when some are done.")
        taken = {job.name.casefold() for job in self._jobs.values() if job.state in OPEN}
        taken |= {known.casefold() for known in self._library.folders()}
        if name.casefold() in taken or (self._folder / name).exists():
            raise NameTaken(f"name: {name!r} is taken by another run or what-if. Give another name.")

    def _get(self, number: int) -> Job:
        if number not in self._jobs:
            raise UnknownJob(f"job {number} is not known. `GET /api/jobs` lists them.")
        return self._jobs[number]

    def _set(self, number: int, **changes: Any) -> Job:
        """Change a job; save the queue if its state changes."""
        job = self._jobs[number]
        self._jobs[number] = replace(job, **changes)
        if changes.get("state", job.state) != job.state:
            self._save()
        return self._jobs[number]

    def _save(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.state not in OPEN]
        for number in ended[: max(0, len(ended) - MOST_ENDED)]:
            del self._jobs[number]
        rows = [asdict(job) for job in self._jobs.values()]
        write_whole(self._folder / KEPT / FILE, json.dumps({"format": 1, "jobs": rows}, indent=1) + "\n")

    def _kept(self) -> dict[int, Job]:
        """Read the saved jobs; requeue the one that was running and cancel the one that was stopping."""
        path = self._folder / KEPT / FILE
        if not path.is_file():
            return {}
        try:
            rows = json.loads(path.read_text("utf-8"))["jobs"]
            jobs = {int(row["id"]): Job(**row) for row in rows}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RunFolderError(f"{path}: cannot be read ({error}). Remove it to begin with an empty queue.") from None
        return {number: self._again(job) for number, job in jobs.items()}

    def _again(self, job: Job) -> Job:
        if job.state == "stopping":
            self._clear(job)
            return replace(job, state="cancelled", stage="", message="Cancelled.")
        return replace(job, state="waiting", stage="") if job.state == "running" else job

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._run(job)
                ended: dict[str, Any] = {"state": "done", "done": job.members}
            except _Stop:
                if self._closing:
                    return
                self._clear(job)
                ended = {"state": "cancelled", "message": "Cancelled."}
            except OnwardError as error:
                ended = {"state": "failed", "message": str(error)}
            except Exception as error:
                log.exception("what-if %s failed", job.name)
                ended = {"state": "failed", "message": f"Onward failed: {type(error).__name__}. The log has more."}
            with self._change:
                self._set(job.id, stage="", **ended)
                self._change.notify_all()

    def _next(self) -> Job | None:
        """Wait for the next job; return None when the queue is closed."""
        with self._change:
            while not self._closing:
                waiting = next((job for job in self._jobs.values() if job.state == "waiting"), None)
                if waiting is not None:
                    return self._set(waiting.id, state="running")
                self._change.wait()
            return None

    def _run(self, job: Job) -> None:
        """Run a job into its folder, unless it finished just before the server was killed."""
        target, folder = self._folder / job.name, self._library.folder(job.baseline)
        crisis, about = baseline_crisis(folder), read_run(folder).about
        if (target / RUN).is_file() and read_run(target).about.get("scenario") == job.scenario:
            return
        settings = settings_of(about, crisis, kept_scenario(job.scenario, crisis))

        def tell(stage: str, done: float, members: int) -> None:
            with self._change:
                if self._closing or self._jobs[job.id].state == "stopping":
                    raise _Stop
                self._set(job.id, stage=stage, done=int(done))

        self._simulate(crisis, settings, folder=target, workers=self._workers, progress=tell)

    def _clear(self, job: Job) -> None:
        """Remove what a cancelled job has written; a finished run is kept."""
        target = self._folder / job.name
        if target.is_dir() and not (target / RUN).is_file():
            shutil.rmtree(target, ignore_errors=True)
