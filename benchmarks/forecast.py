"""What a forecast costs: `python benchmarks/forecast.py [CRISIS] [--from DATE] [--few 20] [--many 120]`.

A forecast is run into a folder with few members and with many; the difference is what a member costs, the rest what
any forecast costs. CPU seconds of all threads, so that a busy machine counts little; wall time as well.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import tempfile
import time
from pathlib import Path

from onward import read_crisis
from onward.runs.forecast import forecast_to_folder
from onward.runs.forecast_task import forecast_work
from onward.simulation.threads import cores

#: members of a large forecast, and the seconds that the issue on forecasts asks for on two cores
LARGE, ASKED, TWO = 1_000, 60.0, 2


def spent(crisis: str, origin: dt.date, days: int, members: int) -> tuple[float, float]:
    """Return the CPU and wall seconds of a forecast, from the crisis's tables to its quantiles."""
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time(), time.perf_counter()
        work = forecast_work(read_crisis(crisis), origin=origin, days=days, members=members)
        forecast_to_folder(work, folder=Path(folder) / "run", workers=cores()).table()
        return time.process_time() - cpu, time.perf_counter() - wall


def main() -> None:
    """Print what a member and what a forecast cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crisis", nargs="?", default="aleppo-2016")
    parser.add_argument("--from", dest="origin", type=dt.date.fromisoformat, default=dt.date(2016, 2, 1))
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--few", type=int, default=20)
    parser.add_argument("--many", type=int, default=120)
    asked = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f} on {cores()} cores")
    spent(asked.crisis, asked.origin, asked.days, 1)  # compiles
    (few, begin), (many, end) = (spent(asked.crisis, asked.origin, asked.days, n) for n in (asked.few, asked.many))
    more = asked.many - asked.few
    member, wall = (many - few) / more, (end - begin) / more
    fixed = few - asked.few * member
    print(f"a member: {member:.3f} CPU s, {wall:.3f} s of wall time; a forecast besides: {fixed:.1f} CPU s")
    whole = (fixed + LARGE * member) / TWO
    print(f"{LARGE:,} members: {fixed + LARGE * member:.0f} CPU s, at least {whole:.0f} s on {TWO} cores ({ASKED:.0f})")


if __name__ == "__main__":
    main()
