"""Describe in words by which rules a run was made and what its intervals cover."""

from __future__ import annotations

from onward.runs.summary import follows_flee
from onward.simulation.run import Run


def rules_words(run: Run) -> str:
    """Describe the rules and parameters of a run."""
    if not follows_flee(run.about):
        return f"parameters {run.about['parameters']}"
    flee = run.about["flee"]
    people = flee["people_per_agent"]
    agents = f" · one agent for {people} people" if people > 1 else ""
    return f"{'as Flee runs' if flee['faithful'] else 'as Flee is documented'} · {flee['settings_file']}{agents}"


def interval_words(run: Run) -> str:
    """Describe what the intervals include, so that one that includes little is not taken for one that includes all."""
    if run.about["members"] == 1:
        drawn = run.about["engine"] != "expected" or run.about["parameters"] == "prior"
        return "One simulated history, so no intervals." if drawn else "Means: nothing was drawn, so no intervals."
    if follows_flee(run.about) and run.about["engine"] != "expected":
        return "Figures are medians over the members. Intervals cover chance only: Flee's rules draw nothing else."
    if run.about["parameters"] == "fixed" and run.about["engine"] == "expected":
        return "All members are the same: nothing uncertain was drawn."
    if run.about["parameters"] == "fixed":
        return (
            "Figures are medians over the members. Intervals cover uncertain inputs, the days' shocks and "
            "chance; not the model's parameters: --parameters prior draws those too."
        )
    return "Figures are medians over the members. Intervals cover parameters, inputs, shocks and chance."
