"""Sensitivity analysis: which parameters and uncertain inputs decide the results of a run.

Morris screening (Morris 1991, with the mean absolute effect of Campolongo et al. 2007) ranks all factors; Sobol indices
(Saltelli et al. 2010) then divide the variance of each output among the important ones. Both run the *expected* engine
through SALib. A factor is a parameter with a prior, or all uncertain inputs of one kind together, and is varied over
the quantiles of its own distribution.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.special import ndtri

from onward.crisis import Crisis
from onward.crisis.messages import did_you_mean
from onward.errors import ParameterError, RunFolderError
from onward.extras import install_command
from onward.model.build import Model, build_model, dated
from onward.model.parameter_set import set_by_hand
from onward.model.parameters import declared
from onward.model.uncertainty import advances, quantile_between
from onward.simulation.member import Outcome, run_one
from onward.simulation.settings import make_settings
from onward.simulation.threads import in_order
from onward.simulation.versions import versions
from onward.typing import Floats, Progress

#: uncertain inputs, each kind moved as one
INPUTS = ("populations", "attacks", "quotas", "takeover_days")
#: the range of quantiles that is explored: the 90 % interval of each factor
RANGE = (0.05, 0.95)
#: places whose stock is an output if none is named: those with most displaced people (own choice)
PLACES = 3
#: evaluations between two writes of what has been computed
CHUNK = 50


@dataclass(frozen=True)
class Sensitivity:
    """The result of a sensitivity analysis.

    Parameters
    ----------
    table
        One row for each output and factor, most important first: ``output``, ``factor``, ``kind`` (parameter or input),
        ``mu_star`` (mean absolute change of the output, in people, when the factor moves over its 90 % interval),
        ``mu_star_conf``, ``sigma`` (spread of that change: interactions and curvature), ``s1`` and ``st`` (shares of
        the output's variance, 0 to 1: the factor alone, and with all its interactions) with ``s1_conf`` and ``st_conf``
        (95 % half-widths); gaps where a factor was screened out.
    about
        The plan: crisis, numbers of runs, seed, versions; and ``central``, each output at all medians.
    """

    table: pl.DataFrame
    about: Mapping[str, Any]


def sensitivity(
    crisis: Crisis,
    *,
    places: Sequence[str] = (),
    trajectories: int = 10,
    survivors: int = 8,
    samples: int = 64,
    seed: int = 1,
    workers: int = 1,
    out: Path | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Rank the parameters and uncertain inputs of a crisis by their effect on the results.

    Parameters
    ----------
    crisis
        From `onward.read_crisis`.
    places
        Places whose displaced people on the last day are outputs; the three largest if none is named. ``displaced``
        (all displaced people on the last day) and ``departures`` (people who left home in the period) always are.
    trajectories
        Morris trajectories, 2 or more; each costs one run more than there are factors.
    survivors
        How many factors get Sobol indices, 1 or more.
    samples
        Sobol base samples, a power of 2; they cost ``samples * (survivors + 2)`` runs.
    seed, workers
        Seed of the samples; threads, which do not affect the results.
    out
        A folder for ``sensitivity.csv``, ``sensitivity.json``, and intermediate results for resuming; None keeps
        everything in memory.
    progress
        Called with the stage ("run"), runs done, and the number of runs.

    Returns
    -------
    Sensitivity
        The table of effects by output and factor, and the plan.

    Raises
    ------
    ParameterError
        A place that the crisis does not have, or a number out of its range.
    RunFolderError
        ``out`` holds an analysis of another plan.

    Examples
    --------
    >>> import onward
    >>> crisis = onward.read_crisis("aleppo-2016")
    >>> found = onward.sensitivity(crisis, trajectories=2, survivors=1, samples=2)  # doctest: +SKIP
    >>> found.table.columns[:4]  # doctest: +SKIP
    ['output', 'factor', 'kind', 'mu_star']
    """
    _check(crisis, places, trajectories, survivors, samples)
    _salib("sample.morris")  # if it is missing, the error comes before the work
    study = _Study.of(crisis, places)
    survivors = min(survivors, len(study.factors))
    plan: dict[str, Any] = {
        "crisis": crisis.name, "crisis_hash": crisis.hash,
        "outputs": list(study.outputs), "factors": list(study.factors),
        "trajectories": trajectories, "survivors": survivors, "samples": samples, "seed": seed,
        "versions": versions(),
    }  # fmt: skip
    kept = _Evaluations.open(plan, out)
    watch = _Watch(progress, trajectories * (len(study.factors) + 1) + samples * (survivors + 2))
    screened = _screen(study, trajectories, seed, kept, workers, watch)
    chosen = _most_influential(screened, survivors)
    indices = _sobol(study, chosen, samples, seed, kept, workers, watch)
    result = Sensitivity(
        _table(study, screened, chosen, indices),
        {**plan, "central": dict(zip(study.outputs, study.central, strict=True))},
    )
    if out is not None:
        result.table.write_csv(out / "sensitivity.csv")
        (out / "sensitivity.json").write_text(json.dumps(as_json(result), indent=1), "utf-8")
    return result


def _screen(
    study: _Study, trajectories: int, seed: int, kept: _Evaluations, workers: int, watch: _Watch
) -> dict[str, Any]:
    """Return Morris's measures of all factors, by output."""
    sampler, morris = _salib("sample.morris"), _salib("analyze.morris")
    problem = _problem(study.factors)
    points = sampler.sample(problem, trajectories, num_levels=4, seed=seed)
    values = kept.evaluate("morris", points, study, workers, watch)
    return {
        name: morris.analyze(problem, points, values[:, i], num_levels=4, seed=seed)
        for i, name in enumerate(study.outputs)
    }


def as_json(result: Sensitivity) -> dict[str, Any]:
    """Return what ``onward sensitivity --json`` prints: the plan, and ``rows`` as in the table."""
    return {**result.about, "rows": result.table.to_dicts()}


def _check(crisis: Crisis, places: Sequence[str], trajectories: int, survivors: int, samples: int) -> None:
    wrong = [
        f"place {place!r} is not a place of this crisis. "
        f"{did_you_mean(place, crisis.place_names, 'places.csv names them.')}"
        for place in places
        if place not in crisis.places
    ]
    if trajectories < 2:
        wrong.append(f"trajectories: {trajectories} is not 2 or more.")
    if survivors < 1:
        wrong.append(f"survivors: {survivors} is not 1 or more.")
    if samples < 2 or samples & (samples - 1):
        wrong.append(f"samples: {samples} is not a power of 2. Take 32, 64, 128 ...")
    if wrong:
        raise ParameterError("\n".join(wrong))


def _salib(name: str) -> Any:
    try:
        return import_module(f"SALib.{name}")
    except ImportError:
        raise ParameterError(f"sensitivity needs SALib. Install it with: {install_command('sensitivity')}") from None


def _problem(factors: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(factors), "names": list(factors), "bounds": [list(RANGE)] * len(factors)}


@dataclass(frozen=True)
class _Study:
    """The factors that are varied and the outputs; ``central`` holds the outputs with every factor at its median."""

    model: Model
    factors: tuple[str, ...]
    outputs: tuple[str, ...]
    central: tuple[float, ...]
    held: Mapping[str, object]

    @staticmethod
    def of(crisis: Crisis, places: Sequence[str]) -> _Study:
        held = set_by_hand(crisis)
        drawn = [name for name, p in declared().items() if p.prior != "fixed" and name not in held]
        model = build_model(crisis)
        study = _Study(model, (*drawn, *_uncertain(model)), (), (), held)
        outcome = study.outcome(np.full(len(study.factors), 0.5))
        stock = _stock(outcome)
        names = study.model.network.places.names
        most = [names[i] for i in np.argsort(-stock, kind="stable")[:PLACES] if stock[i] > 0]
        study = replace(study, outputs=("displaced", "departures", *(f"stock:{name}" for name in (places or most))))
        return replace(study, central=tuple(study.read(outcome).tolist()))

    def outcome(self, quantiles: Floats) -> Outcome:
        """Run the crisis once with each factor at a quantile of its distribution."""
        level = dict(zip(self.factors, quantiles, strict=True))
        values = {name: p.quantile(level[name]) for name, p in declared().items() if name in level}
        settings = make_settings(
            self.model.crisis, engine="expected", members=1, labels=False, overrides={**values, **self.held}
        )
        return run_one(_at(self.model, level), settings, 0)[0]

    def read(self, outcome: Outcome) -> Floats:
        """Return the outputs of a run."""
        stock, daily = _stock(outcome), outcome.result.daily
        everyone = stock.sum() + daily.way[-1].sum() + daily.out[-1].sum()
        place = {f"stock:{name}": i for i, name in enumerate(self.model.network.places.names)}
        at = [stock[place[name]] for name in self.outputs[2:]]
        return np.array([everyone, daily.left_home.sum(), *at])


def _stock(outcome: Outcome) -> Floats:
    daily = outcome.result.daily
    return np.asarray(daily.here[-1] + daily.gate[-1], dtype=np.float64)


def _uncertain(model: Model) -> tuple[str, ...]:
    """Return the kinds of inputs for which a crisis gives a range."""
    places = model.network.places
    ranged = {
        "populations": places.population_low < places.population_high,
        "attacks": model.attacks.n[:, 1] < model.attacks.n[:, 2],
        "quotas": model.network.gates.quota[:, 1] < model.network.gates.quota[:, 2],
        "takeover_days": np.array([not advances(model.crisis).is_empty()]),
    }
    return tuple(kind for kind in INPUTS if ranged[kind].any())


def _at(model: Model, level: Mapping[str, float]) -> Model:
    """Return the model with every uncertain input at the given quantile of its own range."""
    if "takeover_days" in level:
        model = dated(model, _days(model.crisis, level["takeover_days"]))
    network, attacks = model.network, model.attacks
    places, gates = network.places, network.gates
    if "populations" in level:
        z = np.full(len(places.population), ndtri(level["populations"]))
        people = quantile_between(z, places.population, places.population_low, places.population_high)
        places = replace(places, population=np.rint(people))
    if "quotas" in level:
        gates = replace(gates, quota=_moved(gates.quota, level["quotas"]))
    if "attacks" in level:
        attacks = replace(attacks, n=_moved(attacks.n, level["attacks"]))
    return replace(model, network=replace(network, places=places, gates=gates), attacks=attacks)


def _moved(ranges: Floats, level: float) -> Floats:
    """Return rows of (middle, low, high) with the middle at a quantile of the range."""
    middle, low, high = ranges.T
    return np.column_stack([quantile_between(np.full(len(ranges), ndtri(level)), middle, low, high), low, high])


def _days(crisis: Crisis, level: float) -> tuple[date, ...]:
    bounds = advances(crisis).select(pl.coalesce("start_low", "start"), pl.coalesce("start_high", "start")).rows()
    return tuple(low + timedelta(days=int(level * ((high - low).days + 1))) for low, high in bounds)


@dataclass
class _Watch:
    progress: Progress | None
    runs: int
    done: int = 0

    def add(self, runs: int) -> None:
        self.done += runs
        if self.progress is not None:
            self.progress("run", self.done, self.runs)


@dataclass
class _Evaluations:
    """Outputs computed so far, by stage; stored in a folder so that an interrupted analysis is resumed."""

    plan: Mapping[str, Any]
    folder: Path | None
    known: dict[str, Floats]

    @staticmethod
    def open(plan: Mapping[str, Any], folder: Path | None) -> _Evaluations:
        kept = _Evaluations(plan, folder, {})
        if folder is None:
            return kept
        begun = folder / "plan.json"
        if begun.exists():
            if json.loads(begun.read_text("utf-8")) != json.loads(json.dumps(plan)):
                raise RunFolderError(f"{folder} holds an analysis of another plan. Name another folder with --out.")
            for file in folder.glob("*.npy"):
                kept.known[file.stem] = np.load(file)
        elif folder.exists() and any(folder.iterdir()):
            raise RunFolderError(f"{folder} is not empty and holds no analysis. Name another folder with --out.")
        else:
            folder.mkdir(parents=True, exist_ok=True)
            begun.write_text(json.dumps(plan, indent=1), "utf-8")
        return kept

    def evaluate(self, stage: str, points: Floats, study: _Study, workers: int, watch: _Watch) -> Floats:
        """Return the outputs at each point, shape (points, outputs)."""
        done = self.known.get(stage, np.empty((0, len(study.outputs))))
        watch.add(len(done))
        for start in range(len(done), len(points), CHUNK):
            chunk = range(start, min(start + CHUNK, len(points)))
            fresh = []
            for _, row, _ in in_order(lambda i: (study.read(study.outcome(points[i])), 0.0), chunk, workers):
                fresh.append(row)
                watch.add(1)
            done = np.vstack([done, *fresh])
            if self.folder is not None:
                part = self.folder / f"{stage}.part"
                with part.open("wb") as file:
                    np.save(file, done)
                part.replace(self.folder / f"{stage}.npy")
        return done


def _most_influential(screened: Mapping[str, Any], most: int) -> list[int]:
    """Return the factors with the largest effect on any output, relative to the output's largest."""
    share = np.array([found["mu_star"] / max(float(np.max(found["mu_star"])), 1e-12) for found in screened.values()])
    order = np.lexsort((-share.sum(axis=0), -share.max(axis=0)))
    return sorted(int(i) for i in order[:most])


def _sobol(
    study: _Study, chosen: Sequence[int], samples: int, seed: int, kept: _Evaluations, workers: int, watch: _Watch
) -> dict[str, Any]:
    sampler, sobol = _salib("sample.sobol"), _salib("analyze.sobol")
    problem = _problem([study.factors[i] for i in chosen])
    some = sampler.sample(problem, samples, calc_second_order=False, seed=seed)
    points = np.full((len(some), len(study.factors)), 0.5)
    points[:, chosen] = some
    values = kept.evaluate("sobol", points, study, workers, watch)
    return {
        name: sobol.analyze(problem, values[:, i], calc_second_order=False, seed=seed)
        for i, name in enumerate(study.outputs)
        if np.ptp(values[:, i]) > 0
    }


def _table(
    study: _Study, screened: Mapping[str, Any], chosen: Sequence[int], indices: Mapping[str, Any]
) -> pl.DataFrame:
    rows = []
    for output, morris in screened.items():
        for i, factor in enumerate(study.factors):
            row: dict[str, Any] = {
                "output": output,
                "factor": factor,
                "kind": "input" if factor in INPUTS else "parameter",
            }
            row |= {key: float(morris[key][i]) for key in ("mu_star", "mu_star_conf", "sigma")}
            at = chosen.index(i) if i in chosen and output in indices else None
            for key, salib in (("s1", "S1"), ("s1_conf", "S1_conf"), ("st", "ST"), ("st_conf", "ST_conf")):
                row[key] = None if at is None else float(indices[output][salib][at])
            rows.append(row)
    order = {name: i for i, name in enumerate(screened)}
    frame = pl.DataFrame(rows, schema_overrides=dict.fromkeys(("s1", "s1_conf", "st", "st_conf"), pl.Float64))
    return frame.sort(
        pl.col("output").replace_strict(order), "st", "mu_star", descending=[False, True, True], nulls_last=True
    )
