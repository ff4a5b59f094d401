"""Import IOM DTM and HDX HAPI figures of internally displaced people as stocks of admin units.

- Several operations and assessment types cover one country (BA: baseline of areas; SA: assessment of sites, a part of
  it). They are never summed: one is read, the given one or else the one with most records, BA before SA.
- Admin levels 0, 1 and 2 are stacked in one file: on each day only the finest level that can be found is read.
- Rows of one operation, day and unit differ by reason and origin, and are summed.
- "Not available" means unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.crisis import Crisis
from onward.crisis.messages import did_you_mean, quoted
from onward.errors import ParameterError
from onward.sources.addition import Addition
from onward.sources.options import Options
from onward.sources.publisher_file import Field, read_rows
from onward.sources.units import Count, Units, add_counts, units_of

PUBLISHER = "IOM Displacement Tracking Matrix (DTM)"
HAPI_PUBLISHER = "IOM DTM via HDX HAPI (OCHA)"

FIELDS = (
    Field("operation"),
    Field("country", required=True, aliases=("admin0Pcode", "location_code", "iso3")),
    Field("admin1", aliases=("admin1Name", "admin1_name", "provider_admin1_name")),
    Field("admin1_pcode", aliases=("admin1Pcode", "admin1_code")),
    Field("admin2", aliases=("admin2Name", "admin2_name", "provider_admin2_name")),
    Field("admin2_pcode", aliases=("admin2Pcode", "admin2_code")),
    Field("people", "whole", required=True, aliases=("numPresentIdpInd", "population", "idps"), low=0, gaps=True),
    Field("day", "day", required=True, aliases=("reportingDate", "reference_period_start", "date")),
    Field("round", aliases=("roundNumber", "reporting_round")),
    Field("assessment", aliases=("assessmentType", "assessment_type")),
)


def import_dtm(crisis: Crisis, paths: Sequence[Path], options: Options) -> Addition:
    """Read DTM files (API answer in JSON, or CSV) as stocks of displaced people of areas.

    Parameters
    ----------
    crisis
        Its places, admin units and days say what is taken.
    paths
        The files; of figures for one day, area and indicator the last wins.
    options
        Which operation and assessment type of a country is taken (`operation`, `assessment`).

    Returns
    -------
    Addition
        Rows of counts (people, stocks) and of areas, and a provenance row for each figure used.

    Raises
    ------
    CrisisDataError
        If a file cannot be read, with every cell that is not what its column holds.
    """
    return _import(crisis, paths, options, PUBLISHER)


def import_hapi_idps(crisis: Crisis, paths: Sequence[Path], options: Options) -> Addition:
    """Read HDX HAPI files of internally displaced people as stocks of areas.

    Parameters
    ----------
    crisis
        Its places, admin units and days say what is taken.
    paths
        The files; of figures for one day, area and indicator the last wins.
    options
        Which operation and assessment type of a country is taken (`operation`, `assessment`).

    Returns
    -------
    Addition
        Rows of counts (people, stocks) and of areas, and a provenance row for each figure used.

    Raises
    ------
    CrisisDataError
        If a file cannot be read, with every cell that is not what its column holds.
    """
    return _import(crisis, paths, options, HAPI_PUBLISHER)


def _import(crisis: Crisis, paths: Sequence[Path], options: Options, publisher: str) -> Addition:
    found, units = Addition(publisher), units_of(crisis)
    countries = crisis.table("places")["country"].unique().to_list()
    frames = [read_rows(p, FIELDS).with_columns(pl.lit(p.name).alias("file")) for p in paths]
    every = pl.concat(frames).unique(maintain_order=True)
    here = every.filter(pl.col("country").is_in(countries))
    found.drop(every.height - here.height, "of other countries")
    known = here.drop_nulls("people")
    found.drop(here.height - known.height, "whose number is not available")
    chosen = _one_series(known, options, found)
    add_counts(found, _stocks(chosen, units, found), units, crisis)
    return found


def _one_series(rows: pl.DataFrame, options: Options, found: Addition) -> pl.DataFrame:
    """Return the rows of one operation and assessment type of each country; the others are noted."""
    series = ["country", "operation", "assessment"]
    for column, wanted in (("operation", options.operation), ("assessment", options.assessment)):
        if wanted is not None:
            present = sorted(rows[column].drop_nulls().unique().to_list())
            if wanted not in present:
                step = did_you_mean(wanted, present, f"There are {', '.join(present) or 'none'}.")
                raise ParameterError(f"--{column} {wanted}: {quoted(wanted)} is not in the files. {step}")
            found.drop(rows.filter(pl.col(column).ne_missing(wanted)).height, f"of another {column} than {wanted}")
            rows = rows.filter(pl.col(column) == wanted)
    ranked = rows.group_by(series).agg(pl.len().alias("rows")).sort(
        pl.col("assessment").ne_missing("BA"), "rows", *series, descending=[False, True, False, False, False]
    )  # fmt: skip
    best = ranked.unique("country", keep="first", maintain_order=True)
    for row in ranked.join(best, on=series, how="anti", nulls_equal=True).iter_rows(named=True):
        words = f"{row['operation'] or 'no operation'}, {row['assessment'] or 'no assessment type'}"
        found.drop(row["rows"], f"of {row['country']} ({words}): not summed with another operation or assessment type")
    return rows.join(best.select(series), on=series, how="semi", nulls_equal=True)


def _stocks(rows: pl.DataFrame, units: Units, found: Addition) -> Iterator[Count]:
    level = pl.col("admin1").is_not_null().cast(int) + pl.col("admin2").is_not_null().cast(int)
    unit = ["country", "admin1", "admin2", "admin1_pcode", "admin2_pcode"]
    summed = rows.with_columns(level.alias("level")).group_by("day", "level", *unit, maintain_order=True).agg(
        pl.col("people").sum(), pl.col(ROW).first(), pl.col("file").first(), pl.col("round").first(),
        pl.len().alias("parts"), pl.col("operation").first(),
    )  # fmt: skip
    if summed.height < rows.height:
        found.merged.append(f"{rows.height} rows by reason and origin into {summed.height} units and days")
    lost = upper = 0
    for _, day in sorted(summed.partition_by("day", "country", as_dict=True).items()):
        placed = [(row, units.find(country=row["country"], names=(row["admin1"], row["admin2"]),
                                   pcode=row["admin2_pcode"] or row["admin1_pcode"]))
                  for row in day.iter_rows(named=True)]  # fmt: skip
        finest = max((row["level"] for row, area in placed if area), default=0)
        for row, area in placed:
            if area is None:
                lost += 1
            elif row["level"] < finest:
                upper += 1
            else:
                where = row["admin2_pcode"] or row["admin1_pcode"] or row["admin2"] or row["admin1"] or row["country"]
                code = f"dtm:{where}:{row['day']}"
                path = Path(row["file"])
                yield Count(row["day"], area, "stock", row["people"], code, path, row[ROW], str(row["round"] or ""))
    found.drop(lost, "of units without a place in the crisis")
    found.drop(upper, "of upper admin levels, sums of finer ones")
