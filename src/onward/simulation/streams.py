"""Streams: how many people of the most common itineraries reached each stop on each day, as means over members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from onward.model.network import Network
from onward.simulation.itineraries import Itineraries, itinerary_frame

#: name of the table
STREAMS = "itinerary_days"
#: itineraries of fewer people are left out: they could point at persons (own choice)
LEAST_PEOPLE = 100
#: parts the places of an itinerary; no short name of a place holds it
ARROW = ">"
_WAY = ("way", "from_home")


def ways_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the places of each itinerary of the table ``itineraries``: member, itinerary, way, from_home, people."""
    return rows.group_by("member", "itinerary", maintain_order=True).agg(
        pl.col("place").cast(pl.String).str.join(ARROW).alias("way"), pl.col("from_home", "people").first()
    )


class Streams:
    """Adds up who reached the stops of itineraries by day, member by member.

    In members in which an itinerary has fewer than ten people they are left out.

    Parameters
    ----------
    start
        The first day of the run.
    """

    def __init__(self, start: dt.date) -> None:
        self._start, self._sums = start, pl.DataFrame()

    def add(self, found: Itineraries, network: Network) -> None:
        """Add a member's."""
        rows = itinerary_frame(found, network.places.names, 0).with_row_index("row")
        ways = rows.select("row", "itinerary", "stop").join(ways_of(rows).select("itinerary", *_WAY), on="itinerary")
        days = pl.DataFrame(found.reached, schema={"row": pl.UInt32, "day": pl.Int32, "people": pl.Int64})
        mine = days.join(ways, on="row").select(*_WAY, "stop", "day", "people")
        self._sums = pl.concat([self._sums, mine], how="vertical" if self._sums.width else "diagonal")
        self._sums = self._sums.group_by(*_WAY, "stop", "day").agg(pl.col("people").sum())

    def frame(self, itineraries: pl.DataFrame, members: int) -> pl.DataFrame:
        """Return the table of the itineraries of 100 people or more (mean over members), most common first.

        Columns: itinerary (its rank, from 0), from_home, stop (0 is where it began), place, people (whose whole journey
        it was), date and reached (who reached the stop on that day; none at stop 0); all people are means over members.
        """
        mean = (pl.col("people").sum() / members).alias("people")
        ways = ways_of(itineraries).group_by(*_WAY).agg(mean).filter(pl.col("people") >= LEAST_PEOPLE)
        ranked = ways.sort("people", *_WAY, descending=[True, False, True]).with_row_index("itinerary")
        stops = ranked.with_columns(pl.col("way").str.split(ARROW).alias("place")).with_columns(
            pl.int_ranges(pl.col("place").list.len(), dtype=pl.Int16).alias("stop")
        )
        dated = self._sums.select(
            *_WAY, "stop", (pl.lit(self._start) + pl.duration(days="day")).cast(pl.Date).alias("date"),
            (pl.col("people") / members).alias("reached"),
        ) if self._sums.width else pl.DataFrame(schema=_DATED)  # fmt: skip
        return (
            stops.explode("place", "stop")
            .join(dated, on=[*_WAY, "stop"], how="left")
            .sort("itinerary", "stop", "date")
            .select(
                pl.col("itinerary").cast(pl.Int32), "from_home", "stop",
                pl.col("place").cast(itineraries.schema["place"]), "people", "date", "reached",
            )
        )  # fmt: skip


_DATED: Mapping[str, Any] = {
    "way": pl.String, "from_home": pl.Boolean, "stop": pl.Int16, "date": pl.Date, "reached": pl.Float64,
}  # fmt: skip
