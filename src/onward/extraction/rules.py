"""Patterns of facts without a figure: attacks, control, borders, interventions, flight in words, aid."""

from __future__ import annotations

import re
from dataclasses import dataclass

from onward.extraction.facts import Modality

_AIR = (
    r"(?:air ?-?strikes?|air raids?|air attacks?|(?:aerial )?bombardments?|bombing(?: sorties| raids"
    r"| runs)?|sorties|barrel bombs?|drone strikes?|air campaign)"
)
_PLANES = (
    r"(?:air ?-?strikes?|air raids?|warplanes?|jets?|helicopters?|drones?|bombers?|barrel bombs?|air force"
    r"|aircraft|fighter planes?)"
)
_SHELLS = (
    r"(?:shelling|artillery(?: fire| strikes?| shells?)?|mortars?(?: fire| shells?| rounds?)?"
    r"|rockets?(?: fire| attacks?)?|missiles?(?: strikes?| attacks?)?|shell fire)"
)
_HIT = (
    r"(?:hit|struck|targeted|pounded|bombed|followed|continu\w+|resumed|intensified|rained|dropped"
    r"|destroyed|levelled|landed|fell|slammed|crashed|exploded|haven't stopped|have not stopped|never stopped"
    r"|killed|wounded|pummelled|hammered|battered|attacked|escalated|increased)"
)
_WAGE = (
    r"(?:launch\w*|carr(?:y|ied|ies|ying) out|conduct\w*|unleash\w*|mount\w*|stepped up|intensif\w+|began"
    r"|begun|start\w*|resum\w+|press\w*|stag(?:ed|ing)|flew)"
)
_ARMED = (
    r"(?:(?:armed )?(?:men|group|groups)|gunmen|fighters|militants?|militias?|rebels?|insurgents|forces"
    r"|troops|soldiers|army|jihadists|paramilitaries|combatants|(?:opposition|government) forces)"
)
_GATE = r"(?:border|frontier|(?:border )?crossing|gate|border post|border gate)s?"
_NAMED = (
    r"(?:the |a )?(?:(?:city|town|village|district|camp|outskirts|centre|neighbou?rhood|suburbs?|area"
    r"|province|villages|towns|areas) (?:of |in |around )?)?(?:(?:north|south|east|west)\w* )?(?:al-"
    r"|el-)?[A-Z]"
)
_SIDE = (
    r"(?:areas?|territor(?:y|ies)|towns?|villages?|districts?|land|regions?|pockets?|parts?|suburbs?"
    r"|neighbou?rhoods?|city|cities)"
)


@dataclass(frozen=True)
class Rule:
    """A pattern of words and the fact it makes."""

    kind: str
    indicator: str
    pattern: re.Pattern[str]
    whole: bool = True
    modality: Modality | None = None
    confidence: float = 0.7


def _rule(
    kind: str,
    indicator: str,
    pattern: str,
    *,
    whole: bool = True,
    modality: Modality | None = None,
    sure: float = 0.7,
) -> Rule:
    return Rule(kind, indicator, re.compile(pattern), whole, modality, sure)


_LOCATED = r"(?:on|of|in|near|against|around|over|at|into|across|from [A-Z]\w+ (?:on|into))"
RULES: tuple[Rule, ...] = (
    _rule("attack", "airstrike", rf"\b{_WAGE} (?:[\w-]+ ){{0,6}}?{_AIR}"),
    _rule("attack", "airstrike", rf"\b{_PLANES} (?:(?:have|has|had|also|then|again|reportedly) ){{0,3}}{_HIT}\b"),
    _rule("attack", "airstrike", rf"\b(?i:{_AIR}) {_LOCATED} {_NAMED}", sure=0.65),
    _rule(
        "attack",
        "airstrike",
        rf"\b(?:bombed|(?:was|were|been) bombed|hit by (?:\w+ ){{0,2}}{_AIR}"
        rf"|[Cc]ame under (?:\w+ )?{_AIR})\b",
    ),
    _rule("attack", "shelling", rf"\b(?i:{_SHELLS}) (?:\w+ly )?{_LOCATED} {_NAMED}", sure=0.7),
    _rule("attack", "shelling", rf"\b(?i:{_SHELLS}) (?:(?:have|has|had|also|then|again) ){{0,2}}{_HIT}\b"),
    _rule(
        "attack",
        "shelling",
        r"\b(?:(?:was|were|been) shelled|shelled (?:the|a|al-|el-|[A-Z])|fired (?:\w+ ){0,2}(?:shells"
        r"|rockets|mortars|missiles))",
    ),
    _rule(
        "attack",
        "ground_offensive",
        rf"\b{_WAGE} (?:(?:an?|its|their|the|another) )?(?:[\w-]+ ){{0,4}}?(?:offensive|assault"
        rf"|ground operation|advance|ground attack|push)\b",
    ),
    _rule(
        "attack",
        "ground_offensive",
        r"\b(?:push on the ground|ground (?:offensive|assault|operation|push)|(?:offensive|assault) (?:on"
        r"|against) (?:the )?(?:\w+ (?:of )?)?[A-Z])",
    ),
    _rule(
        "attack",
        "ground_offensive",
        rf"\b(?i:{_ARMED}) (?:(?:have|has|had|also|reportedly|then) ){{0,2}}(?:attacked|stormed|raided"
        rf"|assaulted|advanced (?:on|towards|into)|overran|ambushed|entered and burn)",
    ),
    _rule(
        "attack",
        "ground_offensive",
        r"\b(?i:fighting|clashes|hostilities) (?:\w+ ){0,4}?(?:erupted|broke out|resumed|intensified|raged"
        r"|escalated|flared)\b",
        sure=0.55,
    ),
    _rule(
        "control",
        "held",
        rf"\b(?:{_SIDE}) (?:(?:still|currently|now|previously|formerly|that (?:are|were|is)) )*(?:held"
        rf"|controlled|governed|ruled|occupied) by (?:the |so-called |an? )*[\w'-]+(?: [A-Z][\w'-]+){{0,4}}",
        whole=False,
    ),
    _rule(
        "control",
        "held",
        r"\b(?:(?:is|are|remains?|was|were|still|remained) (?:\w+ )?(?:held|controlled) by"
        r"|under (?:the )?(?:full |complete )?control of)\b",
    ),
    _rule(
        "control",
        "held",
        rf"\b[\w']+-(?:held|controlled) (?:\w+ )?(?:{_SIDE}|province|governorate)?(?: (?:of"
        rf"|in))? ?(?:the )?(?:(?:north|south|east|west)\w* )?(?:al-|el-)?[A-Z][\w'-]+(?:[ -][A-Z][\w'-]+)*",
        whole=False,
        sure=0.6,
    ),
    _rule(
        "control",
        "taken",
        r"\b(?:captured|seized|retook|recaptured|overran|regained|wrested|(?:took|taken|gained|regained"
        r"|seized|retaken) (?:full |complete |over )?control of|took over"
        r"|re-?captured) (?:the )?(?:[\w-]+ ){0,4}?(?:of )?(?:al-|el-)?[A-Z]",
    ),
    _rule(
        "control",
        "taken",
        rf"\b(?:{_ARMED}|[A-Z][A-Za-z]*[A-Z]|army) (?:forces |fighters |troops )?(?:(?:have|has|had|then) )*"
        rf"(?:entered|moved into|marched into) (?:the )?(?:town|city|village|camp|district|{_NAMED})",
        sure=0.5,
    ),
    _rule(
        "control",
        "shrinking",
        rf"\b(?:withdrew|withdrawn|pulled out|retreated|expelled) from (?:the )?"
        rf"(?:town|city|village|camp|base|{_NAMED})",
    ),
    _rule("control", "taken", r"\b(?:retook|recaptured|captured|seized) (?:it|them)\b", sure=0.55),
    _rule(
        "control",
        "taken",
        r"\btook (?:the )?(?:strategic |key |northern |southern |eastern |western )?(?:town|city|village"
        r"|district|area|neighbou?rhood|camp) of\b",
    ),
    _rule(
        "control",
        "taken",
        r"\b(?:was|were|been|has been) (?:captured|seized|retaken|recaptured|overrun|taken over"
        r"|liberated) by\b|\b(?:fell|fallen|has fallen) (?:to|into the hands of)\b (?:the |[A-Z]|rebel"
        r"|government|opposition)",
    ),
    _rule(
        "control",
        "shrinking",
        r"\b(?:(?:driv(?:e|en|ing)|drove|push(?:ed|ing)|forc(?:ed|ing)|squeez(?:ed"
        r"|ing)) (?:[\w-]+ ){0,4}(?:forces|fighters|troops|rebels|army|militants) (?:in)?to\b|los(?:t|ing"
        r"|es) (?:ground|territory)|(?:tighter|shrinking|ever smaller) (?:\w+ )?(?:enclave|pocket"
        r"|territory))",
    ),
    _rule(
        "control",
        "shrinking",
        r"\b(?i:collapse|retreat|rout|withdrawal) of (?:the )?(?:\w+ ){0,2}?(?:forces|front|lines?"
        r"|defen[cs]es|rebels?|army|opposition|troops|fighters)\b",
    ),
    _rule(
        "control",
        "shrinking",
        r"\b(?:forces|fighters|troops|rebels|army) (?:have |had |has )?(?:collapsed|retreated|withdrew"
        r"|withdrawn|pulled (?:back|out)|(?:is|are|were|was) (?:retreating|collapsing|withdrawing))\b",
    ),
    _rule(
        "control",
        "threatened",
        r"\b(?:close to|about to|on the (?:verge|brink|point) of|in danger of|looks? set to|may soon"
        r"|could soon|(?:is|are) likely to) (?:be |being )?(?:fall(?:ing)?\b|overrun|collaps(?:e|ing)"
        r"|captured|encircled|cut off|taken|lost|besieged|surrounded)",
        modality="forecast",
    ),
    _rule(
        "border",
        "closed",
        rf"\b{_GATE}(?: (?:at|of|in|with|to|into|between) [\w' -]{{2,40}}?)? (?:(?:is|are|was|were"
        rf"|remain(?:s|ed)?|has|have|had|been|stays?|still|now|also|largely|firmly|effectively|reportedly"
        rf"|completely) )+(?:closed|shut|sealed|blocked)\b",
    ),
    _rule(
        "border",
        "closed",
        rf"\b(?:clos(?:ed|es|ing)|shut(?:ting)?|seal(?:ed|ing)|block(?:ed|ing)) (?:down |off )?(?:its|the"
        rf"|their|all|both|several|most) (?:[\w'-]+ ){{0,3}}?{_GATE}\b",
    ),
    _rule(
        "border",
        "closed",
        rf"\b(?:kept|keeps|keeping) (?:its|the|their) (?:[\w'-]+ ){{0,4}}?{_GATE} (?:closed|shut|sealed)\b",
    ),
    _rule(
        "border",
        "closed",
        r"\b(?:(?:will|would|do|does|did|can|could|shall) (?:not|no longer)|refus(?:e|es|ed|ing) to|stopped|no longer)"
        r" (?:admit(?:s|ting)?|accept(?:s|ing)?|receiv(?:e|es|ing)|allow(?:s|ing)?|let(?:s|ting)? in|take in|taking in)"
        r" (?:any |more |further |new |the |additional )*(?:\w+ )?"
        r"(?:refugees|arrivals|asylum[- ]seekers|people|displaced)\b",
        modality="asserted",
    ),
    _rule("border", "closed", rf"\b(?i:closure) of (?:its|the|their|all) (?:[\w'-]+ ){{0,3}}?{_GATE}"),
    _rule(
        "border",
        "open",
        rf"\b(?:(?:re-?)?open(?:ed|s|ing)) (?:its|the|their|all|both|several) "
        rf"(?:[\w'-]+ ){{0,3}}?{_GATE}\b|\b{_GATE}(?: (?:at|of|in|with|to) [\w' -]{{2,30}}?)? (?:(?:is|are"
        rf"|was|were|remain(?:s|ed)?|has|have|been|now|also|still) )*(?:re-?opened|open(?:ed)?)\b(?! fire)",
    ),
    _rule(
        "border",
        "restricted",
        rf"\b(?i:only|just) (?:[\w' -]{{2,60}}?) (?:(?:is|are|was|were|being|have been|been) )+(?:let"
        rf"|allowed|permitted|admitted)\b(?: (?:through|in|across|to (?:cross|enter|pass)))?|\b(?:not"
        rf"|no longer) (?:being )?(?:allowed|permitted) to (?:cross|enter)|\b(?:restrict|tighten"
        rf"|limit)(?:ed|ing|s)? (?:\w+ ){{0,4}}{_GATE}|\b(?:turned back|refused entry"
        rf"|pushed back) (?:\w+ ){{0,3}}(?:at|from|by)\b|\b(?:letting|allowing|admitting|lets|allows"
        rf"|admits) (?:in )?only\b",
    ),
    _rule(
        "intervention",
        "military",
        r"\b(?:stepped in\b(?! to (?:help|feed))|(?:has |have |had )?intervened (?:militarily|in|on)"
        r"|(?:joined|entered) the (?:war|fight(?:ing)?|fray|conflict|battle)|military intervention|(?:sent"
        r"|deployed|sending|deploying) (?:\w+ ){0,3}(?:troops|forces|warplanes|soldiers|advisers"
        r"|special forces|commandos|tanks))\b",
    ),
    _rule(
        "intervention",
        "ceasefire",
        r"\b(?i:cease-?fires?|truce|cessation of hostilities|peace (?:talks|deal|agreement|accord|process)"
        r"|peace negotiations|armistice)\b",
    ),
    _rule("intervention", "confidence_building", r"\b(?i:confidence[- ]building)\b"),
    _rule("intervention", "condemnation", r"\b(?i:condemn(?:ed|s|ation|ing)|denounced|outcry|deplored)\b"),
    _rule(
        "displacement",
        "newly_displaced",
        r"\b(?:(?i:mass(?:ive)?|biggest|largest|huge|fresh|new|latest|large-scale|renewed"
        r"|another) (?:\w+ ){0,3}?(?:movement|exodus|displacement|influx|wave) of (?:\w+ )?(?:people"
        r"|refugees|civilians|families|displaced|residents)|(?i:the|an|a) (?:\w+ )?exodus)\b",
        sure=0.6,
    ),
    _rule(
        "displacement",
        "newly_displaced",
        r"\b(?:population|civilians|residents|people|families|villagers|inhabitants|households"
        r"|communities) (?:(?:have|has|had) (?:begun|started) (?:to flee|fleeing|leaving)|(?:is|are|was"
        r"|were|have been|has been|had been|had|have) (?:\w+ ){0,2}?(?:fleeing|displaced|uprooted"
        r"|forced to flee|fled|driven from|forced from)|(?:continue[sd]?|began|started) to (?:flee|leave))",
        sure=0.65,
    ),
    _rule(
        "displacement",
        "newly_displaced",
        r"\b(?i:(?:most|many|all|some)(?: of the)? (?:residents|people|civilians|villagers|families"
        r"|inhabitants)|entire (?:population|villages?|communities)) (?:\w+ ){0,2}?(?:fled|left"
        r"|were displaced|were evacuated|have fled|have left|had fled|had left)",
        sure=0.65,
    ),
    _rule(
        "aid",
        "delivered",
        r"\b(?i:aid|relief|humanitarian|food|medical) ?(?:convoys?|supplies|trucks|aid|assistance"
        r"|deliver(?:y|ies))? (?:\w+ ){0,3}?(?:reached|arrived|delivered|entered|was blocked|were blocked"
        r"|were distributed|was distributed|could not|unable|suspended)\b",
        sure=0.6,
    ),
    _rule(
        "aid",
        "delivered",
        r"\b(?:prevented|blocked|hamper(?:ed|ing)|halted|suspended|obstruct\w+|cut off"
        r"|hindered) (?:the )?(?:\w+ ){0,4}?(?:aid|assistance|relief|deliver(?:y|ies)|humanitarian access"
        r"|supplies)\b",
        modality="denied",
        sure=0.6,
    ),
)
STEMS = {  # a rule's patterns are tried only where one of these is in the sentence: it saves half the time
    "attack": (
        *(
            "strike",
            "raid",
            "bomb",
            "sort",
            "plane",
            "jet",
            "drone",
            "helicopter",
            "air",
            "shell",
            "artill",
            "mortar",
        ),
        *(
            "rocket",
            "missile",
            "offensive",
            "assault",
            "attack",
            "storm",
            "advance",
            "push",
            "fighting",
            "clash",
        ),
        *("hostilities", "overran", "ambush", "entered"),
    ),
    "control": (
        *(
            "held",
            "control",
            "govern",
            "rule",
            "occup",
            "captur",
            "seize",
            "took",
            "taken",
            "fell",
            "fallen",
            "overr",
        ),
        *(
            "gain",
            "wrest",
            "liberat",
            "ground",
            "territ",
            "enclave",
            "pocket",
            "collaps",
            "retreat",
            "rout",
            "withdr",
        ),
        *(
            "pull",
            "close to",
            "about to",
            "verge",
            "brink",
            "point of",
            "danger",
            "set to",
            "soon",
            "likely",
            "driv",
        ),
        *("drove", "push", "forc", "squeez", "entered", "moved into", "marched", "expel"),
    ),
    "border": (
        "border",
        "frontier",
        "crossing",
        "gate",
        "only",
        "just",
        "allowed",
        "permit",
        "turned",
        "refus",
        "admit",
        "accept",
        "receiv",
        "let",
        "take in",
        "letting",
        "push",
    ),
    "intervention": (
        *(
            "stepped in",
            "interven",
            "joined",
            "entered",
            "sent",
            "sending",
            "deploy",
            "cease",
            "truce",
            "peace",
        ),
        *("cessation", "armistice", "confidence", "condemn", "denounc", "outcry", "deplor"),
    ),
    "displacement": (
        "exodus",
        "displac",
        "fle",
        "left",
        "uproot",
        "driven",
        "forced",
        "movement",
        "influx",
        "wave",
        "leav",
        "evacuat",
    ),
    "aid": ("aid", "relief", "humanitarian", "food", "medical", "assist", "deliver", "suppl"),
}
