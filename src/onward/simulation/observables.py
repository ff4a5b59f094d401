"""Definitions of every quantity that is reported or counted, as functions of a record of members.

Calibration, verdicts on claims, `onward score`, the report and the exports all use these functions; the glossary
(docs/reference/glossary.md) gives each definition in words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from onward.engine.state import Result
from onward.model.claims import Claim
from onward.model.network import Network
from onward.simulation.record import Legs, Record, record_of_result, record_of_run
from onward.typing import Bools, Floats, Ints

if TYPE_CHECKING:
    from onward.simulation.run import Run

#: indicators of `Run.quantiles`, and the states or movements that they sum
INDICATORS = {
    "stock": ("stock", ("here", "gate")),
    "residents": ("stock", ("home",)),
    "waiting": ("stock", ("gate",)),
    "under_way": ("stock", ("way",)),
    "displaced": ("stock", ("here", "gate", "way", "out")),
    "arrivals": ("flows", ()),
    "departures": ("movements", ("left_home",)),
    "displacements": ("movements", ("left_home", "fled_again")),
    "returned": ("movements", ("returned",)),
}


def claim_value(claim: Claim, result: Result, network: Network, attacks: Floats, coverage: float) -> float | None:
    """Return a claim's value for one member in its unit; None where the model, or a run without labels, has none.

    ``attacks[t, p]`` are the member's attacks; ``coverage`` is the share of the newly displaced whom agencies count.
    """
    return value_of_record(claim, record_of_result(result, coverage), network, attacks)


def value_of_record(claim: Claim, record: Record, network: Network, attacks: Floats) -> float | None:
    """Return a claim's value from the record of one member, or None where it has none."""
    if claim.measure == "attack_ratio":
        return _attack_ratio(claim, attacks)
    value = float(observe(claim, record, network)[0])
    return None if np.isnan(value) else value


def observe(claim: Claim, record: Record, network: Network) -> Floats:
    """Return the value of a claim or count in each member, in its unit.

    Only this function applies ``coverage``, and only to newly displaced people, because agencies count part of them.

    Parameters
    ----------
    claim
        The quantity, compiled against ``network``.
    record
        The members; places are numbered as in ``network``.
    network
        Capacities and people displaced at the start.

    Returns
    -------
    numpy.ndarray
        ``[m]``; NaN where the model, or a run without labels, has no value.
    """
    if claim.measure in ("not_modelled", "attack_ratio"):
        return _unknown(record)
    if claim.women_and_children is None:
        value = _MEASURES[claim.indicator](claim, record, network)
    else:
        value = _women_and_children(claim, record, network, claim.women_and_children)
    value = value * claim.scale
    return value * record.coverage if claim.counted else value


def net_arrivals(record: Record, unit: Ints, units: int) -> Floats:
    """Return arrivals minus those who left again, by day: ``[m, unit, t]``, negative where more left than came.

    ``unit[p]`` is the row that a place belongs to, -1 for none. Moves within a unit are not counted; people who leave
    home within it and stay displaced in it count as arrivals.
    """
    days = record.daily("left_home").shape[1]
    cube = np.zeros((record.members, units, days))
    of, legs = np.append(unit, -1), record.legs
    start, end = of[legs.start], of[legs.end]
    inside = ~legs.home & (start >= 0)
    comes = (end >= 0) & ~(inside & (start == end))
    goes = inside & (start != end)
    for where, at, sign in ((comes, end, 1.0), (goes, start, -1.0)):
        rows = np.flatnonzero(where)
        cell = (legs.member[rows] * units + at[rows]) * days + legs.day[rows]
        np.add.at(cube.reshape(-1), cell, sign * legs.people[rows])
    if not record.labels:
        left = record.daily("left_home")
        for place in np.flatnonzero(unit >= 0):
            cube[:, unit[place]] += left[:, :, place]
    return cube


def net_arrivals_by_unit(run: Run, members: pl.DataFrame) -> pl.LazyFrame:
    """Return arrivals minus those who left again: member, unit, date, people; days without any are left out.

    ``members`` has the columns place and unit; a place may be in several units. Moves within a unit do not count.
    """
    names = list(run.about["places"])
    record = record_of_run(run, names, touching=members["place"].to_list())
    whole = run.tables["flows"].collect_schema()["people"].is_integer()
    start = dt.date.fromisoformat(run.about["start"])
    parts = []
    for units in _apart(members):
        keys = units["unit"].unique(maintain_order=True).to_list()
        row = dict(zip(units["place"], (keys.index(unit) for unit in units["unit"]), strict=True))
        people = net_arrivals(record, np.array([row.get(name, -1) for name in names]), len(keys))
        m, u, t = np.nonzero(people)
        columns = {"member": m.astype(np.int32), "unit": u, "day": t, "people": people[m, u, t]}
        unit = pl.Series("unit", [keys[n] for n in u], dtype=pl.String)
        date = pl.lit(start) + pl.duration(days="day")
        parts.append(pl.DataFrame(columns).with_columns(unit, date.alias("date")).drop("day"))
    kind = pl.Int64 if whole else pl.Float64
    return pl.concat(parts).with_columns(pl.col("people").cast(kind)).lazy()


def _apart(members: pl.DataFrame) -> list[pl.DataFrame]:
    """Split units into groups that share no place: one group, or each unit by itself where any overlap."""
    if members["place"].is_duplicated().any():
        return members.partition_by("unit", maintain_order=True)
    return [members]


def _unknown(record: Record) -> Floats:
    return np.full(record.members, np.nan)


def _total(record: Record, legs: Legs, sign: Floats | Bools) -> Floats:
    """Return people on the legs by member, each leg weighted by ``sign``."""
    total = np.bincount(legs.member, weights=legs.people * sign, minlength=record.members)
    return np.asarray(total, dtype=np.float64)


def _among(where: Bools, places: Ints) -> Bools:
    """Return whether places, given by number, are in an area; -1 is in none."""
    return np.asarray(np.append(where, False)[places])


def _of(legs: Legs, origin: Bools) -> Bools:
    """Select the legs of people from ``origin``; where the home is unknown, use the place they left."""
    if legs.origin is None:
        raise ValueError("the record does not hold where people are from")
    return _among(origin, np.where(legs.origin >= 0, legs.origin, legs.start))


def _day(record: Record, names: tuple[str, ...], day: int, where: Bools) -> Floats:
    return np.asarray(sum(record.daily(name)[:, day][:, where].sum(axis=1) for name in names))


def _over(record: Record, name: str, claim: Claim, where: Bools | None) -> Floats:
    """Sum a movement over the days of the claim, in an area or anywhere."""
    cube = record.daily(name)[:, claim.first : claim.last + 1]
    return np.asarray((cube if where is None else cube[:, :, where]).sum(axis=(1, 2)))


def _attack_ratio(claim: Claim, attacks: Floats) -> float | None:
    days = claim.last - claim.first + 1
    before = attacks[max(0, claim.first - days) : claim.first].sum()
    return float(attacks[claim.first : claim.last + 1].sum() / before) if before > 0 else None


def _displaced(claim: Claim, record: Record, network: Network) -> Floats:
    if claim.destination is not None:
        return _net(claim, record, claim.origin, claim.destination, first=claim.first)
    return _over(record, "left_home", claim, claim.origin)


def _net(claim: Claim, record: Record, origin: Bools | None, where: Bools, first: int) -> Floats:
    """Return people of ``origin`` who arrived in ``where`` since day ``first``, minus those who left it again.

    A leg counts on the day it ends, at a gate as at any place. A run without labels does not know which legs began at
    home; there, who left home in ``where`` is taken to have come to it on the day of leaving.
    """
    if origin is not None and not record.labels:
        return _unknown(record)
    legs = record.legs.window(first, claim.last)
    inside, ends = _among(where, legs.start) & ~legs.home, _among(where, legs.end)
    sign = (ends & ~inside).astype(np.float64) - (inside & ~ends)
    total = _total(record, legs, sign if origin is None else sign * _of(legs, origin))
    if record.labels:
        return total
    left = record.daily("left_home")[:, first : claim.last + 1]
    return np.asarray(total + left[:, :, where].sum(axis=(1, 2)))


def _arrivals(claim: Claim, record: Record, network: Network) -> Floats:
    """Return net arrivals; with the measure ``gross``, count everyone each time they arrive."""
    where = claim.destination
    if where is None:
        return _unknown(record)
    if claim.measure != "gross":
        return _net(claim, record, claim.origin, where, first=claim.first)
    if not record.labels and (claim.origin is not None or _over(record, "left_home", claim, where).any()):
        return _unknown(record)
    legs = record.legs.window(claim.first, claim.last)
    came = _among(where, legs.end) & ~(_among(where, legs.start) & ~legs.home)
    if claim.origin is not None:
        came &= _of(legs, claim.origin) | _among(claim.origin, legs.start)
    return _total(record, legs, came)


def _stock(claim: Claim, record: Record, network: Network) -> Floats:
    if claim.destination is None:
        return _unknown(record)
    if claim.origin is not None:
        return _net(claim, record, claim.origin, claim.destination, first=0)
    if claim.measure == "net":
        return _net(claim, record, None, claim.destination, first=claim.first)
    return _day(record, ("here", "gate"), claim.last, claim.destination)


def _returned(claim: Claim, record: Record, network: Network) -> Floats:
    return _over(record, "returned", claim, claim.destination)


def _gate_waiting(claim: Claim, record: Record, network: Network) -> Floats:
    if not claim.gates.any():
        return _unknown(record)
    return np.asarray(record.daily("waiting")[:, claim.last, claim.gates].sum(axis=1))


def _gate_passed(claim: Claim, record: Record, network: Network) -> Floats:
    return _over(record, "passed", claim, claim.gates) if claim.gates.any() else _unknown(record)


def _onward(claim: Claim, record: Record, network: Network) -> Floats:
    if not record.labels:
        return _unknown(record)
    legs = record.legs.window(claim.first, claim.last)
    rows = legs.again
    if claim.origin is not None:
        rows = rows & _among(claim.origin, legs.start)
    if claim.destination is not None:
        rows = rows & _among(claim.destination, legs.end)
    return _total(record, legs, rows)


def _share(claim: Claim, record: Record, network: Network) -> Floats:
    if claim.measure == "outside_camps":
        return _outside_camps(claim, record, network)
    if claim.measure == "through":
        return _through(claim, record)
    if claim.measure == "passed_near":
        return _passed_near(claim, record)
    if claim.measure == "from_origin":
        return _from_origin(claim, record)
    if claim.destination is None:
        return _unknown(record)
    part = _net(claim, record, claim.origin, claim.destination, first=claim.first)
    return _ratio(part, _over(record, "left_home", claim, claim.origin))


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Divide two numbers; return NaN where the denominator is 0."""
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0))


def _from_origin(claim: Claim, record: Record) -> Floats:
    """Return the share of arrivals in the destination (or of all who left home) that come from the origin."""
    if claim.origin is None:
        return _unknown(record)
    if claim.destination is None:
        return _ratio(*(_over(record, "left_home", claim, who) for who in (claim.origin, None)))
    return _ratio(*(_net(claim, record, who, claim.destination, first=claim.first) for who in (claim.origin, None)))


def _women_and_children(claim: Claim, record: Record, network: Network, share: Floats) -> Floats:
    """Return the share of women and children among those whom a claim is about, or how many they are.

    Everybody counts with the share of their home; who was displaced before the first day, with that of where they were.
    The displaced staying somewhere have the share of those who arrived there since the first day, less those who left.
    """
    if claim.indicator not in ("share", "displaced", "arrivals", "stock") or not record.labels:
        return _unknown(record)
    if claim.destination is None:
        left = record.daily("left_home")[:, claim.first : claim.last + 1].sum(axis=1)
        left = left if claim.origin is None else left * claim.origin
        known = np.where(left > 0, left * share, 0.0).sum(axis=1)
        among = _ratio(known, left.sum(axis=1))
    else:
        first = 0 if claim.indicator == "stock" else claim.first
        among = _ratio(*(_net_share(claim, record, first, weight) for weight in (share, np.ones(len(share)))))
    return among if claim.indicator == "share" else among * _MEASURES[claim.indicator](claim, record, network)


def _net_share(claim: Claim, record: Record, first: int, weight: Floats) -> Floats:
    """Return net arrivals in the destination since day ``first``, each weighted by home."""
    assert claim.destination is not None
    legs = record.legs.window(first, claim.last)
    if legs.origin is None:
        return _unknown(record)
    inside, ends = _among(claim.destination, legs.start) & ~legs.home, _among(claim.destination, legs.end)
    sign = (ends & ~inside).astype(np.float64) - (inside & ~ends)
    if claim.origin is not None:
        sign *= _of(legs, claim.origin)
    homes = weight[np.where(legs.origin >= 0, legs.origin, legs.start)]
    return _total(record, legs, np.where(sign != 0.0, sign * homes, 0.0))


def _outside_camps(claim: Claim, record: Record, network: Network) -> Floats:
    """Return the share of the window's net arrivals that exceeds the free capacity of the destination's camps."""
    where = claim.destination
    if where is None:
        return _unknown(record)
    here, places = record.daily("here"), network.places
    now = here[:, claim.last]
    before = here[:, claim.first - 1] if claim.first > 0 else places.displaced_at_start.astype(np.float64)[None]
    camp = where & (places.capacity >= 0)
    free = np.maximum(0.0, places.capacity - before)
    inside = np.minimum(np.maximum(0.0, now - before), free)[:, camp].sum(axis=1)
    total = _net(claim, record, None, where, first=claim.first)
    return np.asarray(np.maximum(0.0, 1.0 - _ratio(inside, total)))


def _through(claim: Claim, record: Record) -> Floats:
    """Return the share of legs into the destination that began at home in the origin or came directly from it."""
    if claim.origin is None or claim.destination is None or not record.labels:
        return _unknown(record)
    legs = record.legs.window(claim.first, claim.last)
    reach = _among(claim.destination, legs.end) & ~_among(claim.destination, legs.start)
    met = reach & (_of(legs, claim.origin) | _among(claim.origin, legs.start))
    return _ratio(_total(record, legs, met), _total(record, legs, reach))


def _passed_near(claim: Claim, record: Record) -> Floats:
    """Share of those who reached the destination in the window who passed near ground that the actor then held."""
    legs = record.legs.window(claim.first, claim.last)
    if claim.destination is None or claim.near not in record.asked or legs.near is None:
        return _unknown(record)
    reach = _among(claim.destination, legs.end) & ~_among(claim.destination, legs.start)
    if claim.origin is not None:
        reach &= _of(legs, claim.origin)
    near = legs._replace(people=legs.near[:, record.asked.index(claim.near)])
    return _ratio(_total(record, near, reach), _total(record, legs, reach))


_MEASURES: dict[str, Callable[[Claim, Record, Network], Floats]] = {
    "displaced": _displaced,
    "arrivals": _arrivals,
    "stock": _stock,
    "returned": _returned,
    "gate_waiting": _gate_waiting,
    "gate_passed": _gate_passed,
    "onward": _onward,
    "share": _share,
}
