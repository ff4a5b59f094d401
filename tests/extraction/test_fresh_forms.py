"""Forms of real situation reports of 2009 to 2023, in invented names and figures."""

from __future__ import annotations

import pytest

from onward.extraction import extract_facts


def figures(text: str) -> list[tuple[str, float | None, str | None]]:
    return [(f.indicator, f.value, f.unit) for f in extract_facts(text, "2018-11-30").facts if f.unit]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The displaced population is 8,035 (4,347 IDPs, 1,763 out of camp refugees and 1,925 returnees).",
            [
                ("stock", 8035, "people"),
                ("stock", 4347, "people"),
                ("stock", 1763, "people"),
                ("returned", 1925, "people"),
            ],
        ),
        ("43% of those displaced live with relatives.", [("stock", 43, "percent")]),
        ("There are 451 damaged houses in Rimah.", [("damaged", 451, "homes")]),
        ("The agency reported the registration of some 7,000 individuals.", [("stock", 7000, "people")]),
        ("UNHCR reported 1,200 people from Rimah in Talsa province.", [("stock", 1200, "people")]),
        ("22,096 Total population in Rimah Camp", [("sheltered", 22096, "people")]),
        ("4,447 Total population of concern", [("stock", 4447, "people")]),
        ("A total of 6,898 civilians are seeking protection in the bases.", [("sheltered", 6898, "people")]),
        (
            "The number of civilians seeking safety in six Sites (PS) is 4,172. This includes 3,245 in Rimah.",
            [("stock", 4172, "people"), ("stock", 3245, "people")],
        ),
        ("Seven peacekeepers were killed.", [("killed", 7, "people")]),
        (
            "Some 5,127 people have returned to the north.\nIn place of origin: 1,682\nWith host families: 3,253",
            [("returned", 5127, "people"), ("returned", 1682, "people"), ("returned", 3253, "people")],
        ),
        (
            "A total of 455 civilians were seeking safety. The figure, the mission said, includes 367 in Rimah.",
            [("sheltered", 455, "people"), ("sheltered", 367, "people")],
        ),
        (
            "The number of people forced to flee passed two million in March, up from 1.85 million a year earlier.",
            [("stock", 2_000_000, "people"), ("stock", 1_850_000, "people")],
        ),
        (
            "Some 2,140 people, among them 611 children, had been taken by bus to Rimah.",
            [("evacuated", 2140, "people"), ("evacuated", 611, "people")],
        ),
        (
            "The site, designed to host 3,000 people, can take in 350 people at a time.",
            [("capacity", 3000, "people"), ("capacity", 350, "people")],
        ),
        (
            "Of those crossing into Talsa 60 per cent are Dorani and 40 per cent Sakani.",
            [("newly_displaced", 60, "percent"), ("newly_displaced", 40, "percent")],
        ),
        (
            "Some 900 people were displaced. Last month 40 families slept in our school; today there are 110.",
            [("newly_displaced", 900, "people"), ("sheltered", 40, "households"), ("sheltered", 110, "households")],
        ),
        (
            "In May 1,915 people arrived, an average of 62 per day, compared with 1,240 in April.",
            [
                ("newly_displaced", 1915, "people"),
                ("on_the_move", 62, "people_per_day"),
                ("newly_displaced", 1240, "people"),
            ],
        ),
        (
            "In addition, 38 households not included in the previous report of new displacements were identified.",
            [("newly_displaced", 38, "households")],
        ),
    ],
)
def test_a_form_is_read(text, expected):
    assert figures(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Displacement Report 15 (3 to 9 May): the region had a population of 3,945,168 in 2015.",
        "Rimah had an estimated population of 120,000 before the war.",
        "Some 1,400 patients are waiting to be evacuated.",
        "Most of the displaced are children under 5 and women over 60.",
    ],
)
def test_residents_and_issues_are_no_displaced_people(text):
    assert [f for f in figures(text) if f[1]] == []
