"""Journeys of individuals: they add up to the run's legs, agree with cohorts, and are shown only when asked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import onward
from onward.cli.main import app
from onward.disclosure import ROUTES_WARNING
from onward.errors import ParameterError
from onward.report.page_figures import Cubes
from onward.report.real_journeys import real_journeys, real_sankey
from onward.runs.journeys import with_journeys
from onward.simulation.journeys import LEAST_PEOPLE, itineraries_again, summarise
from onward.simulation.streams import ARROW, ways_of
from oracle.pairs_of_stops import pairs, pairs_of_journeys, steps, z_of_pairs
from properties.crises import random_crisis

MEMBERS = 60
#: people move on often, so that itineraries have several stops
RESTLESS = {f"onward_{kind}": 0.3 for kind in ("city", "town", "village", "camp", "informal", "crossing")}


@pytest.fixture(scope="module")
def crisis() -> onward.Crisis:
    return random_crisis(places=6, days=10, seed=5, returning=False)


@pytest.fixture(scope="module")
def folder(crisis: onward.Crisis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("journeys") / "run"
    onward.simulate(crisis, engine="individuals", members=MEMBERS, seed=2, overrides=RESTLESS, out=out)
    return out


@pytest.mark.parametrize("seed", [1, 9, 23])
def test_itineraries_add_up_to_the_legs_of_the_run(seed: int) -> None:
    world = random_crisis(places=6, days=10, seed=seed, returning=seed == 9)
    run = onward.simulate(world, engine="individuals", members=2)
    rows = pl.concat(frame for _, frame in itineraries_again(run, world))
    legs = pairs(run.table("flows"), ["from_place", "to_place"])
    assert legs.height > 5
    assert pairs(steps(rows), ["before", "place"]).equals(legs)
    assert (rows["attacked"] <= rows["people"]).all()
    assert (rows["days_on_way"] >= 0).all()


def test_pairs_of_stops_are_those_of_cohorts(crisis: onward.Crisis, folder: Path) -> None:
    run = onward.read_run(folder)
    alone = pairs_of_journeys(run, crisis)
    cohorts = onward.simulate(crisis, members=MEMBERS, seed=3, overrides=RESTLESS)
    z = z_of_pairs(alone, pairs(cohorts.table("flows"), ["from_place", "to_place"]), MEMBERS)
    assert len(z) > 5
    assert np.abs(z).max() < 5.0


def table(*itineraries: tuple[list[str], int, list[int]]) -> pl.DataFrame:
    rows = [
        {"member": 0, "itinerary": i, "stop": s, "place": place, "from_home": True, "people": people,
         "days_on_way": days[s], "days_there": 0, "attacked": people // 2}
        for i, (places, people, days) in enumerate(itineraries) for s, place in enumerate(places)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def test_stops_count_in_order_and_home_does_not() -> None:
    rows = table(
        (["home", "a", "x", "b"], 200, [0, 200, 400, 100]),
        (["home", "b", "a"], 300, [0, 300, 300]),
        (["a", "b"], 500, [0, 500]),
        (["home", "a", "b"], LEAST_PEOPLE - 1, [0, 0, 0]),
    )
    found = summarise(rows, 1, ["a", "b"])
    assert found["people"]["mean"] == 200 + LEAST_PEOPLE - 1
    (only,) = found["itineraries"]
    assert only["places"] == ["home", "a", "x", "b"]
    assert only["days"] == [1.0, 2.0, 0.5]
    assert found["under_attack"] == [{"place": "a", "people": 149}, {"place": "b", "people": 149}]
    assert summarise(rows, 2, ["a", "b"])["people"]["mean"] == (200 + LEAST_PEOPLE - 1) / 2
    assert [row["people"] for row in summarise(rows, 1)["itineraries"]] == [500, 300, 200]


def test_the_command_warns_and_the_folder_keeps_what_it_added_up(folder: Path) -> None:
    runner, asked = CliRunner(), ["journeys", str(folder), "--via", "p3", "--json"]
    refused = runner.invoke(app, asked)
    assert refused.exit_code == 2
    assert ROUTES_WARNING in refused.output
    assert not (folder / "itineraries.parquet").exists()
    shown = runner.invoke(app, [*asked, "--route-detail"])
    assert shown.exit_code == 0, shown.output
    assert ROUTES_WARNING in shown.stderr
    found = json.loads(shown.stdout)
    assert set(found["people"]) == {"mean", "p5", "p50", "p95"}
    assert found["people"]["mean"] > 0
    kept = onward.read_run(folder)
    assert "itineraries" in kept.tables
    assert kept.journeys(["p3"]) == found
    in_words = runner.invoke(app, [*asked[:-1], "--route-detail"])
    assert in_words.exit_code == 0
    assert "people stopped at P3" in in_words.stdout


def test_other_engines_and_unknown_places_are_refused(crisis: onward.Crisis, folder: Path) -> None:
    with pytest.raises(ParameterError, match="Rerun it with --engine individuals"):
        onward.simulate(crisis, engine="expected").journeys()
    with pytest.raises(ParameterError, match="'p99'"):
        onward.read_run(folder).journeys(["p3", "p99"])


@pytest.fixture(scope="module")
def kept(folder: Path) -> onward.Run:
    return with_journeys(folder, workers=2)


def test_people_of_an_itinerary_reach_its_stops_day_by_day(kept: onward.Run) -> None:
    days, found = kept.table("itinerary_days"), kept.journeys()
    ways = days.unique(["itinerary", "stop"], maintain_order=True).group_by("itinerary", maintain_order=True)
    ways = ways.agg(pl.col("place").cast(pl.String), pl.col("people").first())
    assert ways["place"].to_list() == [row["places"] for row in found["itineraries"]]
    assert ways["people"].to_list() == pytest.approx([row["people"] for row in found["itineraries"]])
    assert ways["people"].min() >= LEAST_PEOPLE
    arrived = days.drop_nulls("date").with_columns((pl.col("date").to_physical() * pl.col("reached")).alias("when"))
    reached = arrived.group_by("itinerary", "stop", maintain_order=True).agg(
        pl.col("people").first(), pl.col("reached", "when").sum()
    )
    assert (reached["reached"] <= reached["people"] + 1e-6).all()
    assert (reached["reached"] > 0.95 * reached["people"]).all()
    after = reached.with_columns((pl.col("when") / pl.col("reached")).diff().over("itinerary").alias("later"))
    assert after.drop_nulls("later").height > 0
    assert (after.drop_nulls("later")["later"] > 0).all()


def test_the_page_counts_real_journeys(kept: onward.Run) -> None:
    names = list(kept.about["places"])
    cubes = Cubes(kept, {place: row for row, place in enumerate(names)}, len(names))
    sankey, found = real_sankey(cubes), real_journeys(cubes)
    assert sankey is not None
    assert found is not None
    ends: dict[tuple[str, str, str], float] = {}
    for places, people in ways_of(kept.table("itineraries").filter("from_home")).select("way", "people").iter_rows():
        if len(stops := places.split(ARROW)) > 1:  # one is a wait at the gate of home
            way = (stops[0], stops[1], stops[-1])
            ends[way] = ends.get(way, 0.0) + people / MEMBERS
    enough = [people for people in ends.values() if people >= LEAST_PEOPLE]
    assert sankey["real"]
    # numbers of two digits, so each and their sum are off by 5 % at most
    assert sum(map(sum, sankey["left"])) == pytest.approx(sum(enough), rel=0.05)
    assert sankey["left_out"] == pytest.approx(sum(ends.values()) - sum(enough), rel=0.05, abs=1)
    assert found["warning"] == ROUTES_WARNING
    listed = [row for row in kept.journeys()["itineraries"] if row["from_home"] and len(row["places"]) > 1]
    shown = [[names[n] for n in one["places"]] for one in found["itineraries"]]
    assert shown == [row["places"] for row in listed][: len(shown)]
    assert found["more"] == len(listed) - len(shown)
    assert all(len(one["day"]) == len(one["places"]) - 1 for one in found["itineraries"])
    assert sum(map(sum, found["links"][0])) == pytest.approx(sum(row["people"] for row in listed), rel=0.05)
