"""Print how far the rate of attacks over 90 days differs from that of the 30 days before, in UCDP GED event files.

    python scripts/attack_levels.py FILE.csv...

For each first administrative level and every 30th day with ten events or more before it, the log of the ratio of rates;
its variance less that of counting (1 / n for each of the two counts) is what `onward.inference.attacks_ahead` has as
LEVEL_SPREAD. Files of https://ucdp.uu.se/downloads (columns date_start and adm_1).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl

BEFORE, AFTER, LEAST = 30, 90, 10


def main() -> None:
    """Print a line a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    for path in parser.parse_args().files:
        day = pl.col("date_start").str.slice(0, 10).str.to_date()
        events = pl.read_csv(path, infer_schema_length=None).select(day.alias("day"), pl.col("adm_1").fill_null("?"))
        first, last = events["day"].min(), events["day"].max()
        ratios, noise = [], []
        for _, rows in events.group_by("adm_1"):
            days = (rows["day"] - first).dt.total_days().to_numpy()
            for origin in range(BEFORE, (last - first).days - AFTER + 2, BEFORE):
                before = int(((days >= origin - BEFORE) & (days < origin)).sum())
                after = int(((days >= origin) & (days < origin + AFTER)).sum())
                if before >= LEAST:
                    ratios.append(np.log((after + 0.5) / AFTER) - np.log((before + 0.5) / BEFORE))
                    noise.append(1 / (before + 0.5) + 1 / (after + 0.5))
        spread = np.sqrt(max(0.0, np.var(ratios) - np.mean(noise)))
        print(f"{path.name}: {len(ratios)} windows, mean {np.mean(ratios):+.2f}, spread beyond chance {spread:.2f}")


if __name__ == "__main__":
    main()
