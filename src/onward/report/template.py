"""Insert a run's data into the built page."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

#: what the built file holds in place of data; served, it asks its server for them
SLOT = '<script type="application/json" id="onward-data"></script>'
TITLE = "<title>Onward</title>"
CARD = '<script type="application/json" id="onward-card"></script>'
SERVED_RULE, REPORT_RULE = "connect-src 'self'", "connect-src 'none'"


def page_html(data: Mapping[str, Any] | None, *, card: str | None = None) -> str:
    """Return the page as one HTML file.

    Parameters
    ----------
    data
        From `page_data`: the page shows it and loads nothing. None: the page asks its server for runs.
    card
        The model card as JSON text, or None where there is none.

    Examples
    --------
    >>> page_html(None).count("connect-src 'self'"), page_html({"run": {"title": "<A>"}}).count("&lt;A&gt;")
    (1, 1)
    """
    page = files("onward.report").joinpath("page.html").read_text("utf-8")
    if data is None:
        return page
    run = data.get("run", {})
    title = " · ".join(str(part) for part in (run.get("title"), (run.get("scenario") or {}).get("title")) if part)
    page = page.replace(SERVED_RULE, REPORT_RULE, 1).replace(TITLE, f"<title>{html.escape(title)}</title>", 1)
    page = page.replace(CARD, CARD.replace("></", f">{_safe(card)}</") if card else CARD, 1)
    return page.replace(SLOT, SLOT.replace("></", f">{_safe(json.dumps(data, **_COMPACT))}</"), 1)


_COMPACT: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}


def _safe(text: str) -> str:
    """Encode content as JSON that cannot end the script element that holds it.

    Examples
    --------
    >>> _safe('"</script>"')
    '"\\\\u003c/script>"'
    """
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
