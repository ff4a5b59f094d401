"""Refit src/onward/inference/forecast_fit.json: what forecasts learn from other crises, once without each of them.

    python scripts/fit_forecast.py ../shared/flee/*/

Folders are Flee instances. The file holds coefficients and quantiles of errors, no count.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from onward.flee.instance import read_flee
from onward.inference.finished import finished_forecasts
from onward.inference.fitted import FILE, HORIZONS, CrisisName, fit_forecasts, to_json
from onward.inference.observations import Observations, observations_of_flee

TARGET = Path(__file__).parents[1] / "src" / "onward" / "inference" / FILE


def read(folders: list[Path]) -> list[Observations]:
    """Return the counts of the folders that are Flee instances."""
    kept = sorted(folder for folder in folders if (folder / "source_data").is_dir())
    return [observations_of_flee(read_flee(folder, need_settings=False)) for folder in kept]


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    worlds = read(parser.parse_args().folders)
    finished = {CrisisName(w.crisis, w.hash): finished_forecasts(w.sources, w.days - 1, HORIZONS) for w in worlds}
    names = list(finished)
    fits = [fit_forecasts({c: f for c, f in finished.items() if c != held}) for held in [None, *names]]
    TARGET.write_text(json.dumps(to_json(fits), separators=(",", ":")) + "\n", "utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes, fitted on {', '.join(c.name for c in names)}")


if __name__ == "__main__":
    main()
