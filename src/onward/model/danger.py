"""Danger of a place to those who choose it or might stop there: the attacks expected there in the coming days.

People get used to a war at home, and a raid on a large city affects only a part of it, but nobody flees into daily
attacks. The danger of a destination is therefore neither reduced by habituation nor diluted by the size of the place.
"""

from __future__ import annotations

import numpy as np

from onward.model.parameters import Values
from onward.typing import Floats


def expected_attacks(reached: Floats, history: int, memory: float) -> Floats:
    """Return the expected number of attacks per day at each place, ``[t, p, g]``, for the crisis's own days.

    The recent rate, as people know it in the morning: the mean of the days before, each weighted by ``exp(-(age - 1) /
    memory)``, over the days available; 0 where there are none.

    Parameters
    ----------
    reached
        From `onward.model.hazard.reached_by_attacks`: history first, then the crisis's days.
    history
        Days of history.
    memory
        ``danger_days``.

    Returns
    -------
    numpy.ndarray
        ``[t, p, g]``, attacks per day, 0 or more.

    Examples
    --------
    >>> daily = np.full((30, 1, 1), 2.0)
    >>> float(expected_attacks(daily, 0, 7.0)[-1, 0, 0])
    2.0
    """
    kept = np.exp(-1.0 / memory)
    rate = np.zeros_like(reached)
    total, weight = (decaying_sums(x, kept) for x in (reached[:-1], np.ones(len(reached) - 1)))
    rate[1:] = total / weight[:, None, None]
    return rate[history:]


def decaying_sums(added: Floats, kept: float, before: Floats | float = 0.0) -> Floats:
    """Return the sum up to each day of what is added on it and the share kept of the day before's sum.

    The recursion of `scipy.signal.lfilter` for this case, to the last bit; importing that module takes longer than
    everything else that a run imports.

    Parameters
    ----------
    added
        By day along the first axis.
    kept
        Share of a day's sum that is left on the next, between 0 and 1.
    before
        The sum on the day before the first.

    Returns
    -------
    numpy.ndarray
        The shape of ``added``.

    Examples
    --------
    >>> decaying_sums(np.ones(3), 0.5).tolist()
    [1.0, 1.5, 1.75]
    """
    sums = np.empty_like(added)
    for day, new in enumerate(added):
        sums[day] = before = new + kept * before
    return sums


def safety(reached: Floats, history: int, values: Values) -> Floats:
    """Return the factor by which danger reduces a place's attractiveness, ``[t, p, g]``, between 0 and 1.

    ``(1 + rate / danger_attacks) ^ -choice_danger``, that is ``-choice_danger ln(1 + rate / danger_attacks)`` in
    utility, with ``rate`` from `expected_attacks`. A power, so that lists of events that miss half of all attacks
    move it little.

    Parameters
    ----------
    reached, history
        As for `expected_attacks`.
    values
        ``choice_danger``, ``danger_attacks``, ``danger_days``.
    """
    if values["choice_danger"] <= 0.0:
        return np.ones_like(reached[history:])
    rate = expected_attacks(reached, history, values["danger_days"])
    return np.ascontiguousarray((1.0 + rate / values["danger_attacks"]) ** -values["choice_danger"])
