"""Sudan 2023, a crisis of millions on roads of 800 km with the medians of the priors, against the counts of IOM DTM."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from onward.crisis import Crisis, read_crisis
from onward.engine.state import Daily, Flows
from onward.model.build import build_model
from onward.model.network import Places
from onward.simulation.member import run_one
from onward.simulation.settings import make_settings

Sudan = tuple[Crisis, Places, Daily, Flows]
#: ten weeks after the war began
TEN_WEEKS = date(2023, 6, 24)


@pytest.fixture(scope="module")
def sudan() -> Sudan:
    crisis = read_crisis(Path(__file__).parent / "crises" / "sudan-2023")
    model = build_model(crisis)
    settings = make_settings(crisis, engine="expected", members=1, seed=1)
    result = run_one(model, settings, 0)[0].result
    return crisis, model.network.places, result.daily, result.flows


def stock(sudan: Sudan, day: date, *places: str) -> float:
    """The displaced at these places at the end of a day, or everywhere inside Sudan."""
    crisis, known, daily, _ = sudan
    at = [known.index()[p] for p in places] if places else np.flatnonzero(~known.abroad)
    t = (day - crisis.start).days
    return float((daily.here + daily.gate)[t, at].sum())


def went(sudan: Sudan, start: str, end: str) -> float:
    """How many went from one place to another, on any leg."""
    _, known, _, flows = sudan
    index = known.index()
    legs: NDArray[np.bool_] = (flows.key[:, 2] == index[start]) & (flows.key[:, 3] == index[end])
    return float(flows.people[legs].sum())


def test_no_place_is_shut_in(sudan: Sudan) -> None:
    assert not [doubt for doubt in sudan[0].doubts if "cannot leave" in str(doubt)]


def test_the_displaced_in_the_country_are_within_a_factor_of_two_of_the_counts(sudan: Sudan) -> None:
    counts = sudan[0].table("counts").filter(area="sudan")
    ratios = {row["date"]: stock(sudan, row["date"]) / row["people"] for row in counts.iter_rows(named=True)}
    assert len(ratios) == 5
    assert {day: ratio for day, ratio in ratios.items() if not 0.5 <= ratio <= 2.0} == {}


def test_nobody_shelters_in_the_most_attacked_place_and_most_are_outside_the_state(sudan: Sudan) -> None:
    state = sudan[0].areas["khartoum_state"]
    crisis, known, daily, _ = sudan
    t = (TEN_WEEKS - crisis.start).days
    left = float(daily.left_home[: t + 1, [known.index()[p] for p in state]].sum())
    assert left > 500_000
    assert stock(sudan, TEN_WEEKS, *state) < 0.01 * left


def test_wad_madani_takes_many(sudan: Sudan) -> None:
    assert stock(sudan, date(2023, 6, 4), "wad_madani") > 100_000


def test_people_do_not_flee_back_into_the_massacre(sudan: Sudan) -> None:
    there, back = went(sudan, "el_geneina", "adre"), went(sudan, "adre", "el_geneina")
    assert there > 50_000
    assert back < 0.05 * there
    _, known, daily, _ = sudan
    assert daily.left_home[:, known.index()["adre"]].sum() < 100
