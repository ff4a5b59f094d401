"""Place mentions in a report and their roles: from, to, at, via.

A capitalised run of words is a place when the gazetteer knows it (and it is no person, organisation, storm or
month), or when the words around it say so ("in ...", "... governorate"); the second kind has no candidates,
which is for a person to fill.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from onward.extraction import locative
from onward.extraction.areas import find_areas
from onward.extraction.facts import Role
from onward.extraction.lexicon import word_list
from onward.extraction.mention import Mention
from onward.extraction.normal import fold
from onward.extraction.places import Gazetteer, demonyms
from onward.extraction.weighing import weighed

_CAP = (
    r"(?:[A-Z\u00c0-\u00de][\w'\u2018\u2019\u00b4`\u02bf\u02be\ufffd]*|(?:[Aa]l|[Ee]l|[Aa]s|[Aa]r|[Aa]sh|[Aa]t"
    r"|[Aa]d|[Aa]n|[Aa]z)-[A-Z][\w']*|L'[A-Z]\w*)"
)
_LINK = (
    r"(?:(?: (?:al|el|as|ash|ar|an|ad|at|az|ez|es|de|del|la|las|los|du|da|do|of|ul|bin)(?:[ -]"
    r"| l[ao]s? )(?:al-)?|-(?:ez|es|al|el|i|e|de|la|en|du|sur|ul)-|[ -]))"
)
_RUN = re.compile(rf"(?<![\w@/]){_CAP}(?:{_LINK}{_CAP}){{0,6}}")
_WORD = re.compile(r"[\w'\u2018\u2019\u00b4`\ufffd]+")


_ORG = word_list("organisations")
_NOT_PLACES = word_list("not_places")


def find_mentions(
    text: str, places: Gazetteer, sentences: Sequence[tuple[int, int]], actors: frozenset[str] = frozenset()
) -> list[Mention]:
    """Return all places named in a text, with candidates weighed by the countries the text speaks of.

    `actors` are names that are no places; abbreviations that the text introduces in brackets are none either.

    >>> from onward.extraction.places import gazetteer
    >>> text = "They fled from northern Aleppo to Azaz."
    >>> [(m.name, m.role) for m in find_mentions(text, gazetteer(), [(0, len(text))])]
    [('northern Aleppo', 'from'), ('Azaz', 'to')]
    """
    found: list[Mention] = []
    for start, end in sentences:
        found += _in_sentence(text, start, end, places)
    actors |= _ACTORS | locative.introduced(text)
    held = [
        m
        for m in found
        if m.bare not in actors
        and not _PARTY.match(text, m.end)
        and not locative.is_where_someone_speaks(text, m.start, m.end)
    ]
    title = sentences[0][1] if sentences else 0
    return [m for m in weighed(held, places, title) if not locative.names_a_body(text, m.start)]


_ACTORS = word_list("actors")
_PARTY = re.compile(r"-(?:controlled|held|led|backed|affiliated|aligned|run)\b")


def _in_sentence(text: str, start: int, end: int, places: Gazetteer) -> list[Mention]:
    found: list[Mention] = []
    for run in _RUN.finditer(text, start, end):
        if locative.PEOPLE_TITLES.search(text[max(start, run.start() - 18) : run.start()]):
            continue
        found += _in_run(text, start, end, run, places, found)
    unnamed = [a for a in find_areas(text, start, end) if not any(m.start < a.end and a.start < m.end for m in found)]
    return _with_roles(text, start, sorted([*found, *unnamed], key=lambda m: m.start))


def _in_run(
    text: str, start: int, end: int, run: re.Match[str], places: Gazetteer, before: list[Mention]
) -> list[Mention]:
    words = [(m.start() + run.start(), m.end() + run.start()) for m in _WORD.finditer(run.group())]
    while (
        words
        and text[words[0][0] : words[min(1, len(words) - 1)][1]] not in demonyms()
        and _no_start(text, words, places)
    ):
        words = words[1:]
    while len(words) > 1 and text[words[-1][0] : words[-1][1]] in _OF_CAMPS:
        words = words[:-1]
    if not words or locative.PEOPLE_TITLES.search(text[max(start, words[0][0] - 18) : words[0][0]]):
        return []
    if _is_organisation(text, words):
        return []
    if nation := _national(text, words):
        return nation
    found: list[Mention] = []
    i = 0
    while i < len(words):
        size = _known(text, words, i, places)
        if not size:
            i += 1
            continue
        a, b = words[i][0], words[i + size - 1][1]
        longer = i == 0 and size < len(words) and _new_name(text, start, words, before, places)
        if not longer and _believable(text, start, a, b, i, len(words), places, [*before, *found]):
            found.append(_mention(text, start, a, b, "known"))
        i += size
    if not found and _new_name(text, start, words, before, places):
        found.append(_mention(text, start, words[0][0], words[-1][1], "unknown"))
    return found


_OF_CAMPS = frozenset({"IDP", "IDPs", "PoC", "POC", "Refugee"})
"""Words between the name of a camp and "camp"."""


def _is_organisation(text: str, words: list[tuple[int, int]]) -> bool:
    """Return whether a name is an organisation's: "Department of Health" is one, "Oruro Department" is a place."""
    names = [text[a:b] for a, b in words]
    if len(names) > 1 and re.fullmatch(locative.UNIT, names[-1], re.IGNORECASE):
        names.pop()
    return any(n in _ORG for n in names) and not locative.AFTER.match(text, words[-1][1])


def _new_name(text: str, start: int, words: list[tuple[int, int]], before: list[Mention], places: Gazetteer) -> bool:
    """Return whether a run that the gazetteer does not know as a whole is a place by the words around it."""
    a, b = words[0][0], words[-1][1]
    name = text[a:b].removesuffix("'s")
    if name in _NOT_PLACES or name in demonyms() or (name.isupper() and len(name) < 6) or "," in name:
        return False
    if any((text[x:y] in _NOT_PLACES and text[x - 4 : x] != "del ") or text[x:y] in demonyms() for x, y in words):
        return False
    if (
        a == start
        and len(words) == 1
        and re.match(r" (?:camps|areas|towns|villages|districts|regions)\b", text[b : b + 12])
    ):
        return False
    ended = re.match(r"\s*(?:[,.;)]|$|[a-z])", text[b : b + 20])
    if (
        ended
        and before
        and before[-1].role is None
        and _listed(text, a, before)
        and not locative.PERSON_VERB.match(text, b)
    ):
        return True
    if a == start and _SAW.match(text, b):
        return True
    left = text[max(start, a - 60) : a]
    if locative.FOR.search(left) and _in_known(text, b, places):
        return True
    located = locative.LOCATIVE.search(left)
    if located and located.group("in").lower().startswith("escap"):
        return False
    return _located(text, start, a, b)


_SAW = re.compile(
    r" (?:(?:has|have|had|also|alone) )?(?:saw|seen|witnessed|hosts|hosted) "
    r"(?:(?:about|around|some|over|nearly|almost|at least|an?|estimated|more|than|up|to) )*\d"
)
"""What a place does with a figure: "Rimah saw 40 families arrive"."""
_MORE_NAMES = re.compile(
    rf"(?:(?:,|,? and) {_CAP}(?:{_LINK}{_CAP}){{0,3}}){{0,4}}(?: in (?:the )?|, )(?P<known>{_CAP})"
)


def _in_known(text: str, end: int, places: Gazetteer) -> bool:
    """Return whether a name, or the list it begins, lies in a country or large area: "for Rimah and Talsa in Homs"."""
    match = _MORE_NAMES.match(text, end)
    best = places.candidates(match.group("known"))[:1] if match else ()
    return bool(best) and best[0].kind in ("country", "admin1")


def _no_start(text: str, words: list[tuple[int, int]], places: Gazetteer) -> bool:
    first = text[words[0][0] : words[0][1]]
    if first.islower() and first not in ("al", "el", "as", "ash", "ar", "an", "ad", "at", "az"):
        return True
    long = len(words) > 1 and places.knows(text[words[0][0] : words[1][1]])
    return first.removesuffix("'s") in _NOT_PLACES and not long


def _national(text: str, words: list[tuple[int, int]]) -> list[Mention]:
    """Find the country that an adjective names: "Turkish border" names Turkey; "Syrian refugees" come from Syria."""
    for i in range(len(words)):
        for size in (2, 1):
            if i + size > len(words):
                continue
            a, b = words[i][0], words[i + size - 1][1]
            country = demonyms().get(text[a:b])
            people = demonyms().get(text[a:b].removesuffix("s")) if text[a:b].endswith("ns") else None
            if people and i + size == len(words):
                return [Mention(a, b, people, people, "from", (), "country")]
            if not country:
                continue
            if i + size == len(words) and (match := locative.BORDER.match(text, b)):
                return [Mention(a, match.end(), country, country, "at", (), "country", True)]
            if i + size == len(words) and locative.NATIONALS.match(text, b):
                return [Mention(a, b, country, country, "from", (), "country")]
    return []


def _known(text: str, words: list[tuple[int, int]], i: int, places: Gazetteer) -> int:
    """Return how many words from the i-th on are one name of the gazetteer, the longest counting."""
    for size in range(min(places.longest, len(words) - i), 0, -1):
        name = text[words[i][0] : words[i + size - 1][1]]
        if size == 1 and (name in _NOT_PLACES or (len(name) < 3 and name not in ("UK", "US"))):
            return 0
        short = name.isupper() and len(name) < 6
        if short and name not in _SHORT_NAMES and not _is_country_name(name, places):
            return 0
        bare = name[:-2] if name.endswith("'s") else name
        if places.knows(bare) and bare not in demonyms():
            return size
    return 0


_SHORT_NAMES = frozenset({"UK", "US", "USA", "UAE", "DRC", "FATA", "CAR", "KRI"})


def _is_country_name(name: str, places: Gazetteer) -> bool:
    """Return whether capitals are a country's name ("CHAD") and no abbreviation."""
    return any(c.kind == "country" and fold(c.name) == fold(name) for c in places.candidates(name)[:1])


def _believable(
    text: str, start: int, a: int, b: int, index: int, count: int, places: Gazetteer, before: list[Mention]
) -> bool:
    """Return whether the name is meant as a place here: well known, in a locative phrase, or in a list of places."""
    if _located(text, start, a, b) or _listed(text, a, before):
        return True
    if count > 1 and index > 0 and not locative.AFTER.match(text, b):
        return False
    best = places.candidates(text[a:b].removesuffix("'s"))[0]
    if best.place is not None or best.kind == "country":
        return count == 1 or best.place is not None or " " in text[a:b]
    if count > 1 and " " not in text[a:b]:
        return False
    return best.kind in ("admin1", "area", "crossing", "camp") or (
        best.score > 0.6 and locative.SUBJECT.match(text, b) is not None
    )


def _located(text: str, start: int, a: int, b: int) -> bool:
    left = text[max(start, a - 60) : a]
    if match := locative.LOCATIVE.search(left):
        word = match.group("in").lower()
        if word not in ("of", "for", "like", "on", "between", "over", "took", "take", "left"):
            return True
        if word in ("of", "on", "between", "over") and re.search(
            r"(?:city|town|village|people|capital|bank|island|border|residents|population|centre|shore"
            r"|coast|side|districts?|most|parts?|rest|south|north|east|west|all|army|bombing|strikes?"
            r"|attacks?|shelling|siege|fall|blockade|offensive|advance|assault)\s+(?:of|on|between|over)\s[^.]*$",
            left.lower(),
        ):
            return True
    if _FIGURE_FOLLOWS.match(text, b) and not _A_LABEL.search(text[a:b]) and not text[a:b].isupper():
        return True
    if a - start <= 80 and locative.TITLED.search(text[start:a]):
        return True
    unit = locative.AFTER.match(text, b)
    return bool(
        (unit and unit.group("unit").lower() not in ("state", "states", "division", "area", "areas"))
        or (unit and locative.LOCATIVE.search(left))
    )


_FIGURE_FOLLOWS = re.compile(
    r"(?: (?:district|governorate|province|state|region|locality|camp|town|city))?"
    r" ?(?:\(|: ) ?(?:about |some |over |around |nearly )?(?!(?:19|20)\d\d\b(?!,))\d"
)
_A_LABEL = re.compile(
    r"\b(?:IDPs?|Refugees?|Returnees?|Households?|Families|Individuals|People|Persons|Deaths|Dead|Injured|Killed"
    r"|Affected"
    r"|Displaced|Arrivals|Total|Women|Men|Children|Girls|Boys|Capacity|Population|Site|Round|Figure|Table|Number"
    r"|Fatalities"
    r"|Houses|Homes|Shelters|Asylum|Female|Male|Update|Report|Phase|Evacuated|Destroyed|Damaged|Departures|Returns)\b",
    re.IGNORECASE,
)


def _listed(text: str, a: int, before: list[Mention]) -> bool:
    """Return whether only a comma or "and" stands between this name and a place before it."""
    if not before:
        return False
    gap = text[before[-1].end : a]
    return bool(
        re.fullmatch(
            rf"(?:(?: or| and|,|, and| \()\s*(?:{locative.ADJ})| (?:{locative.UNIT})?(?:,| and)\s+)",
            gap,
            re.IGNORECASE,
        )
    )


def _mention(text: str, start: int, a: int, b: int, kind: str) -> Mention:
    bare = text[a:b]
    if bare.endswith("'s"):
        b, bare = b - 2, bare[:-2]
    modifier = locative.MODIFIER.search(text[max(start, a - 16) : a])
    first = a - len(modifier.group()) if modifier else a
    after = locative.AFTER.match(text, b)
    unit = _UNIT_KIND.get(after.group("unit").lower(), "") if after else ""
    name = " ".join(text[first:b].split())
    return Mention(first, b, name, " ".join(bare.split()), None, (), kind, unit=unit)


def _with_roles(text: str, start: int, found: list[Mention]) -> list[Mention]:
    done: list[Mention] = []
    for mention in found:
        role = mention.role or _role(text, start, mention, done)
        if mention.border:
            role = _role(text, start, mention, done) or "at"
        done.append(replace(mention, role=role))
    return done


def role_at(text: str, start: int, mention: Mention) -> Role | None:
    """Return the role of one mention by the words before it, `start` being where its sentence may start.

    >>> role_at("fled to Azaz", 0, Mention(8, 12, "Azaz", "Azaz", None, (), "unknown"))
    'to'
    """
    return _role(text, start, mention, [])


def _role(text: str, start: int, mention: Mention, done: list[Mention]) -> Role | None:
    if _listed(text, mention.start, done):
        return done[-1].role
    left = text[max(start, done[-1].end if done else 0, mention.start - 80) : mention.start]
    if locative.SENDERS.search(left):
        return None
    hits = list(locative.PREPOSITION.finditer(left))
    for match in reversed(hits):
        gap = left[match.end() :]
        if locative.BREAK.search(gap) or not locative.LOOSE.fullmatch(gap):
            break
        role = match.lastgroup
        if match.group() == "for" and locative.FOR.search(left[: match.end()] + " "):
            role = "at"
        if role != "at":
            return role if role in ("from", "to", "via") else None  # type: ignore[return-value]
    if done and done[-1].role and _inside(left):
        return done[-1].role
    if hits and not locative.BREAK.search(left[hits[-1].end() :]):
        return "at"
    if text.startswith("'s", mention.end) and _is_country(mention):
        return None
    if re.search(r"\(\s*$|,\s*$", left) and len(left) < 40 and done:
        return done[-1].role
    if locative.HOLDING.match(text, mention.end):
        return "at"
    return None if _is_country(mention) else "at"


def _inside(left: str) -> bool:
    """Return whether "... town in ..." says in what larger place the one before lies."""
    return bool(
        re.fullmatch(
            rf"(?:'s)?(?: (?:{locative.UNIT}))*,?(?: and (?:nearby|surrounding) "
            rf"[a-z]+)? in {locative.ADJ}(?:(?:{locative.UNIT}) of )?",
            left,
            re.IGNORECASE,
        )
    )


def _is_country(mention: Mention) -> bool:
    from onward.extraction.places import gazetteer

    best = gazetteer().candidates(mention.bare)[:1]
    return bool(best) and best[0].kind == "country"


_UNIT_KIND = {
    "governorate": "admin1",
    "province": "admin1",
    "state": "admin1",
    "region": "admin1",
    "oblast": "admin1",
}
_UNIT_KIND |= {
    "district": "admin",
    "county": "admin",
    "department": "admin1",
    "camp": "camp",
    "crossing": "crossing",
}
_UNIT_KIND |= {"city": "town", "town": "town", "village": "town", "border": "country"}
