"""The commands `onward serve` and `onward export`."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from onward.cli.common import RunArgument
from onward.cli.errors import MISTAKE, report_errors
from onward.extras import install_command

FORMATS = ("hxl", "geojson", "netcdf", "xlsx", "hubverse")


def add_web(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("serve")(serve)
    app.command("export")(export)


def serve(
    runs: Annotated[
        list[Path] | None, typer.Argument(metavar="[RUN]...", help="Run folders, or folders of run folders.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 uses any free port.")] = 8000,
    host: Annotated[
        str, typer.Option(help="The address to listen on; if it is not this computer, requests need a token.")
    ] = "127.0.0.1",
    folder: Annotated[Path, typer.Option(metavar="DIR", help="Where what-ifs are written.")] = Path("runs"),
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Number of threads of a what-if; it does not change the results.", show_default="all cores"
        ),
    ] = None,
) -> None:
    """Show runs on a local web page.

    What-ifs run as background jobs, and reports can be reviewed.
    """
    with report_errors():
        _needs("web", "fastapi", "uvicorn")
        from onward.server.serve import serve_runs

        serve_runs(runs or [], host=host, port=port, folder=folder, workers=workers, tell=typer.echo)


def export(
    run: RunArgument,
    format: Annotated[str, typer.Option("--format", "-f", metavar="|".join(FORMATS), help="What to write.")],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="PATH", show_default="next to the run", help="Where to write it."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="place|area|admin1|admin2", help="The units to which figures refer.", show_default="place"
        ),
    ] = None,
    boundaries: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.geojson", help="Boundaries of admin units, to write areas instead of points (geojson)."
        ),
    ] = None,
    route_detail: Annotated[
        bool, typer.Option("--route-detail", help="Include legs between places. Read the warning that it prints.")
    ] = False,
    places: Annotated[
        bool,
        typer.Option(
            "--places", help="Include single places although the crisis is ongoing. Read the warning that it prints."
        ),
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")] = False,
) -> None:
    """Export a run to other programs.

    Small counts are masked and figures rounded; see docs/how-to/export.md.
    """
    with report_errors():
        if format not in FORMATS:
            from onward.crisis.messages import did_you_mean

            step = did_you_mean(format, FORMATS, "Choose one.")
            typer.echo(f"--format {format}: not one of {', '.join(FORMATS)}. {step}", err=True)
            raise typer.Exit(MISTAKE)
        _needs({"netcdf": "xarray", "xlsx": "xlsx"}.get(format, ""), *_MODULES.get(format, ()))
        from onward.exports.write import export_run

        written, warnings = export_run(
            run,
            format=format,
            out=out,
            by=by,
            route_detail=route_detail,
            places=places,
            overwrite=overwrite,
            boundaries=boundaries,
        )
        for warning in warnings:
            typer.echo(f"Warning: {warning}", err=True)
        typer.echo(f"Written to {written}")


_MODULES: dict[str, tuple[str, ...]] = {"netcdf": ("xarray", "h5netcdf"), "xlsx": ("xlsxwriter",)}


def _needs(extra: str, *modules: str) -> None:
    """Exit with the command that installs an extra if any of its modules is missing."""
    missing = [name for name in modules if not _installed(name)]
    if missing:
        typer.echo(f"{', '.join(missing)}: not installed. Install with: {install_command(extra)}", err=True)
        raise typer.Exit(MISTAKE)


def _installed(name: str) -> bool:
    there: Any = sys.modules.get(name, name)
    return there is not None and (name in sys.modules or find_spec(name) is not None)
