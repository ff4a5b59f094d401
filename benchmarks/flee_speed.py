"""Speed against Flee: CPU seconds of the simulation, one thread, one agent a person.

    python benchmarks/flee_speed.py ../shared/flee [--repeat 5] [--only burundi2015] [--settings simsetting.yml]
                                    [--flee CHECKOUT] [--python FLEES-PYTHON]

Flee's seconds are those of ../shared/flee/README.md (its own machine); with ``--flee`` a checkout of Flee is run here,
in a process of its own, and its seconds are compared too (hours: Syria alone takes two). ``--python`` is an interpreter
that has what Flee needs (pandas, numpy, pyyaml, beartype, ...), as Onward's has not. The first run of each engine
compiles or loads its kernel and is not counted. The first lines, or with ``--ensemble`` the only ones, are of the whole
process of 20 members of Syria 2013, as ``onward run`` does it.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from onward.flee.simulate import FleeRunSettings, load_flee, run_one

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


def flee(checkout: Path, python: str, folder: Path, settings: str) -> float:
    """Run Flee itself on the folder, in a folder of its own; return its CPU seconds."""
    inputs, data, file = (str((folder / name).resolve()) for name in ("input_csv", "source_data", settings))
    command = [python, str(checkout.resolve() / "runscripts" / "run.py"), inputs, data, "0", file]
    env = {**os.environ, "PYTHONPATH": str(checkout.resolve())}
    with tempfile.TemporaryDirectory() as here:
        done, used = children(command, cwd=here, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"Flee stopped with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")
    return used


def children(command: list[str], **given: object) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run a command; return what it gave and the CPU seconds of it and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=False, **given)  # type: ignore[call-overload]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ensemble(root: Path, words: str) -> None:
    """Print wall and CPU seconds and memory of the whole process of 20 members of Syria 2013 on two threads."""
    with tempfile.TemporaryDirectory() as here:
        command = [sys.executable, "-c", "from onward.cli.main import main; main()", "run", str(root / "syria2013"),
                   "--rules", "flee", "--members", "20", "--workers", "2", "--quiet", "--out", here]  # fmt: skip
        begin = time.perf_counter()
        done, used = children(command, stdout=subprocess.DEVNULL)
        wall = time.perf_counter() - begin
    if done.returncode != 0:
        sys.exit(f"onward stopped with {done.returncode}")
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(f"syria2013, 20 members, whole process, {words}: {wall:.1f} s, {used:.1f} CPU seconds, {memory:.2f} GB",
          flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--flee", type=Path, help="a Flee checkout, to measure it here")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that runs Flee")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only")
    parser.add_argument("--settings")
    parser.add_argument("--ensemble", action="store_true", help="only the 20 members of Syria 2013")
    given = parser.parse_args()
    if given.ensemble or not given.only:
        for words in ("kernels perhaps not compiled", "kernels compiled"):
            ensemble(given.root, words)
    if not given.ensemble:
        singles(given)


def singles(given: argparse.Namespace) -> None:
    """Print the seconds of one run of each conflict and settings file."""
    for (name, settings), seconds in FLEE_SECONDS.items():
        if (given.only and name != given.only) or (given.settings and settings != given.settings):
            continue
        words = [f"{name} {settings}: Flee {seconds:,.0f} s (README)"]
        if given.flee:
            seconds = flee(given.flee, given.python, given.root / name, settings)
            words.append(f"Flee {seconds:,.0f} s (here)")
        for engine in ("cohorts", "expected"):
            took = ours(given.root / name, settings, engine, given.repeat)
            words.append(f"{engine} {took:.4f} s ({seconds / took:,.0f} times)")
        print("; ".join(words), flush=True)


if __name__ == "__main__":
    main()
