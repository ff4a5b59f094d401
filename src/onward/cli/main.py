"""The command-line application and its core commands: run, check, crises, scenarios, compare, parameters.

What is heavy is imported inside the commands, so that ``onward --help`` is quick. Exit codes: 0 for success,
2 for the user's mistakes, 1 for failures, 130 for a run that was stopped.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from onward.cli.backtest import add_backtest
from onward.cli.calibrate import PosteriorOption, add_calibrate, read_posterior
from onward.cli.errors import STOPPED, close_pipe, report_errors
from onward.cli.explain import add_explain
from onward.cli.extract import add_reading
from onward.cli.flee import SettingsOption, add_flee, prepare_flee, refuse_flee
from onward.cli.forecast import add_forecast
from onward.cli.import_ import add_import
from onward.cli.journeys import add_journeys
from onward.cli.needs import add_needs
from onward.cli.new import add_new
from onward.cli.notes import add_notes
from onward.cli.publish import add_web
from onward.cli.report import add_report
from onward.cli.sensitivity import add_sensitivity
from onward.cli.triggers import add_triggers

if TYPE_CHECKING:
    from rich.console import Console

    from onward.crisis import Crisis
    from onward.runs.task import Work

#: members of a run, if nobody says so: enough for 90 % intervals (own choice)
MEMBERS = 100

#: the order of commands in ``onward --help``
ORDER = (
    "crises",
    "new",
    "import",
    "check",
    "run",
    "forecast",
    "report",
    "explain",
    "scenarios",
    "compare",
    "score",
    "sensitivity",
)


class _WorkOrder(TyperGroup):
    """A command group that lists commands in the order in which an analyst uses them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        names = super().list_commands(ctx)
        return [name for name in ORDER if name in names] + [name for name in names if name not in ORDER]


app = typer.Typer(
    cls=_WorkOrder,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

CrisisArgument = Annotated[str, typer.Argument(metavar="CRISIS", help="A bundled crisis or a folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


add_reading(app)
add_flee(app)
add_backtest(app)
add_calibrate(app)
add_forecast(app)
add_import(app)
add_new(app)
add_explain(app)
add_journeys(app)
add_report(app)
add_sensitivity(app)
add_needs(app)
add_triggers(app)
add_notes(app)
add_web(app)


def main() -> None:
    """Run the command line; treat a pipe closed by its reader as a normal end."""
    try:
        app(prog_name="onward")
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # how typer and rich end on a closed pipe: with code 1
            close_pipe()
        raise


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"onward {version('onward')}")
        except PackageNotFoundError:
            typer.echo("onward (not installed)")
        raise typer.Exit


@app.callback()
def onward(
    asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Simulate the flight of people from a war."""


@app.command()
def run(
    crisis: CrisisArgument,
    rules: Annotated[
        str, typer.Option(metavar="onward|flee", help="Onward's own rules; or Flee's, on a Flee instance folder.")
    ] = "onward",
    settings: SettingsOption = None,
    engine: Annotated[
        str,
        typer.Option(
            metavar="cohorts|expected|individuals", help="Whole people, drawn; real numbers, means; or each person."
        ),
    ] = "cohorts",
    members: Annotated[
        int | None,
        typer.Option(help="Draws of everything uncertain.", show_default="100; 1 where nothing is drawn"),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same numbers.")] = 1,
    parameters: Annotated[
        str | None,
        typer.Option(
            metavar="fixed|prior|posterior",
            help="At one set, or drawn for each member: from other crises, or from the crisis's own counts.",
            show_default="prior; fixed where the crisis was fitted",
        ),
    ] = None,
    posterior: PosteriorOption = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Hold a parameter (Flee: flee.NAME) at a value; repeatable."),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="A what-if that comes with the crisis, or a TOML file.")
    ] = None,
    departures: Annotated[
        str | None,
        typer.Option(
            metavar="modelled|observed",
            help="Who leaves: from threat, or given by the counts.",
            show_default="modelled",
        ),
    ] = None,
    near: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ACTOR[:KM]", help="Count who passes within KM (10) of ground that ACTOR holds; repeatable."
        ),
    ] = None,
    triggers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="[[trigger]] tables in place of the crisis's.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The run folder.", show_default="runs/CRISIS-NUMBER")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads; they change no number.", show_default="all cores")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the run in the run folder.")] = False,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only where it was written.")] = False,
) -> None:
    """Simulate a crisis and write a run folder.

    Prints what happened.

    An interrupted run is resumed by the same command.
    """
    with report_errors():
        begin = time.perf_counter()
        if rules == "flee":
            refused = {"--scenario": scenario, "--departures": departures,
                       "--parameters": None if parameters == "fixed" else parameters, "--posterior": posterior,
                       "--triggers": triggers, "--near": ", ".join(near) if near else None}  # fmt: skip
            work = _prepare_under_flee(crisis, settings, engine, members, seed, given or [], refused)
        else:
            _check_rules(rules, settings)
            chosen = departures or "modelled"
            work = _prepare(
                crisis, engine, members, seed, parameters, given or [], scenario, chosen, triggers, posterior,
                near or [],
            )  # fmt: skip
        took = time.perf_counter() - begin
        _run(work, out, workers or _cores(), overwrite, as_json, quiet, crisis, took)


@app.command()
def check(crisis: CrisisArgument, as_json: JsonOption = False) -> None:
    """List every error and warning in a crisis."""
    with report_errors():
        from onward.cli.listings import checked, show_crisis
        from onward.crisis import read_crisis

        refuse_flee(crisis)
        world = read_crisis(crisis)
        _check_parameters(world)
        if as_json:
            typer.echo(_json(checked(world)))
        else:
            show_crisis(world, _console())


@app.command()
def crises(as_json: JsonOption = False) -> None:
    """List the crises that come with Onward."""
    with report_errors():
        from onward.cli.listings import crisis_rows, show_crises

        if as_json:
            typer.echo(_json(crisis_rows()))
        else:
            show_crises(_console())


@app.command()
def scenarios(crisis: CrisisArgument) -> None:
    """List the scenarios (what-ifs) of a crisis."""
    with report_errors():
        from onward.crisis import read_crisis, read_scenario, scenario_files

        refuse_flee(crisis)
        world = read_crisis(crisis)
        for name in scenario_files(world):
            typer.echo(f"{name}: {read_scenario(name, world).title}")


@app.command()
def compare(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    other: Annotated[Path, typer.Argument(metavar="RUN", help="Another run of the same crisis, seed and members.")],
    anyway: Annotated[bool, typer.Option("--anyway", help="Compare runs of different inputs all the same.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare two runs, member by member."""
    with report_errors():
        from onward.cli.comparison import show_comparison
        from onward.evaluation.compare import compare as compared
        from onward.runs.folder import read_run

        one, two = read_run(run), read_run(other)
        tables = compared(one, two, anyway=anyway)
        if as_json:
            typer.echo(_json({name: frame.to_dicts() for name, frame in tables.items()}))
        else:
            show_comparison(one, two, tables, _console())


@app.command()
def parameters(as_json: JsonOption = False) -> None:
    """List the parameters of the model.

    Shows default, range, prior, meaning and source of each.
    """
    with report_errors():
        from onward.cli.listings import parameter_rows, show_parameters

        if as_json:
            typer.echo(_json(parameter_rows()))
        else:
            show_parameters(_console())


def _check_rules(rules: str, settings: Path | None) -> None:
    from onward.errors import ParameterError

    if rules != "onward":
        raise ParameterError(f"--rules {rules}: {rules!r} is not one of onward, flee.")
    if settings is not None:
        raise ParameterError(f"--settings {settings}: only Flee's rules have a settings file. Give --rules flee too.")


def _prepare_under_flee(
    folder: str, settings: Path | None, engine: str, members: int | None, seed: int, given: list[str],
    refused: Mapping[str, object],
) -> Work:  # fmt: skip
    """Read a Flee instance and validate all options; ``refused`` are options of Onward's own rules."""
    count = (MEMBERS if engine != "expected" else 1) if members is None else members
    return prepare_flee(folder, settings, engine, count, seed, given, refused)


def _prepare(
    crisis: str, engine: str, members: int | None, seed: int, parameters: str | None, given: list[str],
    scenario: str | None, departures: str, triggers: Path | None, posterior: Path | None, near: list[str],
) -> Work:  # fmt: skip
    """Read the crisis and validate all options."""
    from onward.crisis import read_crisis, read_scenario
    from onward.crisis.triggers import read_triggers
    from onward.model.near_ground import near_of
    from onward.runs.task import own_work
    from onward.simulation.ensemble import default_parameters
    from onward.simulation.run import make_settings

    refuse_flee(crisis)
    world = read_crisis(crisis)
    world = read_triggers(triggers, world) if triggers else world
    _check_parameters(world)
    parameters = default_parameters(world, engine) if parameters is None else parameters
    drawn = engine != "expected" or parameters != "fixed"
    count = (MEMBERS if drawn else 1) if members is None else members
    settings = make_settings(
        world, engine=engine, members=count, seed=seed, parameters=parameters, overrides=_overrides(given),
        labels=engine != "expected", scenario=read_scenario(scenario, world) if scenario else None,
        departures=departures, posterior=read_posterior(posterior), near=tuple(near_of(text) for text in near),
    )  # fmt: skip
    return own_work(world, settings)


def _check_parameters(crisis: Crisis) -> None:
    """Report errors in a crisis's own parameters at their location in crisis.toml."""
    from onward.errors import CrisisDataError, ParameterError, Problem
    from onward.model.parameters import default_values

    problems = []
    for name, value in crisis.parameters.items():
        try:
            default_values({name: value})
        except ParameterError as error:
            key = f"parameters.{name}"
            problems.append(Problem("crisis.toml", column=key, found=str(error).rstrip(".?")))
    if problems:
        raise CrisisDataError(problems)


def _overrides(given: list[str]) -> dict[str, object]:
    """Return the parameters set on the command line as numbers by name."""
    from onward.errors import ParameterError
    from onward.model.parameters import default_values

    found: dict[str, object] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name:
            raise ParameterError(f"--set {text}: give NAME=VALUE, such as speed_foot=30.")
        if name in found:
            raise ParameterError(f"--set {text}: {name} is set twice. Give it once.")
        found[name] = value
    checked = default_values(found)
    return {name: checked[name] for name in found}


def _run(
    work: Work, out: Path | None, workers: int, overwrite: bool, as_json: bool, quiet: bool, source: str,
    read_seconds: float,
) -> None:  # fmt: skip
    from onward.cli.progress import Bar
    from onward.runs.folder import free_folder, write_run

    folder = out or free_folder(work.plan)
    try:
        with Bar(shown=sys.stderr.isatty() and not quiet) as bar:
            done = write_run(
                work, folder=folder, workers=workers, overwrite=overwrite, progress=bar, read_seconds=read_seconds
            )
    except KeyboardInterrupt:
        typer.echo(
            f"Stopped with {bar.done} of {work.members} members done in {folder}. Repeat the same command to resume.",
            err=True,
        )
        raise typer.Exit(STOPPED) from None
    if as_json:
        typer.echo(_json(done.about))
    elif quiet:
        typer.echo(str(folder))
    else:
        from onward.cli.terminal import show_run

        warnings = work.crisis.warnings if work.crisis is not None and not work.notices else ()
        show_run(done, _console(), folder=folder, source=source, warnings=warnings)
        if done.about.get("triggers"):
            from onward.cli.triggers import show_triggers

            show_triggers(done.about["triggers"], _console())


def _cores() -> int:
    """Return how many cores this process may use."""
    affinity: Any = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _json(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
