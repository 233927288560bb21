"""The answer key of an exercise, once it has been revealed, as a paper: what was true, and what was made up besides."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime

from truceline.provenance import digest
from truceline.report.page import Section, row, table
from truceline.report.paper import Paper


def key_paper(key: str, *, title: str, now: datetime) -> Paper:
    """Return the paper of an answer key (the text of answer-key.json)."""
    said = json.loads(key)
    truth = said["truth"]
    kinds, days = Counter(truth["kind"]), Counter(time[:10] for time in truth["time"])
    bottom = (
        f"{len(truth['time'])} violations were invented and {said['fires']} fires besides; {len(said['lies'])} reports "
        "were false alarms or made up.",
        f"The key has the SHA-256 {digest(key.encode())}, which was given out before the exercise began: nothing in it "
        "was changed since.",
        "To score the watch or answers against it: truceline score, where the exercise was written.",
    )
    sections = [
        Section(key="bottom-line", title="What was true", text=bottom),
        Section(
            key="kinds",
            title="By kind",
            tables=table(
                "By kind", ("kind", "violations"), [row(a, str(n)) for a, n in sorted(kinds.items())], numeric=(1,)
            ),
        ),
        Section(
            key="days",
            title="By day (UTC)",
            tables=table(
                "By day", ("day", "violations"), [row(d, str(n)) for d, n in sorted(days.items())], numeric=(1,)
            ),
        ),
        Section(key="troubles", title="What troubled the sensors", points=tuple(said["troubles"])),
        _events(truth),
    ]
    about = "The sealed truth of an exercise, revealed. Everything in it is invented."
    return Paper(kind="Exercise", title=title, about=about, sections=tuple(sections), now=now)


def _events(truth: dict[str, list[object]]) -> Section:
    names = [
        name
        for name in ("time", "kind", "side", "cause", "chainage_km", "offset_km", "lat_deg", "lon_deg")
        if name in truth
    ]
    rows = [row(*map(str, values)) for values in zip(*(truth[name] for name in names), strict=True)]
    numbers = [i for i, name in enumerate(names) if name.endswith(("_km", "_deg"))]
    return Section(key="events", title="Every violation", tables=table("Every violation", names, rows, numeric=numbers))
