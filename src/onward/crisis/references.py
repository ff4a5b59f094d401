"""Checks that every name refers to something: road ends, actors, gates, borders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import polars as pl

from onward.crisis.cells import ROW
from onward.crisis.crisis import EVERYWHERE
from onward.crisis.messages import closest, quoted
from onward.crisis.schema import REFERENCES, tables
from onward.errors import MOST_PRINTED, Problem

if TYPE_CHECKING:
    from onward.crisis.draft import Draft

ARTICLES = {"place": "a place", "area": "an area", "actor": "an actor", "group": "a group"}


@dataclass(frozen=True)
class Known:
    """The names something may have, each with its row, and other words that people use for them."""

    what: str
    file: str
    rows: Mapping[str, int]
    aliases: Mapping[str, str]

    def advice(self, word: str) -> str:
        """Return the name that was probably meant, with the row it stands in."""
        near = closest(word, [*self.aliases, *self.rows])
        if near is None:
            return f"Correct it or add it to {self.file}."
        name = near if near in self.rows else self.aliases[near]
        return f"Did you mean {quoted(name)} ({self.file}, row {self.rows[name]})?"


def check_references(draft: Draft) -> Iterator[Problem]:
    """Check that every cell of type place, area, actor or group holds a name that its table defines."""
    for kind, target in REFERENCES.items():
        if target in draft.unnamed():
            continue
        known = _areas(draft) if kind == "area" else _known(draft, target, kind, ARTICLES[kind])
        for table in tables().values():
            for column in table.columns:
                if column.type == kind:
                    yield from _unknown(draft, table.name, column.name, draft.frame(table.name), [known])


def check_closure_names(draft: Draft) -> Iterator[Problem]:
    """Check that the gates, countries, places and sides named in closures exist."""
    if draft.unnamed() & {"places", "routes", "actors"}:
        return
    closures = draft.frame("closures")
    places = _known(draft, "places", "place", "a place")
    countries = _known(draft, "places", "country", "a country of any place")
    gates = _known(draft, "routes", "gate", "the gate of any route")
    sides = _known(draft, "actors", "side", "the side of any actor")
    named = {"gate": gates, "border": countries, "route": places, "place": places, "line": sides}
    for kind, known in named.items():
        of_kind = closures.filter(pl.col("kind") == kind)
        yield from _unknown(draft, "closures", "name1", of_kind, [known])
        if kind in ("border", "route", "line"):
            yield from _unknown(draft, "closures", "name2", of_kind, [known])


def check_claim_names(draft: Draft) -> Iterator[Problem]:
    """Check that origins and destinations of claims are places, areas or gates that exist."""
    if draft.unnamed() & {"places", "areas", "routes"}:
        return
    known = [
        _known(draft, "places", "place", "a place"),
        _areas(draft),
        _known(draft, "routes", "gate", "a gate"),
    ]
    for column in ("origin", "destination"):
        yield from _unknown(draft, "claims", column, draft.frame("claims"), known)


def _areas(draft: Draft) -> Known:
    """Return the areas of areas.csv and the built-in ones: each country, and everywhere."""
    own, places = _known(draft, "areas", "area", "an area"), draft.frame("places")
    built_in = dict(zip(places["country"], places[ROW], strict=True)) if "places" not in draft.unnamed() else {}
    return replace(own, rows={**dict.fromkeys([EVERYWHERE, *built_in], 1), **own.rows})


def _known(draft: Draft, table: str, column: str, what: str) -> Known:
    frame = draft.frame(table).filter(pl.col(column).is_not_null()).unique(column, keep="first", maintain_order=True)
    rows = dict(zip(frame[column], frame[ROW], strict=True))
    name_column = "name" if column in ("place", "actor") else column
    aliases = {alias: name for alias, name in zip(frame[name_column], frame[column], strict=True) if alias}
    return Known(what, draft.file(table), rows, aliases)


def _unknown(draft: Draft, table: str, column: str, frame: pl.DataFrame, known: list[Known]) -> Iterator[Problem]:
    """Yield a problem for each cell with an unknown name; suggest only as many names as are printed."""
    if frame.is_empty():
        return
    names = [name for these in known for name in these.rows]
    wrong = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(names))
    what = " or ".join(these.what for these in known)
    guesses = {word: _guess(word, known) for word in islice(wrong[column].unique(maintain_order=True), MOST_PRINTED)}
    for row, word in wrong.select(ROW, column).iter_rows():
        yield Problem(draft.file(table), row, column, quoted(word), what, guesses.get(word, "Correct it."))


def _guess(word: str, known: list[Known]) -> str:
    advice = [these.advice(word) for these in known]
    return next((each for each in advice if each.startswith("Did you")), advice[0])
