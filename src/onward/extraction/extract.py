"""Extract attributed facts from one report by rules; a language model may add to them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from onward.errors import ParameterError
from onward.extraction.candidates import Draft
from onward.extraction.facts import Fact, Reading
from onward.extraction.llm import facts_of_model
from onward.extraction.normal import fold
from onward.extraction.parse import Parts, take_apart
from onward.extraction.places import HasTables, crisis_gazetteer
from onward.extraction.resolve import date_of, to_place
from onward.extraction.speakers import hide_names, modality, without_age
from onward.extraction.text import MOST_BYTES, html_date, html_text, is_html

Model = Callable[[str, Mapping[str, Any]], Any]


def extract_facts(
    text: str,
    date: dt.date | str | None = None,
    *,
    crisis: HasTables | None = None,
    llm: Model | None = None,
    nlp: Callable[[str], Any] | None = None,
    source: str = "",
) -> Reading:
    """Extract facts from a report, for a person to review.

    Parameters
    ----------
    text
        Plain text, or HTML, whose menus, headers and footers are left out. More than 50 MB is refused.
    date
        The report's day; without it relative dates ("on Tuesday", "3 March") stay open.
    crisis
        Its places come first among the candidates of a name.
    llm
        A function (prompt, JSON Schema) -> JSON, asked once a piece of about 12,000 characters. It gives
        quotes and labels only: offsets, numbers, dates and places are computed here.
    nlp
        A spaCy pipeline; its places and persons are used where the gazetteer does not say otherwise.
    source
        A name for the report, such as its file.

    Returns
    -------
    Reading
        The facts, each with its quote, offsets, places and date, and what was dropped and why.

    Raises
    ------
    ParameterError
        For a text that is too long.

    Examples
    --------
    >>> fact = extract_facts("The UN said about 4,000 people fled Marea for Azaz on 5 May 2016.").facts[0]
    >>> fact.indicator, fact.low, fact.high, fact.attribution, fact.date
    ('newly_displaced', 3600.0, 4400.0, 'The UN', '2016-05-05')
    >>> [(p.name, p.role) for p in fact.places]
    [('Marea', 'from'), ('Azaz', 'to')]
    """
    if len(text) > MOST_BYTES:
        raise ParameterError(
            f"{source or 'text'}: {len(text) / 1e6:.0f} million characters is not a report. "
            "Cut it into reports of at most 50 MB."
        )
    day = report_day(date)
    if is_html(text):
        day = day or html_date(text)
        text = html_text(text)
    parts = take_apart(text, day, crisis_gazetteer(crisis), nlp, _actors(crisis))
    facts = [_fact(parts, d) for d in parts.drafts]
    dropped: Mapping[str, int] = {}
    if llm is not None:
        more, dropped = facts_of_model(llm, parts)
        facts = _merged(more, facts)
    return Reading(text, _numbered(_once(facts)), day, source, dropped, parts.tables)


def _actors(crisis: HasTables | None) -> frozenset[str]:
    """Return the short and long names of the crisis's parties."""
    if crisis is None:
        return frozenset()
    rows = crisis.table("actors").iter_rows(named=True)
    return frozenset(str(name) for row in rows for name in (row.get("actor"), row.get("name")) if name)


#: the name of `extract_facts` before 0.2
read_report = extract_facts


def report_day(date: dt.date | str | None) -> dt.date | None:
    """Return the report's day from a date or ISO text.

    >>> report_day("2016-02-13")
    datetime.date(2016, 2, 13)
    """
    if date is None or isinstance(date, dt.date):
        return date
    try:
        return dt.date.fromisoformat(date)
    except ValueError:
        raise ParameterError(f"date: {date!r} is not a day. Write it as YYYY-MM-DD, for example 2016-02-13.") from None


def _fact(parts: Parts, draft: Draft) -> Fact:
    scene = parts.scene
    start, end = scene.flat.back(draft.start), scene.flat.back(draft.end)
    when = date_of(scene, draft)
    speaker = next((a for a in parts.speakers.get(draft.sentence, ()) if a.start <= draft.start < a.end), None)
    witness = bool(speaker and speaker.witness)
    who = draft.who or (_holder(scene.text[draft.start : draft.end]) if draft.indicator == "taken" else None)
    return Fact(
        id=f"@{scene.flat.back(draft.anchor)}",
        start=start,
        end=end,
        quote=hide_names(parts.report[start:end], parts.names),
        kind=draft.kind,
        indicator=draft.indicator,
        value=draft.value,
        low=draft.low,
        high=draft.high,
        unit=draft.unit,
        who=hide_names(who, parts.names) if who else None,
        places=tuple(to_place(scene, tied) for tied in draft.places or ()),
        date=when.iso() if when else _in_force(draft, parts.day),
        date_text=when.text if when else None,
        attribution=without_age(hide_names(speaker.who, parts.names)) if speaker else "author",
        modality=_modality(parts, draft, witness),
        confidence=draft.confidence,
        household_size=parts.household_size if draft.unit == "households" else None,
        same_as=f"#{draft.pair}" if draft.pair is not None else None,
        part_of=f"@{scene.flat.back(draft.whole)}" if draft.whole is not None else None,
    )


_TAKER = re.compile(
    r"\W*(?:[Tt]he )?(?P<active>[A-Z][\w'-]+(?: (?:of |the )*[\w'-]+){0,5}?)(?: (?:forces|fighters|troops))?"
    r" (?:(?:have|has|had|also|then|reportedly) )*(?:captured|seized|retook|recaptured|overran|regained|took|entered"
    r"|gained)\b"
    r"|.*\b(?:by|to) (?:the )?(?P<passive>[A-Z][\w'-]+(?: (?:of |the )*[A-Z][\w'-]+){0,5})"
)


def _holder(words: str) -> str | None:
    """Return who took a place, by the words of the fact.

    >>> _holder("GoS forces captured Saraq city"), _holder("was captured by the Coalition of the North")
    ('GoS', 'Coalition of the North')
    """
    match = _TAKER.match(words)
    return (match.group("active") or match.group("passive")) if match else None


def _in_force(draft: Draft, day: dt.date | None) -> str | None:
    """Return the days of an undated closure or opening of a border: from the report's day on."""
    return f"{day.isoformat()}/.." if draft.kind == "border" and day is not None else None


_PREVENTED = re.compile(r"\b(?:prevent|block|halt|hamper|obstruct|hinder|stopp|suspend)(?:s|ed|ing)?\b")


#: what people may come to suffer is not said of their number; that they may flee is
_ASIDE = re.compile(
    r"\b(?:that|which|who) (?:could|may|might|will|would)\b"
    r"(?! (?:also |be |now )*(?:flee|displaced|return|cross|arrive|leave|move|seek))"
)


def _modality(parts: Parts, draft: Draft, witness: bool) -> Any:
    text, line = parts.scene.text, parts.scene.sentences[draft.sentence]
    words = text[draft.start : draft.end]
    aside = _ASIDE.search(words)
    clause = words[: aside.start()] if aside else words
    if draft.unit is not None:
        clause = clause[:80]  # what a long clause goes on to say is not said of its figure
    before = text[line.start : draft.start]
    stop = max((before.rfind(mark) for mark in (". ", "; ", " - ", ") ", '" ', ", and ", ", but ")), default=-1)
    if draft.kind == "border" and draft.modality is not None:
        return draft.modality  # who says that nobody will be admitted has closed the border
    said = modality(clause, before[stop + 1 :], witness)
    if draft.kind == "attack" and said == "denied" and re.search(r"(?:\bnot|n't|\bnever) (?:stop|ceas|end)", clause):
        return "witness" if witness else "asserted"
    if draft.kind == "aid" and _PREVENTED.search(before[-60:]):
        return "denied"
    if draft.modality is not None and said in ("asserted", "witness", "estimated"):
        return draft.modality
    return said


def _once(facts: Sequence[Fact]) -> list[Fact]:
    """Tell a repeated figure once: later mentions go to the first."""
    kept: list[Fact] = []
    told: dict[tuple[str, str | None, float | None], list[int]] = {}
    for fact in facts:
        same = told.setdefault((fact.kind, fact.unit, fact.value), [])
        first = next((i for i in same[:50] if _repeats(kept[i], fact)), None)
        if first is None:
            same.append(len(kept))
            kept.append(fact)
        else:
            kept[first] = _with_mention(kept[first], fact)
    return kept


def _repeats(first: Fact, again: Fact) -> bool:
    if first.value is None or first.value < 10:
        return False
    if (first.indicator != again.indicator and first.kind != "displacement") or first.asserted != again.asserted:
        return False
    named = [{fold(p.name) for p in f.places if p.found == "text"} for f in (first, again)]
    return not all(named) or bool(named[0] & named[1]) or any(a in b or b in a for a in named[0] for b in named[1])


def _with_mention(first: Fact, again: Fact) -> Fact:
    places = first.places if any(p.found == "text" for p in first.places) else again.places or first.places
    return replace(
        first,
        id=first.id + again.id,
        part_of=first.part_of or again.part_of,
        mentions=(*first.mentions, (again.start, again.end)),
        places=places,
        date=first.date or again.date,
        date_text=first.date_text or again.date_text,
        attribution=again.attribution if first.attribution == "author" else first.attribution,
    )


def _merged(model: Sequence[Fact], rules: Sequence[Fact]) -> list[Fact]:
    """Fill gaps in the model's facts from the same facts of the rules; add those that only the rules found."""
    same = [(next((r for r in rules if _alike(r, m)), None), m) for m in model]
    filled = [m if rule is None else _filled(m, rule) for rule, m in same]
    new = [f for f in rules if not any(_alike(f, m) for m in model)]
    return sorted([*filled, *new], key=lambda f: (f.start, f.end))


def _filled(fact: Fact, rule: Fact) -> Fact:
    """Fill a model's fact from the rules' fact of the same figure, which knows layout, totals and text around it."""
    return replace(
        fact,
        id=rule.id,
        unit=rule.unit if rule.unit in ("percent", "people_per_day") else fact.unit,
        places=fact.places or rule.places,
        date=fact.date or rule.date,
        date_text=fact.date_text or rule.date_text,
        attribution=rule.attribution if fact.attribution == "author" else fact.attribution,
        household_size=rule.household_size,
        part_of=fact.part_of or rule.part_of,
        same_as=rule.same_as,
    )


def _alike(a: Fact, b: Fact) -> bool:
    overlap = min(a.end, b.end) - max(a.start, b.start)
    union = max(a.end, b.end) - min(a.start, b.start)
    one_figure = a.value is not None and a.value == b.value and overlap > 0
    return a.kind == b.kind and (one_figure or (overlap >= 0.5 * union and a.value == b.value))


def _numbered(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Give ids in the order of the text; point a second unit of a count to its partner, a part to its whole."""
    done: list[Fact] = []
    spots = {f"@{at}": f"f{i}" for i, fact in enumerate(facts, 1) if fact.unit for at in fact.id.split("@")[1:]}
    for number, fact in enumerate(facts, 1):
        whole = spots.get(fact.part_of or "")
        fact = replace(fact, id=f"f{number}", part_of=whole if whole != f"f{number}" else None)
        if fact.same_as is not None:
            near = [f for f in done[-3:] if f.kind == fact.kind and f.unit != fact.unit]
            fact = replace(fact, same_as=near[-1].id if near else None)
        done.append(fact)
    return tuple(done)


__all__ = ["Model", "extract_facts", "report_day"]
