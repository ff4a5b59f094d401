"""What holds for all tests: compiled kernels are kept by the state of the engine's sources."""

from __future__ import annotations

import os

from hypothesis import settings

from onward.engine.jit_cache import cache_folder

# before Numba is imported: tests call kernels directly, not only through a run, which would set this itself
os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder()))

# CI draws the same examples each time, so that it fails for what changed; elsewhere each run draws new ones
settings.register_profile("ci", derandomize=True, print_blob=True)
