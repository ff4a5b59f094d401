"""Departures given by the counts: the totals are met, by hazard times residents, and never more than there are."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

import onward
from onward.crisis import Crisis, read_crisis
from onward.errors import ParameterError, SimulationError
from onward.model.build import build_model
from onward.simulation.run import make_settings, run_members


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
    people = build_model(crisis, departures="observed").observed.people[:, 0]
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
