"""An optional spaCy pipeline (extra `nlp`): more places, and more personal names to hide.

The gazetteer overrules the pipeline's labels: small English models call Homs, Al-Bab and Marea persons.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from onward.extraction.mention import Mention
from onward.extraction.mentions import role_at
from onward.extraction.places import Gazetteer
from onward.extraction.speakers import is_private

_PLACES = frozenset({"GPE", "LOC", "FAC"})
MOST_CHARACTERS = 900_000  # spaCy's own limit is a million


def load_pipeline(name: str = "en_core_web_sm") -> Callable[[str], Any]:
    """Return a spaCy pipeline by name, for the `nlp` argument of extract_facts.

    Examples
    --------
    >>> nlp = load_pipeline()                                   # doctest: +SKIP
    >>> extract_facts("They left Tal Marzuq.", nlp=nlp)           # doctest: +SKIP
    """
    from onward.errors import ParameterError
    from onward.extras import install_command

    try:
        import spacy

        pipeline: Callable[[str], Any] = spacy.load(name)
    except (ImportError, OSError) as error:
        step = f"Install it with: {install_command('nlp')}, and a model with: python -m spacy download {name}."
        raise ParameterError(f"nlp: the spaCy pipeline {name!r} cannot be loaded ({error}). {step}") from None
    return pipeline


def with_pipeline(
    nlp: Callable[[str], Any], text: str, mentions: Sequence[Mention], places: Gazetteer
) -> tuple[list[Mention], frozenset[str]]:
    """Return the mentions with those of the pipeline added, and the persons it names that are no places."""
    found, persons = list(mentions), set()
    for start in range(0, len(text), MOST_CHARACTERS):
        for entity in nlp(text[start : start + MOST_CHARACTERS]).ents:
            a, b = start + int(entity.start_char), start + int(entity.end_char)
            known = places.knows(entity.text)
            if entity.label_ == "PERSON" and not known and " " in entity.text.strip():
                persons.add(entity.text)
            elif (entity.label_ in _PLACES or (known and entity.label_ == "PERSON")) and _free(found, a, b):
                found.append(_mention(text, a, b, places))
    found.sort(key=lambda m: m.start)
    return found, _private(text, persons)


def _free(mentions: Sequence[Mention], start: int, end: int) -> bool:
    return not any(m.start < end and start < m.end for m in mentions)


def _mention(text: str, start: int, end: int, places: Gazetteer) -> Mention:
    while start < end and text[start : start + 4].lower() == "the ":
        start += 4
    name = " ".join(text[start:end].split())
    mention = Mention(start, end, name, name, None, places.candidates(name), "pipeline")
    return replace(mention, role=role_at(text, max(0, start - 90), mention))


def _private(text: str, persons: set[str]) -> frozenset[str]:
    """Return the persons beside whom a trade, a family role or an age stands, and no office.

    A pipeline cannot tell a head of state from a shopkeeper; a bare name alone is left standing.
    """
    return frozenset(p for p in persons if is_private(text, p))
