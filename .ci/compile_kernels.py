"""Compile kernels of Onward's or Flee's rules into Numba's cache, for the engines named.

For example ``python .ci/compile_kernels.py onward cohorts individuals``. These two share most of their kernels.
Two of these run at once, so each compiles in one process; `onward.engine.compile_ahead` would use two. A test compares
its lists with what is in the cache then.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import onward
import onward.flee.simulate
import onward.simulation.member
from onward.flee.simulate import FleeRunSettings, load_flee, run_one

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from flee_toy import write_flee

PLACES = "A,r,H,0,0,conflict_zone,0,100000\nB,r,F,0,1,camp,,0\n"


def main() -> None:
    """Run a member of each engine."""
    rules, *engines = sys.argv[1:]
    for module in (onward.simulation.member, onward.flee.simulate):
        module.cores = lambda: 1
    if rules == "onward":
        for engine in engines:
            onward.simulate("daraa-2018", members=1, engine=engine)
        return
    with tempfile.TemporaryDirectory() as folder:
        model = load_flee(write_flee(Path(folder) / "toy", PLACES, "A,B,100,0\n"))
        for engine in engines:
            run_one(model, FleeRunSettings(engine=engine), 0)


if __name__ == "__main__":
    main()
