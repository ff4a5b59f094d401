"""Keep the itineraries of a run of *individuals* in its folder, once somebody has asked for journeys."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from onward.runs.checkpoint import write_table, write_whole
from onward.runs.folder import RUN, read_run
from onward.simulation.itineraries import ITINERARIES
from onward.simulation.journeys import check_journeys, itineraries_again
from onward.simulation.run import Run
from onward.simulation.watch import Watch
from onward.typing import Progress


def with_journeys(folder: str | Path, *, workers: int = 1, progress: Progress | None = None) -> Run:
    """Return a run with the table ``itineraries``, which its folder keeps from then on.

    Where the folder has none, the members are run again with the same seed. It holds no person's row: people of
    the same itinerary are added up, without dates.

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
    if ITINERARIES in run.tables:
        return run
    assert run.crisis is not None
    tell, members = progress or (lambda stage, done, of: None), int(run.about["members"])
    parts: list[pl.DataFrame] = []
    watch = Watch(lambda done: tell("run", len(parts) + done, members))
    tell("run", 0, members)
    for _, frame in itineraries_again(run, run.crisis, workers=workers, watch=watch):
        parts.append(frame)
        tell("run", len(parts), members)
    write_table(Path(folder), ITINERARIES, pl.concat(parts))
    about = {**run.about, "tables": [*run.about["tables"], ITINERARIES]}
    write_whole(Path(folder) / RUN, json.dumps(about, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    return read_run(folder)
