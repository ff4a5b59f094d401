"""Files as publishers make them become rows of a crisis, each with its origin; what is broken changes nothing."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import publisher_files as made
from onward.cli.main import app
from onward.crisis import Crisis, read_crisis
from tiny import write_tiny

EVENTS = Path(__file__).parents[1] / ".." / "shared" / "events"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "tiny")


def take(folder: Path, format_: str, text: str, *options: str, name: str = "file.csv", code: int = 0) -> str:
    """Import a file of this text; the exit code must be `code`; returns what was printed."""
    file = folder.parent / name
    file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["import", format_, str(file), str(folder), *options])
    assert done.exit_code == code, done.output
    return done.output


def new_rows(folder: Path, table: str, prefix: str) -> list[dict[str, object]]:
    rows = read_crisis(folder).table(table)
    return [row for row in rows.iter_rows(named=True) if (row["source"] or "").startswith(prefix)]


def counts(folder: Path, prefix: str) -> list[tuple[str, str | None, str, int]]:
    return [(str(r["date"]), r["area"], r["indicator"], r["people"]) for r in new_rows(folder, "counts", prefix)]  # type: ignore[misc]


SIDES = ("--actor", "Syria=army", "--actor", "insurgents=rebels")


def test_a_ucdp_record_becomes_an_attack_that_remembers_its_row(folder: Path) -> None:
    old = made.ucdp_row(3, date_start="2015-01-01", date_end="2015-01-02")
    rows = [made.ucdp_row(1), made.ucdp_row(2, deaths_b=3, deaths_a=1), old]
    said = take(folder, "ucdp", made.ucdp(*rows), *SIDES, "--air-force", "army", "--attacks-per-record", "5,2,20")
    events = new_rows(folder, "events", "ucdp:")
    assert [(e["source"], e["type"], e["actor"], e["n"], e["n_high"]) for e in events] == [
        ("ucdp:1", "air", "army", 5.0, 20.0),
        ("ucdp:2", "ground", "army", 2.5, 10.0),
        ("ucdp:2", "ground", "rebels", 2.5, 10.0),
    ]
    assert "Left out 1 outside" in said
    origins = read_crisis(folder).table("provenance").select("source", "file", "row").rows()
    assert origins == [("ucdp:1", "file.csv", 2), ("ucdp:2", "file.csv", 3)]


def test_a_new_attacker_is_feared_by_every_group_where_fears_are_given(folder: Path) -> None:
    fears = read_crisis(folder).table("fears")
    groups = set(fears["group"])
    assert groups, "the tiny crisis has a table of fears, and a pair that it leaves out is not feared"
    said = take(folder, "ucdp", made.ucdp(made.ucdp_row(1)), "--actor", "insurgents=rebels")
    new = set(read_crisis(folder).table("actors")["actor"]) - {"army", "rebels", "isis"} - set(fears["actor"])
    assert len(new) == 1
    weights = {(r["group"], r["weight"]) for r in read_crisis(folder).table("fears").to_dicts() if r["actor"] in new}
    assert weights == {(group, 1.0) for group in groups}
    assert f"weight 1 of every group for {new.pop()}" in said.replace("\n", " ")
    assert "every group" not in take(folder, "ucdp", made.ucdp(made.ucdp_row(1)), "--actor", "insurgents=rebels")
    (folder / "fears.csv").write_text(fears.filter(pl.col("actor") == "army").write_csv(), "utf-8")
    both = made.ucdp(made.ucdp_row(3, deaths_a=1, deaths_b=3))
    take(folder, "ucdp", both, *SIDES)  # an actor that there is, but not in fears.csv
    assert "rebels" in set(read_crisis(folder).table("fears")["actor"])
    (folder / "fears.csv").write_text("group,actor,weight\n", "utf-8")
    assert "every group" not in take(folder, "ucdp", made.ucdp(made.ucdp_row(2)), *SIDES)
    assert read_crisis(folder).table("fears").is_empty()  # without the table everybody fears every attacker


def test_a_ucdp_file_without_header_reads_like_one_with_it(folder: Path, tmp_path: Path) -> None:
    take(folder, "ucdp", made.ucdp(made.ucdp_row(1)), *SIDES)
    bare = write_tiny(tmp_path / "bare")
    take(bare, "ucdp", made.ucdp(made.ucdp_row(1), header=False), *SIDES)
    assert new_rows(bare, "events", "ucdp:") == new_rows(folder, "events", "ucdp:")


def test_vague_days_and_places_stay_ranges_and_areas(folder: Path) -> None:
    vague = made.ucdp_row(2, where_prec=4, where_coordinates="Aleppo", date_prec=4, date_start="2016-07-01",
                          date_end="2016-07-20", best=40)  # fmt: skip
    take(folder, "ucdp", made.ucdp(made.ucdp_row(1), vague), *SIDES)
    event = next(e for e in new_rows(folder, "events", "ucdp:2"))
    assert (str(event["start"]), str(event["end"])) == ("2016-07-01", "2016-07-20")
    assert event["n"] == 10  # forty deaths, where an exactly dated event has four
    areas = read_crisis(folder).table("areas")
    assert areas.filter(area=str(event["area"]))["place"].to_list() == ["azaz", "marea", "tall_rifat"]


AGAIN = {
    "ucdp": (made.ucdp(made.ucdp_row(1), made.ucdp_row(2, where_prec=4)), "f.csv"),
    "acled": (made.acled(made.acled_row(1), made.acled_row(2, event_type="Battles", geo_precision=3)), "f.csv"),
    "dtm": (made.dtm({}, {"reportingDate": "2016-07-20"}), "f.json"),
    "hapi": (made.HAPI_EVENTS, "f.csv"),
    "unhcr-odp": (made.odp({}, {"pop_data_type_code": "NEW"}), "f.json"),
    "idu": (made.idu({}), "f.json"),
    "cod-ps": (made.COD_COUNTRY, "f.csv"),
}


@pytest.mark.parametrize("format_", AGAIN)
def test_importing_a_file_again_changes_nothing(folder: Path, format_: str) -> None:
    text, name = AGAIN[format_]
    take(folder, format_, text, name=name)
    once = read_crisis(folder)
    take(folder, format_, text, name=name)
    assert read_crisis(folder) == once


def test_an_unknown_party_becomes_an_actor_with_a_side_of_its_own(folder: Path) -> None:
    said = take(folder, "ucdp", made.ucdp(made.ucdp_row(1, side_a="Government of Utopia")))
    assert "new actors: government_of_utopia" in said
    assert read_crisis(folder).table("actors").filter(actor="government_of_utopia")["side"][0] == "government_of_utopia"


def test_acled_of_2023_and_legacy_read_alike(folder: Path, tmp_path: Path) -> None:
    rows = {"event_type": "Battles", "sub_event_type": "Armed clash", "actor2": "Rebels"}
    take(folder, "acled", made.acled(made.acled_row(1), made.acled_row(2, **rows)), "--actor", "Syria=army")
    old = write_tiny(tmp_path / "old")
    days = ("04 July 2016", "04-07-2016")
    both = [made.acled_row(n, made.ACLED_LEGACY, event_date=days[n - 1], **(rows if n > 1 else {})) for n in (1, 2)]
    take(old, "acled", made.acled(*both, header=made.ACLED_LEGACY), "--actor", "Syria=army")
    kept = [{k: v for k, v in e.items() if k != "source"} for e in new_rows(folder, "events", "acled:")]
    assert [(e["type"], e["n"]) for e in kept] == [("air", 1.0), ("ground", 0.5), ("ground", 0.5)]
    assert [{k: v for k, v in e.items() if k != "source"} for e in new_rows(old, "events", "acled:")] == kept


def test_territory_that_is_taken_changes_the_holder_and_protests_are_left_out(folder: Path) -> None:
    taken = made.acled_row(1, event_type="Battles", sub_event_type="Government regains territory")
    protest = made.acled_row(2, event_type="Protests", sub_event_type="Peaceful protest")
    said = take(folder, "acled", made.acled(taken, protest), "--actor", "Syria=army")
    assert [(r["place"], r["actor"]) for r in new_rows(folder, "control", "acled:")] == [("marea", "army")]
    assert "Left out 1 protests" in said


def test_dtm_operations_and_assessment_types_are_never_summed(folder: Path) -> None:
    text = made.dtm({}, {"numPresentIdpInd": 50, "displacementReason": "other"}, {"assessmentType": "SA"},
                    {"numPresentIdpInd": "Not available"},
                    {"operation": "Earthquake", "numPresentIdpInd": 7})  # fmt: skip
    said = take(folder, "dtm", text, name="dtm.json")
    assert counts(folder, "dtm:") == [("2016-07-10", "unit_syr_aleppo", "stock", 150)]
    assert said.count("not summed with another operation") == 2
    take(folder, "dtm", text, "--operation", "Earthquake", name="dtm.json")
    assert counts(folder, "dtm:") == [("2016-07-10", "unit_syr_aleppo", "stock", 7)]


def test_hapi_levels_that_are_stacked_are_read_once(folder: Path) -> None:
    said = take(folder, "hapi", made.HAPI)
    assert counts(folder, "dtm:") == [("2016-07-15", "unit_syr_aleppo", "stock", 155166)]
    assert "1 of upper admin levels" in said
    assert "1 of SYR (Crisis, SA)" in said


def test_hapi_events_leave_out_what_would_be_counted_twice(folder: Path) -> None:
    said = take(folder, "hapi", made.HAPI_EVENTS)
    (event,) = new_rows(folder, "events", "hapi-events:")
    assert (event["area"], event["n"], event["fatalities"]) == ("unit_syr_aleppo", 62.0, 0.5)
    assert "Left out 2 of demonstrations, of civilian targeting" in said


def test_hapi_refugees_of_all_sexes_and_ages_are_a_stock(folder: Path) -> None:
    take(folder, "hapi", made.HAPI_REFUGEES)
    assert counts(folder, "hapi-refugees:") == [("2016-07-31", "unit_tur", "stock", 1020)]


def test_unhcr_numbers_as_text_and_codes_that_are_not_iso3(folder: Path) -> None:
    sudan = {"pop_origin_name": "Sudan", "pop_origin_code": "SUD", "individuals": "9"}
    text = made.odp({}, sudan, {"pop_type_name": "Asylum-Seekers", "individuals": "5"},
                    {"pop_data_type_code": "NEW", "individuals": "77"})  # fmt: skip
    take(folder, "unhcr-odp", text, name="odp.json")
    assert counts(folder, "unhcr-odp:") == [
        ("2016-07-20", "unit_tur", "arrivals", 77),
        ("2016-07-20", "unit_tur", "stock", 2700005),
    ]
    take(folder, "unhcr-odp", made.ODP_CSV)
    assert ("2016-07-20", "unit_tur", "stock", 2700000) in counts(folder, "unhcr-odp:")


def test_the_refugee_data_finder_gives_stocks_at_the_end_of_a_year(tmp_path: Path) -> None:
    from tiny import HEADER

    folder = write_tiny(tmp_path / "year")
    (folder / "crisis.toml").write_text(HEADER.replace("end = 2016-07-31", "end = 2016-12-31"), encoding="utf-8")
    said = take(folder, "unhcr-rdf", made.RDF)
    assert counts(folder, "unhcr-rdf:") == [("2016-12-31", "unit_tur", "stock", 2823987)]
    assert "Left out 1 of origins or countries of refuge outside the crisis" in said


def test_idu_recommended_figures_win_over_triangulation(folder: Path) -> None:
    triangle = {"role": "Triangulation figure", "figure": 800}
    other = {"event_id": 8, "displacement_end_date": "2016-07-09", **triangle}
    late = {**other, "figure": 30, "created_at": "2016-07-20"}
    text = made.idu({}, triangle, {**other, "figure": 10}, late, {"displacement_type": "Disaster"})
    said = take(folder, "idu", text, name="idu.json")
    assert counts(folder, "idu:") == [
        ("2016-07-05", "unit_syr", "displaced", 1000),
        ("2016-07-09", "unit_syr", "displaced", 1030),
    ]
    assert "Left out 1 triangulation" in said
    assert "Left out 1 earlier" in said


@pytest.mark.parametrize(("text", "total"), [(made.COD_GLOBAL, 4000001), (made.COD_COUNTRY, 670000)])
def test_cod_ps_people_are_shared_out_to_the_last_person(folder: Path, text: str, total: int) -> None:
    take(folder, "cod-ps", text)
    people = read_crisis(folder).table("places").filter(country="SYR")["population"]
    assert people.sum() == total
    assert people.max() / people.min() == pytest.approx(31000 / 16000, rel=1e-3)


def broken() -> dict[str, tuple[str, str, str, str]]:
    """Format, text, file name and what must be said, by the name of what is broken."""
    u, a, rec = made.ucdp_row, made.acled_row, made.ucdp
    return {
        "ucdp empty": ("ucdp", "", "f.csv", "empty"),
        "ucdp no header": ("ucdp", "a,b,c\n1,2,3\n", "f.csv", "row 1: .* holds no header"),
        "ucdp column missing": ("ucdp", rec(u(1)).replace(",side_b,", ",side,"), "f.csv", "side_b: this required"),
        "ucdp date": ("ucdp", rec(u(1, date_start="03/25/2016")), "f.csv", "row 2, column date_start: '03/25/2016'"),
        "ucdp date words": ("ucdp", rec(u(1, date_end="some day")), "f.csv", "column date_end"),
        "ucdp backwards": ("ucdp", rec(u(1, date_end="2016-07-01")), "f.csv", "2016-07-01 is before date_start"),
        "ucdp latitude": ("ucdp", rec(u(1, latitude=91)), "f.csv", "latitude: '91' is not a number between -90 and 90"),
        "ucdp longitude": ("ucdp", rec(u(1, longitude="E37")), "f.csv", "longitude: 'E37' is not a number"),
        "ucdp no latitude": ("ucdp", rec(u(1, latitude="")), "f.csv", "latitude: the cell is empty"),
        "ucdp violence": ("ucdp", rec(u(1, type_of_violence=4)), "f.csv", "between 1 and 3"),
        "ucdp precision": ("ucdp", rec(u(1, where_prec=9)), "f.csv", "where_prec"),
        "ucdp date precision": ("ucdp", rec(u(1, date_prec=0)), "f.csv", "date_prec"),
        "ucdp deaths": ("ucdp", rec(u(1, best="four")), "f.csv", "best: 'four' is not a whole number"),
        "ucdp negative deaths": ("ucdp", rec(u(1, deaths_a=-1)), "f.csv", "0 or more"),
        "ucdp half deaths": ("ucdp", rec(u(1, best=1.5)), "f.csv", "best"),
        "ucdp no id": ("ucdp", rec(made.ucdp_row(1, id="")), "f.csv", "id: the cell is empty"),
        "ucdp no side": ("ucdp", rec(u(1, side_a="")), "f.csv", "side_a: the cell is empty"),
        "ucdp long row": ("ucdp", rec(u(1) + ",x"), "f.csv", "row 2"),
        "ucdp second row": ("ucdp", rec(u(1), u(2, latitude="x")), "f.csv", "row 3, column latitude"),
        "ucdp many faults": ("ucdp", rec(*(u(i, latitude="x") for i in range(30))), "f.csv", "and 10 more"),
        "ucdp bare short": ("ucdp", rec(u(1), header=False).replace(",,", ",", 1), "f.csv", "no header"),
        "acled column missing": ("acled", made.acled(a(1)).replace("event_type", "kind", 1), "f.csv", "event_type"),
        "acled no date": ("acled", made.acled(a(1, event_date="")), "f.csv", "event_date: the cell is empty"),
        "acled date": ("acled", made.acled(a(1, event_date="4.7.16")), "f.csv", "event_date: '4.7.16' is not a day"),
        "acled precision": ("acled", made.acled(a(1, time_precision=7)), "f.csv", "time_precision"),
        "acled latitude": ("acled", made.acled(a(1, latitude=-100)), "f.csv", "latitude"),
        "acled fatalities": ("acled", made.acled(a(1, fatalities="ten")), "f.csv", "fatalities"),
        "dtm json": ("dtm", '{"result": [', "f.json", "not valid JSON"),
        "dtm no records": ("dtm", '{"isSuccess": false}', "f.json", "no list of records"),
        "dtm words for people": ("dtm", made.dtm({"numPresentIdpInd": "many"}), "f.json", "people: 'many'"),
        "dtm negative": ("dtm", made.dtm({"numPresentIdpInd": -1}), "f.json", "0 or more"),
        "dtm date": ("dtm", made.dtm({"reportingDate": "round 3"}), "f.json", "day: 'round 3' is not a day"),
        "hapi column": ("hapi", made.HAPI.replace("population", "x", 1), "f.csv", "people"),
        "hapi number": ("hapi", made.HAPI.replace("39492", "39.492,5"), "f.csv", "row 5"),
        "odp individuals": ("unhcr-odp", made.odp({"individuals": "2.7 million"}), "f.json", "people: '2.7 million'"),
        "odp date": ("unhcr-odp", made.odp({"date": None}), "f.json", "day: the cell is empty"),
        "rdf code": ("unhcr-rdf", made.RDF.replace("GFR,DEU", "GFR,GFR"), "f.csv", "row 3, column coa_iso: 'GFR'"),
        "rdf year": ("unhcr-rdf", made.RDF.replace("2016,", "216,", 1), "f.csv", "year: '216'"),
        "idu figure": ("idu", made.idu({"figure": "some"}), "f.json", "figure: 'some'"),
        "idu date": ("idu", made.idu({"displacement_end_date": "soon"}), "f.json", "end: 'soon'"),
        "cod total": ("cod-ps", "Adm1_name,Adm1_pcode,T_TF\nAleppo,SY02,5\n", "f.csv", "no total population"),
        "cod number": ("cod-ps", made.COD_COUNTRY.replace("670,000", "67 or so"), "f.csv", "total: '67 or so'"),
        "unknown format": ("acleddd", "x", "f.csv", "Did you mean 'acled'"),
    }  # fmt: skip


@pytest.mark.parametrize("name", broken())
def test_a_broken_file_is_refused_with_its_place_and_changes_nothing(folder: Path, name: str) -> None:
    import re

    format_, text, file, said = broken()[name]
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    output = take(folder, format_, text, name=file, code=2)
    assert re.search(said, output), output
    assert "Traceback" not in output
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert {path.name for path in folder.parent.iterdir()} == {"tiny", file}


def test_an_old_workbook_of_acled_reads_like_its_csv(folder: Path, tmp_path: Path) -> None:
    import csv
    import datetime as dt
    import io

    import openpyxl

    text = made.acled(made.acled_row(1, made.ACLED_LEGACY, event_date="04-July-2016"), header=made.ACLED_LEGACY)
    header, row = csv.reader(io.StringIO(text))
    book = openpyxl.Workbook()
    book.active.append(header)
    row[header.index("EVENT_DATE")] = dt.datetime(2016, 7, 4)  # type: ignore[call-overload]
    book.active.append(row)
    book.save(tmp_path / "acled.xlsx")
    done = CliRunner().invoke(app, ["import", "acled", str(tmp_path / "acled.xlsx"), str(folder)])
    assert done.exit_code == 0, done.output
    assert [(str(e["start"]), e["type"]) for e in new_rows(folder, "events", "acled:")] == [("2016-07-04", "air")]


def test_a_folder_that_is_no_crisis_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "crisis.toml" in take(tmp_path / "empty", "ucdp", made.ucdp(made.ucdp_row(1)), code=2)
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.parametrize("mark", [";", "\t"])
def test_semicolons_and_tabs_part_columns_too(folder: Path, mark: str) -> None:
    text = made.COD_COUNTRY.replace('"670,000","300,000","370,000"', "670000,300000,370000").replace(",", mark)
    take(folder, "cod-ps", text)
    assert read_crisis(folder).table("places").filter(country="SYR")["population"].sum() == 670000


def test_the_bundled_crisis_daraa_2018_reads_without_counts_or_warnings() -> None:
    crisis: Crisis = read_crisis("daraa-2018")
    assert (crisis.table("counts").height, crisis.table("claims").height, crisis.warnings) == (0, 0, ())
    used = {code for cell in crisis.table("events")["source"] for code in cell.split(";")}
    assert used == set(crisis.table("provenance")["source"])


@pytest.mark.skipif(not EVENTS.is_dir(), reason="the real event files are not here")
def test_the_events_of_daraa_2018_are_those_that_the_import_makes(tmp_path: Path) -> None:
    from onward.crisis import write_crisis

    bundled = read_crisis("daraa-2018")
    empty = bundled.table("events").clear()
    folder = write_crisis(bundled.replace_table("events", empty), tmp_path / "daraa")
    options = ["--actor", "Government of Syria=GOV", "--actor", "Government of Iran=GOV", "--actor",
               "Government of Israel=ISR", "--actor", "IS=ISIS", "--actor", "Southern Front=OPP", "--actor",
               "Syrian insurgents=OPP", "--air-force", "GOV", "--attacks-per-record", "5,2,20"]  # fmt: skip
    file = EVENTS / "ucdp-ged-syria-2018-southwest.csv"
    done = CliRunner().invoke(app, ["import", "ucdp", str(file), str(folder), *options])
    assert done.exit_code == 0, done.output
    assert read_crisis(folder).table("events").equals(bundled.table("events"))
