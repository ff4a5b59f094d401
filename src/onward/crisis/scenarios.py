"""Scenarios: TOML files of interventions, validated as strictly as a crisis.

::

    format = 1
    name = "open-border"
    title = "Turkey opens its gate"

    [[intervention]]
    do = "set_gate"
    gate = "bab-al-salama"
    policy = "open"
"""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from onward.crisis.crisis import Crisis
from onward.crisis.messages import did_you_mean, quoted
from onward.errors import ScenarioError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Window(_Strict):
    """The days an intervention applies, both inclusive; without ``end``, to the end of the crisis."""

    start: date | None = None
    end: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> _Window:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}. Swap them.")
        return self


class ScaleEvents(_Window):
    """Attacks of some types, actors, places or areas happen ``factor`` times as often (0: not at all)."""

    do: Literal["scale_events"]
    factor: Annotated[float, Field(ge=0, le=100)]
    type: tuple[str, ...] = Field(default=(), strict=False)
    actor: tuple[str, ...] = Field(default=(), strict=False)
    place: tuple[str, ...] = Field(default=(), strict=False)
    area: tuple[str, ...] = Field(default=(), strict=False)


class FreezeControl(_Strict):
    """From ``start`` on no place changes its holder: those named, or all."""

    do: Literal["freeze_control"]
    start: date
    place: tuple[str, ...] = Field(default=(), strict=False)


class SetControl(_Strict):
    """``actor`` holds ``place`` from ``start`` until the crisis's own next change."""

    do: Literal["set_control"]
    place: str
    actor: str
    start: date


class SetGate(_Window):
    """A gate is open, closed, ``sealed`` or metered (``quota``); this rule overrides those of the crisis."""

    do: Literal["set_gate"]
    gate: str
    policy: Literal["open", "closed", "sealed", "quota"]
    people_per_day: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _quota_has_number(self) -> SetGate:
        if (self.policy == "quota") != (self.people_per_day is not None):
            raise ValueError("people_per_day goes with policy quota, and with no other. Give both or neither.")
        return self


class SetRoute(_Window):
    """A road is closed, or open again."""

    do: Literal["set_route"]
    place1: str
    place2: str
    policy: Literal["open", "closed"]


class AddCapacity(_Strict):
    """A camp has capacity for this many more people, from the first day to the last."""

    do: Literal["add_capacity"]
    place: str
    people: Annotated[int, Field(ge=1)]


class AddCamp(_Strict):
    """A new camp, with a road to the place ``near``; it can be used from ``opens``, or always."""

    do: Literal["add_camp"]
    place: str
    near: str
    distance_km: Annotated[float, Field(gt=0, le=1000)]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    capacity: Annotated[int, Field(ge=1)]
    opens: date | None = None


class SetParameter(_Strict):
    """A parameter of the model is held at a value."""

    do: Literal["set_parameter"]
    name: str
    value: float


Intervention = Annotated[
    ScaleEvents | FreezeControl | SetControl | SetGate | SetRoute | AddCapacity | AddCamp | SetParameter,
    Field(discriminator="do"),
]


class Scenario(_Strict):
    """A what-if: its interventions, in order."""

    format: Literal[1]
    name: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    title: str = ""
    intervention: tuple[Intervention, ...] = Field(min_length=1, strict=False)


def bundled_scenarios(crisis: str) -> list[str]:
    """Return the names of the scenarios that ship with a bundled crisis.

    Examples
    --------
    >>> bundled_scenarios("aleppo-2016")
    ['early-ceasefire', 'no-air-campaign', 'no-ground-push', 'no-war', 'open-border']
    """
    folder = resources.files("onward.crisis").joinpath("library", crisis, "scenarios")
    return sorted(f.name[: -len(".toml")] for f in folder.iterdir()) if folder.is_dir() else []


def scenario_files(crisis: Crisis) -> dict[str, Traversable]:
    """Return the scenario files of a crisis by name: those in its folder, or bundled with it.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> sorted(scenario_files(read_crisis("aleppo-2016")))[-1]
    'open-border'
    """
    home: Traversable = crisis.folder or resources.files("onward.crisis").joinpath("library", crisis.name)
    folder = home.joinpath("scenarios")
    files = [file for file in folder.iterdir() if file.name.endswith(".toml")] if folder.is_dir() else []
    return {file.name.removesuffix(".toml"): file for file in sorted(files, key=lambda file: file.name)}


def read_scenario(source: str | Path, crisis: Crisis) -> Scenario:
    """Read a scenario, and check it against its crisis.

    Parameters
    ----------
    source
        The name of one of the crisis's scenarios, or a TOML file.
    crisis
        The crisis it changes.

    Returns
    -------
    Scenario
        Its title and interventions, in order.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it, at once.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> read_scenario("open-border", read_crisis("aleppo-2016")).intervention[0].do
    'set_gate'
    """
    text, name = _text(source, crisis)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}: {error}. Mend the TOML.") from None
    return check_scenario(content, crisis, name)


def check_scenario(content: dict[str, object], crisis: Crisis, name: str = "scenario") -> Scenario:
    """Return the scenario that ``content`` describes, checked against ``crisis``."""
    try:
        scenario = Scenario.model_validate(content)
    except ValidationError as error:
        faults = [e for e in error.errors() if e["type"] != "too_short" or not content.get("intervention")]
        raise ScenarioError("\n".join(_message(name, fault) for fault in faults[:20])) from None
    steps = enumerate(scenario.intervention, 1)
    wrong = [line for n, step in steps for line in _mismatches(f"{name}, intervention {n}", step, crisis)]
    if wrong:
        raise ScenarioError("\n".join(wrong))
    return scenario


def _text(source: str | Path, crisis: Crisis) -> tuple[str, str]:
    own = scenario_files(crisis)
    path = own.get(str(source)) or Path(source)
    if not path.is_file():
        known = f"or one of {', '.join(own)}" if own else f"({crisis.name} has no scenario with a name)"
        hint = did_you_mean(str(source), own, f"Give a TOML file {known}.")
        raise ScenarioError(f"{quoted(str(source))} is not a scenario. {hint}")
    try:
        return path.read_text("utf-8"), path.name
    except (OSError, UnicodeDecodeError):
        raise ScenarioError(f"{path.name}: it cannot be read as UTF-8 text. Save it as UTF-8.") from None


def _message(name: str, error: ErrorDetails) -> str:
    """Format a pydantic error as a problem: where, what was found, and the next step."""
    loc = [part for part in error["loc"] if part not in _VERBS]
    where = ", ".join(f"intervention {part + 1}" if isinstance(part, int) else str(part) for part in loc)
    where = where.replace("intervention, intervention", "intervention")
    return f"{name}{', ' + where if where else ''}: {_explanation(error)}"


def _explanation(error: ErrorDetails) -> str:
    kind, found = error["type"], error["input"]
    verb = next((str(part) for part in error["loc"] if part in _VERBS), None)
    keys = list((_VERBS[verb] if verb else Scenario).model_fields)
    if kind == "value_error":
        return error["msg"].removeprefix("Value error, ")
    if kind == "missing":
        return f"this required key is missing. Write {_missing_words(str(error['loc'][-1]))}."
    if kind == "extra_forbidden":
        return f"this key is unknown. {did_you_mean(str(error['loc'][-1]), keys, 'Keys: ' + ', '.join(keys) + '.')}"
    if kind == "too_short":
        return "there is no intervention. Write at least one [[intervention]]."
    verbs = f"Write one of {', '.join(_VERBS)}."
    if kind == "union_tag_not_found":
        return f"the key do is missing. {verbs}"
    if kind == "union_tag_invalid":
        done = str(error.get("ctx", {}).get("tag"))
        return f"{quoted(done)} is not something to do. {did_you_mean(done, _VERBS, verbs)}"
    if error["loc"] == ("intervention",):
        return "it is not a list of interventions. Begin each with [[intervention]], in two brackets."
    return f"{quoted(found)} is not {_expected(error)}. Correct the value."


def _missing_words(key: str) -> str:
    """Return how a missing key is written.

    Examples
    --------
    >>> _missing_words("format"), _missing_words("gate")
    ('format = 1', 'gate = ...')
    """
    return {"format": "format = 1", "intervention": "one [[intervention]] or more"}.get(key, f"{key} = ...")


def _expected(error: ErrorDetails) -> str:
    """Describe the values that a key accepts; pydantic states bounds after its word "should"."""
    kinds = {"date": "a day without quotes, such as 2016-02-05", "tuple": "a list", "string": "a text in quotes",
             "float": "a number", "int": "a whole number", "model": "a table of keys", "list": "a list"}  # fmt: skip
    kind = error["type"].split("_")[0]
    if error["type"].endswith(("_type", "_parsing")) and kind in kinds:
        return kinds[kind]
    if error["type"] == "string_pattern_mismatch":
        return "a short name of letters, digits, '.', '_' and '-'"
    limits = [
        f"{words} {value:g}"
        for limit, words in _LIMITS.items()
        if (value := error.get("ctx", {}).get(limit)) is not None
    ]
    if limits:
        return f"a number {limits[0]}"
    return error["msg"].partition(" should ")[2].removeprefix("be ") or error["msg"]


_LIMITS = {"ge": "of at least", "gt": "above", "le": "of at most", "lt": "below"}


_VERBS: dict[str, type[BaseModel]] = {
    "scale_events": ScaleEvents,
    "freeze_control": FreezeControl,
    "set_control": SetControl,
    "set_gate": SetGate,
    "set_route": SetRoute,
    "add_capacity": AddCapacity,
    "add_camp": AddCamp,
    "set_parameter": SetParameter,
}


def _mismatches(where: str, step: Intervention, crisis: Crisis) -> list[str]:
    """Return a problem for each name in an intervention that the crisis lacks, and each date outside its period."""
    known = _known(crisis)
    wrong = _unknown_names(where, step, known)
    for field in ("start", "end", "opens"):
        day = getattr(step, field, None)
        if day is not None and not crisis.history_start <= day <= crisis.end:
            wrong.append(f"{where}, {field}: {day} is not a day from {crisis.history_start} to {crisis.end}.")
    if isinstance(step, SetRoute) and frozenset((step.place1, step.place2)) not in known["pairs"]:
        wrong.append(f"{where}: no road joins {quoted(step.place1)} and {quoted(step.place2)}. See routes.csv.")
    if isinstance(step, AddCamp) and step.place in known["place"]:
        wrong.append(f"{where}, place: {quoted(step.place)} is already a place. Give the camp a new name.")
    return wrong


def _unknown_names(where: str, step: Intervention, known: dict[str, Any]) -> list[str]:
    wrong = []
    for field, kind in _REFERENCES.items():
        value = getattr(step, field, None)
        names = value if isinstance(value, tuple) else () if value is None else (value,)
        if field == "place" and isinstance(step, AddCamp):
            continue
        for name in names:
            if name not in known[kind]:
                hint = did_you_mean(name, known[kind], f"The crisis has {', '.join(sorted(known[kind])[:8])}.")
                article = "an" if kind[0] in "ae" else "a"
                wrong.append(f"{where}, {field}: {quoted(name)} is not {article} {kind}. {hint}")
    return wrong


_REFERENCES = {"place": "place", "near": "place", "place1": "place", "place2": "place", "area": "area",
               "actor": "actor", "gate": "gate", "type": "event type"}  # fmt: skip


def _known(crisis: Crisis) -> dict[str, Any]:
    routes = crisis.table("routes")
    return {
        "place": crisis.place_names,
        "area": set(crisis.areas),
        "actor": set(crisis.table("actors")["actor"]),
        "gate": set(routes["gate"].drop_nulls()),
        "event type": {"air", "shelling", "ground", "missile", "other", "conflict"},
        "pairs": {frozenset(p) for p in routes.select("place1", "place2").iter_rows()},
    }
