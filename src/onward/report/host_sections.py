"""The section of the report on hosts: people by residents, and room that is filled, with the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from onward.disclosure import two_digits
from onward.planning.hosts import filled, host_countries, hosts
from onward.simulation.run import Run
from onward.simulation.units import Units

#: rows of each table (own choice: a screen)
SHOWN = 15
LEVELS = ("p5", "p50", "p95")
NOTE = "Displaced people with hosts and in camps on the last day, and the residents who are at home."
LINES = (
    "Per 1,000: people with hosts for each 1,000 residents at home, of the listed places of the unit; quantiles are of "
    "the members' ratios. Towns that the crisis does not list host nobody here.",
)
FILLED = (
    "Room: how many people a place or unit has space for. Filled: the share of simulated histories in which as many "
    "stay there; day: the median first such day of those histories, with nine in ten in brackets. Those who wait at "
    "gates are not counted."
)


def host_section(run: Run, units: Units, finest: Units) -> dict[str, Any]:
    """Return the section as the report's data hold it; ``finest`` are the smallest units that may be shown."""
    pressed, room = hosts(run, units), filled(run, finest)
    cells = [
        [row["name"], _one(row["residents_p50"]), _one(row["hosted_p50"]), _range(row, "hosted"),
         "nobody at home" if row["per_1000_p50"] is None else _one(row["per_1000_p50"]),
         "" if row["per_1000_p50"] is None else _range(row, "per_1000"), _one(row["camps_p50"]), _range(row, "camps")]
        for row in pressed.head(SHOWN).iter_rows(named=True)
    ]  # fmt: skip
    heads = [
        "Unit",
        "Residents of listed places",
        "With hosts",
        "90 %",
        "Per 1,000 of these",
        "90 %",
        "In camps",
        "90 %",
    ]
    tables = [{"title": "People with hosts and residents", "heads": heads, "rows": cells}] if cells else []
    tables += _countries(run)
    if room.height:
        heads = ["Place" if finest.by == "place" else "Unit", "Room", "Taken on the last day", "90 %", "Filled", "Day"]
        rows = [_room(row) for row in room.head(SHOWN).iter_rows(named=True)]
        tables.append({"title": "Room, and when it is filled", "heads": heads, "rows": rows})
    more = room.filter(pl.col("probability") > 0).height
    said = (
        [FILLED, f"{more} of {room.height} with room of known size are filled in some history."] if room.height else []
    )
    return {"id": "hosts", "title": "Hosts and room", "note": NOTE, "tables": tables, "lines": [*LINES, *said]}


def _countries(run: Run) -> list[dict[str, Any]]:
    """Return the table of countries that host displaced people; none if the crisis does not say whom they host."""
    rows = [
        [row["country"], f"{row['residents']:,}", f"{row['hosted_before']:,}", f"{row['per_1000_before']:.1f}",
         country_people(row), f"{row['per_1000_p50']:.1f}", f"{row['per_1000_p5']:.1f} – {row['per_1000_p95']:.1f}",
         row["source"] or "no source named"]
        for row in host_countries(run).iter_rows(named=True)
    ]  # fmt: skip
    heads = ["Country", "Residents", "Hosted before", "Per 1,000", "Hosted on the last day (90 %)", "Per 1,000", "90 %",
             "Source of the first figures"]  # fmt: skip
    return [{"title": "Host countries as a whole", "heads": heads, "rows": rows}] if rows else []


def country_people(row: Mapping[str, Any]) -> str:
    """Return whom a country hosts on the last day: those before, and the simulated change, to two digits each.

    >>> country_people({"hosted_before": 2_503_426, "hosted_p5": 2_500_000.0, "hosted_p50": 2_512_000.0,
    ...                 "hosted_p95": 2_530_000.0})
    '2,503,426 + 8,600 (−3,400 – 27,000)'
    """
    change = [row[f"hosted_{level}"] - row["hosted_before"] for level in LEVELS]
    low, middle, high = (f"{'−' if value < 0 else ''}{_one(abs(value))}" for value in change)
    sign = "−" if middle.startswith("−") else "+"
    return f"{row['hosted_before']:,} {sign} {middle.lstrip('−')} ({low} – {high})"


def _room(row: Mapping[str, Any]) -> list[str]:
    share = [f"{row[f'share_{level}']:.0%}" for level in LEVELS]
    return [
        row["name"],
        _one(row["room"]),
        share[1],
        f"{share[0]} – {share[2]}",
        chance(row["probability"]),
        day_words(row),
    ]


def chance(probability: float) -> str:
    """Return a share of histories in words.

    >>> chance(0.0), chance(0.5), chance(1.0)
    ('in no history', 'in 50% of histories', 'in all histories')
    """
    return {0.0: "in no history", 1.0: "in all histories"}.get(probability, f"in {probability:.0%} of histories")


def day_words(row: Mapping[str, Any]) -> str:
    """Return the median first full day with its interval; empty if there is none."""
    if row["first_p50"] is None:
        return ""
    low, middle, high = (row[f"first_{level}"] for level in LEVELS)
    return f"{_day(middle)} {middle.year}" + (f" ({_day(low)} to {_day(high)})" if low != high else "")


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%b}"


def _one(people: float) -> str:
    return f"{two_digits(people):,.0f}"


def _range(row: Mapping[str, Any], name: str) -> str:
    return f"{_one(row[f'{name}_p5'])} – {_one(row[f'{name}_p95'])}"
