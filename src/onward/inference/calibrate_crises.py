"""Calibrate crises from their folders, write the posterior to a file, and resume an interrupted calibration."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np

from onward.errors import CalibrationError, CrisisDataError, Problem
from onward.inference.calibrate import Plan, Store, calibrate_cases
from onward.inference.cold_cases import ColdCase, read_cold_case
from onward.inference.fit_targets import FitCase, fit_case
from onward.inference.reach import reach_of
from onward.model.parameters import declared
from onward.model.posterior import Posterior
from onward.simulation.versions import versions
from onward.typing import Progress


def calibrate(
    crises: Sequence[str | Path],
    *,
    until: date | None = None,
    leave_out: Iterable[str] = (),
    out: str | Path | None = None,
    plan: Plan | None = None,
    leave_one_out: bool = True,
    resume: bool = True,
    progress: Progress | None = None,
) -> Posterior:
    """Fit parameters to the counts of the first 90 days of several crises, and return the `Posterior`.

    Parameters
    ----------
    crises
        Bundled names, crisis folders or Flee folders, at least two.
    until
        Use no count of a later day.
    leave_out
        Names of crises not to fit, though they are among ``crises``.
    out
        A file to write (JSON), which `onward run --parameters posterior --posterior FILE` reads. An interrupted
        calibration keeps what it did in ``FILE.partial``.
    plan
        How much work is done.
    leave_one_out
        Whether the population is fitted without each crisis too.
    resume
        Go on from ``FILE.partial`` if it is of the same calibration; if False, begin again.
    progress
        Called with ``fit``, runs done, and in all.

    Returns
    -------
    Posterior
        The population, each crisis's own parameters, and the populations that leave one crisis out.

    Raises
    ------
    CrisisDataError
        For crises that cannot be read, all at once.
    CalibrationError
        Where fewer than two crises have counts near day 30, 60 or 90.

    Examples
    --------
    >>> import onward
    >>> onward.calibrate(["aleppo-2016", "daraa-2018"])
    Traceback (most recent call last):
    onward.errors.CalibrationError: daraa-2018: nothing was counted near day 30, 60 or 90.
    """
    chosen = Plan() if plan is None else plan
    fits = _fits(crises, set(leave_out), until)
    partial = None if out is None else Path(f"{out}.partial")
    key = _key(fits, chosen, leave_one_out)
    store = _load(partial, key) if resume and partial is not None else {}

    def save(store: Store) -> None:
        if partial is not None:
            _save(partial, key, store)

    found = calibrate_cases(fits, chosen, leave_one_out=leave_one_out, store=store, save=save, progress=progress)
    found = Posterior(
        found.population, found.crises, found.leave_one_out, found.point,
        {case.name: reach_of(case.case.whole) for case in fits}, {},
    )  # fmt: skip
    if out is not None and partial is not None:
        Path(out).write_text(found.to_json(), encoding="utf-8")
        partial.unlink(missing_ok=True)
    return found


def _fits(crises: Sequence[str | Path], left_out: set[str], until: date | None) -> list[FitCase]:
    """Read the crises, and return those to fit with their counts up to a day."""
    cases = _read(crises)
    unknown = sorted(left_out - {case.name for case in cases})
    if unknown:
        raise CalibrationError(f"leave out: {', '.join(unknown)} is none of {', '.join(case.name for case in cases)}.")
    return [fit_case(case, case.whole.hash, until) for case in cases if case.name not in left_out]


def _read(crises: Sequence[str | Path]) -> list[ColdCase]:
    cases: list[ColdCase] = []
    problems: list[Problem] = []
    for crisis in crises:
        try:
            cases.append(read_cold_case(crisis))
        except CrisisDataError as error:
            problems += error.problems
    if problems:
        raise CrisisDataError(problems)
    return cases


def _key(cases: Sequence[FitCase], plan: Plan, leave_one_out: bool) -> str:
    """Return what makes two calibrations the same: crises, counts, work, parameters and versions."""
    work = {name: value for name, value in asdict(plan).items() if name != "workers"}
    counted = [[case.name, case.crisis_hash, case.counted.tolist(), case.deviation.tolist()] for case in cases]
    rows = [repr(parameter) for parameter in declared().values()]
    content = [work, counted, rows, leave_one_out, versions()]
    return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()


def _save(file: Path, key: str, store: Store) -> None:
    """Write progress to a temporary file and rename it, so that an interruption leaves a complete file."""
    content = io.BytesIO()
    np.savez(content, key=np.array(key), **store)  # type: ignore[arg-type]
    fresh = file.with_name(file.name + ".new")
    fresh.write_bytes(content.getvalue())
    fresh.replace(file)


def _load(file: Path, key: str) -> Store:
    """Return the steps done before, or none where the file is of another calibration or missing."""
    if not file.is_file():
        return {}
    with np.load(file) as kept:
        if str(kept["key"]) != key:
            return {}
        return {name: kept[name] for name in kept.files if name != "key"}
