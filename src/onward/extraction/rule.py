"""A rule of the grammar: a pattern of words and the fact that it makes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from onward.extraction.facts import Modality


@dataclass(frozen=True)
class Rule:
    """A pattern of words and the fact it makes.

    `whole` says that the fact's span is the clause around the pattern, else the matched words; `modality` is what the
    words say by themselves ("about to fall" is a forecast).
    """

    kind: str
    indicator: str
    pattern: re.Pattern[str]
    whole: bool = True
    modality: Modality | None = None
    confidence: float = 0.7


def rule(
    kind: str,
    indicator: str,
    pattern: str,
    *,
    whole: bool = True,
    modality: Modality | None = None,
    sure: float = 0.7,
) -> Rule:
    """Compile a rule.

    >>> rule("border", "closed", r"closed its borders?").pattern.pattern
    'closed its borders?'
    """
    return Rule(kind, indicator, re.compile(pattern), whole, modality, sure)
