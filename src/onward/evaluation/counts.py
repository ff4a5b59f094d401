"""Observed counts and what a run simulates for the same place, day and definition.

Counts of one source, place and indicator that accumulate from the same day are replaced by their differences, so that a
plateau counts as one observation. Errors are compared as square roots, which stabilises the variance of counts.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.engine.state import Result
from onward.model.claims import Claim, claims_from_rows
from onward.model.network import Network, build_network
from onward.simulation.observables import claim_value, observe
from onward.simulation.record import record_of_run
from onward.simulation.run import Run
from onward.typing import Floats

#: a row of a table
Row = dict[str, Any]
CUMULATIVE = ("arrivals", "departures", "displaced", "returned")


@dataclass(frozen=True)
class Count:
    """One observed figure (or difference of two) and the claim that defines the matching quantity of a run."""

    claim: Claim
    people: float
    low: float
    high: float
    source: str


def build_counts(crisis: Crisis, network: Network) -> tuple[Count, ...]:
    """Compile the counts table; cumulative series become differences between successive dates."""
    table = crisis.table("counts").with_columns(pl.col("since").fill_null(crisis.start))
    keys = ["place", "area", "indicator", "source", "since"]
    pairs: list[tuple[Row, Row | None]] = []
    for _, series in table.sort("date").group_by(keys, maintain_order=True):
        rows = series.to_dicts()
        cumulative = rows[0]["indicator"] in CUMULATIVE
        pairs += zip(rows, [None, *rows[:-1]] if cumulative else [None] * len(rows), strict=True)
    claims = claims_from_rows(crisis, network, (as_claim(row, before) for row, before in pairs))
    return tuple(_count(claim, row, before) for claim, (row, before) in zip(claims, pairs, strict=True))


def counts_beside(run: Run, crisis: Crisis) -> list[tuple[Row, Floats]]:
    """Return each row of the counts table, in its order, with the simulated count of each member.

    Parameters
    ----------
    run
        A run of the crisis.
    crisis
        Its counts are taken; a count without ``since`` is from the crisis's first day.

    Returns
    -------
    list
        The row (``since`` filled) and ``[m]`` people, by the definitions of `onward.simulation.observables`; NaN where
        the run cannot say, as for a count outside the period.

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate("aleppo-2016", members=2, seed=1)
    >>> row, people = counts_beside(run, run.crisis)[9]
    >>> row["indicator"], row["place"] or row["area"], people.shape
    ('arrivals', 'bab_al_salama', (2,))
    """
    rows = crisis.table("counts").with_columns(pl.col("since").fill_null(crisis.start)).to_dicts()
    if not rows:
        return []
    network = build_network(crisis)
    record = record_of_run(run, network.places.names)
    claims = claims_from_rows(crisis, network, (as_claim(row) for row in rows))
    inside = (crisis.start <= row["date"] <= crisis.end for row in rows)
    nothing = np.full(record.members, np.nan)
    simulated = (
        observe(claim, record, network) if in_period else nothing
        for claim, in_period in zip(claims, inside, strict=True)
    )
    return list(zip(rows, simulated, strict=True))


def whole_units(places: Sequence[str], unit_of: Mapping[str, Hashable]) -> bool:
    """Return whether the places cover completely every unit, such as a district, that any of them lies in.

    Examples
    --------
    >>> whole_units(["a"], {"a": "X", "b": "X"}), whole_units(["a", "b"], {"a": "X", "b": "X", "c": "Y"})
    (False, True)
    """
    units = {unit_of[place] for place in places if place in unit_of}
    return {place for place, unit in unit_of.items() if unit in units} <= set(places)


def as_claim(row: Row, before: Row | None = None) -> Row:
    """Return the row of the claims table that defines what a count measured since the count before it."""
    where = row["place"] or row["area"]
    leaving = row["indicator"] in ("displaced", "departures")
    return {
        "claim": f"{row['date']} {where} {row['indicator']}",
        "indicator": "displaced" if leaving else row["indicator"],
        "origin": where if leaving else None,
        "destination": None if leaving else where,
        "start": row["since"] if before is None else before["date"] + timedelta(days=1),
        "end": row["date"],
        "low": 0.0,
        "high": 0.0,
        "unit": "people",
        "measure": "net" if row["indicator"] == "arrivals" else None,
    }


def _count(claim: Claim, row: Row, before: Row | None) -> Count:
    less = 0 if before is None else before["people"]
    people, low, high = (max(0.0, float(_or(row[k], row["people"])) - less) for k in ("people", "low", "high"))
    return Count(claim, people, low, high, row["source"])


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def misfit(count: Count, result: Result, network: Network, coverage: float) -> float | None:
    """Return the standardised error of one count: the difference of square roots over its standard deviation.

    The variance adds three terms: the reported range, a quarter of the figure for error of the model and of a single
    source, and 30 (in units of the square root) so that small figures do not dominate. ``coverage`` alone accounts for
    sources that count only part of all movements. Return None where the model has no answer: such a count carries no
    information about the parameters and must be left out of a fit, not treated as a perfect match.
    """
    attacks = np.zeros((1, 1))
    value = claim_value(count.claim, result, network, attacks, coverage)
    if value is None:
        return None
    spread = (np.sqrt(count.high) - np.sqrt(count.low)) / 3.3
    deviation = np.sqrt(spread**2 + (0.125 * np.sqrt(count.people)) ** 2 + 30.0)
    return float((np.sqrt(max(0.0, value)) - np.sqrt(count.people)) / deviation)
