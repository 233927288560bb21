"""Fact tables of a mission: performance figures and legal limits, each with its range, unit, source and mark."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from truceline.errors import PlanError, UnknownNameError
from truceline.plan.places.sheet import MARKS, Row, read_rows

COLUMNS = ("topic", "item", "low", "mid", "high", "unit", "source", "mark")

Range = tuple[float, float, float]  # low, mid, high


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One figure: what it is of, its range, unit, source, and how far the source was checked."""

    topic: str
    item: str
    low: float
    mid: float
    high: float
    unit: str
    source: str
    mark: str

    @property
    def range(self) -> Range:
        """Low, mid and high; an end that is not known is the nearest that is."""
        known = [value for value in (self.mid, self.low, self.high) if not math.isnan(value)]
        low = self.low if not math.isnan(self.low) else known[0]
        high = self.high if not math.isnan(self.high) else known[0]
        return low, self.mid if not math.isnan(self.mid) else known[-1], high


class Facts(Mapping[tuple[str, str], Fact]):
    """Facts by topic and item; a topic or item that is not there is named with the nearest that is."""

    def __init__(self, facts: Mapping[tuple[str, str], Fact], *, where: str) -> None:
        self._facts = dict(facts)
        self._where = where

    def __getitem__(self, key: tuple[str, str]) -> Fact:
        if key in self._facts:
            return self._facts[key]
        topic, item = key
        topics = {known for known, _ in self._facts}
        if topic not in topics:
            raise UnknownNameError("topic", topic, topics, where=self._where)
        raise UnknownNameError(f"item of '{topic}'", item, {i for t, i in self._facts if t == topic}, where=self._where)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def range(self, topic: str, item: str, unit: str) -> Range:
        """Return low, mid and high of a fact, which must be in the unit named."""
        fact = self[topic, item]
        if fact.unit != unit:
            raise PlanError(
                f"'{topic}, {item}' is in {fact.unit}, not {unit}.", where=self._where, todo="Convert the row."
            )
        return fact.range


def read_facts(text: str, *, where: str) -> Facts:
    """Return the facts that CSV text states. Raises PlanError naming the line, as `read_rows` does."""
    facts: dict[tuple[str, str], Fact] = {}
    for row in read_rows(text, COLUMNS, where=where):
        fact = _fact(row)
        key = (fact.topic, fact.item)
        if key in facts:
            raise row.wrong(f"'{fact.topic}, {fact.item}' is given twice.", "Keep one of them.")
        facts[key] = fact
    return Facts(facts, where=where)


def _fact(row: Row) -> Fact:
    low, mid, high = row.ranged()
    if math.isnan(low) and math.isnan(mid) and math.isnan(high):
        raise row.wrong("it has no number.", "Give low, mid or high.")
    return Fact(
        topic=row.text("topic"),
        item=row.text("item"),
        low=low,
        mid=mid,
        high=high,
        unit=row.text("unit"),
        source=row.text("source"),
        mark=row.choice("mark", MARKS),
    )
