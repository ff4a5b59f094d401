"""What a calibration compares: the totals and shares of the first 90 days, on scales on which errors are alike.

A total is compared as a logarithm, a share as a square root. Both errors join what counting misses and what the model
leaves out in every crisis alike; what differs from crisis to crisis is the spread that the calibration finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from onward.inference.cold_cases import TOTAL_DEVIATION, ColdCase, Total
from onward.inference.cold_start import arrivals_of, total_of
from onward.model.build import Model, build_model, dated
from onward.model.parameter_set import population_set
from onward.simulation.member import Settings, member_dates, run_daily
from onward.simulation.settings import make_settings
from onward.typing import Floats

#: standard deviation of the square root of a share (own assumption: 0.2 of people elsewhere among four destinations)
SHARE_DEVIATION = 0.2
#: a run is taken to be no further than this from the truth, in logarithms of totals (nobody is minus infinity)
FURTHEST = 4.0
#: smallest party, people: with 0.5 in place of 0.05 figures move by less than 0.012 and runs take half as long
PARTY = 0.5


@dataclass(frozen=True, eq=False)
class FitCase:
    """A crisis to fit: its case, its model, what was counted and how far a run may be from it, shape (figures,)."""

    name: str
    crisis_hash: str
    case: ColdCase
    model: Model
    settings: Settings
    counted: Floats
    deviation: Floats

    def said(self, values: Mapping[str, float]) -> Floats:
        """Return what *expected* says of each figure with these parameters, on the scales of ``counted``."""
        settings = replace(self.settings, overrides={**values, **self.settings.overrides})
        daily = run_daily(self.model, settings)
        coverage = float(settings.overrides.get("coverage", self.settings.base.values["coverage"]))  # type: ignore[arg-type]
        totals = [coverage * total_of(total, daily, self.model) for total in self.case.totals]
        logs = np.log(np.maximum(totals, 1.0)) if totals else np.zeros(0)
        figures = [np.clip(logs, self.counted[: len(logs)] - FURTHEST, self.counted[: len(logs)] + FURTHEST)]
        for shares in self.case.shares:
            people = arrivals_of(shares, daily, self.model)
            figures.append(np.sqrt(people / people.sum()) if people.sum() > 0 else np.zeros(len(people)))
        return np.concatenate(figures)


def fit_case(case: ColdCase, crisis_hash: str, until: date | None = None) -> FitCase:
    """Return a case laid out for fitting, with counts up to a day only if one is given."""
    if until is not None:
        last = (until - case.crisis.start).days
        totals = tuple(t for t in case.totals if t.last <= last)
        shares = tuple(s for s in case.shares if max(s.last) <= last)
        case = replace(case, totals=totals, shares=shares)
    crisis = replace(case.crisis, parameters={}, fitted_on=()) if case.crisis.fitted_on else case.crisis
    settings = make_settings(
        replace(crisis, parameters={}), engine="expected", members=1, labels=False,
        overrides={"choice_smallest_party": PARTY, **crisis.parameters},
    )  # fmt: skip
    settings = replace(
        settings, base=population_set(), labels=False
    )  # returns move figures by < 0.5 % and cost tenfold
    model = build_model(crisis)
    counted = [np.log([t.truth for t in case.totals])] if case.totals else []
    deviation = [np.array([total_deviation(t, case) for t in case.totals])] if case.totals else []
    for found in case.shares:
        counted.append(np.sqrt(found.truth / found.truth.sum()))
        deviation.append(np.full(len(found.truth), SHARE_DEVIATION))
    nothing = np.zeros(0)
    return FitCase(
        case.name, crisis_hash, case, dated(model, member_dates(model, settings, 0)), settings,
        np.concatenate(counted) if counted else nothing, np.concatenate(deviation) if deviation else nothing,
    )  # fmt: skip


def total_deviation(total: Total, case: ColdCase) -> float:
    """Return how far a run may be from a total, as a logarithm.

    A total of arrivals that is less than its parts, the people counted at single destinations near the same day, is
    contradicted by the same source: the two differ by that much more.
    """
    parts = sum(float(s.truth.sum()) for s in case.shares if s.horizon == total.horizon and min(s.first) >= 0)
    beyond = np.log(parts / total.truth) if total.measure == "arrived" and parts > total.truth else 0.0
    return float(np.hypot(TOTAL_DEVIATION[total.horizon], beyond))
