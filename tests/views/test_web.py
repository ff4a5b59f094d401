"""The local web page: what it answers, whom it answers, and what it refuses."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

import onward.server.api
from onward import read_crisis, read_run, read_scenario
from onward.cli.main import app
from onward.errors import ScenarioError
from onward.extras import install_command
from onward.server.pages import page_policy, with_token
from onward.server.run_list import Library
from onward.server.security import MOST_BYTES
from views.live_server import OPEN_GATE, ended, served, whatif, write_small_run


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_run(tmp_path_factory.mktemp("web") / "base")


@pytest.fixture(scope="module")
def client(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with served(base, tmp_path_factory.mktemp("whatifs")) as made:
        yield made


def onward_(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_runs_are_listed_with_what_the_page_needs(client: httpx.Client) -> None:
    listed = {row["name"]: row for row in client.get("/api/runs").json()}["base"]
    assert (listed["title"], listed["crisis"], listed["scenario"]) == ("A tiny crisis", "tiny", None)
    assert (listed["members"], listed["engine"]) == (2, "cohorts")
    assert listed["created"].endswith("Z")


def test_a_run_has_page_and_card(client: httpx.Client) -> None:
    assert client.get("/api/runs/base/page").json() == {"title": "A tiny crisis", "name": "base"}
    card = client.get("/api/runs/base/card").json()
    assert card["title"] == "Model card: A tiny crisis"
    assert all(section["text"] for section in card["sections"])


@pytest.mark.parametrize(
    "name", ["..", "%2e%2e", "..%2f..%2fetc", "base%2f..%2fbase", "base/crisis", ".serve", "/etc", "no-such-run", "%00"]
)
def test_a_run_name_cannot_leave_the_run_directory(client: httpx.Client, name: str) -> None:
    for question in (f"/api/runs/{name}/page", f"/api/runs/{name}/card", f"/api/compare/base/{name}"):
        answer = client.get(question)
        assert answer.status_code == 404, question
        assert answer.json()["message"]


def test_a_place_is_explained_on_a_day(client: httpx.Client) -> None:
    asked = "/api/runs/base/explain?place=kilis&date="
    found = client.get(f"{asked}2016-07-20").json()
    (entry,) = found["at"]
    assert entry["displaced"] >= max(part["people"] for part in entry["parts"]) > 0
    assert found["days"] == ["2016-07-20"]
    wrong = client.get("/api/runs/base/explain?place=Kilis&date=2016-07-20")
    assert (wrong.status_code, "Did you mean 'kilis'" in wrong.json()["message"]) == (422, True)
    assert client.get(f"{asked}2026-07-20").status_code == 422
    assert client.get(f"{asked}soon").status_code == 422


def test_links_out_of_a_folder_of_runs_are_not_shown(base: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(base, target_is_directory=True)
    assert Library([tmp_path]).folders() == {}
    assert list(Library([base, base]).folders()) == ["base"]


def test_two_runs_of_one_name_are_told_apart(base: Path, tmp_path: Path) -> None:
    other = write_small_run(tmp_path / "base", members=1)
    assert Library([base, other]).folders() == {"base": base, "base-2": other}


def test_answers_carry_headers_that_bind_a_browser(client: httpx.Client) -> None:
    for question in ("/", "/api/runs", "/nowhere"):
        headers = client.get(question).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers
    assert "script-src 'sha256-" in client.get("/").headers["content-security-policy"]
    assert "unsafe-inline'; img" in page_policy("<p>")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example:8000"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"host": "localhost:8000"}, 200),
        ({"host": "[::1]:8000"}, 200),
        ({"origin": "http://localhost:8000", "host": "localhost:8000", "sec-fetch-site": "same-origin"}, 200),
    ],
)
def test_other_sites_are_refused(client: httpx.Client, headers: dict[str, str], status: int) -> None:
    assert client.get("/api/runs", headers=headers).status_code == status


def test_a_host_that_others_reach_demands_its_token(base: Path, tmp_path: Path) -> None:
    with served(base, tmp_path, token="secret") as client:
        client.headers["host"] = "analyst.example:8000"
        for question in ("/", "/api/runs", "/api/openapi.json", "/api/jobs", "/?token=wrong", "/api/runs?token=secret"):
            answer = client.get(question)
            assert answer.status_code == 401, question
            assert answer.headers["www-authenticate"] == "Bearer"
        assert client.get("/?token=secret").status_code == 200
        assert client.get("/api/runs", headers={"authorization": "Bearer secret"}).status_code == 200
        assert client.get("/api/runs", headers={"authorization": "Bearer secrets"}).status_code == 401
        assert client.get("/api/runs", headers={"authorization": "Bearer sécret".encode()}).status_code == 401


def test_the_page_carries_the_token() -> None:
    assert with_token('<head><meta name="onward-token" content=""></head>', 'a"b') == (
        '<head><meta name="onward-token" content="a&quot;b"></head>'
    )


def test_only_json_and_not_too_much_is_taken(client: httpx.Client) -> None:
    form = client.post("/api/read", content=b"text=x", headers={"content-type": "application/x-www-form-urlencoded"})
    assert form.status_code == 415
    big = b'{"text": "' + b"x" * MOST_BYTES + b'"}'
    assert client.post("/api/read", content=big, headers={"content-type": "application/json"}).status_code == 413
    pieces = client.post("/api/read", content=iter([big]), headers={"content-type": "application/json"})
    assert pieces.status_code == 413
    broken = client.post("/api/read", content=b"{", headers={"content-type": "application/json"})
    assert broken.status_code == 422
    assert "JSON decode error" in broken.json()["message"]


@pytest.mark.parametrize(
    "steps",
    [
        '[[intervention]]\ndo = "set_gate"\ngate = "bab_al_salam"\npolicy = "open"\n',
        '[[intervention]]\ndo = "set_gate"\ngate = "bab_al_salama"\npolicy = "quota"\n',
        '[[intervention]]\ndo = "scale_events"\nfactor = -1\n',
        '[[intervention]]\ndo = "freeze_control"\nstart = 2017-01-01\n',
        '[[intervention]]\ndo = "freeze_control"\nstart = 2016-07-08\nwhen = "now"\n',
        '[[intervention]]\ndo = "add_camp"\nplace = "azaz"\nnear = "marea"\ndistance_km = 1\nlatitude = 36.0\n'
        "longitude = 37.0\ncapacity = 10\n",
        '[[intervention]]\ndo = "make_peace"\n',
    ],
)
def test_what_ifs_are_refused_with_the_words_for_files(
    client: httpx.Client, base: Path, tmp_path: Path, steps: str
) -> None:
    import tomllib

    file = tmp_path / "what-if"
    file.write_text(f'format = 1\nname = "wrong"\n{steps}', "utf-8")
    with pytest.raises(ScenarioError, match="what-if") as told:
        read_scenario(file, read_crisis(base / "crisis"))
    asked = json.loads(json.dumps(tomllib.loads(steps)["intervention"], default=str))
    answer = client.post("/api/whatifs", json=whatif("wrong", interventions=asked))
    assert (answer.status_code, answer.json()["message"]) == (422, str(told.value))


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"name": "../out"}, 422, "name: String should match pattern"),
        ({"name": "a" * 81}, 422, "name: String should have at most 80 characters"),
        ({"name": "base"}, 409, "name: 'base' is taken"),
        ({"name": "BASE"}, 409, "name: 'BASE' is taken"),
        ({"baseline": "nowhere"}, 404, "run 'nowhere' is not among the runs shown. There are: base"),
        ({"interventions": []}, 422, "interventions: List should have at least 1 item"),
        ({"more": 1}, 422, "more: Extra inputs are not permitted"),
        ({"interventions": [{"do": "set_parameter", "name": "speed_feet", "value": 1}]}, 422, "Did you mean"),
        ({"interventions": [7]}, 422, "interventions, 0: Input should be a valid dictionary"),
    ],
)
def test_a_what_if_that_cannot_be_is_told(
    client: httpx.Client, changes: dict[str, object], status: int, told: str
) -> None:
    answer = client.post("/api/whatifs", json=whatif("x", **changes))
    assert answer.status_code == status
    assert told in answer.json()["message"]


def test_a_number_that_is_none_is_refused(client: httpx.Client) -> None:
    sent = json.dumps(whatif("x", interventions=[{"do": "scale_events", "factor": float("inf")}]))
    answer = client.post("/api/whatifs", content=sent, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert "not finite" in answer.json()["message"]


def test_a_what_if_is_what_the_command_line_makes(base: Path, tmp_path: Path) -> None:
    """The same tables as `onward run --scenario` with the settings of the baseline."""
    with served(base, tmp_path / "whatifs") as client:
        asked = client.post("/api/whatifs", json=whatif("gate-open"))
        assert (asked.status_code, asked.json()["members"]) == (202, 2)
        job = ended(client)[0]
        assert (job["state"], job["done"], job["message"]) == ("done", 2, "")
        assert client.get(f"/api/jobs/{job['id']}").json() == job
        assert [row["name"] for row in client.get("/api/runs").json()] == ["base", "gate-open"]
        told = client.get("/api/compare/base/gate-open").json()["tables"]
    file = tmp_path / "gate-open.toml"
    file.write_text('format = 1\nname = "gate-open"\ntitle = "The gate opens"\n[[intervention]]\ndo = "set_gate"\n'
                    'gate = "bab_al_salama"\npolicy = "open"\n', "utf-8")  # fmt: skip
    words = ("run", base / "crisis", "--members", "2", "--parameters", "fixed", "--scenario", file,
             "--out", tmp_path / "same", "--quiet")  # fmt: skip
    assert onward_(*words).exit_code == 0
    for name in ("stock", "flows", "gates"):
        assert read_run(tmp_path / "same").table(name).equals(read_run(tmp_path / "whatifs" / "gate-open").table(name))
    assert {"stock", "arrivals", "totals", "claims"} == set(told)
    figures = [row[key] for row in told["stock"] for key in ("run", "other", "p5", "p50", "p95")]
    assert all(figure == float(f"{figure:.2g}") for figure in figures)


def test_a_what_if_of_a_what_if_keeps_what_its_baseline_changed(base: Path, tmp_path: Path) -> None:
    with served(base, tmp_path) as client:
        step = {"do": "set_parameter", "name": "speed_foot", "value": 20}
        client.post("/api/whatifs", json=whatif("slow", interventions=[step]))
        ended(client)
        client.post("/api/whatifs", json=whatif("slow-open", baseline="slow", interventions=[OPEN_GATE]))
        client.post("/api/whatifs", json=whatif("fast", baseline="slow", interventions=[{**step, "value": 50}]))
        assert [job["state"] for job in ended(client)] == ["done"] * 3
    about = read_run(tmp_path / "slow-open").about
    assert [s["do"] for s in about["scenario"]["intervention"]] == ["set_parameter", "set_gate"]
    assert about["values"]["speed_foot"] == 20
    assert read_run(tmp_path / "fast").about["values"]["speed_foot"] == 50


def test_runs_that_cannot_be_paired_are_told(base: Path, tmp_path: Path) -> None:
    write_small_run(tmp_path / "other", members=1)
    with served(base, tmp_path) as client:
        answer = client.get("/api/compare/base/other")
    assert answer.status_code == 422
    assert "the runs cannot be paired: members is 2 in one and 1 in the other" in answer.json()["message"]


def test_a_failure_has_a_number_that_is_logged(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(onward.server.api, "compare", fail)
    with caplog.at_level(logging.ERROR):
        answer = client.get("/api/compare/base/base")
    assert answer.status_code == 500
    number = answer.json()["message"].split()[-1].rstrip(".")
    assert f"number {number}" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "division" not in answer.text


def test_what_is_not_there_is_told_in_words(client: httpx.Client) -> None:
    assert client.get("/api/jobs/9999").json()["message"].startswith("job 9999 is not known.")
    assert client.delete("/api/jobs/9999").status_code == 404
    assert client.put("/api/runs", json={}).status_code == 405
    assert "Not Found" in client.get("/api/nothing").json()["message"]


def test_without_fastapi_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "fastapi", None)
    done = onward_("serve", tmp_path)
    assert done.exit_code == 2
    assert f"fastapi: not installed. Install with: {install_command('web')}" in done.stderr


def test_a_port_or_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    done = onward_("serve", tmp_path / "nowhere")
    assert done.exit_code == 2
    assert "there is no such folder. Give run folders" in done.stderr
    wrong = onward_("serve", tmp_path, "--host", "192.0.2.1", "--folder", tmp_path)
    assert wrong.exit_code == 2
    assert "Give another --port" in wrong.stderr
