"""Return: the rate at which displaced people set out for a home that has become calm, by holder and kind of takeover.

After a surrender on terms or a truce most who fled are home within weeks; where a feared party took a town by force
they stay away for years. The two cases therefore have separate rates.
"""

from __future__ import annotations

import numpy as np

from onward.model.parameters import Values
from onward.typing import Bools, Floats, Ints


def quiet_days(reached: Floats, history: int, before: float) -> Floats:
    """Return for how many days each place has been quiet, ``[t, p, g]``, as known in the morning.

    ``q(t) = (q(t - 1) + 1) exp(-reached(t - 1))``: the days since the last attack, expected where attacks are known
    only as a rate.

    Parameters
    ----------
    reached
        From `onward.model.hazard.reached_by_attacks`: history first, then the crisis's days.
    history
        Days of history.
    before
        ``quiet_before_days``, for which every place had been quiet.

    Examples
    --------
    >>> quiet_days(np.array([0.0, 50.0, 0.0, 0.0])[:, None, None], 0, 1000.0)[:, 0, 0].round(6).tolist()
    [1000.0, 1001.0, 0.0, 1.0]
    """
    quiet, kept = np.full(reached.shape, before), np.exp(-reached)
    for t in range(1, len(reached)):
        np.multiply(quiet[t - 1] + 1.0, kept[t - 1], out=quiet[t])
    return quiet[history:]


def return_rates(reached: Floats, history: int, holder: Ints, terms: Bools, fear: Floats, values: Values) -> Floats:
    """Return the rate per day of returning home to each place, ``[t, p, g]``.

    ``(1 - exp(-quiet days / calm)) r``. If the place came to its holder by agreement ``r`` is ``return_agreement`` and
    ``calm`` is ``agreement_calm_days``: the agreement is itself the sign that it is over. Else ``r`` is ``return_rate
    exp(-return_refusal fear(g, holder))`` and ``calm`` is ``return_calm_days``.

    Parameters
    ----------
    reached, history
        As for `quiet_days`.
    holder, terms
        ``[t, p]``, of the network.
    fear
        ``[g, a]``; an unknown holder is not feared.
    values
        ``return_rate``, ``return_agreement``, ``return_refusal``, ``return_calm_days``, ``agreement_calm_days``,
        ``quiet_before_days``.
    """
    if values["return_rate"] <= 0.0 and values["return_agreement"] <= 0.0:
        return np.zeros((len(holder), *reached.shape[1:]))
    padded = np.hstack([fear, np.zeros((len(fear), 1))])  # holder -1: nobody known to fear
    rates = values["return_rate"] * np.exp(-values["return_refusal"] * padded)
    agreed = terms[:, :, None]
    calm_days = np.where(agreed, values["agreement_calm_days"], values["return_calm_days"])
    calm = -np.expm1(-quiet_days(reached, history, values["quiet_before_days"]) / calm_days)
    return np.ascontiguousarray(calm * np.where(agreed, values["return_agreement"], rates.T[holder]))
