"""Hosts: people per 1,000 residents and the day on which room is filled, by hand and in closed form."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

import onward
from onward.crisis import Crisis
from onward.errors import CrisisDataError, ParameterError
from onward.inference.as_of import as_of
from onward.planning.allowed import allowed_units
from onward.planning.hosts import filled, host_countries, hosts
from onward.simulation.run import Run
from onward.simulation.units import units_of

DAYS = [dt.date(2018, 6, 15) + dt.timedelta(n) for n in range(4)]
ROOM = 300


def crisis_with_room() -> Crisis:
    """The bundled crisis with room of known size in two places of one unit only."""
    crisis = onward.read_crisis("daraa-2018")
    room = pl.when(pl.col("place").is_in(["nawa", "tafas"])).then(ROOM).otherwise(None)
    return crisis.replace_table("places", crisis.table("places").with_columns(room.cast(pl.Int64).alias("capacity")))


def made_up_run() -> Run:
    """Two members: nawa gains 100 displaced people a day in one and 50 in the other, and has 1,000 residents."""
    crisis = crisis_with_room()
    run = onward.simulate(crisis, engine="expected", members=1, seed=1)
    rows = [
        row
        for member, gain in ((0, 100.0), (1, 50.0))
        for n, day in enumerate(DAYS, 1)
        for row in ((member, day, "nawa", "here", gain * n), (member, day, "nawa", "home", 1_000.0))
    ]
    stock = pl.DataFrame(rows, schema=["member", "date", "place", "state", "people"], orient="row").lazy()
    about = {**run.about, "members": 2, "end": DAYS[-1].isoformat(), "days": len(DAYS)}
    return replace(run, about=about, tables={**run.tables, "stock": stock})


def test_people_per_1000_residents_are_quantiles_of_the_members_ratios() -> None:
    run = made_up_run()
    row = hosts(run, units_of(run, "place")).row(0, named=True)
    assert (row["unit"], row["hosted_p50"], row["residents_p50"]) == ("nawa", 300.0, 1_000.0)
    assert row["per_1000_p5"] == pytest.approx(200 + 0.05 * 200)
    assert row["per_1000_p50"] == 300.0
    assert row["camps_p95"] == 0.0
    first = hosts(run, units_of(run, "place"), date=DAYS[0]).row(0, named=True)
    assert first["per_1000_p95"] == pytest.approx(50 + 0.95 * 50)


def test_room_is_filled_on_the_first_day_on_which_people_reach_it() -> None:
    run = made_up_run()
    row = filled(run, units_of(run, "place")).row(0, named=True)
    assert (row["unit"], row["room"], row["probability"], row["first_p50"]) == ("nawa", ROOM, 0.5, DAYS[2])
    assert row["share_p50"] == pytest.approx((400 + 200) / 2 / ROOM)
    empty = filled(run, units_of(run, "place")).filter(unit="tafas").row(0, named=True)
    assert (empty["share_p95"], empty["probability"], empty["first_p50"]) == (0.0, 0.0, None)
    unit = filled(run, units_of(run, "admin1")).row(0, named=True)
    assert (unit["room"], unit["probability"]) == (2 * ROOM, 0.0)  # the members' sums over both places stay below


def test_hosts_whose_room_is_given_send_people_on_by_pressure() -> None:
    """In the model a town's capacity is its hosts' room: displaced people leave at crowding x (people / room - 1)."""
    crisis = onward.read_crisis("daraa-2018")
    here = {"place": "ramtha", "people": 30_000}
    quiet = {"events": crisis.table("events").clear()}
    calm = crisis.replace_table("events", quiet["events"])
    start = pl.when(pl.col("place") == here["place"]).then(here["people"]).otherwise(0).cast(pl.Int64)
    room = pl.when(pl.col("place") == here["place"]).then(here["people"] // 2).otherwise(None).cast(pl.Int64)
    places = calm.table("places").with_columns(start.alias("displaced_at_start"))
    given = {"crowding": 0.1, "crowding_from": 1.0}
    left = {}
    for name, table in (("none", places), ("half", places.with_columns(room.alias("capacity")))):
        run = onward.simulate(calm.replace_table("places", table), engine="expected", overrides=given, seed=1)
        days = run.table("stock").with_columns(pl.col("place", "state").cast(pl.String))
        mine = days.filter(pl.col("place") == here["place"], pl.col("state") == "here").sort("date")
        left[name] = mine["people"][0]
    pressed = 1 - left["half"] / left["none"]
    assert pressed == pytest.approx(1 - 2.718281828 ** -(0.1 * (2 - 1)), rel=0.02)


def test_a_run_without_its_crisis_is_refused() -> None:
    run = made_up_run()
    units = allowed_units(run)
    with pytest.raises(ParameterError, match="does not contain its crisis"):
        hosts(replace(run, given=None), units)


def test_countries_host_who_was_there_before_and_who_came_since() -> None:
    run = made_up_run()
    assert host_countries(run).is_empty()
    world = run.crisis
    assert world is not None
    known = pl.DataFrame({"country": ["SYR"], "residents": [10_000], "hosted": [600_000], "source": ["a census"]})
    given = replace(run, given=world.replace_table("host_countries", known))
    first = int(world.table("places").filter(pl.col("country") == "SYR")["displaced_at_start"].sum())
    row = host_countries(given).row(0, named=True)
    assert (row["hosted_before"], row["per_1000_before"], row["source"]) == (600_000, 60_000.0, "a census")
    assert row["hosted_p50"] == 600_000 - first + (400 + 200) / 2
    assert row["per_1000_p95"] == pytest.approx((600_000 - first + 200 + 0.95 * 200) / 10)
    assert given.crisis is not None
    assert given.crisis.hash == world.hash  # it changes no result of a run


def test_turkey_hosts_those_before_the_war_of_the_run_too() -> None:
    crisis = onward.read_crisis("aleppo-2016")
    run = onward.simulate(crisis, engine="expected", members=1, seed=1)
    row = host_countries(run).row(0, named=True)
    turkey = crisis.table("places").filter(pl.col("country") == "TUR")["place"].to_list()
    last = run.tables["stock"].filter(pl.col("date") == dt.date(2016, 3, 31)).collect()
    here = last.filter(
        pl.col("place").cast(pl.String).is_in(turkey) & pl.col("state").cast(pl.String).is_in(["here", "gate"])
    )
    assert row["hosted_p50"] == pytest.approx(2_503_426 + here["people"].sum())
    assert as_of(crisis, dt.date(2016, 2, 1)).table("host_countries").height == 1
    known = crisis.table("host_countries").with_columns(date=dt.date(2016, 3, 1))
    later = crisis.replace_table("host_countries", known)
    assert as_of(later, dt.date(2016, 2, 1)).table("host_countries").is_empty()


def test_a_host_country_without_a_place_is_an_error() -> None:
    crisis = onward.read_crisis("daraa-2018")
    rows = pl.DataFrame({"country": ["JRO"], "residents": [9], "hosted": [0]})
    with pytest.raises(CrisisDataError, match=r"no place lies in 'JRO'.*Did you mean 'JOR'"):
        crisis.replace_table("host_countries", rows)
