"""Parts and their totals, and places that a fact inherits from a heading, a title or a sentence near by."""

from __future__ import annotations

import polars as pl
import pytest

from onward.extraction import evidence_rows, extract_facts


def figures(text: str):
    return [f for f in extract_facts(text, "2018-11-30").facts if f.unit]


def test_arrivals_are_those_who_left_and_those_who_remain():
    reading = extract_facts("In May, 768 families proceeded to the camp; 700 have since left, 68 remain.", "2018-11-30")
    came, left, remain = (f for f in reading.facts if f.unit)
    assert [f.unit for f in (came, left, remain)] == ["households"] * 3
    assert (left.part_of, remain.part_of, remain.indicator) == (came.id, came.id, "stock")
    (total,) = reading.totals()
    assert (total.whole, total.sum, total.fits) == (came.id, 768, True)


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("Of 90,000 IDPs 12,000 fled twice. Some 300 came in May. Of the total, 54% are women.", 54, 90_000),
        ("1,100 people fled (as of 8 May): 640 from Rimah, 334 from Sarta.", 334, 1_100),
        (
            "Some 154,000 fled Rimah. Out of these, 89,000 moved to Sarta, while 65,000 crossed into Talsa.",
            65_000,
            154_000,
        ),
        (
            "Fighting displaced 4.2 million people. The majority of the displaced - about 3 million - are from Rimah.",
            3e6,
            4.2e6,
        ),
    ],
)
def test_a_part_finds_its_total(text, part, whole):
    facts = figures(text)
    total = next(f for f in facts if f.value == whole)
    assert next(f for f in facts if f.value == part).part_of == total.id


def test_places_of_headings_are_inherited_and_less_sure():
    named, under = figures("Some 300 families arrived in Galla.\n\nSUDAN\n\nSome 400 families arrived.\n")
    assert [(p.name, p.found) for p in under.places] == [("SUDAN", "context")]
    assert under.confidence < named.confidence


def test_the_title_is_the_last_resort():
    (fact,) = figures("Site report, Kabasa Cusub. As of 30 July, 12,430 people are displaced.")
    assert [(p.name, p.found) for p in fact.places] == [("Kabasa Cusub", "context")]


def test_the_country_of_the_title_decides_between_towns_of_one_name():
    def country(title: str) -> str:
        (fact,) = figures(f"{title}\n\nSome 400 families arrived in Tripoli.\n")
        return fact.places[0].candidates[0].country

    assert (country("Lebanon update"), country("Libya update")) == ("LBN", "LBY")


class Crisis:
    """Two places with P-codes."""

    def table(self, name: str) -> pl.DataFrame:
        places = {
            "place": ["rimah", "sarta"],
            "name": ["Rimah", "Sarta"],
            "country": ["SDN", "SDN"],
            "latitude": [12.0, 13.0],
            "longitude": [24.0, 25.0],
            "pcode": ["SD04011", "SD04012"],
        }
        if name == "areas":
            return pl.DataFrame({"area": ["rimah_governorate"] * 2, "place": ["rimah", "sarta"]})
        return pl.DataFrame(places if name == "places" else {"actor": [], "name": []})


def test_a_p_code_names_a_place_of_the_crisis():
    text = "IDPs by locality\n\n| P-code | IDPs |\n|---|---|\n| SD04011 | 4,210 |\n| SD04012 | 915 |"
    facts = extract_facts(text, "2018-11-30", crisis=Crisis()).facts
    assert [f.places[0].candidates[0].place for f in facts] == ["rimah", "sarta"]


def test_a_unit_word_decides_between_a_town_and_its_governorate():
    text = "Some 9,000 people fled. Most (73 per cent) come from Rimah governorate; followed by Sarta (8 per cent)."
    first, second = evidence_rows([extract_facts(text, "2018-11-30", crisis=Crisis())])[1:]
    assert (first.becomes, first.origin, first.place, first.part_of) == ("counts", "rimah_governorate", "", "f1")
    assert (second.origin, second.part_of) == ("sarta", "f1")
    (row,) = evidence_rows([extract_facts("Some 300 people fled Rimah.", "2018-11-30", crisis=Crisis())])
    assert row.origin == "rimah"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Rimah (81,520; 22%) and Sarta (2,076; 4%) host most IDPs.", [["Rimah"], ["Rimah"], ["Sarta"], ["Sarta"]]),
        ("In Rimah IDP camp, a fire left 2,760 persons homeless.", [["Rimah"]]),
        ("Eastern: Some 4,500 people were displaced within Rimah province.", [["Rimah"]]),
    ],
)
def test_places_are_found_by_form(text, names):
    assert [[p.name for p in f.places] for f in figures(text)] == names
