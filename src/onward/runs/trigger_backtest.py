"""Backtest triggers: forecasts from past days, each from what was known then, compared with later counts."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from onward.crisis import Crisis
from onward.crisis.triggers import Trigger
from onward.errors import ParameterError
from onward.evaluation.triggers import score_triggers
from onward.inference.simulated import code_hash
from onward.model.parameter_set import prior_set
from onward.runs.forecast import forecast_in_memory
from onward.runs.forecast_task import forecast_work

#: days of a crisis that must be known before its first forecast (own choice)
FIRST_ORIGIN = 14
#: version of the rows, part of the name of what is cached
VERSION = 1


def backtest_triggers(
    crisis: Crisis, triggers: Sequence[Trigger], *, origins: int = 12, members: int = 100, seed: int = 1,
    workers: int = 1, cache: Path | None = None, progress: Callable[[int, int], None] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Forecast a crisis from equally spaced past days, and say of each trigger whether it was right.

    Nothing after the origin is known to a forecast: attacks to come are drawn, and parameters are not those fitted on
    this crisis.

    Parameters
    ----------
    crisis
        With the counts that decide.
    triggers
        What to judge; indicators that are counted.
    origins
        How many days are forecast from, from day 14 on; fewer where they would fall on the same day.
    members, seed, workers
        Of each forecast.
    cache
        Folder in which the rows of each origin are kept, so that an interrupted backtest is resumed; None keeps none.
    progress
        Called with origins done and all origins.

    Returns
    -------
    list of dict
        The rows of `onward.evaluation.triggers.score_triggers`, with dates as text, and the crisis.

    Examples
    --------
    >>> import onward
    >>> made = Trigger(name="camps", indicator="stock", unit="bab_al_salama", threshold=30000.0, horizon=20)
    >>> rows = backtest_triggers(onward.read_crisis("aleppo-2016"), [made], origins=1, members=2)
    >>> rows[0]["origin"], rows[0]["verdict"] in ("hit", "miss", "false alarm", "quiet", "not observed")
    ('2016-01-29', True)
    """
    days = trigger_origins(crisis, triggers, origins)
    rows: list[dict[str, Any]] = []
    for done, origin in enumerate(days):
        if progress:
            progress(done, len(days))
        file = None if cache is None else cache / f"{_key(crisis, triggers, origin, members, seed)}.json"
        if file and file.is_file():
            rows += json.loads(file.read_text("utf-8"))
            continue
        scored = _score(crisis, triggers, origin, members, seed, workers)
        if file:
            _write(file, scored)
        rows += scored
    if progress:
        progress(len(days), len(days))
    return rows


def trigger_origins(crisis: Crisis, triggers: Sequence[Trigger], origins: int) -> list[dt.date]:
    """Return equally spaced days from day 14 on that leave the shortest horizon of the triggers.

    Raises ParameterError where the crisis is too short.
    """
    shortest = min((trigger.horizon or 1 for trigger in triggers), default=1)
    last = crisis.days - 1 - shortest
    if last < FIRST_ORIGIN:
        raise ParameterError(
            f"{crisis.name}: {crisis.days} days leave no forecast of {shortest} days from day {FIRST_ORIGIN} on. "
            "Give triggers with shorter horizons."
        )
    steps = sorted({round(day) for day in np.linspace(FIRST_ORIGIN, last, origins).tolist()})
    return [crisis.start + dt.timedelta(days=step) for step in steps]


def _score(
    crisis: Crisis, triggers: Sequence[Trigger], origin: dt.date, members: int, seed: int, workers: int
) -> list[dict[str, Any]]:
    left = (crisis.end - origin).days
    ahead = min(left, max(trigger.horizon or left for trigger in triggers))
    made = forecast_in_memory(
        forecast_work(crisis, origin=origin, days=ahead, members=members, seed=seed), workers=workers
    )
    rows = score_triggers([(origin, made.run)], crisis, triggers).to_dicts()
    texts = ("origin", "first_date", "observed_date")
    return [{"crisis": crisis.name, **row, **{name: _text(row[name]) for name in texts}} for row in rows]


def _text(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _key(crisis: Crisis, triggers: Sequence[Trigger], origin: dt.date, members: int, seed: int) -> str:
    asked = [trigger.model_dump() for trigger in triggers]
    content = [VERSION, crisis.hash, prior_set(crisis).hash, code_hash(), asked, origin.isoformat(), members, seed]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def _write(file: Path, rows: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(rows), "utf-8")
    part.replace(file)
