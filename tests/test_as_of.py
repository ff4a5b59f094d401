"""A crisis as it was known on a day: whatever came later, it is the same crisis."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from onward.crisis import Crisis, crisis_from_tables, read_crisis
from onward.errors import ParameterError
from onward.inference.as_of import SPELL_DAYS, as_of
from tiny import write_tiny

ORIGIN = date(2016, 7, 10)


@pytest.fixture
def tiny(tmp_path: Path) -> Crisis:
    return read_crisis(write_tiny(tmp_path / "tiny"))


def scrambled(crisis: Crisis, origin: date) -> Crisis:
    """The crisis with other attacks, changes of control, closures, counts, openings, capacities after a day."""
    places = crisis.table("places").with_columns(
        (pl.col("capacity") * 7 + 1).alias("capacity"),
        pl.when(pl.col("opens") > origin).then(pl.col("opens") - timedelta(1)).otherwise("opens").alias("opens"),
        pl.when(pl.col("closes") > origin).then(None).otherwise("closes").alias("closes"),
    )
    last, start = pl.coalesce("end", "start"), pl.col("start")
    later, days = last > origin, (last - start).dt.total_days() + 1
    spell = later & (days > SPELL_DAYS) & (start <= origin)  # ends on another day, with the same number a day
    longer, shorter = last + timedelta(10) <= crisis.end, (days - 1 > SPELL_DAYS) & (last - timedelta(1) >= origin)
    change = pl.when(spell & longer).then(10).when(spell & shorter).then(-1).otherwise(0)
    other = later & ~spell
    numbers = [
        pl.when(other).then(pl.col(n) * 3 + 2).otherwise(pl.col(n) * ((days + change) / days)).alias(n)
        for n in ("n", "n_low", "n_high")
    ]
    deaths = pl.when(other).then(pl.col("fatalities") * 3 + 2).otherwise("fatalities").alias("fatalities")
    end = (pl.col("end") + pl.duration(days=change)).alias("end")
    events = crisis.table("events").with_columns(*numbers, deaths, end)
    counts = crisis.table("counts").with_columns(
        pl.when(pl.col("date") > origin).then(pl.col(n) * 5 + 3).otherwise(n).alias(n)
        for n in ("people", "low", "high")
    )
    control = crisis.table("control").filter(pl.col("start") <= origin)
    closures = crisis.table("closures").filter(pl.col("start") <= origin)
    closures = closures.with_columns(pl.when(pl.col("end") < origin).then("end").alias("end"))
    tables = {**crisis.tables, "places": places, "events": events, "counts": counts, "control": control}
    tables |= {"closures": closures, "claims": crisis.table("claims").clear()}
    return crisis_from_tables(crisis.header(), tables)


@pytest.mark.parametrize("name", ["aleppo-2016", "daraa-2018"])
@pytest.mark.parametrize("days_in", [8, 17, 30])
def test_what_came_later_changes_nothing(name: str, days_in: int) -> None:
    crisis = read_crisis(name)
    origin = crisis.start + timedelta(days_in)
    other = scrambled(crisis, origin)
    assert other.hash != crisis.hash
    assert as_of(other, origin, days=90).hash == as_of(crisis, origin, days=90).hash


def test_what_is_dated_later_is_gone_and_what_came_before_stays(tiny: Crisis) -> None:
    known = as_of(tiny, ORIGIN, days=30)
    assert known.end == date(2016, 8, 9)
    assert known.table("events").height == 3
    assert known.table("counts")["date"].to_list() == [ORIGIN]
    assert known.table("control").height == 4
    assert known.table("claims").is_empty()


def test_a_row_for_a_period_is_known_when_the_period_is_over(tiny: Crisis) -> None:
    starts = as_of(tiny, date(2016, 7, 8), days=30).table("events")["start"].to_list()
    assert starts == [date(2016, 6, 20), date(2016, 7, 8)]


def test_a_spell_of_fighting_is_known_while_it_lasts_and_cut(tiny: Crisis) -> None:
    spell = pl.col("type") == "shelling"
    events = tiny.table("events").with_columns(
        pl.when(spell).then(pl.lit(date(2016, 6, 2))).otherwise("start").alias("start"),
        pl.when(spell).then(pl.lit(date(2016, 7, 31))).otherwise("end").alias("end"),
    )
    known = as_of(tiny.replace_table("events", events), ORIGIN).table("events")
    row = known.filter(type="shelling").row(0, named=True)
    assert (row["end"], row["n"]) == (ORIGIN, pytest.approx(12 * 39 / 60))


def test_a_closure_in_force_stays_in_force_and_later_ones_are_unknown(tiny: Crisis) -> None:
    known = as_of(tiny, ORIGIN, days=30).table("closures")
    assert known.filter(pl.col("kind") == "gate").select("start", "end").rows() == [(date(2016, 6, 1), None)]
    assert known.filter(pl.col("kind") == "route")["end"].to_list() == [date(2016, 7, 9)]
    assert known.height == 2


def test_the_rules_of_the_last_day_stay_after_the_end_of_the_crisis() -> None:
    known = as_of(read_crisis("aleppo-2016"), date(2016, 3, 31), days=90)
    gates = known.table("closures").filter((pl.col("kind") == "gate") & (pl.col("start") <= date(2016, 2, 6)))
    assert gates.filter(pl.col("name1") == "jarabulus")["end"].to_list() == [None]


def test_a_place_that_opens_later_takes_nobody_in_and_a_later_closing_is_unknown(tiny: Crisis) -> None:
    places = tiny.table("places").with_columns(
        pl.when(pl.col("place") == "azaz").then(pl.lit(date(2016, 7, 20))).otherwise("opens").alias("opens")
    )
    known = as_of(tiny.replace_table("places", places), ORIGIN, days=30).table("places")
    by_name = {row["place"]: row for row in known.iter_rows(named=True)}
    assert (by_name["azaz"]["opens"], by_name["azaz"]["closes"]) == (None, tiny.start)
    assert (by_name["kilis"]["opens"], by_name["kilis"]["closes"]) == (date(2016, 6, 1), None)


def test_a_hindcast_forgets_capacities_and_its_own_fit() -> None:
    crisis = read_crisis("aleppo-2016")
    hindcast, forecast = as_of(crisis, date(2016, 2, 1)), as_of(crisis, crisis.end, days=90)
    assert hindcast.table("places")["capacity"].null_count() == hindcast.table("places").height
    assert (dict(hindcast.parameters), hindcast.fitted_on) == ({}, ())
    assert forecast.table("places").equals(crisis.table("places"))
    assert forecast.fitted_on == ("aleppo-2016",)


def test_parameters_of_other_crises_and_those_set_by_hand_stay(tiny: Crisis) -> None:
    elsewhere = replace(tiny, fitted_on=("another",))
    assert as_of(elsewhere, ORIGIN).parameters == tiny.parameters
    assert as_of(tiny, ORIGIN).parameters == tiny.parameters


def test_an_advance_that_has_happened_has_happened_by_the_origin(tiny: Crisis) -> None:
    high = pl.when(pl.col("start") == ORIGIN).then(pl.lit(date(2016, 7, 14))).alias("start_high")
    known = as_of(tiny.replace_table("control", tiny.table("control").with_columns(high)), ORIGIN, days=5)
    assert known.table("control").filter(pl.col("start") == ORIGIN)["start_high"].to_list() == [ORIGIN]


def test_the_war_can_be_given_and_is_cut_at_the_end_of_the_period(tiny: Crisis) -> None:
    known = as_of(tiny, date(2016, 7, 5), days=2, war_until=date(2016, 7, 31))
    shelling = known.table("events").filter(pl.col("type") == "shelling").row(0, named=True)
    assert (shelling["end"], shelling["n"], shelling["n_low"]) == (
        date(2016, 7, 7),
        pytest.approx(7.2),
        pytest.approx(4.8),
    )
    given = as_of(tiny, date(2016, 7, 5), days=26, war_until=date(2016, 7, 31))
    assert given.table("control").height == tiny.table("control").height
    assert given.table("counts").is_empty()
    assert given.table("closures").height == 1


def test_days_that_cannot_be_are_refused(tiny: Crisis) -> None:
    with pytest.raises(ParameterError, match="2016-06-30 is before the crisis's first day, 2016-07-01"):
        as_of(tiny, date(2016, 6, 30))
    with pytest.raises(ParameterError, match="days: -1 is not 0 or more"):
        as_of(tiny, ORIGIN, days=-1)
