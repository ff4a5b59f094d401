"""Display names of places, areas, gates and claims, shared by terminal, report and exports.

One way of naming things, so that a figure is called the same wherever it stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from onward.crisis import Crisis
from onward.crisis.names import spoken_name
from onward.model.near_ground import NEAR_KM

_WORDS = {
    "displaced": "people who left home{origin}",
    "displaced_to": "people whose home is in {from}, who came to {destination} {when} and stayed there",
    "arrivals": "people who came to {destination}{source} {when}, minus those who left it again",
    "gross": "people who came to {destination}{source} {when}, including those who left it again",
    "stock": "displaced people in {destination}{of}",
    "gate_waiting": "people waiting at {destination}",
    "gate_passed": "people who passed {destination}",
    "onward": "displaced people who moved on{source} to {destination}",
    "share": "share of those who left home{origin} {when} who came to {destination} and stayed there",
    "net": "people who came to {destination} {when}, minus those who left it again",
    "outside_camps": "share of those who came to {destination} {when} for whom its camps had no room",
    "through": "share of those who came to {destination} {when} whose home is in {from} or who came straight "
    "from there",
    "passed_near": "share of those who came to {destination}{source} {when} who had passed within {km} km of "
    "ground held by {actor}",
    "from_origin": "share of the displaced in {destination} whose home is in {from}",
    "from_origin_of_all": "share of all who left home whose home is in {from}",
    "women_and_children": "women and children among people who left home{origin}",
    "women_and_children_in": "women and children among the displaced in {destination}{of}",
    "attack_ratio": "attacks {when} divided by those in as many days before (a check of the input)",
    "not_modelled": "a figure that the model cannot give ({indicator}{origin})",
}
#: kinds with other words where there is a destination
_WITH_DESTINATION = {"displaced": "displaced_to", "women_and_children": "women_and_children_in"}
#: indicators of a state on the last day of a claim, not of events during its window
_ON_A_DAY = ("stock", "gate_waiting")


def gate_name(key: str) -> str:
    """Format a gate's key as a name.

    Examples
    --------
    >>> gate_name("bab-al-salama"), gate_name("al-bab-marea")
    ('Bab al-Salama', 'Al-Bab Marea')
    """
    return spoken_name(key)


def site_name(key: str | None, crisis: Crisis) -> str:
    """Return the display name of a place, area or gate; None stands for anywhere.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> crisis = read_crisis("aleppo-2016")
    >>> site_name("bab_al_salama", crisis), site_name("everywhere", crisis), site_name("bab-al-salama", crisis)
    ('Bab al-Salama (crossing and camps)', 'all places', 'the gate Bab al-Salama')
    """
    if key is None:
        return "anywhere"
    if key in crisis.place_names:
        return crisis.place_names[key]
    if key in crisis.table("routes")["gate"].drop_nulls().to_list():
        return f"the gate {gate_name(key)}"
    return "all places" if key == "everywhere" else _area_name(key, crisis)


def gate_site_name(key: str | None, crisis: Crisis) -> str:
    """Return the display name of a gate, or of the place at whose gates people are counted.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> crisis = read_crisis("aleppo-2016")
    >>> gate_site_name("yayladagi", crisis), gate_site_name("azaz", crisis)
    ('the gate Yayladagi', 'the gates of Azaz')
    """
    if key in crisis.table("routes")["gate"].drop_nulls().to_list():
        return f"the gate {gate_name(str(key))}"
    return "any gate" if key is None else f"the gates of {site_name(key, crisis)}"


def _area_name(key: str, crisis: Crisis) -> str:
    """Format an area's key in words, with names of places and units and codes of actors in their usual spelling."""
    table, actors = crisis.table("places"), crisis.table("actors")["actor"].to_list()
    import pycountry

    words = key.replace("_", " ")
    units: dict[str, str] = {name.lower(): name for level in ("admin1", "admin2") for name in table[level].drop_nulls()}
    if words.lower() in units:
        return units[words.lower()]
    if key in set(table["country"]):
        return str(getattr(pycountry.countries.get(alpha_3=key), "name", key))
    written = {code.lower(): code for code in actors}
    for column in ("name", "admin1", "admin2"):
        for name in table[column].drop_nulls():
            word = name.split(" (")[0]
            written |= {word.lower(): word} if " " not in word else {}
    if words.isalpha() and words not in written:
        written[words] = words.capitalize()
    return f"“{' '.join(written.get(word.lower(), word) for word in words.split())}”"


def claim_words(row: Mapping[str, Any], crisis: Crisis) -> str:
    """Describe in words what a claim is about.

    Parameters
    ----------
    row
        A row of the claims table.
    crisis
        The crisis it is of, for names and days.

    Examples
    --------
    >>> from onward.crisis import read_crisis
    >>> crisis = read_crisis("aleppo-2016")
    >>> claim_words({"indicator": "stock", "destination": "azaz", "end": dt.date(2016, 2, 10)}, crisis)
    'displaced people in Azaz on 10 February'
    """
    origin, destination = row.get("origin"), row.get("destination")
    kind = row.get("measure") or row["indicator"]
    if kind in _WITH_DESTINATION and destination:
        kind = _WITH_DESTINATION[kind]
    if kind == "from_origin" and destination is None:
        kind = "from_origin_of_all"
    where = site_name(origin, crisis)
    when = _when(row, crisis)
    site = gate_site_name if row["indicator"].startswith("gate_") else site_name
    template = _WORDS.get(kind, kind)
    words = template.format(
        origin=f" in {where}" if origin else "",
        source=f" from {where}" if origin else "",
        of=f" from {where}" if origin else "",
        destination=site(destination, crisis),
        when=when,
        indicator=row["indicator"].replace("_", " "),
        km=f"{row.get('km') or NEAR_KM:g}",
        actor=_actor_name(row.get("actor"), crisis),
        **{"from": where},
    )
    return words if "{when}" in template else f"{words} {when}".strip()


def _actor_name(key: str | None, crisis: Crisis) -> str:
    names = dict(crisis.table("actors").select("actor", "name").iter_rows())
    return names.get(key) or str(key)


def _when(row: Mapping[str, Any], crisis: Crisis) -> str:
    start, end = row.get("start"), row.get("end") or crisis.end
    year = crisis.start.year != crisis.end.year
    if row["indicator"] in _ON_A_DAY and row.get("measure") is None:
        return f"on {_day(end, year)}"
    if start is None or start <= crisis.start:
        return f"by {_day(end, year)}"
    if start == end:
        return f"on {_day(end, year)}"
    first = str(start.day) if (start.year, start.month) == (end.year, end.month) else _day(start, year)
    return f"from {first} to {_day(end, year)}"


def _day(when: dt.date, year: bool) -> str:
    return f"{when.day} {when:%B %Y}" if year else f"{when.day} {when:%B}"
