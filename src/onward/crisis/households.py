"""Households that move together: the sizes that [households] of crisis.toml states."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import ErrorDetails

from onward.crisis.messages import did_you_mean, quoted
from onward.errors import Problem

#: people of the largest household that a crisis may state
LARGEST = 30
#: how far shares may add up to something else than 1, and their mean be from a stated one
SLACK, MEAN_SLACK = 1e-3, 0.05

EXPECTED = {
    "mean": "a number of people from 1 to 20",
    "largest": f"a whole number of people from 2 to {LARGEST}",
    "shares": "a table of shares of households by number of people, such as 4 = 0.2, that add up to 1",
    "source": "a text",
}


class Households(BaseModel):
    """The distribution of sizes of households, by a mean or by shares.

    Parameters
    ----------
    mean
        People of a household on average. Without shares, a size is 1 + a Poisson number, cut off at ``largest``.
    largest
        People of the largest household; None: twice the mean, rounded up.
    shares
        Share of all households by number of people, in place of ``mean``; it must agree with a mean that is also given.
    source
        Who says so.

    Examples
    --------
    >>> Households(shares={"4": 0.5, "6": 0.5}).sizes()
    {4: 0.5, 6: 0.5}
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    mean: Annotated[float | None, Field(ge=1.0, le=20.0)] = None
    largest: Annotated[int | None, Field(ge=2, le=LARGEST)] = None
    shares: dict[str, Annotated[float, Field(ge=0.0, le=1.0)]] = {}
    source: str | None = None

    @model_validator(mode="after")
    def _agree(self) -> Households:
        sizes = [int(size) for size in self.shares if size.isascii() and size.isdigit() and 1 <= int(size) <= LARGEST]
        if len(sizes) < len(self.shares):
            raise ValueError(f"its shares are not all of whole numbers of people from 1 to {LARGEST}")
        if self.mean is None and not self.shares:
            raise ValueError("it has neither a mean nor shares")
        if self.shares and self.largest is not None:
            raise ValueError("it has shares and also a largest size")
        if self.shares and abs(sum(self.shares.values()) - 1.0) > SLACK:
            raise ValueError(f"its shares add up to {sum(self.shares.values()):.3g}, not 1")
        stated = sum(int(size) * share for size, share in self.shares.items())
        if self.shares and self.mean is not None and abs(stated - self.mean) > MEAN_SLACK:
            raise ValueError(f"its mean is {self.mean:g}, but that of its shares is {stated:.3g}")
        if self.mean is not None and self.largest is not None and self.mean >= self.largest:
            raise ValueError(f"its mean of {self.mean:g} is not below its largest size of {self.largest}")
        return self

    def sizes(self) -> dict[int, float]:
        """Return the share of all households by number of people, smallest first."""
        return {int(size): self.shares[size] for size in sorted(self.shares, key=int)}


def household_problem(file: str, fault: ErrorDetails) -> Problem:
    """Convert what pydantic found in [households] to a problem of the file."""
    if len(fault["loc"]) < 2:
        found = fault["msg"].removeprefix("Value error, ")
        step = "State the mean, or the share of each size."
        if fault["type"] != "value_error":
            return Problem(file, None, "households", quoted(fault["input"]), "a table, under [households]", step)
        return Problem(file, None, "households", found, "", step)
    name = str(fault["loc"][1])
    key = ".".join(str(part) for part in fault["loc"][: 3 if name == "shares" else 2])
    if fault["type"] == "extra_forbidden":
        return Problem(file, None, key, "this key is unknown", "", did_you_mean(name, EXPECTED, "Remove it."))
    expected = "a share from 0 to 1" if name == "shares" and len(fault["loc"]) > 2 else EXPECTED[name]
    return Problem(file, None, key, quoted(fault["input"]), expected, "Correct the value.")
