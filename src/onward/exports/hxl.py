"""Export tables as CSV with a row of HXL tags, in a folder or a zip."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl

from onward.crisis import tables as dictionary
from onward.exports.content import Content, line_of
from onward.runs.quantiles import FIGURES

SOURCE, README, PROVENANCE = "provenance", "README.txt", "provenance.json"
_TAGS = {
    "place": "#loc+code", "name": "#loc+name", "district": "#adm2+key", "region": "#adm1+key", "area": "#region+name",
    "country": "#country+code", "admin1": "#adm1+name", "admin1_pcode": "#adm1+code", "admin2": "#adm2+name",
    "admin2_pcode": "#adm2+code", "pcode": "#adm+code", "latitude": "#geo+lat", "longitude": "#geo+lon",
    "places": "#meta+places+num", "date": "#date", "origin": "#loc+origin", "from_place": "#loc+from",
    "to_place": "#loc+to", "gate": "#access+name", "claim": "#meta+id", "words": "#description",
    "indicator": "#indicator+code", "unit": "#indicator+unit",
    "low": "#indicator+min", "high": "#indicator+max", "verdict": "#indicator+status",
    "destination": "#loc+destination", "actor": "#contact+code+actor", "km": "#indicator+num+km",
    "n": "#meta+id+note", "time": "#date+written", "by": "#contact+name", "on": "#meta+subject", "text": "#description",
    "reply": "#meta+id+thread", "resolved": "#status+resolved", "masked": "#meta+masked",
    "room": "#capacity", "probability": "#indicator+probability+filled+simulated",
    "residents": "#population", "hosted_before": "#affected+hosted+before",
    "per_1000_before": "#indicator+per1000+before", "source": "#meta+source", SOURCE: "#meta+source+simulation",
}  # fmt: skip
#: tags of figures that are not displaced people, by the beginning of the column
_OTHERS = {
    "per_1000": "#indicator+per1000",
    "residents": "#population",
    "share": "#capacity+taken",
    "first": "#date+filled",
}
#: attributes of #affected, by table
_PEOPLE = {"stock": "displaced", "displaced": "displaced", "flows": "arrived", "legs": "arrived", "near": "near"}


def tag(table: str, column: str) -> str:
    """Return the HXL tag of a column.

    Examples
    --------
    >>> tag("stock", "p50"), tag("gates", "waiting_mean"), tag("counts", "people"), tag("stock", "place")
    ('#affected+displaced+simulated+p50', '#affected+waiting+simulated+mean', '#affected', '#loc+code')
    """
    what, _, figure = column.rpartition("_")
    if figure in FIGURES and what in _OTHERS:
        return f"{_OTHERS[what]}+simulated+{figure}"
    if figure in FIGURES and table == "claims":
        return f"#indicator+value+simulated+{figure}"
    if figure in FIGURES:
        return f"#affected+{what or _PEOPLE.get(table, 'people')}+simulated+{figure}"
    if table == "counts" and column not in ("masked", SOURCE):
        return next(c.hxl for c in dictionary()["counts"].columns if c.name == column)
    return _TAGS[column]


def write_hxl(content: Content, path: Path) -> None:
    """Write each table as a CSV, with README.txt and provenance.json, to a folder or a zip file."""
    files = {f"{name}.csv": _csv(name, frame, content) for name, frame in content.tables.items()}
    files[README] = "\n".join([*content.notes, *content.warnings, ""])
    files[PROVENANCE] = json.dumps(dict(content.provenance), indent=2) + "\n"
    if ".zip" in path.suffixes:
        with ZipFile(path, "w", ZIP_DEFLATED) as packed:
            for name, text in files.items():
                packed.writestr(name, text)
        return
    path.mkdir()
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8", newline="")


def _csv(name: str, frame: pl.DataFrame, content: Content) -> str:
    line = line_of(content.provenance)
    kinds = {
        "counts": f"Observed; p5, p50 and p95 beside it: {line}",
        "notes": f"Written by reviewers, not simulated. Exported beside a simulation: {line}",
    }
    source = kinds.get(name, line)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = [*frame.columns, SOURCE]
    writer.writerow(columns)
    writer.writerow([tag(name, column) for column in columns])
    for row in frame.iter_rows():
        writer.writerow([*cells(row), source])
    return text.getvalue()


def cells(row: Sequence[Any]) -> list[str]:
    """Return a row's cells as text; a cell that a spreadsheet would run as a formula is prefixed with an apostrophe.

    Examples
    --------
    >>> cells([64000.0, 0.12, None, True, "=1+1"])
    ['64000', '0.12', '', 'yes', "'=1+1"]
    """
    return [_cell(value) for value in row]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.10g}"
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
