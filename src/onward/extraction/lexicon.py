"""Word lists, stored as files in words/."""

from __future__ import annotations

from importlib.resources import files


def word_list(name: str) -> frozenset[str]:
    """Return the words of words/<name>.txt; lines that start with # are comments.

    >>> "displaced" in word_list("common")
    True
    """
    text = (files("onward.extraction") / "words" / f"{name}.txt").read_text("utf-8")
    return frozenset(w for line in text.splitlines() if not line.startswith("#") for w in line.split())
