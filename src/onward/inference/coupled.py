"""Places that were counted often enough are forecast from their counts; members keep their order.

How good such forecasts were, and that the model alone was worse, is in docs/validation/forecasts.md. The members of a
place get the quantiles of the forecast from counts in the order in which the model has them (ensemble copula coupling:
Schefzik, Thorarinsdottir and Gneiting, Statistical Science 28, 2013), so that sums over places keep the model's
dependence between places.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from onward.crisis import Crisis
from onward.inference.backtest import backtest, make_cases, summary
from onward.inference.forecast import forecast_observations
from onward.inference.intervals import LEVELS
from onward.inference.observations import Observations, Source, observations_of_crisis
from onward.typing import Floats

#: counts that a place must have (own choice: two slopes)
LEAST_COUNTS = 3
#: a count older than this says nothing of today (own choice: a quarter, as in `onward.inference.fans`)
OLDEST_DAYS = 90
#: of the scorecard, and how many origins it has
HORIZONS, ORIGINS = (30.0, 60.0, 90.0), 12


def place_quantiles(crisis: Crisis, origin: dt.date, horizons: Sequence[int]) -> dict[str, Floats]:
    """Return the forecast from counts of each place that has enough of them.

    Parameters
    ----------
    crisis
        As known at ``origin`` (`onward.inference.as_of`).
    origin
        The day at whose end we stand.
    horizons
        Days after it.

    Returns
    -------
    dict
        By place: people, shape (horizons, levels), at `onward.inference.intervals.LEVELS`; the mean of the quantiles of
        all its sources. A place with fewer than `LEAST_COUNTS` counts, or with none in `OLDEST_DAYS`, is left out.
    """
    counted, day = observations_of_crisis(crisis), (origin - crisis.start).days
    kept = tuple(source for source in counted.sources if _enough(source, day))
    if not kept:
        return {}
    world = Observations(counted.crisis, counted.start, counted.days, kept, counted.hash)
    found = forecast_observations(world, day, [float(h) for h in horizons])
    by_place: dict[str, list[Floats]] = {}
    for source in kept:
        by_place.setdefault(source.places[0], []).append(found[source.name]["final"])
    return {place: np.asarray(np.mean(quantiles, axis=0)) for place, quantiles in by_place.items()}


def _enough(source: Source, day: int) -> bool:
    known = source.known(day)
    single = source.kind == "place" and source.measure == "there" and len(source.places) == 1
    return single and len(known.days) >= LEAST_COUNTS and day - float(known.days[-1]) <= OLDEST_DAYS


def coupled(members: Floats, quantiles: Floats) -> Floats:
    """Return members with the distribution of a forecast and their own order; of equal ones the first stays first.

    Parameters
    ----------
    members
        Shape (members,).
    quantiles
        At `onward.inference.intervals.LEVELS`, increasing.

    Examples
    --------
    >>> coupled(np.array([30.0, 10.0, 20.0]), 1000.0 * LEVELS).round().tolist()
    [833.0, 167.0, 500.0]
    """
    rank = np.argsort(np.argsort(members, kind="stable"), kind="stable")
    return np.asarray(np.interp((rank + 0.5) / len(members), LEVELS, quantiles))


def scorecard(crisis: Crisis, origin: dt.date) -> list[dict[str, Any]]:
    """Return how forecasts of this crisis's counts did by a day, as known then.

    Returns
    -------
    list of dict
        ``series`` (place or total), ``horizon`` in days, ``n`` forecasts that a count answered by ``origin``,
        ``crps_ratio`` (their mean CRPS over that of the last value) and ``cover90`` (the share inside the 90 %
        interval). Empty where no count answers a forecast.
    """
    counted = observations_of_crisis(crisis)
    days = min(counted.days, (origin - crisis.start).days + 1)
    world = Observations(counted.crisis, counted.start, days, counted.sources, counted.hash)
    if not make_cases(world, HORIZONS, ORIGINS):
        return []
    rows = {(r["series"], r["horizon"], r["model"]): r for r in summary(backtest([world], horizons=HORIZONS))}
    return [_card(row, rows[series, h, "last_value"]) for (series, h, m), row in rows.items() if m == "final"]


def _card(final: Mapping[str, Any], last: Mapping[str, Any]) -> dict[str, Any]:
    ratio = final["crps"] / last["crps"] if last["crps"] > 0 else None
    return {
        "series": final["series"],
        "horizon": int(final["horizon"]),
        "n": final["n"],
        "crps_ratio": None if ratio is None else round(ratio, 3),
        "cover90": round(final["cover90"], 3),
    }
