"""What a crisis says with a range, drawn once per member: numbers of attacks, populations, quotas."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: standard normal quantile of 95 %: a table's low and high are 5 % and 95 % quantiles
Z95 = 1.6448536269514722


def draw_between(rng: np.random.Generator, middle: Floats, low: Floats, high: Floats, common: float) -> Floats:
    """Draw rows whose 5 %, 50 % and 95 % quantiles are ``low``, ``middle`` and ``high``.

    A split log-normal where all three are above zero, a split normal cut at zero elsewhere.

    Parameters
    ----------
    rng : the member's own stream of inputs
    middle, low, high : shape (rows,), any unit, ``low <= middle <= high``
    common : share (0..1) of the variance that all rows have in common, because sources err together

    Returns
    -------
    shape (rows,), the same unit; a row with no range comes back as ``middle``

    >>> rng = np.random.default_rng(1)
    >>> m = np.array([10.0, 5.0])
    >>> draw_between(rng, m, np.array([5.0, 5.0]), np.array([20.0, 5.0]), 0.5)[1]
    np.float64(5.0)
    """
    z = np.sqrt(common) * rng.standard_normal() + np.sqrt(1.0 - common) * rng.standard_normal(middle.shape)
    return quantile_between(z, middle, low, high)


def quantile_between(z: Floats, middle: Floats, low: Floats, high: Floats) -> Floats:
    """Return the value at standard normal score ``z`` of the split distributions of `draw_between`."""
    edge = np.where(z > 0, high, low)
    positive = (low > 0) & (middle > 0)
    safe_middle, safe_edge = np.where(positive, middle, 1.0), np.where(positive, edge, 1.0)
    scaled = np.abs(z) / Z95
    logs = safe_middle * np.exp(scaled * np.log(safe_edge / safe_middle))
    straight = np.maximum(middle + scaled * (edge - middle), 0.0)
    return np.where(positive, logs, straight)
