"""The table of parameters: sound rows, refusals that tell all at once, draws that keep their range."""

from __future__ import annotations

import math

import numpy as np
import pytest

from onward.engine.state import Rates
from onward.errors import ParameterError
from onward.model.parameters import Parameter, declared, default_values, drawn_values

PRIORS = {"fixed", "uniform", "normal", "lognormal", "logitnormal"}
every = pytest.mark.parametrize("parameter", declared().values(), ids=list(declared()))


@every
def test_each_row_is_sound(parameter: Parameter) -> None:
    assert parameter.low < parameter.high
    assert parameter.low <= parameter.default <= parameter.high
    assert parameter.prior in PRIORS
    assert parameter.meaning
    assert parameter.default_source
    assert bool(parameter.prior_source) == (parameter.prior != "fixed")
    assert parameter.default == pytest.approx(parameter.median)


@every
def test_each_prior_has_most_of_its_weight_inside_the_range(parameter: Parameter) -> None:
    if parameter.prior == "fixed":
        assert math.isnan(parameter.prior_centre)
        assert math.isnan(parameter.prior_spread)
        return
    rng = np.random.default_rng(1)
    drawn = np.array([parameter._draw_once(rng) for _ in range(2_000)])
    assert parameter.low <= parameter.prior_centre <= parameter.high
    assert np.mean((drawn >= parameter.low) & (drawn <= parameter.high)) > 0.8


@every
def test_draws_keep_their_range(parameter: Parameter) -> None:
    rng = np.random.default_rng(2)
    drawn = [parameter.draw(rng) for _ in range(300)]
    assert min(drawn) >= parameter.low
    assert max(drawn) <= parameter.high


@pytest.mark.parametrize("prior", ["lognormal", "logitnormal", "normal"])
def test_a_prior_has_its_centre_as_median(prior: str) -> None:
    rows = [p for p in declared().values() if p.prior == prior]
    rng = np.random.default_rng(3)
    for parameter in rows:
        drawn = np.array([parameter._draw_once(rng) for _ in range(2_000)])
        assert abs(np.mean(drawn < parameter.prior_centre) - 0.5) < 0.06, parameter.name


def test_what_the_kernels_are_given_is_declared() -> None:
    assert set(Rates._fields) <= set(declared())


def test_overrides_are_put_in_place_of_defaults_and_may_be_text() -> None:
    values = default_values({"speed_foot": "30", "stage_share": 0})
    assert (values["speed_foot"], values["stage_share"]) == (30.0, 0.0)
    assert values["speed_car"] == declared()["speed_car"].default


def test_everything_wrong_with_overrides_is_told_at_once() -> None:
    wrong = {"sped_foot": 30, "speed_car": "fast", "stage_share": 1.5, "crowding": math.nan, "qqq": 1, "dilution": 0.2}
    with pytest.raises(ParameterError, match="sped_foot") as caught:
        default_values(wrong)
    lines = str(caught.value).splitlines()
    assert len(lines) == 5
    assert "parameter 'sped_foot' is not known. Did you mean 'speed_foot'?" in lines
    assert "parameter speed_car: 'fast' is not a number. Give one in km per day." in lines
    assert "parameter stage_share: 1.5 is not between 0 and 1 share. Correct the value." in lines
    assert "parameter 'qqq' is not known. `onward parameters` lists them all." in lines
    assert any("crowding: nan is not between" in line for line in lines)


def test_holding_one_parameter_leaves_the_others_of_the_member_as_they_were() -> None:
    free = drawn_values(np.random.default_rng(4))
    held = drawn_values(np.random.default_rng(4), {"kernel_km": 9})
    assert held.pop("kernel_km") == 9
    assert free.pop("kernel_km") != 9
    assert held == free


def test_one_parameter_drawn_alone_is_the_same() -> None:
    drawn = drawn_values(np.random.default_rng(4))
    alone = drawn_values(np.random.default_rng(4), only=("input_correlation",))
    assert alone["input_correlation"] == drawn["input_correlation"]


def test_fixed_parameters_are_not_drawn() -> None:
    drawn = drawn_values(np.random.default_rng(5))
    fixed = {name: p.default for name, p in declared().items() if p.prior == "fixed"}
    assert fixed.items() <= drawn.items()


def test_a_prior_outside_its_range_is_refused() -> None:
    lost = Parameter("lost", "km", 1, 0, 2, "normal", 50, 0.1, "meaning", "median of the prior", "source")
    with pytest.raises(ParameterError, match="lost: the prior puts no weight inside its range"):
        lost.draw(np.random.default_rng(6))
