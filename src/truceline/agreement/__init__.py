"""The agreement: parties, dated lines, zones and clauses as data, and the ambiguities the text leaves.

Produces terms. May import the shared vocabulary only; parsers take text and return records.
"""

from truceline.agreement.lines import LineOfContact, line_at
from truceline.agreement.terms import Agreement, Party

__all__ = ["Agreement", "LineOfContact", "Party", "line_at"]
