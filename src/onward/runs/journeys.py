"""Keep the itineraries of a run of *individuals* in its folder, once somebody has asked for journeys."""

from __future__ import annotations

import json
from pathlib import Path

from onward.runs.checkpoint import write_table, write_whole
from onward.runs.folder import RUN, read_run
from onward.simulation.itineraries import ITINERARIES
from onward.simulation.journeys import can_follow, check_journeys, journey_tables
from onward.simulation.run import Run
from onward.simulation.streams import STREAMS
from onward.typing import Progress


def with_journeys(folder: str | Path, *, workers: int = 1, progress: Progress | None = None) -> Run:
    """Return a run with the tables ``itineraries`` and ``itinerary_days``, which its folder keeps from then on.

    Where the folder has none, the members are run again with the same seed. A run under Flee's rules has its own table
    ``itineraries`` from the first, and never the other. They hold no person's row: people of the
    same itinerary are added up, with dates only where they are 100 or more.

    Parameters
    ----------
    folder
        A run folder of engine ``individuals``; ParameterError for another.
    workers
        Threads.
    progress
        Called with what is under way, members done and members in all.
    """
    run = read_run(folder)
    check_journeys(run, ())
    if {ITINERARIES, STREAMS} <= set(run.tables) or (ITINERARIES in run.tables and not can_follow(run.about)):
        return run
    assert run.crisis is not None
    tell, members = progress or (lambda stage, done, of: None), int(run.about["members"])
    tell("run", 0, members)
    found = journey_tables(run, run.crisis, workers=workers, tell=lambda done: tell("run", done, members))
    for name, table in found.items():
        write_table(Path(folder), name, table)
    tables = [*run.about["tables"], *(name for name in found if name not in run.about["tables"])]
    about = json.dumps({**run.about, "tables": tables}, indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(Path(folder) / RUN, about + "\n")
    return read_run(folder)
