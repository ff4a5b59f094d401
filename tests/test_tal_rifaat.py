"""Flight ahead of an advance: Tal Rifaat was taken on 15 February 2016, and its people were gone by then."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

import onward
from onward.crisis import Crisis

FALL = date(2016, 2, 15)
MEMBERS = 12


def unafraid(crisis: Crisis, actor: str) -> Crisis:
    """The same crisis where nobody fears ``actor``."""
    weight = pl.when(pl.col("actor") == actor).then(0.0).otherwise(pl.col("weight")).alias("weight")
    return crisis.replace_table("fears", crisis.table("fears").with_columns(weight))


def left_before(run: onward.Run) -> pl.Series:
    """How many left Tal Rifaat before it fell, by member."""
    return _left(run, pl.col("date") < FALL)


def _left(run: onward.Run, when: pl.Expr) -> pl.Series:
    days = run.series("departures", place="tal_rifaat").filter(when)
    return days.group_by("member").agg(pl.col("people").sum()).sort("member")["people"]


@pytest.fixture(scope="module")
def base() -> onward.Run:
    return onward.simulate(onward.read_crisis("aleppo-2016"), members=MEMBERS, seed=1, workers=2)


def test_its_people_leave_mostly_before_it_falls(base: onward.Run) -> None:
    before, after = left_before(base), _left(base, pl.col("date") >= FALL)
    assert (before > after).mean() >= 0.8
    assert before.sum() > 0.55 * (before.sum() + after.sum())


def test_fewer_leave_before_where_nobody_fears_the_taker(base: onward.Run) -> None:
    crisis = onward.read_crisis("aleppo-2016")
    calm = onward.simulate(unafraid(crisis, "SDF"), members=MEMBERS, seed=1, workers=2)
    less = left_before(base) - left_before(calm)
    assert less.quantile(0.05, "linear") > 0
