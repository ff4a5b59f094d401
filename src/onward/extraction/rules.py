"""Patterns of facts without a figure: attacks, control, borders, interventions, flight in words, aid."""

from __future__ import annotations

from onward.extraction.rule import Rule, rule
from onward.extraction.war_rules import WAR_RULES

_GATE = r"(?:border|frontier|(?:border )?crossing|gate|border post|border gate)s?"

RULES: tuple[Rule, ...] = (
    *WAR_RULES,
    rule(
        "border",
        "closed",
        rf"\b{_GATE}(?: (?:at|of|in|with|to|into|between) [\w' -]{{2,40}}?)? (?:(?:is|are|was|were"
        rf"|remain(?:s|ed)?|has|have|had|been|stays?|still|now|also|largely|firmly|effectively|reportedly"
        rf"|completely) )+(?:closed|shut|sealed|blocked)\b",
    ),
    rule(
        "border",
        "closed",
        rf"\b(?:clos(?:ed|es|ing)|shut(?:ting)?|seal(?:ed|ing)|block(?:ed|ing)) (?:down |off )?(?:its|the"
        rf"|their|all|both|several|most) (?:[\w'-]+ ){{0,3}}?{_GATE}\b",
    ),
    rule(
        "border",
        "closed",
        rf"\b(?:kept|keeps|keeping) (?:its|the|their) (?:[\w'-]+ ){{0,4}}?{_GATE} (?:closed|shut|sealed)\b",
    ),
    rule(
        "border",
        "closed",
        r"\b(?:(?:will|would|do|does|did|can|could|shall) (?:not|no longer)|refus(?:e|es|ed|ing) to|stopped|no longer)"
        r" (?:admit(?:s|ting)?|accept(?:s|ing)?|receiv(?:e|es|ing)|allow(?:s|ing)?|let(?:s|ting)? in|take in|taking in)"
        r" (?:any |more |further |new |the |additional )*(?:\w+ )?"
        r"(?:refugees|arrivals|asylum[- ]seekers|people|displaced)\b",
        modality="asserted",
    ),
    rule("border", "closed", rf"\b(?i:closure) of (?:its|the|their|all) (?:[\w'-]+ ){{0,3}}?{_GATE}"),
    rule(
        "border",
        "open",
        rf"\b(?:(?:re-?)?open(?:ed|s|ing)) (?:its|the|their|all|both|several) "
        rf"(?:[\w'-]+ ){{0,3}}?{_GATE}\b|\b{_GATE}(?: (?:at|of|in|with|to) [\w' -]{{2,30}}?)? (?:(?:is|are"
        rf"|was|were|remain(?:s|ed)?|has|have|been|now|also|still) )*(?:re-?opened|open(?:ed)?)\b(?! fire)",
    ),
    rule(
        "border",
        "restricted",
        rf"\b(?i:only|just) (?:[\w' -]{{2,60}}?) (?:(?:is|are|was|were|being|have been|been) )+(?:let"
        rf"|allowed|permitted|admitted)\b(?: (?:through|in|across|to (?:cross|enter|pass)))?|\b(?:not"
        rf"|no longer) (?:being )?(?:allowed|permitted) to (?:cross|enter)|\b(?:restrict|tighten"
        rf"|limit)(?:ed|ing|s)? (?:\w+ ){{0,4}}{_GATE}|\b(?:turned back|refused entry"
        rf"|pushed back) (?:\w+ ){{0,3}}(?:at|from|by)\b|\b(?:letting|allowing|admitting|lets|allows"
        rf"|admits) (?:in )?only\b",
    ),
    rule(
        "intervention",
        "military",
        r"\b(?:stepped in\b(?! to (?:help|feed))|(?:has |have |had )?intervened (?:militarily|in|on)"
        r"|(?:joined|entered) the (?:war|fight(?:ing)?|fray|conflict|battle)|military intervention|(?:sent"
        r"|deployed|sending|deploying) (?:\w+ ){0,3}(?:troops|forces|warplanes|soldiers|advisers"
        r"|special forces|commandos|tanks))\b",
    ),
    rule(
        "intervention",
        "ceasefire",
        r"\b(?i:cease-?fires?|truce|cessation of hostilities|peace (?:talks|deal|agreement|accord|process)"
        r"|peace negotiations|armistice)\b",
    ),
    rule("intervention", "confidence_building", r"\b(?i:confidence[- ]building)\b"),
    rule("intervention", "condemnation", r"\b(?i:condemn(?:ed|s|ation|ing)|denounced|outcry|deplored)\b"),
    rule(
        "displacement",
        "newly_displaced",
        r"\b(?:(?i:mass(?:ive)?|biggest|largest|huge|fresh|new|latest|large-scale|renewed"
        r"|another) (?:\w+ ){0,3}?(?:movement|exodus|displacement|influx|wave) of (?:\w+ )?(?:people"
        r"|refugees|civilians|families|displaced|residents)|(?i:the|an|a) (?:\w+ )?exodus)\b",
        sure=0.6,
    ),
    rule(
        "displacement",
        "newly_displaced",
        r"\b(?:population|civilians|residents|people|families|villagers|inhabitants|households"
        r"|communities) (?:(?:have|has|had) (?:begun|started) (?:to flee|fleeing|leaving)|(?:is|are|was"
        r"|were|have been|has been|had been|had|have) (?:\w+ ){0,2}?(?:fleeing|displaced|uprooted"
        r"|forced to flee|fled|driven from|forced from)|(?:continue[sd]?|began|started) to (?:flee|leave))",
        sure=0.65,
    ),
    rule(
        "displacement",
        "newly_displaced",
        r"\b(?i:(?:most|many|all|some)(?: of the)? (?:residents|people|civilians|villagers|families"
        r"|inhabitants)|entire (?:population|villages?|communities)) (?:\w+ ){0,2}?(?:fled|left"
        r"|were displaced|were evacuated|have fled|have left|had fled|had left)",
        sure=0.65,
    ),
    rule(
        "aid",
        "delivered",
        r"\b(?i:aid|relief|humanitarian|food|medical) ?(?:convoys?|supplies|trucks|aid|assistance"
        r"|deliver(?:y|ies))? (?:\w+ ){0,3}?(?:reached|arrived|delivered|entered|was blocked|were blocked"
        r"|were distributed|was distributed|could not|unable|suspended)\b",
        sure=0.6,
    ),
    rule(
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
