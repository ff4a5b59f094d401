"""The hint on a missing extra installs it for the copy that runs."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from onward import extras

ROOT = Path(__file__).parents[1]


def test_a_copy_installed_from_a_folder_is_named_by_its_folder() -> None:
    origin = {"url": "file:///srv/my%20copy/onward", "dir_info": {}}
    assert extras.requirement("xlsx", origin) == "/srv/my copy/onward[xlsx]"


def test_a_copy_installed_from_a_wheel_is_named_by_its_file() -> None:
    origin = {"url": "file:///srv/onward-0.1.0-py3-none-any.whl", "archive_info": {}}
    assert extras.requirement("web", origin) == "onward[web] @ file:///srv/onward-0.1.0-py3-none-any.whl"


def test_a_clone_that_is_not_installed_is_named_by_its_folder() -> None:
    assert extras.install_command("web") == f'pip install "{ROOT}[web]"'


def test_an_installed_copy_asks_what_it_was_installed_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(extras, "CLONE", tmp_path)
    monkeypatch.setattr(extras, "_direct_url", lambda: {"url": f"file://{tmp_path}", "dir_info": {"editable": True}})
    assert extras.install_command("geo") == f'pip install "{tmp_path}[geo]"'


def test_the_readme_names_every_extra_for_users() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    text = (ROOT / "README.md").read_text("utf-8")
    assert {name for name in declared if f"`{name}`" not in text} == set()
