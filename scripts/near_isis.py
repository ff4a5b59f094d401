"""Print the figures of "Walked through or close to" in docs/validation/aleppo-2016.md: claim C09 and what it depends on.

python scripts/near_isis.py [--members 100] [--nearest 40]

``--nearest`` is the number of members in which ground belongs to the holder of the nearest place.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np
from scipy.spatial import cKDTree

from onward.crisis import Crisis, read_crisis
from onward.engine.state import Result
from onward.model.build import Model, build_model, dated
from onward.model.claims import Claim, claims_from_rows
from onward.model.near_ground import Near, NearGround
from onward.model.network import Network
from onward.simulation.member import Dating, Settings, run_one
from onward.simulation.observables import value_of_record
from onward.simulation.record import Record, record_of_result
from onward.simulation.settings import make_settings
from onward.typing import Floats, Ints

ACTOR = "ISIS"
KM = (0.0, 5.0, 10.0, 15.0, 20.0)
#: step of the raster of ground and of points along roads, km
STEP = 0.5
ROW = {"claim": "x", "indicator": "share", "measure": "passed_near", "origin": None, "destination": "border_strip",
       "start": date(2016, 2, 1), "end": date(2016, 2, 13), "low": 0.5, "high": 1.0, "unit": "share", "actor": ACTOR}  # fmt: skip


def main() -> None:
    """Run the crisis with each way to attribute ground and print shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100)
    parser.add_argument("--nearest", type=int, default=40)
    given = parser.parse_args()
    crisis = read_crisis("aleppo-2016")
    near = tuple(Near(ACTOR, km) for km in KM)
    few, settings = (make_settings(crisis, members=n, seed=1, near=near) for n in (given.nearest, given.members))
    model = build_model(crisis, near=near)
    print("ground where the nearest place is held (front midway between places)")
    tell(crisis, model, few, KM, at=with_ground_of_nearest_place, details=False)
    print("ground at held places")
    tell(crisis, model, settings, KM, at=dated, details=True)


def with_ground_of_nearest_place(model: Model, dates: tuple[date, ...]) -> Model:
    """Date the model, and let each point of ground be held by who holds the place nearest to it."""
    then = dated(model, dates)
    return replace(then, near=nearest_place_ground(then.network, then.near.asked))


def tell(
    crisis: Crisis, model: Model, settings: Settings, distances: Iterable[float], *, at: Dating, details: bool
) -> None:
    """Print the share at each distance over members, and where those who count are from."""
    claims = {km: claim(crisis, model.network, km=km) for km in distances}
    by_home = {p: claim(crisis, model.network, km=10.0, origin=p) for p in model.network.places.names}
    said: dict[float, list[float]] = {km: [] for km in claims}
    homes: dict[str, list[tuple[float, float]]] = {p: [] for p in by_home}
    last: list[Ints] = []
    for member in range(settings.members):
        outcome, _ = run_one(model, settings, member, at=at)
        record = record_of_result(outcome.result, 1.0, model.near.asked)
        for km, one in claims.items():
            said[km].append(value_of_record(one, record, outcome.network, outcome.attacks) or 0.0)
        if details:
            last.append(by_last_stop(outcome.result, record, claims[10.0]))
            for place, one in by_home.items():
                homes[place].append(reached(one, record))
    for km, values in said.items():
        print(f"  {km:g} km: " + " ".join(f"{q:.3f}" for q in np.quantile(values, (0.05, 0.5, 0.95))))
    if details:
        tell_details(homes, np.mean(last, axis=0), model.network)


def claim(crisis: Crisis, network: Network, **given: object) -> Claim:
    """C09 with another distance or home."""
    return claims_from_rows(crisis, network, [{**ROW, **given}])[0]


def reached(one: Claim, record: Record) -> tuple[float, float]:
    """People of a home who reached the strip in the window, and those of them who count."""
    legs = record.legs.window(one.first, one.last)
    home, near = legs.origin, legs.near
    assert one.origin is not None
    assert one.destination is not None
    assert home is not None
    assert near is not None
    assert one.near is not None
    rows = one.destination[legs.end] & ~one.destination[legs.start] & (home >= 0) & one.origin[home]
    return float(legs.people[rows].sum()), float(near[rows, record.asked.index(one.near)].sum())


def by_last_stop(result: Result, record: Record, one: Claim) -> Ints:
    """Those who count by the place from which they came last, ``[p]``."""
    legs = record.legs.window(one.first, one.last)
    assert one.destination is not None
    assert legs.near is not None
    assert one.near is not None
    rows = one.destination[legs.end] & ~one.destination[legs.start]
    people = legs.near[rows, record.asked.index(one.near)]
    return np.bincount(legs.start[rows], weights=people, minlength=result.daily.home.shape[1])


def tell_details(homes: dict[str, list[tuple[float, float]]], last: Floats, network: Network) -> None:
    """Print homes with most arrivals and most who count, means over members."""
    means = {place: np.mean(pairs, axis=0) for place, pairs in homes.items()}
    print("  homes: came to the strip, passed within 10 km")
    for place, (came, near) in sorted(means.items(), key=lambda item: -item[1][0])[:16]:
        print(f"    {place}: {came:,.0f} {near:,.0f}")
    for place, (came, near) in sorted(means.items(), key=lambda item: -item[1][1])[:10]:
        print(f"    near: {place}: {came:,.0f} {near:,.0f}")
    print("  last stop of those within 10 km")
    for p in np.argsort(-last)[:10]:
        print(f"    {network.places.names[p]}: {last[p]:,.0f}")


def nearest_place_ground(network: Network, asked: tuple[Near, ...]) -> NearGround:
    """The same with each point held by who holds the place nearest to it: the front lies midway between places."""
    scale = np.array([111.32 * np.cos(np.radians(network.places.latitude.mean())), 110.95])
    at = np.stack([network.places.longitude, network.places.latitude], axis=1) * scale
    low, high = at.min(axis=0) - 25.0, at.max(axis=0) + 25.0
    grid = np.stack(np.meshgrid(*(np.arange(a, b, STEP) for a, b in zip(low, high, strict=True))), axis=-1).reshape(
        -1, 2
    )
    apart, owner = cKDTree(at).query(grid)
    grid, owner = grid[apart <= 25.0], owner[apart <= 25.0]
    place = np.zeros_like(network.holder)
    road = np.zeros((network.days, len(network.roads)), dtype=np.int64)
    actor = network.actors.index(ACTOR)
    for day in range(network.days):
        if day and (network.holder[day] == network.holder[day - 1]).all():
            place[day], road[day] = place[day - 1], road[day - 1]
            continue
        held = cKDTree(grid[network.holder[day][owner] == actor])
        where = held.query(at)[0]
        where = np.where(network.holder[day] == actor, 0.0, np.maximum(0.0, where - STEP / 2))
        for bit, near in enumerate(asked):
            place[day] |= (where <= near.km).astype(np.int64) << bit
        for r in range(len(network.roads)):
            ends = at[[network.roads.tail[r], network.roads.head[r]]]
            steps = np.linspace(0, 1, 2 + int(np.hypot(*(ends[1] - ends[0])) / STEP))[:, None]
            km = np.maximum(0.0, held.query(ends[0] + steps * (ends[1] - ends[0]))[0].min() - STEP)
            least = min(km, where[network.roads.tail[r]], where[network.roads.head[r]])
            for bit, near in enumerate(asked):
                road[day, r] |= int(least <= near.km) << bit
    return NearGround(asked, place, road)


if __name__ == "__main__":
    main()
