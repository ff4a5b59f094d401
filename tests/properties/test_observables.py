"""One quantity, one definition: the fit, claims, score, report, exports and `Run` say the same of the same thing."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.crisis import Crisis
from onward.disclosure import all_two_digits
from onward.evaluation.counts import build_counts
from onward.evaluation.score_counts import compare_counts
from onward.exports.content import content_of
from onward.model.build import build_model
from onward.report.data import data_of
from onward.simulation.member import run_one
from onward.simulation.observables import claim_value
from onward.simulation.settings import make_settings
from properties.crises import crises, frame

MEMBERS = 2
LEAVING = ("displaced", "departures")
KINDS = ("stock", "arrivals", "returned", *LEAVING)


def asked(crisis: Crisis, seed: int) -> Crisis:
    """The crisis with counts of every indicator at a place and of an area, and a claim on each of the same things."""
    rng = Random(seed)
    counts: list[dict[str, Any]] = []
    for kind in KINDS:
        for where in ({"place": rng.choice(crisis.places)}, {"area": rng.choice(sorted(crisis.areas))}):
            first, last = sorted(rng.sample(range(1, crisis.days), 2))
            days = {"since": crisis.start + timedelta(first), "date": crisis.start + timedelta(last)}
            # a source of its own, so that no count is a difference to another
            counts.append({"indicator": kind, "people": 50, "source": str(len(counts)), **where, **days})
    claims = [claim(str(n), row) for n, row in enumerate(counts) if row["indicator"] != "returned"]
    with_counts = crisis.replace_table("counts", frame("counts", counts))
    return with_counts.replace_table("claims", frame("claims", claims))


def claim(name: str, row: dict[str, Any]) -> dict[str, Any]:
    where = row.get("place") or row.get("area")
    leaving = row["indicator"] in LEAVING
    return {
        "claim": name, "indicator": "displaced" if leaving else row["indicator"], "unit": "people", "low": 0.0,
        "origin": where if leaving else None, "destination": None if leaving else where,
        "start": row["since"], "end": row["date"],
    }  # fmt: skip


def fitted(crisis: Crisis, parameters: str) -> list[list[float | None]]:
    """What the fit holds against each count, member by member."""
    model = build_model(crisis)
    setting = make_settings(crisis, members=MEMBERS, seed=1, parameters=parameters)
    outcomes = [run_one(model, setting, member)[0] for member in range(MEMBERS)]
    counts = {count.source: count.claim for count in build_counts(crisis, model.network)}
    return [
        [claim_value(counts[str(n)], o.result, model.network, o.attacks, o.values["coverage"]) for o in outcomes]
        for n in range(crisis.table("counts").height)
    ]


@settings(max_examples=8, deadline=None)
@given(crises(), st.integers(0, 999), st.sampled_from(["fixed", "prior"]))
def test_every_view_says_the_same_of_the_same_thing(plain: Crisis, seed: int, parameters: str) -> None:
    crisis = asked(plain, seed)
    run = onward.simulate(crisis, members=MEMBERS, seed=1, parameters=parameters)
    rows = crisis.table("counts").to_dicts()
    values = np.array(fitted(crisis, parameters), dtype=np.float64)
    claimed = {key[0]: part["value"].to_numpy() for key, part in run.table("claims").group_by("claim")}
    scored = {row["source"]: row for row in compare_counts(run, crisis)}
    shown = {row["source"]: row["run"] for row in data_of(run, crisis, name="x")["counts"]}
    exported = {row["source"]: row for row in content_of(run, crisis).tables["counts"].iter_rows(named=True)}
    assert set(scored) == set(shown) == set(exported) == {row["source"] for row in rows}
    for row in rows:
        name, people = row["source"], values[int(row["source"])]
        if name in claimed:
            np.testing.assert_allclose(sorted(claimed[name]), sorted(people))
        p5, p50, p95 = np.quantile(people, (0.05, 0.5, 0.95))
        assert [scored[name][k] for k in ("p5", "p50", "p95")] == pytest.approx([p5, p50, p95])
        rounded = all_two_digits(np.array([p5, p50, p95])).tolist()
        assert [shown[name][k] for k in ("p5", "p50", "p95")] == rounded
        assert [exported[name][k] for k in ("p5", "p50", "p95")] == rounded
        if row["indicator"] in ("stock", "arrivals"):
            series = run.series(row["indicator"], place=row["place"], area=row["area"])
            days = pl.col("date").is_between(row["date"] if row["indicator"] == "stock" else row["since"], row["date"])
            told = series.filter(days).group_by("member", maintain_order=True).agg(pl.col("people").sum())
            assert told["people"].to_list() == people.tolist()
