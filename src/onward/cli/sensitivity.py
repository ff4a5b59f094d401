"""The command `onward sensitivity CRISIS`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onward.cli.common import CrisisArgument, JsonOption, SeedOption, WorkersOption, plain_console, print_json
from onward.cli.errors import report_errors

if TYPE_CHECKING:
    from onward.inference.sensitivity import Sensitivity

#: factors of an output that the terminal shows
SHOWN = 8


def add_sensitivity(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("sensitivity")(sensitivity)


def sensitivity(
    crisis: CrisisArgument,
    place: Annotated[
        list[str] | None,
        typer.Option(help="Place whose displaced people are an output; repeatable.", show_default="three with most"),
    ] = None,
    trajectories: Annotated[int, typer.Option(help="Morris trajectories.")] = 10,
    survivors: Annotated[int, typer.Option(help="Factors that get Sobol indices.")] = 8,
    samples: Annotated[int, typer.Option(help="Sobol base samples, a power of 2.")] = 64,
    seed: SeedOption = 1,
    workers: WorkersOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Folder for the table, the chart and data to resume."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Rank what decides the results of a crisis.

    Parameters and uncertain inputs are screened (Morris); the variance of each result is then divided among the most
    important ones (Sobol). With --out the same command resumes an interrupted analysis.
    """
    with report_errors():
        from onward.cli.progress import Bar
        from onward.crisis import read_crisis
        from onward.inference.sensitivity import as_json as plain
        from onward.inference.sensitivity import sensitivity as analyse
        from onward.simulation.threads import cores

        world = read_crisis(crisis)
        with Bar(shown=sys.stderr.isatty(), unit="runs") as bar:
            found = analyse(
                world, places=place or (), trajectories=trajectories, survivors=survivors,
                samples=samples, seed=seed, workers=workers or cores(), out=out, progress=bar,
            )  # fmt: skip
        if out is not None and find_spec("altair"):
            _write_chart(found, out)
        if as_json:
            print_json(plain(found))
        else:
            _show(found, out, world.place_names)


def _write_chart(found: Sensitivity, out: Path) -> None:
    from onward.report.charts import sensitivity_chart

    sensitivity_chart(found.table).save(str(out / "sensitivity.html"), inline=True)


def _show(found: Sensitivity, out: Path | None, names: Mapping[str, str]) -> None:
    from onward.cli.printing import number, print_table
    from onward.extras import install_command

    console = plain_console()
    heads = ("Factor", "Effect", "Alone", "With others")
    *first, last = found.about["central"].items()
    for output, central in (*first, last):
        rows = [
            (row["factor"], number(row["mu_star"]), _share(row["s1"]), _share(row["st"]))
            for row in found.table.filter(output=output).head(SHOWN).iter_rows(named=True)
        ]
        title = f"{output_words(output, names)}: {number(central)} at the medians"
        print_table(console, title, heads, rows, _NOTE if output == last[0] else "")
    if out is not None:
        chart = "chart" if find_spec("altair") else f"no chart without Altair: {install_command('charts')}"
        console.print(f"Table, JSON, {chart}: {out}", soft_wrap=True)


_NOTE = (
    "Effect: mean change, in people, when the factor moves over its 90 % interval (Morris). Alone, With others: its "
    "share of the variance among the factors that passed the screening, by itself and with its interactions (Sobol)."
)


def output_words(output: str, names: Mapping[str, str]) -> str:
    """Describe an output of a sensitivity analysis, with places by their display names.

    Examples
    --------
    >>> output_words("stock:azaz", {"azaz": "Azaz"})
    'Displaced people in Azaz on the last day'
    """
    words = {"displaced": "Displaced people on the last day", "departures": "People who left home"}
    place = output.removeprefix("stock:")
    return words.get(output, f"Displaced people in {names.get(place, place)} on the last day")


def _share(value: float | None) -> str:
    return "" if value is None else f"{max(value, 0.0):.0%}"
