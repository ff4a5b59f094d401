"""What *individuals* costs: the bundled crisis with ten million people, journeys kept; prints one line a figure.

python benchmarks/individuals.py [--people 10000000]
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import replace

import numpy as np

from onward.crisis import read_crisis
from onward.engine.state import Start
from onward.model.build import build_model
from onward.simulation.member import Drawn, build_member, kernel
from onward.simulation.run import make_settings

#: CPU of Flee 3 a person-day, seconds (issue 17)
FLEE = 4.7e-6


def scaled(drawn: Drawn, people: int) -> Drawn:
    """Return a member with so many people in all, and capacities and quotas in proportion."""
    factor = people / sum(int(part.sum()) for part in drawn.start)
    start = Start(*(np.rint(part * factor).astype(np.int64) for part in drawn.start))
    capacity, allowed = drawn.world.capacity, drawn.world.allowed
    world = drawn.world._replace(
        capacity=np.where(capacity > 0, capacity * factor, capacity),
        allowed=np.where(allowed > 0, np.rint(allowed * factor).astype(np.int64), allowed),
    )
    return replace(drawn, start=start, world=world)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000_000)
    people = parser.parse_args().people
    crisis = read_crisis("aleppo-2016")
    for journeys in (False, True):
        settings = replace(
            make_settings(crisis, engine="individuals", members=1, seed=1, labels=True), journeys=journeys
        )
        drawn, days = build_member(build_model(crisis), settings, 0), kernel(settings)
        days(scaled(drawn, 10_000), 0, np.zeros(1, np.int64))  # compiles
        large = scaled(drawn, people)
        cpu, wall = time.thread_time(), time.perf_counter()
        raw, _ = days(large, 0, np.zeros(1, np.int64))
        cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
        person_days = people * len(raw.daily.home)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"journeys {'kept' if journeys else 'not kept'}: {people:,} people, {len(raw.daily.home)} days, "
            f"{int(raw.people.sum()):,} legs; CPU {cpu:.2f} s, wall {wall:.1f} s, {1e9 * cpu / person_days:.2f} ns a "
            f"person-day (Flee: {FLEE * person_days / cpu:,.0f} times as much); peak memory so far {peak:.2f} GB"
        )


if __name__ == "__main__":
    main()
