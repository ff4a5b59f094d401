"""Request and response types of the API; interventions are those of scenario files."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, WithJsonSchema

from onward.crisis.scenarios import Intervention
from onward.extraction.evidence import COLUMNS
from onward.runs.notes import MOST_NAME, MOST_TEXT
from onward.server.review import MOST_IN_CELL, NUMBERS, WHOLES

#: characters of a report that is read for review in the page; longer ones are for `onward read` (own choice)
MOST_CHARACTERS = 400_000
#: characters of a PDF in Base64: what fits in one request
MOST_PDF = 1_900_000
MOST_ROWS = 5_000


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    """Return a JSON Schema with its references replaced by the parts they refer to."""
    if isinstance(schema, list):
        return [_inlined(item, parts) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"].rsplit("/", 1)[-1]], parts)
    return {key: _inlined(value, parts) for key, value in schema.items() if key not in ("$defs", "discriminator")}


def _interventions_schema() -> dict[str, Any]:
    schema = TypeAdapter(list[Intervention]).json_schema()
    inlined: dict[str, Any] = _inlined(schema, schema["$defs"])
    return {**inlined, "minItems": 1, "maxItems": 200}


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class WhatIf(_Request):
    """A scenario to run: interventions added to a baseline run."""

    baseline: Annotated[str, Field(min_length=1, max_length=255)]
    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    title: Annotated[str, Field(max_length=200)] = ""
    interventions: Annotated[
        list[dict[str, Any]], Field(min_length=1, max_length=200), WithJsonSchema(_interventions_schema())
    ]


class NewNote(_Request):
    """A new note on a run: what it is on, or the thread that it answers or closes, and its text."""

    on: Annotated[str, Field(max_length=300)] | None = None
    text: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    by: Annotated[str, Field(max_length=MOST_NAME)] = ""
    reply: Annotated[int, Field(ge=1, le=2**31)] | None = None
    resolve: Annotated[int, Field(ge=1, le=2**31)] | None = None
    propose: dict[str, str | float | int | None] | None = None


class NoteInfo(BaseModel):
    """A stored note; ``resolved`` says whether its thread is closed."""

    n: int
    time: str
    by: str
    on: str
    text: str
    reply: int | None
    resolve: bool
    propose: dict[str, Any] | None
    resolved: bool


class Report(_Request):
    """A report to extract facts from (text, HTML, or PDF in Base64), its date, and the run whose places come first."""

    text: Annotated[str, Field(max_length=MOST_CHARACTERS)] = ""
    html: Annotated[str, Field(max_length=MOST_CHARACTERS)] = ""
    pdf: Annotated[str, Field(max_length=MOST_PDF, json_schema_extra={"format": "byte"})] = ""
    date: Annotated[str, Field(max_length=10, json_schema_extra={"format": "date"})] | None = None
    crisis: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    source: Annotated[str, Field(max_length=200)] = "report"


def _cell(column: str) -> dict[str, Any]:
    if column in WHOLES:
        return {"type": ["integer", "null"], "minimum": 0, "exclusiveMaximum": 1e12}
    if column in NUMBERS:
        return {"type": ["number", "null"], "minimum": 0, "exclusiveMaximum": 1e12}
    return {"type": ["string", "null"], "maxLength": MOST_IN_CELL}


class Evidence(_Request):
    """Facts with a reviewer's decisions, as rows of the evidence table."""

    rows: Annotated[list[dict[str, Any]], Field(max_length=MOST_ROWS), WithJsonSchema(
        {"type": "array", "maxItems": MOST_ROWS, "items": {
            "type": "object", "additionalProperties": False,
            "properties": {name: _cell(name) for name in COLUMNS}}}
    )]  # fmt: skip


class ErrorMessage(BaseModel):
    """An error in words."""

    message: str


class RunInfo(BaseModel):
    """A run in the list of runs."""

    name: str
    title: str
    crisis: str
    scenario: str | None
    members: int | None
    engine: str | None
    parameters: str
    created: str | None


class JobInfo(BaseModel):
    """A scenario job that is waiting, running or finished; ``name`` is the name of its run."""

    id: int
    name: str
    title: str
    baseline: str
    members: int
    created: str
    state: Literal["waiting", "running", "stopping", "done", "failed", "cancelled"]
    stage: str
    done: int
    message: str


def without_gaps(content: Any) -> Any:
    """Replace non-finite numbers, which JSON cannot represent, by null.

    Examples
    --------
    >>> without_gaps({"a": [1.0, float("nan")]})
    {'a': [1.0, None]}
    """
    if isinstance(content, dict):
        return {key: without_gaps(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [without_gaps(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content
