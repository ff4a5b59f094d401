"""A warning of people who go to and fro between the same two places."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

import onward
from onward import Run
from onward.evaluation.fitness import judge_fitness
from onward.evaluation.to_and_fro import Pair, to_and_fro, to_and_fro_words


def run_of(legs: list[tuple[str, str, float]], returned: dict[str, float], left: float) -> Run:
    """A run of two members with these legs and returns in all, of which half in each."""
    run = onward.simulate("daraa-2018", engine="expected", members=1, seed=1)
    flows = pl.DataFrame(legs, schema=["from_place", "to_place", "people"], orient="row").lazy()
    moves = [("nawa", "left_home", left), *((place, "returned", people) for place, people in returned.items())]
    movements = pl.DataFrame(moves, schema=["place", "movement", "people"], orient="row").lazy()
    return replace(run, about={**run.about, "members": 2}, tables={"flows": flows, "movements": movements})


def test_a_pair_with_many_both_ways_is_told_and_returns_are_no_flight() -> None:
    legs = [("nawa", "tafas", 9_000.0), ("tafas", "nawa", 6_000.0), ("nawa", "golan", 7_000.0), ("golan", "nawa", 50.0)]
    run = run_of(legs, {"tafas": 1_000.0}, 20_000.0)
    assert to_and_fro(run) == [Pair("nawa", "tafas", 4_000.0, 3_000.0)]
    (words,) = to_and_fro_words(run, {})
    assert words.startswith(
        "People flee to and fro between nawa and tafas (4,000 there and 3,000 back): check the dangers"
    )
    assert to_and_fro(run_of(legs, {"nawa": 5_000.0}, 20_000.0)) == []  # most of them came home
    assert to_and_fro(run_of(legs, {}, 400_000.0)) == []  # few of all


def test_the_verdict_on_a_run_warns_of_it() -> None:
    run = onward.simulate("aleppo-2016", members=2, seed=1)
    warned = to_and_fro_words(run, run.crisis.place_names)
    reasons = judge_fitness(run, run.crisis, []).reasons
    assert reasons[len(reasons) - len(warned) :] == tuple(warned)
