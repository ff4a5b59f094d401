"""From paths of simulated models, people on each day after an origin, to points of targets and past errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from onward.inference.finished import match_counts
from onward.inference.fitted import FLEE_MODELS
from onward.inference.forecast import Target
from onward.inference.observations import Observations
from onward.typing import Floats

#: for each series, people on each day after the origin
Paths = Mapping[str, Floats]


class Asked(Protocol):
    """What was asked for and of which kind of series, as a case of a backtest has it."""

    @property
    def target(self) -> Target:
        """Return the day of a series to forecast."""

    @property
    def kind(self) -> str:
        """Return whether it is a place or the total."""


def path_points(said: Mapping[str, Paths], origin: int, targets: Sequence[Target]) -> dict[str, Floats]:
    """Return the forecast of each model for the targets, by model, shape (targets,); NaN where it has none.

    Examples
    --------
    >>> target = Target("camp", 32.0, 30.0)
    >>> path_points({"placebo": {"camp": np.array([5.0, 6.0])}}, 30, [target])["placebo"].tolist()
    [6.0]
    """
    found = {}
    for model, paths in said.items():
        rows = [(paths.get(t.series, np.zeros(0)), round(t.day) - origin - 1) for t in targets]
        found[model] = np.array([path[row] if 0 <= row < len(path) else np.nan for path, row in rows])
    return found


def path_errors(
    observations: Observations, paths: Mapping[int, Mapping[str, Paths]], asked: Sequence[Asked], origin: int,
    floor: float,
) -> dict[tuple[str, str, float], Floats]:  # fmt: skip
    """Return the errors that models under Flee's rules had by a day, relative to the last count of each forecast.

    Forecasts are those of earlier origins, held against counts up to ``origin``, as known then. By model, kind of
    series and horizon; see `onward.inference.intervals.baseline_errors`.
    """
    found: dict[tuple[str, str, float], list[float]] = {}
    for day in sorted(at for at in paths if at < origin):
        issued = {series.name: series for series in observations.known(day)}
        for model in FLEE_MODELS:
            said = paths[day].get(model, {})
            for series in observations.known(origin):
                for horizon in sorted({case.target.horizon for case in asked}) if series.name in issued else ():
                    row = int(match_counts(series.days, np.array([float(day)]), horizon)[0])
                    target = Target(series.name, float(series.days[row]), horizon)
                    point = path_points({model: said}, day, [target])[model][0]
                    if row >= 0 and not np.isnan(point):
                        error = (series.people[row] - point) / max(float(issued[series.name].people[-1]), floor)
                        found.setdefault((model, series.kind, horizon), []).append(error)
    return {key: np.array(errors) for key, errors in found.items()}
