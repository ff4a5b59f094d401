"""The server application: the page and its API, with requests from other sites refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from onward.errors import CalibrationError, OnwardError, RunFolderError, SimulationError
from onward.server.api import job_routes, note_routes, review_routes, run_routes
from onward.server.jobs import Jobs, NameTaken, QueueFull, UnknownJob
from onward.server.pages import Pages, page_policy, served_page
from onward.server.run_list import Library, UnknownRun
from onward.server.security import Gate, Guard, failure
from onward.simulation.versions import own_version

#: HTTP status of each error of Onward; the first that matches applies
_STATUS: tuple[tuple[type[OnwardError], int], ...] = (
    (UnknownRun, 404),
    (UnknownJob, 404),
    (NameTaken, 409),
    (QueueFull, 429),
    (RunFolderError, 409),
)
API = "/api/openapi.json"


def make_app(
    library: Library, jobs: Jobs, *, token: str = "",
    page_data: Callable[[Any, Path], dict[str, Any]] | None = None, page: Callable[[str], str] = served_page,
) -> Guard:  # fmt: skip
    """Build the application that `onward serve` runs.

    Parameters
    ----------
    library, jobs
        The runs, and the queue of scenario jobs, which the caller starts and closes.
    token
        Required in every request to the API; empty on loopback.
    page_data, page
        Functions that return the page content of a run, and the page itself with a token.

    Returns
    -------
    Guard
        An ASGI application.
    """
    app = FastAPI(
        title="Onward", version=own_version(), openapi_url=API, docs_url=None, redoc_url=None,
        description="Runs of Onward, what-ifs as jobs, and reports to review. Simulated figures, not observed ones.",
    )  # fmt: skip
    runs = run_routes(library, Pages(library, page_data))
    for routes in (runs, note_routes(library), job_routes(library, jobs), review_routes(library)):
        app.include_router(routes)
    _add_page(app, page, token)
    _add_errors(app)
    return Guard(app, Gate(token))


def _add_page(app: FastAPI, page: Callable[[str], str], token: str) -> None:
    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def show() -> HTMLResponse:
        made = page(token)
        return HTMLResponse(made, headers={"content-security-policy": page_policy(made)})


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(OnwardError)
    async def tell(request: Request, error: OnwardError) -> JSONResponse:
        del request
        if isinstance(error, (SimulationError, CalibrationError)):
            raise error  # a bug in Onward: the guard logs it and returns its number
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 422)
        return JSONResponse({"message": str(error)}, status)

    @app.exception_handler(Exception)
    async def fail(request: Request, error: Exception) -> JSONResponse:
        del error
        return JSONResponse({"message": failure(request.url.path)}, 500)

    @app.exception_handler(RequestValidationError)
    async def misread(request: Request, error: RequestValidationError) -> JSONResponse:
        del request
        return JSONResponse({"message": "\n".join(_explain(found) for found in error.errors()[:20])}, 422)

    @app.exception_handler(HTTPException)
    async def refuse(request: Request, error: HTTPException) -> JSONResponse:
        words = f"{request.method} {request.url.path[:200]}: {error.detail}. {API} lists what there is."
        return JSONResponse({"message": words}, error.status_code, headers=error.headers)


def _explain(found: Mapping[str, Any]) -> str:
    """Describe a fault in a request: where it is, and what was expected."""
    where = ", ".join(str(part) for part in found["loc"] if part != "body") or "body"
    return f"{where}: {found['msg'].removeprefix('Value error, ')}"
