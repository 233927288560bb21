"""Runs of a long job kept as they finish, one JSON line each, so that a stopped job goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

Row = dict[str, float]


@contextmanager
def kept_runs(path: Path | None, mark: str) -> Iterator[tuple[Mapping[int, Row], Callable[[int, Row], None]]]:
    """Give the runs kept in a file under the same mark, and what keeps more; a half-written last line is dropped."""
    if path is None:
        yield {}, lambda run, row: None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    done = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if said.get("mark") == mark:
            done[int(said["run"])] = {str(k): float("nan") if v is None else float(v) for k, v in said["row"].items()}
    with path.open("a", encoding="utf-8") as file:
        if file.tell():
            file.write("\n")  # the last line may be half written

        def keep(run: int, row: Row) -> None:
            plain = {k: None if np.isnan(v) else str(v) if np.isinf(v) else v for k, v in row.items()}
            file.write(json.dumps({"mark": mark, "run": run, "row": plain}) + "\n")
            file.flush()

        yield done, keep
