"""The `Run` type: the result of a simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from onward.crisis import Crisis
from onward.crisis.messages import did_you_mean
from onward.errors import ParameterError
from onward.simulation.description import lasting
from onward.simulation.frame import Frame
from onward.simulation.observables import INDICATORS, net_arrivals_by_unit
from onward.simulation.record import KeptLegs, read_legs
from onward.simulation.units import BY, units_of

#: quantile levels: the ends of the 90 % and the 50 % interval, and the median
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Views:
    """The functions that show or publish a run; `onward.api` gives them to `Run`."""

    chart: Callable[..., Any]
    to_html: Callable[..., Any]
    to_xarray: Callable[..., Any]
    summary_html: Callable[..., str]


@dataclass(frozen=True, eq=False)
class Run:
    """The result of a simulation: a description of the run, and its tables.

    Two runs are equal if their descriptions and tables are equal, wherever and whenever they were made.

    Parameters
    ----------
    about
        The content of run.json.
    tables
        Lazy frames by name, each with one row per member, day and place or gate with any people: ``stock``, ``flows``,
        ``gates``, ``movements``, ``times`` and more (see the page about the run folder).
    folder
        The run folder that they are read from, if any.
    given
        The crisis that was simulated, or a function that reads it; use `crisis` to get it.
    views
        Functions that show the run; None below the public API.
    """

    about: Mapping[str, Any]
    tables: Mapping[str, pl.LazyFrame] = field(repr=False)
    folder: Path | None = field(default=None, repr=False)
    given: Crisis | Callable[[], Crisis | None] | None = field(default=None, repr=False)
    views: Views | None = field(default=None, repr=False)

    @cached_property
    def crisis(self) -> Crisis | None:
        """Return the crisis that was simulated, without the changes of a scenario; None if the run holds none."""
        return self.given() if callable(self.given) else self.given

    @cached_property
    def legs(self) -> KeptLegs:
        """Return the legs of all members, read from the table ``flows`` once; see `onward.simulation.record`."""
        return read_legs(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Run):
            return NotImplemented
        return self is other or (
            lasting(self.about) == lasting(other.about)
            and set(self.tables) == set(other.tables)
            and all(self.table(name).equals(other.table(name)) for name in self.tables)
        )

    def __hash__(self) -> int:
        return hash(tuple(self.about.get(key) for key in ("crisis_hash", "seed", "members", "engine")))

    def table(self, name: str) -> pl.DataFrame:
        """Return a whole table in memory.

        Parameters
        ----------
        name
            One of `tables`.

        Returns
        -------
        polars.DataFrame
            All rows; people in persons, missing rows mean 0 people. Names of places are of type Enum.

        Raises
        ------
        ParameterError
            For a name that is not one of the tables.

        Examples
        --------
        >>> import onward
        >>> onward.simulate("aleppo-2016", engine="expected").table("stock").columns
        ['member', 'date', 'place', 'state', 'people']
        """
        if name not in self.tables:
            raise ParameterError(f"table {name!r} is not one of {', '.join(self.tables)}.")
        return Frame(self.tables[name].collect())

    def to_polars(self, name: str = "stock") -> pl.DataFrame:
        """Return a whole table as a Polars frame, with categories as text, for use in other programs.

        Parameters
        ----------
        name
            As for `table`, with the same errors.

        Returns
        -------
        polars.DataFrame
            The rows of `table`.

        Examples
        --------
        >>> import onward
        >>> onward.simulate("aleppo-2016", engine="expected").to_polars("gates").schema["gate"]
        String
        """
        frame = self.table(name)
        texts = [pl.col(c).cast(pl.String) for c, kind in frame.schema.items() if kind == pl.Enum]
        return Frame(frame.with_columns(texts))

    def to_pandas(self, name: str = "stock") -> Any:
        """Return a whole table as a pandas frame, with categories as text (extra ``pandas``).

        Parameters
        ----------
        name
            As for `table`, with the same errors.

        Returns
        -------
        pandas.DataFrame
            The rows of `table`.

        Raises
        ------
        ParameterError
            If pandas or pyarrow is not installed.
        """
        return self.to_polars(name).to_pandas()

    def series(
        self, indicator: str, *, by: str | None = None, place: str | None = None, area: str | None = None,
        admin1: str | None = None, admin2: str | None = None,
    ) -> pl.DataFrame:  # fmt: skip
        """Return people over time for each member: columns member, (unit,) date, people.

        Parameters
        ----------
        indicator
            ``stock`` (displaced people staying or waiting there), ``residents``, ``waiting``, ``under_way``,
            ``displaced`` (all away from home), ``arrivals`` (minus those who left again, so it may be negative),
            ``departures`` (from home), ``displacements`` (every departure caused by threat) or ``returned``.
        by
            ``place``, ``area``, ``admin1`` or ``admin2``: one series per unit, named in the column unit. Areas may
            overlap, so their sums need not add up to the whole.
        place, area, admin1, admin2
            One place by its key, or the sum over the places of an area or administrative unit (by key, P-code or name);
            all places if none is given.

        Returns
        -------
        polars.DataFrame
            One row per member and day (and unit), sorted; days without any people have 0.

        Raises
        ------
        ParameterError
            For an unknown indicator or unit, or more than one choice of unit.

        Examples
        --------
        >>> import onward
        >>> run = onward.simulate("aleppo-2016", engine="expected")
        >>> run.series("stock", place="azaz").shape
        (77, 3)
        """
        if indicator not in INDICATORS:
            raise ParameterError(f"indicator {indicator!r} is not one of {', '.join(INDICATORS)}.")
        places = self._places({"place": place, "area": area, "admin1": admin1, "admin2": admin2}, by)
        rows = self._rows(indicator, places)
        grid, keys = self._members().join(self._dates(), how="cross"), ["member", "date"]
        if by is not None:
            units = units_of(self, by)
            rows = net_arrivals_by_unit(self, units.members) if indicator == "arrivals" else units.of_rows(rows)
            keys = ["member", "unit", "date"]
            grid = grid.join(units.table.select("unit"), how="cross").select(keys)
        found = rows.group_by(keys).agg(pl.col("people").sum()).collect()
        return Frame(grid.join(found, on=keys, how="left").with_columns(pl.col("people").fill_null(0)).sort(keys))

    def _rows(self, indicator: str, places: list[str] | None) -> pl.LazyFrame:
        name, kinds = INDICATORS[indicator]
        if name == "flows":
            together = pl.DataFrame({"place": self.about["places"] if places is None else places}, schema=["place"])
            return net_arrivals_by_unit(self, together.with_columns(unit=pl.lit("all")))
        column = "state" if name == "stock" else "movement"
        rows = self.tables[name].filter(pl.col(column).cast(pl.String).is_in(kinds))
        return rows if places is None else rows.filter(pl.col("place").cast(pl.String).is_in(places))

    def quantiles(
        self, indicator: str = "stock", *, by: str | None = None, place: str | None = None, area: str | None = None,
        admin1: str | None = None, admin2: str | None = None, levels: Iterable[float] = LEVELS,
    ) -> pl.DataFrame:  # fmt: skip
        """Return quantiles over members for each day: columns (unit,) date, mean, p5, p25, p50, p75, p95.

        Quantiles of a unit are of the members' sums over its places, never sums of quantiles.

        Parameters
        ----------
        indicator, by, place, area, admin1, admin2
            As for `series`, with the same errors.
        levels
            Quantile levels from 0 to 1.

        Returns
        -------
        polars.DataFrame
            One row per day (and unit), sorted; people.

        Examples
        --------
        >>> import onward
        >>> run = onward.simulate("aleppo-2016", members=2, seed=1)
        >>> run.quantiles("stock", place="azaz").columns
        ['date', 'mean', 'p5', 'p25', 'p50', 'p75', 'p95']
        >>> run.quantiles("stock", by="admin1").select("unit").n_unique()
        6
        """
        people = self.series(indicator, by=by, place=place, area=area, admin1=admin1, admin2=admin2)
        spread = [pl.col("people").quantile(q, "linear").alias(f"p{100 * q:g}") for q in levels]
        keys = ["date"] if by is None else ["unit", "date"]
        return Frame(people.group_by(keys).agg(pl.col("people").mean().alias("mean"), *spread).sort(keys))

    def journeys(self, via: Sequence[str] = ()) -> dict[str, Any]:
        """Return who went through places in order, and the most common itineraries (engine ``individuals``).

        Parameters
        ----------
        via
            Keys of places, in the order in which people stopped there; everybody who set out if there are none.

        Returns
        -------
        dict
            As described in `onward.simulation.journeys.journeys_of`. Route detail: not to be published.
        """
        from onward.simulation.journeys import journeys_of

        return journeys_of(self, via=via)

    def chart(self, indicator: str = "stock", *, place: str | None = None) -> Any:
        """Return an Altair chart of an indicator over time, with 50 and 90 % bands (extra ``charts``).

        Counts of the indicator are drawn as points if the run knows its crisis.

        Parameters
        ----------
        indicator
            As for `series`.
        place
            The key of one place; all places if None.

        Returns
        -------
        altair.Chart
            The chart; Jupyter shows it.
        """
        return self._shown().chart(self, indicator, place=place)

    def to_html(self, path: str | Path, *, route_detail: bool = False) -> Path:
        """Write the report: one self-contained HTML file; see `onward.write_report`.

        Parameters
        ----------
        path
            The file to write.
        route_detail
            Include legs between places.

        Returns
        -------
        pathlib.Path
            The file.
        """
        return Path(self._shown().to_html(self, path, route_detail=route_detail))

    def to_xarray(self, *, route_detail: bool = False, places: bool = False) -> Any:
        """Return the run as labelled arrays, under the rules for exports (extra ``xarray``).

        Parameters
        ----------
        route_detail
            Include legs between places.
        places
            Show single places even while the crisis is ongoing.

        Returns
        -------
        xarray.Dataset
            People to two significant digits, by date, place or district, state and quantile.

        Raises
        ------
        ParameterError
            If xarray is not installed.
        """
        return self._shown().to_xarray(self, route_detail=route_detail, places=places)

    def _repr_html_(self) -> str | None:
        return None if self.views is None else self.views.summary_html(self)

    def _shown(self) -> Views:
        if self.views is None:
            raise ParameterError("this run has no views. Take it from onward.simulate or onward.read_run.")
        return self.views

    def _places(self, asked: Mapping[str, str | None], by: str | None) -> list[str] | None:
        """Return the places selected, or None for all."""
        given = {kind: name for kind, name in asked.items() if name is not None}
        if by is not None and by not in BY:
            raise ParameterError(f"by: {by!r} is not one of {', '.join(BY)}. {did_you_mean(by, BY)}".rstrip())
        if len(given) + (by is not None) > 1:
            raise ParameterError(f"give {' or '.join([*given, *['by'] * (by is not None)])}, not both.")
        return next((units_of(self, kind).places_of(name) for kind, name in given.items()), None)

    def _members(self) -> pl.DataFrame:
        return pl.DataFrame({"member": pl.Series(range(self.about["members"]), dtype=pl.Int32)})

    def _dates(self) -> pl.DataFrame:
        first, last = (date.fromisoformat(self.about[k]) for k in ("start", "end"))
        return pl.DataFrame({"date": pl.date_range(first, last, eager=True)})
