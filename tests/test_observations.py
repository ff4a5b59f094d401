"""Counts as time series: what was known on a day, and nothing later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import onward
from flee_toy import write_flee
from onward.flee.instance import read_flee
from onward.inference.coupled import place_quantiles
from onward.inference.observations import Observations, observations_of_crisis, observations_of_flee

PLACES = "A,R,X,0,0,conflict_zone,0,1000\nB,R,Y,0,1,camp,0,5000\nC,R,Y,1,1,camp,0,5000\n"
ROADS = "A,B,50,0\nA,C,60,0\n"
B, C = [(0, 0), (4, 100), (8, 50), (12, 60)], [(0, 0), (9, 7)]


def observed(folder: Path, days: int = 13) -> Observations:
    write_flee(folder, PLACES, ROADS, days=days, total=[(0, 0), (3, 90), (8, 150)], camps={"B": B, "C": C})
    (folder / "input_csv" / "registration_corrections.csv").write_text("B,2020-01-09,normalize\n")
    return observations_of_flee(read_flee(folder))


def rows(world: Observations, day: int) -> dict[str, list[tuple[float, float]]]:
    return {s.name: list(zip(s.days.tolist(), s.people.tolist(), strict=True)) for s in world.known(day)}


def test_a_day_knows_no_later_count_recount_or_place(tmp_path: Path) -> None:
    world = observed(tmp_path / "toy")
    assert rows(world, 5) == {"total": [(3, 90)], "B": [(4, 100)]}


def test_a_recount_rescales_what_was_counted_before_it_from_its_own_day_on(tmp_path: Path) -> None:
    world = observed(tmp_path / "toy")
    assert rows(world, 7)["B"] == [(4, 100)]
    assert rows(world, 8)["B"] == [(4, 50), (8, 50)]


def test_leading_zeros_and_counts_after_the_period_are_dropped(tmp_path: Path) -> None:
    world = observed(tmp_path / "toy", days=10)
    found = {series.name: series.days.tolist() for series in world.all()}
    assert found == {"total": [3, 8], "B": [4, 8], "C": [9]}


def test_two_files_of_a_place_add_up_without_looking_ahead(tmp_path: Path) -> None:
    folder = tmp_path / "toy"
    observed(folder)
    (folder / "source_data" / "more.csv").write_text("2020-01-07,1000\n2020-01-20,9000\n")
    layout = folder / "source_data" / "data_layout.csv"
    layout.write_text(layout.read_text().replace("B,b.csv", "B,b.csv,more.csv"))
    (folder / "input_csv" / "registration_corrections.csv").unlink()
    world = observations_of_flee(read_flee(folder))
    assert rows(world, 7)["B"] == [(4, 100), (6, 1100)]
    assert rows(world, 12)["B"] == [(4, 100), (6, 1100), (8, 1050), (12, 1060)]


def test_the_hash_is_of_the_counts_alone(tmp_path: Path) -> None:
    first, second = observed(tmp_path / "one"), observed(tmp_path / "two")
    assert first.hash == second.hash
    (tmp_path / "two" / "source_data" / "c.csv").write_text("2020-01-10,8\n")
    assert observations_of_flee(read_flee(tmp_path / "two")).hash != first.hash


def test_a_crisis_has_a_series_for_each_place_and_source() -> None:
    world = observations_of_crisis(onward.read_crisis("aleppo-2016"))
    kinds = {series.name: series.kind for series in world.all()}
    assert kinds["atmeh, Syria Direct"] == "place"
    assert kinds["aleppo_east, displaced, REACH, since 2016-01-31"] == "total"
    assert not any("arrivals" in name for name in kinds)


@pytest.mark.parametrize("name", onward.list_crises()["name"])
def test_no_two_series_of_a_bundled_crisis_have_one_name(name: str) -> None:
    crisis = onward.read_crisis(name)
    names = [source.name for source in observations_of_crisis(crisis).sources]
    assert len(names) == len(set(names))
    place_quantiles(crisis, crisis.end, [30])


@pytest.mark.parametrize("day", [0, 40, 76])
def test_every_series_has_increasing_days_up_to_the_day(day: int) -> None:
    for series in observations_of_crisis(onward.read_crisis("aleppo-2016")).known(day):
        assert (np.diff(series.days) > 0).all()
        assert series.days[-1] <= day
