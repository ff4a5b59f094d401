"""The data dictionary: tables and columns of a crisis, read from ``tables/*.csv``.

Code, checks and reference pages are all made from these files; nothing else says what a column is.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "places": ("place",),
        "areas": ("area", "place"),
        "routes": (),
        "control": ("place", "start"),
        "actors": ("actor",),
        "groups": ("place", "group"),
        "fears": ("group", "actor"),
        "events": (),
        "closures": (),
        "counts": (),
        "claims": ("claim",),
        "provenance": ("source",),
        "standards": ("item", "phase", "who"),
        "stocks": (),
        "demography": ("place", "sex", "age_low"),
        "host_countries": ("country",),
    }
)
"""The tables of a crisis in reading order, and the columns no two rows of each may share (none: all)."""

REQUIRED_TABLES = ("places", "routes")
"""Tables a crisis cannot do without; all others may be missing or empty."""

REFERENCES: Mapping[str, str] = MappingProxyType(
    {"place": "places", "area": "areas", "actor": "actors", "group": "groups"}
)
"""Column types that name a row of another table; the type is also the name of the column that is meant."""


@dataclass(frozen=True)
class Column:
    """One column of a table, as the data dictionary describes it.

    Parameters
    ----------
    name
        Header of the column.
    type
        One of key, text, date, number, whole, share, yes_no, place, area, actor, group, choice.
    unit
        Unit of a number, or empty.
    low, high
        Inclusive bounds of a number; None where there is none.
    required
        Whether each row needs it.
    default
        What an empty cell means, as text; None where a gap stays a gap.
    choices
        The words allowed in a column of type choice.
    meaning, hxl
        A sentence for people, and the tag of the Humanitarian Exchange Language.
    """

    name: str
    type: str
    unit: str
    low: float | None
    high: float | None
    required: bool
    default: str | None
    choices: tuple[str, ...]
    meaning: str
    hxl: str


@dataclass(frozen=True)
class Table:
    """One table of a crisis: its columns in order, and those that identify a row.

    Examples
    --------
    >>> tables()["places"].key
    ('place',)
    >>> tables()["routes"].column("distance_km").unit
    'km'
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all columns, in the order of the dictionary."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> bool:
        """Return whether a crisis must have this table, with at least one row."""
        return self.name in REQUIRED_TABLES

    def column(self, name: str) -> Column:
        """Return the column called `name`."""
        return next(column for column in self.columns if column.name == name)


@cache
def tables() -> Mapping[str, Table]:
    """Return all tables of a crisis by name, in reading order.

    Examples
    --------
    >>> list(tables())[:3]
    ['places', 'areas', 'routes']
    """
    return MappingProxyType({name: _read_table(name) for name in KEYS})


def _read_table(name: str) -> Table:
    text = (files("onward.crisis") / "tables" / f"{name}.csv").read_text(encoding="utf-8")
    return Table(name, tuple(_column(row) for row in csv.DictReader(text.splitlines())), KEYS[name])


def _column(row: dict[str, str]) -> Column:
    kind, _, choices = row["type"].partition(":")
    low, _, high = row["range"].partition("..")
    return Column(
        name=row["column"],
        type=kind,
        unit=row["unit"],
        low=float(low) if low else None,
        high=float(high) if high else None,
        required=row["required"] == "yes",
        default=row["default"] or None,
        choices=tuple(choices.split("|")) if choices else (),
        meaning=row["meaning"],
        hxl=row["hxl"],
    )
