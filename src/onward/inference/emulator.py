"""A quick stand-in for runs of one crisis: its figures as quadratic functions of the scores of parameters.

Quadratic ridge regression in dual form; the ridge is the one of a few that predicts runs best that it has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from onward.typing import Floats

#: ridges that are tried, relative to the mean of the kernel's diagonal
RIDGES = (1e-4, 1e-3, 1e-2, 0.1, 1.0)
#: how far beyond the runs seen, in standard deviations of their scores, the quadratic is followed
REACH = 2.5


@dataclass(frozen=True, eq=False)
class Emulator:
    """Figures of a crisis by scores; ``rest`` is the variance of what it does not say, shape (figures,)."""

    middle: Floats
    width: Floats
    seen: Floats
    weights: Floats
    mean: Floats
    low: Floats
    high: Floats
    rest: Floats

    def said(self, scores: Floats) -> Floats:
        """Return the figures at scores of shape (draws, parameters), shape (draws, figures)."""
        at = np.clip((scores - self.middle) / self.width, -REACH, REACH)
        found = self.mean + _kernel(at, self.seen) @ self.weights
        return np.asarray(np.clip(found, self.low, self.high))


def fit_emulator(scores: Floats, figures: Floats) -> Emulator:
    """Fit an emulator to runs.

    Parameters
    ----------
    scores
        Shape (runs, parameters), at least two runs.
    figures
        Shape (runs, figures).

    Returns
    -------
    Emulator
        It never goes beyond the figures that runs had.

    Examples
    --------
    >>> x = np.random.default_rng(1).standard_normal((40, 2))
    >>> found = fit_emulator(x, (x[:, :1] + x[:, 1:] ** 2))
    >>> bool(abs(found.said(np.array([[0.5, 1.0]]))[0, 0] - 1.5) < 0.05)
    True
    """
    middle, width = scores.mean(axis=0), np.maximum(scores.std(axis=0), 1e-9)
    seen = (scores - middle) / width
    mean = figures.mean(axis=0)
    kernel = _kernel(seen, seen)
    unit = float(np.trace(kernel)) / len(kernel)
    weights, missed = np.zeros_like(figures), np.full(figures.shape, np.inf)
    for ridge in RIDGES:
        inverse = np.linalg.inv(kernel + ridge * unit * np.eye(len(kernel)))
        tried = inverse @ (figures - mean)
        away = tried / np.diag(inverse)[:, None]  # errors at runs left out, in closed form
        better = (away**2).mean(axis=0) < (missed**2).mean(axis=0)
        weights[:, better], missed[:, better] = tried[:, better], away[:, better]
    return Emulator(
        middle, width, seen, weights, mean, figures.min(axis=0), figures.max(axis=0), (missed**2).mean(axis=0)
    )


def _kernel(a: Floats, b: Floats) -> Floats:
    """Polynomials of degree 2 in the scores, all coefficients alike before any run is seen."""
    return np.asarray((1.0 + a @ b.T / np.sqrt(a.shape[1])) ** 2)
