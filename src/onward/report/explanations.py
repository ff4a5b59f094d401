"""Who the displaced people of the main places are, and what displaced them, for the page when a place is pinned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from onward.crisis import Crisis
from onward.disclosure import LEAST_COUNTED, is_ongoing, today, two_digits
from onward.errors import OnwardError, ParameterError
from onward.report.map_data import Scene, make_scene
from onward.runs.explain import check_question, largest_ways, parts_at, threat_of, why_left
from onward.runs.summary import follows_flee
from onward.simulation.run import Run

#: places and days that are worked out, homes of each, and rows of input and ways of each home (own choices: the size)
PLACES, DAYS, HOMES, ROWS, WAYS = 24, 4, 6, 4, 3
#: the history that is explained, as `onward explain` does
MEMBER = 0
#: what stands for those displaced before the first day, and for all other homes
BEFORE, OTHERS = -1, -2


def explanations(
    run: Run, crisis: Crisis, scene: Scene, *, place: str | None = None, day: dt.date | None = None
) -> dict[str, Any] | None:
    """Return what `onward explain` says of the main places on a few days, rounded; None where that cannot be said.

    ``at`` has the people of a place on a day by home, adding up before rounding; ``homes`` what displaced people of
    each home over the period, with the rows of events and control behind it. None while a crisis is ongoing, under
    Flee's rules, with the engine *expected*, and for parameters that are not known any more. ``place`` and
    ``day`` ask for one place on one day.
    """
    about = run.about
    whole = about.get("labels") and about.get("engine") in ("cohorts", "individuals") and "flows" in run.tables
    if scene.districts or follows_flee(about) or not whole:
        return None
    one = _one_history(run)
    try:
        threat = threat_of(run, crisis, MEMBER)
    except OnwardError:
        return None  # a scenario that the kept crisis does not carry, or parameters that are not known any more
    places = _main_places(one, scene) if place is None else [place]
    days = _days(run) if day is None else [day]
    displaced = _displaced(one)
    asked = (_at(one, crisis, scene, name, date, displaced.get((name, date), 0)) for name in places for date in days)
    at = [entry for entry in asked if entry is not None]
    homes = sorted({part["home"] for entry in at for part in entry["parts"] if part["home"] >= 0})
    names = scene.table["place"].to_list()
    last = dt.date.fromisoformat(about["end"])
    described = {str(home): _home(why_left(crisis, one, threat, names[home], last, pl.lit(True))) for home in homes}
    return {"member": MEMBER, "days": [date.isoformat() for date in days], "at": at, "homes": described}


def explain_place(run: Run, crisis: Crisis | None, *, place: str, day: dt.date) -> dict[str, Any]:
    """Return what `explanations` holds, of one place on one day; what cannot be explained raises ParameterError."""
    check_question(run, crisis, place=place, day=day, member=MEMBER)
    assert crisis is not None
    scene = make_scene(run, crisis, districts=is_ongoing(run.about, today()))
    found = explanations(run, crisis, scene, place=place, day=day)
    if found is None:
        raise ParameterError(
            "explain: while a crisis is ongoing single places are not explained, nor is a run with parameters that it "
            "does not hold. `onward explain` says what there is."
        )
    return found


def _one_history(run: Run) -> Run:
    """Return the tables that explain a place, of one history and in memory."""
    wanted = {name: run.tables[name] for name in ("stock", "flows", "movements")}
    mine = pl.col("member") == MEMBER
    kept = {name: table.filter(mine).collect().lazy() for name, table in wanted.items()}
    return replace(run, tables={**run.tables, **kept})


def _days(run: Run) -> list[dt.date]:
    """Return days spread over the period, including the last."""
    first, last = (dt.date.fromisoformat(run.about[key]) for key in ("start", "end"))
    length = (last - first).days
    return sorted({first + dt.timedelta(days=round(length * n / DAYS)) for n in range(1, DAYS + 1)})


def _main_places(run: Run, scene: Scene) -> list[str]:
    """Return the places where most displaced people ever stay or wait."""
    rows = run.tables["stock"].filter(pl.col("state").is_in(["here", "gate"]))
    most = rows.group_by("place", "date").agg(pl.col("people").sum()).group_by("place").agg(pl.col("people").max())
    found = most.sort("people", "place", descending=[True, False]).head(PLACES).collect()
    pairs = found.select("place", "people").iter_rows()
    return [place for place, people in pairs if people >= LEAST_COUNTED and place in scene.row]


def _displaced(run: Run) -> dict[tuple[str, dt.date], int]:
    """Return the people who stay or wait at each place on each day."""
    rows = run.tables["stock"].filter(pl.col("state").is_in(["here", "gate"]))
    sums = rows.group_by("place", "date").agg(pl.col("people").sum()).collect()
    return {(place, day): int(people) for place, day, people in sums.iter_rows()}


def _at(
    run: Run, crisis: Crisis, scene: Scene, place: str, day: dt.date, displaced: int
) -> dict[str, Any] | None:  # fmt: skip
    if displaced < LEAST_COUNTED:
        return None
    parts = parts_at(run, crisis, place, day, pl.lit(True), displaced)
    legs = run.tables["flows"].filter(pl.col("date") <= day, pl.col("to_place") == place)
    summed = legs.group_by("origin", "from_place").agg(pl.col("people").sum()).collect()
    ways: dict[str | None, list[tuple[str, float]]] = {}
    for origin, stop, people in summed.iter_rows():
        ways.setdefault(origin, []).append((stop, people))
    listed = [
        {"home": BEFORE if home is None else scene.row[home], "people": _round(people),
         "ways": _ways(ways.get(home, []), place, scene)}
        for home, people in parts.most_common(HOMES) if people >= LEAST_COUNTED
    ]  # fmt: skip
    rest = displaced - sum(people for _, people in parts.most_common(HOMES) if people >= LEAST_COUNTED)
    if rest >= LEAST_COUNTED:
        listed.append({"home": OTHERS, "people": _round(rest), "ways": []})
    return {
        "place": scene.row[place],
        "day": (day - crisis.start).days,
        "displaced": _round(displaced),
        "parts": listed,
    }


def _ways(legs: list[tuple[str, float]], place: str, scene: Scene) -> list[list[int]]:
    ways = largest_ways(legs, place)
    return [[scene.row[stop], _round(people)] for stop, people in list(ways.items())[:WAYS] if people >= LEAST_COUNTED]


def _home(why: Mapping[str, Any]) -> dict[str, Any]:
    """Return what displaced people of a home, and the rows of input behind it."""
    events = [
        [row["row"], row["start"], row["end"], row["type"], row["actor"], round(row["attacks"], 1), row["km"],
         round(row["share_of_attacks"], 2), _source(row)]
        for row in why.get("events", [])[:ROWS]
    ]  # fmt: skip
    control = [[row["row"], row["start"], row["actor"], _source(row)] for row in why.get("control", [])[1 : 1 + ROWS]]
    causes = {name: round(share, 2) for name, share in why.get("displaced_by", {}).items() if share >= 0.005}
    return {"left": _round(why.get("left_home", 0)), "causes": causes, "events": events, "control": control}


def _source(row: Mapping[str, Any]) -> str:
    records = [f"{record['file']} row {record['row']}" for record in row["records"]]
    return "; ".join(records[:2]) or row["source"] or ""


def _round(people: float) -> int:
    return int(two_digits(people))
