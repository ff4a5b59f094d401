"""A publisher's names of armed parties as the actors of a crisis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process, utils

from onward.crisis.crisis import Crisis
from onward.crisis.messages import did_you_mean, quoted
from onward.errors import ParameterError
from onward.sources.addition import short_name

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
        The user's own table: name or pattern of a publisher, in lower case, and the actor meant.
    """

    names: dict[str, str]
    given: dict[str, str] = field(default_factory=dict)
    added: dict[str, dict[str, Any]] = field(default_factory=dict)
    _met: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """The actor of a name; a name that none is like becomes an actor and side of its own."""
        if name not in self._met:
            self._met[name] = self._find(name)
        return self._met[name]

    def _find(self, name: str) -> str:
        low = name.lower()
        if low in self.given:
            return self.given[low]
        part = next((actor for words, actor in self.given.items() if words in low), None)
        if part is not None:
            return part
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
    """The actors of a crisis, with the user's own table of names; it may name only actors that there are."""
    names = {row["actor"]: row["name"] or row["actor"] for row in crisis.table("actors").iter_rows(named=True)}
    for words, actor in given.items():
        if actor not in names:
            step = did_you_mean(actor, names, f"Add it to actors.csv, which has {', '.join(names) or 'none'}.")
            raise ParameterError(f"--actor {words}={actor}: {quoted(actor)} is not an actor of this crisis. {step}")
    return Actors(dict(names), {words.lower(): actor for words, actor in given.items()})
