"""Wrong crisis folders as data: the tiny crisis with one thing changed, and how that must be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Mutation = Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """A mutation of the tiny crisis and the problem that must be among those told."""

    id: str
    mutate: Mutation
    file: str
    row: int | None
    column: str | None
    words: str


def swap(file: str, old: str, new: str) -> Mutation:
    """Replace the first `old` in a file, which must be there, by `new`."""

    def mutate(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8", newline="")

    return mutate


def append(file: str, line: str) -> Mutation:
    """Add a line at the end of a file."""

    def mutate(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8", newline="") as out:
            out.write(line + "\n")

    return mutate


def recode(file: str, encoding: str) -> Mutation:
    """Write a file in another encoding."""

    def mutate(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8").replace("’", "é")
        (folder / file).write_bytes(text.encode(encoding))

    return mutate


def put(file: str, data: bytes) -> Mutation:
    """Give a file other content."""
    return lambda folder: (folder / file).write_bytes(data) and None


def remove(file: str) -> Mutation:
    """Take a file away."""
    return lambda folder: (folder / file).unlink()


def folder_instead(file: str) -> Mutation:
    """Put a folder where a file should be."""

    def mutate(folder: Path) -> None:
        (folder / file).unlink()
        (folder / file).mkdir()

    return mutate


def separate(file: str, mark: str) -> Mutation:
    """Separate the columns of a file by another mark."""

    def mutate(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace(",", mark), encoding="utf-8")

    return mutate


def header_only(file: str) -> Mutation:
    """Leave nothing but the header."""

    def mutate(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.splitlines()[0] + "\n", encoding="utf-8")

    return mutate


ISLAND = "cobanbey,Cobanbey,SYR,,36.6,37.4,town,100,,,0,,,"


def _quoted_break(folder: Path) -> None:
    """A line break in quotes does not move the row numbers behind it."""
    swap("places.csv", "Azaz,", '"Az\naz",')(folder)
    append("places.csv", ISLAND)(folder)


def _parquet(folder: Path) -> None:
    """A file called Parquet that is none."""
    (folder / "actors.csv").unlink()
    (folder / "actors.parquet").write_bytes(b"PAR1 no PAR1")


CASES: list[Case] = [
    # files
    Case("no_header_file", remove("crisis.toml"), "crisis.toml", None, None, "no such file"),
    Case("no_places", remove("places.csv"), "places.csv", None, None, "no such file"),
    Case("no_routes", remove("routes.csv"), "routes.csv", None, None, "no such file"),
    Case("empty_file", put("events.csv", b""), "events.csv", None, None, "the file is empty"),
    Case("blank_file", put("events.csv", b"\xef\xbb\xbf\n \n"), "events.csv", None, None, "the file is empty"),
    Case("no_rows", header_only("places.csv"), "places.csv", None, None, "no rows"),
    Case("no_routes_rows", header_only("routes.csv"), "routes.csv", None, None, "no rows"),
    Case("folder_as_file", folder_instead("routes.csv"), "routes.csv", None, None, "a folder, not a file"),
    Case("folder_as_header", folder_instead("crisis.toml"), "crisis.toml", None, None, "a folder, not a file"),
    Case("both_formats", put("routes.parquet", b"x"), "routes.csv", None, None, "routes.parquet too"),
    Case("bad_parquet", _parquet, "actors.parquet", None, None, "cannot be read as a Parquet"),
    Case("semicolons", separate("routes.csv", ";"), "routes.csv", 1, None, "semicolons"),
    Case("tabs", separate("places.csv", "\t"), "places.csv", 1, None, "tabs"),
    Case("latin_1", recode("places.csv", "latin-1"), "places.csv", 4, None, "Save the file as UTF-8"),
    Case("utf_16", recode("places.csv", "utf-16"), "places.csv", None, None, "UTF-16"),
    Case("utf_16_no_mark", recode("places.csv", "utf-16-le"), "places.csv", 1, None, "NUL"),
    Case("nul_byte", swap("places.csv", "Azaz", "Az\0az"), "places.csv", 2, None, "NUL"),
    Case("workbook", put("events.csv", b"PK\x03\x04\x14\x00\x06\x00"), "events.csv", None, None, "workbook"),
    Case("open_quote", swap("places.csv", "Azaz", '"Azaz'), "places.csv", 2, None, "quotes are broken"),
    Case("broken_quote", swap("places.csv", "Azaz", '"Az"az'), "places.csv", 2, None, "quotes are broken"),
    Case("row_too_long", append("areas.csv", "north,kilis,x"), "areas.csv", 5, None, "3 cells"),
    Case("row_too_short", append("areas.csv", "north"), "areas.csv", 5, None, "1 cells"),
    Case("column_twice", swap("areas.csv", "area,place", "area,place,place"), "areas.csv", 1, "place", "twice"),
    Case(
        "nameless_column",
        swap(
            "areas.csv",
            "area,place\nnorth,azaz\nnorth,marea\nsouth,tall_rifat\n",
            "area,place,\nnorth,azaz,x\n",
        ),
        "areas.csv",
        1,
        None,
        "column 3 has no name",
    ),
    Case(
        "column_missing",
        swap("places.csv", "latitude", "lattitude"),
        "places.csv",
        1,
        "latitude",
        "Did you mean 'lattitude'?",
    ),
    # crisis.toml
    Case("toml_broken", swap("crisis.toml", "end =", "end"), "crisis.toml", 5, None, "not valid TOML"),
    Case("toml_latin_1", put("crisis.toml", b'title = "\xe9"'), "crisis.toml", None, None, "UTF-8"),
    Case("toml_nested", put("crisis.toml", b"a = " + b"[" * 100_000), "crisis.toml", None, None, "nested"),
    Case(
        "newer_format",
        swap("crisis.toml", "format = 1", "format = 2"),
        "crisis.toml",
        None,
        "format",
        "Update onward",
    ),
    Case(
        "no_format",
        swap("crisis.toml", "format = 1\n", ""),
        "crisis.toml",
        None,
        "format",
        "Write format = 1",
    ),
    Case(
        "format_text",
        swap("crisis.toml", "format = 1", 'format = "1"'),
        "crisis.toml",
        None,
        "format",
        "not 1",
    ),
    Case("no_end", swap("crisis.toml", "end = 2016-07-31\n", ""), "crisis.toml", None, "end", "missing"),
    Case("bad_name", swap("crisis.toml", '"tiny"', '"../tiny"'), "crisis.toml", None, "name", "short name"),
    Case("empty_title", swap("crisis.toml", '"A tiny crisis"', '" "'), "crisis.toml", None, "title", "a title"),
    Case(
        "day_as_number",
        swap("crisis.toml", "2016-07-31", "20160731"),
        "crisis.toml",
        None,
        "end",
        "YYYY-MM-DD",
    ),
    Case(
        "day_with_hour",
        swap("crisis.toml", "2016-07-31", "2016-07-31T12:00:00"),
        "crisis.toml",
        None,
        "end",
        "YYYY-MM-DD",
    ),
    Case(
        "no_such_day",
        swap("crisis.toml", "2016-07-31", '"2016-02-30"'),
        "crisis.toml",
        None,
        "end",
        "YYYY-MM-DD",
    ),
    Case(
        "unknown_key",
        swap("crisis.toml", "title", "titel"),
        "crisis.toml",
        None,
        "titel",
        "Did you mean 'title'",
    ),
    Case(
        "time_zone",
        swap("crisis.toml", "Damascus", "Damaskus"),
        "crisis.toml",
        None,
        "time_zone",
        "Did you mean 'Asia/Damascus'",
    ),
    Case(
        "time_zone_path",
        swap("crisis.toml", "Asia/Damascus", "../etc"),
        "crisis.toml",
        None,
        "time_zone",
        "not the name of a time zone",
    ),
    Case(
        "sources_text",
        swap("crisis.toml", '["made up for tests"]', '"me"'),
        "crisis.toml",
        None,
        "sources",
        "a list of texts",
    ),
    Case(
        "parameter_list",
        swap("crisis.toml", "gamma = 1.5", "gamma = [1]"),
        "crisis.toml",
        None,
        "parameters.gamma",
        "a finite number",
    ),
    Case(
        "parameter_nan",
        swap("crisis.toml", "gamma = 1.5", "gamma = nan"),
        "crisis.toml",
        None,
        "parameters.gamma",
        "a finite number",
    ),
    Case(
        "end_before_start",
        swap("crisis.toml", "2016-07-31", "2016-06-30"),
        "crisis.toml",
        None,
        "end",
        "before the start",
    ),
    Case(
        "history_late",
        swap("crisis.toml", "2016-06-01", "2016-07-02"),
        "crisis.toml",
        None,
        "history_start",
        "after the start",
    ),
    Case(
        "war_began_late",
        swap("crisis.toml", "history_start = 2016-06-01", "history_start = 2016-06-01\nwar_began = 2016-07-02"),
        "crisis.toml",
        None,
        "war_began",
        "after the start",
    ),
    Case("too_long", swap("crisis.toml", "2016-07-31", "2046-07-31"), "crisis.toml", None, "end", "20 years"),
    # cells
    Case(
        "not_a_number",
        swap("places.csv", "16000", "n/a"),
        "places.csv",
        4,
        "population",
        "'n/a' is not a whole number of people. Leave the cell empty if unknown.",
    ),
    Case("half_a_person", swap("places.csv", "16000", "16000.5"), "places.csv", 4, "population", "whole number"),
    Case(
        "thousands",
        swap("places.csv", "16000", '"16,000"'),
        "places.csv",
        4,
        "population",
        "between thousands",
    ),
    Case("negative_people", swap("places.csv", "16000", "-1"), "places.csv", 4, "population", ", 0 or more"),
    Case(
        "huge_number",
        swap("places.csv", "16000", "9" * 13),
        "places.csv",
        4,
        "population",
        "1,000,000,000,000 or less",
    ),
    Case("endless_number", swap("places.csv", "16000", "9" * 5000), "places.csv", 4, "population", "..."),
    Case("nan", swap("routes.csv", "17", "NaN"), "routes.csv", 2, "distance_km", "not a number of km"),
    Case("infinite", swap("routes.csv", "17", "inf"), "routes.csv", 2, "distance_km", "not a number of km"),
    Case(
        "negative_km",
        swap("routes.csv", "17", "-17"),
        "routes.csv",
        2,
        "distance_km",
        "between 0.01 and 20,000",
    ),
    Case("zero_km", swap("routes.csv", "17", "0"), "routes.csv", 2, "distance_km", "between 0.01"),
    Case("decimal_comma", swap("routes.csv", "17", '"17,5"'), "routes.csv", 2, "distance_km", "with a point"),
    Case("latitude", swap("places.csv", "36.586", "91"), "places.csv", 2, "latitude", "between -90 and 90"),
    Case("empty_latitude", swap("places.csv", "36.586", " "), "places.csv", 2, "latitude", "the cell is empty"),
    Case("empty_key", swap("actors.csv", "army,", ","), "actors.csv", 2, "actor", "the cell is empty"),
    Case("hash_key", swap("actors.csv", "army,", "#army,"), "actors.csv", 2, "actor", "begins with #"),
    Case("choice", swap("places.csv", ",camp,", ",kamp,"), "places.csv", 3, "kind", "Did you mean 'camp'?"),
    Case("choice_case", swap("routes.csv", "road,", "ROAD,"), "routes.csv", 2, "mode", "Did you mean 'road'?"),
    Case("yes_no", swap("routes.csv", "road,no", "road,maybe"), "routes.csv", 2, "one_way", "yes or no"),
    Case("share_above_one", swap("groups.csv", "0.75", "1.75"), "groups.csv", 3, "share", "between 0 and 1"),
    Case("share_percent", swap("groups.csv", "0.75", "75%"), "groups.csv", 3, "share", "not a share"),
    Case("day_first", swap("events.csv", "2016-06-20", "20/06/2016"), "events.csv", 2, "start", "YYYY-MM-DD"),
    Case("short_day", swap("events.csv", "2016-06-20", "2016-6-20"), "events.csv", 2, "start", "YYYY-MM-DD"),
    Case(
        "impossible_day",
        swap("events.csv", "2016-06-20", "2016-06-31"),
        "events.csv",
        2,
        "start",
        "YYYY-MM-DD",
    ),
    Case(
        "day_with_time",
        swap("events.csv", "2016-06-20", "2016-06-20T00:00"),
        "events.csv",
        2,
        "start",
        "YYYY-MM-DD",
    ),
    Case("year_0216", swap("events.csv", "2016-06-20", "0216-06-20"), "events.csv", 2, "start", "YYYY-MM-DD"),
    Case("arabic_digits", swap("places.csv", "16000", "١٦٠٠٠"), "places.csv", 4, "population", "whole number"),
    # names
    Case(
        "unknown_place",
        swap("routes.csv", "azaz,marea", "azaz,Maree"),
        "routes.csv",
        3,
        "place2",
        "'Maree' is not a place. Did you mean 'marea' (places.csv, row 4)?",
    ),
    Case(
        "name_for_key",
        swap("routes.csv", "azaz,kilis", "azaz,Kilis camp"),
        "routes.csv",
        2,
        "place2",
        "Did you mean 'kilis' (places.csv, row 3)?",
    ),
    Case(
        "unknown_place_far",
        swap("counts.csv", "kilis", "xxx"),
        "counts.csv",
        3,
        "place",
        "add it to places.csv",
    ),
    Case(
        "control_place",
        append("control.csv", "mare,2016-06-01,rebels"),
        "control.csv",
        6,
        "place",
        "Did you mean 'marea'",
    ),
    Case(
        "unknown_actor",
        swap("control.csv", "2016-07-10,army", "2016-07-10,armee"),
        "control.csv",
        5,
        "actor",
        "'armee' is not an actor. Did you mean 'army' (actors.csv, row 2)?",
    ),
    Case(
        "event_actor",
        swap("events.csv", "ground,rebels", "ground,rebel"),
        "events.csv",
        4,
        "actor",
        "Did you mean 'rebels'",
    ),
    Case("event_area", swap("events.csv", ",north,", ",nord,"), "events.csv", 3, "area", "Did you mean 'north'"),
    Case("area_place", append("areas.csv", "south,marae"), "areas.csv", 5, "place", "Did you mean 'marea'"),
    Case("no_actors", remove("actors.csv"), "control.csv", 2, "actor", "is not an actor"),
    Case("fear_of_nobody", append("fears.csv", "all,nobody,1,0"), "fears.csv", 5, "actor", "not an actor"),
    Case("fear_of_no_group", append("fears.csv", "al,army,1,0"), "fears.csv", 5, "group", "Did you mean 'all'"),
    Case(
        "gate_on_no_route",
        swap("closures.csv", "gate,bab_al_salama", "gate,bab_al_hawa"),
        "closures.csv",
        2,
        "name1",
        "not the gate of any route",
    ),
    Case(
        "border_of_no_place",
        swap("closures.csv", "SYR,TUR", "SYR,IRQ"),
        "closures.csv",
        4,
        "name2",
        "not a country of any place",
    ),
    Case(
        "closed_no_place",
        swap("closures.csv", "place,marea", "place,mara"),
        "closures.csv",
        6,
        "name1",
        "Did you mean 'marea'",
    ),
    Case(
        "claim_nowhere",
        swap("claims.csv", ",bab_al_salama,", ",bab_al_salam,"),
        "claims.csv",
        3,
        "destination",
        "Did you mean 'bab_al_salama' (routes.csv, row 2)?",
    ),
    Case(
        "claim_origin",
        swap("claims.csv", "displaced,north,", "displaced,nord,"),
        "claims.csv",
        2,
        "origin",
        "not a place or an area or a gate",
    ),
    # the whole
    Case("country", swap("places.csv", "Azaz,SYR", "Azaz,Syria"), "places.csv", 2, "country", "alpha-3"),
    Case("no_such_country", swap("places.csv", "Azaz,SYR", "Azaz,ZZZ"), "places.csv", 2, "country", "alpha-3"),
    Case(
        "same_place_twice",
        append("places.csv", "azaz,A,SYR,,36.6,37.0,town,1,,,0,,,"),
        "places.csv",
        6,
        "place",
        "place 'azaz' is given again (first in row 2)",
    ),
    Case("same_actor_twice", append("actors.csv", "army,state,Again"), "actors.csv", 4, "actor", "given again"),
    Case(
        "same_event_twice",
        append("events.csv", "2016-06-20,,azaz,,,,air,army,,,,,3,made up"),
        "events.csv",
        5,
        None,
        "the whole row is given again (first in row 2)",
    ),
    Case(
        "same_count_twice",
        append("counts.csv", "2016-07-10,azaz,,stock,9000,8000,10000,,camp office"),
        "counts.csv",
        5,
        None,
        "given again (first in row 2)",
    ),
    Case(
        "same_group_twice",
        append("groups.csv", ",all,1"),
        "groups.csv",
        5,
        "place",
        "group 'all' is given again",
    ),
    Case(
        "two_holders",
        append("control.csv", "azaz,2016-06-01,army"),
        "control.csv",
        6,
        "place",
        "given again (first in row 2)",
    ),
    Case(
        "road_twice",
        append("routes.csv", "marea,azaz,20,road,no,"),
        "routes.csv",
        6,
        "place1",
        "given again (first in row 3)",
    ),
    Case("road_to_itself", append("routes.csv", "azaz,azaz,1,road,no,"), "routes.csv", 6, "place2", "other end"),
    Case("place_cut_off", append("places.csv", ISLAND), "places.csv", 6, "place", "no road reaches 'cobanbey'"),
    Case("quoted_break", _quoted_break, "places.csv", 6, "place", "cobanbey"),
    Case("area_like_place", append("areas.csv", "azaz,marea"), "areas.csv", 5, "area", "also a place"),
    Case("shares_below_one", swap("groups.csv", "0.25", "0.2"), "groups.csv", 3, "share", "add up to 0.95"),
    Case(
        "default_shares",
        swap("groups.csv", ",all,1", ",all,0.9"),
        "groups.csv",
        2,
        "share",
        "for all other places add up to 0.9",
    ),
    Case("place_without_group", swap("groups.csv", ",all,1\n", ""), "places.csv", 3, "place", "no group"),
    Case(
        "population_low",
        swap("places.csv", "28000", "32000"),
        "places.csv",
        2,
        "population_low",
        "32000 is not at most population (31000)",
    ),
    Case(
        "population_high",
        swap("places.csv", "35000", "30000"),
        "places.csv",
        2,
        "population",
        "at most population_high",
    ),
    Case(
        "closes_before_opens",
        swap("places.csv", "2016-06-01,2016-07-30", "2016-07-30,2016-07-10"),
        "places.csv",
        3,
        "opens",
        "on or before closes",
    ),
    Case(
        "opens_after_end",
        swap("places.csv", "2016-06-01,2016-07-30", "2016-08-01,"),
        "places.csv",
        3,
        "opens",
        "after the end of the crisis",
    ),
    Case(
        "closes_before_start",
        swap("places.csv", "2016-06-01,2016-07-30", ",2016-06-30"),
        "places.csv",
        3,
        "closes",
        "before the start of the crisis",
    ),
    Case(
        "event_too_early",
        swap("events.csv", "2016-06-20", "2016-05-31"),
        "events.csv",
        2,
        "start",
        "before the history_start",
    ),
    Case(
        "event_too_late",
        swap("events.csv", "2016-07-08,", "2016-08-01,"),
        "events.csv",
        4,
        "start",
        "after the end",
    ),
    Case(
        "event_ends_late",
        swap("events.csv", "2016-07-09", "2016-08-01"),
        "events.csv",
        3,
        "end",
        "after the end",
    ),
    Case(
        "event_ends_first",
        swap("events.csv", "2016-07-09", "2016-07-04"),
        "events.csv",
        3,
        "start",
        "on or before end",
    ),
    Case("event_nowhere", swap("events.csv", ",36.5,37.1,", ",,,"), "events.csv", 4, "place", "no place"),
    Case(
        "event_twice_placed",
        swap("events.csv", ",azaz,,,,", ",azaz,north,,,"),
        "events.csv",
        2,
        "place",
        "more than one place",
    ),
    Case("half_a_position", swap("events.csv", ",36.5,37.1,", ",36.5,,"), "events.csv", 4, "longitude", "half"),
    Case(
        "n_low",
        swap("events.csv", "12,8,20", "12,13,20"),
        "events.csv",
        3,
        "n_low",
        "13 is not at most n (12)",
    ),
    Case("n_high", swap("events.csv", "12,8,20", "12,8,11"), "events.csv", 3, "n", "at most n_high"),
    Case("fatalities", swap("events.csv", ",3,made", ",-3,made"), "events.csv", 2, "fatalities", ", 0 or more"),
    Case(
        "count_too_late",
        swap("counts.csv", "2016-07-10", "2016-08-10"),
        "counts.csv",
        2,
        "date",
        "after the end",
    ),
    Case(
        "count_too_early",
        swap("counts.csv", "2016-07-10", "2016-06-10"),
        "counts.csv",
        2,
        "date",
        "before the start",
    ),
    Case("count_nowhere", swap("counts.csv", ",kilis,", ",,"), "counts.csv", 3, "place", "for no place"),
    Case("count_both", swap("counts.csv", ",kilis,,", ",kilis,north,"), "counts.csv", 3, "place", "both"),
    Case("count_low", swap("counts.csv", "9000,8000", "9000,9001"), "counts.csv", 2, "low", "at most people"),
    Case("count_high", swap("counts.csv", "10000", "8999"), "counts.csv", 2, "people", "at most high"),
    Case(
        "count_since",
        swap("counts.csv", "2016-07-01", "2016-07-21"),
        "counts.csv",
        4,
        "since",
        "on or before date",
    ),
    Case(
        "control_range_the_wrong_way",
        put(
            "control.csv",
            b"place,start,start_low,actor\nazaz,2016-06-01,,rebels\nmarea,2016-06-01,,rebels\n"
            b"tall_rifat,2016-06-01,,rebels\ntall_rifat,2016-07-10,2016-07-11,army\n",
        ),
        "control.csv",
        5,
        "start_low",
        "on or before start (2016-07-10)",
    ),
    Case(
        "control_ranges_overlap",
        put(
            "control.csv",
            b"place,start,start_low,actor\nazaz,2016-06-01,,rebels\nmarea,2016-06-01,,rebels\n"
            b"tall_rifat,2016-06-01,,rebels\ntall_rifat,2016-07-10,2016-06-01,army\n",
        ),
        "control.csv",
        5,
        "start_low",
        "is not after",
    ),
    Case(
        "control_too_late",
        swap("control.csv", "2016-07-10", "2016-08-10"),
        "control.csv",
        5,
        "start",
        "after the end",
    ),
    Case(
        "closure_after",
        append("closures.csv", "place,azaz,,2016-08-01,,closed,,,,"),
        "closures.csv",
        7,
        "start",
        "after the end",
    ),
    Case(
        "closure_before",
        append("closures.csv", "place,azaz,,2016-05-01,2016-06-30,closed,,,,"),
        "closures.csv",
        7,
        "end",
        "before the start",
    ),
    Case(
        "closure_ends_first",
        swap("closures.csv", "2016-07-20,2016-07-22", "2016-07-22,2016-07-20"),
        "closures.csv",
        4,
        "start",
        "on or before end",
    ),
    Case(
        "quota_without_number",
        swap("closures.csv", "300,200,400", ",,"),
        "closures.csv",
        3,
        "people_per_day",
        "a quota without a number",
    ),
    Case(
        "quota_high",
        swap("closures.csv", "300,200,400", "300,200,250"),
        "closures.csv",
        3,
        "people_per_day",
        "at most high",
    ),
    Case(
        "closed_no_route",
        swap("closures.csv", "azaz,marea", "kilis,marea"),
        "closures.csv",
        5,
        "name2",
        "no route joins 'kilis' and 'marea'",
    ),
    Case(
        "border_with_one",
        swap("closures.csv", "SYR,TUR", "SYR,"),
        "closures.csv",
        4,
        "name2",
        "second is missing",
    ),
    Case(
        "border_with_itself",
        swap("closures.csv", "SYR,TUR", "SYR,SYR"),
        "closures.csv",
        4,
        "name2",
        "also name1",
    ),
    Case(
        "gate_with_two",
        swap("closures.csv", "salama,,", "salama,TUR,"),
        "closures.csv",
        2,
        "name2",
        "one name",
    ),
    Case(
        "line_closed",
        append("closures.csv", "line,,,2016-07-01,,closed,,,,"),
        "closures.csv",
        7,
        "policy",
        "policy closed for a line",
    ),
    Case(
        "gate_at_risk",
        swap("closures.csv", "2016-07-14,closed", "2016-07-14,crossing at risk"),
        "closures.csv",
        2,
        "policy",
        "policy crossing at risk for a gate",
    ),
    Case(
        "line_with_one",
        append("closures.csv", "line,state,,2016-07-01,,sealed,,,,"),
        "closures.csv",
        7,
        "name2",
        "a line is between two sides",
    ),
    Case(
        "line_of_no_side",
        append("closures.csv", "line,state,opposiion,2016-07-01,,sealed,,,,"),
        "closures.csv",
        7,
        "name2",
        "Did you mean 'opposition'",
    ),
    Case(
        "gate_without_name",
        append("closures.csv", "place,,,2016-07-01,,closed,,,,"),
        "closures.csv",
        7,
        "name2",
        "a place is named in name1",
    ),
    Case(
        "closures_clash",
        swap("closures.csv", "2016-07-14", "2016-07-15"),
        "closures.csv",
        3,
        "start",
        "another rule on the same days in row 2",
    ),
    Case(
        "claim_too_late",
        swap("claims.csv", "2016-07-20", "2016-08-20"),
        "claims.csv",
        2,
        "end",
        "after the end",
    ),
    Case(
        "claim_too_early",
        swap("claims.csv", "2016-07-01", "2016-06-30"),
        "claims.csv",
        2,
        "start",
        "before the",
    ),
    Case(
        "claim_bounds",
        swap("claims.csv", "10000,20000", "20001,20000"),
        "claims.csv",
        2,
        "low",
        "at most high",
    ),
    Case("claim_without_figure", swap("claims.csv", "1000,", ","), "claims.csv", 3, "low", "no figure"),
    Case(
        "claim_indicator",
        swap("claims.csv", "gate_waiting", "gate_wating"),
        "claims.csv",
        3,
        "indicator",
        "Did you mean 'gate_waiting'",
    ),
]
