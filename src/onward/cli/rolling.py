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

#: what is no baseline; neither are oracles, which know what came
NO_BARS = ("statistical", "mechanism", "placebo")
NOTE = (
    "CRPS is the distance of a forecast's distribution from what was counted, as a share of the mean stock before the "
    "origin; less is better. Inside 90 % is the share of counts in the 90 % interval. Nothing that was scored was "
    "learned from. Oracles know what came: the war, or the totals and capacities; they are shown and never a bar."
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
    from onward.errors import CrisisDataError
    from onward.inference.simulable import Simulable, read_simulable
    from onward.inference.simulated import cached_origin

    worlds: dict[str, Simulable] = {}
    for crisis in crises:
        try:
            world = read_simulable(crisis)
        except CrisisDataError as error:
            typer.echo(f"Note: {crisis} cannot be run, so only its counts are forecast: {error.problems[0]}", err=True)
        else:
            worlds[world.observations.crisis] = world

    def simulate(observations: Observations, origin: int, days: int) -> Mapping[str, Paths]:
        world = worlds.get(observations.crisis)
        if world is None:
            return {}
        return cached_origin(world, origin, days, folder=cache, draws=draws, seed=seed, workers=workers)

    return simulate


def rolling_backtest(
    crises: Sequence[str], horizons: str, origins: int, fresh: bool, *, draws: int = 0, seed: int = 1, workers: int = 1
) -> list[dict[str, Any]]:
    """Run the backtest of several crises and return its rows; show progress on stderr.

    ``draws`` of the mechanism are made at each origin; with 0 nothing is simulated.
    """
    from onward.cli.progress import Bar
    from onward.inference.backtest import backtest, summary

    days = parse_horizons(horizons)
    worlds = read_observations(crises)
    cache = None if fresh else cache_folder()
    simulate = simulation(crises, draws, seed, workers, cache) if draws else None
    try:
        with Bar(shown=sys.stderr.isatty(), unit="origins") as bar:
            scored = backtest(
                worlds, horizons=days, origins=origins, cache=cache, simulate=simulate,
                progress=lambda done, everything: bar("forecast", done, everything),
            )  # fmt: skip
    except KeyboardInterrupt:
        resumes = "The same command resumes." if cache else "Nothing was kept; leave out --fresh to resume."
        typer.echo(f"Stopped with {bar.done} origins done. {resumes}", err=True)
        raise typer.Exit(STOPPED) from None
    return [{**row, "horizon": int(row["horizon"])} for row in summary(scored)]


def show_rolling(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """Print a table per kind of series and horizon, and compare `final` with the best baseline."""
    from onward.cli.terminal import number, print_table

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
    'Scaled CRPS of final: 0.200; of the best baseline, ets: 0.250; 0.80 of it.'
    """
    means: dict[str, list[float]] = {}
    for row in rows:
        if row["model"] not in NO_BARS and not row["model"].startswith("oracle_"):
            means.setdefault(row["model"], []).append(row["crps_scaled"])
    mean = {model: sum(scores) / len(scores) for model, scores in means.items()}
    final = mean.pop("final")
    best = min(mean, key=lambda model: mean[model])
    ratio = f"; {final / mean[best]:.2f} of it" if mean[best] > 0 else ""
    return (
        f"Scaled CRPS of final: {final:.3f}; of the best baseline, {best.replace('_', ' ')}: {mean[best]:.3f}{ratio}."
    )
