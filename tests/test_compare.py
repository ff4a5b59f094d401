"""Comparing runs: paired by member, nobody counts as nobody, unlike runs are refused."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

import onward
from onward.crisis import read_crisis, read_scenario
from onward.errors import ParameterError


@pytest.fixture(scope="module")
def pair() -> tuple[onward.Run, onward.Run]:
    crisis = read_crisis("aleppo-2016")
    base = onward.simulate(crisis, members=3, seed=1)
    return base, onward.simulate(crisis, members=3, seed=1, scenario=read_scenario("open-border", crisis))


def test_a_run_does_not_differ_from_itself(pair: tuple[onward.Run, onward.Run]) -> None:
    for table in onward.compare(pair[0], pair[0]).values():
        assert (table["mean"] == 0).all()
        assert not table["clear"].any()


def test_differences_are_of_the_means_and_turn_round(pair: tuple[onward.Run, onward.Run]) -> None:
    there, back = onward.compare(*pair)["stock"], onward.compare(*pair[::-1])["stock"]
    assert (there["other"] - there["run"] - there["mean"]).abs().max() < 1e-6
    both = there.join(back, on="place", suffix="_back")
    assert (both["mean"] + both["mean_back"]).abs().max() < 1e-6
    assert (both["p5"] + both["p95_back"]).abs().max() < 1e-6


def test_an_open_border_shows_in_turkey(pair: tuple[onward.Run, onward.Run]) -> None:
    stock = onward.compare(*pair)["stock"]
    kilis = {row["place"]: row for row in stock.iter_rows(named=True)}["kilis"]
    assert kilis["p5"] > 0
    assert kilis["clear"]


def test_runs_of_different_seeds_are_refused(pair: tuple[onward.Run, onward.Run]) -> None:
    other = onward.simulate(read_crisis("aleppo-2016"), members=3, seed=2)
    with pytest.raises(ParameterError, match="seed is 1 in one and 2 in the other"):
        onward.compare(pair[0], other)


def test_a_claim_that_one_run_cannot_answer_has_no_difference(pair: tuple[onward.Run, onward.Run]) -> None:
    run = pair[0]
    claim = run.table("claims").drop_nulls()["claim"][0]
    gap = pl.when(pl.col("claim") != claim).then("value")
    silent = replace(run, tables={**run.tables, "claims": run.tables["claims"].with_columns(gap.alias("value"))})
    row = onward.compare(run, silent)["claims"].filter(claim=claim).row(0, named=True)
    assert row["run"] is not None
    assert (row["other"], row["mean"], row["p5"], row["clear"]) == (None, None, None, False)


def test_runs_of_other_inputs_under_one_name_are_refused(pair: tuple[onward.Run, onward.Run]) -> None:
    crisis = read_crisis("aleppo-2016")
    fewer = crisis.replace_table("events", crisis.table("events").head(20))
    other = onward.simulate(fewer, members=3, seed=1)
    with pytest.raises(ParameterError, match=r"of different inputs \(events.csv differ\)"):
        onward.compare(pair[0], other)
    assert onward.compare(pair[0], other, anyway=True)["stock"].height


def test_runs_of_different_rules_are_refused_by_name(pair: tuple[onward.Run, onward.Run]) -> None:
    flee = replace(pair[0], about={**pair[0].about, "rules": "flee"})
    with pytest.raises(ParameterError, match="rules is onward in one and flee in the other"):
        onward.compare(pair[0], flee)
    no_claims = replace(flee, tables={n: t for n, t in flee.tables.items() if n not in ("claims", "gates")})
    assert onward.compare(no_claims, no_claims)["claims"].is_empty()
