"""The ensemble Kalman filter, and crises that are run as of a day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from flee_toy import write_flee
from onward.errors import ParameterError
from onward.inference.assimilation import Drive, assimilate, drive_of
from onward.inference.forecast import Target
from onward.inference.observations import Series
from onward.inference.path_points import path_errors, path_points
from onward.inference.simulable import read_simulable
from onward.inference.simulated import cached_origin, simulate_origin
from test_forecast import made

DAYS = np.arange(0.0, 61.0, 10.0)
NAMES = "O,r,X,0,0,conflict_zone,0,100000\nA,r,Y,0,1,camp,,5000\nB,r,Y,1,1,camp,,9000\n"


def camp(name: str, rate: float, first: float = 2000.0) -> Series:
    return Series(name, "place", DAYS, first + rate * DAYS)


def steady(gains: list[float], days: int = 120, members: int = 4) -> Drive:
    shape = (members, days, len(gains))
    return Drive(1, np.broadcast_to(np.array(gains), shape).copy(), np.zeros(shape))


def test_a_model_that_is_off_by_a_factor_is_corrected_for_all_series_but_one_goes_its_own_way() -> None:
    ahead = assimilate(steady([200.0, 200.0]), [camp("a", 100.0), camp("b", 50.0)], 60)
    after = np.median(ahead[:, 29], axis=0)
    assert 10_000 < after[0] < 13_000
    assert 5_500 < after[1] < 8_000


def test_a_series_without_a_count_takes_the_multiplier_of_the_others() -> None:
    nobody = Series("c", "place", np.zeros(0), np.zeros(0))
    alone = assimilate(steady([100.0]), [nobody], 60)[:, 29, 0]
    others = [camp(f"a{n}", 400.0) for n in range(4)]
    shared = assimilate(steady([100.0] * 5), [*others, nobody], 60)[:, 29, 4]
    assert np.median(shared) > 1.5 * np.median(alone)


def test_counts_narrow_what_is_known_and_time_widens_it() -> None:
    ahead = np.log(assimilate(steady([100.0]), [camp("a", 100.0)], 60)[:, :, 0])
    assert ahead[:, 0].std() < 0.12
    assert ahead[:, 59].std() > ahead[:, 0].std()


def test_later_counts_change_no_byte() -> None:
    later = Series("a", "place", np.append(DAYS, 70.0), np.append(2000 + 100 * DAYS, 9e6))
    first, again = (assimilate(steady([100.0]), [one], 60).tobytes() for one in (camp("a", 100.0), later))
    assert first == again


def test_people_who_leave_are_a_share_and_a_drive_must_fit() -> None:
    stock = np.array([[[100.0], [50.0], [75.0]]])
    drive = drive_of(1, stock)
    assert drive.loss[0, 0, 0] == 0.5
    assert drive.gain[0, 1, 0] == 25.0
    with pytest.raises(ParameterError, match="does not fit"):
        assimilate(drive, [camp("a", 1.0)], 60)


def test_errors_of_flee_are_of_earlier_origins_and_known_counts() -> None:
    world = made(4)
    paths = {day: {"flee_carried": {"a": np.zeros(60)}} for day in (60, 100, 140)}

    class Case:
        target, kind = Target("a", 170.0, 30.0), "place"

    found = path_errors(world, paths, [Case()], 140, 1.0)
    assert set(found) <= {("flee_carried", "place", 30.0)}
    assert all((errors > 0).all() for errors in found.values())
    assert np.isnan(path_points(paths[60], 60, [Target("a", 500.0, 30.0)])["flee_carried"]).all()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    camps = {"A": [(0, 0), (5, 200), (15, 900), (25, 1500)], "B": [(0, 0), (12, 300), (20, 500), (28, 800)]}
    total = [(0, 0), (5, 200), (15, 1200), (25, 2000), (28, 2300)]
    return write_flee(
        tmp_path / "toy", NAMES, "O,A,100,0\nA,B,80,0\n", days=31, total=total, camps=camps,
        conflicts="#Day,O\n" + "".join(f"{day},1\n" for day in range(31)),
    )  # fmt: skip


def test_a_flee_folder_is_run_as_of_a_day_and_what_comes_after_changes_nothing(folder: Path, tmp_path: Path) -> None:
    models = ["mechanism", "placebo", "flee_carried"]
    first = simulate_origin(read_simulable(folder), 18, 10, models=models, draws=2)
    assert set(first["mechanism"]) == {"total", "A", "B"}
    assert (first["flee_carried"]["total"] == 1200).all()
    assert first["mechanism"]["A"].shape == (10,)
    for file in (folder / "source_data").glob("[ab].csv"):
        rows = file.read_text().splitlines()
        file.write_text("\n".join([row for row in rows if int(row[8:10]) <= 19] + ["2020-01-24,7777", ""]))
    places = folder / "input_csv" / "locations.csv"
    places.write_text(places.read_text().replace("5000", "77").replace("9000", ""))
    conflict = folder / "input_csv" / "conflicts.csv"
    conflict.write_text("#Day,O\n" + "".join(f"{day},{1 if day <= 18 else 0}\n" for day in range(31)))
    again = simulate_origin(read_simulable(folder), 18, 10, models=models, draws=2)
    for model in models:
        for name, path in first[model].items():
            assert path.tobytes() == again[model][name].tobytes(), (model, name)


def test_an_origin_is_kept_and_the_placebo_has_no_attack(folder: Path, tmp_path: Path) -> None:
    world = read_simulable(folder)
    assert world.known(18, 5, "none").table("events").height == 0
    assert world.known(18, 5).table("places")["capacity"].null_count() == 3
    assert world.known(18, 5).end == dt.date(2020, 1, 24)
    kept = tmp_path / "kept"
    first = cached_origin(world, 18, 5, folder=kept, draws=2, models=["placebo"])
    (file,) = kept.iterdir()
    file.write_text(file.read_text().replace("A", "Z"))
    assert set(first["placebo"]) == {"total", "A", "B"}
    assert set(cached_origin(world, 18, 5, folder=kept, draws=2, models=["placebo"])["placebo"]) == {"total", "Z", "B"}
