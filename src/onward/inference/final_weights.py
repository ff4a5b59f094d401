"""The weights of `final`, learned on crises other than the one that is forecast.

`final` averages the quantiles of `statistical` and of the baselines. What it averages for a crisis must have been
made without that crisis too, so that a weight does not reward what was fitted on it: parameters are nested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import LinearConstraint, minimize

from onward.evaluation.forecast_scores import crps
from onward.inference.intervals import LEVELS
from onward.typing import Floats

#: learned weights are taken only where they lower the loss by this share; else `statistical` stands alone: a gain on
#: a handful of crises that is smaller does not last (own choice)
LEAST_GAIN = 0.03


@dataclass(frozen=True)
class Answered:
    """Forecasts of one crisis with their answers.

    ``quantiles`` is [component, case, level] in people, ``truth`` [case] what was counted, and ``scale`` [case] the
    people by which a score is divided.
    """

    quantiles: Floats
    truth: Floats
    scale: Floats


def mean_loss(weights: Floats, crises: Sequence[Answered]) -> float:
    """Return the mean over crises of the log of the mean scaled CRPS: each crisis counts by ratio."""
    scores = [crps(np.tensordot(weights, part.quantiles, axes=1), part.truth, LEVELS) / part.scale for part in crises]
    return float(np.mean([np.log(score.mean()) for score in scores]))


def learn_weights(crises: Sequence[Answered]) -> Floats:
    """Return weights of the components that lower the loss most, or 1 for the first where they gain too little.

    Weights are not negative and sum to 1.
    """
    alone = np.eye(len(crises[0].quantiles))[0]
    start = 0.5 * alone + 0.5 / len(alone)

    def loss(weights: Floats) -> float:
        return mean_loss(weights, crises)

    found = minimize(
        loss, start, method="SLSQP", bounds=[(0.0, 1.0)] * len(alone),
        constraints=LinearConstraint(np.ones(len(alone)), 1.0, 1.0), options={"maxiter": 60},
    )  # fmt: skip
    weights: Floats = np.maximum(np.asarray(found.x, dtype=np.float64), 0.0)
    weights = weights / weights.sum()
    gained = mean_loss(alone, crises) - mean_loss(weights, crises)
    return weights if gained > LEAST_GAIN else alone
