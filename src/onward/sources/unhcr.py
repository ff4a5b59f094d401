"""Import UNHCR figures as stocks of the countries of asylum.

Operational Data Portal (JSON of the API, or CSV from HDX): numbers are text; codes of origin are UNHCR's own (SUD is
Sudan), so names are looked up; `date` is the day, whatever `month` and `year` say; registrations are stocks and
"New Arrivals" are cumulative arrivals. Refugee Data Finder: `coo_iso` and `coa_iso` are ISO3, `coo` and `coa` are not;
figures are of the end of a year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.crisis import Crisis
from onward.crisis.messages import quoted
from onward.errors import CrisisDataError, Problem
from onward.sources.addition import Addition
from onward.sources.options import Options
from onward.sources.publisher_file import Field, read_rows
from onward.sources.units import Count, Units, add_counts, is_iso3, units_of

ODP, RDF = "UNHCR Operational Data Portal", "UNHCR Refugee Data Finder"

ODP_FIELDS = (
    Field("asylum", required=True, aliases=("geomaster_name", "Country")),
    Field("asylum_iso", aliases=("ISO3",)),
    Field("level", aliases=("admin_level",)),
    Field("origin", aliases=("pop_origin_name", "Country of Origin")),
    Field("origin_iso", aliases=("ISO3 of Origin", "ISO3 Origin")),
    Field("kind", aliases=("pop_data_type_code",)),
    Field("group", aliases=("pop_type_name", "Population type")),
    Field("day", "day", required=True, aliases=("date",)),
    Field("people", "whole", required=True, aliases=("individuals",), low=0),
)
RDF_FIELDS = (
    Field("year", "whole", required=True, low=1950, high=2199),
    Field("origin_iso", required=True, aliases=("coo_iso", "Country of origin (ISO)")),
    Field("asylum_iso", required=True, aliases=("coa_iso", "Country of asylum (ISO)")),
    Field("refugees", "whole", aliases=("Refugees under UNHCR's mandate",), low=0),
    Field("asylum_seekers", "whole", aliases=("Asylum-seekers",), low=0),
    Field("idps", "whole", aliases=("IDPs of concern to UNHCR",), low=0),
)
#: populations of the portal that fled to the country; others are returnees or hosts
FLED = ("refugee", "asylum", "new arrival")


def import_odp(crisis: Crisis, paths: Sequence[Path], options: Options) -> Addition:
    """Read files of the Operational Data Portal as stocks and arrivals of refugees by country of refuge.

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
        Rows of counts (people: stocks and arrivals) and of areas, and provenance.

    Raises
    ------
    CrisisDataError
        If a file cannot be read, with every cell that is not what its column holds.
    """
    found, units = Addition(ODP), units_of(crisis)
    home = set(crisis.table("places")["country"])
    rows = _joined(paths, ODP_FIELDS)
    fled = pl.col("group").is_null() | pl.any_horizontal(
        pl.col("group").str.to_lowercase().str.contains(word, literal=True) for word in FLED
    )
    kept = rows.filter(fled)
    found.drop(rows.height - kept.height, "of returnees, hosts and other groups")
    add_counts(found, _registered(kept, home, units, found), units, crisis)
    return found


def _registered(rows: pl.DataFrame, home: set[str], units: Units, found: Addition) -> Iterator[Count]:
    sums: dict[tuple[dt.date, str, str], list[dict[str, object]]] = {}
    other = lost = 0
    for row in rows.iter_rows(named=True):
        asylum, origin = _iso(row["asylum_iso"], row["asylum"]), _iso(row["origin_iso"], row["origin"])
        if row["origin"] is not None and origin not in home:
            other += 1
            continue
        area = units.find(country=asylum) if asylum and asylum != origin else None
        if area is None:
            lost += 1
            continue
        indicator = "arrivals" if row["kind"] == "NEW" else "stock"
        sums.setdefault((row["day"], area, indicator), []).append(row)
    for (day, area, indicator), parts in sorted(sums.items(), key=lambda item: item[0]):
        people = sum(int(str(part["people"])) for part in parts)
        path, row_number = Path(str(parts[0]["file"])), int(str(parts[0][ROW]))
        code = f"unhcr-odp:{area}:{indicator}:{day}"
        yield Count(day, area, indicator, people, code, path, row_number, f"{len(parts)} rows")
    found.drop(other, "of people from countries outside the crisis")
    found.drop(lost, "of countries of refuge without a place in the crisis")


def import_rdf(crisis: Crisis, paths: Sequence[Path], options: Options) -> Addition:
    """Read population tables of the Refugee Data Finder as stocks at the ends of years.

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
        Rows of counts (people, stocks on 31 December) and of areas, and provenance.

    Raises
    ------
    CrisisDataError
        If a file cannot be read, with every cell that is not what its column holds.
    """
    found, units = Addition(RDF), units_of(crisis)
    rows = _joined(paths, RDF_FIELDS)
    wrong = rows.filter(~pl.col("asylum_iso").map_elements(is_iso3, return_dtype=pl.Boolean))
    if wrong.height:
        step = "Give coo_iso and coa_iso; coo and coa are UNHCR's own codes."
        raise CrisisDataError(
            Problem(row["file"], row[ROW], "coa_iso", quoted(row["asylum_iso"]), "an ISO 3166 alpha-3 code", step)
            for row in wrong.iter_rows(named=True)
        )
    add_counts(found, _year_ends(rows, crisis, units, found), units, crisis)
    return found


def _year_ends(rows: pl.DataFrame, crisis: Crisis, units: Units, found: Addition) -> Iterator[Count]:
    home = set(crisis.table("places")["country"])
    other = 0
    for row in rows.iter_rows(named=True):
        inside = row["origin_iso"] == row["asylum_iso"]
        people = row["idps"] if inside else (row["refugees"] or 0) + (row["asylum_seekers"] or 0)
        area = units.find(country=row["asylum_iso"])
        if row["origin_iso"] not in home or area is None or people is None:
            other += 1
            continue
        day = dt.date(row["year"], 12, 31)
        code = f"unhcr-rdf:{row['origin_iso']}:{row['asylum_iso']}:{row['year']}"
        yield Count(day, area, "stock", people, code, Path(row["file"]), row[ROW], code)
    found.drop(other, "of origins or countries of refuge outside the crisis")


def _joined(paths: Sequence[Path], fields: Sequence[Field]) -> pl.DataFrame:
    frames = [read_rows(path, fields).with_columns(pl.lit(path.name).alias("file")) for path in paths]
    return pl.concat(frames).unique(maintain_order=True)


def _iso(code: str | None, name: str | None) -> str | None:
    """Return the ISO3 code of a country by a code that is one, or by its name; UNHCR's own codes are not trusted."""
    import pycountry

    if code and is_iso3(code):
        return code.upper()
    try:
        return str(pycountry.countries.lookup(name.split(" (")[0]).alpha_3) if name else None
    except LookupError:
        return _ABBREVIATED.get(name or "")


_ABBREVIATED = {
    "Central African Rep.": "CAF",
    "Dem. Rep. of the Congo": "COD",
    "Syrian Arab Rep.": "SYR",
    "United Rep. of Tanzania": "TZA",
    "Türkiye": "TUR",
    "Turkey": "TUR",
    "Rep. of Moldova": "MDA",
}
"""Names of countries as UNHCR shortens them, which no list of countries knows."""
