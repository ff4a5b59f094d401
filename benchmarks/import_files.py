"""How long it takes to read a publisher's large export: 1.5 million rows of ACLED or UCDP into a crisis of one country.

Run: ``python benchmarks/import_files.py acled 1500000`` (or ``ucdp``). Prints seconds and the peak of memory.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))

import publisher_files as made
from onward.crisis import read_crisis
from onward.sources.addition import add_to
from onward.sources.formats import importer
from onward.sources.options import Options


def write(format_: str, rows: int, path: Path) -> None:
    """Write a file of records all over the world and the years, one in a hundred of them in Syria in early 2016."""
    header = made.ACLED_HEADER if format_ == "acled" else made.UCDP_HEADER
    notes = '"' + "On this day, forces attacked a town, it was reported. " * 6 + '"'
    with path.open("w", encoding="utf-8") as file:
        file.write(header + "\n")
        for i in range(rows):
            here = i % 100 == 0
            month = f"2016-0{1 + i % 3}" if here else f"{1997 + i % 19}-{1 + i % 12:02d}"
            day = f"{month}-{1 + i % 28:02d}"
            spot = {"latitude": 36 + i % 97 / 200, "longitude": 37 + i % 89 / 200} if here else {"latitude": i % 60}
            if format_ == "acled":
                file.write(made.acled_row(i, event_date=day, notes=notes, **spot) + "\n")
            else:
                file.write(made.ucdp_row(i, date_start=day, date_end=day, source_article=notes, **spot) + "\n")


def main() -> None:
    format_, rows = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{format_}.csv"
        write(format_, rows, path)
        crisis = read_crisis("aleppo-2016")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begin = time.perf_counter()
        options = Options(actors={"Syria": "GOV", "Syrian insurgents": "OPP"})
        read = importer(format_)(crisis, [path], options)
        taken = time.perf_counter() - begin
        merged = add_to(crisis, read)
        print(f"{format_}: {rows:,} rows, {path.stat().st_size / 1e9:.2f} GB")
        print(f"read in {taken:.1f} s, crisis made after {time.perf_counter() - begin:.1f} s: {merged!r}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"peak memory {peak / 1e6:.2f} GB, {before / 1e6:.2f} before")


if __name__ == "__main__":
    main()
