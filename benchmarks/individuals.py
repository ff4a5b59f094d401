"""What *individuals* costs: the bundled crisis with ten million people, journeys kept; prints one line a figure.

python benchmarks/individuals.py [--people 10000000] [--flee ../shared/flee [--only burundi2015]]

With ``--flee`` the same under Flee's rules: every folder with one agent a person, and the first of them with so many
people displaced in its first 77 days (without journeys: each of its people stops some ten times, which takes more
memory than the rest).
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from onward.crisis import read_crisis
from onward.engine.state import Start
from onward.flee.rules import FleeModel
from onward.flee.simulate import FleeRunSettings, load_flee, run_one
from onward.model.build import build_model
from onward.simulation.member import Drawn, build_member, kernel
from onward.simulation.settings import make_settings

#: days of the bundled crisis
DAYS = 77
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


def own_rules(people: int) -> None:
    """Measure the bundled crisis under Onward's rules, without and with journeys."""
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
        tell("aleppo-2016", journeys, people, people * len(raw.daily.home), int(raw.people.sum()), cpu, wall)


def flees_rules(folder: Path, journeys: bool, *, people: int = 0, days: int = 0) -> None:
    """Measure a folder under Flee's rules, if asked with so many people displaced in its first days."""
    model = load_flee(folder, overrides={"flee.journeys": journeys})
    model = enlarged(model, people, days) if people else model
    settings = FleeRunSettings("individuals")
    short = replace(model, routes=replace(model.routes, state=model.routes.state[:2]))
    run_one(enlarged(short, 1000, 2), settings, 0)  # compiles
    wall = time.perf_counter()
    result, cpu = run_one(model, settings, 0, time.thread_time)
    wall = time.perf_counter() - wall
    here = (result.stock + result.way).sum(axis=1)
    tell(folder.name, journeys, int(here.max()), int(here.sum()), int(result.legs.sum()), cpu, wall)


def enlarged(model: FleeModel, people: int, days: int) -> FleeModel:
    """Return the first days of a model with so many people at their end, and camps and populations in proportion."""
    factor = people / max(1, int(model.initial.sum() + model.new[:days].sum()))
    return replace(
        model,
        routes=replace(model.routes, state=model.routes.state[:days]),
        new=np.rint(model.new * factor).astype(np.int64),
        initial=np.rint(model.initial * factor).astype(np.int64),
        capacity=np.where(model.capacity > 0, model.capacity * factor, model.capacity),
        population=model.population * factor,
    )


def tell(name: str, journeys: bool, people: int, person_days: int, legs: int, cpu: float, wall: float) -> None:
    """Print a line."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{name}, journeys {'kept' if journeys else 'not kept'}: {people:,} people, {person_days:,} person-days, "
        f"{legs:,} legs; CPU {cpu:.2f} s, wall {wall:.1f} s, {1e9 * cpu / person_days:.2f} ns a "
        f"person-day (Flee: {FLEE * person_days / cpu:,.0f} times as much); peak memory so far {peak:.2f} GB",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000_000)
    parser.add_argument("--flee", type=Path)
    parser.add_argument("--only")
    given = parser.parse_args()
    if given.flee is None:
        own_rules(given.people)
        return
    folders = sorted(f for f in given.flee.iterdir() if f.is_dir() and given.only in (None, f.name))
    for folder in folders:
        flees_rules(folder, False)
        flees_rules(folder, True)
    flees_rules(folders[0], False, people=given.people, days=DAYS)


if __name__ == "__main__":
    main()
