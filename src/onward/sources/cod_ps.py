"""Import COD-PS subnational population (OCHA) for places without population.

The global files stack sexes and ages (`Population_group` T_TL is the total); country files have a column `T_TL`. Names
of columns vary by country and language: P-code and total are looked for. The people of a unit are shared out over its
places in proportion to their populations so far, evenly where they have none; low and high are not given by OCHA.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.crisis import Crisis
from onward.errors import CrisisDataError, Problem
from onward.sources.addition import Addition, codes
from onward.sources.options import Options
from onward.sources.publisher_file import Field, read_rows
from onward.sources.sites import HIT
from onward.sources.units import units_of

PUBLISHER = "OCHA Common Operational Datasets, subnational population (COD-PS)"


def _level(n: int) -> tuple[Field, Field]:
    endings = ("_name", "_EN", "_FR", "_ES", "_ref_name")
    names = (*(f"adm{n}{ending}" for ending in endings), f"admin{n}Name_en", f"admin{n}Name")
    return (Field(f"name{n}", aliases=names), Field(f"pcode{n}", aliases=(f"adm{n}_pcode", f"admin{n}Pcode")))


FIELDS = (
    Field("iso3"),
    *_level(1),
    *_level(2),
    Field("group", aliases=("Population_group",)),
    Field("population", "whole", low=0),
    Field("total", "whole", aliases=("T_TL", "T_T"), low=0),
)
TOTAL = "T_TL"


def import_cod_ps(crisis: Crisis, paths: Sequence[Path], options: Options) -> Addition:
    """Read population tables and share each unit's people out over its places, at the finest level given.

    Parameters
    ----------
    crisis
        Its places, admin units and days say what is taken.
    paths
        The tables, one row a unit.
    options
        None of them is used by this format.

    Returns
    -------
    Addition
        Rows of places with their population, and a provenance row for each unit used.

    Raises
    ------
    CrisisDataError
        If a file cannot be read, with every cell that is not what its column holds.
    """
    found, units = Addition(PUBLISHER), units_of(crisis)
    rows = pl.concat(_totals(path) for path in paths)
    level = pl.col("name2").is_not_null() | pl.col("pcode2").is_not_null()
    rows = rows.with_columns(level.alias("fine")).sort("fine", descending=True, maintain_order=True)
    places = {row["place"]: row for row in crisis.table("places").iter_rows(named=True)}
    done: set[str] = set()
    lost = 0
    for row in rows.iter_rows(named=True):
        names = (row["name1"], row["name2"])
        area = units.find(country=row["iso3"], names=names, pcode=row["pcode2"] or row["pcode1"])
        inside = [p for p in units.made[area] if places[p]["kind"] in HIT and p not in done] if area else []
        if not inside:
            lost += 1
            continue
        unit = row["pcode2"] or row["pcode1"] or row["name2"] or row["name1"]
        code = found.record(f"cod-ps:{unit}", Path(row["file"]), row[ROW], unit)
        _share_out(found, [places[p] for p in inside], row["total"], code)
        done.update(inside)
    found.drop(lost, "units without a place of the crisis, or given at a finer level")
    found.taken.append(f"populations of {len(done)} places")
    return found


def _totals(path: Path) -> pl.DataFrame:
    rows = read_rows(path, FIELDS).with_columns(pl.lit(path.name).alias("file"))
    if not rows["total"].null_count() < rows.height:
        rows = rows.filter(pl.col("group").is_null() | (pl.col("group") == TOTAL))
        rows = rows.with_columns(pl.col("population").alias("total"))
    if not rows["total"].null_count() < rows.height:
        step = "Give a table with T_TL, or with Population_group T_TL."
        raise CrisisDataError([Problem(path.name, 1, "T_TL", "no total population is given", "", step)])
    return rows.drop_nulls("total")


def _share_out(found: Addition, places: Sequence[dict[str, Any]], people: int, code: str) -> None:
    """Add the places with their part of the people: whole numbers that sum to them."""
    weights = [place["population"] for place in places]
    if not sum(weights):
        weights = [1] * len(places)
    given, before = 0, 0
    for place, weight in zip(places, weights, strict=True):
        given += weight
        upto = round(people * given / sum(weights))
        part, before = upto - before, upto
        known = {"population": part, "population_low": None, "population_high": None}
        found.add("places", {**place, **known, "source": codes([place["source"], code])})
