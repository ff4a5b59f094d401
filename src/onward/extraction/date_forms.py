"""The forms in which reports write dates, and the days that each means."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from onward.extraction.number_words import ONES

MONTHS = {
    name: number
    for number in range(1, 13)
    for name in (calendar.month_name[number].lower(), calendar.month_abbr[number].lower())
} | {"sept": 9}

WEEKDAYS = {calendar.day_name[i].lower(): i for i in range(7)}

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)

DAY = r"(?:0?[1-9]|[12]\d|3[01])"

YEAR = r"(?:19|20)\d\d"

NTH = r"(?:st|nd|rd|th)?"

_JOIN = r"(?:\s?-\s?| to | and | until | till | through )"

_PART = (
    r"(?:(?:early|mid|late|the (?:start|beginning|middle|end) of|the (?:first"
    r"|second) half of)[- ](?:to (?:early|mid|late)[- ])?)"
)

FORMS = (
    ("iso", rf"\b(?P<y0>{YEAR})-(?P<m0>0[1-9]|1[0-2])-(?P<d0>0[1-9]|[12]\d|3[01])\b"),
    (
        "days",
        rf"\b(?P<d1>{DAY}){NTH}{_JOIN}(?P<d2>{DAY}){NTH} (?:of )?(?P<m1>{_MONTH})(?:,? "
        rf"(?P<y1>{YEAR}))?\b",
    ),
    ("day", rf"\b(?P<d3>{DAY}){NTH} (?:of )?(?P<m3>{_MONTH})(?:,? (?P<y3>{YEAR}))?\b"),
    (
        "us",
        rf"\b(?P<m4>{_MONTH}) (?P<d4>{DAY}){NTH}(?:{_JOIN}(?P<d5>{DAY}){NTH}(?! "
        rf"?{_MONTH}))?(?:,? (?P<y4>{YEAR}))?\b(?![,.]?\d)",
    ),
    ("month", rf"\b(?P<part>{_PART})?(?P<m6>{_MONTH})(?:,? (?P<y6>{YEAR}))?\b"),
    ("half", rf"\b(?:the )?(?P<which>first|second) half of (?P<y9>{YEAR})\b"),
    ("numeric", rf"\b(?P<a>\d{{1,2}})[./](?P<b>\d{{1,2}})[./](?P<y7>{YEAR})\b"),
    (
        "year",
        rf"\b(?:(?i:in|since|by|during|of|until|from|late|early|mid|end of"
        rf"|start of)[- ])(?P<y8>{YEAR})\b(?! (?:people|families|house))",
    ),
    (
        "relative",
        r"\b(?i:yesterday|today|tonight|last night|overnight|this (?:week|month|year|morning|afternoon"
        r"|evening)|last (?:week|month|year)"
        r"|the (?:past|last) (?:(?P<n>\w+) )?(?P<unit>days?|weeks?|months?|years?|24 hours)"
        r"|(?P<n2>\w+) (?P<unit2>days?|weeks?|months?|years?) (?P<way>ago|earlier|later)"
        r"|the (?:next|following|previous) day|recent (?:days|weeks|months)"
        r"|the (?:end of the )?week(?:end)?|so far this year)\b",
    ),
    (
        "weekday",
        r"\b(?:(?:last|this past|early|late) )?(?P<w>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday"
        r"|Sunday)\b",
    ),
)

DATE = re.compile("|".join(rf"(?P<{name}>{form})" for name, form in FORMS))

QUICK = re.compile(r"\d|[JFMASONDTWYOL]|day|week|month|year|ago|night|earlier|later")

_SMALL = {word: number for word, number in ONES.items() if number <= 12} | {
    "a": 1,
    "an": 1,
    "several": 0,
    "few": 0,
}

Days = tuple[dt.date | None, dt.date | None]


def _day(year: str | None, month: int, day: str, report: dt.date | None) -> dt.date | None:
    if year:
        return _valid(int(year), month, int(day))
    if report is None:
        return None
    this = _valid(report.year, month, int(day))
    if this and this > report + dt.timedelta(days=31):
        return _valid(report.year - 1, month, int(day))
    return this


def _valid(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _month_number(word: str) -> int:
    return MONTHS[word.lower().rstrip(".")]


def _iso_form(g: dict[str, str], _: dt.date | None) -> Days:
    day = _valid(int(g["y0"]), int(g["m0"]), int(g["d0"]))
    return day, day


def _days_form(g: dict[str, str], report: dt.date | None) -> Days:
    month = _month_number(g["m1"])
    return _day(g["y1"], month, g["d1"], report), _day(g["y1"], month, g["d2"], report)


def _day_form(g: dict[str, str], report: dt.date | None) -> Days:
    day = _day(g["y3"], _month_number(g["m3"]), g["d3"], report)
    return day, day


def _us_form(g: dict[str, str], report: dt.date | None) -> Days:
    month = _month_number(g["m4"])
    first = _day(g["y4"], month, g["d4"], report)
    return first, _day(g["y4"], month, g["d5"], report) if g["d5"] else first


_PARTS = {"early": (1, 10), "start": (1, 10), "beginning": (1, 10), "mid": (11, 20), "middle": (11, 20)}

_PARTS |= {"late": (21, 31), "end": (21, 31), "first": (1, 15), "second": (16, 31)}


def _month_form(g: dict[str, str], report: dt.date | None) -> Days:
    month = _month_number(g["m6"])
    year = int(g["y6"]) if g["y6"] else None
    if year is None:
        if report is None:
            return None, None
        year = report.year if month <= report.month else report.year - 1
    last = calendar.monthrange(year, month)[1]
    words = re.findall(r"[a-z]+", (g["part"] or "").lower())
    bounds = next((_PARTS[w] for w in words if w in _PARTS), (1, last))
    return dt.date(year, month, bounds[0]), dt.date(year, month, min(bounds[1], last))


def _numeric_form(g: dict[str, str], _: dt.date | None) -> Days:
    """Read a day in numerals if day and month can be told apart: one is above 12, or both are the same."""
    a, b, year = int(g["a"]), int(g["b"]), int(g["y7"])
    first = _valid(year, b, a) if a > 12 or a == b else None
    day = _valid(year, a, b) if b > 12 else first
    return day, day


def _year_form(g: dict[str, str], _: dt.date | None) -> Days:
    year = int(g["y8"])
    return dt.date(year, 1, 1), dt.date(year, 12, 31)


def _half_form(g: dict[str, str], _: dt.date | None) -> Days:
    year = int(g["y9"])
    if g["which"] == "first":
        return dt.date(year, 1, 1), dt.date(year, 6, 30)
    return dt.date(year, 7, 1), dt.date(year, 12, 31)


def _weekday_form(g: dict[str, str], report: dt.date | None) -> Days:
    if report is None:
        return None, None
    back = (report.weekday() - WEEKDAYS[g["w"].lower()]) % 7
    day = report - dt.timedelta(days=back)
    return day, day


def _relative_form(g: dict[str, str], report: dt.date | None) -> Days:
    if report is None:
        return None, None
    words = g["relative"].lower()
    if g["unit"]:
        days = length(g["n"] or "one", g["unit"])
        return (report - dt.timedelta(days=days), report) if days else (None, None)
    if g["n2"]:
        days = length(g["n2"], g["unit2"])
        day = (
            report - dt.timedelta(days=days)
            if g["way"] == ("ago") and days and g["unit2"][:3] in ("day", "wee")
            else None
        )
        return day, day
    return _named(words, report)


def _named(words: str, report: dt.date) -> Days:
    one = dt.timedelta(days=1)
    monday = report - one * report.weekday()
    if words in ("yesterday", "last night"):
        return report - one, report - one
    if words in ("today", "tonight", "this morning", "this afternoon", "this evening"):
        return report, report
    if words == "this week":
        return monday, report
    if words == "last week":
        return monday - 7 * one, monday - one
    if words == "this month":
        return report.replace(day=1), report
    if words == "last month":
        last = report.replace(day=1) - one
        return last.replace(day=1), last
    if words in ("this year", "so far this year"):
        return dt.date(report.year, 1, 1), report
    if words == "last year":
        return dt.date(report.year - 1, 1, 1), dt.date(report.year - 1, 12, 31)
    return None, None


def length(number: str, unit: str) -> int:
    """Return a length of time in days, at most 36,500, or 0 if the number is not understood: "two", "weeks" is 14."""
    count = int(number) if number.isdigit() and len(number) < 5 else _SMALL.get(number.lower(), 0)
    if unit.startswith("24"):
        return 1
    return min(count * {"day": 1, "wee": 7, "mon": 30, "yea": 365}[unit[:3]], 36_500)


RESOLVE = {
    "iso": _iso_form,
    "days": _days_form,
    "day": _day_form,
    "us": _us_form,
    "month": _month_form,
    "numeric": _numeric_form,
    "year": _year_form,
    "half": _half_form,
    "weekday": _weekday_form,
    "relative": _relative_form,
}
