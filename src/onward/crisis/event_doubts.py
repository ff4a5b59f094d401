"""Doubts about events: attacks far from any place or feared by nobody, and records that were not used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.messages import quoted
from onward.errors import Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from onward.crisis.draft import Draft

FAR_KM = 40.0
"""Distance from every place beyond which an attack is reported (own choice: twice that at which it still frightens)."""

DROPPED = 0.5
"""Share of a publisher's records from which `check` says that they were left out (own choice)."""


def far_from_any_place(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt about attacks far from every place, which cause no one to flee: how many, and how far."""
    events, places = draft.frame("events"), draft.frame("places")
    spots = events.filter(pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null())
    if spots.is_empty() or places.is_empty():
        return
    km = _nearest_km(spots, places)
    away = spots.with_columns(pl.Series("km", km)).filter(pl.col("km") > FAR_KM)
    if away.is_empty():
        return
    attacks = pl.col("n").fill_null(1.0).sum()
    share = float(away.select(attacks).item()) / max(float(events.select(attacks).item()), 1e-9)
    farthest = away.sort("km", ROW, descending=[True, False]).row(0, named=True)
    found = (
        f"{away.height} of {events.height} rows ({share:.0%} of all attacks) are over {FAR_KM:.0f} km from any place, "
        f"this one {farthest['km']:,.0f} km; with default parameters they frighten nobody"
    )
    step = "Add the places that they hit, correct the coordinates, or leave the rows out."
    yield draft.problem("events", farthest, "latitude", found, step)


def feared_by_nobody(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt for each actor that attacks and that fears.csv lets no group fear, if there is such a table."""
    events, fears = draft.frame("events"), draft.frame("fears")
    if fears.is_empty():
        return
    feared = fears.filter(pl.col("weight") > 0)["actor"].unique()
    n = pl.col("n").fill_null(1.0)
    total = max(float(events.select(n.sum()).item()), 1e-9)
    unfeared = events.drop_nulls("actor").filter(~pl.col("actor").is_in(feared.implode())).sort(ROW)
    groups = unfeared.group_by("actor", maintain_order=True).agg(n.sum().alias("attacks"), pl.col(ROW).first())
    for row in groups.iter_rows(named=True):
        attacks = f"{row['attacks'] / total:.0%} of all"
        found = f"no group of fears.csv fears {quoted(row['actor'])}, so its attacks ({attacks}) frighten nobody"
        step = f"Add rows to fears.csv: each group that fears {quoted(row['actor'])}, with weight 1."
        yield draft.problem("events", row, "actor", found, step)


def _nearest_km(spots: pl.DataFrame, places: pl.DataFrame) -> NDArray[np.float64]:
    """Return the distance from each event to the nearest place, in km."""
    import numpy as np
    from scipy.spatial import cKDTree

    from onward.crisis.sphere import EARTH_KM, on_sphere

    at = [on_sphere(*(table[name].cast(pl.Float64) for name in ("latitude", "longitude"))) for table in (places, spots)]
    chord = cKDTree(at[0]).query(at[1])[0]
    return np.asarray(2 * EARTH_KM * np.arcsin(np.minimum(1.0, chord / 2)), dtype=np.float64)


def records_left_out(draft: Draft) -> Iterator[Problem]:
    """Yield a doubt for each source file of which most records were left out, judged by the row numbers used."""
    events, provenance = draft.frame("events"), draft.frame("provenance")
    codes = (
        events.drop_nulls("source")
        .select(pl.col(ROW).alias("event"), pl.col("source").str.split(";").alias("code"))
        .explode("code")
        .with_columns(pl.col("code").str.strip_chars())
    )
    records = provenance.drop_nulls(["file", "row"]).join(codes, left_on="source", right_on="code")
    used = records.group_by("file").agg(
        pl.col("row").n_unique().alias("used"), pl.col("row").max().alias("last"), pl.col("event").min().alias(ROW)
    )
    for row in used.sort("file").iter_rows(named=True):
        whole = max(int(row["last"]) - 1, int(row["used"]))  # row 1 is the header
        share = 1 - row["used"] / whole
        if share >= DROPPED:
            found = (
                f"{row['used']:,} of {whole:,} or more records of {quoted(row['file'])} became events; "
                f"{share:.0%} were left out"
            )
            step = "onward import said why. Add places, or a wider area or period, if they belong to this crisis."
            yield draft.problem("events", row, "source", found, step)
