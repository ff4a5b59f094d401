"""Write a run as one HTML file that opens from disk without a network."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from onward.crisis import Crisis, write_crisis
from onward.errors import RunFolderError
from onward.report.data import data_of, page_data, with_results
from onward.report.model_card import model_card
from onward.report.template import page_html
from onward.runs.checkpoint import write_whole
from onward.simulation.itineraries import ITINERARIES
from onward.simulation.journeys import can_follow, journey_tables
from onward.simulation.run import Run
from onward.simulation.threads import cores


def write_report(
    run: Run, path: str | Path, *, crisis: Crisis | None = None, route_detail: bool = False,
    boundaries: str | Path | None = None, brief: bool = False,
) -> Path:  # fmt: skip
    """Write a run as one self-contained HTML file: map, charts, tables, limits and model card.

    The file loads nothing and sends nothing. Figures have two significant digits, counts below ten are masked, and no
    roads are shown. It is written in one step, and replaces an older file. For the journeys of a run of *individuals*
    that does not hold them, members are run again.

    Parameters
    ----------
    run
        From `onward.simulate` or `onward.read_run`.
    path
        The file to write; its folder must exist.
    crisis
        What was simulated, for a run that holds no crisis.
    route_detail
        Draw legs from stop to stop instead of flows from home to the place reached, and list the itineraries of a run
        of *individuals*. They show where and when people travel: only for those who protect them.
    boundaries
        A GeoJSON file of administrative units, for a map of displaced people by unit (extra ``charts``).
    brief
        Write two pages for print instead of the whole report: key figures, the map of the last day, the largest places,
        reported and simulated figures, and what the run cannot answer.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    RunFolderError
        For a run without a crisis, or a file that cannot be written.

    Examples
    --------
    >>> import tempfile, onward
    >>> run = onward.simulate(onward.read_crisis("aleppo-2016"), members=2, seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     onward.write_report(run, f"{folder}/aleppo.html").read_text("utf-8")[:15]
    '<!doctype html>'
    """
    path = Path(path)
    if path.is_dir():
        raise RunFolderError(f"{path}: this is a folder. Give the name of a file, such as {path / 'report.html'}.")
    if not path.parent.is_dir():
        raise RunFolderError(f"{path.parent}: there is no such folder. Make it, or give another path.")
    run = _with_journeys(run, crisis or run.crisis)
    data, card = _content(run, crisis or run.crisis, route_detail, boundaries)
    if brief:
        data = {**data, "view": "brief"}
    write_whole(path, page_html(data, card=json.dumps(card, ensure_ascii=False)))
    return path


def _with_journeys(run: Run, crisis: Crisis | None) -> Run:
    """Return a run of *individuals* with its journeys, for which members are run again; other runs as they are."""
    if crisis is None or ITINERARIES in run.tables or not can_follow(run.about):
        return run
    found = journey_tables(run, crisis, workers=cores())
    return replace(run, tables={**run.tables, **{name: table.lazy() for name, table in found.items()}})


def _content(
    run: Run, crisis: Crisis | None, route_detail: bool, boundaries: str | Path | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the page's data and the model card of a folder, or of a run in memory with its crisis."""
    if run.folder is not None:
        data = page_data(run, run.folder, route_detail=route_detail, boundaries=boundaries)
        return data, model_card(run, run.folder)
    if crisis is None:
        raise RunFolderError(
            "the run does not contain its crisis. Give it: write_report(run, path, crisis=crisis), or write "
            "the report of a run folder: write_report(read_run(folder), path)."
        )
    data = data_of(run, crisis, name=str(run.about["crisis"]), route_detail=route_detail, boundaries=boundaries)
    with TemporaryDirectory() as folder:
        write_crisis(crisis, Path(folder) / "crisis")
        return data, model_card(with_results(run, crisis), folder)
