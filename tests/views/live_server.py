"""What tests of the local web page start from: a small run, and a server of it in this process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from onward import read_crisis
from onward.runs.folder import run_to_folder
from onward.server.app import make_app
from onward.server.jobs import Jobs
from onward.server.run_list import Library
from onward.simulation.settings import make_settings
from views.sample_run import write_runnable

OPEN_GATE = {"do": "set_gate", "gate": "bab_al_salama", "policy": "open"}
PAGE = "<!doctype html><html><head><title>Onward</title></head><body><script>1</script></body></html>"


def write_small_run(folder: Path, *, members: int = 2) -> Path:
    """Run the tiny crisis into ``folder``."""
    crisis = read_crisis(write_runnable(folder.parent / f"{folder.name}-crisis"))
    run_to_folder(crisis, make_settings(crisis, members=members, seed=1), folder=folder)
    return folder


@contextmanager
def served(
    base: Path, folder: Path, *, token: str = "", fake: Any = None, most: int = 64, working: bool = True,
    page: Any = lambda _: PAGE, page_data: Any = lambda run, _: {"title": run.about["title"]},
) -> Iterator[httpx.Client]:  # fmt: skip
    """A client of a server, on a port of its own, that shows ``base`` and writes what-ifs to ``folder``."""
    library = Library([base, folder])
    jobs = Jobs(folder, library, most=most, **({} if fake is None else {"simulate": fake}))
    app = make_app(library, jobs, token=token, page_data=page_data, page=page)
    if working:
        jobs.start()
    try:
        with listening(app) as address, httpx.Client(base_url=address, timeout=60) as client:
            yield client
    finally:
        jobs.close()


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """Serve an application in a thread; gives its address."""
    bound = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        bound.close()


def whatif(name: str, /, **changes: Any) -> dict[str, Any]:
    """A what-if that opens the gate of the tiny crisis."""
    return {"baseline": "base", "name": name, "title": "The gate opens", "interventions": [OPEN_GATE], **changes}


def ended(client: httpx.Client, seconds: float = 120) -> list[dict[str, Any]]:
    """Wait until no job waits or runs, and return all jobs."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        jobs: list[dict[str, Any]] = client.get("/api/jobs").json()
        if all(job["state"] not in ("waiting", "running", "stopping") for job in jobs):
            return jobs
        time.sleep(0.2)
    raise AssertionError(f"jobs did not end: {jobs}")
