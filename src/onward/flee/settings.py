"""The settings of Flee 3 (simsetting.yml): every key, its default and whether it is supported.

What Onward does not follow is refused by name where a settings file switches it on, and a key that Flee does not
know is refused too, for Flee would ignore it. Source: Flee 3 (github.com/djgroen/flee, commit 02cd2cb),
``SimulationSettings.ReadFromYML``, in our own words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from onward.crisis.messages import did_you_mean, quoted
from onward.errors import Problem


@dataclass(frozen=True)
class FleeSettings:
    """The content of a settings file, by Flee's own names; distances in km, speeds in km per day."""

    take_from_population: bool = False
    insert_day0: bool = True
    empty_camps_on_day0: bool = False
    conflict_zone_spawning_only: bool = True
    sum_from_camps: bool = True
    #: "" is spawning from registrations; else constant, pop_ratio or poisson
    conflict_spawn_mode: str = ""
    displaced_per_conflict_day: float = 500.0
    conflict_spawn_decay: tuple[float, ...] = ()
    conflict_spawn_decay_interval: int = 30
    max_move_speed: float = 360.0
    max_walk_speed: float = 35.0
    foreign_weight: float = 1.0
    camp_weight: float = 1.0
    conflict_weight: float = 1.0 / 3.16227766017
    conflict_movechance: float = 1.0
    camp_movechance: float = 0.001
    idpcamp_movechance: float = 0.1
    default_movechance: float = 0.3
    awareness_level: int = 1
    capacity_buffer: float = 0.9
    capacity_scaling: float = 1.0
    avoid_short_stints: bool = False
    start_on_foot: bool = False
    softening: float = 10.0
    weight_softening: float = 0.0
    weight_power: float = 1.0
    distance_power: float = 1.0
    use_pop_for_loc_weight: bool = False
    pop_power_for_loc_weight: float = 0.1
    movechance_pop_base: float = 10000.0
    movechance_pop_scale_factor: float = 0.0
    pruning_threshold: float = 1.0
    hasten: int = 1

    def decay(self, days: int) -> float:
        """Return the decay of a conflict that began ``days`` ago; 1 if none is set."""
        if not self.conflict_spawn_decay:
            return 1.0
        step = min(int(days / self.conflict_spawn_decay_interval), len(self.conflict_spawn_decay) - 1)
        return self.conflict_spawn_decay[step]


SPAWN, MOVE, SPEED_UP, LOG = "spawn_rules", "move_rules", "optimisations", "log_levels"
#: the one key that holds keys: spawn_mode and displaced_per_conflict_day
MODE = "conflict_driven_spawning"
#: where each supported key stands
SECTIONS = {
    "take_from_population": SPAWN,
    "insert_day0": SPAWN,
    "empty_camps_on_day0": SPAWN,
    "conflict_zone_spawning_only": SPAWN,
    "sum_from_camps": SPAWN,
    "conflict_spawn_decay": SPAWN,
    "conflict_spawn_decay_interval": SPAWN,
    "hasten": SPEED_UP,
}
#: keys that Flee reads but that change nothing in what it counts
WITHOUT_EFFECT = {
    "": ("number_of_steps", "conflict_input_file", "flood_level_input_file", "default_conflict_intensity"),
    LOG: ("agent", "link", "camp", "conflict", "init", "idp_totals", "granularity"),
    SPAWN: ("average_social_connectivity",),
    MOVE: ("max_crossing_speed", "home_distance_power", "avg_religion_fraction"),
    SPEED_UP: (),
}
#: keys of rules that Onward does not follow: accepted only where they are off
REFUSED = {
    SPAWN: (
        "flood_zone_spawning_only", "camps_are_sicks", "camps_are_sinks", "read_from_agents_csv_file",
        "starvation_driven_spawning", "flood_driven_spawn_mode", "flood_driven_spawning", "flood_spawn_mode",
    ),
    MOVE: (
        "use_v1_rules", "stay_close_to_home", "WomenAvoidHazards", "ChildrenAvoidHazards", "ElderlyAvoidHazards",
        "BoysTakeRisk", "MatchCampReligion", "MatchCampEthnicity", "MatchTownEthnicity", "MatchConflictEthnicity",
        "fixed_routes", "two_system_decision_making", "use_economic_pull", "harvest_months", "flee_when_starving",
        "avoid_food_deprived_locations", "flood_rules",
    ),
}  # fmt: skip
MODES = ("constant", "pop_ratio", "poisson")


def _in_section(name: str) -> str:
    return SECTIONS.get(name, MOVE)


SUPPORTED = {
    section: tuple(
        f.name
        for f in fields(FleeSettings)
        if _in_section(f.name) == section and f.name not in ("conflict_spawn_mode", "displaced_per_conflict_day")
    )
    for section in (SPAWN, MOVE, SPEED_UP)
}


def load_settings(
    file: Path | None, overrides: Mapping[str, object], notes: list[str] | None = None
) -> tuple[FleeSettings, list[Problem]]:
    """Read a settings file, or use Flee's defaults without one.

    ``overrides`` replace its keys (``max_move_speed`` or ``move_rules.max_move_speed``); log levels that Flee does not
    know are added to ``notes``.
    """
    import yaml

    if file is None:
        flat: dict[tuple[str, str], Any] = {}
        return _parse(flat, Path(), _override(flat, overrides))
    try:
        content = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return FleeSettings(), [_problem(file, None, f"the file cannot be read: {error}", "Name another file.")]
    except yaml.YAMLError as error:
        return FleeSettings(), [_problem(file, None, f"this is no YAML: {error}", "Mend the file.")]
    if content is None:
        content = {}
    if not isinstance(content, dict):
        return FleeSettings(), [_problem(file, None, "the file holds no keys", "See Flee's simsetting.yml.")]
    wrong = [f"{name}: {content[name]!r}" for name in (SPAWN, MOVE, SPEED_UP, LOG) if not _mapping(content.get(name))]
    if wrong:
        return FleeSettings(), [_problem(file, w.split(":")[0], "this section holds no keys", "") for w in wrong]
    flat = _flatten(content)
    unused = [key for section, key in flat if section == LOG and key not in WITHOUT_EFFECT[LOG]]
    if notes is not None and unused:
        notes.append(f"{file.name}: Flee has no log level {', '.join(unused)}")
    flat = {(section, key): value for (section, key), value in flat.items() if section != LOG}
    problems = _override(flat, overrides)
    return _parse(flat, file, problems)


def _mapping(found: object) -> bool:
    return found is None or isinstance(found, dict)


def _flatten(content: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    flat: dict[tuple[str, str], Any] = {}
    for name, found in content.items():
        if name in (SPAWN, MOVE, SPEED_UP, LOG):
            flat |= {(name, str(key)): value for key, value in (found or {}).items()}
        else:
            flat["", str(name)] = found
    return flat


def _override(flat: dict[tuple[str, str], Any], overrides: Mapping[str, object]) -> list[Problem]:
    """Apply settings given by hand to the file's content; name settings that cannot be set."""
    import yaml

    problems = []
    for name, found in overrides.items():
        value = yaml.safe_load(found) if isinstance(found, str) else found
        *sections, key = name.split(".")
        if sections[-1:] == [MODE] or name == MODE:
            mode = flat.get((SPAWN, MODE))
            part = {} if name == MODE else {key: value}
            flat[SPAWN, MODE] = value if name == MODE else {**(mode if isinstance(mode, dict) else {}), **part}
            continue
        known = [s for s in (SPAWN, MOVE, SPEED_UP) if key in SUPPORTED[s] and sections in ([], [s])]
        if known:
            flat[known[0], key] = value
        else:
            problems.append(_not_to_set(name, key))
    return problems


def _not_to_set(name: str, key: str) -> Problem:
    where = f"--set flee.{name}"
    if any(key in keys for keys in REFUSED.values()):
        return Problem(where, None, None, "Onward does not follow this rule of Flee", "", "Leave it out.")
    options = [k for keys in SUPPORTED.values() for k in keys]
    hint = did_you_mean(key, options, "See docs/explanation/flee-rules.md.")
    return Problem(where, None, None, "this is no setting of Flee that Onward follows", "", hint)


def _parse(
    flat: Mapping[tuple[str, str], Any], file: Path, problems: list[Problem]
) -> tuple[FleeSettings, list[Problem]]:
    given: dict[str, Any] = {}
    for (section, key), found in flat.items():
        if section == SPAWN and key == MODE:
            problems += _read_mode(found, file, given)
        elif key in SUPPORTED.get(section, ()):
            problems += _read_key(key, found, file, given)
        elif key in REFUSED.get(section, ()):
            if found not in (None, False, 0, [], {}):
                step = "Switch it off, or run Flee itself."
                problems.append(_problem(file, f"{section}.{key}", "Onward does not follow this rule of Flee", step))
        elif key not in WITHOUT_EFFECT.get(section, ()):
            problems.append(_unknown(file, section, key))
    return FleeSettings(**given) if not problems else FleeSettings(), problems


def _unknown(file: Path, section: str, key: str) -> Problem:
    options = (*SUPPORTED.get(section, ()), *REFUSED.get(section, ()), *WITHOUT_EFFECT.get(section, ()))
    hint = did_you_mean(key, options, "Remove it.")
    where = f"{section}.{key}".lstrip(".")
    return _problem(file, where, "Flee knows no such key and would ignore it", hint)


def _problem(file: Path, key: str | None, found: str, step: str, expected: str = "") -> Problem:
    return Problem(file.name, None, key, found, expected, step)


def _read_mode(found: Any, file: Path, given: dict[str, Any]) -> list[Problem]:
    where = f"{SPAWN}.{MODE}"
    if found is None:
        return []
    if not isinstance(found, dict):
        return [_problem(file, where, quoted(found), "Give spawn_mode and displaced_per_conflict_day.", "a section")]
    mode = str(found.get("spawn_mode", "constant"))
    mode = mode.lower() if mode.lower() == "poisson" else mode
    number = found.get("displaced_per_conflict_day", 0.01 if mode == "pop_ratio" else 500)
    problems = [_unknown(file, where, str(k)) for k in found if k not in ("spawn_mode", "displaced_per_conflict_day")]
    if mode not in MODES:
        problems.append(_problem(file, f"{where}.spawn_mode", quoted(mode), "", f"one of {', '.join(MODES)}"))
    try:
        given["displaced_per_conflict_day"] = float(number) if mode == "pop_ratio" else float(int(number))
    except (TypeError, ValueError):
        key = f"{where}.displaced_per_conflict_day"
        return [*problems, _problem(file, key, quoted(number), "", "a number of people")]
    given["conflict_spawn_mode"] = mode
    return problems


#: what a setting must keep to besides being a number: its words and its test
RANGES: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "max_move_speed": ("a speed above 0 km a day", lambda x: x > 0),
    "max_walk_speed": ("a speed above 0 km a day", lambda x: x > 0),
    "awareness_level": ("a number of links, 1 or more", lambda x: x >= 1),
    "hasten": ("a whole number, 1 or more", lambda x: x >= 1),
    "conflict_spawn_decay_interval": ("a number of days, 1 or more", lambda x: x >= 1),
    "softening": ("a distance of 0 km or more", lambda x: x >= 0),
    "capacity_buffer": ("a share, 0 or more and less than 1", lambda x: 0 <= x < 1),
    "movechance_pop_base": ("a number above 0", lambda x: x > 0),
}
NOT_NEGATIVE = (
    "foreign_weight", "camp_weight", "conflict_weight", "conflict_movechance", "camp_movechance", "weight_softening",
    "idpcamp_movechance", "default_movechance", "capacity_scaling",
)  # fmt: skip


def _read_key(key: str, found: Any, file: Path, given: dict[str, Any]) -> list[Problem]:
    where = f"{_in_section(key)}.{key}"
    default = getattr(FleeSettings, key)
    words, right = RANGES.get(key, ("a number of 0 or more", lambda x: x >= 0 or key not in NOT_NEGATIVE))
    try:
        if key == "conflict_spawn_decay":
            given[key] = tuple(float(x) for x in found or ())
            words, right = "a list of shares, each 0 or more", lambda x: all(v >= 0 for v in x)
        elif isinstance(default, bool):
            given[key] = bool(found)  # as Flee does: any text, "False" too, is true
            if not isinstance(found, (bool, int, type(None))):
                return [_problem(file, where, quoted(found), "", "true or false")]
            return []
        elif isinstance(default, int):
            given[key] = int(found)
        else:
            given[key] = float(found)
            if not math.isfinite(given[key]):
                raise ValueError
    except (TypeError, ValueError):
        return [_problem(file, where, quoted(found), "", words)]
    return [] if right(given[key]) else [_problem(file, where, quoted(found), "", words)]
