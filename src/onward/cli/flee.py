"""The commands for Flee instances: import a folder, run it under Flee's rules, score a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onward.cli.common import JsonOption, RunArgument, plain_console, print_json
from onward.cli.errors import report_errors

if TYPE_CHECKING:
    from datetime import date

    from onward.evaluation.score import FleeScore
    from onward.evaluation.score_counts import CountScore
    from onward.runs.task import Work
    from onward.simulation.run import Run

SettingsOption = Annotated[
    Path | None, typer.Option("--settings", metavar="FILE", help="Flee's settings, instead of simsetting.yml.")
]


def add_flee(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("score")(score)


def import_flee_folder(
    folder: Path, destination: Path, *, settings: Path | None, overwrite: bool, largest_component: bool,
    known_at: date | None,
) -> None:  # fmt: skip
    """Import a Flee instance as a crisis that runs under Onward's own rules."""
    from onward.sources.flee import import_flee

    found = import_flee(
        folder, destination, settings_file=settings, overwrite=overwrite, largest_component=largest_component,
        known_at=known_at,
    )  # fmt: skip
    crisis = found.crisis
    for note in found.notes:
        typer.echo(f"Note: {note}.", err=True)
    typer.echo(f"{destination}: {len(crisis.places)} places, {crisis.table('routes').height} routes, "
               f"{crisis.table('events').height} periods of conflict, {crisis.table('counts').height} real counts. "
               f"Next: onward check {destination}; onward run {destination}")  # fmt: skip


def score(
    run: RunArgument,
    as_json: JsonOption = False,
) -> None:
    """Compare a run with the counts, and print its errors.

    For a run under Flee's rules it prints Flee's ARD on interpolated days, and the errors on the days of real counts.
    For a run under Onward's rules it prints the errors on real counts of stocks and arrivals.
    """
    with report_errors():
        from onward.cli.scores import show_score
        from onward.runs.folder import read_run

        found = _score(read_run(run), run)
        if as_json:
            print_json(found.about())
        else:
            show_score(found, plain_console())


def _score(run: Run, folder: Path) -> FleeScore | CountScore:
    from onward.crisis import read_crisis
    from onward.errors import RunFolderError
    from onward.evaluation.score import score_flee
    from onward.evaluation.score_counts import score_counts
    from onward.runs.folder import CRISIS
    from onward.runs.summary import follows_flee

    if follows_flee(run.about):
        return score_flee(run)
    if not (folder / CRISIS).is_dir():
        raise RunFolderError(
            f"{folder}: this run folder does not contain its crisis, so there are no counts. Run it again."
        )
    return score_counts(run, read_crisis(folder / CRISIS))


def is_flee(folder: str | Path) -> bool:
    """Return whether a folder is a Flee instance rather than a crisis."""
    return (Path(folder) / "input_csv").is_dir() and not (Path(folder) / "crisis.toml").is_file()


def refuse_flee(folder: str) -> None:
    """Refuse a Flee instance where a crisis is expected, and say what can be done with it."""
    if is_flee(folder):
        from onward.errors import CrisisDataError, Problem

        step = f"Run it with --rules flee, or turn it into a crisis: onward import flee {folder} DEST."
        raise CrisisDataError([Problem(folder, found="this is a Flee instance, not a crisis", next_step=step)])


def prepare_flee(
    folder: str, settings: Path | None, engine: str, members: int, seed: int, given: list[str],
    refused: Mapping[str, object],
) -> Work:  # fmt: skip
    """Read a Flee instance and check all options; ``refused`` are options that must not be given."""
    from onward.errors import ParameterError
    from onward.flee.simulate import FleeRunSettings, load_flee
    from onward.runs.flee_task import flee_work

    no = "Flee's rules have no such option. Leave it out."
    wrong = [f"{name} {value}: {no}" for name, value in refused.items() if value]
    if wrong:
        raise ParameterError("\n".join(wrong))
    overrides = _overrides(given)
    run = FleeRunSettings(engine, members, seed, overrides)
    return flee_work(load_flee(folder, settings_file=settings, overrides=overrides), run)


def _overrides(given: list[str]) -> dict[str, object]:
    """Return the settings given on the command line, by Flee's names."""
    from onward.errors import ParameterError

    found: dict[str, object] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value:
            raise ParameterError(f"--set {text}: give flee.NAME=VALUE, such as flee.max_move_speed=200.")
        if not name.startswith("flee."):
            raise ParameterError(
                f"--set {text}: with --rules flee, names begin with flee., such as flee.move_rules.max_move_speed=200 "
                "or flee.faithful=false. Onward's own parameters are not used."
            )
        if name in found:
            raise ParameterError(f"--set {text}: {name} is set twice. Give it once.")
        found[name] = value
    return found
