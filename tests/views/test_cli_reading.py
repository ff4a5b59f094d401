"""From a report to a claim beside a run: `onward read`, the review, `onward evidence apply`, `onward run`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from onward.cli.main import app
from views.live_server import served, write_small_run
from views.sample_run import write_runnable

REPORT = (
    "The camp office said on 20 July 2016 that 3,000 displaced people were staying in Azaz.\n"
    "About 5,000 people fled Marea for Azaz on 8 July 2016, the radio reported.\n"
    "Up to 40,000 people could flee if the town is taken.\n"
)


def onward_(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "radio.txt"
    file.write_text(REPORT, "utf-8")
    return file


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def written(rows: list[dict[str, str]], file: Path) -> Path:
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        table = csv.DictWriter(opened, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return file


def test_read_prints_facts_as_json(report: Path) -> None:
    done = onward_("read", report, "--date", "2016-07-21", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    fled = next(fact for fact in said["facts"] if fact["value"] == 5000)
    assert (fled["kind"], fled["indicator"], fled["date"]) == ("displacement", "newly_displaced", "2016-07-08")
    assert REPORT[fled["start"] : fled["end"]] == fled["quote"]
    assert [(place["role"], place["name"]) for place in fled["places"]] == [("from", "Marea"), ("to", "Azaz")]
    assert said["reports"][0]["source"] == "radio.txt"
    assert done.stderr == ""


def test_read_writes_a_table_to_review(report: Path, tmp_path: Path) -> None:
    crisis = write_runnable(tmp_path / "tiny")
    done = onward_("read", report, "--crisis", crisis, "-o", "found.csv")
    assert done.exit_code == 0, done.output
    assert "Fill in its column decision, then:\nonward evidence apply found.csv --crisis FOLDER" in done.stdout
    rows = rows_of(Path("found.csv").read_text("utf-8"))
    fled = next(row for row in rows if row["value"] == "5000")
    assert (fled["origin"], fled["destination"], fled["becomes"], fled["decision"]) == ("marea", "azaz", "claims", "")
    forecast = next(row for row in rows if row["modality"] not in ("asserted", "estimated", "hedged", "witness"))
    assert forecast["becomes"] == ""
    assert onward_("read", report).exit_code == 0
    assert Path("evidence.csv").is_file()


def test_several_reports_are_read_together(report: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<html><body><nav>Post a Comment</nav><p>{REPORT}</p></body></html>", "utf-8")
    said = json.loads(onward_("read", report, page, "--json").stdout)
    assert [told["source"] for told in said["reports"]] == ["radio.txt", "page.html"]
    assert said["duplicates"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["read", "nowhere.txt"], "nowhere.txt"),
        (["read", "radio.txt", "--date", "tomorrow"], "--date"),
        (["read", "radio.txt", "--crisis", "nowhere"], "nowhere"),
        (["evidence", "apply", "nowhere.csv", "--crisis", "."], "nowhere.csv: there is no such file"),
        (["evidence", "apply", "radio.txt", "--crisis", "."], "radio.txt"),
    ],
)
def test_mistakes_are_told(report: Path, words: list[str], told: str) -> None:
    done = onward_(*words)
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Traceback" not in done.output


def test_apply_adds_only_what_was_accepted_with_its_source(report: Path, tmp_path: Path) -> None:
    crisis = write_runnable(tmp_path / "tiny")
    onward_("read", report, "--crisis", crisis, "-o", "found.csv")
    rows = rows_of(Path("found.csv").read_text("utf-8"))
    for row in rows:
        row["decision"] = "accept" if row["value"] == "5000" else "reject"
    done = onward_("evidence", "apply", written(rows, tmp_path / "reviewed.csv"), "--crisis", crisis)
    assert done.exit_code == 0, done.output
    assert done.stdout == f"Added to {crisis}: 1 to claims.\n"
    added = [row for row in rows_of((crisis / "claims.csv").read_text("utf-8")) if "radio.txt" in row["source"]]
    assert len(added) == 1
    again = onward_("evidence", "apply", tmp_path / "reviewed.csv", "--crisis", crisis)
    assert "Added to" in again.stdout
    assert "nothing" in again.stdout
    assert "it is in claims already" in again.stdout


def test_evidence_that_cannot_stand_is_told_cell_by_cell(report: Path, tmp_path: Path) -> None:
    crisis = write_runnable(tmp_path / "tiny")
    onward_("read", report, "--crisis", crisis, "-o", "found.csv")
    rows = rows_of(Path("found.csv").read_text("utf-8"))
    before = (crisis / "claims.csv").read_text("utf-8")
    rows[0] |= {"decision": "maybe"}
    rows[1] |= {"decision": "accept", "value": "many"}
    done = onward_("evidence", "apply", written(rows, tmp_path / "wrong.csv"), "--crisis", crisis)
    assert done.exit_code == 2
    assert "wrong.csv, row 2, column decision: 'maybe' is not one of accept, correct, reject" in done.stderr
    assert "wrong.csv, row 3, column value: 'many' is not a number" in done.stderr
    assert (crisis / "claims.csv").read_text("utf-8") == before


def test_what_is_judged_in_the_page_shows_beside_the_next_run(report: Path, tmp_path: Path) -> None:
    """Read, accept one fact and correct another in the API, apply the CSV, run: both claims are judged."""
    base = write_small_run(tmp_path / "base")
    crisis = tmp_path / "base-crisis"
    with served(base, tmp_path / "whatifs") as client:
        read = client.post("/api/read", json={"text": REPORT, "crisis": "base", "source": "radio.txt"}).json()
        assert read["text"] == REPORT
        assert {"kind": "place", "key": "azaz", "name": "Azaz"} in read["known"]
        fled = next(row for row in read["rows"] if row["value"] == 5000)
        stays = next(row for row in read["rows"] if row["value"] == 3000)
        fled |= {"decision": "accept"}
        stays |= {"decision": "correct", "value": 3500, "low": 3000, "high": 4000, "becomes": "claims", "place": "azaz",
                  "note": "the office mended it"}  # fmt: skip
        answer = client.post("/api/evidence", json={"rows": read["rows"]})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="evidence.csv"'
    reviewed = tmp_path / "evidence.csv"
    reviewed.write_bytes(answer.content)
    done = onward_("evidence", "apply", reviewed, "--crisis", crisis)
    assert done.exit_code == 0, done.output
    assert "2 to claims" in done.stdout
    said = json.loads(onward_("run", crisis, "--members", "2", "--out", tmp_path / "next", "--json").stdout)
    claims = {claim["id"]: claim for claim in said["claims"]}
    assert {f"radio_{fled['id']}", f"radio_{stays['id']}"} <= set(claims)
    corrected = claims[f"radio_{stays['id']}"]
    assert (corrected["low"], corrected["high"]) == (3000, 4000)
    assert corrected["verdict"] in ("low", "inside", "high")
    source = next(r for r in rows_of((crisis / "claims.csv").read_text("utf-8")) if r["claim"] == corrected["id"])
    assert "corrected; the office mended it" in source["source"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"decision": "maybe"}, "evidence.csv, row 2, column decision: 'maybe' is not one of"),
        ({"decision": "accept", "value": "many"}, "row 2, column value: this is not a number. Send one, or null"),
        ({"value": -1}, "evidence.csv, row 2, column value: '-1' is not a number from 0 on"),
        ({"start": 0.5}, "column start: this is not a whole number"),
        ({"decision": "accept", "kind": "rumour"}, "evidence.csv, row 2, column kind: 'rumour' is not one of"),
        ({"decision": "accept", "date": "yesterday"}, "column date: 'yesterday' is not a day or two days"),
        ({"colour": "red"}, "evidence.csv, row 2: 'colour' is not a column"),
        ({"note": ["a"]}, "evidence.csv, row 2, column note: this is not a text"),
    ],
)
def test_the_page_is_told_what_apply_would_refuse(
    report: Path, tmp_path: Path, row: dict[str, object], told: str
) -> None:
    whole = {"report": "a", "id": "f1", "decision": "", "kind": "displacement", "indicator": "stock", **row}
    with served(tmp_path / "none", tmp_path / "whatifs", working=False) as client:
        answer = client.post("/api/evidence", json={"rows": [whole]})
    assert answer.status_code == 422
    assert told in answer.json()["message"]


def test_a_report_can_be_html_and_must_be_something(report: Path, tmp_path: Path) -> None:
    with served(tmp_path / "none", tmp_path / "whatifs", working=False) as client:
        html = client.post("/api/read", json={"html": "<nav>Post a Comment</nav><p>About 300 people fled Azaz.</p>"})
        assert "Post a Comment" not in html.json()["text"]
        assert html.json()["rows"][0]["value"] == 300
        assert client.post("/api/read", json={"text": " "}).json()["facts"] == []
        assert client.post("/api/read", json={"text": "x", "date": "soon"}).status_code == 422
        assert client.post("/api/read", json={"text": "x", "crisis": "nowhere"}).status_code == 404
        wild = client.post("/api/read", json={"text": "=1+1 people fled <script>alert(1)</script> Azaz."})
        assert wild.status_code == 200
