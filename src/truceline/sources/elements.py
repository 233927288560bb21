"""Files of element sets (TLE; OMM as JSON, KVN or CSV) to records. What they mean is for orbits to say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pandas as pd

from truceline.errors import RequestError, SourceError
from truceline.orbits import Elements, ElementSets, read_elements

MOST_BYTES = 50_000_000  # the whole public catalogue as OMM is some 20 MB


def read_element_files(paths: str | Path | Iterable[str | Path], *, now: datetime | None = None) -> ElementSets:
    """Return the element sets of one or more files; `set_aside` has the column `file` before those of orbits.

    A set that is in two files counts once. A file of which nothing can be used is set aside whole, unless it is all
    there is.

    Raises
    ------
    SourceError
        If a file cannot be read, or no file has a set that can be used.
    """
    several = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    sets: dict[tuple[int, datetime], Elements] = {}
    aside: list[pd.DataFrame] = []
    for path in several:
        try:
            found = read_elements(_text(path), where=path.name, now=now)
        except SourceError:
            raise
        except RequestError as error:
            if len(several) == 1:
                raise SourceError(error.what, where=error.where, todo=error.todo) from error
            whole = {"line": [1], "name": [""], "reason": [error.what], "todo": [error.todo]}
            found = ElementSets(sets=(), set_aside=pd.DataFrame(whole))
        aside.append(found.set_aside.assign(file=path.name))
        for one in found.sets:
            sets.setdefault((one.norad_id, one.epoch), one)
    if not sets:
        raise SourceError(
            f"none of {len(several)} files has an element set that can be used.",
            todo="Give TLE, or OMM as JSON, KVN or CSV.",
        )
    table = pd.concat([table for table in aside if len(table)] or aside[:1], ignore_index=True)
    return ElementSets(sets=tuple(sets.values()), set_aside=table[["file", "line", "name", "reason", "todo"]])


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SourceError(
                f"the file has {path.stat().st_size:,} bytes.", where=path.name, todo="Cut it to your set."
            )
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SourceError(
            f"the element sets cannot be read: {said}.", where=str(path), todo="Check the path and the file."
        ) from error
