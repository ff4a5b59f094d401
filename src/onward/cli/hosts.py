"""Print who hosts displaced people: units by their residents, and whole countries."""

from __future__ import annotations

import polars as pl
from rich.console import Console
from rich.text import Text

from onward.planning.allowed import allowed_units
from onward.planning.hosts import filled, host_countries, hosts
from onward.report.host_sections import chance, country_people, day_words
from onward.runs.summary import follows_flee
from onward.simulation.run import Run
from onward.simulation.units import finest_level

#: units that the summary of a run names (own choice: two lines)
NAMED = 3


def show_hosts(run: Run, console: Console) -> None:
    """Print the units that host most displaced people for their residents, what countries host, and which room is full.

    Nothing for a run that does not know its crisis, or in which nobody is with hosts.
    """
    if run.crisis is None or follows_flee(run.about):
        return
    lines = [line for line in (_most_pressed(run), *_countries(run), _filled(run)) if line]
    for line in lines:
        console.print(Text(line))
    if lines:
        note = (
            "Residents are people at home in the places of the crisis. `onward needs` lists all units and their room.\n"
        )
        console.print(Text(note, style="dim"))


def show_host_countries(run: Run, console: Console) -> None:
    """Print whom whole countries hosted before the run and host on its last day; nothing if the crisis does not say."""
    lines = _countries(run)
    if lines:
        console.print(Text("\nHost countries on the last day", style="bold"))
        for line in lines:
            console.print(Text(line))
        note = "From host_countries.csv; + and - are the simulated change at the country's listed places."
        console.print(Text(note, style="dim"))


def _most_pressed(run: Run) -> str:
    from onward.cli.printing import number

    level = finest_level(run)
    if level is None:
        return ""
    rows = hosts(run, allowed_units(run, by=level)).drop_nulls("per_1000_p50").sort("per_1000_p50", descending=True)
    said = [
        f"{row['name']} {number(row['per_1000_p50'])} ({number(row['per_1000_p5'])} – {number(row['per_1000_p95'])})"
        for row in rows.head(NAMED).iter_rows(named=True)
        if row["hosted_p50"] >= 1
    ]
    return f"Places with the most displaced people with hosts per 1,000 residents: {'; '.join(said)}." if said else ""


def _filled(run: Run) -> str:
    """Return where the room is filled by those who stay, in how many histories and when; the likeliest first."""
    from onward.cli.printing import number

    rows = filled(run, allowed_units(run)).filter(pl.col("probability") > 0)
    rows = rows.sort("probability", "unit", descending=[True, False])
    said = [
        f"{row['name']} (room for {number(row['room'])}) {chance(row['probability'])}, on {day_words(row)}"
        for row in rows.head(NAMED).iter_rows(named=True)
    ]
    more = f"; {rows.height - NAMED} more" if rows.height > NAMED else ""
    return f"Places that are full, with the first day: {'; '.join(said)}{more}." if said else ""


def _countries(run: Run) -> list[str]:
    return [
        f"{row['country']} hosts {country_people(row)} displaced people: {row['per_1000_p50']:.1f} per 1,000 "
        f"residents of the country, {row['per_1000_before']:.1f} before."
        for row in host_countries(run).iter_rows(named=True)
    ]
