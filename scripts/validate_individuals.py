"""Test whether *individuals* draws what *cohorts* draws, and whether the test finds planted faults; prints Markdown.

    python scripts/validate_individuals.py [--runs 400] [--means] > docs/validation/individuals.md

``--means`` prints only the table of both engines against the means of *expected*.

The crises and the test are in tests/oracle/equivalence.py. A fault is planted by changing the text of the engine's day
loop and compiling that.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from onward.crisis import Crisis
from onward.engine.jit_cache import use_cache
from onward.simulation.member import MOVES, stream
from onward.simulation.run import make_settings
from oracle.equivalence import (
    CRISES,
    DAYS,
    LEVEL,
    Stocks,
    Verdict,
    compare,
    gap,
    hotter,
    means,
    open_roads,
    sample,
    tight_gate,
)
from properties.runs import STATES

#: faults of the day loop: what is replaced by what, and the crises in which it can be seen
ROUNDING = (
    ("split(rng, sim.home[p, g], 1.0 - math.exp(-h), unit)", "whole(round(sim.home[p, g] * (1.0 - math.exp(-h))))"),
    (
        "split(rng, sim.here[p, g], 1.0 - math.exp(-threat - ordinary), unit)",
        "whole(round(sim.here[p, g] * (1.0 - math.exp(-threat - ordinary))))",
    ),
)
CAPACITY = (
    (
        "        new_morning(sim)\n",
        """        for n in range(people.ways[0]):
            i = people.way[n]
            if people.goal[i] < sim.here.shape[0] and people.quanta[i] <= sim.rates.travel_steps:
                sim.here[people.goal[i], people.group[i]] += 1
        new_morning(sim)
        _take_stock(sim, people)
""",
    ),
)
ORDER = (
    (
        "sample(sim.moves_rng, passing, there, queue) if sim.largest == 1 else sim.let[lane, g, m]",
        "min(there, passing)",
    ),
)


def planted(changes: tuple[tuple[str, str], ...], folder: Path, name: str) -> Any:
    """Return the module of the day loop with changes in its text."""
    text = resources.files("onward.engine").joinpath("individuals.py").read_text("utf-8")
    for old, new in changes:
        if text.count(old) != 1:
            raise SystemExit(f"fault {name}: the day loop holds {text.count(old)} times: {old}")
        text = text.replace(old, new)
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def days_of(module: Any, crisis: Any) -> Callable[..., Any]:
    """Return what runs a member's days by a module with a planted fault."""
    settings = make_settings(crisis, engine="individuals", members=1, seed=1, labels=True)

    def days(drawn: Any, member: int, reached: Any) -> Any:
        rng = stream(settings, member, MOVES)
        return (module.run_individuals(drawn.world, drawn.rates, drawn.start, rng, rng, False, reached)[0],)

    return days


def rows(name: str, verdicts: list[Verdict], crises: list[str]) -> None:
    """Print a row a crisis."""
    for crisis, verdict in zip(crises, verdicts, strict=True):
        z = f"{verdict.z:.1f}" if np.isfinite(verdict.z) else "not finite"
        told = "no difference" if verdict.same else "rejected"
        print(f"| {name} | {crisis} | {verdict.p.min():.4f} | {(verdict.p < LEVEL).sum()} of {DAYS} | {z} | {told} |")
    sys.stdout.flush()


def table_of_means(crises: dict[str, Crisis], samples: dict[str, dict[str, Stocks]]) -> None:
    """Print how far the means of both engines are from *expected*, by crisis."""
    print("| crisis | engine | largest z | largest difference, people | of | where |")
    print("|---|---|---|---|---|---|")
    for name, crisis in crises.items():
        mean = means(crisis)
        for engine, stocks in samples.items():
            found = gap(stocks[name], mean)
            day, place, state = found.where
            where = f"{crisis.places[place]}, {STATES[state]}, day {day + 1}"
            print(f"| {name} | *{engine}* | {found.z:.1f} | {found.people:.1f} | {found.of:.1f} | {where} |")
    sys.stdout.flush()


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--means", action="store_true")
    given = parser.parse_args()
    runs = given.runs
    use_cache()
    begin = time.perf_counter()
    if given.means:
        worlds = {
            name: build() for name, build in {"open roads": open_roads, **CRISES, "tight gate": tight_gate}.items()
        }
        engines = {"cohorts": 0, "individuals": 100_000}
        table_of_means(worlds, {
            engine: {name: sample(crisis, engine, runs, first=first) for name, crisis in worlds.items()}
            for engine, first in engines.items()
        })  # fmt: skip
        return
    intro = Path(__file__).parents[1] / "docs" / "validation" / "individuals.intro.md"
    print(intro.read_text("utf-8"))
    print("| engine against *cohorts* | crisis | least p (Holm) | days rejected | largest z | |")
    print("|---|---|---|---|---|---|")
    crises = {name: build() for name, build in CRISES.items()}
    cohorts: dict[str, Stocks] = {name: sample(c, "cohorts", runs) for name, c in crises.items()}
    every, streams = list(crises), iter(range(1, 100))

    def against(name: str, chosen: list[str], **how: Any) -> None:
        changes = how.pop("changes", ())
        with tempfile.TemporaryDirectory() as folder:
            module = planted(changes, Path(folder), f"fault_{next(streams)}") if changes else None
            pairs = []
            for crisis in chosen:
                days = days_of(module, crises[crisis]) if module else None
                first = 10_000 * next(streams)
                pairs.append(
                    (cohorts[crisis], sample(crises[crisis], "individuals", runs, first=first, days=days, **how))
                )
            rows(name, compare(pairs), chosen)

    against("*individuals*", every)
    against("fault: a hazard 2 % too high", every, change=hotter)
    against("fault: proportional rounding for the draws of who leaves", every, changes=ROUNDING)
    against("fault: quota by order of arrival", ["quota gates"], changes=ORDER)
    against("fault: capacity read after arrivals", ["full camps"], changes=CAPACITY)
    print(f"\n{runs} runs of each, {time.perf_counter() - begin:.0f} s.")


if __name__ == "__main__":
    main()
