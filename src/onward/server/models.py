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
    """A JSON Schema with its parts in place of the references to them."""
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


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class WhatIf(_Sent):
    """A what-if to run: interventions laid over a run that is the baseline."""

    baseline: Annotated[str, Field(min_length=1, max_length=255)]
    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    title: Annotated[str, Field(max_length=200)] = ""
    interventions: Annotated[
        list[dict[str, Any]], Field(min_length=1, max_length=200), WithJsonSchema(_interventions_schema())
    ]


class NoteSent(_Sent):
    """A note on a run: what it is on, or the thread that it answers or closes, and what it says."""

    on: Annotated[str, Field(max_length=300)] | None = None
    text: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    by: Annotated[str, Field(max_length=MOST_NAME)] = ""
    reply: Annotated[int, Field(ge=1, le=2**31)] | None = None
    resolve: Annotated[int, Field(ge=1, le=2**31)] | None = None
    propose: dict[str, str | float | int | None] | None = None


class NoteTold(BaseModel):
    """A note as it is kept; ``resolved`` says whether its thread is closed."""

    n: int
    time: str
    by: str
    on: str
    text: str
    reply: int | None
    resolve: bool
    propose: dict[str, Any] | None
    resolved: bool


class Report(_Sent):
    """A report to read: plain text, HTML, or a PDF in Base64; its day, and the run whose places are looked up first."""

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


class Evidence(_Sent):
    """Facts with a person's decisions, as rows of the evidence table."""

    rows: Annotated[list[dict[str, Any]], Field(max_length=MOST_ROWS), WithJsonSchema(
        {"type": "array", "maxItems": MOST_ROWS, "items": {
            "type": "object", "additionalProperties": False,
            "properties": {name: _cell(name) for name in COLUMNS}}}
    )]  # fmt: skip


class Told(BaseModel):
    """What is wrong, in words."""

    message: str


class Listed(BaseModel):
    """A run in the list of runs."""

    name: str
    title: str
    crisis: str
    scenario: str | None
    members: int | None
    engine: str | None
    parameters: str
    created: str | None


class JobTold(BaseModel):
    """A what-if that waits, runs or has ended; ``name`` is the name of its run."""

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
    """Return content with null in place of what is no number, which JSON cannot say.

    >>> without_gaps({"a": [1.0, float("nan")]})
    {'a': [1.0, None]}
    """
    if isinstance(content, dict):
        return {key: without_gaps(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [without_gaps(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content
