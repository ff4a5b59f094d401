"""The cache of compiled kernels: one folder per user for each version of the engine's source.

Numba does not notice a change in a function that is called from another file, and fails on types that a newer version
renamed. A folder named by a hash of the sources avoids both.
"""

from __future__ import annotations

import hashlib
import os
import sys
from importlib import resources
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder for the compiled kernels of this version of the engine."""
    digest = hashlib.sha256()
    for package in ("onward.engine", "onward.flee"):
        for source in sorted(resources.files(package).iterdir(), key=lambda f: f.name):
            if source.name.endswith(".py"):
                digest.update(source.read_bytes())
    digest.update(sys.version.encode())
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "onward" / f"kernels-{digest.hexdigest()[:16]}"


def use_cache() -> None:
    """Make Numba store compiled kernels there, unless the user has set NUMBA_CACHE_DIR."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    import numba

    numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]
