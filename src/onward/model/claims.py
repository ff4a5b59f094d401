"""Compile claims, so that a run can compute what it would have counted.

Indicators (DESIGN section 2), over the days ``start`` to ``end`` of the claim:

- ``displaced``: people who left home in ``origin``; with a ``destination``: people of ``origin`` who left and stay
  in ``destination`` at the end;
- ``arrivals``: people who came to ``destination`` from outside it (of ``origin``, if given), less those who left again;
- ``stock``: displaced people staying or waiting in ``destination`` at the end (of ``origin``, if given);
- ``gate_waiting``, ``gate_passed``: at the gate (or the gates of the place) ``destination``, at the end or in all;
- ``onward``: people displaced again, from ``origin`` (a place on the way) to ``destination``;
- ``share``: of the people who left home in ``origin``, the share who stay in ``destination`` at the end.

``measure`` names a variant: ``gross`` (arrivals, also of those who left again), ``net`` (arrivals less those who left
again, of arrivals and of stock), ``outside_camps`` (share of net arrivals
in ``destination`` beyond what its camps had free), ``through`` (share of those who reached ``destination`` in the
window whose home or last stop lies in ``origin``), ``from_origin`` (share of those in ``destination``, or of all who
left home if it is empty, whose home is in ``origin``), ``passed_near`` (share of those of ``origin``, or of all, who
reached ``destination`` in the window who had passed within ``km`` of ground that ``actor`` held at that time),
``women_and_children`` (share of women and children among those of ``origin``, or of all, who came to ``destination``,
or who left home if it is empty; of other indicators, how many of their people), ``attack_ratio`` (attacks in the window
against those in as many days before, of the input), ``not_modelled``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from onward.crisis import Crisis
from onward.model.demography import women_and_children
from onward.model.near_ground import Near, km_of
from onward.model.network import Network, day_of
from onward.typing import Bools, Floats

#: the measure that asks for women and children
WOMEN_AND_CHILDREN = "women_and_children"
#: units that mean people per some days
PER_DAYS = {"people/day": 1.0, "people/2 days": 2.0, "people/week": 7.0}


@dataclass(frozen=True)
class Claim:
    """One claim, compiled: places as masks, days as numbers; ``near`` is what ``passed_near`` asks."""

    name: str
    indicator: str
    measure: str
    origin: Bools | None
    destination: Bools | None
    gates: Bools
    first: int
    last: int
    low: float | None
    high: float | None
    unit: str
    counted: bool
    near: Near | None = None
    women_and_children: Floats | None = None  # [p] share of the people of each home, where the claim asks for it

    @property
    def scale(self) -> float:
        """Return the factor from the total of the window to the claim's unit."""
        return PER_DAYS[self.unit] / (self.last - self.first + 1) if self.unit in PER_DAYS else 1.0


def build_claims(crisis: Crisis, network: Network) -> tuple[Claim, ...]:
    """Compile the claims table in its order."""
    return claims_from_rows(crisis, network, crisis.table("claims").iter_rows(named=True))


def claims_from_rows(crisis: Crisis, network: Network, rows: Iterable[Mapping[str, Any]]) -> tuple[Claim, ...]:
    """Compile rows with the columns of the claims table, already checked."""
    index = network.places.index()
    areas = {area: [index[place] for place in places] for area, places in crisis.areas.items()}
    return tuple(_claim(crisis, network, areas, row) for row in rows)


def _claim(crisis: Crisis, network: Network, areas: Mapping[str, list[int]], row: Mapping[str, Any]) -> Claim:
    places = network.places.index()

    def mask(name: str | None) -> Bools | None:
        if name is None or not (name in places or name in areas):
            return None
        found = np.zeros(len(places), dtype=np.bool_)
        found[[places[name]] if name in places else areas[name]] = True
        return found

    destination = mask(row["destination"])
    return Claim(
        name=row["claim"],
        indicator=row["indicator"],
        measure=row["measure"] or "",
        origin=mask(row["origin"]),
        destination=destination,
        gates=_gates(network, row["destination"], destination),
        first=max(0, day_of(crisis, row["start"], 0)),
        last=min(crisis.days - 1, day_of(crisis, row["end"], crisis.days - 1)),
        low=row["low"],
        high=row["high"],
        unit=row["unit"],
        counted=row["indicator"] == "displaced",
        near=Near(row["actor"], km_of(row)) if row["measure"] == "passed_near" else None,
        women_and_children=women_and_children(crisis, list(places)) if row["measure"] == WOMEN_AND_CHILDREN else None,
    )


def _gates(network: Network, name: str | None, destination: Bools | None) -> Bools:
    """Return the gates a claim is about: the one it names, or those whose roads touch its destination."""
    names = network.gates.names
    found = np.array([name is None or n == name for n in names], dtype=np.bool_)
    if destination is not None and len(names):
        roads = network.roads
        near = destination[roads.tail] | destination[roads.head]
        found[roads.gate[near & (roads.gate >= 0)]] = True
    return found
