"""The API does what its OpenAPI says, whatever is sent to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from views.live_server import served, write_small_run

#: examples of each question (own choice: the whole takes half a minute)
EXAMPLES = 25


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    home = tmp_path_factory.mktemp("contract")
    base = write_small_run(home / "base", members=1)
    with served(base, home / "whatifs", fake=lambda *_, **__: None) as client:
        yield schemathesis.openapi.from_url(f"{client.base_url}/api/openapi.json")


QUESTIONS = (
    "GET /api/runs", "GET /api/runs/{name}/page", "GET /api/runs/{name}/card", "GET /api/runs/{name}/explain",
    "GET /api/compare/{name}/{other}",
    "GET /api/jobs", "GET /api/jobs/{number}", "DELETE /api/jobs/{number}",
    "POST /api/whatifs", "POST /api/read", "POST /api/evidence",
    "GET /api/runs/{name}/notes", "POST /api/runs/{name}/notes",
)  # fmt: skip


#: what is right in form may be wrong for its crisis or its table, or be no PDF: that is 422, and no fault
MEANING = (
    "GET /api/runs/{name}/explain",
    "POST /api/whatifs",
    "POST /api/evidence",
    "POST /api/read",
    "POST /api/runs/{name}/notes",
)
#: nothing can be sent wrong with these
PLAIN = ("GET /api/runs", "GET /api/jobs")
CASES = [(question, mode) for question in QUESTIONS for mode in GenerationMode
         if not (question in PLAIN and mode is GenerationMode.NEGATIVE)]  # fmt: skip


@pytest.mark.parametrize(("question", "mode"), CASES, ids=[f"{question}, {mode.value}" for question, mode in CASES])
def test_answers_are_as_declared(api: Any, question: str, mode: GenerationMode) -> None:
    method, path = question.split()
    left_out = [positive_data_acceptance] if question in MEANING else []

    @given(case=api[path][method].as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def check(case: schemathesis.Case) -> None:
        if question == "POST /api/whatifs" and mode is GenerationMode.POSITIVE:
            case.body["baseline"] = "base"
        if question == "POST /api/runs/{name}/notes" and mode is GenerationMode.POSITIVE:
            case.path_parameters["name"] = "base"
        answer = case.call()
        refused = [negative_data_rejection] if answer.status_code == 413 else []  # which it does not know as one
        case.validate_response(answer, excluded_checks=[*left_out, *refused])

    check()


def test_no_question_is_left_out(api: Any) -> None:
    declared = [(m.upper(), path) for path, questions in api.raw_schema["paths"].items() for m in questions]
    assert {tuple(question.split()) for question in QUESTIONS} == set(declared)


def test_every_question_says_what_can_be_refused(api: Any) -> None:
    for path, questions in api.raw_schema["paths"].items():
        for method, question in questions.items():
            assert question["description"], f"{method} {path}"
            assert {"401", "403", "500"} <= set(question["responses"]), f"{method} {path}"


def test_the_interventions_are_declared(api: Any) -> None:
    sent = api.raw_schema["components"]["schemas"]["WhatIf"]["properties"]["interventions"]
    assert len(sent["items"]["oneOf"]) == 8
    assert "$ref" not in str(sent)
