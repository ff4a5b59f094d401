"""Versions that determine a result: Onward, its model and engine sources, Python, libraries."""

from __future__ import annotations

import platform
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

LIBRARIES = ("numpy", "numba", "polars", "scipy")


def versions() -> dict[str, str]:
    """Return the versions that affect a result: Onward, its model and engine sources, Python and libraries.

    Examples
    --------
    >>> sorted(versions())
    ['numba', 'numpy', 'onward', 'onward_sources', 'polars', 'python', 'scipy']
    """
    return dict(_versions())


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    """Look the versions up once: those of a running process do not change."""
    found = {"onward": own_version(), "onward_sources": _sources(), "python": platform.python_version()}
    return tuple({**found, **{name: version(name) for name in LIBRARIES}}.items())


def own_version() -> str:
    """Return the version of Onward, or ``from a source tree`` when it is not installed."""
    try:
        return version("onward")
    except PackageNotFoundError:
        return "from a source tree"


def _sources() -> str:
    """Hash the sources that decide a member's numbers, because members of different versions must not be mixed."""
    digest = sha256()
    for package in ("onward.model", "onward.engine", "onward.simulation", "onward.flee"):
        for file in sorted(files(package).iterdir(), key=lambda file: file.name):
            if file.is_file() and file.name.endswith((".py", ".csv")):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
