"""Write a crisis to a folder, all or nothing."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from onward.crisis.crisis import Crisis
from onward.crisis.schema import tables
from onward.errors import CrisisDataError, Problem

if TYPE_CHECKING:
    import polars as pl

HEADER_FILE = "crisis.toml"


def write_crisis(crisis: Crisis, folder: str | Path, *, overwrite: bool = False) -> Path:
    """Write a crisis as a folder that reads back as an equal crisis.

    Parameters
    ----------
    crisis
        What to write.
    folder
        Where to write; created if missing. It is replaced in one step, so an interrupted write keeps the old state.
    overwrite
        Whether a crisis already there may be replaced; files beside its tables are kept. A folder that holds
        something else is never replaced.

    Returns
    -------
    pathlib.Path
        The folder, as an absolute path.

    Raises
    ------
    CrisisDataError
        If the folder holds something that must not be replaced.

    Examples
    --------
    >>> import tempfile, onward
    >>> crisis = onward.read_crisis("aleppo-2016")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     onward.read_crisis(onward.write_crisis(crisis, f"{folder}/copy")) == crisis
    True
    """
    folder = Path(folder).resolve()
    check_free(folder, overwrite)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = _beside(folder, "new")
    try:
        fresh.mkdir()
        _write_files(crisis, fresh)
        _swap(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def check_free(folder: Path, overwrite: bool) -> None:
    """Refuse a folder that holds something that must not be replaced."""
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / HEADER_FILE).is_file():
            fault = "the folder holds something that is not a crisis", "Choose another folder."
        elif not overwrite:
            fault = "the folder is not empty", "Choose another folder, or empty this one."
        else:
            return
    elif folder.exists() and not folder.is_dir():
        fault = "this is a file", "Choose another folder."
    else:
        return
    raise CrisisDataError([Problem(str(folder), found=fault[0], next_step=fault[1])])


def _beside(folder: Path, word: str) -> Path:
    return folder.with_name(f".{folder.name}.{word}-{uuid.uuid4().hex}")


def _swap(fresh: Path, folder: Path) -> None:
    """Replace the old folder by the new one, keeping the old one's other files; undo it on failure."""
    if not folder.exists():
        fresh.rename(folder)
        return
    _copy_others(folder, fresh)
    old = _beside(folder, "old")
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)


def _copy_others(old: Path, fresh: Path) -> None:
    ours = {HEADER_FILE} | {f"{name}{ending}" for name in tables() for ending in (".csv", ".parquet")}
    for entry in old.iterdir():
        if entry.name not in ours:
            (shutil.copytree if entry.is_dir() else shutil.copy2)(entry, fresh / entry.name)


def _write_files(crisis: Crisis, folder: Path) -> None:
    import tomli_w

    from onward.crisis.header import FORMAT

    header = tomli_w.dumps({"format": FORMAT, **crisis.header()})
    (folder / HEADER_FILE).write_text(header, encoding="utf-8", newline="\n")
    for name, table in tables().items():
        frame = crisis.table(name)
        if frame.height or table.required:
            (folder / f"{name}.csv").write_bytes(_csv(frame))


def _csv(frame: pl.DataFrame) -> bytes:
    """Return the table as UTF-8 CSV, with booleans as yes and no."""
    import polars as pl

    words = {True: "yes", False: "no"}
    yes_no = pl.col(pl.Boolean).replace_strict(words, return_dtype=pl.String)
    return frame.with_columns(yes_no).write_csv(line_terminator="\n").encode("utf-8")
