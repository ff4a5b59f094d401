"""Import IDMC Internal Displacement Updates as cumulative figures of people displaced.

Several figures speak of one event: recommended figures are read and triangulation figures left out wherever their event
has a recommended one. Of triangulation figures of one event with the same days and place only the latest is read;
those of different places are summed. Figures of disasters are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.crisis import Crisis
from onward.sources.addition import Addition
from onward.sources.options import Options
from onward.sources.publisher_file import Field, read_rows
from onward.sources.units import Count, add_counts, units_of

PUBLISHER = "Internal Displacement Monitoring Centre (IDMC), Internal Displacement Updates"

FIELDS = (
    Field("id", required=True),
    Field("iso3", required=True),
    Field("role"),
    Field("displacement_type", required=True),
    Field("figure", "whole", required=True, low=0),
    Field("start", "day", required=True, aliases=("displacement_start_date",)),
    Field("end", "day", required=True, aliases=("displacement_end_date",)),
    Field("event", aliases=("event_id",)),
    Field("event_name"),
    Field("locations", aliases=("locations_name", "centroid")),
    Field("created", aliases=("created_at",)),
)


def import_idu(crisis: Crisis, paths: Sequence[Path], options: Options) -> Addition:
    """Read IDU files (JSON or CSV) as the number of people displaced in a country since its first figure.

    Parameters
    ----------
    crisis
        Its places, admin units and days say what is taken.
    paths
        The files; of figures for one day, area and indicator the last wins.
    options
        None of them is used by this format.

    Returns
    -------
    Addition
        Rows of counts (people displaced, added up from the first figure on) and of areas, and provenance.

    Raises
    ------
    CrisisDataError
        If a file cannot be read, with every cell that is not what its column holds.
    """
    found, units = Addition(PUBLISHER), units_of(crisis)
    every = pl.concat(read_rows(p, FIELDS).with_columns(pl.lit(p.name).alias("file")) for p in paths)
    every = every.unique("id", keep="last", maintain_order=True)
    countries = crisis.table("places")["country"].unique().to_list()
    conflict = pl.col("displacement_type").str.to_lowercase() == "conflict"
    here = every.filter(pl.col("iso3").is_in(countries) & conflict)
    found.drop(every.height - here.height, "of other countries or of disasters")
    inside = here.filter((pl.col("start") >= crisis.start) & (pl.col("end") <= crisis.end))
    found.drop(here.height - inside.height, f"outside {crisis.start} to {crisis.end}")
    chosen = _once_per_event(inside, found)
    counts = []
    for (country,), rows in sorted(chosen.partition_by("iso3", as_dict=True).items()):
        area = units.find(country=str(country))
        total, first = 0, rows["start"].min()
        assert area is not None
        for row in rows.sort("end", "id").iter_rows(named=True):
            total += row["figure"]
            counts.append(_count(row, area, total, first if isinstance(first, dt.date) else row["start"]))
    add_counts(found, counts, units, crisis)
    return found


def _count(row: dict[str, object], area: str, total: int, since: dt.date) -> Count:
    day, path = row["end"], Path(str(row["file"]))
    assert isinstance(day, dt.date)
    return Count(day, area, "displaced", total, f"idu:{row['id']}", path, int(str(row[ROW])), str(row["id"]), since)


def _once_per_event(rows: pl.DataFrame, found: Addition) -> pl.DataFrame:
    event = pl.coalesce("event", "event_name", "id")
    recommended = pl.col("role").fill_null("").str.to_lowercase().str.starts_with("recommended")
    marked = rows.with_columns(event.alias("what"), recommended.alias("best"))
    kept = marked.filter(pl.col("best") | ~pl.col("best").any().over("what"))
    found.drop(marked.height - kept.height, "triangulation figures of events that have a recommended one")
    latest = kept.sort(pl.col("created").fill_null(""), "id").unique(
        ["what", "start", "end", "locations", "best"], keep="last", maintain_order=True
    )
    exact = pl.concat([kept.filter("best"), latest.filter(~pl.col("best"))])
    found.drop(kept.height - exact.height, "earlier triangulation figures of the same days and place")
    return exact
