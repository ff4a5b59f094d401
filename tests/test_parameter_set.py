"""Which set of parameters a run uses, what it was fitted on, and that it says so."""

from __future__ import annotations

import ast
import importlib.resources
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import onward
from onward.cli.listings import same_war_words
from onward.crisis import Crisis, crisis_from_tables, read_crisis
from onward.model.parameter_set import population_set, prior_set, set_of, words_on
from onward.model.parameters import declared, default_values
from onward.model.posterior import shipped_posterior
from onward.model.same_war import FITTED_CRISES
from onward.simulation.member import member_values
from onward.simulation.settings import make_settings
from properties.crises import random_crisis

#: numbers of packages model and engine that move nobody: how draws are made, tables laid out, labels kept, and what a
#: question about ground near a road takes if nobody says so
NO_PARAMETERS = {
    "Z95", "URN", "TIMES", "ROOM", "FIRST_ROOM", "SLOTS", "MODES", "BATCH", "SMALLEST_LEG", "DIGITS", "FORMAT",
    "NEAR_KM", "MOST_ASKED", "ADULT", "NOTHING", "EXACT", "PIECES", "PATIENCE",
}  # fmt: skip


def tiny() -> Crisis:
    return with_header(random_crisis(places=3, days=5, seed=1, returning=False), parameters={})


def with_header(crisis: Crisis, **keys: object) -> Crisis:
    return crisis_from_tables({**crisis.header(), **keys}, crisis.tables)


def test_an_unknown_crisis_has_the_population_set_fitted_on_nothing() -> None:
    for crisis in (tiny(), read_crisis("daraa-2018")):
        found = set_of(crisis)
        assert found == population_set()
        assert (found.name, found.fitted_on) == ("population", ())
        assert found.values == {name: pytest.approx(p.median) for name, p in declared().items()}


def test_an_unknown_crisis_is_drawn_from_the_population_by_default() -> None:
    run = onward.simulate(tiny(), members=2)
    assert run.about["parameters"] == "prior"
    assert run.about["parameters_from"] == prior_set().about()
    assert onward.simulate(tiny(), engine="expected").about["parameters"] == "fixed"


def test_the_fit_of_northern_aleppo_is_its_own() -> None:
    found = set_of(read_crisis("aleppo-2016"))
    assert (found.name, found.fitted_on) == ("aleppo-2016", ("aleppo-2016",))
    assert found.values["attack_weight"] == 0.0036
    assert declared()["attack_weight"].default == 0.022
    assert found.hash != population_set().hash


def test_what_a_user_holds_by_hand_is_no_fit() -> None:
    crisis = with_header(tiny(), parameters={"share_foot": 0.9})
    for parameters in ("fixed", "prior"):
        settings = make_settings(crisis, parameters=parameters)
        assert crisis.name not in settings.base.fitted_on
        assert member_values(settings, 0)["share_foot"] == 0.9


def test_priors_are_drawn_even_where_a_crisis_was_fitted() -> None:
    crisis = read_crisis("aleppo-2016")
    fixed, prior = (make_settings(crisis, parameters=p, overrides={"share_foot": 0.9}) for p in ("fixed", "prior"))
    assert member_values(fixed, 0) == default_values({**crisis.parameters, "share_foot": 0.9})
    drawn = member_values(prior, 0)
    assert drawn["share_foot"] == 0.9
    assert all(drawn[name] != value for name, value in crisis.parameters.items() if name != "share_foot")


def test_a_crisis_that_the_population_was_fitted_on_draws_from_the_others() -> None:
    """What comes with Onward leaves each of its crises out in a set of its own, and says on which it was fitted."""
    shipped = shipped_posterior()
    assert shipped is not None
    about = prior_set(read_crisis("aleppo-2016")).about()
    assert "aleppo-2016" in shipped.population.fitted_on
    assert set(about["crises"]) == set(shipped.population.fitted_on) - {"aleppo-2016"}
    assert prior_set(read_crisis("daraa-2018")).about()["crises"] == shipped.population.fitted_on
    for name in shipped.population.fitted_on:
        assert set(shipped.without(name).fitted_on) == set(shipped.population.fitted_on) - {name}


def test_a_run_says_which_set_it_used() -> None:
    run = onward.simulate(tiny(), engine="expected")
    assert run.about["parameters_from"] == {"name": "population", "hash": population_set().hash, "fitted_on": []}
    drawn = onward.simulate(tiny(), engine="expected", members=1, parameters="prior")
    assert drawn.about["parameters_from"] == prior_set().about()
    assert words_on(run.about).endswith("fitted on no crisis.")


def test_words_warn_of_agreement_with_what_was_fitted() -> None:
    about = {"crisis": "x", "parameters_from": {"name": "x", "hash": "", "fitted_on": ["x"]}}
    assert words_on(about).endswith("fitted on counts of this same crisis, so that its agreement with them is no test.")
    assert "not on the counts of this folder" in words_on({**about, "crisis": "y"})
    among = {"crisis": "x", "parameters_from": {"name": "p", "fitted_on": ["x", "y"]}}
    assert "this crisis among them" in words_on(among)
    assert words_on({"crisis": "x"}) == ""


def test_no_number_of_the_model_hides_in_a_module() -> None:
    hidden = []
    for package in ("model", "engine"):
        for file in sorted(Path(str(importlib.resources.files(f"onward.{package}"))).glob("*.py")):
            for node in ast.parse(file.read_text("utf-8")).body:
                value = getattr(node, "value", None)
                number = isinstance(value, ast.Constant) and isinstance(value.value, int | float)
                if number and isinstance(node, ast.Assign):
                    names = [target.id for target in node.targets if isinstance(target, ast.Name)]
                    hidden += [f"{file.name}: {name}" for name in names if name not in NO_PARAMETERS]
    assert not hidden, "declare them in parameters.csv"


def test_a_crisis_of_the_same_war_in_other_tables_is_no_independent_test() -> None:
    aleppo = read_crisis("aleppo-2016")
    own = with_header(aleppo, name="my-own", parameters={}, fitted_on=[])
    found = prior_set(own)
    assert found.same_war == ("aleppo-2016",)
    assert "aleppo-2016 is about the same country and time" in words_on(
        {"crisis": "my-own", "parameters_from": found.about()}
    )
    assert prior_set(aleppo).same_war == ()
    later = replace(own, start=date(2016, 4, 1), end=date(2016, 5, 1))
    assert prior_set(later).same_war == ()
    assert "aleppo-2016" in same_war_words(own)[0]
    assert same_war_words(aleppo) == []


def test_every_crisis_of_the_shipped_fit_has_its_country_and_days() -> None:
    known = shipped_posterior()
    assert known is not None
    table = pl.read_csv(importlib.resources.files("onward.model").joinpath(FITTED_CRISES).read_bytes())
    assert set(known.population.fitted_on) == set(table["crisis"])
