"""The command `onward run CRISIS`."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onward.cli.calibrate import PosteriorOption, read_posterior
from onward.cli.common import (
    CrisisArgument,
    JsonOption,
    OverwriteOption,
    SeedOption,
    WorkersOption,
    plain_console,
    print_json,
)
from onward.cli.errors import STOPPED, report_errors
from onward.cli.flee import SettingsOption, prepare_flee, refuse_flee

if TYPE_CHECKING:
    from onward.crisis import Crisis
    from onward.runs.task import Work

RulesOption = Annotated[
    str, typer.Option(metavar="onward|flee", help="Onward's own rules; or Flee's, on a Flee instance folder.")
]
EngineOption = Annotated[
    str,
    typer.Option(
        metavar="cohorts|expected|individuals",
        help="Draw whole people; compute means as real numbers; or simulate each person.",
    ),
]
MembersOption = Annotated[
    int | None,
    typer.Option(
        help="Number of members: each draws everything that is uncertain.", show_default="100; 1 where nothing is drawn"
    ),
]
ParametersOption = Annotated[
    str | None,
    typer.Option(
        metavar="fixed|prior|posterior",
        help="Parameters: one set; or drawn for each member, from other crises or from the crisis's own counts.",
        show_default="prior; fixed where the crisis was fitted",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter (Flee: flee.NAME) to a fixed value; repeatable."),
]
ScenarioOption = Annotated[
    str | None,
    typer.Option(metavar="NAME|FILE", help="A what-if: the name of one that belongs to the crisis, or a TOML file."),
]
DeparturesOption = Annotated[
    str | None,
    typer.Option(
        metavar="modelled|observed",
        help="Number of people who leave: from threat, or given by the counts.",
        show_default="modelled",
    ),
]
NearOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ACTOR[:KM]", help="Count people who pass within KM (10) of ground that ACTOR holds; repeatable."
    ),
]
TriggersOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A file of [[trigger]] tables that replace the crisis's.")
]
OutOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The run folder.", show_default="runs/CRISIS-NUMBER")
]


def add_run(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("run")(run)


def run(
    crisis: CrisisArgument,
    rules: RulesOption = "onward",
    settings: SettingsOption = None,
    engine: EngineOption = "cohorts",
    members: MembersOption = None,
    seed: SeedOption = 1,
    parameters: ParametersOption = None,
    posterior: PosteriorOption = None,
    given: SetOption = None,
    scenario: ScenarioOption = None,
    departures: DeparturesOption = None,
    near: NearOption = None,
    triggers: TriggersOption = None,
    out: OutOption = None,
    workers: WorkersOption = None,
    overwrite: OverwriteOption = False,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the run folder.")] = False,
) -> None:
    """Simulate a crisis and write a run folder.

    It prints a summary. The same command resumes an interrupted run.
    """
    with report_errors():
        from onward.simulation.threads import cores

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
        _run(work, out, workers or cores(), overwrite, as_json, quiet, crisis, took)


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
    from onward.simulation.settings import default_members

    count = default_members(engine, "fixed") if members is None else members
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
    from onward.simulation.settings import default_members, make_settings

    refuse_flee(crisis)
    world = read_crisis(crisis)
    world = read_triggers(triggers, world) if triggers else world
    check_parameters(world)
    parameters = default_parameters(world, engine) if parameters is None else parameters
    count = default_members(engine, parameters) if members is None else members
    settings = make_settings(
        world, engine=engine, members=count, seed=seed, parameters=parameters, overrides=_overrides(given),
        labels=engine != "expected", scenario=read_scenario(scenario, world) if scenario else None,
        departures=departures, posterior=read_posterior(posterior), near=tuple(near_of(text) for text in near),
    )  # fmt: skip
    return own_work(world, settings)


def check_parameters(crisis: Crisis) -> None:
    """Report errors in a crisis's own parameters at their location in crisis.toml."""
    from onward.errors import CrisisDataError, ParameterError, Problem
    from onward.model.parameters import default_values

    problems = []
    for name, value in crisis.parameters.items():
        try:
            default_values({name: value})
        except ParameterError as error:
            found, _, step = str(error).removeprefix(f"parameter {name}: ").partition(". ")
            problems.append(Problem("crisis.toml", column=f"parameters.{name}", found=found, next_step=step))
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
        print_json(done.about)
    elif quiet:
        typer.echo(str(folder))
    else:
        from onward.cli.terminal import show_run

        warnings = work.crisis.warnings if work.crisis is not None and not work.notices else ()
        show_run(done, plain_console(), folder=folder, source=source, warnings=warnings)
        if done.about.get("triggers"):
            from onward.cli.triggers import show_triggers

            show_triggers(done.about["triggers"], plain_console())
