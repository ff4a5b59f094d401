"""One rounding: the page, its curves and the exports never show two figures for one."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from onward import disclosure as harm
from onward.report.page_figures import curves, figure, two_digits

people = st.floats(0, 1e8) | st.integers(0, 10**8).map(float) | st.integers(0, 10**6).map(lambda n: n / 20)


@given(people)
def test_page_and_exports_round_alike_and_to_whole_people(value: float) -> None:
    once = harm.two_digits(value)
    assert once == harm.two_digits(once) == int(once)
    assert once == int(two_digits(np.array(value))) == figure(np.array([value]))["p50"]
    assert once == harm.rounded(pl.DataFrame({"p50": [value]}), ["p50"])["p50"].item()
    assert once == harm.reported_digits(value, "people/week")
    assert abs(once - value) <= max(0.5, 0.05 * value)


@given(people)
def test_a_curve_never_leads_to_another_label(value: float) -> None:
    curve = float(harm.all_curve_digits(np.array([value]))[0])
    assert harm.two_digits(curve) == harm.two_digits(value)
    assert abs(curve - value) <= max(0.01, 0.01 * value)
    assert curves(np.array([value]))["p50"] == curve


def test_a_half_goes_away_from_zero() -> None:
    assert [harm.two_digits(x) for x in (44.5, 0.5, -4.5, 445.0, 99.5)] == [45, 1, -5, 450, 100]


def test_gaps_stay_gaps() -> None:
    assert np.isnan(harm.all_two_digits(np.array([np.nan])))
    assert np.isnan(harm.all_curve_digits(np.array([np.nan])))


def test_the_page_rounds_as_this_does() -> None:
    """The page's own function, read from its source and run with JavaScript's rules for toPrecision: ties go up."""
    text = (Path(__file__).parents[1] / "web" / "src" / "format.ts").read_text("utf-8")
    body = re.search(r"export function twoDigits\(value: number\): number \{(.*?)\n\}", text, re.S)
    assert body is not None
    assert "Math.floor(size + 0.5) : Number(size.toPrecision(2))" in body[1]
