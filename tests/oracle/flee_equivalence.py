"""Whether *individuals* and *cohorts* draw the same under Flee's rules: small folders, and samples of stocks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from flee_toy import write_flee
from onward.flee.simulate import FleeRunSettings, load_flee, run_one
from onward.typing import Floats
from oracle.equivalence import Stocks

DAYS = 12
CAMPS = ("B", "C")
#: as fine as *cohorts* keeps memory and the way of a day, so that only chance is left between it and *individuals*
FINE: Mapping[str, object] = {"flee.memory_levels": 256, "flee.steps": 10_000, "flee.journeys": False}

_TOTAL = [(0, 0), (1, 600), (4, 1500), (8, 2000), (11, 2300)]
_RULES = {
    "max_move_speed": 150.0, "awareness_level": 2, "avoid_short_stints": True, "default_movechance": 0.3,
    "camp_movechance": 0.05, "camp_weight": 2.0, "foreign_weight": 2.0, "conflict_weight": 0.3,
}  # fmt: skip
_PLACES = (
    "A,r,H,36,37,conflict_zone,0,50000\nZ,r,H,36.5,37,town,0,30000\nM,r,H,37,37.5,town,0,20000\n"
    "N,r,H,37.2,37,town,0,9000\nB,r,F,37.5,37.5,camp,,{0}\nC,r,F,38,37,camp,,{1}\n"
)
_ROADS = "A,Z,70,0\nA,M,120,0\nZ,N,90,0\nM,B,60,0\nN,C,110,0\nM,N,55,0\nB,C,200,0\n"
_CONFLICTS = "#Day,A,Z\n" + "".join(f"{t},1,{int(t > 3)}\n" for t in range(40))


def open_camps(folder: Path) -> Path:
    """Write a folder whose camps have no limit: the moves of people do not depend on each other."""
    return write_flee(folder, _PLACES.format(0, 0), _ROADS, **_given({}))


def full_camps(folder: Path) -> Path:
    """Write a folder one of whose camps fills within days, the other later."""
    return write_flee(folder, _PLACES.format(300, 1200), _ROADS, **_given({}))


def closed_border(folder: Path) -> Path:
    """Write a folder whose border closes under people and opens again, and where they set out on foot."""
    closures = "country,H,F,4,8\n"
    return write_flee(folder, _PLACES.format(0, 0), _ROADS, closures=closures, **_given({"start_on_foot": True}))


FOLDERS = {"open camps": open_camps, "full camps": full_camps, "closed border": closed_border}


def flee_itself(name: str) -> tuple[Floats, Floats]:
    """Return means ``[t, camp]`` of Flee's own runs (commit 02cd2cb; scripts/flee_toys.py), and their variances."""
    found = json.loads((Path(__file__).parent / "flee_toys.json").read_text("utf-8"))
    return np.array(found[name]["mean"]), np.array(found[name]["sd"]) ** 2 / found["runs"]


def largest_z_from_flee(stocks: Stocks, name: str) -> float:
    """Return the largest |z| of means in camps against Flee's own; those of less than 10 people are left out."""
    mean, variance = flee_itself(name)
    ours = stocks[:, :, -len(CAMPS) :, 0]
    enough = mean >= 10
    noise = np.sqrt(variance + ours.var(axis=0, ddof=1) / len(ours))
    return float((np.abs(ours.mean(axis=0) - mean)[enough] / noise[enough]).max())


def largest_gap_from_flee(stocks: Stocks, name: str) -> float:
    """Return the largest difference of mean people in a camp from Flee's own."""
    return float(np.abs(stocks.mean(axis=0)[:, -len(CAMPS) :, 0] - flee_itself(name)[0]).max())


def _given(more: Mapping[str, object]) -> dict[str, object]:
    return {"days": DAYS, "conflicts": _CONFLICTS, "total": _TOTAL, "settings": {**_RULES, **more}}


def sample(
    folder: Path, engine: str, runs: int, *, seed: int = 1, overrides: Mapping[str, object] | None = None
) -> Stocks:
    """Return stocks ``[run, t, p, (here, way)]`` of runs."""
    model = load_flee(folder, overrides={**FINE, **(overrides or {})})
    settings = FleeRunSettings(engine, seed=seed)
    results = (run_one(model, settings, member)[0] for member in range(runs))
    return np.array([np.stack([one.stock, one.way], axis=2) for one in results], dtype=np.float64)
