"""Measure how the number of attacks, in all and on a day with any, grows with the residents of a place.

    python scripts/conflict_day_attacks.py EVENTS.csv PLACES [--km 12]

EVENTS.csv is of UCDP GED; PLACES a crisis folder or a Flee folder with residents. Prints events a day with any at each place
and the exponents, by least squares of logarithms weighted by the number of such days. The law of days of conflict and
the prior of ``conflict_day_attacks`` are from this.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from onward.inference.cold_cases import read_cold_case

#: events that a place must have to be counted (own choice); km per degree of latitude
LEAST, KM = 5, 111.2


def main() -> None:
    """Print places and exponent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("events", type=Path)
    parser.add_argument("places")
    parser.add_argument("--km", type=float, default=12.0)
    given = parser.parse_args()
    events = pl.read_csv(given.events, infer_schema_length=None)
    day = "date_start" if "date_start" in events.columns else "date"
    latitude, longitude = (events[name].to_numpy() for name in ("latitude", "longitude"))
    rows = []
    for place in (
        read_cold_case(given.places).whole.table("places").filter(pl.col("population") > 0).iter_rows(named=True)
    ):
        east = (longitude - place["longitude"]) * np.cos(np.radians(place["latitude"]))
        near = events.filter(pl.Series(KM * np.hypot(latitude - place["latitude"], east) <= given.km))
        if near.height >= LEAST:
            days = near[day].n_unique()
            rows.append((np.log(place["population"]), np.log(near.height), np.log(near.height / days), days))
            print(
                f"{place['place']:20s} {place['population']:10,d} residents  {near.height / days:.2f} events a day with any"
            )
    size, everything, number, days = np.array(rows).T
    for name, counted in (("in all", everything), ("on a day with any", number)):
        print(f"exponent {name} {np.polyfit(size, counted, 1, w=np.sqrt(days))[0]:.2f} over {len(rows)} places")


if __name__ == "__main__":
    main()
