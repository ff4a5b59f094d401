"""Needs as a file: CSV with a row of HXL tags, or a workbook (extra ``xlsx``)."""

from __future__ import annotations

import csv
import io
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from onward import disclosure
from onward.errors import ParameterError, RunFolderError
from onward.exports.content import line_of, provenance
from onward.exports.hxl import cells
from onward.exports.xlsx import SAFE
from onward.planning.needs import WHO
from onward.runs.checkpoint import write_whole
from onward.simulation.run import Run
from onward.simulation.units import Units

SIMULATED = ("quantity", "p5", "p50", "p95", "people", "gap")
_TAGS = {
    "unit": "#loc+code", "name": "#loc+name", "country": "#country+code", "admin1": "#adm1+name",
    "admin1_pcode": "#adm1+code", "admin2": "#adm2+name", "admin2_pcode": "#adm2+code", "date": "#date",
    "item": "#item+code", "who": "#affected+type", "measure": "#item+unit", "quantity": "#item+needed+simulated",
    "p5": "#item+needed+simulated+p5", "p50": "#item+needed+simulated+p50", "p95": "#item+needed+simulated+p95",
    "people": "#affected+simulated", "there": "#item+available", "gap": "#item+gap+simulated",
    "share": "#affected+share+simulated", "standard": "#meta+standard", "checked": "#meta+status",
    "provenance": "#meta+source+simulation",
}  # fmt: skip


def write_needs(rows: pl.DataFrame, run: Run, units: Units, path: str | Path, *, quantile: float) -> Path:
    """Write needs to a file that ends in ``.csv`` or ``.xlsx``; simulated figures have two significant digits.

    Parameters
    ----------
    rows, run, units
        From `onward.planning.needs.needs`, the run they are of, and the units they are by.
    path
        Where to; an older file is replaced, in whole or not at all.
    quantile
        What ``quantity`` and ``gap`` plan for.
    """
    path = Path(path)
    if path.suffix not in (".csv", ".xlsx"):
        raise ParameterError(f"{path}: give a name that ends in .csv or .xlsx.")
    if not path.parent.is_dir():
        raise RunFolderError(f"{path.parent}: there is no such folder. Make it, or give another path.")
    shown = _shown(rows, units)
    if path.suffix == ".csv":
        write_whole(path, _csv(shown, run))
    else:
        _write_workbook(shown, run, path, notes_on(rows, units, quantile))
    return path


def notes_on(rows: pl.DataFrame, units: Units, quantile: float) -> list[str]:
    """Return what a reader of needs must know."""
    unsure = rows.filter(pl.col("checked") != "text")["item"].unique().sort().to_list()
    twice = units.overlapping()
    whose = "; ".join(f"{name}: {words}" for name, words in WHO.items())
    return [
        f"{disclosure.SIMULATED} Needs follow the people present at the end of a day, not arrivals.",
        f"quantity and gap are for the {100 * quantile:g} % quantile over members; p5 to p95 is the 90 % interval. "
        "Quantiles of a unit are of the members' sums over its places.",
        f"who: whose need it is. {whose}. share: their share of the displaced people of the unit.",
        "there: what stocks.csv lists as available, and for places in camps their capacity; an empty cell means "
        "that it is not known, and then the gap is not known either. Stocks of a unit count for all its people.",
        *([f"These standards were not checked against their text of 2018: {', '.join(unsure)}. Check them before you "
           "order supplies by them."]
          if unsure else []),
        *([f"Areas overlap: {len(twice)} places are in more than one. Do not add areas up."] if twice else []),
    ]  # fmt: skip


def _shown(rows: pl.DataFrame, units: Units) -> pl.DataFrame:
    admin = ("country", "admin1", "admin1_pcode", "admin2", "admin2_pcode")
    named = rows.join(units.table.select("unit", *admin), on="unit", how="left", maintain_order="left")
    rounded = disclosure.rounded(named, list(SIMULATED)).with_columns(pl.col("share").round(2))
    return rounded.select("unit", "name", *admin, *[c for c in rows.columns if c not in ("unit", "name")])


def _csv(rows: pl.DataFrame, run: Run) -> str:
    text, line = io.StringIO(), line_of(provenance(run))
    writer = csv.writer(text, lineterminator="\n")
    columns = [*rows.columns, "provenance"]
    writer.writerow(columns)
    writer.writerow([_TAGS[column] for column in columns])
    for row in rows.iter_rows():
        writer.writerow([*cells(row), line])
    return text.getvalue()


def _write_workbook(rows: pl.DataFrame, run: Run, path: Path, notes: list[str]) -> None:
    try:
        library: Any = import_module("xlsxwriter")  # it has no types
    except ImportError:
        raise ParameterError('a workbook needs xlsxwriter. Install it with: pip install "onward[xlsx]"') from None
    new = path.with_name(f".{path.name}.new")
    with library.Workbook(str(new), SAFE) as book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        number, wrapped = book.add_format({"num_format": "#,##0.##"}), book.add_format({"text_wrap": True})
        about = book.add_worksheet("Read me")
        about.set_column(0, 0, 120, wrapped)
        for n, line in enumerate([run.about["title"], line_of(provenance(run)), *notes]):
            about.write_string(n, 0, str(line), bold if n == 0 else wrapped)
        sheet = book.add_worksheet("Needs")
        sheet.freeze_panes(2, 0)
        for column, name in enumerate(rows.columns):
            sheet.set_column(column, column, {"standard": 60, "name": 22, "unit": 24}.get(name, 13))
            sheet.write_string(0, column, name, bold)
            sheet.write_string(1, column, _TAGS[name])
            for n, value in enumerate(rows[name], start=2):
                if name == "date":
                    sheet.write_datetime(n, column, value, day)
                elif isinstance(value, float):
                    sheet.write_number(n, column, value, number)
                elif value is not None:
                    sheet.write_string(n, column, str(value))
        sheet.autofilter(1, 0, rows.height + 1, len(rows.columns) - 1)
    new.replace(path)
