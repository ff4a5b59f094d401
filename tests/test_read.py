"""Reading a crisis: what is accepted, what it becomes, and that nothing but CrisisDataError is raised."""

from __future__ import annotations

import pickle
import tempfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.crisis import Crisis, bundled_crises, crisis_from_tables, read_crisis, tables
from onward.errors import CrisisDataError, ParameterError
from tiny import TABLES, write_tiny
from wrong_crises import append, put, swap


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "tiny")


@pytest.fixture
def crisis(folder: Path) -> Crisis:
    return read_crisis(folder)


def test_a_changed_file_is_read_anew_and_a_changed_table_changes_no_other_reading(folder: Path) -> None:
    first = read_crisis(folder)
    assert isinstance(first.tables, dict)
    first.tables["counts"].insert_column(0, pl.Series("new", [0] * first.table("counts").height))
    first.tables["events"] = first.table("events").clear()
    again = read_crisis(folder)
    assert again.table("events").height > 0
    assert "new" not in again.table("counts").columns
    places = (folder / "places.csv").read_text("utf-8")
    (folder / "places.csv").write_text(places.replace(",31000,", ",31500,"), "utf-8")
    assert read_crisis(folder).table("places")["population"].sum() == again.table("places")["population"].sum() + 500
    (folder / "claim.csv").write_text("", "utf-8")
    assert len(read_crisis(folder).warnings) == len(again.warnings) + 1


def test_the_header_is_read(crisis: Crisis) -> None:
    assert (crisis.name, crisis.title, crisis.time_zone) == ("tiny", "A tiny crisis", "Asia/Damascus")
    assert (crisis.history_start, crisis.start, crisis.end) == (
        date(2016, 6, 1),
        date(2016, 7, 1),
        date(2016, 7, 31),
    )
    assert crisis.days == 31
    assert crisis.parameters == {"gamma": 1.5}
    assert crisis.sources == ("made up for tests",)
    assert crisis.warnings == ()


def test_every_column_of_the_dictionary_is_there_and_typed(crisis: Crisis) -> None:
    for name, table in tables().items():
        assert tuple(crisis.table(name).columns) == table.names
    places = crisis.table("places").schema
    assert [places[name] for name in ("place", "latitude", "population", "opens")] == [
        pl.String,
        pl.Float64,
        pl.Int64,
        pl.Date,
    ]
    assert crisis.table("routes").schema["one_way"] == pl.Boolean


def test_defaults_fill_gaps_and_other_gaps_stay(crisis: Crisis) -> None:
    event = crisis.table("events").row(0, named=True)
    assert (event["n"], event["severity"], event["n_low"], event["end"]) == (1.0, 1.0, None, None)
    assert crisis.table("places").filter(pl.col("place") == "kilis")["population"].item() == 0


def test_it_says_what_it_is(crisis: Crisis) -> None:
    assert repr(crisis).startswith("Crisis('tiny', 2016-07-01 to 2016-07-31: 4 places, 3 areas, 4 routes")
    assert crisis.places == ["azaz", "kilis", "marea", "tall_rifat"]


def test_an_unknown_table_is_a_parameter_error(crisis: Crisis) -> None:
    with pytest.raises(ParameterError, match=r"'route' is not a table. Did you mean 'routes'\?"):
        crisis.table("route")
    with pytest.raises(ParameterError, match="'rout' is not a table"):
        crisis_from_tables(crisis.header(), {"rout": crisis.table("routes")})


@pytest.mark.parametrize("file", [f"{name}.csv" for name in TABLES])
def test_byte_order_mark_crlf_old_mac_ends_and_hxl_change_nothing(file: str, folder: Path, crisis: Crisis) -> None:
    data = (folder / file).read_bytes()
    header, _, rows = data.partition(b"\n")
    tags = ",".join(column.hxl for column in tables()[file[:-4]].columns).encode()
    names = ",".join(tables()[file[:-4]].names).encode()
    variants = [
        b"\xef\xbb\xbf" + data,
        data.replace(b"\n", b"\r\n"),
        data.replace(b"\n", b"\r"),
        data.rstrip(b"\n"),
        data + b"\n\n" + b"," * header.count(b",") + b"\n",
        b"\n".join(line + b",," for line in data.splitlines()),
    ]
    if names == header:
        variants.append(header + b"\n" + tags + b"\n" + rows)
    for variant in variants:
        (folder / file).write_bytes(variant)
        assert read_crisis(folder) == crisis


def test_a_tag_row_counts_as_a_row(folder: Path) -> None:
    swap("actors.csv", "actor,side,name\n", "actor,side,name\n#actor+code,,#actor+name\n")(folder)
    assert read_crisis(folder).table("actors").height == 2
    append("actors.csv", "x,,")(folder)
    with pytest.raises(CrisisDataError, match=r"actors.csv, row 5, column side: the cell is empty"):
        read_crisis(folder)


@pytest.mark.parametrize("name", ["places", "routes", "events", "counts"])
def test_parquet_is_read_like_csv(name: str, folder: Path, crisis: Crisis) -> None:
    frame = crisis.table(name)
    if name == "events":  # as pandas writes days
        frame = frame.with_columns(pl.col("start", "end").cast(pl.Datetime))
    frame.write_parquet(folder / f"{name}.parquet")
    (folder / f"{name}.csv").unlink()
    assert read_crisis(folder) == crisis


def test_parquet_rows_count_from_two_and_nested_cells_are_refused(folder: Path, crisis: Crisis) -> None:
    (folder / "counts.csv").unlink()
    counts = crisis.table("counts").with_columns(people=pl.Series([1.0, 2.5, float("nan")]))
    counts.write_parquet(folder / "counts.parquet")
    with pytest.raises(CrisisDataError, match=r"counts.parquet, row 3, column people: '2.5' is not a whole") as caught:
        read_crisis(folder)
    assert [problem.row for problem in caught.value.problems] == [3, 4]
    counts.with_columns(people=pl.Series([[1], [2], [3]])).write_parquet(folder / "counts.parquet")
    with pytest.raises(CrisisDataError, match=r"counts.parquet"):
        read_crisis(folder)


def test_whole_numbers_may_have_a_zero_behind_the_point(folder: Path, crisis: Crisis) -> None:
    swap("places.csv", "16000", "16000.0")(folder)
    assert read_crisis(folder) == crisis


def test_blanks_and_unicode_forms_do_not_matter(folder: Path, crisis: Crisis) -> None:
    swap("routes.csv", "azaz,marea", " azaz ,\u00a0marea")(folder)
    assert read_crisis(folder) == crisis
    swap("places.csv", "Azaz", "e\u0301")(folder)
    assert read_crisis(folder).table("places")["name"][0] == "\u00e9"


def test_missing_optional_tables_are_empty(folder: Path) -> None:
    for name in TABLES:
        if name not in ("places", "routes"):
            (folder / f"{name}.csv").unlink()
    crisis = read_crisis(folder)
    assert crisis.table("events").is_empty()
    assert crisis.table("events").columns == list(tables()["events"].names)


def test_unknown_columns_and_files_like_tables_warn(folder: Path) -> None:
    put("Event.csv", b"x")(folder)
    put("sources.csv", b"x")(folder)
    swap("actors.csv", "actor,side,name", "actor,side,nam")(folder)
    first, second = read_crisis(folder).warnings
    assert first == "actors.csv, row 1, column nam: this column is unknown and was not read. Did you mean 'name'?"
    assert second == "Event.csv: this is no table of a crisis and was not read. Did you mean 'events.csv'?"


def test_a_road_shorter_than_the_straight_line_and_an_idle_quota_warn(folder: Path) -> None:
    swap("routes.csv", "17,road", "7,road")(folder)
    swap("closures.csv", "2016-07-14,closed,", "2016-07-14,closed,5")(folder)
    first, second = read_crisis(folder).warnings
    assert first.startswith("routes.csv, row 2, column distance_km: 7 km is shorter than the straight line of 16 km")
    assert second.startswith("closures.csv, row 2, column people_per_day: a number means nothing for policy closed")


def test_time_zone_and_history_have_defaults(folder: Path) -> None:
    swap("crisis.toml", 'time_zone = "Asia/Damascus"\n', "")(folder)
    swap("crisis.toml", "history_start = 2016-06-01\n", "")(folder)
    swap("crisis.toml", "2016-07-01", '"2016-06-20"')(folder)
    crisis = read_crisis(folder)
    assert (crisis.time_zone, crisis.history_start) == ("UTC", date(2016, 6, 20))


def test_all_problems_of_all_files_are_told_at_once(folder: Path) -> None:
    swap("crisis.toml", "title", "titel")(folder)
    swap("places.csv", "16000", "many")(folder)
    swap("routes.csv", "azaz,marea", "azaz,Maree")(folder)
    swap("routes.csv", "15,road", "-15,road")(folder)
    put("counts.csv", b"\0")(folder)
    swap("fears.csv", "newcomers,army,2", "newcomer,army,2")(folder)
    swap("closures.csv", "gate,bab_al_salama,,2016-06-01", "gate,x,,2016-06-01")(folder)
    swap("events.csv", ",azaz,", ",,")(folder)
    with pytest.raises(CrisisDataError, match="titel") as caught:
        read_crisis(folder)
    where = [(problem.file, problem.row) for problem in caught.value.problems]
    assert where == [
        ("crisis.toml", None),
        ("crisis.toml", None),
        ("places.csv", 4),
        ("routes.csv", 3),
        ("routes.csv", 4),
        ("fears.csv", 4),
        ("events.csv", 2),
        ("closures.csv", 2),
        ("counts.csv", 1),
    ]


def test_at_most_twenty_problems_are_printed(folder: Path) -> None:
    for i in range(30):
        append("actors.csv", f"x{i},,")(folder)
    with pytest.raises(CrisisDataError, match=r"and 10 more$") as caught:
        read_crisis(folder)
    assert len(str(caught.value).splitlines()) == 21
    assert len(pickle.loads(pickle.dumps(caught.value)).problems) == 30


def test_many_unknown_names_are_told_quickly(folder: Path) -> None:
    lines = "\n".join(f"place{i},2016-06-01,rebels" for i in range(5000))
    append("control.csv", lines)(folder)
    with pytest.raises(CrisisDataError, match=r"and 4980 more$"):
        read_crisis(folder)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nowhere", "there is no such folder"),
        ("a\0b", "no such folder"),
        ("alepo-2016", "Did you mean 'aleppo-2016'"),
        ("2016-Aleppo", "Did you mean 'aleppo-2016'"),
    ],
)
def test_a_source_that_is_none(source: str, words: str) -> None:
    with pytest.raises(CrisisDataError, match=words):
        read_crisis(source)


def test_a_file_as_source(folder: Path) -> None:
    with pytest.raises(CrisisDataError, match=r"this is a file. Give the folder"):
        read_crisis(folder / "crisis.toml")


def test_bundled_crises_are_read_without_a_warning() -> None:
    assert "aleppo-2016" in [name for name, *_ in bundled_crises()]
    for name, title, start, end in bundled_crises():
        crisis = read_crisis(name)
        assert (crisis.name, crisis.title, crisis.start, crisis.end) == (name, title, start, end)
        assert crisis.warnings == ()


def test_a_crisis_travels_between_processes(crisis: Crisis) -> None:
    assert pickle.loads(pickle.dumps(crisis)) == crisis
    assert hash(pickle.loads(pickle.dumps(crisis))) == hash(crisis)


def test_replacing_a_table_checks_and_leaves_the_old_crisis_alone(crisis: Crisis) -> None:
    fewer = crisis.replace_table(
        "counts", crisis.table("counts").head(1).select("date", "place", "indicator", "people")
    )
    assert fewer.table("counts").height == 1
    assert crisis.table("counts").height == 3
    assert fewer != crisis
    assert crisis.replace_table("counts", crisis.table("counts").reverse()) == crisis
    with pytest.raises(CrisisDataError, match=r"counts.csv, row 2, column place: 'nowhere' is not a place"):
        crisis.replace_table("counts", crisis.table("counts").with_columns(place=pl.lit("nowhere")))


ORDERED = {name: (text.splitlines()[0], text.splitlines()[1:]) for name, text in TABLES.items()}


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_the_order_of_rows_changes_nothing(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_tiny(Path(scratch))
        crisis = read_crisis(folder)
        for name, (header, rows) in ORDERED.items():
            shuffled = data.draw(st.permutations(rows))
            (folder / f"{name}.csv").write_text("\n".join([header, *shuffled]) + "\n", encoding="utf-8")
        other = read_crisis(folder)
    assert other.hash == crisis.hash
    assert all(other.table(name).equals(crisis.table(name)) for name in TABLES)


@settings(max_examples=60, deadline=None)
@given(
    file=st.sampled_from(["crisis.toml", *(f"{name}.csv" for name in TABLES)]),
    at=st.floats(0, 1),
    cut=st.integers(0, 12),
    junk=st.one_of(st.binary(max_size=12), st.sampled_from([b'"', b"\n", b",", b"\r", b"\xff\xfe", b"9" * 400, b"#"])),
)
def test_no_bytes_raise_anything_but_crisis_data_errors(file: str, at: float, cut: int, junk: bytes) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_tiny(Path(scratch))
        data = (folder / file).read_bytes()
        start = int(at * len(data))
        (folder / file).write_bytes(data[:start] + junk + data[start + cut :])
        _read_or_refuse(folder)


@settings(max_examples=40, deadline=None)
@given(at=st.floats(0, 1), cut=st.integers(0, 40), junk=st.binary(max_size=40))
def test_no_parquet_bytes_raise_anything_but_crisis_data_errors(at: float, cut: int, junk: bytes) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_tiny(Path(scratch))
        (folder / "actors.csv").unlink()
        pl.DataFrame({"actor": ["army", "rebels"], "side": ["a", "b"]}).write_parquet(folder / "actors.parquet")
        data = (folder / "actors.parquet").read_bytes()
        start = int(at * len(data))
        (folder / "actors.parquet").write_bytes(data[:start] + junk + data[start + cut :])
        _read_or_refuse(folder)


def _read_or_refuse(folder: Path) -> None:
    with suppress(CrisisDataError):
        read_crisis(folder)
