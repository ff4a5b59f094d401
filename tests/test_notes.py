"""Notes: what they can be on, threads, many writers at once, what stays when a run is overwritten, and proposals."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

import onward
from onward.cli.main import app
from onward.errors import ParameterError, RunFolderError
from onward.exports.content import NOTES_WARNING, content_of
from onward.extraction.apply import apply_evidence
from onward.extraction.evidence import read_evidence_csv
from onward.runs.notes import FILE, add_note, proposals, read_notes, resolved
from views.live_server import served, write_small_run

COUNT = {"becomes": "counts", "indicator": "stock", "place": "azaz", "value": 9500, "date": "2016-07-11"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_run(tmp_path_factory.mktemp("notes") / "base", members=1)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A run folder of the test's own."""
    return Path(shutil.copytree(made, tmp_path / "base"))


def onward_(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_note_says_who_when_and_on_what(folder: Path) -> None:
    done = onward_("note", folder, "--on", "place:azaz", "--text", "Too many", "--by", "Rana")
    assert (done.exit_code, done.stdout) == (0, "Note 1 on place:azaz.\n")
    line = json.loads((folder / FILE).read_text("utf-8"))
    assert (line["n"], line["by"], line["on"], line["text"]) == (1, "Rana", "place:azaz", "Too many")
    assert dt.datetime.fromisoformat(line["time"]).tzinfo is not None
    told = json.loads(onward_("notes", folder, "--json").stdout)["notes"]
    assert (told[0]["text"], told[0]["resolved"]) == ("Too many", False)


@pytest.mark.parametrize("on", ["place:kilis", "day:2016-07-20", "claim:waiting", "row:counts:3", "run"])
def test_a_note_can_be_on_each_kind_of_thing(folder: Path, on: str) -> None:
    assert add_note(folder, on=on, text="Why?").on == on


@pytest.mark.parametrize(
    ("on", "told"),
    [
        ("place:Azaz", r"'Azaz' is not a place of this run\. Did you mean 'azaz'"),
        ("day:2017-01-01", "'2017-01-01' is not a day of this run"),
        ("claim:waitin", "Did you mean 'waiting'"),
        ("scenario:open", "'open' is not a scenario of this run. There are none"),
        ("row:count:3", "'count' is not a table"),
        ("row:counts:9", "'9' is not a row of counts. Give a number from 2 to 4"),
        ("azaz", "is not KIND:ID"),
        (None, "is not KIND:ID"),
    ],
)
def test_a_note_on_what_there_is_not_is_refused(folder: Path, on: str | None, told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        add_note(folder, on=on, text="Why?")
    assert read_notes(folder) == []


def test_threads_are_answered_closed_and_opened_again(folder: Path) -> None:
    add_note(folder, on="place:azaz", text="Why?")
    assert onward_("note", folder, "--reply", "1", "--text", "The count is of families").exit_code == 0
    assert read_notes(folder)[1].on == "place:azaz"
    assert onward_("note", folder, "--resolve", "2", "--by", "Rana").exit_code == 0
    assert resolved(read_notes(folder)) == {1}
    assert "(resolved)" in onward_("notes", folder).stdout
    add_note(folder, reply=3, text="No")
    assert resolved(read_notes(folder)) == set()
    with pytest.raises(ParameterError, match="note 9: there is no such note"):
        add_note(folder, reply=9, text="?")
    with pytest.raises(ParameterError, match="a note needs words"):
        add_note(folder, on="run", text="  ")
    with pytest.raises(ParameterError, match="not both"):
        add_note(folder, reply=1, resolve=1, text="?")


def test_fifty_writers_at_once_lose_no_note_and_keep_their_order(folder: Path) -> None:
    def write(person: int) -> None:
        for turn in range(3):
            add_note(folder, on="run", text=f"{turn}", by=f"p{person}")

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(write, range(50)))
    notes = read_notes(folder)
    assert [note.n for note in notes] == list(range(1, 151))
    assert {p: [n.text for n in notes if n.by == f"p{p}"] for p in range(50)} == {p: ["0", "1", "2"] for p in range(50)}


def test_fifty_people_write_through_the_page_at_once(folder: Path, tmp_path: Path) -> None:
    with served(folder, tmp_path / "whatifs") as client:

        def write(person: int) -> int:
            sent = {"on": "place:azaz", "text": f"note of {person}", "by": f"p{person}"}
            return int(client.post("/api/runs/base/notes", json=sent).status_code)

        with ThreadPoolExecutor(50) as pool:
            assert set(pool.map(write, range(50))) == {201}
        told = client.get("/api/runs/base/notes").json()
        assert client.post("/api/runs/base/notes", json={"on": "place:x", "text": "?"}).status_code == 422
        assert client.post("/api/runs/none/notes", json={"on": "run", "text": "?"}).status_code == 404
        foreign = {"origin": "http://evil.example", "content-type": "application/json"}
        assert client.post("/api/runs/base/notes", content="{}", headers=foreign).status_code == 403
        half = client.post("/api/runs/base/notes", content=rb'{"on": "run", "text": "a\ud800b"}',
                           headers={"content-type": "application/json"})  # fmt: skip
        assert half.status_code in (201, 422)  # half a character is left out, or refused, and fails nothing
    assert [note["n"] for note in told] == list(range(1, 51))
    assert {note["text"] for note in told} == {f"note of {person}" for person in range(50)}


def test_notes_stay_when_a_run_is_overwritten(folder: Path) -> None:
    add_note(folder, on="run", text="Keep me")
    crisis = onward.read_crisis(folder / "crisis")
    onward.simulate(crisis, members=2, out=folder, resume=False)
    assert [note.text for note in read_notes(folder)] == ["Keep me"]


def test_a_proposal_is_taken_by_evidence_apply(folder: Path, tmp_path: Path) -> None:
    given = [word for name, value in COUNT.items() for word in ("--propose", f"{name}={value}")]
    done = onward_("note", folder, "--on", "row:counts:2", "--text", "The camp office says 9,500", *given)
    assert done.exit_code == 0, done.output
    done = onward_("notes", folder, "--evidence", tmp_path / "changes.csv")
    assert "1 proposals written" in done.stdout
    rows = read_evidence_csv(tmp_path / "changes.csv")
    assert (rows[0].decision, rows[0].accepted) == ("", False)
    text = (tmp_path / "changes.csv").read_text("utf-8-sig").replace(",note1,,", ",note1,accept,")
    (tmp_path / "changes.csv").write_text(text, "utf-8-sig")
    crisis = tmp_path / "mine"
    onward.write_crisis(onward.read_crisis(folder / "crisis"), crisis)
    assert apply_evidence(read_evidence_csv(tmp_path / "changes.csv"), crisis).added == {"counts": 1}
    counts = onward.read_crisis(crisis).table("counts")
    assert counts.filter(pl.col("date") == dt.date(2016, 7, 11))["people"].to_list() == [9500]
    add_note(folder, resolve=1)
    assert proposals(read_notes(folder), "x") == []


def test_a_proposal_that_could_not_be_applied_is_refused(folder: Path) -> None:
    for wrong, told in (
        ({"becomes": "counts", "plaice": "azaz"}, "Did you mean 'place'"),
        ({"place": "azaz"}, "`becomes` is missing"),
        ({**COUNT, "value": "many"}, "'many' is not a number from 0 on"),
        ({**COUNT, "date": "soon"}, "'soon' is not a day"),
    ):
        with pytest.raises(ValueError, match=told):
            add_note(folder, on="run", text="?", propose=wrong)
    assert read_notes(folder) == []


def test_notes_are_exported_and_not_on_places_while_a_crisis_goes_on(folder: Path) -> None:
    add_note(folder, on="place:azaz", text="=1+1", by="Rana")
    add_note(folder, on="run", text="Fine")
    run = onward.read_run(folder)
    whole = content_of(run, run.crisis, today=dt.date(2026, 1, 1))
    assert whole.tables["notes"]["text"].to_list() == ["=1+1", "Fine"]
    assert NOTES_WARNING in whole.warnings
    during = content_of(run, run.crisis, today=dt.date(2016, 7, 20))
    assert during.tables["notes"]["text"].to_list() == ["Fine"]


def test_a_line_that_is_no_note_is_told(folder: Path) -> None:
    (folder / FILE).write_text("{}\n", "utf-8")
    with pytest.raises(RunFolderError, match=r"notes.jsonl, line 1: this is not a note"):
        read_notes(folder)
