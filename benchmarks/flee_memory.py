"""What 8, 16 and 32 levels of memory cost, against 128: avoid short stints under Flee's rules.

    python benchmarks/flee_memory.py ../shared/flee [--steps 40]

For each conflict whose settings avoid short stints: the largest difference of any camp's stock on any day, and on the
last day, as a share of all people of the day. *expected* has no noise, so all of it is that of the levels.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from onward.flee.simulate import FleeRunSettings, load_flee, run_one

FINEST, TRIED = 128, (8, 16, 32)


def stocks(folder: Path, levels: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return people in camps, [t, p], and all people by day."""
    model = load_flee(folder, overrides={"hasten": 1, "flee.memory_levels": levels, "flee.steps": steps})
    result, _ = run_one(model, FleeRunSettings(engine="expected"), 0)
    return result.stock[:, list(model.camps)], (result.stock.sum(axis=1) + result.way.sum(axis=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--steps", type=int, default=40, help="steps of the day's way, the same for all")
    given = parser.parse_args()
    for folder in sorted(path.parent for path in given.root.glob("*/simsetting.yml")):
        if not load_flee(folder).instance.settings.avoid_short_stints:
            continue
        finest, people = stocks(folder, FINEST, given.steps)
        words = []
        for levels in TRIED:
            apart = np.abs(stocks(folder, levels, given.steps)[0] - finest).max(axis=1) / np.maximum(people, 1.0)
            words.append(f"{levels} levels {100 * apart.max():.3f} % (last day {100 * apart[-1]:.3f} %)")
        print(f"{folder.name}: {'; '.join(words)}", flush=True)


if __name__ == "__main__":
    main()
