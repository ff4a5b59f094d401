"""Read and import the Flee folders of a public checkout, and print a table and a score.

    git clone https://github.com/djgroen/FabFlee
    python benchmarks/flee_public.py FabFlee/config_files [--only NAME] [--no-run]

A folder scores where it is read, imported (with ``--largest-component``), read back without an error, and run under
Onward's own rules (one member of *expected*). What is refused must be refused with a reason. This measures **reading
and importing** only: the registrations in these folders are kept for judging forecasts, and nothing is fitted to them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from onward.crisis import read_crisis
from onward.errors import CrisisDataError
from onward.simulation.ensemble import simulate
from onward.sources.flee import import_flee


@dataclass(frozen=True)
class Outcome:
    """What came of a folder: ``imported``, ``floods``, ``refused`` or ``crashed``, and why."""

    folder: str
    kind: str
    words: str
    seconds: float


def instances(root: Path) -> list[Path]:
    """Return every folder whose input_csv holds locations.csv."""
    return sorted(file.parents[1] for file in root.rglob("input_csv/locations.csv"))


def attempt(folder: Path, name: str, scratch: Path, run: bool) -> Outcome:
    """Import a folder, read it back and run it."""
    begin = time.perf_counter()
    try:
        found = import_flee(folder, scratch / "crisis", overwrite=True, largest_component=True)
        crisis = read_crisis(scratch / "crisis")
        words = f"{len(crisis.places)} places, {crisis.days} days, {len(found.notes)} notes"
        if run:
            done = simulate(crisis, members=1, engine="expected")
            words += f", {done.quantiles('departures')['mean'].sum():,.0f} departures"
        kind = "imported"
    except CrisisDataError as error:
        words, more = str(error.problems[0]), len(error.problems) - 1
        kind = "floods" if "about floods" in words else "refused"
        words = words.replace(f"{folder.parent}/", "") + (f" (and {more} more)" if more else "")
    except Exception as error:
        kind, words = "crashed", f"{type(error).__name__}: {error}"
    return Outcome(name, kind, words, time.perf_counter() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--only", help="only folders whose name holds this")
    parser.add_argument("--no-run", action="store_true", help="do not simulate what was imported")
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        for folder in instances(given.root):
            name = str(folder.relative_to(given.root))
            if given.only and given.only not in name:
                continue
            outcome = attempt(folder, name, Path(scratch), not given.no_run)
            counts[outcome.kind] += 1
            print(f"{outcome.kind:9} {outcome.seconds:6.1f} s  {outcome.folder}: {outcome.words}", flush=True)
    total = sum(counts.values())
    print(f"score: {counts['imported']} of {total} imported; {counts['floods']} about floods and "
          f"{counts['refused']} others refused with a reason; {counts['crashed']} crashed")  # fmt: skip
    sys.exit(1 if counts["crashed"] else 0)


if __name__ == "__main__":
    main()
