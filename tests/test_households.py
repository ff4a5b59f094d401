"""Households that move together: their sizes, the variance of what is drawn, gates, and the engines alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import onward
from onward.crisis import Crisis, crisis_from_tables
from onward.crisis.households import Households
from onward.errors import CrisisDataError
from onward.model.build import build_model
from onward.model.households import household_sizes, in_households
from onward.simulation.description import household_words
from onward.simulation.ensemble import run_members
from onward.simulation.journeys import itineraries_again
from onward.simulation.member import build_member, kernel
from onward.simulation.settings import make_settings
from oracle.equivalence import CRISES, compare, quota_gates, sample
from properties.crises import day, make_crisis, random_crisis
from tiny import write_tiny

RUNS = 60


def with_households(crisis: Crisis, **stated: object) -> Crisis:
    return crisis_from_tables({**crisis.header(), "households": stated or {"mean": 5.0}}, crisis.tables)


@pytest.mark.parametrize(
    "stated", [{"mean": 5.0}, {"mean": 1.0}, {"mean": 2.5, "largest": 3}, {"shares": {"4": 0.5, "6": 0.5}}]
)
def test_people_divided_into_households_keep_their_number(stated: dict[str, object]) -> None:
    sizes = household_sizes(Households.model_validate(stated))
    people = np.array([[0, 1, 7], [103, 20_011, 1_500_000]])
    found = in_households(people, sizes)
    assert (found.sum(axis=-1) == people).all()
    assert (found % sizes.people == 0).all()
    assert sizes.mean == pytest.approx(stated.get("mean", 5.0))
    number = found[1, 2] / sizes.people
    assert number / number.sum() == pytest.approx(sizes.share, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mean = 0.5", "households.mean: '0.5' is not a number of people from 1 to 20"),
        ("size = 5", "households.size: this key is unknown"),
        ("largest = 7", "it has neither a mean nor shares"),
        ("mean = 8\nlargest = 7", "its mean of 8 is not below its largest size of 7"),
        ("[households.shares]\n4 = 0.5\n6 = 0.4", "its shares add up to 0.9, not 1"),
        ("[households.shares]\nfour = 1", "its shares are not all of whole numbers of people from 1 to 30"),
        ("mean = 6\n[households.shares]\n4 = 0.5\n6 = 0.5", "its mean is 6, but that of its shares is 5"),
    ],
)
def test_sizes_that_make_no_sense_are_told(tmp_path: Path, text: str, told: str) -> None:
    folder = write_tiny(tmp_path / "tiny")
    header = (folder / "crisis.toml").read_text(encoding="utf-8")
    (folder / "crisis.toml").write_text(f"{header}\n[households]\n{text}\n", encoding="utf-8")
    with pytest.raises(CrisisDataError) as error:
        onward.read_crisis(folder)
    assert told in str(error.value)


def test_a_crisis_with_households_is_written_and_read_again_and_its_hash_says_so(tmp_path: Path) -> None:
    plain = random_crisis(places=3, days=4, seed=1, returning=False)
    crisis = with_households(plain, shares={"4": 0.5, "6": 0.5}, source="a survey")
    assert crisis.hash != plain.hash
    assert onward.read_crisis(onward.write_crisis(crisis, tmp_path / "copy")) == crisis


def flat() -> Crisis:
    """Return a crisis in which nothing feeds back: a town is shelled for a day, and there is one place to go."""
    places = [
        {"place": p, "country": "XAA", "kind": "town", "latitude": 36.5 + 2 * i, "longitude": 37.0, "population": n}
        for i, (p, n) in enumerate((("town", 20_000), ("refuge", 0)))
    ]
    roads = [{"place1": "town", "place2": "refuge", "distance_km": 250, "mode": "road", "one_way": "no"}]
    event = {"start": day(0), "end": day(0), "type": "air", "actor": "army", "n": 20.0, "place": "town"}
    rows = {"places": places, "routes": roads, "events": [event], "actors": [{"actor": "army", "side": "state"}]}
    return make_crisis(3, rows, {"attack_weight": 0.02, "immobile_share": 0.0, "habituation": 0.0})


@pytest.mark.parametrize("engine", ["cohorts", "individuals"])
def test_the_variance_of_those_who_leave_is_that_of_households(engine: str) -> None:
    crisis = with_households(flat(), shares={"2": 0.5, "8": 0.5})
    settings = make_settings(crisis, engine=engine, members=1, seed=1)
    drawn = build_member(build_model(crisis), settings, 0)
    one, runs = kernel(settings), 300
    left = np.array([one(drawn, k, np.zeros(1, np.int64))[0].daily.left_home[1, 0] for k in range(runs)])
    p = 1.0 - np.exp(-drawn.world.hazard[1, 0, 0])
    spread = 34.0 / 5.0  # E[s^2] / E[s]
    due = 20_000 * p * (1.0 - p) * spread
    assert 0.02 < p < 0.98
    assert abs(left.mean() - 20_000 * p) < 4.5 * np.sqrt(due / runs)
    assert left.var(ddof=1) / due == pytest.approx(1.0, abs=4.5 * np.sqrt(2.0 / runs))
    assert left.var(ddof=1) > 4.0 * 20_000 * p * (1.0 - p)


def test_individuals_and_cohorts_cannot_be_told_apart_with_households() -> None:
    crises = [with_households(build()) for build in CRISES.values()]
    pairs = [(sample(c, "cohorts", RUNS), sample(c, "individuals", RUNS, first=1_000)) for c in crises]
    for verdict in compare(pairs, permutations=9_999):
        assert verdict.same, verdict


def test_people_drawn_one_by_one_are_told_apart_from_households() -> None:
    crisis = CRISES["closures"]()
    pair = sample(with_households(crisis), "cohorts", RUNS), sample(crisis, "cohorts", RUNS, first=1_000)
    (verdict,) = compare([pair], permutations=9_999)
    assert not verdict.same


@pytest.mark.parametrize("engine", ["cohorts", "individuals"])
def test_households_pass_a_gate_up_to_its_quota_and_use_it(engine: str) -> None:
    crisis = with_households(quota_gates())
    crisis = replace(crisis, parameters={**crisis.parameters, "irregular_crossing": 0.0})
    settings = make_settings(crisis, engine=engine, members=1, seed=1)
    drawn = build_member(build_model(crisis), settings, 0)
    largest, quota = int(drawn.world.unit.max()), 120
    allowed = np.cumsum(drawn.world.allowed[:, 0])
    assert (drawn.world.allowed[:, 0] >= quota).all()
    for member in range(5):
        daily = kernel(settings)(drawn, member, np.zeros(1, np.int64))[0].daily
        passed, waiting = np.cumsum(daily.passed[:, 0]), daily.waiting[:, 0]
        assert (passed <= allowed).all()
        busy = np.flatnonzero(np.minimum.accumulate(waiting[::-1])[::-1] > 200)  # a queue from there on
        used = passed[busy[-1]] - passed[busy[0]]
        assert abs(used - (allowed[busy[-1]] - allowed[busy[0]])) < largest


@pytest.mark.parametrize("seed", [9, 11])
def test_nobody_is_lost_with_households_and_labels_follow(seed: int) -> None:
    crisis = with_households(random_crisis(places=5, days=8, seed=seed, returning=True), mean=4.0)
    for engine in ("cohorts", "individuals"):
        settings = make_settings(crisis, engine=engine, members=2, seed=3)
        for _, outcome, _ in run_members(build_model(crisis), settings, members=range(2)):
            daily, flows = outcome.result.daily, outcome.result.flows
            total = sum(getattr(daily, name).sum(axis=1) for name in ("home", "here", "gate", "way", "out"))
            assert (total == total[0]).all()
            arrived = np.bincount(flows.key[:, 0], weights=flows.people, minlength=len(total))
            assert arrived.sum() >= daily.arrived.sum()
            away = total - daily.home.sum(axis=1) - daily.out.sum(axis=1)
            assert (daily.times.sum(axis=1) == away).all()


def test_observed_departures_are_taken_in_households() -> None:
    plain = flat()
    counts = pl.DataFrame(
        {"date": [day(0), day(2)], "place": ["town"] * 2, "indicator": ["displaced"] * 2, "people": [1_003.0, 3_001.0]}
    )
    crisis = with_households(plain.replace_table("counts", counts))
    run = onward.simulate(crisis, members=1, departures="observed")
    left = run.table("movements").filter(pl.col("movement").cast(pl.String) == "left_home")["people"].sum()
    assert 3_001 - 10 < left <= 3_001


def test_expected_has_the_same_means_and_runs_say_what_households_were_used() -> None:
    plain = flat()
    crisis = with_households(plain)
    run, other = (onward.simulate(c, engine="expected") for c in (crisis, plain))
    assert run.table("stock").equals(other.table("stock"))
    assert run.about["households"] == {"mean": 5.0, "variance_factor": 5.7418}
    assert "households" not in other.about
    assert "change nothing" in household_words(run.about)
    assert household_words(other.about) == ""


@pytest.mark.parametrize("seed", [1, 9])
def test_itineraries_add_up_to_the_legs_of_people_in_households(seed: int) -> None:
    crisis = with_households(random_crisis(places=6, days=10, seed=seed, returning=seed == 9))
    run = onward.simulate(crisis, engine="individuals", members=1)
    rows = pl.concat(frame for _, frame in itineraries_again(run, crisis))
    before = pl.col("place").cast(pl.String).shift(1).over("itinerary", order_by="stop").alias("from_place")
    steps = rows.with_columns(before, pl.col("place").cast(pl.String).alias("to_place")).drop_nulls("from_place")
    legs = run.table("flows").with_columns(pl.col("from_place", "to_place").cast(pl.String))
    legs = legs.filter(pl.col("from_place") != pl.col("to_place"))
    sums = [
        table.group_by("from_place", "to_place").agg(pl.col("people").sum()).sort("from_place", "to_place")
        for table in (steps, legs)
    ]
    assert sums[0].height >= 5
    assert sums[0].equals(sums[1])
