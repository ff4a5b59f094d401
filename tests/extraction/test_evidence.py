"""Evidence: reviewed in a spreadsheet, applied to a crisis."""

from __future__ import annotations

import csv

import pytest

from onward.crisis import read_crisis
from onward.errors import CrisisDataError
from onward.extraction import apply_evidence, extract_facts, read_evidence_csv, write_evidence_csv
from onward.extraction.evidence import COLUMNS
from tiny import write_tiny

TEXT = """The camp office said 9,500 displaced people are staying in Azaz as of 12 July 2016.
On 14 July 2016 about 3,000 people fled Mare’.
Warplanes bombed Azaz on 15 July 2016.
The army captured the town of Azaz on 20 July 2016.
Some 100 families fled Azaz on 16 July 2016.
If the front moves, 5,000 people would flee Azaz.
=cmd said 4 people were killed in Azaz."""


@pytest.fixture
def crisis(tmp_path):
    return write_tiny(tmp_path / "tiny")


@pytest.fixture
def evidence(tmp_path, crisis):
    reading = extract_facts(TEXT, crisis=read_crisis(crisis), source="radio.txt")
    return write_evidence_csv([reading], tmp_path / "evidence.csv")


def decide(file, **decisions):
    """Set cells of the rows whose quote holds a word."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for word, cells in decisions.items():
        chosen = [r for r in rows if word.replace("_", " ") in r["quote"]]
        assert chosen, word
        for row in chosen:
            row.update(cells)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return read_evidence_csv(file)


def test_a_written_table_reads_back(evidence):
    rows = read_evidence_csv(evidence)
    assert [r.becomes for r in rows[:5]] == ["counts", "claims", "events", "control", ""]
    assert (rows[0].place, rows[1].origin, rows[0].value) == ("azaz", "marea", 9500)
    assert not any(r.accepted for r in rows)


def test_no_cell_is_a_formula(evidence):
    with evidence.open(encoding="utf-8-sig", newline="") as lines:
        cells = [c for row in csv.reader(lines) for c in row]
    assert not any(c.startswith(("=", "+", "-", "@")) for c in cells)


def test_only_accepted_rows_are_added_with_their_source(evidence, crisis):
    before = read_crisis(crisis)
    rows = decide(
        evidence,
        staying={"decision": "accept"},
        about_3={"decision": "accept"},
        bombed={"decision": "reject"},
        captured={"decision": "accept", "actor": "army"},
    )
    applied = apply_evidence(rows, crisis)
    after = read_crisis(crisis)
    assert applied.added == {"counts": 1, "claims": 1, "control": 1}
    assert after.table("events").equals(before.table("events"))
    claim = next(r for r in after.table("claims").iter_rows(named=True) if r["claim"].startswith("radio"))
    assert (claim["indicator"], claim["origin"], claim["low"], claim["high"]) == (
        "displaced",
        "marea",
        2700,
        3300,
    )
    assert claim["source"].startswith("author (radio.txt f")
    count = next(r for r in after.table("counts").iter_rows(named=True) if "radio.txt" in (r["source"] or ""))
    assert (count["place"], count["people"], str(count["date"])) == ("azaz", 9500, "2016-07-12")


def test_applying_twice_adds_nothing(evidence, crisis):
    rows = decide(evidence, staying={"decision": "accept"}, about_3={"decision": "accept"})
    apply_evidence(rows, crisis)
    again = apply_evidence(rows, crisis)
    assert again.added == {}
    assert len(again.skipped) == 2


def test_an_event_needs_an_actor_and_nothing_is_written_without(evidence, crisis):
    before = read_crisis(crisis).hash
    rows = decide(evidence, staying={"decision": "accept"}, bombed={"decision": "accept"})
    with pytest.raises(CrisisDataError, match="column actor: '' is not an actor of the crisis"):
        apply_evidence(rows, crisis)
    assert read_crisis(crisis).hash == before


def test_an_event_with_its_actor_is_added(evidence, crisis):
    rows = decide(evidence, bombed={"decision": "correct", "actor": "army"})
    assert apply_evidence(rows, crisis).added == {"events": 1}
    event = next(r for r in read_crisis(crisis).table("events").iter_rows(named=True) if "radio" in (r["source"] or ""))
    assert (event["place"], event["type"], event["actor"]) == ("azaz", "air", "army")
    assert "corrected" in event["source"]


def test_a_forecast_is_not_accepted_as_it_stands(evidence, crisis):
    rows = decide(evidence, would={"decision": "accept", "becomes": "claims"})
    with pytest.raises(CrisisDataError, match="modality"):
        apply_evidence(rows, crisis)


def test_households_need_a_size(evidence, crisis):
    rows = decide(evidence, families={"decision": "accept", "becomes": "claims"})
    with pytest.raises(CrisisDataError, match="people per household"):
        apply_evidence(rows, crisis)
    rows = decide(evidence, families={"decision": "correct", "household_size": "5"})
    apply_evidence(rows, crisis)
    claims = read_crisis(crisis).table("claims").filter(origin="azaz").iter_rows(named=True)
    assert [(c["low"], c["high"]) for c in claims] == [(450, 550)]


def test_an_undated_claim_speaks_of_the_reports_day(tmp_path, crisis):
    reading = extract_facts("Some 700 people fled Azaz.", "2016-07-18", crisis=read_crisis(crisis), source="a")
    file = write_evidence_csv([reading], tmp_path / "evidence.csv")
    apply_evidence(decide(file, Some_700={"decision": "accept"}), crisis)
    (claim,) = read_crisis(crisis).table("claims").filter(claim="a_f1").iter_rows(named=True)
    assert str(claim["end"]) == "2016-07-18"


def test_all_faulty_cells_are_told_at_once(evidence):
    with pytest.raises(CrisisDataError, match=r"(?s)column decision: 'yes'.*column value: 'many'"):
        decide(evidence, staying={"decision": "yes"}, about_3={"value": "many"})


def test_a_table_without_its_columns_is_told(tmp_path):
    file = tmp_path / "evidence.csv"
    file.write_text("report,quote\na,b\n")
    with pytest.raises(CrisisDataError, match="column decision: the column is missing"):
        read_evidence_csv(file)


def bytes_of(folder):
    return {f.name: f.read_bytes() for f in sorted(folder.iterdir()) if f.is_file()}


def test_only_the_rows_that_are_added_change_the_folder(evidence, crisis):
    places = crisis / "places.csv"
    places.write_bytes(places.read_bytes().replace(b"\n", b"\r\n"))
    before = bytes_of(crisis)
    apply_evidence(decide(evidence, staying={"decision": "accept"}), crisis)
    after = bytes_of(crisis)
    assert [name for name in after if after[name] != before.get(name)] == ["counts.csv"]
    assert after["counts.csv"].startswith(before["counts.csv"].rstrip(b"\n"))
    added = after["counts.csv"][len(before["counts.csv"]) :].decode()
    assert added.count("\n") == 1
    assert ",9500," in added
    assert "9500.0" not in added


def test_a_share_of_a_total_becomes_a_count(tmp_path, crisis):
    text = "As of 12 July 2016, 8,000 displaced people are in the district. Of these, 25 per cent are in Azaz."
    reading = extract_facts(text, "2016-07-13", crisis=read_crisis(crisis), source="s.txt")
    file = write_evidence_csv([reading], tmp_path / "evidence.csv")
    rows = decide(file, per_cent={"decision": "accept"})
    assert [r.becomes for r in rows if r.unit == "percent"] == ["counts"]
    assert apply_evidence(rows, crisis).added == {"counts": 1}
    count = next(r for r in read_crisis(crisis).table("counts").iter_rows(named=True) if "s.txt" in (r["source"] or ""))
    assert (count["place"], count["people"], str(count["date"])) == ("azaz", 2000, "2016-07-12")


def test_shares_by_area_become_counts_of_areas(tmp_path, crisis):
    text = "As of 12 July 2016, 8,000 displaced people are in the north. Of these, 25 per cent are in the district."
    reading = extract_facts(text, "2016-07-13", crisis=read_crisis(crisis), source="s.txt")
    file = write_evidence_csv([reading], tmp_path / "evidence.csv")
    area = read_crisis(crisis).table("areas")["area"][0]
    rows = decide(file, per_cent={"decision": "correct", "place": area, "becomes": "counts"})
    assert apply_evidence(rows, crisis).added == {"counts": 1}
    count = next(r for r in read_crisis(crisis).table("counts").iter_rows(named=True) if "s.txt" in (r["source"] or ""))
    assert (count["place"], count["area"], count["people"]) == (None, area, 2000)


def test_a_share_without_its_total_is_refused(tmp_path, crisis):
    text = "As of 12 July 2016, 8,000 displaced people are in the district. Of these, 25 per cent are in Azaz."
    reading = extract_facts(text, "2016-07-13", crisis=read_crisis(crisis), source="s.txt")
    file = write_evidence_csv([reading], tmp_path / "evidence.csv")
    rows = decide(file, per_cent={"decision": "accept", "part_of": ""})
    with pytest.raises(CrisisDataError, match="column part_of: '' is not the id of a figure"):
        apply_evidence(rows, crisis)


def test_a_capture_between_two_days_is_a_range(tmp_path, crisis):
    text = "The army captured the town of Azaz between 18 and 20 July 2016."
    reading = extract_facts(text, crisis=read_crisis(crisis), source="c.txt")
    file = write_evidence_csv([reading], tmp_path / "evidence.csv")
    rows = decide(file, captured={"decision": "accept", "actor": "army"})
    assert apply_evidence(rows, crisis).added == {"control": 1}
    row = next(r for r in read_crisis(crisis).table("control").iter_rows(named=True) if "c.txt" in (r["source"] or ""))
    assert (row["place"], str(row["start_low"]), str(row["start_high"]), row["actor"]) == (
        *("azaz", "2016-07-18", "2016-07-20", "army"),
    )
