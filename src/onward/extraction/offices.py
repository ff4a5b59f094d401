"""Places that only the name of an authority, an office or an agency's mission says: "Rimah Governor", "IOM Sudan"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from onward.extraction.mention import Mention
from onward.extraction.places import Gazetteer, country_names, demonyms

_NAME = r"[A-Z\u00c0-\u00de][\w'\u2019-]*"
_OFFICE = (
    r"(?:(?:Department|Ministry|Office|Council|Commission|Authority|Directorate|Bureau|Institute|Agency) (?:of|for)\b"
    r"|(?:[A-Z]\w+ )?(?:Governor|Governorate|Mayor|Premier|Prime Minister|Chief Minister|President|Parliament|Police"
    r"|Council|Authorities|Government|Administration|Municipality|Fire|Emergency|Disaster"
    r"|Civil (?:Defen[cs]e|Protection)|Red (?:Cross|Crescent)|Relief|Humanitarian|Hospital|governor|mayor"
    r"|police|authorities|government|administration|council|officials|hospitals?|firefighters)\b)"
)
_AREA_FIRST = re.compile(
    rf"(?<![\w-])(?!The |In |On |At |From )(?P<name>{_NAME}(?: {_NAME}){{0,2}}?)(?:'s)? (?={_OFFICE})"
)
_AGENCY_FIRST = re.compile(
    rf"(?<![\w-])(?:[A-Z]{{3,7}}|Red Cross|Caritas|Oxfam)(?:-|:| )(?P<name>{_NAME}(?: {_NAME}){{0,2}})(?![\w-])"
)
_ENOUGH = 0.5
"""Share of the votes of place names from which on a text is about one country (own choice)."""


def find_offices(text: str, sentences: Sequence[tuple[int, int]], places: Gazetteer) -> list[Mention]:
    """Return the countries and large areas that names of offices say, without a role.

    >>> from onward.extraction.places import gazetteer
    >>> text = "Idlib Governor Omar Rahal said 15 families left."
    >>> [(m.name, m.role) for m in find_offices(text, [(0, len(text))], gazetteer())]
    [('Idlib', None)]
    """
    found: list[Mention] = []
    for start, end in sentences:
        for pattern in (_AREA_FIRST, _AGENCY_FIRST):
            for match in pattern.finditer(text, start, end):
                mention = _area(match, places)
                if mention is not None:
                    found.append(mention)
    return sorted(found, key=lambda m: m.start)


def _area(match: re.Match[str], places: Gazetteer) -> Mention | None:
    """Return the longest beginning of a name that is a country, its adjective, a large area or the crisis's own."""
    words = match.group("name").removesuffix("'s").split(" ")
    start = match.start("name")
    for size in range(len(words), 0, -1):
        name = " ".join(words[:size])
        if name in demonyms():  # it says which country "the country" is, not where a figure belongs
            country = demonyms()[name]
            return Mention(
                start, start + len(name), country, country, None, places.candidates(country)[:1], "adjective"
            )
        best = places.candidates(name)
        if best and (best[0].kind in ("country", "admin1") or best[0].place is not None):
            return Mention(start, start + len(name), name, name, None, best, "known")
    return None


def country_of(mentions: Sequence[Mention], title: int, places: Gazetteer) -> Mention | None:
    """Return the one country that a text is about: the crisis's, the title's, else the one most of its places lie in.

    `title` is where the title ends; the mention that is returned stands nowhere in the text.
    """
    if len(places.countries) == 1:
        return _country(next(iter(places.countries)), places)
    votes: dict[str, float] = {}
    names: Counter[str] = Counter()
    for mention in {m.bare: m for m in reversed(mentions)}.values():
        if not mention.candidates:
            continue
        best = mention.candidates[0]
        if best.kind != "country":
            votes[best.country] = votes.get(best.country, 0.0) + best.score
            names[best.country] += 2 if best.kind == "admin1" else 1
        elif mention.end <= title:
            return _country(best.country, places)
    code = max(votes, key=lambda c: votes[c], default="")
    sure = names[code] > 1 and votes[code] > _ENOUGH * sum(votes.values())  # one town of that name is no proof
    return _country(code, places) if sure else None


def _country(code: str, places: Gazetteer) -> Mention | None:
    name = country_names().get(code)
    return Mention(0, 0, name, name, None, places.candidates(name)[:1], "country") if name else None
