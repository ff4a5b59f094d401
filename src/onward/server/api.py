"""The HTTP API of the page."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from typing import Annotated, Any

import polars as pl
import polars.selectors as cs
from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from onward.disclosure import rounded, significant
from onward.errors import ParameterError
from onward.evaluation.compare import compare
from onward.report.explanations import explain_place
from onward.report.model_card import model_card
from onward.runs.folder import kept_crisis, read_run
from onward.runs.notes import add_note, read_notes, resolved
from onward.server.jobs import Job, Jobs
from onward.server.models import (
    ErrorMessage,
    Evidence,
    JobInfo,
    NewNote,
    NoteInfo,
    Report,
    RunInfo,
    WhatIf,
    without_gaps,
)
from onward.server.pages import Pages
from onward.server.review import FILE, evidence_csv, read_for_review
from onward.server.run_list import Library
from onward.server.whatifs import baseline_crisis, checked_scenario, settings_of

Name = Annotated[str, Path(min_length=1, max_length=255, description="A name from the list of runs.")]
Number = Annotated[int, Path(ge=1, le=2**31, description="The number of a job.")]
_WORDS = {
    400: "The request is not valid for this API.",
    401: "A token is required.",
    403: "The request came from another site.",
    404: "There is no such run or job.",
    409: "The request conflicts with the current state.",
    413: "The request is too large.",
    415: "The request is not JSON.",
    421: "The host is not this computer.",
    422: "The request was understood, but its content is wrong.",
    429: "Too many jobs are waiting.",
    500: "Onward failed unexpectedly.",
}


def _errors(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: {"model": ErrorMessage, "description": _WORDS[code]} for code in (401, 403, 421, 500, *codes)}


def run_routes(library: Library, pages: Pages) -> APIRouter:
    """Build the routes of runs: the list, what the page shows, the model card, and comparisons."""
    router = APIRouter(prefix="/api", tags=["runs"])

    @router.get("/runs", responses=_errors())
    def runs() -> list[RunInfo]:
        """List the finished runs."""
        return [RunInfo(**row) for row in library.listing()]

    @router.get("/runs/{name}/page", responses=_errors(404, 409, 422))
    def page(name: Name) -> dict[str, Any]:
        """Return everything that the page shows of a run."""
        return pages(name)

    @router.get("/runs/{name}/card", responses=_errors(404, 409, 422))
    def card(name: Name) -> dict[str, Any]:
        """Return the model card of a run."""
        return model_card(library.run(name), library.folder(name))

    @router.get("/runs/{name}/explain", responses=_errors(404, 409, 422))
    def explain(name: Name, place: Annotated[str, Query(max_length=255)], date: dt.date) -> dict[str, Any]:
        """Say who the displaced people of a place are on a day, in one simulated history, rounded."""
        folder = library.folder(name)
        return explain_place(library.run(name), kept_crisis(folder), place=place, day=date)

    @router.get("/compare/{name}/{other}", responses=_errors(404, 409, 422))
    def differ(name: Name, other: Name) -> dict[str, Any]:
        """Compare two runs member by member, to two significant digits."""
        tables = compare(library.run(name), library.run(other))
        rounded_tables = {key: _two_digits(frame, key).to_dicts() for key, frame in tables.items()}
        content: dict[str, Any] = without_gaps({"run": name, "other": other, "tables": rounded_tables})
        return content

    return router


def note_routes(library: Library) -> APIRouter:
    """Build the routes of reviewers' notes: read the notes of a run, and add one."""
    router = APIRouter(prefix="/api", tags=["notes"])

    @router.get("/runs/{name}/notes", responses=_errors(404, 409, 422))
    def notes(name: Name) -> list[NoteInfo]:
        """List the notes on a run in the order they were written."""
        found = read_notes(library.folder(name))
        closed = resolved(found)
        return [NoteInfo(**asdict(note), resolved=(note.reply or note.n) in closed) for note in found]

    @router.post("/runs/{name}/notes", status_code=201, responses=_errors(400, 404, 409, 413, 415, 422))
    def add(name: Name, sent: NewNote) -> NoteInfo:
        """Add a note; concurrent writers are served in the order in which they arrive."""
        _check_numbers(sent.propose)
        note = add_note(library.folder(name), **sent.model_dump())
        return NoteInfo(**asdict(note), resolved=note.resolve)

    return router


def job_routes(library: Library, jobs: Jobs) -> APIRouter:
    """Build the routes of scenario jobs: queue one, report progress, stop one."""
    router = APIRouter(prefix="/api", tags=["what-ifs"])

    @router.post("/whatifs", status_code=202, responses=_errors(400, 404, 409, 413, 415, 422, 429))
    def ask(whatif: WhatIf) -> JobInfo:
        """Add a scenario job to the queue."""
        folder = library.folder(whatif.baseline)
        crisis, about = baseline_crisis(folder), read_run(folder).about
        _check_numbers(whatif.interventions)
        scenario = checked_scenario(whatif.name, whatif.title, whatif.interventions, crisis=crisis, baseline=about)
        settings_of(about, crisis, scenario)
        job = jobs.add(
            name=whatif.name, title=whatif.title, baseline=whatif.baseline,
            scenario=scenario.model_dump(mode="json"), members=about["members"],
        )  # fmt: skip
        return _job(job)

    @router.get("/jobs", responses=_errors())
    def all_jobs() -> list[JobInfo]:
        """List the scenario jobs that are waiting, running or finished, oldest first."""
        return [_job(job) for job in jobs.all()]

    @router.get("/jobs/{number}", responses=_errors(404, 422))
    def one(number: Number) -> JobInfo:
        """Return the state and progress of a scenario job."""
        return _job(jobs.get(number))

    @router.delete("/jobs/{number}", responses=_errors(404, 422))
    def stop(number: Number) -> JobInfo:
        """Remove a scenario job from the queue, or stop it; a finished job is unchanged."""
        return _job(jobs.cancel(number))

    return router


def review_routes(library: Library) -> APIRouter:
    """Build the routes of reports: extract facts for review, and write the decisions."""
    router = APIRouter(prefix="/api", tags=["reports"])

    @router.post("/read", responses=_errors(400, 404, 409, 413, 415, 422))
    def read(report: Report) -> dict[str, Any]:
        """Extract the facts of a report, with their text spans and the rows to review."""
        crisis = kept_crisis(library.folder(report.crisis)) if report.crisis else None
        found: dict[str, Any] = without_gaps(read_for_review(
            report.text, html=report.html, pdf=report.pdf, date=report.date, crisis=crisis, source=report.source
        ))  # fmt: skip
        return found

    @router.post(
        "/evidence", response_class=Response,
        responses={**_errors(400, 413, 415, 422), 200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )  # fmt: skip
    def evidence(reviewed: Evidence) -> Response:
        """Return reviewed rows as the CSV that `onward evidence apply` reads."""
        headers = {"content-disposition": f'attachment; filename="{FILE}"'}
        return Response(evidence_csv(reviewed.rows), media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _job(job: Job) -> JobInfo:
    return JobInfo(**{name: value for name, value in asdict(job).items() if name != "scenario"})


def _two_digits(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    columns = frame.select(cs.float()).columns
    return significant(frame, columns) if name == "claims" else rounded(frame, columns)


def _check_numbers(content: object) -> None:
    """Refuse non-finite numbers, which Python accepts but JSON does not allow."""
    try:
        json.dumps(content, allow_nan=False)
    except ValueError:
        raise ParameterError("a number is not finite. Give whole or decimal numbers.") from None
