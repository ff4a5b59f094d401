"""`onward import dtm --from-api DIR`: what IOM's own client asks for, and what is kept of the answer."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

import publisher_files as made
from onward.cli.main import app
from onward.crisis import read_crisis, write_crisis

pytest.importorskip("dtmapi")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_crisis(read_crisis("aleppo-2016"), tmp_path / "crisis")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the service is asked for; it knows one admin 1 figure of Syria."""
    asked: list[dict[str, Any]] = []

    def get(url: str, *, params: dict[str, Any], **rest: Any) -> SimpleNamespace:
        asked.append({**params, "level": url[-6:], "key": rest["headers"]["Ocp-Apim-Subscription-Key"]})
        known = params["Admin0Pcode"] == "SYR" and "dmin1" in url
        answer = made.dtm({"reportingDate": "2016-02-10"}) if known else made.dtm()
        return SimpleNamespace(status_code=200, raise_for_status=lambda: None, json=lambda: json.loads(answer))

    monkeypatch.setattr("requests.get", get)
    monkeypatch.setenv("DTMAPI_SUBSCRIPTION_KEY", "secret")
    return asked


def test_each_country_and_level_is_fetched_kept_and_imported(folder: Path, asked: list[dict[str, Any]]) -> None:
    done = CliRunner().invoke(app, ["import", "dtm", str(folder), "--from-api", "--operation", "Syria"])
    assert done.exit_code == 0, done.output
    assert {(one["Admin0Pcode"], one["Operation"], one["key"]) for one in asked} >= {("SYR", "Syria", "secret")}
    assert len(asked) == 2 * read_crisis(folder).table("places")["country"].n_unique()
    assert {(one["FromReportingDate"], one["ToReportingDate"]) for one in asked} == {("2016-01-01", "2016-03-31")}
    kept = list((folder / "downloads").iterdir())
    assert [path.name for path in kept] == ["dtm-SYR-admin1.json"]
    assert "secret" not in kept[0].read_text()
    stock = read_crisis(folder).table("counts").filter(source="dtm:SY02:2016-02-10")
    assert stock["people"].to_list() == [100]
    rows = read_crisis(folder).table("provenance").filter(file="dtm-SYR-admin1.json")
    assert rows.height == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("ucdp",), "ucdp has no client here"),
        (("dtm", "file.json"), "give the crisis folder only"),
    ],
)
def test_what_cannot_be_fetched_is_refused(
    folder: Path, asked: list[dict[str, Any]], args: tuple[str, ...], said: str
) -> None:
    done = CliRunner().invoke(app, ["import", *args, str(folder), "--from-api"])
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())
    assert not asked
    assert not (folder / "downloads").exists()


def test_a_missing_key_says_what_to_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DTMAPI_SUBSCRIPTION_KEY", raising=False)
    done = CliRunner().invoke(app, ["import", "dtm", str(folder), "--from-api"])
    assert done.exit_code == 2
    assert "DTMAPI_SUBSCRIPTION_KEY" in done.output
    assert not (folder / "downloads").exists()
