"""Movements between places: legs on the map, the origin matrix, origin - first shelter - present place."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from onward.disclosure import LEAST_COUNTED
from onward.report.page_figures import NAMES, Cubes, bands, row_frame, two_digits
from onward.typing import Floats

#: how many curves a map holds at most, and how many origins and destinations the tables name (own choices)
CURVES, NAMED = 400, 12
#: the share of all who moved that the curves must show before smaller ones are left out
SHOWN = 0.995
UNKNOWN = -1


_ENDS = (("from_place", "a"), ("to_place", "b"))


def curves(cubes: Cubes, *, route_detail: bool = False) -> dict[str, Any]:
    """Return the largest flows: from, to, quantiles of all people over the period, and mean people by day.

    A flow leads from home to the place that people reached that day, whatever way they came; those whose origin is
    not known are left out. With ``route_detail`` it is each leg from one stop to the next.
    """
    start = "from_place" if route_detail else "origin"
    by_member, by_day = (_ended(cubes, start, key) for key in ("member", "date"))
    total = by_member.group_by("a", "b").agg(pl.col("people").sum())
    total = total.sort("people", "a", "b", descending=[True, False, False])
    share = total["people"].cum_sum() / max(1.0, float(total["people"].sum()))
    kept = total.head(min(CURVES, int((share < SHOWN).sum()) + 1)).with_row_index("curve")
    members, days = np.zeros((cubes.members, kept.height)), np.zeros((kept.height, cubes.days))
    one, two = (found.join(kept.select("a", "b", "curve"), on=["a", "b"]) for found in (by_member, by_day))
    members[one["member"].to_numpy(), one["curve"].to_numpy()] = one["people"].to_numpy()
    two = two.with_columns(cubes.days_of())
    days[two["curve"].to_numpy(), two["day"].to_numpy()] = two["people"].to_numpy() / cubes.members
    spread = bands(members) if kept.height else {name: [] for name in NAMES}
    return {
        "legs": route_detail,
        "from": kept["a"].to_list(),
        "to": kept["b"].to_list(),
        **{name: spread[name] for name in ("p5", "p50", "p95")},
        "day": [_trimmed(row) for row in two_digits(days).tolist()],
    }


def _ended(cubes: Cubes, start: str, key: str) -> pl.DataFrame:
    """Return legs that ended, from ``start`` to their end: a, b, people, by member or date; none within a row."""
    kind = pl.Int32 if key == "member" else pl.Date
    if "flows" not in cubes.run.tables:
        return pl.DataFrame(schema={"a": pl.Int64, "b": pl.Int64, key: kind, "people": pl.Float64})
    moved = (pl.col("from_place") != pl.col("to_place")) & pl.col(start).is_not_null()
    rows = cubes.run.tables["flows"].filter(moved).group_by(key, start, "to_place")
    found = rows.agg(pl.col("people").sum().cast(pl.Float64)).collect()
    for column, short in ((start, "a"), ("to_place", "b")):
        names = row_frame(cubes.row).rename({"key": column, "row": short})
        found = found.with_columns(pl.col(column).cast(pl.String)).join(names, on=column)
    return found.filter(pl.col("a") != pl.col("b")).group_by("a", "b", key).agg(pl.col("people").sum())


def _trimmed(row: list[int]) -> list[int]:
    """Remove the zeros at the end of a row."""
    while row and row[-1] == 0:
        row.pop()
    return row


def origins(cubes: Cubes) -> tuple[Floats, Floats] | None:
    """Return people by origin: first shelters ``[member, origin, place]`` and present places, likewise.

    First shelters are counted per person, not per journey: only the first displacement counts, and people who returned
    to a shelter in their home town and moved on again are subtracted in proportion, so that no more people have a first
    shelter than left home there. The present place is computed from arrivals minus departures of all legs: people under
    way or waiting at a gate are counted where they last stopped, and not at all before their first leg ends. People who
    are elsewhere in the district that they left count there; those in the place that they left do not. People of
    unknown origin (displaced before the first day) are left out. None if the run did not follow origins.
    """
    if "flows" not in cubes.run.tables or not cubes.run.about.get("labels"):
        return None
    flows = cubes.run.tables["flows"].filter(
        pl.col("origin").is_not_null() & (pl.col("from_place") != pl.col("to_place"))
    )
    people = pl.col("people").sum().cast(pl.Float64)
    keys, once = ("origin", "from_place", "to_place"), (pl.col("times") == 1).alias("once")
    found = flows.group_by("member", *keys, once).agg(people).with_columns(pl.col(keys).cast(pl.String)).collect()
    at_home = {name: pl.col(end) == pl.col("origin") for name, end in (("leave", "from_place"), ("come", "to_place"))}
    found = found.with_columns(**at_home)
    for key, short in (("origin", "o"), *_ENDS):
        found = found.join(row_frame(cubes.row).rename({"key": key, "row": short}), on=key)
    member, o, a, b, n = (found[c].to_numpy() for c in ("member", "o", "a", "b", "people"))
    shape = (cubes.members, cubes.rows, cubes.rows)
    first, now = np.zeros(shape), np.zeros(shape)
    leave, come, first_time = (found[name].to_numpy().astype(bool) for name in ("leave", "come", "once"))
    leaving = leave & first_time
    np.add.at(first, (member[leaving], o[leaving], b[leaving]), n[leaving])
    np.add.at(now, (member, o, b), np.where(come, 0.0, n))
    np.add.at(now, (member, o, a), np.where(leave, 0.0, -n))
    left = cubes.movement("left_home").sum(axis=2)
    journeys = first.sum(axis=2)
    share = np.divide(left, journeys, out=np.ones(left.shape), where=journeys > left)
    return first * share[:, :, None], now


def matrix(first: Floats, now: Floats) -> dict[str, Any]:
    """Return where people of the largest origins are at the end, with 90 % intervals; the others are summed.

    ``from`` and ``to`` are rows of places, -1 for all others; ``p5``, ``p50``, ``p95`` are ``[from][to]``.
    """
    away = np.maximum(now, 0.0)  # people under way make some cells negative
    rows, columns = largest(away.sum(axis=2)), largest(away.sum(axis=1))
    spread = bands(grouped(grouped(away, rows, 1), columns, 2))
    figures = {name: spread[name] for name in ("p5", "p50", "p95")}
    middle = spread["p50"]
    kept = [with_others(named, np.max(np.asarray(middle), axis=axis)) for named, axis in ((rows, 1), (columns, 0))]
    tables = {name: [row[: len(kept[1])] for row in table[: len(kept[0])]] for name, table in figures.items()}
    return {"from": kept[0], "to": kept[1], **tables}


def with_others(named: list[int], figures: Floats) -> list[int]:
    """Return rows by name, and all others if a figure of theirs is shown (the last of ``figures``)."""
    return [*named, UNKNOWN] if figures[-1] >= LEAST_COUNTED else named


def largest(figures: Floats) -> list[int]:
    """Return the rows with most people in the mean over members, largest first."""
    mean = figures.mean(axis=0)
    return [int(n) for n in np.argsort(-mean, kind="stable")[:NAMED] if mean[n] > 0]


def grouped(cube: Floats, kept: list[int], axis: int) -> Floats:
    """Return the kept rows of an axis, and the sum of all others."""
    other = cube.sum(axis=axis, keepdims=True) - np.take(cube, kept, axis=axis).sum(axis=axis, keepdims=True)
    return np.concatenate([np.take(cube, kept, axis=axis), np.maximum(other, 0.0)], axis=axis)


def sankey(first: Floats, now: Floats) -> dict[str, Any]:
    """Return links origin - first shelter and first shelter - present place, as means over members, approximately.

    A run without journeys holds how many people of each origin first stopped where and how many are where in the end,
    not who of the former is among the latter. The links between the two take it that as many stayed in their first
    shelter as the figures allow, and that those who moved on are spread in proportion, origin by origin.
    """
    away, first = np.maximum(now, 0.0).mean(axis=0), first.mean(axis=0)
    home = np.maximum(first.sum(axis=1) - away.sum(axis=1), 0.0)
    link = sum((_coupled(f, n) for f, n in zip(first, away, strict=True)), np.zeros(first.shape))
    return {**stages(first, link, float(home.sum())), "real": False, "left_out": 0}


def stages(first: Floats, link: Floats, home: float) -> dict[str, Any]:
    """Return the Sankey of people from ``[origin, first shelter]`` and ``[first shelter, present place]``.

    The largest places are named, the others summed. ``home`` people are back in the place that they left.
    """
    rows, middle, last = (largest(x[None]) for x in (first.sum(axis=1), first.sum(axis=0), link.sum(axis=0)))
    left, right = grouped(grouped(first, rows, 0), middle, 1), grouped(grouped(link, middle, 0), last, 1)
    origin, now_at = with_others(rows, left.sum(axis=1)), with_others(last, right.sum(axis=0))
    between = with_others(middle, left.sum(axis=0) + right.sum(axis=1))
    return {
        "origin": origin,
        "first": between,
        "now": now_at,
        "left": two_digits(left[: len(origin), : len(between)]).tolist(),
        "right": two_digits(right[: len(between), : len(now_at)]).tolist(),
        "home_again": int(two_digits(np.array(home))),
    }


def _coupled(first: Floats, now: Floats) -> Floats:
    """Match the people of one origin from first shelters to present places, moving as few as possible."""
    stayed = np.minimum(first, now)
    moved, came = first - stayed, now - stayed
    all_moved = moved.sum()
    rest = np.outer(moved, came) / all_moved if all_moved > 0 else np.zeros((len(first), len(now)))
    return np.asarray(np.diag(stayed) + rest)
