"""The model card: what was run, on which data, for what use, how well, and its limits.

Its headings are those of the Model Card of the Peer Review Framework for Predictive Analytics of OCHA's Centre for
Humanitarian Data (intended use, model development, model evaluation, operational readiness; its ethical matrix is
a heading of its own here). All of it is filled from the run folder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from onward.crisis import Crisis
from onward.disclosure import SIMULATED, two_digits
from onward.evaluation.fitness import judge_fitness
from onward.inference.reach import describe_reach
from onward.model.parameter_set import words_on
from onward.runs.folder import kept_crisis
from onward.runs.summary import follows_flee
from onward.simulation.description import household_words
from onward.simulation.run import Run

#: how many names a line lists before it counts the others (own choice)
LISTED = 12


def model_card(run: Run, folder: str | Path) -> dict[str, Any]:
    """Build the model card of a run: its title, and sections with a title and a text each.

    Lines of a text that begin with ``- `` are items of a list. A run folder without its crisis gets a card that
    says so in place of the data.

    Examples
    --------
    >>> import tempfile, onward
    >>> run = onward.simulate(onward.read_crisis("aleppo-2016"), members=1)
    >>> [section["title"] for section in model_card(run, "no-folder")["sections"]][:3]
    ['Model details', '1. Intended use', '2. Model development: data']
    """
    about, crisis = run.about, kept_crisis(folder)
    sections = (
        ("Model details", _details(about)),
        ("1. Intended use", _USE),
        ("2. Model development: data", _data(about, crisis)),
        ("2. Model development: method and parameters", _method(about, crisis)),
        ("3. Model evaluation: skill", _tested(run, crisis) or _skill(about)),
        ("3. Model evaluation: limits", _limits(about)),
        ("4. Operational readiness", _readiness(about)),
        ("Ethics and do no harm", _HARM),
    )
    title = f"Model card: {about['title']}"
    return {"title": title, "sections": [{"title": name, "text": text} for name, text in sections]}


def card_markdown(card: Mapping[str, Any]) -> str:
    """Format a model card as Markdown.

    Examples
    --------
    >>> print(card_markdown({"title": "Card", "sections": [{"title": "Use", "text": "None."}]}))
    # Card
    <BLANKLINE>
    ## Use
    <BLANKLINE>
    None.
    <BLANKLINE>
    """
    parts = [f"# {card['title']}"]
    for section in card["sections"]:
        parts += [f"## {section['title']}", section["text"]]
    return "\n\n".join(parts) + "\n"


_USE = """\
Who it is for: analysts who must place tents, water and staff before people arrive, and researchers of forced migration.
What it is for: ranges of how many people leave which places, where they are stopped, where they arrive and how often \
they have to flee again; and how these would differ in a what-if, member by member.
Out of scope:
- decisions about single persons, and anything that follows or names them
- the only ground of any decision, or a trigger of funds by itself
- a forecast of attacks or of the war: attacks and who holds what are inputs
- who they are: income is not in the model, and sex and age only as shares, if the crisis gives them
- targeting, border control, or any use against those who flee"""

_HARM = """\
Aggregates only: no person is named, followed or represented by a record.
- Observed counts below 10 are left out of exports; simulated figures are rounded to two significant digits.
- Legs between places are written only when asked for, with a warning.
- No export crosses population group with place.
- While a crisis is ongoing, exports are by district unless places are asked for.
Figures about flight can also be used by those from whom people flee. Who could use this, and for what? Ask before you \
publish, and share with those who protect. A group's fear of an actor, as declared in the crisis, is a judgement \
about people: have it reviewed by somebody who knows them."""


def _details(about: Mapping[str, Any]) -> str:
    versions, scenario = about.get("versions", {}), about.get("scenario")
    lines = [
        "Developers: the Onward authors. Licence: Apache-2.0.",
        f"Version: Onward {versions.get('onward', 'unknown')}, sources {versions.get('onward_sources', 'unknown')}, "
        f"Python {versions.get('python', 'unknown')}.",
        f"Kind: a stochastic simulation of flight, day by day; engine {about['engine']}.",
        f"Crisis: {about['crisis']}, {about['start']} to {about['end']} ({about['days']} days), "
        f"{len(about['places'])} places. Hash of its content: {about.get('crisis_hash', 'unknown')}.",
        f"Ensemble: {about['members']} members, seed {about['seed']}, parameters {about['parameters']}.",
        household_words(about),
        f"What-if: {scenario['title'] or scenario['name']}." if scenario else "What-if: none, the crisis as described.",
        f"Made: {about['created']}." if about.get("created") else "",
    ]
    return "\n".join(line for line in lines if line)


def _data(about: Mapping[str, Any], crisis: Crisis | None) -> str:
    if crisis is None:
        return "The run folder holds no copy of its crisis, so its data cannot be described here."
    lines = [f"- {_table_line(name, frame)}" for name, frame in crisis.tables.items() if frame.height]
    given = (
        "The numbers newly displaced were given from the counts: totals are an input, and no test of the model."
        if about.get("given_totals")
        else "The simulation does not use counts and claims: it is only compared with them."
    )
    empty = [name for name, frame in crisis.tables.items() if not frame.height]
    missing = f"Not given: {', '.join(empty)}." if empty else ""
    warned = "\n".join(f"- {line}" for line in crisis.warnings)
    origin = ["Sources named by the crisis:", *(f"- {line}" for line in crisis.sources)] if crisis.sources else []
    odd = ["Warnings on reading:", warned] if warned else []
    return "\n".join(line for line in ("Tables:", *lines, missing, given, *origin, *odd) if line)


def _table_line(name: str, frame: pl.DataFrame) -> str:
    """Describe a table: its rows, days and sources, and how many rows name no source."""
    parts = [f"{name}: {_counted(frame.height, 'row')}"]
    days: list[Any] = [frame[c].drop_nulls() for c in ("date", "start", "end") if c in frame.columns]
    known = [day for series in days for day in series.to_list()]
    if known:
        parts.append(f"{min(known).isoformat()} to {max(known).isoformat()}")
    if "source" in frame.columns:
        named = frame["source"].drop_nulls().to_list()
        sources = sorted({part.strip() for cell in named for part in cell.split(";") if part.strip()})
        parts.append(f"sources {_some(sources)}" if sources else "no source named")
        if sources and len(named) < frame.height:
            parts.append(f"{frame.height - len(named)} without a source")
    return "; ".join(parts)


def _flee_method(about: Mapping[str, Any]) -> str:
    notices = [f"- {notice}" for notice in about.get("notices", [])]
    return "\n".join([
        "This run follows the rules of the model Flee, not Onward's own, and is made for comparison: the numbers newly "
        "displaced are given from registrations, and only where people go is simulated. The rules: "
        "docs/explanation/flee-rules.md.",
        *(["Notes of this run:", *notices] if notices else []),
        *_overridden(about.get("overrides", {})),
    ])  # fmt: skip


def _method(about: Mapping[str, Any], crisis: Crisis | None) -> str:
    if follows_flee(about):
        return _flee_method(about)
    from onward.model.parameters import declared

    table = declared().values()
    own = sum("own assumption" in p.source for p in table)
    fixed = sum(p.prior == "fixed" for p in table)
    how = {
        "fixed": "Each parameter was fixed at one value: intervals leave out that their values are uncertain.",
        "prior": f"Parameters were drawn for each member ({len(table) - fixed} of {len(table)}).",
        "posterior": f"Parameters were drawn for each member ({len(table) - fixed} of {len(table)}).",
    }.get(about["parameters"], f"Parameters: {about['parameters']}.")
    lines = [
        "Each day people at home or displaced may leave: the chance depends on attacks near them, on a front that "
        "comes closer and on who takes their town. They choose among places by perceived distance, kind, size, threat "
        "and what is known of closed gates; they travel, are stopped at gates, wait, give up, and may flee again. The "
        "equations and their sources: docs/explanation/model.md.",
        how,
        *filter(None, [words_on(about)]),
        *(() if crisis is None or about["parameters"] == "fixed" else describe_reach(crisis)),
        f"Of {len(table)} parameters {own} rest on own assumptions; `onward parameters` lists each with its source.",
        *_overridden(about.get("overrides", {})),
        *_interventions(about.get("scenario")),
    ]
    return "\n".join(lines)


def _overridden(overrides: Mapping[str, Any]) -> list[str]:
    held = [f"- {name} = {value}" for name, value in overrides.items()]
    return ["Fixed for this run:", *held] if held else []


def _interventions(scenario: Mapping[str, Any] | None) -> list[str]:
    if not scenario:
        return []
    steps = [
        ", ".join(f"{key} {_plain(value)}" for key, value in step.items() if value not in (None, [], ""))
        for step in scenario["intervention"]
    ]
    return ["Interventions of the what-if:", *(f"- {step}" for step in steps)]


def _tested(run: Run, crisis: Crisis | None) -> str:
    """Return the verdict on a run that was compared with counts but has no claims; empty for others."""
    if run.about.get("claims") or follows_flee(run.about):
        return ""
    fitness = judge_fitness(run, crisis, [])
    return "" if fitness.level == "untested" else "\n".join([fitness.verdict, *fitness.reasons])


def _skill(about: Mapping[str, Any]) -> str:
    claims = about.get("claims") or []
    if not claims:
        return _scored(about)
    verdicts = Counter(claim["verdict"] for claim in claims)
    judged = [claim for claim in claims if claim["verdict"] != "not modelled"]
    touched = sum(_overlaps(claim) for claim in judged)
    lines = [
        f"{_counted(len(claims), 'reported claim')} compared with this run: in {verdicts['inside']} the median lies "
        f"inside the reported range, in {verdicts['low']} below, in {verdicts['high']} above; "
        f"{verdicts['not modelled']} the model cannot answer.",
        f"In {touched} of {len(judged)} the 90 % interval and the reported range overlap at all. "
        "Wide intervals overlap easily, so this alone does not show that the run is right.",
    ]
    if about.get("scenario"):
        lines.append("This run is a what-if: what was reported happened without it, so misses are no faults here.")
    for word, heading in (("low", "Too low"), ("high", "Too high"), ("not modelled", "Not modelled")):
        names = [claim["id"] for claim in claims if claim["verdict"] == word]
        if names:
            lines.append(f"- {heading}: {_some(names)}")
    return "\n".join(lines)


def _scored(about: Mapping[str, Any]) -> str:
    """Return Flee's score of a run without claims, if it has one."""
    score = about.get("score") or {}
    if "interpolated_days" not in score:
        return "There is no reported figure to compare this run with, so its accuracy is not known."
    days, real = score["interpolated_days"], score["real_counts"]
    return (
        f"Flee's averaged relative difference over the camps, on days interpolated between counts: {days['ard']:.2g}; "
        f"with the run scaled to the registered total: {days['ard_rescaled']:.2g} (0 is equal).\n"
        f"On the {_counted(real['counts'], 'real count')} alone: {real['registered']:,.0f} registered on average, "
        f"{real['simulated']:,.0f} simulated. `onward score` has the errors camp by camp."
    )


def _overlaps(claim: Mapping[str, Any]) -> bool:
    low, high = claim["low"], claim["high"]
    return (high is None or claim["p5"] <= high) and (low is None or claim["p95"] >= low)


_OWN_LIMITS = (
    "- No incomes. Households only where a crisis states their sizes; ages and sexes as shares of each home, if given.",
    "- Everybody is assumed to know yesterday's queues and every open road.",
    "- A place is one point: an attack concerns all of its people alike, and in a larger place a smaller share leaves.",
    "- The front is known only as the holders of places and the roads between them.",
    "- It is not known where those who were displaced before the first day came from.",
)
_FLEE_LIMITS = (
    "- No households, ages or incomes; no gates with quotas, and nobody waits at one.",
    "- How many flee is given: only where they go is simulated.",
    "- Where people are from, and how often they fled, is not followed.",
)


def _limits(about: Mapping[str, Any]) -> str:
    lines = [
        f"{SIMULATED} Intervals cover only the uncertainty that was drawn, not what the model leaves out.",
        *(_FLEE_LIMITS if follows_flee(about) else _OWN_LIMITS),
    ]
    if about["parameters"] == "fixed":
        lines.append("- Parameters were fixed: intervals are too narrow.")
    if about["engine"] == "expected":
        lines.append("- Engine expected: means without chance; where counts matter (queues, full camps) it is biased.")
    if about["members"] < 20:  # 5 % of 20 members is one
        lines.append(f"- Only {_counted(about['members'], 'member')}: the ends of 90 % intervals are poorly known.")
    return "\n".join(lines)


def _readiness(about: Mapping[str, Any]) -> str:
    seconds = about.get("timings", {}).get("engine")
    displaced = about.get("displaced")
    took = f" Its members took {seconds:,.0f} s." if seconds is not None else ""
    away = two_digits(displaced["p50"]) if displaced else 0.0
    size = f" At its end {away:,.0f} people are away from home (median)." if displaced else ""
    return (
        "Runs on one computer, offline, from a folder of tables; no model weights, no service, no account."
        f"{took}{size}\n"
        "The same crisis, settings and versions give the same numbers; `crisis/` in the run folder repeats the run.\n"
        "Before use, decide who keeps the crisis up to date, who reads the results, and what is done when they are "
        "wrong. This card was written by the software; nobody has reviewed it."
    )


def _plain(value: Any) -> str:
    return _some([str(v) for v in value]) if isinstance(value, list) else str(value)


def _some(names: Iterable[str]) -> str:
    """List names, counting those after the first dozen."""
    every = list(names)
    more = f" and {len(every) - LISTED} more" if len(every) > LISTED else ""
    return ", ".join(every[:LISTED]) + more


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
