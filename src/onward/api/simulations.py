"""Simulate, forecast, and read what was simulated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onward.api.views import with_views
from onward.crisis import Crisis, Scenario
from onward.crisis import read_crisis as _read_crisis
from onward.crisis import read_scenario as _read_scenario
from onward.errors import ParameterError
from onward.model.near_ground import near_of
from onward.model.posterior import Posterior, posterior_from_json
from onward.runs import folder as run_folder
from onward.simulation import ensemble
from onward.simulation.run import Run
from onward.simulation.settings import default_members, make_settings
from onward.typing import Progress

if TYPE_CHECKING:
    from onward.runs.forecast import Forecast


def simulate(
    crisis: Crisis | str | Path,
    *,
    members: int | None = None,
    engine: str = "cohorts",
    parameters: str | None = None,
    posterior: Posterior | str | Path | None = None,
    overrides: Mapping[str, object] | None = None,
    scenario: Scenario | str | Path | None = None,
    departures: str = "modelled",
    out: str | Path | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    workers: int = 1,
    seed: int = 1,
    near: Iterable[str] = (),
) -> Run:
    """Simulate a crisis and return a `Run`, in memory or in a run folder.

    Parameters
    ----------
    crisis
        A crisis, or an argument of `read_crisis`: a folder or a bundled name.
    members
        Draws of every uncertain input, at least 1. If None: 100, or 1 where nothing is drawn.
    engine
        ``cohorts`` (whole people, drawn), ``expected`` (real numbers, means) or ``individuals`` (each person drawn
        alone: the numbers of ``cohorts`` in distribution, at a cost that grows with those who move).
    parameters
        ``fixed`` at the crisis's own set if it was fitted, at the medians of the priors otherwise; or drawn for
        each member: from the ``prior``, which is what calibration found on other crises, or from the crisis's own
        ``posterior``. If None: ``fixed`` where the crisis was fitted or the engine is ``expected``, else ``prior``.
    posterior
        From `calibrate`, or its file; the one that comes with Onward if None. Only with parameters ``posterior``.
    overrides
        Parameters fixed at a value, by name.
    scenario
        A scenario, or an argument of `read_scenario`. Its members keep their draws, so runs compare member by member.
    departures
        ``modelled`` from threat, or ``observed``: given the numbers newly displaced from the counts.
    out
        A run folder to write to, member by member, so that memory stays small and the work can be interrupted. A
        finished run there is refused.
    resume
        Continue an interrupted run of the same kind in ``out``; if False, begin again.
    progress
        Called with the current stage, members done (including parts of running members) and the number of members,
        at least every second while members run; only with ``out``.
    workers
        Threads; the result does not depend on their number.
    seed
        0 or more; the same seed gives the same numbers.
    near
        ``ACTOR`` or ``ACTOR:KM`` each (10 km if not said): count who passes within so many kilometres of ground that
        the actor holds at that time, in the table ``near``, besides what the crisis's claims ask. It changes no other
        table.

    Returns
    -------
    Run
        With its tables in memory, or reading ``out`` when asked.

    Raises
    ------
    CrisisDataError, ScenarioError, ParameterError, RunFolderError
        For mistakes in the input, all at once.

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate("aleppo-2016", engine="expected")
    >>> run.about["days"], run.about["members"]
    (77, 1)
    """
    world = crisis if isinstance(crisis, Crisis) else _read_crisis(crisis)
    what_if = _read_scenario(scenario, world) if isinstance(scenario, str | Path) else scenario
    parameters = ensemble.default_parameters(world, engine) if parameters is None else parameters
    given: dict[str, Any] = {
        "members": default_members(engine, parameters) if members is None else members,
        "engine": engine, "parameters": parameters, "overrides": overrides, "scenario": what_if,
        "departures": departures, "seed": seed,
        "posterior": read_posterior(posterior) if isinstance(posterior, str | Path) else posterior,
    }  # fmt: skip
    if out is None:
        return with_views(ensemble.simulate(world, workers=workers, near=near, **given))
    asked = tuple(near_of(text) for text in near)
    settings = make_settings(world, labels=engine != "expected", near=asked, **given)
    return with_views(
        run_folder.run_to_folder(world, settings, folder=out, workers=workers, overwrite=not resume, progress=progress)
    )


def read_posterior(file: str | Path) -> Posterior:
    """Read a posterior file written by `calibrate`.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    Posterior
        Its content.

    Raises
    ------
    ParameterError
        If the file is missing or is not a posterior file.

    Examples
    --------
    >>> import onward
    >>> onward.read_posterior("no-such-file")
    Traceback (most recent call last):
    onward.errors.ParameterError: no-such-file: there is no such file. Make one with onward calibrate.
    """
    path = Path(file)
    if not path.is_file():
        raise ParameterError(f"{file}: there is no such file. Make one with onward calibrate.")
    return posterior_from_json(path.read_text("utf-8"), str(file))


def forecast(
    crisis: Crisis | str | Path,
    *,
    origin: dt.date | None = None,
    days: int = 90,
    conflict: str = "ahead",
    members: int = 200,
    parameters: str | None = None,
    overrides: Mapping[str, object] | None = None,
    scenario: Scenario | str | Path | None = None,
    out: str | Path | None = None,
    resume: bool = True,
    progress: Progress | None = None,
    workers: int = 1,
    seed: int = 1,
) -> Forecast:
    """Forecast where people will be, using only what was known on a day.

    Parameters
    ----------
    crisis
        A crisis, or an argument of `read_crisis`: a folder or a bundled name.
    origin
        The last day that is known; the crisis's last day if None.
    days
        How many days ahead, at least 1.
    conflict
        ``ahead``: future attacks are drawn for each member; ``given``: attacks and changes of control as in the crisis
        up to its end, to measure the value of knowing them.
    members
        Draws of every uncertain input, at least 1.
    parameters
        ``fixed`` or ``prior``. If None: the crisis's own set where it was fitted on what is known at ``origin``, and
        the prior otherwise.
    overrides
        Parameters fixed at a value, by name.
    scenario
        A what-if of the days after ``origin``, or an argument of `read_scenario`: a gate that closes, a camp that
        opens. Interventions without a day begin on the day after ``origin``; one that begins earlier is refused.
        Members keep their draws. No place is forecast from its counts then.
    out
        A run folder to write to, member by member; ``forecast.csv`` in it has the quantiles.
    resume
        Continue an interrupted forecast of the same kind in ``out``; if False, begin again.
    progress
        Called with the current stage, members done and the number of members; only with ``out``.
    workers
        Threads; the result does not depend on their number.
    seed
        0 or more; the same seed gives the same numbers.

    Returns
    -------
    Forecast
        Its `table` has the quantiles by unit and horizon, its ``run`` everything else.

    Raises
    ------
    CrisisDataError, ScenarioError, ParameterError, RunFolderError
        For mistakes in the input, all at once.

    Examples
    --------
    >>> import datetime as dt, onward
    >>> fans = onward.forecast("aleppo-2016", origin=dt.date(2016, 2, 1), days=60, members=2).table()
    >>> fans.filter(level="total")["horizon"].to_list()
    [30, 60]
    """
    from onward.runs.forecast import forecast_in_memory, forecast_to_folder
    from onward.runs.forecast_task import forecast_work

    world = crisis if isinstance(crisis, Crisis) else _read_crisis(crisis)
    work = forecast_work(
        world, origin=origin, days=days, conflict=conflict, members=members, parameters=parameters,
        overrides=overrides, scenario=scenario, seed=seed,
    )  # fmt: skip
    if out is None:
        return _seen(forecast_in_memory(work, workers=workers))
    return _seen(forecast_to_folder(work, folder=out, workers=workers, overwrite=not resume, progress=progress))


def _seen(made: Forecast) -> Forecast:
    return replace(made, run=with_views(made.run))


def simulate_flee(
    folder: str | Path,
    *,
    settings_file: str | Path | None = None,
    members: int = 100,
    engine: str = "cohorts",
    overrides: Mapping[str, object] | None = None,
    known_at: dt.date | None = None,
    workers: int = 1,
    seed: int = 1,
) -> Run:
    """Simulate a Flee 3 instance folder under Flee's rules and return a `Run` in memory.

    Parameters
    ----------
    folder
        The unchanged instance: input_csv/, source_data/, simsetting.yml.
    settings_file
        Settings to use instead of simsetting.yml.
    members
        Runs, at least 1; ``expected`` needs one.
    engine
        ``cohorts`` (whole agents, drawn), ``expected`` (real numbers, means) or ``individuals`` (each agent by itself,
        in Flee's order; keeps itineraries, so `Run.journeys` answers).
    overrides
        Flee's settings by name, such as ``flee.move_rules.max_move_speed``, and ``flee.faithful``,
        ``flee.memory_levels``, ``flee.steps`` (``cohorts``, ``expected``) and ``flee.journeys`` (``individuals``).
    known_at
        Leave out what came after this day: later conflict, closures, registrations, corrections and openings, and
        the capacities of camps, which are often later registrations. The period stays. Flee itself stops on a day
        without conflict, so this needs ``flee.faithful`` false.
    workers
        Threads; the result does not depend on their number.
    seed
        0 or more; the same seed gives the same numbers.

    Returns
    -------
    Run
        Its tables count people. ``registrations`` holds the figures that Flee compares camps with.

    Raises
    ------
    CrisisDataError, ParameterError
        If the folder or a setting does not follow Flee's format.

    Examples
    --------
    >>> onward.simulate_flee("burundi2015", engine="expected", members=1)  # doctest: +SKIP
    """
    from onward.flee import simulate as flee

    run = flee.simulate_flee(
        folder, settings_file=settings_file, members=members, seed=seed, engine=engine, overrides=overrides,
        workers=workers, known_at=known_at,
    )  # fmt: skip
    return with_views(run)


def read_run(folder: str | Path) -> Run:
    """Read a finished run from its folder; its tables are read when they are needed.

    Parameters
    ----------
    folder
        A folder written by `simulate` or ``onward run``.

    Returns
    -------
    Run
        What was run, its tables, and its crisis.

    Raises
    ------
    RunFolderError
        If there is no finished run of this format.

    Examples
    --------
    >>> import tempfile, onward
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = onward.simulate("aleppo-2016", engine="expected", out=f"{folder}/run")
    ...     onward.read_run(f"{folder}/run").crisis.name
    'aleppo-2016'
    """
    return with_views(run_folder.read_run(folder))
