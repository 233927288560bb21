"""What was found against each clause, who is held to have done it, and the steps the agreement set running."""

from __future__ import annotations

import pandas as pd

from truceline.agreement import Agreement
from truceline.findings.tables import Assessment
from truceline.report.judged import VERDICTS
from truceline.report.page import Cell, Section, row, table, web_link
from truceline.report.said import tell
from truceline.report.words import NOT_KNOWN, Words, number, percent, shorten

SHOWN = 25  # rows of a long table; the exports hold every row


def claims_section(assessment: Assessment, words: Words) -> Section:
    """Return the ledger of claims: what each side said, whether it adds up, and what became of it."""
    rows = []
    for claim in assessment.claims.itertuples():
        states = [
            Cell(text="●" if claim.state == s else "", tone="")
            for s in ("verified", "refuted", "not verifiable", "open")
        ]
        rows.append(
            row(
                Cell(text=claim.claim_id, link=web_link(claim.url)),
                _party(assessment, claim.claimant),
                _party(assessment, claim.accused),
                shorten(words.term("measure", claim.measure), 80),
                claim.count_said or number(claim.count_min, 0),
                _adds_up(claim.adds_up, claim.gap, words),
                number(claim.matched, 0),
                *states,
            )
        )
    keys = (
        "id",
        "by",
        "against",
        "measure",
        "count",
        "adds_up",
        "matched",
        "verified",
        "refuted",
        "not_verifiable",
        "open",
    )
    return Section(
        key="claims",
        title=words("section.claims"),
        text=(words("claims.intro"),) if rows else (words("claims.none"),),
        tables=table(words("claims.caption"), [words(f"claims.{k}") for k in keys], rows, numeric=(4, 6)),
    )


def _adds_up(said: str, gap: float, words: Words) -> str:
    text = words.term("adds_up", said)
    return f"{text} ({words('claims.gap', gap=number(gap, 0))})" if gap == gap and gap else text


def _party(assessment: Assessment, party: str) -> str:
    return next((p.called for p in assessment.agreement.parties if p.party_id == party), party)


def rules_section(assessment: Assessment, words: Words) -> Section:
    """Return each clause, reading and party: its worst verdict, the margin there, and the incidents it rests on.

    Clauses that apply to no incident are named below the table.
    """
    rows = []
    thermal = assessment.incidents.sensors.map(lambda kinds: tuple(kinds) == ("thermal",)).astype(bool)
    heat = set(assessment.incidents.incident_id[thermal])
    apply = assessment.findings[assessment.findings.verdict.isin(VERDICTS[:3])]
    groups = apply.groupby(["clause", "interpretation", "party"], sort=True)
    for (clause, interpretation, party), found in groups:
        rank = found.verdict.map({v: i for i, v in enumerate(VERDICTS)})
        worst = found.assign(_r=rank).sort_values(["_r", "probability", "finding_id"], ascending=[True, False, True])
        first = worst.iloc[0]
        evidence = worst[worst.verdict == first.verdict].incident_id
        rows.append(
            row(
                shorten(_rule(assessment.agreement, clause), 140),
                shorten(_reading(assessment.agreement, interpretation), 120) or NOT_KNOWN,
                _party(assessment, party) or words("rules.any_party"),
                Cell(text=words.term("verdict", first.verdict), tone=first.verdict),
                _margin(first.margin, first.margin_unit),
                NOT_KNOWN if first.incident_id in heat else percent(first.probability),
                _evidence(evidence, words),
                shorten(tell(first.reason, words), 160),
            )
        )
    keys = ("rule", "reading", "party", "verdict", "margin", "probability", "evidence", "reason")
    named = {c.clause_id for c in assessment.agreement.clauses} | set(assessment.findings.clause)
    untouched = sorted(named - set(apply.clause))
    return Section(
        key="rules",
        title=words("section.rules"),
        text=(words("rules.intro"),) if rows else (words("rules.none"),),
        tables=table(words("rules.caption"), [words(f"rules.{k}") for k in keys], rows, numeric=(4, 5)),
        small=(words("rules.untouched", clauses=", ".join(untouched)),) if untouched else (),
    )


def _rule(agreement: Agreement, clause_id: str) -> str:
    """Return a clause by its number or id and what it says."""
    clause = next((c for c in agreement.clauses if c.clause_id == clause_id), None)
    return f"{clause.called or clause_id}: {clause.says}" if clause else clause_id


def _reading(agreement: Agreement, label: str) -> str:
    """Return a reading's label and what it says; a label joins several by '+' or names its question before a '.'."""
    says = {reading.reading_id: reading.says for _, reading in agreement.interpretations}
    says |= {f"{question}.{reading.reading_id}": reading.says for question, reading in agreement.interpretations}
    parts = [says[part] for part in label.split("+") if says.get(part)]
    return f"{label}: {'; '.join(parts)}" if parts else label


def _margin(margin: float, unit: str) -> str:
    return f"{number(margin)} {unit}".strip() if margin == margin else NOT_KNOWN


def _evidence(incidents: pd.Series, words: Words) -> Cell:
    shown = list(incidents.head(3))
    text = ", ".join(shown) + (words("rules.more", count=len(incidents) - 3) if len(incidents) > 3 else "")
    return Cell(text=text, incident=shown[0])


def attribution_section(assessment: Assessment, judged: pd.DataFrame, words: Words) -> Section:
    """Return who is held to have done it: likelihood word and confidence stand in columns apart, never in a sentence.

    The incidents attributed to a party come first, then the undetermined ones, each by severity.
    """
    joined = assessment.attributions.merge(
        judged[["incident_id", "severity", "state", "place"]], on="incident_id", how="left"
    )
    joined = joined.assign(_open=joined.attributed_to.isin(["", "undetermined"])).sort_values(
        ["_open", "severity", "incident_id"], ascending=[True, False, True]
    )
    rows = [_attribution_row(assessment, a, words) for _, a in joined.head(SHOWN).iterrows()]
    keys = ("incident", "fact", "to", "word", "confidence", "basis", "response")
    more = len(joined) - SHOWN
    return Section(
        key="attribution",
        title=words("section.attribution"),
        text=(words("attribution.intro"),) if rows else (words("attribution.none"),),
        tables=table(
            words("attribution.caption"),
            [words(f"attribution.{k}") for k in keys],
            rows,
            left_out=more,
        ),
    )


def _attribution_row(assessment: Assessment, found: pd.Series, words: Words) -> tuple[Cell, ...]:
    word = words.term("likelihood", found.word or "not assessed")
    known = found.probability == found.probability
    place = shorten(found.place, 50) if isinstance(found.place, str) else ""
    return row(
        Cell(text=f"{found.incident_id} {place}".strip(), incident=found.incident_id),
        words("attribution.yes") if found.state == "confirmed" else words("attribution.no"),
        words("verdict.undetermined") if found["_open"] else _party(assessment, found.attributed_to),
        f"{word} ({percent(found.probability)})" if known else word,
        words.term("confidence", found.confidence),
        shorten(tell(found.basis, words), 160),
        shorten(words.term("response", found.party_response), 160) or words("attribution.no_response"),
    )


def clocks_section(assessment: Assessment, words: Words) -> Section:
    """Return the clocks the agreement's ladder set running: overdue first, then by the time they run out."""
    order = {"overdue": 0, "running": 1, "not started": 2, "done": 3}
    clocks = assessment.clocks.assign(_o=assessment.clocks.state.map(order).fillna(4))
    rows = [
        row(
            Cell(text=c.incident_id, incident=c.incident_id),
            number(c.severity, 0),
            shorten(c.step, 120),
            words.local(c.started),
            words.local(c.due),
            shorten(c.owner, 60),
            Cell(text=words.term("clock", c.state), tone=c.state.replace(" ", "_")),
        )
        for c in clocks.sort_values(["_o", "due", "incident_id", "step"]).itertuples()
    ]
    head = [words(f"clocks.{k}") for k in ("incident", "severity", "step", "started", "due", "owner", "state")]
    return Section(
        key="clocks",
        title=words("section.clocks"),
        text=(words("clocks.intro"),) if rows else (words("clocks.none"),),
        tables=table(words("clocks.caption"), head, rows, numeric=(1,)),
    )
