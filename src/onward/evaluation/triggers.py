"""Evaluate whether and when triggers fire in a run, and score them against counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.crisis.triggers import FLOWS, Trigger
from onward.errors import ParameterError
from onward.simulation.run import Run
from onward.simulation.units import BY, units_of
from onward.typing import Floats

#: indicators that are scored against counts of the same name
COUNTED = ("stock", "arrivals", "departures", "displaced", "returned")


def evaluate_triggers(
    run: Run, triggers: Sequence[Trigger] | None = None, *, origin: dt.date | None = None
) -> list[dict[str, Any]]:
    """Return for each trigger whether it fires in a run, when, and with what probability.

    Parameters
    ----------
    run
        A run that knows its crisis.
    triggers
        Those of its crisis if None.
    origin
        The last day that was known: days after it count. None: all days count, from the first.

    Returns
    -------
    list of dict
        name, indicator, unit, by, threshold, window, horizon and asked (the probability the trigger asks for), as the
        trigger has them; probability (share of members that reach the threshold within the horizon, 0 to 1), fired
        (probability is at least what was asked), first_date (the first day by which that many members have reached it;
        None if it does not fire).

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate("daraa-2018", members=2, seed=1)
    >>> full = Trigger(name="strip", indicator="stock", unit="quneitra_strip", threshold=10.0, probability=0.5)
    >>> result = evaluate_triggers(run, [full])[0]
    >>> result["fired"], result["probability"]
    (True, 1.0)
    """
    if triggers is None:
        triggers = () if run.crisis is None else run.crisis.triggers
    return [_evaluate(run, trigger, origin) for trigger in triggers]


def score_triggers(
    forecasts: Iterable[tuple[dt.date, Run]], crisis: Crisis, triggers: Sequence[Trigger]
) -> pl.DataFrame:
    """Score triggers against what was counted after each origin of a backtest.

    Parameters
    ----------
    forecasts
        Origins, and runs that know nothing after them.
    crisis
        The crisis with all its counts.
    triggers
        What to judge; each needs an indicator that is counted: stock, arrivals, departures, displaced or returned.

    Returns
    -------
    polars.DataFrame
        A row a trigger and origin: trigger, origin, probability, fired, first_date, observed (whether a count after the
        origin and within the horizon reached the threshold; null where nothing was counted), observed_date, verdict
        (``hit``, ``miss``, ``false alarm``, ``quiet``, ``not observed``) and lead_days (of a hit: days from the origin,
        when the warning is given, to the observed day).
    """
    rows = [_judge(run, trigger, crisis, origin) for origin, run in forecasts for trigger in triggers]
    kinds = {
        "trigger": pl.String, "origin": pl.Date, "probability": pl.Float64, "fired": pl.Boolean, "first_date": pl.Date,
        "observed": pl.Boolean, "observed_date": pl.Date, "verdict": pl.String, "lead_days": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=kinds, orient="row")


def trigger_scores(rows: pl.DataFrame) -> pl.DataFrame:
    """Sum `score_triggers` by trigger: hits, misses, false_alarms, quiet, not_observed, and the mean lead_days.

    Examples
    --------
    >>> rows = pl.DataFrame({"trigger": ["a"] * 3, "verdict": ["hit", "miss", "hit"], "lead_days": [4, None, 8]})
    >>> trigger_scores(rows).row(0)
    ('a', 2, 1, 0, 0, 0, 6.0)
    """
    words = {"hits": "hit", "misses": "miss", "false_alarms": "false alarm", "quiet": "quiet",
             "not_observed": "not observed"}  # fmt: skip
    counted = [(pl.col("verdict") == word).sum().cast(pl.Int64).alias(name) for name, word in words.items()]
    return rows.group_by("trigger", maintain_order=True).agg(*counted, pl.col("lead_days").mean())


def _evaluate(run: Run, trigger: Trigger, origin: dt.date | None) -> dict[str, Any]:
    by, _ = _unit(run, trigger)
    days, people = _values(run, trigger, by)
    first = 0 if origin is None else (origin - days[0]).days + 1
    last = len(days) if trigger.horizon is None else min(first + trigger.horizon, len(days))
    if not 0 <= first < len(days):
        raise ParameterError(f"origin: {origin} leaves no day of the run, {days[0]} to {days[-1]}.")
    reached = np.maximum.accumulate(people[:, first:last] >= trigger.threshold, axis=1).mean(axis=0)
    enough = np.flatnonzero(reached >= trigger.probability - 1e-12)
    return {
        "name": trigger.name, "indicator": trigger.indicator, "unit": trigger.unit, "by": by,
        "threshold": trigger.threshold, "window": trigger.window, "horizon": trigger.horizon,
        "asked": trigger.probability, "probability": round(float(reached[-1]), 6), "fired": bool(len(enough)),
        "first_date": days[first + int(enough[0])].isoformat() if len(enough) else None,
    }  # fmt: skip


def _unit(run: Run, trigger: Trigger) -> tuple[str, list[str]]:
    """Return the kind of unit that a trigger watches, and its places."""
    faults = []
    for by in BY if trigger.by is None else (trigger.by,):
        try:
            return by, units_of(run, by).places_of(trigger.unit)
        except ParameterError as error:
            faults.append(str(error))
    raise ParameterError(f"trigger {trigger.name!r}: {faults[0]}")


def _values(run: Run, trigger: Trigger, by: str) -> tuple[list[dt.date], Floats]:
    """Return the days and ``[m, t]`` people of the indicator; movements are summed over the window."""
    frame = run.series(trigger.indicator, **{by: trigger.unit})
    days = frame.filter(pl.col("member") == 0)["date"].to_list()
    people = frame["people"].to_numpy().astype(np.float64).reshape(-1, len(days))
    if trigger.indicator not in FLOWS or trigger.window == 1:
        return days, people
    total = np.cumsum(people, axis=1)
    before = np.pad(total, ((0, 0), (trigger.window, 0)))[:, : len(days)]
    return days, total - before


def _judge(run: Run, trigger: Trigger, crisis: Crisis, origin: dt.date) -> tuple[Any, ...]:
    result = _evaluate(run, trigger, origin)
    end = dt.date.fromisoformat(run.about["end"])
    until = end if trigger.horizon is None else min(end, origin + dt.timedelta(trigger.horizon))
    counts = _counts(run, trigger, crisis).filter(pl.col("date").is_between(origin, until, closed="right"))
    over = counts.filter(pl.col("people") >= trigger.threshold).sort("date")
    seen = None if counts.is_empty() else not over.is_empty()
    when = over["date"].item(0) if seen else None
    verdict = {
        (True, True): "hit", (False, True): "miss", (True, False): "false alarm", (False, False): "quiet",
    }.get((result["fired"], bool(seen)), "") if seen is not None else "not observed"  # fmt: skip
    lead = (when - origin).days if verdict == "hit" and when is not None else None
    day = None if result["first_date"] is None else dt.date.fromisoformat(result["first_date"])
    return trigger.name, origin, result["probability"], result["fired"], day, seen, when, verdict, lead


def _counts(run: Run, trigger: Trigger, crisis: Crisis) -> pl.DataFrame:
    """Return the indicator's counts for exactly the places of the trigger's unit and, for movements, its window."""
    if trigger.indicator not in COUNTED:
        raise ParameterError(
            f"trigger {trigger.name!r}: {trigger.indicator} is not counted. Judge one of {', '.join(COUNTED)}."
        )
    wanted = set(_unit(run, trigger)[1])
    whole = [area for area, places in crisis.areas.items() if set(places) == wanted]
    rows = crisis.table("counts").filter(pl.col("indicator") == trigger.indicator)
    same = pl.col("area").is_in(whole)
    if len(wanted) == 1:
        same = same | (pl.col("place") == next(iter(wanted)))
    rows = rows.filter(same.fill_null(False))
    if trigger.indicator in FLOWS:
        since = pl.col("since").fill_null(crisis.start)
        rows = rows.filter((pl.col("date") - since).dt.total_days() + 1 <= trigger.window)
    return rows
