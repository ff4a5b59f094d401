"""What reports say: text in, attributed evidence out, by rules that can be read; a model may help.

The evidence is a proposal: a person accepts, corrects or rejects each fact before anything enters a crisis.
"""

from onward.reading.apply import Applied, apply_evidence
from onward.reading.evidence import (
    EvidenceRow,
    evidence_rows,
    read_evidence_csv,
    write_evidence_csv,
    write_evidence_rows,
)
from onward.reading.facts import FIRM, KINDS, Candidate, Fact, Link, Place, Reading, Readings
from onward.reading.pipeline import load_pipeline
from onward.reading.report import read_report
from onward.reading.together import compare, read_files

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
    "apply_evidence",
    "compare",
    "evidence_rows",
    "load_pipeline",
    "read_evidence_csv",
    "read_files",
    "read_report",
    "write_evidence_csv",
    "write_evidence_rows",
]
