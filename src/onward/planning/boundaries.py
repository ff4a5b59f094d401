"""Boundaries of administrative units from a GeoJSON file, such as OCHA's common operational datasets (COD-AB)."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onward.errors import ParameterError
from onward.simulation.units import Units

#: publishers' names for the P-code and the name of a unit of a level (compared in lower case); {} is the level
_CODES = ("adm{}_pcode", "admin{}pcode", "adm{}_code", "admin{}_pcode", "adm{}pcode")
_NAMES = ("adm{}_en", "adm{}_name", "admin{}name_en", "admin{}name", "adm{}_ref", "adm{}_fr", "adm{}_es", "name_{}",
          "admin{}_name", "admin{}")  # fmt: skip


@dataclass(frozen=True)
class Boundaries:
    """Shapes of units: GeoJSON geometries by unit key, and the names of units for which the file has none."""

    shapes: Mapping[str, Mapping[str, Any]]
    missing: tuple[str, ...]

    def note(self) -> str:
        """Return what a reader must know about units drawn as points."""
        if not self.missing:
            return "Every unit has its boundary."
        return f"Without a boundary in the file, drawn as points: {', '.join(self.missing)}."


def read_boundaries(path: str | Path, units: Units) -> Boundaries:
    """Read the boundaries of units from GeoJSON: match by P-code, then name within admin 1, then name.

    Parameters
    ----------
    path
        A FeatureCollection of polygons with P-codes or names as COD-AB, geoBoundaries and GADM call them.
    units
        Administrative units, from `onward.simulation.units.units_of`; places and areas have no boundaries.

    Raises
    ------
    ParameterError
        For a file that is no such collection, one of whose units none is of this run, or other kinds of units.
    """
    if units.by not in ("admin1", "admin2"):
        raise ParameterError(f"boundaries: {units.by} has none. Choose admin1 or admin2.")
    features = _features(Path(path))
    level = units.by[-1]
    by_code = {_code(feature, level): feature["geometry"] for feature in features if _code(feature, level)}
    names = [(_name(feature, "1"), _name(feature, level), feature["geometry"]) for feature in features]
    within = {(outer, name): shape for outer, name, shape in names if name}
    once = Counter(name for _, name, _ in names)
    alone = {name: shape for _, name, shape in names if name and once[name] == 1}
    shapes, missing = {}, []
    for row in units.table.iter_rows(named=True):
        name, outer = plain(row[units.by] or ""), plain(row["admin1"] or "")
        shape = by_code.get((row["pcode"] or "").lower()) or within.get((outer, name)) or alone.get(name)
        if shape is None:
            missing.append(row["name"])
        else:
            shapes[row["unit"]] = shape
    if not shapes:
        held = sorted({word for feature in features for word in feature["properties"]})[:12]
        raise ParameterError(
            f"{path}: none of its {len(features)} shapes is a unit of this run by {units.by}. It has the properties "
            f"{', '.join(held)}. Give a file of admin {level} with P-codes or names, or write {units.by}_pcode into "
            "places.csv."
        )
    return Boundaries(shapes, tuple(missing))


def plain(name: str) -> str:
    """Return a name without accents, marks and spaces, in lower case.

    Examples
    --------
    >>> plain("A'zaz"), plain("Ar-Raqqa"), plain("Şanlıurfa")
    ('azaz', 'arraqqa', 'sanlıurfa')
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in decomposed if c.isalnum())


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read ({error.strerror}). Give a GeoJSON file.") from None
    except ValueError as error:
        raise ParameterError(f"{path}: not JSON ({error}). Give a GeoJSON file.") from None
    found = content.get("features") if isinstance(content, dict) else None
    if not isinstance(found, list) or not found:
        raise ParameterError(f"{path}: not a FeatureCollection. Give GeoJSON with one feature a unit.")
    shapes = [
        {"geometry": f["geometry"], "properties": {str(k).lower(): v for k, v in (f.get("properties") or {}).items()}}
        for f in found
        if isinstance(f, dict) and (f.get("geometry") or {}).get("type") in ("Polygon", "MultiPolygon")
    ]
    if not shapes:
        raise ParameterError(f"{path}: it holds no polygons. Give the file of areas, not of lines or points.")
    return shapes


def _code(feature: Mapping[str, Any], level: str) -> str:
    return _first(feature, _CODES, level).lower()


def _name(feature: Mapping[str, Any], level: str) -> str:
    return plain(_first(feature, (*_NAMES, "shapename"), level))


def _first(feature: Mapping[str, Any], keys: tuple[str, ...], level: str) -> str:
    return next((str(v) for key in keys if (v := feature["properties"].get(key.format(level)))), "")
