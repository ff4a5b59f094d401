"""Forms of figures in situation reports, each in a sentence of our own: what is counted, how many, in which unit."""

from __future__ import annotations

import pytest

from onward.extraction import extract_facts

Expected = list[tuple[str, float, str]]

FORMS: dict[str, tuple[str, Expected]] = {
    "lines that are a label and a figure": (
        "FIGURES\n"
        "People displaced in Rimah State 139,000\n"
        "IDPs in Talsa since 2012 21,000\n"
        "Refugee arrivals in Dohrak (Oct 2016-Jul 2017) 87,000\n"
        "Displaced people in Galla (as of Dec 2015) - 2.66 million\n"
        "150 million requested (US$)\n",
        [
            ("stock", 139_000, "people"),
            ("stock", 21_000, "people"),
            ("newly_displaced", 87_000, "people"),
            ("stock", 2_660_000, "people"),
        ],
    ),
    "this includes": (
        "37,000 people arrived in Rimah. This includes 21,690 people in Sarta, 14,000 in Talsa and 1,310 elsewhere.",
        [("newly_displaced", n, "people") for n in (37_000, 21_690, 14_000, 1_310)],
    ),
    "an increase of": (
        "By 28 February, 95,000 people were displaced. This is an increase of 5,000 people compared to the 90,000 "
        "people reported on 14 February.",
        [("newly_displaced", n, "people") for n in (95_000, 5_000, 90_000)],
    ),
    "people reached": (
        "During the month partners reached over 2,100 beneficiaries in Rimah, and supported 1,600 people with seeds.",
        [("delivered", 2_100, "people"), ("delivered", 1_600, "people")],
    ),
    "what reaches a number is no aid": (
        "The number of new arrivals in Rimah reached 92,378 people.",
        [("newly_displaced", 92_378, "people")],
    ),
    "movements": (
        "A total of 2,298 movements were recorded in Rimah, comprising 1,977 arrivals and 321 departures.",
        [("newly_displaced", n, "people") for n in (2_298, 1_977, 321)],
    ),
    "families that were recorded": (
        "Most IDPs are in Rimah governorate, where 3,577 families, or 21,462 individuals, have been recorded.",
        [("stock", 3_577, "households"), ("stock", 21_462, "people")],
    ),
    "recorded as new arrivals": (
        "Since 7 February, 1,800 have been recorded as new arrivals in Rimah.",
        [("newly_displaced", 1_800, "people")],
    ),
    "an abbreviation for individuals": (
        "7 individuals (INDs) arrived at Talsa camp. 15 INDs left Sarta camp for Rimah.",
        [("newly_displaced", 7, "people"), ("newly_displaced", 15, "people")],
    ),
    "a round figure and the exact one are one": (
        "The number of displaced now reaches over a million people (1,013,254).",
        [("stock", 1_013_254, "people")],
    ),
    "a share in words and in figures is one": (
        "Some 9,000 people fled. Half of these people have fled from Rimah sub-district (53 %).",
        [("newly_displaced", 9_000, "people"), ("newly_displaced", 53, "percent")],
    ),
    "not yet returned": (
        "About 2,000 people have not yet been able to return to their homes.",
        [("stock", 2_000, "people")],
    ),
    "a dash without spaces": (
        "The number of displaced is 97,600, with 39,800 people\u201441 per cent\u2014living in camps in Rimah.",
        [("stock", 97_600, "people"), ("sheltered", 39_800, "people"), ("sheltered", 41, "percent")],
    ),
    "groups by name": (
        "Over 25,000 Rimah Farmers and people of other groups were also displaced.",
        [("newly_displaced", 25_000, "people")],
    ),
    "day and month are no range, a hyphen makes no number": (
        "The 300 people counted today (04/11) fled COVID-19 wards. They were displaced between 2013 and 2014.",
        [("newly_displaced", 300, "people")],
    ),
    "another": (
        "About 3,484 refugees arrived in Rimah in January and another 91,880 refugees throughout last year.",
        [("newly_displaced", 3_484, "people"), ("newly_displaced", 91_880, "people")],
    ),
    "boats are no people": ("Nine boats with displaced people arrived (8 in Rimah and 1 in Talsa).", []),
    "shares by the verb before their bracket": (
        "Some 71,000 people were displaced. Most stay within camps (77 %), while some are with host families (16 %).",
        [("newly_displaced", 71_000, "people"), ("sheltered", 77, "percent"), ("sheltered", 16, "percent")],
    ),
    "up by, and people who cross": (
        "Some 26,600 people fled, up by 2,600 people from the week before. Numbers rise, with 4,751 people "
        "crossing into "
        "Rimah.",
        [("newly_displaced", n, "people") for n in (26_600, 2_600, 4_751)],
    ),
    "numbers in names, and of things": (
        "41,181 refugees were relocated from Village 8 to Rimah. We received 18,000 liters of fuel and three "
        "(3) trucks.",
        [("evacuated", 41_181, "people")],
    ),
    "a list after a colon, far from its total": (
        "There were 96,223 refugees in the region, in four camps in the western part of it and near the road "
        "to the river: "
        "Sarta (21,682), Talsa (32,167) and Galla (42,374).",
        [("stock", n, "people") for n in (96_223, 21_682, 32_167, 42_374)],
    ),
    "a list before its verb": (
        "Rimah (205 HHs) and Sarta (110 HHs) districts received the highest number of households arriving "
        "from the east.",
        [("newly_displaced", 205, "households"), ("newly_displaced", 110, "households")],
    ),
    "square brackets": (
        "A total of 12,432 people [2,072 households (HHs)] were displaced.",
        [("newly_displaced", 12_432, "people"), ("newly_displaced", 2_072, "households")],
    ),
    "a share of a stated number": (
        "By now 76% of almost 190,000 IDPs in collective shelters have returned.",
        [("returned", 76, "percent"), ("stock", 190_000, "people")],
    ),
    "intentions and sites are no shares of people": (
        "There are 9,000 returnees. 88 per cent of returnees expressed the wish to stay. 40% tent and makeshift sites.",
        [("returned", 9_000, "people")],
    ),
    "people in need who were helped": (
        "A total of 21,000 people in need received aid. 16,905 IDPs have received these critical supplies.",
        [("delivered", 21_000, "people"), ("delivered", 16_905, "people")],
    ),
    "who lives or lived in a place is not displaced": (
        "Fighting hit the three million people living in this area. Sarta was home to more than 712,000 "
        "people before the "
        "attack.",
        [],
    ),
    "a key figure with a long label, and its shares": (
        "300,451\nNumber of refugees in Rimah. 93% come from Sarta, 7% from Talsa.\n",
        [("hosted", 300_451, "people"), ("hosted", 93, "percent"), ("hosted", 7, "percent")],
    ),
    "parts between dashes": (
        "Some 34 children\u201414 girls and 20 boys\u2014have died.",
        [("killed", 34, "people"), ("killed", 14, "people"), ("killed", 20, "people")],
    ),
    "a total that is a population": (
        "As of 14 October, 22 new arrivals were reported, bringing the total population there to 5,950.",
        [("newly_displaced", 22, "people"), ("stock", 5_950, "people")],
    ),
    "people who are missing or confined": (
        "Shelling injured 16 people. Another 1,550 are missing, including 870 children. A confinement that "
        "affected 2,236 "
        "people was reported, and 107 people remain confined.",
        [("injured", 16, "people")],
    ),
    "a share that says the same once more": (
        "Almost a million people\u2014half of the population\u2014have been displaced. Camps grew by 16,000 "
        "people, with half of "
        "this increase in Rimah.",
        [("newly_displaced", 1_000_000, "people")],
    ),
    "exceeded, and there were": (
        "The number of displaced people in Rimah exceeded 1.7 million people. A month ago there were around "
        "1.4 million.",
        [("stock", 1_700_000, "people"), ("stock", 1_400_000, "people")],
    ),
    "others in host families": (
        "Some 5,900 of the IDPs live in the mosque of Rimah and more than 2,000 others in host families.",
        [("sheltered", 5_900, "people"), ("sheltered", 2_000, "people")],
    ),
    "daily after the verb": (
        "In May, an average of 16,000 refugees were fleeing into Rimah daily.",
        [("on_the_move", 16_000, "people_per_day")],
    ),
    "registered children are no displaced people": (
        "The ministry has identified 7,771 unaccompanied children.",
        [],
    ),
    "reached out of those targeted": (
        "WFP reached 652,276 out of 853,274 targeted beneficiaries.\n\n911,232 people assisted\n",
        [("delivered", 652_276, "people"), ("delivered", 911_232, "people")],
    ),
    "an increase from one figure to another": (
        "The number of IDPs in Rimah increased from 268,629 to 301,407 IDPs by the end of May.",
        [("stock", 268_629, "people"), ("stock", 301_407, "people")],
    ),
    "more families were identified, bringing the total to": (
        "An additional 720 displaced families were identified, bringing the total number of displaced households "
        "since the onset of the clashes on 5 April to 1,615 families. "
        "The total number now stands at 1,500 people there.",
        [
            ("newly_displaced", 720, "households"),
            ("newly_displaced", 1_615, "households"),
            ("stock", 1_500, "people"),
        ],
    ),
    "people in detention": ("Currently, 3,145 migrants remain in detention centres in Rimah.", []),
    "there are people displaced": (
        "There are currently 576 persons displaced in Rimah.",
        [("stock", 576, "people")],
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_read(form):
    text, expected = FORMS[form]
    found = [(f.indicator, f.value, f.unit) for f in extract_facts(text, "2018-11-30").facts if f.unit]
    assert found == expected
