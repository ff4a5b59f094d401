"""Map a publisher's names of armed parties to the actors of a crisis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process, utils

from onward.crisis.crisis import Crisis
from onward.crisis.messages import did_you_mean, quoted
from onward.errors import ParameterError
from onward.sources.addition import Addition, short_name

#: likeness in percent from which a name is taken for an actor's (own choice)
LIKE = 90.0


@dataclass
class Actors:
    """The actors of a crisis, asked for by names as a publisher writes them.

    Parameters
    ----------
    names
        Names for people by actor.
    given
        The user's own table: a name or whole words of it, in lower case, and the actor meant; the longest words win.
    """

    names: dict[str, str]
    given: dict[str, str] = field(default_factory=dict)
    added: dict[str, dict[str, Any]] = field(default_factory=dict)
    _met: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """Return the actor of a name; a name that none is like becomes an actor and side of its own."""
        if name not in self._met:
            self._met[name] = self._find(name)
        return self._met[name]

    def shares(self, attackers: Iterable[tuple[str, str, float]]) -> dict[tuple[str, str], float]:
        """Add up the shares of a record's attacks by actor and kind, from names, kinds and shares; the sum stays."""
        found: dict[tuple[str, str], float] = {}
        for name, kind, share in attackers:
            key = self.of(name), kind
            found[key] = found.get(key, 0.0) + share
        return found

    def _find(self, name: str) -> str:
        low = name.lower()
        if low in self.given:
            return self.given[low]
        parts = [words for words in self.given if re.search(rf"\b{re.escape(words)}\b", low)]
        if parts:
            return self.given[max(parts, key=len)]
        near = process.extractOne(
            name, self.names, scorer=fuzz.token_sort_ratio, processor=utils.default_process, score_cutoff=LIKE
        )
        if near:
            return str(near[2])
        word = base = short_name(name)[:40]
        n = 1
        while word in self.names:
            n += 1
            word = f"{base}_{n}"
        self.names[word] = name
        self.added[word] = {"actor": word, "side": word, "name": name}
        return word


def actors_of(crisis: Crisis, given: Mapping[str, str]) -> Actors:
    """Return the actors of a crisis, with the user's own table of names; it may name only actors that there are."""
    names = {row["actor"]: row["name"] or row["actor"] for row in crisis.table("actors").iter_rows(named=True)}
    for words, actor in given.items():
        if actor not in names:
            step = did_you_mean(actor, names, f"Add it to actors.csv, which has {', '.join(names) or 'none'}.")
            raise ParameterError(f"--actor {words}={actor}: {quoted(actor)} is not an actor of this crisis. {step}")
    return Actors(dict(names), {words.lower(): actor for words, actor in given.items()})


def add_attackers(found: Addition, known: Actors, crisis: Crisis) -> None:
    """Add new actors, and rows of fears.csv for attackers that the table does not name yet: every group fears them.

    A pair that fears.csv leaves out is not feared, so without these rows nobody would flee from such an attacker. A
    crisis without the table needs none: there everybody fears every attacker.
    """
    for row in known.added.values():
        found.add("actors", row)
    if known.added:
        found.taken.append(f"{len(known.added)} new actors: {', '.join(known.added)}")
    fears = crisis.table("fears")
    if fears.is_empty():
        return
    new = sorted({row["actor"] for row in found.tables.get("events", [])} - set(fears["actor"]))
    for actor in new:
        for group in fears["group"].unique(maintain_order=True):
            found.add("fears", {"group": group, "actor": actor, "weight": 1.0})
    if new:
        found.taken.append(f"fears.csv: weight 1 of every group for {', '.join(new)} (a guess; correct it)")
