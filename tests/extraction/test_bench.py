"""The bench of situation reports: texts of our own in the forms of OCHA, IOM and UNHCR updates, labelled by hand."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from onward.extraction import extract_facts

ROOT = Path(__file__).resolve().parents[2]
BENCH = Path(__file__).parent / "bench"


@pytest.fixture(scope="module")
def reading() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_of_reports", ROOT / "benchmarks" / "reading.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_bench_is_large_and_its_labels_stand_in_the_texts():
    cases = [json.loads(f.read_text("utf-8")) for f in sorted(BENCH.glob("*.json"))]
    assert len(cases) >= 60
    assert len({c["country"] for c in cases}) >= 4
    assert {c["style"] for c in cases} == {"OCHA", "IOM", "UNHCR"}
    for case in cases:
        text = (BENCH / case["file"]).read_text("utf-8")
        assert all(text[f["start"] : f["end"]].strip() for f in case["figures"])


def test_the_bench_meets_its_bars(reading):
    scores = reading.bench()
    assert scores["recall"] >= 0.92, scores["missed"]
    assert scores["precision"] >= 0.93, scores["wrong"]
    assert scores["family"] >= 0.9
    assert scores["attribution"] >= 0.9


def one(text: str):
    (fact,) = [f for f in extract_facts(text).facts if f.unit]
    return fact


def test_a_markdown_table_is_read_by_row_and_column():
    text = (
        "IDPs by district\n\n| District | IDPs | HHs |\n|---|---|---|\n| Rimah | 4,210 | 842 |\n| All | 4,210 | 842 |"
    )
    facts = extract_facts(text).facts
    first = facts[0]
    assert (first.indicator, first.value, first.unit, first.places[0].name) == ("stock", 4210, "people", "Rimah")
    assert (facts[1].unit, facts[1].value) == ("households", 842)
    assert text[first.start : first.end] == first.quote == "4,210"


def test_columns_at_other_times_are_counts_and_columns_of_sites_and_changes_are_none():
    text = (
        "Returnees response | Report 11\n\n"
        "Crossing | Sites | Individuals 1-9 Dec | Change | Since 15 Sep\nTorka | 3 | 9,846 | +96 | 312,450\n"
        "Bolda | 2 | 6,022 | -41 | 163,208"
    )
    facts = extract_facts(text).facts
    assert [(f.indicator, f.value) for f in facts] == [
        *(("returned", 9846), ("returned", 312_450)),
        *(("returned", 6022), ("returned", 163_208)),
    ]


def test_cells_between_slashes_are_a_table():
    text = "Site: influx / total\nKutupa: 235,095 / 334,800\nNayapa: 19,215 / 53,772"
    facts = [(f.value, f.places[0].name) for f in extract_facts(text).facts]
    assert facts == [(235_095, "Kutupa"), (334_800, "Kutupa"), (19_215, "Nayapa"), (53_772, "Nayapa")]


def test_a_row_is_part_of_the_row_of_totals():
    facts = extract_facts("Table\nDistrict   Returnees\nRimah      400\nTalsa      300\nTotal      700\n").facts
    assert [(f.value, f.part_of) for f in facts] == [(400, "f3"), (300, "f3"), (700, None)]


def test_a_key_figure_takes_the_label_below_it():
    fact = one("KEY FIGURES\n\n382,000\nRefugees in eastern Chad\n")
    assert (fact.indicator, fact.value) == ("hosted", 382_000)


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("Some 9,000 people fled, of whom 2,000 are in schools.", 2000, 9000),
        ("Shelling killed 17 people, including six children.", 6, 17),
        ("There were 21,400 displacements: 9,100 from Dohrak and 7,250 from Kafrin.", 7250, 21400),
        ("9,000 people were displaced. Of these, 70 per cent are women.", 70, 9000),
    ],
)
def test_parts_point_to_their_total(text, part, whole):
    facts = extract_facts(text).facts
    total = next(f for f in facts if f.value == whole)
    assert next(f for f in facts if f.value == part).part_of == total.id


@pytest.mark.parametrize(
    ("text", "indicator", "unit"),
    [
        ("Between 300 and 400 people passed through Nasira every day.", "on_the_move", "people_per_day"),
        ("The camp was designed for 8,000 people.", "capacity", "people"),
        ("Trucks brought supplies for 20,000 people.", "delivered", "people"),
    ],
)
def test_capacity_supplies_and_rates_are_no_displaced_people(text, indicator, unit):
    fact = one(text)
    assert (fact.indicator, fact.unit) == (indicator, unit)


def test_an_army_is_no_place():
    text = "The Government of Syria (GoS) advanced. In the GoS-controlled part of Dohrak, 30,000 IDPs live in tents."
    names = {p.name for f in extract_facts(text).facts for p in f.places}
    assert names == {"Dohrak"}


def test_a_refusal_closes_the_border_from_the_reports_day():
    text = "The authorities have announced that they will not admit any further refugees."
    (fact,) = extract_facts(text, "2018-06-29").facts
    assert (fact.kind, fact.indicator, fact.modality) == ("border", "closed", "asserted")
    assert (fact.date, fact.attribution) == ("2018-06-29/..", "The authorities")


def test_a_capture_names_who_and_every_place():
    text = "GoS took control of the Nasira crossing, Rimah and Talsa on 9 July."
    fact = next(f for f in extract_facts(text, "2018-07-10").facts if f.kind == "control")
    assert (fact.who, fact.date, [p.name for p in fact.places]) == ("GoS", "2018-07-09", ["Nasira", "Rimah", "Talsa"])


def test_parts_that_exceed_their_total_are_reported():
    reading = extract_facts("There were 900 displacements: 500 from Bosso and 600 from Toumour.")
    (total,) = reading.totals()
    assert (total.whole, total.parts, total.sum, total.fits) == ("f1", ("f2", "f3"), 1100, False)
    assert reading.to_dict()["totals"][0]["fits"] is False


@pytest.mark.parametrize(
    "text",
    [
        "The offensive led to the displacement of an estimated 285,000.",
        "The total estimate of displaced individuals has reached 613,036.",
    ],
)
def test_an_estimate_without_a_speaker_is_the_authors(text):
    assert one(text).attribution == "author"


def test_a_whole_does_not_take_the_place_of_its_part():
    whole, part = extract_facts("3.8 million IDPs, the majority of whom (79 %) were in Deir.").facts
    assert (whole.places, [p.name for p in part.places]) == ((), ["Deir"])
