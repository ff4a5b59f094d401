"""Facts with a figure: classify what each number counts.

For each number the reader looks at the noun after it, the verb before it ("displaced 4,000"), the words
inside ("4,000 newly displaced people") and the verb after it ("4,000 people were evacuated"), in the order
that English ties them. A number that nothing of this explains makes no fact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from onward.extraction import cues
from onward.extraction.candidates import Draft, clause_end
from onward.extraction.context import told_sense
from onward.extraction.counted import (
    REACH,
    Counted,
    count_numbers,
    has_other_fate,
    opened_brackets,
    paired,
    partner_of,
    within_share,
)
from onward.extraction.labels import headed_sense, led_sense, line_sense, recorded_sense, subject_sense
from onward.extraction.meaning import unit_of
from onward.extraction.normal import Sentence
from onward.extraction.numbers import Quantity
from onward.extraction.parts import (
    LOOK_BACK,
    Sense,
    elliptical_sense,
    goes_on,
    item_sense,
    listed_sense,
    part_of_things,
    part_sense,
    remainder_of,
    state_sense,
)
from onward.extraction.rates import rate_sense
from onward.extraction.shares import share_sense

NUMBERS_AT_MOST = 80  # a sentence with more numbers is a table or broken
_HOUSING = ("destroyed", "damaged", "uninhabitable")


def figure_drafts(
    text: str, sentence: Sentence, number: int, quantities: Sequence[Quantity], told: Sequence[Draft] = ()
) -> list[Draft]:
    """Return the facts with a figure of one sentence; `told` are the figures of the sentences before it.

    >>> from onward.extraction.numbers import find_quantities
    >>> t = "Shelling displaced 4,000 people and destroyed 20 homes."
    >>> [(d.indicator, d.value) for d in figure_drafts(t, Sentence(0, 55, 0), 0, find_quantities(t))]
    [('newly_displaced', 4000.0), ('destroyed', 20.0)]
    """
    counted = count_numbers(text, sentence, quantities[:NUMBERS_AT_MOST])
    drafts: list[Draft] = []
    by_quantity: dict[int, int] = {}
    for i, item in enumerate(counted):
        if item is None:
            continue
        if drafts and _same_share(text, drafts[-1], item):
            q = item.quantity
            drafts[-1] = replace(drafts[-1], end=max(drafts[-1].end, q.end), value=q.value, low=q.low, high=q.high)
            continue
        if item.base:
            told_by_noun = _inside(text, item) or _of_those_who(text, item)
            if told_by_noun is not None and within_share(text, quantities, i):
                drafts.append(_draft(text, sentence, number, item, told_by_noun))
            continue
        partner = partner_of(text, counted, i, by_quantity)
        if partner is not None:
            by_quantity[i] = len(drafts)
            drafts.append(paired(text, drafts[partner], item, partner))
            continue
        sense = _any_sense(text, sentence, number, item, opened_brackets(text, counted, i), [*told, *drafts], drafts)
        if sense is not None and drafts and cues.TOTAL.search(text, sense.start, item.quantity.start):
            named = re.search(r"population|\bIDPs|refugees", text[sense.start : item.quantity.start])
            sense = replace(sense, indicator="stock" if named else drafts[-1].indicator)
        if sense is not None:
            by_quantity[i] = len(drafts)
            opened = opened_brackets(text, counted, i)
            reach = replace(item, limit=max(item.limit, opened.limit)) if sense.end > opened.end else item
            drafts.append(_draft(text, sentence, number, reach, sense))
    return drafts


def _of_those_who(text: str, item: Counted) -> Sense | None:
    """Return the sense of the base of a share by its relative clause: "a tenth of the 57,000 people who have fled"."""
    return _after(text, item, None) if re.match(r" (?:who|that) ", text[item.end : item.end + 6]) else None


def _same_share(text: str, last: Draft, item: Counted) -> bool:
    """Return whether a percentage in brackets repeats the share before it: "half of them came by bus (53 %)"."""
    q, words = item.quantity, text[last.anchor : item.quantity.start]
    return (
        last.unit == q.unit == "percent"
        and not re.match(r"\D{0,20}\d", words)
        and re.search(r"\(\s*$", words) is not None
        and not re.search(r"[();.]", words.rstrip(" ("))
        and abs(last.size - q.size) <= 5
    )


_IN_NEED = re.compile(
    r" (?:(?:who|that|are|were|is|remain|now|still|also|currently) )*(?:in (?:\w+ )?need|affected|food insecure"
    r"|at risk)\b"
)


def _any_sense(
    text: str,
    sentence: Sentence,
    number: int,
    item: Counted,
    opened: Counted,
    earlier: Sequence[Draft],
    drafts: list[Draft],
) -> Sense | None:
    """Return the sense of a number: by its own words, else by the figures and the subject before it."""
    q, near = item.quantity, [d for d in earlier if number - d.sentence <= LOOK_BACK]
    if cues.FEWER.search(text[max(sentence.start, q.start - 40) : q.start]):
        return None
    if has_other_fate(text, sentence, item) or part_of_things(text, sentence, q, near):
        return None
    if q.unit == "percent":
        wholes = {d.whole for d in near if d.unit == "percent"}
        base = [d for d in earlier if d.anchor in wholes and d not in near]
        return share_sense(text, sentence, q, [*base, *near])
    part = part_sense(text, sentence, q, item.end, near)
    own = _sense(text, sentence, item, opened)
    own = goes_on(text, own, q, item.end, earlier)
    if own is None and part is not None:
        own = state_sense(text, sentence, q, item.end, item.unit is not None)
    if own is not None and part is not None:
        own = replace(own, whole=part.whole, unit=part.unit)
    found = own or part or _apposed(text, sentence, item) or line_sense(text, sentence, q, item.end)
    found = found or led_sense(text, sentence, q)
    beyond = opened.end if text.startswith(" (", item.end) else item.end
    if found is None and item.unit != "homes" and not _IN_NEED.match(text, item.end):
        found = (
            elliptical_sense(text, sentence, q, item.end, near)
            or state_sense(text, sentence, q, beyond, item.unit is not None)
            or item_sense(text, sentence, q, item.end, near)
            or _inherited(text, item, drafts)
            or recorded_sense(text, sentence, q, max(item.end, opened.end) if item.unit else item.end, near)
            or subject_sense(text, sentence, q, item.end, near)
            or headed_sense(text, sentence, q, item.end)
            or listed_sense(text, sentence, q, item.end)
            or told_sense(text, sentence, number, q, item.end, earlier)
        )
    if found is not None and found.whole is None:
        found = replace(found, whole=remainder_of(text, sentence, q, item.unit is None, earlier))
    last = next((d for d in reversed(earlier) if d.sentence == number and d.pair is None), None)
    if found is not None and found.unit is None and item.unit is None and last is not None:
        same = {cues.KIND_OF.get(found.indicator, "displacement"), last.kind} == {
            "displacement"
        } and last.unit == "households"
        found = replace(found, unit="households" if same else None)
    return rate_sense(text, sentence, item, found, near)


def _sense(text: str, sentence: Sentence, item: Counted, opened: Counted) -> Sense | None:
    if cues.CAPACITY_AFTER.match(text, item.quantity.end):
        plots = "plots" in text[item.quantity.end : item.quantity.end + 20]
        return Sense("capacity", item.quantity.start, item.end, 0.7, None, "households" if plots else None)
    before = _before(text, sentence, item, opened)
    if before is not None:
        return before
    if label := _label(text, sentence, item):
        return label
    inside = _inside(text, item)
    after = _after(text, opened, inside)
    if inside is not None and (after is None or not _stronger(after, inside)):
        return inside
    return after


def _before(text: str, sentence: Sentence, item: Counted, opened: Counted) -> Sense | None:
    """Return the sense of the verb or noun right before the number."""
    start = max(sentence.start, item.quantity.start - 90)
    match = cues.PRE.search(text[start : item.quantity.start])
    if not match:
        return None
    name = next(n for n, w in match.groupdict().items() if w is not None and n != "gap")
    cue_start, cue_end = start + match.start(), start + match.start("gap")
    helps = name == "aided" and re.match(r"(?:support|reach)", match.group(name))
    if helps and (item.unit is None or cues.MEASURE.search(text[sentence.start : item.quantity.start])):
        return None
    if name == "hosted" and re.search(r"\b(?:residents|inhabitants)\b", text[item.quantity.end : item.end]):
        return None
    if name == "forced" and (dead := _inside(text, item)) and dead.indicator in ("killed", "injured"):
        return dead
    if name == "forced":
        return _forced(text, item, opened, cue_start)
    if (name == "stock" and item.unit == "homes") or not _fits(name, item.unit):
        return None
    if name in ("hosted", "sheltered") and item.unit == "homes":
        return None
    families = name == "stock" and item.unit is None and re.search(r"\b(?:households|families)\b", match.group())
    return Sense(name, cue_start, max(cue_end, item.end), 0.85, None, "households" if families else None)


def _forced(text: str, item: Counted, opened: Counted, start: int) -> Sense | None:
    """Read the sense of a number from the words after it: "forced 300 people to flee", "left 40 dead"."""
    match = cues.FORCED_POST.search(text[opened.end : opened.end + 60])
    if not match:
        return None
    name = match.lastgroup or "flee"
    name = {"flee": "newly_displaced", "homeless": "newly_displaced"}.get(name, name)
    if not _fits(name, item.unit):
        return None
    return Sense(name, start, opened.end, 0.8)


def _label(text: str, sentence: Sentence, item: Counted) -> Sense | None:
    """Return the sense of a line of a table: "Number of displaced: 452"."""
    if item.quantity.start - sentence.start > 60:
        return None
    match = cues.LABEL.search(text[sentence.start : item.quantity.start])
    if not match or match.start() > 25:
        return None
    name = next((n for n, w in match.groupdict().items() if w), "stock")
    indicator = "stock" if name == "refugees" else name
    unit = unit_of(match.string, indicator)
    start = sentence.start + match.start()
    return Sense(indicator, start, item.end, 0.7, None, unit if unit == "households" else None)


def _inside(text: str, item: Counted) -> Sense | None:
    words = text[item.quantity.end : item.end]
    for name, pattern in cues.INSIDE:
        if pattern.search(words):
            return Sense(name, item.quantity.start, item.end, 0.7)
    return None


def _after(text: str, item: Counted, inside: Sense | None) -> Sense | None:
    """Return the sense of the verb after the number, before the next number takes over."""
    limit = min(item.limit, item.end + REACH)
    matches = [m for m in cues.POST.finditer(text, item.end, limit) if m.lastgroup]
    bare = item.unit is None
    for i, match in enumerate(matches):
        gap = text[item.end : match.start()]
        if bare and not re.fullmatch(
            rf"(?: more| others)?(?: who)?(?: of (?:them|whom|these|those|which))?[ ,]*(?:-)?[ ]*{cues.AUX}", gap
        ):
            return None
        name = match.lastgroup or ""
        if name == "none":
            helped = next(
                (m for m in matches[i + 1 :] if m.lastgroup == "aided" and m.start() - match.end() < 12), None
            )
            if helped is None:
                return None
            match, name = helped, "aided"
        if name == "returned" and _NOT_YET.search(gap):
            return Sense("stock", item.quantity.start, match.end(), 0.65)
        concern = match.group().lower() in ("of concern", "registered")
        if i == 0 and (concern or (name == "newly_displaced" and _RELATIVE.fullmatch(gap))):
            match = _main_verb(text, matches) or match
            name = match.lastgroup or ""
        if match.group() == "displaced" and _THERE_ARE.search(text[: item.quantity.start][-40:]):
            name = "stay_displaced"
        name = _settle(name, item.unit)
        if not _fits(name, item.unit) or re.search(r"[;:]", gap):
            continue
        finite = re.search(r"\b(?:have|has|had|were|was)(?: \w+ly)? $", gap) and len(gap) < 120
        sure = 0.85 if len(gap) < 40 or finite else 0.65
        return Sense(name, item.quantity.start, match.end(), sure)
    return None


_THERE_ARE = re.compile(r"\b[Tt]here (?:are|were)(?: \w+)? $")
_RELATIVE = re.compile(rf"\s*(?:(?:who|that) {cues.AUX})?")
_NOT_YET = re.compile(r"\b(?:not|never|unable|cannot|unwilling|yet to|afraid to|prevented from)\b")


_WAS_HELPED = ("received", "got", "were ", "was ", "been ")


def _main_verb(text: str, matches: Sequence[re.Match[str]]) -> re.Match[str] | None:
    """Find the main verb after the first: "evacuated" in "850 people displaced by the flood were evacuated"."""
    for match in matches[1:]:
        if match.lastgroup == "aided" and match.group().lower().startswith(_WAS_HELPED):
            return match
        auxiliary = re.search(
            r"\b(?:were|was|have|had|been|has|are)(?: \w+ly)? $",
            text[max(0, match.start() - 16) : match.start()],
        )
        if auxiliary and match.lastgroup in ("evacuated", "killed", "returned", "sheltered", "injured"):
            return match
    return None


def _settle(name: str, unit: str | None) -> str:
    if name == "stay_displaced":
        return "stock"
    if name == "lost_home":
        return "destroyed" if unit == "households" else "newly_displaced"
    return name


def _fits(name: str, unit: str | None) -> bool:
    """Return whether the unit can bear the indicator: people are not demolished, homes are not wounded."""
    if name in _HOUSING:
        return unit in (None, "homes", "households")
    if unit == "homes":
        return name in ("evacuated", "capacity")
    return True


def _stronger(after: Sense, inside: Sense) -> bool:
    """Return whether the verb says more than the noun: refugees who were killed, displaced people who came back."""
    if inside.indicator in ("killed", "injured", "returned", "evacuated"):
        return False
    if inside.indicator == "newly_displaced":
        return after.indicator in ("killed", "injured", "at_border", "returned")
    if after.indicator == "newly_displaced":
        return after.confidence > 0.8
    return after.indicator not in _HOUSING


def _inherited(text: str, item: Counted, drafts: list[Draft]) -> Sense | None:
    """Give a number in a list the sense of the one before: "... 60 from Homs, 20 from Hama"."""
    if not drafts or item.quantity.start - drafts[-1].end > 90:
        return None
    listed = re.match(
        r" (?:people |families |others |more )?(?:from|in|to|at|into) (?:the )?(?:\w+ )?[A-Z]"
        r"| did (?:likewise|so|the same)",
        text[item.end : item.end + 40],
    )
    if not listed or item.unit == "homes" or "." in text[drafts[-1].end : item.quantity.start].strip(". "):
        return None
    return Sense(drafts[-1].indicator, item.quantity.start, item.end, 0.55)


def _apposed(text: str, sentence: Sentence, item: Counted) -> Sense | None:
    """Count as hosted the people that a place is full of: "full of refugees - 900 of them"."""
    if not cues.OF_THEM.match(text, item.quantity.end):
        return None
    before = text[sentence.start : item.quantity.start]
    people = re.search(rf"\b(?:{cues.PEOPLE})\b", before)
    full = list(cues.FULL_OF.finditer(before))
    if not people or not full or not re.search(r"(?: -|,|:|\()\s*$", before):
        return None
    end = cues.OF_THEM.match(text, item.quantity.end)
    return Sense("hosted", sentence.start + full[-1].end(), end.end() if end else item.end, 0.65)


def _draft(text: str, sentence: Sentence, number: int, item: Counted, sense: Sense) -> Draft:
    q = item.quantity
    indicator = sense.indicator
    if indicator == "refugees":
        indicator = "stock"
    if indicator == "hosted" and item.unit == "homes":
        indicator = "sheltered"
    end = clause_end(text, max(sense.end, item.end), min(sentence.end, max(item.limit, sense.end, item.end)))
    end = max(item.end, q.also, len(text[:end].rstrip(" ,(-")))
    end -= len(match.group()) if (match := re.search(r"\s(?:and|or|with|by|while)$", text[item.end : end])) else 0
    kind = cues.KIND_OF.get(indicator, "displacement")
    rate = sense.unit if sense.unit == "people_per_day" else None
    unit = q.unit or rate or item.unit or sense.unit or ("homes" if kind == "housing" else "people")
    who = " ".join(text[q.end : item.end].split()).removeprefix("of ") if item.unit else None
    confidence = sense.confidence - (0.1 if q.vague else 0.0) - (0.1 if item.unit is None else 0.0)
    return Draft(
        min(q.start, sense.start),
        max(end, item.end),
        kind,
        "delivered" if indicator == "aided" else indicator,
        number,
        *(q.value, q.low, q.high, unit, who or None, round(confidence, 2)),
        anchor=q.start,
        whole=sense.whole,
        figure_end=q.end,
    )
