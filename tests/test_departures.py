"""Departures given by the counts: the totals are met, by hazard times residents, and never more than there are."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

import onward
from onward.crisis import Crisis, read_crisis
from onward.errors import ParameterError, SimulationError
from onward.evaluation.counts import counts_beside
from onward.model.build import build_model
from onward.model.keyed_draws import Draws
from onward.simulation.ensemble import run_members
from onward.simulation.settings import make_settings


def counted(crisis: Crisis, area: str, rows: list[tuple[str, int]]) -> Crisis:
    frame = pl.DataFrame(
        {
            "date": [dt.date.fromisoformat(day) for day, _ in rows],
            "area": [area] * len(rows),
            "indicator": ["displaced"] * len(rows),
            "people": [people for _, people in rows],
            "since": [dt.date(2016, 2, 1)] * len(rows),
            "source": ["test"] * len(rows),
        }
    )
    return crisis.replace_table("counts", frame)


@pytest.fixture(scope="module")
def aleppo() -> Crisis:
    return read_crisis("aleppo-2016")


@pytest.mark.parametrize("engine", ["cohorts", "expected"])
def test_the_daily_totals_are_those_of_the_counts(aleppo: Crisis, engine: str) -> None:
    crisis = counted(aleppo, "rural_north", [("2016-02-05", 10_000), ("2016-02-15", 30_000)])
    settings = make_settings(crisis, engine=engine, members=1, labels=False, departures="observed")
    model = build_model(crisis, departures="observed")
    ((_, outcome, _),) = run_members(model, settings, members=[0])
    left = outcome.result.daily.left_home[:, model.observed.area == 0].sum(axis=1)
    assert left[:17].sum() == 0
    assert left[17:22].sum() == pytest.approx(10_000)
    assert left[22:32].sum() == pytest.approx(20_000)
    assert np.allclose(left[22:32], 2_000)
    assert left[32:].sum() == 0


def test_a_fall_of_the_series_is_a_debt(aleppo: Crisis) -> None:
    crisis = counted(aleppo, "rural_north", [("2016-02-05", 10_000), ("2016-02-06", 8_000), ("2016-02-08", 12_000)])
    people = build_model(crisis, departures="observed").observed.draw(None)[:, 0]
    assert people.sum() == 12_000
    assert people[22] == 0
    assert people[23] == 0  # from 8,000 back to 10,000 first
    assert people[24] == 2_000


def test_more_than_the_residents_is_an_error_that_names_the_day(aleppo: Crisis) -> None:
    crisis = counted(aleppo, "rural_north", [("2016-02-05", 5_000_000)])
    with pytest.raises(SimulationError, match=r"on 2016-02-0\d more people leave rural_north"):
        onward.simulate(crisis, members=1, departures="observed")


def test_without_displaced_counts_departures_cannot_be_observed(aleppo: Crisis) -> None:
    crisis = aleppo.replace_table("counts", aleppo.table("counts").filter(pl.col("indicator") != "displaced"))
    with pytest.raises(SimulationError, match=r"no displaced figures"):
        build_model(crisis, departures="observed")


def test_such_a_run_says_that_it_was_given_totals(aleppo: Crisis) -> None:
    crisis = counted(aleppo, "rural_north", [("2016-02-05", 10_000)])
    assert onward.simulate(crisis, members=1, departures="observed").about["given_totals"]
    with pytest.raises(ParameterError, match="departures"):
        onward.simulate(aleppo, members=1, departures="guessed")


def test_a_range_of_the_counts_is_the_interval_of_the_totals(aleppo: Crisis) -> None:
    crisis = counted(aleppo, "rural_north", [("2016-02-05", 10_000), ("2016-02-15", 20_000)])
    ranged = crisis.table("counts").with_columns(
        (pl.col("people") * 0.8).cast(pl.Int64).alias("low"), (pl.col("people") * 1.3).cast(pl.Int64).alias("high")
    )
    observed = build_model(crisis.replace_table("counts", ranged), departures="observed").observed
    drawn = [observed.draw(Draws(word))[:, 0] for word in range(2_000)]
    totals = np.array([people.sum() for people in drawn])
    assert np.quantile(totals, (0.05, 0.5, 0.95)) == pytest.approx([16_000, 20_000, 26_000], rel=0.02)
    early = np.array([people[:22].sum() for people in drawn])
    assert early / totals == pytest.approx(0.5, abs=0.01)  # a source errs alike from day to day


def test_members_of_a_run_differ_in_given_totals_only_within_the_range(aleppo: Crisis) -> None:
    plain = counted(aleppo, "rural_north", [("2016-02-05", 10_000)])
    rows = plain.table("counts").with_columns(low=pl.lit(8_000), high=pl.lit(13_000))
    inside = pl.col("place").cast(pl.String).is_in(aleppo.areas["rural_north"])
    totals = {}
    for name, crisis in (("plain", plain), ("ranged", plain.replace_table("counts", rows))):
        run = onward.simulate(crisis, members=3, departures="observed")
        left = run.table("movements").filter(pl.col("movement") == "left_home", inside)
        totals[name] = left.group_by("member").agg(pl.col("people").sum())["people"].to_list()
    assert totals["plain"] == [10_000] * 3
    assert len(set(totals["ranged"])) == 3


def test_counts_given_as_totals_are_taken_for_everybody(aleppo: Crisis) -> None:
    crisis = counted(aleppo, "rural_north", [("2016-02-05", 10_000)])
    run = onward.simulate(crisis, members=1, departures="observed")
    ((_, people),) = counts_beside(run, crisis)
    assert people.tolist() == [10_000]
    claims = run.table("claims")
    assert claims.filter(claim="T01")["value"].item() == 10_000
