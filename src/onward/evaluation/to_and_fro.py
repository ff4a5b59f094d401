"""Find pairs of places between which people flee in both directions, a sign of a wrong front or an unsafe refuge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from onward.disclosure import two_digits

if TYPE_CHECKING:
    from onward.simulation.run import Run

#: people in both directions from which a pair is reported, also as a share of all who left home and of the busier
#: direction (own choices: below, different people pass each other)
LEAST_PEOPLE, LEAST_OF_ALL, LEAST_SHARE = 1000.0, 0.05, 0.25
#: pairs that are named
MOST_NAMED = 3


@dataclass(frozen=True)
class Pair:
    """Two places and the mean number of people per member who fled each way, without returns home."""

    place1: str
    place2: str
    there: float
    back: float


def to_and_fro(run: Run) -> list[Pair]:
    """Return the pairs of places between which many people flee in both directions, largest first.

    Returning home is not flight: all who returned to a place are subtracted from the legs that lead to it. A pair is
    included if the smaller direction has at least 1,000 people, a twentieth of all who left home, and a quarter of the
    larger direction.

    Examples
    --------
    >>> import onward
    >>> to_and_fro(onward.simulate("daraa-2018", engine="expected"))[:0]
    []
    """
    a_member = pl.col("people").sum() / run.about.get("members", 1)
    ends = [pl.col(name).cast(pl.String) for name in ("from_place", "to_place")]
    legs = run.tables["flows"].group_by(ends).agg(a_member)
    left = run.tables["movements"].filter(pl.col("movement").cast(pl.String) == "left_home").select(a_member).collect()
    least = max(LEAST_PEOPLE, LEAST_OF_ALL * float(left.item()))
    came_home = run.tables["movements"].filter(pl.col("movement").cast(pl.String) == "returned")
    home = came_home.group_by(pl.col("place").cast(pl.String).alias("to_place")).agg(a_member.alias("home"))
    fled = (pl.col("people") - pl.col("home").fill_null(0)).clip(lower_bound=0)
    there = legs.join(home, on="to_place", how="left").select("from_place", "to_place", fled.alias("there"))
    back = there.rename({"from_place": "to_place", "to_place": "from_place", "there": "back"})
    both = there.filter(pl.col("from_place") < pl.col("to_place")).join(back, on=["from_place", "to_place"]).collect()
    lesser, busier = pl.min_horizontal("there", "back"), pl.max_horizontal("there", "back")
    found = both.filter((lesser >= least) & (lesser >= LEAST_SHARE * busier))
    found = found.sort(lesser, "from_place", "to_place", descending=[True, False, False])
    return [Pair(*row) for row in found.select("from_place", "to_place", "there", "back").iter_rows()]


def to_and_fro_words(run: Run, names: Mapping[str, str]) -> list[str]:
    """Return a warning that names the largest pairs, or an empty list if there are none.

    ``names`` gives display names by place key; a place without one is shown by its key.
    """
    pairs = to_and_fro(run)
    if not pairs:
        return []
    named = "; ".join(_pair_words(pair, names) for pair in pairs[:MOST_NAMED])
    more = f" and {len(pairs) - MOST_NAMED} more pairs" if len(pairs) > MOST_NAMED else ""
    return [f"People flee to and fro between {named}{more}: check the dangers, holders and roads of these places."]


def _pair_words(pair: Pair, names: Mapping[str, str]) -> str:
    one, two = (names.get(place, place) for place in (pair.place1, pair.place2))
    return f"{one} and {two} ({two_digits(pair.there):,.0f} there and {two_digits(pair.back):,.0f} back)"
