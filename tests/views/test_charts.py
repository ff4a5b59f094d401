"""A run in a notebook."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import onward
from onward.errors import ParameterError
from onward.extras import install_command
from onward.report.charts import chart, run_html
from views.live_server import write_small_run
from views.sample_run import ABOUT, made_up_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_run(tmp_path_factory.mktemp("charts") / "run")


def test_a_chart_has_bands_median_and_counts(folder: Path, tmp_path: Path) -> None:
    run = onward.read_run(folder)
    chart = run.chart("stock", place="azaz")
    assert [layer.mark.type for layer in chart.layer] == ["area", "area", "line", "rule", "point"]
    assert [row["people"] for row in chart.layer[-1].data.values] == [9000]
    band = chart.layer[0].data.values
    told = run.quantiles("stock", place="azaz")
    assert [row["p95"] for row in band] == told["p95"].to_list()
    assert band[0]["date"] == "2016-07-01T00:00:00"
    assert chart.title.text == "Stock, Azaz"
    assert chart.title.subtitle[0].startswith("Simulated, not observed.")
    chart.save(tmp_path / "azaz.png")
    assert (tmp_path / "azaz.png").read_bytes().startswith(b"\x89PNG")


def test_a_chart_without_a_folder_or_place_has_no_counts(folder: Path) -> None:
    assert len(onward.read_run(folder).chart("displaced").layer) == 3
    assert len(chart(made_up_run(), "stock", place="kilis").layer) == 3


def test_mistakes_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = onward.read_run(folder)
    with pytest.raises(ParameterError, match="indicator 'stocks' is not one of"):
        run.chart("stocks")
    with pytest.raises(ParameterError, match="place 'ankara' is not a place"):
        run.chart(place="ankara")
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(ParameterError, match=re.escape(install_command("charts"))):
        run.chart()


def test_a_run_shows_itself_in_a_notebook(folder: Path) -> None:
    told = onward.read_run(folder)._repr_html_()
    for words in ("A tiny crisis", "2 members", "away from home on 2016-07-31", "Kilis camp", "Verdict", "Simulated"):
        assert words in told


def test_names_cannot_become_markup() -> None:
    run = made_up_run()
    claim = {"id": "<b>", "low": None, "high": 1, "p5": 0, "p50": 0, "p95": 0, "verdict": "<i>"}
    names = {"kilis": '<img src=x onerror="1">'}
    wild = {**ABOUT, "title": "<script>1</script>", "place_names": names, "claims": [claim]}
    told = run_html(onward.Run(wild, run.tables))
    for words in ("<script", "<img", "<b>", "<i>"):
        assert words not in told


def test_the_engine_loads_no_view_and_nothing_slow() -> None:
    import subprocess

    unwanted = ("onward.cli", "scipy.signal", "scipy.stats", "scipy.optimize")  # 2 s, more than all that is needed
    code = f"import sys, onward.simulation.run; print([m for m in sys.modules if m.startswith({unwanted})])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
