"""Write docs/reference from the data dictionary, the parameter table and the public names.

    python scripts/reference.py

A test holds the pages against what this writes.
"""

from __future__ import annotations

import inspect
from pathlib import Path

import onward
from onward.crisis import tables
from onward.model.parameters import declared

DOCS = Path(__file__).parents[1] / "docs" / "reference"
MADE = "<!-- Written by scripts/reference.py; do not edit. -->\n\n"


def tables_page() -> str:
    """Return the page of tables and columns."""
    parts = [MADE, "# Tables of a crisis\n\nA crisis is a folder with `crisis.toml` and these tables as CSV or Parquet.\n"]
    for table in tables().values():
        parts.append(f"\n## {table.name}\n\n| column | type | unit | needed | default | meaning | HXL |\n|---|---|---|---|---|---|---|\n")
        for c in table.columns:
            kind = c.type.replace("|", ", ")
            needed = "yes" if c.required else ""
            cells = (c.name, kind, c.unit, needed, c.default, c.meaning, c.hxl)
            parts.append("| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |\n")
    return "".join(parts)


def parameters_page() -> str:
    """Return the page of parameters."""
    rows = ["| name | unit | default | range | prior | meaning | source |\n|---|---|---|---|---|---|---|\n"]
    for p in declared().values():
        prior = "held" if p.prior == "fixed" else f"{p.prior} ({p.prior_centre:g}, {p.prior_spread:g})"
        rows.append(f"| {p.name} | {p.unit} | {p.default:g} | {p.low:g} - {p.high:g} | {prior} | {p.meaning} | {p.source} |\n")
    head = "# Parameters\n\nEvery number of the model. A log-normal or logit-normal prior gives its median and log deviation, a normal one\nits mean and deviation, a uniform one its ends. `--set NAME=VALUE` holds one at a value. How the defaults were chosen is told in\n[docs/validation/aleppo-2016](../validation/aleppo-2016.md).\n\n"
    return MADE + head + "".join(rows)


def api_page() -> str:
    """Return the page of public names."""
    parts = [MADE, "# The public names of `onward`\n"]
    for name in onward.__all__:
        thing = getattr(onward, name)
        try:
            signature = str(inspect.signature(thing)) if inspect.isfunction(thing) else ""
        except ValueError:
            signature = ""
        parts.append(f"\n## {name}\n\n`{name}{signature}`\n\n{inspect.cleandoc(thing.__doc__ or '')}\n")
    return "".join(parts)


PAGES = {"tables.md": tables_page, "parameters.md": parameters_page, "api.md": api_page}


def main() -> None:
    """Write all pages."""
    DOCS.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
