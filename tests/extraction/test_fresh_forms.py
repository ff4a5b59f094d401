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
            "Daily arrivals went up from about 430 the week before to over 600.",
            [("on_the_move", 430, "people_per_day"), ("on_the_move", 600, "people_per_day")],
        ),
        (
            "Near Rimah 49 civilians and 15 soldiers were killed.",
            [("killed", 49, "people"), ("killed", 15, "people")],
        ),
        (
            "A first attack displaced 23,000 people, of whom 8,500 have remained in Talsa.",
            [("newly_displaced", 23_000, "people"), ("stock", 8500, "people")],
        ),
        (
            "Poland-like Rimah took in 1.2 million refugees, Talsa 191,000 and Sarta 83,000.",
            [("hosted", 1_200_000, "people"), ("hosted", 191_000, "people"), ("hosted", 83_000, "people")],
        ),
        (
            "The buses carried 723 civilians out of Rimah; the queue at the crossing had shrunk to about 3,000 people.",
            [("evacuated", 723, "people"), ("at_border", 3000, "people")],
        ),
        (
            "About 1.1 million people are newly displaced, more than half a million of them children.",
            [("newly_displaced", 1_100_000, "people"), ("newly_displaced", 500_000, "people")],
        ),
        ("In Rimah, 9 in every 10 residents have left.", [("newly_displaced", 90, "percent")]),
        (
            "People displaced from Rimah (76 fam./243 pers.) and Talsa (51 fam./170 pers.)",
            [
                ("newly_displaced", 76, "households"),
                ("newly_displaced", 243, "people"),
                ("newly_displaced", 51, "households"),
                ("newly_displaced", 170, "people"),
            ],
        ),
        (
            "Refugee movements since February: 31,500 (20,500 Talsa / 11,000 Rimah)",
            [
                (("newly_displaced"), 31_500, "people"),
                ("newly_displaced", 20_500, "people"),
                ("newly_displaced", 11_000, "people"),
            ],
        ),
        (
            "In July 40,434 refugees came, an average of 1,304\ndaily; the camps were built for 90,000.",
            [
                ("newly_displaced", 40_434, "people"),
                ("on_the_move", 1304, "people_per_day"),
                ("capacity", 90_000, "people"),
            ],
        ),
        (
            "Shelter has been given: the hall has places for 120 and lodges 198 people.",
            [("capacity", 120, "people"), ("sheltered", 198, "people")],
        ),
        (
            "Some 5,737 people fled to Rimah: 2,030 are sheltered in halls, while the rest, estimated at "
            "3,700, rent rooms.",
            [("newly_displaced", 5737, "people"), ("sheltered", 2030, "people"), ("newly_displaced", 3700, "people")],
        ),
        (
            "Arrivals have slowed from over 300 a day in the first week to 20.",
            [("on_the_move", 300, "people_per_day"), ("on_the_move", 20, "people_per_day")],
        ),
        (
            "Refugees returned to Rimah: 39,176, including 21,182 through the Torka border point and 17,994 "
            "through Bolda.",
            [("returned", 39_176, "people"), ("returned", 21_182, "people"), ("returned", 17_994, "people")],
        ),
        (
            "Authorities forcibly returned 998 individuals. Of the residents of Rimah 117,023 (13%) are "
            "returnees from abroad.",
            [("returned", 998, "people"), ("returned", 117_023, "people"), ("returned", 13, "percent")],
        ),
        (
            "The centres house 1,862 individuals; 300 shelters with damages were seen.",
            [("sheltered", 1862, "people"), ("damaged", 300, "homes")],
        ),
        (
            "100,000 - The number of people that were forced out of their homes",
            [("newly_displaced", 100_000, "people")],
        ),
        ("The army displaced 95 per cent of its population.", [("newly_displaced", 95, "percent")]),
        (
            "Since 7 July 37,491 refugees have crossed, of whom\n26,468 in the past week. The point holds "
            "more than 900.",
            [
                ("newly_displaced", 37_491, "people"),
                ("newly_displaced", 26_468, "people"),
                ("sheltered", 900, "people"),
            ],
        ),
        (
            "DTM identified 1,393 displaced households. This brings the total number of households forced "
            "to leave to 57,534.",
            [("stock", 1393, "households"), ("stock", 57_534, "households")],
        ),
        ("Destroyed houses: 53,815", [("destroyed", 53_815, "homes")]),
        (
            "83,610 (as of 21 August)\nRefugees registered in Rimah camp",
            [("hosted", 83_610, "people")],
        ),
        (
            "In Rimah the camp has room for 1,500 families, and 3,900 families have put up tents.",
            [("capacity", 1500, "households"), ("sheltered", 3900, "households")],
        ),
        (
            "A total of 47,038 refugees consisting of 11,182 households have been relocated to an area demarcated to "
            "host 90,000 people.",
            [("evacuated", 47_038, "people"), ("evacuated", 11_182, "households"), ("capacity", 90_000, "people")],
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
        "Rimah was home to 35,000 residents.",
        "IDPs sit in 1,068 shelters, 876 of which are full; planned new sites: 12.",
        "About 2.9 million people live in the opposition-held area.",
        "At least 2.5 million people are in need of assistance.",
        "58% (201 settlements) of assessed settlements and 47% of IDP settlements lack water.",
        "Gang clashes left 471 killed, injured or missing.",
        "Arrivals were up by 81 %, down 4 per cent on Sunday.",
        "Some 1,400 patients are waiting to be evacuated.",
        "Most of the displaced are children under 5 and women over 60.",
        "Most of the refugees are children under the age of 18.",
    ],
)
def test_residents_and_issues_are_no_displaced_people(text):
    assert [f for f in figures(text) if f[1]] == []
