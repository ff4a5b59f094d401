"""Comparing runs: paired by member, nobody counts as nobody, unlike runs are refused."""

from __future__ import annotations

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
