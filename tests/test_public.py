"""What is promised to users: the public names, each documented, the same as on the reference page."""

from __future__ import annotations

import inspect
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

import onward
import onward.extraction

REFERENCE = Path(__file__).parents[1] / "scripts" / "reference.py"


def test_the_public_names_are_sorted_and_named_once() -> None:
    assert onward.__all__ == sorted(set(onward.__all__))


@pytest.mark.parametrize("name", onward.__all__)
def test_each_public_name_can_be_imported_and_says_what_it_is(name: str) -> None:
    thing = getattr(onward, name)
    assert inspect.getdoc(thing)
    assert thing.__module__.startswith("onward.")


def test_nothing_else_is_public() -> None:
    assert set(dir(onward)) <= set(onward.__all__) | {n for n in dir(onward) if n.startswith("_")}
    with pytest.raises(AttributeError, match="'onward' has no attribute 'simulat'"):
        _ = onward.simulat


def test_each_public_method_says_what_it_does() -> None:
    for name in onward.__all__:
        thing = getattr(onward, name)
        methods = inspect.getmembers(thing, inspect.isfunction) if inspect.isclass(thing) else []
        own = [m for m, f in methods if not m.startswith("_") and f.__module__.startswith("onward")]
        assert all(inspect.getdoc(getattr(thing, m)) for m in own), name


def public_functions() -> dict[str, Any]:
    found = {}
    for name in onward.__all__:
        thing = getattr(onward, name)
        if inspect.isfunction(thing):
            found[name] = thing
        elif inspect.isclass(thing) and not issubclass(thing, Exception | BaseModel):
            own = {m: f for m, f in vars(thing).items() if inspect.isfunction(f) and not m.startswith("_")}
            found |= {f"{name}.{method}": function for method, function in own.items()}
    return found


@pytest.mark.parametrize("name", public_functions())
def test_a_public_function_documents_what_it_takes_and_returns(name: str) -> None:
    function = public_functions()[name]
    doc = inspect.getdoc(function) or ""
    sections = re.findall(r"^(\w+)\n-{3,}$", doc, re.M)
    assert "Returns" in sections, name
    assert "." in name or "Examples" in sections, name
    described = doc.split("Returns\n---")[0]
    for argument in inspect.signature(function).parameters:
        assert argument == "self" or re.search(rf"^(.*, )?{argument}(,.*)?$", described, re.M), f"{name}: {argument}"


def test_the_reference_page_names_them_all() -> None:
    page = runpy.run_path(str(REFERENCE))["api_page"]()
    named = re.findall(r"^## (\w+)$", page, flags=re.MULTILINE)
    assert named == onward.__all__


def test_importing_loads_neither_numba_nor_polars() -> None:
    """Both take long, and `onward --help` needs neither."""
    code = "import sys, onward; print([m for m in ('numba', 'polars', 'scipy') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_version_citation_and_changelog_agree() -> None:
    root = Path(__file__).parents[1]
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    citation = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    released = re.findall(r"^## (\S+) - (\S+)$", (root / "CHANGELOG.md").read_text("utf-8"), flags=re.M)
    assert (citation["version"], str(citation["date-released"])) == released[0]
    assert version == released[0][0]


def test_every_public_name_of_extraction_is_found() -> None:
    for name in onward.extraction.__all__:
        assert getattr(onward.extraction, name) is not None
