"""Words around place names: prepositions, units, modifiers, and what makes a name something else."""

from __future__ import annotations

import re

UNIT = (
    r"city|town|village|hamlet|districts?|sub-district|governorates?|provinces?|states?|count(?:y|ies)"
    r"|regions?|camps?|areas?|prefectures?"
    r"|islands?|valleys?|crossing|border gate|border|municipality|localit(?:y|ies)|neighbou?rhoods?"
    r"|departments?|oblasts?|raions?|hromadas?|woredas?|airport|airstrip|mountains?"
    r"|(?:transit|reception|collective|displacement|relocation) (?:cent(?:re|er)|site|camp)s?|sites?"
    r"|parish|atoll|zone|territory|communes?|wards?|cantons?|division|subdivision|suburbs?"
    r"|settlement|road"
)
AFTER = re.compile(
    rf"(?:'s)?(?: (?:self-administered|refugee|displacement|idp|border|sub))?[ -](?P<unit>{UNIT})\b",
    re.IGNORECASE,
)
ADJ = (
    r"(?:(?:the|a|an|its|their|central|north|south|east|west|northern|southern|eastern|western"
    r"|north-?eastern|north-?western|south-?eastern|south-?western"
    r"|north-?east|north-?west|south-?east|south-?west|northeast|northwest|southeast|southwest|upper|lower"
    r"|neighbou?ring|nearby|rural|greater|coastal|old|parts of|areas of"
    r"|rebel-held|opposition-held|government-held|government-controlled|besieged|embattled|war-torn"
    r"|the rest of|much of|most of|all of|mainly|mostly)[ -])*"
)
IN = (
    r"in|at|near|from|to|towards?|into|onto|around|outside|inside|across|through|via|between|over|on|off"
    r"|within|throughout|surrounding|like"
    r"|reach(?:ed|ing|es)?|fled|flee|fleeing|flees|left|leaving|entered|entering|escap(?:e|ed|ing)"
    r"|abandon(?:ed|ing)|(?:north|south|east|west)(?:ern)?(?: part)? of"
    r"|outskirts of|parts? of|out of|areas of|rest of|of|for|hit(?:ting)?|affect(?:ed|ing)|striking|struck|shelled"
    r"|bombed|bombing|shelling of|captured|seized|retake|recapture|take|took|taken|attacked|controls?|hosts"
    rf"|(?:{UNIT}|capital|kingdom) of|(?:the )?(?:capital|city|town|village|towns|villages|cities"
    rf"|provinces?|districts?|states?|counties|areas|camp),?"
)
LOCATIVE = re.compile(rf"(?:^|[\s(,])(?P<in>{IN})\s+{ADJ}$", re.IGNORECASE)
FOR = re.compile(
    r"\b(?:alerts?|warnings?|orders?|notices?|evacuations?|issued|declared|announced) for (?:the )?$", re.I
)
"""What is issued for a place before it is named."""
MODIFIER = re.compile(
    r"(?:\b(?:(?:north|south)-?(?:east|west)(?:ern)?|northern|southern|eastern|western|central|rural|upper"
    r"|lower) )$",
    re.IGNORECASE,
)
TITLED = re.compile(
    r"\b(?:report|update|brief|bulletin|overview|snapshot|profile|fact ?sheet|assessment)"
    r"(?: (?:on|for|of|in))?(?:,| -|:| \|)? $",
    re.IGNORECASE,
)
"""The title of a report before the place that it is about: "Site report, ..."."""
PEOPLE_TITLES = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Sheikh|President|Prime Minister|Minister|Governor|Mayor|General|Gen|Colonel"
    r"|Col|Captain|Lieutenant|Sgt|King|Prince"
    r"|Ambassador|Senator|Chancellor|Commander|Spokesman|Spokeswoman|spokesperson|Hurricane|Typhoon"
    r"|Cyclone|Storm|Depression|Operation|cyclone|typhoon"
    r"|hurricane|depression|storm|operation|Secretary|Envoy|Pope|Imam|brother|sister|father|mother|son"
    r"|daughter|named|called|name)\.?,? $"
)
PERSON_VERB = re.compile(r",? (?:said|says|told|who|an?|aged|the)\b|, \d\d,")
HOLDING = re.compile(
    r",? (?:(?:also|now|already|currently|is|was) )*(?:host(?:s|ed|ing)?|which hosts|shelters|received|(?:has "
    r"|have )?(?:taken|took) in"
    r"|has received|home to)\b"
)
SUBJECT = re.compile(
    r"(?: (?:city|town|camp|district|governorate|province))?(?:,[^,.]{1,60},)? (?:is|was|are|were|has|have"
    r"|had|looks?|remains?|remained|came|comes|fell|saw|took|which|that)\b|,? |\.|$"
)
BORDER = re.compile(
    r" (?P<noun>(?:border|frontier|side of the border|territory|soil|crossing|town|city|village|coast"
    r"|capital|province|governorate|gate|camps?|region)s?)\b"
)
NATIONALS = re.compile(
    r" (?:refugees?|asylum[- ]seekers?|famil(?:y|ies)|civilians?|nationals|citizens|migrants|returnees"
    r"|people|households|displaced|IDPs|children|women|men)\b"
)
PREPOSITION = re.compile(
    r"\b(?P<from>from|fled|fleeing|flee|flees|left|leaving|leave|escaped|escaping|abandoned|out of"
    r"|origin in)\b"
    r"|\b(?P<to>(?<!according )(?<!due )(?<!close )(?<!next )(?<!thanks )(?<!linked )to|towards?|into|onto"
    r"|for|reach(?:ed|ing)?|entered|entering|sanctuary in|refuge in"
    r"|asylum in|arriv\w+ (?:in|at|on)|arrival (?:in|at)|headed|bound for)\b"
    r"|\b(?P<via>through|via|past|crossing through|by way of)\b"
    r"|\b(?P<at>close to|next to|in|at|near|around|outside|inside|within|across|on|over|throughout|of"
    r"|between|surrounding"
    r"|hosts?|where|off)\b",
    re.IGNORECASE,
)
BREAK = re.compile(
    r"[,;:()]|\b(?:and|but|after|because|while|as|when|who|which|that|by|before|were|was|have|has|had)\b"
)
LOOSE = re.compile(
    rf"\s*(?:(?:the|a|an|its|their|around|near|in|of|at|about|outside|outskirts|parts|most|all|villages?"
    rf"|towns?|cit(?:y|ies)|neighbou?rhoods?|areas?|camps?|communities|surrounding"
    rf"|neighbou?ring|nearby|safety|homes?|people|places|close|{UNIT}|(?:north|south|east|west)(?:ern)?"
    rf"|(?:north|south)-?(?:east|west)(?:ern)?|rural|government-held|opposition-held|rebel-held|host"
    rf"|emergency|sites?|displacement|shelters?|[a-z]+ed)\b[\s-]*)*",
    re.IGNORECASE,
)
SENDERS = re.compile(
    r"\b(?:troops|forces|fighters|commandos|soldiers|militants?|militia|group|weapons|support|aid"
    r"|assistance|strikes?|airstrikes|shelling|advisers|condemnation|fire|officials|experts"
    r"|journalists|reporters|statement|reports?|pressure) from (?:the )?$",
    re.IGNORECASE,
)

_OF_BODY = re.compile(
    r"\b(?:[Gg]overnment|[Mm]inistry|[Aa]uthorities|[Aa]rmy|[Pp]arliament|[Pp]resident) of (?:the )?$"
)


def names_a_body(text: str, start: int) -> bool:
    """Return whether a place only names a body: "the Government of Iraq"."""
    return bool(_OF_BODY.search(text[max(0, start - 30) : start]))


_SPOKEN = re.compile(
    r"\b(?:said|told (?:\w+ ){1,2}|speaking|briefing|conference)(?: \w+day)? ?(?:in|at|from) (?:the )?$"
)
_DATELINE = re.compile(
    r"(?:, [A-Z]\w+)?(?:,? (?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\b| \([A-Z]| - | [–—] )"
)


def is_where_someone_speaks(text: str, start: int, end: int) -> bool:
    """Return whether a place is where someone speaks or writes, not where things happen: "told reporters in Geneva"."""
    if _SPOKEN.search(text[max(0, start - 60) : start]):
        return True
    first = start == 0 or text[start - 1] == "\n"
    return first and text[start:end].isupper() and bool(_DATELINE.match(text, end))


_INTRODUCED = re.compile(r"((?:[A-Z][\w'-]+(?: (?:of|the|for|and|in|on))* ?){1,7})\(([A-Z][A-Za-z&-]{1,7})\)")


def introduced(text: str) -> frozenset[str]:
    """Return the abbreviations that a text introduces in brackets after the words they stand for.

    >>> sorted(introduced("The Government of Syria (GoS) and Rimah (SYR) met the Northern Front (NF)."))
    ['GoS', 'NF']
    """
    found = set()
    for words, short in _INTRODUCED.findall(text):
        initials = [w[0] for w in re.findall(r"[A-Za-z][\w']*", words)]
        letters = [c for c in short if c.isalpha()]
        wanted = iter(i.lower() for i in initials)
        if len(letters) > 1 and all(c.lower() in wanted for c in letters):
            found.add(short)
    return frozenset(found)
