"""The command `onward import FORMAT FILE... DIR`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onward.cli.errors import report_errors
from onward.cli.flee import SettingsOption, import_flee_folder

if TYPE_CHECKING:
    from onward.sources.addition import Addition
    from onward.sources.formats import Importer
    from onward.sources.options import AttacksPerRecord, Options


FORMAT_HELP = "ucdp, acled, unhcr-odp, unhcr-rdf, dtm, hapi, idu, cod-ps, control-geojson, osm; flee."

ActorOption = Annotated[
    list[str] | None,
    typer.Option("--actor", metavar="WORDS=ACTOR", help="Which actor a party's name means; repeatable."),
]
AttacksOption = Annotated[
    str, typer.Option("--attacks-per-record", metavar="N,LOW,HIGH", help="Number of attacks that a record represents.")
]
AirForceOption = Annotated[
    list[str] | None,
    typer.Option("--air-force", metavar="ACTOR", help="Its attacks from afar are air strikes; repeatable."),
]
WithinOption = Annotated[
    float,
    typer.Option("--within", metavar="KM", min=0.1, help="Drop records that are farther than this from every place."),
]
OperationOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="dtm, hapi: the operation to read, where there are several.")
]
AssessmentOption = Annotated[str | None, typer.Option(metavar="BA|SA", help="dtm, hapi: the assessment type to read.")]
ActorFieldOption = Annotated[
    str | None, typer.Option(metavar="PROPERTY", help="control-geojson: the property that names the holder.")
]
DateOption = Annotated[
    datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="control-geojson: day of the map.")
]
FromApiOption = Annotated[
    bool, typer.Option("--from-api", help="dtm: fetch the files with IOM's client; then give DIR only.")
]
LargestOption = Annotated[
    bool, typer.Option("--largest-component", help="flee: keep only the largest part of the network.")
]
KnownAtOption = Annotated[
    datetime | None,
    typer.Option("--known-at", formats=["%Y-%m-%d"], metavar="DAY", help="flee: use only what was known on this day."),
]


def add_import(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("import", no_args_is_help=True)(import_)


def import_(
    format_: Annotated[str, typer.Argument(metavar="FORMAT", help=FORMAT_HELP)],
    paths: Annotated[list[Path], typer.Argument(metavar="FILE... DIR", help="The files, then the crisis folder.")],
    actors: ActorOption = None,
    attacks: AttacksOption = "1,1,1",
    air_forces: AirForceOption = None,
    within_km: WithinOption = 50.0,
    operation: OperationOption = None,
    assessment: AssessmentOption = None,
    actor_field: ActorFieldOption = None,
    day: DateOption = None,
    from_api: FromApiOption = False,
    settings: SettingsOption = None,
    largest: LargestOption = False,
    known_at: KnownAtOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="flee: replace the crisis in DIR.")] = False,
) -> None:
    """Import publishers' files into a crisis folder.

    It prints what was added, merged and left out.
    """
    with report_errors():
        from onward.errors import ParameterError

        if from_api:
            paths = _fetch(format_, paths, operation)
        if len(paths) < 2:
            raise ParameterError(f"onward import {format_}: give the files, then the crisis folder.")
        *files, folder = paths
        if format_ == "flee":
            if len(files) > 1:
                raise ParameterError("onward import flee: give one Flee instance folder, then the new crisis folder.")
            import_flee_folder(
                files[0], folder, settings=settings, overwrite=overwrite, largest_component=largest,
                known_at=known_at.date() if known_at else None,
            )  # fmt: skip
            return
        from onward.sources.formats import importer
        from onward.sources.options import Options

        reader = importer(format_)
        options = Options(
            actors=words_to_actors(actors or []), attacks=attacks_per_record(attacks),
            air_forces=tuple(air_forces or ()), within_km=within_km, operation=operation, assessment=assessment,
            actor_field=actor_field, day=day.date() if day else None,
        )  # fmt: skip
        _import(format_, reader, files, folder, options)


def _fetch(name: str, paths: list[Path], operation: str | None) -> list[Path]:
    """Return the files that a publisher's interface gives for the crisis in DIR, and DIR."""
    from onward.crisis import read_crisis
    from onward.errors import ParameterError
    from onward.sources.dtm_api import fetch_dtm

    if name != "dtm":
        raise ParameterError(f"--from-api: {name} has no client here. Download its file and import that; dtm has one.")
    if len(paths) != 1:
        raise ParameterError("--from-api: give the crisis folder only, since the files are fetched.")
    return [*fetch_dtm(read_crisis(paths[0]), paths[0], operation=operation), paths[0]]


def _import(name: str, reader: Importer, files: list[Path], folder: Path, options: Options) -> None:
    from onward.crisis import read_crisis, write_crisis
    from onward.sources.addition import add_to

    crisis = read_crisis(folder)
    found = reader(crisis, files, options)
    write_crisis(add_to(crisis, found), folder, overwrite=True)
    typer.echo(f"{folder}: read {len(files)} file{'s' if len(files) > 1 else ''} as {name}.")
    print_notes(found)
    typer.echo(f"Next: onward check {folder}")


def print_notes(found: Addition) -> None:
    """Print what an importer used, merged and dropped."""
    for word, lines in (("Added", found.taken), ("Merged", found.merged), ("Left out", found.dropped)):
        for line in lines:
            typer.echo(f"{word} {line}.")


def words_to_actors(given: list[str]) -> dict[str, str]:
    """Parse the options WORDS=ACTOR of the command line into a mapping."""
    from onward.errors import ParameterError

    pairs = {}
    for text in given:
        words, equals, actor = (part.strip() for part in text.rpartition("="))
        if not equals or not words or not actor:
            raise ParameterError(f"--actor {text}: give WORDS=ACTOR, such as 'Syrian insurgents=OPP'.")
        pairs[words] = actor
    return pairs


def attacks_per_record(text: str) -> AttacksPerRecord:
    """Parse the numbers N,LOW,HIGH of the command line."""
    from onward.errors import ParameterError
    from onward.sources.options import AttacksPerRecord

    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 3:
        raise ParameterError(f"--attacks-per-record {text}: give three numbers, such as 5,2,20.")
    return AttacksPerRecord(*numbers)
