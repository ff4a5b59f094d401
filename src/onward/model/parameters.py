"""The parameter table: one row for each parameter, with unit, range, prior and source."""

from __future__ import annotations

import csv
import functools
import importlib.resources
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from onward.crisis.messages import did_you_mean
from onward.errors import ParameterError
from onward.model.keyed_draws import key_of

Values = Mapping[str, float]

#: the scale on which each prior is normal, and the way back
_SCALES: Mapping[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "lognormal": (np.log, np.exp), "logitnormal": (logit, expit), "normal": (float, float),
}  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    """One declared parameter: its meaning, range, and distribution before any data."""

    name: str
    unit: str
    default: float
    low: float
    high: float
    prior: str
    prior_centre: float
    prior_spread: float
    meaning: str
    default_source: str
    prior_source: str

    @property
    def source(self) -> str:
        """Return the sources of the default and the prior as one text."""
        return "; ".join(text for text in (self.default_source, self.prior_source) if text)

    @property
    def median(self) -> float:
        """Return the median of the prior; the default of a parameter that is not drawn."""
        if self.prior == "fixed":
            return self.default
        return 0.5 * (self.prior_centre + self.prior_spread) if self.prior == "uniform" else self.prior_centre

    def quantile(self, level: float) -> float:
        """Return a quantile (level in 0..1) of the prior, truncated to ``[low, high]`` like `draw`.

        Examples
        --------
        >>> declared()["speed_foot"].quantile(0.5) == declared()["speed_foot"].median
        True
        """
        if self.prior == "fixed":
            return self.default
        a, b = self.prior_centre, self.prior_spread
        if self.prior == "uniform":
            low, high = max(a, self.low), min(b, self.high)
            return low + level * (high - low)
        to_line, back = _SCALES[self.prior]
        with np.errstate(divide="ignore"):
            below, above = ((to_line(x) - to_line(a)) / b for x in (self.low, self.high))
        u = ndtr(below) + level * (ndtr(above) - ndtr(below))
        return float(np.clip(back(to_line(a) + b * ndtri(u)), self.low, self.high))

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one value from the prior, truncated to ``[low, high]``.

        ``lognormal`` has its median and log standard deviation, ``normal`` its mean and standard
        deviation, ``logitnormal`` its median and logit standard deviation, ``uniform`` its two ends;
        ``fixed`` is not drawn.
        """
        if self.prior == "fixed":
            return self.default
        for _ in range(10_000):
            value = self._draw_once(rng)
            if self.low <= value <= self.high:
                return value
        raise ParameterError(f"parameters.csv, {self.name}: the prior puts no weight inside its range.")

    def _draw_once(self, rng: np.random.Generator) -> float:
        a, b = self.prior_centre, self.prior_spread
        if self.prior == "uniform":
            return float(rng.uniform(a, b))
        z = float(rng.standard_normal())
        if self.prior == "lognormal":
            return a * math.exp(b * z)
        if self.prior == "logitnormal":
            return float(expit(logit(a) + b * z))
        return a + b * z


@functools.cache
def declared() -> Mapping[str, Parameter]:
    """Return every parameter of the model by name, in the order of the table.

    Examples
    --------
    >>> declared()["speed_foot"].unit
    'km per day'
    """
    text = importlib.resources.files("onward.model").joinpath("parameters.csv").read_text("utf-8")
    return {row["name"]: _from_row(row) for row in csv.DictReader(text.splitlines())}


def _from_row(row: dict[str, str]) -> Parameter:
    return Parameter(
        name=row["name"],
        unit=row["unit"],
        default=float(row["default"]),
        low=float(row["low"]),
        high=float(row["high"]),
        prior=row["prior"],
        prior_centre=float(row["prior_centre"] or "nan"),
        prior_spread=float(row["prior_spread"] or "nan"),
        meaning=row["meaning"],
        default_source=row["default_source"],
        prior_source=row["prior_source"],
    )


def default_values(
    overrides: Mapping[str, object] | None = None, base: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Return every parameter's value: from ``overrides``, else ``base``, else its default.

    Raises ParameterError that names every unknown, unreadable or out-of-range override.

    Examples
    --------
    >>> default_values({"speed_foot": "30"})["speed_foot"]
    30.0
    """
    values = {name: p.default for name, p in declared().items()} | dict(base or {})
    wrong: list[str] = []
    for name, found in (overrides or {}).items():
        try:
            values[name] = _checked(name, found)
        except ParameterError as error:
            wrong.append(str(error))
    if wrong:
        raise ParameterError("\n".join(wrong))
    return values


def _checked(name: str, found: object) -> float:
    parameter = declared().get(name)
    if parameter is None:
        hint = did_you_mean(name, list(declared()), "`onward parameters` lists them all.")
        raise ParameterError(f"parameter {name!r} is not known. {hint}")
    try:
        value = float(str(found))
    except ValueError:
        raise ParameterError(f"parameter {name}: {found!r} is not a number. Give one in {parameter.unit}.") from None
    if not parameter.low <= value <= parameter.high:  # also refuses nan
        raise ParameterError(
            f"parameter {name}: {found} is not between {parameter.low:g} and {parameter.high:g} {parameter.unit}. "
            "Correct the value."
        )
    return value


def drawn_values(
    rng: np.random.Generator, overrides: Mapping[str, object] | None = None,
    calibrated: Callable[[int], Mapping[str, float]] | None = None, only: Collection[str] = (),
) -> dict[str, float]:  # fmt: skip
    """Draw every parameter from its prior; overridden parameters keep their value.

    ``calibrated`` draws those that were calibrated, given the member's word; they replace the prior's. With ``only``,
    others need not be drawn.

    Every parameter has its own stream, keyed by its name, so that setting one, or declaring another, leaves the other
    parameters of the same member unchanged.
    """
    held = default_values(overrides)
    word = int(rng.integers(2**63))
    found = {} if calibrated is None else dict(calibrated(word))
    given = found.keys() | (overrides or {}).keys()
    drawn = {
        name: p.draw(np.random.Generator(np.random.PCG64([word, key_of(name)])))
        for name, p in declared().items()
        if p.prior != "fixed" and name not in given and (not only or name in only)
    }
    known = {**held, **found, **drawn}
    return {name: held[name] if overrides and name in overrides else known[name] for name in known}
