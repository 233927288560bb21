"""Files of a known data set: columns by their published names, precision codes to metres and days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import SourceError
from truceline.sources.columns import plain
from truceline.sources.options import Aside, Options
from truceline.sources.rows import Batch, read_delimited, read_parquet
from truceline.sources.sightings import Draft


def named_batches(
    path: Path, *, required: tuple[str, ...], kind: str, options: Options, aside: Aside
) -> Iterator[Batch]:
    """Yield batches with columns by their published names (the user's `map` renames theirs to those).

    A row of HXL tags under the header is left out of the data. Raises SourceError where a required column is missing.
    """
    mapped = {plain(theirs): ours for theirs, ours in options.map.items()}

    def score(names: list[str]) -> int:
        return sum(mapped.get(plain(n), plain(n)) in required for n in names)

    batches = read_parquet(path) if path.suffix == ".parquet" else read_delimited(path, aside=aside, score=score)
    for batch in batches:
        frame = batch.frame.rename(columns=lambda n: mapped.get(plain(str(n)), plain(str(n))))
        missing = [name for name in required if name not in frame]
        if missing:
            raise SourceError(
                f"this is no {kind} file: it has no {' and no '.join(missing)} column.",
                where=path.name,
                todo="Use the source 'table', or name the columns with map (theirs: the published name).",
            )
        frame = frame.loc[:, ~frame.columns.duplicated()]
        tags = frame[required[0]].astype(str).str.startswith("#").to_numpy()
        if tags.any():
            aside.add(path, line=batch.line[tags], reason="a row of HXL tags.", todo="Nothing: it is no event.")
        yield Batch(frame=frame[~tags].reset_index(drop=True), line=batch.line[~tags], path=path)


def text_of(draft: Draft, name: str) -> pd.Series:
    """Return a column as trimmed text, "" where the file lacks it."""
    if name not in draft.batch.frame:
        return pd.Series("", index=range(draft.length), dtype=object)
    column = draft.column(name)
    return column.astype(object).where(column.notna(), "").astype(str).str.strip()


def level(draft: Draft, name: str, meaning: Mapping[int, float], *, worst: int) -> npt.NDArray[np.float64]:
    """Return what each row's precision code means; a code not in the list means its `worst` level."""
    codes = pd.to_numeric(text_of(draft, name), errors="coerce")
    return np.asarray(codes.map(meaning).fillna(meaning[worst]), float)
