"""Print what people met: attacks, and ground that an actor held near their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onward.simulation.tables import EXPOSED

if TYPE_CHECKING:
    from rich.console import Console

    from onward.simulation.run import Run


def show_exposure(run: Run, console: Console) -> None:
    """Print person-days under attack, by who holds the place or the road and by where people are on their way."""
    from onward.cli.printing import number, print_table

    medians: dict[str, dict[str, float]] = {}
    for row in run.about["exposure"]:
        medians.setdefault(row["holder"], {})[row["state"]] = row["p50"]
    order = sorted(medians, key=lambda holder: -sum(medians[holder].values()))
    names = actor_names(run)
    rows = [
        [names.get(holder, holder), *(number(medians[holder].get(state, 0.0)) for state in EXPOSED)] for holder in order
    ]
    note = "Each person counts once for each day spent at a place that is attacked on that day; medians over members."
    heads = ["Held by", "Residents", "Displaced", "On the road"]
    print_table(console, "Person-days under attack", heads, rows, note)


def actor_names(run: Run) -> dict[str, str]:
    """Return the name of each actor by its code; empty if the run does not contain its crisis."""
    rows = () if run.crisis is None else run.crisis.table("actors").select("actor", "name").iter_rows()
    return {actor: name for actor, name in rows if name}


def show_near(run: Run, console: Console) -> None:
    """Print how many of those who left home passed near ground that an actor held, and which share of them that is."""
    from onward.cli.printing import interval, number, print_table

    several, names = run.about["members"] > 1, actor_names(run)
    rows = [
        [names.get(row["actor"], row["actor"]), f"{row['km']:g} km", number(row["people"]["p50"]),
         *[interval(row["people"])] * several, f"{row['share']['p50']:.0%}"]
        for row in run.about["near"]
    ]  # fmt: skip
    note = (
        "People who left home and whose home, road or stop lay within this distance of ground that the actor held then."
    )
    heads = ["Ground held by", "Within", "People", *["90 % interval"] * several, "Share"]
    print_table(console, "People who passed near held ground", heads, rows, note)
