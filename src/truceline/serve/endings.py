"""What the record says of a mission and its assessment does not: while the room was closed, it ceased to be so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from truceline.findings.tables import Assessment
from truceline.keeping import WITHDRAWN, entries_of
from truceline.live.compare import heirs
from truceline.store import Batch

Ends = list[dict[str, Any]]
SUPERSEDED = "superseded_by"
_MAY_END = frozenset({"incident", *(table.removesuffix("s") for table in WITHDRAWN)})


def endings(assessment: Assessment, batch: Batch) -> Iterator[tuple[str, Ends, str]]:
    """Yield (kind, rows, column that names each) of entries that end what stands in the record alone.

    Ask in a batch after the one that kept the assessment. An incident that is gone is superseded by those that hold
    what it held; a finding, attribution or clock by nothing, as `keep_changes` has it.
    """
    for kind, rows, id_column in entries_of(assessment):
        if kind not in _MAY_END:
            continue
        ids = frozenset(pd.DataFrame(rows)[id_column])
        stood = {name: said for name, said in batch.besides(kind, ids).items() if SUPERSEDED not in said}
        by: dict[str, tuple[str, ...]] = {}
        if kind == "incident" and stood:
            before = pd.DataFrame({id_column: list(stood), "observations": [s["observations"] for s in stood.values()]})
            by = heirs(before, assessment.incidents, frozenset(stood))
        yield kind, [{id_column: name, SUPERSEDED: list(by.get(name, ()))} for name in sorted(stood)], id_column
