"""Resolve dates in reports: days, months, ranges and relative expressions.

A relative date ("on Tuesday", "3 March" without a year) needs the report's own date; without it the words
are kept and the date stays empty. A day without a year is the latest such day that is at most a month after
the report: a report tells what was, and at times what is soon to be. After words of the future ("may flee by
October") it is the next such day.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from onward.extraction.date_forms import DATE, DAY, FORMS, NTH, QUICK, RESOLVE, YEAR, length


@dataclass(frozen=True)
class When:
    """A date in the text: its span, the words, first and last day (None where they cannot be known)."""

    start: int
    end: int
    text: str
    first: dt.date | None
    last: dt.date | None
    form: str

    def iso(self) -> str | None:
        """Return the date as an ISO day or interval.

        >>> find_dates("3 March 2017", None)[0].iso()
        '2017-03-03'
        """
        return iso(self.first, self.last)


def iso(first: dt.date | None, last: dt.date | None) -> str | None:
    """Return an ISO day, "first/last", or with an open end "first/.."; None without a day.

    >>> iso(dt.date(2016, 2, 1), dt.date(2016, 2, 5))
    '2016-02-01/2016-02-05'
    """
    if first is None and last is None:
        return None
    if first == last and first is not None:
        return first.isoformat()
    return f"{first.isoformat() if first else '..'}/{last.isoformat() if last else '..'}"


def find_dates(text: str, report: dt.date | None) -> list[When]:
    """Return all dates of a text in order; spans ("between 3 and 7 March", "since May") are joined.

    >>> [w.iso() for w in find_dates("from 19 February to 23 March", dt.date(2017, 4, 1))]
    ['2017-02-19/2017-03-23']
    >>> [w.iso() for w in find_dates("on Tuesday and on 3 March", None)]
    [None, None]
    """
    if not QUICK.search(text):
        return []
    matches = [_when(match, report) for match in DATE.finditer(text)]
    found = _spread_year([w for w in matches if w is not None])
    return [_opened(text, w) for w in _spans(text, found, report)]


def _when(match: re.Match[str], report: dt.date | None) -> When | None:
    form = match.lastgroup or ""
    form = next(name for name, _ in FORMS if match.group(name))
    g = match.groupdict()
    if form == ("month") and match.group() in ("May", "March", "Mar", "Sep", "Jan", "Dec") and not _dated(match):
        return None
    if (
        report is not None
        and form in _YEARLESS
        and _AHEAD.search(match.string, max(0, match.start() - 160), match.start())
    ):
        report += dt.timedelta(days=_NEXT)
    days: tuple[dt.date | None, dt.date | None] = RESOLVE[form](g, report)
    return When(match.start(), match.end(), match.group(), days[0], days[1], form)


_YEARLESS = ("days", "day", "us", "month")
_AHEAD = re.compile(
    r"\b(?:may|might|could(?! not)|will|shall|likely to|expected to|expects? to|projected|forecast|planned|plans? to"
    r"|due to (?:arrive|leave|open|close|start|begin|be)|scheduled|anticipated|set to|to be \w+ed)\b[^.;]*$",
)
_NEXT = 334
"""Days by which the look-out moves for what is still to come: from a month before the report to a year after it."""


def _dated(match: re.Match[str]) -> bool:
    """Return whether "May" or "March" is a month here: after a preposition or joined to another date."""
    before = match.string[max(0, match.start() - 14) : match.start()].lower()
    return bool(
        re.search(r"\b(?:in|since|of|by|until|from|between|and|to|last|this|during|-|mid-?|early|late)\s*$", before)
    )


def _spread_year(found: list[When]) -> list[When]:
    """Count a relative "the next day", "two days earlier" from the day named before it."""
    done: list[When] = []
    for when in found:
        words = when.text.lower()
        anchor = next((w.last for w in reversed(done) if w.last and w.first == w.last), None)
        step = None
        if words in ("the next day", "the following day"):
            step = 1
        elif words == "the previous day":
            step = -1
        elif match := re.fullmatch(r"(\w+) (days?|weeks?) (earlier|later)", words):
            days = length(match.group(1), match.group(2))
            step = (days if match.group(3) == "later" else -days) or None
        if step is not None and anchor:
            day = anchor + dt.timedelta(days=step)
            when = replace(when, first=day, last=day)
        done.append(when)
    return done


def _spans(text: str, found: list[When], report: dt.date | None) -> list[When]:
    joined: list[When] = []
    for when in found:
        last = joined[-1] if joined else None
        if last and last.form != "weekday" and _linked(text, last, when):
            first = _start_of(last, when, report)
            span = text[last.start : when.end]
            joined[-1] = replace(last, end=when.end, text=span, first=first, last=when.last, form="span")
        else:
            joined.append(when)
    return [_half_named(text, w, report) for w in joined]


def _linked(text: str, left: When, right: When) -> bool:
    gap = text[left.end : right.start]
    if re.fullmatch(r"\s?-\s?| to | until | till | through ", gap):
        return True
    between = re.search(r"\b(?:between|from)\s*(?:the )?$", text[max(0, left.start - 16) : left.start], re.I)
    return bool(between and re.fullmatch(r" and (?:the )?| to (?:the )?", gap))


def _start_of(left: When, right: When, report: dt.date | None) -> dt.date | None:
    """Return the first day of a span whose year is given only at its end: "from 19 February to 23 March 2017"."""
    if right.last is None or re.search(YEAR, left.text):
        return left.first
    for year in (right.last.year, right.last.year - 1):
        again = find_dates(f"{left.text} {year}", None) if left.form in ("day", "us", "month") else []
        if again and again[0].first and again[0].first <= right.last:
            return again[0].first
    return left.first if left.first and left.first <= right.last else None


def _half_named(text: str, when: When, report: dt.date | None) -> When:
    """Let a date begin at the day that stands before it: "between 6 and 12 December"."""
    if when.form not in ("day", "days"):
        return when
    before = text[max(0, when.start - 22) : when.start]
    match = re.search(rf"\b(?:between|from|on) (?P<d>{DAY}){NTH} (?:and|to|until) $", before, re.I)
    if not match or when.form != "day":
        return when
    first = None
    if when.first and int(match.group("d")) <= when.first.day:
        first = when.first.replace(day=int(match.group("d")))
    start = when.start - len(match.group()) + match.start("d") - match.start()
    return replace(when, start=start, text=text[start : when.end], first=first, form="span")


_OPEN = re.compile(r"\b(since|from|starting(?: on| in)?|as of|as at|by|until|till|up to|before)\s*$", re.I)


def _opened(text: str, when: When) -> When:
    """Leave the last day open after "since" or "from", the first after "by" or "until"; "as of" keeps one day."""
    if when.form == "span":
        return when
    match = _OPEN.search(text[max(0, when.start - 14) : when.start])
    if not match or when.form == "relative":
        return when
    word = match.group(1).lower()
    start = when.start - len(match.group())
    words = text[start : when.end]
    if word in ("since", "from") or word.startswith("starting"):
        return replace(when, start=start, text=words, last=None, form="since")
    if word in ("as of", "as at"):
        return replace(when, start=start, text=words, first=when.last, form="as of")
    return replace(when, start=start, text=words, first=None, form="until")
