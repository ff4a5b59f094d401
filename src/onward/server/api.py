"""The HTTP API of the page."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import polars as pl
import polars.selectors as cs
from fastapi import APIRouter, Path
from fastapi.responses import Response

from onward.disclosure import rounded, significant
from onward.errors import ParameterError
from onward.evaluation.compare import compare
from onward.report.model_card import model_card
from onward.runs.folder import kept_crisis, read_run
from onward.runs.notes import add_note, read_notes, resolved
from onward.server.jobs import Job, Jobs
from onward.server.models import Evidence, JobTold, Listed, NoteSent, NoteTold, Report, Told, WhatIf, without_gaps
from onward.server.pages import Pages
from onward.server.review import FILE, evidence_csv, read_for_review
from onward.server.run_list import Library
from onward.server.whatifs import baseline_crisis, checked_scenario, settings_of

Name = Annotated[str, Path(min_length=1, max_length=255, description="A name from the list of runs.")]
Number = Annotated[int, Path(ge=1, le=2**31, description="The number of a job.")]
_WORDS = {
    400: "It is no request of this API.",
    401: "A token is needed.",
    403: "Another site sent it.",
    404: "There is no such run or job.",
    409: "It cannot be done as things are.",
    413: "It is too much at once.",
    415: "It is not JSON.",
    421: "The host is not this computer.",
    422: "It was understood, and is wrong.",
    429: "Too many are waiting.",
    500: "Onward failed.",
}


def _told(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: {"model": Told, "description": _WORDS[code]} for code in (401, 403, 421, 500, *codes)}


def run_routes(library: Library, pages: Pages) -> APIRouter:
    """Runs: the list, what the page shows of one, its model card, and how two differ."""
    router = APIRouter(prefix="/api", tags=["runs"])

    @router.get("/runs", responses=_told())
    def runs() -> list[Listed]:
        """List the finished runs."""
        return [Listed(**row) for row in library.listing()]

    @router.get("/runs/{name}/page", responses=_told(404, 409, 422))
    def page(name: Name) -> dict[str, Any]:
        """Return all that the page shows of a run."""
        return pages(name)

    @router.get("/runs/{name}/card", responses=_told(404, 409, 422))
    def card(name: Name) -> dict[str, Any]:
        """Return the model card of a run."""
        return model_card(library.run(name), library.folder(name))

    @router.get("/compare/{name}/{other}", responses=_told(404, 409, 422))
    def differ(name: Name, other: Name) -> dict[str, Any]:
        """Return how another run differs from a run, member by member, to two significant digits."""
        tables = compare(library.run(name), library.run(other))
        told = {key: _two_digits(frame, key).to_dicts() for key, frame in tables.items()}
        content: dict[str, Any] = without_gaps({"run": name, "other": other, "tables": told})
        return content

    return router


def note_routes(library: Library) -> APIRouter:
    """Reviewers' notes on a run: read them, and add one."""
    router = APIRouter(prefix="/api", tags=["notes"])

    @router.get("/runs/{name}/notes", responses=_told(404, 409, 422))
    def notes(name: Name) -> list[NoteTold]:
        """List the notes on a run in the order they were written."""
        found = read_notes(library.folder(name))
        closed = resolved(found)
        return [NoteTold(**asdict(note), resolved=(note.reply or note.n) in closed) for note in found]

    @router.post("/runs/{name}/notes", status_code=201, responses=_told(400, 404, 409, 413, 415, 422))
    def add(name: Name, sent: NoteSent) -> NoteTold:
        """Add a note; many may write at once, and each is kept in the order in which it came."""
        _check_numbers(sent.propose)
        note = add_note(library.folder(name), **sent.model_dump())
        return NoteTold(**asdict(note), resolved=note.resolve)

    return router


def job_routes(library: Library, jobs: Jobs) -> APIRouter:
    """What-ifs: ask for one, see how far each is, stop one."""
    router = APIRouter(prefix="/api", tags=["what-ifs"])

    @router.post("/whatifs", status_code=202, responses=_told(400, 404, 409, 413, 415, 422, 429))
    def ask(whatif: WhatIf) -> JobTold:
        """Put a what-if in the queue."""
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

    @router.get("/jobs", responses=_told())
    def all_jobs() -> list[JobTold]:
        """List the what-ifs that wait, run or have ended, the oldest first."""
        return [_job(job) for job in jobs.all()]

    @router.get("/jobs/{number}", responses=_told(404, 422))
    def one(number: Number) -> JobTold:
        """Tell how far a what-if is."""
        return _job(jobs.get(number))

    @router.delete("/jobs/{number}", responses=_told(404, 422))
    def stop(number: Number) -> JobTold:
        """Take a what-if out of the queue, or stop it; one that has ended stays as it is."""
        return _job(jobs.cancel(number))

    return router


def review_routes(library: Library) -> APIRouter:
    """Reports: read one for review, and write what was decided."""
    router = APIRouter(prefix="/api", tags=["reports"])

    @router.post("/read", responses=_told(400, 404, 409, 413, 415, 422))
    def read(report: Report) -> dict[str, Any]:
        """Read a report into facts with the spans that they stand on, and rows to review."""
        crisis = kept_crisis(library.folder(report.crisis)) if report.crisis else None
        found: dict[str, Any] = without_gaps(read_for_review(
            report.text, html=report.html, pdf=report.pdf, date=report.date, crisis=crisis, source=report.source
        ))  # fmt: skip
        return found

    @router.post(
        "/evidence", response_class=Response,
        responses={**_told(400, 413, 415, 422), 200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )  # fmt: skip
    def evidence(reviewed: Evidence) -> Response:
        """Return reviewed rows as the CSV that `onward evidence apply` reads."""
        headers = {"content-disposition": f'attachment; filename="{FILE}"'}
        return Response(evidence_csv(reviewed.rows), media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _job(job: Job) -> JobTold:
    return JobTold(**{name: value for name, value in asdict(job).items() if name != "scenario"})


def _two_digits(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    columns = frame.select(cs.float()).columns
    return significant(frame, columns) if name == "claims" else rounded(frame, columns)


def _check_numbers(content: object) -> None:
    """Refuse numbers that JSON does not know, though Python reads them."""
    try:
        json.dumps(content, allow_nan=False)
    except ValueError:
        raise ParameterError("a number is not finite. Give whole or decimal numbers.") from None
