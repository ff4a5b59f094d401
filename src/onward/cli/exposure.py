"""Print what people met: attacks, and ground that an actor held near their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onward.simulation.tables import EXPOSED

if TYPE_CHECKING:
    from rich.console import Console

    from onward.simulation.run import Run


def show_exposure(run: Run, console: Console) -> None:
    """Print people-days under attack, by who holds the place or the road and by where people are on their way."""
    from onward.cli.terminal import number, print_table

    medians: dict[str, dict[str, float]] = {}
    for row in run.about["exposure"]:
        medians.setdefault(row["holder"], {})[row["state"]] = row["p50"]
    order = sorted(medians, key=lambda holder: -sum(medians[holder].values()))
    rows = [[holder, *(number(medians[holder].get(state, 0.0)) for state in EXPOSED)] for holder in order]
    note = "A person at a place for a day with an attack on it counts once; medians over members."
    heads = ["Held by", "Residents", "Displaced", "Under way"]
    print_table(console, "People-days under attack", heads, rows, note)


def show_near(run: Run, console: Console) -> None:
    """Print how many of those who left home passed near ground that an actor held, and which share of them that is."""
    from onward.cli.terminal import interval, number, print_table

    several = run.about["members"] > 1
    rows = [
        [row["actor"], f"{row['km']:g} km", number(row["people"]["p50"]), *[interval(row["people"])] * several,
         f"{row['share']['p50']:.0%}"]
        for row in run.about["near"]
    ]  # fmt: skip
    note = "Those who left home, whose home, way or stop lay so near ground that the actor held while they were there."
    heads = ["Ground held by", "Within", "People", *["90 % interval"] * several, "Share"]
    print_table(console, "People who passed near", heads, rows, note)
