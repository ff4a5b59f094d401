"""What a second Dask worker gains: `python benchmarks/cluster.py [CRISIS] [--members 100]` on two quiet cores.

Members of a forecast run on one worker, then on two, each a process with one thread. Some ten members a worker run
first, so that all have their kernels: of four members the scheduler may give all to one worker. The tables of all
members must be the same.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections.abc import Iterable

from distributed import LocalCluster

from onward import read_crisis
from onward.runs.forecast_task import Prepared, member_frames, prepare
from onward.simulation.cluster import map_on_cluster

#: numbers of members that only warm the workers up begin here
WARM = 1_000_000


def digests(address: str, prepared: Prepared, members: Iterable[int]) -> dict[int, str]:
    """Return a hash of each member's tables."""
    found = {}
    for member, tables in map_on_cluster(address, member_frames, prepared, members):
        digest = hashlib.sha256()
        for name in sorted(tables):
            digest.update(tables[name].write_ipc(None).getvalue())
        found[member] = digest.hexdigest()
    return found


def timed(prepared: Prepared, workers: int, members: int) -> tuple[float, dict[int, str]]:
    """Return the wall time of the members on so many workers, and the hashes of their tables."""
    with LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        digests(address, prepared, range(WARM, WARM + 10 * workers))
        begin = time.perf_counter()
        found = digests(address, prepared, range(members))
        return time.perf_counter() - begin, found


def main() -> None:
    """Print the times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crisis", nargs="?", default="aleppo-2016")
    parser.add_argument("--members", type=int, default=100)
    parser.add_argument("--days", type=int, default=90)
    asked = parser.parse_args()
    prepared = prepare(
        read_crisis(asked.crisis), origin=None, days=asked.days, conflict="ahead", members=asked.members,
        parameters=None, overrides=None, seed=1,
    )  # fmt: skip
    print(f"load before: {os.getloadavg()[0]:.1f}")
    one, first = timed(prepared, 1, asked.members)
    two, second = timed(prepared, 2, asked.members)
    print(f"1 worker {one:.1f} s, 2 workers {two:.1f} s, ratio {one / two:.2f} (at least 1.7 is asked for)")
    print("same numbers" if first == second else "NUMBERS DIFFER")
    raise SystemExit(0 if first == second else 1)


if __name__ == "__main__":
    main()
