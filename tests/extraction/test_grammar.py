"""Numbers and dates: what the words allow, and nothing more."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.extraction.date_forms import MONTHS
from onward.extraction.dates import find_dates
from onward.extraction.normal import flatten, sentences
from onward.extraction.numbers import find_quantities

REPORT = dt.date(2020, 5, 20)  # a Wednesday


@pytest.mark.parametrize(
    ("words", "value", "low", "high"),
    [
        ("7,300 people", 7300, 7300, 7300),
        ("7 300 people", 7300, 7300, 7300),
        ("1.4 million people", 1_400_000, 1_400_000, 1_400_000),
        ("3 lakh people", 300_000, 300_000, 300_000),
        ("two hundred and six families", 206, 206, 206),
        ("half a million people", 500_000, 500_000, 500_000),
        ("more than 60,000 people", 60_000, 60_000, None),
        ("at least eleven people", 11, 11, None),
        ("up to 900 people", 900, None, 900),
        ("nearly 40,000 people", 40_000, 36_000, 40_000),
        ("about 40,000 people", 40_000, 36_000, 44_000),
        ("about 41,500 people", 41_500, 41_450, 41_550),
        ("several thousand people", None, 2_000, 9_999),
        ("tens of thousands of people", None, 20_000, 99_999),
        ("a few hundred people", None, 200, 999),
        ("between 1,500 and 2,000 people", None, 1_500, 2_000),
        ("15,000 to 20,000 people", None, 15_000, 20_000),
        ("1.2-1.5 million people", None, 1_200_000, 1_500_000),
        ("an estimated 25 to 30 thousand people", None, 25_000, 30_000),
        ("an estimated 62 - 66,000 persons", None, 62_000, 66_000),
        ("approximately 1,428,551 people", 1_428_551, 1_428_551, 1_428_551),
        ("1.2M people", 1_200_000, 1_200_000, 1_200_000),
        ("745K IDPs", 745_000, 745_000, 745_000),
        ("26\u202f500 people", 26_500, 26_500, 26_500),
    ],
)
def test_numbers_keep_the_bounds_of_their_words(words, value, low, high):
    (found,) = find_quantities(flatten(words).text)
    assert (found.value, found.low, found.high) == (value, low, high)


@pytest.mark.parametrize(
    "words",
    [
        "30 km away",
        "$40 million",
        "five years of war",
        "the 17th time",
        "no one was hurt",
    ],
)
def test_measures_money_and_durations_are_no_counts(words):
    assert find_quantities(words) == []


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("on 3 May 2019", "2019-05-03"),
        ("on May 3, 2019", "2019-05-03"),
        ("on 3 May", "2020-05-03"),
        ("on 3 December", "2019-12-03"),
        ("between 4 and 9 April", "2020-04-04/2020-04-09"),
        ("from 28 December to 3 January 2020", "2019-12-28/2020-01-03"),
        ("4-9 April 2018", "2018-04-04/2018-04-09"),
        ("since 2 May", "2020-05-02/.."),
        ("as of 18 May", "2020-05-18"),
        ("in early March", "2020-03-01/2020-03-10"),
        ("on Tuesday", "2020-05-19"),
        ("yesterday", "2020-05-19"),
        ("last week", "2020-05-11/2020-05-17"),
        ("25/12/2019", "2019-12-25"),
        ("04/05/2019", None),
        ("the first half of 2018", "2018-01-01/2018-06-30"),
        ("a few weeks ago", None),
    ],
)
def test_dates_are_resolved_as_far_as_the_words_go(words, iso):
    (found,) = find_dates(words, REPORT)
    assert found.iso() == iso


@pytest.mark.parametrize("words", ["on Tuesday", "yesterday", "3 May", "this week", "in March"])
def test_a_relative_date_is_never_guessed_without_the_reports_day(words):
    (found,) = find_dates(words, None)
    assert found.iso() is None
    assert found.text


def test_the_next_day_counts_from_the_day_before_it():
    found = find_dates("shelled on 9 August 2019 and evacuated the next day", None)
    assert [w.iso() for w in found] == ["2019-08-09", "2019-08-10"]


def test_words_that_ran_together_are_taken_apart_with_the_way_back():
    text = "On11 June more than 900 peoplewere displaced.They fled."
    flat = flatten(text)
    assert flat.text == "On 11 June more than 900 people were displaced. They fled."
    at = flat.text.index("They")
    assert text[flat.back(at) :].startswith("They")


def test_lines_folded_in_print_are_one_sentence():
    text = "The displaced families reached the camp after walking\ntwo days along the river in the\ncold."
    assert len(sentences(text)) == 1


@given(st.text(max_size=300))
def test_offsets_of_the_working_copy_lead_back(text):
    flat = flatten(text)
    assert flat.back(len(flat.text)) == len(text)
    assert all(0 <= flat.back(p) <= len(text) for p in range(len(flat.text)))


@given(st.integers(1, 28), st.sampled_from(sorted(MONTHS)), st.integers(1990, 2060))
def test_every_written_day_is_read(day, month, year):
    (found,) = find_dates(f"{day} {month.title()} {year}", None)
    assert found.first == found.last == dt.date(year, MONTHS[month], day)


@given(st.integers(1, 9_999_999))
def test_every_written_number_is_read(number):
    (found,) = find_quantities(f"{number:,} people")
    assert found.value == number


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("63 per cent of them", 63),
        ("8.01 % came", 8.01),
        ("one in five of those", 20),
        ("three quarters of returnees", 75),
    ],
)
def test_shares_are_percentages(words, value):
    (found,) = find_quantities(words)
    assert (found.value, found.unit) == (value, "percent")


@pytest.mark.parametrize(
    "words", ["a 12 per cent increase", "18 per cent lower", "rose by 40%", "is 35 per cent funded"]
)
def test_a_change_is_no_share(words):
    assert find_quantities(words) == []


def test_a_share_in_words_of_a_stated_base_is_a_count():
    share, base = find_quantities("one in five of the town's 60,000 inhabitants")
    assert (share.value, share.unit, base.value) == (12_000, "", 60_000)


@pytest.mark.parametrize("text", ["fami-\nlies left", "Many peole left", "damageto homes; about20,000 peoplefled"])
def test_repaired_print_keeps_its_offsets(text):
    flat = flatten(text)
    for position, letter in enumerate(flat.text):
        if letter.isalpha():
            assert text[flat.back(position)].isalpha()
    assert flat.back(flat.forth(len(text) - 1)) == len(text) - 1
    assert not {"peole", "fami"} & set(flat.text.split())


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("20,000 may flee by October", "../2020-10-31"),
        ("they fled in October", "2019-10-01/2019-10-31"),
        ("a second group is expected to leave on 3 March", "2021-03-03"),
    ],
)
def test_a_month_without_a_year_follows_the_tense(words, iso):
    (found,) = find_dates(words, REPORT)
    assert found.iso() == iso
