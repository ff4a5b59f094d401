"""What the engine costs: `python benchmarks/engine.py` prints a table.

Seconds of kernels are CPU seconds of their threads without compilation, the least of some rounds, so that a busy
machine counts little; of several seeds the median.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from onward import read_crisis
from onward.crisis import Crisis
from onward.model.build import Model, build_model
from onward.simulation.ensemble import run_members
from onward.simulation.settings import make_settings
from synthetic import scaled, synthetic_crisis

BUNDLED = "aleppo-2016"
SEEDS, ROUNDS = 7, 5
#: people, capacities, quotas and counts times this may cost at most twice as much
MANY = 1_000
WORKERS = 2
Line = tuple[str, float, str, str]


def kernel_seconds(model: Model, crisis: Crisis, engine: str, seed: int) -> float:
    """Return the CPU seconds of one member's kernel."""
    settings = make_settings(crisis, engine=engine, members=1, seed=seed, labels=engine == "cohorts")
    ((_, _, seconds),) = run_members(model, settings, members=[0], clock=time.thread_time)
    return float(seconds)


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def bundled() -> Iterator[Line]:
    """A run of the bundled crisis, and what a thousand times the people adds; the runs take turns."""
    crises = {f: scaled(read_crisis(BUNDLED), f) for f in (1, MANY)}
    models = {f: build_model(crisis) for f, crisis in crises.items()}
    took: dict[tuple[str, int], list[float]] = {}
    for engine in ("cohorts", "expected"):
        kernel_seconds(models[1], crises[1], engine, 1)  # compiles
        for seed in range(SEEDS):
            rounds = [{f: kernel_seconds(models[f], crises[f], engine, seed) for f in crises} for _ in range(ROUNDS)]
            for f in crises:
                took.setdefault((engine, f), []).append(min(seconds[f] for seconds in rounds))
    yield f"{BUNDLED}: a cohorts member, kernel", median(took["cohorts", 1]), "s", "0.3"
    yield f"{BUNDLED}: an expected run, kernel", median(took["expected", 1]), "s", "0.1"
    for engine in ("cohorts", "expected"):
        ratio = median([many / one for one, many in zip(took[engine, 1], took[engine, MANY], strict=True)])
        yield f"{BUNDLED}: {MANY} times the people, {engine}, cost", ratio, "times", "2"


def synthetic() -> Iterator[Line]:
    """Ten members of a thousand places and a year, labels on."""
    crisis = synthetic_crisis()
    model, building = timed(lambda: build_model(crisis))
    settings = make_settings(crisis, engine="cohorts", members=10, seed=1, labels=True)
    kernel_seconds(build_model(read_crisis(BUNDLED)), read_crisis(BUNDLED), "cohorts", 1)  # compiles
    people, running = timed(lambda: sum(run_all(model, settings)))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield "synthetic: model, wall", building, "s", ""
    yield f"synthetic: 10 members on {WORKERS} workers, wall", building + running, "s", "120"
    yield "synthetic: peak memory", megabytes / 1024, "GB", "4"
    yield "synthetic: people displaced, a member", people / 10, "people", ""


def run_all(model: Model, settings: Any) -> Iterator[float]:
    """Run all members and give what left home in each; no results are kept."""
    found = run_members(
        model,
        settings,
        members=range(settings.members),
        workers=WORKERS,
        clock=time.thread_time,
        finish=lambda _, outcome: float(outcome.result.daily.left_home.sum()),
    )
    return (left for _, left, _ in found)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.perf_counter()
    return work(), time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("bundled", "synthetic"), help="one part; both without it")
    only = parser.parse_args().only
    print(f"{'what':<60} {'found':>12} {'':<7} {'at most':>7}")
    for part in (bundled, synthetic):
        if only in (None, part.__name__):
            for what, found, unit, most in part():
                print(f"{what:<60} {found:>12,.3f} {unit:<7} {most:>7}", flush=True)


if __name__ == "__main__":
    main()
