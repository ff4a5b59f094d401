"""Compute from a member's run the number that each claim reports."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from onward.engine.state import Result
from onward.model.claims import Claim
from onward.model.network import KINDS, Network
from onward.typing import Bools, Floats

DAY, ORIGIN, FROM, TO, TIMES = range(5)
CAMP = KINDS.index("camp")


def claim_value(claim: Claim, result: Result, network: Network, attacks: Floats, coverage: float) -> float | None:
    """Return the claim's figure in its unit, or None where the model (or this run without labels) cannot say.

    ``attacks[t, p]`` are the member's attacks; ``coverage`` is the share of what happens that agencies count and
    applies to counts of people newly displaced.
    """
    if claim.measure == "not_modelled":
        return None
    if claim.measure == "attack_ratio":
        return _attack_ratio(claim, attacks)
    value = _MEASURES[claim.indicator](claim, result, network)
    if value is None:
        return None
    return float(value) * claim.scale * (coverage if claim.counted else 1.0)


def _attack_ratio(claim: Claim, attacks: Floats) -> float | None:
    days = claim.last - claim.first + 1
    before = attacks[max(0, claim.first - days) : claim.first].sum()
    return float(attacks[claim.first : claim.last + 1].sum() / before) if before > 0 else None


def _displaced(claim: Claim, result: Result, network: Network) -> float | None:
    if claim.destination is not None:
        return _net(claim, result, claim.origin, claim.destination, first=claim.first)
    left = result.daily.left_home[claim.first : claim.last + 1]
    return float(left.sum() if claim.origin is None else left[:, claim.origin].sum())


def _labelled(result: Result) -> bool:
    return len(result.flows.people) == 0 or int(result.flows.key[0, TIMES]) > 0


def _rows(result: Result, first: int, last: int) -> tuple[NDArray[np.int32], NDArray[np.generic]]:
    day = result.flows.key[:, DAY]
    begin, end = np.searchsorted(day, [first, last + 1])
    return result.flows.key[begin:end], result.flows.people[begin:end]


def _of(key: NDArray[np.int32], origin: Bools | None) -> Bools:
    """Rows of people from ``origin``; those of unknown home count by the place they left."""
    if origin is None:
        return np.ones(len(key), dtype=np.bool_)
    home = np.where(key[:, ORIGIN] >= 0, key[:, ORIGIN], key[:, FROM])
    return origin[home]


def _net(claim: Claim, result: Result, origin: Bools | None, where: Bools, first: int) -> float | None:
    """People of ``origin`` who came to stay in ``where`` since day ``first``, less those who left it again."""
    if origin is not None and not _labelled(result):
        return None
    key, people = _rows(result, first, claim.last)
    mine = _of(key, origin)
    from_home = (key[:, FROM] == key[:, ORIGIN]) & (key[:, TIMES] == 1)
    inside = where[key[:, FROM]] & ~from_home
    comes, goes = where[key[:, TO]] & ~inside & mine, inside & ~where[key[:, TO]] & mine
    return float(people[comes].sum() - people[goes].sum())


def _arrivals(claim: Claim, result: Result, network: Network) -> float | None:
    where = claim.destination
    if where is None:
        return None
    if claim.measure == "net":
        return _net(claim, result, claim.origin, where, first=claim.first)
    key, people = _rows(result, claim.first, claim.last)
    mine = _of(key, claim.origin)
    if claim.origin is not None:
        mine |= claim.origin[key[:, FROM]]
    from_home = (key[:, FROM] == key[:, ORIGIN]) & (key[:, TIMES] == 1)
    return float(people[mine & where[key[:, TO]] & ~(where[key[:, FROM]] & ~from_home)].sum())


def _stock(claim: Claim, result: Result, network: Network) -> float | None:
    if claim.destination is None:
        return None
    if claim.origin is not None:
        return _net(claim, result, claim.origin, claim.destination, first=0)
    if claim.measure == "net":
        return _net(claim, result, None, claim.destination, first=claim.first)
    daily = result.daily
    return float((daily.here + daily.gate)[claim.last, claim.destination].sum())


def _gate_waiting(claim: Claim, result: Result, network: Network) -> float | None:
    return float(result.daily.waiting[claim.last, claim.gates].sum()) if claim.gates.any() else None


def _gate_passed(claim: Claim, result: Result, network: Network) -> float | None:
    passed = result.daily.passed[claim.first : claim.last + 1]
    return float(passed[:, claim.gates].sum()) if claim.gates.any() else None


def _onward(claim: Claim, result: Result, network: Network) -> float | None:
    if not _labelled(result):
        return None
    key, people = _rows(result, claim.first, claim.last)
    rows = key[:, TIMES] >= 2
    if claim.origin is not None:
        rows &= claim.origin[key[:, FROM]]
    if claim.destination is not None:
        rows &= claim.destination[key[:, TO]]
    return float(people[rows].sum())


def _share(claim: Claim, result: Result, network: Network) -> float | None:
    if claim.measure == "outside_camps":
        return _outside_camps(claim, result, network)
    if claim.measure == "through":
        return _through(claim, result)
    if claim.measure == "from_origin":
        return _from_origin(claim, result)
    if claim.destination is None:
        return None
    left = result.daily.left_home[claim.first : claim.last + 1]
    total = float(left.sum() if claim.origin is None else left[:, claim.origin].sum())
    part = _net(claim, result, claim.origin, claim.destination, first=claim.first)
    return None if part is None or total <= 0 else part / total


def _from_origin(claim: Claim, result: Result) -> float | None:
    """Share of those who came to stay in the destination (anywhere: of those who left home) who are of the origin."""
    if claim.origin is None:
        return None
    part: float | None
    total: float | None
    if claim.destination is None:
        left = result.daily.left_home[claim.first : claim.last + 1]
        part, total = float(left[:, claim.origin].sum()), float(left.sum())
    else:
        part, total = (_net(claim, result, who, claim.destination, first=claim.first) for who in (claim.origin, None))
    return part / total if part is not None and total is not None and total > 0 else None


def _outside_camps(claim: Claim, result: Result, network: Network) -> float | None:
    """Share of the net arrivals of the window that the free places of the destination's camps cannot hold."""
    where = claim.destination
    if where is None:
        return None
    daily, places = result.daily, network.places
    now = (daily.here[claim.last]).astype(float)
    before = (daily.here[claim.first - 1] if claim.first > 0 else places.displaced_at_start).astype(float)
    total = _net(claim, result, None, where, first=claim.first)
    if total is None or total <= 0:
        return None
    camp = where & (places.capacity >= 0)
    free = np.maximum(0.0, places.capacity - before)
    inside = float(np.minimum(np.maximum(0.0, now - before), free)[camp].sum())
    return max(0.0, 1.0 - inside / total)


def _through(claim: Claim, result: Result) -> float | None:
    """Share of the arrivals at the destination that began at home in, or came straight from, the origin."""
    if claim.origin is None or claim.destination is None or not _labelled(result):
        return None
    key, people = _rows(result, claim.first, claim.last)
    reach = claim.destination[key[:, TO]] & ~claim.destination[key[:, FROM]]
    total = float(people[reach].sum())
    met = reach & (_of(key, claim.origin) | claim.origin[key[:, FROM]])
    return float(people[met].sum()) / total if total > 0 else None


_MEASURES = {
    "displaced": _displaced,
    "arrivals": _arrivals,
    "stock": _stock,
    "gate_waiting": _gate_waiting,
    "gate_passed": _gate_passed,
    "onward": _onward,
    "share": _share,
}
