"""Test whether *individuals* draws what *cohorts* draws, and whether the test finds planted faults; prints Markdown.

    python scripts/validate_individuals.py > docs/validation/individuals.md

``--parts engines,faults`` prints only these parts of the page, so that it can be made in several goes.

The crises and the test are in tests/oracle/equivalence.py, the folders of Flee's rules in flee_equivalence.py, both with
what is compared. A fault is planted by changing the text of the engine's day loop and compiling that.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import onward
from onward.crisis import Crisis, read_crisis
from onward.engine.jit_cache import use_cache
from onward.simulation.member import MOVES, stream
from onward.simulation.settings import make_settings
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
from oracle.flee_equivalence import FOLDERS, largest_gap_from_flee, largest_z_from_flee
from oracle.flee_equivalence import sample as of_flee
from oracle.pairs_of_stops import pairs, pairs_of_journeys, z_of_pairs
from properties.crises import random_crisis
from properties.runs import STATES

#: engines of Flee's rules, with the seed of each
FLEE_SEEDS = {"individuals": 1, "cohorts": 2}

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
        "        update_daily_factors(sim)\n",
        """        for n in range(people.ways[0]):
            i = people.way[n]
            if people.goal[i] < sim.here.shape[0] and people.quanta[i] <= sim.rates.travel_steps:
                sim.here[people.goal[i], people.group[i]] += 1
        update_daily_factors(sim)
        _update_counts(sim, people)
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
    from onward.engine.workspace import raw_of, set_up  # after `use_cache`

    settings = make_settings(crisis, engine="individuals", members=1, seed=1, labels=True)

    def days(drawn: Any, member: int, reached: Any) -> Any:
        rng = stream(settings, member, MOVES)
        fields = module.fields_of_each(drawn.world, drawn.rates, drawn.start)
        return (raw_of(fields, module.run_individuals(set_up(fields, rng, rng, rng), drawn.start, False, reached)[0]),)

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


PARTS = ("engines", "faults", "means", "pairs", "flee")
HEAD = "| engine against *cohorts* | crisis | least p (Holm) | days rejected | largest z | |\n|---|---|---|---|---|---|"
FAULTS: dict[str, tuple[list[str], Any, tuple[tuple[str, str], ...]]] = {
    "a hazard 2 % too high": (list(CRISES), hotter, ()),
    "proportional rounding for the draws of who leaves": (list(CRISES), None, ROUNDING),
    "quota by order of arrival": (["quota gates"], None, ORDER),
    "capacity read after arrivals": (["full camps"], None, CAPACITY),
}


def engines(given: argparse.Namespace, faults: bool) -> None:
    """Print the table of *individuals*, or that of the planted faults, against *cohorts*."""
    crises = {name: build() for name, build in CRISES.items()}
    cohorts: dict[str, Stocks] = {name: sample(c, "cohorts", given.runs) for name, c in crises.items()}
    what = FAULTS if faults else {"*individuals*": (list(crises), None, ())}
    print(HEAD)
    for number, (name, (chosen, change, changes)) in enumerate(what.items()):
        with tempfile.TemporaryDirectory() as folder:
            module = planted(changes, Path(folder), f"fault_{number}") if changes else None
            pairs = []
            for n, crisis in enumerate(chosen):
                days = days_of(module, crises[crisis]) if module else None
                first = 10_000 * (1 + 10 * number + n) + (500_000 if faults else 0)
                found = sample(crises[crisis], "individuals", given.runs, first=first, days=days, change=change)
                pairs.append((cohorts[crisis], found))
            verdicts = compare(pairs, permutations=given.permutations)
            rows(f"fault: {name}" if faults else name, verdicts, chosen)


def table_of_both(runs: int) -> None:
    """Print how far the means of both engines are from *expected*."""
    worlds = {name: build() for name, build in {"open roads": open_roads, **CRISES, "tight gate": tight_gate}.items()}
    table_of_means(worlds, {
        engine: {name: sample(crisis, engine, runs, first=first) for name, crisis in worlds.items()}
        for engine, first in {"cohorts": 0, "individuals": 100_000}.items()
    })  # fmt: skip


def table_of_pairs() -> None:
    """Print how far people by pair of stops differ between journeys of *individuals* and flows of *cohorts*."""
    print("| crisis | members of each | pairs | largest z | root mean square of z |")
    print("|---|---|---|---|---|")
    crises = {"random": (random_crisis(places=6, days=10, seed=1, returning=False), 60, 0.0),
              "`aleppo-2016`, two people or more": (read_crisis("aleppo-2016"), 30, 2.0)}  # fmt: skip
    for name, (crisis, members, least) in crises.items():
        run = onward.simulate(crisis, engine="individuals", members=members, seed=2, parameters="fixed")
        flows = onward.simulate(crisis, members=members, seed=3, parameters="fixed").table("flows")
        together = pairs(flows, ["from_place", "to_place"])
        z = z_of_pairs(pairs_of_journeys(run, crisis), together, members, least)
        print(f"| {name} | {members} | {len(z):,} | {np.abs(z).max():.1f} | {np.sqrt((z**2).mean()):.2f} |")
    sys.stdout.flush()


def table_under_flee(given: argparse.Namespace) -> None:
    """Print how far both engines are from each other and from Flee itself, on small folders."""
    print("| folder | least p (Holm) | days rejected | largest z | *individuals* against Flee: largest z, people | "
          "*cohorts* against Flee: largest z, people |")  # fmt: skip
    print("|---|---|---|---|---|---|")
    cases: dict[str, tuple[str, dict[str, object]]] = {
        "open camps, nobody avoids short stints": ("open camps", {"avoid_short_stints": False}),
        **{name: (name, {}) for name in FOLDERS},
    }
    with tempfile.TemporaryDirectory() as here:
        folders = {name: build(Path(here) / name) for name, build in FOLDERS.items()}
        found = [
            tuple(of_flee(folders[name], engine, given.runs, seed=seed, overrides=more)
                  for engine, seed in FLEE_SEEDS.items())
            for name, more in cases.values()
        ]  # fmt: skip
    verdicts = compare(found, permutations=given.permutations)
    for (told, (name, more)), both, verdict in zip(cases.items(), found, verdicts, strict=True):
        apart = ["", ""] if more else [
            f"{largest_z_from_flee(stocks, name):.1f}, {largest_gap_from_flee(stocks, name):.0f}" for stocks in both
        ]  # fmt: skip
        days = (verdict.p < LEVEL).sum()
        print(f"| {told} | {verdict.p.min():.4f} | {days} of {DAYS} | {verdict.z:.1f} | {' | '.join(apart)} |")
    sys.stdout.flush()


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--permutations", type=int, default=4_999)
    parser.add_argument("--parts", default=",".join(PARTS))
    given = parser.parse_args()
    use_cache()
    tables: dict[str, Callable[[], None]] = {
        "engines": lambda: engines(given, faults=False),
        "faults": lambda: engines(given, faults=True),
        "means": lambda: table_of_both(given.runs),
        "pairs": table_of_pairs,
        "flee": lambda: table_under_flee(given),
    }
    folder = Path(__file__).parents[1] / "docs" / "validation"
    for part in given.parts.split(","):
        print((folder / f"individuals.{part}.intro.md").read_text("utf-8"), end="")
        tables[part]()
        print()


if __name__ == "__main__":
    main()
