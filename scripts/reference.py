"""Generate docs/reference from the data dictionary, the parameter table, the public names and the commands.

    python scripts/reference.py

A test holds the pages against what this writes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import typer

import onward
from onward.cli.main import app
from onward.crisis import tables
from onward.crisis.header import EXPECTED, FORMAT, Header
from onward.crisis.scenarios import Intervention
from onward.model.parameters import declared

DOCS = Path(__file__).parents[1] / "docs" / "reference"
MADE = "<!-- Written by scripts/reference.py; do not edit. -->\n\n"


def tables_page() -> str:
    """Return the page of tables and columns."""
    parts = [
        MADE,
        "# Tables of a crisis\n\nA crisis is a folder with [crisis.toml](crisis-toml.md) and these tables as CSV or Parquet. A column of "
        "type choice takes one of the words listed.\n",
    ]
    for table in tables().values():
        parts.append(
            f"\n## {table.name}\n\n| column | type | unit | needed | default | meaning | HXL |\n|---|---|---|---|---|---|---|\n"
        )
        for c in table.columns:
            kind = f"{c.type}: {', '.join(c.choices)}" if c.choices else c.type
            needed = "yes" if c.required else ""
            cells = (c.name, kind, c.unit, needed, c.default, c.meaning, c.hxl)
            parts.append("| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |\n")
    return "".join(parts)


def header_page() -> str:
    """Return the page of the keys of crisis.toml."""
    head = (
        "# crisis.toml\n\nWhat a crisis is called, when it is, and which parameters it overrides. `format = 1` comes "
        "first; unknown keys are refused.\n\n| key | value | needed | default | meaning |\n|---|---|---|---|---|\n"
    )
    rows = [f"| format | {FORMAT} | yes |  | version of the folder |\n"]
    for name, part in Header.model_fields.items():
        default = "" if part.is_required() or part.default in (None, [], {}) else str(part.default)
        needed = "yes" if part.is_required() else ""
        rows.append(f"| {name} | {EXPECTED[name]} | {needed} | {default} | {part.description} |\n")
    return MADE + head + "".join(rows)


def scenarios_page() -> str:
    """Return the page of the verbs of a scenario, from the models that check it."""
    parts = [
        MADE,
        "# Scenarios\n\nA what-if is a TOML file with `format = 1`, `name`, an optional `title`, and one or more `[[intervention]]`, applied in "
        "order. `do` says what an intervention does. `onward scenarios CRISIS` lists those of a crisis: the files in its folder "
        "`scenarios/`. Days are written without quotes; lists in brackets. An intervention without `start` holds from the first "
        "day, one without `end` to the last. Names are those of the crisis's tables.\n\n```toml\n"
        'format = 1\nname = "no-strikes"\ntitle = "No air strikes from 5 February"\n\n[[intervention]]\ndo = "scale_events"\n'
        'type = ["air"]\nfactor = 0\nstart = 2016-02-05\n```\n',
    ]
    verbs: tuple[Any, ...] = get_args(get_args(Intervention)[0])
    for verb in verbs:
        (word,) = get_args(verb.model_fields["do"].annotation)
        parts.append(
            f"\n## {word}\n\n{inspect.getdoc(verb)}\n\n| key | value | needed | default |\n|---|---|---|---|\n"
        )
        schema = verb.model_json_schema()
        for name, part in schema["properties"].items():
            if name != "do":
                default = part.get("default")
                needed = "yes" if name in schema.get("required", ()) else ""
                parts.append(
                    f"| {name} | {_value(part)} | {needed} | {'' if default in (None, [], ()) else default} |\n"
                )
    return "".join(parts)


def _value(part: Mapping[str, Any]) -> str:
    """Return what a key takes, in words."""
    if "anyOf" in part:
        return _value(next(kind for kind in part["anyOf"] if kind.get("type") != "null"))
    if "enum" in part:
        return ", ".join(part["enum"])
    if part.get("format") == "date":
        return "day"
    words = {"string": "name", "number": "number", "integer": "whole number", "array": "list of names"}[part["type"]]
    low, high = part.get("minimum", part.get("exclusiveMinimum")), part.get("maximum")
    bounds = [f"{'at least' if 'minimum' in part else 'more than'} {low:g}" if low is not None else "",
              f"at most {high:g}" if high is not None else ""]  # fmt: skip
    return ", ".join([words, *filter(None, bounds)])


def parameters_page() -> str:
    """Return the page of parameters."""
    rows = [
        "| name | unit | default | range | prior | meaning | source of the default | source of the prior |\n|---|---|---|---|---|---|---|---|\n"
    ]
    for p in declared().values():
        prior = "held" if p.prior == "fixed" else f"{p.prior} ({p.prior_centre:g}, {p.prior_spread:g})"
        rows.append(
            f"| {p.name} | {p.unit} | {p.default:g} | {p.low:g} - {p.high:g} | {prior} | {p.meaning} | {p.default_source} | {p.prior_source} |\n"
        )
    head = "# Parameters\n\nEvery number of the model. A log-normal or logit-normal prior gives its median and log deviation, a normal one\nits mean and deviation, a uniform one its ends. `--set NAME=VALUE` holds one at a value. The defaults are the\n`population` set, the medians of the priors: what a crisis has of which nothing was fitted. A crisis that was fitted has its own\nvalues under `[parameters]` of its crisis.toml, with `fitted_on`; those of the bundled one are described in\n[docs/validation/aleppo-2016](../validation/aleppo-2016.md).\n\n"
    return MADE + head + "".join(rows)


def api_page() -> str:
    """Return the page of public names: directives from which Sphinx takes signatures and docstrings."""
    parts = [
        MADE,
        "# Python API\n\nOnly what is on this page is promised. `import onward` loads each name when it is first used.\n",
    ]
    for name in onward.__all__:
        kind = "autoclass" if inspect.isclass(getattr(onward, name)) else "autofunction"
        options = "   :members:\n" if kind == "autoclass" else ""
        parts.append(f"\n## {name}\n\n```{{eval-rst}}\n.. {kind}:: onward.{name}\n{options}```\n")
    return "".join(parts)


def cli_page() -> str:
    """Return the page of commands, with all their arguments and options."""
    parts = [
        MADE,
        "# Command line\n\nExit codes: 0 success, 2 a mistake in the input, 1 a failure, 130 stopped by the user.\n",
    ]
    return "".join([*parts, *_commands(typer.main.get_command(app), "onward")])


def _commands(command: Any, path: str) -> Iterator[str]:
    if hasattr(command, "commands"):
        for name, part in sorted(command.commands.items()):
            yield from _commands(part, f"{path} {name}")
        return
    yield f"\n## {path}\n\n{inspect.cleandoc(command.help or '')}\n\n| argument or option | meaning |\n|---|---|\n"
    for parameter in command.params:
        option = parameter.param_type_name == "option"
        names = ", ".join(
            f"`{name}`" for name in (parameter.opts if option else [parameter.metavar or parameter.name.upper()])
        )
        yield f"| {names} | {(parameter.help or '').replace('|', chr(92) + '|')} |\n"


#: pages kept in the repository, and pages made when the documentation is built
PAGES = {
    "tables.md": tables_page,
    "parameters.md": parameters_page,
    "crisis-toml.md": header_page,
    "scenarios.md": scenarios_page,
}
BUILT = {"api.md": api_page, "cli.md": cli_page}


def write_pages(pages: Mapping[str, Callable[[], str]]) -> None:
    """Write the pages to docs/reference."""
    DOCS.mkdir(parents=True, exist_ok=True)
    for name, page in pages.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write_pages(PAGES)
