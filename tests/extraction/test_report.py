"""What a report says: figures, who says so, how sure, journeys; texts of our own wording."""

from __future__ import annotations

import json

import pytest

from onward.errors import OnwardError
from onward.extraction import KINDS, compare, extract_facts, read_files


def only(text: str, date: str | None = None):
    (fact,) = extract_facts(text, date).facts
    return fact


@pytest.mark.parametrize(
    ("text", "indicator", "value", "unit"),
    [
        ("Clashes displaced 4,200 people in Diffa.", "newly_displaced", 4200, "people"),
        ("About 800 families were uprooted in Diffa.", "newly_displaced", 800, "households"),
        ("Some 3,100 people remain displaced in Diffa.", "stock", 3100, "people"),
        ("The authorities evacuated 560 residents of Diffa.", "evacuated", 560, "people"),
        ("2,000 people are sheltering in schools in Diffa.", "sheltered", 2000, "people"),
        ("Chad hosts 410,000 refugees.", "hosted", 410000, "people"),
        ("In June 5,400 people returned to Diffa.", "returned", 5400, "people"),
        ("6,000 people are stranded at the border near Diffa.", "at_border", 6000, "people"),
        ("9,000 people are heading towards Diffa.", "on_the_move", 9000, "people"),
        ("The camp at Diffa has a capacity of 12,000.", "capacity", 12000, "people"),
        ("Shells killed 14 people in Diffa.", "killed", 14, "people"),
        ("Twenty people were wounded in Diffa.", "injured", 20, "people"),
        ("The fire destroyed 77 homes in Diffa.", "destroyed", 77, "homes"),
        ("In Diffa 50 houses were damaged.", "damaged", 50, "homes"),
        ("Number of IDPs: 1,870", "stock", 1870, "people"),
    ],
)
def test_a_figure_counts_what_its_words_say(text, indicator, value, unit):
    fact = only(text)
    assert (fact.indicator, fact.value, fact.unit) == (indicator, value, unit)
    assert fact.indicator in KINDS[fact.kind]


def test_a_stock_is_no_flow():
    text = "Some 2,600 people fled Bosso on 4 June 2016. As of 9 June 2016, 31,000 people remain displaced."
    flow, stock = extract_facts(text).facts
    assert (flow.indicator, stock.indicator) == ("newly_displaced", "stock")
    assert stock.date == "2016-06-09"


def test_several_thousand_is_an_interval_and_never_a_point():
    fact = only("Several thousand people fled Bosso.")
    assert (fact.value, fact.low, fact.high) == (None, 2000, 9999)


def test_households_are_converted_only_with_a_stated_size():
    without = only("Some 300 households fled Bosso.")
    assert without.people() is None
    stated = extract_facts("Exactly 300 households fled Bosso. The average household size is 5.5.").facts[0]
    assert stated.people() == (1650, 1650)


def test_one_count_in_two_units_is_linked():
    first, second = extract_facts("About 210 families (1,100 people) were displaced in Bosso.").facts
    assert (first.unit, second.unit, second.same_as) == ("households", "people", first.id)


def test_a_repeated_figure_is_one_fact():
    text = "Aid groups said 7,000 people fled Bosso.\nThe flight of 7,000 people from Bosso began at night."
    reading = extract_facts(text)
    (fact,) = reading.facts
    assert len(fact.mentions) == 1


def test_numbers_in_a_list_count_what_the_first_counts():
    facts = extract_facts(
        "In all, 900 people were displaced: 500 from Bosso, 300 from Toumour and 100 from Kablewa."
    ).facts
    assert [f.value for f in facts] == [900, 500, 300, 100]
    assert [p.name for p in facts[2].places] == ["Toumour"]


def test_shares_groups_and_years_are_no_counts_of_people():
    text = "In 2016, 40 per cent of the people in Bosso fled (events of more than 50 people count)."
    assert {f.unit for f in extract_facts(text).facts if f.value is not None} <= {"percent"}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("The mayor said 400 people fled Bosso.", "The mayor"),
        ("Some 400 people fled Bosso, the mayor said.", "the mayor"),
        ("According to the Red Cross, 400 people fled Bosso.", "the Red Cross"),
        ("Niger estimates 400 people fled Bosso.", "Niger"),
        ("Some 400 people fled Bosso (OCHA, 9 June 2016).", "OCHA"),
        ("Some 400 people fled Bosso.", "author"),
    ],
)
def test_who_says_so_is_part_of_the_fact(text, who):
    assert only(text).attribution == who


@pytest.mark.parametrize(
    ("text", "modality", "asserted"),
    [
        ("Some 400 people fled Bosso.", "asserted", True),
        ("An estimated 400 people fled Bosso.", "estimated", True),
        ("Some 400 people may have fled Bosso.", "hedged", True),
        ("Some 400 people will flee Bosso.", "forecast", False),
        ("If the army comes, 400 people would flee Bosso.", "conditional", False),
        ("The army denied that 400 people had fled Bosso.", "denied", False),
        ("Officials plan to evacuate 400 people from Bosso.", "intention", False),
    ],
)
def test_forecasts_denials_and_conditions_are_no_assertions(text, modality, asserted):
    fact = only(text)
    assert (fact.modality, fact.asserted) == (modality, asserted)


@pytest.mark.parametrize(
    ("text", "kind", "indicator"),
    [
        ("Warplanes bombed the market of Bosso.", "attack", "airstrike"),
        ("Shelling of Bosso went on all night.", "attack", "shelling"),
        ("The army launched a new offensive near Bosso.", "attack", "ground_offensive"),
        ("Rebels captured the town of Bosso.", "control", "taken"),
        ("They crossed areas held by the rebels.", "control", "held"),
        ("The town is about to fall.", "control", "threatened"),
        ("Niger closed its border.", "border", "closed"),
        ("The crossing at Bosso was reopened.", "border", "open"),
        ("Only wounded people are let through.", "border", "restricted"),
        ("The neighbour sent troops.", "intervention", "military"),
        ("Envoys hope for a ceasefire.", "intervention", "ceasefire"),
        ("An aid convoy reached Bosso.", "aid", "delivered"),
    ],
)
def test_facts_without_a_figure(text, kind, indicator):
    assert (kind, indicator) in {(f.kind, f.indicator) for f in extract_facts(text).facts}


def test_an_attack_named_only_as_a_cause_is_no_fact_of_its_own():
    facts = extract_facts("Some 400 people fled Bosso because of the airstrikes.").facts
    assert [f.kind for f in facts] == ["displacement"]


def test_waiting_at_a_border_does_not_close_it():
    facts = extract_facts("Hundreds of people are stuck at the border near Bosso.").facts
    assert {f.kind for f in facts} == {"displacement"}


JOURNEY = """"We fled to Hama because of the shelling, but the shelling followed us there," said a farmer \
who had just reached the Turkish border.
"Then we went to Saraqib. My cousin was killed there."
"""


def test_a_journey_is_followed_through_there():
    reading = extract_facts(JOURNEY)
    assert ("home", "Hama", "Saraqib", "Turkish border") in reading.itineraries()
    killed = next(f for f in reading.facts if f.kind == "casualty")
    assert [(p.name, p.found) for p in killed.places] == [("Saraqib", "context")] or killed.places[0].name == "Saraqib"
    assert {f.modality for f in reading.facts if f.kind == "attack"} == {"witness"}


def test_its_borders_are_those_of_the_country_named_last():
    fact = extract_facts("Jordan is full. About 5,000 people are waiting at its borders.").facts[0]
    assert [(p.candidates[0].country, p.found) for p in fact.places] == [("JOR", "there")]


def test_names_of_private_persons_are_hidden():
    text = '"We lost it," said Salma Darwish, a mother of three. Later 40 neighbours of Darwish fled Hama.'
    said = json.dumps(extract_facts(text).to_dict())
    assert "Darwish" not in said


def test_names_of_officials_are_kept():
    fact = only("Governor Adam Hassan said 300 people fled Hama.")
    assert "Adam Hassan" in fact.attribution


def test_every_quote_stands_in_the_text_where_the_offsets_say():
    text = "Around1.2 million peoplehave fled. “More than 40 died,” said the mayor — on 3 May.\n"
    for fact in extract_facts(text).facts:
        assert text[fact.start : fact.end] == fact.quote


def test_a_date_that_is_none_is_told():
    with pytest.raises(OnwardError, match="'soon' is not a day"):
        extract_facts("text", "soon")


def test_reports_are_compared(tmp_path):
    said = {
        "a.txt": "The UN said 4,000 people fled Hama on 5 May 2016.",
        "b.txt": "Activists said 9,000 people fled Hama on 5 May 2016.",
        "c.txt": "Officials said 4,000 people fled Hama on 5 May 2016.",
        "d.txt": "Officials said 9,500 people could flee Hama on 5 May 2016.",
    }
    for name, text in said.items():
        (tmp_path / name).write_text(text)
    seen = []
    readings = read_files([tmp_path / n for n in said], progress=lambda done, of, path: seen.append((done, of)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    (duplicate,) = readings.duplicates
    assert [source for source, _ in duplicate.facts] == ["a.txt", "c.txt"]
    (contradiction,) = readings.contradictions
    assert "Activists: 9,000" in contradiction.says
    assert not any("9,500" in s for s in contradiction.says)


def test_flows_of_different_weeks_do_not_contradict():
    texts = [
        "The UN said 4,000 people fled Hama between 1 and 7 May 2016.",
        "The UN said 900 people fled Hama between 15 and 21 May 2016.",
    ]
    readings = compare([extract_facts(t, source=str(i)) for i, t in enumerate(texts)])
    assert readings.contradictions == ()


def figures_of(text: str, date: str = "2024-07-01") -> list[tuple[str, float | None, str | None, str | None]]:
    """Indicator, value, unit and the quote's whole of each fact with a figure."""
    facts = [f for f in extract_facts(text, date).facts if f.unit is not None]
    value = {f.id: f.value for f in facts}
    return [(f.indicator, f.value, f.unit, value.get(f.part_of or "")) for f in facts]


def test_people_who_got_aid_are_not_displaced() -> None:
    text = "19,000 people displaced in June.\n240,000 people reached with food assistance.\n"
    text += "200 children benefited from kits."
    assert [row[0] for row in figures_of(text)] == ["newly_displaced", "delivered", "delivered"]


def test_a_fall_by_a_number_is_no_stock() -> None:
    assert figures_of("There are 90,000 IDPs. A decrease of 4,750 individual IDPs since the last round.") == [
        ("stock", 90000.0, "people", None)
    ]


def test_a_share_in_brackets_is_of_the_total_that_it_fits() -> None:
    text = "The team identified 8,000 IDPs. 3,200 IDPs (40 %) were living with host families, "
    text += "800 IDPs (10 %) were living in camps."
    assert [row for row in figures_of(text) if row[2] == "percent"] == [
        ("sheltered", 40.0, "percent", 8000.0),
        ("sheltered", 10.0, "percent", 8000.0),
    ]


def test_items_in_brackets_under_a_heading_count_what_it_says() -> None:
    text = (
        "In June, 12 households were displaced. Most moved into these districts:\n\n"
        "  • Tall Wadi (7 HHs) – Marj (4 HHs), Dayr (3 HHs) districts."
    )
    assert figures_of(text)[1:] == [("newly_displaced", float(n), "households", None) for n in (7, 4, 3)]


def test_a_planning_figure_is_a_forecast() -> None:
    text = "The agency has determined an initial planning figure of 800,000 refugees that may flee the country."
    assert [f.modality for f in extract_facts(text, "2024-07-01").facts if f.unit] == ["forecast"]


def test_where_someone_speaks_is_no_place_of_the_fact() -> None:
    text = "The spokesperson told reporters in Geneva that 10,200 people fled from Daraa last week."
    (fact,) = [f for f in extract_facts(text, "2018-07-01").facts if f.unit]
    assert [p.name for p in fact.places] == ["Daraa"]


def test_what_was_counted_before_is_read_too() -> None:
    text = "Last week 10,200 people arrived in the camp, compared to 4,500 the previous week."
    assert [row[1] for row in figures_of(text)] == [10200.0, 4500.0]


def test_a_passive_estimate_has_no_speaker() -> None:
    text = "The number of IDPs in the province is estimated at 322,300."
    (fact,) = [f for f in extract_facts(text, "2024-07-01").facts if f.unit]
    assert fact.attribution == "author"


def test_nations_are_no_private_names() -> None:
    (fact,) = extract_facts("839,490 internally displaced Iraqis verified as displaced from Mosul.").facts
    assert "Iraqis" in fact.quote


def test_a_second_count_shares_the_verb_of_the_first() -> None:
    text = "Between 4 and 8 August, 52 families departed from camps near Zummar and 82 families from camps near Wana."
    assert [row[:3] for row in figures_of(text)] == [("newly_displaced", n, "households") for n in (52.0, 82.0)]


def test_a_list_of_ranges_counts_what_its_heading_says() -> None:
    text = "Total arrivals per crossing:\n1) Esentepe: 3000-4000 (closed on 21 September)\n2) Mert Ismail: 6000-6600"
    facts = [f for f in extract_facts(text, "2014-09-23").facts if f.unit]
    assert [(f.indicator, f.low, f.high) for f in facts] == [
        ("newly_displaced", 3000, 4000),
        ("newly_displaced", 6000, 6600),
    ]


def test_arrivals_far_from_their_noun_are_arrivals() -> None:
    text = "According to the Government of Iraq, 14,000 IDPs from Baaj district, west of Mosul, "
    text += "have arrived at Alil since 5 June."
    (fact,) = [f for f in extract_facts(text, "2017-06-11").facts if f.unit]
    assert (fact.indicator, fact.attribution) == ("newly_displaced", "the Government of Iraq")
    assert "Iraq" not in [p.name for p in fact.places]


def test_a_body_whose_name_holds_and_is_one_speaker() -> None:
    text = "The UN Relief and Works Agency reported 20 people dead in Yarmouk."
    assert extract_facts(text).facts[0].attribution == "The UN Relief and Works Agency"


def test_key_figures_in_millions_may_stand_apart_from_their_letter() -> None:
    assert figures_of("• IDPs 2.2 m\n• Nigerian refugees 230,000")[0][1] == 2_200_000


def test_more_people_are_people() -> None:
    assert figures_of("OCHA has been informed of over 50,000 more people being displaced in the northeast.") == [
        ("newly_displaced", 50000.0, "people", None)
    ]


def test_what_is_done_every_day_is_a_rate_only_of_people() -> None:
    assert figures_of("More than 4,000 refugees are entering Uganda each day of this week.") == [
        ("on_the_move", 4000.0, "people_per_day", None)
    ]
    text = (
        "72,000 refugees were transferred to the site. About 500 medical consultations are conducted every day there."
    )
    assert [row[1] for row in figures_of(text)] == [72000.0]


def test_a_key_figure_may_stand_before_its_label() -> None:
    text = "1,813 Number of new arrivals on Thursday 1st September\n\n333,947 Total number of refugees in Uganda"
    assert [row[:2] for row in figures_of(text)] == [("newly_displaced", 1813.0), ("stock", 333947.0)]
