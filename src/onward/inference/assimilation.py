"""Ensemble Kalman filter: what a model says of some series, corrected to their counts day by day and carried ahead.

The state of an ensemble member is, for each series, the log of its people ``y``, the log of its appeal ``a`` and a
growth ``r`` that the model does not explain, and one log of a departure multiplier ``d`` that all series share. On a
day on which the model has ``gain`` people come and the share ``loss`` go,

``people <- people (1 - loss) exp(r) + gain exp(a + d)``,

and ``a``, ``r`` and ``d`` move as damped random walks. A count corrects, one after the other, the state of its series
and the multiplier by the serial square-root filter (Whitaker and Hamill, Monthly Weather Review 130, 2002), without
perturbed counts. Series are apart from each other but for the multiplier: that is the localisation. A day or a series
without a count corrects nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from onward.errors import ParameterError
from onward.inference.observations import Series
from onward.typing import Floats

#: members of the filter, at least (own choice: sampling error of a correlation of 0.06)
FILTERED = 256
#: standard deviations before any count: log appeal, log multiplier, unexplained growth a day (own choices: the model
#: is off by a factor of two in all and in each place; half a per cent a day)
APPEAL, MULTIPLIER, GROWTH = 0.7, 0.7, 0.005
#: days in which appeal and multiplier forget (own choices: half a year, a quarter), and the damping of growth a day,
#: that of the slow trend of `onward.inference.statistical`
APPEAL_DAYS, MULTIPLIER_DAYS, GROWTH_DAMPING = 180.0, 90.0, 0.97
#: error of a count: of its log, and people added so that small camps are no exact counts (own choices)
COUNT_ERROR, COUNT_PEOPLE = 0.03, 100.0
#: what spreads of appeal, growth and multiplier are multiplied with at each count (own choice)
INFLATION = 1.005
#: bound of the logs of appeal and multiplier together (own choice: a factor of fifty)
LARGEST = 4.0
#: counts of a series that are less than so many days apart say the same; the later one is taken (own choice)
APART_DAYS = 5.0


@dataclass(frozen=True, eq=False)
class Drive:
    """The daily gains and losses of series in the members of a model run.

    Parameters
    ----------
    first_day
        Day of the first row.
    gain
        People who come on a day, shape (members, days, series), 0 or more.
    loss
        The share of those there who go, the same shape, 0 to 1.
    """

    first_day: int
    gain: Floats
    loss: Floats


def drive_of(first_day: int, stock: Floats) -> Drive:
    """Return the net changes of stocks as a drive.

    Parameters
    ----------
    first_day
        The day of the second row of ``stock``.
    stock
        People at the end of each day, shape (members, days + 1, series).

    Examples
    --------
    >>> found = drive_of(1, np.array([[[10.0], [30.0], [15.0]]]))
    >>> found.gain.ravel().tolist(), found.loss.ravel().tolist()
    ([20.0, 0.0], [0.0, 0.5])
    """
    change = np.diff(stock, axis=1)
    loss = np.maximum(-change, 0.0) / np.maximum(stock[:, :-1], 1.0)
    return Drive(first_day, np.maximum(change, 0.0), np.clip(loss, 0.0, 1.0))


def assimilate(drive: Drive, series: Sequence[Series], origin: int, *, seed: int = 1) -> Floats:
    """Correct a model's series by the counts known at a day, and project them ahead.

    Parameters
    ----------
    drive
        Of a run that knows nothing after ``origin``; its days go on beyond it.
    series
        The counts as known at ``origin``, one for each series of the drive; rows after ``origin`` are not looked at.
    origin
        Day at whose end we stand.
    seed
        0 or more.

    Returns
    -------
    numpy.ndarray
        People of each member and day after ``origin``, shape (members, days, series). A series without a count has the
        people whom the model has gained since the first day.

    Raises
    ------
    ParameterError
        Where the drive ends before ``origin``, or is not of as many series.

    Examples
    --------
    A camp that grows by 50 a day where the model says 100:

    >>> days = np.arange(0.0, 61.0, 10.0)
    >>> camp = Series("camp", "place", days, 1000 + 50 * days)
    >>> model = Drive(1, np.full((1, 90, 1), 100.0), np.zeros((1, 90, 1)))
    >>> ahead = assimilate(model, [camp], 60)
    >>> ahead.shape, bool(5000 < np.median(ahead[:, -1, 0]) < 6000)
    ((256, 30, 1), True)
    """
    members, days, size = drive.gain.shape
    last = drive.first_day + days - 1
    if size != len(series) or last < origin:
        raise ParameterError(
            f"a drive of {size} series up to day {last} does not fit {len(series)} series and the origin {origin}."
        )
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(origin,)))
    copies = -(-FILTERED // members)
    which = np.tile(np.arange(members), copies)
    state = _State(len(which), size, rng)
    counts = _counts_by_day(series, drive.first_day, origin)
    ahead = np.zeros((len(which), last - origin, size))
    for day in range(drive.first_day - 1, last + 1):
        if day >= drive.first_day:
            row = day - drive.first_day
            state.step(drive.gain[which, row], drive.loss[which, row])
        for s, people in counts.get(day, ()):
            state.correct(s, people)
        if day > origin:
            ahead[:, day - origin - 1] = np.exp(state.log_people)
    return ahead


def _counts_by_day(series: Sequence[Series], first_day: int, origin: int) -> dict[int, list[tuple[int, float]]]:
    """Return (series, people) by day: the last count before the first day, then those at least APART_DAYS apart."""
    found: dict[int, list[tuple[int, float]]] = {}
    for s, one in enumerate(series):
        known = one.before(origin)
        later = np.inf
        for day, people in zip(known.days[::-1].tolist(), known.people[::-1].tolist(), strict=True):
            if later - day < APART_DAYS:
                continue
            later = day
            found.setdefault(max(int(day), first_day - 1), []).append((s, people))
            if day < first_day:
                break
    return found


class _State:
    """The ensemble: ``log_people``, ``appeal`` and ``growth`` [member, series], ``multiplier`` [member]."""

    def __init__(self, members: int, size: int, rng: np.random.Generator) -> None:
        self.rng = rng
        self.log_people = np.zeros((members, size))
        self.appeal = APPEAL * rng.standard_normal((members, size))
        self.growth = GROWTH * rng.standard_normal((members, size))
        self.multiplier = MULTIPLIER * rng.standard_normal(members)
        self.begun = np.zeros(size, dtype=np.bool_)

    def step(self, gain: Floats, loss: Floats) -> None:
        """Advance the state by one day."""
        factor = np.exp(np.clip(self.appeal + self.multiplier[:, None], -LARGEST, LARGEST))
        people = np.exp(self.log_people) * (1.0 - loss) * np.exp(self.growth) + gain * factor
        self.log_people = np.log(np.maximum(people, 1.0))
        self.appeal = self._walk(self.appeal, np.exp(-1.0 / APPEAL_DAYS), APPEAL)
        self.multiplier = self._walk(self.multiplier, np.exp(-1.0 / MULTIPLIER_DAYS), MULTIPLIER)
        self.growth = self._walk(self.growth, GROWTH_DAMPING, GROWTH)

    def _walk(self, values: Floats, damping: float, spread: float) -> Floats:
        """Advance a damped random walk with long-run standard deviation ``spread`` by one day."""
        noise = spread * np.sqrt(1.0 - damping**2) * self.rng.standard_normal(values.shape)
        return np.asarray(damping * values + noise)

    def correct(self, s: int, people: float) -> None:
        """Correct the state by a count of series ``s``; its first count sets it."""
        counted = np.log(max(people, 1.0))
        error = COUNT_ERROR + COUNT_PEOPLE / (max(people, 1.0) + COUNT_PEOPLE)
        if not self.begun[s]:
            self.begun[s] = True
            self.log_people[:, s] = np.maximum(counted + error * self.rng.standard_normal(len(self.log_people)), 0.0)
            return
        said = self.log_people[:, s]
        apart = said - said.mean()
        variance = float(apart @ apart) / (len(apart) - 1)
        total = variance + error**2
        less = 1.0 / (1.0 + np.sqrt(error**2 / total))
        moves = (counted - said.mean()) - less * apart

        def corrected(values: Floats, inflation: float) -> Floats:
            centre = values.mean()
            gain = float((values - centre) @ apart) / (len(apart) - 1) / total
            return np.asarray(centre + inflation * (values - centre) + gain * moves)

        self.appeal[:, s] = corrected(self.appeal[:, s], INFLATION)
        self.growth[:, s] = corrected(self.growth[:, s], INFLATION)
        self.multiplier = corrected(self.multiplier, INFLATION)
        self.log_people[:, s] = np.maximum(corrected(said, 1.0), 0.0)
