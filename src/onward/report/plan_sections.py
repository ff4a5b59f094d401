"""Sections of the report for planners: administrative units, needs, triggers, and reviewers' notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from onward.disclosure import is_ongoing, today, two_digits
from onward.evaluation.triggers import evaluate_triggers
from onward.planning.allowed import allowed_units, default_level
from onward.planning.needs import WHO, needs
from onward.report.choropleth import choropleth_image
from onward.report.host_sections import host_section
from onward.runs.notes import Note, read_notes, resolved
from onward.runs.summary import follows_flee
from onward.runs.tables import displaced_over_time, stock_by_unit
from onward.simulation.run import Run
from onward.simulation.units import Units

#: units of which a table shows needs, and rows of the table of units (own choice: a screen each)
NEEDY, SHOWN = 5, 40
LEVELS = {"place": "place", "area": "area", "admin1": "admin 1", "admin2": "district (admin 2)"}


def plan_sections(run: Run, *, boundaries: str | Path | None = None) -> list[dict[str, Any]]:
    """Return the sections as JSON: id, title, note, tables (title, heads, rows of text), and lines of text.

    Figures have two significant digits. While the crisis is going on no unit is finer than a district, and notes on
    single places and rows are left out. ``boundaries`` is a GeoJSON file of administrative units, for a map. A section
    with nothing in it is left out.
    """
    if run.crisis is None or follows_flee(run.about):
        return [_notes(run)] if _shown_notes(run) else []
    units = allowed_units(run, by=default_level(run))
    finest = allowed_units(run) if not is_ongoing(run.about, today()) else units
    made = [_needs(run, units), host_section(run, units, finest)]
    if units.by != "place":
        image = "" if boundaries is None else choropleth_image(run, boundaries, units)
        made.insert(0, {**_by_unit(run, units), "image": image})
    if run.crisis.triggers or run.about.get("triggers"):
        made.append(_triggers(run))
    if _shown_notes(run):
        made.append(_notes(run))
    return [section for section in made if section["tables"]]


def _by_unit(run: Run, units: Units) -> dict[str, Any]:
    last = stock_by_unit(run, units).filter(pl.col("date") == dt.date.fromisoformat(run.about["end"]))
    named = last.join(units.table, on="unit").filter(pl.col("p95") > 0).sort("p50", "unit", descending=[True, False])
    rows = [
        [row["name"], row["admin1"] if units.by == "admin2" else row["country"], row["pcode"] or "", str(row["places"]),
         _people(row["p50"]), _interval(row)]
        for row in named.head(SHOWN).iter_rows(named=True)
    ]  # fmt: skip
    heads = ["Unit", "Admin 1" if units.by == "admin2" else "Country", "P-code", "Places", "Staying or waiting", "90 %"]
    if not any(row[2] for row in rows):
        heads, rows = [head for head in heads if head != "P-code"], [[*row[:2], *row[3:]] for row in rows]
    lines = ["Only places of the crisis are counted, so a unit's figure is of the places listed in it."]
    twice = 0 if run.crisis is None else run.crisis.table("areas")["place"].is_duplicated().sum()
    if twice:
        lines.append("Areas of this crisis overlap: some places are in more than one. Do not add areas up.")
    note = "Displaced people on the last day. Intervals are of the members' sums over the places of each unit."
    table = {"title": f"By {LEVELS[units.by]}", "heads": heads, "rows": rows}
    return {"id": "units", "title": "By administrative unit", "note": note, "tables": [table], "lines": lines}


def _needs(run: Run, units: Units) -> dict[str, Any]:
    rows = needs(run, units=units)
    most = rows.filter(pl.col("who") == "displaced").unique("unit").sort("people", "unit", descending=[True, False])
    tables, stocked = [], rows["there"].count() > 0
    for unit in most["unit"].head(NEEDY):
        mine = rows.filter(pl.col("unit") == unit)
        people = _people(mine.filter(pl.col("who") == "displaced")["people"].item(0))
        there = ("There", "Gap") if stocked else ()
        heads = ["Item", "Whose need", "Quantity", "90 %", *there, "Standard", "Checked"]
        cells = [
            [item_words(row["item"], row["measure"]), row["who"], _people(row["quantity"]), _interval(row),
             *((_known(row["there"]), _known(row["gap"])) if stocked else ()), row["standard"], row["checked"]]
            for row in mine.iter_rows(named=True)
        ]  # fmt: skip
        tables.append({"title": f"{mine['name'][0]}: {people} displaced people", "heads": heads, "rows": cells})
    note = f"What the people present on the last day need. Units with most displaced people, {NEEDY} at most."
    return {"id": "needs", "title": "What people need", "note": note, "tables": tables,
            "lines": _needs_lines(rows, units, stocked) if rows.height else []}  # fmt: skip


def _needs_lines(rows: pl.DataFrame, units: Units, stocked: bool) -> list[str]:
    """Return what a reader of the tables of needs must know."""
    unsure = [item.replace("_", " ") for item in rows.filter(pl.col("checked") != "text")["item"].unique().sort()]
    whose = "; ".join(f"{name}: {words}" for name, words in WHO.items())
    there = (
        "Available: what stocks.csv lists for the unit, and for places in camps their capacity."
        if stocked
        else "What is available is not known, so no gaps are shown: list it in stocks.csv of the crisis."
    )
    return [
        "Needs follow the people present at the end of the day, not arrivals. Quantities are medians over the "
        "simulated histories, with the 90 % interval; those of a unit are of the histories' sums over its places.",
        f"Whose need. {whose}.",
        there,
        *([f"These standards were not checked against their text of 2018: {', '.join(unsure)}. Check them before you "
           "order supplies by them."] if unsure else []),
        *(["Areas overlap: some places are in more than one. Do not add areas up."] if units.overlapping() else []),
    ]  # fmt: skip


def item_words(item: str, measure: str) -> str:
    """Describe an item with the unit it is counted in, unless its name says it.

    Examples
    --------
    >>> item_words("toilets", "toilets"), item_words("water", "litres a day")
    ('toilets', 'water, litres a day')
    >>> item_words("shelters", "shelters (tents)"), item_words("hospital_beds", "beds")
    ('shelters (tents)', 'hospital beds')
    >>> item_words("water_containers", "containers of 10 to 20 l")
    'water containers of 10 to 20 l'
    """
    words = item.replace("_", " ")
    if measure.startswith(words) or measure.endswith(words) or words.endswith(measure):
        return max(words, measure, key=len)
    start, _, last = words.rpartition(" ")
    if start and measure.startswith(f"{last} "):
        return f"{start} {measure}"
    return f"{words}, {measure}"


def _triggers(run: Run) -> dict[str, Any]:
    rows = run.about.get("triggers") or evaluate_triggers(run)
    if is_ongoing(run.about, today()):
        rows = [row for row in rows if row["by"] in ("admin1", "admin2")]
    cells = [
        [row["name"], f"{row['indicator'].replace('_', ' ')} of {row['unit']}", _people(row["threshold"]),
         f"{row['window']} days" if row["window"] > 1 else "",
         f"{row['horizon']} days" if row["horizon"] else "to the end",
         f"{row['probability']:.0%}", f"{row['asked']:.0%}", f"fires, {row['first_date']}" if row["fired"] else "quiet"]
        for row in rows
    ]  # fmt: skip
    heads = ["Trigger", "Watches", "Threshold", "Summed over", "Within", "Probability", "Asked", "Result"]
    note = "Probability: the share of simulated histories in which the threshold is reached within the horizon."
    tables = [{"title": "Triggers", "heads": heads, "rows": cells}] if cells else []
    return {"id": "triggers", "title": "Triggers", "note": note, "lines": [], "tables": tables}


def _notes(run: Run) -> dict[str, Any]:
    found = _shown_notes(run)
    closed = resolved(found)
    rows = [
        [_subject(run, first.on), _beside(run, first.on), f"{one.time[:10]}, {one.by or 'no name given'}",
         one.text or "closed the thread", _proposed(one.propose), "resolved" if first.n in closed else "open"]
        for first in found if first.reply is None
        for one in found if first.n in (one.n, one.reply)
    ]  # fmt: skip
    heads = ["On", "This run says", "Who, when", "Note", "Proposes", "Thread"]
    note = "What reviewers wrote, next to the simulated figure that they write about. Their words, not the model's."
    return {"id": "notes", "title": "Notes of reviewers", "note": note, "lines": [],
            "tables": [{"title": "Notes of reviewers", "heads": heads, "rows": rows}]}  # fmt: skip


def _shown_notes(run: Run) -> list[Note]:
    found = [] if run.folder is None else read_notes(run.folder)
    fine = not is_ongoing(run.about, today())
    return [note for note in found if fine or not note.on.startswith(("place:", "row:"))]


def _subject(run: Run, on: str) -> str:
    kind, _, name = on.partition(":")
    if kind == "place":
        return str(run.about.get("place_names", {}).get(name, name))
    return {"run": "the run", "row": f"{name.replace(':', '.csv, row ')}"}.get(kind, name)


def _beside(run: Run, on: str) -> str:
    """Return the simulated figure for the subject of a note."""
    kind, _, name = on.partition(":")
    if kind == "place":
        row = run.quantiles("stock", place=name).row(-1, named=True)
        return f"{_people(row['p50'])} displaced people on the last day ({_interval(row)})"
    if kind == "day":
        day = displaced_over_time(run).filter(pl.col("date") == dt.date.fromisoformat(name))
        row = day.row(0, named=True)
        return f"{_people(row['p50'])} people away from home ({_interval(row)})"
    if kind == "claim":
        claim = next((c for c in run.about.get("claims") or [] if c["id"] == name), None)
        return "" if claim is None else f"{claim.get('words', name)}: {claim['verdict']}"
    if kind == "row" and run.crisis is not None:
        table, _, number = name.partition(":")
        cells = run.crisis.table(table).row(int(number) - 2, named=True)
        return ", ".join(f"{key} {value}" for key, value in cells.items() if value is not None)[:200]
    return ""


def _proposed(propose: Mapping[str, Any] | None) -> str:
    return ", ".join(f"{key} {value}" for key, value in (propose or {}).items())


def _people(quantity: float) -> str:
    return f"{two_digits(quantity):,.0f}"


def _interval(row: Mapping[str, Any]) -> str:
    return f"{_people(row['p5'])} – {_people(row['p95'])}"


def _known(quantity: float | None) -> str:
    return "not known" if quantity is None else _people(quantity)
