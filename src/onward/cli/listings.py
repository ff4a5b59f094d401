"""Print the contents of a crisis, the bundled crises and the parameter table."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from onward.cli.printing import day, number, show_warnings
from onward.crisis import Crisis, bundled_crises

if TYPE_CHECKING:
    from onward.model.parameters import Parameter


def show_crisis(crisis: Crisis, console: Console) -> None:
    """Print the contents of a checked crisis and its warnings."""
    from onward.inference.reach import describe_reach

    console.print(Text(crisis.title, style="bold"))
    console.print(f"{crisis.name}: {day(crisis.start, True)} to {day(crisis.end, True)}, {crisis.days} days\n")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for name, words in _content(crisis).items():
        grid.add_row(Text(name, style="bold"), Text(words))
    console.print(grid)
    console.print()
    show_warnings(crisis.warnings, console)
    for line in describe_reach(crisis):
        console.print(Text(line))
    looks = [*map(str, crisis.doubts), *same_war_words(crisis)]
    for look in looks:
        console.print(Text.assemble(("Check: ", "yellow"), look))
    found = f"No errors; {len(looks)} to check." if looks else "No errors in the tables."
    console.print(Text(f"{found} Next: onward run {crisis.name}" if _is_bundled(crisis) else found))


def checked(crisis: Crisis) -> dict[str, Any]:
    """Return the content of ``onward check --json``: the crisis, its warnings, and its doubts.

    Examples
    --------
    >>> from onward import read_crisis
    >>> checked(read_crisis("aleppo-2016"))["days"]
    77
    """
    from onward.inference.reach import describe_reach, shared_wars

    return {
        "name": crisis.name,
        "title": crisis.title,
        "start": str(crisis.start),
        "end": str(crisis.end),
        "history_start": str(crisis.history_start),
        "days": crisis.days,
        "rows": {name: frame.height for name, frame in crisis.tables.items()},
        "parameters": dict(crisis.parameters),
        "fitted_on": list(crisis.fitted_on),
        "warnings": list(crisis.warnings),
        "outside": describe_reach(crisis),
        "same_war": list(shared_wars(crisis)),
        "doubts": [{**asdict(doubt), "text": str(doubt)} for doubt in crisis.doubts],
    }


def same_war_words(crisis: Crisis) -> list[str]:
    """Return a warning that parameters were fitted on the same war, in other tables; empty if they were not.

    Examples
    --------
    >>> from onward import read_crisis
    >>> same_war_words(read_crisis("aleppo-2016"))
    []
    """
    from onward.inference.reach import shared_wars

    shared = shared_wars(crisis)
    if not shared:
        return []
    return [
        f"the default parameters were fitted on counts of {' and '.join(shared)} too, the same country and time, so "
        f'agreement with counts of this war is no independent test. For one, write name = "{shared[0]}" in '
        "crisis.toml: a crisis of that name draws from a set that was fitted without it."
    ]


def _is_bundled(crisis: Crisis) -> bool:
    return crisis.name in {name for name, *_ in bundled_crises()}


def _content(crisis: Crisis) -> dict[str, str]:
    """Describe in words what each table contains."""
    places, routes, events = (crisis.table(name) for name in ("places", "routes", "events"))
    km = float(routes["distance_km"].sum())
    people, displaced = (int(places[name].fill_null(0).sum()) for name in ("population", "displaced_at_start"))
    content = {
        "places": f"{places.height} ({_kinds(places, 'kind')})",
        "people": f"{number(people)} residents, {number(displaced)} displaced at the start",
        "routes": f"{routes.height} ({_kinds(routes, 'mode')}), {number(km)} km",
        "gates": _names(crisis, "routes", "gate"),
        "rules": f"{crisis.table('closures').height} for gates, borders, routes and places",
        "actors": _actors(crisis),
        "groups": _names(crisis, "groups", "group"),
        "events": f"{events.height} rows ({_kinds(events, 'type')}) since {day(crisis.history_start, True)}"
        if events.height
        else "none",
        "history": _history(crisis),
        "control": f"{crisis.table('control').height} rows",
        "counts": f"{crisis.table('counts').height} rows ({_kinds(crisis.table('counts'), 'indicator')})",
        "claims": f"{crisis.table('claims').height} rows",
        "parameters": _parameters(crisis),
    }
    return {name: words.removesuffix(" ()") for name, words in content.items()}


def _history(crisis: Crisis) -> str:
    """Describe in words the level of attacks that people are used to when the crisis begins."""
    days = (crisis.start - crisis.history_start).days
    before = crisis.table("events").filter(pl.col("start") < crisis.start).height
    if not days:
        return "none (history_start): people are used to no attacks, so the first days are a surprise"
    if not crisis.table("events").height:
        return f"{days} days before the start (history_start)"
    used = f"{before} rows of events, which people are used to" if before else "no events: the war comes as a surprise"
    return f"{days} days before the start (history_start), {used}"


def _actors(crisis: Crisis) -> str:
    """List the actors by name, each with the code that other tables have for it."""
    rows = crisis.table("actors").sort("actor").select("actor", "name").iter_rows()
    named = [f"{name} ({actor})" if name and name != actor else actor for actor, name in rows]
    return f"{len(named)}: {', '.join(named)}" if named else "none"


def _parameters(crisis: Crisis) -> str:
    if crisis.fitted_on:
        return f"{len(crisis.parameters)} fitted on {', '.join(crisis.fitted_on)}"
    return ", ".join(f"{n} = {v}" for n, v in crisis.parameters.items()) or "the population set"


def _kinds(table: pl.DataFrame, column: str) -> str:
    counted = table.group_by(column).len().sort("len", column, descending=[True, False])
    return ", ".join(f"{rows} {kind}" for kind, rows in counted.iter_rows())


def _names(crisis: Crisis, table: str, column: str) -> str:
    names = crisis.table(table)[column].drop_nulls().unique().sort().to_list()
    return f"{len(names)} ({', '.join(names)})" if names else "none"


def show_crises(console: Console) -> None:
    """Print the bundled crises: name, period, title."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in ("Name", "Period", "Title"):
        table.add_column(head, no_wrap=head != "Title")
    for name, title, start, end in bundled_crises():
        table.add_row(name, f"{start} to {end}", title)
    console.print(table)


def crisis_rows() -> list[dict[str, str]]:
    """Return the bundled crises as rows.

    Examples
    --------
    >>> crisis_rows()[0]["start"]
    '2016-01-15'
    """
    return [{"name": n, "title": t, "start": str(a), "end": str(b)} for n, t, a, b in bundled_crises()]


def parameter_rows() -> list[dict[str, Any]]:
    """Return the declared parameters as rows; None where a prior has no such value.

    Examples
    --------
    >>> parameter_rows()[0]["name"]
    'attack_weight'
    """
    from onward.model.parameters import declared

    return [
        {**{name: _or_none(value) for name, value in vars(p).items()}, "source": p.source} for p in declared().values()
    ]


def _or_none(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value


def show_parameters(console: Console) -> None:
    """Print the declared parameters: first the figures, then the meaning and source of each."""
    from onward.model.parameters import declared

    for p in declared().values():
        unit = f" {p.unit}" if p.unit else ""
        figures = f"{p.default:g}{unit}  [{p.low:g} to {p.high:g}]  {_prior(p)}"
        console.print(Text.assemble((p.name, "bold"), "  ", figures))
        sources = f"default: {p.default_source}" + (f"; prior: {p.prior_source}" if p.prior_source else "")
        console.print(Padding(Text(f"{p.meaning} [{sources}]", style="dim"), (0, 0, 0, 4)))
    console.print("\nFix one with `onward run CRISIS --set NAME=VALUE`; draw them with --parameters prior.")


def _prior(p: Parameter) -> str:
    words = {
        "uniform": f"uniform from {p.prior_centre:g} to {p.prior_spread:g}",
        "lognormal": f"log-normal, median {p.prior_centre:g}, log sd {p.prior_spread:g}",
        "logitnormal": f"logit-normal, median {p.prior_centre:g}, logit sd {p.prior_spread:g}",
        "normal": f"normal, mean {p.prior_centre:g}, sd {p.prior_spread:g}",
    }
    return words.get(p.prior, "not drawn")
