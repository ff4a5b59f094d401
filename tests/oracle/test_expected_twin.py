"""The *expected* engine against its plain twin, and *cohorts* against *expected*."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from onward import read_crisis
from onward.crisis import Crisis, crisis_from_tables
from onward.engine.state import Daily
from onward.model.build import build_model
from onward.model.parameters import default_values
from onward.simulation.member import run_one
from onward.simulation.settings import make_settings
from oracle.numpy_reference import BY_GATE, BY_PLACE, Twin
from properties.crises import day, make_crisis, random_crisis
from properties.runs import stocks
from tiny import write_tiny

STIRRED = {
    "crowding": 0.3,
    "contagion": 0.4,
    "stage_share": 0.3,
    "gate_leak": 3,
    "gate_giving_up": 0.3,
    "out_rate": 0.05,
}
#: the twin has no labels, and who goes home depends on them
NOBODY_RETURNS = {"return_rate": 0, "return_agreement": 0}
#: standard errors by which a mean of members may differ (one of thousands of cells, and the seed is fixed)
MOST_ERRORS = 4.5
MEMBERS = 300


def expected(crisis: Crisis, **overrides: object) -> Daily:
    settings = make_settings(
        crisis, engine="expected", members=1, seed=1, labels=False, overrides=NOBODY_RETURNS | overrides
    )
    return run_one(build_model(crisis), settings, 0)[0].result.daily


def shortened(crisis: Crisis, days: int) -> Crisis:
    """Return the crisis's first days, with what happens after them left out."""
    end = crisis.start + timedelta(days=days - 1)
    tables = {name: _until(table, end) for name, table in crisis.tables.items() if name not in ("counts", "claims")}
    return crisis_from_tables({**crisis.header(), "parameters": {}, "end": end}, tables)


def _until(table: pl.DataFrame, end: date) -> pl.DataFrame:
    if "start" not in table.columns:
        return table
    rows = table.filter(pl.col("start") <= end)
    last = [name for name in ("end", "start_high") if name in rows.columns]
    return rows.with_columns(pl.when(pl.col(name) > end).then(end).otherwise(name).alias(name) for name in last)


@pytest.fixture
def tiny(tmp_path: Path) -> Crisis:
    return shortened(read_crisis(write_tiny(tmp_path / "tiny")), 31)


def untied(crisis: Crisis) -> Crisis:
    """Return the crisis with its roads a few metres longer, so that no two ways are equally long."""
    routes = crisis.table("routes").with_row_index("row")
    longer = pl.col("distance_km") + (pl.col("row") + 1).sqrt() / 1000
    return crisis.replace_table("routes", routes.with_columns(longer.alias("distance_km")).drop("row"))


def assert_same(found: Daily, twin: dict[str, NDArray[np.float64]], within: float = 1e-6) -> None:
    for name in (*BY_PLACE, *BY_GATE):
        np.testing.assert_allclose(getattr(found, name), twin[name], rtol=1e-6, atol=within, err_msg=name)


@pytest.mark.parametrize("overrides", [{}, STIRRED], ids=["defaults", "stirred"])
def test_expected_equals_its_twin_on_a_tiny_crisis(tiny: Crisis, overrides: dict[str, float]) -> None:
    assert_same(expected(tiny, **overrides), Twin(tiny, overrides).run())


@pytest.mark.parametrize("seed", range(12))
def test_expected_equals_its_twin_on_random_crises(seed: int) -> None:
    crisis = untied(random_crisis(places=3 + seed % 6, days=14, seed=seed, returning=False))
    assert_same(expected(crisis), Twin(crisis).run())


def test_expected_equals_its_twin_on_the_bundled_crisis() -> None:
    """Not with parties of 0.05 people: who chooses anew on the way is in one party in the twin, not in the engine."""
    crisis, tiny = shortened(read_crisis("aleppo-2016"), 25), {"choice_smallest_party": 1e-6}
    assert_same(expected(crisis, **tiny), Twin(crisis, tiny).run(), within=1e-4)


def test_the_twin_is_not_blind() -> None:
    crisis = random_crisis(places=6, days=14, seed=3, returning=False)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_same(expected(crisis), Twin(crisis, {"stage_share": 0.51}).run())


def uncounted() -> Crisis:
    """A crisis in which no probability depends on counts, no input has a range and there are no shocks."""
    kinds = {"a": ("town", 40_000), "b": ("village", 9_000), "c": ("camp", 0), "d": ("city", 70_000)}
    places = [
        {"place": name, "country": "XBB" if name == "d" else "XAA", "kind": kind, "population": people,
         "latitude": 36 + i / 5, "longitude": 37.0}
        for i, (name, (kind, people)) in enumerate(kinds.items())
    ]  # fmt: skip
    roads = (("a", "b", 20, None), ("b", "c", 45, None), ("a", "c", 90, None), ("c", "d", 30, "line"))
    rows = {
        "places": places,
        "routes": [{"place1": a, "place2": b, "distance_km": km, "gate": gate} for a, b, km, gate in roads],
        "actors": [{"actor": "army", "side": "state"}],
        "events": [{"start": day(t), "place": "ab"[t % 2], "type": "air", "actor": "army", "n": 6} for t in range(9)],
        "closures": [{"kind": "gate", "name1": "line", "start": day(0), "end": day(6), "policy": "closed"}],
    }
    certain = {"shock_sigma": 0, "choice_wait": 0}
    rates = {"attack_weight": 0.03, "onward_camp": 0.1, "stage_share": 0.3, "gate_giving_up": 0.15, "share_foot": 0.5}
    return make_crisis(14, rows, {**certain, **rates})


@pytest.fixture(scope="module")
def members() -> NDArray[np.float64]:
    """Stocks of many members, [m, t, p, state]."""
    model = build_model(uncounted())
    settings = make_settings(
        uncounted(), engine="cohorts", members=MEMBERS, seed=11, labels=False, overrides=NOBODY_RETURNS
    )
    results = (run_one(model, settings, m)[0].result for m in range(MEMBERS))
    return np.array([stocks(result.daily) for result in results], dtype=np.float64)


def errors_off(members: NDArray[np.float64], mean: NDArray[np.float64]) -> float:
    """Return by how many standard errors the mean of the members is off ``mean``, at worst."""
    spread = members.std(axis=0, ddof=1)
    enough = spread > 1.0  # a cell that hardly varies is far from normal
    error = spread[enough] / np.sqrt(MEMBERS)
    return float((np.abs(members.mean(axis=0) - mean)[enough] / error).max())


def test_the_mean_of_cohorts_is_expected_where_nothing_depends_on_counts(members: NDArray[np.float64]) -> None:
    assert errors_off(members, stocks(expected(uncounted()))) < MOST_ERRORS


@pytest.mark.parametrize("rate", ["attack_weight", "stage_share", "gate_giving_up", "share_foot", "onward_camp"])
def test_that_comparison_rejects_a_rate_that_is_a_tenth_too_high(rate: str, members: NDArray[np.float64]) -> None:
    crisis = uncounted()
    wrong = {rate: 1.1 * default_values(crisis.parameters)[rate]}
    assert errors_off(members, stocks(expected(crisis, **wrong))) > MOST_ERRORS
