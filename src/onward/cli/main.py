"""The command-line application and its core commands: check, crises, scenarios, compare, parameters.

What is heavy is imported inside the commands, so that ``onward --help`` is quick. Exit codes: 0 for success,
2 for the user's mistakes, 1 for failures, 130 for a run that was stopped.
"""

from __future__ import annotations

import sys
from copy import copy
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.models import CommandInfo

from onward.cli.backtest import add_backtest
from onward.cli.calibrate import add_calibrate
from onward.cli.common import CrisisArgument, JsonOption, RunArgument, plain_console, print_json
from onward.cli.errors import close_pipe, option_words, report_errors
from onward.cli.explain import add_explain
from onward.cli.extract import add_reading
from onward.cli.flee import add_flee, refuse_flee
from onward.cli.forecast import add_forecast
from onward.cli.import_ import add_import
from onward.cli.journeys import add_journeys
from onward.cli.needs import add_needs
from onward.cli.new import add_new
from onward.cli.notes import add_notes
from onward.cli.publish import add_web
from onward.cli.report import add_report
from onward.cli.run import add_run, check_parameters
from onward.cli.sensitivity import add_sensitivity
from onward.cli.triggers import add_triggers

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

    def invoke(self, ctx: Any) -> Any:
        """Run the command; reword what typer says of a value that an option does not take."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = option_words(error)
            raise


app = typer.Typer(
    cls=_WorkOrder,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

add_run(app)
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
        _with_options_of(sys.argv[1:])(prog_name="onward")
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # how typer and rich end on a closed pipe: with code 1
            close_pipe()
        raise


def _with_options_of(words: list[str]) -> typer.Typer:
    """Return the application with the options of the commands among the words; typer takes a millisecond for each."""
    quick = copy(app)
    quick.registered_commands = [_named_only(command, words) for command in app.registered_commands]
    return quick


def _named_only(command: CommandInfo, words: list[str]) -> CommandInfo:
    """Return a command that is not among the words without its options; its name and help stay."""
    function: Any = command.callback
    if (command.name or function.__name__) in words:
        return command

    def other() -> None:
        """Do nothing: another command was asked for."""

    other.__name__, other.__doc__ = function.__name__, function.__doc__
    light = copy(command)
    light.callback = other
    return light


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
def check(crisis: CrisisArgument, as_json: JsonOption = False) -> None:
    """List every error and warning in a crisis."""
    with report_errors():
        from onward.cli.listings import checked, show_crisis
        from onward.crisis import read_crisis

        refuse_flee(crisis)
        world = read_crisis(crisis)
        check_parameters(world)
        if as_json:
            print_json(checked(world))
        else:
            show_crisis(world, plain_console())


@app.command()
def crises(as_json: JsonOption = False) -> None:
    """List the crises that come with Onward."""
    with report_errors():
        from onward.cli.listings import crisis_rows, show_crises

        if as_json:
            print_json(crisis_rows())
        else:
            show_crises(plain_console())


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
    run: RunArgument,
    other: Annotated[Path, typer.Argument(metavar="RUN", help="Another run of the same crisis, seed and members.")],
    anyway: Annotated[bool, typer.Option("--anyway", help="Compare runs although their inputs differ.")] = False,
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
            print_json({name: frame.to_dicts() for name, frame in tables.items()})
        else:
            show_comparison(one, two, tables, plain_console())


@app.command()
def parameters(as_json: JsonOption = False) -> None:
    """List the parameters of the model.

    Shows default, range, prior, meaning and source of each.
    """
    with report_errors():
        from onward.cli.listings import parameter_rows, show_parameters

        if as_json:
            print_json(parameter_rows())
        else:
            show_parameters(plain_console())
