"""Compile the parts of the model that are the same for every member."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from onward.crisis import Crisis
from onward.crisis.scenarios import Scenario
from onward.model.claims import Claim, build_claims
from onward.model.departures import Observed, nothing_observed, observed_departures
from onward.model.encirclement import shrinking
from onward.model.hazard import Attacks, build_attacks, front_distance
from onward.model.households import HouseholdSizes, household_sizes
from onward.model.interventions import Changes, apply_scenario, scale_cells
from onward.model.near_ground import Near, NearGround, near_ground, questions, road_to_place_km
from onward.model.network import Network, build_network
from onward.model.people import People, build_people
from onward.model.uncertainty import with_dates
from onward.typing import Floats


@dataclass(frozen=True, eq=False)
class Model:
    """A crisis as arrays: its network, its people, its attacks, and distances to each front."""

    crisis: Crisis
    scenario: Scenario | None
    network: Network
    people: People
    attacks: Attacks
    straight_km: Floats
    front_km: Floats  # [t, p, a]
    steps: Floats  # [t, p] how the world within reach shrinks
    claims: tuple[Claim, ...]
    observed: Observed
    road_km: Floats  # [r, p] how near each road comes to each place; without rows where nothing is asked
    near: NearGround
    households: HouseholdSizes | None = None  # None: people are drawn one by one


def build_model(
    crisis: Crisis, scenario: Scenario | None = None, *, departures: str = "modelled", near: Iterable[Near] = ()
) -> Model:
    """Compile a checked crisis, with the changes of a scenario; ``departures`` are modelled or observed.

    ``near`` asks who passed near ground that an actor held, in addition to what claims ask.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> build_model(read_crisis("aleppo-2016")).network.days
    77
    """
    given = crisis
    crisis, changes = _changed(crisis, scenario)
    network = build_network(crisis, rules=changes.gates, added=changes.added)
    straight_km = network.straight_km()
    attacks = build_attacks(crisis, network, straight_km)
    if changes.scale:
        names = network.places.names
        scaled = scale_cells(crisis, changes.scale, names, attacks.row, attacks.day, attacks.spot)
        attacks = replace(attacks, factor=scaled)
    people = build_people(crisis, network)
    asked = questions(crisis.table("claims").iter_rows(named=True), near)
    road_km = road_to_place_km(network, straight_km) if asked else np.zeros((0, 0))
    return Model(
        crisis=given,
        scenario=scenario,
        network=network,
        people=people,
        attacks=attacks,
        straight_km=straight_km,
        front_km=front_distance(network),
        steps=shrinking(network),
        claims=build_claims(crisis, network),
        observed=observed_departures(crisis, network) if departures == "observed" else nothing_observed(network),
        road_km=road_km,
        near=near_ground(network, asked, straight_km, road_km),
        households=None if crisis.households is None else household_sizes(crisis.households),
    )


def dated(model: Model, dates: tuple[date, ...]) -> Model:
    """Return the model with changes of control on these days; ``dates`` as returned by `draw_dates`."""
    if not dates:
        return model
    crisis, changes = _changed(with_dates(model.crisis, dates), model.scenario)
    network = build_network(crisis, rules=changes.gates, added=changes.added)
    return replace(
        model,
        network=network,
        front_km=front_distance(network),
        steps=shrinking(network),
        near=near_ground(network, model.near.asked, model.straight_km, model.road_km),
    )


def _changed(crisis: Crisis, scenario: Scenario | None) -> tuple[Crisis, Changes]:
    return (crisis, Changes()) if scenario is None else apply_scenario(crisis, scenario)
