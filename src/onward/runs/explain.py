"""Explain the displaced people of a place: origins, causes, routes, and the input rows behind them.

The parts add up to the place's stock in one member, to the person. By home: those at the place at the start, plus legs
that ended there, less legs that began there. People who left the place and are still under way are known by number
only; they are taken off the origins of the next legs that begin there, in the order of arrival, and the rest off the
largest parts. Why people left a home is given for the home, not for a person: the shares of attacks, front, takeover
and encirclement in its hazard, weighted by how many left on each day.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from pyproj import Geod

from onward.crisis import Crisis, read_crisis
from onward.crisis.messages import did_you_mean, quoted
from onward.errors import ParameterError
from onward.model.build import build_model
from onward.model.hazard import CONFLICT, attacks_of_conflict_day
from onward.model.network import build_network
from onward.model.people import build_people
from onward.runs.folder import CRISIS, read_run
from onward.runs.settings import settings_of_run
from onward.simulation.member import member_values
from onward.simulation.run import Run
from onward.simulation.threat_parts import PARTS, threat_parts
from onward.simulation.units import place_names
from onward.typing import Floats

#: origins and rows of input that are listed of each
MOST_ORIGINS, MOST_ROWS = 12, 8
#: crises whose attacks and fears are kept, since a report explains every place
KEPT = 2
UNKNOWN = "displaced before the start"


def explain(folder: Path, *, place: str, day: dt.date, member: int = 0) -> dict[str, Any]:
    """Explain the displaced people of a place on a day.

    Parameters
    ----------
    folder
        A run folder of Onward's own rules, engine cohorts or individuals.
    place
        Short name of the place.
    day
        A day of the run; stocks are at its end.
    member
        Number of the history, from 0.

    Returns
    -------
    dict
        ``stock`` by state; ``parts``: people by origin, adding up to here and gate; for each the way they came last,
        the shares of what displaced people from there, and rows of events and control with their sources (``row`` as
        a spreadsheet shows the run's tables); ``names``: the name for people of each place.
    """
    run = read_run(folder)
    crisis = read_crisis(folder / CRISIS) if (folder / CRISIS).is_dir() else None
    check_question(run, crisis, place=place, day=day, member=member)
    assert crisis is not None
    rows = pl.col("member") == member
    stock = tally(run.tables["stock"].lazy().filter(rows, date=day, place=place), "state")
    displaced = int(stock.get("here", 0) + stock.get("gate", 0))
    parts = parts_at(run, crisis, place, day, rows, displaced)
    threat = threat_of(run, crisis, member)
    legs = run.tables["flows"].lazy().filter(rows, pl.col("date") <= day, to_place=place)
    described = [
        {"origin": origin or UNKNOWN, "people": people, **why_left(crisis, run, threat, origin, day, rows),
         "came_last_from": ways_to(legs, origin, place)}
        for origin, people in parts.most_common(MOST_ORIGINS)
    ]  # fmt: skip
    rest = displaced - sum(part["people"] for part in described)
    if rest:
        described.append({"origin": f"{len(parts) - MOST_ORIGINS} other homes", "people": rest})
    states = {state: int(n) for state, n in sorted(stock.items())}
    return {"place": place, "date": day.isoformat(), "member": member, "stock": states, "displaced": displaced,
            "parts": described, "names": crisis.place_names}  # fmt: skip


def check_question(run: Run, crisis: Crisis | None, *, place: str, day: dt.date, member: int) -> None:
    """Refuse a run that cannot be explained, and what it does not have."""
    about = run.about
    if about.get("rules") != "onward" or about.get("engine") == "expected" or crisis is None:
        raise ParameterError(
            "explain needs a run of Onward's own rules with --engine cohorts or individuals. Run it again."
        )
    check_place(run, place)
    if not about["start"] <= day.isoformat() <= about["end"]:
        raise ParameterError(f"--date {day}: the run is from {about['start']} to {about['end']}.")
    if not 0 <= member < about["members"]:
        raise ParameterError(f"--member {member}: the run has members 0 to {about['members'] - 1}.")


def check_place(run: Run, place: str) -> None:
    """Raise ParameterError for a place that a run does not have."""
    if place not in run.about["places"]:
        step = did_you_mean(place, place_names(run), "See places.csv.")
        raise ParameterError(f"--place {place}: {quoted(place)} is not a place of this run. {step}")


def tally(rows: pl.LazyFrame, column: str) -> dict[Any, float]:
    """Return the sum of people for each value of a column."""
    return dict(rows.group_by(column).agg(pl.col("people").sum()).collect().iter_rows())


def parts_at(run: Run, crisis: Crisis, place: str, day: dt.date, rows: pl.Expr, displaced: int) -> Counter[str | None]:
    """Return people at the place by home (None: displaced before the start), adding up to `displaced`."""
    flows = run.tables["flows"].lazy().filter(rows)
    until = flows.filter(pl.col("date") <= day)
    found: Counter[str | None] = Counter()
    for origin, people in tally(until.filter(pl.col("to_place") == place), "origin").items():
        found[origin] += int(people)
    for origin, people in tally(until.filter(pl.col("from_place") == place), "origin").items():
        found[origin] -= int(people)
    moved = tally(run.tables["movements"].lazy().filter(rows, pl.col("date") <= day, place=place), "movement")
    found[place] += int(moved.get("left_home", 0)) - int(moved.get("returned", 0))
    start = dict(crisis.table("places").select("place", "displaced_at_start").iter_rows())
    found[None] += int(start.get(place, 0))
    away = sum(found.values()) - displaced
    later = flows.filter(pl.col("date") > day, pl.col("from_place") == place).sort("date", "origin").collect()
    for origin, people in later.select("origin", "people").iter_rows():
        gone = min(int(people), max(0, found[origin]), max(0, away))
        found[origin] -= gone
        away -= gone
    while away:  # never arrived before the end: subtract from (or, if negative, add to) the largest parts
        origin, most = found.most_common(1)[0]
        gone = min(away, most)
        found[origin] -= gone
        away -= gone
    return _without_negatives(found)


def _without_negatives(parts: Counter[str | None]) -> Counter[str | None]:
    """Return parts with the same sum and none negative; negative parts are taken from the largest."""
    excess = -sum(people for people in parts.values() if people < 0)
    kept = Counter({origin: people for origin, people in parts.items() if people > 0})
    while excess and kept:
        origin, most = kept.most_common(1)[0]
        taken = min(excess, most)
        kept[origin] -= taken
        excess -= taken
    return Counter({origin: people for origin, people in kept.items() if people})


def threat_of(
    run: Run, crisis: Crisis, member: int, *, apart: bool = False
) -> tuple[dict[str, Any], list[str], Mapping[str, float]]:
    """Return the member's parts of the hazard ``[t, p]``, the places in order, and the member's parameters."""
    settings = settings_of_run(run.about, crisis)
    model = build_model(crisis, settings.scenario, departures=settings.departures)
    parts = threat_parts(model, settings, member, apart=apart)
    return parts, list(model.network.places.names), member_values(settings, member)


def hazard_table(folder: Path, *, member: int = 0) -> list[dict[str, Any]]:
    """Return the parts of each place's hazard, averaged over the days of a run (of a forecast, up to its origin).

    Parameters
    ----------
    folder
        A run folder of Onward's own rules.
    member
        Number of the history, from 0.

    Returns
    -------
    list of dict
        One row a place with residents, largest hazard first: ``place``, ``residents`` on the first day, and per person
        and day ``reached`` (the fright of attacks), ``habituation`` and ``dilution`` (what they take off it or add),
        ``attacks`` (the sum of the three), ``front``, ``takeover``, ``encirclement`` and ``total`` (of the last four).
    """
    run = read_run(folder)
    crisis = read_crisis(folder / CRISIS) if (folder / CRISIS).is_dir() else None
    if run.about.get("rules") != "onward" or crisis is None:
        raise ParameterError("explain needs a run of Onward's own rules, with its crisis. Run it again.")
    if not 0 <= member < run.about["members"]:
        raise ParameterError(f"--member {member}: the run has members 0 to {run.about['members'] - 1}.")
    return hazard_rows(run, crisis, member)


def hazard_rows(run: Run, crisis: Crisis, member: int) -> list[dict[str, Any]]:
    """Return the rows of `hazard_table` for a run in memory."""
    parts, names, _ = threat_of(run, crisis, member, apart=True)
    days = known_days(run)
    residents = dict(crisis.table("places").select("place", "population").iter_rows())
    rows = []
    for p, name in enumerate(names):
        mean = {part: float(values[:days, p].mean()) for part, values in parts.items()}
        if residents.get(name):
            total = sum(mean[part] for part in PARTS)
            rows.append({"place": name, "residents": residents[name], **mean, "total": total})
    return sorted(rows, key=lambda row: (-row["total"], row["place"]))


def known_days(run: Run) -> int:
    """Return the days from the start of a run whose attacks are known: of a forecast those up to its origin."""
    about = run.about
    forecast = about.get("forecast") or {}
    if forecast.get("conflict") != "ahead":
        return int(about["days"])
    return (dt.date.fromisoformat(forecast["origin"]) - dt.date.fromisoformat(about["start"])).days + 1


def why_left(
    crisis: Crisis, run: Run, threat: tuple[dict[str, Any], list[str], Mapping[str, float]], origin: str | None,
    day: dt.date, rows: pl.Expr,
) -> dict[str, Any]:  # fmt: skip
    """Return what displaced people from a home up to a day, with the input rows that are evidence for it."""
    if origin is None:
        return {}
    parts, names, values = threat
    left = run.tables["movements"].lazy().filter(rows, pl.col("date") <= day, place=origin, movement="left_home")
    by_day = tally(left, "date")
    days = [(date - crisis.start).days for date in by_day]
    people = np.array(list(by_day.values()), dtype=np.float64)
    p = names.index(origin)
    total = {name: float((parts[name][days, p] / _sum(parts, days, p) * people).sum()) for name in PARTS}
    whole = sum(total.values())
    first = min(by_day, default=day)
    return {
        "left_home": int(people.sum()),
        "displaced_by": {name: round(share / whole, 4) for name, share in total.items()} if whole else {},
        "events": _events(crisis, origin, first, day, values),
        "control": _control(crisis, origin, day),
    }


def _sum(parts: Mapping[str, Any], days: list[int], p: int) -> Any:
    return np.maximum(sum(parts[name][days, p] for name in PARTS), 1e-300)


def _events(
    crisis: Crisis, origin: str, first: dt.date, day: dt.date, values: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Return the attacks near a home from shortly before the first departure, those of largest effect first.

    The weight is that of the model's exposure: number, severity, fear of the attacker, deaths and distance; attacks
    somewhere in an area count with their chance to fall near.
    """
    home = crisis.table("places").filter(place=origin).select("longitude", "latitude").row(0)
    since = first - dt.timedelta(days=int(np.ceil(values["memory_cutoff"] * values["memory_days"])))
    fear = fear_of(crisis, origin)
    residents = dict(crisis.table("places").select("place", "population").iter_rows())
    found = []
    for number, (row, sites) in enumerate(_attacks(crisis), 2):
        begin, end = row["start"], row["end"] or row["start"]
        overlap = (min(end, day) - max(begin, since)).days + 1
        km = _km(home, sites) if overlap > 0 and fear.get(row["actor"], 0) > 0 else np.array([np.inf])
        if km.min() > values["kernel_cutoff"] * values["kernel_km"]:
            continue
        near = float(np.exp(-0.5 * (km / values["kernel_km"]) ** 2).mean())
        attacks = row["n"] * overlap / ((end - begin).days + 1)
        if row["type"] == CONFLICT:
            attacks *= float(attacks_of_conflict_day(np.array(float(residents.get(row["place"]) or 0)), values))
        fright = row["severity"] * values[f"severity_{row['type']}"] * fear[row["actor"]]
        fright *= 1 + values["fatality_weight"] * np.log1p(row["fatalities"])
        found.append((attacks * near * fright, float(km.min()), number, row))
    found.sort(key=lambda item: (-item[0], str(item[3]["start"])))
    whole = sum(weight for weight, *_ in found)
    return [
        {"row": number, "start": str(row["start"]), "end": str(row["end"] or row["start"]), "type": row["type"],
         "actor": row["actor"], "area": row["area"], "attacks": row["n"], "km": round(km, 1),
         "share_of_attacks": round(weight / whole, 4),
         "source": row["source"], "records": _records(crisis, row["source"])}
        for weight, km, number, row in found[:MOST_ROWS]
    ]  # fmt: skip


def fear_of(crisis: Crisis, origin: str) -> Mapping[str, float]:
    """Return how much the people of a home fear each actor, as the mean over its groups."""
    return _fears(crisis)[origin]


@lru_cache(maxsize=KEPT)
def _fears(crisis: Crisis) -> dict[str, dict[str, float]]:
    network = build_network(crisis)
    people = build_people(crisis, network)
    fear = people.share @ people.fear
    return {place: dict(zip(network.actors, fear[p], strict=True)) for p, place in enumerate(network.places.names)}


@lru_cache(maxsize=KEPT)
def _attacks(crisis: Crisis) -> list[tuple[dict[str, Any], Floats]]:
    """Return the rows of events with the longitudes and latitudes of their possible sites, shape (2, sites).

    There is one site, unless an attack lies somewhere in an area.
    """
    located = crisis.table("places").select("place", "longitude", "latitude").rows()
    site, areas = {name: (lon, lat) for name, lon, lat in located}, crisis.areas
    found = []
    for row in crisis.table("events").iter_rows(named=True):
        if row["latitude"] is not None:
            spots = [(row["longitude"], row["latitude"])]
        else:
            spots = [site[name] for name in ([row["place"]] if row["place"] else areas[row["area"]])]
        found.append((row, np.array(spots, dtype=np.float64).T))
    return found


def _km(home: tuple[float, float], sites: Floats) -> Floats:
    """Return the distances from a home (longitude, latitude) to sites."""
    lon, lat = sites
    n = len(lon)
    metres = Geod(ellps="WGS84").inv(np.full(n, home[0]), np.full(n, home[1]), lon, lat)[2]
    return np.asarray(metres) / 1000


def _control(crisis: Crisis, origin: str, day: dt.date) -> list[dict[str, Any]]:
    numbered = crisis.table("control").with_row_index("row", 2)
    rows = numbered.filter(pl.col("place") == origin, pl.col("start") <= day).sort("start")
    return [
        {"row": row["row"], "start": str(row["start"]), "actor": row["actor"], "source": row["source"],
         "records": _records(crisis, row["source"])}
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip


def _records(crisis: Crisis, source: str | None) -> list[dict[str, Any]]:
    """Return the rows of the provenance table that a source cell refers to."""
    codes = [code.strip() for code in (source or "").split(";")]
    known = crisis.table("provenance").filter(pl.col("source").is_in(codes))
    return known.select("publisher", "file", "row", "record").to_dicts()


def ways_to(legs: pl.LazyFrame, origin: str | None, place: str) -> dict[str, int]:
    """Return from which stops people of a home reached the place, largest first; all legs up to the day."""
    same = pl.col("origin").is_null() if origin is None else pl.col("origin") == origin
    return largest_ways(tally(legs.filter(same), "from_place").items(), place)


def largest_ways(ways: Iterable[tuple[str, float]], place: str) -> dict[str, int]:
    """Return from which other stops people reached the place, largest first.

    >>> largest_ways([("azaz", 30.0), ("idlib", 500.0), ("afrin", 20.0)], "azaz")
    {'idlib': 500, 'afrin': 20}
    """
    others = [(name, people) for name, people in ways if name != place]
    return {name: int(n) for name, n in sorted(others, key=lambda item: (-item[1], item[0]))[:MOST_ROWS]}
