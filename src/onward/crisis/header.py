"""Read crisis.toml: the crisis's name, period and parameter overrides."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from onward.crisis.households import Households, household_problem
from onward.crisis.messages import did_you_mean, quoted
from onward.errors import CrisisDataError, Problem

FILE = "crisis.toml"
FORMAT = 1
"""Version of the crisis folder that this code reads and writes; a newer one is refused."""
#: days before the start of which a new crisis knows the attacks: what people are used to
HISTORY_DAYS = 30

EXPECTED = {
    "name": "a short name of letters, digits, '.', '_' and '-'",
    "title": "a title",
    "start": "a day written YYYY-MM-DD",
    "end": "a day written YYYY-MM-DD",
    "history_start": "a day written YYYY-MM-DD",
    "war_began": "a day written YYYY-MM-DD",
    "time_zone": "the name of a time zone",
    "sources": "a list of texts",
    "fitted_on": "a list of names of crises",
    "parameters": "a table of names with numbers or texts",
    "households": "a table, under [households]",
    "trigger": "tables, each under [[trigger]]",
}


def _day(value: object) -> object:
    """Parse an ISO date given as text; return anything else unchanged."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return date.fromisoformat(value)
    return value


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError("unknown time zone") from None
    return name


Day = Annotated[date, BeforeValidator(_day)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Header(BaseModel):
    """The content of crisis.toml after the format: strict types, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100, description="its name in commands and files"),
    ]
    title: Annotated[str, Field(pattern=r"\S", description="what people call it")]
    start: Annotated[Day, Field(description="the first day of the run")]
    end: Annotated[Day, Field(description="the last day of the run, inclusive")]
    history_start: Annotated[
        Day | None,
        Field(
            description="the first day of which events are known; empty means start. People are used to the attacks "
            "of the weeks before, and only more than that makes them leave. For a war that comes suddenly write a day "
            "some weeks before it, with the few events there were: then its first attacks are a surprise. For a war "
            "that has gone on, give those weeks their events, or its first days look like a surprise that they were not"
        ),
    ] = None
    war_began: Annotated[
        Day | None,
        Field(
            description="the day on which the war began that people flee; empty means that it is new. After a truce of "
            "half a year or more in the area, write the day on which the fighting resumed. Those who leave most "
            "readily leave first, so in the years of a war people become less ready to leave (war_weariness)"
        ),
    ] = None
    time_zone: Annotated[
        str, AfterValidator(_time_zone), Field(description="the time zone of its days, such as Asia/Damascus")
    ] = "UTC"
    sources: Annotated[list[str], Field(description="where its data are from, for the report")] = []
    fitted_on: Annotated[
        list[str], Field(description="names of the crises on whose counts [parameters] were fitted; empty if by hand")
    ] = []
    parameters: Annotated[
        dict[str, int | Finite | str], Field(description="values of model parameters by name, see the page on them")
    ] = {}
    households: Annotated[
        Households | None,
        Field(
            description="sizes of households, which then move together, so that numbers vary as much as they do: mean "
            "(people), largest (people; twice the mean if not given), or a table shares by number of people; source. "
            "Without it people are drawn one by one"
        ),
    ] = None
    trigger: Annotated[
        list[dict[str, Any]], Field(description="thresholds to watch in forecasts; see the page on triggers")
    ] = []


def read_header(data: bytes) -> Header:
    """Read crisis.toml from its bytes; raise all its problems as one CrisisDataError."""
    content = _parse(data)
    if problem := _format_problem(content.pop("format", None)):
        raise CrisisDataError([problem])
    return check_header(content)


def check_header(content: dict[str, Any]) -> Header:
    """Return the header described by `content` (the keys of crisis.toml without format)."""
    try:
        return Header.model_validate(content)
    except ValidationError as error:
        raise CrisisDataError(_problems(error)) from None


def _parse(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        fault = Problem(FILE, found="the file is not UTF-8 text", next_step="Save it as UTF-8.")
    except RecursionError:
        fault = Problem(FILE, found="the lists in it are nested too deeply", next_step="Write a plain list.")
    except ValueError as error:
        line = re.search(r"at line (\d+)", str(error))
        found = f"the file is not valid TOML: {str(error).split(' (at')[0]}"
        step = "Correct this line; see https://toml.io."
        fault = Problem(FILE, int(line[1]) if line else None, None, found, "", step)
    raise CrisisDataError([fault])


def _format_problem(found: object) -> Problem | None:
    if type(found) is int and found == FORMAT:
        return None
    if type(found) is int and found > FORMAT:
        return Problem(FILE, None, "format", f"format {found} is newer than this version reads ({FORMAT})",
                       "", "Update onward.")  # fmt: skip
    step = f"Write format = {FORMAT}."
    if found is None:
        return Problem(FILE, None, "format", "this required key is missing", "", step)
    return Problem(FILE, None, "format", quoted(found), str(FORMAT), step)


def _problems(error: ValidationError) -> Iterator[Problem]:
    """Yield one problem per key; a value that fits none of several types is reported once."""
    seen = set()
    for fault in error.errors():
        if fault["loc"][0] == "households":
            yield household_problem(FILE, fault)
            continue
        key = ".".join(str(part) for part in fault["loc"][: 2 if fault["loc"][0] == "parameters" else 1])
        if key not in seen:
            seen.add(key)
            yield _problem(key, fault["type"], fault["input"])


def _problem(key: str, kind: str, found: object) -> Problem:
    if kind == "missing":
        step = f"Write {key} = ..., {EXPECTED[key]}."
        return Problem(FILE, None, key, "this required key is missing", "", step)
    if kind == "extra_forbidden":
        step = did_you_mean(key, EXPECTED, "Remove it.")
        return Problem(FILE, None, key, "this key is unknown", "", step)
    if key.startswith("parameters."):
        return Problem(FILE, None, key, quoted(found), "a finite number or a text", "Correct the value.")
    step = "Correct the value."
    if key == "time_zone":
        step = did_you_mean(str(found), available_timezones(), "Write one such as 'Asia/Damascus', or leave it out.")
    return Problem(FILE, None, key, quoted(found), EXPECTED[key], step)
