"""Speed against Flee: CPU seconds of the simulation, one thread, one agent a person.

    python benchmarks/flee_speed.py ../shared/flee [--flee CHECKOUT] [--repeat 5] [--only burundi2015]

Flee's seconds are those of ../shared/flee/README.md (its own machine); with ``--flee`` a checkout of Flee is run here,
in a process of its own, and its seconds are compared instead (hours: Syria alone takes two). The first run of each
engine compiles or loads its kernel and is not counted.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from onward.engine.flee import FleeRunSettings, load_flee, run_one

#: CPU seconds of Flee, one agent a person, with simsetting.yml except where named (../shared/flee/README.md)
FLEE_SECONDS = {
    ("burundi2015", "simsetting.yml"): 291.0,
    ("burundi2015", "simsetting.validation.yml"): 293.0,
    ("car2013", "simsetting.yml"): 1660.0,
    ("mali2012", "simsetting.yml"): 89.0,
    ("ssudan2014", "simsetting.yml"): 880.0,
    ("syria2013", "simsetting.yml"): 7400.0,
}


def ours(folder: Path, settings: str, engine: str, repeat: int) -> float:
    """Return the least CPU seconds of a member's kernel."""
    model = load_flee(folder, settings_file=settings, overrides={"hasten": 1})
    given = FleeRunSettings(engine=engine)
    run_one(model, given, 0)
    return min(run_one(model, given, member, time.thread_time)[1] for member in range(repeat))


def flee(checkout: Path, folder: Path, settings: str) -> float:
    """Run Flee itself on the folder; return its CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, str(checkout / "runscripts" / "run.py"), str(folder / "input_csv"),
               str(folder / "source_data"), "0", str(folder / settings)]  # fmt: skip
    env = {**os.environ, "PYTHONPATH": str(checkout)}
    subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--flee", type=Path, help="a Flee checkout, to measure it here")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only")
    given = parser.parse_args()
    for (name, settings), seconds in FLEE_SECONDS.items():
        if given.only and name != given.only:
            continue
        if given.flee:
            seconds = flee(given.flee, given.root / name, settings)
        words = [f"{name} {settings}: Flee {seconds:,.0f} s"]
        for engine in ("cohorts", "expected"):
            took = ours(given.root / name, settings, engine, given.repeat)
            words.append(f"{engine} {took:.4f} s ({seconds / took:,.0f} times)")
        print("; ".join(words), flush=True)


if __name__ == "__main__":
    main()
