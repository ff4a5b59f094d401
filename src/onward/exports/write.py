"""Write an export, all or nothing."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from onward import disclosure
from onward.errors import ParameterError, RunFolderError
from onward.exports.content import KEYS, Content, content_of
from onward.inference.fans import Fans, fans_of
from onward.planning.boundaries import Boundaries, read_boundaries
from onward.runs.folder import read_run
from onward.simulation.run import Run
from onward.simulation.units import Units, units_of

#: file name endings by format; none for a folder
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
        Where to write; next to the run folder if None.
    by
        ``place``, ``area``, ``admin1`` or ``admin2``. If None: places, or districts while the crisis is ongoing.
    route_detail
        Include legs between places.
    places
        Show single places even while the crisis is ongoing.
    overwrite
        Replace an existing export; anything else in the way is refused.
    boundaries
        A GeoJSON file of administrative units, whose areas a GeoJSON export uses instead of points.
    today
        The current date; today in UTC if None.

    Returns
    -------
    tuple
        The path that was written, and the notices.

    Raises
    ------
    ParameterError
        For an unknown format or options that do not fit it.
    RunFolderError
        If the folder holds no finished run, or the target exists or cannot be written.
    """
    _check_options(format, by=by, route_detail=route_detail, boundaries=boundaries)
    folder = Path(run)
    read = read_run(folder)
    target = Path(out) if out is not None else folder.with_name(f"{folder.resolve().name}-{format}{ENDINGS[format]}")
    _check_target(target, overwrite)
    write = _writer(read, format, by=by, route_detail=route_detail, places=places, boundaries=boundaries, today=today)
    new = target.with_name(f".{target.name}.new")
    _remove(new)
    try:
        new.parent.mkdir(parents=True, exist_ok=True)
        warnings = write(new)
        _remove(target)
        os.replace(new, target)
    except OSError as error:
        raise RunFolderError(f"{target}: cannot be written ({error.strerror or error}). Give another --out.") from None
    finally:
        _remove(new)
    return target, warnings


def _check_options(format: str, *, by: str | None, route_detail: bool, boundaries: str | Path | None) -> None:
    if boundaries is not None and format != "geojson":
        raise ParameterError(f"boundaries: {format} has none. Choose geojson.")
    if format not in ENDINGS:
        raise ParameterError(f"format: {format!r} is not one of {', '.join(ENDINGS)}.")
    if format == "hubverse" and (by is not None or route_detail):
        raise ParameterError("format hubverse: it has all units and no legs. Leave out --by and --route-detail.")


def _writer(
    run: Run, format: str, *, by: str | None, route_detail: bool, places: bool, boundaries: str | Path | None,
    today: dt.date | None,
) -> Callable[[Path], tuple[str, ...]]:  # fmt: skip
    """Prepare an export; return a function that writes it to a path and returns the notices for the user."""
    if format == "hubverse":
        return partial(_write_hubverse, run, fans_of(run), places, today or disclosure.today())
    content = content_of(run, run.crisis, by=by, route_detail=route_detail, places=places, today=today)
    shapes = None if boundaries is None else read_boundaries(boundaries, _units(run, content))
    return partial(_write_content, run, content, format, shapes)


def _write_hubverse(run: Run, fans: Fans, places: bool, today: dt.date, path: Path) -> tuple[str, ...]:
    from onward.exports.hubverse import write_hubverse

    return write_hubverse(run, fans, path, places=places, today=today)


def _write_content(run: Run, content: Content, format: str, shapes: Boundaries | None, path: Path) -> tuple[str, ...]:
    if format == "hxl":
        from onward.exports.hxl import write_hxl

        write_hxl(content, path)
    elif format == "geojson":
        from onward.exports.geojson import write_geojson

        write_geojson(content, path, shapes)
    elif format == "netcdf":
        from onward.exports.netcdf import write_netcdf

        write_netcdf(run, content, path)
    else:
        from onward.exports.xlsx import write_workbook

        write_workbook(content, path)
    return content.warnings


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
