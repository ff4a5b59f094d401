"""Roads of an extract and polygons of control, as links and holders of a crisis."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import pytest
from typer.testing import CliRunner

from onward.cli.main import app
from onward.crisis import read_crisis
from onward.sources.osm import place_links, read_roads
from tiny import write_tiny


def write_grid(path: Path, rows: int, columns: int, *, south: float = 36.0, west: float = 36.9) -> None:
    """An extract with a grid of streets a fortieth of a degree apart, some of them missing, and a footpath."""
    rng = np.random.default_rng(3)
    writer = osmium.SimpleWriter(str(path))
    for i in range(rows):
        for j in range(columns):
            spot = (west + j * 0.025 + rng.uniform(0, 0.01), south + i * 0.025 + rng.uniform(0, 0.01))
            writer.add_node(osmium.osm.mutable.Node(id=i * columns + j + 1, location=spot))
    number = 1
    for i in range(rows):
        for j in range(columns):
            for other in ((i, j + 1), (i + 1, j)):
                if other[0] < rows and other[1] < columns and rng.random() < 0.8:
                    ends = [i * columns + j + 1, other[0] * columns + other[1] + 1]
                    writer.add_way(osmium.osm.mutable.Way(id=number, nodes=ends, tags={"highway": "residential"}))
                    number += 1
    writer.add_way(osmium.osm.mutable.Way(id=number, nodes=[1, rows * columns], tags={"highway": "footway"}))
    writer.close()


def network(graph) -> nx.Graph:  # type: ignore[no-untyped-def]
    edges = graph.km.tocoo()
    joined = nx.Graph()
    joined.add_nodes_from(range(graph.km.shape[0]))
    joined.add_weighted_edges_from(zip(edges.row.tolist(), edges.col.tolist(), edges.data.tolist(), strict=True))
    return joined


def test_links_are_as_long_as_networkx_says_and_pass_no_third_place(tmp_path: Path) -> None:
    write_grid(tmp_path / "grid.osm.pbf", 20, 25)
    graph = read_roads([tmp_path / "grid.osm.pbf"])
    part = sorted(max(nx.connected_components(network(graph)), key=len))
    node = np.array(part[:: len(part) // 12])
    links, joined = place_links(graph.km, node), network(graph)
    assert len(links) >= len(node) - 1
    for i, j, km in links:
        assert km == pytest.approx(nx.dijkstra_path_length(joined, node[i], node[j]), rel=1e-12)
    reduced = nx.Graph()
    reduced.add_weighted_edges_from(links)
    assert nx.is_connected(reduced)
    assert reduced.number_of_nodes() == len(node)


def test_points_outside_the_extract_and_drawn_by_hand_are_read_right(tmp_path: Path) -> None:
    text = """<osm version="0.6"><node id="-1" lat="36.1" lon="37.0"/><node id="2" lat="36.2" lon="37.0"/>
        <node id="3" lat="36.3000001" lon="37.0"/>
        <way id="-5"><nd ref="-1"/><nd ref="2"/><nd ref="9"/>
        <tag k="highway" v="track"/><tag k="name" v="a Nn7,8"/></way>
        <way id="6"><nd ref="3"/><tag k="highway" v="track"/></way>
        <way id="7"><tag k="highway" v="track"/></way></osm>"""
    (tmp_path / "a.osm").write_text(text)
    other = """<osm version="0.6"><node id="2" lat="36.2" lon="37.0"/><node id="3" lat="36.3000001" lon="37.0"/>
        <way id="8"><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary_link"/></way></osm>"""
    (tmp_path / "b.osm").write_text(other)
    graph = read_roads([tmp_path / "a.osm", tmp_path / "b.osm"])
    assert graph.latitude.tolist() == [36.1, 36.2, 36.3000001]
    assert graph.km.nnz == 4
    assert graph.km[0, 1] == pytest.approx(11.1, rel=0.01)
    assert graph.km[0, 2] == 0


def test_an_extract_gives_the_crisis_its_roads_and_keeps_gates(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "tiny")
    write_grid(tmp_path / "grid.osm.pbf", 40, 20)
    done = CliRunner().invoke(app, ["import", "osm", str(tmp_path / "grid.osm.pbf"), str(folder)])
    assert done.exit_code == 0, done.output
    routes = read_crisis(folder).table("routes").filter(source="osm")
    assert routes.height >= 3
    gates = {(r["place1"], r["place2"]): r["gate"] for r in routes.iter_rows(named=True)}
    assert gates[("azaz", "kilis")] == "bab_al_salama"


@pytest.mark.parametrize("text", ["", "no map", "<osm version='0.6'></osm>"])
def test_a_file_that_is_no_extract_is_refused(tmp_path: Path, text: str) -> None:
    folder = write_tiny(tmp_path / "tiny")
    (tmp_path / "map.osm").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["import", "osm", str(tmp_path / "map.osm"), str(folder)])
    assert done.exit_code == 2, done.output
    assert "map.osm" in done.output


def square(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def zones(*features: tuple[dict[str, object] | None, dict[str, object]]) -> str:
    made = [{"type": "Feature", "geometry": geometry, "properties": properties} for geometry, properties in features]
    return json.dumps({"type": "FeatureCollection", "features": made})


FIRST = {"actor": "a", "date": "2016-06-01"}
WHOLE, EAST, WEST = square(36, 36, 38, 36.6), square(37.1, 36, 38, 36.6), square(36, 36, 37.1, 36.6)


def take(tmp_path: Path, text: str, *options: str, code: int = 0) -> tuple[Path, str]:
    folder = write_tiny(tmp_path / "tiny")
    (folder / "control.csv").unlink()
    (tmp_path / "map.geojson").write_text(text, encoding="utf-8")
    command = ["import", "control-geojson", str(tmp_path / "map.geojson"), str(folder), *options]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == code, done.output
    return folder, done.output


def test_a_map_gives_holders_by_point_in_polygon_and_only_changes(tmp_path: Path) -> None:
    text = zones(
        (WHOLE, {"actor": "The army", "date": "2016-06-01"}),
        (WEST, {"actor": "The army", "date": "2016-07-05"}),
        (EAST, {"actor": "The rebels", "date": "2016-07-05"}),
    )
    folder, said = take(tmp_path, text)
    rows = read_crisis(folder).table("control").select("place", "start", "actor").rows()
    assert [(place, str(start), actor) for place, start, actor in rows] == [
        ("azaz", "2016-06-01", "army"),
        ("marea", "2016-06-01", "army"),
        ("marea", "2016-07-05", "rebels"),
        ("tall_rifat", "2016-06-01", "army"),
    ]
    assert "2 times a place lies in no polygon" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (zones((WHOLE, FIRST), (EAST, {**FIRST, "actor": "b"})), "overlaps feature 1"),
        (zones((None, FIRST)), "row 1, column geometry: this is no polygon"),
        (zones((WHOLE, {"date": "2016-06-01"})), "no property names the holder"),
        (zones((WHOLE, {"actor": "a"})), "no day is given"),
        (zones((WHOLE, {"actor": "a", "date": "June"})), "'June' is not a day"),
        ('{"type": "Point"}', "no features"),
        ("{", "not valid JSON"),
    ],
)
def test_a_broken_map_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in take(tmp_path, text, code=2)[1]


def write_settlements(path: Path) -> None:
    """A grid of streets, with towns on it: two that GeoNames has, one that it has not, a village, a camp."""
    writer = osmium.SimpleWriter(str(path))
    towns = [
        ({"place": "town", "name": "I'zaz", "population": "31 500"}, 36.586, 37.045),
        ({"place": "town", "name": "Newtown", "population": "9,100 (2011)"}, 36.31, 37.41),
        ({"place": "village", "name": "Smallham", "population": "300"}, 36.4, 37.3),
        ({"place": "village", "name": "Largeham", "population": "6000"}, 36.41, 37.31),
        ({"place": "village", "name": "Largeham", "population": "6000"}, 36.411, 37.311),
        ({"place": "town", "name": "Nocount"}, 36.2, 36.7),
        ({"amenity": "refugee_site", "name": "Olive camp"}, 36.62, 36.99),
        ({"place": "town", "name": "Faraway"}, 52.0, 10.0),
    ]
    for number, (tags, latitude, longitude) in enumerate(towns, start=1):
        writer.add_node(osmium.osm.mutable.Node(id=number, location=(longitude, latitude), tags=tags))
    for number in range(2, 8):
        ends = [number, number + 1] if number < 7 else [7, 1]
        writer.add_way(osmium.osm.mutable.Way(id=number, nodes=ends, tags={"highway": "primary"}))
    writer.close()


def test_a_new_crisis_takes_roads_and_settlements_from_an_extract(tmp_path: Path) -> None:
    write_settlements(tmp_path / "north.osm.pbf")
    options = ["--country", "SYR", "--start", "2016-07-01", "--end", "2016-07-31", "--min-population", "5000",
               "--bbox", "36.6,36.0,37.6,36.9", "--roads", str(tmp_path / "north.osm.pbf")]  # fmt: skip
    done = CliRunner().invoke(app, ["new", str(tmp_path / "north"), *options, "--settlements"])
    assert done.exit_code == 0, done.output
    crisis = read_crisis(tmp_path / "north")
    places = {row["place"]: row for row in crisis.table("places").iter_rows(named=True)}
    assert {"newtown", "largeham", "nocount", "olive_camp"} <= set(places)
    assert not {"i_zaz", "smallham", "largeham_2", "faraway"} & set(places)
    assert places["newtown"]["population"] == 9100
    assert places["newtown"]["country"] == "SYR"
    assert places["olive_camp"]["kind"] == "camp"
    roads = crisis.table("routes").filter(source="osm")
    assert {"newtown", "largeham"} <= {
        end for row in roads.iter_rows(named=True) for end in (row["place1"], row["place2"])
    }
    assert any("OpenStreetMap" in source for source in crisis.sources)


def test_settlements_need_an_extract(tmp_path: Path) -> None:
    options = ["--country", "SYR", "--start", "2016-07-01", "--end", "2016-07-31", "--min-population", "5000"]
    done = CliRunner().invoke(app, ["new", str(tmp_path / "north"), *options, "--settlements"])
    assert done.exit_code == 2
    assert "--roads" in done.output
    assert not (tmp_path / "north").exists()
