"""Exports: what is in them, where they say they are from, and the rules under which nobody is harmed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

import onward
from onward import disclosure as harm
from onward.cli.main import app
from onward.errors import ParameterError, RunFolderError
from onward.exports.content import Content, content_of
from onward.exports.hxl import tag
from onward.exports.write import ENDINGS, export_run
from onward.extras import install_command
from onward.planning.allowed import allowed_units
from onward.planning.hosts import host_countries, hosts
from onward.runs.folder import kept_crisis, run_to_folder
from onward.simulation.settings import make_settings
from views.sample_run import write_runnable

DURING, AFTER = dt.date(2016, 7, 20), dt.date(2026, 1, 1)
#: formats of any run; hubverse is of forecasts only
FORMATS = tuple(name for name in ENDINGS if name != "hubverse")
CAMP = """\
format = 1
name = "camp"
[[intervention]]
do = "add_camp"
place = "new_camp"
near = "azaz"
distance_km = 3
latitude = 36.6
longitude = 37.0
capacity = 5000
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the tiny crisis, of four members, where a count of 4 people and a name like a formula were added."""
    home = tmp_path_factory.mktemp("exports")
    crisis_folder = write_runnable(home / "tiny")
    counts, places = crisis_folder / "counts.csv", crisis_folder / "places.csv"
    counts.write_text(counts.read_text("utf-8") + "2016-07-12,marea,,stock,4,3,12,,camp office\n", "utf-8")
    places.write_text(places.read_text("utf-8").replace("Mare’", "=1+1"), "utf-8")
    crisis = onward.read_crisis(crisis_folder)
    run_to_folder(crisis, make_settings(crisis, members=4, seed=1), folder=home / "run")
    return home / "run"


def content(folder: Path, **given: Any) -> Content:
    return content_of(onward.read_run(folder), kept_crisis(folder), **{"today": AFTER, **given})


def export(folder: Path, format: str, out: Path, **given: Any) -> Path:
    return export_run(folder, format=format, out=out, **{"today": AFTER, **given})[0]


def onward_(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def text_of(path: Path) -> str:
    """All text in an export, whatever its format."""
    if path.is_dir():
        return "\n".join(file.read_text("utf-8") for file in sorted(path.iterdir()))
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as packed:
            return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    if path.suffix == ".nc":
        import xarray

        with xarray.open_dataset(path, engine="h5netcdf") as found:
            return f"{found.attrs} {[found[name].values.tolist() for name in found.coords]}"
    return path.read_text("utf-8")


def test_figures_are_those_of_the_run_to_two_digits(folder: Path) -> None:
    run, stock = onward.read_run(folder), content(folder).tables["stock"]
    for place in run.about["places"]:
        told, mine = run.quantiles("stock", place=place), stock.filter(pl.col("place") == place)
        for name in ("mean", "p5", "p50", "p95"):
            assert mine[name].to_list() == [harm.two_digits(v) for v in told[name]]


def test_flows_add_up_to_who_stopped(folder: Path) -> None:
    run, flows = onward.read_run(folder), content(folder).tables["flows"]
    there = run.table("flows").filter(pl.col("to_place").cast(pl.String) == "azaz")["people"].sum() / 4
    told = flows.filter(pl.col("to_place") == "azaz")["mean"].sum()
    assert told == pytest.approx(there, rel=0.05)


@pytest.mark.parametrize("format", FORMATS)
def test_each_file_says_where_it_is_from(folder: Path, tmp_path: Path, format: str) -> None:
    path = export(folder, format, tmp_path / f"x{ENDINGS[format]}")
    said, about = text_of(path), content(folder).provenance
    for words in ("Simulated, not observed.", about["run_hash"][:16], "tiny", onward.read_run(folder).about["seed"]):
        assert str(words) in said
    assert about["totals"] == "modelled"
    if path.is_dir():
        for file in path.glob("*.csv"):
            rows = list(csv.reader(io.StringIO(file.read_text("utf-8"))))
            assert all(row[-1].startswith(("Simulated, not observed.", "Observed; p5, p50")) for row in rows[2:])


def test_the_hash_of_a_run_is_that_of_its_repetition(folder: Path, tmp_path: Path) -> None:
    crisis = onward.read_crisis(folder / "crisis")
    run_to_folder(crisis, make_settings(crisis, members=4, seed=1), folder=tmp_path / "again")
    run_to_folder(crisis, make_settings(crisis, members=4, seed=2), folder=tmp_path / "other")
    first, again, other = (content(f).provenance["run_hash"] for f in (folder, tmp_path / "again", tmp_path / "other"))
    assert first == again != other


def test_csv_has_hxl_tags_and_no_formula(folder: Path, tmp_path: Path) -> None:
    made = export(folder, "hxl", tmp_path / "hxl")
    for file in made.glob("*.csv"):
        header, tags, *rows = csv.reader(io.StringIO(file.read_text("utf-8")))
        assert len(header) == len(tags)
        assert all(tag.startswith("#") for tag in tags), file.name
        assert rows
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
    assert "'=1+1" in (made / "stock.csv").read_text("utf-8")
    packed = export(folder, "hxl", tmp_path / "hxl.zip")
    with zipfile.ZipFile(packed) as files:
        assert set(files.namelist()) == {file.name for file in made.iterdir()}


def test_counts_below_ten_are_left_out_and_simulated_figures_are_not(folder: Path, tmp_path: Path) -> None:
    made = export(folder, "hxl", tmp_path / "hxl")
    counts = list(csv.DictReader(io.StringIO((made / "counts.csv").read_text("utf-8"))))
    small = [row for row in counts if row["masked"] == "yes"]
    assert [(row["place"], row["people"], row["low"], row["high"]) for row in small] == [("marea", "", "", "")]
    assert sum(row["people"] != "" for row in counts) == 4  # three counts and the row of tags
    assert harm.rounded(pl.DataFrame({"p50": [4.2, 0.0]}), ["p50"])["p50"].to_list() == [4.0, 0.0]


def test_no_export_crosses_group_with_place(folder: Path, tmp_path: Path) -> None:
    for format in FORMATS:
        assert "newcomers" not in text_of(export(folder, format, tmp_path / f"x{ENDINGS[format]}", route_detail=True))


def test_legs_are_written_only_when_asked_for_with_a_warning(folder: Path, tmp_path: Path) -> None:
    assert "legs" not in content(folder).tables
    asked = content(folder, route_detail=True)
    assert asked.tables["legs"].columns[:2] == ["from_place", "to_place"]
    assert asked.warnings == (harm.ROUTES_WARNING,)
    done = onward_("export", folder, "--format", "geojson", "--route-detail", "-o", tmp_path / "r.geojson")
    assert done.exit_code == 0, done.output
    assert "Warning: Legs between places show where people walk" in done.stderr
    kinds = {f["geometry"]["type"] for f in json.loads((tmp_path / "r.geojson").read_text("utf-8"))["features"]}
    assert kinds == {"Point", "LineString"}


def test_while_a_crisis_goes_on_places_become_districts(folder: Path, tmp_path: Path) -> None:
    made = content(folder, today=DURING)
    assert made.key == "district"
    assert set(made.tables["stock"]["district"]) == {"SYR/Aleppo/?", "TUR/Kilis/?"}
    assert "gates" not in made.tables
    assert "claims" not in made.tables or made.tables["claims"].height == 0
    assert made.warnings == (harm.AREAS_NOTE,)
    for format in FORMATS:
        said = text_of(export(folder, format, tmp_path / f"x{ENDINGS[format]}", today=DURING))
        assert "tall_rifat" not in said
        assert "bab_al_salama" not in said
    fine = content(folder, today=DURING, places=True)
    assert (fine.key, fine.warnings) == ("place", (harm.PLACES_WARNING,))


def test_a_district_is_added_up_member_by_member(folder: Path) -> None:
    run = onward.read_run(folder)
    towns = ("azaz", "marea", "tall_rifat")
    members = pl.concat([run.series("stock", place=place) for place in towns]).group_by("member", "date").agg(
        pl.col("people").sum()
    )  # fmt: skip
    last = members.filter(pl.col("date") == dt.date(2016, 7, 31))["people"].cast(pl.Float64)
    told = content(folder, today=DURING).tables["stock"]
    mine = told.filter((pl.col("district") == "SYR/Aleppo/?") & (pl.col("date") == dt.date(2016, 7, 31)))
    assert mine["p95"].item() == harm.two_digits(float(last.quantile(0.95, "linear") or 0))


def test_geojson_has_points_with_series(folder: Path, tmp_path: Path) -> None:
    made = json.loads(export(folder, "geojson", tmp_path / "x.geojson").read_text("utf-8"))
    azaz = next(f for f in made["features"] if f["properties"]["place"] == "azaz")
    assert azaz["geometry"] == {"type": "Point", "coordinates": [37.044, 36.586]}
    assert len(azaz["properties"]["series"]["p50"]) == len(azaz["properties"]["series"]["dates"]) == 31
    assert azaz["properties"]["series"]["p50"][-1] == azaz["properties"]["p50"]


def test_a_camp_of_the_what_if_has_its_place(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "camp.toml").write_text(CAMP, "utf-8")
    crisis = onward.read_crisis(folder / "crisis")
    scenario = onward.read_scenario(tmp_path / "camp.toml", crisis)
    run_to_folder(crisis, make_settings(crisis, members=1, scenario=scenario), folder=tmp_path / "run")
    camp = content(tmp_path / "run").units.row(by_predicate=pl.col("place") == "new_camp", named=True)
    assert (camp["latitude"], camp["name"], camp["country"]) == (36.6, "new_camp", "SYR")
    assert content(tmp_path / "run").provenance["scenario"] == "camp"


def test_netcdf_has_labels_and_cf_attributes(folder: Path, tmp_path: Path) -> None:
    import xarray

    path = export(folder, "netcdf", tmp_path / "x.nc", route_detail=True)
    with xarray.open_dataset(path, engine="h5netcdf") as found:
        assert dict(found["stock"].sizes) == {"date": 31, "place": 4, "state": 3, "quantile": 5}
        assert found.attrs["Conventions"] == "CF-1.10"
        assert found["latitude"].attrs["units"] == "degrees_north"
        both = found["stock"].sel(place="azaz", quantile=0.5, state="here").values.tolist()
    run = onward.read_run(folder)
    rows = run.table("stock").filter((pl.col("place").cast(pl.String) == "azaz") & (pl.col("state") == "here"))
    middle = rows.group_by("date").agg(pl.col("people").median()).sort("date")["people"].to_list()
    assert both == [pytest.approx(harm.two_digits(value)) for value in middle]


def test_a_run_in_memory_has_labelled_arrays(folder: Path) -> None:
    run = onward.simulate(onward.read_crisis(folder / "crisis"), members=2)
    found = run.to_xarray()
    assert float(found["stock"].sel(place="azaz").sum()) > 0
    assert "gate_waiting" in found


def test_a_workbook_begins_with_what_to_read(folder: Path, tmp_path: Path) -> None:
    path = export(folder, "xlsx", tmp_path / "x.xlsx")
    sheets = pl.read_excel(path, sheet_id=0, engine="calamine") if _has_calamine() else None
    with zipfile.ZipFile(path) as packed:
        names = packed.read("xl/workbook.xml").decode()
        assert names.index('name="Read me"') < names.index('name="Stock on the last day"')
        assert not [n for n in packed.namelist() if b"<f>" in packed.read(n)]
    assert sheets is None or "Counts (observed)" in sheets


def _has_calamine() -> bool:
    from importlib.util import find_spec

    return find_spec("fastexcel") is not None


def test_hosts_are_in_every_export(folder: Path, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    xarray = pytest.importorskip("xarray")
    run = onward.read_run(folder)
    pressed = hosts(run, allowed_units(run, today=AFTER)).row(0, named=True)
    place, per_1000 = pressed["unit"], harm.two_digits(pressed["per_1000_p50"])
    rows = read_csv((export(folder, "hxl", tmp_path / "hxl") / "hosts.csv").read_text("utf-8"))
    assert rows[1][rows[0].index("per_1000_p50")] == "#indicator+per1000+simulated+p50"
    assert float(next(row for row in rows if row[0] == place)[rows[0].index("per_1000_p50")]) == per_1000
    sheet = openpyxl.load_workbook(export(folder, "xlsx", tmp_path / "a.xlsx"))["Hosts"]
    cells = list(sheet.iter_rows(values_only=True))
    assert next(row for row in cells if row[0] == place)[cells[0].index("per_1000_p50")] == per_1000
    features = json.loads(export(folder, "geojson", tmp_path / "a.geojson").read_text("utf-8"))["features"]
    found = next(f["properties"] for f in features if f["properties"]["place"] == place)
    assert found["hosts"]["per_1000_p50"] == per_1000
    with xarray.open_dataset(export(folder, "netcdf", tmp_path / "a.nc"), engine="h5netcdf") as data:
        assert float(data["hosts_per_1000"].sel(place=place, host_quantile=0.5)) == per_1000


def test_host_countries_keep_the_known_figure_and_round_the_change() -> None:
    crisis = onward.read_crisis("aleppo-2016")
    run = onward.simulate(crisis, engine="expected", members=1, seed=1)
    row = content_of(run, crisis, today=AFTER).tables["host_countries"].row(0, named=True)
    assert (row["country"], row["hosted_before"], row["per_1000_before"]) == ("TUR", 2_503_426, 32.2)
    assert row["change_p50"] == harm.two_digits(host_countries(run)["hosted_p50"].item() - 2_503_426)
    room = content_of(run, crisis, today=AFTER).tables["room"]
    first = first_full_day(run, "sajo", 2_000)
    full = room.filter(pl.col("place") == "sajo").row(0, named=True)
    assert (full["name"], full["room"], full["probability"]) == ("Sajo (Sijjo)", 2_000, 1.0)
    assert full["first_p5"] == full["first_p95"] == first
    assert [tag("room", column) for column in ("room", "share_p50", "first_p50")] == [
        "#capacity", "#capacity+taken+simulated+p50", "#date+filled+simulated+p50"
    ]  # fmt: skip


def first_full_day(run: onward.Run, place: str, room: int) -> dt.date:
    """Return the first day on which so many stay at a place, of a run of one member."""
    here = (pl.col("place").cast(pl.String) == place) & (pl.col("state").cast(pl.String) == "here")
    days = run.tables["stock"].filter(here & (pl.col("people") >= room)).select("date").collect()["date"]
    first = days.min()
    assert isinstance(first, dt.date)
    return first


def read_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_given_totals_are_marked(folder: Path) -> None:
    run = onward.read_run(folder)
    marked = onward.Run({**run.about, "given_totals": True}, run.tables)
    made = content_of(marked, None, today=AFTER)
    assert made.provenance["totals"] == "given from the counts"
    assert any("totals are an input" in note for note in made.notes)
    assert "counts" not in made.tables


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_is_there_in_whole_or_not_at_all(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    path = export(folder, format, tmp_path / f"x{ENDINGS[format]}")
    before = text_of(path)
    with pytest.raises(RunFolderError, match="this is there already"):
        export(folder, format, path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("onward.exports.write.os.replace", fail)
    with pytest.raises(RunFolderError, match="No space left on device"):
        export(folder, format, tmp_path / "new")
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert text_of(path) == before


def test_a_folder_that_is_no_export_is_kept(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(RunFolderError, match="something else than an export"):
        export(folder, "hxl", tmp_path / "mine", overwrite=True)
    assert (tmp_path / "mine").is_dir()
    with pytest.raises(ParameterError, match="'pdf' is not one of hxl"):
        export(folder, "pdf", tmp_path / "x")


def test_the_command_says_where_to_and_what_is_missing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    done = onward_("export", folder, "--format", "xlsx", "-o", tmp_path / "x.xlsx")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"Written to {tmp_path / 'x.xlsx'}\n"
    assert onward_("export", folder, "--format", "pdf").exit_code == 2
    assert onward_("export", tmp_path, "--format", "hxl").exit_code == 2
    monkeypatch.setitem(sys.modules, "h5netcdf", None)
    done = onward_("export", folder, "--format", "netcdf", "-o", tmp_path / "x.nc")
    assert done.exit_code == 2
    assert install_command("xarray") in done.stderr


def test_claims_say_in_words_what_they_are_but_not_while_a_crisis_goes_on(tmp_path: Path) -> None:
    done = onward_("run", "aleppo-2016", "--members", "2", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    for day, words in ((AFTER, "people who left home"), (dt.date(2016, 2, 20), None)):
        claims = content(tmp_path / "run", today=day).tables["claims"]
        said = claims.filter(pl.col("claim") == "T01")["words"].item()
        assert said is None if words is None else said.startswith(words)
    sheet = (export(tmp_path / "run", "hxl", tmp_path / "hxl") / "claims.csv").read_text("utf-8")
    assert "#meta+id,#description,#indicator+code" in sheet
