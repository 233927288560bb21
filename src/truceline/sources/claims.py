"""What the parties claim (CSV). Allegations to be recorded side by side; alone they never make a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from truceline.errors import SourceError
from truceline.observations import Readings
from truceline.observations.counts import read_counts
from truceline.observations.identity import row_hashes, row_ids
from truceline.observations.words import to_acts
from truceline.sources.columns import plain
from truceline.sources.options import Aside, Options, read_options
from truceline.sources.rows import Batch, read_delimited
from truceline.sources.sightings import Draft, as_paths, read_files
from truceline.sources.tagged import text_of

NAME = "claims"
DESCRIPTION = "Claims of violations by a party against another: recorded as allegations."

# ours -> names it goes by
COLUMNS: dict[str, tuple[str, ...]] = {
    "claimant": ("claimant", "claimed_by", "who"),
    "accused": ("accused", "against"),
    "measure": ("measure", "what", "kind", "type"),
    "value": ("count_said", "value", "count", "number"),
    "start": ("time_start", "period_start", "start", "from"),
    "end": ("time_end", "period_end", "end", "to"),
    "parent": ("parent", "component_of", "part_of"),
    "claim_id": ("claim_id", "id"),
    "url": ("url", "source", "link", "ref"),
    "note": ("note", "notes", "comment"),
}
_NEEDED = ("claimant", "measure", "value", "start")
_ACTS = {
    "shelling": "shelling",
    "artillery_mortar_fire": "shelling",
    "assaults": "assault",
    "drone_uses": "drone_strike",
    "fpv_uses": "drone_strike",
    "quadcopter_strikes": "drone_strike",
    "plane_type_uav": "drone_strike",
    "shahed_launched": "drone_strike",
    "strikes_on_energy": "strike",
    "total_violations": "hostile_act",
}
_TABLE = (
    "claim_id",
    "claimant",
    "accused",
    "measure",
    "count_min",
    "count_max",
    "count_said",
    "time_start",
    "time_end",
)


def read(
    path_or_paths: str | Path | Iterable[str | Path], *, source: str, options: Mapping[str, Any] | None = None
) -> Readings:
    """Return one observation per claim, with sensor 'claim', the accused as party and no place. Set `timezone`.

    Raises
    ------
    SourceError
        If no file can be read at all.
    """
    chosen = read_options(options)
    return read_files(path_or_paths, source=source, drafts=lambda path, aside: _drafts(path, source, chosen, aside))


def read_claims(
    path_or_paths: str | Path | Iterable[str | Path],
    *,
    source: str = "claims",
    options: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Return the claims as a ledger: claim_id ... note of the CLAIMS table, without what is computed from others.

    Without a parent column, a measure that begins with 'total' is the parent of the same claimant's other claims
    against the same party in the same period. 'same' as the source is the source above it. A claim without a cut-off
    has no `time_end`.

    Raises
    ------
    SourceError
        If no claim can be read; what `read` sets aside is left out.
    """
    chosen = read_options(options)
    aside = Aside(source)
    parts: list[pd.DataFrame] = []
    bad: dict[tuple[str, str], str] = {}  # (reason, todo) -> where it was met first
    for path in as_paths(path_or_paths):
        for draft, _ in _drafts(path, source, chosen, aside):
            good = draft.reason == ""
            ledger = pd.DataFrame({name: draft.ledger[name] for name in (*_TABLE, "parent", "url", "note")})
            parts.append(ledger[good])
            for i in np.flatnonzero(~good)[:1]:
                bad.setdefault((draft.reason[i], draft.todo[i]), f"{path.name}, line {draft.batch.line[i]}")
    if bad and not any(len(part) for part in parts):
        (what, todo), where = next(iter(bad.items()))
        raise SourceError(f"no claim can be read: {what}", where=where, todo=todo)
    if not parts:
        return pd.DataFrame(columns=[*_TABLE, "parent", "url", "note"])
    return _with_parents(pd.concat(parts, ignore_index=True).drop_duplicates("claim_id", ignore_index=True))


class _Claims(Draft):
    """A draft that also keeps the ledger's columns."""

    ledger: dict[str, Any]


def _drafts(path: Path, source: str, options: Options, aside: Aside) -> Iterator[tuple[_Claims, Mapping[str, str]]]:
    mapped = {plain(theirs): ours for theirs, ours in options.map.items()}
    names_of = {name: ours for ours, names in reversed(COLUMNS.items()) for name in names} | mapped

    def score(names: list[str]) -> int:
        return sum(plain(n) in names_of for n in names)

    for batch in read_delimited(path, aside=aside, score=score):
        found: dict[str, str] = {}
        for name in batch.frame:
            found.setdefault(names_of.get(plain(name), ""), name)
        found.pop("", None)
        missing = [ours for ours in _NEEDED if ours not in found]
        if missing:
            raise SourceError(
                f"this is no list of claims: it has no {' and no '.join(missing)} column.",
                where=path.name,
                todo="Name the columns with map (theirs: ours).",
            )
        frame = batch.frame.rename(columns={theirs: ours for ours, theirs in found.items()})
        yield _draft(Batch(frame=frame, line=batch.line, path=path), source, options), found


def _draft(batch: Batch, source: str, options: Options) -> _Claims:
    draft = _Claims(batch, source=source, options=options)
    start = draft.times(text_of(draft, "start"))
    ends = text_of(draft, "end")
    end = draft.times(ends.where(ends != "", text_of(draft, "start")))
    draft.mark((end.end < start.start).to_numpy(), "the end is before the start.", "Correct one of the two.")
    url = text_of(draft, "url")
    same = url.str.match(r"same\b", case=False)
    said = _said(text_of(draft, "value"), url + " " + text_of(draft, "note"))
    low, high = read_counts(said)
    draft.mark(np.isnan(low), "'{}' is no count.", "Write a number, or words such as 'more than 950'.", said=said)
    names = {name: text_of(draft, name) for name in ("claimant", "accused", "measure", "parent", "note")}
    key = {**names, "said": said, "start": start.start, "end": end.end}
    del key["note"], key["parent"]
    ids = text_of(draft, "claim_id")
    made = row_ids("claim", row_hashes(source, key, draft.length))
    draft.ledger = {
        **names,
        "claim_id": np.where(ids == "", made, ids),
        "count_min": low,
        "count_max": high,
        "count_said": said,
        "time_start": start.start,
        "time_end": end.end.mask(ends == ""),  # no cut-off said: not known
        "url": url.mask(same).ffill().fillna(""),
    }
    measure = names["measure"].str.casefold()
    draft.columns |= {
        "sensor": "claim",
        "act": measure.map(_ACTS).where(measure.isin(list(_ACTS)), to_acts(names["measure"])),
        "party": names["accused"],
        "time_start": start.start,
        "time_end": end.end,
        "count_min": low,
        "count_max": high,
        "count_said": said,
        "origin": names["claimant"],
        "text": names["claimant"] + ": " + names["measure"] + " " + said + "; " + url + " " + names["note"],
    }
    return draft


def _said(value: pd.Series, remark: pd.Series) -> pd.Series:
    """Return the count as claimed: '(more than 950)' in the remark goes with the value 950."""
    out = []
    for number, words in zip(value, remark, strict=True):
        near = (
            re.search(rf"\(((?:more than|over|at least|about|nearly|almost)\s+{re.escape(number)})\)", words)
            if number
            else None
        )
        out.append(near[1] if near else number)
    return pd.Series(out, dtype=object)


def _with_parents(table: pd.DataFrame) -> pd.DataFrame:
    if (table["parent"] != "").any():
        return table
    group = ["claimant", "accused", "time_start", "time_end"]
    totals = table[table["measure"].str.casefold().str.startswith("total")].drop_duplicates(group)
    parents = table[group].merge(totals[[*group, "claim_id"]], on=group, how="left")["claim_id"].fillna("")
    return table.assign(parent=parents.where(parents != table["claim_id"], ""))
