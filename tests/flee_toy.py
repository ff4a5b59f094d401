"""Toy Flee instances for tests: a few locations in a line or a star, written to a folder."""

from __future__ import annotations

from pathlib import Path

import yaml

START = "2020-01-01"


def write_flee(
    folder: Path, locations: str, routes: str, *, days: int = 10, conflicts: str = "#Day,A\n" + "0,1\n" * 400,
    total: list[tuple[int, int]] = ((0, 0), (1, 1000)), closures: str = "", settings: dict | None = None,
    camps: dict[str, list[tuple[int, int]]] | None = None,
) -> Path:  # fmt: skip
    """Write an instance whose newly displaced follow ``total`` (day, count); camps have ``camps`` or nobody."""
    inputs, data = folder / "input_csv", folder / "source_data"
    inputs.mkdir(parents=True)
    data.mkdir()
    head = "#name,region,country,latitude,longitude,location_type,conflict_date,pop/cap\n"
    (inputs / "locations.csv").write_text(head + locations)
    (inputs / "routes.csv").write_text("#name1,name2,distance,forced_redirection\n" + routes)
    (inputs / "closures.csv").write_text("#type,name1,name2,start,end\n" + closures)
    (inputs / "conflicts.csv").write_text(conflicts)
    (inputs / "sim_period.csv").write_text(f"StartDate,{START}\nLength,{days}\n")
    names = [row.split(",")[0] for row in locations.splitlines() if "camp" in row]
    files = {"total": list(total)} | {name: (camps or {}).get(name, [(0, 0)]) for name in names}
    (data / "data_layout.csv").write_text("".join(f"{name},{name.lower()}.csv\n" for name in files))
    for name, rows in files.items():
        (data / f"{name.lower()}.csv").write_text("".join(f"2020-01-{d + 1:02d},{n}\n" for d, n in rows))
    spawn = {"sum_from_camps": False} | (settings or {}).pop("spawn_rules", {})
    content = {"spawn_rules": spawn, "move_rules": {"max_move_speed": 150.0} | (settings or {})}
    (folder / "simsetting.yml").write_text(yaml.safe_dump(content))
    return folder
