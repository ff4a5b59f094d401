"""Parts of error messages: quoted values and "did you mean" suggestions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

LONGEST_QUOTE = 60
"""Characters of a found value that a message shows (own choice: it fits on a line)."""


def quoted(value: object) -> str:
    """Quote a value for a message, on one line and shortened if long.

    Examples
    --------
    >>> quoted("n/a")
    "'n/a'"
    """
    text = repr(value) if isinstance(value, str) else repr(str(value))
    return text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 4]}...{text[0]}"


def closest(word: str, options: Iterable[str] | Mapping[str, Any], *, likeness: float = 0.6) -> str | None:
    """Return the option most similar to `word`, or None if none reaches `likeness` (0 to 1).

    Case and the order of words do not count. Of a mapping, keys and values that are text are compared, such as short
    names of places and their names for people, and the key is returned.

    Examples
    --------
    >>> closest("Maree", ["azaz", "marea"]), closest("bordr-open", ["no-war", "open-border"])
    ('marea', 'open-border')
    >>> closest("Bab al Salama", {"bas": "Bab al-Salama"})
    'bas'
    """
    found = (_near(form(word[:LONGEST_QUOTE]), _forms(options, form), likeness) for form in (str.casefold, _in_order))
    best = max(found, key=lambda near: near[0])
    return best[1] if best[0] else None


def did_you_mean(word: str, options: Iterable[str] | Mapping[str, Any], otherwise: str = "") -> str:
    """Return the question "Did you mean ...?" if an option is similar (see `closest`), else the advice in `otherwise`.

    Examples
    --------
    >>> did_you_mean("titel", ["name", "title"])
    "Did you mean 'title'?"
    """
    near = closest(word, options)
    return f"Did you mean {quoted(near)}?" if near is not None else otherwise


def _in_order(words: str) -> str:
    """Return words in alphabetical order, whatever parts them."""
    return " ".join(sorted(re.findall(r"\w+", words.casefold().replace("_", " "))))


def _forms(options: Iterable[str] | Mapping[str, Any], form: Callable[[str], str]) -> dict[str, str]:
    """Return each option by the form in which it is compared."""
    pairs = options.items() if isinstance(options, Mapping) else ()
    others = {form(value): key for key, value in pairs if isinstance(value, str)}
    return others | {form(option): option for option in options}


def _near(word: str, forms: Mapping[str, str], likeness: float) -> tuple[float, str]:
    """Return the likeness of the closest form and its option; 0 where none is close."""
    near = difflib.get_close_matches(word, forms, n=1, cutoff=likeness)
    return (difflib.SequenceMatcher(None, near[0], word).ratio(), forms[near[0]]) if near else (0.0, "")
