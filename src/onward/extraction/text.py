"""Convert files to text: encodings, HTML, PDF; files that are too large are refused."""

from __future__ import annotations

import datetime as dt
import io
import re
from html.parser import HTMLParser
from pathlib import Path

from onward.errors import ParameterError

MOST_BYTES = 50_000_000
"""Largest file that is read (own choice: no report comes near it)."""
MOST_PAGES = 2_000
PAGE_BREAK = "\f"
"""What ends a page in the text of a PDF."""

_SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "head",
        "nav",
        "footer",
        "aside",
        "form",
        "button",
        "select",
        "iframe",
    ]
)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "caption",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "article",
        "section",
        "blockquote",
        "header",
        "main",
        "dd",
        "dt",
        "figcaption",
        "pre",
        "hr",
    ]
)
_VOID = frozenset(
    ["br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"]
)
_FURNITURE_CLASS = re.compile(
    r"(?:^|[-_ ])(?:nav|navbar|menu|footer|sidebar|comments?|share|social|related|advert\w*|ads?|cookie\w*"
    r"|subscribe|newsletter|breadcrumbs?|promo|widget|pagination)(?:$|[-_ ])",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"^\W*(?:no comments:?|post a comment|\d+ comments?:?|leave a (?:comment|reply)|share (?:this|on|to"
    r"|via)\b.{0,60}|tweet|email this.{0,30}|read (?:more|next|also):?.{0,120}"
    r"|related (?:articles?|stories|posts|topics):?|subscribe.{0,60}|sign (?:up|in).{0,60}|log ?in"
    r"|follow us.{0,60}|newer post|older post|home|menu|search|print(?: this)?|advertisement"
    r"|skip to (?:main )?content|all rights reserved.{0,60}|(?:©|copyright\b).{0,90}|cookie(?:s"
    r"| policy).{0,60}|privacy policy.{0,40}|terms of (?:use|service).{0,40}|posted by.{0,60}"
    r"|most (?:read|popular).{0,20}|continue reading.{0,60}|click here.{0,60}|back to top|labels:.{0,60}"
    r"|subscribe to:.{0,60}|photo(?:graph)?(?:: | by ).{0,80}|image(?:: | caption).{0,120}"
    r"|powered by .{0,40})\W*$",
    re.IGNORECASE,
)


def is_furniture(line: str) -> bool:
    """Return whether a line is page navigation and not part of the report.

    >>> is_furniture("Post a Comment"), is_furniture("Forty people fled.")
    (True, False)
    """
    return len(line) < 200 and bool(_FURNITURE.match(line))


def is_html(text: str) -> bool:
    """Return whether a text is an HTML page.

    >>> is_html("<!DOCTYPE html><p>a</p>"), is_html("2 < 3")
    (True, False)
    """
    head = text[:2000].lstrip("\ufeff \n\r\t").lower()
    return head.startswith(("<!doctype html", "<html")) or bool(re.search(r"<(?:p|div|body|article|br)\b[^<>]*>", head))


class _Taker(HTMLParser):
    """Collects the text of a page, block by block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag in ("td", "th") and not self.skipped:
            self.parts.append(" | ")
        if tag in _VOID:
            return
        marks = " ".join(v or "" for k, v in attrs if k in ("class", "id", "role"))
        if self.skipped:
            if tag == self.skipped[0]:
                self.skipped.append(tag)
        elif tag in _SKIPPED or (tag not in ("html", "body", "main", "article") and _FURNITURE_CLASS.search(marks)):
            self.skipped = [tag]

    def handle_endtag(self, tag: str) -> None:
        if self.skipped and tag == self.skipped[0]:
            self.skipped.pop()
        if tag in _BLOCKS:
            self.parts.append(" |\n" if tag == "tr" and not self.skipped else "\n")

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.parts.append(re.sub(r"\s+", " ", data))


def html_text(page: str) -> str:
    """Return the text of an HTML page, one block a line, cells between bars, without scripts, menus, footers, comments.

    >>> html_text("<nav>Home</nav><p>Forty fled &amp; ten stayed.</p><p>Post a Comment</p>")
    'Forty fled & ten stayed.'
    """
    taker = _Taker()
    try:
        taker.feed(page)
        taker.close()
    except (AssertionError, ValueError):  # html.parser on broken declarations
        pass
    lines = [" ".join(line.split()) for line in "".join(taker.parts).split("\n")]
    return "\n".join(line for line in lines if line and not is_furniture(line))


_PUBLISHED = re.compile(
    r"<meta[^<>]{0,200}(?:article:published_time|datePublished|dc\.date|publishdate"
    r"|\"date\")[^<>]{0,100}content=[\"'](\d{4}-\d\d-\d\d)|<time[^<>]{0,100}datetime=[\"'](\d{4}-\d\d-\d\d)",
    re.IGNORECASE,
)


def html_date(page: str) -> dt.date | None:
    """Return the day an HTML page says it was published, if it says so in its head or a time element.

    >>> html_date('<time datetime="2016-02-13T10:00">')
    datetime.date(2016, 2, 13)
    """
    match = _PUBLISHED.search(page[:200_000])
    try:
        return dt.date.fromisoformat(match.group(1) or match.group(2)) if match else None
    except ValueError:
        return None


def read_text(path: str | Path) -> str:
    """Return the text of a file: PDF through pypdf, else UTF-8, UTF-16 or, where that fails, Windows-1252.

    A file above 50 MB, a folder and an unreadable file raise ParameterError with what to do.
    """
    path = Path(path)
    if not path.is_file():
        raise ParameterError(f"{path}: there is no such file. Check the path.")
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise ParameterError(f"{path}: {size / 1e6:.0f} MB is not a report. Cut it into files of at most 50 MB.")
    content = path.read_bytes()
    return pdf_text(content, str(path)) if content[:1024].lstrip().startswith(b"%PDF") else decoded(content)


def decoded(content: bytes) -> str:
    """Decode bytes to text, whatever they are; bytes that no encoding explains become U+FFFD.

    >>> decoded("Öncüpınar".encode()), decoded(b"caf\\xe9"), decoded("Kilis".encode("utf-16"))
    ('Öncüpınar', 'café', 'Kilis')
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    broken = content.decode("utf-8-sig", errors="replace")
    valid = sum(1 for c in broken if ord(c) > 127 and c != "\ufffd")
    if broken.count("\ufffd") <= valid:  # UTF-8 with a few broken bytes
        return broken
    return content.decode("cp1252", errors="replace")


def pdf_text(content: bytes, source: str) -> str:
    """Return the text of a PDF, page by page; needs pypdf."""
    try:
        import pypdf
    except ImportError:
        raise ParameterError(
            f"{source}: reading PDF needs pypdf. Install it (pip install pypdf) or give plain text."
        ) from None
    try:
        pages = pypdf.PdfReader(io.BytesIO(content)).pages
        if len(pages) > MOST_PAGES:
            raise ParameterError(f"{source}: {len(pages)} pages is not a report. Give at most {MOST_PAGES} pages.")
        text = f"{PAGE_BREAK}\n".join(page.extract_text() for page in pages)
    except ParameterError:
        raise
    except Exception as error:  # pypdf raises many kinds on broken files
        raise ParameterError(
            f"{source}: not a PDF that pypdf can read ({type(error).__name__}). Give plain text."
        ) from None
    if not text.strip():
        raise ParameterError(f"{source}: the PDF holds no text, perhaps only scanned pages. Run OCR on it first.")
    return text
