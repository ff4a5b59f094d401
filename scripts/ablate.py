"""Leave out each term of the model in turn, crisis by crisis, and print what that does to totals and shares.

    python scripts/ablate.py [FLEE_FOLDER...] > table.md

Means of *expected* with the population's parameters, first 90 days; nothing is fitted. A Flee folder is imported as it is
found. Totals are compared with counts of everybody displaced, shares with the last counts of places.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from onward.crisis import Crisis, read_crisis
from onward.model.build import build_model
from onward.model.parameter_set import population_set
from onward.simulation.member import Settings, run_one
from onward.sources.flee import import_flee

#: what is held to leave a term out
WITHOUT = {
    "all terms": {},
    "years of war": {"war_weariness": 0},
    "danger": {"choice_danger": 0},
    "borders attract": {"choice_border": 0},
    "abroad a nest": {"choice_nest": 1},
    "return": {"return_rate": 0, "return_agreement": 0},
    "takeover diluted": {"takeover_dilution": 0},
    "terms of takeover": {"takeover_agreement": 1},
    "lines cost": {"line_km": 0},
}
SUDAN = Path(__file__).parents[1] / "tests" / "crises" / "sudan-2023"
DAYS = 90


def figures(crisis: Crisis, held: dict[str, float]) -> tuple[float, float, float]:
    """Return the newly displaced on the last of the first 90 days, of it the share abroad, and the share error."""
    crisis = replace(crisis, parameters={}, fitted_on=()) if crisis.fitted_on else crisis
    model = build_model(crisis)
    settings = Settings(engine="expected", members=1, labels=True, overrides=held, base=population_set())
    daily = run_one(model, settings, 0)[0].result.daily
    places, t = model.network.places, min(DAYS, model.network.days) - 1
    stock = daily.here[t] + daily.gate[t] + daily.out[t]
    new = float((stock + daily.way[t]).sum() - places.displaced_at_start.sum())
    counts = crisis.table("counts").filter(indicator="stock").drop_nulls("place")
    near = {
        row["place"]: row["people"]
        for row in counts.sort("date").iter_rows(named=True)
        if (row["date"] - crisis.start).days <= t
    }
    index = places.index()
    seen = np.array(list(near.values()), dtype=float)
    found = np.array([stock[index[p]] for p in near])
    error = float("nan")
    if len(near) > 1 and seen.sum() > 0 and found.sum() > 0:
        error = float(0.5 * np.abs(seen / seen.sum() - found / found.sum()).sum())
    return new, float(stock[places.abroad].sum() / max(1.0, stock.sum())), error


def main() -> None:
    """Print the table."""
    crises = {name: read_crisis(name) for name in ("daraa-2018", "aleppo-2016")} | {"sudan-2023": read_crisis(SUDAN)}
    with tempfile.TemporaryDirectory() as kept:
        for folder in sys.argv[1:]:
            name = Path(folder).name
            crises[name] = import_flee(folder, Path(kept) / name, largest_component=True).crisis
        print("| crisis | left out | newly displaced, day 90 | share abroad | share error |\n|---|---|---|---|---|")
        for name, crisis in crises.items():
            for term, held in WITHOUT.items():
                new, abroad, error = figures(crisis, held)
                print(f"| {name} | {term} | {new:,.0f} | {abroad:.2f} | {error:.2f} |", flush=True)


if __name__ == "__main__":
    main()
