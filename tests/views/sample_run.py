"""What tests of views start from: a run made up by hand, whose figures anybody can check, and a small crisis."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from onward.model.claims import Claim
from onward.simulation.run import Run
from tiny import write_tiny

DAYS = [dt.date(2016, 7, day) for day in range(1, 5)]
#: people who have left azaz by the end of each day, by member
LEFT = {0: [0, 10, 20, 30], 1: [0, 20, 40, 60], 2: [0, 30, 60, 90]}

ABOUT: dict[str, Any] = {
    "format": 1, "crisis": "made-up", "title": "A made-up run", "start": "2016-07-01", "end": "2016-07-04", "days": 4,
    "places": ["azaz", "kilis"], "place_names": {"azaz": "Azaz", "kilis": "Kilis (camp behind the border)"},
    "engine": "cohorts", "members": 3, "seed": 1, "parameters": "fixed", "labels": True, "scenario": None,
    "environment": {"cpu_count": 2}, "engine_seconds": 0.25,
}  # fmt: skip


def made_up_run() -> Run:
    """Residents of azaz leave for kilis and half of them wait at its gate; everybody is in one of three states."""
    stock, gates, movements, times, flows = [], [], [], [], []
    for member, left in LEFT.items():
        for n, (day, gone) in enumerate(zip(DAYS, left, strict=True)):
            stock.append((member, day, "azaz", "home", 100_000 - gone))
            stock += [(member, day, "azaz", "gate", gone // 2), (member, day, "kilis", "here", gone - gone // 2)] * (
                gone > 0
            )
            gates.append((member, day, "salama", gone // 2, 0))
            movements += [(member, day, "azaz", "left_home", gone - left[n - 1])] * (n > 0)
            flows += [(member, day, "azaz", "azaz", "kilis", 1, gone - left[n - 1])] * (n > 0)
            times += [
                (member, day, 1, gone - gone // 5),
                (member, day, 2, gone // 5),
                (member, day, 3, 0),
                (member, day, 4, 0),
            ]
    tables = {
        "stock": _frame(stock, "member", "date", "place", "state", "people"),
        "gates": _frame(gates, "member", "date", "gate", "waiting", "passed"),
        "movements": _frame(movements, "member", "date", "place", "movement", "people"),
        "flows": _frame(flows, "member", "date", "origin", "from_place", "to_place", "times", "people"),
        "times": _frame(times, "member", "date", "times", "people"),
        "claims": _frame([(0, "most", 30.0), (1, "most", 60.0), (2, "most", 90.0)], "member", "claim", "value"),
    }
    return Run(ABOUT, {name: frame.lazy() for name, frame in tables.items()})


def _frame(rows: list[Any], *columns: str) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(columns), orient="row")


def made_up_claim(low: float | None, high: float | None, name: str = "most") -> Claim:
    """A claim with these bounds; only ``most`` has figures."""
    fields: dict[str, Any] = {field.name: None for field in dataclasses.fields(Claim)}
    return Claim(**{**fields, "name": name, "indicator": "displaced", "low": low, "high": high, "unit": "people"})


def write_runnable(folder: Path) -> Path:
    """Write the tiny crisis with a parameter that the model knows."""
    header = write_tiny(folder) / "crisis.toml"
    header.write_text(header.read_text("utf-8").replace("gamma =", "choice_distance ="), "utf-8")
    return folder
