"""The section of the report about why people leave a place, or stay: the hazard by place and cause."""

from __future__ import annotations

from typing import Any

from onward.crisis import Crisis
from onward.errors import OnwardError
from onward.runs.explain import hazard_rows, known_days
from onward.runs.settings import same_model
from onward.runs.summary import follows_flee
from onward.simulation.run import Run

#: places that are listed (own choice)
SHOWN = 25
#: the hazard a person and day that is worth a line: one in 2,000 people a day (own choice)
LEAST = 0.0005
PARTS = ("reached", "habituation", "dilution", "front", "takeover", "encirclement", "total")
NOTE = (
    "The hazard of leaving home for each cause, per 1,000 people and day: the mean over {days} in the first "
    "simulated history, worked out from the run's own crisis and parameters, before the day's shocks and closed "
    "routes. At a hazard of 10, about 10 of 1,000 people leave a day; at a high hazard fewer than that, since "
    "nobody leaves home twice in a day."
)
LINES = (
    "Attacks: the hazard from attacks before the next two columns. Habituation: less, because people are used to "
    "attacks. Size: less in a large place, more in a small one. The sum of these three is the hazard from attacks.",
    "Front: fighting that comes closer by road. Takeover: a feared actor takes the place. Encircled: the roads out are "
    "being cut.",
)
SECTION = {"id": "why", "title": "Why people leave, or do not"}
OTHER_MODEL = " The run was made by another version of the model than the one installed now, which made this table."
HEADS = ("Place", "Attacks", "Habituation", "Size", "Front", "Takeover", "Encircled", "Total")


def why_section(run: Run, crisis: Crisis, *, districts: bool) -> list[dict[str, Any]]:
    """Return the section in the form of the report's data.

    None under Flee's rules and where only districts are shown. Where what members drew cannot be known any more, the
    section says so and has no table.
    """
    if districts or follows_flee(run.about):
        return []
    try:
        every = [row for row in hazard_rows(run, crisis, 0) if row["total"] > 0]
    except OnwardError as error:
        return [{**SECTION, "note": f"This table cannot be made: {error}", "tables": [], "lines": []}]
    shown = [row for row in every[:SHOWN] if row["total"] >= LEAST]
    cells = [
        [crisis.place_names.get(row["place"], row["place"]), *(f"{1000 * row[part]:.1f}" for part in PARTS)]
        for row in shown
    ]
    table = {"title": "Hazard by place and cause", "heads": list(HEADS), "rows": cells}
    more = len(every) - len(shown)
    rest = [f"{more} more places, with less, are listed by the command onward explain RUN --json."] if more else []
    return [{**SECTION, "note": _note(run), "tables": [table], "lines": [*LINES, *rest]}] if cells else []


def _note(run: Run) -> str:
    """Return what the table shows, of which days, and by which parameters and version it was worked out."""
    days = "the period"
    if known_days(run) < int(run.about["days"]):
        days = f"the days to {run.about['forecast']['origin']}, whose attacks are known"
    return NOTE.format(days=days) + ("" if same_model(run.about) else OTHER_MODEL)
