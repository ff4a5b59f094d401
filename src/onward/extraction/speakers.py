"""Attribution: speakers, quoted speech, degrees of certainty, and personal names to hide."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from onward.extraction.facts import Modality
from onward.extraction.lexicon import word_list
from onward.extraction.normal import Sentence
from onward.extraction.places import demonyms

_VERB = (
    r"(?:said|says|say|told|tells|reported|reports|report(?= (?:that|at least|about|around|\d))|estimates?(?! of)"
    r"|estimated(?! to)|announced|announces|confirmed|confirms|claimed|claims|stated|states|warned|warns"
    r"|believes?|suggested|suggests?|recorded|registered|counted|verified|documented|identified|assessed"
    r"|noted|notes|added|declared|acknowledged|admitted|reads|indicates?|showed|shows|put (?=the|it)"
    r"|puts (?=the|it)|is aware of|are aware of)"
)
_AUX = r"(?:(?:have|has|had|also|now|later|yesterday|today|previously|repeatedly|further|on \w+day)\s+)*"
_PREFIX = re.compile(
    rf"(?P<who>(?:[A-Z]|\b(?:the|a|an|some|local|officials|authorities|residents|activists|doctors"
    rf"|witnesses|aid|medical|humanitarian|community"
    rf"|relief)\b)[^,;:\"()]{{0,90}}?)(?: \([A-Z][\w/&-]{{1,10}}\))?\s+{_AUX}(?P<verb>{_VERB})\b"
)
_SUFFIX = re.compile(
    rf",\"?\s+(?P<who>(?:[A-Za-z][^,;:\"]{{1,90}}?(?:,[^,;:\"]{{1,60}},)?))\s+{_AUX}(?:said|says|told"
    rf"|reported|reports|announced|confirmed|confirm|warned|warns?|estimates?|believes?|added|claimed"
    rf"|have said)\b(?P<rest>[^,;\"]*)$"
)
_SAID_WHO = re.compile(r"\"\s*(?:,\s*)?(?:said|says|added|recalled|explained|told)\s+(?P<who>[^.;:\"\n]{2,120})")
_WHO_SAID = re.compile(
    r"\"\s*(?:,\s*)?(?P<who>[A-Z][^.;:\"\n]{2,80}?|(?:a|an|the|one) [^.;:\"\n]{2,80}?)\s+(?:said|says"
    r"|added|recalled|explained|told)\b"
)
_ACCORDING = re.compile(
    r"\b(?:[Aa]ccording to|[Aa]s reported by|[Aa]s per|[Ff]igures from"
    r"|[Dd]ata from)\s+(?P<who>[^,;:.()]{2,100})"
)
_SHOW = re.compile(r" (?:puts?|places?|shows?|suggests?|indicates?)\b")
_FIGURES_SHOW = re.compile(
    r"\b(?P<who>[A-Z][\w'&-]*(?: [A-Z][\w'&-]*){0,4})(?:'s)? (?:figures|data|estimates|statistics|records)"
    r" (?:show|suggest|indicate|put)\b"
)
_CITED = re.compile(
    r"\((?P<who>(?:[A-Z][\w&'/-]*)(?:[ ,]+(?:[A-Z][\w&'/-]*|of|for|the|and|calculation|based|on|assessment"
    r"|data|report|estimate)){0,10}?),? (?:\d{1,2} )?(?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December),? \d{4}"
)
_BARE_CITED = re.compile(r"(?<=[a-z0-9,;] )\((?P<who>[A-Z]{3,10}(?:/[A-Z]{3,10})*)\)\s*\.?$")
_CUT = re.compile(
    r"^(?:.*\b(?:that|but|and|while|as|because|after|where|when|which|although)\s+)(?=[A-Z]|the |a |an "
    r"|local |officials|authorities|some )",
    re.DOTALL,
)
#: a body whose name holds "and": Relief and Works Agency
_BODY = re.compile(
    r"(?:[A-Z][\w'-]+ (?:of (?:the )?)?)+and (?:[A-Z][\w'-]+ )*"
    r"(?:Agency|Ministry|Organi[sz]ation|Services?|Cluster|Office|Department|Commission|Committee|Fund|Programme"
    r"|Authority|Society|Displaced|Affairs|Council|Directorate|Defen[cs]e|Management|Migration)\b"
)
_NOT_WHO = re.compile(
    r"^(?:the |most |some |many |all )?(?:majority|most|many|IDPs?|refugees|attacks?|clashes|fighting|hostilities"
    r"|floods?|storm|violence|strikes?|information available)\b"
    r"|^(?:an?|the|initial|preliminary|early|recent|latest|further|other|some"
    r"|it|he|she|they|we|i|you|this|there|that|which|who|of|in|at|by|from|more|about"
    r"|some \d.*"
    r"|a total.*|an estimated.*|these|those|most|many|people|an? \w+ing)$|\d{2,}|\b(?:people|families"
    r"|households|civilians|houses|homes)\b.*\b(?:were|was|had|have)\b",
    re.IGNORECASE,
)
_DAY_WORDS = re.compile(
    r"\s+(?:on (?:\w+day|\d.*)|\w+day|today|yesterday|in a (?:statement|report).*|this week|last week|that"
    r"|in (?:its|their) .*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Attribution:
    """The part of the text for which someone answers."""

    start: int
    end: int
    who: str
    witness: bool = False


def find_attributions(text: str, sentences: Sequence[Sentence]) -> list[Attribution]:
    """Return who says what, by parts of the text; the first that covers a fact counts.

    >>> from onward.extraction.normal import sentences
    >>> t = "Local councils said 40 people left. According to the mayor, all were well."
    >>> [a.who for a in find_attributions(t, sentences(t))]
    ['Local councils', 'the mayor']
    """
    found = _quoted(text, sentences)
    for sentence in sentences:
        found += _in_sentence(text, sentence.start, sentence.end)
    return found


def spread(sentences: Sequence[Sentence], found: Sequence[Attribution]) -> dict[int, list[Attribution]]:
    """Group attributions by the number of each sentence they cover, in the order in which they count."""
    starts = [s.start for s in sentences]
    by_number: dict[int, list[Attribution]] = {}
    for item in found:
        first = max(0, bisect_right(starts, item.start) - 1)
        for number in range(first, min(len(sentences), max(first + 1, bisect_left(starts, item.end)))):
            by_number.setdefault(number, []).append(item)
    return by_number


def _in_sentence(text: str, start: int, end: int) -> list[Attribution]:
    part = text[start:end]
    found = [Attribution(start, end, _trim(_SHOW.split(m.group("who"))[0])) for m in _ACCORDING.finditer(part)]
    found += [Attribution(start, end, _trim(m.group("who"))) for m in _FIGURES_SHOW.finditer(part)]
    after = _SUFFIX.search(part.rstrip(" ."))
    if after and (who := _subject(after.group("who"))):
        found.append(Attribution(start, start + after.start(), who))
    for match in _PREFIX.finditer(part):
        if who := _subject(match.group("who")):
            if re.match(r"\s*[,;]", part[match.end() :]):  # "..., the mayor said, and ..."
                found.append(Attribution(start, end, who))
                break
            first = start + (match.end() if match.group("verb") in ("said", "says") else match.start())
            found.append(Attribution(first, end, who))
            break
    for pattern in (_CITED, _BARE_CITED):
        if cited := pattern.search(part):
            found.append(Attribution(start, end, _trim(cited.group("who"))))
    return found


def _subject(words: str) -> str | None:
    """Return the noun phrase next to the verb, if it can be someone who says things."""
    words = _CUT.sub("", _BODY.sub(lambda m: m.group().replace(" and ", " & "), words)).replace(" & ", " and ").strip()
    passive = re.search(r"\s(?:is|are|was|were|been|be)$", words)
    words = re.sub(r"\s+(?:have|has|had|also|now|later|is|are)$", "", words)
    if re.search(r"(?:^|\s)(?:an?|the)$", words, re.IGNORECASE):
        return None  # "the displacement of an estimated ..." names nobody
    if passive:
        return None  # "the number of refugees in the province is estimated at ..." is nobody's words
    if not words or len(words.split()) > 12 or _NOT_WHO.search(words):
        return None
    if re.search(r"\b(?:were|was|fled|killed|displaced|has been|have been|destroyed|are|is|left)\b", words):
        return None
    return _trim(words)


def _trim(words: str) -> str:
    words = " ".join(words.split())
    for _ in range(3):
        words = _DAY_WORDS.sub("", words)
    return words.strip(" .,'\"")


def quotations(text: str, sentences: Sequence[Sentence]) -> list[tuple[int, int]]:
    """Return spans between double quotes, paragraph by paragraph; an open one runs to the paragraph's end.

    >>> from onward.extraction.normal import sentences
    >>> quotations('He said "go".', sentences('He said "go".'))
    [(8, 12)]
    """
    bounds: dict[int, tuple[int, int]] = {}
    for s in sentences:
        first, _ = bounds.get(s.paragraph, (s.start, s.end))
        bounds[s.paragraph] = (first, s.end)
    spans = []
    for start, end in bounds.values():
        marks = [m.start() for m in re.finditer('"', text[start:end])]
        for i in range(0, len(marks), 2):
            close = marks[i + 1] + 1 if i + 1 < len(marks) else end - start
            spans.append((start + marks[i], start + close))
    return spans


def _quoted(text: str, sentences: Sequence[Sentence]) -> list[Attribution]:
    """Find long quotations with their speaker; a paragraph that only quotes on keeps the speaker before it."""
    starts = [s.start for s in sentences]
    found: list[Attribution] = []
    speaker: tuple[str, int] | None = None
    for start, end in quotations(text, sentences):
        number = sentences[max(0, bisect_right(starts, start) - 1)].paragraph
        after = text[end - 1 : end + 140]
        match = _SAID_WHO.match(after) or _WHO_SAID.match(after)
        who = _trim(match.group("who").split(", who ")[0]) if match else None
        if who and who.lower() in _PRONOUNS:
            who = _named_before(text, start, speaker, number)
        if who:
            speaker = (who, number)
        elif speaker and not (speaker[1] == number or number == speaker[1] + 1):
            speaker = None
        if speaker and len(text[start:end].split()) > 4:
            speaker = (speaker[0], number)
            found.append(Attribution(start, end, speaker[0], _private_role(speaker[0])))
    return found


_PRONOUNS = ("he", "she", "they", "it")


def _named_before(text: str, start: int, speaker: tuple[str, int] | None, paragraph: int) -> str | None:
    """Return who "she" is: the speaker named before the quotation, in its sentence or paragraph."""
    before = re.split(r"\n|[.!?] (?=[A-Z])", text[max(0, start - 400) : start])[-1]
    for match in _PREFIX.finditer(before):
        if who := _subject(match.group("who")):
            return who
    return speaker[0] if speaker and speaker[1] == paragraph else None


def _private_role(who: str) -> bool:
    return bool(_PRIVATE_ROLE.search(who)) or bool(re.fullmatch(r"(?:\[name\]|[A-Z]\w+(?: [A-Z]\w+)?)", who))


_PRIVATE_ROLE = re.compile(
    r"\b(?:refugees?|resident|villager|farmer|mother|father|woman|man|girl|boy|teacher|shopkeeper|driver"
    r"|student|displaced|survivor|widow|grandmother|grandfather|trader|labourer"
    r"|shepherd|baker|carpenter|nurse|housewife|fisherman|worker|evacuee|returnee|eyewitness|witness"
    r"|neighbou?r|parent|patient|brother|sister|son|daughter|wife|husband)\b",
    re.IGNORECASE,
)

_WORDS: tuple[tuple[Modality, re.Pattern[str]], ...] = (
    (
        "denied",
        re.compile(
            r"\b(?:den(?:y|ies|ied|ying)\b|no (?:reports?|evidence|sign|truth|confirmation|one|civilians?"
            r"|casualties)|(?:is|are|was|were|has|have|had|did|does|do|would|could|will) (?:not|never)\b"
            r"|(?:isn|aren|wasn|weren|hasn|haven|hadn|didn|won|wouldn)'t\b|untrue|false (?:claim|report)"
            r"|refuted|rejected (?:claims|reports)|none of|neither)"
        ),
    ),
    ("conditional", re.compile(r"\b(?:if|unless|would|were to|in case|in the event|should the)\b")),
    (
        "intention",
        re.compile(
            r"\b(?:plan(?:s|ned|ning)? to|intend(?:s|ed)? to|committed to|trying to|promised? to|vow(?:s"
            r"|ed)? to|propos\w+|aim(?:s|ed)? to|want(?:s|ed)? to|prepar(?:es|ed|ing) to|due to (?:resume"
            r"|begin|start|meet)|attempt\w* to)\b"
        ),
    ),
    (
        "forecast",
        re.compile(
            r"\b(?:will|expect(?:s|ed|ing)?(?: to)?|(?:is|are) likely to|likely to|could|projected"
            r"|forecast(?:s|ed)?|predict\w*|might have to|about to|looks? (?:close|set|likely) to"
            r"|on the verge of|(?:is|are|were|people) at risk of|is set to|are set to|risks? (?:being"
            r"|losing)|anticipat(?:es|ed) that|planning (?:figure|assumption|scenario)|worst[- ]case|contingency"
            r"|fear(?:s|ed)? that|would have to)\b"
        ),
    ),
    (
        "hedged",
        re.compile(
            r"\b(?:may|might|reportedly|alleged(?:ly)?|unconfirmed|apparently|appears?|possibly|perhaps"
            r"|believed to|thought to|suggest(?:s|ed)?|some reports|it seems|rumou?red|unverified)\b"
        ),
    ),
    ("estimated", re.compile(r"\b(?:estimat\w+|calculat\w+|approximat\w+)\b")),
)


def modality(clause: str, before: str, witness: bool) -> Modality:
    """Return how the words stand to what they say; the strongest doubt counts.

    `clause` is the fact's own words, `before` what stands before it in its clause.

    >>> modality("Thousands will flee", "", False)
    'forecast'
    >>> modality("40 people had fled", "He denied that ", False)
    'denied'
    """
    near = before[-60:] + clause
    for name, words in _WORDS:
        if words.search(near):
            return "witness" if witness and name in ("hedged", "estimated") else name
    return "witness" if witness else "asserted"


_NAME = (
    r"[A-Z][a-z\u00c0-\u024f'-]+(?: (?:al|el|bin|bint|ibn|abu|umm|um|Abu|Umm"
    r"|Um)[- ])?(?: ?[A-Z][a-z\u00c0-\u024f'-]+){0,3}"
)
_ROLE_NOUN = _PRIVATE_ROLE.pattern.removeprefix(r"\b").removesuffix(r"\b")
_PRIVATE = (
    re.compile(
        rf"\b(?P<name>{_NAME})(?:, (?:aged )?\d{{1,2}}(?=,(?! ?\d)| (?:who|said|says|told|from)\b)"
        rf"|,? aged \d{{1,2}}\b| \(\d{{1,2}}\))"
    ),
    re.compile(
        rf"\b(?P<name>{_NAME}), (?:an?|the|who is an?|one of the|whose|who (?:fled|left|escaped|lost"
        rf"|arrived|crossed|walked)) ?(?:[\w-]+ ){{0,4}}?(?:{_ROLE_NOUN})?\b"
    ),
    re.compile(
        rf"\b(?:{_ROLE_NOUN})(?:,)? (?:named |called |whose name is |who gave (?:his"
        rf"|her) name as )?(?P<name>[A-Z][a-z\u00c0-\u024f'-]+(?: "
        rf"(?:al-)?[A-Z][a-z\u00c0-\u024f'-]+){{0,2}})\b"
    ),
    re.compile(r"\b(?P<name>(?:Umm|Um|Oum|Abu) [A-Z][a-z\u00c0-\u024f'-]+)\b"),
    re.compile(
        r"\"\s*,?\s*(?:said|says|added|recalled|explained)\s+(?P<name>[A-Z][a-z\u00c0-\u024f'-]+(?: "
        r"(?:al-)?[A-Z][a-z\u00c0-\u024f'-]+)?)(?=[,.]| (?:from|who|as|in)\b)"
    ),
    re.compile(
        r"\b(?:my name is|his name is|her name is|named|called) (?P<name>[A-Z][a-z\u00c0-\u024f'-]+(?: "
        r"[A-Z][a-z\u00c0-\u024f'-]+)?)\b"
    ),
)
_OFFICE = re.compile(
    r"\b(?:president|minister|spokes\w+|governor|mayor|general|commander|official|chief|director|head"
    r"|envoy|secretary|ambassador|officer|coordinator|commissioner|colonel|representative|chair\w*|leader"
    r"|adviser|senator|king|king|prince|analyst|professor)\b",
    re.IGNORECASE,
)


def private_names(text: str, is_place: Callable[[str], bool]) -> frozenset[str]:
    """Return names of persons who hold no office, as far as the words around them tell.

    >>> text = "Salma Darwish, a mother of three, left. Governor Adam Said stayed."
    >>> sorted(private_names(text, lambda name: False))
    ['Salma Darwish']
    """
    names: set[str] = set()
    for number, pattern in enumerate(_PRIVATE):
        for match in pattern.finditer(text):
            name = match.group("name")
            around = _beside(text, match.start(), match.end())
            if number == 1 and not _PRIVATE_ROLE.search(match.group()) and "who" not in match.group():
                continue
            first = name.split()[0]
            if _OFFICE.search(around) or is_place(name) or first in _NOT_NAMES or first.removesuffix("s") in demonyms():
                continue
            names.add(name)
    return frozenset(names)


def _beside(text: str, start: int, end: int) -> str:
    """Return the words around a span, no further than its sentence."""
    before = re.split(r"[.!?]\s", text[max(0, start - 30) : start])[-1]
    after = re.split(r"[.!?](?:\s|$)", text[end : end + 30])[0]
    return f"{before}{text[start:end]}{after}"


_NOT_NAMES = word_list("not_names")


def is_private(text: str, name: str) -> bool:
    """Return whether a trade, a family role or an age stands beside a name where it is first given, and no office.

    >>> is_private("Adam Said, a baker, spoke", "Adam Said"), is_private("Governor Adam Said", "Adam Said")
    (True, False)
    """
    at = text.find(name)
    beside = _beside(text, max(0, at), max(0, at) + len(name))
    private = _PRIVATE_ROLE.search(beside) or re.search(r"\baged\b|, \d\d,|\(\d\d\)", beside)
    return at >= 0 and bool(private) and not _OFFICE.search(beside)


def hide_names(quote: str, names: frozenset[str]) -> str:
    """Return the words with every private name, whole or in part, replaced by [name].

    >>> hide_names("Salma Darwish fled. Darwish has three children.", frozenset({"Salma Darwish"}))
    '[name] fled. [name] has three children.'
    """
    for name in sorted(names, key=len, reverse=True):
        quote = re.sub(rf"\b{re.escape(name)}\b", "[name]", quote)
    for part in sorted({p for n in names for p in n.split() if len(p) > 3}, key=len, reverse=True):
        quote = re.sub(rf"\b{re.escape(part)}\b", "[name]", quote)
    return quote


def without_age(who: str) -> str:
    """Return a speaker whose name is hidden loses the age too.

    >>> without_age("[name], 34, a teacher")
    '[name], a teacher'
    """
    return re.sub(r"(\[name\])(?:,? aged|,)? \(?\d{1,2}\)?(?!\d)", r"\1", who)
