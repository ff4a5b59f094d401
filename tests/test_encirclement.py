"""Encirclement: only a world that has just shrunk by a feared actor's gains frightens."""

from __future__ import annotations

import numpy as np
import pytest

from onward.crisis import read_crisis
from onward.model.build import build_model
from onward.model.encirclement import encirclement, fear_of_gains, reachable_people
from onward.model.parameters import default_values

VALUES = default_values()


@pytest.fixture(scope="module")
def model():  # type: ignore[no-untyped-def]
    return build_model(read_crisis("aleppo-2016"))


def fright(model, days: float = 3.0):  # type: ignore[no-untyped-def]
    return encirclement(
        model.steps, fear_of_gains(model.network, model.people, VALUES), {"takeover_half_life_days": days}
    )


def test_the_cut_of_3_february_frightens_east_aleppo_and_fades(model) -> None:  # type: ignore[no-untyped-def]
    east = model.network.places.names.index("aleppo_east")
    group = model.people.groups.index("sunni_arab")
    felt = fright(model)[:, east, group]
    cut = 19  # 3 February
    assert (felt[: cut - 3] < 0.05).all()  # villages far off change hands before, too
    reach = reachable_people(model.network)[:, east]
    kept = 2 ** (-1 / 3)
    assert felt[cut] == pytest.approx(kept * felt[cut - 1] + np.log(reach[cut - 1] / reach[cut]))
    assert felt[cut] == felt.max() > 0.1
    assert (felt[cut + 21 :] < felt[cut] / 50).all()


def test_the_fright_halves_in_its_half_life() -> None:
    steps, fear = np.zeros((9, 1)), np.full((9, 1), 0.5)
    steps[1] = 2.0
    felt = encirclement(steps, fear, {"takeover_half_life_days": 2.0})[:, 0, 0]
    assert felt[1:].tolist() == pytest.approx([2.0 ** (-(t - 1) / 2) for t in range(1, 9)])


def test_a_world_that_grows_again_takes_the_fright_back() -> None:
    steps, fear = np.array([[0.0], [1.0], [-1.0]]), np.ones((3, 1))
    assert encirclement(steps, fear, {"takeover_half_life_days": 3.0})[2, 0, 0] == 0.0


def test_a_world_that_shrinks_by_nobodys_gain_frightens_nobody() -> None:
    assert (encirclement(np.ones((3, 1)), np.zeros((3, 1)), {"takeover_half_life_days": 3.0}) == 0).all()


def test_who_fears_nobody_is_not_frightened(model) -> None:  # type: ignore[no-untyped-def]
    group = model.people.groups.index("turkey_residents")
    assert (fright(model)[:, :, group] == 0).all()


def test_reach_is_at_least_the_place_itself_and_the_same_in_a_component(model) -> None:  # type: ignore[no-untyped-def]
    places = model.network.places
    own = places.population + places.displaced_at_start
    assert (reachable_people(model.network) >= own).all()
