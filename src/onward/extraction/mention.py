"""A place named in a text."""

from __future__ import annotations

from dataclasses import dataclass

from onward.extraction.facts import Candidate, Role


@dataclass(frozen=True)
class Mention:
    """A place named in the text: span (with its modifier), the bare name, role, and what it may mean."""

    start: int
    end: int
    name: str
    bare: str
    role: Role | None
    candidates: tuple[Candidate, ...]
    kind: str
    border: bool = False
    unit: str = ""
