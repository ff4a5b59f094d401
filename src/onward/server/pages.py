"""Serve the page and the data of a run."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from onward.runs.folder import RUN, read_run
from onward.runs.notes import FILE as NOTES
from onward.server.models import without_gaps
from onward.server.run_list import Library

#: runs whose page content is cached (own choice: two pairs of compared runs)
KEPT = 4
_SCRIPT = re.compile(r"<script(?P<given>[^>]*)>(?P<code>.*?)</script>", re.DOTALL | re.IGNORECASE)
_META = re.compile(r'<meta name="onward-token"[^>]*>')


class Pages:
    """The page content of each run, cached until the run changes."""

    def __init__(self, library: Library, make: Callable[[Any, Path], dict[str, Any]] | None = None) -> None:
        self._library, self._make = library, make or _page_data
        self._kept: dict[tuple[Path, int, int], dict[str, Any]] = {}
        self._lock = threading.Lock()

    def __call__(self, name: str) -> dict[str, Any]:
        """Return the page content of the run called ``name``."""
        folder = self._library.folder(name)
        notes = folder / NOTES
        key = (folder, (folder / RUN).stat().st_mtime_ns, notes.stat().st_mtime_ns if notes.is_file() else 0)
        with self._lock:  # otherwise two requests would compute the same content twice
            if key not in self._kept:
                made = without_gaps(self._make(read_run(folder), folder))
                self._kept[key] = {**made, "name": name}  # the listed name, because two folders may share one
            while len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
            return self._kept[key]


def _page_data(run: Any, folder: Path) -> dict[str, Any]:
    from onward.report.data import page_data

    data: dict[str, Any] = page_data(run, folder)
    return data


def served_page(token: str = "") -> str:
    """Return the page without data, with the token that it must send."""
    from onward.report.template import page_html

    page: str = page_html(None)
    return with_token(page, token)


def with_token(page: str, token: str) -> str:
    """Insert the token into a page's head.

    Examples
    --------
    >>> with_token("<head></head>", "abc")
    '<head><meta name="onward-token" content="abc"></head>'
    """
    tag = f'<meta name="onward-token" content="{html.escape(token)}">'
    if _META.search(page):
        return _META.sub(lambda _: tag, page, count=1)
    return re.sub(r"<head[^>]*>", lambda head: head.group() + tag, page, count=1)


def page_policy(page: str) -> str:
    """Return the page's content security policy: its own scripts by their hashes, and only this server.

    Examples
    --------
    >>> page_policy("<script>1</script>").split("; ")[1]
    "script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"
    """
    codes = [match["code"] for match in _SCRIPT.finditer(page) if "application/json" not in match["given"]]
    hashes = [base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in codes]
    scripts = " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
