"""Parts of a kernel are compiled in two processes; whatever happens to the second one, the kernel is compiled."""

from __future__ import annotations

import importlib
import inspect
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import pytest

import onward
from flee_toy import write_flee
from onward.engine.compile_ahead import INT, Stage, compile_ahead, compile_stages
from onward.flee.simulate import FleeRunSettings, load_flee
from onward.flee.simulate import run_one as run_flee_member
from onward.model.build import build_model
from onward.simulation.member import run_one
from onward.simulation.settings import make_settings

SOURCE = """
from onward.engine.jit import entry, part

@part
def twice(x):
    return 2 * x

@part
def thrice(x):
    return 3 * x

@entry
def run(x):
    return twice(x) + thrice(x)
"""


PLACES = "A,r,H,0,0,conflict_zone,0,100000\nB,r,F,0,1,camp,,0\n"


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a module with a small kernel, in a folder of its own with an empty cache."""
    (tmp_path / "toy_kernel.py").write_text(SOURCE)
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("toy_kernel")
    del sys.modules["toy_kernel"]


def is_cached(kernel: Any, kinds: tuple[Any, ...]) -> bool:
    return kernel._cache.load_overload(kinds, kernel.targetctx) is not None


def test_the_second_process_compiles_its_parts_into_the_cache(toy: Any) -> None:
    compile_stages(iter([([(toy.twice, INT)], [(toy.thrice, INT)])]))
    assert toy.twice.signatures
    assert not toy.thrice.signatures
    assert is_cached(toy.thrice, (INT,))
    assert toy.run(1) == 5
    assert sum(toy.thrice.stats.cache_hits.values()) == 1


@pytest.mark.parametrize("program", [shutil.which("false"), "no-such-program", ""])
def test_without_a_second_process_the_kernel_is_compiled(
    toy: Any, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    compile_ahead(toy.run, (1,), lambda x: iter([([], [(toy.twice, x)]), ([(toy.thrice, x)], [])]), cores=2)
    assert bool(toy.run.signatures) == bool(program)
    assert toy.run(1) == 5


def test_a_second_process_that_hangs_is_ended(toy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "sleeps"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr("onward.engine.compile_ahead.PATIENCE", 0.2)
    begun = time.monotonic()
    compile_ahead(toy.run, (1,), lambda x: iter([([], [(toy.twice, x)])]), cores=2)
    assert toy.run.signatures
    assert time.monotonic() - begun < 60


def test_parts_that_cannot_be_compiled_do_no_harm(toy: Any) -> None:
    compile_ahead(toy.run, (1,), lambda x: iter([([], [(toy.twice, x, x)]), ([(toy.thrice,)], [])]), cores=2)
    assert toy.run.signatures
    assert toy.run(1) == 5


def test_one_core_and_kernels_in_the_cache_need_no_second_process(toy: Any) -> None:
    asked: list[Any] = []

    def stages(x: Any) -> Iterator[Stage]:
        asked.append(x)
        yield [], []

    compile_ahead(toy.run, (1,), stages, cores=1)
    assert not asked
    assert not toy.run.signatures
    assert toy.run(1) == 5
    fresh = importlib.reload(toy)
    compile_ahead(fresh.run, (1,), stages, cores=2)
    assert not asked
    assert not fresh.run.signatures


def run_of(engine: str, folder: Path) -> None:
    """Run a member, so that its kernel is compiled or read from the cache."""
    if engine.startswith("flee "):
        model = load_flee(write_flee(folder / "toy", PLACES, "A,B,100,0\n"))
        run_flee_member(model, FleeRunSettings(engine=engine.removeprefix("flee ")), 0)
    else:
        crisis = onward.read_crisis("daraa-2018")
        run_one(build_model(crisis), make_settings(crisis, engine=engine, members=1, seed=1), 0)


def stages_and_kernel(engine: str) -> tuple[Callable[..., Iterator[Stage]], Any]:
    from onward.engine.individuals import run_individuals, stages_of_individuals
    from onward.engine.step import run_member, stages_of_member
    from onward.flee.step import run_flee, stages_of_flee

    if engine.startswith("flee"):
        return stages_of_flee, run_flee
    return (stages_of_individuals, run_individuals) if engine == "individuals" else (stages_of_member, run_member)


def people_of(start: Any) -> Any:
    """Return the type of people from the type of those at the start."""
    return start.dtype if isinstance(start, numba.types.Array) else start.types[0].dtype


@pytest.mark.parametrize("engine", ["cohorts", "expected", "individuals", "flee cohorts", "flee expected"])
def test_parts_are_those_that_the_kernel_calls(engine: str, tmp_path: Path) -> None:
    run_of(engine, tmp_path)
    stages, kernel = stages_and_kernel(engine)
    people = numba.float64 if engine.endswith("expected") else INT
    at = 2 if engine.startswith("flee") else 1
    kinds = next(kinds for kinds in kernel.overloads if people_of(kinds[at]) == people)
    for own, others in stages(*kinds):
        for part, *given in (*own, *others):
            inspect.signature(part.py_func).bind(*given)
            assert is_cached(part, tuple(given)), f"{part.py_func.__name__} is not called with these types"
            part.compile(tuple(given))
