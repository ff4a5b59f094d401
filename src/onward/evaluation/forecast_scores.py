"""Scores of forecasts given as quantiles: CRPS, weighted interval score, coverage."""

from __future__ import annotations

import numpy as np

from onward.typing import Bools, Floats

#: central intervals of the weighted interval score, as the forecast hubs ask for them (Bracher et al. 2021)
HUB_ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def pinball(quantiles: Floats, truth: Floats, levels: Floats) -> Floats:
    """Return the pinball loss of each quantile, the shape of ``quantiles``.

    Parameters
    ----------
    quantiles
        ``[..., level]``, in people.
    truth
        ``[...]``, in people.
    levels
        ``[level]``, between 0 and 1.
    """
    apart = truth[..., None] - quantiles
    return np.asarray(np.maximum(levels * apart, (levels - 1.0) * apart))


def crps(quantiles: Floats, truth: Floats, levels: Floats) -> Floats:
    """Return the continuous ranked probability score: twice the mean pinball loss over evenly spaced levels.

    Source: Gneiting and Ranjan (2011). In people, 0 at best; for a single quantile it is the absolute error.

    Examples
    --------
    >>> crps(np.array([[9.0, 10.0, 12.0]]), np.array([10.0]), np.array([0.25, 0.5, 0.75])).round(3).tolist()
    [0.5]
    """
    return np.asarray(2.0 * pinball(quantiles, truth, levels).mean(axis=-1))


def weighted_interval_score(quantiles: Floats, truth: Floats, levels: Floats) -> Floats:
    """Return the weighted interval score over the hubs' 11 central intervals and the median, in people.

    Source: Bracher, Ray, Gneiting and Reich (2021). ``levels`` must hold their 23 levels.
    """
    loss = pinball(quantiles, truth, levels)
    tails = [alpha / 2.0 for alpha in HUB_ALPHAS]
    rows = [level_index(levels, level) for tail in tails for level in (tail, 1.0 - tail)]
    median = level_index(levels, 0.5)
    return np.asarray((loss[..., rows].sum(axis=-1) + loss[..., median]) / (len(HUB_ALPHAS) + 0.5))


def covered(quantiles: Floats, truth: Floats, levels: Floats, share: float) -> Bools:
    """Return whether the central interval of a share (0.9) contains the truth, ends included."""
    low, high = (level_index(levels, level) for level in ((1.0 - share) / 2.0, (1.0 + share) / 2.0))
    return np.asarray((truth >= quantiles[..., low]) & (truth <= quantiles[..., high]))


def level_index(levels: Floats, level: float) -> int:
    """Return the position of a level; raise ValueError if it is missing."""
    row = int(np.abs(levels - level).argmin())
    if abs(levels[row] - level) > 1e-9:
        raise ValueError(f"there is no quantile of level {level:g}")
    return row
