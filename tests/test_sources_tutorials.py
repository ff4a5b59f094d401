"""The tutorials about building a crisis run as they are written, block by block, in an empty directory."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import publisher_files as made
from onward.crisis import read_crisis

ROOT = Path(__file__).parents[1]
SHARED = ROOT / ".." / "shared"
TUTORIALS = ROOT / "docs" / "tutorials"


def run_blocks(name: str, folder: Path) -> str:
    """Run the sh blocks of a tutorial in a folder, as one script that stops at the first fault."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (TUTORIALS / name).read_text(encoding="utf-8"), re.M | re.S)
    script = "set -e\n" + "\n".join(blocks)
    command = folder / "bin" / "onward"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from onward.cli.main import main; main()" "$@"\n')
    command.chmod(0o755)
    environment = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash"], input=script, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    commands = [line for line in script.splitlines() if line.startswith("onward ")]
    assert len(commands) <= 10
    return done.stdout


def events(folder: Path, name: str, text: str) -> None:
    """Put the real file of events into a folder where there is one, else one that is made up."""
    real = SHARED / "events" / name
    if real.is_file():
        shutil.copy(real, folder / name)
    else:
        (folder / name).write_text(text, encoding="utf-8")


def test_aleppo_from_events(tmp_path: Path) -> None:
    strikes = [made.ucdp_row(i, date_start="2016-02-02", date_end="2016-02-02") for i in range(9)]
    events(tmp_path, "ucdp-ged-syria-2016.csv", made.ucdp(*strikes))
    run_blocks("aleppo-from-events.md", tmp_path)
    crisis = read_crisis(tmp_path / "north-aleppo")
    assert dict(crisis.table("control").select("place", "actor").iter_rows())["izaz"] == "OPP"
    assert (tmp_path / "north-aleppo.html").stat().st_size > 10_000


def test_daraa_2018(tmp_path: Path) -> None:
    bundled = ROOT / "src" / "onward" / "crisis" / "library" / "daraa-2018"
    case = SHARED / "cases" / "daraa-2018"
    shutil.copytree(case if case.is_dir() else bundled, tmp_path / "daraa-2018-case")
    strike = made.ucdp_row(1, latitude=32.6, longitude=36.1, date_start="2018-06-20", date_end="2018-06-20")
    events(tmp_path, "ucdp-ged-syria-2018-southwest.csv", made.ucdp(strike))
    run_blocks("daraa-2018.md", tmp_path)
    built, known = read_crisis(tmp_path / "daraa"), read_crisis("daraa-2018")
    for table in ("places", "routes", "control", "closures"):
        assert built.table(table).equals(known.table(table)), table
    if case.is_dir():
        assert built.table("events").equals(known.table("events"))


def test_sudan_2023(tmp_path: Path) -> None:
    said = run_blocks("sudan-2023.md", tmp_path)
    assert "stock" in said
    assert read_crisis(tmp_path / "sudan").table("counts").height == 4
