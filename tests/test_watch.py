"""Progress inside a member: a long member is told of while it runs, under both rule sets."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import onward
from flee_toy import write_flee
from onward.flee.simulate import FleeRunSettings, load_flee, run_one
from onward.model.build import build_model
from onward.runs import folder as run_folder
from onward.runs.flee_task import flee_work
from onward.simulation import member as own
from onward.simulation.settings import make_settings
from onward.simulation.threads import in_order
from onward.simulation.watch import SECONDS, Watch

PLACES = "A,r,H,36,37,conflict_zone,0,1000\nB,r,F,36,37.5,camp,,500\n"


def test_who_waits_for_a_member_is_told_how_far_it_is() -> None:
    told: list[float] = []
    half, done = threading.Event(), threading.Event()

    def tell(parts: float) -> None:
        told.append(parts)
        (done if parts > 0 else half).set()

    watch = Watch(tell, seconds=0.01)

    def slow(member: int) -> tuple[str, float]:
        reached = watch.begin(member, days=4)
        assert half.wait(30)
        reached[0] = 3
        assert done.wait(30)
        return f"member {member}", 0.0

    assert list(in_order(slow, [7], 1, watch)) == [(7, "member 7", 0.0)]
    assert told[0] == 0.0
    assert told[-1] == 0.75
    watch.tick()
    assert told[-1] == 0.0  # who is done counts elsewhere
    assert SECONDS <= 2.0


def test_an_error_of_a_member_is_not_taken_for_waiting() -> None:
    def late() -> None:
        raise TimeoutError("from inside")

    with ThreadPoolExecutor(1) as pool, pytest.raises(TimeoutError, match="from inside"):
        Watch(lambda parts: None, seconds=0.01).wait(pool.submit(late))


def days_written(watch: Watch) -> np.ndarray:
    return np.array([int(reached[0]) for reached, _ in watch._under_way.values()])


def test_the_kernels_of_both_rule_sets_write_the_days_they_have_done(tmp_path: Path) -> None:
    crisis = onward.read_crisis("aleppo-2016")
    watch = Watch()
    own.run_one(build_model(crisis), make_settings(crisis, members=1, seed=1, engine="expected"), 0, watch=watch)
    assert days_written(watch).tolist() == [crisis.days]
    model = load_flee(write_flee(tmp_path / "toy", PLACES, "A,B,80,0\n", camps={"B": [(0, 10), (4, 500), (9, 400)]}))
    watch = Watch()
    run_one(model, FleeRunSettings(engine="expected"), 0, watch=watch)
    assert days_written(watch).tolist() == [model.instance.days]


def test_a_run_folder_passes_on_parts_of_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_flee(write_flee(tmp_path / "toy", PLACES, "A,B,80,0\n", camps={"B": [(0, 10), (4, 500), (9, 400)]}))
    work = flee_work(model, FleeRunSettings(members=2))
    told: list[tuple[str, float, int]] = []

    def run(members, workers, clock, keep, watch):  # type: ignore[no-untyped-def]
        for done in work.run(members, workers, clock, keep, Watch()):
            watch.begin(99, days=10)[0] = 5
            watch.tick()
            watch.end(99)
            yield done

    slow = run_folder.Work(**{**vars(work), "run": run})
    run_folder.write_run(slow, folder=tmp_path / "run", progress=lambda *given: told.append(given))
    assert [done for stage, done, _ in told if stage == "run"] == [0, 0.5, 1, 1.5, 2]
