"""Random draws keyed by what an input is, not by its position in a table.

Every uncertain input has a key: a hash of what identifies it (the place, the event, the rule). Its random number is a
hash of the member's word and that key, so adding, removing or reordering other inputs does not change it. The hash is
SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), whose output passes the usual tests of random numbers.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from onward.typing import Floats

Keys = NDArray[np.uint64]

_GOLDEN, _FIRST, _SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def key_of(content: object) -> int:
    """Return the key of an input, 64 bits; equal contents have equal keys on every machine.

    Examples
    --------
    >>> key_of(("quota", "bab_al_hawa", 500.0)) == key_of(("quota", "bab_al_hawa", 500.0))
    True
    """
    return int.from_bytes(hashlib.blake2b(repr(content).encode(), digest_size=8).digest(), "little")


def keys_of(contents: Iterable[Hashable]) -> Keys:
    """Return the keys of inputs, shape (inputs,); repeated inputs get different keys."""
    met: Counter[Hashable] = Counter()
    keys = []
    for content in contents:
        keys.append(key_of((content, met[content]) if met[content] else content))
        met[content] += 1
    return np.array(keys, dtype=np.uint64)


def mixed(keys: Keys, others: Keys) -> Keys:
    """Return keys of pairs; the shapes broadcast."""
    with np.errstate(over="ignore"):
        return _scrambled(_scrambled(keys) ^ others)


def _scrambled(word: Keys) -> Keys:
    word = word + _GOLDEN
    word = (word ^ (word >> np.uint64(30))) * _FIRST
    word = (word ^ (word >> np.uint64(27))) * _SECOND
    return np.asarray(word ^ (word >> np.uint64(31)), dtype=np.uint64)


@dataclass(frozen=True)
class Draws:
    """One member's draws of one kind of input, determined by ``word``, 64 random bits."""

    word: int

    def uniform(self, keys: Keys) -> Floats:
        """Return a number in (0, 1) for each key, of the same shape."""
        bits = mixed(keys, np.array(self.word, dtype=np.uint64)) >> np.uint64(11)
        return np.asarray((bits.astype(np.float64) + 0.5) * 2.0**-53)

    def normal(self, keys: Keys) -> Floats:
        """Return a standard normal score for each key, of the same shape."""
        return np.asarray(ndtri(self.uniform(keys)))

    def scores(self, keys: Keys, common: float) -> Floats:
        """Return standard normal scores with a share ``common`` of the variance common to all keys."""
        shared = self.normal(np.array([key_of("common to all")], dtype=np.uint64))[0]
        return np.asarray(np.sqrt(common) * shared + np.sqrt(1.0 - common) * self.normal(keys))
