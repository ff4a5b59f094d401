"""The command `onward new DIR`: start a crisis from countries, a period and event files."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onward.cli.common import plain_console
from onward.cli.errors import report_errors
from onward.cli.import_ import attacks_per_record, print_notes, words_to_actors

if TYPE_CHECKING:
    from onward.sources.geonames import Box
    from onward.sources.options import Options
    from onward.sources.start import Start

DAY = ["%Y-%m-%d"]


def add_new(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("new")(new)


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The crisis folder to make.")],
    countries: Annotated[
        list[str] | None, typer.Option("--country", metavar="ISO3", help="A country; repeatable.")
    ] = None,
    start: Annotated[datetime | None, typer.Option(formats=DAY, help="First day.")] = None,
    end: Annotated[datetime | None, typer.Option(formats=DAY, help="Last day.")] = None,
    min_population: Annotated[
        int | None, typer.Option(min=0, help="The smallest population of a town that becomes a place of the crisis.")
    ] = None,
    bbox: Annotated[str | None, typer.Option(metavar="W,S,E,N", help="Only places in this box, in degrees.")] = None,
    events: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="A file of events; repeatable.")] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--events-format", metavar="FORMAT", help="Format of each file, or one for all: ucdp or acled."),
    ] = None,
    actors: Annotated[
        list[str] | None,
        typer.Option("--actor", metavar="WORDS=ACTOR:SIDE", help="Words of a party's name, and its actor and side."),
    ] = None,
    attacks: Annotated[
        str,
        typer.Option("--attacks-per-record", metavar="N,LOW,HIGH", help="Number of attacks that a record represents."),
    ] = "1,1,1",
    roads: Annotated[
        list[Path] | None,
        typer.Option(metavar="EXTRACT", help="OpenStreetMap extract with roads (.osm.pbf); repeatable."),
    ] = None,
    settlements: Annotated[
        bool, typer.Option("--settlements", help="Add towns and refugee sites of the extract that GeoNames lacks.")
    ] = False,
    detour: Annotated[float, typer.Option(help="Road kilometres per kilometre of straight line.")] = 1.3,
) -> None:
    """Start a crisis folder from countries and events.

    The folder gets places, roads, attacks and a first guess of control. Then the command lists the missing data, most
    important first. In a terminal it asks for options that were not given.
    """
    with report_errors():
        from onward.crisis import write_crisis
        from onward.crisis.write import check_free
        from onward.sources.start import Start, missing, new_crisis, readme

        check_free(folder.resolve(), False)
        chosen = Start(
            name=folder.resolve().name,
            countries=tuple(code.upper() for code in countries or _ask("Countries (ISO3, blanks between)").split()),
            start=(start or _day("First day (YYYY-MM-DD)")).date(),
            end=(end or _day("Last day (YYYY-MM-DD)")).date(),
            min_population=min_population if min_population is not None else int(_ask("Smallest town, people")),
            box=_box(bbox), detour=detour, events=_events(events or [], formats or []),
            options=_options(actors or [], attacks),
            sides=_sides(actors or []), roads=tuple(roads or ()), settlements=settlements,
        )  # fmt: skip
        crisis, additions = new_crisis(chosen)
        write_crisis(crisis, folder)
        (folder / "README.md").write_text(readme(crisis, chosen, additions), encoding="utf-8", newline="\n")
        for step in additions:
            print_notes(step)
        _show(crisis_folder=folder, chosen=chosen, items=missing(crisis))


def _show(*, crisis_folder: Path, chosen: Start, items: list[str]) -> None:
    from onward.cli.listings import show_crisis
    from onward.crisis import read_crisis

    typer.echo("")
    show_crisis(read_crisis(crisis_folder), plain_console())
    typer.echo("\nMissing, most important first (also in README.md):")
    for i, item in enumerate(items, start=1):
        typer.echo(f"{i}. {item}")
    typer.echo(f"Next: onward check {crisis_folder}; onward run {crisis_folder}")


def _ask(question: str) -> str:
    from onward.errors import ParameterError

    if not sys.stdin.isatty():
        raise ParameterError(f"{question}: not given. Give --country, --start, --end and --min-population.")
    return str(typer.prompt(question))


def _day(question: str) -> datetime:
    from onward.errors import ParameterError

    answer = _ask(question)
    try:
        return datetime.strptime(answer, DAY[0])
    except ValueError:
        raise ParameterError(f"{question}: {answer!r} is not a day. Write it like 2016-07-31.") from None


def _box(text: str | None) -> Box | None:
    from onward.errors import ParameterError

    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise ParameterError(f"--bbox {text}: give west,south,east,north in degrees.") from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ParameterError(f"--bbox {text}: west must be below east and south below north, in degrees.")
    return west, south, east, north


def _events(files: list[Path], formats: list[str]) -> tuple[tuple[str, Path], ...]:
    from onward.errors import ParameterError
    from onward.sources.formats import importer

    if files and len(formats) not in (1, len(files)):
        raise ParameterError("--events-format: give it once, or once for each --events.")
    for name in formats:
        importer(name)
    return tuple(zip(formats * (len(files) if len(formats) == 1 else 1), files, strict=True)) if files else ()


def _options(actors: list[str], attacks: str) -> Options:
    from onward.sources.options import Options

    pairs = {words: actor.partition(":")[0] for words, actor in words_to_actors(actors).items()}
    return Options(actors=pairs, attacks=attacks_per_record(attacks))


def _sides(actors: list[str]) -> dict[str, str]:
    """Return the side of each actor given; an actor without one is a side of its own."""
    pairs = (actor.partition(":") for actor in words_to_actors(actors).values())
    return {actor: side or actor.lower() for actor, _, side in pairs}
