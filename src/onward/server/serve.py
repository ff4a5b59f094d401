"""Start the server: open a port, print the address, run until stopped."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import uvicorn

from onward.errors import RunFolderError
from onward.server.app import make_app
from onward.server.jobs import Jobs
from onward.server.run_list import Library, check_sources
from onward.server.security import LOOPBACK
from onward.simulation.threads import cores


def serve_runs(
    runs: Sequence[Path], *, host: str, port: int, folder: Path, workers: int | None, tell: Callable[[str], Any]
) -> None:
    """Serve runs until Ctrl-C.

    Scenario jobs write to ``folder``, whose finished runs are shown too. If the host can be reached from other
    computers, a token is created and printed once, as part of the address.
    """
    check_sources(runs)
    library = Library([*runs, folder])
    token = "" if host in LOOPBACK else secrets.token_urlsafe(24)
    with closing(_bound(host, port)) as listening:
        jobs = Jobs(folder, library, workers=workers or cores())
        server = uvicorn.Server(uvicorn.Config(make_app(library, jobs, token=token), **_SETTINGS))
        jobs.start()  # before anything is printed, because another server may use the folder
        shown = len(library.folders())
        tell(f"{shown} run{'' if shown == 1 else 's'} at {_address(host, listening.getsockname()[1], token)}")
        tell("Press Ctrl-C to stop. Unfinished what-ifs are resumed at the next start.")
        try:
            with suppress(KeyboardInterrupt):
                server.run(sockets=[listening])
        finally:
            jobs.close()


_SETTINGS: dict[str, Any] = {
    "log_level": "warning", "access_log": False, "server_header": False, "proxy_headers": False,
    "timeout_graceful_shutdown": 3,
}  # fmt: skip


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket listening at the address; raise RunFolderError, reported as a user error, if that fails."""
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(kind, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise RunFolderError(
            f"--host {host} --port {port}: cannot be used ({error.strerror}). Give another --port, or 0 for any."
        ) from None
    return bound


def _address(host: str, port: int, token: str) -> str:
    shown = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(host, host)
    name = f"[{shown}]" if ":" in shown else shown
    return f"http://{name}:{port}/" + (f"?token={token}" if token else "")
