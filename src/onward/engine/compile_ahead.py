"""Compile the parts of a kernel on two cores before the kernel itself, where it is not in the cache yet.

Numba compiles one function at a time in a process. So a second process compiles some parts and stores them in the
cache, while this one compiles others; then this one compiles the kernel and finds all its parts. Whatever goes wrong
with the second process, this one compiles what is missing.

At no time may both compile one function for different types: Numba numbers the files of a function, and both would take
the same number. So a function that is compiled for several types is compiled in one list of a `Stage`, before others
need it. If both compile it for the same types, they store the same file.
"""

from __future__ import annotations

import importlib
import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import numba
from numba import types

#: a compiled function and Numba's types of its arguments
Part = tuple[Any, ...]
#: parts for this process and for the second; both are compiled before the next stage begins
Stage = tuple[Sequence[Part], Sequence[Part]]
#: Numba's makers of types, which have none themselves
_typeof: Any = numba.typeof
_types: Any = types
INT, FLOAT, BOOL = types.int64, types.float64, types.boolean

#: seconds for which the second process is waited for at least: several times what any list takes
PATIENCE = 60.0
_SERVE = "import sys; sys.path[:] = {path!r}; from onward.engine.compile_ahead import serve; serve()"
_one_at_a_time = threading.Lock()


def array(kind: Any, dimensions: int = 1) -> Any:
    """Return the type of an array whose elements are in order."""
    return _types.Array(kind, dimensions, "C")


def tuple_of(*kinds: Any) -> Any:
    """Return the type of a tuple."""
    return _types.Tuple(kinds)


def compile_ahead(entry: Any, arguments: Sequence[Any], stages: Callable[..., Iterator[Stage]], *, cores: int) -> None:
    """Compile ``entry`` for these arguments, its parts on two cores, unless it is compiled or cached.

    Parameters
    ----------
    entry
        A kernel that Python calls.
    arguments
        What it will be called with: values, or Numba's types of them.
    stages
        A function that takes the types of the arguments and yields the parts; it may ask for the results of parts of
        earlier stages (`result_of`).
    cores
        How many cores this process may use; with one it does nothing.
    """
    if cores < 2 or not sys.executable or getattr(sys, "frozen", False):
        return
    kinds = tuple(given if isinstance(given, types.Type) else _typeof(given) for given in arguments)
    if kinds in entry.overloads:
        return
    with _one_at_a_time:
        if kinds not in entry.overloads and not _is_cached(entry, kinds):
            try:
                compile_stages(stages(*kinds))
            except Exception:  # what is missing, or wrong in a list, is compiled with the kernel
                logging.getLogger(__name__).debug("parts were not compiled ahead", exc_info=True)
            entry.compile(kinds)


def result_of(part: Part) -> Any:
    """Return the type of what a part returns that was compiled in an earlier stage."""
    kernel, *kinds = part
    return kernel.overloads[tuple(kinds)].signature.return_type


def _is_cached(entry: Any, kinds: tuple[Any, ...]) -> bool:
    cache = getattr(entry, "_cache", None)  # Numba has no public way to ask
    return cache is None or cache.load_overload(kinds, entry.targetctx) is not None


def compile_stages(stages: Iterator[Stage]) -> None:
    """Compile the parts of each stage in two processes."""
    with _SecondProcess() as second:
        for own, others in stages:
            second.begin(others)
            begun = time.monotonic()
            for kernel, *kinds in own:
                kernel.compile(tuple(kinds))
            second.wait(max(PATIENCE, 2.0 * (time.monotonic() - begun)))


class _SecondProcess:
    """A second process that compiles parts; if it fails, nothing is compiled there."""

    def __enter__(self) -> _SecondProcess:
        folder = numba.config.CACHE_DIR  # type: ignore[attr-defined]
        self._process: Any = None
        with suppress(OSError):
            self._process = subprocess.Popen(
                [sys.executable, "-c", _SERVE.format(path=sys.path)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env={**os.environ, "NUMBA_CACHE_DIR": folder} if folder else None,
            )  # fmt: skip
        return self

    def begin(self, parts: Sequence[Part]) -> None:
        """Let it begin to compile parts."""
        named = [(kernel.py_func.__module__, kernel.py_func.__name__, kinds) for kernel, *kinds in parts]
        if self._process is not None:
            with suppress(OSError):
                pickle.dump(named, self._process.stdin)
                self._process.stdin.flush()

    def wait(self, seconds: float) -> None:
        """Wait until it has compiled them, or has ended; it is ended if that takes longer."""
        if self._process is not None:
            limit = threading.Timer(seconds, self._process.kill)
            limit.start()
            self._process.stdout.readline()
            limit.cancel()

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            with suppress(OSError):
                self._process.communicate()


def serve() -> None:
    """Compile the parts that are named on standard input, list after list, and answer each list with a line."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # nothing else that is printed may look like an answer
    while True:
        try:
            named = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        for module, name, kinds in named:
            getattr(importlib.import_module(module), name).compile(tuple(kinds))
        answers.write(b"done\n")
