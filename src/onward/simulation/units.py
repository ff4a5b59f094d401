"""Units for which figures are summed: places, areas, and administrative units of the first and second level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from onward.crisis.crisis import EVERYWHERE, Crisis
from onward.crisis.messages import did_you_mean
from onward.crisis.names import spoken_name
from onward.errors import ParameterError

if TYPE_CHECKING:
    from onward.simulation.run import Run

#: kinds of units
BY = ("place", "area", "admin1", "admin2")
#: placeholder for an administrative unit that the crisis does not name
UNKNOWN = "?"
#: the parts of a unit's key, by level
_PARTS = {"admin1": ("country", "admin1"), "admin2": ("country", "admin1", "admin2")}
_ADMIN = ("country", "admin1", "admin1_pcode", "admin2", "admin2_pcode")
_COLUMNS = ("unit", "name", "pcode", *_ADMIN, "latitude", "longitude", "places")


@dataclass(frozen=True)
class Units:
    """Units of one kind and the places that belong to each.

    Parameters
    ----------
    by
        The kind: one of `BY`.
    table
        A row a unit: unit (its key), name, pcode, country, admin1, admin2 and their P-codes, latitude and longitude
        (means of its places), places (how many).
    members
        Columns place and unit; a place is in several areas where areas overlap, and in one unit of any other kind.
    """

    by: str
    table: pl.DataFrame
    members: pl.DataFrame

    @property
    def keys(self) -> list[str]:
        """Return the keys of the units, in order."""
        return self.table["unit"].to_list()

    def overlapping(self) -> list[str]:
        """Return the places that are in more than one unit of this kind, sorted."""
        return self.members.filter(pl.col("place").is_duplicated())["place"].unique().sort().to_list()

    def places_of(self, unit: str) -> list[str]:
        """Return the places of a unit, given by its key; an administrative unit also by its P-code or name."""
        admin = self.by.startswith("admin")
        for column in ("unit", "pcode", "name") if admin else ("unit",):
            same = pl.col(column).str.to_lowercase() == unit.lower() if admin else pl.col(column) == unit
            found = self.table.filter(same)["unit"].to_list()
            if len(found) > 1:
                raise ParameterError(f"{self.by} {unit!r} names {len(found)} units. Give one of {', '.join(found)}.")
            if found:
                return self.members.filter(pl.col("unit") == found[0])["place"].to_list()
        spoken = dict(self.table.select("unit", "name").iter_rows())
        names = [*self.keys, *filter(None, spoken.values())] if admin else spoken
        step = did_you_mean(unit, names, f"There are {', '.join(self.keys[:8]) or 'none'}.")
        kind = f"a {self.by}" if self.by == "place" else f"an {self.by}"
        raise ParameterError(f"{self.by} {unit!r} is not {kind} of this run. {step}")

    def of_rows(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Replace places by units (column unit) in rows; a place in two areas gives two rows."""
        return rows.with_columns(pl.col("place").cast(pl.String)).join(self.members.lazy(), on="place").drop("place")


def place_names(run: Run) -> dict[str, str]:
    """Return the name for people of each place of a run, by its short name.

    Examples
    --------
    >>> import onward
    >>> place_names(onward.simulate("aleppo-2016", engine="expected"))["bab_al_salama"]
    'Bab al-Salama (crossing and camps)'
    """
    known = run.about.get("place_names", {})
    return {place: known.get(place, place) for place in run.about["places"]}


def units_of(run: Run, by: str, crisis: Crisis | None = None) -> Units:
    """Return the units of a run.

    Parameters
    ----------
    run
        A run.
    by
        ``place``; ``area`` (those of areas.csv, each country, ``everywhere``); ``admin1`` or ``admin2``, whose keys are
        country, admin 1 and admin 2 parted by ``/``, with ``?`` for what the crisis does not name.
    crisis
        The crisis of the run; the one it knows if None. All but ``place`` need one.

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate("aleppo-2016", engine="expected")
    >>> units_of(run, "admin1").keys
    ['SYR/Aleppo', 'SYR/Idlib', 'SYR/Latakia', 'TUR/Gaziantep', 'TUR/Hatay', 'TUR/Kilis']
    >>> len(units_of(run, "admin2").places_of("A'zaz"))
    26
    """
    if by not in BY:
        raise ParameterError(f"by: {by!r} is not one of {', '.join(BY)}. {did_you_mean(by, BY)}".rstrip())
    crisis = crisis or run.crisis
    places = place_table(run.about, crisis)
    if by == "place":
        single = places.with_columns(pl.col("place").alias("unit"), pl.lit(1).alias("places"))
        return Units(by, single.select(_COLUMNS), single.select("place", "unit"))
    if crisis is None:
        raise ParameterError(f"by {by}: this run does not contain its crisis, which says where its places are.")
    return _areas(places, crisis) if by == "area" else admin_units(places, by)


def finest_level(run: Run) -> str | None:
    """Return the finest level (``admin2``, ``admin1``) that most places have and that divides them; else None."""
    if run.crisis is None:
        return None
    places = run.crisis.table("places")
    for level in ("admin2", "admin1"):
        if 2 * places[level].count() > places.height and 1 < places[level].n_unique() < places.height:
            return level
    return None


def place_table(about: Mapping[str, Any], crisis: Crisis | None) -> pl.DataFrame:
    """Return the places of a run in order, with name, country, units, P-codes and coordinates.

    A camp that a what-if adds lies in the units of the place it is near. Without a crisis only names are known.
    """
    names = pl.DataFrame({"place": list(about["places"])}, schema={"place": pl.String})
    words = (*_ADMIN, "pcode")
    if crisis is None:
        known = about.get("place_names", {})
        spoken = pl.col("place").replace_strict(known, default=pl.col("place")) if known else pl.col("place")
        nothing = [pl.lit(None, pl.String).alias(c) for c in words]
        spots = [pl.lit(None, pl.Float64).alias(c) for c in ("latitude", "longitude")]
        return names.with_columns(spoken.alias("name"), *nothing, *spots)
    rows = crisis.table("places").select("place", "name", *words, "latitude", "longitude")
    for camp in _camps(about):
        near = rows.filter(pl.col("place") == camp["near"])
        own = [pl.lit(camp[c]).cast(rows.schema[c]).alias(c) for c in ("place", "latitude", "longitude")]
        rows = pl.concat([rows, near.with_columns(pl.lit(camp["place"]).alias("name"), *own)])
    return names.join(rows, on="place", how="left", maintain_order="left").with_columns(
        pl.coalesce("name", pl.col("place").map_elements(spoken_name, pl.String)).alias("name")
    )


def _camps(about: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    steps = (about.get("scenario") or {}).get("intervention", ())
    return [step for step in steps if step.get("do") == "add_camp"]


def admin_units(places: pl.DataFrame, by: str) -> Units:
    """Return the administrative units of the places of `place_table`; ``by`` is ``admin1`` or ``admin2``."""
    parts = _PARTS[by]
    key = pl.concat_str([pl.col(part).fill_null(UNKNOWN) for part in parts], separator="/")
    keyed = places.with_columns(key.alias("unit"))
    outer = pl.coalesce([*reversed([pl.col(part) for part in parts[:-1]]), pl.lit(UNKNOWN)])
    name = pl.coalesce(pl.col(by), pl.format("{} (no {})", outer, pl.lit(by)))
    finer = [] if by == "admin2" else [pl.lit(None, pl.String).alias(column) for column in ("admin2", "admin2_pcode")]
    table = (
        keyed.with_columns(name.alias("name"), pl.col(f"{by}_pcode").alias("pcode"), *finer)
        .group_by("unit")
        .agg(
            pl.col("name", "country", "admin1", "admin2").first(),
            pl.col("pcode", "admin1_pcode", "admin2_pcode").drop_nulls().first(),
            pl.col("latitude", "longitude").mean(),
            pl.len().cast(pl.Int32).alias("places"),
        )
        .sort("unit")
    )
    return Units(by, table.select(_COLUMNS), keyed.select("place", "unit"))


def _areas(places: pl.DataFrame, crisis: Crisis) -> Units:
    members = [(place, area) for area, names in _all_areas(places, crisis).items() for place in names]
    frame = pl.DataFrame(members, schema={"place": pl.String, "unit": pl.String}, orient="row").unique()
    frame = frame.join(places, on="place", maintain_order="left")
    table = frame.group_by("unit").agg(
        pl.col("unit").first().alias("name"), pl.lit(None, pl.String).first().alias("pcode"),
        *(_shared(column) for column in _ADMIN),
        pl.col("latitude", "longitude").mean(), pl.len().cast(pl.Int32).alias("places"),
    ).sort("unit")  # fmt: skip
    return Units("area", table.select(_COLUMNS), frame.select("place", "unit").sort("unit", "place"))


def _shared(column: str) -> pl.Expr:
    """Return the value that all places of an area have in common; null where they differ."""
    return pl.when(pl.col(column).n_unique() == 1).then(pl.col(column).first()).alias(column)


def _all_areas(places: pl.DataFrame, crisis: Crisis) -> dict[str, list[str]]:
    """Return the areas of a crisis; built-in areas also contain the camps that a scenario adds."""
    own = set(crisis.table("areas")["area"])
    built_in: dict[str, list[str]] = {EVERYWHERE: places["place"].to_list()}
    for place, country in places.select("place", "country").iter_rows():
        built_in.setdefault(country, []).append(place)
    return {area: names if area in own else built_in.get(area, names) for area, names in crisis.areas.items()}
