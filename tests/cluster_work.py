"""Work that a worker of a cluster can import."""

from __future__ import annotations

import os
from pathlib import Path


def die_once(folder: str, number: int) -> int:
    """End the worker's process the first time that number 3 comes."""
    mark = Path(folder) / "died"
    if number == 3 and not mark.exists():
        mark.touch()
        os._exit(1)
    return number * number
