"""Run Flee itself on the small folders of tests/oracle/flee_equivalence.py; print means and spreads of camps as JSON.

    python scripts/flee_toys.py FLEE-CHECKOUT [--runs 30] > tests/oracle/flee_toys.json

Flee's own requirements (requirements.txt of its checkout) must be importable.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from oracle.flee_equivalence import CAMPS, FOLDERS


def run(checkout: Path, folder: Path) -> list[list[float]]:
    """Return agents in the camps on each day of one run of Flee."""
    command = [sys.executable, str(checkout / "runscripts" / "run.py"), str(folder / "input_csv"),
               str(folder / "source_data"), "0", str(folder / "simsetting.yml")]  # fmt: skip
    path = os.pathsep.join([str(checkout), *filter(None, [os.environ.get("PYTHONPATH")])])
    env = {**os.environ, "PYTHONPATH": path}
    with tempfile.TemporaryDirectory() as here:
        done = subprocess.run(command, cwd=here, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"Flee stopped with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")
    rows = [row for row in csv.reader(io.StringIO(done.stdout)) if row]
    head = next(row for row in rows if row[0] == "Day")
    columns = [head.index(f"{camp} sim") for camp in CAMPS]
    return [[float(row[c]) for c in columns] for row in rows if row[0].isdigit()]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--runs", type=int, default=30)
    given = parser.parse_args()
    found: dict[str, object] = {"runs": given.runs, "camps": CAMPS}
    for name, build in FOLDERS.items():
        with tempfile.TemporaryDirectory() as here:
            folder = build(Path(here) / "toy")
            stock = np.array([run(given.checkout.resolve(), folder) for _ in range(given.runs)])
        found[name] = {"mean": stock.mean(axis=0).round(3).tolist(), "sd": stock.std(axis=0, ddof=1).round(3).tolist()}
    print("{\n" + ",\n".join(f"  {json.dumps(name)}: {json.dumps(part)}" for name, part in found.items()) + "\n}")


if __name__ == "__main__":
    main()
