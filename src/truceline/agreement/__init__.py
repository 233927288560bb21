"""The agreement: parties, dated lines, zones and clauses as data, and the ambiguities the text leaves.

Produces terms. May import the shared vocabulary only; parsers take text and return records.
"""

from truceline.agreement.library import library_names, library_text, read_library
from truceline.agreement.lines import LineOfContact, line_at
from truceline.agreement.lint import CODES, lint
from truceline.agreement.parse import agreement_from, load_yaml, parse_agreement, render_agreement
from truceline.agreement.schema import json_schema
from truceline.agreement.terms import Agreement, Clause, Party, Step, Zone

__all__ = [
    "CODES",
    "Agreement",
    "Clause",
    "LineOfContact",
    "Party",
    "Step",
    "Zone",
    "agreement_from",
    "json_schema",
    "library_names",
    "library_text",
    "line_at",
    "lint",
    "load_yaml",
    "parse_agreement",
    "read_library",
    "render_agreement",
]
