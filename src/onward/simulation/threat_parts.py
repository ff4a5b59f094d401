"""The parts of a member's hazard of departure: attacks, front, takeover, encirclement."""

from __future__ import annotations

import numpy as np

from onward.model.build import Model, dated
from onward.model.encirclement import encirclement, fear_of_gains
from onward.model.hazard import approach, exposure, readiness, takeover, unexpected_exposure, with_conflict_days
from onward.simulation.member import ATTACKS, Settings, draws_of, member_dates, member_values
from onward.typing import Floats

PARTS = ("attacks", "front", "takeover", "encirclement")


def threat_parts(model: Model, settings: Settings, member: int, *, apart: bool = False) -> dict[str, Floats]:
    """Return each part of a member's hazard, shape (days, places), per day, as the mean over a place's groups.

    With ``apart`` the effect of attacks is split further: ``reached`` before habituation and dilution, ``habituation``
    (at most 0) the reduction because people are used to attacks, ``dilution`` the reduction by the size of the place
    (an increase in a small one). The three add up to ``attacks``.

    Populations are the crisis's own, not the member's draw; they only affect the dilution of attacks.
    """
    model = dated(model, member_dates(model, settings, member))
    values = member_values(settings, member)
    network, people = model.network, model.people
    spread = with_conflict_days(model.attacks, network.places.population, values)
    numbers = spread.draw(draws_of(settings, member, ATTACKS), common=values["input_correlation"])
    there = network.places.population + network.places.displaced_at_start
    felt = exposure(model.attacks, numbers, people, network.days, values)
    gains = fear_of_gains(network, people, values)
    ready = readiness(model.crisis, values)
    weight = ready * values["attack_weight"]
    parts = {
        "attacks": weight * unexpected_exposure(felt, there, model.attacks.history, values),
        "front": ready * values["front_weight"] * approach(model.front_km, people, values),
        "takeover": ready * values["takeover_weight"] * takeover(network.holder, people, values, there, network.terms),
        "encirclement": ready * values["encirclement_weight"] * encirclement(model.steps, gains, values),
    }
    if apart:
        history = model.attacks.history
        undiluted = unexpected_exposure(felt, there, history, {**values, "dilution": 0.0})
        parts["reached"] = weight * felt[history:]
        parts["habituation"] = weight * undiluted - parts["reached"]
        parts["dilution"] = parts["attacks"] - weight * undiluted
    share = people.share[None, :, :]
    return {name: np.asarray((part * share).sum(axis=2)) for name, part in parts.items()}
