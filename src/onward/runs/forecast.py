"""A forecast: a run from a day on, and its fans by unit and horizon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from onward.errors import RunFolderError
from onward.inference.fans import Fans, fans_of
from onward.runs.folder import read_run, write_run
from onward.runs.task import Frames, Work
from onward.simulation.run import Run
from onward.simulation.watch import Watch
from onward.typing import Progress

#: the table of fans in the folder of a forecast
FANS = "forecast.csv"


@dataclass(frozen=True, eq=False)
class Forecast:
    """A forecast of how many people will be where 30, 60 and 90 days ahead, over many members.

    Parameters
    ----------
    run
        The run behind the forecast; its ``about["forecast"]`` says from which day, and what was known of the war.

    Examples
    --------
    >>> import datetime as dt, onward
    >>> made = onward.forecast("aleppo-2016", origin=dt.date(2016, 2, 1), days=30, members=2)
    >>> made.table().filter(level="total")["horizon"].to_list()
    [30]
    """

    run: Run

    @cached_property
    def fans(self) -> Fans:
        """Return the people of each member, horizon and unit, shifted to the last counts."""
        return fans_of(self.run)

    def table(self, *, horizons: Sequence[int] | None = None) -> pl.DataFrame:
        """Return the quantiles of a forecast, in people.

        Parameters
        ----------
        horizons
            Days after the origin; every 30 days and the last if None.

        Returns
        -------
        polars.DataFrame
            One row per level, unit and horizon: level, unit, name, horizon (days), date, mean, p5, p25, p50, p75, p95.
        """
        return (self.fans if horizons is None else fans_of(self.run, horizons=horizons)).table()


def forecast_to_folder(
    work: Work, *, folder: str | Path, workers: int = 1, overwrite: bool = False, progress: Progress | None = None
) -> Forecast:
    """Run a forecast into a run folder, and write its quantiles next to it as ``forecast.csv``.

    Parameters
    ----------
    work
        From `onward.runs.forecast_task.forecast_work`.
    folder, workers, overwrite, progress
        As `onward.runs.folder.write_run` takes them.
    """
    forecast = Forecast(write_run(work, folder=folder, workers=workers, overwrite=overwrite, progress=progress))
    try:
        forecast.table().write_csv(Path(folder) / FANS, float_precision=1)
    except OSError as error:
        raise RunFolderError(f"{Path(folder) / FANS}: cannot be written ({error.strerror}). Make room there.") from None
    return forecast


def forecast_in_memory(work: Work, *, workers: int = 1, clock: Callable[[], float] = float) -> Forecast:
    """Run a forecast with its tables in memory."""
    parts: dict[int, Frames] = {}

    def keep(member: int, tables: Frames) -> None:
        parts[member] = tables

    for _ in work.run(range(work.members), workers, clock, keep, Watch()):
        pass
    tables = {name: pl.concat([parts[m][name] for m in sorted(parts)]).lazy() for name in work.tables}
    about = {**work.plan, "tables": list(work.tables), "notices": list(work.notices), **work.results(tables)}
    return Forecast(Run(about, tables, given=work.crisis))


def read_forecast(folder: str | Path) -> Forecast:
    """Read a forecast from its folder; raise RunFolderError if the run is not a forecast."""
    run = read_run(folder)
    if not run.about.get("forecast"):
        raise RunFolderError(f"{folder}: this run is no forecast. `onward forecast` makes one.")
    return Forecast(run)
