"""The list of served runs: only a listed name leads to a folder."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from onward.errors import ParameterError, RunFolderError
from onward.runs.folder import RUN, read_run
from onward.simulation.run import Run


class UnknownRun(ParameterError):
    """A name that is not in the list of runs."""


class Library:
    """Run folders, and folders of run folders; read again at each request, so that new runs appear.

    Parameters
    ----------
    sources
        Run folders, or folders whose direct children are run folders. A child that leads out of its folder
        by a link is left out. A name given twice gets a number.
    """

    def __init__(self, sources: Iterable[str | Path]) -> None:
        self._sources = tuple(dict.fromkeys(Path(source) for source in sources))
        self._read: dict[Path, tuple[int, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def folders(self) -> dict[str, Path]:
        """Return the folders of all finished runs by name, in the order given, then by name."""
        found: dict[str, Path] = {}
        for folder in dict.fromkeys(self._finished()):
            name, number = folder.resolve().name, 2
            while name in found:
                name, number = f"{folder.resolve().name}-{number}", number + 1
            found[name] = folder
        return found

    def folder(self, name: str) -> Path:
        """Return the folder of the run called ``name``; raise UnknownRun if it is not listed."""
        found = self.folders()
        if name not in found:
            known = ", ".join(list(found)[:8]) or "none yet"
            raise UnknownRun(f"run {name[:80]!r} is not among the runs shown. There are: {known}.")
        return found[name]

    def run(self, name: str) -> Run:
        """Return the run called ``name``."""
        return read_run(self.folder(name))

    def listing(self) -> list[dict[str, Any]]:
        """Return the list of runs: name, title, crisis, scenario, members, engine, parameters, created."""
        listed = []
        for name, folder in self.folders().items():
            about = self._about(folder)
            if about is not None and "crisis_hash" in about:
                listed.append(_listed(name, about))
        return listed

    def _finished(self) -> Iterator[Path]:
        for source in self._sources:
            if (source / RUN).is_file():
                yield source
            elif source.is_dir():
                home = source.resolve()
                children = sorted(child for child in source.iterdir() if not child.name.startswith("."))
                yield from (c for c in children if (c / RUN).is_file() and c.resolve().parent == home)

    def _about(self, folder: Path) -> dict[str, Any] | None:
        """Return the content of run.json, cached until it is rewritten; None if it cannot be read."""
        try:
            written = (folder / RUN).stat().st_mtime_ns
            with self._lock:
                known = self._read.get(folder)
            if known is None or known[0] != written:
                known = (written, json.loads((folder / RUN).read_text("utf-8")))
                with self._lock:
                    self._read[folder] = known
        except (OSError, ValueError):
            return None
        return known[1] if isinstance(known[1], dict) else None


def check_sources(sources: Iterable[str | Path]) -> None:
    """Check that every source is a folder; raise RunFolderError for the first that is not."""
    for source in map(Path, sources):
        if not source.is_dir():
            raise RunFolderError(f"{source}: there is no such folder. Give run folders, or a folder of run folders.")


def _parameters(about: Mapping[str, Any]) -> str:
    """Describe briefly which parameters a run used, with those held at a value."""
    found = about.get("parameters_from") or {}
    fitted = ", ".join(found.get("fitted_on") or [])
    name = {"population": "population parameters", "prior": "parameters from the priors"}.get(
        found.get("name", ""), f"parameters fitted on {fitted}" if fitted else f"parameters {about.get('parameters')}"
    )
    held = [f"{key}={value}" for key, value in (about.get("overrides") or {}).items()]
    return ", ".join([name, *held])


def _listed(name: str, about: Mapping[str, Any]) -> dict[str, Any]:
    scenario = about.get("scenario") or None
    return {
        "name": name,
        "title": str(about.get("title", "")),
        "crisis": str(about.get("crisis", "")),
        "scenario": (scenario["title"] or scenario["name"]) if scenario else None,
        "members": about.get("members"),
        "engine": about.get("engine"),
        "parameters": _parameters(about),
        "created": about.get("created"),
    }
