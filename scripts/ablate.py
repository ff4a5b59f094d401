"""Leave out each term of the model in turn and write what that does to cold starts to docs/validation/model-terms.md.

    python scripts/ablate.py CRISIS...

CRISIS is a bundled crisis, a crisis folder or a Flee folder. Means of *expected* over the first 90 days, at the medians
of the population that was fitted without the crisis, with all other terms as they are; nothing is fitted again.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from onward.evaluation.simple_shares import share_error
from onward.inference.cold_cases import ColdCase, read_cold_case
from onward.inference.cold_start import arrivals_of, cold_settings, total_of
from onward.inference.fit_targets import PARTY
from onward.model.build import build_model
from onward.model.parameters import declared
from onward.simulation.member import build_member, run_one

PAGE = Path(__file__).parents[1] / "docs" / "validation" / "model-terms.md"
#: what is held to leave a term out
WITHOUT: Mapping[str, Mapping[str, float]] = {
    "nothing": {},
    "years of war": {"war_weariness": 0},
    "habituation": {"habituation": 0},
    "dilution by size": {"dilution": 0},
    "danger": {"choice_danger": 0},
    "borders attract": {"choice_border": 0},
    "abroad a nest": {"choice_nest": 1},
    "size of places": {"choice_population": 0},
    "return": {"return_rate": 0, "return_agreement": 0},
    "front": {"front_weight": 0},
    "takeover": {"takeover_weight": 0},
    "takeover diluted": {"takeover_dilution": 0},
    "terms of takeover": {"takeover_agreement": 1},
    "encirclement": {"encirclement_weight": 0},
    "lines cost": {"line_km": 0},
    "borders are crossed": {"irregular_crossing": 0},
    "stops on the way": {"stage_share": 0},
}
#: safety of a place where an attack a day is expected, at the median of `choice_danger`
UNDER_FIRE = float((1.0 + 1.0 / declared()["danger_attacks"].default) ** -declared()["choice_danger"].median)


@dataclass(frozen=True)
class Figures:
    """What a run says of a crisis: log errors of totals, errors of shares, who is away from home, and who is under fire."""

    totals: list[float]
    shares: list[float]
    away: float
    under_fire: float


def figures_of(case: ColdCase, held: Mapping[str, float]) -> Figures:
    """Return the figures of a run of a crisis in which some parameters are held."""
    crisis = replace(case.crisis, parameters={}, fitted_on=()) if case.crisis.fitted_on else case.crisis
    model = build_model(crisis)
    settings = cold_settings(case, members=1, seed=1)
    found = settings.base.distribution
    medians = {} if found is None else found.median()
    overrides = {"choice_smallest_party": PARTY, **settings.overrides, **medians}
    settings = replace(settings, engine="expected", parameters="fixed", overrides=overrides)
    safety = build_member(model, settings, 0).world.safety[-1]
    settings = replace(settings, overrides={**overrides, **held})
    daily = run_one(model, settings, 0)[0].result.daily
    coverage = declared()["coverage"].median
    away = (daily.here + daily.gate + daily.way + daily.out)[-1].sum()
    stock, attacked = daily.here[-1] + daily.gate[-1], (safety < UNDER_FIRE).any(axis=1)
    return Figures(
        totals=[float(np.log(max(1.0, coverage * total_of(t, daily, model)) / t.truth)) for t in case.totals],
        shares=[share_error(arrivals_of(s, daily, model), s.truth) for s in case.shares],
        away=float(away - model.network.places.displaced_at_start.sum()),
        under_fire=float(stock[attacked].sum() / max(1.0, stock.sum())),
    )


def row(name: str, crisis: str, some: list[Figures]) -> str:
    """Return a row of the table: means over figures."""
    totals = np.array([error for f in some for error in f.totals])
    shares = np.array([error for f in some for error in f.shares])
    cells = [
        f"{sum(f.away for f in some):,.0f}" if len(some) == 1 else "",
        f"{np.exp(totals.mean()):.2f}" if len(totals) else "",
        f"{np.sqrt((totals**2).mean()):.2f}" if len(totals) else "",
        f"{shares.mean():.3f}" if len(shares) else "",
        f"{np.mean([f.under_fire for f in some]):.1%}",
    ]
    return f"| {crisis} | {name} | {' | '.join(cells)} |\n"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crises", nargs="+")
    given = parser.parse_args()
    found: dict[str, dict[str, Figures]] = {}
    for crisis in given.crises:
        case = read_cold_case(crisis)
        found[case.name] = {name: figures_of(case, held) for name, held in WITHOUT.items()}
        print(case.name, flush=True)
    head = "| crisis | left out | newly displaced at the end | total / counted | error of log totals | error of shares | under fire |\n"
    head += "|---|---|---|---|---|---|---|\n"
    every = head + "".join(row(name, "all", [one[name] for one in found.values()]) for name in WITHOUT)
    single = head + "".join(row(name, crisis, [one[name]]) for crisis, one in found.items() for name in WITHOUT)
    intro = PAGE.with_suffix(".intro.md").read_text("utf-8").rstrip()
    PAGE.write_text(f"{intro}\n\n## All crises\n\n{every}\n## Each crisis\n\n{single}", encoding="utf-8")


if __name__ == "__main__":
    main()
