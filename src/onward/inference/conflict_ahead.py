"""Attacks to come: a self-exciting model of events by day and site, fitted on the past and simulated ahead.

The expected number of events on day ``t`` at site ``p`` is

``lambda[t, p] = background[p] + branching sum_q kernel[q, p] R[t, q]``, ``R[t] = decay R[t-1] + (1 - decay) Y[t-1]``,

the Hawkes process of earthquake aftershocks (Ogata, Journal of the American Statistical Association 83, 1988) as it is
used for crime and insurgency (Mohler, Short, Brantingham, Schoenberg and Tita, same journal 106, 2011), in days: each
event sets off ``branching`` others in the mean, after times that are geometric with ``decay = exp(-1 / memory_days)``,
at sites that ``kernel``, whose rows add up to 1, chooses by distance. Below 1, the process has the constant mean
``background / (1 - branching)`` in all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, minimize
from scipy.special import xlogy

from onward.errors import ParameterError
from onward.model.danger import decaying_sums
from onward.typing import Floats, Ints

#: days of which the background is the rate (the issue on forecasts)
RECENT_DAYS = 30
#: days to which those before the first one are taken to be alike (own choice)
FIRST_DAYS = 7
#: largest branching ratio, below 1 so that no simulation runs away (own choice)
MOST_BRANCHING = 0.95
#: shortest and longest mean time from an event to those it sets off, days (own choice: a day to two months)
MEMORY_DAYS = (0.5, 60.0)
#: least and greatest distance over which events spread, km (own choice: a town to a country)
SPREAD_KM = (1.0, 300.0)
#: distance over which the long-run density of events is smoothed, km (own choice: the next towns)
SMOOTHING_KM = 15.0
#: step of the logs of memory and spread for slopes by differences (own choice: about the root of the precision)
STEP = 1e-6
#: starting points of the fit: branching ratio, memory in days, spread in km (own choice)
STARTS = ((0.3, 2.0, 5.0), (0.7, 10.0, 30.0))


@dataclass(frozen=True, eq=False)
class Hawkes:
    """A fitted self-exciting model of events.

    Parameters
    ----------
    background
        Events per day at each site that no other event triggered, shape (sites,).
    branching
        Mean number of events that one event triggers, 0 to `MOST_BRANCHING`.
    memory_days
        Mean of the exponential in which the effect of an event fades, days.
    spread_km
        Mean of the exponential of distance in which it spreads, km.
    kernel
        ``[q, p]``, the share of what an event at ``q`` sets off that happens at ``p``; rows add up to 1.
    log_likelihood
        Of the counts it was fitted on, without the terms that depend on no parameter.
    """

    background: Floats
    branching: float
    memory_days: float
    spread_km: float
    kernel: Floats
    log_likelihood: float

    @property
    def decay(self) -> float:
        """Return the share of an event's effect that remains a day later."""
        return math.exp(-1.0 / self.memory_days)


def spread_kernel(km: Floats, spread_km: float) -> Floats:
    """Return the share of offspring of each site (row) that happens at each site (column), by distance.

    Parameters
    ----------
    km
        Distances, shape (sites, sites), km.
    spread_km
        Mean of the exponential, km, above 0.

    Examples
    --------
    >>> spread_kernel(np.array([[0.0, 10.0], [10.0, 0.0]]), 10.0).round(3).tolist()
    [[0.731, 0.269], [0.269, 0.731]]
    """
    near = np.exp(-km / spread_km)
    return np.asarray(near / near.sum(axis=1, keepdims=True))


def excitation(counts: Floats, decay: float) -> Floats:
    """Return the excitation by past events each morning, ``R[t, p]``, with one more row after the last day.

    Of the days before the first one nothing is known; they are taken to be like the first `FIRST_DAYS`.

    Parameters
    ----------
    counts
        Events of each day and site, shape (days, sites), 0 or more.
    decay
        The share that is left a day later, 0 to 1.

    Examples
    --------
    >>> excitation(np.array([[4.0], [0.0]]), 0.5).tolist()
    [[2.0], [3.0], [1.5]]
    """
    first = counts[:FIRST_DAYS].mean(axis=0, keepdims=True)
    return np.concatenate([first, decaying_sums((1.0 - decay) * counts, decay, first[0])])


def site_shares(recent: Floats, long_run: Floats, km: Floats) -> Floats:
    """Return the share of events at each site: recent ones, shrunk towards the smoothed density of all.

    ``(n + k q) / (N + k)`` with ``k = sqrt(N)`` (the minimax estimator of a multinomial: Steinhaus, Annals of
    Mathematical Statistics 28, 1957), and ``q`` the events of all days smoothed over `SMOOTHING_KM`.

    Parameters
    ----------
    recent, long_run
        Events of each site in the last days and in all, shape (sites,), 0 or more; where there were none at all, all
        sites are alike.
    km
        Distances, shape (sites, sites), km.

    Examples
    --------
    >>> km = np.array([[0.0, 15.0, 99.0], [15.0, 0.0, 99.0], [99.0, 99.0, 0.0]])
    >>> site_shares(np.array([16.0, 0.0, 0.0]), np.array([16.0, 0.0, 0.0]), km).round(4).tolist()
    [0.9461, 0.0537, 0.0002]
    """
    if long_run.sum() <= 0:
        return np.full(len(long_run), 1.0 / len(long_run))
    prior, pseudo = _prior(long_run, km, recent.sum())
    return np.asarray((recent + pseudo * prior) / (recent.sum() + pseudo))


def _prior(long_run: Floats, km: Floats, total: float | None = None) -> tuple[Floats, float]:
    """Return shares of sites by the smoothed density of events, and how many events they count for."""
    smooth = long_run @ spread_kernel(km, SMOOTHING_KM)
    total = float(long_run.sum()) if total is None else total
    return np.asarray(smooth / smooth.sum()), max(1.0, math.sqrt(total))


def recent_rate(counts: Floats) -> float:
    """Return events per day over the last `RECENT_DAYS`, shrunk towards the rate of all days as by one event.

    It is the mean of a gamma posterior whose prior has shape 1 and the mean of all days: a quiet month after a war does
    not mean that no attack can come.

    Parameters
    ----------
    counts
        Events of each day and site, shape (days, sites), 0 or more.

    Examples
    --------
    >>> recent_rate(np.full((60, 1), 2.0)), recent_rate(np.zeros((60, 1)))
    (2.0, 0.0)
    """
    recent, all_days = counts[-RECENT_DAYS:], counts.sum() / max(1, len(counts))
    return float((recent.sum() + 1.0) / (len(recent) + 1.0 / all_days)) if all_days > 0 else 0.0


def log_likelihood(
    counts: Floats, background: Floats, *, branching: float, memory_days: float, kernel: Floats
) -> float:
    """Return the log-likelihood of Poisson counts under the model, without ``log(counts!)``.

    Counts need not be whole: means of what is known as a range give the quasi-likelihood (Wedderburn, Biometrika 61,
    1974).

    Parameters
    ----------
    counts
        Events of each day and site, shape (days, sites), 0 or more.
    background
        Events a day at each site, shape (sites,), above 0 where events happened.
    branching, memory_days, kernel
        As `Hawkes` has them.

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> log_likelihood(2 * one, one[0], branching=0.5, memory_days=1.0, kernel=one).__round__(4)
    -0.6137
    """
    felt = excitation(counts, math.exp(-1.0 / memory_days))[:-1]
    mean = background + branching * (felt @ kernel)
    return float((xlogy(counts, mean) - mean).sum())


def fit_hawkes(counts: Floats, km: Floats) -> Hawkes:
    """Fit the self-exciting model by maximum likelihood, and set its background to the rate of the last month.

    Background of each site, branching, memory and spread are fitted together on all days, the background drawn towards
    the smoothed density of events as `site_shares` does it. For the days ahead, the background is shared out as the
    events of the last month, and its level gives the constant mean `recent_rate`.

    Parameters
    ----------
    counts
        Events of each day and site up to the origin, shape (days, sites), 0 or more, days without a gap.
    km
        Distances between sites, shape (sites, sites), km.

    Returns
    -------
    Hawkes
        Without events, one whose background is 0.

    Raises
    ------
    ParameterError
        Where the shapes do not agree or a count is negative or unknown.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> fitted = fit_hawkes(rng.poisson(3.0, (200, 2)).astype(float), np.array([[0.0, 50.0], [50.0, 0.0]]))
    >>> fitted.branching < 0.2
    True
    """
    _check(counts, km)
    long_run = counts.sum(axis=0)
    if long_run.sum() <= 0:
        kernel = spread_kernel(km, SPREAD_KM[0])
        return Hawkes(np.zeros(len(long_run)), 0.0, MEMORY_DAYS[0], SPREAD_KM[0], kernel, 0.0)
    found = min((_maximise(counts, km, start) for start in STARTS), key=lambda one: float(one.fun))
    branching, memory, spread = (float(x) for x in found.x[-3:])
    background, kernel = np.exp(found.x[:-3]), spread_kernel(km, math.exp(spread))
    recent = site_shares(counts[-RECENT_DAYS:].sum(axis=0), long_run, km)
    return Hawkes(
        background=(1.0 - branching) * recent_rate(counts) * recent,
        branching=branching,
        memory_days=math.exp(memory),
        spread_km=math.exp(spread),
        kernel=kernel,
        log_likelihood=log_likelihood(
            counts, background, branching=branching, memory_days=math.exp(memory), kernel=kernel
        ),
    )


def _maximise(counts: Floats, km: Floats, start: Sequence[float]) -> OptimizeResult:
    """Fit the logs of the background at each site, of memory and of spread, and the branching ratio.

    The likelihood is penalised by the Dirichlet prior of `site_shares`, so that without excitation both agree.
    """
    branching, memory, spread = start
    prior, total = _prior(counts.sum(axis=0), km)
    rate = counts.sum() / len(counts)
    background = np.log(rate * (1.0 - branching) * site_shares(counts.sum(axis=0), counts.sum(axis=0), km))
    ranges = [(math.log(rate) - 30.0, math.log(rate) + 1.0)] * len(prior)
    ranges += [(0.0, MOST_BRANCHING), _logs(MEMORY_DAYS), _logs(SPREAD_KM)]

    def loss(theta: Floats) -> tuple[float, Floats]:
        value, slope = _loss(theta, counts, km, total * prior)
        for k in (-2, -1):
            step = np.zeros_like(theta)
            step[k] = STEP if theta[k] + STEP <= ranges[k][1] else -STEP
            slope[k] = (_loss(theta + step, counts, km, total * prior)[0] - value) / step[k]
        return value, slope

    first = [*background, branching, math.log(memory), math.log(spread)]
    return minimize(loss, first, jac=True, method="L-BFGS-B", bounds=ranges, options={"ftol": 1e-10, "maxiter": 300})


def _loss(theta: Floats, counts: Floats, km: Floats, pseudo: Floats) -> tuple[float, Floats]:
    """Return minus the penalised log-likelihood, and its gradient except for memory and spread (0 there)."""
    own, branching = np.exp(theta[:-3]), float(theta[-3])
    memory, spread = np.exp(theta[-2:])
    set_off = excitation(counts, math.exp(-1.0 / memory))[:-1] @ spread_kernel(km, spread)
    mean = own + branching * set_off
    share = own / own.sum()
    value = (mean - xlogy(counts, mean)).sum() - xlogy(pseudo, share).sum()
    excess = 1.0 - counts / mean
    slope = np.zeros_like(theta)
    slope[:-3] = own * excess.sum(axis=0) - pseudo + pseudo.sum() * share
    slope[-3] = (excess * set_off).sum()
    return float(value), slope


def expected_events(model: Hawkes, felt: Floats, days: int) -> Floats:
    """Return the mean number of events of each future day and site, in closed form, shape (days, sites).

    Parameters
    ----------
    model
        From `fit_hawkes`.
    felt
        Excitation on the first morning, shape (sites,): the last row of `excitation`.
    days
        How many days ahead.

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> expected_events(Hawkes(one[0], 0.5, 1.0, 1.0, one, 0.0), np.array([2.0]), 2).ravel().tolist()
    [2.0, 2.0]
    """
    means = np.empty((days, len(felt)))
    for t in range(days):
        means[t] = model.background + model.branching * (felt @ model.kernel)
        felt = model.decay * felt + (1.0 - model.decay) * means[t]
    return means


def simulate_events(model: Hawkes, felt: Floats, days: int, rng: np.random.Generator, *, level: float = 1.0) -> Ints:
    """Simulate the events of future days, shape (days, ..., sites).

    Parameters
    ----------
    model
        From `fit_hawkes`.
    felt
        Excitation on the first morning, shape (..., sites).
    days
        How many days ahead.
    rng
        The member's own.
    level
        Factor of the background, 0 or more: the intensity of future attacks relative to the last month.

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> model = Hawkes(one[0], 0.5, 1.0, 1.0, one, 0.0)
    >>> int(simulate_events(model, one[0], 3, np.random.default_rng(1), level=0.0).sum()) >= 0
    True
    """
    events = np.empty((days, *felt.shape), dtype=np.int64)
    background, decay = level * model.background, model.decay
    for t in range(days):
        rate = felt @ model.kernel
        rate *= model.branching
        rate += background
        events[t] = rng.poisson(rate)
        felt = decay * felt
        felt += (1.0 - decay) * events[t]
    return events


def _logs(bounds: tuple[float, float]) -> tuple[float, float]:
    return math.log(bounds[0]), math.log(bounds[1])


def _check(counts: Floats, km: Floats) -> None:
    if counts.ndim != 2 or not len(counts) or km.shape != (counts.shape[1], counts.shape[1]):
        raise ParameterError(
            f"counts have the shape {counts.shape} and distances {km.shape}, not (days, sites) and (sites, sites)."
        )
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise ParameterError("counts of events must be 0 or more on each day; a day without news has 0.")
