"""Units on the page: members' sums over places, arrivals without moves inside, areas that overlap, what is left out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

import onward
from onward.crisis import Crisis
from onward.report.map_data import make_scene
from onward.report.page_figures import two_digits
from onward.report.unit_levels import arrivals_of, unit_levels
from onward.simulation.run import Run
from onward.simulation.units import units_of

LAST = dt.date(2018, 7, 31)


@pytest.fixture(scope="module")
def run() -> Run:
    return onward.simulate("daraa-2018", members=3, seed=1)


def levels_of(run: Run, crisis: Crisis | None = None, districts: bool = False) -> dict[str, dict[str, Any]]:
    crisis = crisis or run.crisis
    assert crisis is not None
    found = unit_levels(run, crisis, make_scene(run, crisis, districts=districts))
    return {level["by"]: level for level in found}


def test_a_unit_is_the_quantile_of_members_sums_never_the_sum_of_quantiles(run: Run) -> None:
    level = levels_of(run)["admin1"]
    unit = level["id"].index("SYR/Dar'a")
    assert run.crisis is not None
    places = run.crisis.table("places").filter(country="SYR", admin1="Dar'a")["place"]
    rows = run.table("stock").with_columns(pl.col("place", "state").cast(pl.String))
    rows = rows.filter(pl.col("place").is_in(places.to_list()), pl.col("state").is_in(["here", "gate"]), date=LAST)
    sums = rows.group_by("member").agg(pl.col("people").sum())["people"].to_numpy()
    assert len(sums) == 3
    for name, share in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
        assert two_digits(np.array(level["stock"][name][unit][-1])) == two_digits(np.quantile(sums, share))


def test_arrivals_of_a_country_are_those_of_its_parts_member_by_member(run: Run) -> None:
    parts, whole = (units_of(run, by) for by in ("admin1", "area"))
    assert whole.members["place"].is_duplicated().any()
    country = arrivals_of(run, whole)[:, whole.keys.index("SYR")]
    inside = [n for n, unit in enumerate(parts.keys) if unit.startswith("SYR/")]
    assert len(inside) > 1
    np.testing.assert_allclose(country, arrivals_of(run, parts)[:, inside].sum(axis=1))
    assert country.any()


def test_a_level_that_nobody_names_or_that_parts_nothing_is_left_out(run: Run) -> None:
    assert run.crisis is not None
    blank = run.crisis.table("places").with_columns(pl.lit(None, pl.String).alias("admin1"))
    assert "admin1" not in levels_of(run, run.crisis.replace_table("places", blank))


def test_while_a_crisis_goes_on_no_unit_is_finer_than_a_district(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onward.disclosure.today", lambda: LAST)
    levels = levels_of(run, districts=True)
    assert run.crisis is not None
    places = run.crisis.table("places")
    own = run.crisis.table("areas")
    for unit in levels["area"]["id"]:
        inside = places.filter(pl.col("place").is_in(own.filter(area=unit)["place"].to_list()))
        keys = ["country", "admin1", "admin2"]
        assert places.join(inside.select(keys).unique(), on=keys, nulls_equal=True).height in (0, inside.height)
