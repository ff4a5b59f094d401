"""Boundaries: how units are found in a file, what is drawn without one, and maps that do not fill the world."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import shape
from typer.testing import CliRunner

import onward
from onward.cli.main import app
from onward.errors import ParameterError
from onward.planning.boundaries import read_boundaries
from onward.report.choropleth import choropleth
from onward.report.plan_sections import plan_sections
from onward.simulation.units import units_of
from test_units import write_coded


def square(west: float, south: float, **properties: str) -> dict[str, Any]:
    """A square of half a degree, its ring against the clock as RFC 7946 has it."""
    ring = [[west, south], [west + 0.5, south], [west + 0.5, south + 0.5], [west, south + 0.5], [west, south]]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


COD = [
    square(37.0, 36.5, ADM2_EN="Azaz district", ADM2_PCODE="SY0202", ADM1_EN="Aleppo"),
    square(37.0, 36.0, ADM2_EN="Nahda", ADM2_PCODE="", ADM1_EN="Aleppo"),
    square(30.0, 36.0, ADM2_EN="Nahda", ADM2_PCODE="XX0101", ADM1_EN="Elsewhere"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> onward.Run:
    home = tmp_path_factory.mktemp("boundaries")
    return onward.simulate(write_coded(home / "coded"), members=2, seed=3, out=home / "run")


def write(folder: Path, features: list[dict[str, Any]]) -> Path:
    path = folder / "adm2.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def test_units_are_found_by_code_and_by_name_within_admin_1(run: onward.Run, tmp_path: Path) -> None:
    found = read_boundaries(write(tmp_path, COD), units_of(run, "admin2"))
    west = {unit: min(x for x, _ in shape(geometry).exterior.coords) for unit, geometry in found.shapes.items()}
    assert west == {"SYR/Aleppo/A'zaz": 37.0, "SYR/Aleppo/Nahda": 37.0}
    assert found.missing == ("Merkez",)
    assert "drawn as points: Merkez" in found.note()


def test_the_form_of_a_cod_file_is_read_with_parts_and_holes(run: onward.Run, tmp_path: Path) -> None:
    around, islet = (square(west, 36.5)["geometry"]["coordinates"][0] for west in (37.0, 38.0))
    hole = [[37.1, 36.6], [37.1, 36.7], [37.2, 36.7], [37.2, 36.6], [37.1, 36.6]]
    properties = {"ADM2_EN": "A'zaz", "ADM2_PCODE": "SY0202", "ADM1_EN": "Aleppo", "ADM1_PCODE": "SY02",
                  "ADM0_EN": "Syrian Arab Republic", "ADM0_PCODE": "SY", "date": "2015", "validTo": None}  # fmt: skip
    geometry = {"type": "MultiPolygon", "coordinates": [[around, hole], [islet]]}
    path = tmp_path / "syr_admbnda_adm2.geojson"
    path.write_text(json.dumps({
        "type": "FeatureCollection", "name": "syr_admbnda_adm2_uncs_unocha",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        "features": [{"type": "Feature", "properties": properties, "geometry": geometry}],
    }), "utf-8")  # fmt: skip
    found = read_boundaries(path, units_of(run, "admin2"))
    assert shape(found.shapes["SYR/Aleppo/A'zaz"]).area == pytest.approx(0.5 * 0.5 * 2 - 0.01)
    areas = choropleth(run, boundaries=path).to_dict()["layer"][0]["data"]["values"]
    assert shape(areas[0]["geometry"]).area == pytest.approx(0.5 * 0.5 * 2 - 0.01)


def test_names_of_other_publishers_are_known(run: onward.Run, tmp_path: Path) -> None:
    other = [square(37, 36.5, shapeName="A’zaz"), square(37, 36, NAME_2="Nahda")]
    assert set(read_boundaries(write(tmp_path, other), units_of(run, "admin2")).shapes) == {
        "SYR/Aleppo/A'zaz", "SYR/Aleppo/Nahda",
    }  # fmt: skip


def test_a_file_that_does_not_fit_is_refused(run: onward.Run, tmp_path: Path) -> None:
    units = units_of(run, "admin2")
    with pytest.raises(ParameterError, match=r"none of its 1 shapes is a unit of this run by admin2\. It has the prop"):
        read_boundaries(write(tmp_path, [square(0, 0, ADM2_EN="Paris")]), units)
    with pytest.raises(ParameterError, match="area has none"):
        read_boundaries(write(tmp_path, COD), units_of(run, "area"))
    (tmp_path / "x.geojson").write_text("{", "utf-8")
    with pytest.raises(ParameterError, match="not JSON"):
        read_boundaries(tmp_path / "x.geojson", units)
    with pytest.raises(ParameterError, match="cannot be read"):
        read_boundaries(tmp_path / "none.geojson", units)
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0, 0]}}
    with pytest.raises(ParameterError, match="it holds no polygons"):
        read_boundaries(write(tmp_path, [point]), units)


def test_a_geojson_export_takes_areas_where_there_are_any(run: onward.Run, tmp_path: Path) -> None:
    words = ["export", str(run.folder), "--format", "geojson", "--by", "admin2", "-o", str(tmp_path / "x.geojson")]
    done = CliRunner().invoke(app, [*words, "--boundaries", str(write(tmp_path, COD))])
    assert done.exit_code == 0, done.output
    made = json.loads((tmp_path / "x.geojson").read_text("utf-8"))
    kinds = {f["properties"]["admin2"]: f["geometry"]["type"] for f in made["features"]}
    assert kinds == {"A'zaz": "Polygon", "Nahda": "Polygon", "Merkez": "Point"}
    assert any("drawn as points: Merkez" in note for note in made["notes"])
    done = CliRunner().invoke(
        app, ["export", str(run.folder), "-f", "hxl", "--boundaries", str(tmp_path / "adm2.geojson")]
    )
    assert (done.exit_code, "hxl has none" in done.stderr) == (2, True)


def test_a_map_has_areas_whose_inside_is_inside(run: onward.Run, tmp_path: Path) -> None:
    chart = choropleth(run, boundaries=write(tmp_path, COD)).to_dict()
    assert [layer["mark"]["type"] for layer in chart["layer"]] == ["geoshape", "circle", "text", "text"]
    assert {name["name"] for name in chart["layer"][2]["data"]["values"]} <= {"A'zaz", "Nahda", "Merkez"}
    feature = chart["layer"][0]["data"]["values"][0]
    assert not shape(feature["geometry"]).geoms[0].exterior.is_ccw  # else charts fill all the world but the unit
    assert [layer["mark"]["type"] for layer in choropleth(run).to_dict()["layer"]] == ["circle", "text", "text"]


def test_the_report_holds_the_map(run: onward.Run, tmp_path: Path) -> None:
    units = next(s for s in plan_sections(run, boundaries=write(tmp_path, COD)) if s["id"] == "units")
    kind, _, code = units["image"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    svg = base64.b64decode(code).decode()
    assert "Displaced people staying or waiting, by unit" in svg
    assert svg.count('aria-roledescription="geoshape"') >= 2
    done = CliRunner().invoke(app, ["report", str(run.folder), "-o", str(tmp_path / "r.html"), "--boundaries",
                                    str(tmp_path / "adm2.geojson")])  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "data:image/svg+xml;base64" in (tmp_path / "r.html").read_text("utf-8")
