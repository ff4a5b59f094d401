"""Extract attributed facts from reports with readable rules; a language model may assist.

The evidence is a proposal: a person accepts, corrects or rejects each fact before anything enters a crisis.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onward.extraction.apply import Applied, apply_evidence
    from onward.extraction.corroborate import compare, read_files
    from onward.extraction.evidence import (
        EvidenceRow,
        evidence_rows,
        read_evidence_csv,
        write_evidence_csv,
        write_evidence_rows,
    )
    from onward.extraction.extract import extract_facts, read_report
    from onward.extraction.facts import FIRM, KINDS, Candidate, Fact, Link, Place, Reading, Readings, Total
    from onward.extraction.pipeline import load_pipeline

__all__ = [
    "FIRM",
    "KINDS",
    "Applied",
    "Candidate",
    "EvidenceRow",
    "Fact",
    "Link",
    "Place",
    "Reading",
    "Readings",
    "Total",
    "apply_evidence",
    "compare",
    "evidence_rows",
    "extract_facts",
    "load_pipeline",
    "read_evidence_csv",
    "read_files",
    "read_report",
    "write_evidence_csv",
    "write_evidence_rows",
]

#: the module of each public name; loaded when first asked for, because the rules take a third of a second to compile
_MODULES = {
    "apply": ("Applied", "apply_evidence"),
    "corroborate": ("compare", "read_files"),
    "evidence": (
        "EvidenceRow",
        "evidence_rows",
        "read_evidence_csv",
        "write_evidence_csv",
        "write_evidence_rows",
    ),
    "extract": ("extract_facts", "read_report"),
    "facts": ("FIRM", "KINDS", "Candidate", "Fact", "Link", "Place", "Reading", "Readings", "Total"),
    "pipeline": ("load_pipeline",),
}


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
