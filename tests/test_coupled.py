"""Forecasts of places that were counted: the distribution from counts, the order of the model, and a scorecard."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from onward.crisis import Crisis, read_crisis
from onward.inference.as_of import as_of
from onward.inference.coupled import coupled, place_quantiles, scorecard
from onward.inference.intervals import LEVELS

ORIGIN = dt.date(2016, 3, 20)


@pytest.fixture(scope="module")
def crisis() -> Crisis:
    """Aleppo with a start a year earlier and made-up counts: azaz every ten days, marea twice."""
    whole = read_crisis("aleppo-2016")
    schema = whole.table("counts").schema
    rows = [("azaz", dt.date(2015, 6, 1) + dt.timedelta(10 * n), 5000 + 400 * n) for n in range(30)]
    rows += [("marea", dt.date(2016, 1, 5), 900), ("marea", dt.date(2016, 2, 25), 1200)]
    made = [
        {"date": day, "place": place, "area": None, "indicator": "stock", "people": people, "source": "x"}
        for place, day, people in rows
    ]
    counts = pl.DataFrame([{name: row.get(name) for name in schema} for row in made], schema=schema)
    early = dt.date(2015, 6, 1)
    tables = {**whole.tables, "counts": counts}
    return replace(whole, start=early, history_start=early, tables=tables)


def test_a_place_with_enough_counts_is_forecast_from_them(crisis: Crisis) -> None:
    known = as_of(crisis, ORIGIN, days=60)
    found = place_quantiles(known, ORIGIN, [30, 60])
    assert set(found) == {"azaz"}
    assert found["azaz"].shape == (2, len(LEVELS))
    assert 15_000 < found["azaz"][0, 99] < 20_000
    assert place_quantiles(known, ORIGIN + dt.timedelta(200), [30]) == {}


def test_members_keep_their_order_and_take_the_quantiles() -> None:
    members = np.array([5.0, 5.0, 1.0, 9.0])
    given = coupled(members, 100.0 + LEVELS)
    assert np.argsort(given).tolist() == [2, 0, 1, 3]
    assert given == pytest.approx(100.0 + np.array([0.375, 0.625, 0.125, 0.875]))


def test_the_scorecard_is_of_answered_forecasts_only(crisis: Crisis) -> None:
    cards = scorecard(as_of(crisis, ORIGIN, days=60), ORIGIN)
    assert [(card["series"], card["horizon"]) for card in cards] == [("place", 30), ("place", 60), ("place", 90)]
    assert all(card["n"] > 0 and card["crps_ratio"] < 1 and 0 <= card["cover90"] <= 1 for card in cards)
    assert scorecard(as_of(crisis, dt.date(2015, 7, 1), days=30), dt.date(2015, 7, 1)) == []


def test_later_counts_change_no_byte(crisis: Crisis) -> None:
    counts = crisis.table("counts")
    later = pl.when(pl.col("date") > dt.date(2016, 1, 15)).then(9).otherwise("people").alias("people")
    other = replace(crisis, tables={**crisis.tables, "counts": counts.with_columns(later)})
    origin = dt.date(2016, 1, 15)
    first, again = (place_quantiles(as_of(one, origin, days=30), origin, [30])["azaz"] for one in (crisis, other))
    assert first.tobytes() == again.tobytes()
