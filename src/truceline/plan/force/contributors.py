"""Who could send what, for how long and under which conditions: the force as records, each number with its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Mark = Literal["checked", "secondary", "measured", "derived", "unchecked", "own"]
Bound = Literal["at_most", "below", "at_least", "above", "about"]
Capability = Literal[
    "land",
    "air_defence",
    "counter_drone",
    "isr",
    "airlift",
    "medical",
    "sea",
    "air",
    "engineers",
    "logistics",
    "command",
]
Item = Literal["logistics_airlift", "intelligence", "air_missile_defence", "air_power", "guarantee"]
Where = Literal["ukraine", "neighbours", "sea"]
CaveatKind = Literal[
    "constitutional",
    "parliamentary_vote",
    "logistics_only",
    "never_guards",
    "keeps_from_line",
    "needs_backstop",
    "needs_signed_agreement",
    "needs_un_mandate",
    "outside_only",
    "no_troops",
    "undecided",
    "only_if",
]

BOUND_WORDS: dict[str, str] = {
    "at_most": "up to",
    "below": "fewer than",
    "at_least": "at least",
    "above": "more than",
    "about": "about",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its honest range, source and mark. Without low and high it is taken as exact."""

    mid: float
    low: float | None = None
    high: float | None = None
    source: str = ""
    mark: Mark = "own"

    @property
    def least(self) -> float:
        """Lower end of the range."""
        return self.mid if self.low is None else self.low

    @property
    def most(self) -> float:
        """Upper end of the range."""
        return self.mid if self.high is None else self.high


Numbers = Callable[[str, Estimate], float]  # name, estimate -> the value to plan with


def middle(name: str, estimate: Estimate) -> float:
    """Return the middle of every range: what a plan is made with unless draws are asked for."""
    return estimate.mid


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What somebody said of a number. Claims that differ are kept side by side, never merged."""

    about: str
    bound: Bound
    value: float
    unit: str = "people"
    source: str
    date: str = ""
    mark: Mark = "unchecked"

    @property
    def words(self) -> str:
        """Return the claim in words, such as 'fewer than 30,000 people'."""
        return f"{BOUND_WORDS[self.bound]} {self.value:,.10g} {self.unit}".strip()

    def allows(self, value: float) -> bool:
        """Return whether a value keeps the bound; 'up to' includes its number, 'fewer than' does not."""
        return {
            "at_most": value <= self.value,
            "below": value < self.value,
            "at_least": value >= self.value,
            "above": value > self.value,
            "about": True,
        }[self.bound]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """One condition a contributor sets. Which fields count depends on the kind; `says` is its own words."""

    kind: CaveatKind
    says: str = ""
    source: str = ""
    mark: Mark = "unchecked"
    asked_on: str = ""  # parliamentary_vote: the day the government asks, or 'start' for the scenario's first day
    lead_days: Estimate | None = None  # parliamentary_vote: from asking to consent
    probability: Estimate | None = None  # parliamentary_vote, undecided: that consent comes
    km: float | None = None  # keeps_from_line
    level: float | None = None  # needs_backstop: rung of the ladder
    items: tuple[Item, ...] = ()  # needs_backstop: single items instead of a rung
    contributors: tuple[str, ...] = ()  # only_if: all of these take part
    bars: tuple[Where, ...] = ()  # constitutional: where it forbids to stand; empty is everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitType:
    """A kind of unit: its people, its tours, and how much of what exists may be sent abroad."""

    unit_type: str = field(metadata={"key": "id"})
    called: str
    capability: Capability
    people: Estimate
    tour_months: Estimate
    interval_months: Estimate
    least_interval_months: Estimate | None = None  # rest is never cut below this; without it the rule is hard
    overlap_months: Estimate = Estimate(mid=0.0)
    prepare_months: float = 6.0  # the last months of an interval
    share_abroad: Estimate = Estimate(mid=1.0)  # of the units a contributor lists
    plural: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tours:
    """A contributor's own tour rules, where they differ from the unit type's."""

    tour_months: Estimate | None = None
    interval_months: Estimate | None = None
    least_interval_months: Estimate | None = None
    overlap_months: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """One nation or body that could send units."""

    contributor_id: str = field(metadata={"key": "id"})
    called: str
    phrase: str = ""  # its name within a sentence, such as 'the Netherlands', where that differs
    units: Mapping[str, Estimate] = field(default_factory=dict)  # unit type -> units in the cycle
    personnel: Estimate | None = None
    army: Estimate | None = None
    readiness_days: Estimate = Estimate(mid=0.0)
    available_from: str = ""  # a date; nothing goes before it
    leaves_on: str = ""  # a date; nothing stands from it on
    tours: Mapping[str, Tours] = field(default_factory=dict)
    cost_per_person_year: Estimate | None = None
    caveats: tuple[Caveat, ...] = ()
    claims: tuple[Claim, ...] = ()
    position: str = ""
    source: str = ""
    date: str = ""
    mark: Mark = "unchecked"
    long_range_strike: bool = False  # a yes or no line; nothing is planned with it

    @property
    def named(self) -> str:
        """Its name within a sentence."""
        return self.phrase or self.called


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Posts one item of the backstop fills by itself, without drawing on the contributors."""

    item: Item
    unit_type: str
    posts: Estimate
    where: tuple[Where, ...] = ("ukraine", "neighbours", "sea")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A cost figure on one basis. Figures on different bases are shown side by side and never added."""

    cost_id: str = field(metadata={"key": "id"})
    called: str
    basis: str
    currency: str
    price_year: float
    per: Literal["person_year", "once", "year"]
    value: Estimate
    unit_types: tuple[str, ...] = ()  # person_year: for these types only; empty is all


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Something that is not known, in words, and what would settle it."""

    what: str
    settle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """Everything force.yaml says."""

    force_id: str = field(metadata={"key": "id"})
    title: str
    unit_types: tuple[UnitType, ...]
    contributors: tuple[Contributor, ...]
    backstop: tuple[Supply, ...] = ()
    backstop_has_long_range_strike: tuple[Item, ...] = ()
    costs: tuple[Cost, ...] = ()
    plan_with_cost: str = ""  # id of the person_year figure that orders plans; others are shown beside it
    claims: tuple[Claim, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)  # short name -> full reference

    def kind(self, unit_type: str) -> UnitType:
        """Return the unit type of that id."""
        return next(kind for kind in self.unit_types if kind.unit_type == unit_type)
