"""Units: areas and administrative units, their P-codes, and figures that are added up member by member."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

import onward
from onward.cli.main import app
from onward.errors import CrisisDataError, ParameterError
from onward.exports.content import Content, content_of
from onward.simulation.units import finest_level, units_of
from views.sample_run import write_runnable

DURING, AFTER = dt.date(2016, 7, 20), dt.date(2026, 1, 1)
#: azaz and marea are in one district and tall_rifat in another; north overlaps the district Azaz and splits nothing
PLACES = """\
place,name,country,admin1,admin1_pcode,admin2,admin2_pcode,latitude,longitude,kind,population,displaced_at_start
azaz,Azaz,SYR,Aleppo,SY02,A'zaz,SY0202,36.586,37.044,town,31000,4000
kilis,Kilis camp,TUR,Kilis,TUR079,Merkez,,36.716,37.115,camp,,1000
marea,Marea,SYR,Aleppo,,A'zaz,SY0202,36.483,37.197,town,16000,0
tall_rifat,Tall Rif'at,SYR,Aleppo,SY02,Nahda,SY0299,36.473,37.097,town,20000,0
"""
AREAS = "area,place\nnorth,azaz\nnorth,marea\nsplit,marea\nsplit,tall_rifat\n"


def write_coded(folder: Path, places: str = PLACES) -> Path:
    """Write the tiny crisis with P-codes and two areas that overlap."""
    write_runnable(folder)
    (folder / "places.csv").write_text(places, "utf-8")
    (folder / "areas.csv").write_text(AREAS, "utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("units")
    onward.simulate(write_coded(home / "coded"), members=4, seed=3, out=home / "run")
    return home / "run"


@pytest.fixture(scope="module")
def run(folder: Path) -> onward.Run:
    return onward.read_run(folder)


def content(run: onward.Run, **given: object) -> Content:
    return content_of(run, run.crisis, **{"today": AFTER, **given})  # type: ignore[arg-type]


def onward_(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize("by", ["area", "admin1", "admin2"])
def test_a_unit_is_the_sum_of_its_places_member_by_member(run: onward.Run, by: str) -> None:
    every = run.series("stock", by=by)
    for unit in every["unit"].unique():
        places = units_of(run, by).places_of(unit)
        parts = [run.series("stock", place=place)["people"] for place in places]
        wanted = [sum(column) for column in zip(*parts, strict=True)]
        assert every.filter(pl.col("unit") == unit)["people"].to_list() == wanted
        assert run.series("stock", **{by: unit})["people"].to_list() == wanted


def test_administrative_units_add_up_to_the_whole_to_the_person(run: onward.Run) -> None:
    whole = run.series("stock")
    for by in ("place", "admin1", "admin2"):
        summed = (
            run.series("stock", by=by).group_by("member", "date").agg(pl.col("people").sum()).sort("member", "date")
        )
        assert summed["people"].to_list() == whole["people"].to_list()
    assert whole["people"].sum() > 0


def test_quantiles_of_a_unit_are_of_the_members_sums(run: onward.Run) -> None:
    told = run.quantiles("stock", by="admin2").filter(pl.col("unit") == "SYR/Aleppo/A'zaz")
    sums = run.series("stock", place="azaz").with_columns(
        (pl.col("people") + run.series("stock", place="marea")["people"]).cast(pl.Float64)
    )
    wanted = sums.group_by("date").agg(pl.col("people").quantile(0.95, "linear")).sort("date")
    assert told["p95"].to_list() == wanted["people"].to_list()


def test_a_unit_is_found_by_key_code_and_name(run: onward.Run) -> None:
    key, code, name = (run.quantiles(admin2=word) for word in ("SYR/Aleppo/A'zaz", "sy0202", "A'zaz"))
    assert key.equals(code)
    assert key.equals(name)
    with pytest.raises(ParameterError, match=r"admin1 'Alepo' is not an admin1 of this run\. Did you mean 'Aleppo'"):
        run.series("stock", admin1="Alepo")
    with pytest.raises(ParameterError, match="by: 'district' is not one of place, area, admin1, admin2"):
        run.series("stock", by="district")
    with pytest.raises(ParameterError, match="give admin1 or by, not both"):
        run.series("stock", admin1="Aleppo", by="admin2")


def test_a_name_of_two_units_asks_for_the_key(tmp_path: Path) -> None:
    twin = PLACES.replace("TUR,Kilis,TUR079,Merkez", "TUR,Kilis,TUR079,A'zaz")
    run = onward.simulate(write_coded(tmp_path / "twin", twin), engine="expected")
    with pytest.raises(ParameterError, match=r"names 2 units\. Give one of SYR/Aleppo/A'zaz, TUR/Kilis/A'zaz"):
        run.series("stock", admin2="A'zaz")


def test_codes_of_units_are_those_of_any_of_their_places(run: onward.Run) -> None:
    assert dict(units_of(run, "admin1").table.select("unit", "pcode").iter_rows()) == {
        "SYR/Aleppo": "SY02", "TUR/Kilis": "TUR079",
    }  # fmt: skip
    table = units_of(run, "admin2").table
    assert table["pcode"].to_list() == ["SY0202", "SY0299", None]
    assert table["places"].to_list() == [2, 1, 1]


def test_codes_that_contradict_each_other_are_told_with_their_rows(tmp_path: Path) -> None:
    wrong = PLACES.replace("Aleppo,,A'zaz,SY0202", "Aleppo,SY03,A'zaz,SY0299")
    with pytest.raises(CrisisDataError) as caught:
        onward.read_crisis(write_coded(tmp_path / "wrong", wrong))
    told = str(caught.value)
    assert "row 4, column admin1_pcode: the unit 'SYR/Aleppo' has 'SY03' here and 'SY02' in row 2" in told
    assert "row 4, column admin2_pcode" in told
    assert "the P-code 'SY0299' is of" in told


def test_crises_without_codes_keep_their_hash() -> None:
    """Columns of codes in which there is nothing change no hash: it is that of the tables before there were codes."""
    crisis = onward.read_crisis("daraa-2018")
    places = crisis.table("places")
    codes = [name for name in places.columns if name.endswith("pcode")]
    assert codes
    empty = places.with_columns(pl.lit(None, pl.String).alias(name) for name in codes)
    assert crisis.replace_table("places", empty).hash == crisis.replace_table("places", places.drop(codes)).hash


def test_a_code_changes_the_hash(tmp_path: Path) -> None:
    coded = onward.read_crisis(write_coded(tmp_path / "coded"))
    bare = onward.read_crisis(write_coded(tmp_path / "bare", PLACES.replace("SY0299", "")))
    assert coded.hash != bare.hash


def test_a_camp_of_a_what_if_lies_in_the_units_of_its_neighbour(tmp_path: Path) -> None:
    camp = 'format = 1\nname = "camp"\n[[intervention]]\ndo = "add_camp"\nplace = "new_camp"\nnear = "azaz"\n'
    (tmp_path / "camp.toml").write_text(f"{camp}distance_km = 3\nlatitude = 36.6\nlongitude = 37.0\ncapacity = 500\n")
    crisis = onward.read_crisis(write_coded(tmp_path / "coded"))
    run = onward.simulate(crisis, members=1, scenario=tmp_path / "camp.toml")
    assert "new_camp" in units_of(run, "admin2").places_of("SY0202")
    assert "new_camp" in units_of(run, "area").places_of("SYR")
    assert "new_camp" not in units_of(run, "area").places_of("north")


def test_overlapping_areas_are_told(run: onward.Run) -> None:
    assert "marea" in units_of(run, "area").overlapping()
    assert units_of(run, "admin2").overlapping() == []
    notes = content(run, by="area").notes
    assert any(note.startswith("Areas overlap: 4 places are in more than one. Do not add") for note in notes)
    assert not any("overlap" in note for note in content(run, by="admin2").notes)


def test_exports_by_unit_carry_codes_as_hxl(folder: Path, tmp_path: Path) -> None:
    done = onward_("export", folder, "--format", "hxl", "--by", "admin2", "-o", tmp_path / "hxl")
    assert done.exit_code == 0, done.output
    header, tags, first, *_ = csv.reader(io.StringIO((tmp_path / "hxl" / "stock.csv").read_text("utf-8")))
    told = dict(zip(tags, first, strict=True))
    assert (told["#adm1+code"], told["#adm1+name"], told["#adm2+code"], told["#adm2+name"]) == (
        "SY02", "Aleppo", "SY0202", "A'zaz",
    )  # fmt: skip
    assert len(set(tags)) == len(tags)
    assert header[0] == "district"
    done = onward_("export", folder, "--format", "geojson", "--by", "area", "-o", tmp_path / "x.geojson")
    made = json.loads((tmp_path / "x.geojson").read_text("utf-8"))
    assert {f["properties"]["area"] for f in made["features"]} == {"everywhere", "north", "split", "SYR", "TUR"}
    assert onward_("export", folder, "--format", "hxl", "--by", "town").exit_code == 2


def test_while_a_crisis_goes_on_no_unit_is_finer_than_a_district(run: onward.Run) -> None:
    with pytest.raises(ParameterError, match=r"this crisis is ongoing\. Choose admin2"):
        content(run, by="place", today=DURING)
    assert content(run, by="admin1", today=DURING).key == "region"
    # split has marea, but not azaz of the same district: with north it would tell of azaz alone
    assert set(content(run, by="area", today=DURING).tables["stock"]["area"]) == {"everywhere", "north", "SYR", "TUR"}
    assert content(run, by="place", places=True, today=DURING).key == "place"


def test_the_terminal_shows_the_finest_level_most_places_have(folder: Path, run: onward.Run, tmp_path: Path) -> None:
    assert finest_level(run) == "admin2"
    done = onward_("run", folder / "crisis", "--members", "2", "--out", tmp_path / "again")
    assert "Displaced people by admin 2 on 31 July" in done.output
    assert "A'zaz (SYR, Aleppo)" in done.output
    bare = onward.simulate(write_runnable(tmp_path / "bare"), engine="expected")
    assert finest_level(bare) == "admin1"
