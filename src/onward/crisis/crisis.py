"""The `Crisis` type: places, roads, the conflict and the counts that a simulation starts from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from onward.crisis.messages import did_you_mean, quoted
from onward.crisis.names import spoken_name
from onward.errors import CrisisDataError, ParameterError, Problem

if TYPE_CHECKING:
    import polars as pl

    from onward.crisis.draft import Draft
    from onward.crisis.households import Households
    from onward.crisis.triggers import Trigger

#: the built-in area of all places
EVERYWHERE = "everywhere"
#: columns and tables added after hashes were published: a crisis that leaves them empty keeps its hash
_LATER_COLUMNS = {"places": ("admin1_pcode", "admin2_pcode", "camp_share"), "claims": ("actor", "km")}
_LATER_TABLES = ("standards", "stocks", "demography")
#: tables that change no result of a run, and no hash
_BESIDE_RUNS = ("host_countries",)


@dataclass(frozen=True, eq=False, repr=False)
class Crisis:
    """A checked crisis; equal to another if all its content is.

    Get one from :func:`onward.read_crisis` or :func:`crisis_from_tables`, which check it.

    Parameters
    ----------
    name, title
        Short name, and the name for people.
    start, end
        First and last day, both inclusive.
    history_start
        The earliest day of which events are known; on or before `start`.
    time_zone
        Time zone of its days.
    sources
        Where its data are from.
    parameters
        Values of model parameters, by name: set by hand, or fitted.
    fitted_on
        Names of the crises whose counts they were fitted on; empty if they were set by hand.
    tables
        Polars frames by table name: every column of the data dictionary, in canonical row order.
        Defaults are filled in; a remaining null means unknown, as the dictionary says for each column.
    warnings
        What was odd on reading, as printable lines; not part of the content.
    folder
        Where it was read from, unless it is bundled or made in memory; not part of the content.
    triggers
        Thresholds that runs are watched for; they change no result and are not part of the hash.
    households
        Sizes of households, which move together; None: people are drawn one by one.
    war_began
        The day on which the war began that people flee; None: it is new, or nobody said.
    find_doubts
        Finds `doubts` when they are first asked for; not part of the content.
    """

    name: str
    title: str
    start: date
    end: date
    history_start: date
    time_zone: str
    sources: tuple[str, ...]
    parameters: Mapping[str, float | str]
    tables: Mapping[str, pl.DataFrame]
    warnings: tuple[str, ...] = ()
    fitted_on: tuple[str, ...] = ()
    folder: Path | None = None
    triggers: tuple[Trigger, ...] = ()
    households: Households | None = None
    war_began: date | None = None
    find_doubts: Callable[[], Iterable[Problem]] = tuple

    @cached_property
    def doubts(self) -> tuple[Problem, ...]:
        """Return what an analyst should look at in the data; not part of the content."""
        return tuple(self.find_doubts())

    @property
    def days(self) -> int:
        """Return the number of days from start to end, both included."""
        return (self.end - self.start).days + 1

    @property
    def places(self) -> list[str]:
        """Return the keys of all places, in canonical order."""
        return self.tables["places"]["place"].to_list()

    @cached_property
    def place_names(self) -> dict[str, str]:
        """Return the display name of each place by its key; the key in words where no name is given."""
        places = self.tables["places"].sort("place")
        names = zip(places["name"].to_list(), places["place"].to_list(), strict=True)
        return {place: name or spoken_name(place) for name, place in names}

    @cached_property
    def areas(self) -> dict[str, list[str]]:
        """Return the places of each area: those of areas.csv, each country by its code, and ``everywhere``.

        An area of areas.csv hides a built-in one of the same name.
        """
        built_in: dict[str, list[str]] = {EVERYWHERE: []}
        for place, country in self.tables["places"].select("place", "country").iter_rows():
            built_in[EVERYWHERE].append(place)
            built_in.setdefault(country, []).append(place)
        own: dict[str, list[str]] = {}
        for area, place in self.tables["areas"].select("area", "place").iter_rows():
            own.setdefault(area, []).append(place)
        return {**built_in, **own}

    def table(self, name: str) -> pl.DataFrame:
        """Return the table called `name`.

        Parameters
        ----------
        name
            A table of the data dictionary, such as ``"routes"``.

        Returns
        -------
        polars.DataFrame
            Its rows in canonical order; no rows if the crisis has no such table.

        Raises
        ------
        ParameterError
            If the data dictionary has no table of that name.

        Examples
        --------
        >>> import onward
        >>> onward.read_crisis("aleppo-2016").table("routes").columns[:2]
        ['place1', 'place2']
        """
        if name not in self.tables:
            step = did_you_mean(name, self.tables, f"There are {', '.join(self.tables)}.")
            raise ParameterError(f"{quoted(name)} is not a table. {step}")
        return self.tables[name]

    def replace_table(self, name: str, frame: pl.DataFrame) -> Crisis:
        """Return a copy of the crisis with one table replaced, and check it again.

        Parameters
        ----------
        name
            Name of the table.
        frame
            Its new rows; missing optional columns and cells get the dictionary's defaults.

        Returns
        -------
        Crisis
            A new crisis; this one is unchanged.

        Raises
        ------
        CrisisDataError
            With all problems at once; rows are counted from 2, as in a file.

        Examples
        --------
        >>> import onward
        >>> crisis = onward.read_crisis("aleppo-2016")
        >>> crisis.replace_table("counts", crisis.table("counts").head(3)).table("counts").height
        3
        """
        self.table(name)
        changed = crisis_from_tables(self.header(), {**self.tables, name: frame})
        return replace(changed, folder=self.folder)

    def header(self) -> dict[str, object]:
        """Return the content of crisis.toml.

        Returns
        -------
        dict
            Values by key; ``war_began``, ``fitted_on``, ``households`` and ``trigger`` only if the crisis has them.

        Examples
        --------
        >>> import onward
        >>> onward.read_crisis("aleppo-2016").header()["name"]
        'aleppo-2016'
        """
        return {
            "name": self.name,
            "title": self.title,
            "start": self.start,
            "end": self.end,
            "history_start": self.history_start,
            **({"war_began": self.war_began} if self.war_began else {}),
            "time_zone": self.time_zone,
            "sources": list(self.sources),
            **({"fitted_on": list(self.fitted_on)} if self.fitted_on else {}),
            "parameters": dict(sorted(self.parameters.items())),
            **({"households": self.households.model_dump(exclude_defaults=True)} if self.households else {}),
            **({"trigger": [trigger.as_toml() for trigger in self.triggers]} if self.triggers else {}),
        }

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256 of the content: header and tables, whatever the order of rows, columns or overrides."""
        header = {key: value for key, value in self.header().items() if key != "trigger"}
        digest = hashlib.sha256(_canonical(header))
        for name, frame in self.tables.items():
            if name in _BESIDE_RUNS or (name in _LATER_TABLES and frame.is_empty()):
                continue
            unused = [c for c in _LATER_COLUMNS.get(name, ()) if frame[c].is_null().all()]
            digest.update(_canonical({name: frame.drop(unused).to_dict(as_series=False)}))
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        return self.hash == other.hash if isinstance(other, Crisis) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.hash)

    def __repr__(self) -> str:
        rows = ", ".join(f"{frame.height} {name}" for name, frame in self.tables.items() if frame.height)
        return f"Crisis({self.name!r}, {self.start} to {self.end}: {rows})"


def crisis_from_tables(header: Mapping[str, object], tables: Mapping[str, pl.DataFrame]) -> Crisis:
    """Build a crisis from a header and tables in memory, with the same checks as for one read from a folder.

    Parameters
    ----------
    header
        The keys of crisis.toml except format.
    tables
        Polars frames by table name; tables left out are empty.

    Returns
    -------
    Crisis
        The checked crisis.

    Raises
    ------
    CrisisDataError
        With all problems at once; rows are counted from 2, as in a file.
    """
    from onward.crisis.draft import draft_of
    from onward.crisis.header import check_header

    return finish(draft_of(check_header(dict(header)), tables))


def finish(draft: Draft) -> Crisis:
    """Check a draft as a whole and return the crisis with tables in canonical order; raise all problems at once."""
    from onward.crisis.checks import check_whole
    from onward.crisis.convert import canonical
    from onward.crisis.doubts import find_doubts
    from onward.crisis.header import FILE
    from onward.crisis.schema import tables
    from onward.crisis.triggers import triggers_from

    check_whole(draft)
    if draft.problems or draft.header is None:
        order = [FILE, *(draft.file(name) for name in tables())]
        raise CrisisDataError(_in_order(draft.problems, order))
    header = draft.header
    return Crisis(
        name=header.name,
        title=header.title,
        start=header.start,
        end=header.end,
        history_start=header.history_start or header.start,
        time_zone=header.time_zone,
        sources=tuple(header.sources),
        parameters=dict(header.parameters),
        tables={name: canonical(draft.frame(name)) for name in tables()},
        warnings=tuple(draft.warnings),
        fitted_on=tuple(header.fitted_on),
        triggers=tuple(triggers_from(header.trigger, FILE)[0].values()),
        households=header.households,
        war_began=header.war_began,
        find_doubts=partial(find_doubts, draft),
    )


def _in_order(problems: Iterable[Problem], files: Sequence[str]) -> list[Problem]:
    """Sort problems by file, in the order given, then by row; put unlisted files first."""
    place = {file: number for number, file in enumerate(files)}
    return sorted(problems, key=lambda problem: (place.get(problem.file, -1), problem.row or 0))


def _canonical(content: object) -> bytes:
    return json.dumps(content, default=str, separators=(",", ":")).encode()
