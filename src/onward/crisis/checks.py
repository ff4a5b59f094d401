"""Consistency checks across the rows and tables of a crisis.

Each check looks at a draft and yields problems. A check that compares rows or tables runs only where the
tables it needs are free of problems, so one mistake is reported once and not again as its consequences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.closures import check_closures, check_overlaps, idle_quotas
from onward.crisis.header import FILE
from onward.crisis.messages import did_you_mean, quoted
from onward.crisis.references import check_claim_names, check_closure_names, check_references
from onward.crisis.roads import check_connected, check_routes, short_routes
from onward.crisis.schema import tables
from onward.crisis.triggers import check_triggers
from onward.errors import Problem

if TYPE_CHECKING:
    from onward.crisis.draft import Draft

Check = Callable[["Draft"], Iterator[Problem]]

LONGEST_YEARS = 20
"""Years a crisis may span from its first known event (own choice: beyond it a date is surely a slip)."""

SHARE_TOLERANCE = 1e-6
"""How far the group shares of a place may be from 1 (own choice: shares written with six decimals)."""

AT_MOST = (
    ("places", "population_low", "population"),
    ("places", "population", "population_high"),
    ("places", "opens", "closes"),
    ("control", "start_low", "start"),
    ("control", "start", "start_high"),
    ("events", "start", "end"),
    ("events", "n_low", "n"),
    ("events", "n", "n_high"),
    ("closures", "start", "end"),
    ("closures", "low", "people_per_day"),
    ("closures", "people_per_day", "high"),
    ("counts", "since", "date"),
    ("counts", "low", "people"),
    ("counts", "people", "high"),
    ("claims", "start", "end"),
    ("claims", "low", "high"),
)
"""Table and two of its columns, of which the first may not be greater than the second."""

NOT_BEFORE = (
    ("events", "start", "history_start"),
    ("closures", "end", "start"),
    ("counts", "date", "start"),
    ("claims", "start", "start"),
    ("places", "closes", "start"),
)
"""Table, a column of days, and the day of the crisis that none of them may lie before."""

NOT_AFTER = (
    ("places", "opens"),
    ("control", "start"),
    ("control", "start_high"),
    ("events", "start"),
    ("events", "end"),
    ("closures", "start"),
    ("counts", "date"),
    ("claims", "end"),
)
"""Table and a column of days, none of which may lie after the end of the crisis."""


def check_whole(draft: Draft) -> None:
    """Add every problem and warning about the crisis as a whole to the draft."""
    for stage in (_NAMES, _WHOLE):
        broken = draft.broken()
        draft.problems += [
            problem for check, needs in stage if not broken.intersection(needs) for problem in check(draft)
        ]
    if not draft.problems:
        draft.warnings += [str(problem) for check in (short_routes, idle_quotas) for problem in check(draft)]


def check_period(draft: Draft) -> Iterator[Problem]:
    """Check that war_began, history_start, start and end are in order and the period has a plausible length."""
    header = draft.header
    if header is None:
        return
    first = header.history_start or header.start
    if header.end < header.start:
        found = f"{header.end} is before the start, {header.start}"
        yield Problem(FILE, None, "end", found, "", "Correct one of them.")
    if first > header.start:
        step = "Correct it or leave it out."
        yield Problem(FILE, None, "history_start", f"{first} is after the start, {header.start}", "", step)
    if header.war_began is not None and header.war_began > header.start:
        step = "Give the day on which the war began, or leave it out."
        yield Problem(FILE, None, "war_began", f"{header.war_began} is after the start, {header.start}", "", step)
    if (header.end - min(first, header.start)).days > LONGEST_YEARS * 365.25:
        step = "Correct the days or split the crisis."
        yield Problem(FILE, None, "end", f"the crisis lasts longer than {LONGEST_YEARS} years", "", step)


def check_duplicates(draft: Draft) -> Iterator[Problem]:
    """Check that no two rows of a table share its key or, in a table without a key, are identical."""
    broken = draft.broken()
    for table in tables().values():
        if table.name == "routes":  # distinguished by direction, in check_routes
            continue
        if not table.key and table.name in broken:  # faulty cells are null and may look the same
            continue
        if draft.frame(table.name).height < 2:
            continue
        needed = [name for name in table.key if table.column(name).required]
        frame, key = draft.frame(table.name).drop_nulls(needed or ROW), table.key or table.names
        first = frame.group_by(key, maintain_order=True).agg(pl.col(ROW).first().alias("first"))
        again = frame.join(first, on=key, nulls_equal=True).filter(pl.col("first") != pl.col(ROW))
        for row in again.sort(ROW).iter_rows(named=True):
            named = " and ".join(f"{name} {quoted(row[name])}" for name in table.key if row[name] is not None)
            found = f"{named or 'the whole row'} is given again (first in row {row['first']})"
            column = table.key[0] if table.key else None
            yield draft.problem(table.name, row, column, found, _again(table.name))


def _again(table: str) -> str:
    return "Put them in one row with the sum as n." if table == "events" else "Remove one of the rows."


def check_countries(draft: Draft) -> Iterator[Problem]:
    """Check that countries are ISO 3166 alpha-3 codes, or XAA to XZZ, which ISO reserves for users."""
    import pycountry

    places = draft.frame("places")
    codes = sorted(country.alpha_3 for country in pycountry.countries)
    known = pl.col("country").is_in(codes) | pl.col("country").str.contains("^X[A-Z]{2}$")
    for row in places.filter(~known).iter_rows(named=True):
        step = did_you_mean(str(row["country"]), codes, "Write the code of a country, such as SYR.")
        yield draft.problem("places", row, "country", quoted(row["country"]), step, "an ISO 3166 alpha-3 code")


def check_host_countries(draft: Draft) -> Iterator[Problem]:
    """Check that places of the crisis lie in each host country."""
    countries = draft.frame("places")["country"].unique().sort().to_list()
    hosts = draft.frame("host_countries")
    for row in hosts.filter(~pl.col("country").is_in(countries)).iter_rows(named=True):
        step = did_you_mean(str(row["country"]), countries, f"Places lie in {', '.join(countries)}.")
        yield draft.problem("host_countries", row, "country", f"no place lies in {quoted(row['country'])}", step)


def check_pcodes(draft: Draft) -> Iterator[Problem]:
    """Check that each administrative unit has one P-code and each P-code one unit."""
    places = draft.frame("places")
    for level, names in (("admin1", ["country", "admin1"]), ("admin2", ["country", "admin1", "admin2"])):
        code, coded = f"{level}_pcode", places.drop_nulls(f"{level}_pcode")
        unit = pl.concat_str([pl.col(name).fill_null("") for name in names], separator="/").alias("unit")
        rows = coded.with_columns(unit).sort(ROW)
        for one, other, what in (("unit", code, "the unit {} has"), (code, "unit", "the P-code {} is of")):
            first = rows.group_by(one, maintain_order=True).agg(pl.col(other, ROW).first().name.prefix("first_"))
            twice = rows.join(first, on=one).filter(pl.col(other) != pl.col(f"first_{other}"))
            for row in twice.unique(one, keep="first", maintain_order=True).iter_rows(named=True):
                start = what.format(quoted(row[one]))
                earlier = f"{quoted(row[f'first_{other}'])} in row {row[f'first_{ROW}']}"
                found = f"{start} {quoted(row[other])} here and {earlier}"
                yield draft.problem("places", row, code, found, "Correct one of the rows.")


def check_area_names(draft: Draft) -> Iterator[Problem]:
    """Check that no area has the name of a place, because some columns accept either."""
    places = draft.frame("places")["place"].to_list()
    areas = draft.frame("areas").unique("area", keep="first", maintain_order=True)
    for row in areas.filter(pl.col("area").is_in(places)).iter_rows(named=True):
        yield draft.problem("areas", row, "area", f"{quoted(row['area'])} is also a place", "Rename the area.")


def check_ages(draft: Draft) -> Iterator[Problem]:
    """Check that the shares of sexes and ages of each place add up to 1, and that no band ends before it begins."""
    table = draft.frame("demography")
    sums = table.group_by("place", maintain_order=True).agg(pl.col("share").sum(), pl.col(ROW).first())
    for row in sums.filter((pl.col("share") - 1).abs() > SHARE_TOLERANCE).iter_rows(named=True):
        whose = f"of {quoted(row['place'])}" if row["place"] is not None else "for all other places"
        found = f"the shares {whose} add up to {row['share']:.6g}, not 1"
        yield draft.problem("demography", row, "share", found, "Correct the shares or add what is missing.")
    for row in table.filter(pl.col("age_high") < pl.col("age_low")).iter_rows(named=True):
        found = f"it ends at {row['age_high']:g} years, before it begins at {row['age_low']:g}"
        yield draft.problem("demography", row, "age_high", found, "Exchange the two, or correct them.")


def check_shares(draft: Draft) -> Iterator[Problem]:
    """Check that the group shares of each place, and the default shares, add up to 1."""
    groups = draft.frame("groups")
    sums = groups.group_by("place", maintain_order=True).agg(pl.col("share").sum(), pl.col(ROW).first())
    for row in sums.filter((pl.col("share") - 1).abs() > SHARE_TOLERANCE).iter_rows(named=True):
        whose = f"of {quoted(row['place'])}" if row["place"] is not None else "for all other places"
        found = f"the shares {whose} add up to {row['share']:.6g}, not 1"
        yield draft.problem("groups", row, "share", found, "Correct the shares or add the missing group.")
    if groups.is_empty() or groups["place"].has_nulls():
        return
    inhabited = draft.frame("places").filter(pl.col("population") + pl.col("displaced_at_start") > 0)
    for row in inhabited.filter(~pl.col("place").is_in(groups["place"].to_list())).iter_rows(named=True):
        found = f"{quoted(row['place'])} has people but no group in {draft.file('groups')}"
        step = "Give its shares there, or rows without a place for all places that have none."
        yield draft.problem("places", row, "place", found, step)


def check_order(draft: Draft) -> Iterator[Problem]:
    """Check that lower bounds do not exceed upper bounds and that start days precede end days."""
    broken = draft.broken()
    for table, less, more in AT_MOST:
        frame = draft.frame(table)
        if table in broken or frame.is_empty():
            continue
        for row in frame.filter(pl.col(less) > pl.col(more)).iter_rows(named=True):
            word = "on or before" if isinstance(row[more], date) else "at most"
            expected = f"{word} {more} ({_shown(row[more])})"
            yield draft.problem(table, row, less, _shown(row[less]), "Correct one of them.", expected)


def check_days(draft: Draft) -> Iterator[Problem]:
    """Check that days lie within the period of the crisis."""
    header, broken = draft.header, draft.broken()
    if header is None:
        return
    first = {"start": header.start, "history_start": header.history_start or header.start}
    limits = [(table, column, "before", bound, first[bound]) for table, column, bound in NOT_BEFORE]
    limits += [(table, column, "after", "end", header.end) for table, column in NOT_AFTER]
    for table, column, side, bound, day in limits:
        if table in broken or draft.frame(table).is_empty():
            continue
        beyond = pl.col(column) < day if side == "before" else pl.col(column) > day
        for row in draft.frame(table).filter(beyond).iter_rows(named=True):
            found = f"{row[column]} is {side} the {bound} of the crisis, {day}"
            yield draft.problem(table, row, column, found, f"Correct the day, or {bound} in {FILE}.")


def check_advances(draft: Draft) -> Iterator[Problem]:
    """Check that a place's changes of control stay in order for every possible day within their ranges."""
    low, high = pl.coalesce("start_low", "start"), pl.coalesce("start_high", "start")
    control = draft.frame("control").sort("place", "start")
    before = control.with_columns(high.shift(1).over("place").alias("before"))
    for row in before.filter(low <= pl.col("before")).sort(ROW).iter_rows(named=True):
        first = row["start_low"] or row["start"]
        found = f"{first} is not after {row['before']}, the latest day of the change before"
        yield draft.problem("control", row, "start_low", found, "Give ranges that do not overlap.")


def check_event_sites(draft: Draft) -> Iterator[Problem]:
    """Check that each event has exactly one kind of location: a place, an area, or coordinates."""
    point = pl.col("latitude").is_not_null() | pl.col("longitude").is_not_null()
    half = pl.col("latitude").is_null() != pl.col("longitude").is_null()
    ways = pl.col("place").is_not_null().cast(int) + pl.col("area").is_not_null().cast(int) + point.cast(int)
    events = draft.frame("events")
    for row in events.filter(half).iter_rows(named=True):
        column = "latitude" if row["latitude"] is None else "longitude"
        yield draft.problem("events", row, column, "only half a position is given", f"Give the {column} too.")
    for row in events.filter(ways != 1).iter_rows(named=True):
        found = f"the event is at {'no place' if _sites(row) == 0 else 'more than one place'}"
        yield draft.problem("events", row, "place", found, "Give place, or area, or latitude and longitude.")


def _sites(row: dict[str, Any]) -> int:
    """Count how many of place, area and latitude a row gives."""
    return sum(row.get(name) is not None for name in ("place", "area", "latitude"))


def check_count_sites(draft: Draft) -> Iterator[Problem]:
    """Check that each count refers to either a place or an area."""
    counts = draft.frame("counts")
    for row in counts.filter(pl.col("place").is_null() == pl.col("area").is_null()).iter_rows(named=True):
        found = f"the count is for {'no place' if _sites(row) == 0 else 'both a place and an area'}"
        yield draft.problem("counts", row, "place", found, "Give either place or area.")


def check_claim_bounds(draft: Draft) -> Iterator[Problem]:
    """Check that each claim gives at least one bound."""
    claims = draft.frame("claims")
    for row in claims.filter(pl.col("low").is_null() & pl.col("high").is_null()).iter_rows(named=True):
        yield draft.problem("claims", row, "low", "the claim has no figure", "Give low, high or both.")


def check_claim_near(draft: Draft) -> Iterator[Problem]:
    """Check that a claim about who passed near held ground says who held it, and that no other claim does."""
    claims = draft.frame("claims")
    asks = (pl.col("measure") == "passed_near").fill_null(False)
    for row in claims.filter(asks & pl.col("actor").is_null()).iter_rows(named=True):
        yield draft.problem("claims", row, "actor", "passed_near names no actor", "Give the actor who held the ground.")
    for column in ("actor", "km"):
        for row in claims.filter(~asks & pl.col(column).is_not_null()).iter_rows(named=True):
            found = f"{quoted(str(row[column]))} is given, and only passed_near asks for it"
            yield draft.problem("claims", row, column, found, "Remove it, or write passed_near as the measure.")


_NAMES: tuple[tuple[Check, tuple[str, ...]], ...] = (
    (check_references, ()),
    (check_closure_names, ()),
    (check_claim_names, ()),
    (check_period, ()),
)
"""Checks made first, and the tables that must be sound for each; "crisis" stands for crisis.toml."""

_WHOLE: tuple[tuple[Check, tuple[str, ...]], ...] = (
    (check_duplicates, ()),
    (check_routes, ("routes",)),
    (check_connected, ("places", "routes")),
    (check_countries, ()),
    (check_area_names, ()),
    (check_host_countries, ("places",)),
    (check_pcodes, ("places",)),
    (check_triggers, ("crisis", "places", "areas")),
    (check_shares, ("places", "groups")),
    (check_ages, ("places", "demography")),
    (check_order, ()),
    (check_days, ("crisis",)),
    (check_advances, ("control",)),
    (check_event_sites, ("events",)),
    (check_count_sites, ("counts",)),
    (check_claim_bounds, ("claims",)),
    (check_claim_near, ("claims",)),
    (check_closures, ("routes", "closures")),
    (check_overlaps, ("crisis", "closures")),
)
"""Checks of the whole, made of what the first ones left sound."""


def _shown(value: object) -> str:
    """Format a bound for a message, without needless decimals."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)
