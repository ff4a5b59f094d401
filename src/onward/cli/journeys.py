"""The command `onward journeys RUN --via P,P --route-detail`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from onward.cli.common import JsonOption, plain_console, print_json
from onward.cli.errors import report_errors

#: itineraries that the terminal shows (own choice: one screen); --json has all
MOST_SHOWN = 12


def add_journeys(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("journeys")(journeys)


def journeys(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder of engine individuals.")],
    via: Annotated[
        str, typer.Option(metavar="P,P...", help="Places at which people stopped, in order.", show_default="any")
    ] = "",
    route_detail: Annotated[
        bool,
        typer.Option(
            "--route-detail", help="Required, because journeys show places in order. Read the warning that it prints."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show how many people stopped at places in a given order, and the most common itineraries.

    The first time, the members are simulated again to add up people's journeys; the folder then stores the sums.

    Itineraries of fewer than 100 people are left out.
    """
    with report_errors():
        from onward.cli.exposure import show_near
        from onward.cli.progress import Bar
        from onward.disclosure import ROUTES_WARNING
        from onward.errors import ParameterError
        from onward.runs.folder import read_run
        from onward.runs.journeys import with_journeys
        from onward.simulation.journeys import check_journeys, journeys_of
        from onward.simulation.threads import cores

        places = [place.strip() for place in via.split(",") if place.strip()]
        check_journeys(read_run(run), places)
        if not route_detail:
            raise ParameterError(
                f"journeys are route detail. {ROUTES_WARNING} If you may see them, give --route-detail."
            )
        typer.echo(f"Warning: {ROUTES_WARNING}", err=True)
        with Bar(shown=sys.stderr.isatty()) as bar:
            kept = with_journeys(run, workers=cores(), progress=bar)
        found = journeys_of(kept, via=places)
        if as_json:
            print_json(found)
        else:
            _show(found, kept.about.get("place_names", {}))
            if found["near"]:
                show_near(kept, plain_console())


def _show(found: dict[str, Any], names: dict[str, str]) -> None:
    from onward.cli.printing import print_table
    from onward.disclosure import two_digits

    people = {key: f"{two_digits(value):,.0f}" for key, value in found["people"].items()}
    what = (
        f"stopped at {', then '.join(names.get(place, place) for place in found['via'])}" if found["via"] else "set out"
    )
    typer.echo(f"{people['p50']} people {what} (90 %: {people['p5']} to {people['p95']}).")
    if found.get("women_and_children"):
        who = {key: f"{two_digits(value):,.0f}" for key, value in found["women_and_children"].items()}
        span = f"90 %: {who['p5']} to {who['p95']}"
        typer.echo(f"{who['p50']} of them are women or children ({span}), by the shares of their homes.")
    for row in found["under_attack"]:
        place = names.get(row["place"], row["place"])
        typer.echo(f"{two_digits(row['people']):,.0f} of them were in {place} on a day with an attack.")
    shown = found["itineraries"][:MOST_SHOWN]
    if not shown:
        typer.echo("No itinerary has 100 people or more.")
        return
    cells = [
        [
            " - ".join(names.get(place, place) for place in row["places"]),
            f"{two_digits(row['people']):,.0f}",
            ", ".join(f"{days:.1f}" for days in row["days"]),
            ", ".join(f"{two_digits(number):,.0f}" for number in row["under_attack"]),
        ]
        for row in shown
    ]
    left = len(found["itineraries"]) - len(shown)
    note = f"Means over members; the first place is home. {left} more itineraries are in --json." + (
        ""
        if all(row["from_home"] for row in shown)
        else " Some begin where people who were displaced before the first day were then."
    )
    heads = ["Itinerary", "People", "Days per leg", "Under attack, by place"]
    print_table(plain_console(), "The most common itineraries", heads, cells, note)
