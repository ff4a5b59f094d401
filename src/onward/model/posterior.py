"""The result of calibration over several crises: the population, each crisis's own parameters, and leave-one-out sets.

Parameters are stored as normal scores of their declared priors: score 0 is the prior's median. A crisis's parameters
are ``mean + spread * effect``, with a mean that all crises share and effects of one crisis, standard normal between
crises.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from onward.errors import ParameterError
from onward.model.keyed_draws import key_of
from onward.model.parameters import declared
from onward.typing import Floats

#: digits of a score in a file: far finer than the width of any posterior (own choice)
DIGITS = 4
FORMAT = 1
SHIPPED = "population.json"


@dataclass(frozen=True, eq=False)
class Distribution:
    """A distribution of the scores of some parameters: equally likely centres, and a spread around each.

    Parameters
    ----------
    names
        The parameters.
    centre
        Shape (draws, parameters), normal scores of the declared priors.
    spread
        Shape (parameters,), standard deviation of a crisis around the centre, in scores; 0 for a crisis's own.
    fitted_on
        The crises whose counts it was fitted on, by name, each with its hash.
    """

    names: tuple[str, ...]
    centre: Floats
    spread: Floats
    fitted_on: Mapping[str, str]

    def median(self) -> dict[str, float]:
        """Return each parameter at the median of its centres."""
        return self.values(np.median(self.centre, axis=0))

    def values(self, scores: Floats) -> dict[str, float]:
        """Return parameters at scores, truncated to their ranges."""
        return {n: declared()[n].quantile(float(ndtr(z))) for n, z in zip(self.names, scores, strict=True)}

    def draw(self, word: int) -> dict[str, float]:
        """Draw the parameters: one centre for all of them, and a deviation from each parameter's own stream."""
        pick = np.random.Generator(np.random.PCG64([word, key_of("population")]))
        centre = self.centre[int(pick.integers(len(self.centre)))]
        streams = (np.random.Generator(np.random.PCG64([word, key_of(name)])) for name in self.names)
        around = np.array([float(rng.standard_normal()) for rng in streams])
        return self.values(centre + self.spread * around)

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the distribution."""
        content = [list(self.names), _rounded(self.centre), _rounded(self.spread), dict(self.fitted_on)]
        return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Posterior:
    """The result of a calibration; see `onward.calibrate`.

    Parameters
    ----------
    population
        What a crisis draws that was not part of the fit.
    crises
        Each crisis's own distribution.
    leave_one_out
        The population without each crisis: what that crisis is judged with.
    point
        Scores of the point fit by CMA-ES, by parameter, and its ``misfit``.
    reach
        For each crisis what it is like: see `onward.inference.reach`.
    errors
        For each crisis the error of its totals and shares when left out, where it was measured.
    """

    population: Distribution
    crises: Mapping[str, Distribution]
    leave_one_out: Mapping[str, Distribution]
    point: Mapping[str, float]
    reach: Mapping[str, Mapping[str, float]]
    errors: Mapping[str, Mapping[str, float]]

    def without(self, name: str, crisis_hash: str = "") -> Distribution:
        """Return the population fitted without a crisis.

        Parameters
        ----------
        name, crisis_hash
            The crisis, by either of them.

        Returns
        -------
        Distribution
            The whole population if the crisis was not part of the fit.

        Raises
        ------
        ParameterError
            If the crisis was part of the fit, and there is no population without it.
        """
        known = self.population.fitted_on
        same = {n for n, found in known.items() if n == name or found == crisis_hash}
        if not same:
            return self.population
        for left_out in same:
            if left_out in self.leave_one_out:
                return self.leave_one_out[left_out]
        raise ParameterError(
            f"{name}: the calibrated set was fitted on this crisis, and holds no set without it. "
            f"Make one: onward calibrate CRISIS... --leave-out {name}."
        )

    def to_json(self) -> str:
        """Return the content of a posterior file, which `onward.read_posterior` reads.

        Returns
        -------
        str
            One line of JSON; scores are rounded.
        """
        content = {
            "format": FORMAT,
            "parameters": list(self.population.names),
            "population": _as_dict(self.population),
            "crises": {name: _as_dict(found) for name, found in self.crises.items()},
            "leave_one_out": {name: _as_dict(found) for name, found in self.leave_one_out.items()},
            "point": {name: round(value, DIGITS) for name, value in self.point.items()},
            "reach": {name: dict(found) for name, found in self.reach.items()},
            "errors": {name: dict(found) for name, found in self.errors.items()},
        }
        return json.dumps(content, separators=(",", ":")) + "\n"


def posterior_from_json(text: str, where: str) -> Posterior:
    """Read the output of `Posterior.to_json`; ``where`` is named in the ParameterError for anything else."""
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ParameterError(f"{where}: format {content['format']} is not {FORMAT}. Calibrate again.")
        names = tuple(content["parameters"])
        unknown = [name for name in names if name not in declared()]
        if unknown:
            raise ParameterError(f"{where}: {', '.join(unknown)} are no parameters of this version. Calibrate again.")
        return Posterior(
            _from_dict(names, content["population"]),
            {name: _from_dict(names, found) for name, found in content["crises"].items()},
            {name: _from_dict(names, found) for name, found in content["leave_one_out"].items()},
            content["point"], content["reach"], content["errors"],
        )  # fmt: skip
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ParameterError(f"{where}: this is no posterior file ({error}). Make one with onward calibrate.") from None


@functools.cache
def shipped_posterior() -> Posterior | None:
    """Return the calibration that ships with Onward, or None if there is none."""
    file = importlib.resources.files("onward.model").joinpath(SHIPPED)
    return posterior_from_json(file.read_text("utf-8"), SHIPPED) if file.is_file() else None


def prior_distribution(names: tuple[str, ...]) -> Distribution:
    """Return the declared priors of some parameters as a distribution fitted on nothing.

    Examples
    --------
    >>> round(prior_distribution(("attack_weight",)).median()["attack_weight"], 3)
    0.022
    """
    return Distribution(names, np.zeros((1, len(names))), np.ones(len(names)), {})


def _rounded(values: Floats) -> Any:
    return np.round(values, DIGITS).tolist()


def _as_dict(found: Distribution) -> dict[str, Any]:
    return {"fitted_on": dict(found.fitted_on), "spread": _rounded(found.spread), "centre": _rounded(found.centre)}


def _from_dict(names: tuple[str, ...], found: Mapping[str, Any]) -> Distribution:
    centre = np.array(found["centre"], dtype=np.float64).reshape(-1, len(names))
    return Distribution(names, centre, np.array(found["spread"], dtype=np.float64), found["fitted_on"])
