"""Backtest forecasts of past days by rolling origins; print the result or return it as JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from onward.cli.errors import STOPPED

if TYPE_CHECKING:
    from rich.console import Console

    from onward.inference.observations import Observations
    from onward.inference.path_points import Paths
    from onward.inference.simulable import Simulable

#: what is no baseline; neither are oracles, which know what came
NO_BARS = ("statistical", "mechanism", "placebo")
NOTE = (
    "CRPS is the distance of a forecast's distribution from what was counted, as a share of the mean stock before the "
    "origin; lower is better. Inside 90 % is the share of counts in the 90 % interval. Nothing was learned from "
    "the counts that are scored. Oracles know what happened (the war, or the totals and capacities) and are shown only "
    "for comparison."
)


def parse_horizons(text: str) -> list[float]:
    """Parse a list of days such as 30,60,90, and sort it.

    Examples
    --------
    >>> parse_horizons("60, 30")
    [30.0, 60.0]
    """
    from onward.errors import ParameterError

    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdigit() and 0 < int(part) <= 365 for part in parts):
        raise ParameterError(f"--horizons {text}: give whole days from 1 to 365, such as 30,60,90.")
    return sorted({float(part) for part in parts})


def read_observations(crises: Sequence[str]) -> list[Observations]:
    """Read the counts of every crisis or Flee folder; raise the problems of all of them at once."""
    from onward.cli.flee import is_flee
    from onward.crisis import read_crisis
    from onward.errors import CrisisDataError, Problem
    from onward.flee.instance import read_flee
    from onward.inference.observations import observations_of_crisis, observations_of_flee

    found: list[Observations] = []
    problems: list[Problem] = []
    for crisis in crises:
        try:
            if is_flee(crisis):
                found.append(observations_of_flee(read_flee(crisis, need_settings=False)))
            else:
                found.append(observations_of_crisis(read_crisis(crisis)))
        except CrisisDataError as error:
            problems += error.problems
    if problems:
        raise CrisisDataError(problems)
    return found


def cache_folder() -> Path:
    """Return where scored origins are cached: ONWARD_CACHE, or the user's cache folder."""
    base = os.environ.get("ONWARD_CACHE") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "onward" / "backtest"


def simulation(
    crises: Sequence[str], draws: int, seed: int, workers: int, cache: Path | None
) -> Callable[[Observations, int, int], Mapping[str, Paths]]:
    """Return a function that simulates crises as of a day; leave out those that cannot run, with a note on stderr."""
    from onward.inference.simulated import cached_origin

    worlds = runnable(crises)

    def simulate(observations: Observations, origin: int, days: int) -> Mapping[str, Paths]:
        world = worlds.get(observations.crisis)
        if world is None:
            return {}
        return cached_origin(world, origin, days, folder=cache, draws=draws, seed=seed, workers=workers)

    return simulate


def runnable(crises: Sequence[str]) -> dict[str, Simulable]:
    """Return the crises that can be run, by name; why another cannot is said on stderr."""
    from onward.errors import CrisisDataError
    from onward.inference.simulable import read_simulable

    worlds: dict[str, Simulable] = {}
    for crisis in crises:
        try:
            world = read_simulable(crisis)
        except CrisisDataError as error:
            typer.echo(f"Note: {crisis} cannot be run, so only its counts are forecast: {error.problems[0]}", err=True)
        else:
            worlds[world.observations.crisis] = world
    return worlds


def on_cluster(
    crises: Sequence[str], plans: Sequence[tuple[Observations, int, int]], draws: int, seed: int, cache: Path | None,
    address: str, progress: Callable[[int, int], None],
) -> Callable[[Observations, int, int], Mapping[str, Paths]]:  # fmt: skip
    """Simulate all origins on a Dask cluster and return what gives them; what is kept in the cache is not run again.

    ``plans`` are crisis, origin and days ahead.
    """
    from onward.inference.simulated import OriginTask, run_origin, write_origin
    from onward.simulation.cluster import map_on_cluster

    worlds = runnable(crises)
    found: dict[tuple[str, int], Mapping[str, Paths]] = {}
    tasks = [
        OriginTask(worlds[observations.crisis], origin, days, draws, seed)
        for observations, origin, days in plans
        if observations.crisis in worlds
    ]
    missing = [n for n, task in enumerate(tasks) if not task.is_kept(cache)]
    for done, (n, made) in enumerate(map_on_cluster(address, run_origin, tasks, missing) if missing else ()):
        progress(done + 1, len(missing))
        found[tasks[n].name] = write_origin(tasks[n], made, cache)
    for n in set(range(len(tasks))) - set(missing):
        found[tasks[n].name] = tasks[n].kept(cache)
    return lambda observations, origin, days: found.get((observations.crisis, origin), {})


def rolling_backtest(
    crises: Sequence[str],
    horizons: str,
    origins: int,
    fresh: bool,
    *,
    draws: int = 0,
    seed: int = 1,
    workers: int = 1,
    cluster: str | None = None,
) -> list[dict[str, Any]]:
    """Run the backtest of several crises and return its rows; show progress on stderr.

    ``draws`` of the mechanism are made at each origin, on a Dask cluster if one is given; with 0 nothing is simulated.
    """
    from onward.cli.progress import Bar
    from onward.inference.backtest import backtest, plan_origins, summary

    days = parse_horizons(horizons)
    worlds = read_observations(crises)
    cache = None if fresh else cache_folder()
    simulate = simulation(crises, draws, seed, workers, cache) if draws and cluster is None else None
    try:
        with Bar(shown=sys.stderr.isatty(), unit="origins") as bar:
            if draws and cluster is not None:
                plans = plan_origins(worlds, days, origins)
                simulate = on_cluster(
                    crises, plans, draws, seed, cache, cluster, lambda done, everything: bar("run", done, everything)
                )
            scored = backtest(
                worlds, horizons=days, origins=origins, cache=cache, simulate=simulate,
                progress=lambda done, everything: bar("forecast", done, everything),
            )  # fmt: skip
    except KeyboardInterrupt:
        resumes = "The same command resumes." if cache else "Nothing was stored, because of --fresh."
        typer.echo(f"Stopped with {bar.done} origins done. {resumes}", err=True)
        raise typer.Exit(STOPPED) from None
    return [{**row, "horizon": int(row["horizon"])} for row in summary(scored)]


def show_rolling(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """Print a table per kind of series and horizon, and compare `final` with the best baseline."""
    from onward.cli.printing import number, print_table

    heads = ["Crisis", "Model", "n", "CRPS", "CRPS, scaled", "Inside 90 %", "ARD"]
    for (series, days), part in _tables(rows).items():
        cells = [
            [row["crisis"], row["model"].replace("_", " "), str(row["n"]), number(row["crps"]),
             f"{row['crps_scaled']:.3f}", f"{100 * row['cover90']:.0f} %", f"{row['ard']:.3f}"]
            for row in part
        ]  # fmt: skip
        what = "places" if series == "place" else "totals"
        print_table(console, f"Forecasts of {what}, {days} days ahead", heads, cells, versus(part))
        console.print()
    console.print(NOTE)


def _tables(rows: Sequence[dict[str, Any]]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (row["series"], row["horizon"], row["crisis"])):
        found.setdefault((row["series"], row["horizon"]), []).append(row)
    return found


def versus(rows: Sequence[dict[str, Any]]) -> str:
    """Compare the mean scaled CRPS of `final` over crises with the best baseline's, in words.

    Examples
    --------
    >>> one, two = ({"crisis": "a", "model": m, "crps_scaled": c} for m, c in (("final", 0.2), ("ets", 0.25)))
    >>> versus([one, two])
    'Scaled CRPS of final: 0.200; of the best baseline, ets: 0.250; 0.80 times that.'
    """
    means: dict[str, list[float]] = {}
    for row in rows:
        if row["model"] not in NO_BARS and not row["model"].startswith("oracle_"):
            means.setdefault(row["model"], []).append(row["crps_scaled"])
    mean = {model: sum(scores) / len(scores) for model, scores in means.items()}
    final = mean.pop("final")
    best = min(mean, key=lambda model: mean[model])
    ratio = f"; {final / mean[best]:.2f} times that" if mean[best] > 0 else ""
    return (
        f"Scaled CRPS of final: {final:.3f}; of the best baseline, {best.replace('_', ' ')}: {mean[best]:.3f}{ratio}."
    )
