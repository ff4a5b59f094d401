"""Read several reports: link facts that they repeat and list where they contradict each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

from onward.extraction.extract import Model, extract_facts, report_day
from onward.extraction.facts import Fact, Link, Reading, Readings
from onward.extraction.normal import fold
from onward.extraction.places import HasTables
from onward.extraction.text import read_text

Progress = Callable[[int, int, str], None]

DAYS_APART = 3
"""Reports of one count may name days this far apart (own assumption)."""

Spot = tuple[str, str, str]
Told = tuple[Reading, Fact]


def read_files(
    paths: Iterable[str | Path],
    date: dt.date | str | None = None,
    *,
    crisis: HasTables | None = None,
    llm: Model | None = None,
    progress: Progress | None = None,
) -> Readings:
    """Read several reports from files and compare what they say.

    Parameters
    ----------
    paths
        Text, HTML or PDF files, of at most 50 MB each.
    date
        The day of all of them; without it an HTML page's own day counts, and else none.
    crisis, llm
        As for extract_facts.
    progress
        Called after each file with the number done, the number of all, and the path.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.txt").write_text("The UN said 4,000 people fled Marea on 5 May 2016.")
    >>> _ = (folder / "b.txt").write_text("Activists said 9,000 people fled Marea on 5 May 2016.")
    >>> readings = read_files([folder / "a.txt", folder / "b.txt"])
    >>> [link.says for link in readings.contradictions]
    [('The UN: 4,000', 'Activists: 9,000')]
    """
    files = [Path(p) for p in paths]
    day = report_day(date)
    names = _names(files)
    found = []
    for number, (path, name) in enumerate(zip(files, names, strict=True), 1):
        found.append(extract_facts(read_text(path), day, crisis=crisis, llm=llm, source=name))
        if progress is not None:
            progress(number, len(files), str(path))
    return compare(found)


def _names(files: Sequence[Path]) -> list[str]:
    """Return file names, or paths where two names are the same."""
    names = [f.name for f in files]
    return [str(f) if names.count(f.name) > 1 else f.name for f in files]


def compare(readings: Sequence[Reading]) -> Readings:
    """Link the facts of several readings: the same figure twice, or two figures that cannot both hold.

    Facts are compared when they count the same indicator in the same unit at one place in the same role, on
    days at most three apart; a fact without a day is compared with all, one that asserts nothing with none.
    """
    spots: dict[Spot, list[Told]] = {}
    for reading in readings:
        for fact in reading.facts:
            if fact.asserted and fact.same_as is None and (fact.low is not None or fact.high is not None):
                for spot in _spots(fact):
                    spots.setdefault(spot, []).append((reading, fact))
    duplicates: list[Link] = []
    contradictions: list[Link] = []
    for spot, told in spots.items():
        pairs = [(a, b) for i, a in enumerate(told) for b in told[i + 1 : i + 200] if _comparable(a, b)]
        same = [p for p in pairs if _equal(p[0][1], p[1][1])]
        apart = [p for p in pairs if not _equal(p[0][1], p[1][1]) and _apart(p[0][1], p[1][1])]
        _add(duplicates, "duplicate", spot, same)
        _add(contradictions, "contradiction", spot, apart)
    return Readings(tuple(readings), tuple(duplicates), tuple(contradictions))


def _spots(fact: Fact) -> list[Spot]:
    """Return what is counted where; flight from a place and flight at a place are one spot, an arrival another."""
    spots = []
    for place in fact.places:
        best = place.candidates[0] if place.candidates else None
        name = best.place or best.name if best is not None else place.name
        way = "to" if place.role == "to" else "at"
        spots.append((f"{fact.kind}.{fact.indicator} {fact.unit}", fold(name), way))
    return list(dict.fromkeys(spots))[:3]


def _comparable(a: Told, b: Told) -> bool:
    if a[0].source == b[0].source:
        return False
    days = [_days(a[1].date), _days(b[1].date)]
    if days[0] is None or days[1] is None:
        return True
    near = dt.timedelta(days=DAYS_APART)
    if a[1].indicator in ("newly_displaced", "evacuated", "returned"):  # a flow belongs to its whole period
        return all(abs(x - y) <= near for x, y in zip(*days, strict=True))
    return days[0][0] - near <= days[1][1] and days[1][0] - near <= days[0][1]


def _days(date: str | None) -> tuple[dt.date, dt.date] | None:
    first, _, last = (date or "").partition("/")
    ends = [dt.date.fromisoformat(x) for x in (first, last or first) if x and x != ".."]
    return (ends[0], ends[-1]) if ends else None


def _equal(a: Fact, b: Fact) -> bool:
    return (a.value, a.value or a.low, a.value or a.high) == (b.value, b.value or b.low, b.value or b.high)


def _apart(a: Fact, b: Fact) -> bool:
    """Return whether no number fits both sets of bounds."""
    infinite = float("inf")
    lows = [f.low if f.low is not None else 0.0 for f in (a, b)]
    highs = [f.high if f.high is not None else infinite for f in (a, b)]
    return max(lows) > min(highs)


def _add(
    links: list[Link],
    kind: Literal["duplicate", "contradiction"],
    spot: Spot,
    pairs: Sequence[tuple[Told, Told]],
) -> None:
    told = list({(r.source, f.id): (r, f) for pair in pairs for r, f in pair}.values())
    facts = tuple((r.source, f.id) for r, f in told)
    if told and all(link.facts != facts for link in links):
        links.append(Link(kind, spot[0].split()[0], spot[1], facts, tuple(_says(f) for _, f in told)))


def _says(fact: Fact) -> str:
    """Return who says what: "The UN: 4,000", "activists: 2,000 to 9,999"."""
    if fact.value is not None:
        more = "more than " if fact.high is None else "up to " if fact.low is None else ""
        return f"{fact.attribution}: {more}{fact.value:,.0f}"
    return f"{fact.attribution}: {fact.low:,.0f} to {fact.high:,.0f}"
