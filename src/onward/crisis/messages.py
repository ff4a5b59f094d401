"""Parts of error messages: quoted values and "did you mean" suggestions."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

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


def closest(word: str, options: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """Return the option most similar to `word`, ignoring case, or None if none reaches `likeness` (0 to 1).

    Examples
    --------
    >>> closest("Maree", ["azaz", "marea"])
    'marea'
    """
    folded = {option.casefold(): option for option in options}
    near = difflib.get_close_matches(word[:LONGEST_QUOTE].casefold(), folded, n=1, cutoff=likeness)
    return folded[near[0]] if near else None


def did_you_mean(word: str, options: Iterable[str], otherwise: str = "") -> str:
    """Return the question "Did you mean ...?" if an option is similar, else the advice in `otherwise`.

    Examples
    --------
    >>> did_you_mean("titel", ["name", "title"])
    "Did you mean 'title'?"
    """
    near = closest(word, options)
    return f"Did you mean {quoted(near)}?" if near is not None else otherwise
