"""Places that are not said beside the figure: the country, offices, headings inside paragraphs, rows of tables."""

from __future__ import annotations

import pytest

from onward.extraction import extract_facts


def figures(text: str):
    return [f for f in extract_facts(text, "2018-11-30").facts if f.unit]


def places(text: str, value: float) -> list[tuple[str, str]]:
    fact = next(f for f in figures(text) if f.value == value)
    return [(p.name, p.role) for p in fact.places]


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("Update on Sudan\n\nFighting displaced 4,200 people inside the country.", 4200, [("Sudan", "at")]),
        (
            "Spanish Prime Minister Ana Rey saw the country's southern regions, where 350 people fled their homes.",
            350,
            [("southern regions of Spain", "at")],
        ),
        ("Homs Governor Omar Rahal said that 150 families were evacuated.", 150, [("Homs", "at")]),
        ("IOM Sudan\n\nSome 4,000 people were displaced.", 4000, [("Sudan", "at")]),
        ("Some 9,000 are in Rimah camp. South Sudan. 2,961 arrivals were registered.", 2961, [("South Sudan", "at")]),
        ("Villa Alta saw 900 families evacuate.", 900, [("Villa Alta", "at")]),
        ("Warnings were issued for Rimah and Talsa in Alberta and 50 homes were evacuated.", 50, [("Rimah", "at")]),
    ],
)
def test_a_place_is_found_where_the_text_says_it_indirectly(text, value, expected):
    assert places(text, value)[: len(expected)] == expected


def test_a_lost_letter_does_not_end_a_name():
    text = "Floods hit the cities of Homs and Vi\ufffda del Mar and 600 people were evacuated."
    assert places(text, 600)[1] == ("Vi\ufffda del Mar", "at")


def test_all_fled_from_where_some_went_back_to():
    text = "More than 3,500 people were displaced in May, of whom 760 returned home to eastern Rimah."
    (whole, part) = figures(text)
    assert ([(p.name, p.role, p.found) for p in whole.places], part.part_of) == (
        [("eastern Rimah", "from", "context")],
        whole.id,
    )


def test_the_place_of_a_share_is_not_its_wholes():
    text = (
        "The storm hit Haiti. Some 1,200 homes were damaged, including up to 90 per cent of homes in Talsa department."
    )
    assert places(text, 1200) == [("Haiti", "at")]


def test_people_die_where_they_were_and_not_where_others_went():
    text = "Fighters attacked Rimah town. Some 330 people reached Chad. A rocket killed 14 people."
    assert [name for name, _ in places(text, 14)] == ["Rimah"]


def test_the_label_of_a_row_names_the_place_of_its_figure():
    text = "| Indicator | Figure |\n|---|---|\n| IDPs | 391,961 |\n| Refugees hosted in Mali | 66,793 |"
    assert places(text, 66793) == [("Mali", "at")]


def test_a_place_from_an_office_is_less_sure_than_one_that_is_said():
    said, told = (
        figures(t)[0].confidence
        for t in ("In Homs 150 families were evacuated.", "Homs Governor Omar Rahal said 150 families were evacuated.")
    )
    assert told < said


@pytest.mark.parametrize("name", ["Guizhou", "Qinghai", "Tianjin"])
def test_units_are_found_without_their_own_words_for_province(name):
    assert places(f"{name} saw 340 people evacuated.", 340) == [(name, "at")]
