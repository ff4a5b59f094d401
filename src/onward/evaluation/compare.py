"""Compare two runs member by member: effects of a scenario, with intervals of the differences."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from onward.errors import ParameterError
from onward.simulation.observables import net_arrivals
from onward.simulation.record import record_of_run
from onward.simulation.run import LEVELS, Run

#: a difference whose paired 90 % interval lies on one side of zero is called clear
_COLUMNS = [(q, f"p{100 * q:g}") for q in LEVELS]
#: keys of run.json that two runs must share so that their members can be paired
PAIRED = ("rules", "crisis", "seed", "members", "engine", "parameters", "start", "end")


def compare(run: Run, other: Run, *, anyway: bool = False) -> dict[str, pl.DataFrame]:
    """Compare two runs member by member, on the last day and over the period.

    Parameters
    ----------
    run, other
        Runs of the same crisis (the same inputs, not only the same name), seed, members, engine and parameters.
    anyway
        Compare runs whose inputs differ. Their members share no draws, so the intervals also contain sampling noise.

    Returns
    -------
    dict of polars.DataFrame
        Tables ``stock`` and ``arrivals`` (place), ``totals`` (indicator) and ``claims`` (claim), each with the mean of
        both runs and mean, p5, p25, p50, p75 and p95 of the difference ``other - run``, in people or the claim's unit.
        ``clear`` says that its 90 % interval excludes zero. A place without a row counts as 0 people; a claim that a
        run cannot answer is null, and so is its difference.

    Raises
    ------
    ParameterError
        If the runs cannot be paired, saying what differs.

    Examples
    --------
    >>> import onward
    >>> run = onward.simulate("aleppo-2016", members=2, seed=1)
    >>> onward.compare(run, run)["totals"]["mean"].abs().max()
    0.0
    """
    _check_pair(run, other, anyway)
    members = int(run.about["members"])
    return {
        "stock": _differ(_last_stock(run), _last_stock(other), "place", members, missing=0.0),
        "arrivals": _differ(_arrivals(run), _arrivals(other), "place", members, missing=0.0),
        "totals": _differ(_totals(run), _totals(other), "indicator", members, missing=0.0),
        "claims": _differ(_claims(run), _claims(other), "claim", members, missing=None),
    }


def _check_pair(run: Run, other: Run, anyway: bool) -> None:
    for key in PAIRED:
        one, two = (r.about.get(key, "onward" if key == "rules" else None) for r in (run, other))
        if one != two:
            raise ParameterError(
                f"the runs cannot be paired: {key} is {one} in one and {two} in the other. "
                "Run both with the same rules, crisis, seed, members, engine and parameters."
            )
    if run.about["crisis_hash"] != other.about["crisis_hash"] and not anyway:
        raise ParameterError(
            f"the runs cannot be paired: both are of {run.about['crisis']}, but of different inputs "
            f"({_different_tables(run, other)}). Run both on the same crisis folder, or compare them anyway "
            "(--anyway; in Python anyway=True)."
        )


def _different_tables(run: Run, other: Run) -> str:
    """Return in words which tables, and whether crisis.toml, differ between the crises of two runs."""
    one, two = run.crisis, other.crisis
    if one is None or two is None:
        return "one run folder does not contain its crisis, so the tables cannot be named"
    names = [name for name in one.tables if not one.table(name).equals(two.table(name))]
    header = ["crisis.toml"] if one.header() != two.header() else []
    return ", ".join([*header, *(f"{name}.csv" for name in names)]) + " differ"


def _last_stock(run: Run) -> pl.LazyFrame:
    last = dt.date.fromisoformat(run.about["end"])
    state = pl.col("state").cast(pl.String)
    rows = run.tables["stock"].filter((pl.col("date") == last) & state.is_in(["here", "gate"]))
    return _by(rows, "place", "people")


def _arrivals(run: Run) -> pl.LazyFrame:
    names = list(run.about["places"])
    people = net_arrivals(record_of_run(run, names), np.arange(len(names)), len(names)).sum(axis=2)
    member, place = np.nonzero(people)
    columns = {"member": member.astype(np.int32), "place": np.array(names, dtype=object)[place].tolist()}
    return pl.LazyFrame({**columns, "value": people[member, place]})


def _by(rows: pl.LazyFrame, key: str, value: str) -> pl.LazyFrame:
    return rows.group_by("member", pl.col(key).cast(pl.String)).agg(pl.col(value).sum().cast(pl.Float64).alias("value"))


def _totals(run: Run) -> pl.LazyFrame:
    """Return people who left home, displacements, people waiting at each gate at the end, and people who passed it."""
    movement = pl.col("movement").cast(pl.String)
    moves = run.tables["movements"].filter(movement.is_in(["left_home", "fled_again"]))
    totals = [_by(moves, "movement", "people").rename({"movement": "indicator"})]
    if "gates" in run.tables:
        gates = (
            run.tables["gates"]
            .group_by("member", pl.col("gate").cast(pl.String))
            .agg(pl.col("waiting").sort_by("date").last().cast(pl.Float64), pl.col("passed").sum().cast(pl.Float64))
        )
        for what in ("waiting", "passed"):
            name = (pl.lit(f"{what} at ") + pl.col("gate")).alias("indicator")
            totals.append(gates.select("member", name, pl.col(what).alias("value")))
    return pl.concat(totals)


def _claims(run: Run) -> pl.LazyFrame:
    """Return the value of each claim in each member; no rows under rules that have no claims."""
    if "claims" not in run.tables:
        return pl.LazyFrame(schema={"member": pl.Int32, "claim": pl.String, "value": pl.Float64})
    return run.tables["claims"].select("member", "claim", "value").drop_nulls()


def _differ(one: pl.LazyFrame, two: pl.LazyFrame, key: str, members: int, missing: float | None) -> pl.DataFrame:
    """Pair the members by ``key``; ``missing`` is the value of a missing row (None: unknown, so no difference)."""
    keys = pl.concat([one.select(key), two.select(key)]).unique()
    grid = keys.join(pl.LazyFrame({"member": pl.Series(range(members), dtype=pl.Int32)}), how="cross")
    both = grid.join(one, on=["member", key], how="left").join(two, on=["member", key], how="left", suffix="_other")
    if missing is not None:
        both = both.with_columns(pl.col("value", "value_other").fill_null(missing))
    change = (pl.col("value_other") - pl.col("value")).alias("change")
    spread = [pl.col("change").quantile(q, "linear").alias(name) for q, name in _COLUMNS]
    grouped = (
        both.with_columns(change)
        .group_by(key)
        .agg(
            pl.col("value").mean().alias("run"),
            pl.col("value_other").mean().alias("other"),
            pl.col("change").mean().alias("mean"),
            *spread,
        )
    )
    clear = ((pl.col("p5") > 0) | (pl.col("p95") < 0)).fill_null(False).alias("clear")
    order = [pl.col("mean").abs(), pl.col(key)]
    return grouped.with_columns(clear).sort(order, descending=[True, False], nulls_last=True).collect()
