"""Run members in parallel threads and return them in the order given."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from onward.simulation.watch import Watch

#: bytes of a block that glibc may keep when it is freed: more than a member's largest array, below its limit of 32 MiB
KEPT_BLOCK = 24 << 20


def cores() -> int:
    """Return how many cores this process may use, which may be fewer than the machine has.

    >>> cores() >= 1
    True
    """
    affinity: Any = getattr(os, "sched_getaffinity", None)  # not everywhere
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def in_order(
    work: Callable[[int], tuple[Any, float]], members: Iterable[int], workers: int, watch: Watch | None = None
) -> Iterator[tuple[int, Any, float]]:
    """Run ``work`` for each member in parallel threads; yield (member, result, seconds) in the order given."""
    _keep_freed_memory()
    watch = watch or Watch()
    waiting: deque[tuple[int, Future[tuple[Any, float]]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for member in members:
                waiting.append((member, pool.submit(work, member)))
                if len(waiting) > 2 * workers:
                    number, future = waiting.popleft()
                    result = watch.wait(future)
                    watch.end(number)
                    yield (number, *result)
            while waiting:
                number, future = waiting.popleft()
                result = watch.wait(future)
                watch.end(number)
                yield (number, *result)
        finally:
            for _, future in waiting:
                future.cancel()


def _keep_freed_memory() -> None:
    """Let glibc reuse the memory of one member for the next one, where it would return it to the system each time.

    It returns blocks that are larger than the largest one freed so far; other systems do not mind.
    """
    np.empty(KEPT_BLOCK, np.uint8)
