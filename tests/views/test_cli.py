"""The command line: what it prints where, and the exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

import onward.runs.folder
from onward.cli.errors import report_errors
from onward.cli.main import _with_options_of, app
from tiny import write_tiny
from views.sample_run import write_runnable
from wrong_crises import CASES, Case

NAMED = ("people", "days", "members", "seed", "engine_seconds", "engine_cpu_seconds", "stock", "claims", "crisis_hash")


def onward_(*words: str | Path) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def crisis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_runnable(tmp_path / "tiny")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_wrong_crisis_is_told_and_not_run(case: Case, tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "tiny")
    case.mutate(folder)
    done = onward_("run", folder, "--out", tmp_path / "run")
    assert done.exit_code == 2
    assert case.file in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""
    assert not (tmp_path / "run").exists()
    assert onward_("check", folder).stderr == done.stderr


def test_json_is_what_the_folder_says(crisis: Path, tmp_path: Path) -> None:
    done = onward_("run", crisis, "--members", "3", "--seed", "4", "--out", tmp_path / "run", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said == json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    assert set(NAMED) <= set(said)
    assert (said["members"], said["seed"], said["days"]) == (3, 4, 31)
    assert set(said["stock"]["azaz"]) == {"mean", "p5", "p50", "p95"}
    assert done.stderr == ""


def test_a_run_says_where_it_was_written(crisis: Path) -> None:
    for number in (1, 2):
        done = onward_("run", crisis, "--members", "2")
        assert done.exit_code == 0, done.output
        assert f"Written to runs/tiny-{number}" in done.stdout.replace("\n", " ")
    assert onward_("run", crisis, "--members", "1", "--quiet").stdout == "runs/tiny-3\n"


def test_expected_draws_nothing_so_one_member_will_do(crisis: Path) -> None:
    said = json.loads(onward_("run", crisis, "--engine", "expected", "--json").stdout)
    assert (said["engine"], said["members"]) == ("expected", 1)
    assert said["displaced"]["p5"] == said["displaced"]["p95"] == said["displaced"]["mean"]
    assert set(said["times"]) == {"1", "2", "3", "4+", "2+"}  # returns need to know where home is, so labels are kept


def test_parameters_can_be_set(crisis: Path) -> None:
    said = json.loads(onward_("run", crisis, "--members", "1", "--set", "share_foot=1", "--json").stdout)
    assert said["overrides"] == {"choice_distance": 1.5, "share_foot": 1.0}
    assert said["values"]["share_foot"] == 1.0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "share_foot"], "--set share_foot: give NAME=VALUE"),
        (["--set", "share_feet=1"], "Did you mean 'share_foot'?"),
        (["--set", "share_foot=2"], "is not between 0 and 1"),
        (["--set", "share_foot=half"], "is not a number"),
        (["--set", "share_foot=0", "--set", "share_foot=1"], "is set twice"),
        (["--engine", "individual"], "'individual' is not one of cohorts, expected"),
        (["--parameters", "posterior"], "tiny has no posterior in this set"),
        (["--parameters", "guessed"], "'guessed' is not one of fixed, prior, posterior"),
        (["--members", "0"], "members: 0 is not 1 or more"),
        (["--members", "many"], "Invalid value for '--members'"),
        (["--seed", "-1"], "seed: -1 is not 0 or more"),
        (["--workers", "0"], "--workers"),
        (["--scenario", "no-such-thing"], "is not a scenario"),
        (["--out", "tiny"], "something else than a run"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(crisis: Path, words: list[str], told: str) -> None:
    done = onward_("run", crisis, *words)
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Traceback" not in done.output
    assert not Path("runs").exists()


def test_a_parameter_of_the_crisis_is_told_with_its_file(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "tiny")  # its gamma is no parameter of this model
    done = onward_("check", folder)
    assert done.exit_code == 2
    assert done.stderr.startswith("crisis.toml, key parameters.gamma: parameter 'gamma' is not known")


def test_a_stopped_run_says_how_to_go_on(crisis: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(onward.runs.folder, "write_run", stop)
    done = onward_("run", crisis, "--members", "7")
    assert done.exit_code == 130
    assert "0 of 7 members done in runs/tiny-1. Repeat the same command to resume." in done.stderr


def test_a_failure_of_onward_is_told_as_one(crisis: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(onward.runs.folder, "write_run", fail)
    done = onward_("run", crisis)
    assert done.exit_code == 1
    assert done.stderr.startswith("Onward failed: ZeroDivisionError: division by zero")


def test_check_says_what_a_crisis_holds(crisis: Path) -> None:
    done = onward_("check", crisis)
    assert done.exit_code == 0
    day, sure = "1 July 2016 to 31 July 2016, 31 days", "No errors; 2 to check."
    for words in ("A tiny crisis", day, "bab_al_salama", "3 rows", sure):
        assert words in done.stdout


def test_check_shows_warnings(crisis: Path) -> None:
    (crisis / "event.csv").write_text("start\n", "utf-8")
    assert "Warning: event.csv: this is no table of a crisis" in " ".join(onward_("check", crisis).stdout.split())


def test_the_bundled_crises_are_listed() -> None:
    assert "aleppo-2016  2016-01-15 to 2016-03-31" in onward_("crises").stdout


def test_parameters_are_listed() -> None:
    assert "speed_foot  35 km per day" in onward_("parameters").stdout
    rows = {row["name"]: row for row in json.loads(onward_("parameters", "--json").stdout)}
    assert rows["speed_foot"]["default"] == 35
    assert rows["speed_foot"]["prior_centre"] is None
    assert {"unit", "low", "high", "prior", "meaning", "source"} <= set(rows["speed_foot"])


def test_help_names_the_commands_and_options() -> None:
    for command in ("run", "check", "crises", "parameters", "--version"):
        assert command in onward_("--help").stdout
    options = (
        "--engine",
        "--members",
        "--seed",
        "--parameters",
        "--set",
        "--out",
        "--workers",
        "--json",
        "--overwrite",
    )
    told = onward_("run", "--help").stdout
    assert [option for option in options if option not in told] == []


def test_the_command_line_imports_nothing_heavy() -> None:
    heavy = "{'polars', 'numba', 'scipy', 'numpy', 'pydantic', 'rich.console'}"
    code = f"import sys, onward.cli.main; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_program_itself(crisis: Path) -> None:
    program = [sys.executable, "-c", "from onward.cli.main import main; main()"]
    done = subprocess.run(
        [*program, "run", str(crisis), "--members", "2", "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["members"] == 2
    assert done.stderr == ""
    wrong = subprocess.run([*program, "run", "nowhere"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    assert wrong.stderr.startswith("nowhere: there is no such folder")


@pytest.mark.parametrize("command", ["parameters", "check aleppo-2016", "crises", "run --help"])
def test_a_closed_pipe_is_a_normal_end(command: str) -> None:
    code = "import sys; from onward.cli.main import main; sys.argv = ['onward', *sys.argv[1:]]; main()"
    command_line = [sys.executable, "-c", code, *command.split()]
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
    assert (process.returncode, told) == (0, b"")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--members", "x"], "'x' is not a whole number. Correct the value."),
        (["--workers", "0"], "'0' is not a number of at least 1. Correct the value."),
    ],
)
def test_a_value_that_an_option_does_not_take_is_named_with_what_it_takes(options: list[str], words: str) -> None:
    done = CliRunner().invoke(app, ["run", "daraa-2018", *options])
    assert done.exit_code == 2
    assert words in done.output


def test_a_day_and_a_path_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["new", str(tmp_path / "x"), "--country", "SDN", "--start", "soon"])
    assert (done.exit_code, "'soon' is not a day written YYYY-MM-DD" in done.output) == (2, True)
    with pytest.raises(typer.Exit) as end, report_errors():
        (tmp_path / "none" / "x.html").write_text("x", "utf-8")
    assert end.value.exit_code == 2


def test_a_command_line_has_all_commands_and_the_options_of_those_it_names() -> None:
    full: Any = typer.main.get_command(app)
    for words in ([], ["run", "daraa-2018"], ["compare"]):
        light: Any = typer.main.get_command(_with_options_of(words))
        assert list(light.commands) == list(full.commands)
        for name, command in full.commands.items():
            assert light.commands[name].help == command.help
            if name in words:
                assert [p.name for p in light.commands[name].params] == [p.name for p in command.params]
