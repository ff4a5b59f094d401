"""Options for reading files, whatever their format; each importer takes what it needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from onward.errors import ParameterError


@dataclass(frozen=True)
class AttacksPerRecord:
    """For how many attacks one record of an event stands: middle, 5 % and 95 % quantile."""

    n: float = 1.0
    low: float = 1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.n <= self.high < 1e6:
            raise ParameterError(
                f"--attacks-per-record {self.n:g},{self.low:g},{self.high:g}: "
                "give three numbers above 0, the middle one, then its low and high, such as 5,2,20."
            )


@dataclass(frozen=True)
class Options:
    """How to read publishers' files.

    Parameters
    ----------
    actors
        Names of parties in the files, whole or in part, with the actor of the crisis that is meant.
    attacks
        For how many attacks a record of an event stands.
    air_forces
        Actors whose attacks from afar are air strikes, where the publisher does not say.
    within_km
        Records farther than this from every place are dropped; above 0.
    operation, assessment
        Which of a publisher's operations and assessment types to read, where there are several.
    actor_field
        The property of a control map that names the holder.
    day
        The day of a map that does not say one.
    """

    actors: Mapping[str, str] = field(default_factory=dict)
    attacks: AttacksPerRecord = field(default_factory=AttacksPerRecord)
    air_forces: tuple[str, ...] = ()
    within_km: float = 50.0
    operation: str | None = None
    assessment: str | None = None
    actor_field: str | None = None
    day: dt.date | None = None
