"""The reference pages are what the code says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from onward.crisis import read_crisis, tables
from onward.crisis.header import Header
from onward.crisis.scenarios import Intervention
from onward.model.near_ground import Near
from onward.runs.folder import run_to_folder
from onward.simulation.settings import make_settings

ROOT = Path(__file__).parents[1]


def reference():  # type: ignore[no-untyped-def]
    return script("reference")


def script(name: str):  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["tables.md", "parameters.md", "crisis-toml.md", "scenarios.md"])
def test_a_reference_page_is_up_to_date(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == reference().PAGES[name](), "run: python scripts/reference.py"


def test_the_reference_names_every_choice_key_and_verb() -> None:
    pages = {name: (ROOT / "docs" / "reference" / name).read_text("utf-8") for name in reference().PAGES}
    for table in tables().values():
        for column in table.columns:
            assert all(word in pages["tables.md"] for word in column.choices), column.name
    assert set(Header.model_fields) <= set(first_cells(pages["crisis-toml.md"]))
    assert "surprise" in pages["crisis-toml.md"].split("| history_start |")[1].split("\n")[0]
    assert all(part.description for part in Header.model_fields.values())
    verbs = re.findall(r"^## (\w+)$", pages["scenarios.md"], re.M)
    listed = TypeAdapter(Intervention).json_schema()["discriminator"]["mapping"]
    assert set(verbs) == set(listed)


def test_the_example_of_the_readme_is_what_the_command_prints() -> None:
    example = script("readme_example")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert example.BLOCK.findall(text) == [example.shortened(example.printed())], (
        "run: python scripts/readme_example.py"
    )


def first_cells(text: str) -> list[str]:
    return [cell.strip() for cell in re.findall(r"^\| ([^|]+) \|", text, re.M)][1:]


def test_the_page_of_the_run_folder_names_every_column_and_key(tmp_path: Path) -> None:
    crisis = read_crisis("aleppo-2016")
    settings = make_settings(crisis, members=1, near=(Near("ISIS", 5.0),))
    run = run_to_folder(crisis, settings, folder=tmp_path / "run")
    page = (ROOT / "docs" / "reference" / "run-folder.md").read_text(encoding="utf-8")
    tables, about = page.split("## run.json")
    for name, frame in run.tables.items():
        part = tables.split(f"### {name}.parquet")[1].split("###")[0]
        assert first_cells(part) == frame.collect_schema().names(), name
    assert {key for cell in first_cells(about) for key in cell.split(", ")} == set(run.about)


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+\.md)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
