"""What a text has to offer for its facts: sentences, and the places and dates of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, TypeVar

from onward.extraction.dates import When
from onward.extraction.facts import Role
from onward.extraction.mention import Mention
from onward.extraction.normal import Flat, Sentence

Tied = list[tuple[Mention, Role, str]]


@dataclass(frozen=True)
class Scene:
    """What the text has to offer: mentions and dates by sentence, in the working copy.

    `headings` are the places above each sentence, `seats` those that names of offices say, `country` is the one country
    that the text is about.
    """

    flat: Flat
    sentences: Sequence[Sentence]
    mentions: Mapping[int, Sequence[Mention]]
    dates: Mapping[int, Sequence[When]]
    headings: Mapping[int, tuple[tuple[Mention, ...], float]] = field(default_factory=dict)
    seats: Mapping[int, Sequence[Mention]] = field(default_factory=dict)
    country: Mention | None = None

    @property
    def text(self) -> str:
        """The working copy."""
        return self.flat.text

    @cached_property
    def starts(self) -> list[int]:
        """Where each sentence starts."""
        return [line.start for line in self.sentences]

    def run_in(self, number: int) -> Mention | None:
        """Return the place that is all a sentence says: a heading that runs into its paragraph ("Rimah. ...")."""
        named, line = self.mentions.get(number, ()), self.sentences[number]
        if len(named) != 1:
            return None
        words = self.text[line.start : line.end].strip(" .:-*#")
        return named[0] if words in (named[0].name, named[0].bare) else None


class HasStart(Protocol):
    """Anything with a place in the text."""

    @property
    def start(self) -> int:
        """Its first character."""


T = TypeVar("T", bound=HasStart)


def by_sentence(sentences: Sequence[Sentence], items: Sequence[T]) -> dict[int, list[T]]:
    """Return items (with a `start`) sorted under the number of their sentence."""
    found: dict[int, list[T]] = {}
    number = 0
    for item in sorted(items, key=lambda i: i.start):
        while number < len(sentences) - 1 and item.start >= sentences[number].end:
            number += 1
        found.setdefault(number, []).append(item)
    return found


LOOK_BACK = 3
"""Sentences of the same paragraph in which a fact without a place may find one (own choice)."""


def tied(mentions: Sequence[Mention], found: str = "text") -> Tied:
    """Return places with their roles; one without a role is where things are."""
    return [(m, m.role or "at", found) for m in mentions]


def country_before(scene: Scene, number: int, position: int) -> Mention | None:
    """Return the country named last before a position of a sentence."""
    for back in range(number, max(-1, number - LOOK_BACK - 1), -1):
        for mention in reversed(scene.mentions.get(back, ())):
            is_country = mention.kind == "country" or (
                mention.candidates[:1] and mention.candidates[0].kind == "country"
            )
            if mention.start < position and is_country:
                return mention
    return None
