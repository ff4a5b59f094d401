"""The figures of a run made up by hand are those that anybody can work out from it."""

from __future__ import annotations

import polars as pl
import pytest

from onward.errors import SimulationError
from onward.runs import summary, tables
from onward.simulation.run import Run
from views.sample_run import DAYS, made_up_claim, made_up_run

RUN = made_up_run()


def test_a_member_without_a_row_counts_as_nobody() -> None:
    found = pl.DataFrame({"member": [2], "place": ["kilis"], "people": [30]})
    row = tables.spread(found, pl.DataFrame({"place": ["kilis"]}), 3).row(0, named=True)
    assert (row["mean"], row["p50"], row["p95"]) == pytest.approx((10, 0, 27))


def test_stock_counts_those_who_stay_and_those_who_wait() -> None:
    stock = tables.stock_on(RUN, DAYS[-1])
    assert dict(stock.select("place", "p50").iter_rows()) == {"azaz": 30.0, "kilis": 30.0}


def test_stock_over_time_has_every_day() -> None:
    rows = tables.stock_over_time(RUN, ["kilis"])
    assert rows["date"].to_list() == DAYS
    assert rows["p50"].to_list() == [0.0, 10.0, 20.0, 30.0]


def test_displaced_are_all_who_are_away() -> None:
    assert tables.displaced_over_time(RUN)["mean"].to_list() == [0.0, 20.0, 40.0, 60.0]
    assert tables.newly_displaced(RUN).row(0, named=True)["p50"] == 60.0


def test_the_last_class_of_times_is_this_or_more() -> None:
    rows = tables.times_on(RUN, DAYS[-1])
    assert dict(rows.select("times", "p50").iter_rows()) == {"1": 48.0, "2": 12.0, "3": 0.0, "4+": 0.0, "2+": 12.0}


def test_flows_leave_out_who_came_back_to_where_they_were() -> None:
    loop = RUN.tables["flows"].with_columns(pl.lit("azaz").alias("to_place"))
    both = Run(RUN.about, {"flows": pl.concat([RUN.tables["flows"], loop])})
    assert tables.top_flows(both).rows() == [("azaz", "kilis", 60.0)]


def test_gates_have_the_day_with_most_and_the_rule() -> None:
    gates = summary.results(RUN, {"salama": {"policy": "closed", "people_per_day": None}})["gates"]
    assert gates["salama"]["policy"] == "closed"
    assert gates["salama"]["peak"]["date"] == "2016-07-04"
    assert gates["salama"]["waiting"]["p50"] == 30.0


def test_people_are_all_there_are() -> None:
    assert summary.results(RUN, {})["people"] == 100_000


def test_a_run_that_loses_people_is_refused() -> None:
    short = RUN.tables["stock"].filter(~((pl.col("member") == 1) & (pl.col("state") == "gate")))
    with pytest.raises(SimulationError, match="member 1 holds between 99970 and 100000 people"):
        summary.results(Run(RUN.about, {**RUN.tables, "stock": short}), {})


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(50, 70, "inside"), (61, None, "low"), (None, 59, "high"), (60, 60, "inside"), (None, 60, "inside")],
)
def test_a_verdict_says_where_the_median_is(low: float | None, high: float | None, verdict: str) -> None:
    (said,) = summary.results(RUN, {}, [made_up_claim(low, high)])["claims"]
    assert (said["p50"], said["verdict"]) == (60.0, verdict)


def test_what_the_model_cannot_say_is_no_figure() -> None:
    (said,) = summary.results(RUN, {}, [made_up_claim(1, 2, "unheard")])["claims"]
    assert said["p50"] is None
    assert said["verdict"] == "not modelled"
