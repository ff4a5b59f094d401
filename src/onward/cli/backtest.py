"""`onward backtest`: predict crises whose outcome is known, and compare with what was counted."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onward.cli.calibrate import PosteriorOption, read_posterior
from onward.cli.common import JsonOption, WorkersOption, plain_console, print_json
from onward.cli.errors import report_errors

if TYPE_CHECKING:
    from rich.console import Console

    from onward.inference.cold_cases import ColdCase

NOTE = (
    "People: the 5, 50 and 95 % quantiles over members, and the count. Shares: half the sum of absolute differences, "
    "from 0 (the same) to 1; n is the number of destinations that were counted. Flee's rules get the real totals and "
    "capacities; the others know no count."
)


def add_backtest(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("backtest")(backtest)


def backtest(
    crises: Annotated[list[str], typer.Argument(metavar="CRISIS...", help="Bundled crises, crisis or Flee folders.")],
    horizons: Annotated[
        str, typer.Option(metavar="DAYS,...", help="How many days ahead to forecast from each origin.")
    ] = "30,60,90",
    origins: Annotated[
        int, typer.Option(min=1, help="Number of origins: days, from day 60 on, from which forecasts are made.")
    ] = 12,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ignore stored results and compute all forecasts again.")
    ] = False,
    cold: Annotated[
        bool,
        typer.Option(
            "--cold-start", help="Predict the first 90 days without any count, with parameters from other crises."
        ),
    ] = False,
    triggers: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|own",
            help="Score triggers instead: the [[trigger]] tables of a file, or those of each crisis.",
        ),
    ] = None,
    members: Annotated[
        int, typer.Option(min=1, help="Number of members: each draws everything that is uncertain.")
    ] = 100,
    draws: Annotated[
        int, typer.Option(min=0, help="Draws of the model at each origin; 0 forecasts from counts alone.")
    ] = 8,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same numbers.")] = 1,
    workers: WorkersOption = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="ADDRESS", help="Run the model on this Dask cluster instead.")
    ] = None,
    posterior: PosteriorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast crises whose outcome is known, and compare the forecasts with the counts.

    By default, forecasts are made from a dozen past days, 30, 60 and 90 days ahead, from the counts known then. With
    --cold-start, the first 90 days are predicted without any count. With --triggers, triggers are scored: hits,
    misses, false alarms and lead time. Parameters never come from the crisis that is evaluated. The same command
    resumes an interrupted backtest.
    """
    with report_errors():
        from onward.cli.rolling import rolling_backtest, show_rolling
        from onward.simulation.threads import cores

        if triggers is not None:
            _refuse_both(cold)
            _backtest_triggers(crises, triggers, origins, fresh, members, seed, workers or cores(), as_json)
            return
        rows = (
            _cold_start(crises, members, seed, workers, posterior)
            if cold
            else rolling_backtest(
                crises, horizons, origins, fresh, draws=draws, seed=seed, workers=workers or cores(), cluster=cluster
            )
        )
        if as_json:
            print_json({"rows": rows})
        else:
            (show_cold_start if cold else show_rolling)(rows, plain_console())


def _refuse_both(cold: bool) -> None:
    from onward.errors import ParameterError

    if cold:
        raise ParameterError("--triggers and --cold-start judge different things. Give one of them.")


def _backtest_triggers(
    crises: Sequence[str], given: str, origins: int, fresh: bool, members: int, seed: int, workers: int, as_json: bool
) -> None:
    from onward.cli.trigger_scores import show_trigger_scores, trigger_backtest, trigger_content

    rows = trigger_backtest(crises, given, origins, fresh, members=members, seed=seed, workers=workers)
    if as_json:
        print_json(trigger_content(rows))
    else:
        show_trigger_scores(rows, plain_console())


def _cold_start(
    crises: Sequence[str], members: int, seed: int, workers: int | None, posterior: Path | None
) -> list[dict[str, Any]]:
    from onward.cli.progress import Bar
    from onward.inference.cold_start import cold_start
    from onward.simulation.threads import cores

    cases = read_cases(crises)
    with Bar(shown=sys.stderr.isatty()) as bar:
        return cold_start(
            cases, members=members, seed=seed, workers=workers or cores(), posterior=read_posterior(posterior),
            progress=lambda done, everything: bar("run", done, everything),
        )  # fmt: skip


def read_cases(crises: Sequence[str]) -> list[ColdCase]:
    """Read every crisis; raise the problems of all of them at once."""
    from onward.errors import CrisisDataError, Problem
    from onward.inference.cold_cases import read_cold_case

    cases: list[ColdCase] = []
    problems: list[Problem] = []
    for crisis in crises:
        try:
            case = read_cold_case(crisis)
        except CrisisDataError as error:
            problems += error.problems
            continue
        cases.append(case)
        if not case.totals and not case.shares:
            found = "there is no count near day 30, 60 or 90 with which a prediction could be compared"
            problems.append(Problem(crisis, found=found, next_step="Add counts, or leave this crisis out."))
    if problems:
        raise CrisisDataError(problems)
    return cases


def show_cold_start(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """Print totals and shares, and how often the totals are within range."""
    from onward.cli.printing import number, print_table

    totals = [row for row in rows if row["kind"] == "total"]
    cells = [
        [row["crisis"], str(row["horizon"]), number(row["truth"]), *(number(row[q]) for q in ("p5", "p50", "p95")),
         f"{math.exp(row['error']):.2f}"]
        for row in totals
    ]  # fmt: skip
    heads = ["Crisis", "Day", "Counted", "5 %", "50 %", "95 %", "50 % / counted"]
    print_table(console, "Displaced since the first day", heads, cells, summary(rows))
    console.print()
    models = list(dict.fromkeys(row["model"] for row in rows if row["kind"] == "shares"))
    by_case: dict[tuple[str, int], dict[str, float]] = {}
    for row in rows:
        if row["kind"] == "shares":
            by_case.setdefault((row["crisis"], row["horizon"]), {"n": row["n"]})[row["model"]] = row["error"]
    cells = [
        [crisis, str(day), str(found["n"]), *(f"{found[m]:.2f}" if m in found else "" for m in models)]
        for (crisis, day), found in by_case.items()
    ]
    heads = ["Crisis", "Day", "n", *(model.replace("_", " ") for model in models)]
    print_table(console, "Error of the shares of destinations", heads, cells, NOTE)


def summary(rows: Sequence[dict[str, Any]]) -> str:
    """Return in words how often totals are within a factor of two and inside the interval.

    Examples
    --------
    >>> summary([{"kind": "total", "truth": 100.0, "p5": 50.0, "p95": 150.0, "error": 0.1}])
    'Within a factor of 2: 1 of 1; inside the 90 % interval: 1 of 1.'
    """
    totals = [row for row in rows if row["kind"] == "total"]
    close = sum(abs(row["error"]) <= math.log(2) for row in totals)
    inside = sum(row["p5"] <= row["truth"] <= row["p95"] for row in totals)
    return f"Within a factor of 2: {close} of {len(totals)}; inside the 90 % interval: {inside} of {len(totals)}."
