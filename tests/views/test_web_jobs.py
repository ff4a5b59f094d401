"""What-ifs in the queue: many at once, stopped, cut off by a killed server, and never lost."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from onward import read_run
from onward.errors import RunFolderError
from onward.server.jobs import Jobs
from onward.server.run_list import Library
from views.live_server import ended, served, whatif, write_small_run


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_run(tmp_path_factory.mktemp("jobs") / "base")


class Slow:
    """Stands for a simulation that has three of ten members done until it is let go."""

    def __init__(self) -> None:
        self.go, self.begun = threading.Event(), threading.Event()

    def __call__(self, crisis: Any, settings: Any, *, folder: Path, workers: int, progress: Any) -> None:
        folder.mkdir()
        progress("run", 3, 10)
        self.begun.set()
        while not self.go.wait(0.02):
            progress("run", 3, 10)


def test_fifty_at_once_are_all_done(base: Path, tmp_path: Path) -> None:
    names = [f"whatif-{number}" for number in range(50)]
    with served(base, tmp_path) as client, ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda name: client.post("/api/whatifs", json=whatif(name)), names))
        assert {answer.status_code for answer in answers} == {202}
        assert {job["state"] for job in ended(client)} == {"done"}
        shown = {row["name"] for row in client.get("/api/runs").json()}
    assert {*names, "base"} == shown
    assert all(read_run(tmp_path / name).about["scenario"]["name"] == name for name in names)


def test_more_than_may_wait_are_refused_and_none_is_lost(base: Path, tmp_path: Path) -> None:
    slow = Slow()
    with served(base, tmp_path, most=5, fake=slow) as client:
        answers = {"w0": client.post("/api/whatifs", json=whatif("w0"))}
        assert slow.begun.wait(10)
        answers |= {name: client.post("/api/whatifs", json=whatif(name)) for name in map("w{}".format, range(1, 8))}
        refused = [answer for answer in answers.values() if answer.status_code == 429]
        taken = [name for name, answer in answers.items() if answer.status_code == 202]
        assert (len(taken), len(refused)) == (6, 2)
        assert refused[0].json()["message"].startswith("5 what-ifs are waiting, and no more may. Try again")
    with served(base, tmp_path) as client:  # started again
        assert [(job["name"], job["state"]) for job in ended(client)] == [(name, "done") for name in taken]


def test_a_name_is_given_once(base: Path, tmp_path: Path) -> None:
    with served(base, tmp_path, fake=Slow()) as client:
        assert client.post("/api/whatifs", json=whatif("twice")).status_code == 202
        again = client.post("/api/whatifs", json=whatif("Twice"))
    assert again.status_code == 409
    assert "name: 'Twice' is taken by another run or what-if" in again.json()["message"]


def test_what_runs_tells_how_far_and_can_be_stopped(base: Path, tmp_path: Path) -> None:
    slow = Slow()
    with served(base, tmp_path, fake=slow) as client:
        for name in ("first", "second"):
            client.post("/api/whatifs", json=whatif(name))
        assert slow.begun.wait(10)
        first, second = client.get("/api/jobs").json()
        assert (first["state"], first["stage"], first["done"]) == ("running", "run", 3)
        assert second["state"] == "waiting"
        assert client.delete(f"/api/jobs/{second['id']}").json()["state"] == "cancelled"
        assert client.delete(f"/api/jobs/{first['id']}").json()["state"] == "stopping"
        jobs = ended(client)
        assert [job["state"] for job in jobs] == ["cancelled", "cancelled"]
        assert not (tmp_path / "first").exists()
        assert client.delete(f"/api/jobs/{first['id']}").json() == jobs[0]
        assert client.post("/api/whatifs", json=whatif("first")).status_code == 202


def test_what_fails_says_why_and_the_next_goes_on(base: Path, tmp_path: Path) -> None:
    def fail(*_: object, folder: Path, **__: object) -> None:
        if folder.name == "wrong":
            raise RunFolderError("wrong: cannot be written. Give another folder.")
        raise ZeroDivisionError("division by zero")

    with served(base, tmp_path, fake=fail) as client:
        for name in ("wrong", "broken"):
            client.post("/api/whatifs", json=whatif(name))
        jobs = ended(client)
    assert [job["state"] for job in jobs] == ["failed", "failed"]
    assert jobs[0]["message"] == "wrong: cannot be written. Give another folder."
    assert jobs[1]["message"] == "Onward failed: ZeroDivisionError. The log has more."


def test_a_baseline_that_was_changed_is_refused(tmp_path: Path) -> None:
    base = write_small_run(tmp_path / "base", members=1)
    counts = base / "crisis" / "counts.csv"
    with served(base, tmp_path / "whatifs", fake=Slow()) as client:
        assert client.post("/api/whatifs", json=whatif("before")).status_code == 202
        counts.write_text(counts.read_text("utf-8").replace("9000", "9001"), "utf-8")
        answer = client.post("/api/whatifs", json=whatif("x"))
    assert answer.status_code == 409
    assert "its crisis was changed after the run" in answer.json()["message"]


def test_a_run_under_flees_rules_has_no_what_ifs(tmp_path: Path) -> None:
    file = write_small_run(tmp_path / "base", members=1) / "run.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "rules": "flee", "flee": {}}), "utf-8")
    with served(tmp_path / "base", tmp_path / "whatifs") as client:
        answer = client.post("/api/whatifs", json=whatif("x"))
    assert answer.status_code == 422
    assert "a run under Flee's rules has no what-ifs" in answer.json()["message"]


def test_a_folder_serves_one_server(base: Path, tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    with served(base, tmp_path):
        other = Jobs(tmp_path, Library([base]))
        with pytest.raises(RunFolderError, match="another `onward serve` uses this folder"):
            other.start()


def test_a_broken_queue_is_told(base: Path, tmp_path: Path) -> None:
    (tmp_path / ".serve").mkdir()
    (tmp_path / ".serve" / "jobs.json").write_text("{", "utf-8")
    with pytest.raises(RunFolderError, match="Remove it to begin with an empty queue"):
        Jobs(tmp_path, Library([base])).start()


@contextmanager
def program(base: Path, folder: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """`onward serve` as a program, killed at the end."""
    code = "from onward.cli.main import main; main()"
    words = [sys.executable, "-c", code, "serve", str(base), "--port", "0", "--folder", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            address = re.search(r"http://\S+/", running.stdout.readline())
            assert address is not None
            patient = httpx.HTTPTransport(retries=8)  # the address is told a moment before anybody listens there
            with httpx.Client(base_url=address.group(), timeout=60, transport=patient) as client:
                yield running, client
        finally:
            running.kill()


def test_a_killed_server_started_again_shows_every_finished_run(tmp_path: Path) -> None:
    base = write_small_run(tmp_path / "base", members=4)
    names = [f"w{number}" for number in range(6)]
    with program(base, tmp_path / "runs") as (_, client):
        for name in names:
            assert client.post("/api/whatifs", json=whatif(name)).status_code == 202
        until = time.monotonic() + 120
        while not any(job["state"] == "done" for job in client.get("/api/jobs").json()):
            assert time.monotonic() < until
            time.sleep(0.02)
    kept = json.loads((tmp_path / "runs" / ".serve" / "jobs.json").read_text("utf-8"))["jobs"]
    assert len(kept) == 6
    with program(base, tmp_path / "runs") as (running, client):
        assert [job["state"] for job in ended(client)] == ["done"] * 6
        assert {row["name"] for row in client.get("/api/runs").json()} == {"base", *names}
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0
