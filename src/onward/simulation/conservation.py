"""Check conservation: no member loses or creates people from one day to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from onward.errors import SimulationError

if TYPE_CHECKING:
    from onward.simulation.run import Run

#: the relative loss of people that rounding may cause in *expected*
ROUNDING = 1e-6


def check_conservation(run: Run, *, grows: bool = False) -> int:
    """Check that a run holds the same people on every day; return their number (rounded mean over members).

    Parameters
    ----------
    run
        A run with the table ``stock`` (and ``movements``, if ``grows``).
    grows
        Whether people enter the run when they leave home, as under Flee's rules; else all are there from the first day.

    Raises
    ------
    SimulationError
        Naming the member that holds different numbers of people on different days.
    """
    total = total_people(run, less_left_home=grows)
    slack = 0.0 if total.schema["least"].is_integer() else ROUNDING
    wrong = total.filter(pl.col("most") - pl.col("least") > slack * pl.col("last"))
    if wrong.height:
        member, least, most, _ = wrong.row(0)
        entered = ", less those who left home by then" if grows else ""
        raise SimulationError(
            f"member {member} holds between {least} and {most} people on different days{entered}; nobody may "
            "be lost or added. This is a fault in Onward: please report it with the crisis and the command."
        )
    mean: Any = total["last"].mean()
    return round(mean or 0)


def total_people(run: Run, *, less_left_home: bool = False) -> pl.DataFrame:
    """Return the number of people in all states: member, minimum and maximum over the days, and last.

    ``less_left_home`` takes those who have left home by a day off its least and most: under Flee's rules people enter
    the run when they leave home.
    """
    daily = run.tables["stock"].group_by("member", "date").agg(pl.col("people").sum()).collect()
    people = pl.col("people")
    if less_left_home:
        left = run.tables["movements"].filter(pl.col("movement").cast(pl.String) == "left_home")
        new = left.group_by("member", "date").agg(pl.col("people").sum().alias("new")).collect()
        daily = daily.join(new, on=["member", "date"], how="left").sort("member", "date")
        people = people - pl.col("new").fill_null(0).cum_sum().over("member")
    ends = daily.sort("member", "date").with_columns(people.alias("left")).group_by("member")
    last = pl.col("people").last().alias("last")
    return ends.agg(pl.col("left").min().alias("least"), pl.col("left").max().alias("most"), last).sort("member")
