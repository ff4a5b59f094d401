"""Scenarios from the page: validated as strictly as a file, run with the baseline's settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from onward.crisis import Crisis, Scenario, check_scenario
from onward.errors import ParameterError, RunFolderError
from onward.model.near_ground import near_of
from onward.runs.folder import CRISIS, kept_crisis, read_run
from onward.runs.inputs import given_steps, with_days
from onward.runs.summary import follows_flee
from onward.simulation.member import Settings
from onward.simulation.settings import make_settings

#: crises that are kept for the next what-if of the same run (own choice)
KEPT = 4


def baseline_crisis(folder: Path) -> Crisis:
    """Return the crisis of a run as it was simulated; raise RunFolderError if the folder no longer has it."""
    about = read_run(folder).about
    if follows_flee(about):
        raise ParameterError(
            f"{folder.name}: a run under Flee's rules has no what-ifs. "
            "Make a crisis of the instance with `onward import flee`, and run that."
        )
    crisis = _crisis_as_of(folder, _files(folder / CRISIS))
    if crisis is None:
        raise RunFolderError(f"{folder.name}: this run holds no crisis, so no what-if can be made of it. Run it again.")
    if crisis.hash != about["crisis_hash"]:
        raise RunFolderError(f"{folder.name}: its crisis was changed after the run. Run the changed crisis first.")
    return crisis


@lru_cache(maxsize=KEPT)
def _crisis_as_of(folder: Path, files: tuple[tuple[str, int, int], ...]) -> Crisis | None:
    """Read the crisis of a run once for as long as its ``files`` do not change."""
    return kept_crisis(folder)


def _files(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return the name, size and time of change of each file in a folder."""
    found = [(path, path.stat()) for path in sorted(folder.rglob("*")) if path.is_file()]
    return tuple((str(path.relative_to(folder)), state.st_size, state.st_mtime_ns) for path, state in found)


def checked_scenario(
    name: str, title: str, interventions: Sequence[Mapping[str, Any]], *, crisis: Crisis, baseline: Mapping[str, Any]
) -> Scenario:
    """Return the scenario of a request; raise ScenarioError with the same messages as for a file.

    The interventions of a baseline that is a what-if itself come first. ``baseline`` is its run.json.
    """
    steps = [with_days(step) for step in interventions]
    content: dict[str, object] = {"format": 1, "name": name, "title": title, "intervention": steps}
    new = check_scenario(content, crisis, "what-if")
    before = baseline.get("scenario")
    if not before:
        return new
    return check_scenario({**content, "intervention": [*given_steps(before), *steps]}, crisis, "what-if")


def settings_of(about: Mapping[str, Any], crisis: Crisis, scenario: Scenario) -> Settings:
    """Return the settings of a baseline with another scenario, so that the two can be compared by member."""
    if about["parameters"] not in ("fixed", "prior"):
        raise ParameterError(
            f"a run with parameters {about['parameters']} cannot be repeated from its folder. "
            "Take one with fixed or prior."
        )
    held = {step.name for step in scenario.intervention if step.do == "set_parameter"}
    overrides = {name: value for name, value in about["overrides"].items() if name not in held}
    return make_settings(
        crisis, engine=about["engine"], members=about["members"], seed=about["seed"], parameters=about["parameters"],
        overrides=overrides, labels=about["labels"], scenario=scenario, departures=about.get("departures", "modelled"),
        near=tuple(near_of(text) for text in about.get("near_asked", ())),
    )  # fmt: skip
