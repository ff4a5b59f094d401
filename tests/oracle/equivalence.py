"""Whether two engines draw the same: three crises, samples of stocks, and a permutation test of the energy distance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import permutation_test
from statsmodels.stats.multitest import multipletests

from onward.crisis import Crisis
from onward.engine.state import Start
from onward.model.build import build_model
from onward.simulation.member import Drawn, build_member, kernel
from onward.simulation.settings import make_settings
from properties.crises import day, make_crisis
from properties.runs import stocks

DAYS = 12
#: family-wise level of the permutation tests, and what no mean may differ by
LEVEL, MOST_Z = 0.01, 5.0
#: seed of the member whose inputs, shocks and parameters all runs share: they differ in movement alone
SEED = 1

#: stocks ``[run, t, p, state]``
Stocks = NDArray[np.float64]
Change = Callable[[Drawn], Drawn]


def full_camps() -> Crisis:
    """Return a crisis whose camps fill: two days away on foot, chosen while there is room, left when crowded."""
    places = [
        _place("town", 0.0, 20_000), _place("village", 0.2, 8_000),
        _place("camp_one", 0.7, kind="camp", capacity=900), _place("camp_two", 0.9, kind="camp", capacity=500),
        _place("far_town", 1.2, 5_000),
    ]  # fmt: skip
    routes = [("town", "village", 22), ("town", "camp_one", 55), ("camp_one", "camp_two", 20),
              ("village", "camp_two", 60), ("camp_two", "far_town", 45)]  # fmt: skip
    return _crisis(places, routes, [_attacks("town", 0, 11, 6.0), _attacks("village", 3, 8, 4.0)],
                   crowding=0.5, onward_camp=0.05)  # fmt: skip


def quota_gates() -> Crisis:
    """Return a crisis with a gate: those who live near it come first, and the two groups seek other camps behind it."""
    places = [
        _place("near", 0.0, 12_000), _place("far", 0.6, 12_000),
        _place("east_camp", -0.3, kind="camp", country="XBB"), _place("west_camp", -0.35, kind="camp", country="XBB"),
        _place("hub", -0.1, kind="town", country="XBB"),
    ]  # fmt: skip
    routes = [("far", "near", 55), ("near", "hub", 10, "gate"), ("hub", "east_camp", 25), ("hub", "west_camp", 25)]
    rows: dict[str, list[dict[str, Any]]] = {
        "actors": [{"actor": a, "side": s}
                   for a, s in (("army", "state"), ("easterners", "east"), ("westerners", "west"))],
        "control": [{"place": p, "start": day(-10), "actor": a}
                    for p, a in (("east_camp", "easterners"), ("west_camp", "westerners"))],
        "groups": [{"place": "near", "group": "east", "share": 1.0}, {"place": "far", "group": "west", "share": 1.0}],
        "fears": [{"group": g, "actor": a, "weight": w, "refuge": r} for g, a, w, r in (
            ("east", "army", 1.0, -1), ("east", "easterners", 0.0, 3), ("east", "westerners", 0.0, -3),
            ("west", "army", 1.0, -1), ("west", "easterners", 0.0, -3), ("west", "westerners", 0.0, 3))],
        "closures": [{"kind": "gate", "name1": "gate", "start": day(0), "policy": "quota", "people_per_day": 120.0,
                      "low": 120.0, "high": 120.0}],
    }  # fmt: skip
    attacks = [_attacks("near", 0, 5, 5.0), _attacks("far", 2, 9, 5.0)]
    return _crisis(places, routes, attacks, rows, gate_giving_up=0.1)


def closures() -> Crisis:
    """Return a crisis whose roads are cut under people, and one of whose refuges closes."""
    places = [
        _place("town", 0.0, 15_000), _place("crossroads", 0.4, 4_000), _place("north", 0.9, 6_000),
        _place("south", -0.6, 6_000), _place("shelter", 0.7, kind="camp"),
    ]  # fmt: skip
    routes = [
        ("town", "crossroads", 60),
        ("crossroads", "north", 70),
        ("crossroads", "shelter", 50),
        ("town", "south", 80),
    ]
    rows = {
        "closures": [
            {"kind": "route", "name1": "crossroads", "name2": "north", "start": day(3), "end": day(6)},
            {"kind": "route", "name1": "town", "name2": "south", "start": day(5), "end": day(8)},
            {"kind": "place", "name1": "shelter", "start": day(8)},
        ]
    }
    for row in rows["closures"]:
        row["policy"] = "closed"
    attacks = [_attacks("town", 0, 11, 6.0), _attacks("crossroads", 4, 7, 5.0)]
    return _crisis(places, routes, attacks, rows, onward_town=0.1)


def open_roads() -> Crisis:
    """Return a crisis in which nothing feeds back: no gate, capacity, crowding or contagion, and roads stay open."""
    places = [_place("town", 0.0, 15_000), _place("village", 0.4, 4_000), _place("north", 0.9, 6_000),
              _place("shelter", 0.7, kind="camp")]  # fmt: skip
    routes = [("town", "village", 60), ("village", "north", 70), ("village", "shelter", 50)]
    attacks = [_attacks("town", 0, 11, 6.0), _attacks("village", 4, 7, 5.0)]
    return _crisis(places, routes, attacks, onward_town=0.1, contagion=0.0, crowding=0.0)


def tight_gate() -> Crisis:
    """Return a crisis with a gate whose quota is about what comes: chance makes a queue that means do not have."""
    places = [_place("town", 0.0, 20_000), _place("camp", -0.3, kind="camp", country="XBB")]
    rows = {"closures": [{"kind": "gate", "name1": "gate", "start": day(0), "policy": "quota", "people_per_day": 80.0,
                          "low": 80.0, "high": 80.0}]}  # fmt: skip
    return _crisis(places, [("town", "camp", 30, "gate")], [_attacks("town", 0, 11, 4.0)], rows,
                   attack_weight=0.0005, gate_giving_up=0.0)  # fmt: skip


CRISES = {"full camps": full_camps, "quota gates": quota_gates, "closures": closures}


def _place(name: str, north: float, population: int = 0, *, kind: str = "town", country: str = "XAA",
           capacity: int | None = None) -> dict[str, Any]:  # fmt: skip
    return {"place": name, "country": country, "latitude": 36.5 + north, "longitude": 37 + north / 3, "kind": kind,
            "population": population, "displaced_at_start": 0, "capacity": capacity}  # fmt: skip


def _attacks(place: str, first: int, last: int, number: float) -> dict[str, Any]:
    return {"start": day(first), "end": day(last), "type": "air", "actor": "army", "n": number * (last - first + 1),
            "place": place}  # fmt: skip


def _crisis(
    places: list[dict[str, Any]], routes: list[tuple[Any, ...]], events: list[dict[str, Any]],
    more: dict[str, list[dict[str, Any]]] | None = None, **parameters: float,
) -> Crisis:  # fmt: skip
    roads = [{"place1": r[0], "place2": r[1], "distance_km": r[2], "mode": "road", "one_way": "no",
              "gate": r[3] if len(r) > 3 else None} for r in routes]  # fmt: skip
    rows = {"actors": [{"actor": "army", "side": "state"}], **(more or {})}
    usual = {"attack_weight": 0.02, "stage_share": 0.2, "share_foot": 0.6, "immobile_share": 0.05}
    return make_crisis(DAYS, {"places": places, "routes": roads, "events": events, **rows}, {**usual, **parameters})


def sample(
    crisis: Crisis, engine: str, runs: int, *, first: int = 0, change: Change | None = None, days: Any = None
) -> Stocks:
    """Return stocks of runs that share one member's inputs and differ in their movements alone.

    ``first`` numbers the first run, so that samples can have streams of their own; ``change`` alters what the kernel is
    given; ``days`` runs the days in place of the engine's kernel.
    """
    settings = make_settings(crisis, engine=engine, members=1, seed=SEED, labels=engine != "expected")
    drawn = build_member(build_model(crisis), settings, 0)
    drawn = drawn if change is None else change(drawn)
    one = days or kernel(settings)
    done = np.zeros(1, np.int64)
    found = [one(drawn, member, done)[0].daily for member in range(first, first + runs)]
    return np.array([stocks(daily) for daily in found], dtype=np.float64)


def means(crisis: Crisis) -> Stocks:
    """Return the stocks ``[t, p, state]`` of *expected* for the inputs, shocks and parameters that `sample` draws."""
    settings = make_settings(crisis, engine="cohorts", members=1, seed=SEED)
    drawn = build_member(build_model(crisis), settings, 0)
    real = replace(drawn, start=Start(*(np.asarray(people, dtype=np.float64) for people in drawn.start)))
    (raw, _) = kernel(make_settings(crisis, engine="expected"))(real, 0, np.zeros(1, np.int64))
    return np.asarray(stocks(raw.daily), dtype=np.float64)


class Gap(NamedTuple):
    """How far means of a sample are from stated ones: largest |z| and |difference| in people, and where that is."""

    z: float
    people: float
    of: float
    where: tuple[int, int, int]


def gap(found: Stocks, mean: Stocks) -> Gap:
    """Compare the means of a sample with ``mean``, over all days, places and states of 10 people or more."""
    difference = np.where(np.maximum(mean, found.mean(axis=0)) >= 10.0, found.mean(axis=0) - mean, 0.0)
    noise = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    z = np.abs(np.divide(difference, noise, out=np.zeros_like(noise), where=noise > 0))
    where = np.unravel_index(np.abs(difference).argmax(), difference.shape)
    t, p, state = (int(n) for n in where)
    return Gap(float(z.max()), float(difference[where]), float(mean[where]), (t, p, state))


def hotter(drawn: Drawn) -> Drawn:
    """Raise the hazard by 2 %: one of the planted faults."""
    return replace(drawn, world=drawn.world._replace(hazard=drawn.world.hazard * 1.02))


class Verdict(NamedTuple):
    """Energy-distance p-values by day, adjusted by Holm over all of them, and the largest |z| of any mean."""

    p: NDArray[np.float64]
    z: float

    @property
    def same(self) -> bool:
        """Whether nothing tells the samples apart."""
        return bool(self.p.min() >= LEVEL and self.z < MOST_Z)


def compare(pairs: list[tuple[Stocks, Stocks]], *, permutations: int = 19_999) -> list[Verdict]:
    """Compare pairs of samples, day by day over all places and states; Holm runs over all pairs and days."""
    raw = np.array([[energy_p(one[:, t], two[:, t], permutations) for t in range(one.shape[1])] for one, two in pairs])
    adjusted = multipletests(raw.ravel(), alpha=LEVEL, method="holm")[1].reshape(raw.shape)
    return [Verdict(p, largest_z(one, two)) for p, (one, two) in zip(adjusted, pairs, strict=True)]


def energy_p(one: Stocks, two: Stocks, permutations: int) -> float:
    """Return the p-value of the permutation test of the energy distance of two samples of vectors.

    Stocks are divided by their standard deviation over both samples; what never varies is left out (a mean that differs
    there is left to `largest_z`). Székely and Rizzo 2013, Energy statistics, J. Stat. Plan. Inference 143.
    """
    both = np.concatenate([one.reshape(len(one), -1), two.reshape(len(two), -1)])
    deviation = both.std(axis=0)
    if not (deviation > 0).any():
        return 1.0
    scaled = both[:, deviation > 0] / deviation[deviation > 0]
    squares = (scaled**2).sum(axis=1)
    distance = np.sqrt(np.maximum(squares[:, None] + squares - 2.0 * scaled @ scaled.T, 0.0))
    rows = np.arange(len(both))

    def statistic(x: NDArray[np.int64], y: NDArray[np.int64], axis: int = -1) -> NDArray[np.float64]:
        return energy(distance, x)

    found = permutation_test(
        (rows[: len(one)], rows[len(one) :]), statistic, n_resamples=permutations, alternative="greater",
        vectorized=True, batch=2_000, rng=np.random.default_rng(0),
    )  # fmt: skip
    return float(found.pvalue)


def energy(distance: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return ``2 E|X - Y| - E|X - X'| - E|Y - Y'|``; ``first[..., i]`` are the rows of X, all others those of Y."""
    shape, chosen = first.shape[:-1], first.reshape(-1, first.shape[-1])
    sign = np.full((len(chosen), len(distance)), -1.0 / (len(distance) - chosen.shape[1]))
    np.put_along_axis(sign, chosen, 1.0 / chosen.shape[1], axis=1)
    return np.asarray(-((sign @ distance) * sign).sum(axis=1).reshape(shape))


def largest_z(one: Stocks, two: Stocks) -> float:
    """Return the largest |z| of the difference of means of any day, place and state; infinite where only one varies."""
    gap = np.abs(one.mean(axis=0) - two.mean(axis=0))
    noise = np.sqrt(one.var(axis=0, ddof=1) / len(one) + two.var(axis=0, ddof=1) / len(two))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(noise > 0, gap / noise, np.where(gap > 0, np.inf, 0.0))
    return float(z.max())
