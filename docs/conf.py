"""Configuration of the documentation site: Sphinx with MyST, executed notebooks and the furo theme."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
_REFERENCE = runpy.run_path(str(_ROOT / "scripts" / "reference.py"))
_REFERENCE["write_pages"](_REFERENCE["BUILT"])

project = "Onward"
author = "The Onward authors"
copyright = "The Onward authors, Apache-2.0"
release = version = _PROJECT["version"]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
exclude_patterns = ["_build", "validation/*.intro.md"]

myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_timeout = 600
nb_execution_raise_on_error = True

autodoc_member_order = "alphabetical"
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_numpy_docstring = True
napoleon_use_rtype = False

html_theme = "furo"
html_title = "Onward"
html_show_sourcelink = False
suppress_warnings = ["mystnb.unknown_mime_type"]
