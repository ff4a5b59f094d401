"""`onward calibrate`: fit parameters to the counts of several crises."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onward.cli.common import WorkersOption, plain_console
from onward.cli.errors import STOPPED, report_errors

if TYPE_CHECKING:
    from rich.console import Console

    from onward.model.posterior import Posterior

PosteriorOption = Annotated[
    Path | None,
    typer.Option(
        "--posterior",
        metavar="FILE",
        help="The file that onward calibrate wrote.",
        show_default="the one that comes with Onward",
    ),
]


def add_calibrate(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("calibrate")(calibrate)


def calibrate(
    crises: Annotated[list[str], typer.Argument(metavar="CRISIS...", help="Bundled crises, crisis or Flee folders.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The posterior file to write.")],
    until: Annotated[
        dt.datetime | None, typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Use no counts of later days.")
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A crisis not to fit; repeatable.")
    ] = None,
    draws: Annotated[int, typer.Option(min=10, help="Runs of each crisis.")] = 900,
    workers: WorkersOption = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ignore stored results and fit again.")] = False,
) -> None:
    """Fit parameters to the counts of the first 90 days of several crises.

    The file holds the population of parameters, the parameters of each crisis, and for each crisis a population
    fitted without it. The same command resumes an interrupted calibration.
    """
    with report_errors():
        from onward.cli.progress import Bar
        from onward.inference.calibrate import Plan
        from onward.inference.calibrate_crises import calibrate as fit
        from onward.simulation.threads import cores

        plan = Plan(draws=draws, workers=workers or cores())
        day = None if until is None else until.date()
        try:
            with Bar(shown=sys.stderr.isatty(), unit="runs") as bar:
                found = fit(
                    crises, until=day, leave_out=leave_out or [], out=out, plan=plan, resume=not fresh, progress=bar
                )
        except KeyboardInterrupt:
            typer.echo(f"Stopped. The same command resumes from {out}.partial.", err=True)
            raise typer.Exit(STOPPED) from None
        show_posterior(found, out, plain_console())


def read_posterior(file: Path | None) -> Posterior | None:
    """Read a posterior file, if one is given."""
    if file is None:
        return None
    from onward.api import read_posterior as read

    return read(file)


def show_posterior(found: Posterior, out: Path, console: Console) -> None:
    """Print the population of parameters: median and 90 % of crises, next to the prior."""
    import numpy as np
    from scipy.special import ndtr

    from onward.cli.printing import print_table
    from onward.model.parameters import declared

    rows = []
    width = np.sqrt(found.population.centre.var(axis=0) + found.population.spread**2)
    for k, name in enumerate(found.population.names):
        middle = float(found.population.centre[:, k].mean())
        values = [declared()[name].quantile(float(ndtr(middle + z * width[k]))) for z in (-1.645, 0.0, 1.645)]
        prior = [declared()[name].quantile(level) for level in (0.05, 0.5, 0.95)]
        rows.append(
            [name, *(f"{x:.3g}" for x in values), *(f"{x:.3g}" for x in prior), f"{found.population.spread[k]:.2f}"]
        )
    heads = ["Parameter", "5 %", "50 %", "95 %", "Prior 5 %", "50 %", "95 %", "Spread"]
    note = (
        "5 - 95 %: the range for a crisis that was not fitted. Spread: between crises, in standard deviations of "
        f"the prior. Fitted on {', '.join(found.population.fitted_on)}."
    )
    print_table(console, "The population of parameters", heads, rows, note)
    console.print(f"{out}: use it with --parameters posterior --posterior {out}.")
