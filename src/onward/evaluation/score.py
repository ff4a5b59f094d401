"""Score a run against registrations: Flee's averaged relative difference, and errors on days really counted.

*ARD* (averaged relative difference) is Flee's: on every day, over all camps, the absolute differences between the
run and registrations interpolated between counts, over the sum of registrations; averaged over days. *Rescaled*
first scales the run's camps to the registered total of the day. Source: Flee 3, ``plot_flee_output.py`` and
``SimulationErrors.abs_diff``; its differences are taken in agents. Days between counts are no evidence, and neither is
the first day, whose counts the run is given: the second kind of error looks only at later days on which a camp was
really counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from onward.errors import ParameterError
from onward.simulation.run import Run
from onward.typing import Floats

#: Flee rounds each difference to four digits
DIGITS = 4


def averaged_relative_difference(simulated: Floats, registered: Floats, *, rescaled: bool = False) -> Floats:
    """Return Flee's ARD, ``mean_t[ sum_p |sim - data| / max(sum_p data, 1) ]``.

    Parameters
    ----------
    simulated
        People in camps, ``[..., t, p]``.
    registered
        Registrations interpolated to every day, ``[t, p]``.
    rescaled
        Whether ``sim`` is scaled by ``sum data / sum sim`` of the day first (to 0 where nobody is in a camp).

    Returns
    -------
    numpy.ndarray
        ``[...]``, from 0 (equal) to 2 where totals match.

    Examples
    --------
    >>> float(averaged_relative_difference(np.array([[1.0, 3.0]]), np.array([[2.0, 2.0]])))
    0.5
    """
    total = registered.sum(axis=-1)
    if rescaled:
        there = simulated.sum(axis=-1)
        factor = np.divide(np.broadcast_to(total, there.shape), there, out=np.zeros(there.shape), where=there > 0)
        simulated = simulated * factor[..., None]
    apart = np.round(np.abs(simulated - registered), DIGITS).sum(axis=-1)
    return np.asarray((apart / np.maximum(total, 1.0)).mean(axis=-1))


@dataclass(frozen=True)
class FleeScore:
    """A run against registrations.

    ``ard`` and ``ard_rescaled`` are means over members, on **interpolated** days; ``ard_of_mean`` is of the mean run.
    ``observed`` has one row a camp, on days of **real counts** after the first only: place, counts (how many),
    registered and simulated (means), mean_absolute_error and bias in people, relative_error; its last row, place null,
    is all camps.
    """

    ard: float
    ard_rescaled: float
    ard_of_mean: float
    members: int
    observed: pl.DataFrame

    def about(self) -> dict[str, Any]:
        """Return the score in its JSON form: errors on interpolated days, and on days of real counts."""
        *camps, whole = self.observed.to_dicts()
        return {
            "rules": "flee",
            "members": self.members,
            "interpolated_days": {
                "ard": self.ard,
                "ard_rescaled": self.ard_rescaled,
                "ard_of_mean": self.ard_of_mean,
            },
            "real_counts": {**{name: value for name, value in whole.items() if name != "place"}, "places": camps},
        }

    def lines(self) -> list[str]:
        """Return the score in words, stating which error is which."""
        whole = self.observed.row(-1, named=True)
        if not whole["counts"]:
            counted = "There is no real count after the first day."
        else:
            relative = whole["relative_error"]
            counted = (
                f"On the {whole['counts']} real counts only (after the first day, nothing interpolated): mean absolute "
                f"error {whole['mean_absolute_error']:,.0f} people, bias {whole['bias']:+,.0f}, "
                f"relative error {'unknown' if relative is None else f'{relative:.4f}'}."
            )
        return [
            f"On all days, registrations interpolated between counts (Flee's ARD; {self.members} members): "
            f"plain {self.ard:.4f}, rescaled {self.ard_rescaled:.4f}.",
            counted,
        ]


def score_flee(run: Run) -> FleeScore:
    """Score a run under Flee's rules against the registrations in its table ``registrations``.

    Examples
    --------
    >>> score_flee(run).lines()  # doctest: +SKIP
    """
    if "registrations" not in run.tables or "flee" not in run.about:
        raise ParameterError("this run has no registrations: only runs under Flee's rules have them.")
    if not run.about["flee"]["camps"]:
        raise ParameterError("this run has no camp, so there is nothing to compare with registrations.")
    registered = run.table("registrations")
    camps, agent = list(run.about["flee"]["camps"]), float(run.about["flee"]["people_per_agent"])
    data = _wide(registered.with_columns(pl.lit(0, pl.Int32).alias("member")), camps, "people")[0]
    counts = _wide(registered.with_columns(pl.lit(0, pl.Int32).alias("member")), camps, "observed", gap=np.nan)[0]
    simulated = _simulated(run, camps, len(data))
    mean = simulated.mean(axis=0)
    return FleeScore(
        ard=float(averaged_relative_difference(simulated / agent, data / agent).mean()),
        ard_rescaled=float(averaged_relative_difference(simulated / agent, data / agent, rescaled=True).mean()),
        ard_of_mean=float(averaged_relative_difference(mean / agent, data / agent)),
        members=len(simulated),
        observed=_observed(camps, mean, counts),
    )


def _simulated(run: Run, camps: list[str], days: int) -> Floats:
    import datetime as dt

    start = dt.date.fromisoformat(run.about["start"])
    cube = np.zeros((run.about["members"], days, len(camps)))
    rows = (
        run.tables["stock"]
        .filter((pl.col("state").cast(pl.String) == "here") & pl.col("place").cast(pl.String).is_in(camps))
        .select(
            "member",
            (pl.col("date") - start).dt.total_days().alias("day"),
            pl.col("place").cast(pl.String).cast(pl.Enum(camps)).to_physical(),
            "people",
        )
        .collect()
    )
    cube[tuple(rows[name].to_numpy() for name in ("member", "day", "place"))] = rows["people"].to_numpy()
    return cube


def _wide(table: pl.DataFrame, camps: list[str], column: str, gap: float = 0.0) -> Floats:
    """Return a column as ``[0, t, p]``, days in order."""
    texts = table.with_columns(pl.col("place").cast(pl.String)).sort("date")
    parts = [texts.filter(pl.col("place") == name)[column].cast(pl.Float64).fill_null(gap).to_numpy() for name in camps]
    return np.stack(parts, axis=1)[None]


def _observed(camps: list[str], mean: Floats, counts: Floats) -> pl.DataFrame:
    mean, counts = mean[1:], counts[1:]  # the first day's counts are given
    rows = [_errors(name, mean[:, p], counts[:, p]) for p, name in enumerate(camps)]
    rows.append(_errors(None, mean.ravel(), counts.ravel()))
    kinds = {"place": pl.String, "counts": pl.Int64} | dict.fromkeys(
        ("registered", "simulated", "mean_absolute_error", "bias", "relative_error"), pl.Float64
    )
    return pl.DataFrame(rows, schema=kinds)


def _errors(name: str | None, simulated: Floats, counts: Floats) -> dict[str, object]:
    real = ~np.isnan(counts)
    if not real.any():
        return {"place": name, "counts": 0}
    apart = simulated[real] - counts[real]
    total = float(counts[real].sum())
    return {
        "place": name,
        "counts": int(real.sum()),
        "registered": float(counts[real].mean()),
        "simulated": float(simulated[real].mean()),
        "mean_absolute_error": float(np.abs(apart).mean()),
        "bias": float(apart.mean()),
        "relative_error": float(np.abs(apart).sum() / total) if total > 0 else None,
    }
