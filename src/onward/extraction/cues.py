"""Cue words that tell what a figure counts: the nouns after it and the verbs around it."""

from __future__ import annotations

import re

_ADVERB = (
    r"(?:also|already|now|since|recently|newly|internally|forcibly|temporarily|reportedly|still|currently"
    r"|so far|either|gradually|mostly|estimated|believed"
    r"|thought|said|reported|registered|recorded|confirmed|known|feared|later|again|subsequently"
    r"|themselves|all|to be|to have(?: been)?|as|previously|successfully|likely"
    r"|not|physically|expected|permanently|initially|immediately|safely|then|further|often|have|has|had"
    r"|been|being|were|was|are|is|be|got|get|remain(?:s|ed)?|would|will|could|may|might|must|should)"
)
AUX = rf"(?:{_ADVERB}[ ,]+)*"
_DWELL = (
    r"(?:homes?|houses?|dwellings?|villages?|towns?|areas?|neighbou?rhoods?|communit(?:y|ies)|land"
    r"|properties|residences?|territor(?:y|ies)|lands)"
)
_SHELTERS = (
    r"(?:camps?|shelters?|cent(?:re|er)s?|host (?:famil|communit)\w+|schools?|tents?|collective sites?"
    r"|sites?|church(?:es)?|mosques?|hotels?|monaster(?:y|ies)|relatives"
    r"|famil(?:y|ies)|settlements?|public buildings|open areas?|the open|hall)"
)
_EDGE = (
    r"(?:borders?|frontiers?|(?:border )?crossings?|gates?|border (?:post|gate|point|strip|area)s?"
    r"|berm|fence|demarcation line|no[- ]man's[- ]land)"
)

PEOPLE = (
    r"people|persons?|pers|pax|individuals?|indiv|civilians?|residents?|inhabitants?|villagers?|townspeople|refugees?"
    r"|IDPs?|evacuees?|returnees?|deportees?|migrants?|men|women|children|child"
    r"|girls?|boys?|adults?|elderly|youths?|students?|pupils?|workers?|labourers?|farmers?|fighters?"
    r"|soldiers?|troops|peacekeepers?|militants?|rebels?|patients?|asylum[- ]seekers?|survivors?|victims?"
    r"|arrivals?|newcomers?|citizens?|nationals?|souls|occupants?|visitors?|tourists?|prisoners?"
    r"|detainees?|staff|indigenous|homeless|dead|deaths?|fatalit(?:y|ies)|lives|casualties|bodies"
    r"|wounded|injured|injuries|(?:new )?displacements?|displaced|evacuations?|evacuated|policem[ae]n"
    r"|beneficiar(?:y|ies)|INDs?|officers?|members?|minors?|mothers?|nomads|pastoralists|fishermen|traders"
    r"|Syrians|Iraqis|Yemenis|Afghans|Palestinians|Rohingyas?|Ukrainians|Sudanese|Venezuelans|Colombians"
    r"|Somalis|Libyans|Lebanese|Kurds|Turkmen|Yazidis|Christians|Armenians|Eritreans"
    r"|(?:crossings|entries|departures|returns)(?= from| into| to| in| were|[,.])"
    r"|(?:population )?movements(?= (?:recorded|tracked|compris\w+|compos\w+|from|into|to|in|between)\b"
    r"| (?:were|was)\b|[,.:])"
    r"|Ethiopians|Congolese|Burundians|Nigerians|Malians|Haitians"
)
NATIONS = r"[A-Z][a-z]+(?:ans|ese|iens)"
HOUSEHOLD = r"households?|famil(?:y|ies)|HHs?|fam"
HOME = (
    r"homes?|houses?|dwellings?|residences|housing units?|apartments?|flats|buildings?|shelters?(?! cent)"
    r"|huts?|shacks?|tents|units|structures|properties|mud-and-thatch homes"
)
OTHER = (
    r"provinces?|districts?|villages?|towns?|cities|camps?|counties|countries|governorates?|states?"
    r"|regions?|communities|neighbou?rhoods?|buses|bus|trucks?|vehicles?|cars|convoys?"
    r"|schools?|hospitals?|clinics?|cent(?:re|er)s?|sites?|groups?|teams?|attacks?|air ?strikes?|strikes?"
    r"|sorties|bombs?|raids?|incidents?|landslides?|storms?|hotels?|churches|bridges?"
    r"|localities|prefectures|municipalities|islands?|warnings?|alerts?|posts?|volunteers?|sources?"
    r"|organi[sz]ations|agencies|reports?|phases?|waves?|cattle|sheep|goats?|livestock"
    r"|animals|percent|times|flats?|storeys|floors|tanks?|missiles?|shells?|rockets?|checkpoints?"
    r"|crossings?(?! (?:into|the|to|over|from|in|at|on|by)\b)|liters|gallons|fires?"
    r"|parcels?|litres|meals|boats?|ships?|monasteries|aftershocks?|typhoons?"
    r"|hurricanes?|rounds?|points?|ways?|parts?|sides?|events?|cases?|reasons?|wards?|departments?|rooms?"
    r"|beds?|partners?|projects?|days?|brothers|parties|sisters|front|fronts|hectares"
)
_STOP = (
    r"(?!(?:through|via|towards?|across|within|outside|inside|in|at|by|from|on|and|or|to|who|whom|which|that|were"
    r"|was|are|is|have|has|had|been|as|after"
    r"|before|with|for|but|while|when|because|since|between|near|under|of|into"
    r"|fled|left|found|lost|built|shared?|rent(?:ed)?|stay(?:ed)?|lived?|slept|entered|received|need|died|killed"
    r"|moved|returned|remain\w*|crossed|arriv\w+|sought|took|living|staying|rendered"
    r"|others?|more|reach\w*|went|forced|flee|fleeing|made|had|did|would|will|could|may|might|has|do|does|of)\b)"
)
_NO_NOUN = r"(?!displaced|evacuated|homeless|dead|wounded|injured|dead)"
_ANY_NOUN = rf"{_NO_NOUN}(?:{HOUSEHOLD}|{HOME}|{OTHER}|{PEOPLE})"
NOUN = re.compile(
    rf"(?!,)(?:[ ]more(?=[ ]\w))?(?:[ ]+(?:-|:)?[ ]?(?:[Tt]otal )?(?:the )?[Nn]umber of)?"
    rf"(?:[ ,]+(?:of (?:the|these|those|its|their)"
    rf"|\w+ and(?= \w+ (?:{PEOPLE})\b)|{_STOP}(?!\d)[\w'-]+)){{0,4}}?[ ]+"
    rf"(?:(?i:(?P<household>{HOUSEHOLD})|(?P<home>{HOME})|(?P<other>{OTHER}))|(?P<people>(?i:{PEOPLE})"
    rf"|{NATIONS}))\b(?!-)(?!'?[ ](?i:{_ANY_NOUN}|hosting sites?|hosting centres?)\b)"
)
GROUP = re.compile(
    r" (?P<people>[A-Z][a-z]{2,}(?= (?:have|had|fled|crossed|sought|were|who|returned|arrived)\b)"
    r"|(?:[A-Z][a-z]+ )?[A-Z][a-z]{2,}s\b(?= (?:\([^()]{1,80}\) )?(?:\w+ ){0,8}?(?:fled|took|were"
    r"|have|had|crossed|left|live|are"
    r"|remain|arrived|returned)))"
)
OF_THEM = re.compile(r" of (?:them|whom|these|those|which|the displaced)\b")
PARTITIVE = re.compile(r" (?:out )?of (?:the|these|those|some|about|around|an estimated|more than|its|their) $")

# Nouns and their modifiers that say by themselves what is counted, in order of strength.
INSIDE = (
    ("killed", re.compile(r"\b(?:dead|deaths?|fatalit\w+|bodies)\b")),
    ("injured", re.compile(r"\b(?:wounded|injured|injuries)\b")),
    (
        "destroyed",
        re.compile(r"\b(?:(?:totally|completely|fully) damaged|destroyed) (?:\w+ )?(?:houses|homes|dwellings)\b"),
    ),
    ("damaged", re.compile(r"\bdamaged (?:\w+ )?(?:houses|homes|dwellings)\b")),
    ("aided", re.compile(r"\bbeneficiar(?:y|ies)\b", re.I)),
    ("returned", re.compile(r"\b(?:returnees?|returns|deportees?|deportations?)\b", re.I)),
    ("evacuated", re.compile(r"\b(?:evacuees?|evacuations?|evacuated)\b", re.I)),
    (
        "newly_displaced",
        re.compile(
            r"\b(?:new(?:ly)?[- ](?:internally )?displaced|new displacements?|new IDPs|(?:\w+ ){0,3}displacements?"
            r"|crossings|entries|departures|movements"
            r"|new arrivals?|newly arrived|arrivals|newcomers?)\b",
            re.I,
        ),
    ),
    ("stock", re.compile(r"\b(?:internally displaced|IDPs?|displaced|homeless)\b", re.I)),
    ("refugees", re.compile(r"\b(?:refugees?|asylum[- ]seekers?)\b", re.I)),
)

POST = re.compile(
    rf"(?P<killed>\b(?:killed|died|dead\b|lost their lives|slain|executed|massacred|drowned|perished))"
    rf"|(?P<injured>\b(?:hospitali[sz]ed|in hospital with|injured|wounded|hurt\b|(?:sustained"
    rf"|with) (?:\w+ )?(?:injuries|wounds)))"
    rf"|(?P<damaged>\bin need of repair|\bwith (?:\w+ )?damages?\b|\b(?:damaged|flooded|inundated)(?! (?:homes"
    rf"|houses))(?! or destroyed))"
    rf"|(?P<destroyed>\b(?:(?:damaged or )?destroyed|demolished|burn(?:t|ed)(?: down)?|razed|flattened"
    rf"|levell?ed|collapsed|gutted|reduced to rubble|torn down|lost their houses"
    rf"|swept away|set on fire|set ablaze|torched)"
    rf"|\b(?:houses|homes) (?:were |had been |have been )?(?:destroyed|demolished|burn(?:t|ed)))"
    rf"|(?P<uninhabitable>\b(?:uninhabitable|unfit to live|no longer habitable))"
    rf"|(?P<stay_displaced>\bregistered\b(?! to| for)|\bof concern\b|\bliv(?:e|es|ing) under siege"
    rf"|\bremain(?:s|ed|ing)? (?:\w+ ){{0,2}}(?:displaced|evacuated|homeless"
    rf"|in displacement|uprooted)|\b(?:living|live|still|remain\w*) in (?:protracted "
    rf"|internal )?displacement"
    rf"|\b(?:were|was) already (?:internally )?displaced|\b(?:are|is|currently|still) (?:(?!expected|likely|to\b"
    rf"|newly|recently"
    rf"|being)\w+ ){{0,2}}(?:internally )?displaced"
    rf"(?! to (?-i:[A-Z]))"
    rf"|\b(?:are|were) estimated to be (?:in|at)\b)"
    rf"|(?P<at_border>\b(?:stuck|stranded|wait(?:ing|ed)?|gather(?:ed|ing)|mass(?:ed|ing)|amassed|trapped"
    rf"|camped(?: out)?|camping|piled up|piling up|washed up|queu\w+|stopped|held up|blocked|amassing"
    rf"|languish\w+|pressing)"
    rf"\b[^.;]{{0,50}}\b{_EDGE}\b|\bwaiting to (?:enter|cross|be (?:admitted|let))\b|\bmassing\b(?= (?:on|at|along)))"
    rf"|(?P<evacuated>\b(?:(?<=were )moved|(?<=been )moved"
    rf"|evacuat(?:ed|e|ing)|relocat(?:ed|e|ing)|(?:(?<=were )|(?<=been )|(?<=was ))taken(?= (?:by|from|out|across"
    rf"|away|to)\b"
    rf"(?! (?:hospital|court|prison|task)))|moved (?:out|to (?:saf|high|emergency"
    rf"|hotels)\w*)|rescued and taken|bus+ed|transferred|moved by|taken away|airlifted|resettled|shifted))"
    rf"|(?P<sheltered>\b(?:took|taken|taking|seek|sought|seeking|found|finding) (?:shelter|refuge"
    rf"|sanctuary)\b|\bseeking (?:safety|protection)\b|\bshelter(?:ed|ing)\b"
    rf"|\bsleeping (?:rough|outside|outdoors|on the \w+)|\bhunkered|\b(?:stay(?:ing|ed)?|liv(?:ing|ed|e)|accommodated"
    rf"|housed|hosted|gathered|camped|sleep(?:ing)?|slept|were(?! received)|are|still|remain(?:ed|s)?|residing)"
    rf" (?:\w+ ){{0,3}}?(?:in|within|with|at|inside|near) (?:[\w'-]+ ){{0,5}}?{_SHELTERS}\b)"
    rf"|(?P<returned>\b(?:repatriated|return(?:ed|ing|s)?(?! (?:of|to work))|gone back|went back|go(?:ing)? back"
    rf"|gone home|went home|come back|came back|coming back)\b)"
    rf"|(?P<on_the_move>\btransit(?:ed|ing)\b|\bpass(?:ed|ing) through\b|\bhead (?:to|for|towards?)\b"
    rf"|\bon the (?:move|road|run)\b|\bon (?:their|its) way\b|\b(?:heading|headed"
    rf"|making their way|marching|moving|walking|walked|travell?ing|en route|streaming"
    rf"|pouring)\b(?= (?:\w+ ){{0,2}}(?:to|towards?|for|north|south|east|west)\b)"
    rf"|\b(?:fled|fleeing)\b(?=[^.;,]{{0,80}}\btowards? (?:the |its |their )?(?:[\w'-]+ )*?(?:borders?"
    rf"|frontiers?|crossings?)\b))"
    rf"|(?P<lost_home>\blost their (?:homes|houses|house|home)\b)"
    rf"|(?P<newly_displaced>\b(?:displaced|uprooted|expelled|deported|evicted|driven (?:out|from|away)"
    rf"|driven to|forced (?:from|out)"
    rf"|forced to (?:leave|flee|move|abandon|escape|seek|run)|made homeless|left homeless"
    rf"|rendered homeless|homeless"
    rf"|had to (?:leave|flee)|having to (?:leave|flee)|fled|flee|flees|fleeing|escaped|(?:left|abandoned"
    rf"|leave|leaving|abandoning) (?:their|its|the|\w+ied) (?:\w+ )?{_DWELL}"
    rf"|moved (?:away|towards?|to|into|there|from|out of)|move (?:there|towards?|to|into)|arriv(?:ed|ing|e)|reach(?:ed"
    rf"|ing)(?! (?:with|through|via)\b)|(?:(?:was|were|been) received(?= (?:in|at|by|across|on|since|so)\b)"
    rf"|received (?:in|at) (?:the )?(?:camps?\b|(?-i:[A-Z])))"
    rf"|(?<=as )new(?:ly)? (?:arriv\w+|displaced|IDPs)|(?-i:left (?=(?:the )?[A-Z]))"
    rf"|experienc\w+ (?:\w+ )?displacement|crossed (?:into|the|over|to)"
    rf"|crossing into|entered|sought safety|to seek safety|seek safety"
    rf""
    rf"|left(?= (?:by|on foot|via|through|over)\b)|(?<=since )left\b|(?<=already )left\b|went to\b|proceeded to"
    rf"|made (?:it|their way) to|settled in"
    rf"|(?:sought|seek|seeking|applied for|claimed) asylum|came(?= (?:to|in|into|across|over|through|back across)\b"
    rf"|[.,;]|$)|moved on\b|moved elsewhere|departed|crossed\b|had left\b"
    rf"|have left\b|left for|left again))"
    rf"|(?P<aided>\b(?:(?:received|got|were given)"
    rf" (?:[\w-]+ ){{0,5}}?(?:water|cash|kits|aid|food|assistance|relief|help|supplies"
    rf"|items|support|services|vouchers|tents)"
    rf"|(?:were|been|was) (?:served|reached(?! by)"
    rf"|assisted(?! to return)|given (?:aid|food)|(?:allotted|allocated|issued|handed) (?:\w+ )?(?:tents|kits|cash"
    rf"|food)|supplied)|will benefit"
    rf"|assisted (?:by|with|in|since|through)"
    rf"|(?:(?<=people )|(?<=persons )|(?<=families ))assisted\b(?! to)"
    rf"|benefit(?:s|ed|ing|ted|ting)?\b(?: from)?|reached (?:with|through|via)"
    rf"|(?:was|were|been) (?:vaccinated|screened|trained)"
    rf"|with (?:\w+ ){{0,3}}(?:assistance|aid|food|cash|relief|kits|items|services))\b)"
    rf"|(?P<none>\b(?:in (?:\w+ )?need|affected(?! (?:or|and) displaced)|at risk|were trapped|missing|suffered"
    rf"|require|rescued"
    rf"|confined|blockaded|abducted|arrested|detained"
    rf"|besieged|trapped|under siege|threatened|registered to vote|protested|voted)\b)",
    re.IGNORECASE,
)

PRE = re.compile(
    r"(?:(?P<killed>\b(?:kill(?:ed|ing|s)|deaths? of|the dead (?:\w+ )?at|death toll (?:\w+ ){0,3}(?:to|of"
    r"|at)|(?:claim(?:ed"
    r"|ing)|(?:cost|costing|taken|took) the lives of)|massacre of|killing of|lives of))"
    r"|(?P<injured>\b(?:wound(?:ed|ing|s)|injur(?:ed|ing|es|ies to)|hurting|wounding of))"
    r"|(?P<destroyed>\b(?:destroy(?:ed|ing|s)|destruction of|burn(?:t|ed|ing)(?: down)?|razed|razing"
    r"|flatten(?:ed|ing)|gutt(?:ed|ing)|levell?(?:ed|ing)|demolish(?:ed|ing)|demolition of|collapse of"
    r"|swept away|sweeping away|destroyed:?))"
    r"|(?P<damaged>\b(?:damag(?:ed|ing|es?)(?: (?:and|or) destruction)?(?: to| upon| on)?|flood(?:ed|ing)"
    r"|inundat(?:ed|ing)"
    r"|[Dd]amaged (?:houses|homes|shelters?)(?:/\w+)?):?)"
    r"|(?P<forced>\b(?:forc(?:ed|ing|es)|prompt(?:ed|ing)|caus(?:ed|ing)|compell(?:ed|ing)|push(?:ed|ing)"
    r"|driv(?:en|ing)|drove|obliged|left|leaving|sen[dt](?:ing)?|made|making))"
    r"|(?P<evacuated>\b(?:evacuat(?:ed|ing|e|es)|evacuations? of|relocat(?:ed|ing|e|es)|relocations? of"
    r"|(?:brought|led) out|(?:buses|bus|trains?|trucks|boats?|flights?|planes?|convoys?|helicopters?)\b[^.;,\d]{0,30}"
    r"\b(?:carr(?:ied|ying)|brought|took|bringing|taking)|bus+ed|removed|moved|moving|transferr(?:ed|ing)"
    r"|transfer of|airlifted|[Ee]vacuat(?:ed"
    r"|ions?)(?: total)?(?: \w+)?:|recommend evacuation for))"
    r"|(?P<newly_displaced>\b(?:displac(?:ed|ing|e|es)|displacements? of|uproot(?:ed|ing)|flight of"
    r"|exodus of|arrivals? of|influx of|homelessness of|[Dd]isplaced(?: \w+)?:|departure of|receiv(?:ed|es|ing)))"
    r"|(?P<hosted>\b(?:opened (?:its|their) homes to"
    r"|host(?:s|ed|ing)?|home to|shelters?|sheltering|has taken in|have taken in|took in"
    r"|taking in))"
    r"|(?P<sheltered>\b(?:to house|(?:cent(?:re|er)s|camps|sites|shelters|schools) house|housing|houses(?!:)|holds?"
    r"|lodg(?:es|ed"
    r"|ing)|accommodat(?:es|ed|ing)"
    r"|(?:camps?|sites?|settlements?|cent(?:re|er)s?) (?:with|of|holding"
    r"|housing)|to shelter|join))"
    r"|(?P<stock>\b(?:registration of|number of (?:\w+ )?(?:refugees|returnees)\b[^.;]{0,90}?(?:\bis|\bwas|stands at"
    r"|stood at|reached|risen to)(?: now)?|(?<!cumulative )number of (?:IDPs|(?:internally )?displaced(?: people"
    r"| persons)?|people (?:\w+ )?displaced)\b[^.;,0-9]{0,40}?(?:to|at|is|was|:|of)|IDPs(?: \w+)?:"
    r"|(?:(?:brings|bringing|brought)(?: (?:the|its|their) (?:total|number)(?: \w+){0,10})? to)))"
    r"|(?P<returned>\b(?:returns? of|returned|repatriat(?:ed|ing|ion of)|returnees:))"
    r"|(?P<capacity>\b(?:(?:built|designed|planned|intended|set up|demarcated|earmarked"
    r"|allocated)(?: in \d{4})? (?:for|to (?:host|hold|house|take"
    r"|shelter"
    r"|accommodate|receive))"
    r"|capacity (?:of|for|is|to (?:host|hold|shelter))|room for"
    r"|(?:space|places|beds) for|(?:can|could) (?:only )?(?:hold|host|accommodate|house|take(?: in)?|shelter|receive"
    r"|absorb|sleep"
    r"|cater for)"
    r"|plots for|(?:camps?|sites?|shelters?)(?: (?:at|in) [A-Z][\w'-]+)? for|available for|meant (?:for"
    r"|as an? [\w -]{3,25} for"
    r"|to hold)|capacity:))"
    r"|(?P<aided>\b(?:(?i:aid|food|water|assistance|relief|supplies|blankets|meals|kits|rations|cash|tents"
    r"|distributions?"
    r"|trucking|partners|agencies|services|vaccin\w+|items)\b[^.;,]{0,30}\b(?:to|for|reach(?:ed|es|ing)|covers?|covered"
    r"|serv(?:es|ed|ing)|suppl(?:y|ies|ied|ying)|support(?:s|ed|ing))|(?:provided|distributed"
    r"|delivered|given) to"
    r"|assist(?:s|ed|ing)?"
    r"|feeding|fed|(?:support(?:s|ed|ing)?|reach(?:es|ed|ing)?)"
    r"|distribution of \w+ aid to))"
    r")(?P<gap>(?: (?:the|a|an|remaining|its|their|total|further|other|another|additional|some|these|all"
    r"|people|number|of|first|last|second|group|batch|wave))*(?: [\w-]+ly)?:? ?)$",
    re.IGNORECASE,
)
#: what reaches a number is a count, who reaches people helps them
MEASURE = re.compile(
    r"\b(?:numbers?|totals?|figures?|estimates?|toll|population|displacement|arrivals|caseload|influx)\b[^.;]*$",
    re.IGNORECASE,
)
#: what falls by a number does not amount to it
FEWER = re.compile(
    r"\b(?:decrease|reduction|decline|drop|fall)s? (?:of|by) (?:about |around |some |over |nearly )?$", re.I
)
TOTAL = re.compile(r"\b(?:bring|brings|bringing|brought)\b.*\bto\b")
CAPACITY_AFTER = re.compile(r" (?:people |persons )?(?:capacity|places|plots)\b")
LABEL = re.compile(
    r"(?:(?P<stock>(?:number of )?(?:IDPs|displaced(?: people| persons| population)?))"
    r"|(?P<evacuated>evacuat(?:ed|ions?)(?: total)?(?: people)?)|(?P<damaged>damaged (?:houses|homes"
    r"|shelters?)[/\w]*)"
    r"|(?P<destroyed>destroyed (?:houses|homes)|(?:houses|homes) destroyed)|(?P<killed>deaths|dead|killed)"
    r"|(?P<injured>injured|wounded)|(?P<returned>returnees)|(?P<refugees>refugees)"
    r"|(?P<capacity>capacity))\s*(?:\([^()]{1,40}\)\s*)?(?::|-|\t|=)?\s*$",
    re.IGNORECASE,
)
FORCED_POST = re.compile(
    r"(?P<evacuated>\bto (?:be )?(?:evacuat\w+|relocat\w+))|(?P<sheltered>\bto (?:stay|seek ?refuge"
    r"|take (?:shelter|refuge)|shelter|live)\b)|(?P<stock>\b(?:still|remain\w*|currently) (?:\w+ )?displaced\b)"
    r"|(?P<returned>\bto return\b)|(?P<homeless>\bhomeless\b)"
    r"|(?P<flee>\b(?:to (?:flee|leave|move|escape|abandon|seek|join|cross|run)|from (?:their )?homes?"
    r"|to the|towards?|into|out of|out\b|away|displaced))|(?P<killed>\bdead\b)|(?P<injured>\b(?:injured"
    r"|wounded)\b)|(?P<damaged>\bin need of repair\b|\bdamaged\b)|(?P<destroyed>\bdestroyed\b)"
)
FULL_OF = re.compile(
    r"\b(?:filled|full|packed|crammed|overflowing|brimming|home|hosts?|sheltering)\b(?: (?:to the brim"
    r"|with|of|by|to|up))*\s*",
    re.I,
)
KIND_OF = {
    **dict.fromkeys(("killed", "injured"), "casualty"),
    **dict.fromkeys(("destroyed", "damaged", "uninhabitable"), "housing"),
    "aided": "aid",
    "delivered": "aid",
}
HOUSEHOLD_SIZE = re.compile(
    r"(?:average (?:household|family) size (?:of|is|was|being)|(?:average|mean) of|assuming|estimated"
    r"|an average) (?:about |around |roughly )?(?P<size>\d(?:\.\d)?|two|three|four|five|six|seven|eight"
    r"|nine|ten)"
    r"(?: (?:people|persons|members|individuals))?(?: per| in each| a| to a)?(?: (?:household|family))?",
    re.IGNORECASE,
)
