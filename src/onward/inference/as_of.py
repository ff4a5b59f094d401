"""A crisis as it was known on a day: without any row that is dated, or was learned, later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from onward.crisis import Crisis, crisis_from_tables
from onward.errors import ParameterError

#: tables whose rows have no day and are taken as known from the first day on
TIMELESS = ("areas", "routes", "actors", "groups", "fears", "standards", "stocks", "demography")
#: an event row for more days is a spell of fighting, known while it lasts (own choice: agencies sum up attacks
#: over a month at most; Flee's conflicts are spells of months)
SPELL_DAYS = 31


def as_of(crisis: Crisis, origin: date, *, days: int = 0, war_until: date | None = None) -> Crisis:
    """Return the crisis as it was known at the end of a day, with a period that continues for some days.

    An attack, a change of control, a closure and a count are known on the day they are dated. An event row that covers
    some days (the attacks of a week) is known when these are over; one of more than `SPELL_DAYS` is continuous
    fighting, known while it lasts at its daily number, and cut at ``origin``. A closure in force on ``origin`` (or on
    the crisis's last day, if that is earlier) remains in force. A place that opens later is included but accepts
    nobody; a later closing is unknown. Claims are left out, because they are used to evaluate a run. In a hindcast
    (``origin`` before the crisis's own end) two more things are left out, because the folder does not record since when
    they were known: capacities, and parameters fitted on counts of this same crisis.

    Parameters
    ----------
    crisis
        Everything that is known today.
    origin
        The last day that is known; not before the crisis's start.
    days
        How many days after ``origin`` the period ends, 0 or more.
    war_until
        Include attacks and changes of control up to this day (None: ``origin``), to measure the value of knowing them.
        Rows that continue after the period are cut there in proportion.

    Returns
    -------
    Crisis
        Its ``end`` is ``origin + days``. Equal for crises that differ only in what came after ``origin``.

    Raises
    ------
    ParameterError
        If ``origin`` is before the start, or ``days`` is negative.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> known = as_of(read_crisis("aleppo-2016"), date(2016, 2, 1), days=90)
    >>> known.end, known.table("counts")["date"].max(), known.table("claims").height
    (datetime.date(2016, 5, 1), datetime.date(2016, 1, 30), 0)
    """
    if origin < crisis.start:
        raise ParameterError(
            f"{origin} is before the crisis's first day, {crisis.start}. Give that day or a later one."
        )
    if days < 0:
        raise ParameterError(f"days: {days} is not 0 or more.")
    end, hindcast = origin + timedelta(days), origin < crisis.end
    war = origin if war_until is None else max(origin, min(war_until, end))
    tables = {name: crisis.table(name) for name in TIMELESS}
    tables |= {
        "places": _places(crisis, origin, hindcast),
        "control": _control(crisis.table("control"), war),
        "events": _events(crisis.table("events"), war, given=war > origin),
        "closures": _closures(crisis.table("closures"), min(origin, crisis.end)),
        "counts": crisis.table("counts").filter(pl.col("date") <= origin),
        "host_countries": crisis.table("host_countries").filter((pl.col("date") <= origin).fill_null(True)),
        "claims": crisis.table("claims").clear(),
    }
    tables["provenance"] = _provenance(crisis.table("provenance"), tables)
    header = {**crisis.header(), "end": end}
    if hindcast and crisis.name in crisis.fitted_on:
        header = {**header, "parameters": {}, "fitted_on": []}
    return replace(crisis_from_tables(header, tables), find_doubts=tuple)


def _places(crisis: Crisis, origin: date, hindcast: bool) -> pl.DataFrame:
    """Close places that open later from the first day on, whenever they open."""
    later = (pl.col("opens") > origin).fill_null(False)
    closes = pl.when(later).then(crisis.start).when(pl.col("closes") <= origin).then("closes").alias("closes")
    places = crisis.table("places").with_columns(closes, pl.when(~later).then("opens").alias("opens"))
    if hindcast:
        places = places.with_columns(pl.lit(None, dtype=places.schema["capacity"]).alias("capacity"))
    return places


def _control(control: pl.DataFrame, until: date) -> pl.DataFrame:
    """Return changes of control up to a day; each counts from its own day, even if its date was found out later."""
    latest = pl.min_horizontal("start_high", pl.lit(until))
    high = pl.when(pl.col("start_high").is_not_null()).then(latest).alias("start_high")
    return control.filter(pl.col("start") <= until).with_columns(high)


def _events(events: pl.DataFrame, until: date, *, given: bool) -> pl.DataFrame:
    """Return events up to a day; continuous fighting after it is cut there."""
    last = pl.coalesce("end", "start")
    length, cut = (last - pl.col("start")).dt.total_days() + 1, pl.min_horizontal(last, pl.lit(until))
    share = ((cut - pl.col("start")).dt.total_days() + 1) / length
    cut_off = [(pl.col(name) * share).round_sig_figs(9) for name in ("n", "n_low", "n_high")]
    numbers = [pl.when(cut < last).then(part).otherwise(pl.col(part.meta.output_name())) for part in cut_off]
    ends = pl.when(pl.col("end").is_not_null()).then(cut).alias("end")
    known = (last <= until) | (length > SPELL_DAYS) | pl.lit(given)
    return events.filter((pl.col("start") <= until) & known).with_columns(*numbers, ends)


def _closures(closures: pl.DataFrame, last: date) -> pl.DataFrame:
    """Return rules that have begun; one in force on the last known day remains in force."""
    over = pl.when(pl.col("end") < last).then("end").alias("end")
    return closures.filter(pl.col("start") <= last).with_columns(over)


def _provenance(provenance: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the sources that a remaining row names."""
    named: set[str] = set()
    for frame in tables.values():
        if "source" in frame.columns:
            named.update(part.strip() for text in frame["source"].drop_nulls() for part in text.split(";"))
    return provenance.filter(pl.col("source").is_in(sorted(named)))
