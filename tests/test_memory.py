"""A member gives back all memory that its kernel took: its struct and arrays are not counted (`engine.borrowed`)."""

from __future__ import annotations

import gc

import pytest
from numba.core.runtime import _nrt_python, rtsys

import onward
from onward.model.build import build_model
from onward.simulation.member import run_one
from onward.simulation.settings import make_settings


def held() -> tuple[int, int]:
    """Return how many pieces of memory, and owners of arrays, compiled code holds."""
    gc.collect()
    stats = rtsys.get_allocation_stats()
    return stats.alloc - stats.free, stats.mi_alloc - stats.mi_free


@pytest.mark.parametrize("engine", ["cohorts", "expected", "individuals"])
def test_a_member_frees_what_it_took(engine: str) -> None:
    crisis = onward.read_crisis("daraa-2018")
    model, settings = build_model(crisis), make_settings(crisis, engine=engine, members=3, seed=1)
    run_one(model, settings, 0)
    _nrt_python.memsys_enable_stats()
    try:
        before = held()
        for member in (1, 2):
            run_one(model, settings, member)
        assert held() == before
    finally:
        _nrt_python.memsys_disable_stats()
