"""Score a run and export it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from onward.errors import ParameterError, RunFolderError
from onward.runs.summary import follows_flee
from onward.simulation.run import Run

if TYPE_CHECKING:
    from onward.evaluation.score import FleeScore
    from onward.evaluation.score_counts import CountScore


def score(run: Run) -> FleeScore | CountScore:
    """Score a run against observed counts.

    Parameters
    ----------
    run
        A run. Under Flee's rules the score is Flee's ARD on interpolated days, and errors on days of real counts; under
        Onward's own rules the latter, for the counts of its crisis.

    Returns
    -------
    FleeScore or CountScore
        Call ``lines()`` for the score in words, ``about()`` for JSON.

    Raises
    ------
    RunFolderError, ParameterError
        If the run holds no crisis or no counts.

    Examples
    --------
    >>> import onward
    >>> onward.score(onward.simulate("aleppo-2016", engine="expected")).lines()[0][:31]
    'On the 2 real counts of stock o'
    """
    if follows_flee(run.about):
        from onward.evaluation.score import score_flee

        return score_flee(run)
    from onward.evaluation.score_counts import score_counts

    if run.crisis is None:
        where = f"{run.folder}: " if run.folder else ""
        raise RunFolderError(
            f"{where}this run folder does not contain its crisis, so there are no counts. Run it again."
        )
    return score_counts(run, run.crisis)


def export(
    run: Run | str | Path, *, format: str, out: str | Path | None = None, by: str | None = None,
    route_detail: bool = False, places: bool = False, overwrite: bool = False,
) -> Path:  # fmt: skip
    """Export a run folder to a format of other programs, under the do-no-harm rules.

    Parameters
    ----------
    run
        A run folder, or a run that was read from one.
    format
        ``hxl`` (a folder of CSVs, or a zip if ``out`` ends so), ``geojson``, ``netcdf``, ``xlsx``, or ``hubverse`` (the
        quantiles of a forecast).
    out
        Where to write; next to the run folder if None.
    by
        ``place``, ``area``, ``admin1`` or ``admin2``. If None: places, or districts while the crisis is ongoing.
    route_detail
        Include legs between places: only for those who protect the people on them.
    places
        Show single places even while the crisis is ongoing.
    overwrite
        Replace an existing export; anything else in the way is refused.

    Returns
    -------
    pathlib.Path
        The file or folder that was written.

    Raises
    ------
    ParameterError, RunFolderError
        For an unknown format, a run that is in memory only, or a file in the way.

    Examples
    --------
    >>> import tempfile, onward
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = onward.simulate("aleppo-2016", engine="expected", out=f"{folder}/run")
    ...     onward.export(run, format="geojson").name
    'run-geojson.geojson'
    """
    from onward.exports.write import export_run as write

    source = run.folder if isinstance(run, Run) else run
    if source is None:
        raise ParameterError("this run is in memory only. Simulate it with out=..., or give a run folder.")
    written, _ = write(
        source, format=format, out=out, by=by, route_detail=route_detail, places=places, overwrite=overwrite
    )
    return written
