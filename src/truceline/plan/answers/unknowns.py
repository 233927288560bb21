"""What we do not know: stated gaps, undecided contributors, claims that differ, unchecked numbers and wide ranges."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from truceline.plan.answers.draws import list_parameters
from truceline.plan.force.contributors import Claim, Force
from truceline.plan.force.scenario import Scenario

UNKNOWNS = ("kind", "what", "low", "high", "mark", "source", "settle")
CLAIMS = ("about", "words", "bound", "value", "unit", "source", "date", "mark", "differs")
WIDE = 2.0  # a range is wide when its high end is this many times its low end, or its low end is 0

Row = tuple[str, str, float, float, str, str, str]


def list_unknowns(scenario: Scenario, force: Force, *, horizon_months: int | None = None) -> pd.DataFrame:
    """Return the UNKNOWNS table: what is stated first, then who is undecided, claims, unchecked and wide numbers."""
    rows = [
        *_stated(scenario, force),
        *_undecided(force),
        *_differing(scenario, force),
        *_numbers(scenario, force, horizon_months),
    ]
    return pd.DataFrame(rows, columns=list(UNKNOWNS))


def _stated(scenario: Scenario, force: Force) -> Iterator[Row]:
    for unknown in (*scenario.unknown, *force.unknown):
        yield "stated", unknown.what, float("nan"), float("nan"), "", "", unknown.settle


def _undecided(force: Force) -> Iterator[Row]:
    for contributor in force.contributors:
        for caveat in contributor.caveats:
            if caveat.kind == "undecided":
                what = f"{contributor.called} has not decided"
                yield "undecided", what, float("nan"), float("nan"), caveat.mark, caveat.source, "its own decision"


def _differing(scenario: Scenario, force: Force) -> Iterator[Row]:
    claims = list_claims(scenario, force)
    for about, group in claims[claims["differs"]].groupby("about", sort=False):
        words = "; ".join(f"{w} ({s})" for w, s in zip(group["words"], group["source"], strict=True))
        low, high = float(group["value"].min()), float(group["value"].max())
        yield "claims differ", f"{about}: {words}", low, high, "", "", "the text itself"


def _numbers(scenario: Scenario, force: Force, horizon_months: int | None) -> Iterator[Row]:
    for parameter in list_parameters(scenario, force, horizon_months=horizon_months):
        e = parameter.estimate
        wide = e.most > e.least and (e.least == 0 or e.most / e.least >= WIDE)
        if e.mark == "unchecked" or wide:
            kind = "unchecked" if e.mark == "unchecked" else "wide range"
            yield kind, parameter.name, e.least, e.most, e.mark, e.source, "a source that states it"


def list_claims(scenario: Scenario, force: Force) -> pd.DataFrame:
    """Return the CLAIMS table: every claim beside the others; `differs` where others say otherwise of the same thing.

    'Up to 30,000' and 'fewer than 30,000' are two bounds: both stand.
    """
    claims: list[tuple[str, Claim]] = [(c.about, c) for c in (*scenario.claims, *force.claims)]
    claims += [(f"{k.called}: {c.about}", c) for k in force.contributors for c in k.claims]
    said: dict[str, set[tuple[str, float]]] = {}
    for about, claim in claims:
        said.setdefault(about, set()).add((claim.bound, claim.value))
    rows = [
        (about, c.words, c.bound, c.value, c.unit, c.source, c.date, c.mark, len(said[about]) > 1)
        for about, c in claims
    ]
    return pd.DataFrame(rows, columns=list(CLAIMS)).astype({"differs": bool})
