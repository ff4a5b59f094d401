"""The command `onward forecast CRISIS --from DATE --days 90`."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onward.cli.common import CrisisArgument, JsonOption, OverwriteOption, SeedOption, plain_console, print_json
from onward.cli.errors import STOPPED, report_errors

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from onward.runs.forecast import Forecast
    from onward.runs.task import Work

#: columns from which the horizons of a unit stand in one row (own choice)
WIDE = 120
FIGURES = ("p5", "p50", "p95")
TITLES = {"total": "Total", "admin1": "By first administrative level", "place": "By place"}
_THERE = "Displaced people staying or waiting there; p5 to p95 is the 90 % interval, p50 the median."
NOTES = {"total": "All displaced people, including those on the road.", "admin1": _THERE, "place": _THERE}
#: how many places are listed (own choice: one screen)
PLACES = 15

OriginOption = Annotated[
    datetime | None,
    typer.Option(
        "--from", formats=["%Y-%m-%d"], help="The last day that is known.", show_default="the crisis's last day"
    ),
]
ConflictOption = Annotated[
    str,
    typer.Option(
        metavar="ahead|given", help="Future attacks: drawn for each member; or taken from the crisis, to compare."
    ),
]
ParametersOption = Annotated[
    str | None,
    typer.Option(
        metavar="fixed|prior",
        help="Parameters of the model: one set, or drawn for each member.",
        show_default="prior, but for a crisis fitted before DATE",
    ),
]
ScenarioOption = Annotated[
    str | None,
    typer.Option(metavar="NAME|FILE", help="A what-if of the days after DATE: a gate that closes, a new camp."),
]
OutOption = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="DIR", help="The run folder.", show_default="runs/CRISIS-NUMBER"),
]
JobsOption = Annotated[
    int | None,
    typer.Option("--jobs", min=1, help="Number of threads; it does not change the results.", show_default="all cores"),
]
ClusterOption = Annotated[
    str | None, typer.Option("--cluster", metavar="ADDRESS", help="Run members on this Dask cluster instead.")
]
FormatOption = Annotated[
    str | None, typer.Option("--format", metavar="hubverse", help="Write quantiles for forecast hubs too.")
]
PlacesOption = Annotated[
    bool, typer.Option("--places", help="Include single places in the hubverse file although the crisis is ongoing.")
]


def add_forecast(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("forecast")(forecast)


def forecast(
    crisis: CrisisArgument,
    origin: OriginOption = None,
    days: Annotated[int, typer.Option(help="How many days ahead.")] = 90,
    members: Annotated[int, typer.Option(help="Number of members: each draws everything that is uncertain.")] = 200,
    seed: SeedOption = 1,
    conflict: ConflictOption = "ahead",
    parameters: ParametersOption = None,
    scenario: ScenarioOption = None,
    out: OutOption = None,
    jobs: JobsOption = None,
    cluster: ClusterOption = None,
    overwrite: OverwriteOption = False,
    format: FormatOption = None,
    places: PlacesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Forecast how many people will be where, from what is known on a day.

    Each member draws its future attacks from a model fitted on those known so far. The same command resumes an
    interrupted forecast.
    """
    with report_errors():
        from onward.cli.flee import refuse_flee
        from onward.crisis import read_crisis
        from onward.errors import ParameterError
        from onward.runs.forecast_task import forecast_work
        from onward.simulation.threads import cores

        if format not in (None, "hubverse"):
            raise ParameterError(f"--format {format}: {format!r} is not hubverse. `onward export` writes the others.")
        refuse_flee(crisis)
        work = forecast_work(
            read_crisis(crisis), origin=None if origin is None else origin.date(), days=days, conflict=conflict,
            members=members, parameters=parameters, seed=seed, scenario=scenario, cluster=cluster,
        )  # fmt: skip
        made = _run(work, out, jobs or cores(), overwrite)
        if as_json:
            print_json(forecast_content(made))
        else:
            show_forecast(made, plain_console())
        if format is not None:
            _export(made, places, quiet=as_json, overwrite=overwrite)


def _run(work: Work, out: Path | None, jobs: int, overwrite: bool) -> Forecast:
    from onward.cli.progress import Bar
    from onward.runs.folder import free_folder
    from onward.runs.forecast import forecast_to_folder

    folder = out or free_folder(work.plan)
    try:
        with Bar(shown=sys.stderr.isatty()) as bar:
            return forecast_to_folder(work, folder=folder, workers=jobs, overwrite=overwrite, progress=bar)
    except KeyboardInterrupt:
        typer.echo(
            f"Stopped with {bar.done} of {work.members} members done in {folder}. Repeat the same command to resume.",
            err=True,
        )
        raise typer.Exit(STOPPED) from None


def _export(made: Forecast, places: bool, *, quiet: bool, overwrite: bool) -> None:
    from onward.exports.write import export_run

    written, warnings = export_run(made.run.folder or "", format="hubverse", places=places, overwrite=overwrite)
    for warning in warnings:
        typer.echo(f"Warning: {warning}", err=True)
    typer.echo(f"Written to {written}", err=quiet)


def forecast_content(made: Forecast) -> dict[str, Any]:
    """Return a forecast as JSON: its inputs, and one row per unit and horizon."""
    about = made.run.about
    rows = [{**row, "date": row["date"].isoformat()} for row in made.table().iter_rows(named=True)]
    kept = ("crisis", "crisis_hash", "scenario", "members", "seed", "parameters", "parameters_from", "forecast",
            "notices")  # fmt: skip
    fans = [{k: round(v, 1) if isinstance(v, float) else v for k, v in row.items()} for row in rows]
    return {**{key: about[key] for key in kept}, "folder": str(made.run.folder), "rows": fans}


def show_forecast(made: Forecast, console: Console) -> None:
    """Print a forecast at each horizon: the total, the administrative units and the largest places."""
    from rich.text import Text

    from onward.cli.printing import day, print_table
    from onward.model.parameter_set import words_on

    about, fans = made.run.about, made.table()
    origin = date.fromisoformat(about["forecast"]["origin"])
    war = {"ahead": "future attacks drawn", "given": "future attacks given"}[about["forecast"]["conflict"]]
    console.print(Text(f"{about['title']} · forecast from {day(origin, year=True)}", style="bold"))
    what_if = f" · what if: {about['scenario']['name']}" if about["scenario"] else ""
    console.print(f"{about['members']} members · {war}{what_if} · seed {about['seed']}\n")
    wide = console.width >= WIDE
    for level, title in TITLES.items():
        units = _largest(fans.filter(level=level))
        more = fans.filter(level=level)["unit"].n_unique() - len(units)
        if units:
            heads, rows = (_across if wide else _down)(units)
            note = f"{NOTES[level]}{f' {more} more with fewer are in forecast.csv.' if more else ''}"
            print_table(console, title, heads, rows, note)
            console.print()
    for card in about["forecast"].get("scorecard", ()):
        console.print(scored(card))
    if words := words_on(about):
        console.print(Text(words, style="dim"))
    for notice in about["notices"]:
        console.print(Text.assemble(("Note: ", "yellow"), notice))
    console.print(Text.assemble("Written to ", (str(made.run.folder), "bold"), ": forecast.csv has all units."))
    console.print(Text("Before you use it: docs/how-to/forecast.md says when to trust a forecast.", style="dim"))


def scored(card: dict[str, Any]) -> str:
    """Say how forecasts of this crisis's counts did before.

    >>> scored({"series": "total", "horizon": 30, "n": 12, "crps_ratio": 0.9, "cover90": 0.917})
    'Earlier forecasts of totals from counts, 30 days ahead: 12; CRPS against the last value: 0.90; 92 % inside 90 %.'
    """
    what = "places" if card["series"] == "place" else "totals"
    ratio = "" if card["crps_ratio"] is None else f" CRPS against the last value: {card['crps_ratio']:.2f};"
    inside = f"{100 * card['cover90']:.0f} % inside 90 %"
    return f"Earlier forecasts of {what} from counts, {card['horizon']} days ahead: {card['n']};{ratio} {inside}."


def _across(units: list[list[dict[str, Any]]]) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of a table with one row per unit and three columns per horizon."""
    from onward.cli.printing import number

    heads = ["", *(f"{row['horizon']} d {name}" for row in units[0] for name in FIGURES)]
    return heads, [[unit[0]["name"], *(number(row[n]) for row in unit for n in FIGURES)] for unit in units]


def _down(units: list[list[dict[str, Any]]]) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of a table with one row per unit and horizon."""
    from onward.cli.printing import number

    rows = [
        [row["name"] if k == 0 else "", str(row["horizon"]), *(number(row[n]) for n in FIGURES)]
        for unit in units
        for k, row in enumerate(unit)
    ]
    return ["", "Days", *FIGURES], rows


def _largest(fans: pl.DataFrame) -> list[list[dict[str, Any]]]:
    """Return the units with most people at the last horizon, each with its rows by horizon."""
    last = fans.filter(horizon=fans["horizon"].max()).filter(fans.filter(horizon=fans["horizon"].max())["p95"] >= 0.5)
    order = last.sort("p50", "mean", "unit", descending=[True, True, False]).head(PLACES)["unit"].to_list()
    return [fans.filter(unit=unit).sort("horizon").to_dicts() for unit in order]
