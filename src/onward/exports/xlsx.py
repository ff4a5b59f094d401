"""Export a run as a workbook (extra ``xlsx``): an introduction sheet, then one sheet a table."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from onward.exports.content import Content
from onward.runs.quantiles import FIGURES

#: write text that begins with = as text, and create no links
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
#: the most rows of a sheet in spreadsheets, without the header
MOST_ROWS = 1_048_575
_TITLES = {
    "stock": "Stock by day", "displaced": "Displaced by day", "flows": "From where to where", "gates": "Gates by day",
    "claims": "Claims", "counts": "Counts (observed)", "legs": "Legs", "near": "Near held ground",
    "notes": "Notes of reviewers", "hosts": "Hosts", "host_countries": "Host countries",
    "room": "Room",
}  # fmt: skip


def write_workbook(content: Content, path: Path) -> None:
    """Write an export as a workbook."""
    library: Any = import_module("xlsxwriter")  # it has no types
    with library.Workbook(str(path), SAFE) as book:
        _write_readme(book, content)
        last = content.tables["stock"].filter(pl.col("date") == content.stock.days[-1]).sort("p50", descending=True)
        _write_table(book, "Stock on the last day", last)
        for name, frame in content.tables.items():
            _write_table(book, _TITLES[name], frame.head(MOST_ROWS))


def _write_readme(book: Any, content: Content) -> None:
    sheet = book.add_worksheet("Read me")
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 100, wrapped)
    sheet.write_string(0, 0, content.provenance["title"], bold)
    row = 2
    for name, value in content.provenance.items():
        sheet.write_string(row, 0, name.replace("_", " "), bold)
        sheet.write_string(row, 1, value)
        row += 1
    for line in (*content.warnings, *content.notes):
        row += 1
        sheet.write_string(row, 1, line)


def _write_table(book: Any, title: str, frame: pl.DataFrame) -> None:
    figures = [column for column in frame.columns if column.rpartition("_")[2] in FIGURES]
    formats: Any = {
        column: "yyyy-mm-dd" if kind == pl.Date else "0%"
        for column, kind in frame.schema.items()
        if kind == pl.Date or column.startswith("share_")
    }
    frame.write_excel(
        book,
        title,
        table_style="Table Style Light 1",
        column_formats={**dict.fromkeys(figures, "#,##0"), **formats},
        freeze_panes=(1, 0),
        autofit=frame.height < 20_000,  # it measures every cell
    )
