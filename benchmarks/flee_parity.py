"""Parity with Flee: its own output on five conflicts against 200 members of ours, at the reference's hasten.

    python benchmarks/flee_parity.py ../shared/flee [--members 200] [--only mali2012] [--json FILE]

For each reference run and camp, every 30th day and the last: before any camp has filled (mean stock above
``capacity_buffer`` of its capacity), the reference must lie in the 99.9 % band of a new run, adjusted for the number of
comparisons (Bonferroni; Student's t on mean and spread of the members, and one agent for their being whole); after
that, within 3 % of the day's total. And the ARD within 0.01.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from onward.evaluation.score import averaged_relative_difference
from onward.flee.rules import FleeModel, registered_stocks
from onward.flee.simulate import FleeRunSettings, load_flee, run_flee_members

BAND, SHARE, ARD = 0.001, 0.03, 0.01


@dataclass(frozen=True)
class Reference:
    """A run of Flee as its output file gives it; people in agents."""

    file: str
    camps: list[str]
    stock: np.ndarray
    total: np.ndarray


@dataclass(frozen=True)
class Parity:
    """One reference run against our members."""

    conflict: str
    settings: str
    run: str
    free: int
    outside_band: int
    binding: int
    outside_share: int
    largest_share: float
    binding_outside_band: int
    ard_flee: float
    ard_ours: float
    ard_spread: float
    ard_rescaled_flee: float
    ard_rescaled_ours: float


def read_reference(file: Path) -> Reference:
    with file.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    head = rows[0]
    camps = [c[: -len(" sim")] for c in head if c.endswith(" sim")]
    columns = [head.index(f"{c} sim") for c in camps]
    stock = np.array([[float(r[c]) for c in columns] for r in rows[1:]])
    total = np.array([float(r[head.index("total refugees (simulation)")]) for r in rows[1:]])
    return Reference(file.stem, camps, stock, total)


def reference_sets(root: Path, only: str | None = None) -> Iterator[tuple[Path, str, int, list[Path]]]:
    """Yield (folder, settings file, hasten, output files) of every set of reference runs."""
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and (not only or p.name == only)):
        files = sorted((folder / "flee-output").glob("*.csv"))
        for key in sorted({f.name.rsplit("-seed", 1)[0] for f in files}):
            name, hasten = key.split("-hasten")
            settings = folder / f"simsetting.{name}.yml"
            if not settings.is_file():
                settings = folder / "simsetting.yml"
            yield folder, settings.name, int(hasten), [f for f in files if f.name.startswith(f"{key}-seed")]


def simulate(model: FleeModel, members: int, seed: int = 1) -> np.ndarray:
    """Return the members' stocks in camps, [m, t, p], in agents."""
    runs = run_flee_members(model, FleeRunSettings(members=members, seed=seed), members=range(members))
    return np.array([result.stock[:, list(model.camps)] for _, result, _ in runs], dtype=float)


def filled(model: FleeModel, mean: np.ndarray) -> np.ndarray:
    """Return for each day whether any camp has filled up to its buffer by then."""
    rules = model.instance.settings
    room = model.capacity[:, list(model.camps)] * rules.capacity_scaling
    full = (room >= 1) & (mean > rules.capacity_buffer * room)
    return np.maximum.accumulate(full.any(axis=1))


def compare(model: FleeModel, ours: np.ndarray, reference: Reference, settings: str) -> Parity:
    names = [model.names[p] for p in model.camps]
    if names != reference.camps:
        raise ValueError(f"{reference.file}: camps are {reference.camps}, ours {names}")
    days = sorted({*range(0, model.instance.days, 30), model.instance.days - 1})
    m, mean, spread = len(ours), ours.mean(axis=0), ours.std(axis=0, ddof=1)
    z = student.ppf(1.0 - BAND / 2.0 / (len(days) * len(names)), m - 1)
    apart = np.abs(reference.stock - mean)[days]
    outside = apart > z * spread[days] * np.sqrt(1.0 + 1.0 / m) + 1.0
    share = apart / np.maximum(reference.total[days], 1.0)[:, None]
    binds = filled(model, mean)[days]
    data = np.array([registered_stocks(model.instance, name) for name in names], dtype=float).T
    ard = averaged_relative_difference(ours, data)
    return Parity(
        model.instance.name, settings, reference.file, int((~binds).sum()) * len(names), int(outside[~binds].sum()),
        int(binds.sum()) * len(names), int((share[binds] > SHARE).sum()), float(share[binds].max(initial=0.0)),
        int(outside[binds].sum()), float(averaged_relative_difference(reference.stock, data)), float(ard.mean()),
        float(ard.std(ddof=1)), float(averaged_relative_difference(reference.stock, data, rescaled=True)),
        float(averaged_relative_difference(ours, data, rescaled=True).mean()),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--only")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found: list[Parity] = []
    for folder, settings, hasten, files in reference_sets(given.root, given.only):
        model = load_flee(folder, settings_file=settings, overrides={"hasten": hasten})
        ours = simulate(model, given.members)
        for file in files:
            p = compare(model, ours, read_reference(file), settings)
            found.append(p)
            print(
                f"{p.conflict} {p.run}: outside the band {p.outside_band} of {p.free} free; "
                f"beyond 3 % {p.outside_share} of {p.binding} binding "
                f"(largest {p.largest_share:.4f}; {p.binding_outside_band} outside the band); "
                f"ARD {p.ard_flee:.4f} ours {p.ard_ours:.4f} +- {p.ard_spread:.4f}",
                flush=True,
            )
    if given.json:
        given.json.write_text(json.dumps([asdict(p) for p in found], indent=1))


if __name__ == "__main__":
    main()
