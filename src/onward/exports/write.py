"""Write an export, all or nothing."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

from onward import disclosure as harm
from onward.errors import ParameterError, RunFolderError
from onward.exports.content import KEYS, Content, content_of
from onward.inference.fans import fans_of
from onward.planning.boundaries import read_boundaries
from onward.runs.folder import read_run
from onward.simulation.run import Run
from onward.simulation.units import Units, units_of

#: what the name of an export ends with, by format; a folder for none
ENDINGS = {"hxl": "", "geojson": ".geojson", "netcdf": ".nc", "xlsx": ".xlsx", "hubverse": ".csv"}


def export_run(
    run: str | Path, *, format: str, out: str | Path | None = None, by: str | None = None, route_detail: bool = False,
    places: bool = False, overwrite: bool = False, boundaries: str | Path | None = None, today: dt.date | None = None,
) -> tuple[Path, tuple[str, ...]]:  # fmt: skip
    """Export a run folder; return the path and the notices for the user.

    Parameters
    ----------
    run
        The run folder.
    format
        ``hxl`` (a folder of CSVs, or a zip if ``out`` ends so), ``geojson``, ``netcdf``, ``xlsx``, or, for a forecast,
        ``hubverse``.
    out
        Where to; beside the run if None.
    by
        ``place``, ``area``, ``admin1`` or ``admin2``; places, or districts while the crisis is going on, if None.
    route_detail
        With legs between places.
    places
        Single places though the crisis is going on.
    overwrite
        Replace what is there, if it is an export.
    boundaries
        A GeoJSON file of the administrative units, whose areas a GeoJSON export takes in place of points.
    today
        The day it is; today if None.
    """
    if boundaries is not None and format != "geojson":
        raise ParameterError(f"boundaries: {format} has none. Choose geojson.")
    if format not in ENDINGS:
        raise ParameterError(f"format: {format!r} is not one of {', '.join(ENDINGS)}.")
    if format == "hubverse" and (by is not None or route_detail):
        raise ParameterError("format hubverse: it has all units and no legs. Leave out --by and --route-detail.")
    folder = Path(run)
    read = read_run(folder)
    target = Path(out) if out is not None else folder.with_name(f"{folder.resolve().name}-{format}{ENDINGS[format]}")
    _check_target(target, overwrite)
    shapes = None
    if format == "hubverse":
        fans = fans_of(read)
    else:
        content = content_of(read, read.crisis, by=by, route_detail=route_detail, places=places, today=today)
        shapes = None if boundaries is None else read_boundaries(boundaries, _units(read, content))
    new = target.with_name(f".{target.name}.new")
    _remove(new)
    try:
        new.parent.mkdir(parents=True, exist_ok=True)
        if format == "hxl":
            from onward.exports.hxl import write_hxl

            write_hxl(content, new)
        elif format == "geojson":
            from onward.exports.geojson import write_geojson

            write_geojson(content, new, shapes)
        elif format == "netcdf":
            from onward.exports.netcdf import write_netcdf

            write_netcdf(read, content, new)
        elif format == "hubverse":
            from onward.exports.hubverse import write_hubverse

            warnings = write_hubverse(read, fans, new, places=places, today=today or harm.today())
        else:
            from onward.exports.xlsx import write_workbook

            write_workbook(content, new)
        _remove(target)
        os.replace(new, target)
    except OSError as error:
        raise RunFolderError(f"{target}: cannot be written ({error.strerror or error}). Give another --out.") from None
    finally:
        _remove(new)
    return target, warnings if format == "hubverse" else content.warnings


def _units(run: Run, content: Content) -> Units:
    by = next(by for by, key in KEYS.items() if key == content.key)
    return units_of(run, by)


def _check_target(target: Path, overwrite: bool) -> None:
    if not target.exists():
        return
    if not overwrite:
        raise RunFolderError(f"{target}: this is there already. Give --overwrite or another --out.")
    if target.is_dir() and not (target / "provenance.json").is_file():
        raise RunFolderError(f"{target}: this folder holds something else than an export. Give another --out.")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
