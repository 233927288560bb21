"""The matters a daily monitoring report goes through one by one, each with what was seen or an honest blank.

Order and topics after the OSCE monitoring mission's daily reports on Ukraine, 2014-2022.
"""

from __future__ import annotations

import pandas as pd

from truceline.findings.tables import Assessment
from truceline.report.page import Cell, Section, Table, row, table
from truceline.report.said import tell
from truceline.report.verdicts import SHOWN
from truceline.report.words import NOT_KNOWN, Words, error_of, number, percent, shorten
from truceline.vocabulary import ACTS, ITEMS, is_kind_of

TOPICS = ("casualties", "disengagement", "withdrawal", "presence", "mines", "repairs", "civilians", "border", "other")
# act -> topic; what weapons and troops do stands under withdrawal and presence
TOPIC_OF = {
    "casualty": "casualties",
    "damage": "casualties",
    "disengagement": "disengagement",
    "presence": "presence",
    "mine_hazard": "mines",
    "repair": "repairs",
    "local_ceasefire": "repairs",
    "checkpoint": "civilians",
    "border": "border",
    "gathering": "other",
    "crossing": "other",
    "overflight": "other",
    "operate_aerial_vehicle": "other",
}
JUDGED_TOPICS = ("withdrawal", "presence")  # what clauses are about, with verdicts
RESTRICTIONS = ("restriction", "sensor_interference")


def field_section(assessment: Assessment, judged: pd.DataFrame, words: Words) -> Section:
    """Return the topics in their order; those on which no source reported share a list that says what would tell."""
    topic = _topics(judged)
    tables: tuple[Table, ...] = ()
    blanks = []
    for name in TOPICS:
        found = judged[topic == name]
        if not len(found):
            blanks.append(words("field.blank", topic=words(f"topic.{name}"), source=words(f"fill.{name}")))
        elif name in JUDGED_TOPICS:
            tables += _incident_table(found, words(f"topic.{name}"), words)
        else:
            tables += _topic_table(found, assessment.observations, words(f"topic.{name}"), words)
    return Section(key="field", title=words("section.field"), points=tuple(blanks), tables=tables)


def restrictions_section(judged: pd.DataFrame, words: Words) -> Section:
    """Return what kept monitors and sensors from seeing: denial, delay, interference."""
    found = judged[judged.act.isin(RESTRICTIONS)]
    return Section(
        key="restrictions",
        title=words("section.restrictions"),
        text=() if len(found) else (words("restrictions.none", source=words("fill.restrictions")),),
        tables=_incident_table(found, words("restrictions.caption"), words),
    )


def incidents_section(judged: pd.DataFrame, words: Words) -> Section:
    """Return the gravest incidents one by one, with what would settle those still open."""
    order = judged[judged.applies].sort_values(
        ["severity", "p_violation", "incident_id"], ascending=[False, False, True]
    )
    outside = len(judged) - len(order)
    return Section(
        key="incidents",
        title=words("section.incidents"),
        text=(words("incidents.intro"),) if len(order) else (words("incidents.none"),),
        tables=_incident_table(order, words("incidents.caption"), words),
        small=(words("incidents.outside", count=outside),) if outside else (),
    )


def fixed_section(assessment: Assessment, words: Words) -> Section:
    """Return the places that burn day after day: masked into a background of their own, never deleted."""
    rows = [
        row(
            shorten(s.place, 60) or f"km {number(s.chainage_km, 0)}",
            number(s.chainage_km, 0),
            number(s.offset_km, 0),
            f"{number(s.days, 0)} / {number(s.of_days, 0)}",
            number(s.detections, 0),
        )
        for s in assessment.fixed_sources.sort_values(["chainage_km", "site"]).itertuples()
    ]
    head = [words(f"fixed.{k}") for k in ("place", "km", "offset", "days", "detections")]
    return Section(
        key="fixed",
        title=words("section.fixed"),
        text=(words("fixed.intro"),) if rows else (words("fixed.none"),),
        tables=table(words("fixed.caption"), head, rows, numeric=(1, 2, 3, 4)),
    )


def _topics(judged: pd.DataFrame) -> pd.Series:
    """Return the topic of each incident, "" where it belongs to another section."""
    acts = {act: TOPIC_OF.get(act, "") for act in judged.act.unique()}
    acts |= {act: "mines" for act in acts if is_kind_of(act, "engineering_work", ACTS)}
    heavy = {item for item in judged["item"].unique() if is_kind_of(item, "heavy_weapons", ITEMS)}
    topic = judged.act.map(acts).fillna("")
    return topic.mask((topic == "presence") & judged["item"].isin(heavy), "withdrawal")


def _topic_table(found: pd.DataFrame, observations: pd.DataFrame, caption: str, words: Words) -> tuple[Table, ...]:
    """Return what was reported on a topic: when, where, what, how many, by what kinds of source, and in what words."""
    shown = found.head(SHOWN)
    said = observations.loc[observations.text != "", ["observation_id", "text"]]
    texts = dict(zip(said.observation_id, said.text, strict=True)) if len(shown) else {}
    rows = [
        row(
            Cell(text=i.incident_id, incident=i.incident_id),
            words.local(i.time_start),
            shorten(i.place, 60) or f"km {number(i.chainage_km, 0)}",
            words.term("act", i.act),
            _count(i.count_min, i.count_max),
            ", ".join(words.term("sensor", s) for s in i.sensors),
            percent(i.p_exists),
            shorten(next((texts[o] for o in i.observations if o in texts), NOT_KNOWN), 160),
        )
        for i in shown.itertuples()
    ]
    head = [words(f"incidents.{k}") for k in ("id", "time", "place", "act")]
    head += [words("field.count"), words("field.by"), words("incidents.exists"), words("field.said")]
    return table(caption, head, rows, numeric=(4, 6), left_out=len(found) - SHOWN)


def _count(least: float, most: float) -> str:
    """Return the bounds of a count: one number where they agree, a dash where neither is known."""
    if least != least or least == most:
        return number(least, 0)
    return f"≥ {number(least, 0)}" if most == float("inf") else f"{number(least, 0)}–{number(most, 0)}"


def _incident_table(found: pd.DataFrame, caption: str, words: Words) -> tuple[Table, ...]:
    rows = [
        row(
            Cell(text=i.incident_id, incident=i.incident_id),
            words.local(i.time_start),
            shorten(i.place, 60) or f"km {number(i.chainage_km, 0)}",
            error_of(i.sigma_m),
            words.term("act", i.act),
            percent(i.p_exists),
            Cell(text=words.term("verdict", i.verdict) if i.verdict else words("verdict.none"), tone=i.verdict),
            NOT_KNOWN if i.heat_only else percent(i.p_violation),
            shorten(tell(i.settle, words), 120),
        )
        for i in found.head(SHOWN).itertuples()
    ]
    keys = ("id", "time", "place", "error", "act", "exists", "verdict", "p", "settle")
    more = len(found) - SHOWN
    return table(caption, [words(f"incidents.{k}") for k in keys], rows, numeric=(3, 5, 7), left_out=more)
