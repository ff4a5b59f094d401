"""The values of numerals, number words, fractions in words, and vague words."""

from __future__ import annotations

import math
import re

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
ONES = {word: number for number, word in enumerate(_ONES.split())}
TENS = {
    w: 10 * i for i, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
SCALES = {
    **{"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "dozen": 12},
    **{"lakh": 10**5, "lakhs": 10**5, "crore": 10**7, "crores": 10**7},
    **{"k": 1_000, "m": 10**6, "mn": 10**6, "bn": 10**9},
}
PLURALS = {
    **{"tens": 10, "dozens": 12, "scores": 20, "hundreds": 100, "thousands": 1_000, "millions": 10**6},
    **{"lakhs": 10**5, "crores": 10**7},
}
SHARES = {
    **{"half": 50.0, "a third": 100 / 3, "one third": 100 / 3, "two thirds": 200 / 3, "two-thirds": 200 / 3},
    **{"one-third": 100 / 3, "a quarter": 25.0, "one quarter": 25.0, "three quarters": 75.0, "three-quarters": 75.0},
    **{"a fifth": 20.0, "one fifth": 20.0, "two fifths": 40.0, "three fifths": 60.0, "four fifths": 80.0},
}


def numeral(words: str) -> float:
    """Return the value of a number in digits, with or without scale words.

    >>> numeral("14 000"), numeral("2.5 million"), numeral("4 lakh"), numeral("12k")
    (14000.0, 2500000.0, 400000.0, 12000.0)
    """
    digits = re.match(r"[\d., ]*\d", words)
    if not digits:
        return 0.0
    plain = digits.group().replace(",", "").replace(" ", "")
    if plain.count(".") > 1:
        plain = plain.replace(".", "")
    factor = math.prod(SCALES.get(w, 1) for w in re.findall(r"[a-z]+", words[digits.end() :]))
    return float(round(float(plain) * factor, 4))


def spelled(words: str) -> float:
    """Return the value of a number in words.

    >>> spelled("nine hundred and twenty-one"), spelled("half a million"), spelled("two thousand")
    (921.0, 500000.0, 2000.0)
    """
    if words.startswith("half a "):
        return SCALES[words.split()[-1]] / 2
    if words.startswith("a quarter"):
        return 250_000.0
    total = current = 0
    for word in re.findall(r"[a-z]+", words):
        if word in ("a", "an"):
            current = 1
        elif word in ONES or word in TENS:
            current += ONES.get(word, TENS.get(word, 0))
        elif word in ("hundred", "dozen"):
            current = max(current, 1) * SCALES[word]
        elif word in SCALES:
            total, current = total + max(current, 1) * SCALES[word], 0
    return float(total + current)


def share(words: str) -> float:
    """Return the percentage that a fraction in words stands for.

    >>> share("one in five"), share("three quarters"), share("3 out of 4")
    (20.0, 75.0, 75.0)
    """
    if words in SHARES:
        return SHARES[words]
    part, whole = re.split(r"(?: [a-z]+)? (?:in|out of)(?: every)? ", words)
    value, base = (float(w) if w.isdigit() else spelled(w) for w in (part, whole))
    return 100.0 * value / base if base >= value > 0 else 0.0


def vague_bounds(words: str) -> tuple[float, float]:
    """Return the interval that words without a figure allow.

    >>> vague_bounds("several thousand"), vague_bounds("hundreds of thousands"), vague_bounds("dozens")
    ((2000.0, 9999.0), (200000.0, 999999.0), (24.0, 99.0))
    """
    parts = re.findall(r"[a-z]+", words)
    if parts[0] in PLURALS:
        unit = math.prod(PLURALS.get(p, 1) for p in parts)
        if parts[0] in ("dozens", "scores") and len(parts) == 1:
            return 2.0 * unit, 99.0
        return 2.0 * unit, 10.0 * unit - 1
    unit = math.prod(SCALES.get(p, 1) for p in parts)
    return 2.0 * unit, 3.0 * unit - 1 if "couple" in parts else 10.0 * unit - 1
