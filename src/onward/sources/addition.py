"""The result of an importer: rows to add, their provenance, and what was left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from onward.crisis.convert import dtype
from onward.crisis.crisis import Crisis, crisis_from_tables
from onward.crisis.schema import tables

#: parts the codes in a source cell
CODES = ";"
#: Latin letters that Unicode does not take apart into a letter and a mark
UNDECOMPOSED = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss"})


@dataclass
class Addition:
    """Rows for a crisis, with the notes that the command line prints.

    Parameters
    ----------
    publisher
        Who published the records.
    tables
        Rows by table, as mappings of the dictionary's columns.
    provenance
        Rows of the provenance table: one for each record that was used.
    taken, merged, dropped
        Lines for people: what was taken over, put together, left out and why.
    without
        Rows of the crisis, by table, that give way to the new ones.
    """

    publisher: str
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    provenance: list[dict[str, Any]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    without: dict[str, pl.Expr] = field(default_factory=dict)

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """Add a row to a table."""
        self.tables.setdefault(table, []).append(dict(row))

    def record(self, code: str, path: Path, row: int, record: str | None = None) -> str:
        """Remember the record of a file under a code, and return the code."""
        origin = {"source": code, "publisher": self.publisher, "file": path.name, "row": row, "record": record}
        self.provenance.append(origin)
        return code

    def drop(self, number: int, why: str) -> None:
        """Note that records were left out, if there were any."""
        if number:
            self.dropped.append(f"{number} {why}")


def add_to(crisis: Crisis, addition: Addition) -> Crisis:
    """Return the crisis with the rows of an addition; rows of the same key or source give way to the new ones.

    Importing a file again therefore changes nothing.

    Parameters
    ----------
    crisis
        As it is now.
    addition
        From an importer.

    Returns
    -------
    Crisis
        Checked as a whole.
    """
    new = {**addition.tables, "provenance": addition.provenance}
    merged = dict(crisis.tables)
    for name, gone in addition.without.items():
        merged[name] = merged[name].filter(~gone)
    for name, rows in new.items():
        if rows:
            merged[name] = _merge(name, merged[name], frame_of(name, rows))
    header = crisis.header()
    if addition.publisher not in crisis.sources:
        header["sources"] = [*crisis.sources, addition.publisher]
    return crisis_from_tables(header, merged)


def frame_of(table: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a frame with the columns and types of the dictionary."""
    columns = tables()[table].columns
    cells = {column.name: [row.get(column.name) for row in rows] for column in columns}
    return pl.DataFrame(cells, schema={column.name: dtype(column) for column in columns}, strict=False)


def _merge(name: str, old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    key = tables()[name].key
    new = new.unique(key or None, keep="last", maintain_order=True)
    if key:
        kept = old.join(new, on=key, how="anti", nulls_equal=True)
    elif name == "routes":
        ends = pl.concat_list(pl.col("place1", "place2")).list.sort().list.join("\0")
        kept = old.filter(~ends.is_in(new.select(ends).to_series().implode()))
    else:
        kept = old.filter(~pl.col("source").is_in(new["source"].drop_nulls().implode()).fill_null(False))
    return pl.concat([kept, new.select(old.columns)], how="vertical_relaxed")


def codes(sources: Iterable[str | None]) -> str:
    """Return the codes of several source cells in one, each once, in order.

    >>> codes(["a;b", None, "b"])
    'a;b'
    """
    words = (word for cell in sources if cell for word in cell.split(CODES))
    return CODES.join(dict.fromkeys(words))


def short_name(name: str) -> str:
    """Return a short name made of a name as people write it, in ASCII letters, digits and underscores.

    >>> short_name("Bāb as-Salāma")
    'bab_as_salama'
    """
    plain = unicodedata.normalize("NFKD", name.translate(UNDECOMPOSED)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_") or "place"


def different(names: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """Return short names for names, all different and none of those already taken.

    >>> different(["Fassala-Mbera", "Fassala Mbera"])
    ['fassala_mbera', 'fassala_mbera_2']
    """
    used, result = set(taken), []
    for name in names:
        base = word = short_name(name)
        n = 1
        while word in used:
            n += 1
            word = f"{base}_{n}"
        used.add(word)
        result.append(word)
    return result
