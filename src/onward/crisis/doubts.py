"""Warnings about a valid crisis: gaps and contradictions that an analyst should look at.

Each doubt is a `Problem` with its row and a next step, but stops nothing. ``onward check`` prints them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.count_doubts import contradictions, cumulative_as_stock, jumps, mixed_assessments
from onward.crisis.event_doubts import far_from_any_place, feared_by_nobody, records_left_out
from onward.crisis.header import FILE
from onward.crisis.messages import quoted
from onward.crisis.shut_in import shut_in
from onward.errors import Problem

if TYPE_CHECKING:
    from onward.crisis.draft import Draft

SILENT_DAYS = 14
"""Days without any event that are reported (own choice: publishers' weekly updates come at most two weeks late)."""


def find_doubts(draft: Draft) -> list[Problem]:
    """Return all doubts about a draft that has no problems, check by check."""
    return [doubt for check in _CHECKS for doubt in check(draft)]


def after_the_last_event(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt if the events end long before the crisis, because later days are simulated as peace."""
    events, header = draft.frame("events"), draft.header
    if header is None:
        return
    if events.is_empty():
        step = "Import events, such as with onward import ucdp."
        yield Problem(draft.file("events"), found="no events; the run assumes peace throughout", next_step=step)
        return
    last = events.select(pl.coalesce("end", "start").max()).item()
    if (header.end - last).days >= SILENT_DAYS:
        row = events.filter(pl.coalesce("end", "start") == last).row(0, named=True)
        found = f"no events after {last}; the run assumes peace for the {(header.end - last).days} days that follow"
        yield draft.problem("events", row, "start", found, f"Import later events, or end the crisis there ({FILE}).")


def between_events(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt for each run of weeks within the war for which no event is known."""
    events, header = draft.frame("events"), draft.header
    if header is None:
        return
    rows = events.with_columns(pl.coalesce("end", "start").alias("last")).sort("start", ROW)
    rows = rows.with_columns(pl.col("last").cum_max().shift(1).alias("before"))
    first = header.history_start or header.start
    silent = (pl.col("start") - pl.col("before")).dt.total_days() > SILENT_DAYS
    for row in rows.filter(silent & (pl.col("before") >= first)).iter_rows(named=True):
        gap = f"{row['before'] + timedelta(days=1)} to {row['start'] - timedelta(days=1)}"
        step = "Check that the publisher has no events of these days."
        yield draft.problem("events", row, "start", f"no events from {gap}; the run assumes peace then", step)


def attacked_without_people(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt for each place that is attacked by name but has no residents who could flee."""
    places, events = draft.frame("places"), draft.frame("events")
    homes = places.filter(pl.col("kind").is_in(["city", "town", "village"]))
    nobody = homes.filter((pl.col("population").fill_null(0) + pl.col("displaced_at_start").fill_null(0)) == 0)
    hits = events.drop_nulls("place").group_by("place").agg(pl.len().alias("hits"))
    for row in nobody.join(hits, on="place").sort(ROW).iter_rows(named=True):
        found = f"{quoted(row['place'])} has no population and is attacked (rows of events: {row['hits']})"
        yield draft.problem("places", row, "population", found, "Give its population, so that people can flee.")


def more_than_lived_there(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt for departures above a place's residents, or displaced people above all residents."""
    places, counts = draft.frame("places"), draft.frame("counts")
    lived = places.select(
        "place", (pl.col("population").fill_null(0) + pl.col("displaced_at_start").fill_null(0)).alias("lived")
    )
    one = counts.filter(pl.col("indicator") == "departures").join(lived, on="place")
    everyone = float(lived["lived"].sum())
    all_ = counts.filter(pl.col("indicator") == "displaced").with_columns(pl.lit(everyone).alias("lived"))
    both = pl.concat([one, all_], how="diagonal_relaxed")
    for row in both.filter(pl.col("people") > pl.col("lived")).sort(ROW).iter_rows(named=True):
        found = f"{row['people']:,.0f} people are more than the {row['lived']:,.0f} who lived there"
        yield draft.problem("counts", row, "people", found, "Correct the count, or the population in places.")


def without_admin_names(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt for places without admin1, which the report's journeys show as one area."""
    places = draft.frame("places").sort(ROW)
    bare = places.filter(pl.col("admin1").is_null() & (pl.col("country").len().over("country") > 1))
    if not bare.is_empty():
        found = f"{bare.height} of {places.height} places have no admin1; the report joins them by country"
        yield draft.problem("places", bare.row(0, named=True), "admin1", found, "Give the province or state of each.")


_CHECKS: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    after_the_last_event,
    between_events,
    far_from_any_place,
    feared_by_nobody,
    records_left_out,
    attacked_without_people,
    more_than_lived_there,
    jumps,
    contradictions,
    cumulative_as_stock,
    mixed_assessments,
    without_admin_names,
    shut_in,
)
