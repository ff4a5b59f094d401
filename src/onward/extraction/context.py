"""The last resort for a count of people whose own words say nothing of flight: the words around it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onward.extraction.candidates import Draft
from onward.extraction.meaning import indicator_of
from onward.extraction.normal import Sentence
from onward.extraction.numbers import Quantity
from onward.extraction.parts import Sense

_OTHER_SUBJECT = re.compile(
    r"\b(?:affected|in need|needs?|needed|needing|trapped|without|lack\w*|abducted|kidnapped|arrested|detain\w+|missing"
    r"|target\w*|train\w+|vaccinat\w+|screen\w+|consult\w+|treat\w+|enrol\w+|fund\w+|requir\w+|benefi\w+|reach\w*"
    r"|assist\w*"
    r"|support\w*|provid\w+|receiv\w+|deliver\w+|distribut\w+|interview\w*|survey\w*|assess\w*|employ\w*"
    r"|malnourish\w+|malnutrition"
    r"|cholera|malaria|measles|diarrh\w+|suspected|cases?|patients?|pregnan\w+|inhabit\w+|population|residents?|access"
    r"|at risk|risk\w*|vulnerab\w+|food insecur\w+|hunger|famine|expos\w+|plan\w*|aims?|expect\w*|could|would|may|might"
    r"|will|gathered|attend\w*|particip\w+|protest\w*|voted?|hired|volunteers?|staff|workers?|soldiers?|fighters?"
    r"|troops"
    r"|live in|rescued|pupils?|students?|teachers?|farmers?|besieged|under siege|serv\w+|connect\w+|lost|suffer\w*)\b",
    re.IGNORECASE,
)
"""Words of what else people are counted for; with one of these in the clause the count is left alone."""
_FLIGHT = re.compile(
    r"\b(?:displac\w+|IDPs?|refugees?|asylum|flee\w*|fled|uprooted|returnees?|evacu\w+|camps?|shelters?|sites?"
    r"|settlements?"
    r"|collective cent\w+|transit|host (?:famil|communit)\w+)\b",
    re.IGNORECASE,
)
_NEAR = 2
"""Sentences back in which a figure of people in flight gives its sense to a count without one (own choice)."""


def told_sense(
    text: str, sentence: Sentence, number: int, quantity: Quantity, end: int, told: Sequence[Draft]
) -> Sense | None:
    """Return what a count of people or families means by the text around it, if nothing there says otherwise.

    Examples
    --------
    >>> t = "Last month 40 families slept in our school."
    >>> told = [Draft(0, 0, "displacement", "sheltered", 0, 90.0, unit="people")]
    >>> told_sense(t, Sentence(0, 43, 1), 1, Quantity(11, 13, 11, 40.0, 40.0, 40.0), 22, told).indicator
    'sheltered'
    """
    clause = text[max(sentence.start, quantity.start - 120) : min(sentence.end, end + 120)]
    changed_by = text[: quantity.start].endswith(" by ")
    if end == quantity.end or quantity.size < 2 or changed_by or _OTHER_SUBJECT.search(clause):
        return None
    near = [d for d in told if d.kind == "displacement" and number - d.sentence <= _NEAR and d.indicator != "capacity"]
    own = indicator_of(clause) if _FLIGHT.search(clause) else None
    indicator = own or (near[-1].indicator if near else None)
    if indicator is None or indicator in ("aided", "capacity", "destroyed", "damaged", "killed", "injured"):
        return None
    return Sense(indicator, quantity.start, end, 0.4)
