"""Short names of tables as people write names."""

from __future__ import annotations

import re

#: parts of Arabic and other names that are written small
_SMALL = ("al", "el", "as", "ad", "an", "ar", "and", "of", "the", "in", "on", "de", "la")


def spoken_name(key: str) -> str:
    """Return a short name as a name; one that is written with capitals already is kept.

    >>> spoken_name("bab-al-salama"), spoken_name("al-bab-marea"), spoken_name("el_fasher"), spoken_name("TUR")
    ('Bab al-Salama', 'Al-Bab Marea', 'El Fasher', 'TUR')
    """
    if key != key.lower():
        return key
    words = " ".join(word if word in _SMALL else word.capitalize() for word in re.split(r"[-_ ]+", key))
    joined = re.sub(r"\b(al|as|ad|an|ar) (?=\w)", r"\1-", words)
    return joined[:1].upper() + joined[1:]
