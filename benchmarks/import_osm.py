"""How long it takes to reduce an extract of a million points to links between 80 places.

Run: ``python benchmarks/import_osm.py 1000``: a grid of 1,000 x 1,000 points.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from onward.sources.osm import place_links, read_roads
from test_sources_maps import write_grid


def main() -> None:
    side = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "grid.osm.pbf"
        write_grid(path, side, side, south=10.0, west=10.0)
        begin = time.perf_counter()
        graph = read_roads([path])
        read = time.perf_counter() - begin
        node = np.random.default_rng(1).choice(len(graph.latitude), 80, replace=False)
        links = place_links(graph.km, node)
        took = time.perf_counter() - begin
        print(f"{len(graph.latitude):,} points, {graph.km.nnz // 2:,} edges: read in {read:.1f} s, {took:.1f} s in all")
        print(f"{len(links)} links between 80 places")


if __name__ == "__main__":
    main()
