"""Checkpoints: one file of tables for each member of an unfinished run, joined at its end.

A member is done when its ``member-<number>.json`` is there, which is written after its tables. Every file is
written under another name first and then renamed, so a killed run leaves nothing half-written under a name
that counts, and the same command resumes with the members that are missing.
"""

from __future__ import annotations

import io
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import polars as pl
from polars.io.plugins import register_io_source

from onward.errors import RunFolderError
from onward.simulation.threads import cores

PARTS = ".parts"
PLAN = "plan.json"
LOCK = "lock"
#: rows of a row group in the joined tables; fixed, so that their bytes do not depend on threads (own choice)
ROW_GROUP = 1 << 18
#: rows of parts that are joined at once (own choice)
BLOCK = 1 << 16


class KernelClock:
    """A clock for kernels that run in several threads; each thread calls it before and after its kernel.

    A call returns the CPU time of the calling thread. ``take`` returns the wall time since its last call during which
    at least one kernel ran, and the CPU time of the thread's last kernel (0 if it ran none, as with a cluster).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: dict[int, float] = {}
        self._busy = 0.0
        self._since = 0.0
        self._own = threading.local()

    def __call__(self) -> float:
        """Return the CPU time of the calling thread; every second call of a thread ends its kernel."""
        cpu, me = time.thread_time(), threading.get_ident()
        with self._lock:
            self._advance()
            if me in self._begun:
                self._own.cpu = cpu - self._begun.pop(me)
            else:
                self._begun[me] = cpu
        return cpu

    def take(self) -> tuple[float, float]:
        """Return the wall time since the last call, and the CPU time of this thread's last kernel, in seconds."""
        with self._lock:
            self._advance()
            busy, self._busy = self._busy, 0.0
        return busy, float(getattr(self._own, "cpu", 0.0))

    def _advance(self) -> None:
        now = time.perf_counter()
        self._busy += now - self._since if self._begun else 0.0
        self._since = now


def write_whole(path: Path, text: str) -> None:
    """Write a text file in one step, so that it is either complete or absent."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8", newline="\n")
    replace_file(new, path)


def replace_file(new: Path, path: Path) -> None:
    """Rename a complete file, once it is on disk, to its final name."""
    with new.open("rb+") as written:
        os.fsync(written.fileno())
    new.replace(path)


def write_part(parts: Path, member: int, tables: Mapping[str, pl.DataFrame], times: Mapping[str, float]) -> None:
    """Write the tables of a finished member, then mark it as done with the time its kernel took and where each is."""
    content, ends = io.BytesIO(), {}
    for name, frame in tables.items():
        frame.write_ipc_stream(content, compression="lz4")  # written in a third of the time of Parquet
        ends[name] = content.tell()
    path = _part(parts, member)
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content.getbuffer())
    new.replace(path)
    new = parts / f".member-{member}.json.new"
    new.write_text(json.dumps({"times": dict(times), "ends": ends}), encoding="utf-8")
    new.replace(parts / f"member-{member}.json")


def finished(parts: Path, members: int, tables: Sequence[str]) -> dict[int, dict[str, float]]:
    """Return the members whose tables are all written and whole, with the time of their kernels."""
    done = {}
    for member in range(members):
        mark, path = parts / f"member-{member}.json", _part(parts, member)
        if not mark.is_file() or not mark.stat().st_size or not path.is_file():
            continue
        said = json.loads(mark.read_text("utf-8"))
        ends = said.get("ends", {})
        if set(tables) <= set(ends) and path.stat().st_size == max(ends.values(), default=0):
            done[member] = said["times"]
    return done


def join_parts(folder: Path, members: int, tables: Sequence[str]) -> None:
    """Join the members in order into the run folder's tables, as many tables at a time as there are cores.

    Nothing but the members affects the bytes of a table.
    """
    parts = folder / PARTS
    ends = [json.loads((parts / f"member-{m}.json").read_text("utf-8"))["ends"] for m in range(members)]

    def join(name: str) -> None:
        where = [(_part(parts, m), mine[name] - _length(mine, name), mine[name]) for m, mine in enumerate(ends)]
        write_table(folder, name, _read_in_blocks(where))

    with ThreadPoolExecutor(cores()) as pool:  # the largest table first, so that none is left alone at the end
        list(pool.map(join, sorted(tables, key=lambda name: -sum(_length(mine, name) for mine in ends))))


def _length(ends: Mapping[str, int], name: str) -> int:
    """Return how many bytes of a part a table takes."""
    return ends[name] - max((end for end in ends.values() if end < ends[name]), default=0)


def _read_in_blocks(where: Sequence[tuple[Path, int, int]]) -> pl.LazyFrame:
    """Return the rows of a table in order, given its file and place in each part; few parts at a time are in memory."""

    def read(columns: object, predicate: object, rows: object, batch: object) -> Iterator[pl.DataFrame]:
        block: list[pl.DataFrame] = []
        for at, one in enumerate(where):
            block.append(_read_part(*one))
            if sum(frame.height for frame in block) >= BLOCK or at == len(where) - 1:
                yield pl.concat(block, rechunk=False)
                block = []

    return register_io_source(read, schema=_read_part(*where[0]).schema)


def _read_part(path: Path, begin: int, end: int) -> pl.DataFrame:
    with path.open("rb") as file:
        file.seek(begin)
        return pl.read_ipc_stream(file.read(end - begin))


def write_table(folder: Path, name: str, rows: pl.LazyFrame | pl.DataFrame) -> None:
    """Write a table of the run folder in one step, so that it is either complete or absent."""
    path, new = folder / f"{name}.parquet", folder / f".{name}.parquet.new"
    rows.lazy().sink_parquet(
        new, compression="zstd", compression_level=1, row_group_size=ROW_GROUP, maintain_order=True
    )
    replace_file(new, path)


def read_plan(folder: Path) -> dict[str, Any] | None:
    """Return the plan of an unfinished run in this folder, or None if there is none."""
    try:
        plan = json.loads((folder / PARTS / PLAN).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return plan if isinstance(plan, dict) else None


def differences(there: Mapping[str, Any], here: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Return in words how two plans differ.

    Examples
    --------
    >>> differences({"seed": 1, "overrides": {"share_foot": 1.0}}, {"seed": 2, "overrides": {}})
    ['seed is 1 there and 2 here', 'overrides.share_foot is 1.0 there and not set here']
    """
    found = []
    for key in [*there, *(k for k in here if k not in there)]:
        a, b = there.get(key), here.get(key)
        if isinstance(a, dict) and isinstance(b, dict):
            found += differences(a, b, f"{prefix}{key}.")
        elif a != b:
            found.append(f"{prefix}{key} is {_short(a)} there and {_short(b)} here")
    return found


@contextmanager
def locked(parts: Path) -> Iterator[None]:
    """Create the folder of parts and lock it against a second command, where the system supports file locks."""
    try:
        parts.mkdir(parents=True, exist_ok=True)
        lock = (parts / LOCK).open("w")
    except OSError as error:
        raise RunFolderError(f"{parts.parent}: cannot be written ({error.strerror}). Give another --out.") from None
    with lock:
        _lock(lock, parts.parent)
        yield


def _lock(lock: IO[str], folder: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RunFolderError(
            f"{folder}: another command is writing here. Wait for it, or give another --out."
        ) from None


def _part(parts: Path, member: int) -> Path:
    return parts / f"member-{member}.arrows"


def _short(value: object) -> str:
    text = "not set" if value is None else value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 40 else f"{text[:12]}…"
