"""No command cuts a figure, however narrow the terminal; only names fold or shorten."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import onward
from onward.cli.main import app
from onward.crisis.write import write_crisis
from properties.crises import day, make_crisis

FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
#: what differs between two runs of one command: the time that it took
TIMES = re.compile(r"\([\d.]+ s of engine time on \d+ cores?\)")
WIDE = 240
PLACE = {"latitude": 36.0, "longitude": 37.0, "kind": "city", "country": "SYR", "admin1": "Aleppo"}
COMMANDS = (
    "crises",
    "scenarios aleppo-2016",
    "check CRISIS",
    "run CRISIS --members 2 --seed 1 --out AGAIN --overwrite",
    "explain RUN",
    "explain RUN --place metropolis --date 2020-03-06",
    "needs RUN",
    "needs RUN --by admin1 --date 2020-03-06",
    "triggers RUN",
    "notes RUN",
    "score RUN",
    "compare RUN CALM",
)
TRIGGER = """
[[trigger]]
name = "a city empties"
indicator = "displaced"
unit = "everywhere"
threshold = 1_000_000
horizon = 5
probability = 0.5
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A crisis in which eleven million people live under fire, a run of it, and one with less fire."""
    rows = {
        "places": [
            {**PLACE, "place": "metropolis", "name": "The metropolis by the long river", "population": 11_000_000},
            {**PLACE, "place": "refuge", "name": "The refuge in the hills", "latitude": 36.3, "population": 2_345_678},
        ],
        "routes": [{"place1": "metropolis", "place2": "refuge", "mode": "road", "distance_km": 33}],
        "actors": [{"actor": "army", "side": "state"}],
        "events": [
            {"start": day(3), "end": day(6), "place": "metropolis", "actor": "army", "type": "air",
             "attacks": 4_000}
        ],
        "counts": [{"indicator": "stock", "place": "refuge", "date": day(6), "people": 4_321_000, "source": "made up"}],
    }  # fmt: skip
    root = tmp_path_factory.mktemp("narrow")
    crisis = make_crisis(8, rows, {"attack_weight": 0.3})
    write_crisis(crisis, root / "crisis")
    with (root / "crisis" / "crisis.toml").open("a") as file:
        file.write(TRIGGER)
    crisis = onward.read_crisis(root / "crisis")
    onward.simulate(crisis, members=2, seed=1, out=root / "run")
    onward.simulate(crisis, members=2, seed=1, out=root / "calm", overrides={"attack_weight": 0.2})
    return {"CRISIS": root / "crisis", "RUN": root / "run", "CALM": root / "calm", "AGAIN": root / "again"}


def printed(command: str, folders: dict[str, Path], width: int) -> str:
    args = [str(folders.get(word, word)) for word in command.split()]
    done = CliRunner().invoke(app, args, env={"COLUMNS": str(width)})
    assert done.exit_code == 0, done.output
    return TIMES.sub("", done.output.replace(str(folders["CRISIS"].parent), ""))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_figure_is_whole_at_any_width(folders: dict[str, Path], command: str) -> None:
    wide = set(FIGURE.findall(printed(command, folders, WIDE)))
    for width in (40, 60, 80):
        text = printed(command, folders, width)
        assert wide - set(FIGURE.findall(text)) == set(), text
        if not command.startswith(("scenarios", "notes")):
            assert max(map(len, text.splitlines())) <= width


def test_the_millions_are_there(folders: dict[str, Path]) -> None:
    text = printed("run CRISIS --members 2 --seed 1 --out AGAIN --overwrite", folders, 40)
    assert any(int(figure.replace(",", "")) > 1_000_000 for figure in FIGURE.findall(text) if "," in figure)
