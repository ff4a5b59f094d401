"""Print how triggers did in a backtest: hits, misses, false alarms and lead time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from onward.cli.errors import STOPPED

if TYPE_CHECKING:
    from rich.console import Console

#: stands for the triggers that each crisis.toml has
OWN = "own"
NOTE = (
    "Hit: it fired, and a count after the origin and within the horizon reached the threshold. Miss: it did not fire, "
    "and one did. False alarm: it fired, and counts stayed below. Quiet: neither. Not observed: nothing was counted "
    "for exactly this unit in that time. Lead: the mean number of days from the forecast of a hit to the count. "
    "Forecasts know nothing after their day, and no parameter comes from this crisis."
)


def trigger_backtest(
    crises: Sequence[str], given: str, origins: int, fresh: bool, *, members: int, seed: int, workers: int
) -> list[dict[str, Any]]:
    """Score the triggers of a file, or each crisis's own, on past forecasts; return a row a trigger and origin."""
    from onward.cli.flee import refuse_flee
    from onward.cli.progress import Bar
    from onward.cli.rolling import cache_folder
    from onward.crisis import read_crisis
    from onward.crisis.triggers import read_triggers
    from onward.errors import ParameterError
    from onward.runs.trigger_backtest import backtest_triggers

    worlds = []
    for name in crises:
        refuse_flee(name)
        crisis = read_crisis(name)
        worlds.append(crisis if given == OWN else read_triggers(Path(given), crisis))
        if not worlds[-1].triggers:
            raise ParameterError(f"{name}: crisis.toml has no [[trigger]]. Write one, or give --triggers FILE.")
    cache = None if fresh else cache_folder() / "triggers"
    rows: list[dict[str, Any]] = []
    try:
        with Bar(shown=sys.stderr.isatty(), unit="origins") as bar:
            for world in worlds:
                rows += backtest_triggers(
                    world, world.triggers, origins=origins, members=members, seed=seed, workers=workers, cache=cache,
                    progress=lambda done, everything: bar("forecast", done, everything),
                )  # fmt: skip
    except KeyboardInterrupt:
        typer.echo("Stopped. The same command resumes." if cache else "Stopped; nothing was kept.", err=True)
        raise typer.Exit(STOPPED) from None
    return rows


def trigger_content(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what ``onward backtest --triggers --json`` prints: scores by crisis and trigger, and all forecasts."""
    return {"triggers": _scores(rows), "forecasts": rows}


def _scores(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    import polars as pl

    from onward.evaluation.triggers import trigger_scores

    kinds = {"trigger": pl.String, "verdict": pl.String, "lead_days": pl.Int64}
    found = []
    for crisis in dict.fromkeys(row["crisis"] for row in rows):
        mine = [[row[name] for name in kinds] for row in rows if row["crisis"] == crisis]
        frame = pl.DataFrame(mine, schema=kinds, orient="row")
        found += [{"crisis": crisis, **score} for score in trigger_scores(frame).to_dicts()]
    return found


def show_trigger_scores(rows: list[dict[str, Any]], console: Console) -> None:
    """Print a row for each crisis and trigger."""
    from onward.cli.printing import print_table

    heads = ["Crisis", "Trigger", "Hits", "Misses", "False alarms", "Quiet", "Not observed", "Lead, days"]
    counted = ("hits", "misses", "false_alarms", "quiet", "not_observed")
    cells = [
        [row["crisis"], row["trigger"], *(str(row[name]) for name in counted),
         "" if row["lead_days"] is None else f"{row['lead_days']:.0f}"]
        for row in _scores(rows)
    ]  # fmt: skip
    print_table(console, "Triggers on past forecasts", heads, cells, NOTE)
