"""The section of the report about why people leave a place, or stay: the hazard by place and cause."""

from __future__ import annotations

from typing import Any

from onward.crisis import Crisis
from onward.runs.explain import hazard_rows
from onward.runs.summary import follows_flee
from onward.simulation.run import Run

#: places that are listed (own choice)
SHOWN = 25
PARTS = ("reached", "habituation", "dilution", "front", "takeover", "encirclement", "total")
NOTE = (
    "The hazard of leaving home for each cause, per 1,000 people and day: the mean over the period in the first "
    "simulated history, before the day's shocks and closed routes. At a hazard of 10, about 10 of 1,000 "
    "people leave a day; at a high hazard fewer than it says, since nobody leaves twice."
)
LINES = (
    "Attacks: their fright before anything else. Used to: what people who are used to attacks do not feel. Size: what "
    "a large place takes off, or a small one adds. The three add up to the fright that is felt.",
    "Front: fighting that comes closer by road. Takeover: a feared actor takes the place. Encircled: the place is "
    "being cut off.",
)
HEADS = ("Place", "Attacks", "Used to", "Size", "Front", "Takeover", "Encircled", "In all")


def why_section(run: Run, crisis: Crisis, *, districts: bool) -> list[dict[str, Any]]:
    """Return the section in the form of the report's data.

    None under Flee's rules, where only districts are shown, and for parameters from a posterior, which the run does not
    store.
    """
    if districts or follows_flee(run.about) or run.about["parameters"] not in ("fixed", "prior"):
        return []
    rows = [row for row in hazard_rows(run, crisis, 0) if row["total"] > 0]
    cells = [
        [crisis.place_names.get(row["place"], row["place"]), *(f"{1000 * row[part]:.1f}" for part in PARTS)]
        for row in rows[:SHOWN]
    ]
    table = {"title": "Hazard by place and cause", "heads": list(HEADS), "rows": cells}
    more = len(rows) - SHOWN
    rest = [f"{more} more places are in `onward explain RUN --json`."] if more > 0 else []
    section = {"id": "why", "title": "Why people leave, or do not", "note": NOTE, "tables": [table]}
    return [{**section, "lines": [*LINES, *rest]}] if cells else []
