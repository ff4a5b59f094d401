"""Flee on the command line: its instances run as they are, imported, scored; mistakes told by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from flee_toy import write_flee
from onward.cli.main import app
from onward.crisis import read_crisis
from views.sample_run import write_runnable

FLEE = Path(__file__).parents[2].parent / "shared" / "flee"
CONFLICTS = ("burundi2015", "car2013", "mali2012", "ssudan2014", "syria2013")
needs_flee = pytest.mark.skipif(not FLEE.is_dir(), reason="the five conflicts in Flee's format are not shipped")
PLACES = "A,r,H,36,37,conflict_zone,0,1000\nB,r,F,36,37.5,camp,,500\nAlone,r,F,36,38,camp,,500\n"


def onward_(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_flee(tmp_path / "toy", PLACES, "A,B,80,0\n", camps={"B": [(0, 10), (4, 500), (9, 400)]})


def test_a_run_tells_what_it_reproduces_once_and_how_good_it_is(instance: Path) -> None:
    done = onward_("run", instance, "--rules", "flee", "--members", "2")
    assert done.exit_code == 0, done.output
    told = " ".join(done.stdout.split())
    assert told.count("Flee's rules as they run") == 1
    assert "--set flee.faithful=false" in told
    assert "this is no forecast" in told
    assert "No link reaches Alone" in told
    assert "interpolated between counts: ARD" in told
    assert "real counts after the first day only" in told
    assert "Next: onward score runs/toy-1" in told
    assert onward_("run", instance, "--rules", "flee", "--members", "1", "--quiet").stdout == "runs/toy-2\n"


def test_json_is_what_the_folder_says(instance: Path) -> None:
    done = onward_("run", instance, "--rules", "flee", "--engine", "expected", "--json", "--out", "run")
    said = json.loads(done.stdout)
    assert said == json.loads(Path("run/run.json").read_text("utf-8"))
    assert (said["rules"], said["members"], said["given_totals"], said["parameters"]) == ("flee", 1, True, "fixed")
    assert "reads" not in said["notices"][0]
    assert done.stderr == ""


def test_settings_of_flee_can_be_set_by_path(instance: Path) -> None:
    words = ("flee.faithful=false", "flee.max_move_speed=40", "flee.move_rules.camp_movechance=0.5")
    more = ("flee.spawn_rules.conflict_driven_spawning.spawn_mode=pop_ratio", "flee.optimisations.hasten=5")
    given = [part for word in (*words, *more) for part in ("--set", word)]
    said = json.loads(onward_("run", instance, "--rules", "flee", "--members", "1", *given, "--json").stdout)
    assert "as documented" in said["notices"][0]
    values = said["values"]
    assert (values["max_move_speed"], values["camp_movechance"], values["hasten"]) == (40, 0.5, 5)
    assert (values["conflict_spawn_mode"], values["displaced_per_conflict_day"]) == ("pop_ratio", 0.01)
    assert said["given_totals"] is False
    assert said["flee"]["people_per_agent"] == 5


def test_another_settings_file_can_be_given(instance: Path) -> None:
    (instance / "slow.yml").write_text("move_rules:\n  max_move_speed: 20\n")
    said = json.loads(
        onward_("run", instance, "--rules", "flee", "--settings", "slow.yml", "--members", "1", "--json").stdout
    )
    assert (said["flee"]["settings_file"], said["values"]["max_move_speed"]) == ("slow.yml", 20)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--scenario", "open-border"], "--scenario open-border: Flee's rules have no such option"),
        (["--departures", "modelled"], "--departures modelled: Flee's rules have no such option"),
        (["--parameters", "prior"], "--parameters prior: Flee's rules have no such option"),
        (["--set", "share_foot=1"], "names begin with flee."),
        (["--set", "flee.camp_wight=1"], "Did you mean 'camp_weight'?"),
        (["--set", "flee.fixed_routes=true"], "flee.fixed_routes: Onward does not follow this rule of Flee"),
        (["--set", "flee.hasten"], "give flee.NAME=VALUE"),
        (["--set", "flee.hasten=0"], "is not a whole number, 1 or more"),
        (["--set", "flee.faithful=perhaps"], "is not true or false"),
        (["--set", "flee.hasten=2", "--set", "flee.hasten=3"], "is set twice"),
        (["--settings", "nowhere.yml"], "nowhere.yml: there is no such file"),
        (["--engine", "individual"], "'individual' is not one of cohorts, expected"),
        (["--members", "0"], "members: 0 is not 1 or more"),
        (["--seed", "-1"], "seed: -1 is not 0 or more"),
        (["--out", "toy"], "something else than a run"),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(instance: Path, words: list[str], told: str) -> None:
    done = onward_("run", instance, "--rules", "flee", *words)
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Traceback" not in done.output
    assert not Path("runs").exists()


@pytest.mark.parametrize("command", ["run", "check", "scenarios"])
def test_an_instance_taken_for_a_crisis_is_told_so(instance: Path, command: str) -> None:
    done = onward_(command, instance)
    assert done.exit_code == 2
    assert "this is a Flee instance, not a crisis. Run it with --rules flee" in done.stderr


def test_rules_and_settings_go_together(tmp_path: Path) -> None:
    crisis = write_runnable(tmp_path / "tiny")
    for words, told in (
        (("--rules", "fleee"), "'fleee' is not one of onward, flee"),
        (("--settings", "x.yml"), "only Flee's rules have a settings file"),
        (("--rules", "flee"), "this is no Flee instance"),
    ):
        done = onward_("run", crisis, *words)
        assert (done.exit_code, told in done.stderr) == (2, True), done.stderr


def test_score_says_which_days_it_looks_at(instance: Path) -> None:
    onward_("run", instance, "--rules", "flee", "--members", "2", "--out", "run")
    told = " ".join(onward_("score", "run").stdout.split())
    assert "On all days, registrations interpolated between counts (Flee's ARD; 2 members): plain" in told
    assert "On the 2 real counts only (after the first day, nothing interpolated)" in told
    said = json.loads(onward_("score", "run", "--json").stdout)
    assert said == json.loads(Path("run/run.json").read_text("utf-8"))["score"]
    assert said["real_counts"]["counts"] == 2
    assert [place["place"] for place in said["real_counts"]["places"]] == ["B", "Alone"]
    assert 0 < said["interpolated_days"]["ard"] < 2


def test_an_import_can_be_checked_run_and_scored_on_real_counts(instance: Path) -> None:
    done = onward_("import", "flee", instance, "crisis")
    assert done.exit_code == 0, done.output
    assert "2 places, 1 routes, 1 periods of conflict" in done.stdout
    assert "Note: no link reaches Alone: left out." in done.stderr
    assert onward_("check", "crisis").exit_code == 0
    assert onward_("run", "crisis", "--members", "2", "--out", "run").exit_code == 0
    told = " ".join(onward_("score", "run").stdout.split())
    assert "On the 2 real counts of stock only, nothing interpolated" in told
    assert "Left out: 1 counts, of stock on the first day, which the run is given" in told
    assert "of displaced" in told
    said = json.loads(onward_("score", "run", "--json").stdout)
    assert said["real_counts"]["places"][0]["where"] == "b"


def test_an_import_replaces_nothing_unasked(instance: Path) -> None:
    onward_("import", "flee", instance, "crisis")
    done = onward_("import", "flee", instance, "crisis")
    assert done.exit_code == 2
    assert "the folder is not empty" in done.stderr
    assert onward_("import", "flee", instance, "crisis", "--overwrite").exit_code == 0
    done = onward_("import", "flee", "crisis", "other")
    assert done.exit_code == 2
    assert "this is no Flee instance" in done.stderr
    assert not Path("other").exists()


def test_a_run_without_counts_cannot_be_scored(tmp_path: Path) -> None:
    crisis = write_runnable(tmp_path / "tiny")
    (crisis / "counts.csv").unlink(missing_ok=True)
    onward_("run", crisis, "--members", "1", "--out", tmp_path / "run")
    done = onward_("score", tmp_path / "run")
    assert done.exit_code == 2
    assert "there is no count in the period that the run was not given" in done.stderr


#: two years of real numbers of people everywhere take a minute; three other conflicts have both engines
LONG = ("car2013", "ssudan2014")


@needs_flee
@pytest.mark.parametrize("conflict", CONFLICTS)
def test_every_conflict_runs_imported_too_and_people_come_to_its_camps(conflict: str, tmp_path: Path) -> None:
    folder = tmp_path / "crisis"
    assert onward_("import", "flee", FLEE / conflict, folder).exit_code == 0
    assert onward_("check", folder).exit_code == 0
    places = read_crisis(folder).table("places")
    camps = places.filter(kind="camp")["place"].to_list()
    start = places["displaced_at_start"].sum()
    members, means = ("--members", "2"), ("--engine", "expected")
    for words in (members,) if conflict in LONG else (members, means):
        done = onward_("run", folder, *words, "--out", tmp_path / words[1], "--json")
        assert done.exit_code == 0, done.output
        said = json.loads(done.stdout)
        there = [said["stock"][camp]["mean"] for camp in camps]
        assert sum(there) > 0.05 * said["displaced"]["mean"]  # a good part of all displaced are in camps
        assert sum(n > 0 for n in there) >= 0.8 * len(camps)  # and nearly every camp is reached
        assert said["newly_displaced"]["mean"] > 0.01 * start
