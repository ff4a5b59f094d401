"""Encirclement: only a world that has just shrunk by a feared actor's gains frightens."""

from __future__ import annotations

import numpy as np
import pytest

from onward.data import read_crisis
from onward.model.build import build_model
from onward.model.encirclement import LOSS_DAYS, encirclement, reachable_people


@pytest.fixture(scope="module")
def model():  # type: ignore[no-untyped-def]
    return build_model(read_crisis("aleppo-2016"))


def test_the_cut_of_3_february_frightens_east_aleppo_for_a_week(model) -> None:  # type: ignore[no-untyped-def]
    east = model.network.places.names.index("aleppo_east")
    group = model.people.groups.index("sunni_arab")
    fright = encirclement(model.network, model.people)[:, east, group]
    cut = 19  # 3 February
    assert (fright[: cut - 3] < 0.05).all()  # villages far off change hands before, too
    reach = reachable_people(model.network)[:, east]
    assert fright[cut] == pytest.approx(np.log(reach[cut - LOSS_DAYS] / reach[cut]))
    assert (fright[cut : cut + LOSS_DAYS] > 0).all()
    assert (fright[cut + LOSS_DAYS + 3 :] < 0.05).all()


def test_who_fears_nobody_is_not_frightened(model) -> None:  # type: ignore[no-untyped-def]
    group = model.people.groups.index("turkey_residents")
    assert (encirclement(model.network, model.people)[:, :, group] == 0).all()


def test_reach_is_at_least_the_place_itself_and_the_same_in_a_component(model) -> None:  # type: ignore[no-untyped-def]
    places = model.network.places
    own = places.population + places.displaced_at_start
    assert (reachable_people(model.network) >= own).all()
