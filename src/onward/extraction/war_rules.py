"""Patterns of attacks and of who holds or takes a place."""

from __future__ import annotations

from onward.extraction.rule import Rule, rule

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
_NAMED = (
    r"(?:the |a )?(?:(?:city|town|village|district|camp|outskirts|centre|neighbou?rhood|suburbs?|area"
    r"|province|villages|towns|areas) (?:of |in |around )?)?(?:(?:north|south|east|west)\w* )?(?:al-"
    r"|el-)?[A-Z]"
)
_SIDE = (
    r"(?:areas?|territor(?:y|ies)|towns?|villages?|districts?|land|regions?|pockets?|parts?|suburbs?"
    r"|neighbou?rhoods?|city|cities)"
)

_LOCATED = r"(?:on|of|in|near|against|around|over|at|into|across|from [A-Z]\w+ (?:on|into))"
WAR_RULES: tuple[Rule, ...] = (
    rule("attack", "airstrike", rf"\b{_WAGE} (?:[\w-]+ ){{0,6}}?{_AIR}"),
    rule("attack", "airstrike", rf"\b{_PLANES} (?:(?:have|has|had|also|then|again|reportedly) ){{0,3}}{_HIT}\b"),
    rule("attack", "airstrike", rf"\b(?i:{_AIR}) {_LOCATED} {_NAMED}", sure=0.65),
    rule(
        "attack",
        "airstrike",
        rf"\b(?:bombed|(?:was|were|been) bombed|hit by (?:\w+ ){{0,2}}{_AIR}"
        rf"|[Cc]ame under (?:\w+ )?{_AIR})\b",
    ),
    rule("attack", "shelling", rf"\b(?i:{_SHELLS}) (?:\w+ly )?{_LOCATED} {_NAMED}", sure=0.7),
    rule("attack", "shelling", rf"\b(?i:{_SHELLS}) (?:(?:have|has|had|also|then|again) ){{0,2}}{_HIT}\b"),
    rule(
        "attack",
        "shelling",
        r"\b(?:(?:was|were|been) shelled|shelled (?:the|a|al-|el-|[A-Z])|fired (?:\w+ ){0,2}(?:shells"
        r"|rockets|mortars|missiles))",
    ),
    rule(
        "attack",
        "ground_offensive",
        rf"\b{_WAGE} (?:(?:an?|its|their|the|another) )?(?:[\w-]+ ){{0,4}}?(?:offensive|assault"
        rf"|ground operation|advance|ground attack|push)\b",
    ),
    rule(
        "attack",
        "ground_offensive",
        r"\b(?:push on the ground|ground (?:offensive|assault|operation|push)|(?:offensive|assault) (?:on"
        r"|against) (?:the )?(?:\w+ (?:of )?)?[A-Z])",
    ),
    rule(
        "attack",
        "ground_offensive",
        rf"\b(?i:{_ARMED}) (?:(?:have|has|had|also|reportedly|then) ){{0,2}}(?:attacked|stormed|raided"
        rf"|assaulted|advanced (?:on|towards|into)|overran|ambushed|entered and burn)",
    ),
    rule(
        "attack",
        "ground_offensive",
        r"\b(?i:fighting|clashes|hostilities) (?:\w+ ){0,4}?(?:erupted|broke out|resumed|intensified|raged"
        r"|escalated|flared)\b",
        sure=0.55,
    ),
    rule(
        "control",
        "held",
        rf"\b(?:{_SIDE}) (?:(?:still|currently|now|previously|formerly|that (?:are|were|is)) )*(?:held"
        rf"|controlled|governed|ruled|occupied) by (?:the |so-called |an? )*[\w'-]+(?: [A-Z][\w'-]+){{0,4}}",
        whole=False,
    ),
    rule(
        "control",
        "held",
        r"\b(?:(?:is|are|remains?|was|were|still|remained) (?:\w+ )?(?:held|controlled) by"
        r"|under (?:the )?(?:full |complete )?control of)\b",
    ),
    rule(
        "control",
        "held",
        rf"\b[\w']+-(?:held|controlled) (?:\w+ )?(?:{_SIDE}|province|governorate)?(?: (?:of"
        rf"|in))? ?(?:the )?(?:(?:north|south|east|west)\w* )?(?:al-|el-)?[A-Z][\w'-]+(?:[ -][A-Z][\w'-]+)*",
        whole=False,
        sure=0.6,
    ),
    rule(
        "control",
        "taken",
        r"\b(?:captured|seized|retook|recaptured|overran|regained|wrested|(?:took|taken|gained|regained"
        r"|seized|retaken) (?:full |complete |over )?control of|took over"
        r"|re-?captured) (?:the )?(?:[\w-]+ ){0,4}?(?:of )?(?:al-|el-)?[A-Z]",
    ),
    rule(
        "control",
        "taken",
        rf"\b(?:{_ARMED}|[A-Z][A-Za-z]*[A-Z]|army) (?:forces |fighters |troops )?(?:(?:have|has|had|then) )*"
        rf"(?:entered|moved into|marched into) (?:the )?(?:town|city|village|camp|district|{_NAMED})",
        sure=0.5,
    ),
    rule(
        "control",
        "shrinking",
        rf"\b(?:withdrew|withdrawn|pulled out|retreated|expelled) from (?:the )?"
        rf"(?:town|city|village|camp|base|{_NAMED})",
    ),
    rule("control", "taken", r"\b(?:retook|recaptured|captured|seized) (?:it|them)\b", sure=0.55),
    rule(
        "control",
        "taken",
        r"\btook (?:the )?(?:strategic |key |northern |southern |eastern |western )?(?:town|city|village"
        r"|district|area|neighbou?rhood|camp) of\b",
    ),
    rule(
        "control",
        "taken",
        r"\b(?:was|were|been|has been) (?:captured|seized|retaken|recaptured|overrun|taken over"
        r"|liberated) by\b|\b(?:fell|fallen|has fallen) (?:to|into the hands of)\b (?:the |[A-Z]|rebel"
        r"|government|opposition)",
    ),
    rule(
        "control",
        "shrinking",
        r"\b(?:(?:driv(?:e|en|ing)|drove|push(?:ed|ing)|forc(?:ed|ing)|squeez(?:ed"
        r"|ing)) (?:[\w-]+ ){0,4}(?:forces|fighters|troops|rebels|army|militants) (?:in)?to\b|los(?:t|ing"
        r"|es) (?:ground|territory)|(?:tighter|shrinking|ever smaller) (?:\w+ )?(?:enclave|pocket"
        r"|territory))",
    ),
    rule(
        "control",
        "shrinking",
        r"\b(?i:collapse|retreat|rout|withdrawal) of (?:the )?(?:\w+ ){0,2}?(?:forces|front|lines?"
        r"|defen[cs]es|rebels?|army|opposition|troops|fighters)\b",
    ),
    rule(
        "control",
        "shrinking",
        r"\b(?:forces|fighters|troops|rebels|army) (?:have |had |has )?(?:collapsed|retreated|withdrew"
        r"|withdrawn|pulled (?:back|out)|(?:is|are|were|was) (?:retreating|collapsing|withdrawing))\b",
    ),
    rule(
        "control",
        "threatened",
        r"\b(?:close to|about to|on the (?:verge|brink|point) of|in danger of|looks? set to|may soon"
        r"|could soon|(?:is|are) likely to) (?:be |being )?(?:fall(?:ing)?\b|overrun|collaps(?:e|ing)"
        r"|captured|encircled|cut off|taken|lost|besieged|surrounded)",
        modality="forecast",
    ),
)
