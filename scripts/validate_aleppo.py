"""Write docs/validation/aleppo-2016.md: the bundled crisis compared with what was reported, and its what-ifs.

python scripts/validate_aleppo.py [--members 100]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import polars as pl

import onward
from onward.crisis import Crisis, bundled_scenarios, read_scenario
from onward.evaluation.verdicts import judge_claims
from onward.model.build import build_model
from onward.runs.folder import run_to_folder
from onward.simulation.run import Run
from onward.simulation.settings import make_settings

PAGE = Path(__file__).parents[1] / "docs" / "validation" / "aleppo-2016.md"


def made(crisis: Crisis, members: int, folder: Path, parameters: str = "fixed", scenario: str | None = None) -> Run:
    """Run the crisis once."""
    what_if = None if scenario is None else read_scenario(scenario, crisis)
    settings = make_settings(crisis, members=members, parameters=parameters, scenario=what_if, seed=1)
    return run_to_folder(crisis, settings, folder=folder / f"{parameters}-{scenario}", workers=2)


def number(value: float | None) -> str:
    """Two or three digits, as much as such a figure bears."""
    if value is None:
        return ""
    return f"{value:.2g}" if abs(value) < 10 else f"{float(f'{value:.3g}'):,.0f}"


def claims_table(crisis: Crisis, fixed: Run, prior: Run) -> str:
    """Each claim with both runs and the verdict of the fixed one."""
    compiled = build_model(crisis).claims
    sources = dict(crisis.table("claims").select("claim", "source").iter_rows())
    rows = [
        "| claim | indicator | reported | fixed: p5 - p50 - p95 | verdict | prior: p5 - p50 - p95 | sources |\n|---|---|---|---|---|---|---|\n"
    ]
    for one, two in zip(judge_claims(compiled, fixed), judge_claims(compiled, prior), strict=True):
        reported = f"{number(one['low'])} - {number(one['high'])} {one['unit']}"
        spread = [" - ".join(number(r[q]) for q in ("p5", "p50", "p95")) for r in (one, two)]
        rows.append(
            f"| {one['id']} | {one['indicator']} | {reported} | {spread[0]} | {one['verdict']} | {spread[1]} | {sources[one['id']]} |\n"
        )
    return "".join(rows)


def what_ifs(base: Run, runs: dict[str, Run]) -> str:
    """What each scenario changes, paired by member."""
    rows = [
        "| what-if | left home, change (paired 90 %) | by 22 February | waiting at Bab al-Salama | admitted there |\n|---|---|---|---|---|\n"
    ]
    for name, run in runs.items():
        totals = {r["indicator"]: r for r in onward.compare(base, run)["totals"].iter_rows(named=True)}
        left, waiting, passed = (
            totals[k] for k in ("left_home", "waiting at bab-al-salama", "passed at bab-al-salama")
        )
        change = f"{number(left['run'])} to {number(left['other'])} ({number(left['p5'])} to {number(left['p95'])})"
        early = [
            r.series("departures").filter(pl.col("date") <= pl.date(2016, 2, 22))["people"].sum() / r.about["members"]
            for r in (base, run)
        ]
        rows.append(
            f"| {name} | {change} | {100 * (early[1] / early[0] - 1):+.0f} % | {number(waiting['run'])} to "
            f"{number(waiting['other'])} | {number(passed['run'])} to {number(passed['other'])} |\n"
        )
    return "".join(rows)


def main() -> None:
    """Run all and write the page between its two markers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100)
    members = parser.parse_args().members
    crisis = onward.read_crisis("aleppo-2016")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fixed, prior = (made(crisis, members, folder, parameters=p) for p in ("fixed", "prior"))
        runs = {name: made(crisis, members, folder, scenario=name) for name in bundled_scenarios(crisis.name)}
        head, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- measured -->")
        tail = rest.partition("<!-- end -->")[2]
        body = f"\n\n{members} members, seed 1.\n\n{claims_table(crisis, fixed, prior)}\n## What-ifs\n\n{what_ifs(fixed, runs)}\n"
        PAGE.write_text(f"{head}<!-- measured -->{body}<!-- end -->{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
