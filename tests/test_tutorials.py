"""The tutorials work as they stand: every shell and Python block of a page runs, in order, in one folder of its own."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

import publisher_files as made
from onward.cli.main import app
from onward.crisis import read_crisis

ROOT = Path(__file__).parents[1]
SHARED = ROOT / ".." / "shared"
PAGES = ROOT / "docs" / "tutorials"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```", re.M | re.S)
COMMAND = re.compile(r"^(onward (?:.*\\\n)*.*\n)", re.M)
TESTED_APART = {"aleppo-from-events", "daraa-2018", "sudan-2023"}


def run_blocks(page: str, folder: Path) -> str:
    """Run the blocks of a page in a folder; return what they printed.

    Commands of Onward and Python run in this process, because a fresh one takes two seconds to load what it needs;
    `test_the_program_itself` starts one. Bash runs all else.
    """
    printed = []
    with contextlib.chdir(folder):
        for kind, code in BLOCK.findall((PAGES / f"{page}.md").read_text("utf-8")):
            steps = [code] if kind == "python" else filter(str.strip, COMMAND.split(code))
            for step in steps:
                printed.append(run_python(step) if kind == "python" else run_shell(step))
    return "".join(printed)


def run_python(code: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code, {})
    return out.getvalue()


def run_shell(code: str) -> str:
    """Run a command of Onward, with at most a redirection of what it prints, or any other code."""
    if not code.startswith("onward "):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{code}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout
    split = shlex.shlex(code.replace("\\\n", " "), posix=True, punctuation_chars=True)
    split.whitespace_split = True
    words = list(split)
    words, target = (words[:-2], words[-1]) if words[-2] == ">" else (words, None)
    assert not any(set(word) <= set("();<>|&") for word in words), f"more than one command: {code}"
    result = CliRunner().invoke(app, words[1:])
    assert result.exit_code == 0, f"{code}\n{result.output[-3000:]}\n{result.exception!r}"
    if target is None:
        return result.stdout
    Path(target).write_text(result.stdout, encoding="utf-8")
    return ""


def write_events(folder: Path, name: str, text: str) -> None:
    """Put the real file of events into a folder where there is one, else one that is made up."""
    real = SHARED / "events" / name
    if real.is_file():
        shutil.copy(real, folder / name)
    else:
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("page", sorted({page.stem for page in PAGES.glob("*.md")} - TESTED_APART))
def test_every_block_of_a_tutorial_runs(page: str, tmp_path: Path) -> None:
    run_blocks(page, tmp_path)


def test_the_tutorials_have_blocks_to_run_and_at_most_ten_commands() -> None:
    pages = [BLOCK.findall(page.read_text("utf-8")) for page in PAGES.glob("*.md")]
    assert sum(map(len, pages)) >= 8
    assert max(sum(code.count("\nonward ") for _, code in blocks) for blocks in pages) <= 10


def test_aleppo_from_events(tmp_path: Path) -> None:
    strikes = [made.ucdp_row(i, date_start="2016-02-02", date_end="2016-02-02") for i in range(9)]
    write_events(tmp_path, "ucdp-ged-syria-2016.csv", made.ucdp(*strikes))
    run_blocks("aleppo-from-events", tmp_path)
    crisis = read_crisis(tmp_path / "north-aleppo")
    assert dict(crisis.table("control").select("place", "actor").iter_rows())["izaz"] == "OPP"
    assert (tmp_path / "north-aleppo.html").stat().st_size > 10_000


def test_daraa_2018(tmp_path: Path) -> None:
    bundled = ROOT / "src" / "onward" / "crisis" / "library" / "daraa-2018"
    case = SHARED / "cases" / "daraa-2018"
    shutil.copytree(case if case.is_dir() else bundled, tmp_path / "daraa-2018-case")
    strike = made.ucdp_row(1, latitude=32.6, longitude=36.1, date_start="2018-06-20", date_end="2018-06-20")
    write_events(tmp_path, "ucdp-ged-syria-2018-southwest.csv", made.ucdp(strike))
    run_blocks("daraa-2018", tmp_path)
    built, known = read_crisis(tmp_path / "daraa"), read_crisis("daraa-2018")
    for table in ("places", "routes", "control", "closures"):
        ours, theirs = (crisis.table(table).drop("how", strict=False) for crisis in (built, known))
        assert ours.equals(theirs), table  # how a town fell is not in the case's tables
    if case.is_dir():
        assert built.table("events").equals(known.table("events"))


def test_sudan_2023_says_what_it_assumed(tmp_path: Path) -> None:
    assert "stock" in run_blocks("sudan-2023", tmp_path)
    assert read_crisis(tmp_path / "sudan").table("counts").height == 4
