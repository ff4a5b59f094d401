"""Needs: quantities of the people present, by hand for a place and day, with what is there and what is missing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

import onward
from onward.cli.main import app
from onward.errors import CrisisDataError, ParameterError
from onward.planning.allowed import allowed_units
from onward.planning.needs import camp_shares, needs
from onward.planning.standards import shipped_standards, standards_of
from test_units import write_coded

LAST = dt.date(2016, 7, 31)
STOCKS = """\
place,item,quantity,start,end,source
azaz,water,30000,,,made up
azaz,toilets,100,2016-07-20,2016-07-25,made up
kilis,toilets,40,,,made up
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("needs")
    crisis = write_coded(home / "coded")
    places = (crisis / "places.csv").read_text("utf-8").splitlines()
    places = [
        f"{line},{more}" for line, more in zip(places, ("capacity,camp_share", ",0.25", "900,", ",", ","), strict=True)
    ]
    (crisis / "places.csv").write_text("\n".join(places) + "\n", "utf-8")
    (crisis / "stocks.csv").write_text(STOCKS, "utf-8")
    onward.simulate(crisis, members=5, seed=3, out=home / "run")
    return home / "run"


@pytest.fixture(scope="module")
def run(folder: Path) -> onward.Run:
    return onward.read_run(folder)


def row_of(rows: pl.DataFrame, **wanted: object) -> dict[str, Any]:
    return rows.row(by_predicate=pl.all_horizontal(pl.col(k) == v for k, v in wanted.items()), named=True)


def onward_(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_needs_of_one_place_and_day_are_those_worked_out_by_hand(run: onward.Run) -> None:
    day = dt.date(2016, 7, 20)
    stock = run.table("stock").with_columns(pl.col("place", "state").cast(pl.String))
    there = stock.filter(
        (pl.col("place") == "azaz") & (pl.col("date") == day) & pl.col("state").is_in(["here", "gate"])
    )
    people = [there.filter(pl.col("member") == m)["people"].sum() for m in range(5)]
    assert len(set(people)) > 1
    rows = needs(run, by="place", date=day, quantile=0.8).filter(pl.col("unit") == "azaz")
    water = row_of(rows, item="water")
    at = {q: float(np.quantile(people, q)) for q in (0.05, 0.5, 0.8, 0.95)}
    assert [water[k] for k in ("p5", "p50", "quantity", "p95")] == pytest.approx(
        [15 * at[q] for q in (0.05, 0.5, 0.8, 0.95)]
    )
    assert (water["there"], water["gap"]) == (30000, pytest.approx(15 * at[0.8] - 30000))
    toilets = row_of(rows, item="toilets")  # a quarter of azaz's displaced are in camps
    assert toilets["quantity"] == math.ceil(round(0.25 * at[0.8] / 20, 9))
    assert toilets["there"] == 100
    assert toilets["gap"] == max(0, toilets["quantity"] - 100)
    assert toilets["share"] == pytest.approx(0.25)
    home = stock.filter((pl.col("place") == "azaz") & (pl.col("date") == day) & (pl.col("state") == "home"))
    staff = row_of(rows, item="skilled_health_staff", who="hosts")
    assert staff["people"] == pytest.approx(np.quantile(home.sort("member")["people"].to_list(), 0.8))


def test_stocks_count_only_on_their_days_and_unknown_is_not_none(run: onward.Run) -> None:
    later = row_of(needs(run, by="place", date="2016-07-26"), unit="azaz", item="toilets")
    assert later["there"] == 0
    assert later["gap"] == later["quantity"] > 0
    food = row_of(needs(run, by="place"), unit="azaz", item="food")
    assert (food["there"], food["gap"]) == (None, None)


def test_needs_of_a_unit_are_of_the_members_sums(run: onward.Run) -> None:
    rows = needs(run, by="area", quantile=0.95)
    sums = run.series("stock", area="everywhere").filter(pl.col("date") == LAST)["people"].to_list()
    food = row_of(rows, unit="everywhere", item="food")
    assert food["p95"] == pytest.approx(2100 * np.quantile(sums, 0.95))
    assert food["people"] == pytest.approx(np.quantile(sums, 0.95))
    parts = [needs(run, by="admin2", quantile=q).filter(pl.col("item") == "food")["quantity"].sum() for q in (0.95,)]
    assert food["p95"] <= parts[0] + 1e-9


def test_room_in_camps_is_their_capacity_where_all_of_it_is_known(run: onward.Run) -> None:
    rows = needs(run, by="admin1")
    kilis = row_of(rows, unit="TUR/Kilis", item="places_in_camps")
    assert kilis["there"] == 900
    assert kilis["gap"] == max(0, kilis["quantity"] - 900)
    azaz = row_of(rows, unit="SYR/Aleppo", item="places_in_camps")  # part of its people are in camps of unknown size
    assert azaz["there"] is None


def test_who_is_in_camps_follows_the_kind_of_place_or_its_own_share(run: onward.Run) -> None:
    assert run.crisis is not None
    assert dict(camp_shares(run.crisis).iter_rows()) == {"azaz": 0.25, "kilis": 1.0, "marea": 0.0, "tall_rifat": 0.0}
    rows = needs(run, by="admin1").filter(pl.col("unit") == "SYR/Aleppo")
    assert 0 < row_of(rows, item="toilets")["share"] <= 0.25
    assert row_of(rows, item="water")["share"] == 1


def test_standards_of_the_crisis_take_the_place_of_shipped_ones(run: onward.Run) -> None:
    own = pl.DataFrame({"item": ["water", "kits"], "quantity": [20.0, 1.0], "unit": ["litres a day", "kits"],
                        "per": [1.0, 5.0], "source": ["our cluster", "our cluster"]})  # fmt: skip
    assert run.crisis is not None
    crisis = run.crisis.replace_table("standards", own)
    rows = standards_of(crisis, phase="emergency")
    assert rows.filter(pl.col("item") == "water")["quantity"].to_list() == [20.0]
    assert rows.filter(pl.col("item") == "toilets")["per"].to_list() == [50.0]
    changed = onward.Run(run.about, run.tables, given=crisis)
    assert (
        row_of(needs(changed, by="place"), unit="kilis", item="kits")["standard"]
        == "1 kit for each 5 people (our cluster)"
    )
    nothing = run.crisis.replace_table("standards", own.with_columns(quantity=pl.lit(0.0)))
    assert "water" not in standards_of(nothing)["item"]


def test_each_shipped_standard_says_where_it_is_from_and_whether_it_was_seen() -> None:
    rows = shipped_standards()
    assert rows["source"].null_count() == 0
    assert set(rows["checked"]) == {"text", "secondary", "not checked"}
    assert {"water", "living_space", "camp_area", "toilets", "food", "shelters", "skilled_health_staff"} <= set(
        rows["item"]
    )
    per = dict(
        rows.select(
            pl.format("{}/{}", "item", pl.col("phase").fill_null("")), pl.col("quantity") / pl.col("per")
        ).iter_rows()
    )
    assert (per["water/standard"], per["water/emergency"], per["living_space/"], per["camp_area/"]) == (
        15,
        7.5,
        3.5,
        45,
    )
    assert (per["toilets/standard"], per["toilets/emergency"], per["food/"], per["shelters/"]) == (
        1 / 20,
        1 / 50,
        2100,
        1 / 5,
    )


def test_what_cannot_be_meant_is_refused(run: onward.Run, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"quantile: 80 is not above 0"):
        needs(run, quantile=80)
    with pytest.raises(ParameterError, match=r"date: 2017-01-01 is not a day of the run\. Give one from 2016-07-01"):
        needs(run, date="2017-01-01")
    with pytest.raises(ParameterError, match="phase: 'later' is not one of"):
        needs(run, phase="later")
    assert run.crisis is not None
    odd = run.crisis.table("stocks").with_columns(item=pl.lit("watr"))
    with pytest.raises(CrisisDataError, match=r"'watr'\. Did you mean 'water'"):
        needs(run, stocks=odd)
    (tmp_path / "standards.csv").write_text("item,quantity,unit,source\nwater,many,litres,us\n", "utf-8")
    done = onward_("needs", run.folder or "", "--standards", tmp_path / "standards.csv")
    assert done.exit_code == 2
    assert "standards.csv, row 2, column quantity: 'many'" in done.stderr


def test_the_command_prints_json_of_the_contract(folder: Path) -> None:
    done = onward_("needs", folder, "--by", "admin2", "--quantile", "0.8", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert set(told["rows"][0]) >= {"unit", "date", "item", "quantity", "p5", "p50", "p95", "there", "gap"}
    assert (told["by"], told["quantile"], told["phase"]) == ("admin2", 0.8, "standard")
    assert {row["unit"] for row in told["rows"]} <= {"SYR/Aleppo/A'zaz", "SYR/Aleppo/Nahda", "TUR/Kilis/Merkez"}
    every = json.loads(onward_("needs", folder, "--date", "all", "--json").stdout)
    assert {row["date"] for row in every["rows"]} == {f"2016-07-{day:02}" for day in range(1, 32)}


def test_the_terminal_says_whose_need_and_what_was_not_checked(folder: Path) -> None:
    done = onward_("needs", folder, "--quantile", "0.8")
    assert "Needs by admin 2, standard phase, planned for the 80 % quantile" in done.output
    for words in (
        "not known",
        "camps",
        "displaced people in camps and sites",
        "not checked against their text of 2018",
        "Simulated, not observed",
    ):
        assert words in " ".join(done.output.split()), words


def test_files_carry_tags_notes_and_two_digits(folder: Path, tmp_path: Path) -> None:
    done = onward_("needs", folder, "--by", "admin2", "-o", tmp_path / "n.csv")
    assert done.exit_code == 0, done.output
    header, tags, *rows = csv.reader(io.StringIO((tmp_path / "n.csv").read_text("utf-8")))
    assert len(header) == len(tags) == len(set(tags))
    assert {"#adm1+code", "#adm2+code", "#item+needed+simulated", "#item+available"} <= set(tags)
    water = dict(zip(header, next(r for r in rows if "water" in r and "SY0202" in r), strict=True))
    assert len(water["quantity"].rstrip("0")) <= 2
    assert onward_("needs", folder, "--by", "admin2", "-o", tmp_path / "n.xlsx").exit_code == 0
    book = openpyxl.load_workbook(tmp_path / "n.xlsx")
    assert book.sheetnames == ["Read me", "Needs"]
    sheet = book["Needs"]
    assert [cell.value for cell in sheet[2]][:2] == ["#loc+code", "#loc+name"]
    items = {sheet.cell(n, 9).value for n in range(3, sheet.max_row + 1)}
    assert {"water", "toilets"} <= items
    assert onward_("needs", folder, "-o", tmp_path / "n.pdf").exit_code == 2


def test_while_a_crisis_goes_on_no_unit_is_a_place(run: onward.Run) -> None:
    during = dt.date(2016, 7, 20)
    assert allowed_units(run, today=during).by == "admin2"
    with pytest.raises(ParameterError, match="this crisis is ongoing"):
        allowed_units(run, by="place", today=during)
