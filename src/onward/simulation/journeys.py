"""Whole journeys of a run of *individuals*: who went through given places in order, and the most common itineraries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from onward.crisis import Crisis
from onward.crisis.messages import did_you_mean, quoted
from onward.crisis.scenarios import Scenario
from onward.errors import ParameterError, SimulationError
from onward.model.build import build_model
from onward.model.demography import women_and_children
from onward.model.network import Network
from onward.simulation.itineraries import ITINERARIES, Itineraries, itinerary_frame
from onward.simulation.member import Outcome, Settings
from onward.simulation.near import near_figures
from onward.simulation.streams import ARROW, LEAST_PEOPLE, STREAMS, Streams, ways_of
from onward.simulation.tables import frames
from onward.simulation.units import place_names
from onward.simulation.watch import Watch
from onward.typing import Floats

if TYPE_CHECKING:
    from onward.simulation.run import Run

#: parameters with which run.json is enough to run members again
REPEATABLE = ("fixed", "prior")


def journeys_of(run: Run, *, via: Sequence[str] = ()) -> dict[str, Any]:
    """Return how many people went through places in order, and their most common itineraries.

    A person went through a place if they stopped there, for a night or more, after setting out; towns that are only
    passed do not count, and other stops may lie between.

    Parameters
    ----------
    run
        A run of engine ``individuals``. Its members are run again if it does not store its itineraries.
    via
        Places in order; everybody who set out, if there are none.

    Returns
    -------
    dict
        ``via``; ``people`` (mean, p5, p50, p95 over members); ``under_attack``: for each place of ``via``, the mean
        number of those people who were there on a day with an attack; ``itineraries`` of 100 people or more (mean over
        members), most common first: ``places``, ``from_home`` (False: displaced before the first day, and the first
        place is where they were then), ``people``, ``days`` on each leg from one place to the next, ``days_there``
        and ``under_attack`` at each place (means). ``women_and_children``: how many of those people are (as for
        ``people``), by the shares of their home; only where the crisis gives shares, None if a home has none.
        ``near``: for each actor and distance asked about, how many of all who left home passed so near, as
        `onward.simulation.near.near_figures` has them.

    Examples
    --------
    >>> import onward
    >>> found = journeys_of(onward.simulate("aleppo-2016", engine="individuals", members=3), via=["tal_rifaat", "azaz"])
    >>> found["people"]["mean"] > 100, found["itineraries"][0]["places"][-2:]
    (True, ['tal_rifaat', 'azaz'])
    """
    check_journeys(run, via)
    if ITINERARIES in run.tables:
        rows = run.table(ITINERARIES)
    else:
        assert run.crisis is not None
        rows = pl.concat(frame for _, frame in itineraries_again(run, run.crisis))
    return {**summarise(rows, int(run.about["members"]), via, crisis=run.crisis), "near": near_figures(run)}


def check_journeys(run: Run, via: Sequence[str]) -> None:
    """Raise ParameterError for a run without journeys, and for places that it does not have."""
    about = run.about
    if about.get("engine") != "individuals":
        raise ParameterError(
            f"this run was made by the engine {about.get('engine')}, which does not follow people from stop to stop. "
            "Rerun it with --engine individuals."
        )
    if about.get("rules") == "flee" and ITINERARIES not in run.tables:
        raise ParameterError(
            "this run was made with flee.journeys=false, so it has no journeys. Run it again without that setting."
        )
    if run.crisis is None and ITINERARIES not in run.tables:
        raise ParameterError("this run does not contain its crisis, so its people cannot be followed. Run it again.")
    wrong = [place for place in via if place not in about["places"]]
    if wrong:
        steps = (f"{quoted(place)}: {did_you_mean(place, place_names(run), 'See places.csv.')}" for place in wrong)
        raise ParameterError(f"via: not places of this run: {' '.join(steps)}")


def can_follow(about: Mapping[str, Any]) -> bool:
    """Return whether members of a run can be run again to follow people from stop to stop.

    A run under Flee's rules keeps its itineraries from the first: its folder does not hold the instance.
    """
    own = about.get("rules") != "flee"
    return own and about.get("engine") == "individuals" and about.get("parameters") in REPEATABLE


def itineraries_again(
    run: Run, crisis: Crisis, *, workers: int = 1, watch: Watch | None = None, streams: Streams | None = None
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Run the members of a run again, with the same seed; yield each member's number and itineraries.

    ``streams`` is given who reached their stops by day. Raises SimulationError if a member's stocks are not those of
    the run.
    """
    from onward.simulation.ensemble import run_members

    settings = settings_again(run.about, crisis)
    model = build_model(crisis, settings.scenario, departures=settings.departures)
    same = _compare_with(run)

    def finish(member: int, outcome: Outcome) -> tuple[Itineraries, Network]:
        assert outcome.itineraries is not None
        same(member, frames(outcome, model, member)["stock"])
        return outcome.itineraries, outcome.network

    members = range(settings.members)
    for member, (found, network), _ in run_members(
        model, settings, members=members, workers=workers, finish=finish, watch=watch
    ):  # fmt: skip
        if streams is not None:
            streams.add(found, network)
        yield member, itinerary_frame(found, network.places.names, member)


def journey_tables(
    run: Run, crisis: Crisis, *, workers: int = 1, tell: Callable[[float], None] | None = None
) -> dict[str, pl.DataFrame]:
    """Run the members of a run again; return its tables ``itineraries`` and ``itinerary_days`` by name.

    ``tell`` is given the members done so far, with parts of those under way.
    """
    parts: list[pl.DataFrame] = []
    say = tell or (lambda done: None)
    watch, streams = Watch(lambda done: say(len(parts) + done)), Streams(crisis.start)
    for _, frame in itineraries_again(run, crisis, workers=workers, watch=watch, streams=streams):
        parts.append(frame)
        say(len(parts))
    whole = pl.concat(parts)
    return {ITINERARIES: whole, STREAMS: streams.frame(whole, int(run.about["members"]))}


def settings_again(about: Mapping[str, Any], crisis: Crisis) -> Settings:
    """Return the settings of a run, with journeys kept; ParameterError where they cannot be known from run.json."""
    from onward.simulation.settings import make_settings

    if about["parameters"] not in REPEATABLE:
        raise ParameterError(
            f"a run with parameters {about['parameters']} cannot be repeated from run.json, which journeys need. "
            "Take one with fixed or prior."
        )
    scenario = None if about.get("scenario") is None else Scenario.model_validate(about["scenario"])
    settings = make_settings(
        crisis, engine="individuals", members=about["members"], seed=about["seed"], parameters=about["parameters"],
        overrides=about["overrides"], labels=about["labels"], scenario=scenario,
        departures=about.get("departures", "modelled"),
    )  # fmt: skip
    return replace(settings, journeys=True)


def _compare_with(run: Run) -> Callable[[int, pl.DataFrame], None]:
    def same(member: int, stock: pl.DataFrame) -> None:
        kept = run.tables["stock"].filter(pl.col("member") == member).collect()
        if not kept.equals(stock):
            raise SimulationError(
                f"member {member} run again gives other numbers than the run holds: it was made by another version of "
                "Onward or its libraries. Run it again with --overwrite."
            )

    return same


def summarise(
    rows: pl.DataFrame, members: int, via: Sequence[str] = (), *, crisis: Crisis | None = None
) -> dict[str, Any]:
    """Return the result of `journeys_of` without ``near``, from the table of itineraries; ages and sexes by crisis."""
    keys = ways_of(rows)
    ways = keys.select("way").unique(maintain_order=True)
    met = [_in_order(way.split(ARROW)[1:], via) for way in ways["way"]]
    chosen = keys.join(ways.filter(pl.Series(met, dtype=pl.Boolean)), on="way", how="semi")
    stops = rows.join(chosen.select("member", "itinerary", "way"), on=["member", "itinerary"])
    begun = stops.filter(pl.col("stop") == 0).select("member", "people", pl.col("place").cast(pl.String))
    return {
        "via": list(via),
        "people": _spread(_by_member(begun, members)),
        **_women_and_children(begun, members, crisis),
        "under_attack": _under_attack(stops, members, via),
        "itineraries": list(_common(stops, members)),
    }


def _by_member(begun: pl.DataFrame, members: int) -> Floats:
    weights = begun["people"].cast(pl.Float64)
    return np.bincount(begun["member"], weights=weights, minlength=members).astype(np.float64)


def _women_and_children(begun: pl.DataFrame, members: int, crisis: Crisis | None) -> dict[str, Any]:
    """Return how many of those who began somewhere are women or children, by the shares of that place."""
    if crisis is None or crisis.table("demography").is_empty():
        return {}
    share = women_and_children(crisis, begun["place"].to_list())
    found = _by_member(begun.with_columns(pl.col("people") * pl.Series(share)), members)
    return {"women_and_children": None if np.isnan(found).any() else _spread(found)}


def _in_order(stops: Iterable[str], via: Sequence[str]) -> bool:
    """Return whether the stops contain all of ``via`` in this order."""
    left = iter(stops)
    return all(place in left for place in via)


def _spread(people: Floats) -> dict[str, float]:
    low, middle, high = np.quantile(people, (0.05, 0.5, 0.95))
    return {"mean": float(people.mean()), "p5": float(low), "p50": float(middle), "p95": float(high)}


def _under_attack(stops: pl.DataFrame, members: int, via: Sequence[str]) -> list[dict[str, Any]]:
    there = stops.filter(pl.col("stop") > 0).group_by(pl.col("place").cast(pl.String)).agg(pl.col("attacked").sum())
    found = dict(there.iter_rows())
    return [{"place": place, "people": found.get(place, 0) / members} for place in via]


def _common(stops: pl.DataFrame, members: int) -> Iterator[dict[str, Any]]:
    """Yield the itineraries of enough people, most common first."""
    sums = ("people", "days_on_way", "days_there", "attacked")
    total = stops.group_by("way", "from_home", "stop").agg(pl.col(name).sum() for name in sums)
    enough = total.filter((pl.col("people").first() >= LEAST_PEOPLE * members).over("way", "from_home"))
    ordered = enough.sort("stop").group_by("way", "from_home").agg(pl.col(name) for name in sums)
    for way, home, people, on_way, there, attacked in ordered.sort(
        pl.col("people").list.first(), "way", "from_home", descending=[True, False, True]
    ).iter_rows():
        number = people[0]
        yield {
            "places": way.split(ARROW),
            "from_home": home,
            "people": number / members,
            "days": [days / number for days in on_way[1:]],
            "days_there": [days / number for days in there],
            "under_attack": [n / members for n in attacked],
        }
