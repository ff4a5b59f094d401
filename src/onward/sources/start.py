"""Start a crisis from countries, a period and event files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from onward.crisis.crisis import Crisis, crisis_from_tables
from onward.crisis.header import HISTORY_DAYS
from onward.errors import ParameterError
from onward.sources.addition import Addition, add_to, frame_of
from onward.sources.first_guess import SOURCE as GUESS
from onward.sources.first_guess import guess, short_name
from onward.sources.formats import importer
from onward.sources.geonames import PUBLISHER as GEONAMES
from onward.sources.geonames import Box, import_places
from onward.sources.neighbours import DETOUR, neighbour_links
from onward.sources.options import Options
from onward.sources.osm import PUBLISHER as OSM
from onward.sources.osm import import_osm
from onward.sources.osm_settlements import import_settlements
from onward.sources.sites import sites_of
from onward.sources.units import is_iso3

#: km within which an attack is an attack on a place, for the list of what is missing
NEAR_KM = 15.0


@dataclass(frozen=True)
class Start:
    """What a new crisis is made of: see `onward new`."""

    name: str
    countries: tuple[str, ...]
    start: dt.date
    end: dt.date
    min_population: int
    box: Box | None = None
    detour: float = DETOUR
    events: tuple[tuple[str, Path], ...] = ()
    options: Options = field(default_factory=Options)
    sides: Mapping[str, str] = field(default_factory=dict)
    roads: tuple[Path, ...] = ()
    settlements: bool = False

    def __post_init__(self) -> None:
        for country in self.countries:
            if not is_iso3(country):
                raise ParameterError(f"--country {country}: no ISO 3166 alpha-3 code. Write one such as SYR.")
        if self.end < self.start:
            raise ParameterError(f"--end {self.end}: before --start {self.start}. Correct one of them.")
        if self.settlements and not self.roads:
            raise ParameterError("--settlements: they are read from the extract given with --roads. Give one.")
        if self.detour < 1:
            raise ParameterError(f"--detour {self.detour:g}: no road is shorter than a straight line. Give 1 or more.")


def new_crisis(start: Start) -> tuple[Crisis, list[Addition]]:
    """Make the crisis: places, roads, events, and a first guess of control, groups and fears.

    Parameters
    ----------
    start
        Countries, days, and files.

    Returns
    -------
    crisis : Crisis
        Checked.
    additions : list of Addition
        What each step took, merged and dropped.
    """
    found = import_places(start.countries, min_population=start.min_population, box=start.box)
    places = found.tables.get("places", [])
    towns = [row for row in places if row["population"]]
    if len(places) < 2 or not towns:
        raise ParameterError(
            f"--min-population {start.min_population}: {len(towns)} towns in {', '.join(start.countries)}"
            f"{' and the box' if start.box else ''}. Lower it, or widen --bbox."
        )
    additions = [found]
    if start.settlements:
        more = import_settlements(start.roads, places, min_population=start.min_population, box=start.box)
        additions.append(more)
        places = [*places, *more.tables.get("places", [])]
    found.tables["routes"] = neighbour_links(places, detour=start.detour)
    kinds = pl.Series([row["kind"] for row in places]).value_counts(sort=True).rows()
    found.taken.append(f"{len(places)} places ({', '.join(f'{n} {kind}' for kind, n in kinds)})")
    found.taken.append(f"{len(found.tables['routes'])} links between neighbours, straight line x {start.detour:g}")
    names = {actor: words for words, actor in reversed(list(start.options.actors.items()))}
    for actor, side in start.sides.items():
        found.add("actors", {"actor": actor, "side": side, "name": names[actor]})
    provenance = [row for step in additions for row in step.provenance]
    tables = {**found.tables, "places": places, "provenance": provenance}
    crisis = crisis_from_tables(_header(start), {name: frame_of(name, rows) for name, rows in tables.items()})
    if start.roads:
        step = import_osm(crisis, start.roads, start.options)
        crisis = add_to(crisis, step)
        additions.append(step)
    for format_, path in start.events:
        step = importer(format_)(crisis, [path], start.options)
        crisis = add_to(crisis, step)
        additions.append(step)
    last = guess(crisis)
    taken = crisis.table("control")
    crisis = add_to(crisis, last)
    if taken.height:  # changes of control that the events tell win over the guess
        crisis = add_to(crisis, Addition("", tables={"control": taken.to_dicts()}))
    return crisis, [*additions, last]


def _header(start: Start) -> dict[str, object]:
    return {
        "name": start.name,
        "title": f"{_country_words(start.countries)}, {_period_words(start.start, start.end)}",
        "start": start.start,
        "end": start.end,
        "history_start": start.start - dt.timedelta(days=HISTORY_DAYS),
        "time_zone": "UTC",
        "sources": [GEONAMES, *([OSM] if start.settlements else [])],
    }


def _country_words(countries: Sequence[str]) -> str:
    """Return the names of countries as a title lists them.

    Examples
    --------
    >>> _country_words(("SDN", "TCD", "EGY"))
    'Sudan, Chad and Egypt'
    """
    names = [short_name(country) for country in countries]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _period_words(start: dt.date, end: dt.date) -> str:
    """Return a period in words.

    Examples
    --------
    >>> _period_words(dt.date(2023, 4, 15), dt.date(2023, 10, 31))
    '15 April to 31 October 2023'
    """
    year = "" if start.year == end.year else f" {start.year}"
    return f"{start.day} {start:%B}{year} to {end.day} {end:%B} {end.year}"


def missing(crisis: Crisis) -> list[str]:
    """Return what a crisis lacks, what matters most first, each with the next step.

    The order: without attacks nobody leaves; holders decide where people go; then gates, counts, stocks at the start,
    roads, populations, fears.
    """
    places, control, events = (crisis.table(name) for name in ("places", "control", "events"))
    items: list[str] = []
    if not events.height:
        items.append("There are no attacks: nobody will leave. Import events: onward import ucdp FILE... DIR.")
    else:
        items += _attacks_far_from_places(crisis)
    guessed = control.filter(pl.col("source") == GUESS)["place"]
    if len(guessed):
        people = places.filter(pl.col("place").is_in(guessed.implode()))["population"].sum()
        items.append(f"Who holds {len(guessed)} places ({people:,} people) is a guess, and holders that change later "
                     "are not known. Correct control.csv, or import a map: onward import control-geojson.")  # fmt: skip
    gates = crisis.table("routes")["gate"].drop_nulls().unique().sort()
    ruled = crisis.table("closures").filter(kind="gate")["name1"]
    open_ = gates.filter(~gates.is_in(ruled.implode()))
    if len(open_):
        named = f"{', '.join(open_[:3])}{' and others' if len(open_) > 3 else ''}"
        items.append(f"{len(open_)} gates have no rule and count as open: {named}. "
                     "Say in closures.csv which are closed or metered.")  # fmt: skip
    if not crisis.table("counts").height:
        items.append("There are no counts to compare a run with. Import: onward import dtm, hapi, unhcr-odp or idu.")
    if not places["displaced_at_start"].sum():
        items.append("Nobody is displaced at the start. Fill displaced_at_start of camps and towns in places.csv.")
    straight = crisis.table("routes").filter(pl.col("source").fill_null("").str.starts_with("straight line")).height
    if straight:
        items.append(
            f"{straight} roads are straight lines times a factor. "
            "Import: onward import osm EXTRACT DIR, or give --roads."
        )
    empty = places.filter((pl.col("population") == 0) & pl.col("kind").is_in(["city", "town", "village"])).height
    items.append(f"Populations are GeoNames', of unknown years, with wide ranges; {empty} towns have none. "
                 "Import newer ones: onward import cod-ps FILE DIR.")  # fmt: skip
    items.append("admin1 is the unit whose towns are nearest, a guess. Correct places.csv before you import counts.")
    items.append(
        "Groups and fears are a guess: nobody is taken to fear the party that holds their town. Correct both tables."
    )
    return items


def _attacks_far_from_places(crisis: Crisis) -> list[str]:
    """Report how many attacks are far from every place and so have no effect."""
    points = crisis.table("events").drop_nulls("latitude")
    if not points.height:
        return []
    _, km = sites_of(crisis).nearest(points["latitude"].to_numpy(), points["longitude"].to_numpy())
    far = int((km > NEAR_KM).sum())
    if not far:
        return []
    return [f"{far} of {points.height} attacks at a point are more than {NEAR_KM:g} km from any place. "
            "Lower --min-population, or add places."]  # fmt: skip


def readme(crisis: Crisis, start: Start, additions: Sequence[Addition]) -> str:
    """Return the README of a new crisis: where each table is from, in Markdown."""
    head = [f"# {crisis.title}", "", "Made by `onward new`. Where each table is from:", ""]
    lines = [*head, "| step | what |", "|---|---|"]
    for step in additions:
        for words, notes in (("took", step.taken), ("merged", step.merged), ("dropped", step.dropped)):
            lines += [f"| {step.publisher} | {words} {note} |" for note in notes]
    lines += ["", "`provenance.csv` gives publisher, file and row of each record; the `source` columns hold its codes.",
              f"Control, groups and fears are a guess made from events (source `{GUESS}`): check them.",
              f"Roads are {'from OpenStreetMap, and elsewhere ' if start.roads else ''}straight lines times "
              f"{start.detour:g}.", ""]  # fmt: skip
    return "\n".join([*lines, "## What is missing, most important first", "", *_numbered(missing(crisis)), ""])


def _numbered(items: Sequence[Any]) -> list[str]:
    return [f"{i}. {item}" for i, item in enumerate(items, start=1)]
