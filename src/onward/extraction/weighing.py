"""Candidates of place names, weighed by the countries that the text speaks of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from onward.extraction.facts import Candidate
from onward.extraction.mention import Mention
from onward.extraction.places import Gazetteer

_OF_TITLE = 4.0
"""What a country in the title counts, against one elsewhere in the text (own assumption)."""


def weighed(found: list[Mention], places: Gazetteer, title: int) -> list[Mention]:
    """Give each mention its candidates, weighing countries by the names that can mean only one.

    Names in the title (up to `title`) and the countries of a crisis weigh more.
    """
    bare = {m.bare: places.candidates(m.bare) for m in found if m.kind != "unknown"}
    speaks: Counter[str] = Counter()
    for candidates in bare.values():
        speaks.update(_votes(candidates))
    for mention in found:
        if mention.end <= title and mention.kind != "unknown":
            speaks.update({c: _OF_TITLE * n for c, n in _votes(bare[mention.bare]).items()})
    speaks.update(dict.fromkeys(places.countries, _OF_TITLE))
    known = {}
    for name, unit in {(m.bare, m.unit) for m in found if m.kind != "unknown"}:
        candidates = bare[name]
        own = _votes(candidates)
        weights = {c: 1 + 5 * (n - own.get(c, 0.0)) for c, n in speaks.items()}
        known[name, unit] = places.candidates(name, weights, unit or None)
    return [replace(m, candidates=known.get((m.bare, m.unit), ())) for m in found]


def _votes(candidates: Sequence[Candidate]) -> dict[str, float]:
    """Return how much one name says that the text speaks of each country."""
    votes: dict[str, float] = {}
    for candidate in candidates:
        votes[candidate.country] = votes.get(candidate.country, 0.0) + candidate.score
    return votes
