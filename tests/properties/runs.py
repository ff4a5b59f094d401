"""Run one member of a crisis, and what the laws ask of it."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onward import Run
from onward.crisis import Crisis
from onward.engine.state import Daily, Result
from onward.model.build import Model, build_model
from onward.simulation.member import Drawn, Settings, build_member, run_one
from onward.simulation.settings import make_settings

STATES = ("home", "here", "gate", "way", "out")


def settings_of(crisis: Crisis, engine: str, **given: Any) -> Settings:
    """Return settings with parameters drawn, so that *expected* draws its inputs and shocks too."""
    usual = {"members": 1, "seed": 7, "parameters": "prior", "labels": True}
    return make_settings(crisis, engine=engine, **{**usual, **given})


@cache
def run_member(crisis: Crisis, engine: str, **given: Any) -> Result:
    """Run member 0; once for all laws that ask for the same run."""
    return run_one(model_of(crisis), settings_of(crisis, engine, **given), 0)[0].result


@cache
def model_of(crisis: Crisis) -> Model:
    """Build the model of a crisis, once."""
    return build_model(crisis)


def draw_member(crisis: Crisis, engine: str, model: Model | None = None, **given: Any) -> Drawn:
    """Draw member 0 without running it."""
    return build_member(model or model_of(crisis), settings_of(crisis, engine, **given), 0)


def stocks(daily: Daily) -> NDArray[Any]:
    """Return the people of each day, place and state."""
    return np.stack([getattr(daily, state) for state in STATES], axis=2)


def table_bytes(run: Run) -> dict[str, bytes]:
    """Return each table of a run as the bytes of a file."""
    files = {name: BytesIO() for name in run.tables}
    for name, file in files.items():
        run.table(name).write_parquet(file)
    return {name: file.getvalue() for name, file in files.items()}
