"""Time Flee's rules on a large synthetic folder: 780 locations, 1,489 routes, a year, 28 million people displaced.

    python benchmarks/flee_large.py [--locations 780] [--routes 1489] [--days 365] [--people 28000000]
                                    [--awareness 2] [--levels 0] [--engine cohorts expected] [--out FOLDER] [--growth]

Prints the size of the compiled network, the seconds of engine time of one member after compilation, and what ended in
camps. ``--growth`` halves one size after the other and prints the seconds of each: the law of growth in
docs/explanation/speed.md. ``--out`` keeps the folder.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from pathlib import Path

import numpy as np
import yaml
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

from onward.flee.simulate import FleeRunSettings, load_flee, run_one

START = dt.date(2023, 4, 15)
#: the extent of the synthetic country, about that of Sudan
WIDTH_KM, HEIGHT_KM = 1500.0, 1200.0
#: shares of locations that are camps and conflict zones; camps with a binding capacity
CAMPS, ZONES, BINDING = 0.2, 0.4, 0.5


def write_folder(
    folder: Path, *, locations: int, routes: int, days: int, people: int, awareness: int, seed: int = 1
) -> Path:
    """Write a Flee instance of the given size; towns are random points, routes the shortest pairs that join them."""
    rng = np.random.default_rng(seed)
    inputs, data = folder / "input_csv", folder / "source_data"
    inputs.mkdir(parents=True)
    data.mkdir()
    x, y = rng.uniform(0, WIDTH_KM, locations), rng.uniform(0, HEIGHT_KM, locations)
    kinds = rng.permutation(
        ["camp"] * int(CAMPS * locations)
        + ["conflict_zone"] * int(ZONES * locations)
        + ["town"] * (locations - int(CAMPS * locations) - int(ZONES * locations))
    )
    size = rng.lognormal(np.log(2.0 * people / (ZONES * locations)), 0.8, locations)
    room = rng.lognormal(np.log(people / (2.0 * CAMPS * locations)), 0.8, locations)
    rows = ["#name,region,country,lat,lon,location_type,conflict_date,population"]
    camps = []
    for p, kind in enumerate(kinds):
        number = int(size[p])
        if kind == "camp":
            camps.append(p)
            number = int(room[p]) if rng.random() < BINDING else -1
        rows.append(f"L{p},R,Country,{y[p] / 111:.5f},{x[p] / 111:.5f},{kind},0,{max(0, number)}")
    (inputs / "locations.csv").write_text("\n".join(rows) + "\n")
    lines = [f"L{a},L{b},{max(1, round(km))},0" for a, b, km in _pairs(x, y, routes)]
    (inputs / "routes.csv").write_text("\n".join(["#name1,name2,distance,forced_redirection", *lines]) + "\n")
    zones = [p for p, kind in enumerate(kinds) if kind == "conflict_zone"]
    begins = np.where(rng.random(len(zones)) < 0.2, 0, rng.integers(0, days, len(zones)))
    active = (np.arange(days)[:, None] >= begins).astype(int)
    head = "#Day," + ",".join(f"L{p}" for p in zones)
    (inputs / "conflicts.csv").write_text(
        "\n".join([head, *(f"{t}," + ",".join(map(str, row)) for t, row in enumerate(active))]) + "\n"
    )
    (inputs / "closures.csv").write_text("#type,name1,name2,start,end\n")
    (inputs / "sim_period.csv").write_text(f"StartDate,{START}\nLength,{days}\n")
    last = START + dt.timedelta(days=days)
    (data / "total.csv").write_text(f"{START},0\n{last},{people}\n")
    (data / "camp.csv").write_text(f"{START},0\n{last},{people // len(camps)}\n")
    (data / "data_layout.csv").write_text("total,total.csv\n" + "".join(f"L{p},camp.csv\n" for p in camps))
    rules = {"awareness_level": awareness, "avoid_short_stints": True}
    content = {"spawn_rules": {"sum_from_camps": False}, "move_rules": rules}
    (folder / "simsetting.yml").write_text(yaml.safe_dump(content))
    return folder


def _pairs(x: np.ndarray, y: np.ndarray, routes: int) -> list[tuple[int, int, float]]:
    """Return the tree that joins all places at the least length, and the shortest further pairs."""
    at = np.column_stack([x, y])
    away = cdist(at, at)
    tree = coo_matrix(minimum_spanning_tree(away))
    chosen = {(min(a, b), max(a, b)) for a, b in zip(tree.row, tree.col, strict=True)}
    first, second = np.triu_indices(len(x), 1)
    for i in np.argsort(away[first, second]):
        if len(chosen) >= routes:
            break
        chosen.add((int(first[i]), int(second[i])))
    return [(int(a), int(b), float(away[a, b])) for a, b in sorted(chosen)]


def measure(words: str, folder: Path, engines: list[str], levels: int) -> None:
    """Print the seconds of one member of a folder under each engine."""
    begin = time.perf_counter()
    model = load_flee(folder, overrides={"flee.memory_levels": levels})
    read = time.perf_counter() - begin
    routes = model.routes
    print(f"{words}: read {read:.1f} s; {len(routes.near):,} candidates, {len(routes.stand):,} stands, "
          f"{len(routes.lane):,} lanes, {routes.ways:,} states on lanes", flush=True)  # fmt: skip
    for engine in engines:
        settings = FleeRunSettings(engine=engine)
        result, took = run_one(model, settings, 0, time.thread_time)
        camps = result.stock[-1, list(model.camps)]
        print(f"  {engine}: {took:.1f} s a member; on the last day {camps.sum():,.0f} of "
              f"{result.spawned.sum():,.0f} people in camps", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in (("locations", 780), ("routes", 1489), ("days", 365), ("people", 28_000_000), ("awareness", 2)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--levels", type=int, default=0, help="of memory; 0: the engine's default")
    parser.add_argument("--engine", nargs="*", default=["expected", "cohorts"])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--growth", action="store_true")
    given = parser.parse_args()
    sizes = {name: getattr(given, name) for name in ("locations", "routes", "days", "people", "awareness")}
    with tempfile.TemporaryDirectory() as scratch:
        _compile(Path(scratch) / "small", given.engine)
        folder = write_folder(given.out or Path(scratch) / "full", **sizes)
        measure("full size", folder, given.engine, given.levels)
        if given.growth:
            half = {"locations": sizes["locations"] // 2, "routes": sizes["routes"] // 2}
            variants = {
                "half the network": half,
                "half the days": {"days": sizes["days"] // 2},
                "a tenth of the people": {"people": sizes["people"] // 10},
                "awareness 1": {"awareness": 1},
            }
            for words, change in variants.items():
                measure(words, write_folder(Path(scratch) / words, **sizes | change), given.engine, given.levels)
            for levels in (8, 16):
                measure(f"{levels} levels of memory", folder, given.engine, levels)


def _compile(folder: Path, engines: list[str]) -> None:
    """Run a small folder, so that no compilation is measured."""
    small = write_folder(folder, locations=30, routes=50, days=5, people=1000, awareness=2)
    for engine in engines:
        run_one(load_flee(small), FleeRunSettings(engine=engine), 0)


if __name__ == "__main__":
    main()
