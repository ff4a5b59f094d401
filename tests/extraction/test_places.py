"""Places: foldings, candidates, roles, the crisis's own places first."""

from __future__ import annotations

import polars as pl
import pytest

from onward.extraction import extract_facts
from onward.extraction.mentions import find_mentions
from onward.extraction.places import crisis_gazetteer, gazetteer


class Made:
    """A crisis with two places, one of which has the name of a far-away city."""

    def table(self, name: str) -> pl.DataFrame:
        if name == "areas":
            return pl.DataFrame({"area": [], "place": []})
        assert name == "places"
        return pl.DataFrame(
            {
                "place": ["tripoli_camp", "marea"],
                "name": ["Tripoli", "Mare’"],
                "country": ["SYR", "SYR"],
                "latitude": [36.6, 36.48],
                "longitude": [37.1, 37.2],
                "kind": ["camp", "town"],
                "population": [0, 16000],
            }
        )


def roles(text: str) -> list[tuple[str, str | None]]:
    return [(m.name, m.role) for m in find_mentions(text, gazetteer(), [(0, len(text))])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Marea", "Mare'"),
        ("Marea", "Māri‘"),
        ("Öncüpınar", "Oncupinar"),
        ("Bab al-Salama", "Bab as-Salameh"),
        ("Azaz", "A'zaz"),
        ("Tal Rifaat", "Tell Rifat"),
        ("Deir ez-Zor", "Deir Ezzor"),
        ("Raqqa", "Ar-Raqqah"),
    ],
)
def test_spellings_of_one_place_meet(one, other):
    first, second = (gazetteer().candidates(n)[0] for n in (one, other))
    assert first.country == second.country
    assert abs(first.latitude - second.latitude) < 1


def test_an_ambiguous_name_keeps_several_candidates():
    found = gazetteer().candidates("Tripoli")
    assert {c.country for c in found} >= {"LBY", "LBN"}
    assert sum(c.score for c in found) < 1


def test_other_names_of_the_text_decide_between_countries():
    fact = extract_facts("About 4,000 people fled from Akkar and Tyre to Tripoli in Lebanon.").facts[0]
    tripoli = next(p for p in fact.places if p.name == "Tripoli")
    assert tripoli.candidates[0].country == "LBN"


def test_the_crisiss_own_places_come_first():
    best = crisis_gazetteer(Made()).candidates("Tripoli")[0]
    assert (best.place, best.source) == ("tripoli_camp", "crisis")


def test_the_crisiss_places_are_found_by_spellings_of_the_gazetteer():
    assert crisis_gazetteer(Made()).candidates("Marea")[0].place == "marea"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They fled from Homs to Idlib.", [("Homs", "from"), ("Idlib", "to")]),
        ("They fled Homs for Idlib through Hama.", [("Homs", "from"), ("Idlib", "to"), ("Hama", "via")]),
        ("People from villages around the town of Azaz left.", [("Azaz", "from")]),
        ("They are in Kilis and Gaziantep.", [("Kilis", "at"), ("Gaziantep", "at")]),
        ("Families wait at the Turkish border.", [("Turkey", "at")]),
        ("They live in Qasr Tahun village.", [("Qasr Tahun", "at")]),
    ],
)
def test_roles_follow_the_words_before_the_name(text, expected):
    assert roles(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "President Homs spoke.",
        "Hurricane Aleppo came near.",
        "The Homs Liberation Front attacked.",
        "On Monday in March they spoke.",
    ],
)
def test_persons_storms_and_organisations_are_no_places(text):
    assert roles(text) == []


def test_an_unknown_place_has_no_candidates_and_no_silent_point():
    fact = extract_facts("Some 700 people are sheltering in Qasr Tahun village.").facts[0]
    assert [(p.name, p.candidates) for p in fact.places] == [("Qasr Tahun", ())]


def test_every_row_of_our_own_table_has_a_source():
    assert all(len(e.source) > 12 for e in gazetteer().entries if e.source.startswith("Onward"))


def test_areas_without_a_proper_name_are_places():
    text = "In Austria 900 were evacuated, mostly around Salzburg and in the north. Others fled Kurdish areas."
    names = [m.name for m in find_mentions(text, gazetteer(), [(0, len(text))])]
    assert names == ["Austria", "Salzburg", "the north", "Kurdistan"]
