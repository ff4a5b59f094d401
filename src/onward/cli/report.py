"""The command `onward report`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from onward.cli.common import RunArgument
from onward.cli.errors import report_errors


def add_report(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("report")(report)


def report(
    run: RunArgument,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", show_default="RUN.html, here", help="Where to write it."),
    ] = None,
    boundaries: Annotated[
        Path | None,
        typer.Option(metavar="FILE.geojson", help="Boundaries of admin units, for a map by unit (extra charts)."),
    ] = None,
    brief: Annotated[
        bool, typer.Option("--brief", help="Two pages for print: key figures, map, places, what was reported, caveats.")
    ] = False,
    route_detail: Annotated[
        bool, typer.Option("--route-detail", help="Include legs from stop to stop. Read the warning that it prints.")
    ] = False,
) -> None:
    """Write a run as one offline HTML file.

    It holds the map, charts, claims, limits and model card.

    For a run of the engine individuals, the first report simulates the members again to add up people's journeys.
    """
    with report_errors():
        from onward.cli.progress import Bar
        from onward.disclosure import ROUTES_WARNING
        from onward.report.write import write_report
        from onward.runs.folder import read_run
        from onward.runs.journeys import with_journeys
        from onward.simulation.journeys import can_follow
        from onward.simulation.threads import cores

        if route_detail:
            typer.echo(f"Warning: {ROUTES_WARNING}", err=True)
        target = out or Path(f"{run.resolve().name}{'-brief' if brief else ''}.html")
        found = read_run(run)
        if can_follow(found.about):
            with Bar(shown=sys.stderr.isatty()) as bar:
                found = with_journeys(run, workers=cores(), progress=bar)
        written = write_report(found, target, route_detail=route_detail, boundaries=boundaries, brief=brief)
        typer.echo(
            f"{written} ({written.stat().st_size / 1e6:.1f} MB). It holds simulated figures: share it with care."
        )
