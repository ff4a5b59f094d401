"""Find the day after which a crisis has no events, so that a run of it assumes peace."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from onward.crisis import Crisis
from onward.crisis.doubts import SILENT_DAYS


@dataclass(frozen=True)
class DataEnd:
    """The last day with an event (None if there is none at all) and the last day of the run."""

    last: dt.date | None
    end: dt.date

    def words(self) -> str:
        """Return what a reader must know about the days after the last event.

        Examples
        --------
        >>> DataEnd(dt.date(2023, 6, 20), dt.date(2023, 10, 31)).words()[:56]
        'No events after 20 June 2023; the run assumes peace for '
        """
        after = "Figures of these days show what would happen in peace; their intervals do not cover further war."
        if self.last is None:
            return f"No events at all; the run assumes peace throughout. {after}"
        days = (self.end - self.last).days
        day = f"{self.last.day} {self.last:%B %Y}"
        return f"No events after {day}; the run assumes peace for the {days} days that follow. {after}"


def find_data_end(crisis: Crisis | None) -> DataEnd | None:
    """Return where the events of a crisis end, if that is at least two weeks before the crisis ends.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> find_data_end(read_crisis("aleppo-2016")) is None
    True
    """
    if crisis is None:
        return None
    events = crisis.table("events")
    last = events.select(pl.coalesce("end", "start").max()).item() if events.height else None
    if last is not None and (crisis.end - last).days < SILENT_DAYS:
        return None
    return DataEnd(last, crisis.end)
