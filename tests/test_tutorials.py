"""The tutorials work as they stand: every shell and Python block of a page runs, in order, in one folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import publisher_files as made
from onward.crisis import read_crisis

ROOT = Path(__file__).parents[1]
SHARED = ROOT / ".." / "shared"
PAGES = ROOT / "docs" / "tutorials"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```", re.M | re.S)
TESTED_APART = {"aleppo-from-events", "daraa-2018", "sudan-2023"}


def run_blocks(page: str, folder: Path) -> str:
    """Run the blocks of a page in a folder; return what they printed."""
    command = folder / "bin" / "onward"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from onward.cli.main import main; main()" "$@"\n')
    command.chmod(0o755)
    environment = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}"}
    printed = []
    for kind, code in BLOCK.findall((PAGES / f"{page}.md").read_text("utf-8")):
        how = ["bash", "-euo", "pipefail", "-c", code] if kind == "sh" else [sys.executable, "-c", code]
        done = subprocess.run(how, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{code}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        printed.append(done.stdout)
    return "".join(printed)


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
