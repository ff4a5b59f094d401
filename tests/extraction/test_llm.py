"""A model may point at words; offsets, numbers, dates and places are computed here."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from onward.extraction import extract_facts

TEXT = "The mayor said about 4,000 people fled Hama for Idlib on 5 May 2016. Nobody knows more."
GOOD = {
    "quote": "about 4,000 people fled Hama for Idlib on 5 May 2016",
    "kind": "displacement",
    "indicator": "newly_displaced",
    "number": "about 4,000",
    "unit": "people",
    "places": [{"name": "Hama", "role": "from"}, {"name": "Atlantis", "role": "to"}],
    "date_text": "5 May 2016",
    "attribution": "The mayor",
    "modality": "asserted",
    "value": 123,
}


def asked(*items: object):
    return extract_facts(TEXT, llm=lambda prompt, schema: {"facts": list(items)})


def test_offsets_numbers_dates_and_places_are_computed_here():
    (fact,) = asked(GOOD).facts
    assert TEXT[fact.start : fact.end] == fact.quote
    assert (fact.value, fact.low, fact.high, fact.method) == (4000, 3600, 4400, "llm")
    assert (fact.date, fact.attribution) == ("2016-05-05", "The mayor")
    assert [(p.name, p.candidates[0].country) for p in fact.places] == [("Hama", "SYR")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"quote": "about 5,000 people fled"}, "quote is not in the text"),
        ({"number": "9,000"}, "number is not in the quote"),
        ({"number": "", "value": 4000}, "value without a number in words"),
        ({"number": "people"}, "number is not one"),
        ({"indicator": "killed"}, "unknown kind or indicator"),
        ({"quote": 3}, "item without quote, kind and indicator"),
    ],
)
def test_what_the_text_does_not_bear_is_dropped_and_counted(change, reason):
    reading = asked({**GOOD, **change})
    assert dict(reading.dropped) == {reason: 1}
    assert all(f.method == "rules" for f in reading.facts)


@pytest.mark.parametrize("answer", ["not json", "[" * 5000, b"{}", 7, None, {"facts": "x"}, [1, None]])
def test_a_bad_answer_is_counted_and_the_rules_stand(answer):
    reading = extract_facts(TEXT, llm=lambda prompt, schema: answer)
    assert sum(reading.dropped.values()) >= 1
    assert [f.method for f in reading.facts] == ["rules"]


def test_the_model_gets_prompt_and_schema_and_may_answer_in_text():
    seen = []

    def model(prompt, schema):
        seen.append((prompt, schema))
        return json.dumps({"facts": [GOOD]})

    (fact,) = extract_facts(TEXT, llm=model).facts
    assert fact.method == "llm"
    assert TEXT in seen[0][0]
    assert seen[0][1]["required"] == ["facts"]


def test_a_long_report_is_asked_in_pieces():
    calls = []
    extract_facts("Forty people fled Hama. " * 1500, llm=lambda prompt, schema: calls.append(prompt) or [])
    assert len(calls) >= 3


def entity(text: str, words: str, label: str) -> SimpleNamespace:
    at = text.index(words)
    return SimpleNamespace(text=words, label_=label, start_char=at, end_char=at + len(words))


def test_the_gazetteer_overrules_a_pipelines_labels():
    text = "Some 300 people left Homs and met the baker Karim Nasser in Oz."

    def pipeline(_: str) -> SimpleNamespace:
        named = [("Homs", "PERSON"), ("Karim Nasser", "PERSON"), ("Oz", "GPE")]
        return SimpleNamespace(ents=[entity(text, words, label) for words, label in named])

    (fact,) = extract_facts(text, nlp=pipeline).facts
    assert "Homs" in [p.name for p in fact.places]
    assert "Karim" not in fact.quote


def test_a_models_figures_get_layout_parts_and_places_of_the_rules():
    text = (
        "IDPs by district\n\n| District | IDPs |\n|---|---|\n| Rimah | 4,210 |\n| Talsa | 2,915 |\n"
        "| Total | 7,125 |\n\n"
        "Some 9,000 people fled Sarta, of whom 70 per cent are women."
    )
    common = {"kind": "displacement", "unit": "people"}
    items = [
        {**common, "quote": "4,210", "number": "4,210", "indicator": "stock"},
        {**common, "quote": "Some 9,000 people fled Sarta", "number": "9,000", "indicator": "newly_displaced"},
        {
            **common,
            "quote": "70 per cent are women",
            "number": "70 per cent",
            "indicator": "newly_displaced",
            "part_of": "9,000",
        },
    ]
    facts = extract_facts(text, "2018-11-30", llm=lambda prompt, schema: {"facts": items}).facts
    cell, fled, share = (next(f for f in facts if f.method == "llm" and f.value == v) for v in (4210, 9000, 70))
    total = next(f for f in facts if f.value == 7125)
    assert ([p.name for p in cell.places], cell.part_of, total.method) == (["Rimah"], total.id, "rules")
    assert (share.unit, share.part_of) == ("percent", fled.id)
