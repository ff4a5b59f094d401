"""A first guess of control and fears from attacks; every row is marked as a guess.

Holder: the state holds its places, except where most of the attacks near a place in the first `FIRST_DAYS` days are
the state's own: there the party that fights it most. A state mostly bombs the places that it lost.
Groups: one for each first holder. They fear the parties of other sides that attack, and shelter there less readily.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from onward.crisis.crisis import Crisis
from onward.sources.addition import Addition
from onward.sources.sites import sites_of

PUBLISHER = "Onward, a first guess from events"
SOURCE = "guess from events"
#: days of the beginning whose attacks say who holds a place, and how near they must be (own choice)
FIRST_DAYS, NEAR_KM = 60, 15.0
#: how readily people shelter under a party they fear (own assumption)
FEARED_REFUGE = -1.0
#: states that publishers of events call otherwise than ISO 3166 does
OTHER_NAMES = {"TUR": "Turkey", "COD": "DR Congo", "MMR": "Myanmar", "RUS": "Russia", "KOR": "South Korea"}


def guess(crisis: Crisis) -> Addition:
    """Return rows of actors, control, groups and fears for a crisis that has events and no holders."""
    found = Addition(PUBLISHER)
    states = {country: _state(crisis, country, found) for country in crisis.table("places")["country"].unique().sort()}
    near = _attacks_near(crisis)
    foes = _non_state_parties(crisis, set(states.values()))
    holders: dict[str, str] = {}
    for row in crisis.table("places").iter_rows(named=True):
        state = states[row["country"]]
        attacks = near.get(row["place"], Counter())
        by_state, by_others = attacks[state], sum(n for actor, n in attacks.items() if actor != state)
        rivals = [actor for actor, _ in attacks.most_common() if actor not in states.values()] or foes
        holders[row["place"]] = rivals[0] if rivals and by_state > by_others else state
        found.add("control", {"place": row["place"], "start": crisis.history_start, "actor": holders[row["place"]],
                              "source": SOURCE})  # fmt: skip
    _add_fears(crisis, holders, found)
    names = {row["actor"]: row["name"] for row in [*crisis.table("actors").to_dicts(), *found.tables.get("actors", [])]}
    held = Counter(holders.values()).most_common()
    found.taken.append("holders, as a guess: " + ", ".join(f"{names[actor] or actor} {n} places" for actor, n in held))
    return found


def short_name(country: str) -> str:
    """Return the everyday English name of a country.

    Examples
    --------
    >>> short_name("SDN"), short_name("SYR"), short_name("XAA")
    ('Sudan', 'Syria', 'XAA')
    """
    import pycountry

    known = pycountry.countries.get(alpha_3=country)
    name = getattr(known, "common_name", None) or (known.name if known else country)
    return OTHER_NAMES.get(country) or str(name).split(",")[0].split(" Arab")[0]


def _state(crisis: Crisis, country: str, found: Addition) -> str:
    """Return the actor that is the state of a country, made if no actor is named like it."""
    short = short_name(country)
    for row in crisis.table("actors").iter_rows(named=True):
        words = (row["name"] or row["actor"]).lower()
        if short.lower() in words and any(part in words for part in ("government of", "military forces of")):
            return str(row["actor"])
    found.add("actors", {"actor": country, "side": country.lower(), "name": f"Government of {short}"})
    return country


def _attacks_near(crisis: Crisis) -> Mapping[str, Counter[str]]:
    """Count the attacks near each place in the first days, by actor."""
    sites, near = sites_of(crisis), dict[str, Counter[str]]()
    last = crisis.start + dt.timedelta(days=FIRST_DAYS)
    for event in crisis.table("events").iter_rows(named=True):
        if event["start"] > last:
            continue
        if event["latitude"] is not None:
            places = sites.within(event["latitude"], event["longitude"], NEAR_KM)
        elif event["place"] is not None:
            places = [event["place"]]
        else:
            places = sites.areas[event["area"]]
        for place in places:
            near.setdefault(place, Counter())[event["actor"]] += event["n"] / len(places)
    return near


def _non_state_parties(crisis: Crisis, states: set[str]) -> list[str]:
    """Return the parties that are no state, those with most attacks first."""
    total: Counter[str] = Counter()
    for actor, n in crisis.table("events").select("actor", "n").iter_rows():
        total[actor] += n
    return [actor for actor, _ in total.most_common() if actor not in states]


def _add_fears(crisis: Crisis, holders: Mapping[str, str], found: Addition) -> None:
    actors: list[dict[str, Any]] = [*crisis.table("actors").to_dicts(), *found.tables.get("actors", [])]
    side = {row["actor"]: row["side"] for row in actors}
    attackers = set(crisis.table("events")["actor"])
    for place, actor in holders.items():
        found.add("groups", {"place": place, "group": f"under_{actor}".lower(), "share": 1.0})
    for holder in sorted(set(holders.values())):
        for actor in sorted(side):
            feared = actor in attackers and side[actor] != side[holder]
            found.add("fears", {"group": f"under_{holder}".lower(), "actor": actor, "weight": float(feared),
                                "refuge": FEARED_REFUGE if feared else float(actor == holder)})  # fmt: skip
