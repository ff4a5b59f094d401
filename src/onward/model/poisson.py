"""Quantiles of Poisson laws for arrays of means."""

from __future__ import annotations

import numpy as np
from scipy.special import pdtr, pdtrik

from onward.typing import Floats

#: Poisson means up to which a quantile is found by adding up probabilities, and the most terms: beyond them lies less
#: than 1e-16 (own choice; larger means are solved for)
SMALL_MEAN, MOST_COUNTED = 20.0, 90


def poisson_quantile(u: Floats, mean: Floats) -> Floats:
    """Return the quantile ``u`` of Poisson laws of the given means, shape as ``mean``; 0 where the mean is 0.

    Examples
    --------
    >>> poisson_quantile(np.array([0.5, 0.99, 0.5]), np.array([3.0, 0.1, 0.0]))
    array([3., 1., 0.])
    """
    found = np.zeros(np.shape(mean))
    small, large = (mean > 0) & (mean <= SMALL_MEAN), mean > SMALL_MEAN
    found[small] = _counted_up(u[small], mean[small])
    if large.any():
        number = np.ceil(pdtrik(u[large], mean[large]))
        below = np.maximum(number - 1.0, 0.0)
        found[large] = np.where(pdtr(below, mean[large]) >= u[large], below, number)
    return found


def _counted_up(u: Floats, mean: Floats) -> Floats:
    """Return the quantile of Poisson laws by adding up their probabilities; the law itself decides at the edges."""
    number, at = np.zeros(len(u)), np.arange(len(u))
    term = np.exp(-mean)
    total = term.copy()
    k = 0
    while len(at := at[total[at] < u[at]]) and k < MOST_COUNTED:
        k += 1
        term[at] *= mean[at] / k
        total[at] += term[at]
        number[at] = k
    below = (number > 0) & (pdtr(np.maximum(number - 1.0, 0.0), mean) >= u)
    number[below] -= 1.0
    number[pdtr(number, mean) < u] += 1.0
    return number
